"""Who hears when people move: whoever is given a route or zone, another post, or somebody to stand in for."""

from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening

ASSIGNED = notice("assigned", "您负责的辖区或线路有变动")
POST_CHANGED = notice("post_changed", "您的岗位有变动")
DEPUTISES = notice("deputises", "请代理同事的工作")
DEPUTISING_ENDS = notice("deputising_ends")


@on("org.assigned")
def tell_assigned(happening: Happening) -> None:
    """Somebody serves a route or zone from a day on (S1.3)."""
    data = happening.event.data
    tell(happening, [data["user_id"]], ASSIGNED, scope=data["scope"], since=data["since"])


@on("org.role_changed")
def tell_promoted(happening: Happening) -> None:
    """Somebody holds another post."""
    tell(happening, [happening.event.data["user_id"]], POST_CHANGED, role=happening.event.data["role"])


@on("org.absence_registered")
def tell_deputy(happening: Happening) -> None:
    """Somebody stands in for a colleague (代, S1.4); the absent one hears it too."""
    data = happening.event.data
    told = {name: data[name] for name in ("user_id", "deputy_id", "since", "until")}
    tell(happening, [data["deputy_id"], data["user_id"]], DEPUTISES, **told)


@on("org.absence_ended")
def tell_back(happening: Happening) -> None:
    """An absence ends on another day than was said."""
    data = happening.event.data
    told = {name: data[name] for name in ("user_id", "until")}
    tell(happening, [data["deputy_id"]], DEPUTISING_ENDS, **told)
