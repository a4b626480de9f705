"""CloudFormation templates: what they say reaches the engine, what is not modelled is warned of, bad ones are told."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rollcast import _core
from rollcast._core import codedeploy
from rollcast.errors import InputErrors, Place, Problems
from rollcast.importer import import_manifests, translate
from rollcast.scenario import LoadedScenario, load
from rollcast.yaml_source import from_plain, read_text

GROUP = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Environment: {Type: String, Default: prod, AllowedValues: [prod, test]}
  Size: {Type: Number, Default: 6, MinValue: 2}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
Mappings:
  Batches:
    prod: {Size: 2, Pause: PT10M}
    test: {Size: 6, Pause: PT1M30S}
Conditions:
  IsProd: !Equals [!Ref Environment, prod]
  IsWatched: !And [!Condition IsProd, !Not [!Equals [!Ref "AWS::Region", nowhere]]]
Resources:
  Web:
    Type: AWS::AutoScaling::AutoScalingGroup
    UpdatePolicy:
      AutoScalingScheduledAction: {IgnoreUnmodifiedGroupSizeProperties: true}
      AutoScalingRollingUpdate:
        MaxBatchSize: !FindInMap [Batches, !Ref Environment, Size]
        MinInstancesInService: !If [IsProd, !Ref Size, !Ref "AWS::NoValue"]
        PauseTime: !FindInMap [Batches, !Ref Environment, Pause]
        WaitOnResourceSignals: "true"
        MinSuccessfulInstancesPercent: "80"
        SuspendProcesses: [AlarmNotification]
    Properties:
      VPCZoneIdentifier: !Ref Subnets
      MinSize: "2"
      MaxSize: !Select [1, !Split ["-", "3-10"]]
      DesiredCapacity: !Ref Size
      LaunchTemplate: {LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber}
  Template: {Type: AWS::EC2::LaunchTemplate}
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Join ["-", [!Ref Environment, web, 5xx]]
      Namespace: AWS/ApplicationELB
      MetricName: HTTPCode_Target_5XX_Count
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 2
      Threshold: "20"
      ComparisonOperator: GreaterThanThreshold
      TreatMissingData: notBreaching
  Scaling: {Type: AWS::AutoScaling::ScalingPolicy, Properties: {PolicyType: TargetTrackingScaling}}
"""
SERVICE = """\
Parameters:
  Count: {Type: Number}
Resources:
  Api:
    Type: AWS::ECS::Service
    Properties:
      TaskDefinition: !Ref Task
      DesiredCount: !Ref Count
      DeploymentConfiguration:
        MinimumHealthyPercent: 50
        MaximumPercent: 150
        DeploymentCircuitBreaker: {Enable: true, Rollback: true}
        Alarms: {AlarmNames: [!Ref Slow, !Ref Both, elsewhere], Enable: true, Rollback: true}
  Task: {Type: AWS::ECS::TaskDefinition}
  Slow:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/ApplicationELB, MetricName: TargetResponseTime, ExtendedStatistic: p99, Period: 60,
                 EvaluationPeriods: 3, DatapointsToAlarm: 2, Threshold: 0.5, ComparisonOperator: GreaterThanThreshold}
  Ratio:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics:
        - {Id: e, MetricStat: {Metric: {Namespace: AWS/ApplicationELB, MetricName: HTTPCode_Target_5XX_Count}, Period: 60, Stat: Sum}}
        - {Id: n, MetricStat: {Metric: {Namespace: AWS/ApplicationELB, MetricName: RequestCount}, Period: 60, Stat: Sum}}
        - {Id: r, Expression: 100 * e / n}
      EvaluationPeriods: 1
      Threshold: 5
      ComparisonOperator: GreaterThanOrEqualToThreshold
  Both:
    Type: AWS::CloudWatch::CompositeAlarm
    Properties: {AlarmRule: !Sub 'ALARM("${Ratio}") AND NOT ALARM(${Slow})', ActionsSuppressor: !Ref Slow,
                 ActionsSuppressorWaitPeriod: 120, ActionsSuppressorExtensionPeriod: 60}
"""
FUNCTION = """\
Resources:
  Live:
    Type: AWS::Lambda::Alias
    Properties:
      Name: live
      FunctionName: !Ref Function
      FunctionVersion: !GetAtt Version.Version
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}
    UpdatePolicy:
      CodeDeployLambdaAliasUpdate: {ApplicationName: !Ref App, DeploymentGroupName: !Ref Group, BeforeAllowTrafficHook: !Ref Check}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ApplicationName: !Ref App
      ServiceRoleArn: !ImportValue role
      DeploymentConfigName: !Ref Config
      AutoRollbackConfiguration: {Enabled: true, Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]}
      AlarmConfiguration: {Enabled: true, Alarms: [{Name: !Ref Errors}], IgnorePollAlarmFailure: true}
  Config:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Lambda
      TrafficRoutingConfig: {Type: TimeBasedLinear, TimeBasedLinear: {LinearPercentage: 20, LinearInterval: 3}}
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/Lambda, MetricName: Errors, Statistic: Average, Period: 60, EvaluationPeriods: 1,
                 Threshold: 0.02, ComparisonOperator: GreaterThanOrEqualToThreshold}
  App: {Type: AWS::CodeDeploy::Application}
  Function: {Type: AWS::Lambda::Function}
  Check: {Type: AWS::Lambda::Function}
  Version: {Type: AWS::Lambda::Version}
"""
SEVERAL = """\
Resources:
  Nodes:
    Type: AWS::EKS::Nodegroup
    Properties:
      ClusterName: shop
      Subnets: [a, b]
      ScalingConfig: {MinSize: 3, MaxSize: 9, DesiredSize: 6}
      UpdateConfig: {MaxUnavailablePercentage: 34, UpdateStrategy: MINIMAL}
      ForceUpdateEnabled: true
  Runner:
    Type: AWS::AppRunner::Service
    Properties:
      ServiceName: shop
      AutoScalingConfigurationArn: !GetAtt Scaling.AutoScalingConfigurationArn
      HealthCheckConfiguration: {Protocol: HTTP, Interval: 10, HealthyThreshold: 2, UnhealthyThreshold: 4}
  Scaling: {Type: AWS::AppRunner::AutoScalingConfiguration, Properties: {MinSize: 3, MaxSize: 10}}
  Blue:
    Type: AWS::AutoScaling::AutoScalingGroup
    CreationPolicy:
      ResourceSignal: {Count: 4, Timeout: PT15M}
      AutoScalingCreationPolicy: {MinSuccessfulInstancesPercent: 75}
    UpdatePolicy: {AutoScalingReplacingUpdate: {WillReplace: true}, AutoScalingRollingUpdate: {MaxBatchSize: 3}}
    Properties: {MinSize: 4, MaxSize: 8}
  Hosts:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties: {MinSize: 9, MaxSize: 9}
  Deploy:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      AutoScalingGroups: [!Ref Hosts]
      DeploymentConfigName: CodeDeployDefault.HalfAtATime
      DeploymentStyle: {DeploymentType: IN_PLACE}
  Web:
    Type: AWS::ECS::Service
    Properties: {ServiceName: web, DesiredCount: 5, DeploymentController: {Type: CODE_DEPLOY}}
  Shift:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties:
      ECSServices: [{ClusterName: shop, ServiceName: !GetAtt Web.Name}]
      DeploymentConfigName: CodeDeployDefault.ECSCanary10Percent5Minutes
      BlueGreenDeploymentConfiguration: {TerminateBlueInstancesOnDeploymentSuccess: {Action: TERMINATE, TerminationWaitTimeInMinutes: 15}}
"""
TRIGGERS = {
    "RollbackTriggers": [
        {
            "Arn": "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:prod-web-5xx",
            "Type": "AWS::CloudWatch::Alarm",
        }
    ],
    "MonitoringTimeInMinutes": 10,
}

Imports = Callable[..., LoadedScenario]


@pytest.fixture
def imported(tmp_path: Path) -> Imports:
    def read(template: str, *others: Any, resource: str | None = None, **values: str) -> LoadedScenario:
        files = [tmp_path / "t.yaml", *(tmp_path / f"{number}.json" for number in range(len(others)))]
        files[0].write_text(template)
        for file, other in zip(files[1:], others, strict=True):
            file.write_text(json.dumps(other, indent="\t"))
        text, warnings = import_manifests(files, values, resource)
        (tmp_path / "s.yaml").write_text(text)
        scenario = load(tmp_path / "s.yaml")
        scenario.warnings[:] = [one.replace(f"{tmp_path}/", "") for one in warnings]
        return scenario

    return read


def test_a_rolling_update_reaches_the_engine(imported: Imports) -> None:
    scenario = imported(GROUP)
    assert scenario.name == "Web"
    assert scenario.strategy.params == _core.AsgRollingParams(
        replicas=6, max_size=10, max_batch_size=2, min_instances_in_service=6, pause=600,
        waits_for_signals=True, min_successful_percent=80, suspends_scaling=True,
    )  # fmt: skip
    assert "t.yaml:44:3: Resources.Scaling: not modelled" in [
        one.replace(":12:", ":3:") for one in scenario.warnings
    ]


def test_the_instances_that_have_to_be_active_reach_the_engine(imported: Imports) -> None:
    active = GROUP.replace("MinSuccessfulInstancesPercent:", "MinActiveInstancesPercent:")
    assert imported(active).strategy.params.min_active_percent == 80


def test_suspended_processes_that_the_engine_lets_go_on_are_warned_of(imported: Imports) -> None:
    processes = GROUP.replace("[AlarmNotification]", "[AZRebalance, ReplaceUnhealthy]")
    scenario = imported(processes)
    assert not scenario.strategy.params.suspends_scaling
    found = [one for one in scenario.warnings if "SuspendProcesses" in one]
    assert found == [
        "t.yaml:24:41: Resources.Web.UpdatePolicy.AutoScalingRollingUpdate.SuspendProcesses[1]: not modelled: ReplaceUnhealthy goes on"
    ]


GROUP_POLICY = """\
  Scaling:
    Type: AWS::AutoScaling::ScalingPolicy
    Properties:
      AutoScalingGroupName: !Ref Web
      PolicyType: TargetTrackingScaling
      EstimatedInstanceWarmup: 120
      TargetTrackingConfiguration:
        PredefinedMetricSpecification: {PredefinedMetricType: ASGAverageCPUUtilization}
        TargetValue: 60
"""
SERVICE_POLICY = """\
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      MinCapacity: 2
      MaxCapacity: 12
      ResourceId: !Join [/, [service, !Ref Cluster, !GetAtt Api.Name]]
      ScalableDimension: ecs:service:DesiredCount
      ServiceNamespace: ecs
      RoleARN: !Sub arn:aws:iam::${AWS::AccountId}:role/scaling
  Requests:
    Type: AWS::ApplicationAutoScaling::ScalingPolicy
    Properties:
      PolicyName: requests
      PolicyType: TargetTrackingScaling
      ScalingTargetId: !Ref Target
      TargetTrackingScalingPolicyConfiguration:
        PredefinedMetricSpecification: {PredefinedMetricType: ALBRequestCountPerTarget, ResourceLabel: a/b}
        TargetValue: 600
        ScaleInCooldown: 60
        ScaleOutCooldown: 30
  Cluster: {Type: AWS::ECS::Cluster}
"""


def test_the_scaling_policy_of_a_group_reaches_the_engine(imported: Imports) -> None:
    scenario = imported(GROUP.partition("  Scaling:")[0] + GROUP_POLICY)
    scaling = scenario.model.fleet.autoscaling
    assert (scaling.least, scaling.most) == (2, 10)
    (policy,) = scaling.by
    assert policy.target == _core.LoadTarget(metric=_core.LoadMetric.utilization, value=0.6)
    assert policy.scale_out_cooldown == 120
    assert any(
        "Resources.Scaling: is followed as an ECS service's policy is" in one for one in scenario.warnings
    )


def test_the_scaling_policy_of_a_service_reaches_the_engine(imported: Imports) -> None:
    scenario = imported(SERVICE + SERVICE_POLICY, Count="4")
    scaling = scenario.model.fleet.autoscaling
    assert (scaling.least, scaling.most) == (2, 12)
    (policy,) = scaling.by
    assert policy.target == _core.LoadTarget(metric=_core.LoadMetric.requests, value=10)
    assert (policy.scale_out_cooldown, policy.scale_in_cooldown) == (30, 60)
    assert not any("Resources.Target" in one or "Resources.Requests" in one for one in scenario.warnings)


def test_scaling_of_something_else_or_in_steps_is_warned_of(imported: Imports) -> None:
    other = SERVICE_POLICY.replace("!GetAtt Api.Name", "other")
    warnings = imported(SERVICE + other, Count="4").warnings
    assert any(one.endswith("Resources.Target: not modelled") for one in warnings)
    assert any(one.endswith("Resources.Requests: not modelled") for one in warnings)
    steps = GROUP_POLICY.replace("TargetTrackingScaling", "StepScaling").partition("      TargetTrackingC")[0]
    scenario = imported(GROUP.partition("  Scaling:")[0] + steps)
    assert scenario.model.fleet.autoscaling is None
    assert any("policies of the type StepScaling are not modelled" in one for one in scenario.warnings)


def test_zones_are_those_of_the_group_that_is_deployed_to(imported: Imports) -> None:
    zonal = SEVERAL.replace(
        "{MinSize: 9, MaxSize: 9}", "{MinSize: 9, MaxSize: 9, VPCZoneIdentifier: [a, b, c]}"
    ).replace("CodeDeployDefault.HalfAtATime", "!Ref Zonal")
    zonal += """\
  Zonal:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties:
      ComputePlatform: Server
      MinimumHealthyHosts: {Type: FLEET_PERCENT, Value: 66}
      ZonalConfig: {MonitorDurationInSeconds: 600}
"""
    params = imported(zonal, resource="Deploy").strategy.params
    assert (params.zones, params.replicas, params.zonal.monitor) == (3, 9, 600)


def test_parameters_decide_mappings_and_conditions(imported: Imports) -> None:
    params = imported(GROUP, Environment="test", Size="4").strategy.params
    assert (params.replicas, params.max_batch_size, params.pause) == (4, 6, 90)
    assert params.min_instances_in_service == 0


@pytest.mark.parametrize(
    "parameters",
    [
        [{"ParameterKey": "Size", "ParameterValue": "8"}],
        {"Parameters": {"Size": 8}},
        {"StackName": "web", "Parameters": [{"ParameterKey": "Size", "ParameterValue": "8"}]},
    ],
)
def test_parameters_may_stand_in_a_file(imported: Imports, parameters: Any) -> None:
    assert imported(GROUP, parameters).strategy.params.replicas == 8


def test_rollback_triggers_watch_the_update_and_its_monitoring_time(imported: Imports) -> None:
    for given in (TRIGGERS, {"RollbackConfiguration": TRIGGERS}):
        scenario = imported(GROUP, given)
        assert scenario.strategy.params.stack == _core.StackOptions(triggers=0, monitoring=600)
    [metric] = scenario.model.analyses[0].metrics
    alarm = metric.source
    assert (alarm.statistic, alarm.threshold) == (_core.AlarmStatistic.error_count, 20)
    assert (alarm.period, alarm.evaluation_periods, alarm.scope) == (60, 2, _core.Scope.service)
    guarded = imported(
        SERVICE, {"RollbackTriggers": [{"Arn": "Slow"}], "MonitoringTimeInMinutes": 5}, Count="4"
    ).strategy
    assert isinstance(guarded, _core.Guarded)
    assert guarded.params.bake == 300


def test_a_service_reaches_the_engine_with_its_alarms(imported: Imports) -> None:
    scenario = imported(SERVICE, Count="4")
    params = scenario.strategy.params
    assert (params.replicas, params.minimum_healthy_percent, params.maximum_percent) == (4, 50, 150)
    assert params.alarms.rollback
    slow, both = (metric.source for metric in scenario.model.analyses[0].metrics)
    assert (slow.statistic, slow.percentile, slow.threshold) == (
        _core.AlarmStatistic.latency_percentile,
        0.99,
        0.5,
    )
    assert (slow.evaluation_periods, slow.datapoints_to_alarm) == (3, 2)
    ratio = next(each.alarm for each in both.alarms if each.name == "Ratio")
    assert (ratio.statistic, ratio.threshold) == (_core.AlarmStatistic.error_ratio, 0.05)
    assert (both.suppressor.alarm, both.suppressor.wait, both.suppressor.extension) == ("Slow", 120, 60)
    assert (
        't.yaml:13:53: Resources.Api.Properties.DeploymentConfiguration.Alarms.AlarmNames[2]: the alarm "elsewhere" is not in the template: describe it as an analysis and name it in strategy.ecs.alarms'
        in scenario.warnings
    )


def test_an_alias_reaches_the_engine(imported: Imports) -> None:
    scenario = imported(FUNCTION)
    params = scenario.strategy.params
    assert isinstance(scenario.strategy, _core.CodeDeployShift)
    assert (params.platform, params.replicas) == (codedeploy.Platform.lambda_, 5)
    assert (params.config.percent, params.config.interval) == (20, 180)
    assert params.rollback == codedeploy.AutoRollback(on_failure=True, on_alarm=True)
    assert params.ignore_poll_failure
    [metric] = scenario.model.analyses[0].metrics
    assert (metric.source.statistic, metric.source.threshold) == (_core.AlarmStatistic.error_ratio, 0.02)
    assert any("name it in strategy.codedeploy.before_traffic" in one for one in scenario.warnings)


def test_one_of_several_is_chosen(imported: Imports) -> None:
    nodes = imported(SEVERAL, resource="Nodes").strategy.params
    assert (nodes.replicas, nodes.max_unavailable, nodes.zones, nodes.force) == (6, 2, 2, True)
    runner = imported(SEVERAL, resource="Runner")
    assert isinstance(runner.strategy, _core.AppRunner)
    assert (runner.name, runner.model.fleet.replicas, runner.model.fleet.readiness.period) == ("shop", 3, 10)
    blue = imported(SEVERAL, resource="Blue").strategy.params
    assert blue.signals == _core.CreationSignals(count=4, min_successful_percent=75, timeout=900)
    hosts = imported(SEVERAL, resource="Deploy").strategy.params
    assert (hosts.replicas, hosts.minimum_healthy.value) == (9, 50)
    shift = imported(SEVERAL, resource="Web").strategy.params
    assert (shift.platform, shift.replicas, shift.termination_wait) == (codedeploy.Platform.ecs, 5, 900)


def test_the_long_forms_of_json_say_the_same(imported: Imports, tmp_path: Path) -> None:
    size = {"Fn::If": ["Big", {"Ref": "Size"}, {"Fn::GetAtt": ["Web", "Arn"]}]}
    template = {
        "Parameters": {"Size": {"Type": "Number", "Default": 3}},
        "Conditions": {"Big": {"Fn::Or": [{"Fn::Equals": ["a", "b"]}, {"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}]}},
        "Resources": {
            "Web": {
                "Type": "AWS::AutoScaling::AutoScalingGroup",
                "UpdatePolicy": {"AutoScalingRollingUpdate": {"MaxBatchSize": 1}},
                "Properties": {"DesiredCapacity": size, "MaxSize": "5"},
            }
        },
    }  # fmt: skip
    assert imported(json.dumps(template)).strategy.params.replicas == 3
    (tmp_path / "bare.json").write_text(json.dumps(template))
    assert load(tmp_path / "bare.json", overrides={"traffic": {"rate": 50}}).strategy.params.max_size == 5


def test_a_scenario_gives_parameters_as_args(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(SERVICE)
    (tmp_path / "s.yaml").write_text("manifest: t.yaml\nargs: {Count: 7}\ntraffic: {rate: 50}\n")
    assert load(tmp_path / "s.yaml").strategy.params.replicas == 7


ASG = "Type: AWS::AutoScaling::AutoScalingGroup"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (SERVICE, "t.yaml:8:21: Resources.Api.Properties.DesiredCount: the parameter Count has no value: give it one with --parameter Count=VALUE, or under args"),
        (SERVICE.replace("{Type: Number}", "{Type: Number, Default: many}"), 't.yaml:2:25: Parameters.Count.Default: expected a number for the parameter Count, got "many"'),
        (SERVICE.replace("!Ref Count", "!Ref Cuont"), 't.yaml:8:21: Resources.Api.Properties.DesiredCount: there is no parameter or resource "Cuont"; did you mean "Count"?'),
        (SERVICE.replace("!Ref Count", "!ImportValue count"), "t.yaml:8:21: Resources.Api.Properties.DesiredCount: the value of Fn::ImportValue is known to AWS only"),
        (SERVICE.replace("!Ref Count", "!Ref Task"), "t.yaml:8:21: Resources.Api.Properties.DesiredCount: expected a whole number from 1 on, got !Ref Task"),
        (SERVICE.replace("!Ref Count", "!Select [3, [1, 2]]"), "expected a whole number below 2, got 3"),
        (GROUP.replace("Default: prod", "Default: pord"), "expected one of prod, test for the parameter Environment, got \"pord\""),
        (GROUP.replace("Default: 6", "Default: 1"), "expected at least 2 for the parameter Size, got 1"),
        (GROUP.replace("[Batches, !Ref", "[Batchs, !Ref"), 'there is no mapping "Batchs" in the Mappings; did you mean "Batches"?'),
        (GROUP.replace("!If [IsProd", "!If [IsPord"), 'there is no condition "IsPord"; did you mean "IsProd"?'),
        (GROUP.replace("!Equals [!Ref Environment, prod]", "!Condition IsProd"), "the condition IsProd depends on itself"),
        (GROUP.replace("PT10M", "10m"), 'expected a duration such as PT5M or PT1H30M, got "10m"'),
        (GROUP.replace('"3-10"', '"3-6"').replace("!Ref Size, !Ref", "6, !Ref"), "min_instances_in_service must be below max_size"),
        (GROUP.replace("WaitOnResourceSignals: \"true\"", "WaitOnResourceSignals: false"), "needs wait_for_signals: true beside it"),
        (GROUP.replace("AutoScalingRollingUpdate:", "AutoScalingRollingUpdates:"), "Web has no UpdatePolicy"),
        (GROUP.replace("AutoScaling::AutoScalingGroup", "AutoScaling::AutoScalingGruop"), 'the type "AWS::AutoScaling::AutoScalingGruop" is not known; did you mean "AWS::AutoScaling::AutoScalingGroup"?'),
        (SEVERAL, "t.yaml:11:5: Resources.Runner: expected one resource that is rolled out, found Nodes, Runner, Blue, Deploy and Web: import one with --resource"),
        (FUNCTION.replace("DeploymentGroupName: !Ref Group", "DeploymentGroupName: other"), "expected a DeploymentGroupName of the template"),
        ("AWSTemplateFormatVersion: '2010-09-09'\n", "t.yaml:1:1: expected Resources"),
        ("Resources: [1]\n", "t.yaml:1:12: Resources: expected a mapping, got a list"),
        ("Resources: {Bucket: {Type: AWS::S3::Bucket}}\n", "the template has no resource that is rolled out"),
        ("Resources: {Bucket: {}}\n", "Resources.Bucket: expected a resource with a Type"),
    ],
)  # fmt: skip
def test_bad_templates_are_told(imported: Imports, template: str, message: str) -> None:
    with pytest.raises(InputErrors) as caught:
        imported(template)
    assert message in str(caught.value)
    assert all("t.yaml:" in line for line in str(caught.value).splitlines())


@pytest.mark.parametrize(
    ("other", "values", "message"),
    [
        ({"what": 1}, {}, "expected a template, its parameters or a rollback configuration"),
        ({"RollbackTriggers": [{"Arn": "a"}] * 6}, {}, "expected at most 5 rollback triggers, got 6"),
        ({"Parameters": {"Sizes": 3}}, {}, 'the template has no parameter "Sizes"; did you mean "Size"?'),
        ([{"ParameterKey": "Size", "ParameterValue": "1"}], {}, "expected at least 2 for the parameter Size, got 1"),
        ({"Resources": {}}, {}, "there is a template already: give one at a time"),
    ],
)  # fmt: skip
def test_bad_options_are_told(imported: Imports, other: Any, values: dict[str, str], message: str) -> None:
    with pytest.raises(InputErrors) as caught:
        imported(GROUP, other, **values)
    assert message in str(caught.value)


def test_alarms_whose_metric_is_not_of_requests_are_warned_of(imported: Imports) -> None:
    cpu = SERVICE.replace("TargetResponseTime, ExtendedStatistic: p99", "CPUUtilization, Statistic: Average")
    scenario = imported(cpu.replace(", !Ref Both, elsewhere", ""), Count="4")
    assert scenario.strategy.params.alarms is None
    assert any(
        "not modelled: an alarm on the Average of CPUUtilization of AWS/ApplicationELB" in one
        for one in scenario.warnings
    )


JUNK: list[Any] = [
    None, -1, 0, 10**30, 1.5, "", "x", "5%", "${X}", [], {}, [[]], True, {"Ref": "Web"}, {"Ref": "Size"},
    {"Ref": "AWS::NoValue"}, {"Fn::If": ["a"]}, {"Fn::Sub": "${Web}${Nope}"}, {"Fn::Select": ["0", []]},
    {"Fn::GetAtt": "Web"}, {"Fn::Join": ["", {"Ref": "Web"}]}, {"Fn::Not": []}, {"Condition": "x"},
    {"Fn::FindInMap": ["a", "b", {"Ref": "Web"}]}, {"Fn::Split": [",", {"Ref": "Subnets"}]},
]  # fmt: skip


def parts(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every mapping or list below, with each of its keys."""
    for key, child in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(child, dict | list):
            yield from parts(child)


def test_a_mangled_template_is_read_or_refused_but_never_crashes() -> None:
    random = Random(1)
    refused = 0
    for number in range(400):
        template = read_text([GROUP, SERVICE, FUNCTION, SEVERAL][number % 4])[0].plain()
        holder, key = random.choice(list(parts(template)))
        holder[key] = random.choice(JUNK)
        chosen = random.choice(["Nodes", "Runner", "Blue", "Deploy", "Web"]) if number % 4 == 3 else None
        problems = Problems()
        translate(
            [from_plain(template, Place("t"))], problems, {"Count": "4"} if number % 4 == 1 else {}, chosen
        )
        refused += bool(problems.errors)
    assert 100 < refused < 300  # so that both ends are reached


def test_short_forms_are_of_templates_only(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("traffic: {rate: !Ref Rate}\n")
    with pytest.raises(InputErrors, match=r"s\.yaml:1:17: traffic\.rate: the tag !Ref is not known here"):
        load(tmp_path / "s.yaml")
