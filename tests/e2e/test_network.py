"""The network at its worst, in a real browser: what was entered waits it out and arrives once."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from bad_network import (
    BadNetwork,
    Deed,
    Passing,
    cut_after,
    cut_before,
    stall_midway,
)
from bad_network import (
    page as answer,
)
from browsers import Phone, Server
from e2e.field import SAVED, SENT, SIGNAL, arrive, ready, shops, taken, visit_on, visits_at

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

WHO = "am03"
PUSH = "/api/sync/push"
JSON_OF_OTHERS = b'{"status": "ok", "results": []}'
FAULTS: dict[str, Deed] = {
    "a captive portal's page": answer(200),
    "a captive portal's redirect": lambda passing: passing.give(302, [("location", "/healthz")], b""),
    "somebody else's JSON": answer(200, JSON_OF_OTHERS, "application/json"),
    "a server error": answer(500),
    "a bad gateway": answer(502),
    "a server that is busy": answer(503),
    "too many requests": answer(429),
    "a proxy that forbids": answer(403),
    "a line cut before": cut_before,
    "a line cut after": cut_after,
}


@dataclass
class Road:
    """A phone whose every word goes through a bad network."""

    server: Server
    network: BadNetwork
    phone: Phone
    page: Page
    shops: Iterator[str]

    def arrive(self) -> tuple[str, str]:
        shop = next(self.shops)
        return shop, arrive(self.page, self.network.url, shop)

    def expect_once(self, shop: str, visit: str) -> None:
        assert [row["id"] for row in visits_at(self.server, WHO, shop)] == [visit]


@pytest.fixture(scope="module")
def road(playwright: Playwright, server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    network = BadNetwork(server.folder, behind=server)
    network.start()
    phone = Phone(playwright, network, tmp_path_factory.mktemp("road") / "phone")
    page = ready(phone, WHO)
    free = (shop for shop in shops(server, WHO) if not visits_at(server, WHO, shop))
    yield Road(server, network, phone, page, free)
    phone.close()
    network.stop()


@pytest.fixture(autouse=True)
def _well_again(road: Road) -> Iterator[None]:
    yield
    road.network.is_well()


@pytest.mark.parametrize("fault", FAULTS)
def test_an_entry_waits_out_a_bad_network_and_arrives_once(road: Road, fault: str) -> None:
    page, network = road.page, road.network
    network.does(PUSH, FAULTS[fault])
    shop, visit = road.arrive()
    assert network.did.wait(30)
    expect(page.get_by_test_id("status")).to_contain_text("1 条")
    expect(page.get_by_test_id("visit-state")).to_contain_text(SAVED)
    assert len(visits_at(road.server, WHO, shop)) == (fault == "a line cut after")
    network.is_well()
    page.evaluate(SIGNAL)
    expect(page.get_by_test_id("visit-state")).to_contain_text(SENT, timeout=30_000)
    expect(page.get_by_test_id("status")).to_have_count(0)
    road.expect_once(shop, visit)


def test_an_answer_that_stalls_midway_is_given_up_after_thirty_seconds(
    road: Road, playwright: Playwright, tmp_path: Path
) -> None:
    network, shop = road.network, next(road.shops)
    phone = Phone(playwright, network, tmp_path / "phone")  # of its own, for its clock is moved
    page = ready(phone, WHO)
    page.clock.install()
    network.released.clear()
    network.does(PUSH, stall_midway)
    visit = arrive(page, network.url, shop)
    expect(page.get_by_test_id("status")).to_contain_text("1 条")
    asked = len(network.done)
    network.deeds[PUSH] = lambda passing: passing.go_on()
    for _ in range(4):
        page.clock.run_for(10_000)
    expect(page.get_by_test_id("visit-state")).to_contain_text(SENT, timeout=30_000)
    phone.close()
    assert asked == 0, "nothing but the time limit ended the first"
    road.expect_once(shop, visit)


def test_a_network_that_comes_and_goes_loses_and_doubles_nothing(road: Road) -> None:
    page, network = road.page, road.network
    luck = random.Random(7)

    def flap(passing: Passing) -> None:
        luck.choice((cut_before, cut_after, Passing.go_on))(passing)

    network.does("/api/", flap)
    made = [road.arrive() for _ in range(4)]
    page.wait_for_function(
        f"() => {{ ({SIGNAL})(); return !document.querySelector('[data-testid=status]') }}",
        polling=300,
        timeout=60_000,
    )
    assert len(network.done) > len(made)
    for shop, visit in made:
        road.expect_once(shop, visit)


def test_a_batch_that_is_too_large_for_a_proxy_goes_in_halves(road: Road) -> None:
    page, network = road.page, road.network
    sizes: list[int] = []

    def narrow(passing: Passing) -> None:
        sizes.append(len(passing.ops))
        (answer(413) if len(passing.ops) > 1 else Passing.go_on)(passing)

    assert road.phone.context
    road.phone.context.set_offline(True)
    made = [road.arrive() for _ in range(3)]
    expect(page.get_by_test_id("status")).to_contain_text("3 条")
    network.does(PUSH, narrow)
    road.phone.context.set_offline(False)
    expect(page.get_by_test_id("status")).to_have_count(0, timeout=30_000)
    assert sizes[0] == 3
    assert 1 in sizes
    for shop, visit in made:
        road.expect_once(shop, visit)


def test_a_photo_whose_upload_is_cut_goes_again_whole(road: Road) -> None:
    page, network = road.page, road.network
    network.does("/api/attachments/", cut_before)
    shop = next(road.shops)
    page.goto(f"{network.url}/customers/{shop}")
    page.get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="拍门头照").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    expect(page.get_by_text("照片已拍好")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text(SENT, timeout=30_000)
    visit = visit_on(page)
    assert network.did.wait(30)
    expect(page.get_by_test_id("status")).to_contain_text("1 张照片")
    network.is_well()
    page.evaluate(SIGNAL)
    expect(page.get_by_test_id("status")).to_have_count(0, timeout=30_000)
    road.expect_once(shop, visit)
    blobs = taken(page, WHO)
    for blob in blobs:
        stored = (road.server.folder / "files" / "original" / blob["id"]).read_bytes()
        assert hashlib.sha256(stored).hexdigest() == blob["sha256"]
    assert blobs


def test_a_new_version_of_the_app_takes_over_with_entries_in_the_outbox(road: Road) -> None:
    page, network = road.page, road.network
    network.does(PUSH, cut_before)
    shop, visit = road.arrive()
    expect(page.get_by_test_id("status")).to_contain_text("1 条")

    def newer(passing: Passing) -> None:
        del passing.handler.headers["if-none-match"]
        del passing.handler.headers["if-modified-since"]
        status, headers, content = passing.ask()
        passing.give(status, headers, content + b"\n// a later version")

    network.does("/sw.js", newer)
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    with page.expect_navigation():
        page.get_by_role("button", name="有新版本,点此更新").click(timeout=30_000)
    expect(page.get_by_test_id("status")).to_contain_text("1 条", timeout=30_000)
    assert visits_at(road.server, WHO, shop) == []
    del network.deeds[PUSH]
    page.evaluate(SIGNAL)
    expect(page.get_by_test_id("status")).to_have_count(0, timeout=30_000)
    road.expect_once(shop, visit)
