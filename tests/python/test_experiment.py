"""Argo's experiment step: in the scenario language, in manifests, and what it does to a forecast."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import rollcast
from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.importer import import_manifests
from rollcast.power_axes import baked
from rollcast.scenario import LoadedScenario, load, load_manifest
from rollcast.testing import check_strategy

PROFILE = {"rate": "200/s", "p50": "20ms", "p99": "150ms", "errors": "0.1%"}
SERVICE = {"traffic": {"rate": "200/s"}, "service": {"p50": "20ms", "p99": "150ms", "errors": "0.1%"}}

# A baseline and a canary with a twentieth of the traffic each, compared by their own hashes: after the documentation.
ROLLOUT = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: guestbook}
spec:
  replicas: 4
  progressDeadlineSeconds: 300
  strategy:
    canary:
      canaryService: guestbook-canary
      stableService: guestbook-stable
      trafficRouting: {istio: {virtualService: {name: guestbook}}}
      steps:
        - experiment:
            duration: 10m
            templates:
              - name: experiment-baseline
                specRef: stable
                weight: 5
              - name: experiment-canary
                specRef: canary
                replicas: 1
                weight: 5
            analyses:
              - name: compare
                templateName: compare
                requiredForCompletion: true
                args:
                  - {name: old, value: "{{templates.experiment-baseline.podTemplateHash}}"}
                  - {name: new, value: "{{ templates.experiment-canary.podTemplateHash }}"}
              - name: watch
                templateName: watch
        - setWeight: 50
        - pause: {duration: 1m}
  template:
    spec:
      containers: [{name: app, readinessProbe: {httpGet: {port: 80}, periodSeconds: 1}}]
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: compare}
spec:
  args: [{name: old}, {name: new}]
  metrics:
    - name: more-errors
      interval: 1m
      initialDelay: 2m
      count: 5
      failureLimit: 1
      successCondition: result[0] < 0.02
      provider:
        prometheus:
          query: |
            sum(rate(http_requests_total{status!~"5..", pod_template_hash="{{args.old}}"}[2m])) / sum(rate(http_requests_total{pod_template_hash="{{args.old}}"}[2m]))
              - sum(rate(http_requests_total{status!~"5..", pod_template_hash="{{args.new}}"}[2m])) / sum(rate(http_requests_total{pod_template_hash="{{args.new}}"}[2m]))
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: watch}
spec:
  metrics:
    - name: latency
      interval: 30s
      failureCondition: result[0] > 500
      provider:
        prometheus:
          query: histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket[2m])) by (le))
"""


def manifest(tmp_path: Path, *replacements: tuple[str, str]) -> Path:
    text = ROLLOUT
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "m.yaml"
    path.write_text(text)
    return path


def scenario(tmp_path: Path, **given: Any) -> LoadedScenario:
    (tmp_path / "s.yaml").write_text(
        yaml.safe_dump({"manifest": manifest(tmp_path).name, **SERVICE, **given})
    )
    return load(tmp_path / "s.yaml")


STEP = {
    "duration": "10m",
    "baseline": {"weight": 5},
    "canary": {"weight": 5},
    "required": ["errors"],
    "analyses": ["errors"],
}


def loaded(experiment: dict[str, Any] = STEP, around: str | None = None, **canary: Any) -> LoadedScenario:
    metric = {"name": "m", "kind": "error-ratio", "of": "new", "success": "isNaN(result) || result < 0.05"}
    body = {"routed": True, "steps": [{"experiment": experiment}, {"set_weight": 50}]} | canary
    strategy: dict[str, Any] = {"canary": body}
    if around is not None:
        inside = {"baseline": "strategy", "feature_flag": "exposure"}[around]
        strategy = {around: {inside: strategy}}
    return load(
        {
            "strategy": strategy,
            "analyses": {
                "errors": {"metrics": [{**metric, "interval": "30s", "initial_delay": "2m", "count": 6}]}
            },
            "traffic": {"rate": "100/s"},
            "fleet": {"replicas": 4, "readiness": {"period": "1s"}},
            "release": "good",
        }
    )


# --- manifests


def test_a_manifest_reaches_the_engine(tmp_path: Path) -> None:
    made = load_manifest(manifest(tmp_path), PROFILE)
    assert [analysis.name for analysis in made.model.analyses] == ["compare", "watch"]
    [experiment, *_] = made.strategy.params.steps
    assert experiment == _core.RunExperiment(
        stable=_core.ExperimentSide(replicas=1, weight=5),
        canary=_core.ExperimentSide(replicas=1, weight=5),
        duration=600,
        analyses=[_core.ExperimentAnalysis(0, required=True), _core.ExperimentAnalysis(1, required=False)],
    )
    assert experiment.scale_down_delay == 30
    assert made.model.baseline
    assert made.strategy.brings_baseline
    scopes = [step.selector.scope for step in made.model.analyses[0].metrics[0].source.query]
    assert [scope for scope in scopes if scope != _core.Scope.service] == [
        *2 * [_core.Scope.baseline],
        *2 * [_core.Scope.new],
    ]
    assert made.warnings == []


def test_an_imported_scenario_says_the_same(tmp_path: Path) -> None:
    text, warnings = import_manifests([manifest(tmp_path)])
    assert warnings == []
    (tmp_path / "s.yaml").write_text(text)
    again = load(tmp_path / "s.yaml")
    assert again.strategy.describe() == load_manifest(manifest(tmp_path), PROFILE).strategy.describe()


def test_templates_of_one_version_come_together(tmp_path: Path) -> None:
    more = "              - {name: third, specRef: canary, replicas: 3, weight: 2}\n            analyses:\n"
    path = manifest(
        tmp_path, ("            analyses:\n", more), ("duration: 10m", "scaleDownDelaySeconds: 0")
    )
    [experiment, *_] = load_manifest(path, PROFILE).strategy.params.steps
    assert experiment.canary == _core.ExperimentSide(replicas=4, weight=7)
    assert (experiment.duration, experiment.scale_down_delay) == (None, 0)


@pytest.mark.parametrize(
    ("old", "new", "warnings"),
    [
        ("                weight: 5\n              - name: experiment-canary\n",
         "                weight: 5\n                service: {name: x}\n                metadata: {labels: {app: y}}\n              - name: experiment-canary\n", []),
        ("duration: 10m\n", "duration: 10m\n            dryRun: [{metricName: more.*}]\n            analysisRunMetadata: {labels: {}}\n", []),
        ("duration: 10m\n", "duration: 10m\n            progressDeadlineSeconds: 3\n",
         ["m.yaml:15:13: spec.strategy.canary.steps[0].experiment.progressDeadlineSeconds: not modelled"]),
    ],
)  # fmt: skip
def test_what_is_not_modelled_is_named(tmp_path: Path, old: str, new: str, warnings: list[str]) -> None:
    made = load_manifest(manifest(tmp_path, (old, new)), PROFILE)
    assert [warning.replace(f"{tmp_path}/", "") for warning in made.warnings] == warnings
    assert made.model.analyses[0].metrics[0].dry_run == ("dryRun" in new)


def test_what_goes_on_until_a_person_ends_it_is_told(tmp_path: Path) -> None:
    path = manifest(
        tmp_path,
        ("            duration: 10m\n", ""),
        ("                requiredForCompletion: true\n", ""),
        ("      trafficRouting: {istio: {virtualService: {name: guestbook}}}\n", ""),
        ("                weight: 5\n", "                selector: {matchLabels: {app: x}}\n"),
    )
    _, told = import_manifests([path])
    assert [warning.replace(f"{tmp_path}/", "") for warning in told] == [
        "m.yaml:16:17: spec.strategy.canary.steps[0].experiment.templates[0].selector: whether the service selects pods with these is not known: taken as if it did",
        "m.yaml:20:17: spec.strategy.canary.steps[0].experiment.templates[1].selector: whether the service selects pods with these is not known: taken as if it did",
        "m.yaml:13:13: spec.strategy.canary.steps[0].experiment: has neither a duration nor an analysis with requiredForCompletion: it goes on until a person ends it",
        "m.yaml:8:5: spec.strategy: the plan waits for a person, and nobody is said to promote: say after how long, for example approval: 20m",
    ]


WHERE = "spec.strategy.canary.steps[0].experiment"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("specRef: stable", "specRef: stabel",
         f'm.yaml:17:26: {WHERE}.templates[0].specRef: expected a specRef of stable or canary, got "stabel"; did you mean "stable"?'),
        ("                specRef: stable\n", "", f"m.yaml:16:17: {WHERE}.templates[0]: expected a specRef of stable or canary, got nothing"),
        ("templates.experiment-baseline.", "templates.experiment-basline.",
         f'm.yaml:28:40: {WHERE}.analyses[0].args[0].value: the experiment has no template "experiment-basline"; did you mean "experiment-baseline"?'),
        ("duration: 10m\n", "duration: 10\n", f'm.yaml:14:23: {WHERE}.duration: expected a duration such as "30s", "5m" or "1h30m", got 10'),
        ("duration: 10m\n", "duration: ten\n", f'm.yaml:14:23: {WHERE}.duration: expected a duration such as "30s", "5m" or "1h30m", got "ten"'),
        ("trafficRouting: {istio: {virtualService: {name: guestbook}}}\n", "maxSurge: 1\n",
         f"m.yaml:18:25: {WHERE}.templates[0].weight: needs a traffic router: routed: true; without one traffic follows instances"),
        ("      count: 5\n", "",
         'm.yaml:44:7: spec.metrics[0]: metric "more-errors" has an interval but no count: the rollout would wait for it for ever'),
        ("- setWeight: 50", "- experiment: {}", "m.yaml:32:23: spec.strategy.canary.steps[1].experiment: expected templates: with a specRef"),
    ],
)  # fmt: skip
def test_bad_manifests_are_told_what_is_wrong_and_where(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(InputErrors) as caught:
        load_manifest(manifest(tmp_path, (old, new)), PROFILE)
    assert message in str(caught.value).replace(f"{tmp_path}/", "").split("\n")


# --- scenarios


@pytest.mark.parametrize(
    ("change", "canary", "around", "message"),
    [
        ({"baseline": None, "canary": None}, {}, None,
         "strategy.canary.steps[0].experiment: expected instances: of a baseline, of the canary or of both"),
        ({"required": ["eror"]}, {}, None,
         'strategy.canary.steps[0].experiment.required[0]: there is no analysis "eror" under analyses; there is errors'),
        ({}, {"routed": False}, None,
         "strategy.canary.steps[0].experiment.baseline.weight: needs a traffic router: routed: true"),
        ({"canary": {"weight": 99}}, {}, None,
         "strategy: step 1: the weights of the canary and of the experiment add up to 104 of 100"),
        ({"canary": {"replicas": 0}}, {}, None, "experiment.canary.replicas: expected at least 1, got 0"),
        ({}, {}, "baseline",
         "strategy.baseline.strategy.canary.steps[0].experiment.baseline: there is a baseline around it already"),
        ({}, {}, "feature_flag",
         "strategy.feature_flag.exposure.canary.steps[0].experiment: behind a flag there are no instances to experiment with"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(
    change: dict[str, Any], canary: dict[str, Any], around: str | None, message: str
) -> None:
    with pytest.raises(InputErrors) as caught:
        loaded(STEP | change, around, **canary)
    assert message in str(caught.value)


def test_one_without_a_baseline_fits_into_a_baseline() -> None:
    made = loaded({"canary": {"replicas": 2}, "duration": "5m"}, "baseline")
    assert made.strategy.describe().startswith("baseline(canary(")
    check_strategy(made, quota=16)  # the baseline has as many


@pytest.mark.parametrize("routed", [True, False])
def test_it_keeps_the_contract_in_the_simulator(routed: bool) -> None:
    weight = {"weight": 5} if routed else {}
    sides = {"baseline": {"replicas": 2, **weight}, "canary": {"replicas": 2, **weight}}
    check_strategy(loaded(STEP | sides, routed=routed))


@pytest.mark.parametrize("around", ["guarded", "shadow", "waves"])
def test_others_around_it_keep_the_contract(tmp_path: Path, around: str) -> None:
    canary = {"canary": {"routed": True, "steps": [{"experiment": STEP}, {"set_weight": 50}]}}
    metric = {"name": "m", "kind": "error-ratio", "of": "new", "success": "isNaN(result) || result < 0.05"}
    metrics = [{**metric, "interval": "30s", "initial_delay": "2m", "count": 6}]
    strategy: dict[str, Any] = {
        "guarded": {"strategy": canary, "analysis": "errors"},
        "shadow": {"then": canary, "instances": 1, "duration": "2m"},
        "waves": {"strategy": canary, "order": [["a"], ["b"]]},
    }[around]
    made = {
        "strategy": {around: strategy},
        "analyses": {"errors": {"metrics": metrics}},
        "traffic": {"rate": "100/s"},
        "fleet": {"replicas": 4, "readiness": {"period": "1s"}},
        "release": "good",
    }
    check_strategy(load(made | ({"locations": ["a", "b"]} if around == "waves" else {})))


def test_it_catches_a_bad_release_before_the_canary_has_traffic(tmp_path: Path) -> None:
    bad = {"release": {"defect": "error-rate", "rate": "20%"}}
    outcomes = rollcast.forecast(scenario(tmp_path, **bad), replications=20, seed=1)
    assert outcomes.estimates["p_rolled_back"].value == 1
    # The experiment's twentieth and its noise: of 3,000 requests a scrape within ten standard deviations.
    story = rollcast.replay(scenario(tmp_path, **bad), 0)
    shares = story.columns["weight_new"]
    assert 0.03 < shares.max() < 0.1
    assert story.columns["ready_new"].max() == 1
    assert story.columns["ready_new"][-1] == story.columns["ready_baseline"][-1] == 0

    good = rollcast.replay(scenario(tmp_path, release="good"), 0)
    assert good.columns["weight_new"].max() > 0.4
    # With three errors more or less in a hundred requests the comparison errs in less than one of 10,000 of these.
    fine = rollcast.forecast(scenario(tmp_path, release="good"), replications=20, seed=1)
    assert fine.estimates["p_promoted"].value == 1


def test_a_release_that_never_comes_up_fails_it_after_the_progress_deadline(tmp_path: Path) -> None:
    dead = scenario(tmp_path, release={"defect": "crash-on-start"})
    outcomes = rollcast.forecast(dead, replications=5, seed=1)
    assert outcomes.estimates["p_rolled_back"].value == 1
    assert "experiment failed: not available in time" in str(rollcast.replay(dead, 0))


def test_the_horizon_and_a_bake_know_of_it(tmp_path: Path) -> None:
    made = loaded()
    longer = loaded(STEP | {"duration": "2h", "required": [], "analyses": ["errors"]})
    assert longer.model.window.horizon > made.model.window.horizon + 3600
    held = baked(scenario(tmp_path), 900)
    assert isinstance(held.strategy, _core.Baseline)
    assert [metric.name for metric in held.model.analyses[-1].metrics] == ["more-errors", "latency"]


def test_what_an_experiment_is_too_short_for_is_told() -> None:
    slow = {"required": [], "analyses": ["errors"], "duration": "1m"}
    assert any("errors" in str(warning) for warning in loaded(STEP | slow).warnings)
