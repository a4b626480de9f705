"""What changes and limits the size of a workload: the language, its warnings and errors, and imports."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import rollcast
from rollcast import _core
from rollcast.errors import InputErrors
from rollcast.importer import import_manifests
from rollcast.scenario import LoadedScenario, load, load_manifest
from rollcast.testing import check_strategy

SCENARIO: dict[str, Any] = {
    "traffic": {"rate": "40/s"},
    "service": {"p50": "20ms", "p99": "100ms"},
    "fleet": {"replicas": 6},
    "strategy": {"rolling": {}},
}


def loaded(**fleet: Any) -> LoadedScenario:
    return load({**SCENARIO, "fleet": {**SCENARIO["fleet"], **fleet}})


def autoscaling(**given: Any) -> Any:
    return loaded(autoscaling={"max": 20, **given}).model.fleet.autoscaling


def refusals(**fleet: Any) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        loaded(**fleet)
    return str(caught.value).split("\n")


# --- the language


def test_kubernetes_autoscaler_has_kubernetes_defaults() -> None:
    scaling = autoscaling()
    assert (scaling.least, scaling.most, scaling.request) == (1, 20, 1.0)
    (target,) = scaling.by.targets
    assert (target.metric, target.value) == (_core.LoadMetric.utilization, 0.8)
    assert (scaling.by.tolerance, scaling.by.sync, scaling.by.down.stabilization) == (0.1, 15, 300)
    assert [(one.percent, one.value, one.period) for one in scaling.by.up.policies] == [
        (False, 4, 15),
        (True, 100, 15),
    ]


def test_what_is_said_of_an_autoscaler_reaches_the_engine() -> None:
    scaling = autoscaling(
        min=3,
        cpu="120%",
        requests="90/m",
        request="50%",
        tolerance="5%",
        sync="10s",
        up={"stabilization": "1m", "select": "min", "policies": [{"percent": 10, "period": "1m"}]},
        down={"select": "disabled"},
    )
    assert (scaling.least, scaling.request) == (3, 0.5)
    assert [target.value for target in scaling.by.targets] == [1.2, 1.5]
    assert (scaling.by.tolerance, scaling.by.sync) == (0.05, 10)
    assert (scaling.by.up.stabilization, scaling.by.up.select) == (60, _core.SelectPolicy.min)
    assert [(one.percent, one.value, one.period) for one in scaling.by.up.policies] == [(True, 10, 60)]
    assert scaling.by.down.select == _core.SelectPolicy.disabled


def test_target_tracking_has_a_policy_for_each_metric() -> None:
    tracking = [{"cpu": "75%", "scale_in_cooldown": "1m"}, {"requests": "600/m", "disable_scale_in": True}]
    first, second = autoscaling(target_tracking=tracking).by
    assert (first.target.value, first.scale_in_cooldown, first.scale_out_cooldown) == (0.75, 60, 300)
    assert (second.target.metric, second.target.value) == (_core.LoadMetric.requests, 10)
    assert second.disable_scale_in


def test_instances_are_as_busy_as_their_autoscaler_wants_them() -> None:
    scenario = loaded(autoscaling={"max": 20, "cpu": "60%", "request": "50%"})
    assert "30%" in [one.value for one in scenario.assumptions if one.path == "service.utilisation"]


def test_without_a_size_it_starts_from_the_least() -> None:
    scenario = load({**SCENARIO, "fleet": {"autoscaling": {"min": 4, "max": 20}}})
    assert scenario.model.fleet.replicas == 4


@pytest.mark.parametrize(
    ("fleet", "message"),
    [
        ({"autoscaling": {"min": 8, "max": 20}}, "fleet.replicas: must be what its autoscaling keeps, from 8 to 20, is 6"),
        ({"autoscaling": {"min": 8, "max": 4}}, "fleet.autoscaling.max: expected at least the min of 8, got 4"),
        ({"autoscaling": {"max": 20, "cpu": "0%"}}, 'fleet.autoscaling.cpu: expected a percentage above 0 such as "80%", got "0%"'),
        ({"autoscaling": {"max": 20, "up": {"policies": [{"period": "1m"}]}}}, "fleet.autoscaling.up.policies[0]: expected exactly one of pods and percent"),
        ({"autoscaling": {"max": 20, "target_tracking": [{}]}}, "fleet.autoscaling.target_tracking[0]: expected exactly one of cpu and requests"),
        ({"autoscaling": {"max": 20, "sync": "5s", "target_tracking": [{"cpu": "50%"}]}}, "fleet.autoscaling.sync: belongs to Kubernetes' autoscaler and may not be given beside target_tracking"),
        ({"autoscaling": {"max": 20, "targetCPU": "50%"}}, "fleet.autoscaling.targetCPU: unknown key"),
        ({"disruption_budget": {}}, "fleet.disruption_budget: expected exactly one of min_available and max_unavailable"),
        ({"quota": 5}, "fleet.quota: expected at least the 6 replicas, got 5"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(fleet: dict[str, Any], message: str) -> None:
    assert any(message in line for line in refusals(**fleet)), refusals(**fleet)


def test_a_plan_that_wants_more_than_there_may_be_is_warned_of() -> None:
    assert loaded(quota=8).warnings == []
    (quota,) = loaded(quota=7).warnings
    assert quota.endswith(
        "fleet.quota: the plan wants 8 instances at a time, and 7 are allowed: the others are not created until old ones are gone"
    )
    (capacity,) = loaded(capacity=7).warnings
    assert "the others wait for a place until old ones are gone" in capacity
    (most,) = loaded(quota=8, autoscaling={"max": 9}).warnings
    assert most.endswith("is more than the quota of 8: the autoscaler will not get so many")


def test_a_surge_over_the_quota_is_stuck() -> None:
    strategy = {"rolling": {"max_surge": 1, "max_unavailable": 0, "progress_deadline": "60s"}}
    fleet = {"replicas": 4, "quota": 4}
    scenario = {**SCENARIO, "fleet": fleet, "strategy": strategy, "window": {"horizon": "5m"}}
    forecast = rollcast.forecast(load(scenario), replications=4, seed=1)
    assert forecast.estimates["p_stuck"].value > 0.99


def test_a_strategy_of_the_engine_follows_the_size() -> None:
    check_strategy(loaded(autoscaling={"max": 20}))


# --- drains and what they must leave alone

DRAIN: dict[str, Any] = {"hosts": {"count": 3}, "drain": [{"at": "1m", "timeout": "5m", "force": True}]}


def drained(faults: dict[str, Any] = DRAIN, **fleet: Any) -> LoadedScenario:
    return load({**SCENARIO, "fleet": {**SCENARIO["fleet"], **fleet}, "faults": faults})


def test_a_drain_and_its_budget_reach_the_engine() -> None:
    core = drained(disruption_budget={"max_unavailable": "20%"}).model
    (drain,) = core.faults.drains
    assert (drain.at, drain.hosts, drain.retry, drain.away) == (60, 1, 5, 300)
    assert (drain.timeout, drain.force) == (300, True)
    assert str(core.fleet.disruption_budget.max_unavailable) == "20%"


def test_a_budget_that_lets_nothing_go_is_warned_of() -> None:
    (warning,) = drained(disruption_budget={"min_available": 6}).warnings
    assert warning.endswith(
        "fleet.disruption_budget: lets none of the 6 instances be evicted while all are ready: drains stand still"
    )
    assert drained(disruption_budget={"min_available": 5}).warnings == []


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ({"drain": [{"at": "1m"}]}, "faults.drain[0]: expected faults.hosts beside it: which hosts there are"),
        ({**DRAIN, "drain": [{"at": "1m", "hosts": 4}]}, "faults.drain[0].hosts: must be from 1 to the 3 hosts that there are"),
        ({**DRAIN, "drain": [{"at": "1m", "force": True}]}, "faults.drain[0].force: expected a timeout beside it"),
    ],
)  # fmt: skip
def test_a_drain_that_cannot_be_is_told(faults: dict[str, Any], message: str) -> None:
    with pytest.raises(InputErrors) as caught:
        drained(faults)
    assert message in str(caught.value)


# --- manifests

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  replicas: 5
  template:
    metadata: {labels: {app: shop}}
    spec:
      containers:
        - name: shop
          readinessProbe: {periodSeconds: 5}
"""
AUTOSCALER = """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 2
  maxReplicas: 12
  metrics:
    - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 65}}}
    - {type: Pods, pods: {metric: {name: http_requests}, target: {type: AverageValue, averageValue: 500m}}}
    - {type: Resource, resource: {name: memory, target: {type: Utilization, averageUtilization: 65}}}
  behavior:
    scaleDown:
      stabilizationWindowSeconds: 60
      selectPolicy: Min
      policies: [{type: Percent, value: 10, periodSeconds: 60}, {type: Pods, value: 5, periodSeconds: 60}]
"""
QUOTA = """
apiVersion: v1
kind: ResourceQuota
metadata: {name: most}
spec: {hard: {pods: "20", requests.cpu: "40"}}
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[..., Path]:
    def write(*documents: str) -> Path:
        path = tmp_path / "m.yaml"
        path.write_text("---".join(documents))
        return path

    return write


def read(path: Path) -> LoadedScenario:
    return load_manifest(path, {"rate": "40/s"})


def warnings(scenario: LoadedScenario) -> list[str]:
    return [warning.rpartition("m.yaml:")[2].split(" ", 1)[1] for warning in scenario.warnings]


def test_an_autoscaler_beside_a_deployment_is_imported(manifest: Callable[..., Path]) -> None:
    scenario = read(manifest(DEPLOYMENT, AUTOSCALER))
    scaling = scenario.model.fleet.autoscaling
    assert (scenario.model.fleet.replicas, scaling.least, scaling.most) == (5, 2, 12)
    assert [target.value for target in scaling.by.targets] == [0.65, 0.5]
    assert (scaling.by.down.stabilization, scaling.by.down.select) == (60, _core.SelectPolicy.min)
    assert [(one.percent, one.value) for one in scaling.by.down.policies] == [(True, 10), (False, 5)]
    assert warnings(scenario) == [
        "spec.metrics[1].pods: http_requests is taken as the requests per second of a pod",
        "spec.metrics[2].resource: not modelled: the load of memory is not",
    ]


def test_the_older_autoscaler_is_imported(manifest: Callable[..., Path]) -> None:
    older = """
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: shop}
spec: {scaleTargetRef: {kind: Deployment, name: shop}, maxReplicas: 12, targetCPUUtilizationPercentage: 70}
"""
    scenario = read(manifest(DEPLOYMENT, older))
    assert [target.value for target in scenario.model.fleet.autoscaling.by.targets] == [0.7]
    assert scenario.warnings == []


def test_an_autoscaler_of_something_else_is_left_alone(manifest: Callable[..., Path]) -> None:
    other = AUTOSCALER.replace("kind: Deployment, name: shop", "kind: Deployment, name: cart")
    scenario = read(manifest(DEPLOYMENT, other))
    assert scenario.model.fleet.autoscaling is None
    assert warnings(scenario) == [
        "spec.scaleTargetRef: HorizontalPodAutoscaler shop is about Deployment cart, not about shop"
    ]


def test_what_an_autoscaler_may_not_say_is_told(manifest: Callable[..., Path]) -> None:
    with pytest.raises(InputErrors, match=r'selectPolicy: expected Max, Min or Disabled, got "Mini"'):
        read(manifest(DEPLOYMENT, AUTOSCALER.replace("selectPolicy: Min", "selectPolicy: Mini")))
    with pytest.raises(InputErrors, match=r"there is a HorizontalPodAutoscaler already"):
        read(manifest(DEPLOYMENT, AUTOSCALER, AUTOSCALER))


def test_a_quota_of_pods_is_imported(manifest: Callable[..., Path]) -> None:
    scenario = read(manifest(DEPLOYMENT, QUOTA))
    assert scenario.model.fleet.quota == 20
    assert warnings(scenario) == [
        "spec.hard.requests.cpu: not modelled",
        "ResourceQuota most is taken as if no other pods were in the namespace",
    ]


BUDGET = """
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec: {minAvailable: 60%, selector: {matchLabels: {app: shop}}}
"""


def test_a_disruption_budget_of_these_pods_is_imported(manifest: Callable[..., Path]) -> None:
    scenario = read(manifest(DEPLOYMENT, BUDGET))
    assert str(scenario.model.fleet.disruption_budget.min_available) == "60%"
    assert scenario.warnings == []
    other = read(manifest(DEPLOYMENT, BUDGET.replace("app: shop", "app: cart")))
    assert other.model.fleet.disruption_budget is None
    assert warnings(other) == [
        "spec.selector.matchLabels.app: PodDisruptionBudget shop is not about these pods: they have no such label"
    ]


def test_an_imported_scenario_can_be_read_again(manifest: Callable[..., Path], tmp_path: Path) -> None:
    text, _ = import_manifests([manifest(DEPLOYMENT, AUTOSCALER, BUDGET, QUOTA)])
    again = load(yaml.safe_load(text))
    assert (again.model.fleet.quota, again.model.fleet.autoscaling.most) == (20, 12)


# --- Amazon ECS

SERVICE = {"serviceName": "shop", "taskDefinition": "shop:1", "desiredCount": 4}
POLICIES = {
    "ScalingPolicies": [
        {
            "PolicyName": "cpu",
            "ScalableDimension": "ecs:service:DesiredCount",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 75.0,
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                "ScaleOutCooldown": 60,
            },
        },
        {
            "PolicyName": "requests",
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 1200.0,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ALBRequestCountPerTarget",
                    "ResourceLabel": "app/lb/1/targetgroup/t/2",
                },
                "DisableScaleIn": True,
            },
        },
        {"PolicyName": "steps", "PolicyType": "StepScaling"},
    ]
}
TARGETS = {"ScalableTargets": [{"ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 2, "MaxCapacity": 9}]}  # fmt: skip


def written(tmp_path: Path, *documents: Any) -> list[Path]:
    paths = [tmp_path / f"{index}.json" for index in range(len(documents))]
    for path, document in zip(paths, documents, strict=True):
        path.write_text(json.dumps(document))
    return paths


def test_scaling_policies_beside_an_ecs_service_are_imported(tmp_path: Path) -> None:
    text, warned = import_manifests(written(tmp_path, SERVICE, POLICIES, TARGETS))
    scaling = load(yaml.safe_load(text)).model.fleet.autoscaling
    assert (scaling.least, scaling.most) == (2, 9)
    first, second = scaling.by
    assert (first.target.value, first.scale_out_cooldown, first.scale_in_cooldown) == (0.75, 60, 300)
    assert (second.target.value, second.disable_scale_in) == (20, True)
    assert any("policies of the type StepScaling are not modelled" in warning for warning in warned)


def test_policies_without_limits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputErrors, match="there are policies but no limits: give the scalable targets, too"):
        import_manifests(written(tmp_path, SERVICE, POLICIES))
