"""A phone that listens hears that something of its own moved, within a moment, and never anything of others."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from conftest import PASSWORD, World
from fieldvisit.demo.district import demo_id
from fieldvisit.kernel import live, moves, tokens
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.db import Database
from fieldvisit.kernel.runtime import Runtime
from listening import Listener, listening, served, until_true
from personas import Persona, shop, uid

pytestmark = pytest.mark.timeout(120)
on_postgres = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
SENT = {": open", ":", "data: moved", ""}


@dataclass
class Open:
    """A served world: where it listens, its runtime, and people signed in there."""

    url: str
    runtime: Runtime
    client: httpx2.Client

    def as_(self, username: str) -> Persona:
        return Persona.sign_in(self.client, username, PASSWORD)


@contextmanager
def opened(world: World) -> Iterator[Open]:
    with served(world.runtime) as (url, runtime), httpx2.Client(base_url=url, timeout=30) as client:
        yield Open(url, runtime, client)


@pytest.fixture
def product(world: World) -> Iterator[Open]:
    with opened(world) as made:
        yield made


@contextmanager
def phones(*places: tuple[Open, Persona]) -> Iterator[list[Listener]]:
    """Each of them listens, until the block ends."""
    with ExitStack() as stack:
        yield [stack.enter_context(listening(place.url, who.token)) for place, who in places]


def arrival(customer: str) -> dict[str, Any]:
    return {"id": uid(), "customer_id": customer, "place": None}


def move_everybodys(who: Persona) -> None:
    """A change that concerns all: when everyone has heard of it, everyone has heard of what was before it."""
    assert who.call("PUT", f"/api/brands/{uid()}", {"name": uid()}).status_code == 200


def heard_once(*listeners: Listener) -> None:
    until_true(lambda: all(listener.wakes for listener in listeners), "a wake")


def test_a_change_wakes_those_who_see_it_and_nobody_else(product: Open, record_property: Any) -> None:
    people = {
        name: product.as_(name) for name in ("am01", "mm1", "dm", "am02", "am03", "mm2", "admin", "am19")
    }
    ga = product.as_("ga")
    with phones(*((product, who) for who in people.values())) as heard:
        by = dict(zip(people, heard, strict=True))
        people["am01"].do("visits.check_in", arrival(shop("cz:0")))
        heard_once(by["am01"], by["mm1"], by["dm"])
        move_everybodys(ga)
        heard_once(*heard)
        until_true(lambda: by["am01"].wakes >= 2, "the second wake")
        others = {name: by[name].wakes for name in ("am02", "am03", "mm2", "admin", "am19")}
    record_property("listening/woken by the visit", f"{len(people)}/{len(people) - len(others)}")
    assert others == dict.fromkeys(others, 1), "only by what is everybody's"
    assert {line for listener in heard for line in listener.lines} <= SENT, "no stream says more than that"


def test_the_answer_is_one_that_nothing_keeps_and_no_proxy_holds_back(product: Open) -> None:
    am01 = product.as_("am01")
    with listening(product.url, am01.token) as heard:
        assert heard.headers["content-type"].startswith("text/event-stream")
        assert heard.headers["x-accel-buffering"] == "no"
        assert {"no-store", "no-transform"} <= set(heard.headers["cache-control"].split(", "))
        assert heard.headers["x-content-type-options"] == "nosniff"
    assert httpx2.get(f"{product.url}/api/sync/events").status_code == 401
    deposit = {"authorization": f"Bearer {am01.deposit}"}
    assert httpx2.get(f"{product.url}/api/sync/events", headers=deposit).status_code == 401


def test_who_loses_a_shop_hears_of_it_too(product: Open) -> None:
    am01, am03, mm2, ga = (product.as_(name) for name in ("am01", "am03", "mm2", "ga"))
    to = {"route_id": demo_id("route:cj:0"), "customer_ids": [shop("cz:0", 2)], "on_day": str(today())}
    with phones((product, am01), (product, am03), (product, mm2)) as heard:
        assert f"customer:{shop('cz:0', 2)}" in am01.manifest()
        assert ga.call("POST", "/api/handovers", to).status_code == 200
        heard_once(*heard)
    assert f"customer:{shop('cz:0', 2)}" not in am01.manifest()
    assert f"customer:{shop('cz:0', 2)}" in am03.manifest()


def bar(database: Database, key: str, user_id: str) -> None:
    with database.write() as session:
        session.scalars(select(Bundle).where(Bundle.key == key)).one().barred_user_id = user_id


def test_who_is_barred_from_it_is_told_nothing(product: Open) -> None:
    am01, mm1, ga = (product.as_(name) for name in ("am01", "mm1", "ga"))
    bar(product.runtime.db, f"customer:{shop('cz:0')}", am01.id)
    with phones((product, am01), (product, mm1)) as (barred, other):
        note = {"set": {"note": {"from": None, "to": "x"}}}
        assert mm1.call("PATCH", f"/api/customers/{shop('cz:0')}", note).status_code == 200
        heard_once(other)
        move_everybodys(ga)
        heard_once(barred, other)
        assert barred.wakes == 1


def test_a_wake_that_asked_less_than_visible_would_be_seen(
    product: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: whoever holds a scope is told, barred or not."""

    def anyone(*_: Any, **__: Any) -> Any:
        return select(live.BundleScope.bundle_id)

    monkeypatch.setattr(live, "visible", anyone)
    am01, mm1 = product.as_("am01"), product.as_("mm1")
    bar(product.runtime.db, f"customer:{shop('cz:0')}", am01.id)
    with listening(product.url, am01.token) as barred:
        note = {"set": {"note": {"from": None, "to": "x"}}}
        assert mm1.call("PATCH", f"/api/customers/{shop('cz:0')}", note).status_code == 200
        heard_once(barred)


def test_a_revoked_phone_and_a_dismissed_user_are_let_go_at_once(product: Open) -> None:
    lost, kept, ga = product.as_("am01"), product.as_("am01"), product.as_("ga")
    gone = product.as_("am03")
    with phones((product, lost), (product, kept), (product, gone)) as (one, other, dismissed):
        assert kept.call("POST", f"/api/devices/{lost.device}/revoke").status_code == 200
        until_true(lambda: one.is_over, "the end of the revoked phone's stream")
        assert ga.call("POST", f"/api/users/{gone.id}/leave", {}).status_code == 200
        until_true(lambda: dismissed.is_over, "the end of the dismissed user's stream")
        heard_once(other)
        assert not other.is_over
    assert dismissed.wakes == 0, "who may no more is not told that anything moved"


def test_a_stream_ends_with_its_token(product: Open) -> None:
    am01 = product.as_("am01")
    access = tokens.verify(product.runtime.access_key, am01.token)
    short = tokens.issue(product.runtime.access_key, access, now() - tokens.LIFE + live.LATELY / 30)
    with listening(product.url, short) as heard:
        until_true(lambda: heard.is_over, "the end of the token's life")
    assert heard.wakes == 0


def test_even_where_nothing_moves_it_is_looked_whether_one_still_may_listen(
    product: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new password ends every token; no bundle of the other phone moves by it."""
    monkeypatch.setattr(live, "CHECK_S", 0.2)
    here, there = product.as_("am02"), product.as_("am02")
    with listening(product.url, there.token) as heard:
        wanted = {"current": PASSWORD, "new": "Ein-neues-Wort-2026"}
        assert here.call("POST", "/api/auth/password", wanted).status_code == 200
        until_true(lambda: heard.is_over, "the end after the check")


def test_who_cannot_be_looked_at_does_not_listen_on_trust(
    product: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01 = product.as_("am01")
    with listening(product.url, am01.token) as heard:
        monkeypatch.setattr(live, "UNCHECKED_S", 0.2)
        until_true(lambda: heard.is_over, "the end without a check")


def test_a_heartbeat_comes_where_nothing_moves_and_idle_streams_hold_no_connection(
    product: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.1)
    am01 = product.as_("am01")
    with phones((product, am01), (product, am01)) as heard:
        until_true(lambda: all(one.lines.count(":") >= 3 for one in heard), "three heartbeats")
        assert product.runtime.db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert [one.wakes for one in heard] == [0, 0]


def test_of_one_phone_the_oldest_stream_beyond_four_ends(product: Open) -> None:
    am01 = product.as_("am01")
    with phones(*[(product, am01)] * (live.PER_DEVICE + 1)) as heard:
        until_true(lambda: heard[0].is_over, "the end of the oldest")
        am01.do("visits.check_in", arrival(shop("cz:0")))
        heard_once(*heard[1:])


def test_where_nobody_can_listen_one_is_told_to_look_by_oneself(
    product: Open, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert world.as_("am01").get("/api/sync/events").status_code == 204, "it is not serving"
    monkeypatch.setattr(live, "MAX_STREAMS", 0)
    assert product.as_("am01").get("/api/sync/events").status_code == 204


def move_and_fail(database: Database, key: str) -> None:
    with database.write() as session:
        home = session.scalars(select(Bundle).where(Bundle.key == key)).one()
        moves.note_moved(session, [home.id])
        session.add(Bundle(key=key, kind="x", day=None, barred_user_id=None))


def test_what_is_undone_wakes_nobody(product: Open) -> None:
    am01, ga = product.as_("am01"), product.as_("ga")
    with listening(product.url, am01.token) as heard:
        with pytest.raises(IntegrityError):
            move_and_fail(product.runtime.db, f"customer:{shop('cz:0')}")
        move_everybodys(ga)
        heard_once(heard)
        assert heard.wakes == 1


@on_postgres
def test_what_one_process_commits_wakes_those_who_listen_to_another(world: World) -> None:
    with opened(world) as here, opened(world) as there:
        am01, mm1, am03, ga = here.as_("am01"), there.as_("mm1"), there.as_("am03"), here.as_("ga")
        with phones((here, am01), (there, mm1), (there, am03)) as (own, above, other):
            am01.do("visits.check_in", arrival(shop("cz:0")))
            heard_once(own, above)
            move_everybodys(ga)
            heard_once(own, above, other)
            assert other.wakes == 1


@on_postgres
def test_a_lost_listening_connection_is_made_anew_and_nothing_that_moved_meanwhile_is_missed(
    product: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    am01 = product.as_("am01")
    killed = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query = 'LISTEN fieldvisit_moved' AND datname = current_database()"
    with listening(product.url, am01.token) as heard:
        with product.runtime.db.write() as session:
            assert session.scalar(text(killed)) == 1
        heard_once(heard)
        before = heard.wakes
        am01.do("visits.check_in", arrival(shop("cz:0")))
        until_true(lambda: heard.wakes > before, "a wake over the new connection")


@on_postgres
def test_more_bundles_than_a_payload_holds_are_told_all_the_same(world: World) -> None:
    """One transaction that moves a whole district, and the last of its bundles is the one that counts."""
    with opened(world) as product:
        am01 = product.as_("am01")
        with listening(product.url, am01.token) as heard:
            with product.runtime.db.write() as session:
                named = select(Bundle.id).where(Bundle.key == f"customer:{shop('cz:0')}")
                own = session.scalars(named).one()
                moves.note_moved(session, [own, *range(10**9, 10**9 + 1500)])
            heard_once(heard)


@given(st.frozensets(st.integers(0, 2**63), max_size=3000))
def test_every_number_goes_into_some_payload_and_none_is_too_long(numbers: frozenset[int]) -> None:
    parts = list(moves.payloads(numbers))
    assert frozenset(int(number) for part in parts for number in part.split(",")) == numbers
    assert all(len(part) <= moves.MAX_PAYLOAD for part in parts)
