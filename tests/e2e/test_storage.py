"""What a browser does to what it keeps: clears it, runs out of room, shares it among tabs, hands it on from an older app."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from e2e.field import DRAINED, SAVED, SENT, SIGNAL, arrive, ready, shops, visits_at
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

WHO = "am02"
# A file that is written anew while it is looked for is no error: it is looked for again.
JOURNALLED = """async (word) => {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('fieldvisit', { create: true })
  const read = async (file) => {
    try {
      return await (await file.getFile()).text()
    } catch (error) {
      if (error.name === 'NotFoundError') return ''
      throw error
    }
  }
  for await (const [, file] of folder.entries()) if ((await read(file)).includes(word)) return true
  return false
}"""
QUEUE = """([user, ops]) => new Promise((resolve) => {
  indexedDB.open(`fieldvisit-${user}`).onsuccess = ({ target }) => {
    const writing = target.result.transaction('outbox', 'readwrite')
    for (const op of ops) writing.objectStore('outbox').put(op)
    writing.oncomplete = () => { target.result.close(); resolve(true) }
  }
})"""
# The browser's own quota, set small, lets a little pass all the same: the error is given as it gives it.
FULL = """() => {
  const store = IDBObjectStore.prototype
  window.before = { put: store.put, add: store.add }
  store.put = store.add = () => { throw new DOMException('The disk is full.', 'QuotaExceededError') }
}"""
ROOM = "() => Object.assign(IDBObjectStore.prototype, window.before)"


@pytest.fixture(scope="module")
def free(server: Server) -> Iterator[str]:
    """Shops he was not at today."""
    return (shop for shop in shops(server, WHO) if not visits_at(server, WHO, shop))


def arrived_once(server: Server, shop: str, visit: str) -> bool:
    return [row["id"] for row in visits_at(server, WHO, shop)] == [visit]


def test_what_the_browser_cleared_is_put_back_and_arrives_once(
    server: Server, phone: Phone, free: Iterator[str]
) -> None:
    page, shop = ready(phone, WHO), next(free)
    assert phone.context
    phone.context.set_offline(True)
    visit = arrive(page, server.url, shop)
    expect(page.get_by_test_id("visit-state")).to_contain_text(SAVED)
    page.wait_for_function(JOURNALLED, arg=visit, polling=200)
    server.stop()  # a page in a new process is online for a moment, whatever the context was told
    browser = phone.context.new_cdp_session(page)
    page.goto("about:blank")
    browser.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "indexeddb"})
    page.goto(server.url)
    expect(page.get_by_label("工号")).to_be_visible()
    expect(page.get_by_test_id("others")).to_contain_text("1 条")
    server.start()
    phone.context.set_offline(False)
    page.evaluate(SIGNAL)
    expect(page.get_by_test_id("others")).to_have_count(0, timeout=30_000)
    assert arrived_once(server, shop, visit)
    page.get_by_label("工号").fill(WHO)
    page.get_by_label("密码", exact=True).fill("zoufang-demo")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_test_id("put-back")).to_contain_text("1 条", timeout=30_000)
    page.get_by_test_id("put-back").click()
    page.get_by_role("button", name="知道了").click()
    expect(page.get_by_test_id("put-back")).to_have_count(0)


def test_without_room_nothing_is_said_to_be_saved_and_what_was_typed_stays(
    server: Server, phone: Phone, free: Iterator[str]
) -> None:
    page, shop = ready(phone, WHO), next(free)
    assert phone.context
    visit = arrive(page, server.url, shop)
    expect(page.get_by_test_id("visit-state")).to_contain_text(SENT, timeout=30_000)
    phone.context.set_offline(True)
    page.get_by_label("发现情况").fill("没有地方了")
    page.evaluate(FULL)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_test_id("refused")).to_be_visible()
    expect(page.get_by_label("发现情况")).to_have_value("没有地方了")
    expect(page.get_by_test_id("status").filter(has_text="1 条")).to_have_count(0)
    page.evaluate(ROOM)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_test_id("status")).to_contain_text("1 条")
    expect(page.get_by_test_id("refused")).to_have_count(0)
    phone.context.set_offline(False)
    expect(page.get_by_test_id("status")).to_have_count(0, timeout=30_000)
    assert server.get(server.token(WHO), f"/api/visits/{visit}")["findings"] == "没有地方了"


def test_two_tabs_that_save_and_send_at_once_send_each_entry_once(
    server: Server, phone: Phone, free: Iterator[str]
) -> None:
    page = ready(phone, WHO)
    assert phone.context
    other = phone.context.new_page()
    phone.context.set_offline(True)
    made = []
    for number in range(4):
        shop = next(free)
        made.append((shop, arrive((page, other)[number % 2], server.url, shop)))
    for tab in (page, other):
        expect(tab.get_by_test_id("status")).to_contain_text("4 条")
    phone.context.set_offline(False)
    for tab in (page, other):
        tab.evaluate(SIGNAL)
    for tab in (page, other):
        expect(tab.get_by_test_id("status")).to_have_count(0, timeout=30_000)
    for shop, visit in made:
        assert arrived_once(server, shop, visit)


def test_entries_of_an_older_and_of_a_newer_app_are_taken_or_kept(
    server: Server, phone: Phone, free: Iterator[str]
) -> None:
    page, shop, visit = ready(phone, WHO), next(free), str(uuid4())
    made = "2026-11-25T09:00:00.000Z"
    older = {"name": "visits.check_in", "args": {"id": visit, "customer_id": shop, "place": None}}
    newer = {"name": "visits.dance", "args": {"steps": 3}}
    ops: list[dict[str, Any]] = [
        {"id": str(uuid4()), "seq": 9001 + number, "v": 1, "made_at": made, **op}
        for number, op in enumerate((older, newer))
    ]
    assert page.evaluate(QUEUE, [person(WHO), ops])
    page.evaluate(SIGNAL)
    page.wait_for_function(DRAINED, arg=person(WHO), timeout=30_000)
    assert arrived_once(server, shop, visit)
    held = server.get(server.token(WHO), "/api/held_ops", state="held")["items"]
    assert [(row["name"], row["reason"]) for row in held if row["id"] == ops[1]["id"]] == [
        ("visits.dance", "unsupported")
    ]
