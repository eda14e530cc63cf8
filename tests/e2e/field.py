"""What people do in the field, told once for all stories: arrive at a shop, and ask the server what has come of it."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from browsers import Phone, Server
from fieldvisit.kernel.clock import today
from personas import person

INSTALLED = "navigator.serviceWorker.ready.then(() => true)"
SIGNAL = "() => dispatchEvent(new Event('online'))"
DRAINED = """(user) => {
  indexedDB.open(`fieldvisit-${user}`).onsuccess = ({ target }) => {
    const asked = target.result.transaction('outbox').objectStore('outbox').count()
    asked.onsuccess = () => { window.left = asked.result; target.result.close() }
  }
  return window.left === 0
}"""
TAKEN = """(user) => new Promise((resolve) => {
  const opening = indexedDB.open(`fieldvisit-${user}`)
  opening.onsuccess = () => {
    const asked = opening.result.transaction('blobs').objectStore('blobs').getAll()
    asked.onsuccess = () => resolve(asked.result.map(({ id, sha256, sent, bytes }) => ({ id, sha256, sent, size: bytes.byteLength })))
  }
})"""
SAVED, SENT = "已保存(本机)", "已同步"


def ready(phone: Phone, username: str) -> Page:
    """Signed in, everything here, and able to start without signal."""
    page = phone.sign_in(username)
    expect(page.get_by_test_id("next-shop").or_(page.get_by_role("link", name="找客户"))).to_be_visible(
        timeout=30_000
    )
    assert page.evaluate(INSTALLED)
    return page


def shops(server: Server, username: str) -> list[str]:
    """The ids of his shops, always in the same order."""
    rows = server.get(server.token(username), "/api/customers", limit="60", sort="id")["items"]
    return [row["id"] for row in rows]


def arrive(page: Page, base: str, shop: str) -> str:
    """Check in at a shop; the visit's id."""
    page.goto(f"{base}/customers/{shop}")
    page.get_by_role("link", name="进店签到").click()
    check_in = page.get_by_role("button", name="到店签到")
    expect(check_in).to_be_visible(timeout=30_000)
    check_in.click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已", timeout=15_000)
    return visit_on(page)


def leave(page: Page) -> None:
    """Out of the shop, the checklist left as it is."""
    page.get_by_role("button", name="离店", exact=True).click()
    anyway = page.get_by_role("button", name="仍然离店")
    done = page.get_by_test_id("visit-state").get_by_text("已完成")
    expect(anyway.or_(done)).to_be_visible()
    if anyway.is_visible():
        anyway.click()
    expect(done).to_be_visible()


def taken(page: Page, username: str) -> list[dict[str, Any]]:
    """The photos that lie on the phone: id, hash, bytes, and whether they were sent."""
    found: list[dict[str, Any]] = page.evaluate(TAKEN, person(username))
    return found


def visit_on(page: Page) -> str:
    found = re.search(r"/visits/([0-9a-f-]{36})", page.url)
    assert found
    return found.group(1)


def visits_at(server: Server, username: str, shop: str) -> list[Any]:
    """His visits of today at a shop, as the server has them."""
    asked = {"visitor_id": person(username), "customer_id": shop, "day": str(today()), "limit": "200"}
    rows = server.get(server.token(username), "/api/visits", **asked)["items"]
    return [row for row in rows if row["check_in_at"] is not None]
