"""The administrator's desk in a real browser: tables tried and written."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

import workbooks
from browsers import Phone, Server
from e2e.field import INSTALLED
from e2e.test_moves import go_offline_at_next_shop
from fieldvisit.kernel.clock import today

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def test_a_workbook_with_60_faults_names_all_60_and_corrected_it_is_written(
    server: Server, phone: Phone, tmp_path: Path
) -> None:
    token = server.token("ga")
    before = len(server.get(token, "/api/customers", q="新丰", limit="200")["items"])
    zones = {row["id"]: row["code"] for row in server.get(token, "/api/zones")["items"]}
    routes = [(zones[row["zone_id"]], row["code"]) for row in server.get(token, "/api/routes")["items"]]
    table = workbooks.shops(3600, routes, first=500_000)
    spoilt = [list(row) for row in table]
    for number in range(60):
        spoilt[7 + 50 * number][3] = "12345"
    (tmp_path / "spoilt.xlsx").write_bytes(workbooks.xlsx(spoilt))
    (tmp_path / "mended.xlsx").write_bytes(workbooks.xlsx(table))

    page = phone.sign_in("ga")
    page.get_by_role("link", name="我的").click(timeout=30_000)
    page.get_by_role("link", name="导入人员、客户与销量").click()
    page.get_by_label("选择文件").set_input_files(tmp_path / "spoilt.xlsx")
    page.get_by_role("button", name="检查(不写入)").click()
    expect(page.get_by_test_id("outcome")).to_contain_text("60 行有误,共 60 处", timeout=30_000)
    faults = page.get_by_test_id("fault")
    expect(faults).to_have_count(60)
    expect(faults.first).to_contain_text("8")
    expect(faults.first).to_contain_text("许可证号")
    expect(faults.first).to_contain_text("12 位数字")
    assert len(server.get(token, "/api/customers", q="新丰", limit="200")["items"]) == before

    page.get_by_label("选择文件").set_input_files(tmp_path / "mended.xlsx")
    page.get_by_role("button", name="检查(不写入)").click()
    page.get_by_role("button", name="写入 3600 行").click(timeout=30_000)
    expect(page.get_by_test_id("outcome")).to_contain_text("已写入 3600 行", timeout=60_000)
    assert server.get(token, "/api/customers", q="新丰503599号便利店")["items"]


def test_the_administrator_sets_a_day_and_a_deadline(server: Server, phone: Phone) -> None:
    page = phone.sign_in("ga")
    page.get_by_role("link", name="我的").click(timeout=30_000)
    page.get_by_role("link", name="工作日历与时限").click()
    page.get_by_label("日期").fill("2099-01-01")
    page.get_by_label("说明").fill("元旦")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_test_id("calendar-day").filter(has_text="元旦")).to_have_count(1, timeout=15_000)
    page.get_by_label("查找").fill("个人信息")
    row = page.get_by_test_id("deadline")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("答复个人信息请求")
    row.get_by_role("button", name="修改").click()
    page.get_by_label("数量").fill("0")
    page.get_by_label("从哪天起").fill("2099-12-15")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(row).to_contain_text("自 2099-12-15 起 当个工作日", timeout=15_000)
    row.get_by_role("button", name="修改").click()
    page.get_by_label("数量").fill("10")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(row).to_contain_text("10 工作日", timeout=15_000)
    set_to = {
        (row["key"], row["since"]): row["value"]
        for row in server.get(server.token("ga"), "/api/deadline_policies")["items"]
    }
    assert set_to["privacy.answer", str(today())] == 10
    assert set_to["privacy.answer", "2099-12-15"] == 0
    box = page.get_by_label("周例会也要会前向营销部经理汇报")
    for is_set in (not box.is_checked(), box.is_checked()):
        box.click()
        expect(box).to_be_enabled(timeout=15_000)
        expect(box).to_be_checked(checked=is_set)
        (told,) = server.get(server.token("ga"), "/api/departments")["items"]
        assert told["weekly_meetings_need_report"] is is_set


def test_a_page_that_only_reads_from_the_server_says_so_without_signal(server: Server, phone: Phone) -> None:
    page = phone.sign_in("ga")
    expect(page.get_by_test_id("notices")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    page.get_by_role("link", name="我的").click(timeout=30_000)
    link = page.get_by_role("link", name="外发通知")
    expect(link).to_be_visible(timeout=30_000)
    assert phone.context
    phone.context.set_offline(True)
    link.click()
    expect(page.get_by_test_id("not-here")).to_contain_text("联网后再试")
    page.get_by_role("link", name="今日").click()
    expect(page.get_by_test_id("not-here")).to_have_count(0)
    phone.context.set_offline(False)


def test_what_a_phone_cannot_send_reaches_the_server_by_its_rescue_file_and_is_there_once(
    server: Server, phone: Phone, other_phone: Phone, tmp_path: Path
) -> None:
    page = phone.sign_in("am14")
    visit, customer = go_offline_at_next_shop(phone, page)
    page.goto(server.url + "/sync")
    with page.expect_download() as saved:
        page.get_by_role("button", name="导出救援文件").click()
    saved.value.save_as(tmp_path / "rescue.fvs")
    content = (tmp_path / "rescue.fvs").read_bytes()
    assert content.startswith(b"FVS1")
    assert visit.encode() not in content, "only the server can open it"

    desk = other_phone.sign_in("ga")
    desk.get_by_role("link", name="我的").click(timeout=30_000)
    desk.get_by_role("link", name="手机、操作与审计").click()
    desk.get_by_role("link", name="救援文件").click()
    desk.get_by_label("选择救援文件(.fvs 或 .json)").set_input_files(tmp_path / "rescue.fvs")
    desk.get_by_role("button", name="导入").click()
    expect(desk.get_by_test_id("rescued")).to_contain_text("已执行 1 条,暂存 0 条", timeout=30_000)
    token = server.token("mm3")
    assert server.get(token, f"/api/visits/{visit}")["state"] == "in_progress"

    assert phone.context
    phone.context.set_offline(False)
    page.goto(server.url + "/")
    expect(page.get_by_test_id("status")).to_have_count(0, timeout=30_000)
    visits = server.get(token, "/api/visits", customer_id=customer, day=str(today()))["items"]
    assert [row["id"] for row in visits if row["state"] == "in_progress"] == [visit]
