"""Tasks: given, reported on, finished, accepted or given back, or called off (S10.5)."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from fieldvisit.features.org.lines import unit_of
from fieldvisit.features.tasks.models import TASK, Task, TaskNote
from fieldvisit.features.tasks.rules import DOING, GIVING, Source, Word
from fieldvisit.kernel import deadlines
from fieldvisit.kernel.attachments import attach
from fieldvisit.kernel.bundles import Bundle, BundleKey
from fieldvisit.kernel.clock import day_of
from fieldvisit.kernel.commands import command
from fieldvisit.kernel.errors import conflict, invalid, missing, not_now, out_of_scope
from fieldvisit.kernel.users import User
from fieldvisit.kernel.values import Args, Date, Id, Line, OptionalProse, Prose
from fieldvisit.kernel.work import Touching, Work

DUE = "task.do"
MAX_PHOTOS = 9


class AssignTask(Args):
    """What is asked of whom (要求, 要点, 注意事项), the last day for it, and what it comes out of (S4.9, S5.8, S10.7)."""

    id: Id
    assignee_id: Id
    title: Line
    requirement: Prose
    key_points: OptionalProse = None
    cautions: OptionalProse = None
    due_on: Date
    source_type: Source | None = None
    source_id: Id | None = None

    @model_validator(mode="after")
    def _is_named_whole(self) -> Self:
        if (self.source_type is None) != (self.source_id is None):
            raise ValueError("a source has a type and an id")
        return self


class ReportProgress(Args):
    """How far it has come, in percent; `id` is the note's."""

    task_id: Id
    id: Id
    progress_pct: Annotated[int, Field(ge=0, le=99)]
    text: OptionalProse = None


class FinishTask(Args):
    """What came of it; `id` is the note's."""

    task_id: Id
    id: Id
    result: Prose
    photos: Annotated[list[Id], Field(max_length=MAX_PHOTOS)] = []


class ReturnTask(Args):
    """What is wanting, and the last day for it now; `id` is the note's."""

    task_id: Id
    id: Id
    note: Prose
    due_on: Date


class AcceptTask(Args):
    """That the result will do; `id` is the note's."""

    task_id: Id
    id: Id
    note: OptionalProse = None


class CancelTask(Args):
    """Why nobody need do it any more; `id` is the note's."""

    task_id: Id
    id: Id
    reason: Prose


def _given(touching: Touching, args: AssignTask) -> list[BundleKey]:
    return [TASK.of(task=args.id, assignee=args.assignee_id, author=touching.user.id)]


def _there(touching: Touching, args: Any) -> list[str]:
    return touching.bundle_of(Task, args.task_id)


@command("tasks.assign", "POST /tasks", needs=GIVING, offline=True, touches=_given)
def assign(work: Work, args: AssignTask) -> None:
    """Give a task to somebody one leads (S10.5): an account manager of one's zone, a market manager of one's department."""
    assignee = work.session.get(User, args.assignee_id)
    unit = unit_of(work.session, assignee) if assignee is not None and assignee.is_active else None
    if assignee is None or unit not in work.principal.scopes or assignee.id == work.user.id:
        raise missing("assignee_missing")
    if work.session.get(Task, args.id) is not None:
        raise conflict("id_taken")
    _require_day(work, args.due_on)
    home = work.bundle(TASK.of(task=args.id, assignee=args.assignee_id, author=work.user.id))
    task = Task(
        id=args.id,
        author_id=work.user.id,
        assignee_id=assignee.id,
        title=args.title,
        requirement=args.requirement,
        key_points=args.key_points,
        cautions=args.cautions,
        due_on=args.due_on,
        source_type=args.source_type,
        source_id=args.source_id,
        progress_pct=0,
        state="open",
        made_at=work.entry.stated_at,
        bundle_id=home.id,
    )
    work.session.add(task)
    work.session.flush()
    work.hang(home, unit)
    deadlines.start_until(work.session, DUE, task.id, work.entry.received_at, args.due_on)
    work.emit("tasks.assigned", home.id, task_id=task.id)
    work.result = {"id": task.id}


@command(
    "tasks.report_progress",
    "POST /tasks/{task_id}/progress",
    needs=DOING,
    offline=True,
    in_person=True,
    touches=_there,
)
def report_progress(work: Work, args: ReportProgress) -> None:
    """Say how far one's task has come."""
    task = _own(work, args.task_id)
    task.progress_pct = args.progress_pct
    _say(work, task, args.id, "progress", args.text)
    work.emit("tasks.progressed", task.bundle_id, task_id=task.id)


@command(
    "tasks.finish",
    "POST /tasks/{task_id}/finish",
    needs=DOING,
    offline=True,
    in_person=True,
    touches=_there,
)
def finish(work: Work, args: FinishTask) -> None:
    """Hand in the result of one's task; whether in time is judged by what can be proven."""
    task = _own(work, args.task_id)
    task.state, task.progress_pct = "finished", 100
    task.note_interval(work.entry.interval, deadlines.end(work.session, DUE, task.id, work.entry.interval))
    _say(work, task, args.id, "result", args.result)
    attach(work, args.photos, args.id, task.bundle_id)
    work.emit("tasks.finished", task.bundle_id, task_id=task.id)


@command(
    "tasks.return",
    "POST /tasks/{task_id}/return",
    needs=GIVING,
    offline=True,
    in_person=True,
    touches=_there,
)
def give_back(work: Work, args: ReturnTask) -> None:
    """Give a finished task back (退回) with what is wanting and a new last day."""
    task = _led(work, args.task_id, {"finished"})
    _require_day(work, args.due_on)
    task.state, task.due_on = "open", args.due_on
    deadlines.start_until(work.session, DUE, task.id, work.entry.received_at, args.due_on)
    _say(work, task, args.id, "return", args.note)
    work.emit("tasks.returned", task.bundle_id, task_id=task.id)


@command(
    "tasks.accept",
    "POST /tasks/{task_id}/accept",
    needs=GIVING,
    offline=True,
    in_person=True,
    touches=_there,
)
def accept(work: Work, args: AcceptTask) -> None:
    """Accept the result of a task; it is over, and carried for 30 days more."""
    task = _led(work, args.task_id, {"finished"})
    _end(work, task, "accepted")
    _say(work, task, args.id, "accept", args.note)
    work.emit("tasks.accepted", task.bundle_id, task_id=task.id)


@command(
    "tasks.cancel",
    "POST /tasks/{task_id}/cancel",
    needs=GIVING,
    offline=True,
    in_person=True,
    touches=_there,
)
def cancel(work: Work, args: CancelTask) -> None:
    """Call a task off that is not over; nothing is due any more."""
    task = _led(work, args.task_id, {"open", "finished"})
    deadlines.drop(work.session, DUE, task.id, work.entry.received_at)
    _end(work, task, "cancelled")
    _say(work, task, args.id, "cancel", args.reason)
    work.emit("tasks.cancelled", task.bundle_id, task_id=task.id)


def _require_day(work: Work, due_on: date) -> None:
    if due_on < work.entry.day:
        raise invalid("day_passed")


def _own(work: Work, task_id: str) -> Task:
    task = work.find(Task, task_id, "task_missing", "task_not_yours")
    if task.assignee_id != work.user.id:
        raise out_of_scope("task_not_yours")
    if task.state != "open":
        raise not_now("task_not_open")
    return task


def _led(work: Work, task_id: str, states: set[str]) -> Task:
    task = work.find(Task, task_id, "task_missing", "task_not_yours")
    if task.assignee_id == work.user.id:
        raise out_of_scope("task_own")
    if task.state not in states:
        raise not_now("task_not_now")
    return task


def _end(work: Work, task: Task, state: str) -> None:
    task.state = state
    work.session.get_one(Bundle, task.bundle_id).day = day_of(work.entry.received_at)


def _say(work: Work, task: Task, note_id: str, word: Word, text: str | None) -> None:
    if work.session.get(TaskNote, note_id) is not None:
        raise conflict("id_taken")
    work.session.add(
        TaskNote(
            id=note_id,
            task_id=task.id,
            author_id=work.user.id,
            word=word,
            text=text,
            progress_pct=task.progress_pct,
            made_at=work.entry.stated_at,
            bundle_id=task.bundle_id,
        )
    )
