"""What is seen of tasks: by who does it, who gave it, and who leads them."""

from datetime import date, datetime

from fieldvisit.features.tasks.models import Task, TaskNote
from fieldvisit.features.tasks.rules import INVOLVED, Source, State, Word
from fieldvisit.kernel.collections import collection
from fieldvisit.kernel.intervals import Timeliness
from fieldvisit.kernel.values import View


class TaskView(View):
    """A task: what is asked of whom, until the end of which day, and how far it has come (percent).

    `source_type` and `source_id` say what it came out of. It was finished last between `earliest_at` and `latest_at`; `timeliness` says whether by `due_on`.
    """

    id: str
    author_id: str
    assignee_id: str
    title: str
    requirement: str
    key_points: str | None
    cautions: str | None
    due_on: date
    source_type: Source | None
    source_id: str | None
    progress_pct: int
    state: State
    made_at: datetime
    earliest_at: datetime | None
    latest_at: datetime | None
    timeliness: Timeliness | None


class TaskNoteView(View):
    """A word on the way of a task; photos of a result have `owner_id` = this id."""

    id: str
    task_id: str
    author_id: str
    word: Word
    text: str | None
    progress_pct: int
    made_at: datetime


collection(
    "tasks",
    Task,
    TaskView,
    readers=INVOLVED,
    filters=("assignee_id", "author_id", "state", "due_on"),
    sorting=("due_on", "made_at"),
    order=(Task.due_on, Task.id),
)
collection(
    "task_notes",
    TaskNote,
    TaskNoteView,
    readers=INVOLVED,
    filters=("task_id",),
    sorting=("made_at",),
    order=(TaskNote.made_at, TaskNote.id),
)
