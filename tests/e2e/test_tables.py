"""The desk's tables in a real browser: by keyboard alone, by an address somebody sent, and what an administrator does there."""

import io
import re
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from browsers import PASSWORD, Phone, Server
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
DESK = {"viewport": {"width": 1280, "height": 800}}


def enter(phone: Phone, username: str, path: str = "/") -> Page:
    """Sign in at a desk, with the keyboard."""
    page = phone.open(**DESK)
    page.get_by_label("工号").focus()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_test_id("notices").wait_for(timeout=30_000)
    if path != "/":
        page.goto(phone.server.url + path)
        page.get_by_test_id("record").first.wait_for(timeout=30_000)
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.textContent.trim()"))


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called so."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if focused(page) == name:
            return
    raise AssertionError(f"Tab does not come to {name}")


def test_a_department_manager_finds_reads_and_takes_away_rows_without_touching_a_mouse(
    server: Server, phone: Phone, tmp_path: Path
) -> None:
    page = enter(phone, "dm")
    tab_to(page, "客户")
    page.keyboard.press("Enter")
    page.get_by_test_id("record").first.wait_for(timeout=30_000)
    page.keyboard.press("/")
    page.keyboard.type("惠民超市")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    rows = page.get_by_test_id("record")
    expect(rows.first).to_contain_text("惠民超市")
    page.wait_for_function(
        "() => [...document.querySelectorAll('tbody .open')].every((row) => row.textContent.includes('惠民超市'))"
    )
    page.keyboard.press("ArrowDown")
    first = focused(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert focused(page) == first
    page.keyboard.press("End")
    page.keyboard.press("Home")
    assert focused(page) == first
    assert page.evaluate("() => document.querySelectorAll('tbody [tabindex=\"0\"]').length") == 1
    page.keyboard.press("Enter")
    detail = page.get_by_test_id("detail")
    expect(detail.get_by_role("heading", name=first).first).to_be_visible()
    expect(detail.get_by_test_id("fact-contact_phone")).to_contain_text("****")
    page.keyboard.press("Escape")
    expect(detail).to_have_count(0)
    assert focused(page) == first

    page.keyboard.press("/")
    tab_to(page, "保存视图")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("惠民各店")
    page.keyboard.press("Enter")
    tab_to(page, "Excel")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    saved.value.save_as(tmp_path / "shops.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO((tmp_path / "shops.xlsx").read_bytes()))
    head, *told = book.get_sheet_by_index(0).to_python()
    asked = server.get(server.token("dm"), "/api/customers", q="惠民超市", limit="200")["items"]
    assert len(told) == len(asked) > 0
    assert {row[head.index("id")] for row in told} == {row["id"] for row in asked}

    page.goto(server.url + "/desk/shops")
    page.locator("[name=view]").select_option("惠民各店")
    expect(page).to_have_url(re.compile("q="))
    expect(rows.first).to_contain_text("惠民超市")


def test_an_address_that_was_sent_shows_the_rows_its_reader_may_see(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = enter(phone, "dm", "/desk/visits")
    page.locator("[name=visitor_id]").select_option(label="李倩")
    page.locator("[name=state]").select_option(label="已完成")
    expect(page).to_have_url(re.compile("visitor_id=.*state=completed"))
    asked = {name: values[0] for name, values in parse_qs(urlparse(page.url).query).items()}
    assert asked == {"visitor_id": person("am01"), "state": "completed"}
    token = server.token("dm")
    wanted = server.get(token, "/api/visits", sort="-day", limit="50", **asked)["items"]
    expect(page.get_by_test_id("record")).to_have_count(len(wanted))
    page.get_by_role("button", name="再显示 50 条").click()
    expect(page.get_by_test_id("record")).to_have_count(100)
    page.get_by_role("button", name="按日期排序").click()
    expect(page).to_have_url(re.compile("sort=day"))

    stranger = enter(other_phone, "mm2")
    stranger.goto(page.url)
    expect(stranger.get_by_text("没有符合条件的记录")).to_be_visible(timeout=30_000)
    stranger.goto(f"{server.url}/desk/visits?row={wanted[0]['id']}")
    expect(stranger.get_by_role("alert")).to_contain_text("找不到")


def test_an_administrator_opens_an_account_gives_it_a_route_and_puts_a_shop_in_its_place(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = enter(phone, "ga", "/desk/people")
    page.get_by_role("button", name="新建账号").click()
    sheet = page.get_by_role("dialog")
    for label, said in (("姓名", "钟灵"), ("工号", "AM77"), ("用户名", "am77")):
        sheet.get_by_label(label).fill(said)
    sheet.get_by_role("button", name="开通并发一次性代码").click()
    code = sheet.get_by_test_id("code").inner_text(timeout=15_000)
    sheet.get_by_role("button", name="关闭").click()
    expect(page.get_by_test_id("detail")).to_contain_text("钟灵", timeout=15_000)

    page.goto(server.url + "/desk/routes")
    page.get_by_test_id("record").first.wait_for()
    page.get_by_role("button", name="新建线路").click()
    sheet.get_by_label("辖区").select_option(label="城郊片区")
    sheet.get_by_label("名称").fill("城郊新线")
    sheet.get_by_label("编码").fill("cj77")
    sheet.get_by_role("button", name="保存").click()
    detail = page.get_by_test_id("detail")
    expect(detail.get_by_role("heading", name="城郊新线")).to_be_visible(timeout=15_000)
    detail.get_by_label("客户经理").select_option(label="钟灵")
    detail.get_by_role("button", name="交给他").click()
    expect(detail.locator("dl")).to_contain_text("钟灵", timeout=15_000)
    detail.get_by_label("名称").fill("城郊七线")
    detail.get_by_role("button", name="保存").click()
    expect(detail.get_by_role("heading", name="城郊七线")).to_be_visible(timeout=15_000)

    page.goto(server.url + "/desk/shops")
    page.get_by_test_id("record").first.wait_for()
    page.get_by_role("button", name="新增客户").click()
    sheet.get_by_label("服务线路").select_option(label="城郊片区 · 城郊七线")
    for label, said in (("店名", "七线小店"), ("客户编码", "340177777777"), ("许可证号", "990177777777")):
        sheet.get_by_label(label).fill(said)
    sheet.get_by_role("button", name="建档").click()
    expect(detail.get_by_role("heading", name="七线小店")).to_be_visible(timeout=15_000)
    detail.get_by_label("纬度, 经度").fill("一个地方")
    expect(detail.get_by_role("button", name="保存位置")).to_be_disabled()
    detail.get_by_label("纬度, 经度").fill("30.0123,110.0456")
    detail.get_by_label("坐标来自").select_option("gcj02")
    detail.get_by_label("有效半径").fill("120")
    detail.get_by_role("button", name="保存位置").click()
    expect(detail.get_by_label("纬度, 经度")).to_have_value("30.0123, 110.0456", timeout=15_000)
    (placed,) = server.get(server.token("ga"), "/api/customers", q="340177777777")["items"]
    assert (placed["lat"], placed["lng"], placed["datum"], placed["radius_m"]) == (
        30.0123,
        110.0456,
        "gcj02",
        120,
    )

    newcomer = other_phone.open(**DESK)
    newcomer.get_by_label("工号").fill("am77")
    newcomer.get_by_label("密码", exact=True).fill(code)
    newcomer.get_by_role("button", name="登录", exact=True).click()
    expect(newcomer.get_by_text("请先设置新密码").first).to_be_visible(timeout=30_000)
