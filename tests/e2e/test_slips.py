"""An information slip from a visit without signal, answered by the post it is for, and closed (S11.10, S18.4)."""

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from e2e.field import ready, shops
from personas import uid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
WHO = "am14"


def test_s11_10_a_slip_is_written_at_a_visit_without_signal_and_answered(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    token, visit = server.token(WHO), uid()
    shop = shops(server, WHO)[9]
    arrival = {"id": visit, "customer_id": shop, "place": None, "photo_refusal": "unavailable"}
    server.post(token, "/api/visits", arrival)
    server.post(token, f"/api/visits/{visit}/check-out", {})  # nobody else finds him in a shop
    page = ready(phone, WHO)
    assert phone.context
    page.goto(f"{server.url}/visits/{visit}")
    link = page.get_by_role("link", name="写信息传递单")
    expect(link).to_be_visible(timeout=30_000)
    phone.context.set_offline(True)
    link.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("相关客户")
    expect(sheet.get_by_role("button", name="发出")).to_be_disabled()
    sheet.get_by_label("接收岗位").select_option(label="冯军(配送)")
    sheet.get_by_label("类别").select_option("delivery")
    sheet.get_by_label("内容").fill("两次晚到,店主没法开门")
    sheet.get_by_label("希望怎么处理").fill("固定上午送")
    sheet.get_by_role("button", name="发出").click()
    card = page.get_by_test_id("slip-card")
    expect(card).to_contain_text("编号待生成")
    phone.context.set_offline(False)
    expect(card).to_contain_text("XXD-", timeout=60_000)

    post = other_phone.sign_in("post2")
    expect(post.get_by_text("您的岗位没有现场拜访任务")).to_be_visible(timeout=30_000)
    post.goto(f"{server.url}/slips")
    post.get_by_test_id("slip").filter(has_text="两次晚到").get_by_role("link").click(timeout=60_000)
    theirs = post.get_by_test_id("slip-card")
    theirs.get_by_role("button", name="签收").click()
    expect(theirs.get_by_test_id("slip-state")).to_have_text("已签收")
    theirs.get_by_role("button", name="答复").click()
    post.get_by_role("dialog").get_by_label("处理情况").fill("已改为上午第一批")
    post.get_by_role("dialog").get_by_role("button", name="答复").click()
    expect(theirs.get_by_test_id("slip-state")).to_have_text("已答复")

    expect(card.get_by_test_id("slip-state")).to_have_text("已答复", timeout=60_000)
    expect(card).to_contain_text("已改为上午第一批")
    card.get_by_role("button", name="认可,办结").click()
    expect(card.get_by_test_id("slip-state")).to_have_text("已办结")
    expect(theirs.get_by_test_id("slip-state")).to_have_text("已办结", timeout=60_000)
    (row,) = server.get(token, "/api/info_slips", category="delivery")["items"]
    assert (row["state"], row["visit_id"], row["customer_id"], row["timeliness"]) == (
        "closed",
        visit,
        shop,
        "in_time",
    )
