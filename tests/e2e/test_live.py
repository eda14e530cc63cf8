"""What one phone enters another shows within moments, untouched; and where something swallows the stream, soon all the same."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from browsers import Phone, Server
from personas import uid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
MOMENTS_MS = 15_000  # the ordinary pass comes after 60 s
STREAM = "/api/sync/events"


def team_visits(page: Page) -> Any:
    expect(page.get_by_role("heading", name="团队今日")).to_be_visible(timeout=30_000)
    return page.get_by_test_id("team-visit")


def visit_somewhere(server: Server, username: str) -> str:
    """A colleague has been at a shop, with another phone; the shop's name."""
    token, visit = server.token(username), uid()
    customer = server.get(token, "/api/customers", limit="1")["items"][0]
    server.post(token, "/api/visits", {"id": visit, "customer_id": customer["id"], "place": None})
    server.post(token, f"/api/visits/{visit}/check-out", {})
    return str(customer["shop_name"])


def test_a_visit_on_one_phone_shows_on_the_managers_within_moments(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = phone.sign_in("am13")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    there = other_phone.sign_in("mm3")
    cards = team_visits(there)
    there.reload()  # and listens from the start
    with there.expect_response(lambda answer: STREAM in answer.url, timeout=30_000) as listening:
        pass
    assert listening.value.status == 200
    shop = page.get_by_test_id("next-shop").get_by_role("heading").inner_text()
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已同步", timeout=30_000)
    expect(cards.filter(has_text=shop)).to_have_count(1, timeout=MOMENTS_MS)


def test_where_the_stream_is_swallowed_on_the_way_the_phone_looks_every_half_minute(
    server: Server, phone: Phone
) -> None:
    page = phone.sign_in("mm3")
    team_visits(page)
    swallowed: list[Route] = []

    def swallow(route: Route) -> None:
        swallowed.append(route)

    page.route(f"**{STREAM}", swallow)  # nothing ever comes back
    page.clock.install()
    with page.expect_request(lambda request: STREAM in request.url, timeout=30_000):
        page.reload()
    cards = team_visits(page)
    page.clock.run_for(36_000)  # it gives the stream up
    shop = visit_somewhere(server, "am17")
    with page.expect_request(re.compile("/api/sync/manifest"), timeout=30_000):
        page.clock.run_for(31_000)
    expect(cards.filter(has_text=shop)).to_have_count(1, timeout=MOMENTS_MS)
    assert swallowed
