"""Other values, written into the files that say a scenario, and read again."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import rollcast
from rollcast import examples
from rollcast.parameters import with_values
from rollcast.patch import Patch, patch
from rollcast.ranges import plan_ranges

SUCCESS = "analyses.success-rate+latency.metrics[0].success"
CANARY = {
    "strategy.canary.steps[1].pause": "1h30m",
    "strategy.canary.steps[4].set_weight": 30,
    "strategy.canary.progress_deadline": "12m",
    SUCCESS: "len(result) == 0 || isNaN(result[0]) || result[0] >= 0.98",
}

FLAGGER = """
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: podinfo, namespace: test}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: podinfo}
  service: {port: 9898}
  analysis:
    interval: 1m        # of the analysis
    threshold: 5
    maxWeight: 50
    stepWeight: 10
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: podinfo, namespace: test}
spec:
  replicas: 3
  template: {spec: {containers: [{name: podinfo}]}}
"""

# The same plan for Amazon: as a service of ECS, and as CloudFormation has it.
ECS = {
    "serviceName": "checkout",
    "taskDefinition": "checkout:42",
    "desiredCount": 4,
    "deploymentConfiguration": {
        "strategy": "LINEAR",
        "bakeTimeInMinutes": 10,
        "linearConfiguration": {"stepPercent": 12.5, "stepBakeTimeInMinutes": 2},
    },
}
SERVICE = """\
Parameters:
  Count: {Type: Number, Default: 4}
Resources:
  Api:  # ours
    Type: AWS::ECS::Service
    Properties:
      DesiredCount: !Ref Count
      DeploymentConfiguration:
        MinimumHealthyPercent: 50   # of four
        MaximumPercent: 150
        Alarms: {AlarmNames: [!Ref Slow], Enable: true, Rollback: true}
  Slow:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/ApplicationELB, MetricName: TargetResponseTime, ExtendedStatistic: p99,
                 Period: 60, EvaluationPeriods: 3, DatapointsToAlarm: 2, Threshold: 0.5,
                 ComparisonOperator: GreaterThanThreshold}
"""
FUNCTION = """\
Resources:
  Live:
    Type: AWS::Lambda::Alias
    Properties: {Name: live, FunctionName: !Ref Function, FunctionVersion: !GetAtt Version.Version}
    UpdatePolicy: {CodeDeployLambdaAliasUpdate: {ApplicationName: !Ref App, DeploymentGroupName: !Ref Group}}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref App
      DeploymentConfigName: !Ref Config
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_STOP_ON_ALARM]}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: !Ref Errors}]}
  Config:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig:
        {Type: TimeBasedLinear, TimeBasedLinear: {LinearPercentage: 20, LinearInterval: 3}}
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/Lambda, MetricName: Errors, Statistic: Average, Period: 60,
                 EvaluationPeriods: 1, Threshold: 0.02, ComparisonOperator: GreaterThanOrEqualToThreshold}
  App: {Type: AWS::CodeDeploy::Application}
  Function: {Type: AWS::Lambda::Function}
  Version: {Type: AWS::Lambda::Version}
"""
GROUP = """\
Resources:
  Web:
    Type: AWS::AutoScaling::AutoScalingGroup
    UpdatePolicy:
      AutoScalingRollingUpdate: {MaxBatchSize: "2", MinInstancesInService: 4, PauseTime: PT10M}
    Properties: {MinSize: "2", MaxSize: "10", DesiredCapacity: "6"}
"""


def copied(name: str, folder: Path) -> Path:
    return examples.copy(name, folder / name)


def values_of(scenario: Any, paths: Any) -> dict[str, Any]:
    return {path: dict(leaves(scenario.language))[path] for path in paths}


def leaves(value: Any, path: str = "") -> Any:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from leaves(child, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves(child, f"{path}[{index}]")
    else:
        yield path, value


def written(change: Patch) -> None:
    for path, text in change.texts().items():
        path.write_text(text)


def test_a_patched_canary_is_the_plan(tmp_path: Path) -> None:
    scenario = copied("canary-with-analysis", tmp_path)
    before = {path: path.read_text() for path in scenario.parent.iterdir() if path.suffix == ".yaml"}
    loaded = rollcast.load(scenario)
    change = patch(loaded, CANARY)
    assert change.by_hand == ()
    written(change)
    again = rollcast.load(scenario)
    assert values_of(again, CANARY) == CANARY
    wanted = with_values(loaded, CANARY)
    assert (again.language, again.strategy.params) == (wanted.language, wanted.strategy.params)
    # Nothing else moved, not even a comment.
    for path, text in before.items():
        changed = [a for a, b in zip(text.splitlines(), path.read_text().splitlines(), strict=True) if a != b]
        assert len(changed) == {"rollout.yaml": 3, "analysis.yaml": 1}.get(path.name, 0)


def test_git_applies_the_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = copied("canary-with-analysis", tmp_path)
    monkeypatch.chdir(tmp_path)
    loaded = rollcast.load(scenario.relative_to(tmp_path))
    change = patch(loaded, CANARY)
    (tmp_path / "A.patch").write_text(change.diff())
    subprocess.run(["git", "apply", "A.patch"], cwd=tmp_path, check=True, env={"GIT_DIR": "/nonexistent"})
    assert values_of(rollcast.load(scenario), CANARY) == CANARY


def test_kustomize_gets_the_same_values_at_the_same_places(tmp_path: Path) -> None:
    scenario = copied("canary-with-analysis", tmp_path)
    component = yaml.safe_load(patch(rollcast.load(scenario), CANARY).kustomization())
    assert component["kind"] == "Component"
    for each in component["patches"]:
        (path,) = (
            p for p in scenario.parent.glob("*.yaml") if f"kind: {each['target']['kind']}\n" in p.read_text()
        )
        documents = list(yaml.safe_load_all(path.read_text()))
        (document,) = (d for d in documents if d["metadata"]["name"] == each["target"]["name"])
        assert each["target"]["namespace"] == "shop"
        for operation in yaml.safe_load(each["patch"]):
            here = document
            *way, last = [int(s) if s.isdigit() else s for s in operation["path"].split("/")[1:]]
            for step in way:
                here = here[step]
            assert operation["op"] == "replace"
            assert last in here
            here[last] = operation["value"]
        path.write_text(yaml.safe_dump_all(documents))
    assert values_of(rollcast.load(scenario), CANARY) == CANARY


def test_a_flagger_canary_keeps_its_comments_and_its_units(tmp_path: Path) -> None:
    file, scenario = tmp_path / "canary.yaml", tmp_path / "scenario.yaml"
    file.write_text(FLAGGER)
    scenario.write_text("manifest: canary.yaml\ntraffic: {rate: 10/s}\n")
    values = {"strategy.flagger.interval": "1m30s", "strategy.flagger.step_weight": 5}
    change = patch(rollcast.load(scenario), values)
    written(change)
    assert file.read_text() == FLAGGER.replace("1m ", "1m30s ").replace("stepWeight: 10", "stepWeight: 5")
    assert values_of(rollcast.load(scenario), values) == values
    assert "kind: Canary" in change.kustomization()


def test_the_scenarios_own_words_are_patched_too(small: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text("# ours\n" + yaml.safe_dump(small, sort_keys=False))
    values = {"strategy.canary.steps[1].pause": "2m", "traffic.rate": "1k/s"}
    change = patch(rollcast.load(file), values)
    assert change.kustomization() == ""
    written(change)
    assert file.read_text().startswith("# ours\n")
    assert values_of(rollcast.load(file), values) == values


def test_what_no_file_says_is_left_to_the_user(small: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "small.yaml"
    file.write_text(yaml.safe_dump(small))
    change = patch(rollcast.load(file), {"strategy.canary.max_surge": "50%", "fleet.replicas": 4})
    assert change.by_hand == ("strategy.canary.max_surge",)
    assert change.edits == ()  # there are 4 already
    assert change.diff() == ""


AMAZON = [
    (
        "service.json",
        json.dumps(ECS, indent=2),
        {"strategy.ecs.bake": "20m", "strategy.ecs.percent": "25%", "strategy.ecs.step_bake": "5m"},
        {'"bakeTimeInMinutes": 20', '"stepPercent": 25', '"stepBakeTimeInMinutes": 5'},
    ),
    (
        "template.yaml",
        SERVICE,
        {
            "strategy.ecs.minimum_healthy_percent": 75,
            "analyses.alarms.metrics[0].datapoints_to_alarm": 1,
            "analyses.alarms.metrics[0].threshold": "250ms",
        },
        {"MinimumHealthyPercent: 75   # of four", "DatapointsToAlarm: 1, Threshold: 0.25,"},
    ),
    (
        "function.yaml",
        FUNCTION,
        {
            "strategy.codedeploy.linear.percent": 10,
            "strategy.codedeploy.linear.every": "5m",
            "analyses.alarms.metrics[0].threshold": "0.5%",
        },
        {"LinearPercentage: 10, LinearInterval: 5}", "Threshold: 0.005,"},
    ),
    (
        "group.yaml",
        GROUP,
        {"strategy.asg_rolling.max_batch_size": 3, "strategy.asg_rolling.pause": "90s"},
        {'{MaxBatchSize: "3", MinInstancesInService: 4, PauseTime: PT90S}'},
    ),
]


@pytest.mark.parametrize(("name", "text", "values", "lines"), AMAZON, ids=[each[0] for each in AMAZON])
def test_a_patched_manifest_of_amazon_is_the_plan(
    name: str, text: str, values: dict[str, Any], lines: set[str], tmp_path: Path
) -> None:
    file, scenario = tmp_path / name, tmp_path / "scenario.yaml"
    file.write_text(text)
    scenario.write_text(f"manifest: {name}\ntraffic: {{rate: 50/s}}\n")
    loaded = rollcast.load(scenario)
    change = patch(loaded, values)
    assert change.by_hand == ()
    written(change)
    changed = [
        b.strip() for a, b in zip(text.splitlines(), file.read_text().splitlines(), strict=True) if a != b
    ]
    assert len(changed) == len(lines)
    assert all(any(line in b for b in changed) for line in lines)
    again, wanted = rollcast.load(scenario), with_values(loaded, values)
    assert again.strategy.params == wanted.strategy.params
    assert again.model.analyses == wanted.model.analyses
    assert again.strategy.params != loaded.strategy.params


def test_what_a_manifest_cannot_say_is_left_to_the_user(tmp_path: Path) -> None:
    """CodeDeploy counts whole minutes."""
    (tmp_path / "function.yaml").write_text(FUNCTION)
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("manifest: function.yaml\ntraffic: {rate: 50/s}\n")
    change = patch(rollcast.load(scenario), {"strategy.codedeploy.linear.every": "90s"})
    assert change.by_hand == ("strategy.codedeploy.linear.every",)


def test_what_is_tried_of_a_service_of_ecs_is_what_it_takes(tmp_path: Path) -> None:
    (tmp_path / "service.json").write_text(json.dumps(ECS))
    (tmp_path / "scenario.yaml").write_text("manifest: service.json\ntraffic: {rate: 50/s}\n")
    loaded = rollcast.load(tmp_path / "scenario.yaml")
    for path, each in plan_ranges(loaded).items():
        for value in {*each.values(), *(each.at(share) for share in (0.123, 0.77))}:
            with_values(loaded, {path: value}, advise=False)
