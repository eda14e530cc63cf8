"""The phones of a user: what each says of itself and what of it never came; approved, revoked, wiped (S18.10)."""

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
    """A phone of a user, with what it last said of itself.

    `approved_at` is None while it waits. `pending_ops` and `pending_files` are what it said it still owes,
    `pending_oldest` the time of the oldest entry among them, `free_mb` the room it has left in MB, `persisted`
    whether its browser promised to clear nothing. `missing_ops` counts entries that never came though later ones
    did, `holes` their numbers as `[from, to]` (the first 20). `wiped_at` is when it said that it is wiped.
    """

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
    pending_oldest: datetime | None
    free_mb: int | None
    persisted: bool | None
    missing_ops: int | None
    holes: list[list[int]] | None
    missing_since: datetime | None
    wipe_ordered_at: datetime | None
    wiped_at: datetime | None


collection(
    "devices",
    Device,
    DeviceView,
    readers=set(Role),
    filters=("user_id",),
    sorting=("seen_at", "username", "pending_ops", "missing_ops"),
)


class ApproveDevice(Args):
    """A phone that waits to be used."""

    device_id: Id


class RevokeDevice(Args):
    """A phone that is not to be used any more."""

    device_id: Id


class WipeDevice(Args):
    """A phone that is to forget everything it carries."""

    device_id: Id


def _home(touching: Touching, args: ApproveDevice | RevokeDevice | WipeDevice) -> list[str | BundleKey]:
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
    _shut_out(work, _own_or_administered(work, args.device_id))


@command("devices.wipe", "POST /devices/{device_id}/wipe", needs=set(Role), in_person=True, touches=_home)
def wipe(work: Work, args: WipeDevice) -> None:
    """Order a lost phone, an own one or as an administrator, to forget all; at its next contact it does.

    It is shut out at once. What was pulled goes first, what it could not send yet is handed in and held.
    """
    row = _own_or_administered(work, args.device_id)
    _shut_out(work, row)
    if row.wipe_ordered_at is None:
        row.wipe_ordered_at = work.entry.received_at
        work.emit("devices.wipe_ordered", row.bundle_id, device_id=row.id, user_id=row.user_id)


def _own_or_administered(work: Work, device_id: str) -> Device:
    row = work.find(Device, device_id, "device_missing", "device_not_yours")
    if row.user_id != work.user.id and work.principal.role not in ADMINS:
        raise out_of_scope("device_not_yours")
    return row


def _shut_out(work: Work, row: Device) -> None:
    if row.revoked_at is None:
        row.revoked_at = work.entry.received_at
        end_sessions(work.session, row.id)
        work.emit("devices.revoked", row.bundle_id, device_id=row.id, user_id=row.user_id)
