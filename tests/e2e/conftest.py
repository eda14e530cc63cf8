"""A real server with the whole demo district, and two phones."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from browsers import Phone, Server
from receiver import Receiver, receiver, written


@pytest.fixture(scope="session")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """The world outside, where every message of the server goes."""
    with receiver(tmp_path_factory.mktemp("far")) as made:
        yield made


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, far: Receiver) -> Iterator[Server]:
    outside = written(tmp_path_factory.mktemp("outside") / "outside.toml", far.ca, far.port)
    made = Server(tmp_path_factory.mktemp("server"), settings={"FIELDVISIT_OUTSIDE": str(outside)})
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as made:
        yield made


@pytest.fixture
def phone(playwright: Playwright, server: Server, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(playwright, server, tmp_path / "phone")
    yield made
    made.close()


@pytest.fixture
def other_phone(playwright: Playwright, server: Server, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(playwright, server, tmp_path / "other-phone")
    yield made
    made.close()
