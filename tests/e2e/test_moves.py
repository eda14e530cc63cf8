"""People leave and shops move while phones hold entries: each entry ends somewhere, seen in real browsers."""

import re

import pytest
from playwright.sync_api import Page, expect

from browsers import Phone, Server
from e2e.field import INSTALLED
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel.clock import today
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def go_offline_at_next_shop(phone: Phone, page: Page) -> tuple[str, str]:
    """Check in at the next shop without signal; the visit's id and the shop's."""
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    assert phone.context
    phone.context.set_offline(True)
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已保存(本机)")
    visit = re.search(r"/visits/([0-9a-f-]{36})", page.url)
    href = page.get_by_role("link", name="客户档案").get_attribute("href") or ""
    assert visit
    return visit.group(1), href.rsplit("/", 1)[-1]


def edit_note(page: Page, text: str) -> None:
    page.get_by_role("button", name="更正资料").click()
    page.get_by_role("dialog").get_by_label("备注").fill(text)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_seven_entries_of_a_dismissed_account_manager_are_held_then_settled_and_none_is_lost(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = phone.sign_in("am09")
    visit, customer = go_offline_at_next_shop(phone, page)
    page.get_by_role("button", name="离店").click()
    expect(page.get_by_test_id("status")).to_contain_text("2 条")
    page.get_by_role("link", name="客户档案").click()
    for number in range(5):
        edit_note(page, f"第 {number} 次")
    expect(page.get_by_test_id("status")).to_contain_text("7 条")
    server.post(server.token("ga"), f"/api/users/{person('am09')}/leave", {})
    assert phone.context
    phone.context.set_offline(False)
    page.goto(server.url + "/sync")
    expect(page.get_by_text("需要处理")).to_have_count(7, timeout=30_000)

    desk = other_phone.sign_in("mm2")
    desk.get_by_test_id("needs-me").click(timeout=30_000)
    cards = desk.get_by_test_id("decision").filter(has_text="徐静")
    expect(cards).to_have_count(7)
    expect(cards.first).to_contain_text("到店签到")
    for number in range(6):
        cards.nth(number).get_by_role("button", name="代为执行").click()
    cards.nth(6).get_by_role("button", name="驳回").click()
    desk.get_by_label("驳回原因").fill("内容重复")
    desk.get_by_role("dialog").get_by_role("button", name="驳回").click()
    expect(cards).to_have_count(0, timeout=30_000)
    expect(desk.get_by_text("已执行")).to_have_count(6)
    expect(desk.get_by_text("已驳回")).to_have_count(1)
    token = server.token("mm2")
    assert server.get(token, f"/api/visits/{visit}")["state"] == "completed"
    assert server.get(token, f"/api/customers/{customer}")["note"] == "第 3 次"


def test_a_shop_moves_while_its_entries_wait_and_leaves_one_phone_for_the_other(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = phone.sign_in("am10")
    visit, customer = go_offline_at_next_shop(phone, page)
    page.get_by_role("button", name="离店").click()
    expect(page.get_by_test_id("status")).to_contain_text("2 条")
    there = other_phone.sign_in("am13")
    expect(there.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    to = {"route_id": demo_id("route:nx:0"), "customer_ids": [customer], "on_day": str(today())}
    server.post(server.token("ga"), "/api/handovers", to)
    assert phone.context
    phone.context.set_offline(False)
    page.goto(server.url + "/sync")
    expect(page.get_by_text("已同步")).to_have_count(2, timeout=30_000)
    page.goto(f"{server.url}/customers/{customer}")
    expect(page.get_by_text("找不到这户的资料")).to_be_visible(timeout=30_000)
    there.goto(f"{server.url}/sync")
    there.get_by_role("button", name="立即同步").click()
    there.goto(f"{server.url}/customers/{customer}")
    expect(there.get_by_role("button", name="更正资料")).to_be_visible(timeout=30_000)
    row = server.get(server.token("mm2"), f"/api/visits/{visit}")
    assert (row["state"], row["is_late_scope"]) == ("completed", True)


def test_a_second_user_on_the_same_phone_sends_the_firsts_entries_as_the_firsts(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = phone.sign_in("am11")
    visit, customer = go_offline_at_next_shop(phone, page)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    assert phone.context
    phone.context.set_offline(False)
    page.get_by_label("工号").fill("am12")
    page.get_by_label("密码", exact=True).fill("zoufang-demo")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    page.goto(f"{server.url}/sync")
    expect(page.get_by_text("本机还没有记录")).to_be_visible()
    page.goto(f"{server.url}/customers/{customer}")
    expect(page.get_by_text("找不到这户的资料")).to_be_visible()
    there = other_phone.sign_in("mm2")
    expect(there.get_by_role("heading", name="团队今日")).to_be_visible(timeout=30_000)
    there.goto(f"{server.url}/visits/{visit}")
    expect(there.get_by_test_id("visit-state")).to_be_visible(timeout=30_000)
    row = server.get(server.token("mm2"), f"/api/visits/{visit}")
    assert row["visitor_id"] == person("am11")


def test_a_manager_registers_an_absence_and_the_deputy_finds_the_route_on_his_phone(
    phone: Phone,
) -> None:
    page = phone.sign_in("mm3")
    page.get_by_role("link", name="我的").click(timeout=30_000)
    page.get_by_role("link", name="人员与代班").click()
    someone = page.get_by_test_id("person").first
    someone.get_by_role("button", name="登记不在").click(timeout=30_000)
    dialog = page.get_by_role("dialog")
    deputy = dialog.get_by_label("代班人").locator("option").nth(1)
    dialog.get_by_label("代班人").select_option(deputy.get_attribute("value"))
    dialog.get_by_role("button", name="登记").click()
    expect(dialog).to_have_count(0, timeout=15_000)
    expect(someone).to_contain_text("代")
