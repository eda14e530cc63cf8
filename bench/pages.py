"""What lists and pages take on the whole demo district with its three months of records.

Run `python bench/pages.py [--runs 5] [--small] [--check]` from the project's root, with the development packages and the built
app (`make build`). It asks every list, 50 rows a page, and every report as the posts that read it, over HTTP and one after the
other, and opens the pages of the field in Chromium with its CPU slowed four times, each from another page of the running app
until what it shows is there. It prints medians beside their budgets, writes the section of docs/benchmarks.md, and with
`--check` exits 1 where one is over. `--small` is one run of each and writes nothing.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx2
from playwright.sync_api import Playwright, expect, sync_playwright
from report import write_section

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "backend"))

from browsers import Phone, Server
from screens import GO

SLOWER = 4
LIST_MS, PAGE_MS = 150, 1000
ASKED_BY = ("am07", "mm2", "dm", "ga", "cc1", "admin")
REPORTS = ("field_visits", "work_logs", "sales_by_place", "sales_trend", "sales_by_spec")
PAGES = {
    "am07": (
        ("/", "next-shop"),
        ("/customers", "customer-row"),
        ("/plans", "own-week"),
        ("/logs", "own-logs"),
        ("/slips", "slip"),
        ("/policies", "policy"),
        ("/service", "standard"),
    ),
    "mm2": (
        ("/", "next-shop"),
        ("/zone", "team-row"),
        ("/plans", "own-week"),
        ("/logs", "log"),
        ("/service/plans", "service-plan"),
        ("/reports/field_visits", "report-row"),
    ),
}
AWAY = "/privacy"
# From the change of page until the first of what it shows is there; the page is asked nothing meanwhile.
OPENED = """([path, id]) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`${path} never showed ${id}`)), 30000)
  const began = performance.now()
  const look = () => {
    if (!document.querySelector(`[data-testid="${id}"]`)) return
    watching.disconnect()
    requestAnimationFrame(() => resolve(performance.now() - began))
  }
  const watching = new MutationObserver(look)
  watching.observe(document, { subtree: true, childList: true, attributes: true })
  document.querySelector('#app').__vue_app__.config.globalProperties.$router.push(path)
})"""


def lists(server: Server, runs: int) -> dict[str, list[float]]:
    """Milliseconds of every list and report by `post path`, for the posts that may read it."""
    taken: dict[str, list[float]] = {}
    with httpx2.Client(base_url=server.url, timeout=60) as http:
        paths = http.get("/api/openapi.json").json()["paths"]
        names = [path for path, ways in paths.items() if "get" in ways and "{" not in path and _is_list(ways)]
        asked = [(path, {"limit": "50"}) for path in names] + [(f"/api/reports/{one}", {}) for one in REPORTS]
        for username in ASKED_BY:
            headers = {"authorization": f"Bearer {server.token(username)}"}
            for path, params in asked:
                if http.get(path, params=params, headers=headers).status_code != 200:
                    continue
                for _ in range(runs):
                    began = time.perf_counter()
                    http.get(path, params=params, headers=headers)
                    taken.setdefault(f"{username} {path}", []).append(1000 * (time.perf_counter() - began))
    return taken


def _is_list(ways: dict[str, dict[str, object]]) -> bool:
    parameters = ways["get"].get("parameters") or []
    return any(one.get("name") == "limit" for one in parameters)  # type: ignore[union-attr,attr-defined]


def pages(playwright: Playwright, server: Server, folder: Path, runs: int) -> dict[str, list[float]]:
    """Milliseconds until a page shows what it is for, by `post path`, on a phone that has everything."""
    taken: dict[str, list[float]] = {}
    for username, shown in PAGES.items():
        phone = Phone(playwright, server, folder / username)
        page = phone.sign_in(username)
        expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=60_000)
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        for path, test_id in shown:
            for _ in range(runs):
                page.evaluate(GO, AWAY)
                expect(page.get_by_test_id(test_id)).to_have_count(0, timeout=30_000)
                taken.setdefault(f"{username} {path}", []).append(
                    float(page.evaluate(OPENED, [path, test_id]))
                )
        phone.close()
    return taken


def p95(values: list[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def table(asked: dict[str, list[float]], opened: dict[str, list[float]], load: str) -> str:
    """Both as a section: the slowest lists, and every page."""
    worst = sorted(asked.items(), key=lambda one: -p95(one[1]))
    within = sum(p95(values) <= LIST_MS for values in asked.values())
    lines = [
        f"{load}. {within} of {len(asked)} lists and reports, each by who may read it, stay within {LIST_MS} ms at p95; the slowest:",
        "",
        "| who asks what | median | p95 |",
        "| --- | ---: | ---: |",
        *(
            f"| {name} | {statistics.median(values):.0f} ms | {p95(values):.0f} ms |"
            for name, values in worst[:8]
        ),
        "",
        f"| page, CPU slowed {SLOWER} times | median | slowest | budget |",
        "| --- | ---: | ---: | ---: |",
        *(
            f"| {name} | {statistics.median(values):.0f} ms | {max(values):.0f} ms | {PAGE_MS} ms |"
            for name, values in opened.items()
        ),
    ]
    return "\n".join(lines)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--small", action="store_true")
    asked.add_argument("--check", action="store_true")
    told = asked.parse_args()
    runs, before = 1 if told.small else told.runs, os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        server = Server(Path(scratch) / "server")
        server.start()
        try:
            answered = lists(server, 1 if told.small else 20)
            opened = pages(playwright, server, Path(scratch), runs)
        finally:
            server.stop()
    text = table(answered, opened, f"Load average {before:.1f} before, {os.getloadavg()[0]:.1f} after")
    print(text)
    if not told.small:
        write_section("pages", text)
    over = [name for name, values in answered.items() if p95(values) > LIST_MS]
    over += [name for name, values in opened.items() if statistics.median(values) > PAGE_MS]
    if told.check and over:
        sys.exit(f"over: {', '.join(over)}")


if __name__ == "__main__":
    main()
