"""What has outlived its time goes; what must stay for ever stays."""

from datetime import timedelta

import time_machine
from sqlalchemy import func, select

from conftest import World
from fieldvisit.kernel.clock import now
from fieldvisit.kernel.duties import do_duties
from fieldvisit.kernel.limits import SignInCount
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.sessions import RefreshToken
from personas import shop, uid


def test_after_400_days_an_entry_is_still_known_but_no_longer_says_anything(world: World) -> None:
    am01 = world.as_("am01")
    op = am01.op("visits.check_in", {"id": uid(), "customer_id": shop("cz:0"), "place": None})
    held = am01.op("visits.record", {"visit_id": uid(), "note": "waits"})
    first = am01.push(op, held)["results"][0]
    world.client.post("/api/auth/login", json={"username": "am01", "password": "x", "device": {"id": uid()}})
    with time_machine.travel(now() + timedelta(days=399)):
        do_duties(world.runtime.db)
        assert kept(world, op["id"]) is not None
    with time_machine.travel(now() + timedelta(days=401)):
        do_duties(world.runtime.db)
        assert kept(world, op["id"]) is None
        assert kept(world, held["id"]) is not None, "what is not settled is not forgotten"
        with world.runtime.db.read() as session:
            assert session.scalar(select(func.count(SignInCount.key))) == 0
            assert session.scalar(select(func.count(RefreshToken.number))) == 0
        assert world.as_("am01").id
    again = am01.push(op)["results"][0]
    assert again["receipt"] == first["receipt"]


def kept(world: World, op_id: str) -> bytes | None:
    with world.runtime.db.read() as session:
        return session.scalars(select(Op.raw).where(Op.id == op_id)).one()
