"""A day with no signal in browsers that are not Chromium: Firefox ESR and WebKitGTK as Debian ships them.

WebKitGTK shares Safari's engine, not its app, its storage rules or its camera: this proves nothing about an iPhone.
"""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsers import Server
from e2e.field import INSTALLED
from engines import Engine, Firefox, WebKit
from fieldvisit.kernel.clock import today
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

WHO, MANAGER = "am08", "mm2"
ENTRIES = ("到店签到", "拜访记录", "离店")
NEXT_SHOP = "//*[@data-testid='next-shop']"
NO_SIGNAL = "//*[normalize-space()='无信号,仍可正常记录']"
PHOTO_WAITS = "//*[normalize-space()='1 张照片待上传']"
LOCATED = "//button[normalize-space()='重新定位']"
STATE = "//*[@data-testid='visit-state']"
DONE = f"{STATE}[contains(., '已完成')]"
ANYWAY = "//button[normalize-space()='仍然离店']"
SAVED = "//*[@data-testid='entry-row']//*[normalize-space()='{}']"
EVEN = "//li[contains(., '{0} 本机 {1} 条 / 服务器 {1} 条')]"
PICTURE = "//*[@data-testid='team-visit'][contains(., '{}')]//img[@alt='拜访照片']"
KEPT = """new Promise((resolve) => {
  const opening = indexedDB.open('fieldvisit-' + arguments[0])
  opening.onsuccess = () => {
    const asked = opening.result.transaction(arguments[1]).objectStore(arguments[1]).getAll()
    asked.onsuccess = () => {
      opening.result.close()
      resolve(asked.result.map(({ id, key, sha256, bytes }) => ({ id: id ?? key, sha256, size: bytes?.byteLength })))
    }
  }
})"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of its own, for it is stopped in the middle of the day."""
    made = Server(tmp_path / "server")
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def display() -> Iterator[None]:
    """A screen that nobody sees, for WebKitGTK knows no life without one."""
    words = ["Xvfb", "-displayfd", "1", "-screen", "0", "800x1000x24", "-nolisten", "tcp"]
    with pytest.MonkeyPatch.context() as patch, subprocess.Popen(words, stdout=subprocess.PIPE) as screen:
        assert screen.stdout
        patch.setenv("DISPLAY", f":{screen.stdout.readline().decode().strip()}")
        yield
        screen.terminate()


@pytest.fixture(params=[Firefox, WebKit], ids=["firefox", "webkit"])
def kind(request: pytest.FixtureRequest, display: None) -> type[Engine]:
    made: type[Engine] = request.param
    return made


@pytest.fixture
def phone(kind: type[Engine], server: Server, tmp_path: Path) -> Iterator[Engine]:
    made = kind(server, tmp_path / "phone")
    yield made
    made.close()


@pytest.fixture
def desk(kind: type[Engine], server: Server, tmp_path: Path) -> Iterator[Engine]:
    made = kind(server, tmp_path / "desk")
    yield made
    made.close()


def kept(phone: Engine, store: str) -> list[dict[str, Any]]:
    """What lies in a store of the phone's database, by id."""
    found: list[dict[str, Any]] = phone.run(KEPT, person(WHO), store)
    return found


def visit_next_shop(phone: Engine, words: str) -> str:
    """In with a photo, a note, out; the shop's name."""
    shop = phone.see(f"{NEXT_SHOP}//*[self::h2 or self::h3]").text
    phone.press("进店签到", within=NEXT_SHOP)
    phone.see(LOCATED)  # what is below it moves when the place has been found
    phone.press("拍门头照")
    phone.press("拍照")
    phone.see("//*[normalize-space()='照片已拍好']")
    phone.press("到店签到")
    phone.see(f"{STATE}[contains(., '已保存(本机)')]")
    phone.write("发现情况", words)
    phone.press("保存")
    phone.press("离店")
    if phone.see(f"{ANYWAY} | {DONE}").tag_name == "button":
        phone.press("仍然离店")
    phone.see(DONE)
    return shop


def visits(server: Server, words: str) -> int:
    """How often the visit with its note is on the server."""
    asked = {"visitor_id": person(WHO), "state": "completed", "day": str(today())}
    made = server.get(server.token(MANAGER), "/api/visits", **asked)["items"]
    return sum(row["findings"] == words for row in made)


def stored(server: Server, photo: dict[str, Any]) -> bool:
    """Whether the photo's bytes are on the server, whole."""
    file = server.folder / "files" / "original" / photo["id"]
    return file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == photo["sha256"]


def test_a_visit_without_signal_survives_the_browsers_death_and_arrives_once(
    server: Server, phone: Engine, desk: Engine, record_property: Any
) -> None:
    words = f"在 {type(phone).__name__} 里写下"
    phone.sign_in(WHO)
    phone.see(NEXT_SHOP, 30)
    assert phone.run(INSTALLED)
    pulled, due = kept(phone, "bundles"), server.get(server.token(WHO), "/api/sync/manifest")["count"]
    assert len(pulled) == due > 0
    phone.close()

    assert visits(server, words) == 0  # it sees what is not there
    server.stop()
    phone.open()
    phone.see(NO_SIGNAL)
    shop = visit_next_shop(phone, words)
    phone.kill()

    phone.open("/sync")
    phone.count(SAVED.format("已保存"), len(ENTRIES))
    for entry in ENTRIES:
        phone.see(SAVED.format(entry))
    (photo,) = kept(phone, "blobs")
    assert 0 < photo["size"] <= 400 * 1024
    assert not stored(server, photo)

    server.start()
    phone.press("立即同步")
    phone.count(SAVED.format("已同步"), len(ENTRIES), 60)
    phone.see(EVEN.format(today(), len(ENTRIES)))
    phone.count(PHOTO_WAITS, 0, 60)
    arrived = {"visits": visits(server, words), "photos": int(stored(server, photo))}
    record_property(f"{phone.name}: saved offline", f"{len(ENTRIES)} entries and a photo")
    record_property(f"{phone.name}: arrived", str(arrived))
    assert arrived == {"visits": 1, "photos": 1}

    desk.sign_in(MANAGER)
    desk.see(PICTURE.format(shop), 30)
