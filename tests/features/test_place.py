"""The place verdict and the datums, by the same vectors as the phone's (S11.9)."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from fieldvisit.features.customers.datums import from_wgs84, to_wgs84
from fieldvisit.features.visits.rules import distance_m, fix_age_s, place_verdict, shop_distance_m

VECTORS = Path(__file__).parents[1] / "vectors"
PLACES = json.loads((VECTORS / "place.json").read_text())
DATUMS = json.loads((VECTORS / "datums.json").read_text())


@pytest.mark.parametrize("vector", PLACES, ids=lambda vector: vector["name"])
def test_a_fix_is_inside_or_outside_only_if_its_whole_uncertainty_is(vector: dict[str, Any]) -> None:
    place, shop = vector["place"], vector["shop"]
    distance = accuracy = age = None
    if place:
        point = (place["lat"], place["lng"], place["datum"])
        distance = shop_distance_m(*point, shop["lat"], shop["lng"], shop["datum"])
        accuracy = place["accuracy_m"]
        age = fix_age_s(datetime.fromisoformat(place["fix_at"]), datetime.fromisoformat(vector["at"]))
    assert place_verdict(distance, accuracy, shop["radius_m"], age) == vector["verdict"]


def test_the_truth_table_holds_every_verdict_in_every_datum() -> None:
    seen = {(row["shop"]["datum"], row["verdict"]) for row in PLACES if row["place"]}
    wanted = {(d, v) for d in ("wgs84", "gcj02", "bd09") for v in ("inside", "outside", "cannot_tell")}
    assert wanted <= seen
    assert len(PLACES) >= 45


@pytest.mark.parametrize("vector", DATUMS, ids=lambda vector: str(vector["wgs84"]))
@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_point_is_the_same_place_in_every_datum(vector: dict[str, Any], datum: Any) -> None:
    assert distance_m(*from_wgs84(*vector["wgs84"], datum), *vector[datum]) < 0.01
    assert distance_m(*to_wgs84(*vector[datum], datum), *vector["wgs84"]) < 0.01
    assert distance_m(*vector[datum], *vector["wgs84"]) > 200  # read in the wrong datum it is another street


def test_outside_the_box_of_china_gcj02_is_wgs84() -> None:
    assert from_wgs84(48.85, 2.35, "gcj02") == (48.85, 2.35)
