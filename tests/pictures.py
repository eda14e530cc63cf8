"""Takes a picture of every screen for looking at, and from the same walk the pictures of the user guide."""

import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from browsers import ROOT, Phone, Server
from screens import DESK, PHONE, SCREENS, SPEAK, beside_next_shop, lay_out, learn_english, sign_in

GUIDE = ROOT / "docs" / "user-guide" / "pictures"
LARGEST = 120_000
COLOURS = 128
SETTLED = "() => new Promise((done) => setTimeout(done, 350))"
SIZE = "(size) => { document.documentElement.style.fontSize = size }"


class Look(NamedTuple):
    """How a screen is looked at."""

    name: str
    viewport: ViewportSize
    scheme: str = "light"
    language: str = "zh-CN"
    size: str = ""


PHONE_SIZE = ViewportSize(width=PHONE["width"], height=PHONE["height"])
DESK_SIZE = ViewportSize(width=DESK["width"], height=DESK["height"])
LOOKS = (
    Look("phone", PHONE_SIZE),
    Look("dark", PHONE_SIZE, scheme="dark"),
    Look("english", PHONE_SIZE, language="en"),
    Look("large", PHONE_SIZE, size="200%"),
    Look("desk", DESK_SIZE),
)
IN_THE_GUIDE = {
    "phone": (
        "sign-in",
        "first-notice",
        "today",
        "arriving",
        "arrived",
        "stock",
        "to-explain",
        "wrong-shop",
        "sync-entries",
        "customers",
        "nearest",
        "customer",
        "correcting",
        "navigation",
        "practice",
        "plans",
        "day-in-the-making",
        "day-plan",
        "log",
        "writing-log",
        "meeting",
        "slip",
        "writing-slip",
        "policy",
        "writing-service",
        "task",
        "own-report",
        "own-sales",
        "mine",
        "phones",
        "privacy",
        "install",
        "asking",
        "away",
        "introduction",
    ),
    "desk": (
        "team",
        "to-answer",
        "plan-to-decide",
        "log-to-review",
        "board",
        "task-to-judge",
        "decisions",
        "zone",
        "team-report",
        "visit-beside",
        "shop-table",
        "leader-zone",
        "centre-shop",
        "new-person",
        "admin-person",
        "imports",
        "new-route",
        "checklists",
        "set-standards",
        "catalogue",
        "calendar",
        "devices",
        "rescue",
        "audit",
    ),
}


def take(page: Page, name: str, folder: Path, looks: tuple[Look, ...]) -> None:
    """The screen that is open, in each look."""
    for look in looks:
        page.set_viewport_size(look.viewport)
        page.emulate_media(color_scheme="dark" if look.scheme == "dark" else "light")
        page.evaluate(SPEAK, look.language)
        page.evaluate(SIZE, look.size)
        page.evaluate(SETTLED)
        page.screenshot(path=folder / f"{name}--{look.name}.png")
    page.evaluate(SIZE, "")
    page.evaluate(SPEAK, "zh-CN")
    page.set_viewport_size(PHONE_SIZE)


def walk(phone: Phone, who: str, folder: Path, looks: tuple[Look, ...]) -> list[str]:
    """Every screen of one role; the names of those not come to."""
    page = phone.open()
    sign_in(page, who)
    expect(page.get_by_role("heading", name="今日", exact=True)).to_be_visible(timeout=60_000)
    learn_english(page, who)
    if who == "am07":
        page.context.set_geolocation(beside_next_shop(phone.server, who))
    missed = []
    for screen in SCREENS[who]:
        try:
            screen.reach(page)
        except (PlaywrightError, AssertionError) as error:
            missed.append(screen.name)
            print(f"{who} does not come to {screen.name}: {error}", file=sys.stderr)
        take(page, screen.name, folder, looks)
    return missed


def first_time(phone: Phone, folder: Path) -> None:
    """Before anybody has signed in, and what a newcomer is asked."""
    page = phone.open()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    take(page, "sign-in", folder, LOOKS[:1])
    sign_in(page, "am18")
    expect(page.get_by_role("button", name="我已阅读")).to_be_visible(timeout=60_000)
    take(page, "first-notice", folder, LOOKS[:1])


def sheets(folder: Path) -> None:
    """Eight pictures on one, to look at many at a time."""
    for look in LOOKS:
        taken = sorted(folder.glob(f"*--{look.name}.png"), key=lambda path: path.stat().st_mtime)
        columns, width = (4, 390) if look.viewport["width"] < 500 else (2, 800)
        for number in range(0, len(taken), 2 * columns):
            _sheet(taken[number : number + 2 * columns], columns, width).save(
                folder / f"sheet-{look.name}-{number:03d}.png"
            )


def _sheet(taken: list[Path], columns: int, width: int) -> Image.Image:
    pictures = [Image.open(path).convert("RGB") for path in taken]
    height = max(picture.height * width // picture.width for picture in pictures) + 18
    sheet = Image.new("RGB", (columns * (width + 8), -(-len(taken) // columns) * height), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (path, picture) in enumerate(zip(taken, pictures, strict=True)):
        at = (number % columns * (width + 8), number // columns * height)
        pen.text((at[0] + 4, at[1] + 2), path.stem, fill="black")
        sheet.paste(picture.resize((width, picture.height * width // picture.width)), (at[0], at[1] + 18))
    return sheet


def to_guide(folder: Path) -> int:
    """The guide's pictures in few colours; the bytes of all of them."""
    GUIDE.mkdir(parents=True, exist_ok=True)
    total = 0
    for look, names in IN_THE_GUIDE.items():
        for name in names:
            taken = Image.open(folder / f"{name}--{look}.png").convert("RGB")
            small = GUIDE / f"{name}.png"
            taken.quantize(COLOURS, dither=Image.Dither.NONE).save(small, optimize=True)
            assert small.stat().st_size <= LARGEST, f"{name}: {small.stat().st_size} bytes"
            total += small.stat().st_size
    return total


def main(folder: Path, *only: str, looks: tuple[Look, ...] = LOOKS) -> list[str]:
    """Into `folder`; `only` names accounts, without it all are walked and the guide is made. What was missed."""
    missed: list[str] = []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        server = Server(Path(scratch) / "server")
        server.start()
        try:
            lay_out(server)
            for who in only or ("first", *SCREENS):
                phone = Phone(playwright, server, Path(scratch) / who)
                if who == "first":
                    first_time(phone, folder)
                else:
                    missed += walk(phone, who, folder, looks)
                phone.close()
        finally:
            server.stop()
    sheets(folder)
    if not only and not missed:
        print(f"the guide's pictures: {to_guide(folder)} bytes")
    return missed


if __name__ == "__main__":
    accounts = [word for word in sys.argv[2:] if word != "--guide"]
    wanted = tuple(look for look in LOOKS if look.name in IN_THE_GUIDE) if "--guide" in sys.argv else LOOKS
    sys.exit(1 if main(Path(sys.argv[1]), *accounts, looks=wanted) else 0)
