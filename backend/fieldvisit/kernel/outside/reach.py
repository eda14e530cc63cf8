"""The only way out of the server: https to hosts that are allowed, at addresses that were looked at, and no step further."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import orjson

TOTAL_SECONDS = 8.0
MAX_ANSWER = 64 * 1024
HTTPS = 443
UNICAST = ipaddress.IPv6Network("2000::/3")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]


class Undelivered(Exception):
    """That a message did not arrive: why, as a code, and whether trying again is of no use."""

    def __init__(self, code: str, *, is_final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_final = is_final


async def addresses_of(host: str, port: int) -> list[str]:
    """What the system's resolver says of a name now."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


class Reach:
    """Posts to allowed hosts (`name` or `name:port`).

    A name is resolved once and the connection goes to the very address that was looked at, the certificate being that
    of the name. Only public addresses count, or those inside one of the `networks` an operator names for a gateway of his own.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        networks: Iterable[Network] = (),
        ca_file: Path | None = None,
        resolve: Resolve = addresses_of,
    ) -> None:
        self._hosts = {host.lower() if ":" in host else f"{host.lower()}:{HTTPS}" for host in hosts}
        self._networks = tuple(networks)
        self._trust = ssl.create_default_context()
        if ca_file is not None:
            self._trust.load_verify_locations(ca_file)
        self._resolve = resolve

    async def post(self, url: str, said: Any, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """The JSON object that is answered to a JSON post; raises Undelivered. `said` may be the bytes of a body."""
        return await self._ask("POST", url, said, headers or {})

    async def get(self, url: str) -> dict[str, Any]:
        """The JSON object at an address; raises Undelivered."""
        return await self._ask("GET", url, b"", {})

    async def _ask(self, method: str, url: str, said: Any, headers: dict[str, str]) -> dict[str, Any]:
        body = said if isinstance(said, bytes) else orjson.dumps(said)
        asked = self.allowed(url)
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return await self._exchange(method, asked, body, headers)
        except (TimeoutError, httpx.HTTPError, OSError):
            raise Undelivered("no_answer") from None

    def allowed(self, url: str) -> httpx.URL:
        """The address, if it may be gone to; raises Undelivered `address_refused`."""
        try:
            asked = httpx.URL(url)
        except (httpx.InvalidURL, TypeError):
            raise Undelivered("address_refused", is_final=True) from None
        is_listed = f"{asked.host}:{asked.port or HTTPS}" in self._hosts
        if asked.scheme != "https" or asked.userinfo or not is_listed:
            raise Undelivered("address_refused", is_final=True)
        return asked

    async def _exchange(
        self, method: str, asked: httpx.URL, body: bytes, headers: dict[str, str]
    ) -> dict[str, Any]:
        found = [ipaddress.ip_address(one) for one in await self._resolve(asked.host, asked.port or HTTPS)]
        if not found or not all(self._is_ours_to_reach(one) for one in found):
            raise Undelivered("address_refused")
        for address in found[:-1]:
            with suppress(httpx.ConnectError):
                return await self._post(method, asked, address, body, headers)
        return await self._post(method, asked, found[-1], body, headers)

    async def _post(
        self, method: str, asked: httpx.URL, address: Address, body: bytes, headers: dict[str, str]
    ) -> dict[str, Any]:
        async with (
            httpx.AsyncClient(verify=self._trust, trust_env=False, timeout=TOTAL_SECONDS) as client,
            client.stream(
                method,
                asked.copy_with(host=_written(address)),
                content=body,
                headers={
                    "Content-Type": "application/json; charset=utf-8",
                    "Accept-Encoding": "identity",
                    **headers,
                    "Host": asked.netloc.decode(),
                },
                extensions={"sni_hostname": asked.host},
            ) as answer,
        ):
            return _read(answer.status_code, await _at_most(answer))

    def _is_ours_to_reach(self, address: Address) -> bool:
        inner = _inside(address)
        is_public = inner.is_global and not inner.is_multicast and (inner.version == 4 or inner in UNICAST)
        return is_public or any(inner in network for network in self._networks)


def _written(address: Address) -> str:
    return f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)


def _inside(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


async def _at_most(answer: httpx.Response) -> bytes:
    read = b""
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > MAX_ANSWER:
            raise Undelivered("answer_wrong")
    return read


def _read(status: int, body: bytes) -> dict[str, Any]:
    if 300 <= status < 400:
        raise Undelivered("redirected")
    if not 200 <= status < 300:
        raise Undelivered(f"status_{status}")
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Undelivered("answer_wrong") from None
    if not isinstance(answer, dict):
        raise Undelivered("answer_wrong")
    return answer
