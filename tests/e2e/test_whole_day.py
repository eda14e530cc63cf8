"""One day of an account manager and his market manager, partly without signal: from the stand-up to the reviewed log (S16.4)."""

import pytest
from playwright.sync_api import Page, expect

from browsers import Phone, Server
from e2e.field import arrive, leave, ready, shops, visits_at
from fieldvisit.kernel.clock import today
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

WHO, MANAGER = "am08", "mm2"


def offline(phone: Phone, is_offline: bool) -> None:
    assert phone.context
    phone.context.set_offline(is_offline)


def call_stand_up(page: Page, server: Server, name: str) -> None:
    """This morning's, for one of the team; the rest of it is out."""
    page.goto(f"{server.url}/meetings")
    page.get_by_role("link", name="安排会议").click(timeout=30_000)
    expect(page.get_by_test_id("agenda-item").first).to_be_visible(timeout=30_000)
    page.get_by_label("主题", exact=True).fill("早会:今天先走缺货的户")
    page.get_by_label("开始").fill(f"{today()}T06:30")
    page.get_by_label("结束").fill(f"{today()}T06:50")
    for chip in page.get_by_role("group", name="参会人员").get_by_role("button").all():
        if chip.inner_text() != name:
            chip.click()
    page.get_by_role("button", name="保存").click()
    page.get_by_test_id("meeting-card").get_by_role("button", name="发出通知").click()
    expect(page.get_by_test_id("meeting-state")).to_have_text("已通知")


def hold_stand_up(page: Page, phone: Phone, manager: Page, server: Server) -> None:
    """Signed in to without signal, held, its digest read."""
    page.goto(f"{server.url}/meetings")
    mine = page.get_by_test_id("meeting").filter(has_text="今天先走缺货的户")
    expect(mine).to_contain_text("待签到", timeout=60_000)
    mine.get_by_role("link").click()
    offline(phone, True)
    page.get_by_role("button", name="签到").click()
    expect(page.get_by_test_id("meeting-came")).to_contain_text("签到 1 / 1")
    offline(phone, False)

    came = manager.get_by_test_id("meeting-came")
    expect(came).to_contain_text("签到 1 / 1", timeout=60_000)
    card = manager.get_by_test_id("meeting-card")
    card.get_by_role("button", name="开会").click()
    card.get_by_role("button", name="散会").click()
    card.get_by_label("会议摘要").fill("先走缺货的户,异常当天写传递单。")
    card.get_by_role("button", name="发布摘要").click()
    expect(manager.get_by_test_id("meeting-state")).to_have_text("已发摘要")
    expect(page.get_by_test_id("meeting-digest")).to_have_text(
        "先走缺货的户,异常当天写传递单。", timeout=60_000
    )
    page.get_by_role("button", name="摘要已阅").click()


def give_task(manager: Page, name: str) -> None:
    """One out of the digest, for whoever was there (S5.8, S4.9)."""
    manager.get_by_test_id("meeting-tasks").get_by_role("link", name="布置任务").click()
    sheet = manager.get_by_role("dialog")
    expect(sheet.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    expect(sheet.get_by_label("要求", exact=True)).to_have_value("先走缺货的户,异常当天写传递单。")
    sheet.get_by_label("任务", exact=True).fill("东街集市看一遍")
    sheet.get_by_role("button", name="布置", exact=True).click()
    expect(manager.get_by_test_id("task-card").get_by_role("link", name="今天先走缺货的户")).to_be_visible()


def visit(page: Page, server: Server, shop: str, findings: str) -> None:
    """Arrive, say what one found, leave."""
    arrive(page, server.url, shop)
    page.get_by_label("发现情况").fill(findings)
    page.get_by_role("button", name="保存", exact=True).click()
    leave(page)


def write_log(page: Page, server: Server, findings: str) -> None:
    """The day is in it already; one important thing goes up by a slip."""
    page.goto(f"{server.url}/logs/day/{today()}/edit")
    visits = page.get_by_test_id("notes-visit").get_by_role("textbox")
    expect(visits.first).to_have_value(findings, timeout=30_000)
    expect(visits).to_have_count(2)
    page.get_by_role("button", name="+ 市场信息").click()
    market = page.get_by_test_id("notes-market")
    market.get_by_role("textbox").fill("东街集市有人上门收货")
    market.get_by_label("重要信息").check()
    market.get_by_role("link", name="写传递单").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("接收岗位").select_option("department")
    sheet.get_by_label("类别").select_option("compliance")
    sheet.get_by_role("button", name="发出").click()
    expect(page.get_by_test_id("slip-card")).to_contain_text("编号待生成")
    page.go_back()
    expect(market.get_by_label("已用哪张传递单上报")).not_to_have_value("")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_test_id("log-state")).to_have_text("待批阅")


def test_a_day_of_two_people_goes_from_the_stand_up_to_the_reviewed_log(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    token = server.token(WHO)
    people = server.get(token, "/api/people", limit="200")["items"]
    name = next(one["name"] for one in people if one["id"] == person(WHO))
    first, second = shops(server, WHO)[:2]
    manager = ready(other_phone, MANAGER)
    call_stand_up(manager, server, name)

    page = ready(phone, WHO)
    hold_stand_up(page, phone, manager, server)
    give_task(manager, name)
    expect(page.get_by_test_id("meeting-tasks")).to_contain_text("东街集市看一遍", timeout=60_000)

    offline(phone, True)
    visit(page, server, first, "背柜缺两个规格,店主说卖得快")
    visit(page, server, second, "价签齐,新品放在最下层")
    offline(other_phone, True)
    visit(manager, server, first, "与客户经理所记一致,缺货属实")
    offline(other_phone, False)
    write_log(page, server, "背柜缺两个规格,店主说卖得快")
    offline(phone, False)
    expect(page.get_by_test_id("log-card")).to_contain_text("XXD-", timeout=60_000)

    (log,) = server.get(token, "/api/work_logs", first_on=str(today()), horizon="day")["items"]
    manager.goto(f"{server.url}/logs/{log['id']}")
    expect(manager.get_by_test_id("log-card")).to_contain_text("东街集市有人上门收货", timeout=60_000)
    expect(manager.get_by_test_id("left-open")).to_have_count(0)
    manager.get_by_test_id("log-beside").wait_for()
    manager.keyboard.press("a")
    manager.keyboard.press("Enter")
    expect(page.get_by_test_id("log-state")).to_have_text("已批阅", timeout=60_000)
    expect(page.get_by_test_id("log-verdict")).to_contain_text("A")

    manager.goto(f"{server.url}/logs/day/{today()}/edit")
    own = manager.get_by_test_id("notes-visit").get_by_role("textbox")
    expect(own).to_have_value("与客户经理所记一致,缺货属实", timeout=30_000)
    manager.get_by_role("button", name="提交").click()
    expect(manager.get_by_test_id("log-state")).to_have_text("待批阅")
    for who, shop in ((WHO, first), (WHO, second), (MANAGER, first)):
        (made,) = visits_at(server, who, shop)
        assert made["state"] == "completed"
