"""A complaint's whole way: the centre registers and assigns it, the market manager handles it without signal, the shop is told, the centre confirms and files it (S12.4–S12.17, S12.20)."""

import pytest
from playwright.sync_api import Locator, Page, expect

from browsers import ROOT, Phone, Server
from e2e.field import ready
from personas import uid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

CENTRE, MANAGER = "cc1", "mm2"
SAID = "配送员把货扔在门口就走"


def step(page: Page, name: str, **said: str) -> None:
    """Press a step and fill its form in."""
    page.get_by_role("button", name=name, exact=True).first.click()
    form = page.get_by_role("dialog")
    for field, value in said.items():
        place = form.locator(f"[name={field}]")
        tag = place.evaluate("one => one.tagName")
        place.select_option(value) if tag == "SELECT" else place.fill(value)
    form.get_by_role("button", name=name, exact=True).click()
    expect(form).to_have_count(0)


def take_down(server: Server, desk: Page) -> None:
    """A call at the desk of the centre."""
    desk.goto(f"{server.url}/desk/feedback")
    desk.get_by_role("link", name="记意见").click()
    sheet = desk.get_by_role("dialog")
    sheet.get_by_text("投诉", exact=True).click()
    sheet.get_by_label("内容分类").select_option("delivery")
    sheet.get_by_label("店主怎么说").fill(SAID)
    zones = server.get(server.token(CENTRE), "/api/zones")["items"]
    (zone,) = [row["id"] for row in zones if row["name"].startswith("城郊")]
    sheet.get_by_label("所属辖区").select_option(zone)
    sheet.get_by_label("联系电话").fill("13900001234")
    sheet.get_by_role("button", name="保存", exact=True).click()


def register(server: Server, said: str, **more: str) -> str:
    """A case of a caller next door, as the desk registers it; its number."""
    token = server.token(CENTRE)
    zones = {row["name"]: row["id"] for row in server.get(token, "/api/zones")["items"]}
    (zone,) = [zone for name, zone in zones.items() if name.startswith("城郊")]
    args = {
        "id": (case := uid()),
        "feedback_type": "complaint",
        "source": "complaint_centre",
        "category": "order",
    }
    told = {"content": said, "zone_id": zone, "contact_phone": "13900005678"}
    server.post(token, "/api/feedback_cases", args | told | more)
    return str(server.get(token, f"/api/feedback_cases/{case}")["number"])


def handle(mine: Page, card: Locator) -> None:
    """Everything until the result is reported, with a photo of what was found."""
    step(mine, "接办")
    step(mine, "记录联系", text="店主要求当面道歉")
    mine.get_by_role("button", name="核实", exact=True).first.click()
    form = mine.get_by_role("dialog")
    form.get_by_label("核实方法").select_option("ask_post")
    form.get_by_label("核实结果").select_option("true")
    form.get_by_label("核实情况").fill("监控可见")
    form.get_by_label("添加照片").set_input_files(str(ROOT / "frontend-pwa" / "dist" / "icon-192.png"))
    expect(form.get_by_role("button", name="去掉第 1 张")).to_be_visible(timeout=30_000)
    form.get_by_role("button", name="核实", exact=True).click()
    expect(card.get_by_role("img", name="反馈图片")).to_have_count(1)
    step(mine, "办理", opinion="约谈配送员")
    step(mine, "得出结果", text="配送员已当面道歉")
    step(mine, "上报结果")


def reads_the_archive(desk: Page, number: str) -> None:
    """The file is in the month's archive, lacks nothing, and its form is read at the desk, which carries no cases."""
    desk.get_by_role("link", name="案卷归档").click()
    filed = desk.get_by_test_id("archived").filter(has_text=number)
    expect(filed).to_contain_text("照片 1", timeout=30_000)
    expect(filed.get_by_role("cell").last).to_have_text("")
    desk.get_by_label("排列").select_option("content")
    expect(desk.get_by_role("heading", name="(按内容分类)")).to_be_visible()
    filed.get_by_role("link", name=number).click()
    expect(desk.get_by_role("row", name="处理结果")).to_contain_text("配送员已当面道歉", timeout=30_000)


def test_a_complaint_goes_from_the_centre_to_the_manager_to_the_shop_and_back(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    desk = phone.sign_in(CENTRE)
    expect(desk.get_by_test_id("notices")).to_be_visible(timeout=30_000)
    desk.set_viewport_size({"width": 1366, "height": 900})
    take_down(server, desk)

    def row() -> dict[str, str]:
        found = server.get(server.token(CENTRE), "/api/feedback_cases", q=SAID)["items"]
        return found[0] if found else {}

    file = desk.get_by_test_id("case-file")
    expect(file.get_by_test_id("clock")).to_contain_text("还剩")
    expect(file).to_contain_text("139****1234")
    file.get_by_role("button", name="显示完整号码").click()
    expect(file).to_contain_text("13900001234")
    people = server.get(server.token(CENTRE), "/api/people", limit="200")["items"]
    (manager,) = [one["id"] for one in people if one["name"] == "刘敏"]
    step(desk, "转办", handler_id=manager, severity="important")
    expect(file.get_by_test_id("feedback-state")).to_have_text("已转办")

    mine = ready(other_phone, MANAGER)
    mine.goto(f"{server.url}/feedback")
    mine.get_by_test_id("feedback").filter(has_text=SAID).get_by_role("link").click(timeout=60_000)
    card = mine.get_by_test_id("feedback-card")
    expect(card.get_by_test_id("clock")).to_contain_text("还剩")
    assert other_phone.context
    other_phone.context.set_offline(True)
    handle(mine, card)
    expect(card.get_by_test_id("feedback-state")).to_have_text("已上报")
    other_phone.context.set_offline(False)
    expect(file.get_by_test_id("feedback-state")).to_have_text("已上报", timeout=60_000)
    expect(file).to_contain_text("配送员已当面道歉")
    expect(file.get_by_role("img", name="反馈图片")).to_have_count(1, timeout=60_000)

    rated = {f"sat_{name}": "5" for name in ("time", "manner", "process", "result")}
    step(mine, "回复店主", text="已当面道歉", method="visit", **rated)
    expect(file.get_by_test_id("feedback-state")).to_have_text("已回复", timeout=60_000)
    step(desk, "确认办结")
    expect(file.get_by_test_id("feedback-state")).to_have_text("已办结")
    expect(file.get_by_test_id("timeliness")).to_contain_text("按时")
    told = row()
    assert (told["state"], told["timeliness"], told["severity"]) == ("closed", "in_time", "important")
    reads_the_archive(desk, told["number"])


def test_the_centre_forwards_many_at_once_and_sees_them_move_on_the_board(
    server: Server, phone: Phone
) -> None:
    """(S12.4) One of those ticked cannot be forwarded: of it the desk says why, and the others are."""
    words = f"订单丢失{uid()[:8]}"
    numbers = [register(server, f"{words} {number}") for number in range(3)]
    query = register(server, f"{words} 问", feedback_type="query")
    desk = phone.sign_in(CENTRE)
    expect(desk.get_by_test_id("notices")).to_be_visible(timeout=30_000)
    desk.set_viewport_size({"width": 1366, "height": 900})
    desk.goto(f"{server.url}/desk/feedback?q={words}")
    expect(desk.get_by_test_id("record")).to_have_count(4, timeout=30_000)
    desk.get_by_role("checkbox", name="全部勾选或取消").check()
    expect(desk.get_by_text("已勾选 4 条")).to_be_visible()
    desk.get_by_role("checkbox", name=f"勾选 {numbers[0]}").uncheck()
    desk.get_by_role("button", name=numbers[0]).focus()
    desk.keyboard.press("x")
    desk.get_by_role("button", name="批量转办").click()
    sheet = desk.get_by_role("dialog")
    sheet.get_by_label("转给谁").select_option(label="刘敏 · 市场经理")
    sheet.get_by_role("button", name="转办", exact=True).click()
    expect(sheet.get_by_test_id("refused").get_by_role("listitem")).to_have_count(1, timeout=30_000)
    expect(sheet.get_by_test_id("refused")).to_contain_text(query)
    sheet.get_by_role("button", name="取消").click()
    expect(desk.get_by_text("已勾选 1 条")).to_be_visible()
    expect(desk.get_by_test_id("record").filter(has_text="已转办")).to_have_count(3)

    desk.get_by_role("link", name="看板").click()
    lane = desk.get_by_test_id("lane-assigned").get_by_test_id("board-card")
    for number in numbers:
        expect(lane.filter(has_text=number)).to_contain_text("还剩", timeout=30_000)
    lane.filter(has_text=numbers[1]).click()
    expect(desk.get_by_test_id("case-file")).to_contain_text(f"{words} 1")


def reach(page: Page, name: str) -> None:
    """Tab to a field or button by its accessible name."""
    is_there = """(name) => {
      const one = document.activeElement
      return [one?.textContent?.trim(), one?.closest('label')?.textContent?.trim()].some((text) => text?.startsWith(name))
    }"""
    for _ in range(60):
        if page.evaluate(is_there, name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {name}")


def choose(page: Page, label: str) -> None:
    """The option of the select in focus, by arrows."""
    chosen = "() => document.activeElement.selectedOptions[0].label"
    for _ in range(40):
        if str(page.evaluate(chosen)).startswith(label):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"no key chooses {label}")


def test_the_centre_works_a_complaint_from_intake_to_close_by_keys_alone(
    server: Server, phone: Phone
) -> None:
    """(S12.4)"""
    said = f"账对不上{uid()[:8]}"
    desk = phone.sign_in(CENTRE)
    expect(desk.get_by_test_id("notices")).to_be_visible(timeout=30_000)
    desk.set_viewport_size({"width": 1366, "height": 900})
    desk.goto(f"{server.url}/desk/feedback")
    expect(desk.get_by_test_id("record").first).to_be_visible(timeout=30_000)
    keys = desk.keyboard
    keys.press("n")
    expect(desk.get_by_role("dialog")).to_be_visible()
    reach(desk, "联系电话")
    keys.type("13900007777")
    reach(desk, "投诉")
    keys.press("Enter")
    reach(desk, "店主怎么说")
    keys.type(said)
    reach(desk, "所属辖区")
    choose(desk, "城郊")
    keys.press("Control+Enter")
    file = desk.get_by_test_id("case-file")
    expect(file.get_by_test_id("feedback-state")).to_have_text("待办理", timeout=30_000)
    keys.press("s")
    reach(desk, "转给谁")
    choose(desk, "刘敏")
    keys.press("Control+Enter")
    expect(file.get_by_test_id("feedback-state")).to_have_text("已转办", timeout=30_000)

    (row,) = server.get(server.token(CENTRE), "/api/feedback_cases", q=said)["items"]
    found = {"verify_method": "documents", "verify_result": "true", "finding": "账单有误"}
    steps: list[tuple[str, dict[str, str]]] = [
        ("accept", {}),
        ("verify", found),
        ("handle", {"opinion": "更正账单"}),
        ("resolve", {"text": "已更正"}),
        ("report", {}),
        ("inform", {"text": "已说明", "method": "phone"}),
    ]
    token = server.token(MANAGER)
    for name, args in steps:
        server.post(token, f"/api/feedback_cases/{row['id']}/{name}", {"id": uid(), **args})

    expect(file.get_by_test_id("feedback-state")).to_have_text("已回复", timeout=60_000)
    keys.press("s")
    expect(desk.get_by_role("dialog")).to_be_visible()
    keys.press("Control+Enter")
    expect(file.get_by_test_id("feedback-state")).to_have_text("已办结", timeout=30_000)
