"""Every screen of every role: nothing wrong for a screen reader, no word missing, nothing cut off at 200 %."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from browsers import ROOT, Phone, Server
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.main import make_app  # noqa: F401 – names every command
from screens import DESK, PHONE, ROUTES, SCREENS, SPEAK, Screen, lay_out, learn_english, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

AXE = ROOT / "frontend-pwa" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => (await axe.run(document, { resultTypes: ['violations'] })).violations
  .map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))])"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SIZE = "(size) => { document.documentElement.style.fontSize = size }"
RAW_KEYS = """() => document.body.innerText.match(
  /\\b(?:action|anomaly|calendar|checklist|comment|customer|decision|desk|edit|errors|field|help|intro|manual|mine|nav|notice|notices|op|overview|people|place|plans|privacy|requests|role|stock|sync|tasks|today|value|visit|where)\\.[a-z][\\w.]*/g
) ?? []"""

# The audit names what was done by its code, which is no missing word.
CODES = {name for name, _ in COMMANDS} | {"sync.import"}

SHAPES = [
    {"viewport": PHONE, "color_scheme": "light"},
    {"viewport": DESK, "color_scheme": "dark"},
]
# Each two of size, light and language meet once: four looks for the eight there are.
LOOKS = [
    (PHONE, "light", "zh-CN"),
    (PHONE, "dark", "en"),
    (DESK, "light", "en"),
    (DESK, "dark", "zh-CN"),
]


def faults(page: Page) -> list[object]:
    """Violations, keys where words belong, and at 200 % type what one must scroll sideways for."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(RUN) + [key for key in page.evaluate(RAW_KEYS) if key not in CODES]
    page.evaluate(SIZE, "200%")
    wide = page.evaluate(TOO_WIDE)
    page.evaluate(SIZE, "")
    return [*found, *([f"{wide} px too wide"] if wide > 0 else [])]


def look(page: Page) -> None:
    """The page as it stands has no fault."""
    assert faults(page) == [], page.url


def look_in_every_light(page: Page, screen: Screen) -> list[object]:
    """At phone and desk size, light and dark, in both languages, without leaving the page: each fault and its look."""
    found: list[object] = []
    for viewport, scheme, language in LOOKS:
        page.set_viewport_size({"width": viewport["width"], "height": viewport["height"]})
        page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        page.evaluate(SPEAK, language)
        found += [(screen.name, viewport["width"], scheme, language, fault) for fault in faults(page)]
    page.evaluate(SPEAK, "zh-CN")
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    return found


@pytest.fixture(scope="module")
def asked(server: Server) -> Server:
    """A server on which somebody has asked about his personal data."""
    lay_out(server)
    return server


@pytest.fixture
def own_phone(playwright: Playwright, asked: Server, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(playwright, asked, tmp_path / "phone")
    yield made
    made.close()


@pytest.mark.parametrize("who", SCREENS)
def test_every_screen_of_a_role_is_fit_to_read(own_phone: Phone, who: str) -> None:
    page = own_phone.open()
    sign_in(page, who)
    expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=30_000)
    learn_english(page, who)
    found: list[object] = []
    for screen in SCREENS[who]:
        screen.reach(page)
        found += look_in_every_light(page, screen)
    assert found == []
    print(f"{who}: {len(SCREENS[who])} screens x {len(LOOKS)} looks, 0 violations")


def test_who_comes_for_the_first_time_can_read_what_is_asked(own_phone: Phone) -> None:
    page = own_phone.open()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    look(page)
    sign_in(page, "post4")
    expect(page.get_by_role("button", name="我已阅读")).to_be_visible(timeout=30_000)
    look(page)


def test_no_page_of_the_router_is_left_out(own_phone: Phone) -> None:
    page = own_phone.open()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    routes = set(page.evaluate(ROUTES))
    walked = {screen.route for screens in SCREENS.values() for screen in screens} | {"sign-in"}
    assert routes == walked
    count = sum(map(len, SCREENS.values()))
    print(f"{len(walked)} of {len(routes)} routes, {count} screens x {len(LOOKS)} looks")


PLANTED = """([tag, text, width]) => {
  const made = document.querySelector('main').appendChild(document.createElement(tag))
  made.textContent = text
  made.style.width = width
}"""


@pytest.mark.parametrize(
    "fault",
    [
        ["button", "", "3rem"],
        ["p", "visit.fixAge", "auto"],
        ["p", "wide", "3000px"],
    ],
)
def test_a_planted_fault_is_found(own_phone: Phone, fault: list[str]) -> None:
    page = own_phone.open()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    assert faults(page) == []
    page.evaluate(PLANTED, fault)
    assert len(faults(page)) == 1
