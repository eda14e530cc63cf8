"""A day of nineteen visits by hand: how many taps, keys and seconds a visit takes.

Run `python bench/day.py` from the project's root, with the development packages and the built app (`make build`).
A phone-sized Chromium makes nineteen visits of today's list through the screen alone, without signal: in turn the least
one (in and out) and an ordinary one (photo, every question of the checklist, two notes, out). Taps and characters written are
counted by the page itself; seconds run from the tap that leaves today's list until "已完成" shows, with no time to think,
at the speed of this machine. What a person needs to look and think comes on top.
"""

import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from browsers import Phone, Server

VISITS = 19
FINDINGS = "柜台陈列整齐,新品已上架。"
NEXT_STEP = "下周带价签来。"
# `detail` is 0 for the clicks a label passes on to its field: they are no taps.
COUNTER = """
  window.taps = window.keys = 0
  addEventListener('click', (event) => { if (event.detail > 0) window.taps += 1 }, true)
  addEventListener('input', () => { window.keys += 1 }, true)
"""


@dataclass
class Effort:
    """What one visit took."""

    kind: str
    taps: int
    keys: int
    seconds: float


def arrive(page: Page, *, with_photo: bool) -> None:
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    if with_photo:
        page.get_by_role("button", name="拍门头照").click()
        page.get_by_role("button", name="拍照", exact=True).click()
        expect(page.get_by_text("照片已拍好")).to_be_visible()
    page.get_by_role("button", name="到店签到").click()


def answer_everything(page: Page) -> int:
    """One tap a question, a written word where words are asked for; how many questions there were."""
    asked = page.get_by_test_id("checklist")
    asked.wait_for()
    choices = asked.get_by_role("group").all()
    for question in choices:
        question.locator("button").first.click()
    written = asked.locator("input[type=number], textarea").all()
    for field in written:
        field.click()
        field.press_sequentially("3")
    return len(choices) + len(written)


def leave(page: Page) -> None:
    page.get_by_role("button", name="离店", exact=True).click()
    anyway = page.get_by_role("button", name="仍然离店")
    done = page.get_by_test_id("visit-state").get_by_text("已完成")
    expect(anyway.or_(done)).to_be_visible()
    if anyway.is_visible():
        anyway.click()
    expect(done).to_be_visible()


def visit(page: Page, kind: str) -> Effort:
    page.evaluate("window.taps = window.keys = 0; window.began = performance.now()")
    arrive(page, with_photo=kind == "ordinary")
    expect(page.get_by_test_id("visit-state")).to_contain_text("已保存")
    if kind == "ordinary":
        answer_everything(page)
        for label, words in (("发现情况", FINDINGS), ("下步工作", NEXT_STEP)):
            field = page.get_by_label(label)
            field.click()
            field.press_sequentially(words)
    page.get_by_test_id("checklist").wait_for()
    leave(page)
    taps, keys, ms = page.evaluate("[window.taps, window.keys, performance.now() - window.began]")
    page.get_by_role("link", name="今日").click()
    return Effort(kind, taps, keys, ms / 1000)


def work_a_day(folder: Path) -> list[Effort]:
    server = Server(folder / "server")
    server.start()
    try:
        with sync_playwright() as playwright:
            phone = Phone(playwright, server, folder / "phone")
            page = phone.sign_in("am01")
            expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
            page.evaluate("navigator.serviceWorker.ready.then(() => true)")
            phone.close()
            page = phone.open(offline=True)
            page.add_init_script(COUNTER)
            page.reload()
            kinds = ["least", "ordinary"] * VISITS
            efforts = [visit(page, kind) for kind in kinds[:VISITS]]
            phone.close()
    finally:
        server.stop()
    return efforts


def main() -> None:
    before = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        efforts = work_a_day(Path(folder))
    print(f"{len(efforts)} visits, load average {before:.1f} before and {os.getloadavg()[0]:.1f} after")
    print(
        "| visit | how many | taps, median (most) | characters, median (most) | seconds, median (most) |\n| --- | ---: | ---: | ---: | ---: |"
    )
    for kind in ("least", "ordinary"):
        own = [effort for effort in efforts if effort.kind == kind]
        cells = []
        for numbers in ([e.taps for e in own], [e.keys for e in own], [e.seconds for e in own]):
            cells.append(f"{statistics.median(numbers):.4g} ({max(numbers):.4g})")
        print(f"| {kind} | {len(own)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
