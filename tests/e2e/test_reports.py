"""Sales brought in at the desk reach the shop's file on a phone; figures once seen stay without signal (S2.14)."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

import workbooks
from browsers import Phone, Server
from e2e.test_plans import offline
from fieldvisit.kernel.clock import today

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
WHO = "am13"


def test_sales_come_from_the_desk_to_the_counter_and_are_taken_back(
    server: Server, phone: Phone, other_phone: Phone, tmp_path: Path
) -> None:
    shop = server.get(server.token(WHO), "/api/customers", limit="1", customer_status="02")["items"][0]
    head = ["客户编码*", "规格编码", "月份", "周一日期", "需求量*", "订购量*", "金额*"]
    row = [shop["customer_code"], "", str(today())[:7], "", 8888, 7777, "99999.50"]
    (tmp_path / "本月销量.xlsx").write_bytes(workbooks.xlsx([head, row]))

    field = other_phone.sign_in(WHO)
    expect(field.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    field.goto(f"{server.url}/customers/{shop['id']}")
    sales = field.get_by_test_id("shop-sales")
    expect(sales).to_be_visible(timeout=30_000)
    expect(sales).not_to_contain_text("7,777")

    desk = phone.sign_in("ga")
    expect(desk.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    desk.goto(f"{server.url}/imports")
    desk.get_by_label("导入内容").select_option("sales_facts")
    desk.get_by_label("选择文件").set_input_files(tmp_path / "本月销量.xlsx")
    desk.get_by_role("button", name="检查(不写入)").click()
    desk.get_by_role("button", name="写入 1 行").click(timeout=30_000)
    expect(desk.get_by_test_id("outcome")).to_contain_text("已写入 1 行", timeout=30_000)
    made = desk.get_by_test_id("sales-import").filter(has_text="本月销量.xlsx")
    expect(made).to_contain_text("1 行")

    expect(sales).to_contain_text("7,777", timeout=90_000)
    expect(sales).to_contain_text("8,888")
    field.goto(f"{server.url}/reports")
    figure = field.get_by_test_id("figure-visits")
    expect(figure).to_be_visible(timeout=30_000)
    visits = figure.inner_text()
    offline(other_phone, True)
    field.get_by_role("button", name="上一期").click()
    expect(field.get_by_test_id("kept")).to_be_visible(timeout=30_000)
    expect(figure).to_have_text(visits)
    field.goto(f"{server.url}/customers/{shop['id']}")
    expect(sales).to_contain_text("7,777", timeout=30_000)
    offline(other_phone, False)

    made.get_by_role("button", name="撤销整批").click()
    desk.get_by_role("dialog").get_by_role("button", name="撤销整批").click()
    expect(made).to_contain_text("已撤销", timeout=30_000)
    expect(sales).not_to_contain_text("7,777", timeout=90_000)


def test_one_box_finds_shops_colleagues_and_plans_without_signal(server: Server, phone: Phone) -> None:
    page = phone.sign_in("mm1")
    expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="客户").first.click()
    box = page.get_by_role("searchbox")
    box.fill("陈卫东 周计划")
    found = page.get_by_test_id("elsewhere")
    expect(found).to_contain_text("周计划", timeout=30_000)
    offline(phone, True)
    box.fill("王磊")
    expect(found).to_contain_text("客户经理")
    box.fill("陈卫东 周计划")
    found.get_by_role("link").first.click()
    expect(page.get_by_text("督察新规格铺货和价签").first).to_be_visible(timeout=30_000)
    offline(phone, False)
