"""Where the app runs: other apps' windows, old browsers, unencrypted addresses, little room, and on the home screen."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from browsers import ARGS, Phone, Server
from e2e.test_screens import look, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

WECHAT = {
    "android": (
        "Mozilla/5.0 (Linux; Android 13; 22081212C; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
        "Chrome/116.0.0.0 Mobile Safari/537.36 MMWEBID/2247 MicroMessenger/8.0.47.2560(0x28002F35) NetType/WIFI"
    ),
    "ios": (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Mobile/15E148 MicroMessenger/8.0.44(0x18002c2d) NetType/WIFI Language/zh_CN"
    ),
}
SAVE_ONE = """() => new Promise((resolve) => {
  const opening = indexedDB.open('fieldvisit')
  opening.onsuccess = () => {
    const asked = opening.result.transaction('accounts').objectStore('accounts').getAll()
    asked.onsuccess = () => {
      const user = indexedDB.open(`fieldvisit-${asked.result[0].userId}`)
      user.onsuccess = () => {
        const writing = user.result.transaction('outbox', 'readwrite')
        writing.objectStore('outbox').put({ id: crypto.randomUUID(), seq: 1, name: 'x', v: 1, made_at: '', args: {} })
        writing.oncomplete = () => resolve(true)
      }
    }
  }
})"""
# A page may have no clipboard: then the address is copied from its field.
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"


@pytest.mark.parametrize("system", WECHAT)
@pytest.mark.parametrize("colour", ["light", "dark"])
def test_in_wechat_there_is_one_page_that_leads_to_a_browser_and_none_that_goes_on(
    server: Server, phone: Phone, system: str, colour: str
) -> None:
    page = phone.open(user_agent=WECHAT[system], color_scheme=colour)
    expect(page.get_by_role("heading", name="请用浏览器打开走访通")).to_be_visible()
    expect(page.get_by_text("未上传的拜访会丢失")).to_be_visible()
    expect(page.get_by_role("img")).to_be_visible()
    assert page.get_by_label("工号").count() == 0
    assert page.get_by_role("link").count() == 0
    assert page.get_by_label("走访通地址").input_value() == server.url + "/"
    page.evaluate(NO_CLIPBOARD)
    page.get_by_role("button", name="复制地址").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    look(page)


def test_an_old_browser_is_told_in_a_sentence_before_the_app_is_tried(server: Server, phone: Phone) -> None:
    page = phone.open("/healthz")
    page.add_init_script("delete Promise.any")
    page.goto(server.url)
    expect(page.get_by_text("这个浏览器版本太旧")).to_be_visible()
    assert page.get_by_label("工号").count() == 0


def test_a_browser_that_cannot_read_the_app_is_told_so_too(server: Server, phone: Phone) -> None:
    page = phone.open("/healthz")

    def newer_than_this_browser(route: Route) -> None:
        route.fulfill(body="class { ∞", content_type="text/javascript")

    page.route("**/assets/index-*.js", newer_than_this_browser)
    page.goto(server.url)
    expect(page.get_by_text("这个浏览器版本太旧")).to_be_visible()


def test_a_page_that_did_not_load_completely_says_so(server: Server, phone: Phone) -> None:
    page = phone.open("/healthz")
    page.route("**/assets/index-*.js", lambda route: route.abort())
    page.goto(server.url)
    expect(page.get_by_text("没有加载完整")).to_be_visible()


def test_a_browser_that_keeps_nothing_is_told_so(server: Server, phone: Phone) -> None:
    page = phone.open("/healthz")
    page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }"
    )
    page.goto(server.url)
    expect(page.get_by_text("浏览器不允许在本机保存数据")).to_be_visible()


def test_an_unencrypted_address_says_what_will_be_refused(server: Server, phone: Phone) -> None:
    resolve = "--host-resolver-rules=MAP fieldvisit.test 127.0.0.1"
    page = phone.open("/healthz", arguments=[*ARGS, resolve])
    page.goto(f"http://fieldvisit.test:{server.port}/")
    expect(page.get_by_text("浏览器会拒绝相机、定位和离线打开")).to_be_visible()
    sign_in(page, "am16")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("浏览器会拒绝相机、定位和离线打开")).to_be_visible()


def fill_up(page: Page, free_mb: int) -> None:
    """Let the browser say how much room is left; its own override of the quota is not told to pages."""
    page.evaluate(
        """(free) => {
          StorageManager.prototype.estimate = async () => ({ usage: 10 * 2 ** 20, quota: (10 + free) * 2 ** 20 })
          document.dispatchEvent(new Event('visibilitychange'))
        }""",
        free_mb,
    )


def test_little_room_is_said_on_every_screen_with_what_to_do(server: Server, phone: Phone) -> None:
    page = phone.open()
    fill_up(page, 40)
    expect(page.get_by_test_id("low")).to_contain_text("请联网上传")
    sign_in(page, "am10")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("low")).to_be_visible()
    page.get_by_role("link", name="我的").click()
    expect(page.get_by_text("已用", exact=False)).to_be_visible()
    expect(page.get_by_test_id("low")).to_be_visible()
    fill_up(page, 4000)
    expect(page.get_by_test_id("low")).to_have_count(0)


def test_what_is_unsent_is_said_on_the_sign_in_and_lock_screens_too(server: Server, phone: Phone) -> None:
    page = phone.sign_in("am11")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("link", name="我的手机与 PIN").click()
    page.get_by_label("设置本机 PIN").fill("271828")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("PIN 已设置")).to_be_visible()
    page.route("**/api/sync/push", lambda route: route.abort())
    page.evaluate(SAVE_ONE)
    page.reload()
    expect(page.get_by_label("输入 6 位 PIN")).to_be_visible()
    expect(page.get_by_test_id("status")).to_contain_text("1 条")
    page.get_by_label("输入 6 位 PIN").fill("271828")
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("dialog").get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("button", name="登录", exact=True)).to_be_visible()
    expect(page.get_by_test_id("others")).to_contain_text("1 条")
    sign_in(page, "am12")
    expect(page.get_by_role("heading", name="今日")).to_be_visible(timeout=30_000)
    expect(page.get_by_test_id("others")).to_contain_text("另有 1 条")


def test_installing_is_offered_hinted_once_and_explained_where_it_is_not_to_be_had(
    server: Server, phone: Phone
) -> None:
    page = phone.open()
    sign_in(page, "am13")
    expect(page.get_by_test_id("next-shop")).to_be_visible(timeout=30_000)
    page.evaluate("localStorage.removeItem('install-hint')")
    page.evaluate(
        """() => {
          const offer = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
            prompt: () => { window.asked = true; return Promise.resolve() },
          })
          window.dispatchEvent(offer)
        }"""
    )
    page.get_by_role("link", name="可安装到桌面").click()
    page.get_by_test_id("install-offer").get_by_role("button", name="安装到桌面").click()
    assert page.evaluate("window.asked") is True
    expect(page.get_by_test_id("install-bookmark")).to_contain_text("加入书签")
    look(page)
    assert page.get_by_role("link", name="可安装到桌面").count() == 0


def test_an_iphone_is_shown_how_to_add_it_to_the_home_screen(server: Server, phone: Phone) -> None:
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
    page = phone.open("/healthz", user_agent=agent)
    page.add_init_script(
        "addEventListener('beforeinstallprompt', (event) => event.stopImmediatePropagation())"
    )
    page.goto(server.url)
    sign_in(page, "am13")
    page.get_by_role("link", name="我的").click(timeout=30_000)
    page.get_by_role("link", name="安装到桌面").click()
    expect(page.get_by_test_id("install-ios").get_by_role("img")).to_be_visible()
    look(page)


def test_a_chosen_look_is_there_from_the_first_paint(server: Server, phone: Phone) -> None:
    page = phone.open(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light: Any = page.evaluate(ground)
    sign_in(page, "am14")
    page.get_by_role("link", name="我的").click(timeout=30_000)
    page.get_by_role("button", name="深色").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.route("**/assets/index-*.js", lambda route: route.abort())
    page.evaluate(
        "navigator.serviceWorker.getRegistrations().then((all) => Promise.all(all.map((one) => one.unregister())))"
    )
    page.reload()
    assert page.evaluate(ground) == dark
    page.unroute("**/assets/index-*.js")
    page.reload()
    page.get_by_role("button", name="跟随系统").click()
    assert page.evaluate(ground) == light
    page.get_by_role("link", name="今日").click()
    page.get_by_role("link", name="我的").click()
    expect(page.get_by_label("大字模式")).to_be_in_viewport(ratio=1)
    page.get_by_label("大字模式").check()
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"
