"""Short fixed stories of the field, each made to bring one kind of fault to light; all end at rest."""

from collections.abc import Callable
from datetime import timedelta

from faults.field import PHONES, Field
from personas import shop

Script = Callable[[Field], None]
FIRST, SECOND = shop("cz:0"), shop("cz:1")


def all_sync(field: Field) -> None:
    """The server has nothing left to do, and every phone has met it."""
    field.round()
    for who in PHONES:
        field.sync(who)


def a_day(field: Field) -> None:
    """Visits with photos, notes, calls and edits, seen by the superior."""
    all_sync(field)
    visit = field.check_in("am01", FIRST, photos=2)
    field.record("am01", visit)
    field.edit("am01", FIRST)
    field.edit("am01", FIRST, "address")
    field.contact("am01", FIRST)
    field.sync("am01")
    field.add_photo("am01", visit)
    field.check_out("am01", visit)
    all_sync(field)
    field.browse("mm1")
    field.guess("am02")
    field.browse("am03")
    field.pass_time(timedelta(days=1))


def a_crash_after_the_receipt(field: Field) -> None:
    """The process dies between storing and judging; what it stored is there when the next one starts."""
    all_sync(field)
    field.check_in("am01", FIRST)
    field.sync("am01", push="after_receipt")


def a_crash_and_no_phone(field: Field) -> None:
    """The same, and the phone is not heard of for a while: the sweeper finishes."""
    all_sync(field)
    visit = field.check_in("am01", FIRST)
    field.record("am01", visit)
    field.sync("am01", push="after_receipt")


def a_crash_before_the_commit(field: Field) -> None:
    """An edit is undone at the last moment, and its author leaves; the next to write comes under the rev it had had."""
    all_sync(field)
    field.edit("am01", FIRST)
    field.sync("am01", push="before_commit")
    field.leave("am01")
    field.desk_edit(FIRST)


def two_at_once(field: Field) -> None:
    """The same entries come twice at the same moment."""
    all_sync(field)
    visit = field.check_in("am01", FIRST)
    field.record("am01", visit)
    field.at_once("am01")


def a_later_app(field: Field) -> None:
    """A command this server does not know, with a photo: both are kept for the server that will."""
    all_sync(field)
    field.dance("am01")
    field.sync("am01")


def a_restore(field: Field) -> None:
    """Half of what was done is in the backup. The phones bring the rest; the desk's write is made anew."""
    a_day(field)
    field.sync("am01")
    field.back_up()
    field.desk_edit(FIRST)
    visit = field.check_in("am01", FIRST, photos=1)
    field.record("am01", visit)
    field.edit("am02", SECOND)
    all_sync(field)
    field.pass_time(timedelta(hours=3))
    field.restore()
    field.desk_edit(FIRST)
    all_sync(field)


def a_machine_that_went_back_unawares(field: Field) -> None:
    """The whole machine was put back, its mark as well: only what phones remember tells."""
    all_sync(field)
    field.back_up()
    field.contact("am01", FIRST)
    field.contact("am02", SECOND)
    all_sync(field)
    field.restore(mark_too=True)
    all_sync(field)


def everything_comes_twice(field: Field) -> None:
    """Every push arrives twice, once at once and once late; the answers of some are lost."""
    all_sync(field)
    for who, customer in (("am01", FIRST), ("am02", SECOND)):
        visit = field.check_in(who, customer, photos=1)
        field.contact(who, customer)
        field.sync(who, push="doubled")
        field.check_out(who, visit)
        field.edit(who, customer)
        field.sync(who, push="lost_answer")
        field.sync(who)
        field.again(who)


def a_leaver(field: Field) -> None:
    """Somebody leaves with entries on his phone: they are taken in slowly and held, and his superior sees them."""
    all_sync(field)
    field.leave("am01")
    field.check_in("am01", FIRST)
    field.sync("am01")
    field.contact("am01", FIRST)
    field.sync("am01")


def two_writers(field: Field) -> None:
    """Two edit the same note without seeing each other; one edits what only his superior may change."""
    all_sync(field)
    field.edit("am01", FIRST)
    field.edit("mm1", FIRST)
    field.edit("am01", FIRST, "address")
    field.sync("am01")
    field.sync("mm1")


def a_child_before_its_parent(field: Field) -> None:
    """Notes of a visit come before the visit; it comes later, and they are let go by it."""
    all_sync(field)
    visit = field.check_in("am01", FIRST)
    field.record("am01", visit)
    field.phones["am01"].outbox.reverse()
    field.sync("am01")


def a_barred_superior(field: Field) -> None:
    """His market manager is the object of a complaint about the shop, and nobody else is there to decide."""
    field.bar(FIRST, "mm1")
    all_sync(field)
    field.contact("am01", FIRST)
    field.leave("am01")
    field.nobody_above()
    all_sync(field)
    field.guess("mm1")
    field.browse("mm1")


def a_curious_client(field: Field) -> None:
    """A client asks for every key there is, and looks through every list."""
    all_sync(field)
    visit = field.check_in("am03", shop("cj:0"))
    field.record("am03", visit)
    field.sync("am03")
    for who in PHONES:
        field.guess(who)
        field.browse(who)


def a_handover(field: Field) -> None:
    """A shop goes to another route: it leaves one phone and comes to the other."""
    all_sync(field)
    field.hand_over(FIRST, "cj:0")
    all_sync(field)
    field.guess("am01")


def a_new_release(field: Field) -> None:
    """A shop is shown with one field more."""
    all_sync(field)
    field.raise_schema()
    all_sync(field)


def lost_tokens(field: Field) -> None:
    """A phone that knows its entries and no token any more signs in again and sends them."""
    all_sync(field)
    field.contact("am01", FIRST)
    field.lose_tokens("am01")
    field.sync("am01")


def bundles_that_got_lost(field: Field) -> None:
    """The manifest comes and the bundles do not."""
    all_sync(field)
    field.desk_edit(FIRST)
    field.sync("am01", bundles="lost_answer")
    field.sync("am01")


def a_manifest_cut_short(field: Field) -> None:
    """Half a manifest is no manifest."""
    all_sync(field)
    field.desk_edit(FIRST)
    field.sync("am01", manifest="cut")
    field.sync("am01")
