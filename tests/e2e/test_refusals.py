"""Place or camera refused, a photo from a strange phone: the visit goes on, and says why."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from browsers import ARGS, Phone, Server
from e2e.field import DRAINED
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

STORED = """async (user) => {
  const db = await new Promise((resolve) => {
    const opening = indexedDB.open(`fieldvisit-${user}`)
    opening.onsuccess = () => resolve(opening.result)
  })
  const all = await new Promise((resolve) => {
    const asked = db.transaction('blobs').objectStore('blobs').getAll()
    asked.onsuccess = () => resolve(asked.result)
  })
  const bytes = new Uint8Array(all[0].bytes)
  return { size: bytes.length, bytes: Array.from(bytes) }
}"""


def large_turned_photo() -> bytes:
    """48 million pixels, lying on its side: the EXIF orientation says how to turn it."""
    picture = Image.new("RGB", (8000, 6000), (200, 30, 30))
    picture.paste((30, 30, 200), (0, 0, 4000, 6000))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()


def test_with_camera_and_place_refused_a_photo_comes_from_a_file_and_the_visit_says_why(
    server: Server, phone: Phone
) -> None:
    page = phone.open(permissions=[], arguments=[arg for arg in ARGS if "fake" not in arg])
    page.get_by_label("工号").fill("am05")
    page.get_by_label("密码", exact=True).fill("zoufang-demo")
    page.get_by_role("button", name="登录").click()
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    expect(page.get_by_text("不影响签到")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="拍门头照").click()
    expect(page.get_by_text("可改用手机自带相机")).to_be_visible()
    page.get_by_label("用手机相机拍照").set_input_files(
        {"name": "../../IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": large_turned_photo()}
    )
    expect(page.get_by_text("照片已拍好")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已", timeout=15_000)

    stored = page.evaluate(STORED, person("am05"))
    assert stored["size"] <= 400 * 1024
    with Image.open(io.BytesIO(bytes(stored["bytes"]))) as made:
        assert made.format == "JPEG"
        assert made.height > made.width
        assert max(made.size) <= 1600
        assert not made.getexif()
        top, bottom = (
            made.getpixel((made.width // 2, 40)),
            made.getpixel((made.width // 2, made.height // 2 + 60)),
        )
    assert top[2] > top[0]
    assert bottom[0] > bottom[2]

    visit = re.search(r"/visits/([0-9a-f-]{36})", page.url)
    assert visit
    token = server.token("mm1")
    expect(page.get_by_test_id("visit-state")).to_contain_text("已同步", timeout=15_000)
    row = server.get(token, f"/api/visits/{visit.group(1)}")
    assert (row["place_verdict"], row["place_refusal"]) == ("cannot_tell", "denied")


def test_a_wrong_password_is_told_and_the_name_stays(phone: Phone) -> None:
    page = phone.open()
    page.get_by_label("工号").fill("am03")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("工号或密码不对")
    expect(page.get_by_label("工号")).to_have_value("am03")


def test_signing_out_without_signal_hides_the_shops_and_keeps_what_is_unsent(
    server: Server, phone: Phone
) -> None:
    page = phone.sign_in("am04")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    assert page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert phone.context
    phone.context.set_offline(True)
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click()
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("已保存(本机)")
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("dialog")).to_contain_text("还有 1 条未上传")
    page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    left = page.evaluate(COUNTS, person("am04"))
    assert left == {"rows": 0, "bundles": 0, "outbox": 1}
    phone.context.set_offline(False)
    page.reload()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    page.wait_for_function(DRAINED, arg=person("am04"), timeout=30_000)
    visits = server.get(server.token("mm1"), "/api/visits", visitor_id=person("am04"), state="in_progress")
    assert len(visits["items"]) == 1


COUNTS = """async (user) => {
  const db = await new Promise((resolve) => {
    const opening = indexedDB.open(`fieldvisit-${user}`)
    opening.onsuccess = () => resolve(opening.result)
  })
  const count = (store) => new Promise((resolve) => {
    const asked = db.transaction(store).objectStore(store).count()
    asked.onsuccess = () => resolve(asked.result)
  })
  return { rows: await count('rows'), bundles: await count('bundles'), outbox: await count('outbox') }
}"""
