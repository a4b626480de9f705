"""Strategies that hold others, and the simplest one: in the scenario language."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import rollcast
from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.scenario import LoadedScenario, load

WATCH = {
    "name": "m",
    "kind": "error-ratio",
    "of": "service",
    "window": "30s",
    "interval": "10s",
    "success": "result[0] < 0.1",
}


def loaded(strategy: dict[str, Any], **changes: Any) -> LoadedScenario:
    scenario = {
        "strategy": strategy,
        "traffic": {"rate": "200/s"},
        "fleet": {
            "replicas": 4,
            "readiness": {"period": "1s"},
            "start": "2s",
            "warm_up": "0s",
            "pre_stop": "5s",
        },
        "analyses": {"errors": {"metrics": [WATCH]}},
        "release": {"defect": "error-rate", "rate": "30%"},
    }
    return load({**scenario, **changes})


def guarded(inner: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"guarded": {"strategy": inner, "analysis": "errors", **changes}}


def test_a_guard_takes_a_bad_rolling_update_back() -> None:
    bad = rollcast.forecast(loaded(guarded({"rolling": {}}, bake="5m")), replications=10)
    assert bad.estimates["p_rolled_back"].value == 1.0
    good = rollcast.forecast(loaded(guarded({"rolling": {}}, bake="5m"), release="good"), replications=10)
    assert good.estimates["p_promoted"].value == 1.0


def test_all_at_once_is_an_outage() -> None:
    forecast = rollcast.forecast(loaded({"all_at_once": {}}, release="good"), replications=10)
    assert forecast.estimates["p_promoted"].value == 1.0
    assert forecast.estimates["attributable_failures_mean"].value > 200  # a second's requests, at least


def test_a_guard_and_what_it_guards_are_lowered() -> None:
    strategy = loaded(guarded(guarded({"rolling": {"max_surge": 2}}, bake="1m"))).strategy
    assert strategy.params == _core.GuardParams(analysis=0, bake=0)
    assert strategy.inner.params.bake == 60
    assert str(strategy.inner.inner.params.max_surge) == "2"
    assert pickle.loads(pickle.dumps(strategy)).describe() == strategy.describe()


def test_a_guard_may_be_endless_and_a_step_may_not() -> None:
    step = {"canary": {"steps": [{"analysis": "errors"}]}}
    with pytest.raises(InputErrors, match="would wait for it for ever"):
        loaded(guarded(step))


def test_the_horizon_covers_the_bake() -> None:
    horizons = [loaded(guarded({"rolling": {}}, bake=bake)).model.window.horizon for bake in ("0s", "2h")]
    assert horizons[1] - horizons[0] == pytest.approx(1.5 * 7200, abs=300)


def shadow(**changes: Any) -> dict[str, Any]:
    return {"shadow": {"then": {"rolling": {}}, "analysis": "copies", "duration": "3m", **changes}}


COPIES = {"copies": {"metrics": [{**WATCH, "of": "new", "initial_delay": "1m"}]}}


def test_a_shadow_finds_a_bad_release_and_hurts_nobody() -> None:
    bad = rollcast.forecast(loaded(shadow(), analyses=COPIES), replications=10)
    assert bad.estimates["p_rolled_back"].value == 1.0
    assert bad.estimates["exposure_mean"].value == 0
    assert bad.estimates["attributable_failures_mean"].value == 0
    good = rollcast.forecast(loaded(shadow(), analyses=COPIES, release="good"), replications=10)
    assert good.estimates["p_promoted"].value == 1.0
    assert good.estimates["duration_p50"].value > 180


def test_the_load_of_a_shadow_is_real() -> None:
    """One instance of four gets everything: it fails however good the release is."""
    service = {"service_time": "20ms", "slots": 2}
    forecast = rollcast.forecast(
        loaded(shadow(instances=1), analyses=COPIES, release="good", service=service), replications=10
    )
    assert forecast.estimates["p_rolled_back"].value == 1.0
    assert forecast.estimates["attributable_failures_mean"].value == 0


def test_a_shadow_and_what_follows_are_lowered() -> None:
    body = shadow(instances="25%", mirrored="50%", progress_deadline="never")
    strategy = loaded(guarded(body), analyses=COPIES | {"errors": {"metrics": [WATCH]}}).strategy.inner
    assert strategy.params.mirrored == 0.5
    assert strategy.params.progress_deadline is None
    assert str(strategy.params.instances) == "25%"
    assert pickle.loads(pickle.dumps(strategy)).describe() == strategy.describe()


def flag(**changes: Any) -> dict[str, Any]:
    steps = [{"set_weight": 10}, {"analysis": "copies"}, {"set_weight": 50}, {"pause": "2m"}]
    return {"feature_flag": {"exposure": {"canary": {"routed": True, "steps": steps, **changes}}}}


ONCE = {"copies": {"metrics": [{**WATCH, "of": "new", "initial_delay": "1m", "count": 3}]}}


def test_a_flag_exposes_users_and_moves_no_instances() -> None:
    good = rollcast.forecast(loaded(flag(), analyses=ONCE, release="good"), replications=10)
    assert good.estimates["p_promoted"].value == 1.0
    assert good.outcomes["extra_instance_seconds"].to_numpy().max() == 0
    assert good.estimates["exposure_mean"].value > 0
    bad = rollcast.forecast(loaded(flag(), analyses=ONCE), replications=10)
    assert bad.estimates["p_rolled_back"].value == 1.0
    assert bad.estimates["attributable_failures_mean"].value > 0
    assert bad.outcomes["blast_radius"].to_numpy().max() == pytest.approx(0.1)
    assert bad.outcomes["recovery"].to_numpy().max() < 5, "no instance has to start again"


def test_what_needs_instances_does_not_show_behind_a_flag() -> None:
    crash = {"defect": "crash-on-start", "probability": "100%"}
    scenario = loaded(flag(), analyses=ONCE, release=[crash, {"defect": "error-rate"}])
    told = [str(warning) for warning in scenario.warnings]
    assert any("does not show, for it needs instances of its own: crash-on-start" in one for one in told), (
        told
    )
    forecast = rollcast.forecast(loaded(flag(), analyses=ONCE, release=crash), replications=5)
    assert forecast.estimates["p_promoted"].value == 1.0


def test_a_flag_is_lowered_and_pickled() -> None:
    strategy = loaded(guarded(flag()), analyses=ONCE | {"errors": {"metrics": [WATCH]}}).strategy.inner
    assert strategy.describe().startswith("feature_flag(exposure=canary(")
    assert pickle.loads(pickle.dumps(strategy)).describe() == strategy.describe()


def test_what_is_wrong_inside_a_flag_is_told_where() -> None:
    with pytest.raises(InputErrors, match=r"strategy\.feature_flag\.exposure\.canary\.steps"):
        loaded(flag(steps=[{"analysis": "copy"}]), analyses=ONCE)


@pytest.mark.parametrize(
    ("strategy", "refusal"),
    [
        (shadow(then={}), "strategy.shadow.then: expected one of"),
        (shadow(analysis="copy"), 'strategy.shadow.analysis: there is no analysis "copy"'),
        (shadow(mirrored="0%"), "strategy.shadow: mirrored must be above 0 and at most 1"),
        (shadow(instances=0), "strategy.shadow: instances must be at least 1"),
        (shadow(duration="0s"), "strategy.shadow: duration must be above 0"),
    ],
)
def test_bad_shadows_are_told_where(strategy: dict[str, Any], refusal: str) -> None:
    with pytest.raises(InputErrors) as caught:
        loaded(strategy, analyses=COPIES)
    assert refusal in str(caught.value)


@pytest.mark.parametrize(
    ("strategy", "refusal"),
    [
        (guarded({}), "strategy.guarded.strategy: expected one of"),
        (guarded({"rolling": {"max_surge": 0, "max_unavailable": 0}}), "strategy.guarded.strategy.rolling"),
        (
            guarded({"rolling": {}}, analysis="erors"),
            'strategy.guarded.analysis: there is no analysis "erors"',
        ),
        (guarded({"flagger": {}}), "strategy.guarded.strategy.flagger: never moves"),
        (
            guarded({"canary": {"steps": [{"set_weight": 101}]}}),
            "strategy.guarded.strategy.canary.steps[0].set_weight: expected a weight from 0 to 100, got 101",
        ),
    ],
)
def test_bad_guards_are_told_where(strategy: dict[str, Any], refusal: str) -> None:
    with pytest.raises(InputErrors) as caught:
        loaded(strategy)
    assert refusal in str(caught.value)
