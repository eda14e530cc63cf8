"""Who hears of a policy; new zones get the policies there are; what has ended is carried no longer than need be."""

from sqlalchemy import select

from fieldvisit.features.org.models import Zone
from fieldvisit.features.policies.models import Policy, PolicyReceipt
from fieldvisit.kernel.bundles import Bundle
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening
from fieldvisit.kernel.users import Role, User

TO_READ = notice("policy_to_read", "有文件需要阅读")
ASKED = notice("policy_asked", "有人对文件提问")


@on("policies.published")
def tell_readers(happening: Happening) -> None:
    """The posts that must read it hear of it, the complaint centre's too, which stands beside all departments."""
    row = happening.session.get_one(Policy, happening.event.data["policy_id"])
    near = (User.department_id == row.department_id) | (User.role == Role.COMPLAINT_CENTRE)
    readers = select(User.id).where(near, User.role.in_(row.must_read_roles))
    tell(happening, happening.session.scalars(readers), TO_READ, entity_id=row.id)


@on("policies.asked")
def tell_author(happening: Happening) -> None:
    """Whoever published it hears that somebody asks."""
    row = happening.session.get_one(Policy, happening.event.data["policy_id"])
    tell(happening, [row.author_id], ASKED, entity_id=row.id)


@on("policies.ended")
def let_receipts_pass(happening: Happening) -> None:
    """Who had read what has ended is carried as long as the policy itself."""
    homes = select(Bundle.key).join(PolicyReceipt, PolicyReceipt.bundle_id == Bundle.id)
    of = homes.where(PolicyReceipt.policy_id == happening.event.data["policy_id"])
    for home in happening.bundles(happening.session.scalars(of).all()):
        home.day = day_of(happening.event.happened_at)


@on("org.zone_created")
def give_to_new_zone(happening: Happening) -> None:
    """The team of a new zone reads what the department has in force."""
    zone = happening.session.get_one(Zone, happening.event.data["zone_id"])
    homes = select(Bundle.key).join(Policy, Policy.bundle_id == Bundle.id)
    of = homes.where(Policy.department_id == zone.department_id, Policy.ended_at.is_(None))
    for home in happening.bundles(happening.session.scalars(of).all()):
        happening.locks.hang(home, f"team:{zone.id}")
