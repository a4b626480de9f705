"""Plans as data: what a scenario says, and what it is lowered to."""

from __future__ import annotations

from typing import Any

import pytest

import rollcast
from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.testing import check_strategy

STEPS: list[dict[str, Any]] = [
    {"new": "25%", "within": "10m"},
    {"weight": "10%", "wait": "2m", "analysis": "errors"},
    {"approval": True, "within": "1h"},
    {"new": "100%", "until": 6, "weight": 0.5},
    {"wait": "1m"},
]


def scenario(steps: list[dict[str, Any]], release: Any = "good", **plan: Any) -> dict[str, Any]:
    metric = {"name": "errors", "kind": "error-ratio", "window": "1m", "failure": "result[0] > 0.05"}
    return {
        "strategy": {"plan": {"steps": steps, **plan}},
        "analyses": {"errors": {"metrics": [metric]}},
        "approval": "5m",
        "traffic": {"rate": "100/s"},
        "fleet": {"replicas": 8, "readiness": {"period": "1s"}, "start": "2s", "warm_up": "0s"},
        "release": release,
    }


def told(steps: list[dict[str, Any]]) -> str:
    with pytest.raises(InputErrors) as caught:
        rollcast.load(scenario(steps))
    return str(caught.value)


def test_a_step_is_lowered_from_top_to_bottom() -> None:
    loaded = rollcast.load(scenario(STEPS, progress_deadline="20m"))
    assert loaded.strategy.describe() == (
        "plan(replicas=8, steps=[scale new to 25% within 10m; shift to 10%; wait 2m; analysis 0; "
        "approval within 1h; scale new to 100% until 6 new are available; shift to 50%; wait 1m], "
        "progress_deadline=20m)"
    )
    never = rollcast.load(scenario(STEPS, progress_deadline="never"))
    assert never.strategy.params.progress_deadline is None


def test_it_promotes_a_good_release_and_takes_a_bad_one_back() -> None:
    good = rollcast.forecast(scenario(STEPS), replications=10)
    assert good.estimates["p_promoted"].value == 1.0
    assert 8 * 60 < good.estimates["duration_mean"].value < 12 * 60
    bad = rollcast.forecast(scenario(STEPS, {"defect": "error-rate", "rate": "30%"}), replications=10)
    assert bad.estimates["p_rolled_back"].value == 1.0


def test_it_keeps_the_contract() -> None:
    check_strategy(rollcast.load(scenario(STEPS)))


def test_it_says_how_long_it_takes() -> None:
    loaded = rollcast.load(scenario([{"new": 8}, {"wait": "50m"}]))
    assert 75 * 60 <= loaded.model.window.horizon <= 100 * 60
    waits = {**scenario([{"approval": True}]), "approval": None}
    assert any("waits for a person" in warning for warning in rollcast.load(waits).warnings)


@pytest.mark.parametrize(
    ("step", "refusal"),
    [
        ({}, "expected a step with new, old, until, weight, wait, analysis, approval or within"),
        ({"approval": False}, "strategy.plan.steps[1]: expected a step with new, old"),
        ({"within": "5m"}, "strategy.plan.steps[1]: expected a step with new, old"),
        ({"wait": "5m", "within": "5m"}, "steps[1].within: expected it beside one thing that may be late"),
        ({"new": 1, "analysis": "errors", "within": "5m"}, "steps[1].within: expected it beside one thing"),
        (
            {"analysis": "error"},
            'steps[1].analysis: there is no analysis "error" under analyses; there is errors',
        ),
        (
            {"until": "75%"},
            "steps[1].until: expected at most the 4 instances that are wanted by then, got 75%",
        ),
        ({"weight": "120%"}, "steps[1].weight: expected"),
        (
            {"new": "some"},
            'steps[1].new: expected a count such as 2 or a percentage such as "25%", got "some"',
        ),
        ({"nwe": 3}, 'steps[1].nwe: unknown key; did you mean "new"?'),
        ({"wait": "soon"}, 'steps[1].wait: expected a duration such as "30s"'),
    ],
)
def test_what_is_wrong_is_told_where(step: dict[str, Any], refusal: str) -> None:
    assert refusal in told([{"new": "50%"}, step])


def test_a_plan_has_steps() -> None:
    assert "strategy.plan.steps: expected at least 1 of them" in told([])


def test_recipes_are_values() -> None:
    import pickle

    plan = rollcast.load(scenario(STEPS)).strategy
    assert pickle.loads(pickle.dumps(plan)).params == plan.params
    with pytest.raises(ValueError, match="a weight must be from 0 to 1"):
        _core.Plan(_core.PlanParams(steps=[_core.PlanShift(weight=2)]))
