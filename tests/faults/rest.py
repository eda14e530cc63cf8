"""What must hold once all is quiet: nothing lost, nothing twice, every phone shows just what its user may see."""

import hashlib
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from faults.field import PHONES, Field, Saved
from fieldvisit.features.customers.models import Customer, CustomerChange, Suggestion
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel.attachments import Attachment
from fieldvisit.kernel.bundles import BUNDLES, Bundle
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.events import Reaction
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import Device, Role
from personas import person

PASSES = 12
WAIT = timedelta(seconds=31)  # so long a phone of somebody out of service is told to wait
SHUT_OUT = timedelta(
    hours=1
)  # so long at most somebody waits who could not sign in while he was out of service
BY_PEOPLE = ("scope", "inactive", "invalid", "conflict")
MISSING_SHOWN_AFTER = timedelta(days=5)
RENAMED = {"author_id": "user_id"}  # a held entry's view calls its user the author


def come_to_rest(field: Field) -> None:
    """The server finishes what it has; then all phones meet it until nothing moves any more; then everything is judged."""
    field.round()
    with field.server.runtime.db.read() as session:
        left = session.scalars(select(Op.id).where(Op.state == "received")).all()
    assert not left, f"the sweeper left {left}"
    field.server.shift(SHUT_OUT)
    before: list[Any] = []
    for _ in range(PASSES):
        field.server.shift(WAIT)
        for who in PHONES:
            field.sync(who)
        field.round()
        now = [(phone.etag, len(phone.outbox), len(phone.files)) for phone in field.phones.values()]
        if now == before and not any(outbox or files for _, outbox, files in now):
            break
        before = now
    field.figures["rests"] += 1
    Judge(field).judge()


class Judge:
    """Reads the whole database once and compares it with the ledger, and every phone with the oracle."""

    def __init__(self, field: Field) -> None:
        self.field = field
        with field.server.runtime.db.read() as session:
            self.ops = session.scalars(select(Op)).all()
            self.devices = {row.id: row.user_id for row in session.scalars(select(Device))}
            self.bundles = {row.id: row for row in session.scalars(select(Bundle).where(Bundle.rev > 0))}
            self.rows = {
                name: session.scalars(select(made.model)).all() for name, made in COLLECTIONS.items()
            }
            self.reactions = session.scalars(select(Reaction)).all()
        self.by_id = {op.id: op for op in self.ops if op.is_first}
        self.visits = self._of(Visit)
        self.files = self._of(Attachment)

    def _of(self, model: Any) -> dict[str, Any]:
        name = next(name for name, made in COLLECTIONS.items() if made.model is model)
        return {row.id: row for row in self.rows[name]}

    def judge(self) -> None:
        self.queues_are_empty()
        self.every_entry_is_here_once()
        self.every_entry_did_what_it_says_once()
        self.every_file_is_here()
        self.no_value_was_replaced_unseen()
        self.nothing_waits_for_what_is_here()
        self.nobody_is_told_twice()
        for who in PHONES:
            self.phone_shows_what_he_may_see(who)

    def queues_are_empty(self) -> None:
        for who, phone in self.field.phones.items():
            assert not phone.outbox, f"{who} still waits to send {[op['name'] for op in phone.outbox]}"
            assert not phone.files, f"{who} still waits to send {len(phone.files)} files"

    def every_entry_is_here_once(self) -> None:
        field = self.field
        counted = Counter(op.id for op in self.ops)
        states: Counter[str] = Counter()
        for op_id, saved in field.ledger.items():
            assert counted[op_id] == 1, f"{saved.name} of {saved.who} is here {counted[op_id]} times"
            op = self.by_id[op_id]
            assert op.user_id == person(saved.who)
            assert self.devices[op.device_id] == op.user_id
            assert op.state in ("applied", "held", "rejected"), op.state
            assert op.state != "held" or op.bundle_id is not None, "a held entry that nobody sees"
            assert op.state != "rejected" or op.decided_at is not None, "rejected by nobody"
            states[op.state] += 1
            told = field.phones[saved.who].results[op_id]
            assert told["state"] == op.state or told["state"] == "held", (told, op.state)
            assert told["receipt"] == field.receipts[op_id], "the receipt's time moved"
            if op.state == "applied" and op.decided_by_id is None:
                assert op_id in field.sent_in_service, f"{saved.who} was out of service"
        for state, count in states.items():
            field.figures[f"seen {state}"] += count

    def every_entry_did_what_it_says_once(self) -> None:
        logs = {row.id: row for row in self.rows["contact_logs"]}
        edits = self._of(CustomerChange) | self._of(Suggestion)
        for op_id, saved in self.field.ledger.items():
            is_applied = self.by_id[op_id].state == "applied"
            made = {"visits.check_in": self.visits, "customers.log_contact": logs}.get(saved.name)
            if made is not None:
                assert (saved.args["id"] in made) is is_applied, f"{saved.name} {self.by_id[op_id].state}"
            if saved.name == "customers.edit":
                for name in saved.args["set"]:
                    ids = {_made(op_id, f"{label}:{name}") for label in ("change", "suggest")}
                    assert len(ids & edits.keys()) == is_applied, (
                        f"an edit left {len(ids & edits.keys())} rows"
                    )
        for visit_id in self.visits.keys() & {
            saved.args.get("visit_id") for saved in self.field.ledger.values()
        }:
            self._notes(visit_id)

    def _notes(self, visit_id: str) -> None:
        """A visit shows its last note; where one waited and was let go later, one of them."""
        said = [
            saved
            for saved in self.field.ledger.values()
            if saved.name == "visits.record" and saved.args["visit_id"] == visit_id
        ]
        carried = [saved for saved in said if self.by_id[saved.op["id"]].state == "applied"]
        if not carried:
            return
        straight = all(self._told(saved) == "applied" for saved in carried)
        expected = carried[-1:] if straight else carried
        assert self.visits[visit_id].note in {saved.args["note"] for saved in expected}

    def _told(self, saved: Saved) -> str:
        return str(self.field.phones[saved.who].results[saved.op["id"]]["state"])

    def every_file_is_here(self) -> None:
        for saved in self.field.ledger.values():
            for file_id, content in saved.files.items():
                row = self.files[file_id]
                digest = hashlib.sha256(content).hexdigest()
                assert row.state == "stored", f"a photo of {saved.name} is {row.state}"
                assert self.field.server.runtime.files.holds(file_id, digest), "a photo's bytes are not here"
                assert row.bundle_id is not None, "a photo that nobody sees"
                self.field.figures["seen photos"] += 1

    def no_value_was_replaced_unseen(self) -> None:
        """The values of a field form one chain, and whoever wrote one had seen the one before."""
        changes = [row for row in self.rows["customer_changes"] if row.field in ("note", "contact_name")]
        edits = {
            _made(op_id, f"change:{name}"): saved.args["set"][name]["from"]
            for op_id, saved in self.field.ledger.items()
            if saved.name == "customers.edit"
            for name in saved.args["set"]
        }
        chains: dict[tuple[str, str], list[CustomerChange]] = {}
        for row in changes:
            if row.id in edits:
                assert row.old_value == edits[row.id], (
                    f"{row.field} was replaced by one who saw another value"
                )
            chains.setdefault((row.customer_id, row.field), []).append(row)
            self.field.figures["seen values"] += 1
        shops = self._of(Customer)
        for (customer_id, name), links in chains.items():
            following = {link.old_value: link.new_value for link in links}
            assert len(following) == len(links), f"{name}: two writers replaced the same value"
            value = next(iter(following.keys() - set(following.values())))
            for _ in links:
                value = following[value]
            assert value == getattr(shops[customer_id], name), f"{name}: history and file differ"

    def nothing_waits_for_what_is_here(self) -> None:
        for op_id, saved in self.field.ledger.items():
            op = self.by_id[op_id]
            if op.state != "held" or op.reason != "missing":
                continue
            visit = self.visits.get(op.waits_for or "")
            assert visit is None or visit.visitor_id != op.user_id, (
                f"{saved.name} waits for a visit that is here"
            )
            shop = f"customer:{op.waits_for}"
            assert not self.field.may_see(saved.who, shop), f"{saved.name} waits for a shop that is here"

    def nobody_is_told_twice(self) -> None:
        assert not self.reactions, f"{len(self.reactions)} readings of events are left"
        told = Counter(
            (row.user_id, row.kind, str(sorted(row.data.items())), row.made_at)
            for row in self.rows["notices"]
        )
        self.field.figures["seen notices"] += len(told)
        twice = [key for key, count in told.items() if count > 1]
        assert not twice, f"told twice: {twice}"

    def phone_shows_what_he_may_see(self, who: str) -> None:
        field, phone = self.field, self.field.phones[who]
        expected = {row.key: row for row in self.bundles.values() if self._carries(who, row)}
        shown = phone.bundles.keys()
        assert not shown - expected.keys(), f"{who} shows {shown - expected.keys()}"
        assert not expected.keys() - shown, f"{who} does not show {expected.keys() - shown}"
        for key, bundle in expected.items():
            self._same(f"{who} {key}", phone.bundles[key], bundle, Role(field.truth.role[who]))

    def _carries(self, who: str, bundle: Bundle) -> bool:
        kind, _, name = bundle.key.partition(":")
        if kind != "op":
            return self.field.truth.carries(who, bundle.key, bundle.day, today(), self.field.op_readers)
        op = self.by_id.get(name)
        readers = self._readers(op, who, bundle.key) if op else set()
        return self.field.truth.carries(who, bundle.key, bundle.day, today(), lambda _op: readers)

    def _readers(self, op: Op, who: str, key: str) -> set[str]:
        """Whose a held entry is: the author's, and the decider's while it waits for people. What was decided, or
        whose author worked in several zones, stays with whom it was of those who may ever have had it."""
        saved = self.field.ledger.get(op.id)
        if saved is None or who == saved.who:
            return self.field.op_readers(op.id)
        if op.state == "held" and not self._needs_people(op):
            return {saved.who}
        decider = self.field.truth.decider(saved.who, self._targets(saved)) if op.state == "held" else None
        if decider is not None:
            return self.field.op_readers(op.id) & {saved.who, decider}
        return self.field.op_readers(op.id) if key in self.field.phones[who].bundles else {saved.who}

    def _needs_people(self, op: Op) -> bool:
        waited = datetime.now(op.received_at.tzinfo) - op.received_at
        return op.reason in BY_PEOPLE or (op.reason == "missing" and waited >= MISSING_SHOWN_AFTER)

    def _targets(self, saved: Saved) -> set[str]:
        """The bundles that are here and that an entry names: of the shop, of the visit and of the visit's shop; a decision names what the entry names that it decides, unless that is one itself."""
        decided = self.field.ledger.get(saved.args.get("held_op_id", ""))
        if decided is not None:
            return set() if "held_op_id" in decided.args else self._targets(decided)
        names = set()
        customer, visit = saved.args.get("customer_id"), self.visits.get(saved.args.get("visit_id", ""))
        visit = visit or self.visits.get(saved.args.get("id", ""))
        if visit is not None:
            names.add(self.bundles[visit.bundle_id].key)
            customer = customer or visit.customer_id
        if customer is not None:
            names.add(f"customer:{customer}")
        return names & {row.key for row in self.bundles.values()}

    def _same(self, where: str, shown: dict[str, list[Any]], bundle: Bundle, role: Role) -> None:
        for name in BUNDLES[bundle.kind].contains:
            made = COLLECTIONS[name]
            if role not in made.views:
                assert name not in shown, f"{where} shows {name}"
                continue
            here = {row.id: row for row in self.rows[name] if row.bundle_id == bundle.id}
            ids = {row["id"] for row in shown[name]}
            wanted = len(here) if made.newest is None else min(len(here), made.newest)
            assert ids <= here.keys(), f"{where} shows {name} that are not there"
            assert len(ids) == len(shown[name]) == wanted, f"{where} shows {len(ids)} of {wanted} {name}"
            fields = made.views[role].model_fields.keys()
            for row in shown[name]:
                assert row.keys() == fields, f"{where} {name} shows {row.keys() ^ fields}"
                self._same_row(f"{where} {name}", row, here[row["id"]])
            self.field.figures["seen rows"] += len(ids)

    def _same_row(self, where: str, shown: dict[str, Any], row: Any) -> None:
        for name, value in shown.items():
            expected = (
                self.field.schema_mark
                if name == "schema_mark"
                else getattr(row, RENAMED.get(name, name) if isinstance(row, Op) else name)
            )
            assert value == _plain(expected, value), f"{where}.{name}: {value} is {expected}"


def _made(op_id: str, label: str) -> str:
    """The id an entry gives what it makes, whenever and however often it is carried out (the contract says so)."""
    return str(uuid5(UUID(op_id), label))


def _plain(value: Any, like: Any) -> Any:
    """A column's value as an answer writes it."""
    if isinstance(value, datetime) and isinstance(like, str):
        return like if datetime.fromisoformat(like) == value else value.isoformat()
    return value.isoformat() if isinstance(value, date) else value
