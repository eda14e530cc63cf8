"""What the server can do, each figure a ratio in one run: `scripts/bench [--rounds 5] [--small]`.

Batches of 50 check-ins from eight phones through the whole of HTTP, tokens, validation, permission, receipts, rows, revs
and a durable commit; and first syncs of a route of 300 shops, each visited twenty times. Every measure is followed at
once by what it is held against, the rounds are interleaved, and the median of their ratios is told: a busy machine slows
both. Clients, servers and databases share the machine. `--small` tries everything and measures nothing; it writes no page, and
neither does `--only MEASURE …`.
"""

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import against_pocketbase
import against_pouchdb
import against_sqlite
import crowd
import two_processes
import unchanged
from figures import HEAD, Figure, Series
from report import write_section
from scene import SMALL, WHOLE, Scale, opened

MEASURES = {
    made.__name__: made.measure
    for made in (against_sqlite, against_pocketbase, against_pouchdb, unchanged, crowd, two_processes)
}


def measure(names: list[str], rounds: int, scale: Scale) -> list[Series]:
    """Every figure's pairs, one of each a round."""
    series: dict[Figure, Series] = {}
    with tempfile.TemporaryDirectory(prefix="fieldvisit-bench-") as folder, ExitStack() as stack:
        scene = stack.enter_context(opened(Path(folder), scale))
        goes = [stack.enter_context(MEASURES[name](scene)) for name in names]
        for number in range(rounds):
            print(f"round {number + 1}, load average {os.getloadavg()[0]:.1f}", flush=True)
            for go in goes:
                for figure, pair in go().items():
                    series.setdefault(figure, Series(figure)).pairs.append(pair)
                    print(
                        f"  {figure.name}: {pair[0]:.4g} / {pair[1]:.4g} = {pair[0] / pair[1]:.3g}",
                        flush=True,
                    )
    return list(series.values())


def main() -> None:
    asking = argparse.ArgumentParser()
    asking.add_argument("--rounds", type=int, default=5)
    asking.add_argument("--small", action="store_true")
    asking.add_argument("--only", nargs="+", choices=MEASURES, metavar="MEASURE", help=", ".join(MEASURES))
    told = asking.parse_args()
    before = os.getloadavg()[0]
    series = measure(told.only or list(MEASURES), told.rounds, SMALL if told.small else WHOLE)
    day = datetime.now().astimezone().strftime("%d %B %Y")
    text = (
        f"{day}, {os.cpu_count()} cores, {told.rounds} rounds, load average {before:.1f} before and "
        f"{os.getloadavg()[0]:.1f} after.\n\n" + "\n".join([HEAD, *(one.row for one in series)])
    )
    print(text)
    if not told.small and not told.only:
        write_section("serving", text)


if __name__ == "__main__":
    main()
