"""Notices outside (domain §3.7): the administrator says when, what and to whom; a real receiver gets it, and nothing of what it is about."""

import time

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from personas import person, uid
from receiver import Receiver

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


def until_told(far: Receiver, text: str) -> None:
    """Wait for the worker's next round, which is up to twenty seconds away."""
    until = time.monotonic() + 60
    while not any(text in one for one in far.texts()):
        assert time.monotonic() < until, far.texts()


def until_noted(server: Server) -> None:
    """Wait until the server has written down what became of what was tried."""
    token, until = server.token("ga"), time.monotonic() + 60
    while {row["end"] for row in tried(server, token)} != {"sent"}:
        assert time.monotonic() < until


def tried(server: Server, token: str) -> list[dict[str, str]]:
    rows = server.get(token, "/api/outside_messages", limit="200")["items"]
    return [row for row in rows if row["kind"] == "outside_try"]


def test_the_administrator_lets_notices_out_and_a_colleague_hears_of_a_slip_without_a_word_of_it(
    server: Server, phone: Phone, far: Receiver
) -> None:
    page = phone.sign_in("ga")
    page.get_by_role("link", name="我的").click(timeout=30_000)
    page.get_by_role("link", name="外发通知").click()
    hours = page.get_by_test_id("hours")
    hours.get_by_label("安静开始").fill("03:00")
    hours.get_by_label("安静结束").fill("03:00")
    hours.get_by_label("休息日也不外发").uncheck()
    hours.get_by_role("button", name="保存").click()
    expect(hours.get_by_role("status")).to_have_text("已保存")
    page.get_by_role("button", name="企业微信", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("您自己还没有这个通道的账号")
    mine = page.get_by_test_id("address").filter(has_text="综合管理员")
    mine.get_by_role("button", name="设置").click()
    page.get_by_label("企业微信账号").fill("Admin")
    page.get_by_role("dialog").get_by_role("button", name="保存").click()
    expect(mine).to_contain_text("企业微信")
    page.get_by_role("button", name="企业微信", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已交给")).to_be_visible()
    until_told(far, "这是一条测试消息")
    until_noted(server)
    page.goto(f"{server.url}/desk/outside")
    message = page.get_by_test_id("record").filter(has_text="测试消息").first
    expect(message).to_contain_text("已发送", timeout=30_000)
    page.goto(f"{server.url}/outside")
    page.get_by_label("查找").fill("有新的信息传递单")
    rule = page.get_by_test_id("outside-rule")
    expect(rule).to_have_count(1)
    rule.get_by_role("combobox").select_option("立即")
    expect(rule.get_by_role("combobox")).to_be_enabled()
    expect(rule.get_by_role("combobox")).to_have_value("at_once")
    slip = {"id": uid(), "addressee_id": person("ga"), "category": "supply"}
    server.post(
        server.token("am17"), "/api/info_slips", slip | {"content": "老街小店断货", "wanted_action": "请补货"}
    )
    until_told(far, "有新的信息传递单")
    assert not any("老街" in text or "断货" in text for text in far.texts())
