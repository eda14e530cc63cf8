"""A month's upkeep is appraised beside what the records say, without signal, reported, and read by whom it is about (S10.10–S10.14)."""

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from fieldvisit.kernel.clock import today
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
WHO, MANAGER = "am12", "mm2"


def test_the_sheet_of_a_month_is_written_beside_its_figures_and_read_by_whom_it_is_about(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    desk = phone.sign_in(MANAGER)
    assert phone.context
    expect(desk.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    desk.goto(f"{server.url}/appraisals")
    desk.get_by_role("button", name="下月").click()  # the month that runs: nobody is done with it
    month = today().replace(day=1)
    expect(desk.get_by_test_id("month")).to_have_text(f"{month.year} 年 {month.month} 月")
    row = desk.get_by_test_id("appraisal").filter(has_text=name_of(server))
    expect(row).to_contain_text("未写", timeout=30_000)
    row.get_by_role("link").click()
    expect(desk.get_by_test_id("figure-plan")).to_be_visible(timeout=30_000)
    phone.context.set_offline(True)
    form = desk.get_by_test_id("appraisal-form")
    form.get_by_label("工作记录检查情况").fill("抽查十条,属实。")
    report = form.get_by_role("button", name="上报", exact=True)
    expect(report).to_be_disabled()
    form.get_by_label("得分").fill("88")
    form.get_by_label("评语").fill("走访扎实")
    expect(form.get_by_label("评语")).to_have_value("走访扎实")
    report.click()
    card = desk.get_by_test_id("appraisal-card")
    expect(card.get_by_test_id("appraisal-state")).to_have_text("已上报")
    expect(desk.get_by_text("等待服务器汇总数据")).to_be_visible()
    phone.context.set_offline(False)
    expect(desk.get_by_test_id("evidence")).to_be_visible(timeout=60_000)
    expect(desk.get_by_test_id("figure-plan").get_by_role("link")).to_be_visible()

    page = other_phone.sign_in(WHO)
    expect(page.get_by_role("link", name="我的", exact=True)).to_be_visible(timeout=30_000)
    page.goto(f"{server.url}/mine")
    page.get_by_role("link", name="维护考核").click()
    mine = page.get_by_test_id("appraisal").filter(has_text=f"{month.month} 月").first
    expect(mine).to_contain_text("88 分", timeout=60_000)
    mine.get_by_role("link").click()
    expect(page.get_by_test_id("appraisal-card")).to_contain_text("走访扎实")
    expect(page.get_by_test_id("evidence")).to_be_visible()

    card.get_by_role("button", name="补充").click()
    desk.get_by_role("dialog").get_by_label("说明").fill("一户价签已补齐")
    desk.get_by_role("dialog").get_by_role("button", name="补充").click()
    expect(page.get_by_test_id("appraisal-card")).to_contain_text("一户价签已补齐", timeout=60_000)
    (told,) = server.get(server.token("ga"), "/api/maintenance_appraisals", account_manager_id=person(WHO), first_on=str(month))["items"]  # fmt: skip
    assert (told["quality_score"], told["evidence"]["logs_due"] >= 0) == (88, True)


def name_of(server: Server) -> str:
    return str(server.get(server.token(MANAGER), f"/api/people/{person(WHO)}")["name"])
