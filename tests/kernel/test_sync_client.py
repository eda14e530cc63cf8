"""A client written from the contract alone lives with the server."""

import pytest

from conftest import PASSWORD, World
from personas import shop, uid
from sync_client import LostAnswer, Phone


def phone(world: World, username: str) -> Phone:
    made = Phone(world.client)
    made.sign_in(username, PASSWORD)
    return made


def arrive(at: Phone, customer: str) -> str:
    visit = uid()
    at.save(
        "visits.check_in", {"id": visit, "customer_id": customer, "place": None, "place_refusal": "denied"}
    )
    return visit


def test_it_carries_its_shops_and_nothing_else(world: World) -> None:
    am01, mm1, dm = phone(world, "am01"), phone(world, "mm1"), phone(world, "dm")
    for one in (am01, mm1, dm):
        one.sync()
    assert set(am01.rows("customers")) == {shop("cz:0", number) for number in range(3)}
    assert len(mm1.rows("customers")) == 6
    assert dm.rows("customers") == {}
    assert [row["name"] for row in am01.rows("profile").values()] == ["李倩"]


def test_what_it_saved_is_there_once_although_every_answer_was_lost(world: World) -> None:
    am01, mm1 = phone(world, "am01"), phone(world, "mm1")
    am01.sync()
    visit = arrive(am01, shop("cz:0"))
    photo = uid()
    am01.save("visits.add_photos", {"visit_id": visit, "photos": [photo]}, {photo: b"not much of a photo"})
    am01.lose_next_answer = True
    with pytest.raises(LostAnswer):
        am01.sync()
    am01.sync()
    assert am01.outbox == []
    assert am01.files == {}
    mm1.sync()
    assert mm1.rows("visits")[visit]["state"] == "in_progress"
    assert mm1.rows("attachments")[photo]["state"] == "stored"


def test_nothing_is_fetched_twice(world: World) -> None:
    am01 = phone(world, "am01")
    am01.sync()
    etag = am01.etag
    assert etag
    am01.sync()
    assert am01.etag == etag
    arrive(am01, shop("cz:0"))
    am01.sync()
    assert am01.etag not in (None, etag)


def test_after_a_restore_it_sends_again_what_it_had_settled(world: World, tmp_path: object) -> None:
    am01 = phone(world, "am01")
    am01.sync()
    visit = arrive(am01, shop("cz:0"))
    am01.sync()
    first = am01.results[am01.last]["receipt"]
    am01.epoch = "e-of-a-past-that-is-gone"
    am01.sync()
    assert am01.rows("visits")[visit]["state"] == "in_progress"
    assert am01.results[am01.last]["receipt"] == first
