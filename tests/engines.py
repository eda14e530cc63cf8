"""Browsers that are not Chromium, as Debian ships them, driven by WebDriver: Firefox ESR and WebKitGTK."""

import json
import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
)
from selenium.webdriver import FirefoxOptions, Remote, WebKitGTKOptions
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.command import Command
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait
from selenium.webdriver.webkitgtk.service import Service

from browsers import PASSWORD, Server

NOT_YET = [
    NoSuchElementException,
    StaleElementReferenceException,
    ElementClickInterceptedException,
    ElementNotInteractableException,
]
PREFERENCES = {
    "marionette.port": 0,
    "intl.accept_languages": "zh-CN",
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "geo.prompt.testing": True,
    "geo.prompt.testing.allow": True,
    "geo.provider.network.url": 'data:application/json,{"location":{"lat":30.0,"lng":110.0},"accuracy":20}',
}
STILL = """new Promise((done) => {
  const place = () => JSON.stringify(arguments[0].getBoundingClientRect())
  const before = place()
  requestAnimationFrame(() => requestAnimationFrame(() => done(place() === before)))
})"""
COMMANDS = {
    Command.GET: "WebDriver:Navigate",
    Command.GET_CURRENT_URL: "WebDriver:GetCurrentURL",
    Command.FIND_ELEMENT: "WebDriver:FindElement",
    Command.FIND_ELEMENTS: "WebDriver:FindElements",
    Command.CLICK_ELEMENT: "WebDriver:ElementClick",
    Command.SEND_KEYS_TO_ELEMENT: "WebDriver:ElementSendKeys",
    Command.GET_ELEMENT_TEXT: "WebDriver:GetElementText",
    Command.GET_ELEMENT_TAG_NAME: "WebDriver:GetElementTagName",
    Command.W3C_EXECUTE_SCRIPT: "WebDriver:ExecuteScript",
    Command.W3C_EXECUTE_SCRIPT_ASYNC: "WebDriver:ExecuteAsyncScript",
    Command.NEW_SESSION: "WebDriver:NewSession",
    Command.QUIT: "Marionette:Quit",
}


class Marionette:
    """Carries Selenium's commands to Firefox, which speaks WebDriver itself, over a socket. geckodriver, which no Debian
    has, would do no more for this."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.stream = self.socket.makefile("rb")
        self._hear()

    def execute(self, command: str, params: dict[str, Any]) -> dict[str, Any]:
        told = {} if command == Command.NEW_SESSION else {k: v for k, v in params.items() if k != "sessionId"}
        said = json.dumps([0, 1, COMMANDS[command], told]).encode()
        self.socket.sendall(b"%d:%b" % (len(said), said))
        _kind, _number, error, answer = self._hear()
        if error:
            return {"status": 500, "value": json.dumps(error)}
        return answer if isinstance(answer, dict) and "value" in answer else {"value": answer}

    def _hear(self) -> Any:
        digits = b""
        while (digit := self.stream.read(1)) != b":":
            digits += digit
        return json.loads(self.stream.read(int(digits)))

    def close(self) -> None:
        self.stream.close()
        self.socket.close()


@dataclass
class Engine(ABC):
    """A browser of another maker with a profile on disk; `kill` is a battery that dies."""

    server: Server
    profile: Path
    driver: WebDriver | None = field(default=None, init=False)

    @abstractmethod
    def launch(self) -> WebDriver:
        """A browser over the profile, steered."""

    @abstractmethod
    def group(self) -> int:
        """The process group in which all of its processes are."""

    def open(self, path: str = "/") -> None:
        """Start cold where it does not run, and go to a page."""
        self.driver = self.driver or self.launch()
        self.driver.get(self.server.url + path)

    @abstractmethod
    def ended(self) -> None:
        """Leave nothing of it behind."""

    def kill(self) -> None:
        assert self.driver
        os.killpg(self.group(), signal.SIGKILL)
        self.driver.command_executor.close()
        self.driver = None
        self.ended()

    def close(self) -> None:
        if self.driver is not None:
            self.driver.quit()
            self.driver = None
        self.ended()

    @property
    def name(self) -> str:
        """Which engine this is, with its version."""
        assert self.driver
        return f"{type(self).__name__} {self.driver.capabilities['browserVersion']}"

    def run(self, script: str, *args: Any) -> Any:
        """What an expression comes to in the page, a promise awaited."""
        assert self.driver
        script = f"const done = arguments[arguments.length - 1]; Promise.resolve({script}).then(done)"
        return self.driver.execute_async_script(script, *args)

    def _wait(self, seconds: float) -> WebDriverWait[WebDriver]:
        assert self.driver
        return WebDriverWait(self.driver, seconds, poll_frequency=0.1, ignored_exceptions=NOT_YET)

    def see(self, xpath: str, seconds: float = 20) -> WebElement:
        """The first such element that shows, once one does."""

        def shown(driver: WebDriver) -> WebElement | None:
            return next(
                (found for found in driver.find_elements(By.XPATH, xpath) if found.is_displayed()), None
            )

        return self._wait(seconds).until(shown, f"never seen: {xpath}")

    def count(self, xpath: str, number: int, seconds: float = 20) -> None:
        """That many of them, once there are."""
        self._wait(seconds).until(
            lambda driver: len(driver.find_elements(By.XPATH, xpath)) == number, f"never {number}: {xpath}"
        )

    def press(self, words: str, within: str = "") -> None:
        """The button or link of these words, as soon as it stands still and takes a click."""

        def pressed(_driver: WebDriver) -> bool:
            found = self.see(
                f"{within}//*[self::button or self::a][normalize-space()='{words}'][not(@disabled)]"
            )
            if not self.run(STILL, found):
                return False
            found.click()
            return True

        self._wait(20).until(pressed, f"never pressed: {words}")

    def write(self, label: str, words: str) -> None:
        """Into the field of this label."""
        self.see(f"//label[normalize-space(span)='{label}']//*[self::input or self::textarea]").send_keys(
            words
        )

    def sign_in(self, username: str) -> None:
        self.open()
        self.write("工号", username)
        self.write("密码", PASSWORD)
        self.press("登录")


@dataclass
class Firefox(Engine):
    """Debian's Firefox ESR, with a camera and a place of its own making."""

    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def launch(self) -> WebDriver:
        self.profile.mkdir(exist_ok=True)
        port = self.profile / "MarionetteActivePort"
        port.unlink(missing_ok=True)
        told = "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
        (self.profile / "user.js").write_text(told)
        words = [
            "firefox-esr",
            "--headless",
            "--width=390",
            "--height=844",
            "--marionette",
            "--no-remote",
            "--profile",
            str(self.profile),
        ]
        with (self.profile / "log").open("ab") as log:
            self.process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + 60
        while not (port.exists() and port.read_text()):
            assert self.process.poll() is None, "Firefox ended"
            assert time.monotonic() < until, "Firefox did not come up"
        return Remote(Marionette(int(port.read_text())), options=FirefoxOptions())

    def group(self) -> int:
        assert self.process
        return self.process.pid

    def ended(self) -> None:
        if self.process is not None:
            self.process.wait(30)
            self.process = None


@dataclass
class WebKit(Engine):
    """Debian's WebKitGTK, in a window of our own that keeps its profile."""

    service: Service | None = field(default=None, init=False)

    def launch(self) -> WebDriver:
        options = WebKitGTKOptions()
        options.set_capability("browserName", "WebKitGTK")
        options.binary_location = "/usr/bin/python3"
        for word in (str(Path(__file__).with_name("webkit_window.py")), str(self.profile)):
            options.add_argument(word)
        self.service = Service("/usr/bin/WebKitWebDriver", popen_kw={"start_new_session": True})
        self.service.start()
        config = ClientConfig(remote_server_addr=self.service.service_url)
        return Remote(RemoteConnection(client_config=config), options=options)

    def group(self) -> int:
        assert self.service
        return self.service.process.pid

    def ended(self) -> None:
        if self.service is not None:
            with suppress(subprocess.TimeoutExpired):
                self.service.process.wait(1)  # one that was killed is not asked to shut down while it goes
            self.service.stop()
            self.service = None
