"""Entering and being shut out, on a real phone: one-time code, PIN, and too long without the server."""

import httpx2
import pytest
from playwright.sync_api import Page, expect

from browsers import Phone, Server
from e2e.field import INSTALLED
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

AGE = """(user) => new Promise((resolve) => {
  indexedDB.open(`fieldvisit-${user}`).onsuccess = ({ target }) => {
    const longAgo = new Date(Date.now() - 15 * 86400000).toISOString()
    const writing = target.result.transaction('meta', 'readwrite')
    writing.objectStore('meta').put({ name: 'pulledAt', value: longAgo })
    writing.oncomplete = () => { target.result.close(); resolve(true) }
  }
})"""
DEVICE = """() => new Promise((resolve) => {
  indexedDB.open('fieldvisit').onsuccess = ({ target }) => {
    const asking = target.result.transaction('accounts').objectStore('accounts').getAll()
    asking.onsuccess = () => { target.result.close(); resolve(asking.result[0].device) }
  }
})"""


def give_pin(page: Page, pin: str) -> None:
    page.get_by_label("输入 6 位 PIN").fill(pin)


def test_a_new_colleague_enters_with_a_code_and_chooses_a_password(server: Server, phone: Phone) -> None:
    code = server.post(server.token("ga"), f"/api/auth/codes/{person('post3')}", {})["code"]
    page = phone.open()
    page.get_by_label("工号").fill("POST3")
    page.get_by_label("密码", exact=True).fill(code)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("现在的密码或一次性代码").fill(code)
    page.get_by_label("新密码").fill("zoufang1")
    page.get_by_role("button", name="保存新密码").click()
    expect(page.get_by_role("alert")).to_contain_text("太简单")
    expect(page.get_by_label("新密码")).to_have_value("zoufang1")
    page.get_by_label("新密码").fill("Qinghe-7 Bridge")
    page.get_by_role("button", name="保存新密码").click()
    expect(page.get_by_text("您的岗位没有现场拜访任务")).to_be_visible(timeout=30_000)


def test_a_pin_opens_the_phone_without_signal_and_five_wrong_ones_want_the_password(
    server: Server, phone: Phone
) -> None:
    page = phone.sign_in("am16")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="我的手机与 PIN").click()
    expect(page.get_by_test_id("phone")).to_contain_text(["本机"])
    page.get_by_label("设置本机 PIN").fill("246810")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("PIN 已设置")).to_be_visible()
    assert phone.context
    phone.context.set_offline(True)
    page.goto(server.url)
    expect(page.get_by_test_id("next-shop")).to_have_count(0)
    give_pin(page, "111111")
    expect(page.get_by_role("alert")).to_contain_text("PIN 不对")
    give_pin(page, "246810")
    expect(page.get_by_test_id("next-shop")).to_be_visible()
    page.reload()
    for _ in range(4):
        give_pin(page, "000000")
        expect(page.get_by_role("alert")).to_contain_text("PIN 不对")
        expect(page.get_by_role("button", name="打开")).to_be_enabled()
    give_pin(page, "000000")
    expect(page.get_by_role("alert")).to_contain_text("已错 5 次")
    page.reload()
    give_pin(page, "246810")
    expect(page.get_by_role("alert")).to_contain_text("已错 5 次")
    phone.context.set_offline(False)
    with page.expect_response("**/api/auth/refresh") as renewed:
        page.reload()
    assert renewed.value.status == 200
    give_pin(page, "246810")
    expect(page.get_by_role("alert")).to_contain_text("已错 5 次")
    page.get_by_role("link", name="用密码登录").click()
    page.get_by_label("密码", exact=True).fill("zoufang-demo")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)


def test_fifteen_days_without_the_server_hide_the_shops_and_keep_the_entries(
    server: Server, phone: Phone
) -> None:
    page = phone.sign_in("am17")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    assert phone.context
    phone.context.set_offline(True)
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已保存(本机)")
    page.evaluate(AGE, person("am17"))
    page.goto(server.url + "/customers")
    expect(page.get_by_text("本机还没有客户资料")).to_be_visible()
    expect(page.get_by_test_id("status")).to_contain_text("1 条")
    phone.context.set_offline(False)
    page.goto(server.url + "/customers")
    expect(page.get_by_test_id("customer-row").first).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("status")).to_have_count(0, timeout=30_000)


def test_a_newcomer_reads_the_notice_and_without_consent_his_phone_does_not_ask_where_it_is(
    server: Server, phone: Phone
) -> None:
    page = phone.sign_in("am18")
    page.evaluate(
        "() => { window.asked = 0; navigator.geolocation.getCurrentPosition = () => { window.asked += 1 } }"
    )
    expect(page.get_by_role("heading", name="个人信息告知")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="我已阅读").click()
    expect(page.get_by_role("heading", name="使用介绍")).to_be_visible()
    page.get_by_role("link", name="跳过").click()
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    expect(page.get_by_text("未授权定位")).to_be_visible()
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已同步", timeout=15_000)
    assert page.evaluate("() => window.asked") == 0
    page.get_by_role("button", name="离店").click()
    expect(page.get_by_role("button", name="离店")).to_have_count(0)
    row = server.get(server.token("mm3"), f"/api/visits/{page.url.split('/visits/')[1][:36]}")
    assert (row["check_in_lat"], row["place_refusal"]) == (None, "no_consent")
    page.goto(server.url + "/privacy")
    expect(page.get_by_text("未同意")).to_be_visible()
    page.get_by_role("button", name="同意", exact=True).click()
    expect(page.get_by_text("已同意")).to_be_visible()
    page.get_by_role("link", name="今日").click()
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    expect(page.get_by_text("精度 20 米")).to_be_visible(timeout=15_000)


def test_who_signs_out_without_signal_is_signed_out_at_the_server_once_there_is_signal(
    server: Server, phone: Phone
) -> None:
    page = phone.sign_in("am14")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    assert phone.context
    cookies = {one["name"]: one["value"] for one in phone.context.cookies()}
    page.get_by_role("link", name="我的").click()
    phone.context.set_offline(True)
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("工号")).to_be_visible()
    with page.expect_response("**/api/auth/logout") as told:
        phone.context.set_offline(False)
    assert told.value.status == 204
    device = {"device": page.evaluate(DEVICE)}
    again = httpx2.post(f"{server.url}/api/auth/refresh", json=device, cookies=cookies)
    assert again.status_code == 401
