"""Scenarios: what they are lowered to, what is assumed, and what bad ones are told."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rollcast import _core, examples
from rollcast.errors import InputErrors
from rollcast.scenario import LoadedScenario, json_schema, load

ROLLING: dict[str, Any] = {
    "strategy": {"rolling": {"max_surge": 1, "max_unavailable": "0%"}},
    "traffic": {"rate": "1k/s"},
    "fleet": {"replicas": 12},
    "service": {"p50": "20ms", "p99": "150ms", "utilisation": "60%"},
}


def loaded(**changes: Any) -> LoadedScenario:
    return load({**ROLLING, **changes})


def refusals(tmp_path: Path, text: str) -> list[str]:
    """The complaints about a scenario file, without its directory."""
    file = tmp_path / "s.yaml"
    file.write_text(text)
    with pytest.raises(InputErrors) as caught:
        load(file)
    return str(caught.value).replace(f"{tmp_path}/", "").split("\n")


def assumed(scenario: LoadedScenario) -> dict[str, str]:
    return {assumption.path: assumption.value for assumption in scenario.assumptions}


# --- lowering


def test_a_rolling_update_is_lowered() -> None:
    params = loaded().strategy.params
    assert params.replicas == 12
    assert (str(params.max_surge), str(params.max_unavailable)) == ("1", "0%")
    assert params.progress_deadline == 600
    assert (
        loaded(strategy={"rolling": {"progress_deadline": "never"}}).strategy.params.progress_deadline is None
    )
    assert loaded(strategy={"recreate": {}}).strategy.params.type == _core.DeploymentType.recreate


def test_a_canary_is_lowered() -> None:
    steps = [
        {"set_weight": 5},
        {"pause": "5m"},
        {"analysis": "errors"},
        {"set_canary_scale": {"weight": 50}},
        {"pause": "forever"},
    ]
    body = {"routed": True, "steps": steps, "background": {"analysis": "slow", "from_step": 1}}
    metric = {"name": "m", "kind": "error-ratio", "success": "result[0] < 0.01"}
    analyses = {"slow": {"metrics": [{**metric, "interval": "1m"}]}, "errors": {"metrics": [metric]}}
    params = loaded(strategy={"canary": body}, analyses=analyses, approval="20m").strategy.params
    assert params.steps == [
        _core.SetWeight(weight=5),
        _core.Pause(duration=300),
        _core.RunAnalysis(analysis=1),
        _core.SetCanaryScale(weight=50),
        _core.Pause(),
    ]
    assert params.background == _core.BackgroundAnalysis(analysis=0, starting_step=1)
    assert params.routed


def test_random_quantities_are_lowered() -> None:
    fleet = {
        "replicas": 12,
        "start": {"lognormal": {"p50": "2s", "p99": "20s"}},
        "warm_up": {"uniform": {"low": "1s", "high": "2s"}},
        "schedule": {"exponential": {"mean": "500ms"}},
        "crash_notice": "3s",
    }
    made = loaded(fleet=fleet).model.fleet
    assert made.schedule == _core.Exponential(mean=0.5)
    assert made.warm_up == _core.Uniform(low=1, high=2)
    assert made.crash_notice == _core.Constant(value=3)
    assert _core.quantile(made.start, 0.5) == pytest.approx(2, rel=1e-9)
    assert _core.quantile(made.start, 0.99) == pytest.approx(20, rel=1e-9)


@pytest.mark.parametrize(
    ("release", "truths"),
    [
        ("good", {"good": 1}),
        ({"defect": "error-rate", "rate": "2%"}, {"error-rate": 1}),
        ({"p_bad": "10%", "defects": [{"defect": "crash", "weight": 3}, {"defect": "latency", "weight": 1}]},
         {"good": 0.9, "crash": 0.075, "latency": 0.025}),
        ([{"defect": "crash"}, {"defect": "crash", "per_hour": 2}], {"good": 0.9675, "crash": 0.01625, "crash-2": 0.01625}),
        ("default", {"good": 0.9675, "error-rate": 0.013, "latency": 0.0065, "crash-on-start": 0.00455, "crash": 0.00455,
                     "memory-leak": 0.00195, "capacity": 0.00195}),
        ({"prior": "default"}, {"good": 0.9675, "error-rate": 0.013, "latency": 0.0065, "crash-on-start": 0.00455,
                                "crash": 0.00455, "memory-leak": 0.00195, "capacity": 0.00195}),
    ],
)  # fmt: skip
def test_a_release_becomes_kinds_of_truth(release: Any, truths: dict[str, float]) -> None:
    made = {truth.name: truth.probability for truth in loaded(release=release).model.release.truths}
    assert made == pytest.approx(truths, abs=1e-12)


def test_the_default_prior_is_an_assumption_and_says_that_it_is_a_judgement() -> None:
    (release,) = [assumption for assumption in loaded().assumptions if assumption.path == "release"]
    assert release.why.startswith("a judgement, not a measurement")
    assert "3.25% of releases are bad" in release.why
    assert "release" not in assumed(loaded(release="good"))


# --- fitting


def test_the_profile_is_fitted() -> None:
    service = loaded().model.service
    assert _core.quantile(service.service_time, 0.5) == pytest.approx(0.02, rel=1e-9)
    assert _core.quantile(service.service_time, 0.99) == pytest.approx(0.15, rel=1e-9)
    busy = 1000 * _core.mean(service.service_time) / 12
    # No other whole number of slots comes nearer to 60 %.
    assert service.slots == min(range(1, 1025), key=lambda slots: abs(busy / slots - 0.6))
    assert assumed(loaded())["service.slots"] == str(service.slots)


def test_fitted_slots_always_suffice_for_the_load() -> None:
    for rate in (300, 500, 1000, 1700):
        scenario = loaded(
            traffic={"rate": rate}, service={"p50": "20ms", "p99": "150ms", "utilisation": "99%"}
        )
        assert _core.instances_needed(scenario.model) < 12


def test_a_shape_has_the_median_that_was_given() -> None:
    for shape in ("exponential", "deterministic"):
        time = loaded(service={"p50": "20ms", "shape": shape}).model.service.service_time
        assert _core.quantile(time, 0.5) == pytest.approx(0.02, rel=1e-9)


def test_an_idle_service_is_told_so() -> None:
    scenario = loaded(traffic={"rate": "1/s"})
    assert scenario.model.service.slots == 1
    (warning,) = scenario.warnings
    assert warning == (
        "service.utilisation: is 0.24%, not 60%: even one slot is only 0.24% busy: "
        "the service has more instances than it needs"
    )


def test_every_value_that_was_not_given_is_listed_once() -> None:
    paths = [assumption.path for assumption in loaded().assumptions]
    assert len(paths) == len(set(paths))
    assert {"fleet.warm_up", "service.queue", "balancing.policy", "slo.objective", "window.horizon"} <= set(
        paths
    )
    assert not {"fleet.replicas", "service.p50", "service.utilisation"} & set(paths)
    given = loaded(slo={"objective": "99%", "period": "7d"}, window={"horizon": "1h", "lead_in": "5m"})
    assert not [path for path in assumed(given) if path.startswith(("slo", "window"))]


# --- the window


def test_the_horizon_covers_the_plan_and_the_lead_in_every_query() -> None:
    steps = [{"set_weight": 10}, {"pause": "30m"}]
    metric = {
        "name": "m",
        "promql": "sum(rate(http_requests_total[10m] offset 5m))",
        "success": "result[0] > 1",
    }
    background = {"analysis": "a"}
    scenario = loaded(
        strategy={"canary": {"steps": steps, "background": background}}, analyses={"a": {"metrics": [metric]}}
    )
    window = scenario.model.window
    assert window.horizon >= 1.5 * 1800
    assert window.lead_in >= 900 + 5 + 30
    assert math.isfinite(window.horizon)


def test_a_short_window_and_a_missing_person_are_warned_of() -> None:
    steps = [{"set_weight": 10}, {"pause": "30m"}, {"pause": "forever"}]
    scenario = loaded(strategy={"canary": {"steps": steps}}, window={"horizon": "10m"})
    assert scenario.warnings[0].startswith(
        "window.horizon: the window ends after 10m, but the plan may take "
    )
    assert scenario.warnings[1] == (
        "strategy: the plan waits for a person, and nobody is said to promote: "
        "say after how long, for example approval: 20m"
    )
    assert scenario.model.people.approval is None
    assert assumed(scenario)["approval"] == "never"


# --- metrics


def metric_query(measure: dict[str, Any], **changes: Any) -> Any:
    metric = {"name": "m", "success": "result[0] > 0", **measure}
    scenario = loaded(
        strategy={"canary": {"steps": [{"analysis": "a"}]}}, analyses={"a": {"metrics": [metric]}}, **changes
    )
    return scenario.model.analyses[0].metrics[0].source.query, scenario


def test_a_structured_metric_and_its_query_are_the_same() -> None:
    structured, _ = metric_query(
        {"kind": "error-ratio", "of": "new", "window": "2m", "vantage": "application"}
    )
    errors = 'sum(rate(http_requests_total{code=~"5..", hash="@new"}[2m])) or vector(0)'
    every = 'sum(rate(http_requests_total{hash="@new"}[2m]))'
    written, _ = metric_query({"promql": f"({errors}) / {every}"})
    assert structured == written


def test_a_binding_replaces_a_query_that_is_not_recognised() -> None:
    bound, _ = metric_query(
        {"promql": "my_own_metric"}, metrics={"m": {"kind": "request-rate", "of": "service"}}
    )
    assert [step.op for step in bound] == [_core.QueryOp.rate]
    assert bound[0].selector.scope == _core.Scope.service


def test_a_bucket_that_a_query_names_is_added_to_the_histogram() -> None:
    query, scenario = metric_query(
        {"promql": 'sum(rate(http_request_duration_seconds_bucket{le="0.3"}[2m]))'},
    )
    buckets = scenario.model.observability.latency_buckets
    assert buckets[query[0].selector.bucket] == 0.3
    assert buckets == sorted(buckets)
    with pytest.raises(
        InputErrors, match=r"no latency bucket ends at 0.3 s; the scenario's end at 0.1 and 1"
    ):
        metric_query(
            {"promql": 'sum(rate(http_request_duration_seconds_bucket{le="0.3"}[2m]))'},
            observability={"latency_buckets": ["100ms", "1s"]},
        )


# --- files


def test_overrides_win() -> None:
    scenario = load(ROLLING, overrides={"traffic": {"rate": "500/s"}, "fleet": {"replicas": 6}})
    assert (scenario.model.traffic.rate, scenario.model.fleet.replicas) == (500, 6)


def test_an_empty_section_says_nothing() -> None:
    assert loaded(balancing=None).model == loaded().model


@pytest.mark.parametrize("name", examples.names())
def test_the_schema_accepts_the_examples(name: str) -> None:
    import yaml

    validator = jsonschema.Draft202012Validator(json_schema())
    assert [
        error.message for error in validator.iter_errors(yaml.safe_load(examples.path(name).read_text()))
    ] == []


def test_the_schema_refuses_what_load_refuses() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(ROLLING)
    assert not validator.is_valid({**ROLLING, "trafic": {}})
    assert not validator.is_valid({**ROLLING, "release": "goood"})
    assert not validator.is_valid({**ROLLING, "fleet": {"replicas": 0}})


def test_every_key_of_the_schema_is_described() -> None:
    schema = json_schema()
    for name, definition in schema["$defs"].items():
        assert "description" in definition, name
        for key, value in definition.get("properties", {}).items():
            assert "description" in value, f"{name}.{key}"
    assert "a judgement, not a measurement" in json.dumps(schema)


# --- bad input


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ["s.yaml: is empty; expected a scenario or a manifest"]),
        ("hello", ['s.yaml:1:1: expected a scenario (a mapping of keys such as manifest: and traffic:), got "hello"']),
        ("a: 1\n---\nb: 2", ["s.yaml:3:1: expected one scenario in a file, found another document"]),
        ("traffic: {rate: 1k/s}", ["s.yaml:1:1: expected a plan: a manifest: such as rollout.yaml, or a strategy: with "
                                   "rolling, recreate, canary, blue_green, flagger, all_at_once, guarded, shadow, feature_flag, baseline, "
                                   "plan, python, cpp, codedeploy, ecs, instance_refresh, asg_rolling, asg_replacing, eks_nodes, app_runner, "
                                   "waves or stack_set"]),
        ("strategy: {rolling: {}}", ["s.yaml:1:1: expected traffic.rate, the service's requests per second, such as 1k/s "
                                     "(--rate 1k/s)"]),
        ("manifest: rollot.yaml", ["s.yaml:1:11: manifest: rollot.yaml: there is no such file",
                                   "s.yaml:1:1: expected traffic.rate, the service's requests per second, such as 1k/s "
                                   "(--rate 1k/s)"]),
        # unknown keys, wrong units and words, all at once
        ("trafic: {rate: 1k/s}\nfleet: {replica: 3}\nservice: {p50: 20mss, errors: 5}\nbalancing: {policy: randm}\n",
         ['s.yaml:1:1: trafic: unknown key; did you mean "traffic"?',
          's.yaml:2:9: fleet.replica: unknown key; did you mean "replicas"?',
          's.yaml:3:16: service.p50: expected a duration such as "30s", "1h30m" or "250ms", got "20mss"',
          's.yaml:3:31: service.errors: expected a share from 0% to 100%, got 5 ("5%"?)',
          's.yaml:4:21: balancing.policy: expected random, round_robin, least_outstanding, power_of_two, '
          'weighted_least_request or peak_ewma, got "randm"; did you mean "random"?']),
        ("traffic: {rate: 1k/s}\nfleet: {replicas: 0}\nstrategy: {rolling: {}}",
         ["s.yaml:2:19: fleet.replicas: expected at least 1, got 0"]),
        ("traffic: {rate: 0}\nstrategy: {rolling: {max_surge: 0, max_unavailable: 0}}",
         ["s.yaml:1:17: traffic.rate: expected more than 0 requests per second",
          "s.yaml:2:53: strategy.rolling.max_unavailable: max_surge and max_unavailable are both 0, so nothing could ever "
          "move"]),
        ("traffic: {rate: 1}\nstrategy:\n  canary:\n    steps:\n      - set_weight: 120\n      - {set_weight: 1, pause: 5m}\n"
         "      - analysis: errs\n",
         ["s.yaml:5:21: strategy.canary.steps[0].set_weight: expected a weight from 0 to 100, got 120",
          "s.yaml:6:9: strategy.canary.steps[1]: expected one of set_weight, pause, set_canary_scale, analysis, set_mirror "
          "or experiment, got set_weight and pause",
          's.yaml:7:19: strategy.canary.steps[2].analysis: there is no analysis "errs" under analyses']),
        ("traffic: {rate: 1}\nstrategy: {rolling: {}}\nrelease: {defect: latncy}",
         ["s.yaml:3:19: release.defect: expected error-rate, latency, crash-on-start, crash, crash-on-request, memory-leak, "
          'slow-leak, descriptor-leak, capacity or wrong-answers, got "latncy"; did you mean "latency"?']),
        ("traffic: {rate: 1}\nstrategy: {rolling: {}}\nrelease:\n  - {defect: error-rate, factor: 2}\n",
         ["s.yaml:4:34: release[0].factor: does not go with the defect error-rate; expected rate or class"]),
        ("traffic: {rate: 1}\nstrategy: {rolling: {}}\nrelease:\n  - {defect: crash}\n  - {defect: latency, factor: 0.5}\n",
         ["s.yaml:5:31: release[1].factor: is a factor on latency and must not be below 1"]),
        ("traffic: {rate: 1}\nstrategy: {rolling: {}}\nfleet: {start: {lognorml: {}}, warm_up: {uniform: {low: 3, high: 2}}}",
         ['s.yaml:3:17: fleet.start.lognorml: expected a value such as "20ms" or one of lognormal, exponential, uniform, '
          'log-uniform, hyperexponential, erlang, weibull or empirical, got "lognorml"; did you mean "lognormal"?',
          "s.yaml:3:66: fleet.warm_up.uniform.high: expected high to be at least low"]),
        ("traffic: {rate: 1M/s}\nstrategy: {rolling: {}}\nfleet: {replicas: 2}\nservice: {p50: 20ms, shape: deterministic}",
         ["s.yaml:1:17: traffic.rate: the load keeps 20,000 slots busy, but 2 replicas with 1024 slots each have 2048"]),
        ("traffic: {rate: 1}\nstrategy: {rolling: {}}\nmetrics: {eror-rate: {kind: error-ratio}}",
         ['s.yaml:3:11: metrics.eror-rate: no analysis has a metric "eror-rate"']),
        ("traffic: {rate: 1}\nstrategy: {rolling: {}}\nobservability: {latency_buckets: [1, 0.5]}",
         ["s.yaml:3:38: observability.latency_buckets[1]: limits must be above 0 and rise"]),
    ],
)  # fmt: skip
def test_bad_scenarios_are_told_everything_that_is_wrong(
    tmp_path: Path, text: str, messages: list[str]
) -> None:
    assert sorted(refusals(tmp_path, text)) == sorted(messages)


def test_an_override_that_is_wrong_is_told_by_its_path() -> None:
    with pytest.raises(InputErrors) as caught:
        load(ROLLING, overrides={"traffic": {"rate": "fast"}})
    assert str(caught.value) == 'traffic.rate: expected a rate such as "200/s", "2k/s" or "90/m", got "fast"'
