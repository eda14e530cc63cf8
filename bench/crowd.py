"""A hundred phones that sync for the first time at once, against one alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice

from figures import Figure
from ours import PHONES, first_sync, first_syncs
from scene import Round, Scene

CROWD = Figure("first sync: p95 of 100 phones at once / one alone", 20, "s", is_ceiling=True)


@contextmanager
def measure(scene: Scene) -> Iterator[Callable[[], Round]]:
    """Each time a server that has rendered nothing yet; the phones are those of eight people. One failure ends the run."""

    def go() -> Round:
        with scene.fresh(PHONES[:1]) as (phone,):
            alone = first_sync(phone).seconds
        with scene.fresh(PHONES) as phones:
            crowd = first_syncs(list(islice(cycle(phones), scene.scale.phones)))
        took = sorted(one.seconds for one in crowd)
        return {CROWD: (took[len(took) * 95 // 100 - 1], alone)}

    yield go
