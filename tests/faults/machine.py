"""Any order of anything that can happen to phones, people, shops and the server; the rules of `faults.field`."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from faults.field import PHONES, Field
from faults.network import FATES
from faults.oracle import ROUTES, ZONES
from faults.places import Postgres, Sqlite, server
from faults.rest import come_to_rest
from fieldvisit.kernel.ops import OpState

ACCOUNT_MANAGERS = PHONES[:3]
anybody = st.sampled_from(PHONES)
some = st.integers(0, 7)
FIELDS = ("note", "note", "contact_name", "address")
places = {"route": st.sampled_from(sorted(ROUTES)), "zone": st.sampled_from(sorted(ZONES))}
# What a step is drawn from; what stands more than once comes more often.
WRITTEN = st.sampled_from(
    [
        "arrive",
        "arrive",
        "edit",
        "edit",
        "edit",
        "record",
        "add_photo",
        "check_out",
        "call",
        "call",
        "dance",
        "decide",
    ]
)
AT_THE_DESK = st.sampled_from(
    ["hand_over", "hand_over", "open_shop", "desk_edit", "leave_or_return", "leave_or_return", "change_post"]
)
IN_THE_ROOM = st.sampled_from(
    [
        "sweep",
        "wait",
        "wait",
        "back_up",
        "restore",
        "restore",
        "new_release",
        "lose_tokens",
        "look_around",
        "rest",
    ]
)


def fates() -> st.SearchStrategy[dict[str, str]]:
    """What becomes of the requests of one pass; most passes go well."""
    one = st.sampled_from([(door, fate) for door, all_of_it in FATES.items() for fate in all_of_it])
    return st.one_of(st.just({}), st.lists(one, max_size=2).map(dict))


class FieldMachine(RuleBasedStateMachine):
    """One district from its beginning; a subclass says where it is and who counts."""

    place: Sqlite | Postgres
    done: list[Field]

    @initialize()
    def begin(self) -> None:
        self._server = server(self.place)
        self._patch = pytest.MonkeyPatch()
        self.field = Field(self._server.__enter__(), self._patch, seed=len(self.done))
        self.done.append(self.field)
        for who in PHONES:
            self.field.sync(who)

    def teardown(self) -> None:
        if not hasattr(self, "field"):
            return
        try:
            self._step("rest")
            come_to_rest(self.field)
        finally:
            self._patch.undo()
            self._server.__exit__(None, None, None)

    def _step(self, name: str) -> None:
        self.field.figures["steps"] += 1
        self.field.figures[f"step {name}"] += 1

    def _one_of(self, found: list[Any], number: int) -> Any:
        return found[number % len(found)] if found else None

    # Without signal.

    @rule(who=anybody, what=WRITTEN, number=some, photos=st.integers(0, 2))
    def write(self, who: str, what: str, number: int, photos: int) -> None:
        field, customer = self.field, self._one_of(self.field.shops_of(who), number)
        visit = self._one_of(field.visits_of(who)[-4:], number)
        if what == "decide":
            self._decide(who, number, apply=photos > 0)
        elif what == "dance":
            field.dance(who)
        elif what in ("record", "add_photo", "check_out") and visit:
            getattr(field, what)(who, visit)
        elif customer is None:
            what = "nothing to write"
        elif what == "edit":
            field.edit(who, customer, FIELDS[number % len(FIELDS)])
        elif what == "call":
            field.contact(who, customer)
        else:
            field.check_in(who, customer, photos)
        self._step(what)

    def _decide(self, who: str, number: int, *, apply: bool) -> None:
        rows = self.field.phones[who].rows("held_ops").values()
        me = self.field.phones[who].user
        waiting = sorted(row["id"] for row in rows if row["author_id"] != me and row["state"] == OpState.HELD)
        if waiting:
            self.field.decide(who, waiting[number % len(waiting)], apply=apply)

    # In the air.

    @rule(who=anybody, plan=fates())
    def meet(self, who: str, plan: dict[str, str]) -> None:
        self._step("pass")
        self.field.sync(who, **plan)

    @rule(who=anybody, plan=fates())
    def meet_and_hear_again(self, who: str, plan: dict[str, str]) -> None:
        self._step("late double")
        self.field.sync(who, **plan)
        self.field.again(who)

    # At the desk.

    @rule(what=AT_THE_DESK, who=anybody, number=st.integers(0, 15), **places)
    def decree(self, what: str, who: str, number: int, route: str, zone: str) -> None:
        truth = self.field.truth
        customer = self._one_of(sorted(truth.home), number)
        if what == "open_shop":
            self.field.open_shop(route)
        elif what == "desk_edit":
            self.field.desk_edit(customer)
        elif what == "hand_over" and truth.serves[route]:
            self.field.hand_over(customer, route)
        elif what == "change_post" and truth.is_active(who) and who in ACCOUNT_MANAGERS:
            rises = truth.role[who] == "account_manager"
            self.field.change_role(who, *(("market_manager", zone) if rises else ("account_manager", route)))
        elif not truth.is_active(who):
            self.field.come_back(who, zone if truth.role[who] == "market_manager" else route)
        elif what == "leave_or_return":
            self.field.leave(who)
        self._step(what)

    # In the server room.

    @rule(what=IN_THE_ROOM, who=anybody, days=st.sampled_from([0, 1, 3, 8, 20]))
    def run(self, what: str, who: str, days: int) -> None:
        field = self.field
        if what == "sweep":
            field.round()
        elif what == "wait":
            field.pass_time(timedelta(days=days, minutes=7))
        elif what == "restore" and field.backup is not None:
            field.restore()
            field.backup = None
        elif what in ("back_up", "restore") and field.backup is None:
            field.back_up()
        elif what == "new_release":
            field.raise_schema()
        elif what == "look_around":
            field.browse(who)
            field.guess(who)
        elif what == "rest":
            come_to_rest(field)
        elif field.truth.is_active(
            who
        ):  # who is out of service gets no new tokens: then there is the rescue file
            field.lose_tokens(who)
            field.sync(who)
            what = "lose_tokens"
        self._step(what)
