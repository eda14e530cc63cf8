"""The field as these tests play it: four phones over one server, what they do, and a ledger of all they ever saved."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import create_model
from sqlalchemy import select

from conftest import PASSWORD
from faults.network import CRASHES, Air
from faults.oracle import ADMINISTRATION, Truth, route_id, zone_id
from faults.places import Kept, Server
from faults.watch import Watch
from fieldvisit import worker
from fieldvisit.features.visits.models import Visit
from fieldvisit.kernel import apply
from fieldvisit.kernel import sync as server_sync
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import today
from fieldvisit.kernel.collections import COLLECTIONS
from fieldvisit.kernel.epoch import ServerState
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import User
from personas import Persona, person
from sync_client import LostAnswer, Phone

PHONES = ("am01", "am02", "am03", "mm1")
ONLINE = ("customers", "visits", "contact_logs", "suggestions", "customer_changes", "held_ops", "notices")


@dataclass
class Saved:
    """An entry that a phone said was saved: it may never be lost, nor count twice."""

    who: str
    op: dict[str, Any]
    files: dict[str, bytes]

    @property
    def name(self) -> str:
        return str(self.op["name"])

    @property
    def args(self) -> dict[str, Any]:
        args: dict[str, Any] = self.op["args"]
        return args


@dataclass
class Backup:
    """A backup and how everything stood when it was taken."""

    kept: Kept
    truth: Truth


@dataclass
class Known:
    """What no restore takes back: who ever led a zone and who ever worked in one."""

    leaders: dict[str, set[str]] = field(default_factory=dict)
    been: dict[str, set[str]] = field(default_factory=dict)

    def note(self, truth: Truth) -> None:
        for zone, leader in truth.leads.items():
            if leader:
                self.leaders.setdefault(zone, set()).add(leader)
        for who, zones in truth.been.items():
            self.been.setdefault(who, set()).update(zones)


class Field:
    """Every step can be made at any time; `faults.rest` says what must hold when all is quiet."""

    def __init__(self, server: Server, patch: pytest.MonkeyPatch, seed: int = 0) -> None:
        self.server, self._patch = server, patch
        self._rng = random.Random(seed)
        self._words: dict[str, Saved | str] = {}  # a word and the entry, or the shop, it was written into
        self._homes: dict[str, str] = {}
        self.truth, self.known = Truth(), Known()
        self.known.note(self.truth)
        self.ledger: dict[str, Saved] = {}
        self.receipts: dict[str, str] = {}
        self.sent_in_service: set[str] = set()
        self.backup: Backup | None = None
        self.schema_mark: int | None = None
        self.figures: Counter[str] = Counter()
        self.watch = Watch(self.may_see, self._homes_of_word, self.home_of)
        self.desk_device = str(self.mint())
        self.airs = {who: self._air(who) for who in PHONES}
        self.phones = {who: Phone(self.airs[who], self.mint) for who in PHONES}
        for phone, who in zip(self.phones.values(), PHONES, strict=True):
            assert phone.sign_in(who, PASSWORD)

    def _air(self, who: str) -> Air:
        return Air(
            lambda: self.server.world.client,
            partial(self._sending, who),
            partial(self.watch.heard, who),
            self._died,
        )

    def mint(self) -> UUID:
        return UUID(int=self._rng.getrandbits(128), version=4)

    def _id(self) -> str:
        return str(self.mint())

    def _word(self) -> str:
        return f"zz{len(self._words):06d}"

    def _died(self, seam: str, asked: Any) -> None:
        """Whatever came to be judged had been stored before."""
        self.server.restart()
        if seam in ("after_receipt", "while_applying", "before_commit"):
            sent = {op["id"] for op in asked["ops"]}
            with self.server.runtime.db.read() as session:
                stored = set(session.scalars(select(Op.id).where(Op.id.in_(sent))))
            assert stored == sent, f"{len(sent - stored)} entries were judged before they were stored"
            self.figures["seen receipts"] += len(stored)

    def _sending(self, who: str, path: str, asked: Any) -> None:
        if path == "/api/sync/push" and self.truth.is_active(who):
            self.sent_in_service |= {op["id"] for op in asked["ops"]}

    # What the oracle is asked.

    def may_see(self, who: str, key: str) -> bool:
        return self.truth.may_see(who, key, self.op_readers)

    def op_readers(self, op_id: str) -> set[str]:
        """Its author and whoever may ever have had to decide it, but nobody of whom the shop's file is kept."""
        saved = self.ledger.get(op_id)
        if saved is None:
            return set()
        zones = self.known.been.get(saved.who, set())
        readers = {saved.who}.union(*(self.known.leaders.get(zone, set()) for zone in zones))
        return readers - {self.truth.barred.get(saved.args.get("customer_id", ""), "")}

    def _homes_of_word(self, word: str) -> set[str]:
        written = self._words[word]
        if isinstance(written, str):
            return {f"customer:{written}"}
        homes = {f"op:{written.op['id']}"}
        if "customer_id" in written.args:
            homes.add(f"customer:{written.args['customer_id']}")
        if "visit_id" in written.args:
            homes |= self._homes_of_visit(written.args["visit_id"])
        return homes

    def _homes_of_visit(self, visit_id: str) -> set[str]:
        """Where a visit's own words stand: with the visit, and in the file of the shop it was made at."""
        home = self._home_of_visit(visit_id)
        began = (saved for saved in self.ledger.values() if saved.args.get("id") == visit_id)
        return ({home} if home else set()) | {f"customer:{one.args['customer_id']}" for one in began}

    def _home_of_visit(self, visit_id: str) -> str | None:
        if visit_id not in self._homes:
            with self.server.runtime.db.read() as session:
                key = select(Bundle.key).join(Visit, Visit.bundle_id == Bundle.id)
                found = session.scalar(key.where(Visit.id == visit_id))
            if found is None:
                return None
            self._homes[visit_id] = found
        return self._homes[visit_id]

    def home_of(self, collection: str, row: dict[str, Any]) -> str | None:
        """The bundle a row lives in, told from the row and the ledger; None where it is everybody's."""
        if collection == "customers":
            return f"customer:{row['id']}"
        if collection in ("suggestions", "customer_changes", "contact_logs", "handovers", "stock_readings"):
            return f"customer:{row['customer_id']}"
        if collection == "visits":
            return f"visits:{row['visitor_id']}:{row['zone_id']}:{row['day']}"
        return f"op:{row['id']}" if collection == "held_ops" else None

    # What phones do without signal.

    def save(self, who: str, name: str, args: dict[str, Any], photos: int = 0) -> str:
        files = {self._id(): self._rng.randbytes(200) for _ in range(photos)}
        if photos and name != "visits.dance":
            args = args | {"photos": list(files)}
        op_id = self.phones[who].save(name, args, files)
        saved = self.ledger[op_id] = Saved(who, self.phones[who].outbox[-1], files)
        for word in _texts(args):
            if word in self._words:
                self._words[word] = saved
        self.figures[name] += 1
        return op_id

    def check_in(self, who: str, shop_id: str, photos: int = 0) -> str:
        visit = self._id()
        args = {"id": visit, "customer_id": shop_id, "place": None, "place_refusal": "denied"}
        self.save(who, "visits.check_in", args, photos)
        return visit

    def record(self, who: str, visit: str) -> str:
        return self.save(who, "visits.record", {"visit_id": visit, "note": self._new_word()})

    def add_photo(self, who: str, visit: str) -> str:
        return self.save(who, "visits.add_photos", {"visit_id": visit}, photos=1)

    def check_out(self, who: str, visit: str) -> str:
        return self.save(who, "visits.check_out", {"visit_id": visit})

    def contact(self, who: str, shop_id: str) -> str:
        args = {"id": self._id(), "customer_id": shop_id, "method": "phone", "note": self._new_word()}
        return self.save(who, "customers.log_contact", args)

    def edit(self, who: str, shop_id: str, name: str = "note", seen: str | None = None) -> str:
        """An edit that names what the phone shows, own edits that wait included."""
        seen = seen or self.shown(who, shop_id, name)
        change = {name: {"from": seen, "to": self._new_word()}}
        return self.save(who, "customers.edit", {"customer_id": shop_id, "set": change})

    def dance(self, who: str) -> str:
        """A command of a later app, with a photo that only the op's `files` name."""
        return self.save(who, "visits.dance", {"about": {"photo": "inside"}}, photos=1)

    def decide(self, who: str, op_id: str, *, apply: bool) -> str:
        more = {} if apply else {"reason": "no"}
        verb = "apply" if apply else "reject"
        return self.save(who, f"held_ops.{verb}", {"held_op_id": op_id} | more)

    def _new_word(self) -> str:
        word = self._word()
        self._words[word] = ""
        return word

    def shown(self, who: str, shop_id: str, name: str) -> str | None:
        phone = self.phones[who]
        row = phone.rows("customers").get(shop_id, {})
        value = row.get(name)
        for op in phone.outbox:
            if op["name"] == "customers.edit" and op["args"]["customer_id"] == shop_id:
                value = op["args"]["set"].get(name, {"to": value})["to"]
        return value

    def shops_of(self, who: str) -> list[str]:
        return sorted(self.phones[who].rows("customers"))

    def visits_of(self, who: str) -> list[str]:
        arrivals = (saved for saved in self.ledger.values() if saved.who == who)
        return [saved.args["id"] for saved in arrivals if saved.name == "visits.check_in"]

    # What happens in the air.

    def sync(self, who: str, **plan: str) -> None:
        """A pass; `plan` says what becomes of its requests, by door."""
        air, phone = self.airs[who], self.phones[who]
        air.plan = dict(plan)
        try:
            phone.sync()
        except LostAnswer:
            self.figures["passes broken"] += 1
        for fate in set(plan.values()):
            self.figures["crashes" if fate in (*CRASHES, "before_linking") else fate] += 1
        air.plan = {}
        for op_id, result in phone.results.items():
            self.receipts.setdefault(op_id, result["receipt"])

    def at_once(self, who: str) -> None:
        """The same push twice at the same moment: one run at a time carries out what one phone sent."""
        inside: list[str] = []
        most, met = [0], threading.Event()
        run = apply._apply_in_turn

        def probing(*args: Any) -> None:
            inside.append(who)
            most.append(len(inside))
            if len(inside) > 1:
                met.set()
            met.wait(0.3)
            try:
                run(*args)
            finally:
                inside.pop()

        phone = self.phones[who]
        asked = {"proto": 1, "epoch": phone.epoch, "last": phone.last, "app": "client", "ops": phone.outbox}
        headers = {"authorization": f"Bearer {phone.deposit}"}
        with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
            patch.setattr(apply, "_apply_in_turn", probing)
            send = partial(
                self.server.world.client.request, "POST", "/api/sync/push", json=asked, headers=headers
            )
            answers = [pool.submit(send) for _ in range(2)]
        self.sent_in_service |= {op["id"] for op in phone.outbox}
        assert [answer.result().status_code for answer in answers] == [200, 200]
        assert max(most) == 1, "two runs over what one phone sent"

    def again(self, who: str) -> None:
        self.figures["late doubles"] += 1
        self.airs[who].again()

    def browse(self, who: str) -> None:
        """The same rows over the other doors."""
        for name in ONLINE:
            self.airs[who].request("GET", f"/api/{name}?limit=200", headers=self._token(who))

    def guess(self, who: str) -> None:
        """A curious client asks for everything there is."""
        with self.server.runtime.db.read() as session:
            keys = sorted(session.scalars(select(Bundle.key)))
        for start in range(0, len(keys), 100):
            asked = {"keys": keys[start : start + 100]}
            self.airs[who].request("POST", "/api/sync/bundles", json=asked, headers=self._token(who))

    def _token(self, who: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.phones[who].token}"}

    def lose_tokens(self, who: str) -> None:
        """The phone's own storage gave them up; what it wrote is still there."""
        self.phones[who].deposit = "fvd_lost"

    # What happens at the desk.

    def desk(self, who: str = "ga") -> Persona:
        return self.server.world.as_(who, device=self.desk_device if who == "ga" else str(uuid4()))

    def _done(self, path: str, args: dict[str, Any], method: str = "POST") -> None:
        answer = self.desk().call(method, path, args)
        assert answer.status_code == 200, (path, answer.text)

    def desk_edit(self, shop_id: str) -> None:
        """The administrator writes a name into a file; no phone holds what he does."""
        with self.server.runtime.db.read() as session:
            model = COLLECTIONS["customers"].model
            present = session.get_one(model, shop_id).contact_name
        word = self._word()
        self._words[word] = shop_id
        change = {"contact_name": {"from": present, "to": word}}
        self._done(f"/api/customers/{shop_id}", {"set": change}, "PATCH")
        self.figures["desk edits"] += 1

    def open_shop(self, route: str) -> None:
        """A new shop, that whoever serves the route has to receive."""
        number = 10**11 + len(self.truth.home) + 100 * self.figures["restores"]
        begin = {
            "id": self._id(),
            "route_id": route_id(route),
            "customer_code": str(number),
            "licence_no": str(number),
            "shop_name": f"新店{number}",
            "retail_format": "Z",
            "market_type": "C",
            "business_size": "3",
        }
        self._done("/api/customers", begin)
        self.truth.home[str(begin["id"])] = route
        self.figures["new shops"] += 1

    def hand_over(self, shop_id: str, route: str) -> None:
        to = {"route_id": route_id(route), "customer_ids": [shop_id], "on_day": str(today())}
        self._done("/api/handovers", to)
        self.truth.home[shop_id] = route
        self.figures["handovers"] += 1

    def leave(self, who: str) -> None:
        self._done(f"/api/users/{person(who)}/leave", {})
        self.truth.out_of_service.add(who)
        self.truth.lay_down(who)
        self.figures["leaves"] += 1

    def come_back(self, who: str, place: str) -> None:
        self._done(f"/api/users/{person(who)}/return", {})
        self.truth.out_of_service.discard(who)
        self.assign(who, place)
        self.figures["returns"] += 1

    def change_role(self, who: str, role: str, place: str) -> None:
        self._done(f"/api/users/{person(who)}/role", {"role": role})
        if self.truth.role[who] != role:
            self.truth.lay_down(who)
        self.truth.role[who] = role
        self.assign(who, place)
        self.figures["role changes"] += 1

    def assign(self, who: str, place: str) -> None:
        scope = f"route:{route_id(place)}" if ":" in place else f"zone:{zone_id(place)}"
        self._done("/api/assignments", {"user_id": person(who), "scope": scope, "since": str(today())})
        self.truth.takes(who, place)
        self.known.note(self.truth)

    def bar(self, shop_id: str, who: str) -> None:
        """Somebody is the object of a complaint: no command does this yet, the kernel keeps it all the same."""
        with self.server.runtime.db.write() as session:
            named = select(Bundle).where(Bundle.key == f"customer:{shop_id}")
            session.scalars(named).one().barred_user_id = person(who)
        self.truth.barred[shop_id] = who

    def nobody_above(self) -> None:
        """Neither the department's manager nor its administrator is there."""
        with self.server.runtime.db.write() as session:
            for who in ADMINISTRATION:
                session.get_one(User, person(who)).is_active = False
        self.truth.out_of_service.update(ADMINISTRATION)

    # What happens in the server room.

    def round(self) -> None:
        worker.do_round(self.server.runtime)

    def pass_time(self, by: timedelta) -> None:
        self.server.shift(by)
        self.figures["days passed"] += by.days

    def back_up(self) -> None:
        self.backup = Backup(self.server.back_up(), deepcopy(self.truth))
        self.figures["backups"] += 1

    def restore(self, *, mark_too: bool = False) -> None:
        """The backup is put back; phones deliver and read nothing until the operator has confirmed it."""
        assert self.backup is not None
        self.server.restore(self.backup.kept, mark_too=mark_too)
        self.truth = deepcopy(self.backup.truth)
        self._homes.clear()
        self.figures["restores"] += 1
        if mark_too:
            return
        for who in PHONES:
            answer = self.airs[who].request("GET", "/api/sync/manifest", headers=self._token(who))
            assert answer.status_code in (401, 503), (
                f"{who} read from a restored server before it was confirmed"
            )
        with self.server.runtime.db.write() as session:
            session.get_one(ServerState, 1).is_unconfirmed = False

    def raise_schema(self) -> None:
        """A new release shows a shop with one field more; its view says so."""
        self.schema_mark = (self.schema_mark or 0) + 1
        made = COLLECTIONS["customers"]
        views = {
            role: create_model("Shown", __base__=view, schema_mark=(int, self.schema_mark))
            for role, view in made.views.items()
        }
        self._patch.setitem(COLLECTIONS, "customers", replace(made, views=views))
        self._patch.setattr(server_sync, "SCHEMA", server_sync.SCHEMA + 1)
        self.figures["view changes"] += 1


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
