"""A lost phone in real browsers: seen by his manager, wiped by an administrator, and what it held arrives."""

import pytest
from playwright.sync_api import expect

from browsers import Phone, Server
from e2e.field import INSTALLED
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

BASES = "() => indexedDB.databases().then((all) => all.map(({ name }) => name).sort())"
ACCOUNTS = """() => new Promise((resolve) => {
  indexedDB.open('fieldvisit').onsuccess = ({ target }) => {
    const asking = target.result.transaction('accounts').objectStore('accounts').count()
    asking.onsuccess = () => { target.result.close(); resolve(asking.result) }
  }
})"""


def test_a_lost_phone_forgets_everything_once_it_has_handed_in_what_it_held(
    server: Server, phone: Phone, other_phone: Phone
) -> None:
    page = phone.sign_in("am12")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate(INSTALLED)
    assert phone.context
    phone.context.set_offline(True)
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已保存(本机)")
    visit = page.url.split("/visits/")[1][:36]

    manager = server.token("mm2")
    phones = [row for row in server.get(manager, "/api/devices")["items"] if row["user_id"] == person("am12")]
    row = max(phones, key=lambda one: one["seen_at"])
    assert row["free_mb"] > 0
    assert row["persisted"] in (True, False)

    desk = other_phone.sign_in("ga")
    desk.get_by_test_id("notices").wait_for(timeout=30_000)
    desk.goto(f"{server.url}/desk/devices?user_id={person('am12')}&row={row['id']}")
    detail = desk.get_by_test_id("detail")
    detail.get_by_role("button", name="清除这部手机").click()
    desk.get_by_role("dialog").get_by_role("button", name="清除这部手机").click()
    expect(detail).to_contain_text("等待清除")

    phone.context.set_offline(False)
    expect(page.get_by_label("工号")).to_be_visible(timeout=30_000)
    page.wait_for_function(
        "(name) => indexedDB.databases().then((all) => !all.some((one) => one.name === name))",
        arg=f"fieldvisit-{person('am12')}",
    )
    assert page.evaluate(BASES) == ["fieldvisit"]
    assert page.evaluate(ACCOUNTS) == 0
    desk.reload()
    expect(detail).to_contain_text("已清除")
    held = server.get(server.token("mm2"), "/api/held_ops", state="held")["items"]
    (entry,) = [row for row in held if row["author_id"] == person("am12") and row["reason"] == "inactive"]
    assert entry["name"] == "visits.check_in"
    assert server.get(manager, f"/api/visits/{visit}")["check_in_at"] is None, "it waits for a decision"
    page.get_by_label("工号").fill("am12")
    page.get_by_label("密码", exact=True).fill("zoufang-demo")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
