"""Phones whose clocks are days off: the manager sees between which moments something was done, and nobody is late for it."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from browsers import PASSWORD, Phone, Server
from e2e.field import leave
from fieldvisit.kernel.clock import now

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

WHO, MANAGER = "am10", "mm2"
WRONG = """(() => {
  const Right = Date, off = %d
  window.Date = class extends Right {
    constructor(...given) { given.length ? super(...given) : super(Right.now() + off) }
    static now() { return Right.now() + off }
  }
})()"""


def sign_in(phone: Phone, username: str, off: timedelta) -> Page:
    """On a phone whose clock is off."""
    page = phone.open()
    page.add_init_script(WRONG % (off / timedelta(milliseconds=1)))
    page.reload()
    page.get_by_label("工号").fill(username)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    return page


def visit_somebody(page: Page) -> str:
    """In and out at the first shop of the file; the visit's id."""
    page.get_by_role("link", name="找客户").click()
    page.get_by_test_id("customer-row").first.click(timeout=30_000)
    page.get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="到店签到").click()
    state = page.get_by_test_id("visit-state")
    expect(state).to_contain_text("已同步", timeout=30_000)
    leave(page)
    return page.url.split("/visits/")[1].partition("?")[0]


def test_a_clock_that_is_off_is_shown_and_makes_nobody_late(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    """A visit from a phone a day ahead; its manager, five days ahead, answers two days before it would be late."""
    begun = now()
    page = sign_in(phone, WHO, timedelta(days=1))
    visit_id = visit_somebody(page)
    note = page.get_by_test_id("anomaly")
    note.get_by_label("请说明情况").fill("只送资料")
    note.get_by_role("button", name="提交说明").click()
    expect(note).to_contain_text("待答复")
    expect(page.get_by_test_id("provable").first).to_contain_text("手机时钟约快 24 小时", timeout=30_000)

    row = server.get(server.token(MANAGER), f"/api/visits/{visit_id}")
    at = {name: datetime.fromisoformat(row[name]) for name in ("earliest_at", "check_in_at", "latest_at")}
    assert at["earliest_at"] <= at["check_in_at"] <= at["latest_at"]
    assert begun <= at["latest_at"] <= now()
    assert datetime.fromisoformat(row["check_in_wall_at"]) > now() + timedelta(hours=23)

    there = sign_in(other_phone, MANAGER, timedelta(days=5))
    expect(there.get_by_role("link", name="今日")).to_be_visible(timeout=30_000)
    there.goto(f"{server.url}/visits/{visit_id}")
    arrival = there.get_by_test_id("provable").first
    expect(arrival).to_contain_text("可证实区间", timeout=30_000)
    expect(arrival).to_contain_text("手机时钟约快 24 小时")
    arrival.locator("summary").click()
    expect(arrival).to_contain_text("由人判断")
    note = there.get_by_test_id("anomaly")
    note.get_by_role("button", name="认可").click()
    there.get_by_role("dialog").get_by_role("button", name="认可").click()
    verdict = there.get_by_test_id("timeliness")
    expect(verdict).to_have_text("按时", timeout=30_000)
    expect(there.get_by_text("逾期", exact=True)).to_have_count(0)
    expect(page.get_by_test_id("timeliness")).to_have_text("按时", timeout=60_000)
