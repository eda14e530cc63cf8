"""Who hears of a task: whoever is to do it, and whoever gave it."""

from fieldvisit.features.tasks.commands import DUE
from fieldvisit.features.tasks.models import Task
from fieldvisit.kernel.events import on
from fieldvisit.kernel.notices import notice, tell
from fieldvisit.kernel.reactions import Happening

ASSIGNED = notice("task_assigned", "有新的任务")
FINISHED = notice("task_finished", "有任务等待验收")
RETURNED = notice("task_returned", "有任务被退回")
ACCEPTED = notice("task_accepted")
CANCELLED = notice("task_cancelled", "有任务已取消")
DUE_NEAR = notice("task_due_near", "有任务即将到期")
OVERDUE = notice("task_overdue", "有任务已超时", urgent=True)

TO_ASSIGNEE = {
    "tasks.assigned": ASSIGNED,
    "tasks.returned": RETURNED,
    "tasks.accepted": ACCEPTED,
    "tasks.cancelled": CANCELLED,
}


@on(*TO_ASSIGNEE)
def tell_assignee(happening: Happening) -> None:
    """Whoever is to do it hears that it is his, what was said of the result, and that it is off."""
    task = happening.session.get_one(Task, happening.event.data["task_id"])
    tell(happening, [task.assignee_id], TO_ASSIGNEE[happening.event.name], entity_id=task.id)


@on("tasks.finished")
def tell_author(happening: Happening) -> None:
    """Whoever gave it hears that there is a result."""
    task = happening.session.get_one(Task, happening.event.data["task_id"])
    tell(happening, [task.author_id], FINISHED, entity_id=task.id)


@on(f"{DUE}.due_near")
def remind(happening: Happening) -> None:
    """Whoever is to do it hears the day before."""
    task = happening.session.get_one(Task, happening.event.data["entity_id"])
    tell(happening, [task.assignee_id], DUE_NEAR, entity_id=task.id, due_on=task.due_on.isoformat())


@on(f"{DUE}.overdue")
def tell_both(happening: Happening) -> None:
    """Nothing has come by the last day: both hear it."""
    task = happening.session.get_one(Task, happening.event.data["entity_id"])
    both = [task.assignee_id, task.author_id]
    tell(happening, both, OVERDUE, entity_id=task.id, due_on=task.due_on.isoformat())
