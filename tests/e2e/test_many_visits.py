"""A day without signal: twenty visits with three photos each lie on the phone, it dies, and all of it arrives once."""

import hashlib

import pytest
from playwright.sync_api import Page, expect

from browsers import Phone, Server
from e2e.field import INSTALLED, leave, taken
from fieldvisit.kernel.clock import today
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

VISITS = 20
WHO = "am06"


def shoot(page: Page, button: str) -> None:
    page.get_by_role("button", name=button).click()
    page.get_by_role("button", name="拍照", exact=True).click()


def visit_next(page: Page) -> None:
    """The next shop of today's list, or any of the file when the list is done: in, three photos, out."""
    start = page.get_by_test_id("next-shop").get_by_role("link", name="进店签到")
    find = page.get_by_role("link", name="找客户")
    expect(start.or_(find)).to_be_visible()
    if find.is_visible():
        find.click()
        page.get_by_test_id("customer-row").first.click()
        page.get_by_role("link", name="进店签到").click()
    else:
        start.click()
    shoot(page, "拍门头照")
    expect(page.get_by_text("照片已拍好")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="到店签到").click()
    pictures = page.get_by_role("img", name="拜访照片")
    for number in (1, 2):
        expect(pictures).to_have_count(number)
        shoot(page, "补拍照片")
    expect(pictures).to_have_count(3)
    leave(page)
    page.get_by_role("link", name="今日").click()


def test_from_the_icon_it_is_at_most_three_taps_to_the_check_in(phone: Phone) -> None:
    page = phone.sign_in("am15")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    phone.close()

    page = phone.open()
    page.add_init_script("addEventListener('click', () => { window.taps = (window.taps ?? 0) + 1 }, true)")
    page.reload()
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("拜访中")
    assert 1 + page.evaluate("window.taps") <= 3  # the icon is the first
    leave(page)


def test_twenty_visits_with_sixty_photos_held_offline_all_arrive_once(server: Server, phone: Phone) -> None:
    page = phone.sign_in(WHO)
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    day = page.evaluate("new Date().toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' })")
    asked = {"visitor_id": person(WHO), "state": "completed", "day": day}
    before = {row["id"] for row in server.get(server.token("mm1"), "/api/visits", **asked)["items"]}
    phone.close()

    for _ in range(2):
        page = phone.open(offline=True)
        for _ in range(VISITS // 2):
            visit_next(page)
        phone.kill()

    page = phone.open(offline=True)
    blobs = taken(page, WHO)
    assert len(blobs) == len({blob["id"] for blob in blobs}) == 3 * VISITS
    assert {blob["sent"] for blob in blobs} == {0}
    phone.close()

    page = phone.open("/sync")
    expect(page.get_by_text(f"{today()} 本机 {4 * VISITS} 条 / 服务器 {4 * VISITS} 条")).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_test_id("status")).to_be_hidden(timeout=60_000)
    items = server.get(server.token("mm1"), "/api/visits", **asked)["items"]
    ids = [row["id"] for row in items if row["id"] not in before]
    assert len(ids) == len(set(ids)) == VISITS
    for blob in blobs:
        stored = (server.folder / "files" / "original" / blob["id"]).read_bytes()
        assert hashlib.sha256(stored).hexdigest() == blob["sha256"]
