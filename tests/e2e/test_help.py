"""How the app helps: an introduction, a practice shop that nothing leaves, the manual's step, and asking about the app."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from browsers import Phone, Server
from e2e.test_screens import SHAPES, look, sign_in
from personas import JPEG, person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

OWED = """async (user) => {
  const known = (await indexedDB.databases()).map(({ name }) => name)
  const count = (name, table) => known.includes(name) ? new Promise((resolve) => {
    const opening = indexedDB.open(name)
    opening.onsuccess = () => {
      const asked = opening.result.transaction(table).objectStore(table).count()
      asked.onsuccess = () => resolve(asked.result)
    }
  }) : -1
  const found = {}
  for (const table of ['outbox', 'settled', 'blobs', 'drafts']) {
    found[table] = await count(`fieldvisit-${user}`, table)
    found[`practice ${table}`] = await count('fieldvisit-practice', table)
  }
  return found
}"""


def visits_of(server: Server, username: str) -> int:
    token = server.token(username)
    return len(server.get(token, "/api/visits", visitor_id=person(username), limit="200")["items"])


def test_what_is_practised_leaves_the_phone_by_no_way_and_counts_nowhere(
    server: Server, phone: Phone
) -> None:
    page = phone.sign_in("am05")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    progress = page.get_by_text("已完成").inner_text()
    before, owed = visits_of(server, "am05"), page.evaluate(OWED, person("am05"))
    sent: list[Request] = []

    def note(request: Request) -> None:
        sent.append(request)

    page.on("request", note)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="练习店").click()
    expect(page.get_by_test_id("practice")).to_contain_text("不上传")
    expect(page.get_by_text("在店")).to_be_visible(timeout=15_000)
    look(page)
    page.get_by_role("button", name="拍门头照").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    expect(page.get_by_text("照片已拍好")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已保存(本机)")
    expect(page.get_by_role("img", name="拜访照片")).to_be_visible()
    page.get_by_label("发现情况").fill("练习写一写")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("button", name="离店").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已完成")
    page.get_by_role("link", name="客户档案").click()
    expect(page.get_by_text("练习店没有客户档案")).to_be_visible()
    page.get_by_label("备注").fill("还没保存的草稿")
    held = page.evaluate(OWED, person("am05"))
    assert held["practice outbox"] >= 3
    assert held["practice blobs"] == 1
    page.get_by_role("link", name="结束练习").click()
    expect(page.get_by_role("heading", name="我的", exact=True)).to_be_visible()
    page.get_by_role("link", name="同步").click()
    page.get_by_role("button", name="立即同步").click()
    expect(page.get_by_text("本机还没有记录")).to_be_visible()
    page.get_by_role("link", name="今日").click()
    expect(page.get_by_text(progress)).to_be_visible()
    after = page.evaluate(OWED, person("am05"))
    assert {name: after[name] for name in owed if "practice" not in name} == {
        name: count for name, count in owed.items() if "practice" not in name
    }
    assert {count for name, count in after.items() if "practice" in name} == {0}
    written = [request for request in sent if request.method != "GET"]
    assert [request.url for request in written if "visits." in (request.post_data or "")] == []
    assert [request.url for request in written if request.method == "PUT"] == []
    assert visits_of(server, "am05") == before


@pytest.mark.parametrize("shape", SHAPES)
def test_the_introduction_is_stepped_through_and_seen_again(
    server: Server, phone: Phone, shape: dict[str, Any]
) -> None:
    page = phone.open(**shape)
    sign_in(page, "am06")
    page.get_by_role("link", name="我的").click(timeout=30_000)
    page.get_by_role("link", name="使用介绍").click()
    expect(page.get_by_test_id("intro-card")).to_have_count(5)
    expect(page.get_by_role("button", name="上一张")).to_be_disabled()
    for card in range(2, 6):
        page.get_by_role("button", name="下一张").click()
        expect(page.get_by_text(f"第 {card} 张,共 5 张")).to_be_visible()
        expect(page.get_by_test_id("intro-card").nth(card - 1)).to_be_in_viewport(ratio=0.9)
    look(page)
    page.get_by_test_id("intro-card").first.scroll_into_view_if_needed()
    expect(page.get_by_text("第 1 张,共 5 张")).to_be_visible()


@pytest.mark.parametrize("shape", SHAPES)
def test_each_title_has_the_step_of_the_manual_beside_it(
    server: Server, phone: Phone, shape: dict[str, Any]
) -> None:
    """Which step is this? (S1.1)"""
    page = phone.open(**shape)
    sign_in(page, "mm3")
    expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    for path, step in (("/", "P10"), ("/customers", "P7"), ("/sync", "P10"), ("/mine", "手册之外")):
        page.goto(server.url + path)
        page.get_by_role("button", name="这一页怎么用").click()
        expect(page.get_by_test_id("manual-ref")).to_contain_text(step)
        look(page)
        page.keyboard.press("Escape")


def ask(page: Page, text: str) -> None:
    page.get_by_label("请说明").fill(text)
    page.get_by_role("button", name="送出").click()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_asked_without_signal_gets_its_number_and_its_answer(
    server: Server, phone: Phone, other_phone: Phone, shape: dict[str, Any], tmp_path: Path
) -> None:
    picture = tmp_path / "screen.jpg"
    page = phone.open(**shape)
    sign_in(page, "am06")
    expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    shot = page.screenshot(path=str(picture), type="jpeg")
    assert len(shot) > len(JPEG)
    assert phone.context
    phone.context.set_offline(True)
    page.get_by_role("button", name="这一页怎么用").click()
    page.get_by_role("link", name="反馈这一页").click()
    look(page)
    page.get_by_label("添加截图或照片").set_input_files(str(picture))
    expect(page.get_by_role("button", name="去掉第 1 张")).to_be_visible()
    text = f"下一户不对 {shape['color_scheme']} " + "很长的说明" * 30
    ask(page, text)
    thread = page.get_by_test_id("help-thread")
    expect(thread).to_contain_text("待编号")
    expect(thread.get_by_role("img", name="反馈图片")).to_be_visible()
    phone.context.set_offline(False)
    expect(thread).to_contain_text("YJ-", timeout=30_000)
    expect(thread).to_contain_text("今日")
    number = thread.locator("strong").first.inner_text()
    look(page)

    desk = other_phone.open(**shape)
    sign_in(desk, "ga")
    expect(desk.get_by_test_id("notices")).to_be_visible(timeout=30_000)
    desk.goto(server.url + "/help")
    desk.get_by_role("link", name=number).click(timeout=15_000)
    there = desk.get_by_test_id("help-thread")
    expect(there).to_contain_text("下一户不对")
    expect(there.get_by_role("img", name="反馈图片")).to_be_visible(timeout=15_000)
    look(desk)
    there.get_by_role("img", name="反馈图片").click()
    expect(desk.get_by_role("dialog").get_by_role("img")).to_be_visible()
    look(desk)
    desk.keyboard.press("Escape")
    desk.get_by_label("答复").fill("按下一户的顺序已改正")
    there.get_by_role("button", name="送出").click()
    expect(there).to_contain_text("已答复")
    expect(desk.get_by_test_id("status")).to_have_count(0, timeout=15_000)
    page.goto(server.url + "/sync")
    page.get_by_role("button", name="立即同步").click()
    page.goto(server.url + "/help")
    page.get_by_role("link", name=number).click(timeout=15_000)
    expect(thread).to_contain_text("按下一户的顺序已改正")
    page.get_by_role("button", name="已解决,结束").click()
    expect(thread).to_contain_text("已结束")
    look(page)
