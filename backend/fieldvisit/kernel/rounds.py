"""A round of several things to do, of which none may keep the others from being done."""

from collections.abc import Callable, Iterable


def do_each(parts: Iterable[Callable[[], object]]) -> None:
    """Do every part whatever becomes of those before it; then raises ExceptionGroup of all that went wrong."""
    errors: list[Exception] = []
    for part in parts:
        try:
            part()
        except Exception as error:  # it is raised with the others, once all have had their turn
            errors.append(error)
    if errors:
        raise ExceptionGroup("parts of a round failed", errors)
