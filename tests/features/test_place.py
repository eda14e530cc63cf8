"""The place verdict, by the same vectors as the phone's."""

import json
from pathlib import Path
from typing import Any

import pytest

from fieldvisit.features.visits.rules import distance_m, place_verdict

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "place.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_a_fix_is_inside_or_outside_only_if_its_whole_uncertainty_is(vector: dict[str, Any]) -> None:
    place, shop = vector["place"], vector["shop"]
    distance = None
    if place and shop["lat"] is not None and place["datum"] == shop["datum"]:
        distance = distance_m(place["lat"], place["lng"], shop["lat"], shop["lng"])
    accuracy = place["accuracy_m"] if place else None
    assert place_verdict(distance, accuracy, shop["radius_m"]) == vector["verdict"]
