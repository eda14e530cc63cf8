"""Every screen of the app and the steps to reach it: one table for the pictures of the guide and for the eyes of axe."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx2
from playwright.sync_api import Geolocation, Page, expect

from browsers import PASSWORD, Server
from fieldvisit.kernel.clock import today
from personas import person, uid, worked
from sync_client import Phone as SyncPhone

Steps = Callable[[Page], object]

GO = "(path) => document.querySelector('#app').__vue_app__.config.globalProperties.$router.push(path)"
ROUTE = (
    "() => document.querySelector('#app').__vue_app__.config.globalProperties.$router.currentRoute.value.name"
)
ROUTES = """() => document.querySelector('#app').__vue_app__.config.globalProperties.$router.getRoutes()
  .map(({ name }) => name).filter(Boolean)"""
SPEAK = """(language) => {
  document.querySelector('#app').__vue_app__.config.globalProperties.$i18n.locale = language
  document.documentElement.lang = language
}"""

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Screen:
    """What `who` sees at `path`, a page of the route named `route`, after `steps`."""

    name: str
    route: str
    path: str
    steps: Steps

    def reach(self, page: Page) -> None:
        """Walk there inside the running app and wait until it has what it shows."""
        page.keyboard.press("Escape")
        page.evaluate(GO, self.path)
        self.steps(page)
        assert page.evaluate(ROUTE) == self.route, self.name


def shown(test_id: str) -> Steps:
    """Wait for the first element of that kind."""
    return lambda page: page.get_by_test_id(test_id).first.wait_for(timeout=30_000)


def titled(title: str) -> Steps:
    """Wait for the page's heading."""
    return lambda page: page.get_by_role("heading", name=title, exact=True).first.wait_for(timeout=30_000)


def worded(words: str) -> Steps:
    """Wait for those words."""
    return lambda page: page.get_by_text(words).first.wait_for(timeout=30_000)


def pressed(*names: str, after: Steps | None = None) -> Steps:
    """Press the buttons of those names, one after the other."""

    def steps(page: Page) -> None:
        if after:
            after(page)
        for name in names:
            page.get_by_role("button", name=name, exact=True).first.click(timeout=30_000)

    return steps


def opened(page: Page) -> None:
    """The first row of a table beside the table."""
    page.get_by_test_id("record").first.click(timeout=30_000)
    expect(page.get_by_test_id("detail")).to_be_visible()


def columns(page: Page) -> None:
    """The choice of columns, over a table that has rows."""
    page.get_by_test_id("record").first.wait_for(timeout=30_000)
    page.locator("summary", has_text="选择列").click()


def next_shop(page: Page) -> None:
    """From today into the next shop, whether it was arrived at before or not."""
    page.get_by_test_id("next-shop").get_by_role("link").click(timeout=30_000)


def arriving(page: Page) -> None:
    """At the shop's door: the place is being found."""
    next_shop(page)
    page.get_by_role("button", name="到店签到").wait_for(timeout=30_000)
    page.get_by_text("精度").first.wait_for(timeout=30_000)


def arrived(page: Page) -> None:
    """In the shop: the checklist, the stock and the notes."""
    next_shop(page)
    page.get_by_test_id("visit-state").or_(page.get_by_role("button", name="到店签到")).first.wait_for()
    check_in = page.get_by_role("button", name="到店签到")
    if check_in.count():
        check_in.click()
    page.get_by_test_id("checklist").wait_for(timeout=30_000)
    for stock in page.get_by_test_id("stock").all():
        if stock.get_attribute("open") is None:
            stock.locator("summary").first.click()
    _to_the_top(page, "checklist")


def stock_line(page: Page) -> None:
    """One spec of the stock open for figures."""
    arrived(page)
    page.get_by_test_id("stock").locator("details summary").first.click()
    _to_the_top(page, "stock")


def _to_the_top(page: Page, test_id: str) -> None:
    page.get_by_test_id(test_id).evaluate("(element) => element.scrollIntoView()")


def to_explain(page: Page) -> None:
    """A visit that wants a word of whoever made it."""
    _first_of(page, "toExplain")
    page.get_by_test_id("anomaly").wait_for(timeout=30_000)


def to_answer(page: Page) -> None:
    """An explanation that waits for the answer of a manager."""
    _first_of(page, "toAnswer")
    page.get_by_test_id("anomaly").wait_for(timeout=30_000)


def _first_of(page: Page, kind: str) -> None:
    page.get_by_test_id(kind).locator("summary").click(timeout=30_000)
    page.get_by_test_id(kind).get_by_role("link").first.click()


def of_a_shop(page: Page) -> None:
    """The file of the next shop."""
    next_shop(page)
    page.get_by_role("link", name="客户档案").click(timeout=30_000)
    page.get_by_text("基本信息").wait_for(timeout=30_000)


def correcting(page: Page) -> None:
    """The form in which a shop's file is corrected."""
    of_a_shop(page)
    page.get_by_role("button", name="更正资料").click()


def on_the_way(page: Page) -> None:
    """The maps that lead to a shop."""
    of_a_shop(page)
    page.get_by_role("button", name="导航").click()


def searched(words: str) -> Steps:
    """What is typed where one searches."""

    def steps(page: Page) -> None:
        page.get_by_role("searchbox").first.fill(words)
        page.get_by_text("没有符合").first.wait_for(timeout=30_000)

    return steps


def nearest(page: Page) -> None:
    """The shops in the order of the way to them."""
    page.get_by_role("button", name="离我最近").click(timeout=30_000)
    page.get_by_text("按直线距离排序").wait_for(timeout=30_000)


def last_card(page: Page) -> None:
    """The introduction at its end."""
    for card in range(2, 6):
        page.get_by_role("button", name="下一张").click()
        page.get_by_text(f"第 {card} 张,共 5 张").wait_for()


def wrong_shop(page: Page) -> None:
    """The sheet in which the shop of a visit is put right."""
    arrived(page)
    page.get_by_role("button", name="选错客户?更正").click()


def refused(page: Page) -> None:
    """The reason that a refused request wants."""
    page.get_by_test_id("request").first.get_by_role("button", name="拒绝").click(timeout=30_000)


def changed_deadline(page: Page) -> None:
    """A deadline in the making."""
    page.get_by_test_id("deadline").first.get_by_role("button", name="修改").click(timeout=30_000)


def away(page: Page) -> None:
    """The sheet that says who is away and who stands in."""
    page.get_by_test_id("person").first.get_by_role("button", name="登记不在").click(timeout=30_000)


def post(page: Page) -> None:
    """The sheet of a person's post."""
    page.get_by_test_id("person").get_by_role("button", name="岗位调整").first.click(timeout=30_000)


def unmasked(page: Page) -> None:
    """A shop's whole number, which is noted."""
    opened(page)
    page.get_by_role("button", name="显示完整号码").click(timeout=30_000)
    expect(page.get_by_test_id("fact-contact_phone")).not_to_contain_text("****")


def asking(page: Page) -> None:
    """The sheet in which one asks about the app."""
    page.get_by_role("button", name="写反馈").click(timeout=30_000)


SOON = worked(today() + timedelta(days=1))
LATER = worked(SOON + timedelta(days=1))
MONTH = (today().replace(day=1) + timedelta(days=32)).replace(day=1)


def of_a_task(page: Page) -> None:
    """A task with what was said on its way."""
    page.get_by_test_id("task").first.get_by_role("link").click(timeout=30_000)
    page.get_by_test_id("task-card").wait_for(timeout=30_000)


def to_judge(page: Page) -> None:
    """A task that is finished, before whoever gave it."""
    page.get_by_role("button", name="待验收").click(timeout=30_000)
    of_a_task(page)


def of_a_plan(page: Page) -> None:
    """The week that was submitted, or at a superior's the first that waits."""
    page.get_by_role("link").filter(has_text="待审核").first.click(timeout=30_000)
    page.get_by_test_id("plan-card").wait_for(timeout=30_000)


def of_a_day(page: Page) -> None:
    """A day that was filed, with its shops."""
    page.get_by_role("link").filter(has_text="已备案").first.click(timeout=30_000)
    page.get_by_test_id("plan-stop").first.wait_for(timeout=30_000)


def day_in_the_making(page: Page) -> None:
    """A day being written, two shops on it."""
    page.get_by_role("button", name="添加客户").click(timeout=30_000)
    for number in range(2):
        page.get_by_test_id("candidate").get_by_role("checkbox").nth(number).check(timeout=30_000)
    page.get_by_role("button", name="加入 2 户").click()
    page.get_by_label("拜访目的").first.wait_for()


def picking_shops(page: Page) -> None:
    """Shops to choose from, with what speaks for each."""
    page.get_by_role("button", name="添加客户").click(timeout=30_000)
    page.get_by_test_id("candidate").nth(5).wait_for(timeout=30_000)


def form_of_a_day(page: Page) -> None:
    """The day's form as it is printed."""
    of_a_day(page)
    page.get_by_role("link", name="打印计划表").click()
    page.get_by_role("table").wait_for(timeout=30_000)


def to_decide(page: Page) -> None:
    """A plan that waits for one's decision."""
    page.get_by_role("button", name="待我审核").click(timeout=30_000)
    of_a_plan(page)


NOTHING = "/desk/visits?day_from=2001-01-01&day_to=2001-01-02"
AT_REST = {
    "notices": ("/notices", titled("消息")),
    "mine": ("/mine", titled("我的")),
    "sync": ("/sync", titled("同步")),
    "phones": ("/phones", shown("phone")),
    "password": ("/password", titled("设置密码")),
    "privacy": ("/privacy", titled("个人信息告知")),
    "privacy-requests": ("/privacy/requests", titled("我的个人信息")),
    "introduction": ("/introduction", titled("使用介绍")),
    "install": ("/install", titled("安装到桌面")),
    "help": ("/help", titled("意见反馈")),
}


def at_rest(*routes: str) -> list[Screen]:
    """Pages that need no steps, by the name of their route."""
    return [Screen(name, name, *AT_REST[name]) for name in routes]


def sales_imports(page: Page) -> None:
    """What was brought in of sales, on the page of imports."""
    page.locator("select[name=kind]").select_option("sales_facts", timeout=30_000)
    shown("sales-import")(page)


def writing_service(page: Page) -> None:
    """A quarter's service in the making."""
    page.get_by_role("button", name="编制").first.click(timeout=30_000)
    page.get_by_label("服务目标与要求").wait_for(timeout=30_000)


def of_a_policy(page: Page) -> None:
    """The first policy, which must be read."""
    page.get_by_test_id("policy").first.get_by_role("link").click(timeout=30_000)
    shown("policy-card")(page)


def readers_of_a_policy(page: Page) -> None:
    """A policy with those who have read it and those who have not."""
    page.get_by_test_id("policy").filter(has_text="货源投放办法").get_by_role("link").click(timeout=30_000)
    shown("policy-readers")(page)


def of_a_slip(page: Page) -> None:
    """The first slip, with what became of it."""
    page.get_by_test_id("slip").first.get_by_role("link").click(timeout=30_000)
    shown("slip-card")(page)


def of_a_case(page: Page) -> None:
    """The first case of upkeep."""
    page.get_by_test_id("case").first.get_by_role("link").click(timeout=30_000)
    shown("case-card")(page)


def of_an_appraisal(page: Page) -> None:
    """A sheet of the month before the last, which is reported on any day."""
    shown("appraisal")(page)
    page.get_by_role("button", name="上月").click()
    of_an_own_appraisal(page)


def of_an_own_appraisal(page: Page) -> None:
    """The first sheet there is."""
    page.get_by_test_id("appraisal").first.get_by_role("link").click(timeout=30_000)
    shown("appraisal-card")(page)


def form_of_an_appraisal(page: Page) -> None:
    """A sheet on paper."""
    of_an_own_appraisal(page)
    page.get_by_role("link", name="打印", exact=True).click()
    page.get_by_role("heading", name="客户维护考核表").first.wait_for(timeout=30_000)


def writing_an_appraisal(page: Page) -> None:
    """A sheet of this month that nobody has written yet, beside its figures."""
    shown("appraisal")(page)
    page.get_by_role("button", name="下月").click()
    page.get_by_test_id("appraisal").filter(has_text="未写").first.get_by_role("link").click()
    shown("figure-plan")(page)


def of_a_meeting(page: Page) -> None:
    """The first meeting: one that is going on where there is one, else one that was passed on."""
    page.get_by_test_id("meeting").first.get_by_role("link").click(timeout=30_000)
    shown("meeting-card")(page)


def form_of_a_meeting(page: Page) -> None:
    """The sign-in sheet of a meeting."""
    of_a_meeting(page)
    page.get_by_role("link", name="打印签到表和记录").click()
    page.get_by_role("columnheader", name="签到").wait_for()


def form_of_a_slip(page: Page) -> None:
    """A slip on paper."""
    of_a_slip(page)
    page.get_by_role("link", name="打印").click()
    page.get_by_role("rowheader", name="内容").wait_for()


def form_of_feedback(page: Page) -> None:
    """What was done of a case that is over, on paper."""
    page.get_by_role("button", name="已结束").click(timeout=30_000)
    page.get_by_test_id("feedback").first.get_by_role("link").click(timeout=30_000)
    page.get_by_role("link", name="打印受理单").click()
    page.get_by_role("rowheader", name="受理时间").wait_for()


def of_an_issue(page: Page) -> None:
    """A service issue that waits for one."""
    page.get_by_test_id("issue").first.get_by_role("link").click(timeout=30_000)
    page.get_by_test_id("issue-card").wait_for(timeout=30_000)


def analysing(page: Page) -> None:
    """The cause of a service issue, being written."""
    of_an_issue(page)
    page.get_by_role("button", name="分析原因").click()


def summing_up_suggestions(page: Page) -> None:
    """Suggestions ticked, and the form of what they have in common."""
    shown("suggestion")(page)
    for index in range(2):
        page.get_by_role("checkbox").nth(index).check()
    page.get_by_role("button", name="写分析").click()
    page.get_by_label("改进意见").wait_for()


def answering_an_analysis(page: Page) -> None:
    """The department's answer to what waits for it."""
    shown("analysis")(page)
    page.get_by_role("button", name="答复", exact=True).first.click()
    page.get_by_label("答复内容").wait_for()


def on_the_board(page: Page) -> None:
    """The stand-up that is going on, on the screen for everybody."""
    of_a_meeting(page)
    page.get_by_role("link", name="投屏例会").click()
    shown("board-logs")(page)


def of_a_log(page: Page) -> None:
    """The latest log of one's own that was submitted, with what was said of it."""
    page.get_by_test_id("own-logs").wait_for(timeout=30_000)
    page.get_by_role("link", name=re.compile("已批阅|待批阅")).first.click(timeout=30_000)
    shown("log-card")(page)


def writing_log(page: Page) -> None:
    """The log of today, with important news that has no slip yet."""
    page.get_by_role("button", name="+ 市场信息").or_(page.get_by_test_id("notes-market")).first.wait_for(
        timeout=30_000
    )
    adding = page.get_by_role("button", name="+ 市场信息")
    if adding.count():
        adding.click()
        market = page.get_by_test_id("notes-market")
        market.get_by_role("textbox").fill("集市口有户在卖没见过的低价烟")
        market.get_by_label("重要信息").check()


def to_review(page: Page) -> None:
    """A log that waits because its important news went nowhere, else the first that waits."""
    page.get_by_test_id("log").first.wait_for(timeout=30_000)
    blocked = page.get_by_test_id("log").filter(has_text="未上报")
    (blocked if blocked.count() else page.get_by_test_id("log")).first.get_by_role("link").click()
    shown("log-review")(page)
    shown("log-beside")(page)


def of_a_service_plan(page: Page) -> None:
    """The first service plan, which waits."""
    page.get_by_test_id("service-plan").first.get_by_role("link").click(timeout=30_000)
    shown("service-plan-card")(page)


FIELD = [
    Screen("today", "today", "/", shown("next-shop")),
    Screen("to-explain", "visit", "/", to_explain),
    Screen("arriving", "visit", "/", arriving),
    Screen("camera", "visit", "/", lambda page: (arriving(page), pressed("拍门头照")(page))),
    Screen("cancelling", "visit", "/", lambda page: (arriving(page), pressed("取消拜访")(page))),
    Screen("arrived", "visit", "/", arrived),
    Screen("stock", "visit", "/", stock_line),
    Screen("wrong-shop", "visit", "/", wrong_shop),
    Screen("sync-entries", "sync", "/sync", shown("entry-row")),
    Screen("customers", "customers", "/customers", shown("customer-row")),
    Screen("nearest", "customers", "/customers", nearest),
    Screen("no-customer", "customers", "/customers", searched("no such shop")),
    Screen("customer", "customer", "/", of_a_shop),
    Screen("correcting", "customer", "/", correcting),
    Screen("navigation", "customer", "/", on_the_way),
    Screen("unknown-customer", "customer", "/customers/nobody", worded("找不到这户的资料")),
    Screen("unknown-visit", "visit", "/visits/nothing", worded("找不到这次拜访")),
    Screen("practice", "practice", "/practice", lambda page: page.get_by_text("在店").first.wait_for()),
    *at_rest(*(name for name in AT_REST if name != "sync")),
    Screen("tasks", "tasks", "/tasks", shown("task")),
    Screen("task", "tasks", "/tasks", of_a_task),
    Screen("unknown-task", "tasks", "/tasks/nothing", worded("找不到这项任务")),
    Screen("plans", "plans", "/plans", shown("own-week")),
    Screen("plan", "plans", "/plans", of_a_plan),
    Screen("day-plan", "plans", "/plans", of_a_day),
    Screen("unknown-plan", "plans", "/plans/nothing", worded("找不到这份计划")),
    Screen("day-in-the-making", "plan-edit", f"/plans/day/{LATER}/edit", day_in_the_making),
    Screen("picking-shops", "plan-edit", f"/plans/month/{MONTH}/edit", picking_shops),
    Screen("plan-form", "plan-print", "/plans", form_of_a_day),
    Screen("own-report", "reports", "/reports", shown("figure-visits")),
    Screen("own-sales", "reports", "/reports/sales_trend", shown("report-row")),
    Screen("standards", "service", "/service", shown("standard")),
    Screen("own-service-plans", "service-plans", "/service/plans", worded("编制")),
    Screen("writing-service", "service-plans", "/service/plans", writing_service),
    Screen("cases", "maintenance", "/maintenance", shown("case")),
    Screen("case", "maintenance", "/maintenance", of_a_case),
    Screen("writing-case", "maintenance", "/maintenance", pressed("写案例", after=shown("case"))),
    Screen("own-appraisals", "appraisals", "/appraisals", shown("appraisal")),
    Screen("own-appraisal", "appraisals", "/appraisals", of_an_own_appraisal),
    Screen("appraisal-form", "appraisal-print", "/appraisals", form_of_an_appraisal),
    Screen("unknown-appraisal", "appraisals", "/appraisals/nothing", worded("找不到这张考核表")),
    Screen("meetings", "meetings", "/meetings", shown("meeting")),
    Screen("meeting", "meetings", "/meetings", of_a_meeting),
    Screen("meeting-form", "meeting-print", "/meetings", form_of_a_meeting),
    Screen("unknown-meeting", "meetings", "/meetings/nothing", worded("找不到这次会议")),
    Screen("logs", "logs", "/logs", shown("own-logs")),
    Screen("log", "logs", "/logs", of_a_log),
    Screen("unknown-log", "logs", "/logs/nothing", worded("找不到这份日志")),
    Screen("writing-log", "log-edit", f"/logs/day/{today()}/edit", writing_log),
    Screen("summing-up", "log-edit", f"/logs/month/{today().replace(day=1)}/edit", worded("情况分析")),
    Screen("feedback", "feedback", "/feedback", titled("客户意见与投诉")),
    Screen("taking-feedback", "feedback", "/feedback", pressed("记意见")),
    Screen("rectification", "rectification", "/rectification", titled("整改任务")),
    Screen("service-issues", "service-issues", "/service_issues", shown("issue")),
    Screen("service-issue", "service-issues", "/service_issues", of_an_issue),
    Screen("noting-an-issue", "service-issues", "/service_issues", pressed("记服务问题")),
    Screen("unknown-issue", "service-issues", "/service_issues/nothing", worded("找不到这个服务问题")),
    Screen("slips", "slips", "/slips", shown("slip")),
    Screen("slip", "slips", "/slips", of_a_slip),
    Screen("slip-form", "slip-print", "/slips", form_of_a_slip),
    Screen("writing-slip", "slips", "/slips", pressed("写传递单", after=shown("slip"))),
    Screen("policies", "policies", "/policies", shown("policy")),
    Screen("policy", "policies", "/policies", of_a_policy),
    Screen("asking-of-a-policy", "policies", "/policies", pressed("已读,有疑问", after=of_a_policy)),
    Screen("introduction-end", "introduction", "/introduction", last_card),
    Screen("asking", "help", "/help", asking),
    Screen("step", "today", "/", pressed("这一页怎么用")),
    Screen("signing-out", "mine", "/mine", pressed("退出登录")),
]
MANAGER = [
    Screen("team", "today", "/", shown("team-visit")),
    Screen("to-answer", "visit", "/", to_answer),
    Screen("decisions", "decisions", "/decisions", worded("代为执行")),
    Screen("people", "people", "/people", shown("person")),
    Screen("away", "people", "/people", away),
    Screen("zone", "zone", "/zone", shown("team-row")),
    Screen("team-report", "reports", "/reports/field_visits", shown("report-row")),
    Screen("team-sales", "reports", "/reports/sales_by_place", shown("report-row")),
    Screen("visits", "visits", "/desk/visits?state=completed", shown("record")),
    Screen("visit-beside", "visits", "/desk/visits?state=completed", opened),
    Screen("no-visits", "visits", NOTHING, worded("没有符合条件的记录")),
    Screen("visits-columns", "visits", "/desk/visits?state=completed", columns),
    Screen("shop-table", "shops", "/desk/shops", opened),
    Screen("people-table", "people-table", "/desk/people", opened),
    Screen("route-table", "route-table", "/desk/routes", opened),
    Screen("team-devices", "devices", "/desk/devices", opened),
    Screen("feedback-form", "feedback-print", "/feedback", form_of_feedback),
    Screen("issue-to-analyse", "service-issues", "/service_issues", analysing),
    Screen("suggestions", "suggestions", "/suggestions", shown("suggestion")),
    Screen("summing-up-suggestions", "suggestions", "/suggestions", summing_up_suggestions),
    Screen("giving", "tasks", "/tasks", pressed("布置任务")),
    Screen("task-to-judge", "tasks", "/tasks", to_judge),
    Screen("own-plans", "plans", "/plans", shown("own-week")),
    Screen("slips-to-answer", "slips", "/slips", of_a_slip),
    Screen("service-plan-to-decide", "service-plans", "/service/plans", of_a_service_plan),
    Screen("readers", "policies", "/policies", readers_of_a_policy),
    Screen("plan-to-decide", "plans", "/plans", to_decide),
    Screen("log-to-review", "logs", "/logs", to_review),
    Screen("appraisals", "appraisals", "/appraisals", shown("appraisal")),
    Screen("writing-appraisal", "appraisal-edit", "/appraisals", writing_an_appraisal),
    Screen("appraisal", "appraisals", "/appraisals", of_an_appraisal),
    Screen("meeting-to-hold", "meetings", "/meetings", of_a_meeting),
    Screen("board", "meeting-board", "/meetings", on_the_board),
    Screen("planning-a-meeting", "meeting-edit", f"/meetings/{uid()}/edit", shown("agenda-item")),
    *at_rest("mine", "notices", "sync"),
]
LEADER = [
    Screen("leader-today", "today", "/", titled("今日")),
    Screen("leader-zone", "zone", "/zone", shown("figure-shops")),
    Screen("leader-visit", "visits", "/desk/visits?state=completed", opened),
    Screen("leader-shops", "shops", "/desk/shops", opened),
    Screen("leader-people", "people-table", "/desk/people", opened),
    Screen("leader-meeting", "meetings", "/meetings", of_a_meeting),
    Screen("leader-case", "maintenance", "/maintenance", of_a_case),
    Screen("leader-appraisals", "appraisals", "/appraisals", shown("appraisal")),
    Screen("leader-appraisal", "appraisals", "/appraisals", of_an_appraisal),
    Screen("leader-logs", "logs", "/logs", to_review),
    Screen("leader-plans", "plans", "/plans", of_a_plan),
    Screen("leader-suggestions", "suggestions", "/suggestions", shown("analysis")),
    Screen("answering-suggestions", "suggestions", "/suggestions", answering_an_analysis),
    Screen("leader-mine", "mine", "/mine", titled("我的")),
]
CENTRE = [
    Screen("centre-today", "today", "/", titled("今日")),
    Screen("centre-shops", "shops", "/desk/shops?q=惠民", shown("record")),
    Screen("centre-shop", "shops", "/desk/shops?q=惠民", opened),
    Screen("centre-cases", "feedback-table", "/desk/feedback", shown("record")),
    Screen("centre-case", "feedback-table", "/desk/feedback", opened),
    Screen("centre-board", "feedback-board", "/desk/feedback/board", shown("board-card")),
    Screen("centre-archive", "feedback-archive", "/desk/feedback/archive", shown("archived")),
    Screen("centre-mine", "mine", "/mine", titled("我的")),
]
ADMINISTRATOR = [
    Screen("admin-today", "today", "/", titled("今日")),
    Screen("admin-mine", "mine", "/mine", titled("我的")),
    Screen("admin-shop", "shops", "/desk/shops?q=惠民", unmasked),
    Screen("new-shop", "shops", "/desk/shops", pressed("新增客户", after=shown("record"))),
    Screen("admin-person", "people-table", "/desk/people", opened),
    Screen("new-person", "people-table", "/desk/people", pressed("新建账号", after=shown("record"))),
    Screen("new-route", "route-table", "/desk/routes", pressed("新建线路", after=shown("record"))),
    Screen("zones", "route-table", "/desk/routes", pressed("辖区管理", after=shown("record"))),
    Screen("post", "people", "/people", post),
    Screen("imports", "imports", "/imports", titled("导入")),
    Screen("sales-imports", "imports", "/imports", sales_imports),
    Screen("spec-report", "reports", "/reports/sales_by_spec", shown("report-row")),
    Screen("set-standards", "service", "/service", shown("standard")),
    Screen("checklists", "checklists", "/checklists", shown("checklist")),
    Screen("new-checklist", "checklists", "/checklists", pressed("新清单", after=shown("checklist"))),
    Screen("catalogue", "catalogue", "/catalogue", shown("spec")),
    Screen("new-spec", "catalogue", "/catalogue", pressed("新规格", after=shown("spec"))),
    Screen("admin-appraisal", "appraisals", "/appraisals", of_an_appraisal),
    Screen("calendar", "calendar", "/calendar", shown("deadline")),
    Screen("outside", "outside", "/outside", shown("outside-rule")),
    Screen("outside-address", "outside", "/outside", pressed("设置", after=shown("address"))),
    Screen("outside-messages", "outside-messages", "/desk/outside", titled("外发记录")),
    Screen("deadline", "calendar", "/calendar", changed_deadline),
    Screen("devices", "devices", "/desk/devices", opened),
    Screen("rescue", "rescue", "/oversight/rescue", titled("救援文件")),
    Screen("oversight", "oversight", "/oversight", titled("手机、操作与审计")),
    Screen("request-refused", "privacy-requests", "/privacy/requests", refused),
    *at_rest("help", "notices"),
]
SYSTEM = [
    Screen("system-today", "today", "/", titled("今日")),
    Screen("system-oversight", "oversight", "/oversight", titled("手机、操作与审计")),
    Screen("system-devices", "devices", "/desk/devices", opened),
    Screen("entries", "records", "/desk/entries", titled("待运维处理的记录")),
    Screen("audit", "records", "/desk/audit", opened),
    # who looked is written down once a round, so there may be none yet
    Screen("looks", "records", "/desk/looks", titled("查阅记录")),
]
POST = [
    Screen("post-today", "today", "/", titled("今日")),
    Screen("post-mine", "mine", "/mine", titled("我的")),
]
SCREENS: dict[str, list[Screen]] = {
    "am07": FIELD,
    "mm2": MANAGER,
    "dm": LEADER,
    "cc1": CENTRE,
    "ga": ADMINISTRATOR,
    "admin": SYSTEM,
    "post1": POST,
}


def sign_in(page: Page, username: str) -> None:
    """As the form of the sign-in page asks."""
    page.get_by_label("工号").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def learn_english(page: Page, who: str) -> None:
    """Fetch the English words where a person does, so that the language can then change on any page he has been to."""
    for path in dict.fromkeys(screen.path for screen in SCREENS[who]):
        page.evaluate(GO, path)
    page.evaluate(GO, "/mine")
    choice = page.locator("select", has=page.locator("option[value=en]"))
    choice.select_option("en", timeout=30_000)
    page.get_by_role("heading", name="Me", exact=True).wait_for()
    choice.select_option("zh-CN")
    page.get_by_role("heading", name="我的", exact=True).wait_for()


def lay_out(server: Server) -> None:
    """What the demo district may lack today: something to explain, to answer, to decide and to grant."""
    _far_from_the_shop(server, "am07")
    server.post(
        server.token("am08"),
        f"/api/visit_anomalies/{_far_from_the_shop(server, 'am08')}/explain",
        {"explanation": "店主在路口接货,就在那里谈的。"},
    )
    for title in ("核对明码标价", "下周二之前把所有重点户的新品陈列照片补齐,并记下没有陈列的原因"):
        task = {"id": uid(), "assignee_id": person("am07"), "title": title, "due_on": str(today())}
        asked = {"requirement": "每户都看一遍,缺的当场补。", "cautions": "不与店主争执。"}
        server.post(server.token("mm2"), "/api/tasks", task | asked)
    done = {"id": uid(), "result": "全部看过,三户补了标签。"}
    server.post(server.token("am07"), f"/api/tasks/{task['id']}/finish", done)
    _plans(server)
    request = {"id": uid(), "kind": "explain", "content": "位置记录保存多久?"}
    server.post(server.token("am08"), "/api/privacy_requests", request)
    shop = server.get(server.token("am08"), "/api/customers", limit="1")["items"][0]["id"]
    with httpx2.Client(base_url=server.url) as http:
        phone = SyncPhone(http)
        phone.sign_in("am08", PASSWORD)
        phone.save("visits.check_in", {"id": uid(), "customer_id": shop, "photos": [uid()]})
        phone.push()


def _plans(server: Server) -> None:
    """A week and a month that wait for a decision, and a day that is filed."""
    token, shops = (
        server.token("am07"),
        server.get(server.token("am07"), "/api/customers", limit="6")["items"],
    )
    monday = today() + timedelta(days=7 - today().weekday())
    week = {"horizon": "week", "first_on": str(monday), "target_count": 40, "business_sizes": ["1", "2"]}
    why = {"purposes": ["guidance", "stocktake"], "content": "大户补陈列,核心街道先走;缺货的登记断货天数。"}
    server.post(token, f"/api/visit_plans/{uid()}/submit", week | why)
    told = {"purpose": "guidance", "contact_method": "in_person", "suspected_problem": "30 天未访、满意度低"}
    items = [{"customer_id": shop["id"], "day": str(SOON), "visit_id": uid()} | told for shop in shops]
    server.post(
        token, f"/api/visit_plans/{uid()}/submit", {"horizon": "day", "first_on": str(SOON), "items": items}
    )
    month = {
        "horizon": "month",
        "first_on": str(MONTH),
        "target_count": 60,
        "content": "每位客户经理都走到。",
    }
    server.post(server.token("mm2"), f"/api/visit_plans/{uid()}/submit", month)


def _far_from_the_shop(server: Server, username: str) -> str:
    """An unplanned visit, begun some 890 metres from the shop; its id."""
    token, visit = server.token(username), uid()
    shops = server.get(token, "/api/customers", limit="50")["items"]
    shop = next(shop for shop in shops[4:] if shop["lat"] is not None)
    place = {"lat": shop["lat"] + 0.008, "lng": shop["lng"], "datum": "wgs84", "accuracy_m": 20}
    place["fix_at"] = datetime.now(UTC).isoformat()
    arrival = {"id": visit, "customer_id": shop["id"], "place": place, "place_verdict": "outside"}
    server.post(token, "/api/visits", arrival | {"photo_refusal": "unavailable"})
    server.post(token, f"/api/visits/{visit}/check-out", {})
    return visit


def beside_next_shop(server: Server, username: str) -> Geolocation:
    """Where the account's next shop is, for a phone that stands in it."""
    token = server.token(username)
    planned = server.get(token, "/api/visits", day=str(today()), state="planned", limit="200")["items"]
    first = min(planned, key=lambda visit: (visit["seq"], visit["id"]))
    shop = server.get(token, f"/api/customers/{first['customer_id']}")
    return {"latitude": shop["lat"] + 0.0001, "longitude": shop["lng"], "accuracy": 15}
