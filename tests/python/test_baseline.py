"""A baseline of the canary's age: fresh instances of the old version that guards compare the new one with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rollcast
from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.power_axes import baked, first_share
from rollcast.scenario import LoadedScenario, load
from rollcast.testing import check_strategy

CANARY: dict[str, Any] = {
    "routed": True,
    "steps": [{"set_weight": 20}, {"analysis": "judge"}, {"set_weight": 60}, {"pause": "1m"}],
}
KAYENTA: dict[str, Any] = {
    "name": "kayenta",
    "kind": "kayenta",
    "baseline": "same-age",
    "series": [
        {"name": "latency", "kind": "mean-latency", "direction": "increase", "allowed_increase": 1.1},
        {"name": "errors", "kind": "error-ratio", "direction": "increase", "critical": True},
    ],
    "pass_score": 75,
    "step": "1m",
    "lookback": "10m",
    "initial_delay": "10m",
    "count": 1,
}


WARM: dict[str, Any] = {
    "service_time": {"exponential": {"mean": "20ms"}},
    "slots": 8,
    "errors": "1%",
    "timeout": "2s",
}
"""A service whose processes are as fast when they are young."""


def beside(strategy: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"baseline": {"strategy": strategy, **changes}}


def loaded(
    strategy: dict[str, Any] | None = None, metric: dict[str, Any] = KAYENTA, **changes: Any
) -> LoadedScenario:
    """A service whose processes take three times as long at first, and ten minutes to get over it."""
    scenario = {
        "strategy": beside({"canary": CANARY}) if strategy is None else strategy,
        "analyses": {"judge": {"metrics": [metric]}},
        "traffic": {"rate": "100/s"},
        "service": WARM | {"cold": {"slowness": 2, "decay": "4m"}},
        "fleet": {"replicas": 5, "readiness": {"period": "1s"}, "pre_stop": "5s"},
        "window": {"lead_in": "5m", "horizon": "30m"},
        "release": "good",
    }
    return load({**scenario, **changes}, allow_code=True)


def test_its_instances_count_against_a_quota() -> None:
    (warning,) = loaded(fleet={"replicas": 5, "quota": 8}).warnings
    assert "the plan wants 12 instances at a time, and 8 are allowed" in str(warning)


def promoted(scenario: LoadedScenario) -> float:
    return rollcast.forecast(scenario, replications=20, seed=3).estimates["p_promoted"].value


def test_what_is_due_to_age_counts_against_a_release_only_without_a_baseline_of_its_age() -> None:
    against_old = KAYENTA | {"baseline": "old"}
    # Kayenta errs with about 1 % of the series: with 5 of 20 good releases less than once in 10,000 suites.
    # What it is to find is several times the noise.
    assert promoted(loaded({"canary": CANARY}, against_old)) == 0
    assert promoted(loaded(metric=against_old)) == 0
    assert promoted(loaded()) >= 0.8
    assert promoted(loaded(service=WARM, metric=against_old)) >= 0.8
    assert promoted(loaded(release={"defect": "latency", "factor": 2})) == 0
    assert promoted(loaded(release={"defect": "error-rate", "rate": "10%"})) == 0


def test_sequential_tests_and_functions_of_ones_own_compare_with_it(tmp_path: Path) -> None:
    (tmp_path / "guards.py").write_text(
        """
def slower(canary, baseline):
    ratio = canary.mean_latency / baseline.mean_latency
    return (ratio < 1.3 if baseline.requests > 500 else None), ratio
"""
    )
    own = {
        "name": "own",
        "python": f"{tmp_path}/guards.py:slower",
        "window": "5m",
        "initial_delay": "6m",
        "count": 1,
    }
    verdicts = {}
    for baseline in ("same-age", "old"):
        scenario = loaded(metric=own | {"baseline": baseline})
        verdicts[baseline] = promoted(scenario)
    assert verdicts == {"same-age": 1, "old": 0}
    counts = {"name": "counts", "kind": "sequential", "interval": "1m", "count": 6, "baseline": "same-age"}
    assert promoted(loaded(metric=counts)) >= 0.8  # an alarm in 20 runs each: 5 in one suite of 400
    assert promoted(loaded(metric=counts, release={"defect": "error-rate", "rate": "10%"})) == 0


def test_it_goes_with_the_canary_and_the_story_shows_it() -> None:
    story = rollcast.replay(loaded(), 0)
    columns = story.columns
    assert story.third == "baseline"
    assert columns["ready_baseline"].max() == 2  # as busy as 3 new ones with 60 %
    assert columns["ready_baseline"][-1] == 0
    assert columns["weight_baseline"].max() == pytest.approx(0.4, abs=0.05)
    both = (columns["weight_new"] > 0.15) & (columns["weight_new"] < 0.25)
    # Of 1,500 requests a scrape a fifth: within six standard deviations, for every scrape.
    assert (
        np.abs(columns["weight_baseline"][both] - columns["weight_new"][both]).max()
        < 6 * (2 * 0.2 / 1500) ** 0.5
    )
    assert "baseline" in str(story)
    assert not rollcast.replay(loaded({"canary": CANARY}, KAYENTA | {"baseline": "old"}), 0).third


def test_trials_of_guards_show_it() -> None:
    """Drawn telemetry against whole replications."""
    errors = [dict(KAYENTA["series"][1])]
    metric = KAYENTA | {"series": errors}
    scenario = loaded(metric=metric, service=WARM)
    bad = _core.Defect(kind=_core.DefectKind.error_rate, severity=0.01)
    rows = _core.try_guards(
        scenario.model,
        scenario.strategy,
        [_core.GuardTrial(), _core.GuardTrial(defect=bad)],
        _core.GuardTrialOptions(replications=200),
    )
    good, found = (np.mean(rows["verdict"][part] == 1) for part in (slice(200), slice(200, 400)))
    assert good < 0.1
    whole = rollcast.forecast(
        loaded(metric=metric, service=WARM, release={"defect": "error-rate", "rate": "1%"}), replications=200
    )
    # Two shares of 200 each: 5.5 standard deviations of at most .05.
    assert found == pytest.approx(whole.estimates["p_rolled_back"].value, abs=0.275)
    assert found > 0.2


def test_a_bake_keeps_the_baseline() -> None:
    held = baked(loaded(), 900)
    assert isinstance(held.strategy, _core.Baseline)
    assert held.strategy.inner.params.steps == [_core.SetWeight(20), _core.Pause(900)]
    assert first_share(loaded()) == 0.2


def test_a_power_map_tells_that_trials_know_no_young_instances() -> None:
    cold, warm = (
        rollcast.power(scenario, ["error-rate"], cells=2, replications=2)
        for scenario in (loaded(), loaded(service=WARM))
    )
    assert any("service.cold" in note for note in cold.notes)
    assert not any("service.cold" in note for note in warm.notes)


@pytest.mark.parametrize(
    "strategy",
    [
        beside({"canary": CANARY}),
        {"guarded": {"strategy": beside({"canary": CANARY}), "analysis": "judge"}},
        {"shadow": {"then": beside({"canary": CANARY}), "instances": 2, "duration": "2m"}},
        beside({"flagger": {"interval": "1m", "step_weight": 20, "max_weight": 60}}),
        beside({"codedeploy": {"linear": {"percent": 20, "every": "1m"}}}),
        beside({"canary": {"steps": [{"set_weight": 40}, {"pause": "2m"}]}}),
    ],
)
def test_strategies_around_it_and_inside_it_keep_the_contract(strategy: dict[str, Any]) -> None:
    check_strategy(loaded(strategy))


@pytest.mark.parametrize(
    ("strategy", "metric", "complaint"),
    [
        (
            {"canary": CANARY},
            KAYENTA,
            "analyses.judge.metrics[0].baseline: the strategy brings no baseline: put it inside one, "
            "strategy: {baseline: {strategy: ...}}",
        ),
        (
            {"canary": CANARY},
            {"name": "m", "kind": "error-ratio", "of": "baseline", "success": "result[0] < 1"},
            "analyses.judge.metrics[0].of: the strategy brings no baseline",
        ),
        (
            None,
            {"name": "m", "kind": "error-ratio", "baseline": "same-age", "success": "result[0] < 1"},
            "analyses.judge.metrics[0].baseline: baseline goes with the kind kayenta, sequential or python, "
            "not with error-ratio",
        ),
        (
            beside({"blue_green": {"pre_promotion": "judge"}}),
            KAYENTA,
            "strategy.baseline.strategy: all requests change over at once, so that a baseline has nothing to "
            "be compared with",
        ),
        (
            beside({"guarded": {"strategy": {"recreate": {}}, "analysis": "judge"}}),
            KAYENTA,
            "strategy.baseline.strategy.guarded.strategy: all requests change over at once",
        ),
        (
            beside({"canary": CANARY}, progress_deadline="0s"),
            KAYENTA,
            "strategy.baseline: progress_deadline must be above 0",
        ),
        (
            None,
            KAYENTA | {"baseline": "same_age"},
            'analyses.judge.metrics[0].baseline: expected old or same-age, got "same_age"; did you mean',
        ),
    ],
)
def test_what_makes_no_sense_is_told(
    strategy: dict[str, Any] | None, metric: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InputErrors) as error:
        loaded(strategy, metric)
    assert complaint in str(error.value)


def test_a_baseline_that_nobody_looks_at_is_told() -> None:
    [warning] = [
        str(each) for each in loaded(metric=KAYENTA | {"baseline": "old"}).warnings if "baseline" in str(each)
    ]
    assert warning.startswith("strategy.baseline: no metric looks at it")
    assert not loaded().warnings
