"""The order of one day: what a person has fixed stays in it, every shop is called at while it is open, and nobody is over his hours."""

from fieldvisit.features.plans.month import Month, Place, Visit, length, way

METRES_A_MINUTE = 20_000 / 60
STARTS, LUNCH, BACK = 8 * 60 + 30, 12 * 60, 14 * 60  # the clock of a working day, in minutes after midnight
ALWAYS = (0, 2 * 24 * 60)


def put_in(visits: list[Visit], places: list[Place], order: list[int], number: int) -> None:
    """Take a visit into a day where it makes the way longer by the least: what a person has fixed, a search must not leave out."""
    orders = ([*order[:at], number, *order[at:]] for at in range(len(order) + 1))
    order[:] = min(orders, key=lambda one: length(places[visits[stop].shop] for stop in one))


def within_hours(month: Month, visits: list[Visit], places: list[Place], numbers: list[int]) -> list[int]:
    """Those of a day that it has room for, each while its shop is open: where there is too much, a search may end beyond that."""
    kept = _while_open(month, visits, places, numbers)
    while kept and walk(month, visits, places, kept)[0] > month.day_minutes:
        loose = [number for number in kept if not visits[number].fixed]
        kept.remove((loose or kept)[-1])
        kept = _while_open(month, visits, places, kept)
    return kept


def _while_open(month: Month, visits: list[Visit], places: list[Place], numbers: list[int]) -> list[int]:
    """The stops of a day, those moved that would find their shop shut: later before it opens, sooner after it closes.

    One for which there is no such place in the day is left out.
    """
    order = list(numbers)
    moves = len(order) ** 2
    while (misfit := walk(month, visits, places, order)[1]) is not None:
        at, step = misfit
        moves -= 1
        if moves < 0 or not 0 <= at + step < len(order):
            order.pop(at)
        else:
            order[at], order[at + step] = order[at + step], order[at]
    return order


def walk(
    month: Month, visits: list[Visit], places: list[Place], order: list[int]
) -> tuple[int, tuple[int, int] | None]:
    """The minutes a day takes in this order, and the first stop that finds its shop shut with the way it is to be moved.

    Where none of those to come is open yet either, one waits.
    """
    spent, misfit = 0, None
    for at, number in enumerate(order):
        shop = visits[number].shop
        if at:
            spent += round(way(places[visits[order[at - 1]].shop], places[shop]) / METRES_A_MINUTE)
        clock = STARTS + spent if STARTS + spent < LUNCH else BACK + spent - (LUNCH - STARTS)
        opens, closes = _hours(month, visits[number])
        if misfit is None and clock + month.visit_minutes > closes:
            misfit = (at, -1)
        elif clock < opens:
            later = (_hours(month, visits[one]) for one in order[at + 1 :])
            if misfit is None and any(first <= clock for first, _ in later):
                misfit = (at, 1)
            spent = min(opens, LUNCH) - STARTS + max(0, opens - BACK)
        spent += month.visit_minutes
    return spent, misfit


def _hours(month: Month, visit: Visit) -> tuple[int, int]:
    return ALWAYS if visit.fixed else month.shops[visit.shop].hours or ALWAYS
