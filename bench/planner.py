"""A month of visits proposed by search, against the order of the file and against ten times the time.

Run `python bench/planner.py [--seconds 8] [--districts 3] [--small]` from the project's root. An invented route of 200 shops in twelve villages
and streets of some 15 kilometres, 420 visits by size (50 four times, 70 twice, 80 once) in 22 working days. The file's order puts
each visit on the emptiest day it may lie on and goes through a day's shops as they stand in the file. One process, one core.
"""

import argparse
import os
import random
import statistics
import time

from fieldvisit.features.plans import planner
from fieldvisit.features.plans.day_order import walk
from fieldvisit.features.plans.month import Month, Shop, Visit, length, places_of
from fieldvisit.features.plans.planner import plan_month

SHOPS, DAYS, LONGER = 200, 22, 10
SIZES = [4] * 50 + [2] * 70 + [1] * 80


def district(seed: int, *, orders: bool) -> Month:
    """An invented route; with `orders` all its shops order on one weekday."""
    rng = random.Random(seed)  # noqa: S311 – an invented district
    villages = [(rng.uniform(30, 30.14), rng.uniform(110, 110.15)) for _ in range(12)]
    sizes = rng.sample(SIZES, len(SIZES))
    shops = []
    for number, wanted in enumerate(sizes):
        lat, lng = rng.choice(villages)
        place = (rng.gauss(lat, 0.008), rng.gauss(lng, 0.008))
        shops.append(Shop(f"{number:03d}", *place, wanted, seed % 5 if orders else None))
    return Month(tuple(shops), tuple((day + seed) % 5 for day in range(DAYS)))


def by_file(month: Month) -> int:
    """Metres where every visit goes to the emptiest of its days and a day follows the file."""
    visits, _ = planner._due(month)
    days: list[list[int]] = [[] for _ in month.weekdays]
    for visit in visits:
        min(days[visit.first : visit.last + 1], key=len).append(visit.shop)
    places = places_of(month)
    return sum(length(places[shop] for shop in sorted(day)) for day in days)


def minutes(month: Month, day: list[str]) -> int:
    """What a day of a proposal takes, on the way and at the shops."""
    places, at = places_of(month), {shop.id: number for number, shop in enumerate(month.shops)}
    visits = [Visit(at[shop], 0, 0) for shop in day]
    return walk(month, visits, places, list(range(len(visits))))[0]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=8)
    asked.add_argument("--districts", type=int, default=3)
    asked.add_argument(
        "--small", action="store_true", help="one district and little time, to see that it runs"
    )
    told = asked.parse_args()
    if told.small:
        told.seconds, told.districts = 0.5, 1
    print(f"{told.districts} districts, {told.seconds:g} s, load average {os.getloadavg()[0]:.1f} before")
    print(
        "| district | seconds | km | of the file's order | of 10× longer | visits a day | longest day, minutes | no room |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    of_file, of_longer = [], []
    for seed in range(1, told.districts + 1):
        month = district(seed, orders=False)
        began = time.perf_counter()
        found = plan_month(month, told.seconds)
        took = time.perf_counter() - began
        longer = plan_month(month, told.seconds * LONGER)
        of_file.append(found.metres / by_file(month))
        of_longer.append(found.metres / longer.metres)
        counts = [len(day) for day in found.days]
        longest = max(minutes(month, day) for day in found.days)
        print(
            f"| {seed} | {took:.1f} | {found.metres / 1000:.0f} | {of_file[-1]:.2f} | {of_longer[-1]:.3f} "
            f"| {min(counts)}–{max(counts)} | {longest} | {sum(found.unmet.values())} |"
        )
    before = district(1, orders=True)
    found = plan_month(before, told.seconds)
    weekly = [shop.id for shop in before.shops if shop.wanted == max(SIZES)]
    early = sum(
        (1 - before.weekdays[number]) % 7 in planner.BEFORE_ORDER
        for number, day in enumerate(found.days)
        for shop in day
        if shop in weekly
    )
    print(
        f"\nmedian {statistics.median(of_file):.2f} of the file's order, {statistics.median(of_longer):.3f} of ten times the time"
    )
    print(
        f"with an order weekday: {early} of {4 * len(weekly)} weekly visits one or two days before it, {sum(found.unmet.values())} without room, {found.metres / 1000:.0f} km"
    )


if __name__ == "__main__":
    main()
