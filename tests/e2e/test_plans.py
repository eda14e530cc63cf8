"""A market manager's month from draft to approved on two phones; a day filed and walked without signal (S11)."""

from collections import Counter
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from browsers import Phone, Server
from e2e.field import ready, visits_at
from fieldvisit.kernel.clock import today
from personas import person, uid, worked

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

WHO = "mm3"
MONTH = (today().replace(day=1) + timedelta(days=32)).replace(day=1)


def offline(phone: Phone, is_offline: bool) -> None:
    assert phone.context
    phone.context.set_offline(is_offline)


def at_the_desk(phone: Phone) -> Page:
    """The department manager, signed in."""
    page = phone.sign_in("dm")
    expect(page.get_by_text("您的岗位没有现场拜访任务")).to_be_visible(timeout=30_000)
    return page


def add_shops(page: Page, count: int) -> None:
    """The first so many of those that want a visit (S11.1)."""
    page.get_by_role("button", name="添加客户").click()
    boxes = page.get_by_test_id("candidate").get_by_role("checkbox")
    for number in range(count):
        boxes.nth(number).check(timeout=30_000)
    page.get_by_role("button", name=f"加入 {count} 户").click()


def print_form(page: Page) -> None:
    """The visit plan form on paper (S11.16): landscape, the form alone."""
    page.get_by_role("link", name="打印计划表").click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(3)
    narrow, landscape = page.viewport_size, {"width": 1046, "height": 718}  # A4 without its margins
    page.set_viewport_size(landscape)  # type: ignore[arg-type]  # a plain dict is one
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="主导航")).to_be_hidden()
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.emulate_media(media="screen")
    assert narrow
    page.set_viewport_size(narrow)


def test_s11_3_s11_6_a_month_goes_from_draft_to_approved_on_two_phones(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    manager = ready(phone, WHO)
    manager.goto(f"{server.url}/plans")
    manager.get_by_test_id("own-month").get_by_role("link").last.click()
    submit = manager.get_by_role("button", name="提交审核")
    expect(submit).to_be_disabled()
    manager.get_by_label("应拜访客户数").fill("60")
    manager.get_by_label("拜访内容").fill("每位客户经理")
    manager.get_by_role("link", name="返回").click()
    manager.get_by_test_id("own-month").get_by_role("link").last.click()
    expect(manager.get_by_label("应拜访客户数")).to_have_value("60")
    expect(manager.get_by_label("拜访内容")).to_have_value("每位客户经理")
    add_shops(manager, 2)
    manager.get_by_role("button", name="存草稿").click()
    expect(manager.get_by_test_id("plan-state")).to_have_text("草稿")
    offline(phone, True)
    manager.get_by_role("link", name="继续编制").click()
    expect(manager.get_by_label("应拜访客户数")).to_have_value("60")
    manager.get_by_label("拜访内容").fill("每位客户经理都走到")
    submit.click()
    expect(manager.get_by_test_id("plan-state")).to_have_text("待审核")
    offline(phone, False)
    expect(manager.get_by_test_id("plan-step")).to_have_count(1, timeout=30_000)

    leader = at_the_desk(other_phone)
    leader.goto(f"{server.url}/plans")
    waiting = leader.get_by_test_id("plan").filter(has_text=f"{MONTH.year} 年 {MONTH.month} 月")
    waiting.filter(has_text="月计划").first.click(timeout=30_000)
    card = leader.get_by_test_id("plan-card")
    expect(card).to_contain_text("每位客户经理都走到")
    card.get_by_role("button", name="退回").click()
    leader.get_by_role("dialog").get_by_label("说明").fill("至少 64 户")
    leader.get_by_role("dialog").get_by_role("button", name="退回").click()
    expect(leader.get_by_test_id("plan-step")).to_have_count(2, timeout=30_000)
    expect(leader.get_by_test_id("plan-state")).to_have_text("被退回")

    manager.reload()
    expect(manager.get_by_test_id("plan-state")).to_have_text("被退回", timeout=30_000)
    expect(manager.get_by_test_id("plan-step").last).to_contain_text("至少 64 户")
    manager.get_by_role("link", name="继续编制").click()
    manager.get_by_label("应拜访客户数").fill("64")
    submit.click()
    expect(manager.get_by_test_id("plan-step")).to_have_count(3, timeout=30_000)
    leader.reload()
    expect(leader.get_by_test_id("plan-state")).to_have_text("待审核", timeout=30_000)
    card.get_by_role("button", name="通过").click()
    leader.get_by_role("dialog").get_by_role("button", name="通过").click()
    expect(leader.get_by_test_id("plan-step")).to_have_count(4, timeout=30_000)
    manager.reload()
    expect(manager.get_by_test_id("plan-state")).to_have_text("已通过", timeout=30_000)
    print_form(manager)
    (row,) = server.get(
        server.token(WHO), "/api/visit_plans", author_id=person(WHO), first_on=str(MONTH), horizon="month"
    )["items"]
    assert (row["state"], row["target_count"], len(row["items"])) == ("approved", 64, 2)


def test_s11_5_s11_7_s11_12_a_day_is_filed_and_walked_without_signal_and_counted_on_both_phones(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    calendar = {"days": [{"day": str(today()), "is_working": True, "note": "调休"}]}
    server.put(server.token("ga"), "/api/calendar_days", calendar)
    manager = ready(phone, WHO)
    manager.goto(f"{server.url}/plans/day/{today()}/edit")
    expect(manager.get_by_role("button", name="添加客户")).to_be_visible()
    for _ in range(manager.get_by_test_id("day-stop").count()):
        manager.get_by_test_id("day-stop").first.get_by_role("button", name="去掉").click()
    offline(phone, True)
    add_shops(manager, 2)
    file = manager.get_by_role("button", name="备案")
    expect(file).to_be_disabled()
    first, second = manager.get_by_test_id("day-stop").all()
    first.get_by_label("拜访目的").select_option("supervise_am")
    first.get_by_label("可能的问题").fill("陈列不到位")
    second.get_by_label("可能的问题").fill("")
    first.get_by_role("button", name="用于其余未填的客户").click()
    expect(second.get_by_text("待补全")).to_be_hidden()
    name = (first.get_by_text("1. ").text_content() or "").removeprefix("1. ")
    file.click()
    expect(manager.get_by_test_id("plan-state")).to_have_text("已备案")
    stop = manager.get_by_test_id("plan-stop")
    expect(stop).to_have_count(2)
    expect(stop.first.get_by_text("未访")).to_be_visible()

    manager.reload()
    manager.goto(server.url)
    expect(manager.get_by_test_id("next-shop")).to_contain_text(name)
    manager.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    expect(manager.get_by_text("陈列不到位")).to_be_visible()
    manager.get_by_role("button", name="到店签到").click()
    expect(manager.get_by_test_id("visit-state")).to_contain_text("已", timeout=15_000)
    manager.get_by_label("发现情况").fill("陈列缺两个面")
    manager.get_by_role("button", name="保存", exact=True).click()
    manager.get_by_role("button", name="离店", exact=True).click()
    manager.get_by_role("button", name="仍然离店").click()
    expect(manager.get_by_role("button", name="离店", exact=True)).to_have_count(0)
    manager.goto(f"{server.url}/plans")
    manager.get_by_test_id("own-day").get_by_text("已备案").click()
    expect(manager.get_by_test_id("plan-progress")).to_contain_text("1 / 2")
    offline(phone, False)
    expect(manager.get_by_test_id("plan-step")).to_have_count(1, timeout=30_000)
    (plan,) = server.get(
        server.token(WHO), "/api/visit_plans", author_id=person(WHO), first_on=str(today()), horizon="day"
    )["items"]
    assert (plan["state"], len(plan["items"])) == ("filed", 2)
    assert len(visits_at(server, WHO, plan["items"][0]["customer_id"])) == 1

    leader = at_the_desk(other_phone)
    leader.goto(f"{server.url}/plans/{plan['id']}")
    progress = leader.get_by_test_id("plan-progress")
    expect(progress).to_contain_text("1 / 2", timeout=60_000)
    expect(leader.get_by_role("button", name="通过")).to_be_hidden()
    manager.reload()
    expect(manager.get_by_test_id("plan-progress")).to_contain_text("1 / 2", timeout=30_000)
    the_day_ends(server, manager, plan["items"][1]["visit_id"])


def the_day_ends(server: Server, page: Page, left: str) -> None:
    """Once nothing is to come any more the day is summed up: the week's plan, what to log, tomorrow's day (S11.12)."""
    token, monday = server.token(WHO), today() - timedelta(days=today().weekday())
    week = {"horizon": "week", "first_on": str(monday), "target_count": 9, "business_sizes": ["1"]}
    plan = uid()
    server.post(token, f"/api/visit_plans/{plan}/submit", week | {"purposes": ["guidance"], "content": "c"})
    server.post(server.token("dm"), f"/api/visit_plans/{plan}/approve", {})
    server.post(token, f"/api/visits/{left}/cancel", {"reason": "店主外出"})
    page.goto(server.url)
    end = page.get_by_test_id("day-end")
    expect(end).to_contain_text("今天完成 1 户拜访", timeout=60_000)
    expect(end).to_contain_text("1 / 1")
    end.get_by_role("button", name="要写进日志的").click()
    expect(end.get_by_role("listitem")).to_contain_text("陈列缺两个面")
    expect(end.get_by_role("link", name="日计划还没有备案")).to_be_visible()


def drag_in_the_month(page: Page, onto: str) -> None:
    """At the desk a shop is dragged to a day on which it does not stand yet, and stays there."""
    narrow, wide = page.viewport_size, {"width": 1280, "height": 2400}  # the whole month
    assert narrow
    page.set_viewport_size(wide)  # type: ignore[arg-type]  # a plain dict is one
    board = page.get_by_test_id("plan-board").locator("li")
    target = board.and_(page.locator(f'[data-day="{onto}"]'))
    expect(target).to_be_visible()  # the board is fetched when there is room for it
    there = target.locator("[draggable]").all_text_contents()
    shops = page.get_by_test_id("plan-board").locator("[draggable]")
    names = shops.all_text_contents()
    at, name = next((at, name) for at, name in enumerate(names) if not any(name in other for other in there))
    source = shops.nth(at)
    source.drag_to(target)
    expect(target.locator("[draggable]")).to_have_count(len(there) + 1)
    expect(target.locator(".fixed").filter(has_text=name)).to_have_count(1)
    page.set_viewport_size(narrow)


def test_an_account_managers_month_is_proposed_in_seconds_and_planned_anew_around_what_he_moved(
    server: Server, phone: Phone
) -> None:
    page = ready(phone, "am15")
    page.goto(f"{server.url}/plans/month/{MONTH}/edit")
    page.get_by_label("应拜访客户数").fill("200")
    proposal = page.get_by_test_id("proposal")
    proposal.get_by_role("button", name="自动排一个月").click()
    expect(proposal.get_by_role("status")).to_contain_text("次拜访", timeout=60_000)
    days = page.get_by_test_id("plan-day")
    first = days.first
    first.locator("summary").click()
    to = str(worked(MONTH + timedelta(days=20)))
    there = days.filter(has_text=to)
    names = first.locator("li span").all_text_contents()
    taken = set(there.locator("li span").all_text_contents())
    name = next(name for name in names if sum(name in other for other in [*names, *taken]) == 1)
    moved = first.get_by_role("listitem").filter(has_text=name)
    moved.locator("input").fill(to)
    there.locator("summary").click()
    kept = there.get_by_role("listitem").filter(has_text=name)
    expect(kept.get_by_role("button", name="固定")).to_have_attribute("aria-pressed", "true")
    proposal.get_by_role("button", name="自动排一个月").click()
    expect(proposal.get_by_role("button", name="正在排")).to_be_visible()
    expect(proposal.get_by_role("button", name="自动排一个月")).to_be_enabled(timeout=60_000)
    expect(there.get_by_role("listitem").filter(has_text=name)).to_have_count(1)
    drag_in_the_month(page, to)
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_test_id("plan-state")).to_have_text("待审核")
    expect(page.get_by_test_id("plan-step")).to_have_count(1, timeout=30_000)  # the server's word
    (plan,) = server.get(
        server.token("am15"),
        "/api/visit_plans",
        author_id=person("am15"),
        first_on=str(MONTH),
        horizon="month",
    )["items"]
    assert plan["state"] == "submitted"
    assert [item["shop_name"] for item in plan["items"] if item["day"] == to].count(name) == 1
    days_of = Counter(item["day"] for item in plan["items"])
    others = [count for day, count in days_of.items() if day != to]
    assert days_of[to] <= max(others) + 1, (
        "what he moved there is planned around; only what he dragged there then comes on top"
    )
