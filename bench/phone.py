"""What a slow phone feels like: Chromium with its CPU slowed four times against a demo district of its own.

Run `python bench/phone.py [--runs 5] [--check] [--small] [--rows 50000]` from the project's root, with the development
packages and the built app (`make build`). With `--rows` one phone carries so many rows, 5,000 shops and else visits of the
last weeks, put into its own database in the place of a pull that would take longer than the measure; then only its
start and its search are measured. `--small` is one run. It prints the median and the slowest of each figure beside its budget; `--check` exits 1 where a median
is over. The camera is a film of one noisy 1920 × 1440 picture, so that a photo weighs what a street weighs.
The slowing holds for the page's own thread: workers (the photo's encoding among them) and the server run at
full speed, on the same machine.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, Playwright, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from browsers import ARGS, Phone, Server
from personas import person

SLOWER = 4
SHOPS = 5000
ENTRIES = 200
SEARCH = f"search among {SHOPS} shops, slowest key"
OPENING = f"opening the list of {SHOPS} shops"
SCROLLING = f"scrolling {SHOPS} shops, longest task"
START = "warm start without signal, to the next shop"
FIRST_START = "the first start after so many rows came at once"
FIRST_SYNC = "first sync of about 200 shops with history"
BUDGETS = {
    START: 1000,
    "tap on check-in to saved": 100,
    "tap on the shutter to photo taken": 1500,
    "tap on the shutter to saved": 1500,
    SEARCH: 100,
    OPENING: 1000,
    SCROLLING: 50,
    FIRST_SYNC: 5000,
    f"{ENTRIES} queued entries delivered": 5000,
}
MANY_ROWS = {FIRST_START: 1500, START: 1500, SEARCH: 150, OPENING: 1500, SCROLLING: 50}

# Notes when a tap reached the page, and lets one wait for what it brings without asking the page in between.
STOPWATCH = """
  addEventListener('click', (event) => { window.tapped = event.timeStamp }, true)
  addEventListener('input', (event) => {
    window.painted = new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - event.timeStamp))))
  }, true)
  window.seen = (found) => new Promise((resolve) => {
    const look = () => { if (found()) { watching.disconnect(); resolve(performance.now()) } }
    const watching = new MutationObserver(look)
    watching.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    look()
  })
"""
# Says when the start is over. The page is asked nothing meanwhile: what a question brings along would be slowed as well.
STARTED = """
  const looking = new MutationObserver(() => {
    if (!document.querySelector('[data-testid=next-shop] h2')?.textContent) return
    looking.disconnect()
    console.log(`started ${performance.now()}`)
  })
  looking.observe(document, { subtree: true, childList: true, characterData: true })
"""
ROWS_IN = """([user, count]) => new Promise((resolve) => {
  const opening = indexedDB.open(`fieldvisit-${user}`)
  opening.onsuccess = () => {
    const store = opening.result.transaction('rows', 'readwrite').objectStore('rows')
    const asked = store.index('[collection+id]').getAll(IDBKeyRange.bound(['customers'], ['customers', []]))
    asked.onsuccess = () => {
      const known = asked.result
      for (let n = known.length; n < count; n += 1) {
        const from = known[n % known.length]
        const id = `0000bbbb-0000-4000-8000-${String(n).padStart(12, '0')}`
        store.put({ ...from, id, row: { ...from.row, id, shop_name: `${from.row.shop_name}${n}` } })
      }
      store.transaction.oncomplete = () => resolve(known.length)
    }
  }
})"""
# Visits like those that are here, at shops like theirs, on the days before today.
VISITS_IN = """([user, count]) => new Promise((resolve) => {
  const opening = indexedDB.open(`fieldvisit-${user}`)
  opening.onsuccess = () => {
    const store = opening.result.transaction('rows', 'readwrite').objectStore('rows')
    const asked = store.index('[collection+id]').getAll(IDBKeyRange.bound(['visits'], ['visits', []]))
    asked.onsuccess = () => {
      const known = asked.result
      for (let n = 0; n < count; n += 1) {
        const from = known[n % known.length]
        const id = `0000cccc-0000-4000-8000-${String(n).padStart(12, '0')}`
        const day = new Date(Date.now() - (1 + n % 44) * 86_400_000).toISOString().slice(0, 10)
        const key = from.key.replace(/[0-9-]{10}$/, day)
        store.put({ ...from, key, id, row: { ...from.row, id, day, state: 'completed' } })
      }
    }
    store.transaction.oncomplete = () => {
      const counted = opening.result.transaction('rows').objectStore('rows').count()
      counted.onsuccess = () => { opening.result.close(); resolve(counted.result) }
    }
  }
})"""
ENTRIES_IN = """([user, count]) => new Promise((resolve) => {
  const opening = indexedDB.open(`fieldvisit-${user}`)
  opening.onsuccess = () => {
    const all = opening.result.transaction(['rows', 'outbox', 'meta'], 'readwrite')
    const last = all.objectStore('meta').get('seq')
    const asked = all.objectStore('rows').index('[collection+id]').getAll(IDBKeyRange.bound(['customers'], ['customers', []]))
    asked.onsuccess = () => {
      const seq = last.result?.value ?? 0
      for (let n = 0; n < count; n += 1) {
        const args = { id: crypto.randomUUID(), customer_id: asked.result[n % asked.result.length].id, method: 'phone' }
        all.objectStore('outbox').add({ id: crypto.randomUUID(), seq: seq + n + 1, name: 'customers.log_contact', v: 1, made_at: new Date().toISOString(), args })
      }
      all.objectStore('meta').put({ name: 'seq', value: seq + count })
    }
    all.oncomplete = () => resolve(true)
  }
})"""
UNSENT = """(user) => new Promise((resolve) => {
  const opening = indexedDB.open(`fieldvisit-${user}`)
  opening.onsuccess = () => {
    const asked = opening.result.transaction('outbox').objectStore('outbox').count()
    asked.onsuccess = () => { opening.result.close(); resolve(asked.result) }
  }
})"""
LANDED = (
    UNSENT.replace("'outbox'", "'meta'")
    .replace("count()", "get('landed')")
    .replace("resolve(asked.result)", "resolve(!!asked.result)")
)
SCROLL = """async () => {
  const tasks = []
  const watching = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  watching.observe({ entryTypes: ['longtask'] })
  const list = document.querySelector('.scroll')
  for (let frame = 0; frame < 120; frame += 1) {
    list.scrollTop += 400
    await new Promise(requestAnimationFrame)
  }
  await new Promise((resolve) => setTimeout(resolve, 300))
  watching.disconnect()
  return Math.max(0, ...tasks)
}"""


def film(folder: Path) -> Path:
    """A one-picture film for the camera: smooth shapes under the noise of a small sensor."""
    coarse = Image.effect_noise((64, 48), 120).resize((1920, 1440), Image.Resampling.BICUBIC)
    fine = Image.effect_noise((1920, 1440), 18)
    picture = Image.merge("RGB", (Image.blend(coarse, fine, 0.3), coarse, Image.blend(coarse, fine, 0.2)))
    path = folder / "street.mjpeg"
    picture.save(path, "JPEG", quality=95)
    return path


class SlowPhone:
    """A phone whose page runs at a quarter of the speed, and what is measured on it."""

    def __init__(self, playwright: Playwright, server: Server, folder: Path, camera: Path, who: str) -> None:
        self.who = who
        self.phone = Phone(playwright, server, folder)
        self.arguments = [*ARGS, f"--use-file-for-fake-video-capture={camera}"]
        self.server = server

    def open(self, *, offline: bool) -> Page:
        page = self.phone.open("/healthz", arguments=self.arguments)
        page.context.set_offline(offline)
        page.add_init_script(STOPWATCH)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        return page

    def ms(self, page: Page, found: str, start: str = "window.tapped") -> float:
        """From `start` until `found` holds."""
        page.wait_for_function("() => window.seen")
        return float(page.evaluate(f"async () => (await window.seen(() => {found})) - ({start})"))


Part = Callable[[SlowPhone, Callable[[str, float], None]], None]


def first_sync(slow: SlowPhone) -> float:
    page = slow.open(offline=False)
    page.goto(slow.server.url)
    page.get_by_label("工号").fill(slow.who)
    page.get_by_label("密码", exact=True).fill("zoufang-demo")
    began = time.perf_counter()
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=60_000)
    while not page.evaluate(LANDED, person(slow.who)):
        page.wait_for_timeout(20)
    took = (time.perf_counter() - began) * 1000
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    slow.phone.close()
    return took


def start(slow: SlowPhone, told: Callable[[str, float], None], name: str = START) -> Page:
    """From the icon to the next shop, without signal."""
    page = slow.open(offline=True)
    page.add_init_script(STARTED)
    with page.expect_console_message(lambda message: message.text.startswith("started")) as said:
        page.goto(slow.server.url)
    told(name, float(said.value.text.split()[1]))
    return page


def day(slow: SlowPhone, told: Callable[[str, float], None]) -> None:
    """From the icon to saved, without signal."""
    page = start(slow, told)
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="拍门头照").click()
    shutter = page.get_by_role("button", name="拍照", exact=True)
    expect(shutter).to_be_enabled(timeout=20_000)
    shutter.click()
    took = slow.ms(page, "document.body.textContent.includes('照片已拍好')")
    told("tap on the shutter to photo taken", took)
    page.get_by_role("button", name="到店签到").click()
    saved = slow.ms(
        page, "document.querySelector('[data-testid=visit-state]')?.textContent.includes('已保存')"
    )
    told("tap on check-in to saved", saved)
    told("tap on the shutter to saved", took + saved)
    slow.phone.close()


def list_of_shops(slow: SlowPhone, told: Callable[[str, float], None]) -> None:
    page = slow.open(offline=True)
    page.goto(slow.server.url)
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=20_000)
    page.evaluate(ROWS_IN, [person(slow.who), SHOPS])
    page.reload()
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=20_000)
    look_for_shops(slow, page, told)
    slow.phone.close()


def look_for_shops(slow: SlowPhone, page: Page, told: Callable[[str, float], None]) -> None:
    """Open the list, scroll through it, and type into its search."""
    page.get_by_role("link", name="客户", exact=True).click()
    rows = "document.querySelector('[data-testid=customer-row]')"
    told(OPENING, slow.ms(page, rows))
    expect(page.get_by_text(f"{SHOPS}")).to_be_visible()
    told(SCROLLING, page.evaluate(SCROLL))
    keys = []
    for key in "店49":
        page.get_by_role("searchbox").press_sequentially(key)
        keys.append(float(page.evaluate("window.painted")))
    told(SEARCH, max(keys))


def many_rows(slow: SlowPhone, told: Callable[[str, float], None], rows: int) -> None:
    """Fill the phone, start it, and look for shops on it."""
    page = slow.open(offline=True)
    page.goto(slow.server.url)
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=20_000)
    page.evaluate(ROWS_IN, [person(slow.who), SHOPS])
    held = page.evaluate(VISITS_IN, [person(slow.who), 0])
    held = page.evaluate(VISITS_IN, [person(slow.who), rows - held])
    if held != rows:
        raise SystemExit(f"{held} rows on the phone")
    slow.phone.close()
    start(slow, told, FIRST_START)
    slow.phone.close()
    page = start(slow, told)
    look_for_shops(slow, page, told)
    slow.phone.close()


def drain(slow: SlowPhone, told: Callable[[str, float], None]) -> None:
    page = slow.open(offline=True)
    page.goto(slow.server.url)
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=20_000)
    page.evaluate(ENTRIES_IN, [person(slow.who), ENTRIES])
    if page.evaluate(UNSENT, person(slow.who)) < ENTRIES:
        raise SystemExit("the entries are not in the outbox")
    began = time.perf_counter()
    page.context.set_offline(False)
    while page.evaluate(UNSENT, person(slow.who)):
        page.wait_for_timeout(20)
    told(f"{ENTRIES} queued entries delivered", (time.perf_counter() - began) * 1000)
    slow.phone.close()


def measure(runs: int, rows: int) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {name: [] for name in (MANY_ROWS if rows else BUDGETS)}
    parts: list[Part] = [partial(many_rows, rows=rows)] if rows else [day, drain, list_of_shops]
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        camera = film(folder)
        server = Server(folder / "server")
        server.start()
        try:
            for run in range(runs):
                slow = SlowPhone(playwright, server, folder / f"phone{run}", camera, f"am{run + 1:02d}")
                figures.get(FIRST_SYNC, []).append(first_sync(slow))
                for part in parts:
                    part(slow, lambda what, ms: figures[what].append(ms))
        finally:
            server.stop()
    return figures


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--check", action="store_true")
    asked.add_argument("--small", action="store_true")
    asked.add_argument("--rows", type=int, default=0)
    told = asked.parse_args()
    runs, budgets = (1 if told.small else told.runs), (MANY_ROWS if told.rows else BUDGETS)
    before = os.getloadavg()[0]
    figures = measure(runs, told.rows)
    print(
        f"{runs} runs, {told.rows or 'the usual'} rows, CPU slowed {SLOWER} times, load average {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    )
    print("| what | median ms | slowest ms | budget ms |\n| --- | ---: | ---: | ---: |")
    for what, taken in figures.items():
        print(f"| {what} | {statistics.median(taken):.0f} | {max(taken):.0f} | {budgets[what]} |")
    over = [what for what, taken in figures.items() if statistics.median(taken) > budgets[what]]
    if told.check and over:
        raise SystemExit(f"over the budget: {', '.join(over)}")


if __name__ == "__main__":
    main()
