"""A wholesaler's past, by bulk SQL: what its account managers left in the database on so many days of twenty visits each.

Every visit stands there as the product leaves it: the entry of its arrival as it came, that entry's audit row and
event, a photo, the digest in the shop's file, and the day's bundle with its scopes. Arguments of entries older than
400 days are erased and places older than that forgotten, as the worker would have it. Left out, for the disk's sake,
are a visit's further entries. The rows are written by `INSERT … SELECT`, in the order in which they came; indexes are
taken away before and made again after.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, func, insert, select, text

from browsers import PASSWORD
from fieldvisit import migrate
from fieldvisit.demo import district
from fieldvisit.features.org.models import Route
from fieldvisit.features.visits.models import Visit, VisitDigest
from fieldvisit.kernel.attachments import Attachment
from fieldvisit.kernel.audit import Audit
from fieldvisit.kernel.bundles import Bundle, BundleScope
from fieldvisit.kernel.clock import now, today
from fieldvisit.kernel.db import Base, Database
from fieldvisit.kernel.events import Event
from fieldvisit.kernel.ops import Op
from fieldvisit.kernel.users import Device, User

A_DAY = 20
ROUTES = 6
SHOPS = 200
KEPT_DAYS = 400
BIG: tuple[type[Base], ...] = (Bundle, BundleScope, Visit, VisitDigest, Op, Audit, Event, Attachment)


def lay_out(database: Database, zones: int, shops: int = SHOPS) -> None:
    """A district of so many zones of six routes, each with its shops, with today's lists and no past."""
    migrate.migrate(database)
    plans, leaders, walkers = district.ZONES, district.MARKET_MANAGERS, district.ACCOUNT_MANAGERS
    district.ZONES = tuple(replace(plans[n % len(plans)], code=f"z{n}") for n in range(zones))
    district.MARKET_MANAGERS = tuple(leaders[n % len(leaders)] for n in range(zones))
    district.ACCOUNT_MANAGERS = tuple(walkers[n % len(walkers)] for n in range(zones * ROUTES))
    try:
        district.build(database, district.Size(zones, ROUTES, shops, since=today()), PASSWORD)
    finally:
        district.ZONES, district.MARKET_MANAGERS, district.ACCOUNT_MANAGERS = plans, leaders, walkers


def device_of(username: str) -> str:
    """The phone that somebody has had all the time."""
    return district.demo_id(f"phone:{username}")


@dataclass
class Speech:
    """How one database says what the other says otherwise."""

    is_sqlite: bool

    def hex(self, number: str, width: int) -> str:
        return (
            f"printf('%0{width}x', {number})" if self.is_sqlite else f"lpad(to_hex({number}), {width}, '0')"
        )

    def cast(self, value: str, kind: str) -> str:
        return value if self.is_sqlite else f"CAST({value} AS {kind})"

    def id(self, number: str, kind: int) -> str:
        """Ids as phones mint them, that grow with time."""
        parts = f"'0193' || {self.hex(f'({number}) >> 16', 4)} || '-' || {self.hex(f'({number}) & 65535', 4)} || '-7000-8000-'"
        return self.cast(f"{parts} || {self.hex(f'({number}) * 16 + {kind}', 12)}", "uuid")

    def spread_id(self, number: str, of: int) -> str:
        """Ids spread over all there are, as the server's random ones."""
        high = f"CAST({number} AS bigint) * {2**32 // of}"
        return self.cast(f"{self.hex(high, 8)} || '-0000-4000-8000-' || {self.hex(number, 12)}", "uuid")

    def moment(self, day: str, time: str) -> str:
        """Column or literal of a day and a time (`hh:mm`, UTC)."""
        return self.cast(f"{day} || 'T' || {time} || ':00.000000Z'", "timestamptz")

    def bytes(self, value: str) -> str:
        return f"CAST({value} AS BLOB)" if self.is_sqlite else f"convert_to({value}, 'UTF8')"

    def flag(self, value: bool) -> str:
        return str(int(value)) if self.is_sqlite else str(value).lower()


def working_days(count: int) -> list[date]:
    """The last so many days from Monday to Friday before today, the oldest first."""
    days: list[date] = []
    day = today()
    while len(days) < count:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            days.append(day)
    return days[::-1]


class Past:
    """What fills one database with the days of all its account managers."""

    def __init__(self, connection: Connection, days: int) -> None:
        self.connection = connection
        self.say = Speech(connection.dialect.name == "sqlite")
        self.days = working_days(days)
        self.first_bundle = (connection.scalar(select(func.max(Bundle.id))) or 0) + 1
        self.walkers = self._helpers()
        number = f"((d.n * {A_DAY} + s.n) * {self.walkers} + w.n)"
        self.number, self.entry = number, f"({number} + 1)"
        self.visit_id, self.op_id, self.photo_id = (self.say.id(number, kind) for kind in range(3))
        self.bundle = f"{self.first_bundle} + d.n * {self.walkers} + w.n"
        self.user, self.device, self.zone = (
            self.say.cast(f"w.{name}_id", "uuid") for name in ("user", "device", "zone")
        )

    def _run(self, said: str) -> None:
        self.connection.exec_driver_sql(said)

    def _helpers(self) -> int:
        """Who walked, on which days, to which shops, as tables beside; how many walked."""
        walking = self.connection.execute(
            select(User.id, User.username, Route.zone_id, Route.id)
            .join(Route, Route.account_manager_id == User.id)
            .order_by(User.username)
        ).all()
        kept = today() - timedelta(days=KEPT_DAYS)
        self._helper("walker", "user_id TEXT, username TEXT, zone_id TEXT, route_id TEXT, device_id TEXT", [(*row, device_of(row.username)) for row in walking])  # fmt: skip
        self._helper("past_day", "day TEXT, is_kept INTEGER", [(str(d), int(d >= kept)) for d in self.days])
        self._helper("slot", "", [()] * A_DAY)
        route = "c.route_id" if self.say.is_sqlite else "CAST(c.route_id AS text)"
        place = "row_number() OVER (PARTITION BY w.n ORDER BY c.id) - 1 AS place"
        shops = f"w.n AS walker, {place}, c.id AS id, c.shop_name AS name, c.bundle_id AS bundle"
        his = f"FROM retail_customer c JOIN walker w ON w.route_id = {route}"
        self._run(f"CREATE TEMPORARY TABLE shop AS SELECT {shops} {his}")
        self._run("CREATE INDEX ix_shop ON shop (walker, place)")
        return len(walking)

    def _helper(self, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        """A numbered table of a few rows."""
        self._run(f"CREATE TEMPORARY TABLE {name} (n INTEGER PRIMARY KEY{', ' if columns else ''}{columns})")
        places = ", ".join(f":{n}" for n in range(len(rows[0]) + 1))
        said = text(f"INSERT INTO {name} VALUES ({places})")  # noqa: S608 – our own names
        self.connection.execute(
            said, [dict(zip(map(str, range(9)), (n, *row), strict=False)) for n, row in enumerate(rows)]
        )

    def _fill(self, model: type[Base], values: dict[str, str], source: str) -> None:
        columns = ", ".join(f'"{name}"' for name in values)
        what = ", ".join(values.values())
        self._run(f'INSERT INTO "{model.__tablename__}" ({columns}) SELECT {what} FROM {source}')  # noqa: S608 – our own names

    @property
    def _each_visit(self) -> str:
        """Every visit in the order of time."""
        at = f"(d.n * {A_DAY} + s.n)"
        joined = (
            "past_day d CROSS JOIN slot s CROSS JOIN walker w CROSS JOIN shop c "
            f"WHERE c.walker = w.n AND c.place = {at} - ({at} / {SHOPS}) * {SHOPS}"
        )
        return joined if self.say.is_sqlite else f"{joined} ORDER BY d.n, s.n, w.n"

    def write(self) -> int:
        """Write everything down; how many visits it was."""
        self._phones()
        self._bundles()
        self._visits()
        self._entries()
        self._photos()
        return len(self.days) * self.walkers * A_DAY

    def _phones(self) -> None:
        at = now() - timedelta(days=2000)
        same = {"name": "phone", "created_at": at, "seen_at": now(), "approved_at": at, "missing_ops": 0}
        same["highest_seq"] = len(self.days) * A_DAY
        walking = self.connection.execute(text("SELECT device_id, user_id, username FROM walker")).all()
        rows = [{"id": row.device_id, "user_id": row.user_id, "username": row.username} for row in walking]
        self.connection.execute(insert(Device), [same | row for row in rows])

    def _bundles(self) -> None:
        day = self.say.cast("d.day", "date")
        key = "'visits:' || w.user_id || ':' || w.zone_id || ':' || d.day"
        source = "past_day d CROSS JOIN walker w" + ("" if self.say.is_sqlite else " ORDER BY d.n, w.n")
        self._fill(
            Bundle, {"id": self.bundle, "key": key, "kind": "'visits'", "rev": "40", "day": day}, source
        )
        for scope in ("'user:' || w.user_id", "'zone:' || w.zone_id"):
            hung = {"bundle_id": self.bundle, "scope": scope, "since": self.say.moment("d.day", "'01:20'")}
            self._fill(BundleScope, hung, source)

    def _visits(self) -> None:
        say = self.say
        day = say.cast("d.day", "date")
        arrived, left = say.moment("d.day", "'01:20'"), say.moment("d.day", "'01:35'")
        place = {
            name: f"CASE WHEN d.is_kept = 1 THEN {value} END"
            for name, value in (("check_in_lat", "30.01"), ("check_in_lng", "109.8"), ("check_in_accuracy_m", "20.0"), ("check_in_fix_at", arrived), ("check_in_fix_age_s", "3"))
        }  # fmt: skip
        words = {
            "shop_name": "c.name", "state": "'completed'", "purpose": "'communication'", "contact_method": "'in_person'",
            "check_in_datum": "'wgs84'", "phone_verdict": "'inside'", "place_verdict": "'inside'", "met_person": "'店主'",
            "findings": "'柜台陈列整齐,新品已上架,库存充足。'", "next_step": "'下周带价签来。'",
        }  # fmt: skip
        rest = {
            "id": self.visit_id, "version": "3", "customer_id": "c.id", "visitor_id": self.user, "zone_id": self.zone,
            "day": day, "is_planned": say.flag(True), "is_late_scope": say.flag(False), "seq": "s.n", "distance_m": "12",
            "satisfaction": "4", "responsibility_tags": say.cast("'[]'", "jsonb"), "check_in_at": arrived,
            "check_out_at": left, "stated_at": arrived, "earliest_at": arrived, "latest_at": arrived, "bundle_id": self.bundle,
        }  # fmt: skip
        self._fill(Visit, words | rest | place, self._each_visit)
        digest = {
            "id": self.visit_id, "customer_id": "c.id", "day": day, "visitor_id": self.user, "outcome": words["findings"],
            "next_step": words["next_step"], "satisfaction": "4", "bundle_id": "c.bundle",
        }  # fmt: skip
        self._fill(VisitDigest, digest, self._each_visit)

    def _entries(self) -> None:
        """Of each entry the op as it came, its row in the audit, and what it made happen."""
        say, source, entry = self.say, self._each_visit, self.entry
        at = say.moment("d.day", "'01:20'")
        said = (
            '\'{"args":{"contact_method":"in_person","customer_id":"\' || c.id || \'","id":"\' || '
            f'{self.visit_id} || \'","photos":["\' || {self.photo_id} || \'"],"place":{{"accuracy_m":20,"datum":"wgs84",\' || '
            '\'"fix_at":"\' || d.day || \'T01:20:00Z","lat":30.01,"lng":109.8}},"made_at":"\' || d.day || '
            '\'T09:20:00+08:00","name":"visits.check_in","v":1}\''
        )
        op = {
            "user_id": self.user, "device_id": self.device, "number": entry, "id": self.op_id, "hash": say.hex(entry, 64), "is_first": say.flag(True),
            "seq": f"d.n * {A_DAY} + s.n + 1", "name": "'visits.check_in'",
            "raw": f"CASE WHEN d.is_kept = 1 THEN {say.bytes(said)} END", "entity_id": say.cast(self.visit_id, "text"),
            "received_at": at, "made_at": at, "earliest_at": at, "stated_at": at, "state": "'applied'", "attempts": "1",
            "settled_at": at, "result": say.cast(f"'{{\"id\":\"' || {self.visit_id} || '\"}}'", "jsonb"),
        }  # fmt: skip
        self._fill(Op, op, source)
        total = len(self.days) * self.walkers * A_DAY
        audit = {
            "id": say.spread_id(entry, total), "at": at, "actor_id": self.user, "device_id": self.device,
            "action": "'visits.check_in'", "outcome": "'done'", "entity_id": op["entity_id"], "op_id": self.op_id, "place": entry,
            "hash": op["hash"], "bundle_id": "0",
        }  # fmt: skip
        self._fill(Audit, audit, source)
        told = f'\'{{"visit_id":"\' || {self.visit_id} || \'","customer_id":"\' || c.id || \'"}}\''
        event = {
            "number": entry, "name": "'visits.checked_in'", "op_id": self.op_id, "user_id": self.user, "bundle_id": self.bundle,
            "data": say.cast(told, "jsonb"), "happened_at": at,
        }  # fmt: skip
        self._fill(Event, event, source)

    def _photos(self) -> None:
        photo = {
            "id": self.photo_id, "op_number": self.entry, "user_id": self.user,
            "owner_id": self.visit_id, "sha256": self.say.hex(self.number, 64), "bytes": "284311", "type": "'image/jpeg'",
            "kind": "'shop_front'", "state": "'stored'", "failures": "0",
            "uploaded_at": self.say.moment("d.day", "'01:40'"), "bundle_id": self.bundle,
        }  # fmt: skip
        self._fill(Attachment, photo, self._each_visit)


SQLITE_FAST = ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1000000", "threads=2")


def fill(url: str, days: int) -> int:
    """Give the district in this database a past of so many working days; how many visits that is."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        for setting in SQLITE_FAST if is_sqlite else ():
            connection.exec_driver_sql(f"PRAGMA {setting}")
        if not is_sqlite:
            connection.exec_driver_sql("SET session_replication_role = replica")
        indexes = _take_indexes_away(connection)
        visits = Past(connection, days).write()
        for index in indexes:
            connection.exec_driver_sql(index)
        if not is_sqlite:
            _count_on(connection)
    engine.dispose()
    return visits


def _take_indexes_away(connection: Connection) -> list[str]:
    """Drop the indexes of the tables to be filled that are no constraints; how to make them again."""
    tables = [model.__tablename__ for model in BIG]
    asked = (
        "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if connection.dialect.name == "sqlite"
        else "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    found = [row for row in connection.exec_driver_sql(asked) if row[0] in tables]
    for _, name, _ in found:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    return [made for _, _, made in found]


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL's own counters go on after the rows that were numbered here, and look at the tables once."""
    for table, column in (("bundle", "id"), ("op", "number"), ("event", "number")):
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), (SELECT max({column}) FROM {table}))"  # noqa: S608 – our own names
        )
    connection.exec_driver_sql("VACUUM ANALYZE")
