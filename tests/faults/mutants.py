"""Faults as they are really made, each a switch over one function of the server or of a phone, and the story that
brings it to light. Nothing of this is reachable outside tests."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, true, update

from faults import scripts
from faults.scripts import Script
from fieldvisit.features.customers import commands as customers
from fieldvisit.features.customers.rules import seen
from fieldvisit.features.org import subscribers as org
from fieldvisit.kernel import (
    apply,
    collections,
    epoch,
    receipts,
    release,
    scopes,
    settle,
    sync,
    work,
)
from fieldvisit.kernel.bundles import Bundle, BundleScope
from fieldvisit.kernel.commands import COMMANDS
from fieldvisit.kernel.errors import Problem, Reason
from fieldvisit.kernel.ops import Op, OpState
from fieldvisit.kernel.users import Role, User
from sync_client import Phone

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Mutant:
    """A fault: how it is planted, and the story that must not come to rest with it."""

    plant: Callable[[Patch], None]
    script: Script


def _swap(owner: Any, name: str, value: Any) -> Callable[[Patch], None]:
    return lambda patch: patch.setattr(owner, name, value)


def _nothing(*_: Any, **__: Any) -> None:
    return None


# Taking in.


def receipt_with_the_run(patch: Patch) -> None:
    """Entries are stored together with what becomes of them: who dies on the way has stored nothing."""
    push = sync.push

    def forgetful(runtime: Any, token: str, raw: bytes) -> Any:
        with runtime.db.read() as session:
            before = set(session.scalars(select(Op.number)))
        try:
            return push(runtime, token, raw)
        except BaseException:
            with runtime.db.write() as session:
                for op in session.scalars(select(Op).where(Op.number.not_in(before))):
                    session.delete(op)
            raise

    patch.setattr(sync, "push", forgetful)


def files_only_in_arguments(patch: Patch) -> None:
    """An op's files are looked for where the command's arguments name photos."""
    claim = receipts._claim

    def picky(session: Any, rows: list[Op]) -> None:
        claim(session, [row for row in rows if "photos" in (row.args or {})])

    patch.setattr(receipts, "_claim", picky)


def receipts_time_ignored(patch: Patch) -> None:
    from fieldvisit.kernel.keys import Keys  # noqa: PLC0415

    patch.setattr(Keys, "receipt_time", _nothing)


def last_forgotten(patch: Patch) -> None:
    """Only the epoch tells whether a phone must send again."""
    patch.setattr(
        sync,
        "must_resend",
        lambda runtime, _session, _device, known, _last: known is not None and known != runtime.epoch,
    )


def epoch_kept(patch: Patch) -> None:
    """A server that went back in time goes on under the old name."""
    patch.setattr(epoch.Mark, "read", _nothing)


# Carrying out.


def replay_applied_twice(patch: Patch) -> None:
    """What comes again is carried out again."""
    patch.setattr(apply, "_is_open", lambda _op: True)
    patch.setattr(apply, "IS_OPEN", true())


def random_ids(patch: Patch) -> None:
    patch.setattr(work.Entry, "id_of", lambda _self, _label: str(uuid4()))


def permission_of_yesterday(patch: Patch) -> None:
    """Whether the author is still in service is not asked."""
    carry_out = settle.carry_out

    def trusting(locks: Any, op: Op, task: Any) -> None:
        try:
            carry_out(locks, op, task)
        except Problem as problem:
            if problem.reason != Reason.INACTIVE:
                raise
            author = scopes.principal_of(locks.session, locks.session.get_one(User, op.user_id))
            settle.perform(work.Work(locks, author, work.Entry.of(op)), op, task)

    patch.setattr(apply, "carry_out", trusting)


def _edit_with(patch: Patch, handler: Callable[[Any, Any], None]) -> None:
    plain = COMMANDS["customers.edit", 1]
    patch.setitem(COMMANDS, ("customers.edit", 1), replace(plain, handler=handler))


def from_ignored(patch: Patch) -> None:
    """An edit is written whatever its author had seen."""

    def edit(session_work: Any, args: Any) -> None:
        shop = session_work.session.get(customers.Customer, args.customer_id)
        for name, change in args.set.items():
            change.from_ = seen(name, getattr(shop, name)) if shop else None
        customers.edit(session_work, args)

    _edit_with(patch, edit)


def suggestion_overwrites(patch: Patch) -> None:
    suggest = customers._suggest

    def overwriting(session_work: Any, shop: Any, name: str, before: Any, after: Any, why: str) -> None:
        suggest(session_work, shop, name, before, after, why)
        setattr(shop, name, after)

    patch.setattr(customers, "_suggest", overwriting)


def told_twice(patch: Patch) -> None:
    emit = work.Work.emit

    def twice(self: Any, *args: Any, **kwargs: Any) -> None:
        emit(self, *args, **kwargs)
        emit(self, *args, **kwargs)

    patch.setattr(work.Work, "emit", twice)


def turns_forgotten(patch: Patch) -> None:
    """Two runs over what one phone sent."""
    patch.setattr(apply, "turn_of", lambda *_: nullcontext())


# Held.


def held_dropped(patch: Patch) -> None:
    """What is held is put aside with nobody to see it."""
    hold = settle.hold

    def dropping(locks: Any, op: Op, problem: Any) -> None:
        hold(locks, op, problem)
        op.state = OpState.APPLIED

    for module in (apply, sync):
        patch.setattr(module, "hold", dropping)


def held_unseen(patch: Patch) -> None:
    """A held entry hangs nowhere."""

    def hiding(locks: Any, op: Op, problem: Any) -> None:
        op.state, op.reason, op.code, op.waits_for = (
            OpState.HELD,
            problem.reason,
            problem.code,
            problem.waits_for,
        )

    patch.setattr(apply, "hold", hiding)


def bar_forgotten_on_held_ops(patch: Patch) -> None:
    show = settle.show_to_decider

    def blind(locks: Any, op: Op) -> None:
        show(locks, op)
        locks.session.get_one(Bundle, op.bundle_id).barred_user_id = None

    patch.setattr(settle, "show_to_decider", blind)
    patch.setattr(release, "show_to_decider", blind)


def release_forgotten(patch: Patch) -> None:
    patch.setattr(sync, "release_missing", _nothing)
    patch.setattr(sync, "release_arrived", _nothing)


def sweeper_idle(patch: Patch) -> None:
    patch.setattr(sync, "_finish_received", _nothing)


# Reading.


def everything(_principal: Any) -> Any:
    return select(Bundle.id).where(Bundle.rev > 0)


def weakened(without: str) -> Callable[[Any], Any]:
    """The one question about sight, with one of its parts left out."""

    def visible(principal: Any) -> Any:
        parts = {
            "scope": BundleScope.scope.in_(sorted(principal.scopes)),
            "until": BundleScope.until.is_(None),
            "bar": Bundle.barred_user_id.is_(None) | (Bundle.barred_user_id != principal.user.id),
        }
        kept = [part for name, part in parts.items() if name != without]
        joined = select(BundleScope.bundle_id).join(Bundle, Bundle.id == BundleScope.bundle_id)
        return joined.where(Bundle.rev > 0, *kept)

    return visible


def manifest_of_everything(patch: Patch) -> None:
    def all_of_it(session: Any, _principal: Any) -> Any:
        rows = session.execute(select(Bundle.key, Bundle.rev).where(Bundle.rev > 0).order_by(Bundle.key))
        return [(key, rev) for key, rev in rows]

    patch.setattr(sync, "carried", all_of_it)


def zone_for_account_managers(patch: Patch) -> None:
    """Who serves a route is taken for one who leads its zone."""
    expand = org.expand_territory

    def generous(session: Any, role: str, assigned: Any) -> set[str]:
        carried = expand(session, role, assigned)
        return carried | {scope.replace("team:", "zone:") for scope in carried if scope.startswith("team:")}

    patch.setattr(scopes, "_expanders", [generous if one is expand else one for one in scopes._expanders])


def no_rev(patch: Patch) -> None:
    def still(self: Any) -> None:
        self.session.flush()
        if self._changed:  # a bundle that is new begins; one that changes stays
            born = Bundle.id.in_(sorted(self._changed)) & (Bundle.rev == 0)
            quiet = {"synchronize_session": False}
            self.session.execute(update(Bundle).where(born).values(rev=1).execution_options(**quiet))
            self._changed.clear()

    patch.setattr(work.Locks, "bump", still)


def stays_where_it_was(patch: Patch) -> None:
    """A shop that is handed over hangs in the new route and still in the old one."""

    def both(self: Any, bundle: Any, _kind: str, wanted: set[str]) -> None:
        for scope in sorted(wanted):
            self.hang(bundle, scope)

    patch.setattr(work.Locks, "hang_only", both)


def cache_of_the_uncommitted(patch: Patch) -> None:
    """Renderings are kept as they are made, in the transaction that may yet be undone."""
    cache: dict[tuple[str, int, str], Any] = {}
    bump, render = work.Locks.bump, sync._render

    def filling(self: Any) -> None:
        changed = set(self._changed)
        bump(self)
        for row in self.session.scalars(select(Bundle).where(Bundle.id.in_(changed))):
            self.session.refresh(row)
            for role in (Role.ACCOUNT_MANAGER, Role.MARKET_MANAGER):
                asked = type("Asked", (), {"role": role})()
                ((_, content),) = render(self.session, asked, [row])
                cache.setdefault((row.key, row.rev, role), content)

    def from_cache(session: Any, principal: Any, rows: list[Bundle]) -> Any:
        for row in rows:
            kept = cache.get((row.key, row.rev, principal.role))
            yield from ((row, kept),) if kept is not None else render(session, principal, [row])

    patch.setattr(work.Locks, "bump", filling)
    patch.setattr(sync, "_render", from_cache)


def view_stands_still(patch: Patch) -> None:
    """The server's own: another rendering under the old view."""
    patch.setattr(sync, "view_name", lambda runtime, principal: f"{runtime.epoch}.{principal.role}.0")


# The phone.


def settles_what_it_sent(patch: Patch) -> None:
    """What went out counts as settled, named in the answer or not."""
    settle_named = Phone._settle

    def all_of_it(self: Phone, ops: list[dict[str, Any]], told: dict[str, Any]) -> None:
        settle_named(self, ops, told)
        for op in ops:
            if op in self.outbox:
                self.outbox.remove(op)
                self.settled[op["id"]], self.results[op["id"]] = op, {"state": "held", "receipt": ""}

    patch.setattr(Phone, "_settle", all_of_it)


def drops_on_401(self: Phone, answer: Any) -> None:
    self.outbox.clear()
    self.files.clear()
    self.sign_in(*self.credentials)


def etag_saved_early(patch: Patch) -> None:
    """The ETag is kept as soon as the manifest is here."""
    send, note = Phone._send, Phone._note_view
    heard: dict[Phone, Any] = {}

    def remembering(self: Phone, method: str, path: str, token: str, **kwargs: Any) -> Any:
        answer = send(self, method, path, token, **kwargs)
        if path == "/api/sync/manifest":
            heard[self] = answer.headers.get("etag")
        return answer

    def early(self: Phone, view: Any) -> None:
        note(self, view)
        self.etag = heard[self]

    patch.setattr(Phone, "_send", remembering)
    patch.setattr(Phone, "_note_view", early)


def forgets_what_it_settled(self: Phone) -> None:
    self.last = None
    self.settled.clear()


def sends_again_without_receipts(self: Phone) -> None:
    self.last = None
    self.outbox = sorted([*self.settled.values(), *self.outbox], key=lambda op: op["seq"])
    self.settled.clear()
    self._mark_files_unsent()


def view_ignored(self: Phone, view: Any) -> None:
    self.view = view


def mints_anew(patch: Patch) -> None:
    """An entry gets a new id whenever it is sent."""
    push = Phone.push

    def renaming(self: Phone) -> None:
        for op in self.outbox:
            op["id"] = str(self.mint())
        push(self)

    patch.setattr(Phone, "push", renaming)


MUTANTS = {
    "the receipt is part of the run": Mutant(receipt_with_the_run, scripts.a_crash_after_the_receipt),
    "files are found only in arguments": Mutant(files_only_in_arguments, scripts.a_later_app),
    "a receipt's time is forgotten": Mutant(receipts_time_ignored, scripts.a_restore),
    "`last` is not looked at": Mutant(last_forgotten, scripts.a_machine_that_went_back_unawares),
    "the epoch outlives a restore": Mutant(epoch_kept, scripts.a_restore),
    "what comes again is done again": Mutant(replay_applied_twice, scripts.everything_comes_twice),
    "two runs over one phone's entries": Mutant(turns_forgotten, scripts.two_at_once),
    "ids are minted at random": Mutant(random_ids, scripts.a_day),
    "who left still writes": Mutant(permission_of_yesterday, scripts.a_leaver),
    "an edit ignores what was seen": Mutant(from_ignored, scripts.two_writers),
    "a suggestion overwrites": Mutant(suggestion_overwrites, scripts.two_writers),
    "everything is told twice": Mutant(told_twice, scripts.two_writers),
    "a held entry counts as applied": Mutant(held_dropped, scripts.a_leaver),
    "a held entry hangs nowhere": Mutant(held_unseen, scripts.a_later_app),
    "the bar does not reach held entries": Mutant(bar_forgotten_on_held_ops, scripts.a_barred_superior),
    "nothing is ever released": Mutant(release_forgotten, scripts.a_child_before_its_parent),
    "the sweeper leaves what a crash left": Mutant(sweeper_idle, scripts.a_crash_and_no_phone),
    "the manifest lists everything": Mutant(manifest_of_everything, scripts.a_day),
    "bundles are given to anybody": Mutant(_swap(sync, "visible", everything), scripts.a_curious_client),
    "bundles are given without a scope": Mutant(
        _swap(sync, "visible", weakened("scope")), scripts.a_curious_client
    ),
    "bundles are given to the barred": Mutant(
        _swap(sync, "visible", weakened("bar")), scripts.a_barred_superior
    ),
    "bundles are given to who had them": Mutant(
        _swap(sync, "visible", weakened("until")), scripts.a_handover
    ),
    "lists show everything": Mutant(_swap(collections, "visible", everything), scripts.a_curious_client),
    "who serves a route leads its zone": Mutant(zone_for_account_managers, scripts.a_day),
    "no rev rises": Mutant(no_rev, scripts.a_day),
    "a shop stays where it was": Mutant(stays_where_it_was, scripts.a_handover),
    "renderings of what was undone are kept": Mutant(
        cache_of_the_uncommitted, scripts.a_crash_before_the_commit
    ),
    "another rendering under the same view": Mutant(view_stands_still, scripts.a_new_release),
    "a phone settles what it sent": Mutant(settles_what_it_sent, scripts.a_leaver),
    "a phone lets go of its entries at 401": Mutant(
        _swap(Phone, "_refused", drops_on_401), scripts.lost_tokens
    ),
    "a phone saves the ETag early": Mutant(etag_saved_early, scripts.bundles_that_got_lost),
    "a phone forgets what it settled": Mutant(
        _swap(Phone, "_queue_again", forgets_what_it_settled), scripts.a_restore
    ),
    "a phone sends again without receipts": Mutant(
        _swap(Phone, "_queue_again", sends_again_without_receipts), scripts.a_restore
    ),
    "a phone does not send its photos again": Mutant(
        _swap(Phone, "_mark_files_unsent", _nothing), scripts.a_restore
    ),
    "a phone does not count": Mutant(
        _swap(Phone, "_is_whole", lambda *_: True), scripts.a_manifest_cut_short
    ),
    "a phone ignores another view": Mutant(_swap(Phone, "_note_view", view_ignored), scripts.a_new_release),
    "a phone mints an id a sending": Mutant(mints_anew, scripts.everything_comes_twice),
}
