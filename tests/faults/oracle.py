"""Who may see what, worked out slowly from who serves what: it knows nothing of scopes and never asks the server."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from fieldvisit.demo.district import demo_id
from personas import person, shop

ROUTES = {"cz:0": "am01", "cz:1": "am02", "cj:0": "am03", "cj:1": "am04"}
ZONES = {"cz": "mm1", "cj": "mm2"}
SHOPS_A_ROUTE = 3
OpReaders = Callable[[str], set[str]]  # whose an `op:` bundle is, by the op's id
DEPARTMENT = demo_id("department:dq")
ADMINISTRATION = ("dm", "ga")
# How long what is over stays on a phone, in days.
VISITS_KEPT = {"account_manager": 45, "market_manager": 7}
OP_KEPT, NOTICES_KEPT = 30, 14
EVERYBODYS = ("ref:catalogue:all", "ref:calendar:all", "ref:deadlines:all")


def zone_id(zone: str) -> str:
    return demo_id(f"zone:{zone}")


def route_id(route: str) -> str:
    return demo_id(f"route:{route}")


def _roles() -> dict[str, str]:
    roles = dict.fromkeys(ROUTES.values(), "account_manager") | dict.fromkeys(
        ZONES.values(), "market_manager"
    )
    return roles | {"dm": "department_manager", "ga": "general_admin"}


def _shops() -> dict[str, str]:
    return {shop(route, number): route for route in ROUTES for number in range(SHOPS_A_ROUTE)}


@dataclass
class Truth:
    """How people and shops stand on the server now: whoever restores it to an earlier day restores this too.

    `serves` and `leads` say who is on a route and in a zone, `home` where each shop is, `barred` of whom a shop's
    file is kept; `been` every zone a person ever worked in.
    """

    serves: dict[str, str | None] = field(default_factory=lambda: dict(ROUTES))
    leads: dict[str, str | None] = field(default_factory=lambda: dict(ZONES))
    role: dict[str, str] = field(default_factory=_roles)
    out_of_service: set[str] = field(default_factory=set)
    home: dict[str, str] = field(default_factory=_shops)
    barred: dict[str, str] = field(default_factory=dict)
    been: dict[str, set[str]] = field(
        default_factory=lambda: (
            {who: {route.split(":")[0]} for route, who in ROUTES.items()}
            | {who: {zone} for zone, who in ZONES.items()}
        )
    )

    def is_active(self, who: str) -> bool:
        return who not in self.out_of_service

    def routes_of(self, who: str) -> set[str]:
        """The routes whose shops somebody works with: his own, or all of the zone he leads."""
        led = self.zones_of(who)
        return {route for route, server in self.serves.items() if server == who or route.split(":")[0] in led}

    def zones_of(self, who: str) -> set[str]:
        """The zones whose visits somebody sees: those he leads; to serve a route in one is not to lead it."""
        return {zone for zone, leader in self.leads.items() if leader == who}

    def lay_down(self, who: str) -> None:
        for posts in (self.serves, self.leads):
            for place, holder in posts.items():
                if holder == who:
                    posts[place] = None

    def takes(self, who: str, place: str) -> None:
        """Somebody is assigned a route (`cz:0`) or a zone (`cz`)."""
        posts = self.serves if ":" in place else self.leads
        posts[place] = who
        self.been.setdefault(who, set()).add(place.split(":", maxsplit=1)[0])

    def may_see(self, who: str, key: str, op_readers: OpReaders) -> bool:
        """Whether a bundle is somebody's to see."""
        kind, _, rest = key.partition(":")
        if not self.is_active(who):
            seen = False
        elif kind == "customer":
            seen = self._sees_shop(who, rest)
        elif kind == "visits":
            seen = self._sees_visits(who, rest)
        elif kind == "ref":
            seen = key in EVERYBODYS or self._sees_department(who, rest)
        elif kind == "op":
            seen = who in op_readers(rest)
        elif kind == "devices":
            seen = rest == person(who) or self._oversees_phones(who, rest)
        else:
            seen = kind in ("me", "notices") and rest.split(":")[0] == person(who)
        return seen

    def _oversees_phones(self, who: str, owner: str) -> bool:
        """Phones are overseen by the department and by the leader of a zone their user works in, or worked in last."""
        if who in ADMINISTRATION:
            return True
        worked_in = next((zones for name, zones in self.been.items() if person(name) == owner), set())
        return bool(worked_in & self.zones_of(who))

    def _sees_shop(self, who: str, shop_id: str) -> bool:
        home = self.home.get(shop_id)
        if who in ADMINISTRATION:
            return home is not None
        return home in self.routes_of(who) and self.barred.get(shop_id) != who

    def _sees_visits(self, who: str, of: str) -> bool:
        """Own visits wherever they were made, and those made in a zone he leads, whoever made them."""
        visitor, zone, _day = of.split(":")
        led = set(self.leads) if who in ADMINISTRATION else self.zones_of(who)
        return visitor == person(who) or zone in {zone_id(name) for name in led}

    def _sees_department(self, who: str, of: str) -> bool:
        """Places and people of the department, for whoever serves in it."""
        name, _, department = of.partition(":")
        belongs = bool(self.routes_of(who) or self.zones_of(who)) or who in ADMINISTRATION
        return name in ("org", "people") and department == DEPARTMENT and belongs

    def carries(self, who: str, key: str, bundle_day: date | None, on: date, op_readers: OpReaders) -> bool:
        """Whether his phone holds the bundle on a day; `bundle_day` is when what it tells of was over."""
        kind, role = key.partition(":")[0], self.role[who]
        kept = True
        if kind in ("visits", "customer") or key == "ref:catalogue:all":
            kept = role in VISITS_KEPT
        if kind == "visits":
            kept = kept and _within(date.fromisoformat(key.rpartition(":")[2]), on, VISITS_KEPT[role])
        elif kind == "notices":
            kept = _within(date.fromisoformat(key.rpartition(":")[2]), on, NOTICES_KEPT)
        elif kind == "op":
            kept = bundle_day is None or _within(bundle_day, on, OP_KEPT)
        return kept and kind != "devices" and self.may_see(who, key, op_readers)

    def decider(self, author: str, names: set[str]) -> str | None:
        """Who settles a held entry: the leader of the author's zone, the department's manager, its administrator.

        The nearest in service, not the author, who sees all the bundles it names; where none sees them, the nearest.
        None where the author's zone cannot be told from here, because he worked in several.
        """
        present = {route.split(":")[0] for route in self.routes_of(author)} | self.zones_of(author)
        zones = present or self.been.get(author, set())
        if len(zones) != 1:
            return None
        line = [self.leads[next(iter(zones))], *ADMINISTRATION]
        standing = [one for one in line if one and one != author and self.is_active(one)]
        seeing = (
            one for one in standing if all(self.may_see(one, name, lambda _op: set()) for name in names)
        )
        return next(seeing, standing[0])


def _within(day: date, on: date, days: int) -> bool:
    return day > on - timedelta(days=days)
