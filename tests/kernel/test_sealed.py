"""A rescue file that only the server can open: taken in once, photos included, and refused once a byte of it is another."""

import stat
from datetime import timedelta
from typing import Any

import time_machine
from httpx2 import Response
from sqlalchemy import select

from conftest import PASSWORD, World
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.attachments import Attachment
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.sealing import BOUND, MAGIC, NONCE
from personas import JPEG, Persona, photo, shop, uid
from sealed import pack, seal


def key_of(world: World) -> str:
    body = {"username": "am02", "password": PASSWORD, "device": {"id": uid(), "name": "x"}}
    return str(world.client.post("/api/auth/login", json=body).json()["rescue_key"])


def bring(who: Persona, content: bytes) -> Response:
    headers = {"authorization": f"Bearer {who.token}"}
    return who.client.post("/api/sync/import", content=content, headers=headers)  # type: ignore[no-any-return]


def hand_in(who: Persona, content: bytes) -> Response:
    headers = {"authorization": f"Bearer {who.deposit}"}
    return who.client.post("/api/sync/sealed", content=content, headers=headers)  # type: ignore[no-any-return]


def visits(who: Persona, many: int) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """Check-ins with a photo each."""
    ops, files = [], {}
    for _ in range(many):
        picture = photo()
        args = {"id": uid(), "customer_id": shop("cz:0"), "place": None, "photos": [picture["id"]]}
        ops.append(who.op("visits.check_in", args, files=[picture]))
        files[picture["id"]] = JPEG
    return ops, files


def test_a_sealed_file_brings_entries_and_photos_in_and_twice_is_once(
    world: World, record_property: Any
) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    ops, files = visits(am01, 20)
    stranger = uid()
    file = seal(key_of(world), pack(am01.device, ops, files | {stranger: b"x"}))
    assert ops[0]["id"].encode() not in file, "nothing of it can be read"
    first = bring(ga, file).json()
    assert [result["state"] for result in first["results"]] == ["applied"] * len(ops)
    assert (first["files"], first["files_refused"], first["refused"]) == (len(files), 1, 0)
    assert bring(ga, file).json() == first
    with world.runtime.db.read() as session:
        kept = session.scalars(select(Op.id).where(Op.device_id == am01.device)).all()
        here = session.scalars(select(Visit.id).where(Visit.id.in_([op["args"]["id"] for op in ops]))).all()
        states = session.scalars(select(Attachment.state).where(Attachment.id.in_(files))).all()
    assert sorted(kept) == sorted(op["id"] for op in ops)
    assert states == ["stored"] * len(files)
    lost = len(ops) - len(here)
    record_property("entries in the file/brought in twice/lost", f"{len(ops)}/{len(kept)}/{lost}")
    assert lost == 0
    pushed = am01.push(*ops)["results"]
    assert [result["state"] for result in pushed] == ["applied"] * len(ops), "the phone may come later"


def test_a_file_with_another_byte_is_refused_wherever_it_is(world: World, record_property: Any) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    ops, _ = visits(am01, 1)
    file = seal(key_of(world), pack(am01.device, ops, {}))
    parts = [
        len(MAGIC),
        len(MAGIC) + 8,
        len(MAGIC) + 40,
        BOUND - 1,
        BOUND,
        BOUND + NONCE,
        len(file) - 20,
        len(file) - 1,
    ]
    codes = []
    for place in parts:
        answer = bring(ga, file[:place] + bytes([file[place] ^ 1]) + file[place + 1 :])
        codes.append((answer.status_code, answer.json()["code"]))
    assert codes == [(409, "rescue_key_unknown"), *[(400, "bad_rescue_file")] * (len(parts) - 1)]
    for cut in (file[:-1], file[: BOUND + 5], file[:20], MAGIC):
        assert bring(ga, cut).status_code in (400, 409)
    for plain in (
        b"",
        b"\0\0\0\xffx",
        pack(am01.device, ops, {"a": b"b"})[:-1],
        pack(am01.device, ops, {}) + b"more",
    ):
        answer = bring(ga, seal(key_of(world), plain))
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), (
            plain
        )
    with world.runtime.db.read() as session:
        assert session.scalars(select(Op).where(Op.device_id == am01.device)).all() == []
    record_property("bytes altered/refused", f"{len(parts)}/{len(codes)}")
    assert bring(ga, file).json()["results"][0]["state"] == "applied", "the file itself is good"


def test_a_restarted_server_opens_what_was_sealed_before_and_keeps_its_key_to_itself(world: World) -> None:
    am01, ga = world.as_("am01"), world.as_("ga")
    ops, _ = visits(am01, 1)
    public = key_of(world)
    path = world.runtime.settings.data_dir / "rescue_key.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    world.restart()
    assert key_of(world) == public
    assert bring(ga, seal(public, pack(am01.device, ops, {}))).json()["results"][0]["state"] == "applied"
    path.unlink()
    world.restart()
    answer = bring(ga, seal(public, pack(am01.device, ops, {})))
    assert (answer.status_code, answer.json()["code"]) == (409, "rescue_key_unknown")


def test_a_wiped_phone_hands_in_what_it_sealed_and_no_other_phone_does_it_for_him(world: World) -> None:
    am01, am02, ga = world.as_("am01"), world.as_("am02"), world.as_("ga")
    ops, files = visits(am01, 3)
    file = seal(key_of(world), pack(am01.device, ops, files))
    assert ga.call("POST", f"/api/devices/{am01.device}/wipe").status_code == 200
    refused = hand_in(am02, file)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_rescue_file")
    assert bring(am02, file).status_code == 403
    told = hand_in(am01, file).json()
    assert [result["reason"] for result in told["results"]] == ["inactive"] * len(ops)
    assert told["files"] == len(files)
    soon = hand_in(am01, file)
    assert (soon.status_code, soon.json()["code"]) == (429, "too_many_attempts")
    with time_machine.travel(now() + timedelta(seconds=31)):
        assert hand_in(am01, file).json() == told, "an answer that was lost is given again"
    assert world.client.post("/api/sync/sealed", content=file).status_code == 401
    with world.runtime.db.read() as session:
        rows = session.scalars(select(Op).where(Op.device_id == am01.device)).all()
        assert {row.imported_by_id for row in rows} == {None}
        assert len(rows) == len(ops)
