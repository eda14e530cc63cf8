"""What is logged names places, kinds, ids and codes: never a name, a number, a word of a user's, or a secret."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from conftest import PASSWORD, World
from fieldvisit.kernel.commands import COMMANDS, Command
from fieldvisit.kernel.sync import sweep
from fieldvisit.worker import do_round
from loops import run_apart
from personas import photo, shop, uid

WORD, NUMBER = "金丝雀甲乙", "13712345678"


def break_command(monkeypatch: pytest.MonkeyPatch, name: str, handler: Any) -> None:
    plain = COMMANDS[name, 1]
    monkeypatch.setitem(COMMANDS, (name, 1), Command(**{**plain.__dict__, "handler": handler}))


def live_a_bad_day(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whatever makes a server write to its log, said in words that must not be in it; the words."""
    am01, ga = world.as_("am01"), world.as_("ga")
    secrets = [am01.token, am01.deposit, am01.cookie, ga.token, PASSWORD, WORD, NUMBER]
    device = {"id": uid(), "name": WORD}
    for body in (
        {"username": NUMBER, "password": WORD, "device": device},
        {"username": WORD, "password": [WORD]},
    ):
        world.client.post("/api/auth/login", json=body)
    world.client.get("/api/customers", headers={"authorization": f"Bearer {WORD.encode().hex()}{am01.token}"})
    am01.get("/api/customers", params={"q": WORD, "after": WORD})
    am01.call(
        "PATCH", f"/api/customers/{shop('cz:0')}", {"set": {"contact_phone": {"from": None, "to": NUMBER}}}
    )
    picture = photo(WORD.encode())
    am01.do(
        "visits.check_in",
        {"id": uid(), "customer_id": shop("cz:0"), "photos": [picture["id"]]},
        files=[picture],
    )
    am01.put_file(picture, WORD.encode())
    am01.get(f"/api/attachments/{picture['id']}/picture")

    def choke(work: Any, args: Any) -> None:
        """A database chokes on a value and says which."""
        work.session.connection().exec_driver_sql(f'SELECT 1 FROM "{args.reason}"')

    def shout(_work: Any, args: Any) -> None:
        """A fault of ours that says what it choked on, inside another."""
        try:
            raise ValueError(args.reason)
        except ValueError as error:
            raise RuntimeError(f"cannot do {args.reason}") from error

    for handler in (choke, shout):
        break_command(monkeypatch, "visits.cancel", handler)
        cancel = {"visit_id": uid(), "reason": f"{WORD} {NUMBER}"}
        assert am01.do("visits.cancel", cancel)["reason"] == "error"
        by_rest = am01.call("POST", f"/api/visits/{cancel['visit_id']}/cancel", {"reason": WORD})
        assert by_rest.status_code in (500, 503)
    am01.push(am01.op("visits.record", {"visit_id": uid(), "note": WORD}), last=uid())

    def fail(*_: Any) -> None:
        raise RuntimeError(WORD)

    monkeypatch.setattr("fieldvisit.worker.react", fail)
    with pytest.raises(ExceptionGroup) as failed:
        do_round(world.runtime)
    structlog.get_logger().error("sweep failed", exc_info=failed.value)
    sweep(world.runtime)
    return secrets


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level("INFO")

    def read() -> list[str]:
        told = capsys.readouterr()
        return [*told.out.splitlines(), *told.err.splitlines(), *caplog.text.splitlines()]

    return read


def leaks(lines: list[str], secrets: list[str]) -> list[str]:
    return [secret for secret in secrets for line in lines if secret in line]


def test_no_secret_and_no_word_of_a_user_is_in_the_log_of_a_bad_day(
    world: World, logged: Any, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    secrets = live_a_bad_day(world, monkeypatch)
    lines = logged()
    assert leaks(lines, secrets) == []
    told = [json.loads(line) for line in lines if line.startswith("{")]
    record_property("lines/secrets/leaks", f"{len(lines)}/{len(secrets)}/0")
    assert len([one for one in told if "exception" in one]) >= 4
    assert any("test_logs.py" in one.get("exception", "") for one in told), "where it went wrong is said"
    assert any("ValueError" in one.get("exception", "") for one in told), "and from what it came"
    structlog.get_logger().warning("planted", note=WORD)
    assert leaks(logged(), secrets) == [WORD], "the scan finds what is there"


def test_a_phone_that_loses_its_signal_in_the_middle_of_a_request_is_no_error(
    world: World, logged: Callable[[], list[str]]
) -> None:
    """It happens all day; the log is for what somebody must look at."""
    am01 = world.as_("am01")
    coming = iter(
        ({"type": "http.request", "body": b'{"proto": 1,', "more_body": True}, {"type": "http.disconnect"})
    )
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/api/sync/push",
        "raw_path": b"/api/sync/push",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {am01.deposit}".encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
        "scheme": "http",
    }

    async def receive() -> dict[str, Any]:
        return next(coming, {"type": "http.disconnect"})

    async def send(_message: Any) -> None:
        """Nobody hears it."""

    run_apart(world.client.app(scope, receive, send))  # type: ignore[arg-type]
    assert [line for line in logged() if "ClientDisconnect" in line or "unexpected" in line] == []
    assert am01.push()["results"] == []
