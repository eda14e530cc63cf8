"""A service issue is noted at a shop without signal, analysed and assigned at the desk, fixed without signal, verified (S16.7)."""

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from e2e.field import arrive, leave, ready, shops
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

WHO, MANAGER = "am06", "mm1"
FOUND = "价目表贴在柜台里面,顾客看不见"


def test_an_issue_goes_from_a_shop_without_signal_to_the_manager_and_back_until_it_is_verified(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = ready(phone, WHO)
    assert phone.context
    phone.context.set_offline(True)
    arrive(page, server.url, shops(server, WHO)[-2])
    page.get_by_role("link", name="记服务问题").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("button", name="物料用品").click()
    sheet.get_by_label("问题描述").fill(FOUND)
    sheet.get_by_role("button", name="保存", exact=True).click()
    card = page.get_by_test_id("issue-card")
    expect(card).to_contain_text("编号待生成")
    page.go_back()
    leave(page)
    phone.context.set_offline(False)

    desk = ready(other_phone, MANAGER)
    desk.goto(f"{server.url}/service_issues")
    desk.get_by_test_id("issue").filter(has_text=FOUND).get_by_role("link").click(timeout=60_000)
    theirs, form = desk.get_by_test_id("issue-card"), desk.get_by_role("dialog")
    expect(theirs).to_contain_text("FW-")
    assert other_phone.context
    other_phone.context.set_offline(True)
    theirs.get_by_role("button", name="分析原因").click()
    form.get_by_label("原因分析").fill("张贴时没有人看过位置")
    form.get_by_role("button", name="分析原因").click()
    theirs.get_by_role("button", name="分派整改").click()
    owner = server.get(server.token(MANAGER), f"/api/people/{person(WHO)}")["name"]
    form.get_by_label("整改人").select_option(label=f"{owner} · 客户经理")
    form.get_by_label("整改措施").fill("重新张贴到门口")
    form.get_by_role("button", name="分派整改").click()
    expect(theirs.get_by_test_id("issue-state")).to_have_text("整改中")
    other_phone.context.set_offline(False)

    page.goto(f"{server.url}/service_issues")
    page.get_by_test_id("issue").filter(has_text=FOUND).get_by_role("link").click(timeout=60_000)
    page.get_by_role("button", name="提交整改结果").click(timeout=60_000)
    phone.context.set_offline(True)
    sheet.get_by_label("整改结果").fill("已贴到门口")
    sheet.get_by_role("button", name="提交整改结果").click()
    expect(card.get_by_test_id("issue-state")).to_have_text("待验证")
    phone.context.set_offline(False)

    theirs.get_by_role("button", name="验证通过").click(timeout=60_000)
    form.get_by_role("button", name="验证通过").click()
    expect(theirs.get_by_test_id("issue-state")).to_have_text("已验证")
    expect(theirs.get_by_test_id("timeliness")).to_contain_text("按时", timeout=60_000)
