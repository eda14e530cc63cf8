"""A real server with the whole demo district, and real browsers with profiles that survive being killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from playwright.sync_api import BrowserContext, Page, Playwright

ROOT = Path(__file__).parents[1]
PASSWORD = "zoufang-demo"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@dataclass
class Server:
    """`fieldvisit demo` as its own process; without a `database_url` over SQLite in its folder.

    What it says goes to the file `log`, if there is one.
    """

    folder: Path
    port: int = field(default_factory=_free_port)
    database_url: str | None = None
    log: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = os.environ | {
            "FIELDVISIT_DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "PYTHONPATH": str(ROOT / "backend"),
        }
        environment.pop("FIELDVISIT_DATABASE_URL", None)
        environment |= self.settings
        if self.database_url is not None:
            environment["FIELDVISIT_DATABASE_URL"] = self.database_url
        with ExitStack() as stack:
            said = stack.enter_context(self.log.open("ab")) if self.log else None
            command = [sys.executable, "-m", "fieldvisit", "demo"]
            self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said)
        until = time.monotonic() + 180
        while time.monotonic() < until:
            try:
                if httpx2.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                assert self.process.poll() is None, "the server ended"
        raise AssertionError("the server did not come up")

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
            self.process = None

    def token(self, username: str) -> str:
        body = {"username": username, "password": PASSWORD, "device": {"id": str(uuid4()), "name": "test"}}
        return str(httpx2.post(f"{self.url}/api/auth/login", json=body).json()["access_token"])

    def get(self, token: str, path: str, **params: str) -> Any:
        answer = httpx2.get(f"{self.url}{path}", params=params, headers={"authorization": f"Bearer {token}"})
        return answer.json()

    def post(self, token: str, path: str, args: Any) -> Any:
        return self._send("POST", token, path, args)

    def put(self, token: str, path: str, args: Any) -> Any:
        return self._send("PUT", token, path, args)

    def patch(self, token: str, path: str, args: Any) -> Any:
        return self._send("PATCH", token, path, args)

    def _send(self, method: str, token: str, path: str, args: Any) -> Any:
        carried = {"authorization": f"Bearer {token}"}
        answer = httpx2.request(method, f"{self.url}{path}", json=args, headers=carried)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class Phone:
    """A browser with a profile on disk; `kill` is a battery that dies."""

    playwright: Playwright
    server: Server
    profile: Path
    context: BrowserContext | None = None

    def open(self, path: str = "/", *, offline: bool = False, **options: Any) -> Page:
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=options.pop("arguments", ARGS),
            viewport=options.pop("viewport", {"width": 390, "height": 844}),
            permissions=options.pop("permissions", ["geolocation", "camera"]),
            geolocation={"latitude": 30.0, "longitude": 110.0, "accuracy": 20},
            offline=offline,
            locale="zh-CN",
            **options,
        )
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        page.goto(self.server.url + path)
        return page

    def sign_in(self, username: str) -> Page:
        page = self.open()
        page.get_by_label("工号").fill(username)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        return page

    def kill(self) -> None:
        subprocess.run(["pkill", "-9", "-f", str(self.profile)], check=False)
        self.context = None

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None
