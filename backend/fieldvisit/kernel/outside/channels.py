"""The ways out: WeCom and DingTalk to a person or into a group, an SMS gateway, and a hook of the company's own."""

import asyncio
import base64
import hashlib
import hmac
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote_plus, urlsplit

import orjson

from fieldvisit.kernel.clock import now, unix_ms
from fieldvisit.kernel.outside.operators_file import (
    DINGTALK,
    WECOM,
    Bot,
    DingtalkApp,
    Gateway,
    WecomApp,
    read_channels,
)
from fieldvisit.kernel.outside.reach import TOTAL_SECONDS, Reach, Undelivered
from fieldvisit.kernel.outside.signing import signature

TOKEN_OLD = {40014, 42001, 88}  # the token is not (or no longer) one: ask for another
NOBODY = {60111, 81013, 33012, 60121}  # there is no such user: trying again is of no use
SPARE = timedelta(minutes=5)


def signed(secret: str, body: bytes, nonce: str, at: datetime) -> dict[str, str]:
    """The headers that show a body to be ours: HMAC-SHA-256 over `<unix seconds>.<nonce>.<body>`, in hex."""
    stamp = str(unix_ms(at) // 1000)
    return {
        "X-FieldVisit-Timestamp": stamp,
        "X-FieldVisit-Nonce": nonce,
        "X-FieldVisit-Signature": f"sha256={signature(secret, stamp, nonce, body)}",
    }


@dataclass(frozen=True)
class Letter:
    """What goes to one addressee: a person's id or number there, or a department; `id` is the same at every try."""

    id: str
    to: str
    text: str


class Sender(Protocol):
    """One way out."""

    async def send(self, reach: Reach, letter: Letter) -> None:
        """Send a letter; raises Undelivered."""


@dataclass
class _Token:
    """What an app shows instead of its secret, kept until shortly before it is old."""

    value: str = ""
    until: datetime | None = None

    async def get(self, reach: Reach, url: str) -> str:
        if self.until is None or now() >= self.until:
            answer = _fine(await reach.get(url))
            lasts = answer.get("expires_in")
            self.value = str(answer.get("access_token", ""))
            self.until = now() + timedelta(seconds=lasts if isinstance(lasts, int) else 0) - SPARE
        return self.value


def _fine(answer: dict[str, Any]) -> dict[str, Any]:
    code = _code(answer)
    if code != 0:
        raise Undelivered("answer_wrong" if code is None else f"said_{code}", is_final=code in NOBODY)
    return answer


def _code(answer: dict[str, Any]) -> int | None:
    code = answer.get("errcode")
    return code if isinstance(code, int) else None


@dataclass
class _App:
    """What WeCom's and DingTalk's apps have in common: a token that is asked for and may have grown old."""

    token_url: str
    send_url: str
    token: _Token = field(default_factory=_Token)

    async def send_to(self, reach: Reach, said: dict[str, Any]) -> dict[str, Any]:
        for is_last in (False, True):
            token = await self.token.get(reach, self.token_url)
            answer = await reach.post(f"{self.send_url}?access_token={quote_plus(token)}", said)
            if _code(answer) not in TOKEN_OLD or is_last:
                break
            self.token.until = None
        return _fine(answer)


class Wecom:
    """To a person by his user id in WeCom."""

    def __init__(self, app: WecomApp) -> None:
        asked = f"corpid={quote_plus(app.corp_id)}&corpsecret={quote_plus(app.secret)}"
        base = f"{app.address.rstrip('/')}/cgi-bin"
        self._app = _App(f"{base}/gettoken?{asked}", f"{base}/message/send")
        self._agent = app.agent_id

    async def send(self, reach: Reach, letter: Letter) -> None:
        """Send; WeCom itself drops what it was sent twice within half an hour."""
        said = {
            "touser": letter.to,
            "msgtype": "text",
            "agentid": self._agent,
            "text": {"content": letter.text},
        }
        twice = {"enable_duplicate_check": 1, "duplicate_check_interval": 1800}
        answer = await self._app.send_to(reach, said | twice)
        if answer.get("invaliduser") or answer.get("unlicenseduser"):
            raise Undelivered("said_81013", is_final=True)


class Dingtalk:
    """To a person by his user id in DingTalk."""

    def __init__(self, app: DingtalkApp) -> None:
        asked = f"appkey={quote_plus(app.app_key)}&appsecret={quote_plus(app.app_secret)}"
        base = app.address.rstrip("/")
        sends = f"{base}/topapi/message/corpconversation/asyncsend_v2"
        self._app = _App(f"{base}/gettoken?{asked}", sends)
        self._agent = app.agent_id

    async def send(self, reach: Reach, letter: Letter) -> None:
        """Send as a work notice."""
        message = {"msgtype": "text", "text": {"content": letter.text}}
        await self._app.send_to(
            reach, {"agent_id": self._agent, "userid_list": letter.to, "to_all_user": False, "msg": message}
        )


class Sms:
    """To a phone, through a gateway that checks our signature."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def send(self, reach: Reach, letter: Letter) -> None:
        """Send; `id` lets the gateway drop what it was sent twice."""
        body = orjson.dumps({"id": letter.id, "phone": letter.to, "text": letter.text})
        await reach.post(self._gateway.url, body, signed(self._gateway.secret, body, letter.id, now()))


class Bots:
    """Into the group of a department."""

    def __init__(self, bots: list[Bot]) -> None:
        self._bots = {bot.department: bot for bot in bots}

    async def send(self, reach: Reach, letter: Letter) -> None:
        """Send by the department's robot."""
        bot = self._bots.get(letter.to)
        if bot is None:
            raise Undelivered("channel_missing", is_final=True)
        await _BOTS[bot.kind](reach, bot, letter)


async def _wecom_bot(reach: Reach, bot: Bot, letter: Letter) -> None:
    _fine(await reach.post(bot.url, {"msgtype": "text", "text": {"content": letter.text}}))


async def _dingtalk_bot(reach: Reach, bot: Bot, letter: Letter) -> None:
    url = bot.url
    if bot.secret:
        stamp = unix_ms(now())
        told = hmac.new(bot.secret.encode(), f"{stamp}\n{bot.secret}".encode(), hashlib.sha256).digest()
        url += f"&timestamp={stamp}&sign={quote_plus(base64.b64encode(told))}"
    _fine(await reach.post(url, {"msgtype": "text", "text": {"content": letter.text}}))


async def _signed_bot(reach: Reach, bot: Bot, letter: Letter) -> None:
    body = orjson.dumps({"id": letter.id, "text": letter.text})
    await reach.post(bot.url, body, signed(bot.secret or "", body, letter.id, now()))


_BOTS = {"wecom": _wecom_bot, "dingtalk": _dingtalk_bot, "signed": _signed_bot}


class Outside:
    """What a running server has of the world outside. Calls run on a loop of their own, in whichever thread one waits for them."""

    def __init__(self, app_url: str, reach: Reach, senders: dict[str, Sender]) -> None:
        self.app_url = app_url
        self.reach = reach
        self.senders = senders
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    @staticmethod
    def open(path: Path) -> "Outside":
        """From the operator's file; raises ValueError."""
        said = read_channels(path)
        hosts = [*said.hosts, urlsplit(WECOM).netloc, urlsplit(DINGTALK).netloc]
        try:
            reach = Reach(hosts, said.inner_networks, said.ca_file)
            for address in said.addresses:
                reach.allowed(address)
        except OSError:
            raise ValueError(f"{path} of FIELDVISIT_OUTSIDE: ca_file cannot be read") from None
        except Undelivered:
            raise ValueError(
                f"{path} of FIELDVISIT_OUTSIDE: every address is https and its host among `hosts`"
            ) from None
        senders: dict[str, Sender] = {"bot": Bots(said.bots)}
        if said.wecom:
            senders["wecom"] = Wecom(said.wecom)
        if said.dingtalk:
            senders["dingtalk"] = Dingtalk(said.dingtalk)
        if said.sms:
            senders["sms"] = Sms(said.sms)
        return Outside(str(said.app_url), reach, senders)

    def run(self, call: Coroutine[Any, Any, None]) -> None:
        """Wait for a call, but no longer than two exchanges may take: not even for a resolver that never answers."""
        waiting = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            waiting.result(2 * TOTAL_SECONDS)
        except TimeoutError:
            waiting.cancel()
            raise Undelivered("no_answer") from None

    def close(self) -> None:
        """Let go of the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
