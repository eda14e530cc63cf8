"""The content policy, Trusted Types included, against the real app: nothing it does is something the policy refuses."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browsers import Phone, Server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

TELL = """addEventListener('securitypolicyviolation', (event) =>
  window.tellViolation([event.effectiveDirective, event.blockedURI, event.sample, location.pathname]))"""
FIELD = ["/", "/customers", "/mine", "/phones", "/password", "/sync", "/notices", "/privacy"]
DESK = [
    "/decisions",
    "/people",
    "/desk/shops",
    "/desk/people",
    "/desk/routes",
    "/zone",
    "/checklists",
    "/catalogue",
    "/imports",
    "/calendar",
    "/outside",
    "/privacy/requests",
]
WATCH = ["/oversight", "/oversight/rescue", "/desk/devices", "/desk/entries", "/desk/audit", "/desk/looks"]
WALKS = [
    ("am01", FIELD),
    ("mm1", [*FIELD, "/decisions", "/people", "/desk/visits", "/zone"]),
    ("ga", DESK),
    ("admin", WATCH),
]


def listen(phone: Phone) -> tuple[Page, list[Any]]:
    """A page that tells of every refusal, on whatever address it is."""
    page, seen = phone.open(), []
    page.expose_function("tellViolation", lambda told: seen.append(told))  # noqa: PLW0108
    page.add_init_script(TELL)
    page.reload()
    return page, seen


def sign_in(page: Page, username: str) -> None:
    page.get_by_label("工号").fill(username)
    page.get_by_label("密码", exact=True).fill("zoufang-demo")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_test_id("notices")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(("username", "paths"), WALKS, ids=[name for name, _ in WALKS])
def test_no_page_does_what_the_policy_refuses(
    server: Server, phone: Phone, username: str, paths: list[str], record_property: Any
) -> None:
    page, seen = listen(phone)
    sign_in(page, username)
    looked = 0
    for path in paths:
        page.goto(server.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=15_000)
        assert page.evaluate("location.pathname") == path
        looked += 1
    assert page.evaluate("navigator.serviceWorker.ready.then(({ active }) => active.scriptURL)").endswith(
        "/sw.js"
    )
    record_property("pages", looked)
    assert seen == []
    assert looked == len(paths) >= 5


def test_a_check_in_with_a_photo_does_nothing_the_policy_refuses(server: Server, phone: Phone) -> None:
    page, seen = listen(phone)
    sign_in(page, "am16")
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click(timeout=30_000)
    page.get_by_role("button", name="拍门头照").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    expect(page.get_by_text("照片已拍好")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已同步", timeout=15_000)
    page.get_by_role("button", name="离店").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已完成")
    assert seen == []


def test_what_the_policy_refuses_is_told(phone: Phone) -> None:
    """The listener is not deaf, and only one address may become a script."""
    page, seen = listen(phone)
    page.evaluate("() => { const image = new Image(); image.src = 'https://evil.example/x.png' }")
    for planted in (
        "document.createElement('div').innerHTML = '<p>'",
        "navigator.serviceWorker.register('/evil.js')",
        "new Worker('/evil.js')",
        "trustedTypes.createPolicy('evil', {})",
        "trustedTypes.createPolicy('vue', {})",
    ):
        assert (
            page.evaluate(
                f"async () => {{ try {{ await ({planted}); return 'done' }} catch {{ return 'refused' }} }}"
            )
            == "refused"
        ), planted
    page.wait_for_function("() => true")
    told = {directive for directive, *_ in seen}
    assert told == {"img-src", "require-trusted-types-for", "trusted-types"}
