"""What the measures of one run share: a folder, how much is measured, and our server with eight phones signed in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from clients import Client
from figures import Figure
from ours import PHONES, Served, arrivals, copied, lay_out, pushes, served
from wire import Took, send_all

Pair = tuple[float, float]
Round = dict[Figure, Pair]


@dataclass(frozen=True)
class Scale:
    """Shops a route, batches a phone pushes in a round, requests a phone sends for the 304, phones that sync at once."""

    shops: int = 300
    batches: int = 5
    requests: int = 200
    phones: int = 100


WHOLE = Scale()
SMALL = Scale(shops=20, batches=2, requests=25, phones=16)


@dataclass(frozen=True)
class Scene:
    """A run: `template` is the laid-out district, `phones` are signed in at `ours`, which serves a copy of it."""

    folder: Path
    scale: Scale
    template: Path
    ours: Served
    phones: list[Client]

    @contextmanager
    def fresh(self, names: tuple[str, ...]) -> Iterator[list[Client]]:
        """A server that has rendered nothing yet, over a copy of its own, and a phone of each of these people."""
        with (
            TemporaryDirectory(dir=self.folder) as name,
            served(copied(self.template, Path(name) / "data")) as server,
        ):
            yield [Client(server.urls[0], who) for who in names]

    def push(self, phones: list[Client]) -> tuple[float, list[list[list[dict[str, object]]]], Took]:
        """Check-ins a second from these phones at once; the batches, for whoever is to do the same; and what it took."""
        work = arrivals(phones, self.scale.batches)
        took = send_all([(phone.url, pushes(phone, his)) for phone, his in zip(phones, work, strict=True)])
        return sum(len(batch) for his in work for batch in his) / took.seconds, work, took


# A measure opens what it needs beside our server and is then called once a round; it may say something at the end.
Measure = Callable[[Scene], AbstractContextManager[Callable[[], Round]]]


@contextmanager
def opened(folder: Path, scale: Scale) -> Iterator[Scene]:
    """The district laid out, our server running on SQLite, and one phone of each account manager signed in."""
    template = folder / "district.db"
    lay_out(f"sqlite:///{template}", scale.shops)
    with served(copied(template, folder / "ours")) as ours:
        yield Scene(folder, scale, template, ours, [Client(ours.urls[0], name) for name in PHONES])
