"""With no signal, a visit is made in a real browser; the phone dies; later the manager sees it, once."""

import hashlib
import re

import pytest
from playwright.sync_api import Page, Route, expect

from browsers import Phone, Server
from e2e.field import INSTALLED, taken
from fieldvisit.kernel.clock import today
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def check_in_with_photo(page: Page) -> str:
    """From the icon: next shop, photo, arrival. The visit's id."""
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="拍门头照").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    expect(page.get_by_text("照片已拍好")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已保存(本机)")
    found = re.search(r"/visits/([0-9a-f-]{36})", page.url)
    assert found
    return found.group(1)


def correct_phone(page: Page, number: str) -> None:
    page.get_by_role("link", name="客户档案").click()
    page.get_by_role("button", name="更正资料").click()
    page.get_by_label("联系电话").fill(number)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_test_id("status")).to_contain_text("2 条")


def drop_first_answer(page: Page) -> list[int]:
    """The server has the push, the phone never hears of it."""
    dropped: list[int] = []

    def lose(route: Route) -> None:
        if dropped:
            route.continue_()
            return
        dropped.append(0)  # claimed before the answer has come, for another request may follow meanwhile
        dropped[0] = route.fetch().status
        route.abort()

    page.route("**/api/sync/push", lose)
    return dropped


def test_a_visit_made_with_no_signal_reaches_the_manager(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = phone.sign_in("am01")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    phone.close()

    server.stop()
    page = phone.open(offline=True)
    expect(page.get_by_test_id("next-shop")).to_be_visible()
    shop = page.get_by_test_id("next-shop").get_by_role("heading").inner_text()
    visit = check_in_with_photo(page)
    correct_phone(page, "12055550199")
    phone.kill()

    page = phone.open("/sync", offline=True)
    expect(page.get_by_test_id("entry-row")).to_have_count(2)
    expect(page.get_by_text("已保存", exact=True)).to_have_count(2)
    (blob,) = taken(page, "am01")
    assert blob["size"] <= 400 * 1024
    page.goto(f"{server.url}/visits/{visit}")
    expect(page.get_by_role("img", name="拜访照片")).to_be_visible()
    phone.close()

    server.start()
    page = phone.open("/mine")
    dropped = drop_first_answer(page)
    page.reload()
    page.goto(f"{server.url}/sync")
    expect(page.get_by_text("已同步", exact=True)).to_have_count(2, timeout=30_000)
    assert dropped == [200]
    expect(page.get_by_text(f"{today()} 本机 2 条 / 服务器 2 条")).to_be_visible()

    mm1, mm2 = server.token("mm1"), server.token("mm2")
    made = server.get(mm1, "/api/visits", visitor_id=person("am01"), state="in_progress")["items"]
    assert [row["id"] for row in made] == [visit]
    assert made[0]["place_verdict"] in ("inside", "outside", "cannot_tell")
    assert server.get(mm1, f"/api/customers/{made[0]['customer_id']}")["contact_phone"] == "12055550199"
    assert server.get(mm2, "/api/visits", visitor_id=person("am01"))["items"] == []
    assert server.get(mm2, f"/api/visits/{visit}")["status"] == 404
    expect_stored(server, mm1, blob)

    desk = other_phone.sign_in("mm1")
    card = desk.get_by_test_id("team-visit").filter(has_text="李倩")
    expect(card).to_have_count(1, timeout=30_000)
    expect(card).to_contain_text(shop)
    expect(card.get_by_role("img", name="拜访照片")).to_be_visible()


def expect_stored(server: Server, token: str, blob: dict[str, str]) -> None:
    """The very bytes the phone made lie on the server."""
    row = server.get(token, f"/api/attachments/{blob['id']}")
    assert (row["state"], row["sha256"]) == ("stored", blob["sha256"])
    stored = (server.folder / "files" / "original" / blob["id"]).read_bytes()
    assert hashlib.sha256(stored).hexdigest() == blob["sha256"]
