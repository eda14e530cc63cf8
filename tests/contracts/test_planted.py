"""Faults planted one by one in the checks that no registry lists: the story that guards each must turn red."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from conftest import World, on_sqlite
from contracts import test_workflows
from features import test_imports, test_masking, test_privacy
from fieldvisit.features.customers import imports as shop_tables
from fieldvisit.features.customers.collections import CustomerView
from fieldvisit.features.org import imports as people_tables
from fieldvisit.features.visits import models as visits
from fieldvisit.kernel import deadlines, decisions, held, sessions
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.deciding import Decider
from fieldvisit.kernel.intervals import Interval, Judgement, Span, judge
from fieldvisit.kernel.personal import About
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.workflow import Workflow
from kernel import test_accounts, test_decisions, test_intervals

Fault = Callable[[pytest.MonkeyPatch], None]
Story = Callable[[World], Any]


def everything(_principal: Any) -> Any:
    return select(Bundle.id)


def shops_unmasked(patch: pytest.MonkeyPatch) -> None:
    made = COLLECTIONS["customers"]
    views = {**made.views, Role.DEPARTMENT_MANAGER: CustomerView}
    patch.setitem(COLLECTIONS, "customers", replace(made, views=views))


def masked_story(world: World) -> None:
    am01, dm = world.as_("am01"), world.as_("dm")
    (file, *_) = am01.get("/api/customers", params={"limit": "1"}).json()["items"]
    assert file["contact_phone"] not in str(dm.fetch(f"customer:{file['id']}"))


def all_rows(self: About, session: Any, _user_id: str) -> Any:
    for row in session.scalars(select(self.model)):
        yield {name: str(getattr(row, name)) for name in self.fields}


def anybody_decides(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Workflow, "_require", lambda *_: None)


def unguarded_holder(runtime: Any, session: Any, token: str) -> Any:
    access = sessions.tokens.verify(runtime.access_key, token)
    return session.get(sessions.User, access.user_id), session.get(sessions.Device, access.device_id)


def author_decides(_session: Any, op: Any) -> Decider:
    return Decider(op.user_id)


def by_the_phones_clock(due: datetime, done: Interval) -> Judgement:
    said = done.wall or done.stated
    return judge(due, Interval(said, said, said))


def stay_by_the_phones_clock(start: Interval, end: Interval) -> Span:
    said = (end.stated - start.stated).total_seconds()
    return Span(said, said)


FAULTS: dict[str, tuple[Fault, Story]] = {
    "shops show their numbers": (shops_unmasked, masked_story),
    "held entries show numbers": (
        lambda patch: patch.setattr(held, "_mask_numbers", lambda value: value),
        test_masking.test_a_number_in_a_held_entry_is_masked_for_whoever_sees_numbers_masked,
    ),
    "a table names routes of others": (
        lambda patch: patch.setattr(shop_tables, "visible", everything),
        test_imports.test_an_administrator_brings_nothing_into_another_department,
    ),
    "a table names zones of others": (
        lambda patch: patch.setattr(people_tables, "visible", everything),
        test_imports.test_an_administrator_puts_nobody_into_another_department,
    ),
    "a copy holds others' rows": (
        lambda patch: patch.setattr(About, "rows", all_rows),
        test_privacy.test_the_copy_holds_what_is_kept_about_oneself_and_no_shops_numbers,
    ),
    "anybody takes a step": (
        anybody_decides,
        lambda world: test_workflows.test_only_the_steps_of_the_table_can_be_made_and_only_by_whose_they_are(
            world, "privacy_requests", lambda *_: None
        ),
    ),
    "nobody looks whether it is his own": (
        lambda patch: patch.setattr(decisions, "decider_of", author_decides),
        test_decisions.test_nobody_decides_his_own_nor_what_is_anothers_nor_twice,
    ),
    "a revoked phone goes on": (
        lambda patch: patch.setattr(sessions, "holder", unguarded_holder),
        test_accounts.test_a_revoked_phone_is_shut_out_at_once_and_what_it_holds_is_received_and_held,
    ),
    "a fast clock makes late": (
        lambda patch: patch.setattr(deadlines, "judge", by_the_phones_clock),
        test_intervals.test_a_clock_a_day_ahead_makes_no_decision_late,
    ),
    "a slow clock makes timely": (
        lambda patch: patch.setattr(deadlines, "judge", by_the_phones_clock),
        test_intervals.test_a_clock_a_day_behind_makes_no_late_decision_timely,
    ),
    "a clock that jumps makes a visit long": (
        lambda patch: patch.setattr(visits, "span", stay_by_the_phones_clock),
        lambda world: (
            test_intervals.test_a_clock_that_jumps_while_he_is_at_the_shop_leaves_the_visit_as_long_as_it_was(
                world, counts=False
            )
        ),
    ),
}


@on_sqlite
@pytest.mark.parametrize("name", FAULTS)
def test_the_story_that_guards_it_turns_red_with_the_fault(world: World, name: str) -> None:
    plant, story = FAULTS[name]
    with pytest.MonkeyPatch.context() as patch:
        plant(patch)
        with pytest.raises((AssertionError, KeyError, ValueError)):
            story(world)
