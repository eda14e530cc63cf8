"""A day writes its own log, without signal too; what is important gets its slip; the market manager reviews it with two keys and takes up what a shop said (S13.1–S13.4, S12.1)."""

import pytest
from playwright.sync_api import Locator, Page, expect

from browsers import Phone, Server
from e2e.field import ready
from fieldvisit.kernel.clock import today
from personas import uid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

WHO = "am13"
MANAGER = "mm3"


def visited(server: Server, findings: str) -> None:
    token, visit = server.token(WHO), uid()
    shop = server.get(token, "/api/customers", limit="1", customer_status="02")["items"][0]
    server.post(token, "/api/visits", {"id": visit, "customer_id": shop["id"], "place": None})
    server.patch(token, f"/api/visits/{visit}", {"findings": findings})
    server.post(token, f"/api/visits/{visit}/check-out", {})


def takes_up_what_a_shop_said(desk: Page, log: Locator) -> None:
    """A line of the log becomes an opinion that leads back to the log."""
    lead = log.get_by_test_id("log-note").filter(has_text="店主说卖得快")
    lead.get_by_role("link", name="记为客户意见").click(timeout=30_000)
    sheet = desk.get_by_role("dialog")
    expect(sheet.get_by_label("店主怎么说")).to_have_value("背柜缺两个规格,店主说卖得快")
    sheet.get_by_role("button", name="保存", exact=True).click()
    taken = desk.get_by_test_id("feedback-card")
    expect(taken).to_contain_text("客户经理记录")
    taken.get_by_role("link", name="查看来源").click()
    expect(log).to_contain_text("送货偏晚")


def test_the_day_is_in_the_log_already_and_what_is_important_is_passed_on_before_it_is_reviewed(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    """(S12.1)"""
    visited(server, "背柜缺两个规格,店主说卖得快")
    page = ready(phone, WHO)
    assert phone.context
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="工作日志").click()
    page.get_by_role("link", name=f"{today()} 日志").click(timeout=30_000)
    expect(page.get_by_test_id("notes-visit").get_by_role("textbox")).to_have_value(
        "背柜缺两个规格,店主说卖得快", timeout=30_000
    )
    phone.context.set_offline(True)
    page.get_by_role("button", name="+ 市场信息").click()
    market = page.get_by_test_id("notes-market")
    market.get_by_role("textbox").fill("集市口有户在卖非渠道烟")
    market.get_by_label("重要信息").check()
    market.get_by_role("link", name="写传递单").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("接收岗位").select_option("department")
    sheet.get_by_label("类别").select_option("compliance")
    expect(sheet.get_by_label("内容")).to_have_value("集市口有户在卖非渠道烟")
    sheet.get_by_role("button", name="发出").click()
    expect(page.get_by_test_id("slip-card")).to_contain_text("编号待生成")
    page.go_back()
    expect(market.get_by_role("textbox")).to_have_value("集市口有户在卖非渠道烟")
    expect(market.get_by_label("已用哪张传递单上报")).to_contain_text("编号待生成 集市口")
    expect(market.get_by_label("已用哪张传递单上报")).not_to_have_value("")
    page.get_by_role("button", name="+ 问题").click()
    page.get_by_label("问题").fill("送货偏晚")
    page.get_by_role("button", name="提交").click()
    card = page.get_by_test_id("log-card")
    expect(card.get_by_test_id("log-state")).to_have_text("待批阅")
    phone.context.set_offline(False)
    expect(card).to_contain_text("XXD-", timeout=60_000)

    desk = other_phone.sign_in(MANAGER)
    expect(desk.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    (row,) = server.get(server.token(WHO), "/api/work_logs", first_on=str(today()))["items"]
    desk.goto(f"{server.url}/logs/{row['id']}")
    theirs = desk.get_by_test_id("log-card")
    expect(theirs).to_contain_text("送货偏晚", timeout=60_000)
    expect(desk.get_by_test_id("log-beside")).to_be_visible()
    expect(desk.get_by_test_id("left-open")).to_have_count(0)
    desk.keyboard.press("a")
    desk.keyboard.press("Enter")
    expect(card.get_by_test_id("log-state")).to_have_text("已批阅", timeout=60_000)
    expect(card.get_by_test_id("log-verdict")).to_contain_text("A")
    desk.goto(f"{server.url}/logs/{row['id']}")
    takes_up_what_a_shop_said(desk, theirs)


def test_a_log_whose_important_news_went_nowhere_waits_for_its_slip_or_a_reason(
    server: Server, other_phone: Phone
) -> None:
    token = server.token("am15")
    news = {"id": uid(), "kind": "market", "text": "新开两家便利店", "is_important": True}
    log = {"id": uid(), "horizon": "month", "first_on": str(today().replace(day=1)), "notes": []}
    log["notes"] = [{"id": uid(), "kind": "analysis", "text": "大户稳"}]
    server.post(token, "/api/work_logs/submit", log)
    day = {"id": uid(), "first_on": str(today()), "notes": [news]}
    server.post(token, "/api/work_logs/submit", day)
    (row,) = server.get(token, "/api/work_logs", first_on=str(today()), horizon="day")["items"]
    desk = other_phone.sign_in(MANAGER)
    expect(desk.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    desk.goto(f"{server.url}/logs/{row['id']}")
    review = desk.get_by_test_id("log-review")
    review.get_by_role("button", name="B", exact=True).click(timeout=60_000)
    done = review.get_by_role("button", name="批阅")
    expect(done).to_be_disabled()
    review.get_by_test_id("left-open").get_by_label("为什么不用传递单").fill("上周已报")
    done.click()
    expect(review.get_by_test_id("left-open")).to_have_count(0)
    desk.goto(f"{server.url}/logs/{row['id']}")
    expect(desk.get_by_test_id("log-card")).to_contain_text("未写传递单:上周已报", timeout=30_000)
    expect(desk.get_by_test_id("log-state")).to_have_text("已批阅")
