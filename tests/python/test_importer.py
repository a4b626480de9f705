"""Manifests: what of them reaches the engine, what is warned of, and what bad ones are told."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.importer import import_manifests, pause_seconds
from rollcast.scenario import LoadedScenario, load, load_manifest

PROFILE = {"rate": "1k/s", "p50": "20ms", "p99": "150ms", "errors": "0.1%", "utilisation": "60%"}

ROLLOUT = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: checkout, labels: {team: pay}}
spec:
  replicas: 12
  minReadySeconds: 5
  revisionHistoryLimit: 3
  selector: {matchLabels: {app: checkout}}
  strategy:
    canary:
      canaryService: checkout-canary
      stableService: checkout-stable
      maxSurge: "25"
      maxUnavailable: 0
      trafficRouting: {istio: {virtualService: {name: checkout}}}
      analysis:
        templates: [{templateName: latency}]
        startingStep: 1
        args: [{name: service, value: checkout-canary.shop.svc.cluster.local}]
      steps:
        - setWeight: 5
        - pause: {duration: 5m}
        - analysis:
            templates: [{templateName: error-rate, clusterScope: true}]
            args: [{name: hash, valueFrom: {podTemplateHashValue: Latest}}]
        - setWeight: 50
        - setCanaryScale: {weight: 60}
        - pause: {duration: 600}
  template:
    metadata: {labels: {app: checkout}}
    spec:
      terminationGracePeriodSeconds: 45
      containers:
        - name: app
          image: checkout:2
          lifecycle: {preStop: {exec: {command: [/bin/sh, -c, sleep 15]}}}
          readinessProbe: {httpGet: {path: /ready, port: 80}, initialDelaySeconds: 3, periodSeconds: 5}
---
apiVersion: argoproj.io/v1alpha1
kind: ClusterAnalysisTemplate
metadata: {name: error-rate}
spec:
  args: [{name: hash}, {name: limit, value: "0.01"}, {name: count, value: 5}]
  metrics:
    - name: error-rate
      interval: 30s
      count: "{{args.count}}"
      failureLimit: 1
      successCondition: result[0] < {{ args.limit }}
      provider:
        prometheus:
          address: http://prometheus
          query: |
            sum(rate(http_requests_total{status=~"5..", pod_template_hash="{{args.hash}}"}[2m]))
              / sum(rate(http_requests_total{pod_template_hash="{{args.hash}}"}[2m]))
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: latency}
spec:
  args: [{name: service}]
  metrics:
    - name: p99
      interval: 1m
      failureLimit: 3
      failureCondition: result[0] > 500
      provider:
        prometheus:
          query: histogram_quantile(0.99, sum(rate(istio_request_duration_milliseconds_bucket{destination_service="{{args.service}}"}[5m])) by (le))
---
apiVersion: v1
kind: Service
metadata: {name: checkout}
"""

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 4
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}
  progressDeadlineSeconds: 300
  template:
    spec:
      containers:
        - name: app
          readinessProbe: {httpGet: {port: 80}}
"""

BLUE_GREEN = """\
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: pay}
spec:
  replicas: 6
  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  strategy:
    blueGreen:
      activeService: pay
      previewService: pay-preview
      previewReplicaCount: 2
      autoPromotionSeconds: 120
      scaleDownDelaySeconds: 600
      prePromotionAnalysis:
        templates: [{templateName: latency}]
        args: [{name: service, value: pay-preview}]
"""
COUNTED = ROLLOUT.replace("interval: 1m", "interval: 1m\n      count: 5")
TEMPLATES = COUNTED[COUNTED.index("---") :]


@pytest.fixture
def manifest(tmp_path: Path) -> Any:
    """Writes a manifest, with replacements, and gives its path."""

    def write(text: str = ROLLOUT, *replacements: tuple[str, str]) -> Path:
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "m.yaml"
        path.write_text(text)
        return path

    return write


def imported(path: Path) -> LoadedScenario:
    return load_manifest(path, PROFILE)


def refusals(path: Path) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        imported(path)
    return str(caught.value).replace(f"{path.parent}/", "").split("\n")


def warnings(path: Path) -> list[str]:
    return [warning.replace(f"{path.parent}/", "") for warning in imported(path).warnings]


# --- what reaches the engine


def test_a_canary_reaches_the_engine(manifest: Any) -> None:
    scenario = imported(manifest())
    params = scenario.strategy.params
    assert (scenario.name, params.replicas, params.routed) == ("checkout", 12, True)
    assert (str(params.max_surge), str(params.max_unavailable)) == ("25%", "0")  # Argo reads "25" as 25 %
    assert params.steps == [
        _core.SetWeight(weight=5),
        _core.Pause(duration=300),
        _core.RunAnalysis(analysis=0),
        _core.SetWeight(weight=50),
        _core.SetCanaryScale(weight=60),
        _core.Pause(duration=600),
    ]
    assert params.background == _core.BackgroundAnalysis(analysis=1, starting_step=1)
    assert scenario.warnings == []


def test_the_pods_life_reaches_the_engine(manifest: Any) -> None:
    fleet = imported(manifest()).model.fleet
    assert (fleet.replicas, fleet.min_ready, fleet.grace, fleet.pre_stop) == (12, 5, 45, 15)
    assert fleet.readiness == _core.Probe(initial_delay=3, period=5, success_threshold=1, failure_threshold=3)


def test_analyses_reach_the_engine(manifest: Any) -> None:
    errors, latency = imported(manifest()).model.analyses
    assert (latency.name, errors.name) == ("latency", "error-rate")
    (metric,) = errors.metrics
    assert (metric.name, metric.interval, metric.count, metric.failure_limit) == ("error-rate", 30, 5, 1)
    assert metric.source.success[3].number == 0.01
    assert [step.selector.scope for step in metric.source.query[:2]] == [_core.Scope.new, _core.Scope.new]
    assert ROLLOUT.split("\n")[metric.line - 1].strip() == "- name: error-rate"
    (metric,) = latency.metrics
    assert (metric.count, metric.failure_limit) == (0, 3)
    assert metric.source.query[0].selector.scope == _core.Scope.new  # by the canary's service


@pytest.mark.parametrize(
    ("threshold", "amount"), [("{type: Percentage, value: 90}", "90%"), ("{type: Pods, value: 2}", "2")]
)
def test_a_progress_threshold_reaches_the_engine(manifest: Any, threshold: str, amount: str) -> None:
    path = manifest(ROLLOUT, ("maxUnavailable: 0", f"replicaProgressThreshold: {threshold}"))
    assert str(imported(path).strategy.params.progress_threshold) == amount
    assert warnings(path) == []
    assert refusals(
        manifest(ROLLOUT, ("maxUnavailable: 0", "replicaProgressThreshold: {type: Pod, value: 2}"))
    ) == [
        "m.yaml:14:40: spec.strategy.canary.replicaProgressThreshold.type: expected the type Pods or Percentage, "
        'got "Pod"; did you mean "Pods"?'
    ]


def test_a_canary_may_be_scaled_beyond_all_replicas(manifest: Any) -> None:
    larger = ("setCanaryScale: {weight: 60}", "setCanaryScale: {weight: 200}")
    assert imported(manifest(ROLLOUT, larger)).strategy.params.steps[4] == _core.SetCanaryScale(weight=200)


def test_a_deployment_reaches_the_engine(manifest: Any) -> None:
    params = imported(manifest(DEPLOYMENT)).strategy.params
    assert (params.replicas, str(params.max_surge), str(params.max_unavailable)) == (4, "1", "25%")
    assert params.progress_deadline == 300
    recreate = ("{rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}}", "{type: Recreate}")
    assert imported(manifest(DEPLOYMENT, recreate)).strategy.params.type == _core.DeploymentType.recreate
    never = ("progressDeadlineSeconds: 300", "progressDeadlineSeconds: 2147483647")
    assert imported(manifest(DEPLOYMENT, never)).strategy.params.progress_deadline is None


def test_a_blue_green_over_a_deployment_reaches_the_engine(manifest: Any) -> None:
    scenario = imported(manifest(f"{BLUE_GREEN}---\n{DEPLOYMENT}{TEMPLATES}"))
    params = scenario.strategy.params
    assert (params.replicas, params.preview_replica_count) == (6, 2)
    assert (params.auto_promotion, params.scale_down_delay) == (120, 600)
    assert (params.pre_promotion, params.post_promotion) == (0, None)
    assert params.auto_promotion_enabled is None
    assert scenario.model.fleet.readiness.period == 10  # the Deployment's probe


@pytest.mark.parametrize(
    ("hook", "seconds"),
    [
        ("{sleep: {seconds: 7}}", 7),
        ("{exec: {command: [sleep, '20']}}", 20),
        ("{exec: {command: [/bin/bash, -c, /bin/sleep 1m]}}", 45),  # the grace period ends it
        ("{exec: {command: [sh, -c, 'sleep 5; nginx -s quit']}}", 5),
        ("{httpGet: {path: /drain}}", 0),
    ],
)
def test_sleeps_of_hooks_are_understood(manifest: Any, hook: str, seconds: float) -> None:
    changed = manifest(ROLLOUT, ("{exec: {command: [/bin/sh, -c, sleep 15]}}", hook))
    assert imported(changed).model.fleet.pre_stop == seconds


def test_pauses_are_read_as_argo_reads_them() -> None:
    assert [pause_seconds(value) for value in (10, "10", "10s", "10m", "1h", None)] == [
        10,
        10,
        10,
        600,
        3600,
        None,
    ]


def test_a_scenario_refers_to_a_manifest_and_wins_over_it(manifest: Any, tmp_path: Path) -> None:
    manifest()
    (tmp_path / "s.yaml").write_text(
        "manifest: m.yaml\nname: other\ntraffic: {rate: 1k/s}\nfleet: {replicas: 24}\nargs: {limit: 0.5}\n"
        "metrics: {p99: {kind: mean-latency}}\n"
    )
    scenario = load(tmp_path / "s.yaml")
    assert (scenario.name, scenario.strategy.params.replicas, scenario.model.fleet.grace) == ("other", 24, 45)
    errors, latency = scenario.model.analyses
    assert errors.metrics[0].source.success[3].number == 0.5
    assert [step.op for step in latency.metrics[0].source.query][-1] == _core.QueryOp.divide


def test_the_same_templates_with_other_arguments_are_another_analysis(manifest: Any) -> None:
    again = "        - analysis: {templates: [{templateName: latency}], args: [{name: service, value: X}]}\n"
    steps = again.replace("X", "checkout-canary") + again.replace("X", "checkout-stable")
    steps += again.replace("X", "checkout-stable")
    scenario = imported(manifest(COUNTED, ("  template:\n", f"{steps}  template:\n")))
    assert [analysis.name for analysis in scenario.model.analyses] == [
        "error-rate",
        "latency",
        "latency-2",
        "latency-3",
    ]
    ran = [step.analysis for step in scenario.strategy.params.steps if isinstance(step, _core.RunAnalysis)]
    assert ran == [0, 1, 2, 2]
    scopes = [a.metrics[0].source.query[0].selector.scope for a in scenario.model.analyses]
    assert scopes == [_core.Scope.new, _core.Scope.new, _core.Scope.old, _core.Scope.new]


# --- what is warned of


def test_what_is_not_modelled_is_named_with_its_place(manifest: Any) -> None:
    path = manifest(
        ROLLOUT,
        ("          image: checkout:2\n", "          image: checkout:2\n          resources: {}\n"
         "          livenessProbe: {}\n"),
        ("      containers:\n", "      affinity: {}\n      containers:\n        - name: proxy\n"),
        ("        - setWeight: 50\n", "        - setMirrorRoute: {name: x, percentage: 35, match: [{method: {exact: GET}}]}\n"),
        ("      maxUnavailable: 0\n", "      maxUnavailable: 0\n      minPodPerReplicaSet: 2\n"),
    )  # fmt: skip
    path.write_text(
        f"{path.read_text()}---\n{{apiVersion: v1, kind: ScaledObject, metadata: {{name: keda}}}}\n"
    )
    assert [re.sub(r":\d+:\d+:", "", warning) for warning in warnings(path)] == [
        "m.yaml ScaledObject keda is not modelled",
        "m.yaml spec.template.spec.containers[0]: container proxy is not modelled: the pod is taken as one process",
        "m.yaml spec.template.spec.containers[1].resources: not modelled",
        "m.yaml spec.template.spec.containers[1].livenessProbe: not modelled",
        "m.yaml spec.template.spec.affinity: not modelled",
        "m.yaml spec.strategy.canary.steps[3].setMirrorRoute.match: how many requests match is not known: taken as all of them",
        'm.yaml spec.strategy.canary.minPodPerReplicaSet: not modelled; did you mean "minPodsPerReplicaSet"?',
    ]
    text = path.read_text().split("\n")
    for warning in warnings(path)[1:]:
        line, column = (int(number) for number in re.findall(r":(\d+)", warning)[:2])
        key = re.findall(r": [\w.\[\]]*?(\w+)(?:\[\d+\])?: ", warning)[0]
        assert text[line - 1][column - 1 :].startswith((key, "name: proxy"))


def test_a_step_that_does_nothing_keeps_the_steps_numbers(manifest: Any) -> None:
    path = manifest(ROLLOUT, ("        - setWeight: 50\n", "        - setHeaderRoute: {name: x}\n"))
    assert imported(path).strategy.params.steps[3] == _core.Pause(duration=0)
    assert [re.sub(r":\d+:\d+:", "", warning) for warning in warnings(path)] == [
        "m.yaml spec.strategy.canary.steps[3].setHeaderRoute: not modelled: the step does nothing here"
    ]


def test_a_missing_readiness_probe_is_warned_of(manifest: Any) -> None:
    path = manifest(DEPLOYMENT, ("          readinessProbe: {httpGet: {port: 80}}\n", ""))
    assert warnings(path) == [
        "m.yaml:11:11: spec.template.spec.containers[0]: there is no readiness probe, so traffic comes as soon as the "
        "process runs; modelled as a probe every second"
    ]


# --- what bad manifests are told

STEP = "spec.strategy.canary.steps[0]"
QUERY = "spec.metrics[0].provider.prometheus.query"
BIND = "metrics: {error-rate: {kind: error-ratio, of: new, window: 5m, vantage: proxy}}"


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("setWeight: 5\n", "setWeight: 120\n", [f"m.yaml:21:22: {STEP}.setWeight: expected a weight from 0 to 100, got 120"]),
        ("setWeight: 5\n", "setWieght: 5\n",
         [f'm.yaml:21:11: {STEP}.setWieght: is no step of a canary; did you mean "setWeight"?']),
        ("setWeight: 5\n", "plugin: {name: x}\n",
         [f"m.yaml:21:11: {STEP}.plugin: steps of this kind are not modelled, and the plan is not the same without it"]),
        ("setWeight: 5\n", "setWeight: five\n", [f'm.yaml:21:22: {STEP}.setWeight: expected a whole number, got "five"']),
        ("replicas: 12", "replicas: 0", ["m.yaml:5:13: spec.replicas: expected at least 1, got 0"]),
        ("replicas: 12", 'replicas: "12"', ['m.yaml:5:13: spec.replicas: expected a whole number, got "12"']),
        ("duration: 5m", "duration: 5 minutes",
         ["m.yaml:22:29: spec.strategy.canary.steps[1].pause.duration: expected whole seconds or a duration such as 10, "
          '"10s", "10m" or "1h", got "5 minutes"']),
        ('maxSurge: "25"', "maxSurge: 25x",
         ['m.yaml:13:17: spec.strategy.canary.maxSurge: expected a count such as 2 or a percentage such as "25%", got "25x"']),
        ("startingStep: 1", "startingStep: 9",
         ["m.yaml:18:23: spec.strategy.canary.analysis.startingStep: expected a step from 0 to 6, got 9"]),
        ("templateName: error-rate, clusterScope: true", "templateName: error-rate",
         ['m.yaml:24:25: spec.strategy.canary.steps[2].analysis.templates[0]: "error-rate" is a ClusterAnalysisTemplate, '
          "which is referred to with clusterScope: true"]),
        ("templateName: latency", "templateName: latncy",
         ['m.yaml:17:21: spec.strategy.canary.analysis.templates[0]: there is no AnalysisTemplate "latncy" in these '
          'manifests; did you mean "latency"?']),
        ("Latest", "Newest", ["m.yaml:25:67: spec.strategy.canary.steps[2].analysis.args[0].valueFrom.podTemplateHashValue: "
                              'expected Latest or Stable, got "Newest"',
                              f'm.yaml:53:18: {QUERY}: the argument "hash" has no value; give it one in the manifest, or in '
                              "a scenario under args:"]),
        ('status=~"5..", pod_template_hash="{{args.hash}}"', 'status=~"5..", pod_template_hash="{{args.hsh}}"',
         [f'm.yaml:53:18: {QUERY}: the template has no argument "hsh"; did you mean "hash"?']),
        ('(http_requests_total{status', '(http_requests_totl{status',
         [f'm.yaml:53:18: {QUERY}: the query of metric "error-rate" is not recognised: the metric "http_requests_totl" is '
          f'not known (did you mean "http_requests_total"?); say in a scenario what it measures, for example {BIND}']),
        ("        prometheus:\n          address: http://prometheus\n", "        datadog:\n",
         ['m.yaml:51:9: spec.metrics[0].provider.datadog: metric "error-rate" comes from datadog, which cannot be evaluated '
          f"here; say in a scenario what it measures, for example {BIND}"]),
        ("result[0] < {{ args.limit }}", "reslt[0] < 1",
         ['m.yaml:49:25: spec.metrics[0].successCondition: at character 1: the word "reslt" is not supported in a condition '
          '(in reslt[0] < 1); did you mean "result"?']),
        ("interval: 30s", "interval: 1d",
         ['m.yaml:46:17: spec.metrics[0].interval: expected a duration such as "30s", "5m" or "1h30m", got "1d"',
          "m.yaml:47:14: spec.metrics[0].count: expected an interval beside a count of 5"]),
        ('      count: "{{args.count}}"\n', "",
         ['m.yaml:45:7: spec.metrics[0]: metric "error-rate" has an interval but no count: the rollout would wait for it '
          "for ever"]),
        ("failureLimit: 1\n", "failureLimit: 9\n",
         ["m.yaml:48:21: spec.metrics[0].failureLimit: expected at most the count (5), got 9"]),
        ("kind: Rollout", "kind: Rolout",
         ['m.yaml:2:7: kind: expected a Canary, a Deployment or a Rollout, got "Rolout"; did you mean "Rollout"?']),
        ("    canary:\n", "    canry:\n",
         ["m.yaml:10:5: spec.strategy: expected either canary or blueGreen, got neither"]),
        ("kind: Service\n", "kind: Rollout\n",
         ["m.yaml:71:1: expected one Canary, Deployment or Rollout, found Rollout checkout and Rollout checkout: give one at a time"]),
    ],
)  # fmt: skip
def test_bad_manifests_are_told_what_is_wrong_and_where(
    manifest: Any, old: str, new: str, messages: list[str]
) -> None:
    assert refusals(manifest(ROLLOUT, (old, new))) == messages


def test_several_problems_are_told_at_once(manifest: Any) -> None:
    path = manifest(ROLLOUT, ("setWeight: 5\n", "setWeight: 101\n"), ("> 500", "> 'x'"), ("12", "12.5"))
    assert refusals(path) == ["m.yaml:5:13: spec.replicas: expected a whole number, got 12.5"]
    path = manifest(ROLLOUT, ("setWeight: 5\n", "setWeight: 101\n"), ("result[0] > 500", "rslt > 500"))
    assert len(refusals(path)) == 2


def test_a_manifest_that_is_none_is_told_so(manifest: Any) -> None:
    assert refusals(manifest("apiVersion: v1\nkind: Service\n")) == [
        "m.yaml: there is no Canary, Deployment or Rollout here; a forecast needs one"
    ]
    assert refusals(manifest("- 1\n")) == [
        "m.yaml: there is no Canary, Deployment or Rollout here; a forecast needs one",
        "m.yaml:1:1: expected a mapping, got a list",
    ]
    missing = manifest(BLUE_GREEN[: BLUE_GREEN.index("      prePromotion")])
    assert refusals(missing) == [
        'm.yaml:6:16: spec.workloadRef: there is no Deployment "shop" in these manifests'
    ]


def test_a_profile_without_a_rate_is_asked_for_one(manifest: Any) -> None:
    with pytest.raises(InputErrors) as caught:
        load_manifest(manifest(), {"p50": "20ms"})
    assert "expected traffic.rate, the service's requests per second, such as 1k/s (--rate 1k/s)" in str(
        caught.value
    )


# --- import


def without_lines(scenario: LoadedScenario) -> Any:
    """The model without the metrics' lines, which are those of another file."""
    model = scenario.model
    model.analyses = [
        _core.Analysis(name=analysis.name, metrics=[_without_line(metric) for metric in analysis.metrics])
        for analysis in model.analyses
    ]
    return model


def _without_line(metric: Any) -> Any:
    metric.line = 0
    return metric


@pytest.mark.parametrize("text", [ROLLOUT, DEPLOYMENT, f"{BLUE_GREEN}---\n{DEPLOYMENT}{TEMPLATES}"])
def test_an_imported_scenario_is_the_manifest(manifest: Any, tmp_path: Path, text: str) -> None:
    path = manifest(text)
    written, _ = import_manifests([path])
    (tmp_path / "s.yaml").write_text(written)
    read, direct = load(tmp_path / "s.yaml"), load_manifest(path, {"rate": "100/s"})
    assert without_lines(read) == without_lines(direct)
    assert read.strategy.params == direct.strategy.params
    assert read.assumptions == direct.assumptions


def test_the_assumptions_of_an_imported_scenario_are_its_comments(manifest: Any, tmp_path: Path) -> None:
    written, _ = import_manifests([manifest(DEPLOYMENT)])
    body, comments = written.split("\n# Assumed, ")
    direct = load_manifest(tmp_path / "m.yaml", {"rate": "100/s"})
    (tmp_path / "comments.yaml").write_text("\n".join(line[2:] for line in comments.split("\n")[1:]))
    (tmp_path / "s.yaml").write_text(body)
    from rollcast.yaml_source import read_file

    (said,) = read_file(tmp_path / "comments.yaml")
    complete = load(tmp_path / "s.yaml", overrides=said.plain())
    assert without_lines(complete) == without_lines(direct)
    left = {assumption.path for assumption in complete.assumptions}
    assert left <= {"service.slots", "service.queue", "fleet.capacity", "release"}


def test_warnings_of_an_import_stand_at_its_top(manifest: Any) -> None:
    written, told = import_manifests(
        [manifest(DEPLOYMENT, ("  replicas: 4\n", "  replicas: 4\n  paused: true\n"))]
    )
    assert len(told) == 1
    assert told[0].endswith("spec.paused: is taken as false: a paused rollout does not move")
    assert f"# Mind: {told[0]}\n" in written


# --- anything at all

JUNK = (
    None,
    0,
    -1,
    10**30,
    1.5,
    float("nan"),
    "",
    "x",
    "5%",
    "1e999",
    "{{args.x}}",
    [],
    {},
    [[]],
    {"a": {}},
    True,
)


def test_a_mangled_manifest_is_read_or_refused_but_never_crashes(manifest: Any) -> None:
    random = Random(1)
    refused = 0
    for _ in range(400):
        documents = list(yaml.safe_load_all(ROLLOUT))
        where = random.choice([(parent, key) for document in documents for parent, key in _parts(document)])
        where[0][where[1]] = random.choice(JUNK)
        try:
            imported(manifest(yaml.safe_dump_all(documents)))
        except InputErrors:
            refused += 1
    assert 100 < refused < 400  # so that both ends are reached


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every part below a value, as its parent and its key."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _parts(value[key])
