"""Workflows: what may become of something that is submitted, by whom, and what of it is remembered.

The table of steps is the whole truth: each becomes a command, and whatever is not in it answers 409. Every
submit can be withdrawn (撤回) until it is decided; what has been decided is corrected by a dated amendment.
审批 and 审核 need a decision; 备案 and 汇报 are workflows whose submit ends them (S18.1).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import create_model
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from fieldvisit.kernel import deadlines
from fieldvisit.kernel.collections import collection, render
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.db import Base, Guid, GuidKey, Long
from fieldvisit.kernel.errors import not_now, out_of_scope
from fieldvisit.kernel.intervals import Judged, Judgement, Timeliness
from fieldvisit.kernel.scopes import deputy_of
from fieldvisit.kernel.users import Role
from fieldvisit.kernel.values import Args, Id, OptionalProse, Prose, View
from fieldvisit.kernel.work import Touching, Work

By = Literal["author", "decider"]
Note = Literal["none", "optional", "needed"]


class Flowing(Protocol):
    """What the rows of a workflow's table have in common."""

    id: Mapped[str]
    author_id: Mapped[str]
    state: Mapped[str]
    decided_by_id: Mapped[str | None]
    decided_for_id: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    bundle_id: Mapped[int]


class FlowStep(Judged, Base):
    """One step that was made: what it was, from which state to which, by whom, for whom (代), and with which words.

    A submit keeps what was submitted as it was then (`snapshot`); later changes do not touch it. A decision that was
    due keeps until when (`due_at`) and how that was judged.
    """

    __tablename__ = "flow_step"

    id: Mapped[GuidKey]
    flow: Mapped[str]
    entity_id: Mapped[Guid] = mapped_column(index=True)
    step: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    by_id: Mapped[Guid] = mapped_column(ForeignKey("user.id"))
    for_id: Mapped[Guid | None]
    note: Mapped[str | None]
    snapshot: Mapped[dict[str, Any] | None]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    bundle_id: Mapped[Long] = mapped_column(ForeignKey("bundle.id"), index=True)


class FlowStepView(View):
    """A step of a workflow, with what was submitted where it was a submit.

    It was made between `earliest_at` and `latest_at`; the phone states `made_at`. `timeliness` says of a decision
    whether it was made by `due_at`.
    """

    id: str
    flow: str
    entity_id: str
    step: str
    from_state: str | None
    to_state: str
    by_id: str
    for_id: str | None
    note: str | None
    snapshot: dict[str, Any] | None
    made_at: datetime
    earliest_at: datetime | None
    latest_at: datetime | None
    due_at: datetime | None
    timeliness: Timeliness | None


collection(
    "flow_steps",
    FlowStep,
    FlowStepView,
    readers=set(Role),
    filters=("entity_id", "flow"),
    sorting=("made_at",),
    order=(FlowStep.made_at, FlowStep.id),
)


@dataclass(frozen=True)
class Step:
    """One line of the table. `to` None leaves the state as it is; `is_decision` notes who decided and when.

    `asks` are fields of its arguments beside the id and the note; `apply` writes them into the row, or raises a Problem.
    """

    name: str
    come_from: tuple[str, ...]
    to: str | None
    by: By
    summary: str
    note: Note = "none"
    is_decision: bool = False
    asks: Mapping[str, Any] = field(default_factory=dict)
    apply: Callable[[Work, Any, Any], None] | None = None


Deciders = Callable[[Session, Any], Iterable[str]]


@dataclass(frozen=True)
class Workflow:
    """A declared workflow; `deciders` says who decides a row today, `due` is the deadline of the decision.

    A row is in it from the state `begins` on.
    """

    name: str
    model: type[Any]
    path: str
    view: type[View]
    steps: tuple[Step, ...]
    deciders: Deciders
    due: str | None
    begins: str = "submitted"

    def states(self) -> set[str]:
        """Every state a row can be in."""
        return {self.begins} | {state for step in self.steps for state in (*step.come_from, step.to) if state}

    def submit(self, work: Work, row: Any, due_at: datetime | None = None) -> None:
        """Submit a row, new or after it came back: its content is kept as it is now, and its deadline begins.

        `due_at` is the moment by which it is to be decided, where one is named.
        """
        before = row.state
        row.state = "submitted"
        row.decided_by_id = row.decided_for_id = row.decided_at = None
        work.session.add(row)
        work.session.flush()
        snapshot = render(self.view, row)
        self._remember(work, row, "submit", before, None, None, snapshot)
        if self.due is not None:
            deadlines.start(work.session, self.due, row.id, work.entry.received_at, due_at)

    def keep(self, work: Work, row: Any, step: str, state: str, note: str | None = None) -> None:
        """Make a step of the feature's own: the row goes to `state`, and its content is kept as it is now."""
        before, row.state = row.state, state
        work.session.add(row)
        work.session.flush()
        self._remember(work, row, step, before, None, note, render(self.view, row))

    def editable(self, work: Work, row_id: str) -> Any:
        """An own row that is not submitted (any more); raises Problem 404, 403 `step_not_yours` or 409 `step_not_now`."""
        row = self._find(work, row_id)
        if row.author_id != work.user.id:
            raise out_of_scope("step_not_yours")
        if row.state not in ("withdrawn", "returned"):
            raise not_now("step_not_now")
        return row

    def take(self, work: Work, step: Step, args: Any) -> None:
        """Make a step with its arguments; raises Problem 404 unseen, 403 `step_not_yours` or `own_submission`, 409 `step_not_now`."""
        row = self._find(work, args.id)
        for_id = self._require(work, step, row)
        if row.state not in step.come_from:
            raise not_now("step_not_now")
        before, row.state = row.state, step.to or row.state
        if step.is_decision:
            row.decided_by_id, row.decided_for_id = work.principal.user.id, for_id
            row.decided_at = work.entry.stated_at
        if step.apply is not None:
            step.apply(work, row, args)
        judgement = self._end_term(work, step, row, before)
        self._remember(work, row, step.name, before, for_id, getattr(args, "note", None), None, judgement)

    def _end_term(self, work: Work, step: Step, row: Any, before: str) -> Judgement | None:
        """A decision is judged by its day; what is taken back need not be decided any more."""
        if self.due is None or before != "submitted" or row.state == "submitted":
            return None
        if step.is_decision:
            return deadlines.end(work.session, self.due, row.id, work.entry.interval)
        deadlines.drop(work.session, self.due, row.id, work.entry.received_at)
        return None

    def _find(self, work: Work, row_id: str) -> Any:
        return work.find(self.model, row_id, f"{self.name}_missing", f"{self.name}_not_yours")

    def _require(self, work: Work, step: Step, row: Any) -> str | None:
        """Whom a deputy decides for, or None; raises Problem where the step is not his."""
        me = work.principal.user.id
        if step.by == "author":
            if row.author_id != work.user.id:
                raise out_of_scope("step_not_yours")
            return None
        if row.author_id in (me, work.user.id):
            raise out_of_scope("own_submission")
        deciders = sorted(self.deciders(work.session, row), key=lambda one: one != me)
        for one in deciders:
            if self._standing(work.session, one, row) == me:
                return None if one == me else one
        raise out_of_scope("step_not_yours")

    def _standing(self, session: Session, decider: str, row: Any) -> str:
        """Who decides where this one would: his deputy while he is away, unless it is the deputy's own."""
        deputy = deputy_of(session, decider)
        return decider if deputy in (None, row.author_id) else deputy

    def _remember(
        self,
        work: Work,
        row: Any,
        step: str,
        before: str | None,
        for_id: str | None,
        note: str | None,
        snapshot: dict[str, Any] | None,
        judgement: Judgement | None = None,
    ) -> None:
        made = FlowStep(
            id=work.id(f"step:{row.id}"),
            flow=self.name,
            entity_id=row.id,
            step=step,
            from_state=before,
            to_state=row.state,
            by_id=work.principal.user.id,
            for_id=for_id,
            note=note,
            snapshot=snapshot,
            made_at=work.entry.stated_at,
            due_at=judgement and judgement.due_at,
            bundle_id=row.bundle_id,
        )
        made.note_interval(work.entry.interval, judgement)
        work.session.add(made)
        work.emit(f"{self.name}.{step}", row.bundle_id, entity_id=row.id, author_id=row.author_id)


def _nobody(_session: Session, _row: Any) -> Iterable[str]:
    return ()


WORKFLOWS: dict[str, Workflow] = {}
NOTES: dict[Note, Any] = {"optional": (OptionalProse, None), "needed": (Prose, ...)}


def workflow(
    name: str,
    model: type[Any],
    *,
    path: str,
    view: type[View],
    steps: Sequence[Step],
    authors: Iterable[Role],
    deciders: Deciders = _nobody,
    deciding: Iterable[Role] = (),
    due: str | None = None,
    amends: bool = True,
    begins: str = "submitted",
) -> Workflow:
    """Declare a workflow over a table; each step is the command `<name>.<step>` at `POST <path>/{id}/<step>`.

    To the steps given come `withdraw` and, unless the feature has its own, `amend`, which every workflow has. Only one that
    `begins` with a report (汇报) has just its own: nobody decides it, so nothing is taken back.
    """
    if name in WORKFLOWS:
        raise ValueError(f"workflow {name} is declared twice")
    decided = tuple(
        sorted({step.to for step in steps if step.is_decision and step.to not in (None, "returned")})
    )
    withdraw = Step(
        "withdraw",
        ("submitted",),
        "withdrawn",
        "author",
        "Take back (撤回) what is submitted and not decided.",
    )
    amend = Step(
        "amend", decided, None, "author", "Add a dated amendment to what has been decided.", "needed"
    )
    every = (*steps, withdraw, amend) if amends else (*steps, withdraw)
    if begins != "submitted":
        every = tuple(steps)
    made = Workflow(name, model, path, view, every, deciders, due, begins)
    for step in made.steps:
        _declare(made, step, set(authors) if step.by == "author" else set(deciding))
    WORKFLOWS[name] = made
    return made


def _declare(flow: Workflow, step: Step, needs: set[Role]) -> None:
    title = "".join(part.capitalize() for part in (*flow.name.split("_"), *step.name.split("_")))
    fields: dict[str, Any] = {"id": (Id, ...), **step.asks}
    if step.note != "none":
        fields["note"] = NOTES[step.note]
    args = create_model(title, __base__=Args, __doc__=step.summary, **fields)

    def touches(touching: Touching, asked: Any) -> list[str]:
        return touching.bundle_of(flow.model, asked.id)

    def handler(work: Work, args: Any) -> None:
        flow.take(work, step, args)

    handler.__doc__ = step.summary
    handler.__annotations__ = {"work": Work, "args": args, "return": None}
    command(
        f"{flow.name}.{step.name}",
        f"POST {flow.path}/{{id}}/{step.name}",
        needs=needs,
        offline=step.by == "decider" or step.name == "withdraw",
        in_person=True,
        touches=touches,
    )(handler)
