"""Every screen, at phone and desk size, in light and dark: nothing wrong for a screen reader, nothing cut off at 200 %."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsers import ROOT, Phone, Server
from personas import uid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

AXE = ROOT / "frontend-pwa" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "async () => (await axe.run()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))])"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def look(page: Page) -> None:
    """No violation, and at 200 % type nothing to scroll sideways for."""
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN) == []
    page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    assert page.evaluate(TOO_WIDE) <= 0, page.url
    page.evaluate("() => { document.documentElement.style.fontSize = '' }")


def look_at_administration(page: Page, url: str) -> None:
    """The tables an administrator works on, with their sheets and an open row."""
    for path, button in (
        ("/desk/people", "新建账号"),
        ("/desk/routes", "新建线路"),
        ("/desk/routes", "辖区管理"),
    ):
        page.goto(url + path)
        page.get_by_test_id("record").first.wait_for()
        look(page)
        page.get_by_role("button", name=button).click()
        look(page)
        page.keyboard.press("Escape")
        page.get_by_test_id("record").first.click()
        expect(page.get_by_test_id("detail")).to_be_visible()
        look(page)
    page.goto(url + "/desk/devices")
    page.get_by_test_id("record").first.wait_for()
    look(page)
    page.goto(url + "/zone")
    expect(page.get_by_test_id("figure-shops")).to_be_visible()
    look(page)


SHAPES = [
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_screen_of_the_field_is_fit_to_read(
    server: Server, phone: Phone, other_phone: Phone, shape: dict[str, Any]
) -> None:
    page = phone.open(**shape)
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    look(page)
    sign_in(page, "am07")
    card = page.get_by_test_id("next-shop")
    expect(card).to_be_visible(timeout=30_000)
    look(page)
    card.get_by_role("link", name="进店签到").click()
    expect(page.get_by_role("button", name="到店签到")).to_be_visible()
    look(page)
    page.get_by_role("button", name="取消拜访").click()
    look(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="客户档案").click()
    expect(page.get_by_text("基本信息")).to_be_visible()
    look(page)
    page.get_by_role("button", name="更正资料").click()
    look(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="客户", exact=True).click()
    expect(page.get_by_test_id("customer-row").first).to_be_visible()
    look(page)
    page.get_by_role("searchbox").fill("no such shop")
    expect(page.get_by_text("没有符合的客户")).to_be_visible()
    look(page)
    page.get_by_role("link", name="我的").click()
    expect(page.get_by_text("大字模式")).to_be_visible()
    look(page)
    page.get_by_role("link", name="我的手机与 PIN").click()
    expect(page.get_by_test_id("phone").first).to_be_visible(timeout=15_000)
    look(page)
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="修改密码").click()
    look(page)
    page.get_by_role("link", name="返回").click()
    page.get_by_role("link", name="同步").click()
    expect(page.get_by_role("button", name="立即同步")).to_be_visible()
    look(page)

    desk = other_phone.open(**shape)
    sign_in(desk, "mm2")
    expect(desk.get_by_role("heading", name="团队今日")).to_be_visible(timeout=30_000)
    expect(desk.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    look(desk)
    desk.goto(server.url + "/decisions")
    expect(desk.get_by_role("heading", name="待我处理")).to_be_visible()
    look(desk)
    desk.goto(server.url + "/people")
    desk.get_by_test_id("person").first.get_by_role("button", name="登记不在").click()
    look(desk)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_screen_of_the_desk_is_fit_to_read(
    server: Server, phone: Phone, other_phone: Phone, shape: dict[str, Any]
) -> None:
    token = server.token("am08")
    server.post(
        token, "/api/privacy_requests", {"id": uid(), "kind": "explain", "content": "为什么保留轨迹?"}
    )
    page = phone.open(**shape)
    sign_in(page, "ga")
    page.get_by_test_id("notices").click(timeout=30_000)
    expect(page.get_by_role("heading", name="消息")).to_be_visible()
    look(page)
    page.goto(server.url + "/desk/shops?q=惠民")
    page.get_by_test_id("record").first.wait_for()
    look(page)
    page.get_by_test_id("record").first.click()
    masked = page.get_by_test_id("fact-contact_phone")
    expect(masked).to_contain_text("****")
    look(page)
    page.get_by_role("button", name="显示完整号码").click()
    expect(masked).not_to_contain_text("****")
    page.goto(server.url + "/imports")
    expect(page.get_by_label("选择文件")).to_be_visible()
    look(page)
    page.goto(server.url + "/privacy")
    expect(page.get_by_role("heading", name="个人信息告知")).to_be_visible()
    look(page)
    page.goto(server.url + "/privacy/requests")
    page.get_by_test_id("request").first.get_by_role("button", name="拒绝").click()
    look(page)
    page.goto(server.url + "/calendar")
    page.get_by_test_id("deadline").first.get_by_role("button", name="修改").click()
    look(page)
    look_at_administration(page, server.url)
    system = other_phone.open(**shape)
    sign_in(system, "admin")
    system.get_by_test_id("notices").wait_for(timeout=30_000)
    for path, has_rows in (
        ("/oversight", False),
        ("/desk/devices", True),
        ("/desk/entries", False),
        ("/desk/audit", True),
        ("/desk/looks", True),
    ):
        system.goto(server.url + path)
        expect(system.get_by_role("heading").first).to_be_visible()
        if has_rows:
            system.get_by_test_id("record").first.click()
            expect(system.get_by_test_id("detail")).to_be_visible()
        look(system)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_table_and_figure_of_a_manager_is_fit_to_read(
    server: Server, phone: Phone, other_phone: Phone, shape: dict[str, Any]
) -> None:
    for who, device in (("mm2", phone), ("dm", other_phone)):
        page = device.open(**shape)
        sign_in(page, who)
        page.get_by_test_id("notices").wait_for(timeout=30_000)
        page.goto(server.url + "/zone")
        expect(page.get_by_test_id("team-row").first).to_be_visible()
        look(page)
        for path in ("/desk/visits?state=completed", "/desk/shops", "/desk/people", "/desk/routes"):
            page.goto(server.url + path)
            page.get_by_test_id("record").first.wait_for()
            look(page)
            page.locator("summary", has_text="选择列").click()
            look(page)
            page.get_by_test_id("record").first.click()
            expect(page.get_by_test_id("detail")).to_be_visible()
            look(page)
        page.goto(server.url + "/desk/visits?day_from=2001-01-01&day_to=2001-01-02")
        expect(page.get_by_text("没有符合条件的记录")).to_be_visible()
        look(page)


def sign_in(page: Page, username: str) -> None:
    page.get_by_label("工号").fill(username)
    page.get_by_label("密码", exact=True).fill("zoufang-demo")
    page.get_by_role("button", name="登录", exact=True).click()


def test_axe_is_there_to_look() -> None:
    assert Path(AXE).stat().st_size > 100_000
