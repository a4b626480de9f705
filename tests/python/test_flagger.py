"""Flagger in the scenario language and in manifests: what reaches the engine, and what bad input is told."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import rollcast
from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.importer_flagger import passes_when
from rollcast.scenario import LoadedScenario, load, load_manifest

PROFILE = {"rate": "300/s", "p50": "20ms", "p99": "150ms", "errors": "0.1%", "utilisation": "50%"}

# The documentation's example of a canary, shortened.
CANARY = """\
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: podinfo, namespace: test}
spec:
  provider: istio
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: podinfo}
  progressDeadlineSeconds: 60
  service: {port: 9898}
  analysis:
    interval: 30s
    threshold: 5
    maxWeight: 50
    stepWeight: 10
    metrics:
      - name: request-success-rate
        thresholdRange: {min: 99}
        interval: 1m
      - name: request-duration
        thresholdRange: {max: 500.9}
        interval: 30s
      - name: failures
        templateRef: {name: failure-share, namespace: istio-system}
        thresholdRange: {max: 5}
    webhooks:
      - {name: gate, type: confirm-promotion, url: "http://gate"}
      - {name: tell, type: post-rollout, url: "http://tell"}
---
apiVersion: flagger.app/v1beta1
kind: MetricTemplate
metadata: {name: failure-share, namespace: istio-system}
spec:
  provider: {type: prometheus, address: "http://prometheus"}
  query: |
    sum(rate(istio_requests_total{destination_workload="{{ target }}", response_code="500"}[{{ interval }}]))
      / sum(rate(istio_requests_total{destination_workload="{{ target }}-primary"}[{{ interval }}]))
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: podinfo}
spec:
  replicas: 4
  progressDeadlineSeconds: 120
  strategy: {rollingUpdate: {maxUnavailable: 1}}
  template:
    spec:
      containers:
        - name: app
          readinessProbe: {httpGet: {path: /readyz}, periodSeconds: 1}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Any:
    def write(*replacements: tuple[str, str]) -> Path:
        text = CANARY
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "m.yaml"
        path.write_text(text)
        return path

    return write


def imported(path: Path) -> LoadedScenario:
    return load_manifest(path, PROFILE)


def told(messages: list[str], path: Path) -> list[str]:
    return [re.sub(r":\d+:\d+:", "", message.replace(f"{path.parent}/", "")) for message in messages]


def refusals(path: Path) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        imported(path)
    return told(str(caught.value).split("\n"), path)


# --- manifests


def test_a_canary_reaches_the_engine(manifest: Any) -> None:
    scenario = imported(manifest())
    params = scenario.strategy.params
    assert isinstance(scenario.strategy, _core.Flagger)
    assert (scenario.name, params.replicas, scenario.model.fleet.readiness.period) == ("podinfo", 4, 1)
    assert (params.interval, params.progress_deadline, params.deployment_deadline) == (30, 60, 120)
    assert params.plan == _core.flagger.Plan(step_weight=10, max_weight=50, threshold=5)
    assert (params.analysis, params.confirm_rollout, params.confirm_promotion) == (0, False, True)
    assert (str(params.max_surge), str(params.max_unavailable)) == ("25%", "1")


def test_its_metrics_are_the_checks_of_one_analysis(manifest: Any) -> None:
    (analysis,) = imported(manifest()).model.analyses
    success, duration, custom = analysis.metrics
    assert [m.name for m in analysis.metrics] == ["request-success-rate", "request-duration", "failures"]
    assert success.source.success[3].number == 99
    assert duration.source.success[3].number == 500  # whole milliseconds
    assert {s.selector.scope for s in success.source.query if s.selector.window > 0} == {_core.Scope.new}
    assert duration.source.query[0].selector.window == 30
    scopes = [s.selector.scope for s in custom.source.query if s.selector.window > 0]
    assert scopes == [_core.Scope.new, _core.Scope.old]  # {{ target }} is the canary's own workload
    assert custom.source.query[0].selector.window == 60


@pytest.mark.parametrize(
    ("limits", "value", "passes"),
    [
        ("thresholdRange: {min: 99}", 99.0, True),
        ("thresholdRange: {min: 99}", 98.9, False),
        ("thresholdRange: {min: 99, max: 99.5}", 99.6, False),
        ("threshold: 99", 99.0, True),
        ("threshold: 99", 98.0, False),
        ("thresholdRange: {}", 1.0, True),
        ("thresholdRange: {}", float("nan"), False),
        ("{}", 0.0, True),
    ],
)
def test_ranges_and_the_older_threshold_are_understood(
    manifest: Any, limits: str, value: float, passes: bool
) -> None:
    changed = limits if limits != "{}" else "interval: 1m"
    text = ("        thresholdRange: {min: 99}\n        interval: 1m\n", f"        {changed}\n")
    (analysis,) = imported(manifest(text)).model.analyses
    condition = analysis.metrics[0].source.success
    assert (_core.evaluate_condition(condition, [value]) is True) is passes
    assert _core.evaluate_condition(condition, []) is not True


def test_a_limit_keeps_its_digits() -> None:
    assert passes_when("latency", None, 0.1234567891) == "result[0] <= 0.1234567891"


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (
            ("  service: {port: 9898}\n", "  service: {port: 9898}\n  autoscalerRef: {name: podinfo}\n"),
            "m.yaml spec.autoscalerRef: not modelled",
        ),
        (
            ("type: confirm-promotion", "type: rollback"),
            'm.yaml spec.analysis.webhooks[0]: the web hook "gate" is not modelled: nobody asks for a rollback',
        ),
        (
            ("    stepWeight: 10\n", "    iterations: 3\n    match: [{headers: {}}]\n"),
            "m.yaml spec.analysis.match: how many requests match is not known: taken as 10%",
        ),
        (
            ("    interval: 30s\n    threshold", "    interval: soon\n    threshold"),
            'm.yaml spec.analysis.interval: "soon" is no duration: Flagger takes 1m',
        ),
        (
            ("    stepWeight: 10\n", "    stepWeight: 10\n    sessionAffinity: {}\n"),
            "m.yaml spec.analysis.sessionAffinity: not modelled",
        ),
        (
            ("    stepWeight: 10\n", "    stepWeight: 10\n    mirrorWeight: 50\n"),
            "m.yaml spec.analysis.mirrorWeight: has no effect without mirror",
        ),
        (
            ("  provider: istio\n", "  provider: kubernetes\n"),
            "m.yaml spec.analysis.stepWeight: has no effect: there are 10 tests, and then a switch",
        ),
        (("  provider: istio\n", "  suspend: true\n"), "m.yaml spec.suspend: is taken as false: a suspended Canary does not move"),
    ],
)  # fmt: skip
def test_what_is_not_modelled_is_warned_of(manifest: Any, change: tuple[str, str], warning: str) -> None:
    path = manifest(change)
    assert warning in told(imported(path).warnings, path)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (
            ("name: request-duration\n", "name: request-durations\n"),
            "m.yaml spec.analysis.metrics[1]: expected request-success-rate or request-duration, or a metric with a templateRef, got "
            '"request-durations"; did you mean "request-duration"?',
        ),
        (
            ("templateRef: {name: failure-share", "templateRef: {name: failure-shares"),
            'm.yaml spec.analysis.metrics[2].templateRef: there is no MetricTemplate "failure-shares" in these manifests; did you mean '
            '"failure-share"?',
        ),
        (
            ("kind: Deployment, name: podinfo}", "kind: Deployment, name: podinfos}"),
            'm.yaml spec.targetRef: there is no Deployment "podinfos" in these manifests; did you mean "podinfo"?',
        ),
        (
            ("kind: Deployment, name: podinfo}", "kind: DaemonSet, name: podinfo}"),
            'm.yaml spec.targetRef: expected a reference to a Deployment, got "DaemonSet"',
        ),
        (
            ("type: confirm-promotion", "type: confirm-promotions"),
            'm.yaml spec.analysis.webhooks[0]: "confirm-promotions" is no type of web hook; did you mean "confirm-promotion"?',
        ),
        (
            ("{{ interval }}]))\n      /", "{{ intervals }}]))\n      /"),
            'm.yaml spec.query: "{{ intervals }}" has no value; did you mean "interval"?',
        ),
        (("thresholdRange: {min: 99}", "thresholdRange: {min: high}"), 'm.yaml spec.analysis.metrics[0].thresholdRange.min: expected a number, got "high"'),
        (("    stepWeight: 10\n", ""), "m.yaml spec.analysis: never moves: expected step_weight, step_weights or iterations"),
        (("    stepWeight: 10\n", "    stepWeight: 101\n"), "m.yaml spec.analysis.stepWeight: expected at most 100, got 101"),
        (("    stepWeight: 10\n", "    stepWeight: 10\n    mirror: true\n    mirrorWeight: 101\n"), "m.yaml spec.analysis.mirrorWeight: expected a share from 0% to 100%, got \"101%\""),
    ],
)  # fmt: skip
def test_bad_manifests_are_told_what_is_wrong(manifest: Any, change: tuple[str, str], refusal: str) -> None:
    assert refusal in refusals(manifest(change))


# --- the scenario language


def loaded(**body: Any) -> LoadedScenario:
    metric = {"name": "m", "kind": "success-ratio", "window": "30s", "success": "result[0] >= 0.99"}
    return load(
        {
            "strategy": {"flagger": body},
            "traffic": {"rate": "200/s"},
            "fleet": {"replicas": 4, "readiness": {"period": "1s"}, "start": "2s", "warm_up": "0s"},
            "analyses": {"checks": {"metrics": [metric]}},
            "release": {"defect": "error-rate", "rate": "20%", "name": "bad"},
        }
    )


def test_a_plan_is_lowered() -> None:
    params = loaded(
        interval="10s", step_weights=[5, 50], match="20%", iterations=3, deployment_deadline="never", analysis="checks"
    ).strategy.params  # fmt: skip
    assert params.plan.step_weights == [5, 50]
    assert (params.plan.match, params.matched, params.plan.iterations) == (True, 0.2, 3)
    assert (params.interval, params.deployment_deadline, params.analysis) == (10, None, 0)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, "strategy.flagger: never moves: expected step_weight, step_weights or iterations"),
        ({"step_weight": 5, "interval": "9s"}, "strategy.flagger.interval: expected at least 10s"),
        ({"step_weight": 5, "match": "5%"}, "strategy.flagger.match: an A/B test needs iterations beside its match"),
        ({"step_weight": 5, "analysis": "check"}, 'strategy.flagger.analysis: there is no analysis "check" under analyses; there is checks'),
        ({"step_weights": [0]}, "strategy.flagger.step_weights[0]: expected at least 1, got 0"),
        ({"step_wait": 5}, 'strategy.flagger.step_wait: unknown key; did you mean "step_weight"?'),
    ],
)  # fmt: skip
def test_bad_plans_are_told_what_is_wrong(body: dict[str, Any], refusal: str) -> None:
    with pytest.raises(InputErrors) as caught:
        loaded(**body)
    assert refusal in str(caught.value).split("\n")


def test_dynamic_stable_scale_needs_a_router() -> None:
    canary: dict[str, Any] = {"dynamic_stable_scale": True, "steps": [{"set_weight": 10}]}
    with pytest.raises(InputErrors, match="needs a traffic router"):
        load({"strategy": {"canary": canary}, "traffic": {"rate": "1/s"}})
    made = load({"strategy": {"canary": {**canary, "routed": True}}, "traffic": {"rate": "1/s"}})
    assert made.strategy.params.dynamic_stable_scale


def test_the_horizon_covers_the_ticks_and_the_gates() -> None:
    short = loaded(step_weight=50, interval="1m").model.window.horizon
    long = loaded(step_weight=5, interval="1m").model.window.horizon
    assert long - short == pytest.approx(1.5 * 18 * 60, abs=300)  # 18 more ticks; whole five minutes


def test_a_forecast_takes_a_bad_release_back() -> None:
    scenario = loaded(step_weight=25, max_weight=50, interval="30s", threshold=2, analysis="checks")
    forecast = rollcast.forecast(scenario, replications=10)
    assert forecast.estimates["p_rolled_back"].value == 1.0
