"""Photos are made off the page's thread where the browser can, on the page where it cannot, and alike in both."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browsers import Phone
from personas import person

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

MAX_BYTES = 400 * 1024
LAST_PHOTO = """(user) => new Promise((resolve) => {
  const opening = indexedDB.open(`fieldvisit-${user}`)
  opening.onsuccess = () => {
    const asked = opening.result.transaction('blobs').objectStore('blobs').getAll()
    asked.onsuccess = () => resolve([...new Uint8Array(asked.result.at(-1).bytes)])
  }
})"""


def photograph(page: Page, username: str) -> Image.Image:
    """Arrive at the next shop with a photo; the photo as it lies on the phone."""
    page.get_by_test_id("next-shop").get_by_role("link", name="进店签到").click(timeout=30_000)
    page.get_by_role("button", name="拍门头照").click()
    page.get_by_role("button", name="拍照", exact=True).click()
    expect(page.get_by_text("照片已拍好")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="到店签到").click()
    expect(page.get_by_test_id("visit-state")).to_contain_text("拜访中")
    content = bytes(page.evaluate(LAST_PHOTO, person(username)))
    assert len(content) <= MAX_BYTES
    return Image.open(io.BytesIO(content)).convert("L")


def brightness(picture: Image.Image, row: float) -> float:
    """The mean of a strip at the right edge, beyond any writing, `row` of the height down."""
    top = int(picture.height * row)
    strip = picture.crop((picture.width - 40, top, picture.width - 10, top + 4)).tobytes()
    return sum(strip) / len(strip)


def test_a_photo_is_made_in_a_worker_or_without_one_and_always_marked(
    phone: Phone, other_phone: Phone
) -> None:
    page = phone.sign_in("am19")
    away = photograph(page, "am19")
    assert len(page.workers) == 1

    page = other_phone.sign_in("am20")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    page.add_init_script("delete window.OffscreenCanvas")
    page.reload()
    here = photograph(page, "am20")
    assert len(page.workers) == 0

    assert away.size == here.size
    for picture in (away, here):
        assert brightness(picture, 0.97) < 0.6 * brightness(picture, 0.7)
