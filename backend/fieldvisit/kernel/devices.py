"""The phones of a user: listed, approved, revoked (S18.10)."""

from datetime import datetime

from fieldvisit.kernel.bundles import BundleKey
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import not_now, out_of_scope
from fieldvisit.kernel.sessions import end_sessions
from fieldvisit.kernel.users import Device, Role
from fieldvisit.kernel.values import Args, Id, View
from fieldvisit.kernel.work import Touching, Work

ADMINS = {Role.GENERAL_ADMIN, Role.SYSTEM_ADMIN}


class DeviceView(View):
    """A phone of a user. `approved_at` is None while it waits; `pending_ops` is what it said it still owes."""

    id: str
    user_id: str
    username: str
    name: str
    app: str | None
    created_at: datetime
    seen_at: datetime
    approved_at: datetime | None
    revoked_at: datetime | None
    pending_ops: int | None
    pending_files: int | None


collection(
    "devices", Device, DeviceView, readers=set(Role), filters=("user_id",), sorting=("seen_at", "username")
)


class ApproveDevice(Args):
    """A phone that waits to be used."""

    device_id: Id


class RevokeDevice(Args):
    """A phone that is not to be used any more."""

    device_id: Id


def _home(touching: Touching, args: ApproveDevice | RevokeDevice) -> list[str | BundleKey]:
    return [*touching.bundle_of(Device, args.device_id)]


@command("devices.approve", "POST /devices/{device_id}/approve", needs=ADMINS, in_person=True, touches=_home)
def approve(work: Work, args: ApproveDevice) -> None:
    """Let a further phone of a colleague be used; nobody approves his own."""
    row = work.find(Device, args.device_id, "device_missing", "device_not_yours")
    if row.user_id == work.user.id:
        raise out_of_scope("device_own")
    if row.revoked_at is not None:
        raise not_now("device_revoked")
    if row.approved_at is None:
        row.approved_at = work.entry.received_at
        work.emit("devices.approved", row.bundle_id, device_id=row.id, user_id=row.user_id)


@command("devices.revoke", "POST /devices/{device_id}/revoke", needs=set(Role), in_person=True, touches=_home)
def revoke(work: Work, args: RevokeDevice) -> None:
    """Shut out a lost or replaced phone, an own one or as an administrator; what it still holds is received and held."""
    row = work.find(Device, args.device_id, "device_missing", "device_not_yours")
    if row.user_id != work.user.id and work.principal.role not in ADMINS:
        raise out_of_scope("device_not_yours")
    if row.revoked_at is None:
        row.revoked_at = work.entry.received_at
        end_sessions(work.session, row.id)
        work.emit("devices.revoked", row.bundle_id, device_id=row.id, user_id=row.user_id)
