"""Strategies in C++ that were linked in, by their names."""

from __future__ import annotations

from typing import Any

import pytest

import rollcast
from rollcast import _core
from rollcast.errors import InputErrors


def scenario(**cpp: Any) -> dict[str, Any]:
    return {
        "strategy": {"cpp": cpp},
        "traffic": {"rate": "100/s"},
        "fleet": {"replicas": 4, "readiness": {"period": "1s"}, "start": "2s", "warm_up": "0s"},
        "window": {"horizon": "10m"},
        "release": "good",
    }


def test_a_scenario_names_it() -> None:
    assert "one_by_one" in _core.registered()
    loaded = rollcast.load(scenario(name="one_by_one", args={"pause": 30}))
    assert loaded.strategy.describe() == "one_by_one(replicas=4, pause=30s)"
    forecast = rollcast.forecast(loaded, replications=10)
    assert forecast.estimates["p_promoted"].value == 1.0
    assert forecast.estimates["duration_mean"].value > 3 * 30


@pytest.mark.parametrize(
    ("cpp", "refusal"),
    [
        (
            {"name": "one_by_on"},
            'strategy.cpp.name: there is no strategy "one_by_on" linked in; there is one_by_one',
        ),
        (
            {"name": "one_by_one", "args": {"pauses": 3}},
            "strategy.cpp.args: one_by_one cannot be made: it has no argument pauses; it has pause",
        ),
        (
            {"name": "one_by_one", "args": {"pause": -3}},
            "strategy.cpp.args: one_by_one cannot be made: pause must not be negative",
        ),
        ({"name": "one_by_one", "args": {"pause": "3m"}}, "strategy.cpp.args.pause: expected a"),
        ({}, "strategy.cpp: expected the key name"),
    ],
)
def test_what_is_wrong_is_told_where(cpp: dict[str, Any], refusal: str) -> None:
    with pytest.raises(InputErrors) as caught:
        rollcast.load(scenario(**cpp))
    assert refusal in str(caught.value)
