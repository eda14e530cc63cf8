"""本机 = 服务器: a phone asks which of its own entries the server has, and learns of nobody else's."""

from typing import Any

from conftest import World
from personas import Persona, shop, uid


def arrival() -> dict[str, Any]:
    return {"id": uid(), "customer_id": shop("cz:0"), "place": None}


def ask(who: Persona, ids: Any, token: str | None = None) -> Any:
    headers = {"authorization": f"Bearer {token or who.deposit}"}
    return who.client.post("/api/sync/known", json={"ids": ids}, headers=headers)


def test_a_phone_learns_which_of_its_entries_are_here_whatever_became_of_them(
    world: World, record_property: Any
) -> None:
    am01, am02 = world.as_("am01"), world.as_("am02")
    sent = [am01.op("visits.check_in", arrival()) for _ in range(20)]
    held, unsent = (
        am01.op("visits.record", {"visit_id": uid(), "note": "n"}),
        am01.op("visits.check_in", arrival()),
    )
    foreign = am02.op("visits.check_in", arrival())
    am01.push(*sent, held)
    am02.push(foreign)
    asked = [op["id"] for op in (*sent, held, unsent, foreign)]
    known = ask(am01, asked).json()["known"]
    assert set(known) == {op["id"] for op in (*sent, held)}
    assert ask(am01, [sent[0]["id"].upper()], am01.token).json()["known"] == [sent[0]["id"]]
    record_property("asked/here/not here/another's", f"{len(asked)}/{len(known)}/1/1")
    ga = world.as_("ga")
    assert ga.call("POST", f"/api/devices/{am01.device}/revoke").status_code == 200
    assert ask(am01, asked).json()["known"] == known, "also for a phone that is shut out: its own and no more"


def test_what_is_no_question_is_refused(world: World) -> None:
    am01 = world.as_("am01")
    for ids in (None, "x", [1], ["nonsense"], {}):
        answer = ask(am01, ids)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_keys")
    assert ask(am01, [uid() for _ in range(501)]).status_code == 413
    assert ask(am01, [], "fvd_nonsense").status_code == 401
