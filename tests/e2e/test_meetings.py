"""A stand-up that has prepared itself: called, signed in to without signal, held from one screen, passed on and read (S5.1–S5.10); complaints are told of, those about somebody only counted (S5.11, S12.18)."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from browsers import Phone, Server
from e2e.field import ready
from fieldvisit.kernel.clock import today
from personas import person, uid, worked

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

WHO = "am13"
MANAGER = "mm3"
SECRET = "送货员和客户经理都没来"


def complained(server: Server) -> str:
    """A complaint about delivery and one about the account manager who is called, both from a shop of his; the shop's name."""
    centre = server.token("cc1")
    shop = server.get(server.token(WHO), "/api/customers", limit="1", customer_status="02")["items"][0]
    told = {"feedback_type": "complaint", "source": "complaint_centre", "content": SECRET}
    for about in (
        {"category": "delivery", "customer_id": shop["id"]},
        {"category": "account_manager", "customer_id": shop["id"], "object_user_id": person(WHO)},
    ):
        server.post(centre, "/api/feedback_cases", {"id": uid(), **told, **about})
    return str(shop["shop_name"])


def on_one_screen(desk: Page, shop_name: str) -> None:
    """An item of the agenda is ticked off; complaints are told of, of those about somebody only the number."""
    desk.get_by_test_id("board-item").first.click()
    expect(desk.get_by_test_id("board-item").first).to_have_attribute("aria-pressed", "true")
    bulletin = desk.get_by_test_id("bulletin")
    expect(bulletin).to_contain_text(f"{shop_name} · 投诉 · 送货 · 待办理", timeout=30_000)
    expect(bulletin.get_by_text(re.compile(r"另有 \d+ 件只计数")).first).to_be_visible()
    expect(bulletin).not_to_contain_text("投诉 · 客户经理")
    expect(bulletin).not_to_contain_text(SECRET)


def test_a_stand_up_is_called_signed_in_to_without_signal_held_on_one_screen_and_passed_on(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    people = server.get(server.token(WHO), "/api/people", limit="200")["items"]
    name = next(one["name"] for one in people if one["id"] == person(WHO))
    day = worked(today() + timedelta(days=1))
    shop_name = complained(server)
    desk = other_phone.sign_in(MANAGER)
    expect(desk.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    desk.goto(f"{server.url}/meetings")
    desk.get_by_role("link", name="安排会议").click(timeout=30_000)
    expect(desk.get_by_test_id("agenda-item")).to_have_count(6, timeout=30_000)
    desk.get_by_label("主题", exact=True).fill("早会:雨天安全")
    desk.get_by_label("开始").fill(f"{day}T08:00")
    desk.get_by_label("结束").fill(f"{day}T08:20")
    chips = desk.get_by_role("group", name="参会人员").get_by_role("button")
    for chip in chips.all():
        if chip.inner_text() != name:
            chip.click()
    desk.get_by_role("button", name="保存").click()
    theirs = desk.get_by_test_id("meeting-card")
    theirs.get_by_role("button", name="发出通知").click()
    expect(theirs.get_by_test_id("meeting-state")).to_have_text("已通知")
    expect(desk.get_by_test_id("meeting-came")).to_contain_text(name, timeout=30_000)

    page = ready(phone, WHO)
    assert phone.context
    page.goto(f"{server.url}/meetings")
    mine = page.get_by_test_id("meeting").filter(has_text="早会:雨天安全")
    expect(mine).to_contain_text("待签到", timeout=60_000)
    phone.context.set_offline(True)
    mine.get_by_role("link").click()
    page.get_by_role("button", name="签到").click()
    expect(page.get_by_test_id("meeting-came")).to_contain_text("签到 1 / 1")
    phone.context.set_offline(False)

    expect(desk.get_by_test_id("meeting-came")).to_contain_text("签到 1 / 1", timeout=60_000)
    theirs.get_by_role("button", name="开会").click()
    theirs.get_by_role("link", name="投屏例会").click()
    on_one_screen(desk, shop_name)
    words = desk.get_by_test_id("meeting-words")
    words.get_by_label("谁").select_option(label=name)
    words.get_by_role("button", name="点评", exact=True).click()
    words.get_by_label("点评").fill("缺货报得及时")
    words.get_by_role("button", name="记下").click()
    expect(words).to_contain_text("缺货报得及时")
    desk.get_by_role("link", name="返回").click()
    theirs.get_by_role("button", name="散会").click()
    theirs.get_by_label("会议摘要").fill("雨天慢行,先走缺货的户。")
    theirs.get_by_role("button", name="发布摘要").click()
    expect(theirs.get_by_test_id("meeting-state")).to_have_text("已发摘要")

    expect(page.get_by_test_id("meeting-digest")).to_have_text("雨天慢行,先走缺货的户。", timeout=60_000)
    expect(page.get_by_test_id("meeting-words")).to_contain_text("缺货报得及时")
    page.get_by_role("button", name="摘要已阅").click()
    expect(desk.get_by_test_id("meeting-came")).to_contain_text("摘要已阅 1 人", timeout=60_000)
