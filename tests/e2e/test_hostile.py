"""Hostile words on real screens, and what stays on the phone when somebody has signed out."""

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from browsers import Phone, Server
from personas import uid

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PAYLOADS = [
    "<script>hit()</script>",
    "<img src=x onerror=hit()>",
    "<svg onload=hit()>",
    "<svg><script>hit()</script></svg>",
    "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<body onload=hit()>",
    "<details open ontoggle=hit()>",
    "<a href='javascript:hit()'>x</a>",
    "javascript:hit()",
    "data:text/html,<script>hit()</script>",
    '"><script>hit()</script>',
    "'><img src=x onerror=hit()>",
    "</textarea><script>hit()</script>",
    "</title><script>hit()</script>",
    "</style><script>hit()</script>",
    "{{constructor.constructor('hit()')()}}",
    "${hit()}",
    "#{hit()}",
    "<%= hit() %>",
    "{{ $el.ownerDocument.defaultView.hit() }}",
    "@:{hit()}",
    "@.upper:x | {0} {'hit'}",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=hit()>",
    "<input autofocus onfocus=hit()>",
    "<video><source onerror=hit()>",
    "<object data=javascript:hit()>",
    "<embed src=javascript:hit()>",
    "<link rel=stylesheet href=javascript:hit()>",
    "<meta http-equiv=refresh content='0;url=javascript:hit()'>",
    "<base href=//evil.example/>",
    "<form action=javascript:hit()><button>x",
    "<marquee onstart=hit()>",
    "<script/src=data:,hit()>",
    "<ScRiPt>hit()</sCrIpT>",
    "<scr<script>ipt>hit()</script>",
    "&lt;script&gt;hit()&lt;/script&gt;",
    "%3Cscript%3Ehit()%3C/script%3E",
    "\\u003cscript\\u003ehit()",
    "<img src='https://evil.example/x.png'>",
    "`${alert`1`}`",
]
WATCH = "window.hits = 0; window.hit = () => { window.hits += 1 }; window.alert = window.hit"
DUMP = """async () => {
  const said = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie, document.body.innerText]
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((resolve) => { const o = indexedDB.open(name); o.onsuccess = () => resolve(o.result) })
    for (const store of db.objectStoreNames) {
      if (store === 'outbox') continue
      said.push(await new Promise((resolve) => {
        const asked = db.transaction(store).objectStore(store).getAll()
        asked.onsuccess = () => resolve(JSON.stringify(asked.result))
      }))
    }
    db.close()
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) {
      said.push(request.url)
      if (request.url.includes('/api/')) said.push(await (await cache.match(request)).text())
    }
  }
  return said.join('\\n')
}"""


def watch(page: Page, server: Server) -> dict[str, list[str]]:
    """Collect dialogs, requests elsewhere and refusals of the content policy."""
    seen: dict[str, list[str]] = {"dialogs": [], "elsewhere": [], "policy": []}
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: (seen["dialogs"].append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((server.url, "blob:", "data:"))
            else seen["elsewhere"].append(request.url)
        ),
    )
    page.on(
        "console",
        lambda message: (
            seen["policy"].append(message.text)
            if "Content Security Policy" in message.text or "requires 'Trusted" in message.text
            else None
        ),
    )
    return seen


def call(server: Server, token: str, method: str, path: str, args: Any) -> None:
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx2.request(method, f"{server.url}/api{path}", json=args, headers=headers)
    assert answer.status_code == 200, answer.text


def test_what_somebody_typed_is_only_ever_words(server: Server, phone: Phone, other_phone: Phone) -> None:
    """Forty payloads in every text an account manager and a market manager can write, on the screens that show them."""
    token, manager = server.token("am11"), server.token("mm2")
    shops = server.get(token, "/api/customers", limit="40", sort="id")["items"]
    assert len(PAYLOADS) == len(shops) == 40
    for number, (payload, shop) in enumerate(zip(PAYLOADS, shops, strict=True)):
        free = {"note": payload, "contact_name": payload[:40]}
        edits = {field: {"from": shop[field], "to": text} for field, text in free.items()}
        protected = {"address": {"from": shop["address"], "to": payload}}
        if number < 4:
            protected["shop_name"] = {"from": shop["shop_name"], "to": payload}
        call(server, token, "PATCH", f"/customers/{shop['id']}", {"set": edits | protected})
        visit = {"id": uid(), "customer_id": shop["id"], "place": None}
        call(server, token, "POST", "/visits", visit)
        said = dict.fromkeys(("met_person", "findings", "note", "next_step"), payload)
        call(server, token, "PATCH", f"/visits/{visit['id']}", said)
        call(server, token, "POST", f"/visits/{visit['id']}/check-out", {})
    suggested = server.get(manager, "/api/suggestions", state="open", limit="200")["items"]
    for row in (row for row in suggested if row["field"] == "shop_name"):
        call(server, manager, "POST", f"/suggestions/{row['id']}/accept", {})

    looked = 0
    for device, username, paths in (
        (phone, "am11", ["/", "/customers", *(f"/customers/{shop['id']}" for shop in shops)]),
        (other_phone, "mm2", ["/", "/notices", *(f"/customers/{shop['id']}" for shop in shops[:8])]),
    ):
        page = device.sign_in(username)
        expect(page.get_by_test_id("notices")).to_be_visible(timeout=30_000)
        seen = watch(page, server)
        for path in paths:
            page.goto(server.url + path)
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=15_000)
            looked += 1
            assert page.evaluate("window.hits") == 0, path
        assert seen == {"dialogs": [], "elsewhere": [], "policy": []}
    assert looked == 52


def test_a_script_that_got_in_would_be_seen(server: Server, phone: Phone) -> None:
    """The watch is not blind: a dialog, a request elsewhere and a refusal of the policy are all noticed."""
    page = phone.open()
    seen = watch(page, server)
    page.reload()
    page.evaluate("() => window.hit()")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.append('hit()'); document.body.append(s) }"
    )
    for sink in ("document.createElement('script').textContent = 'hit()'", "document.body.innerHTML = '<p>'"):
        with pytest.raises(PlaywrightError, match="Trusted"):
            page.evaluate(f"() => {{ {sink} }}")
    page.evaluate("() => { const i = new Image(); i.src = 'https://evil.example/x.png' }")
    page.evaluate("() => { window.confirm('x') }")
    assert page.evaluate("window.hits") == 1, "the policy keeps the inline script from running"
    assert seen["policy"]
    assert seen["dialogs"] == ["x"]


@pytest.mark.parametrize("is_offline", [False, True])
def test_nothing_of_the_shops_stays_on_the_phone_after_signing_out(
    server: Server, phone: Phone, is_offline: bool
) -> None:
    page = phone.sign_in("am12")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    shops = server.get(server.token("am12"), "/api/customers", limit="60")["items"]
    canaries = [
        text
        for shop in shops
        for text in (shop["shop_name"], shop["contact_phone"], shop["licence_no"])
        if text
    ]
    page.goto(server.url + f"/customers/{shops[0]['id']}")
    expect(page.get_by_text("基本信息")).to_be_visible()
    before = page.evaluate(DUMP)
    assert sum(canary in before for canary in canaries) > 100, "the dump sees what is there"
    assert phone.context
    phone.context.set_offline(is_offline)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("工号")).to_be_visible()
    after = page.evaluate(DUMP)
    assert [canary for canary in canaries if canary in after] == []
    assert not re.search(r"eyJ[A-Za-z0-9_-]{20,}", after), "no access token is kept"
    assert "/api/" not in after


def test_a_cookie_sent_by_another_sites_page_opens_nothing(server: Server) -> None:
    """Cross-site forms can neither refresh a session nor do anything in its name."""
    device = uid()
    body = {"username": "am13", "password": "zoufang-demo", "device": {"id": device, "name": "t"}}
    cookies = {"rt": httpx2.post(f"{server.url}/api/auth/login", json=body).cookies["rt"]}
    tried = 0
    for headers in (
        {"sec-fetch-site": "cross-site", "content-type": "application/json"},
        {"sec-fetch-site": "same-site", "content-type": "application/json"},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {},
    ):
        answer = httpx2.post(
            f"{server.url}/api/auth/refresh",
            content=b'{"device":"' + device.encode() + b'"}',
            headers=headers,
            cookies=cookies,
        )
        assert answer.status_code == 403, headers
        assert "access_token" not in answer.text
        tried += 1
    for method, path in (("POST", "/visits"), ("GET", "/customers"), ("GET", "/sync/manifest"), ("GET", "/me/export.zip"), ("POST", "/sync/push"), ("GET", "/auth/refresh")):  # fmt: skip
        answer = httpx2.request(method, f"{server.url}/api{path}", cookies=cookies)
        assert answer.status_code in (401, 404, 405), path
        tried += 1
    still = httpx2.post(f"{server.url}/api/auth/refresh", json={"device": device}, cookies=cookies)
    assert still.status_code == 200
    assert tried == 12
