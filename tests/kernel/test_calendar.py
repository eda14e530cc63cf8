"""Days are counted by the working calendar, beyond what is published provisionally (S18.5)."""

from datetime import date

import pytest

from conftest import World
from fieldvisit.kernel.calendar import Due, working_days_after
from fieldvisit.kernel.clock import today
from personas import shop

KEY = "ref:calendar:all"


def count(world: World, day: str, days: int) -> Due:
    with world.runtime.db.read() as session:
        return working_days_after(session, date.fromisoformat(day), days)


def set_days(world: World, *days: tuple[str, bool, str | None], by: str = "ga") -> int:
    args = {"days": [{"day": day, "is_working": works, "note": note} for day, works, note in days]}
    return int(world.as_(by).call("PUT", "/api/calendar_days", args).status_code)


def test_published_holidays_and_the_worked_weekends_around_them_count(world: World) -> None:
    assert count(world, "2026-09-30", 1) == Due(date(2026, 10, 8), is_provisional=False)
    assert count(world, "2026-09-18", 1) == Due(date(2026, 9, 20), is_provisional=False), (
        "a worked Sunday (调休)"
    )


def test_beyond_the_published_years_the_count_is_provisional_until_the_administrator_says(
    world: World,
) -> None:
    assert count(world, "2026-12-28", 3) == Due(date(2026, 12, 31), is_provisional=False)
    assert count(world, "2026-12-28", 15) == Due(date(2027, 1, 18), is_provisional=True)
    days = [date(2027, 1, number) for number in range(1, 32)]
    holidays = {date(2027, 1, 1): "元旦", date(2027, 1, 4): "元旦调休"}
    said = [(str(day), day.weekday() < 5 and day not in holidays, holidays.get(day)) for day in days]
    assert set_days(world, *said) == 200
    assert count(world, "2026-12-28", 15) == Due(date(2027, 1, 20), is_provisional=False)


def test_a_correction_by_the_administrator_reaches_every_phone_and_wins(world: World) -> None:
    am01 = world.as_("am01")
    assert set_days(world, ("2026-12-02", False, "全市停电"), ("2026-12-05", True, None)) == 200
    rows = {row["day"]: row["is_working"] for row in am01.rows(KEY, "calendar_days")}
    assert rows == {"2026-12-02": False, "2026-12-05": True}
    assert KEY in world.as_("am19").manifest()
    assert count(world, "2026-12-01", 1).day == date(2026, 12, 3)
    assert count(world, "2026-12-04", 1).day == date(2026, 12, 5)
    assert set_days(world, ("2026-12-02", True, None)) == 200
    assert count(world, "2026-12-01", 1).day == date(2026, 12, 2)


def test_what_makes_no_sense_is_refused(world: World) -> None:
    assert set_days(world, ("2026-12-02", False, None), ("2026-12-02", True, None)) == 422
    assert set_days(world, ("2026-13-02", False, None)) == 422
    assert set_days(world) == 422
    assert set_days(world, ("2026-12-02", False, None), by="mm1") == 403
    for days in (0, -1, 401):
        with pytest.raises(ValueError, match="between 1 and 400"):
            count(world, "2026-12-01", days)


def test_a_suggestion_is_due_by_the_calendar(world: World) -> None:
    am01 = world.as_("am01")
    edit = {"address": {"from": None, "to": "新址"}}
    am01.do("customers.edit", {"customer_id": shop("cz:0"), "set": edit})
    (row,) = am01.rows(f"customer:{shop('cz:0')}", "suggestions")
    assert row["due_on"] == str(count(world, str(today()), 2).day)
