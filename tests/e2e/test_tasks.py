"""A task given without signal, done without signal, given back, and accepted: on two phones."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browsers import Phone, Server
from e2e.field import ready
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

TITLE = "核对明码标价"
WHO, OTHERS = "am04", ("am05", "am06")


def offline(phone: Phone, is_offline: bool) -> None:
    assert phone.context
    phone.context.set_offline(is_offline)


def delivered(page: Page) -> None:
    expect(page.get_by_test_id("status")).to_be_hidden(timeout=30_000)


def names_of(server: Server, *usernames: str) -> list[str]:
    people = server.get(server.token(usernames[0]), "/api/people", limit="200")["items"]
    names = {one["id"]: one["name"] for one in people}
    return [names[person(one)] for one in usernames]


def expect_given(server: Server, *usernames: str) -> None:
    """Each has one of his own."""
    for username in usernames:
        tasks = server.get(server.token(username), "/api/tasks", assignee_id=person(username))["items"]
        assert [task["title"] for task in tasks].count(TITLE) == 1


def give(page: Page, names: list[str]) -> None:
    """To each the same; the first one's is open then."""
    page.get_by_role("button", name="布置任务").click()
    sheet = page.get_by_role("dialog")
    for name in names:
        sheet.get_by_role("group", name="负责人").get_by_role("button", name=name).click()
    sheet.get_by_label("任务").fill(TITLE)
    sheet.get_by_label("要求", exact=True).fill("本周内每户都看一遍")
    sheet.get_by_label("要点").fill("先看核心街道")
    sheet.get_by_role("button", name=f"布置给 {len(names)} 人").click()
    expect(page.get_by_test_id("task-card")).to_contain_text("先看核心街道")


def test_s10_5_a_task_goes_there_and_back_without_signal(
    server: Server, phone: Phone, other_phone: Phone, tmp_path: Path
) -> None:
    manager = ready(phone, "mm1")
    manager.goto(f"{server.url}/tasks")
    expect(manager.get_by_text("没有进行中的任务")).to_be_visible()
    offline(phone, True)
    give(manager, names_of(server, WHO, *OTHERS))
    expect(manager.get_by_test_id("status")).to_be_visible()
    offline(phone, False)
    delivered(manager)
    expect_given(server, *OTHERS)

    doer = ready(other_phone, WHO)
    doer.goto(f"{server.url}/tasks")
    doer.get_by_test_id("task").filter(has_text=TITLE).get_by_role("link").click(timeout=30_000)
    card = doer.get_by_test_id("task-card")
    expect(card).to_contain_text("本周内每户都看一遍")
    picture = tmp_path / "shelf.jpg"
    doer.screenshot(path=str(picture), type="jpeg")
    offline(other_phone, True)
    card.get_by_label("进度").select_option("40")
    card.get_by_role("button", name="报进度").click()
    expect(card.get_by_test_id("task-note")).to_contain_text("进度 40 %")
    card.get_by_label("进展或结果").fill("全部看过,三户补了标签")
    card.get_by_label("添加照片").set_input_files(str(picture))
    expect(card.get_by_role("button", name="去掉第 1 张")).to_be_visible()
    card.get_by_role("button", name="提交结果").click()
    expect(card.get_by_test_id("task-state")).to_have_text("待验收")
    offline(other_phone, False)
    delivered(doer)

    manager.reload()
    manager.get_by_role("link", name="返回").click()
    manager.get_by_role("button", name="待验收").click()
    manager.get_by_test_id("task").filter(has_text=TITLE).get_by_role("link").click(timeout=30_000)
    judged = manager.get_by_test_id("task-card")
    expect(judged.get_by_test_id("timeliness")).to_contain_text("按时")
    expect(judged.get_by_role("img", name="拜访照片")).to_be_visible(timeout=30_000)
    expect(judged.get_by_role("button", name="退回", exact=True)).to_be_disabled()
    judged.get_by_label("评语").fill("城郊两户漏了")
    judged.get_by_role("button", name="退回", exact=True).click()
    expect(judged.get_by_test_id("task-state")).to_have_text("进行中")
    delivered(manager)

    doer.reload()
    expect(card).to_contain_text("城郊两户漏了", timeout=30_000)
    card.get_by_label("进展或结果").fill("两户补看完毕")
    card.get_by_role("button", name="提交结果").click()
    delivered(doer)
    manager.reload()
    expect(judged).to_contain_text("两户补看完毕", timeout=30_000)
    judged.get_by_role("button", name="验收通过").click()
    delivered(manager)
    (row,) = [
        task
        for task in server.get(server.token(WHO), "/api/tasks", assignee_id=person(WHO))["items"]
        if task["title"] == TITLE
    ]
    assert (row["state"], row["progress_pct"], row["timeliness"]) == ("accepted", 100, "in_time")
