"""What a shop says at a visit is taken down without signal, handled by the market manager, told the shop and rated (S12.2–S12.17)."""

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from e2e.field import arrive, leave, ready, shops

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

WHO, MANAGER = "am06", "mm1"
SAID = "送货总赶在接孩子的时候"


def test_an_opinion_goes_from_a_shop_without_signal_to_the_manager_and_back_to_the_shop(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = ready(phone, WHO)
    assert phone.context
    phone.context.set_offline(True)
    arrive(page, server.url, shops(server, WHO)[-1])
    page.get_by_role("link", name="记意见").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("内容分类").select_option("delivery")
    sheet.get_by_label("店主怎么说").fill(SAID)
    sheet.get_by_role("button", name="保存", exact=True).click()
    card = page.get_by_test_id("feedback-card")
    expect(card).to_contain_text("编号待生成")
    page.go_back()
    leave(page)
    phone.context.set_offline(False)

    desk = ready(other_phone, MANAGER)
    desk.goto(f"{server.url}/feedback")
    desk.get_by_test_id("feedback").filter(has_text=SAID).get_by_role("link").click(timeout=60_000)
    theirs = desk.get_by_test_id("feedback-card")
    expect(theirs).to_contain_text("YJ-")
    assert other_phone.context
    other_phone.context.set_offline(True)
    theirs.get_by_role("button", name="办理").click()
    form = desk.get_by_role("dialog")
    form.get_by_label("核实方法").select_option("ask_post")
    form.get_by_label("核实结果").select_option("true")
    form.get_by_label("办理意见").fill("已请配送改到上午")
    form.get_by_role("button", name="办理").click()
    theirs.get_by_role("button", name="回复店主").click()
    form.get_by_label("回复了什么").fill("下周一起上午送")
    for name in ("处理时间", "处理方式", "处理过程"):
        form.get_by_label(name).select_option("5")
    expect(form.get_by_role("button", name="回复店主")).to_be_disabled()
    form.get_by_label("处理结果").select_option("4")
    form.get_by_role("button", name="回复店主").click()
    theirs.get_by_role("button", name="办结").click()
    form.get_by_role("button", name="办结").click()
    expect(theirs.get_by_test_id("feedback-state")).to_have_text("已办结")
    other_phone.context.set_offline(False)

    page.goto(f"{server.url}/feedback")
    page.get_by_role("button", name="已结束").click()
    page.get_by_test_id("feedback").filter(has_text=SAID).get_by_role("link").click(timeout=60_000)
    expect(card).to_contain_text("结果 4")
    expect(card.get_by_test_id("timeliness")).to_contain_text("按时", timeout=60_000)
    (row,) = [
        one
        for one in server.get(server.token("cc1"), "/api/feedback_cases")["items"]
        if one["content"] == SAID
    ]
    assert (row["state"], row["timeliness"], row["sat_result"]) == ("closed", "in_time", 4)
