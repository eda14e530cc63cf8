"""The figures of one process for Prometheus: counts and ages, with labels from short fixed lists, never a name or an id."""

from datetime import timedelta
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from fieldvisit.kernel.outside.rules import Channel

PUSHES = Counter("fieldvisit_pushes", "Pushes by how they ended: done, or told to stop for a reason", ["end"])
OPS = Counter(
    "fieldvisit_ops",
    "Entries by what became of them; a held one with its reason, replayed are those known already",
    ["outcome", "reason"],
)
RESENDS = Counter("fieldvisit_resends", "Phones told to send again because they remember another past")
EPOCHS = Counter("fieldvisit_epoch_changes", "New epochs of a database that was behind its mark")
MANIFESTS = Counter("fieldvisit_manifests", "Answers to what a phone carries: 200 or 304", ["status"])
BUNDLES = Counter("fieldvisit_bundles_served", "Bundles given to phones")
PULLED = Counter("fieldvisit_pull_bytes", "Bytes of manifests and bundles before compression", ["door"])
FILES = Counter("fieldvisit_files_stored", "Files whose bytes came and were kept")
FILE_BYTES = Counter("fieldvisit_files_stored_bytes", "Bytes of those files")
STREAMS = Gauge("fieldvisit_live_streams", "Phones that are listening to this process")
WAKES = Counter("fieldvisit_live_wakes", "Times a listening phone was told that something of its moved")
ENDED = Counter("fieldvisit_live_ended", "Streams this side ended, by why", ["why"])
LISTENING = Gauge("fieldvisit_live_listening", "Whether this process hears of other processes' commits")
OUTSIDE = Counter(
    "fieldvisit_outside_messages", "Messages outside the app by channel: sent or failed", ["channel", "end"]
)
ROUNDS = Counter(
    "fieldvisit_rounds", "Rounds of the worker: done, failed, or left to another process", ["end"]
)

for end in ("done", "busy", "slow_down", "resend"):
    PUSHES.labels(end)
for end in ("done", "failed", "left"):
    ROUNDS.labels(end)
for channel in get_args(Channel):
    for end in ("sent", "failed"):
        OUTSIDE.labels(channel, end)


def waiting_figures(held: dict[str, int], received: int, oldest: timedelta) -> CollectorRegistry:
    """What waits in the database at this moment: held entries by reason, and received ones not yet settled."""
    registry = CollectorRegistry()
    by_reason = Gauge(
        "fieldvisit_held_ops", "Held entries waiting to be settled", ["reason"], registry=registry
    )
    for reason, count in held.items():
        by_reason.labels(reason).set(count)
    Gauge("fieldvisit_received_ops", "Entries stored and not yet settled", registry=registry).set(received)
    Gauge(
        "fieldvisit_oldest_received_seconds",
        "Age of the oldest entry stored and not yet settled; 0 where there is none",
        registry=registry,
    ).set(oldest.total_seconds())
    return registry
