"""A case is written without signal, commented at the desk, shared, and found by a colleague by any word of it (S10.3, S10.4)."""

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from e2e.field import ready

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def test_what_worked_at_one_shop_is_read_by_the_whole_zone(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = ready(phone, "am13")
    assert phone.context
    page.goto(f"{server.url}/maintenance")
    page.get_by_role("button", name="写案例").click(timeout=30_000)
    phone.context.set_offline(True)
    sheet = page.get_by_role("dialog")
    for label, words in (("一句话标题", "雨天送伞"), ("当时的情况", "雨天客流少"), ("怎么做的", "送两把广告伞"), ("效果", "店主主动加订"), ("技巧标签", "情感、雨天")):  # fmt: skip
        sheet.get_by_label(label).fill(words)
    sheet.get_by_role("button", name="保存").click()
    card = page.get_by_test_id("case-card")
    expect(card).to_contain_text("店主主动加订")
    phone.context.set_offline(False)

    desk = other_phone.sign_in("mm3")
    expect(desk.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    desk.goto(f"{server.url}/maintenance")
    row = desk.get_by_test_id("case").filter(has_text="雨天送伞")
    expect(row).to_contain_text("待点评", timeout=60_000)
    row.get_by_role("link").click()
    theirs = desk.get_by_test_id("case-card")
    theirs.get_by_label("点评", exact=True).fill("心意到了,订货就稳")
    theirs.get_by_role("button", name="辖区可见").click()
    theirs.get_by_role("button", name="保存点评").click()
    expect(theirs.get_by_test_id("case-shared")).to_have_text("辖区可见")

    expect(card).to_contain_text("心意到了,订货就稳", timeout=60_000)
    found = server.get(server.token("am16"), "/api/maintenance_cases", shared="zone")["items"]
    assert [row["title"] for row in found] == ["雨天送伞"]
    desk.get_by_role("link", name="返回").first.click()
    desk.get_by_label("搜索案例").fill("加订 雨天")
    expect(desk.get_by_test_id("case")).to_have_count(1)
