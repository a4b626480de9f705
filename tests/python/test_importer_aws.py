"""What AWS's own files say reaches the engine; what is not modelled is warned of; bad ones are told."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rollcast import _core
from rollcast._core import codedeploy, ecs
from rollcast.errors import InputErrors
from rollcast.importer import import_manifests
from rollcast.scenario import LoadedScenario, load

SERVICE: dict[str, Any] = {
    "serviceName": "checkout",
    "cluster": "shop",
    "taskDefinition": "checkout:42",
    "desiredCount": 8,
    "launchType": "FARGATE",
    "healthCheckGracePeriodSeconds": 60,
    "deploymentConfiguration": {
        "minimumHealthyPercent": 50,
        "maximumPercent": 150,
        "deploymentCircuitBreaker": {
            "enable": True,
            "rollback": True,
            "thresholdConfiguration": {"type": "COUNT", "value": 5},
        },
        "alarms": {"alarmNames": ["5xx"], "enable": True, "rollback": True},
    },
}
CONFIG: dict[str, Any] = {
    "deploymentConfigName": "Canary25Percent45Minutes",
    "computePlatform": "ECS",
    "trafficRoutingConfig": {
        "type": "TimeBasedCanary",
        "timeBasedCanary": {"canaryPercentage": 25, "canaryInterval": 45},
    },
}
GROUP: dict[str, Any] = {
    "deploymentGroupName": "checkout",
    "deploymentConfigName": "Canary25Percent45Minutes",
    "autoRollbackConfiguration": {
        "enabled": True,
        "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
    },
    "blueGreenDeploymentConfiguration": {
        "terminateBlueInstancesOnDeploymentSuccess": {
            "action": "TERMINATE",
            "terminationWaitTimeInMinutes": 15,
        },
        "deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 30},
    },
}

Imports = Callable[..., LoadedScenario]


@pytest.fixture
def imported(tmp_path: Path) -> Imports:
    def read(*documents: dict[str, Any]) -> LoadedScenario:
        names = []
        for number, document in enumerate(documents):
            names.append(f"{number}.json")
            (tmp_path / names[-1]).write_text(json.dumps(document))
        scenario = tmp_path / "s.yaml"
        scenario.write_text(json.dumps({"manifest": names, "traffic": {"rate": 50}}))
        return load(scenario)

    return read


def service(**configuration: Any) -> dict[str, Any]:
    return {**SERVICE, "deploymentConfiguration": configuration}


def test_a_rolling_service_reaches_the_engine(imported: Imports) -> None:
    scenario = imported(SERVICE)
    params = scenario.strategy.params
    assert scenario.name == "checkout"
    assert isinstance(scenario.strategy, _core.EcsRolling)
    assert (params.replicas, params.minimum_healthy_percent, params.maximum_percent) == (8, 50, 150)
    assert params.circuit_breaker.rollback
    assert params.circuit_breaker.threshold.type is ecs.ThresholdType.count
    assert params.circuit_breaker.threshold.value == 5
    warnings = " ".join(scenario.warnings)
    assert "alarms are not read from here" in warnings
    assert "healthCheckGracePeriodSeconds: not modelled" in warnings


@pytest.mark.parametrize("wrapped", [True, False])
def test_what_the_api_describes_is_read_as_what_it_takes(imported: Imports, wrapped: bool) -> None:
    described = {"service": SERVICE} if wrapped else SERVICE
    assert imported(described).strategy.params.replicas == 8


def test_a_linear_service_reaches_the_engine(imported: Imports) -> None:
    linear = {"stepPercent": 12.5, "stepBakeTimeInMinutes": 2}
    params = imported(
        service(strategy="LINEAR", bakeTimeInMinutes=10, linearConfiguration=linear)
    ).strategy.params
    assert params.shifting is ecs.Shifting.linear
    assert (params.percent, params.step_bake, params.bake) == (12.5, 120, 600)


def test_a_service_that_codedeploy_deploys_reaches_the_engine(imported: Imports) -> None:
    scenario = imported({**SERVICE, "deploymentController": {"type": "CODE_DEPLOY"}}, CONFIG, GROUP)
    params = scenario.strategy.params
    assert isinstance(scenario.strategy, _core.CodeDeployShift)
    assert (params.replicas, params.config.percent, params.config.interval) == (8, 25, 2700)
    assert params.rollback == codedeploy.AutoRollback(on_failure=True, on_alarm=True)
    assert params.termination_wait == 900
    assert params.ready == codedeploy.ReadyOption(stop_on_timeout=True, wait=1800)


def test_a_configuration_for_servers_reaches_the_engine(imported: Imports) -> None:
    hosts = {"type": "FLEET_PERCENT", "value": 75}
    config = {"deploymentConfigInfo": {"computePlatform": "Server", "minimumHealthyHosts": hosts}}
    params = imported(config).strategy.params
    assert params.minimum_healthy == codedeploy.MinimumHealthy(codedeploy.MinimumType.fleet_percent, 75)


def test_a_group_names_a_predefined_configuration(imported: Imports) -> None:
    group = {"deploymentGroupName": "web", "deploymentConfigName": "CodeDeployDefault.HalfAtATime"}
    assert imported(group).strategy.params.minimum_healthy.value == 50


def test_it_is_written_as_a_scenario(tmp_path: Path) -> None:
    file = tmp_path / "service.json"
    file.write_text(json.dumps(SERVICE, indent=2))
    text, _ = import_manifests([file])
    assert "minimum_healthy_percent: 50" in text
    (tmp_path / "s.yaml").write_text(text)
    assert load(tmp_path / "s.yaml").strategy.params.replicas == 8


APPSPEC: dict[str, Any] = {
    "version": 0.0,
    "os": "linux",
    "files": [{"source": "/", "destination": "/srv"}],
    "hooks": {
        "ApplicationStop": [{"location": "stop.sh", "timeout": 60}],
        "ApplicationStart": [
            {"location": "start.sh", "timeout": 120, "runas": "root"},
            {"location": "warm.sh", "timeout": 60},
        ],
        "ValidateService": [{"location": "check.sh", "timeout": 300}],
        "BeforeAllowTraffic": [{"location": "b.sh", "timeout": 30}],
    },
}
FUNCTIONS: dict[str, Any] = {
    "version": 0.0,
    "Resources": [{"Checkout": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": "checkout:42"}}}],
    "Hooks": [{"BeforeInstall": "a"}, {"AfterAllowTestTraffic": "b"}, {"AfterAllowTraffic": "c"}],
}  # fmt: skip


def test_the_scripts_of_an_appspec_bound_an_attempt(imported: Imports) -> None:
    scenario = imported(APPSPEC)
    assert isinstance(scenario.strategy, _core.CodeDeployInPlace)
    assert scenario.strategy.params.attempt_timeout == 120 + 60 + 300 + 30
    assert not any("AppSpec" in one or "ValidateService" in one for one in scenario.warnings)
    group = {"deploymentGroupName": "web", "deploymentConfigName": "CodeDeployDefault.HalfAtATime"}
    without = imported(APPSPEC, group)
    assert without.strategy.params.attempt_timeout == 120 + 60 + 300
    assert any(
        "BeforeAllowTraffic: does not run: the group has no load balancer" in one for one in without.warnings
    )
    unwatched = imported({"version": 0.0, "os": "linux"})
    assert unwatched.strategy.params.attempt_timeout == 3600
    assert any("no ValidateService looks at the new revision" in one for one in unwatched.warnings)


def test_the_functions_of_an_appspec_are_warned_of(imported: Imports) -> None:
    scenario = imported({**SERVICE, "deploymentController": {"type": "CODE_DEPLOY"}}, CONFIG, FUNCTIONS)
    assert scenario.strategy.params.platform is codedeploy.Platform.ecs
    told = "\n".join(scenario.warnings)
    assert "Hooks[0].BeforeInstall: not modelled: nothing is there yet that it could look at" in told
    assert (
        "Hooks[1].AfterAllowTestTraffic: what the hook checks is not known: describe it as an analysis and name it in strategy.codedeploy.before_traffic"
        in told
    )
    assert "name it in strategy.codedeploy.after_traffic" in told


SERVERS: dict[str, Any] = {
    "deploymentGroupName": "web",
    "deploymentConfigName": "CodeDeployDefault.HalfAtATime",
    "computePlatform": "Server",
    "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
    "blueGreenDeploymentConfiguration": {
        "deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60},
        "greenFleetProvisioningOption": {"action": "COPY_AUTO_SCALING_GROUP"},
        "terminateBlueInstancesOnDeploymentSuccess": {
            "action": "TERMINATE",
            "terminationWaitTimeInMinutes": 30,
        },
    },
}


def test_blue_and_green_servers_reach_the_engine(imported: Imports) -> None:
    scenario = imported(SERVERS)
    params = scenario.strategy.params
    assert isinstance(scenario.strategy, _core.CodeDeployBlueGreen)
    assert params.hosts == _core.ReplacementHosts(
        minimum_healthy=codedeploy.MinimumHealthy(codedeploy.MinimumType.fleet_percent, 50), provisioning=120
    )
    assert params.ready == codedeploy.ReadyOption(stop_on_timeout=True, wait=3600)
    assert params.termination_wait == 1800
    assert not any("not modelled" in one for one in scenario.warnings)
    kept = {
        "greenFleetProvisioningOption": {"action": "DISCOVER_EXISTING"},
        "terminateBlueInstancesOnDeploymentSuccess": {
            "action": "KEEP_ALIVE",
            "terminationWaitTimeInMinutes": 30,
        },
    }
    params = imported({**SERVERS, "blueGreenDeploymentConfiguration": kept}).strategy.params
    assert (params.hosts.keeps_original, params.hosts.provisioning, params.termination_wait) == (True, 0, 0)


def test_servers_in_place_do_not_read_what_is_for_blue_and_green_ones(imported: Imports) -> None:
    scenario = imported({**SERVERS, "deploymentStyle": {"deploymentType": "IN_PLACE"}})
    assert isinstance(scenario.strategy, _core.CodeDeployInPlace)


def test_a_zonal_configuration_reaches_the_engine(imported: Imports) -> None:
    config = {
        "deploymentConfigName": "zone-by-zone",
        "computePlatform": "Server",
        "minimumHealthyHosts": {"type": "HOST_COUNT", "value": 2},
        "zonalConfig": {
            "firstZoneMonitorDurationInSeconds": 3600,
            "monitorDurationInSeconds": 600,
            "minimumHealthyHostsPerZone": {"type": "FLEET_PERCENT", "value": 50},
        },
    }
    zonal = imported(config).strategy.params.zonal
    assert (zonal.first_zone_monitor, zonal.monitor, zonal.minimum_healthy.value) == (3600, 600, 50)
    other = {"type": "MOST_CONCURRENCY", "value": 1}
    with pytest.raises(InputErrors, match="expected HOST_COUNT or FLEET_PERCENT"):
        imported({**config, "zonalConfig": {"minimumHealthyHostsPerZone": other}})


REFRESH: dict[str, Any] = {
    "AutoScalingGroupName": "web",
    "Strategy": "Rolling",
    "DesiredConfiguration": {"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "7"}},
    "Preferences": {
        "MinHealthyPercentage": 80,
        "MaxHealthyPercentage": 120,
        "InstanceWarmup": 90,
        "CheckpointPercentages": [20, 100],
        "CheckpointDelay": 600,
        "AutoRollback": True,
        "SkipMatching": True,
        "BakeTime": 300,
        "AlarmSpecification": {"Alarms": ["errors"]},
    },
}


def refresh(**preferences: Any) -> dict[str, Any]:
    return {**REFRESH, "Preferences": preferences}


def test_an_instance_refresh_reaches_the_engine(imported: Imports) -> None:
    scenario = imported(REFRESH)
    params = scenario.strategy.params
    assert (scenario.name, params.min_healthy_percentage, params.max_healthy_percentage) == ("web", 80, 120)
    assert (params.warmup, params.checkpoints, params.checkpoint_delay) == (90, [20, 100], 600)
    assert (params.auto_rollback, params.bake) == (True, 300)
    assert any("name it in strategy.instance_refresh.alarms" in one for one in scenario.warnings)


def test_a_refresh_takes_its_group_from_a_template(imported: Imports) -> None:
    group = {"MinSize": 2, "DesiredCapacity": "12", "HealthCheckGracePeriod": 240}
    template = {"Resources": {"Web": {"Type": "AWS::AutoScaling::AutoScalingGroup", "Properties": group}}}
    params = imported(template, refresh(MinHealthyPercentage=50)).strategy.params
    assert (params.replicas, params.min_healthy_percentage, params.warmup) == (12, 50, 240)


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([{**SERVICE, "deploymentController": {"type": "CODE_DEPLOY"}}], "the service is deployed by CodeDeploy: give its deployment configuration or group, too"),
        ([{**SERVICE, "deploymentController": {"type": "EXTERNAL"}}], "what an external controller does is not known"),
        ([{**SERVICE, "schedulingStrategy": "DAEMON"}], "not modelled: a daemon has as many tasks as there are hosts"),
        ([service(strategy="BLUEGREEN")], 'expected ROLLING, BLUE_GREEN, LINEAR or CANARY, got "BLUEGREEN"; did you mean "BLUE_GREEN"?'),
        ([service(strategy="LINEAR", canaryConfiguration={"canaryPercent": 5})], "does not go with the strategy linear"),
        ([{**SERVICE, "desiredCount": "8"}], 'expected a whole number from 1 on, got "8"'),
        ([SERVICE, SERVICE], "there is a service already: give one at a time"),
        ([CONFIG, {**GROUP, "deploymentConfigName": "Other"}], 'is not the configuration that was given, "Canary25Percent45Minutes"'),
        ([{**GROUP, "deploymentConfigName": "CodeDeployDefault.HalfATime"}], 'did you mean "CodeDeployDefault.HalfAtATime"?'),
        ([{**GROUP, "autoRollbackConfiguration": {"enabled": True, "events": ["FAILURE"]}}], "expected DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM or DEPLOYMENT_STOP_ON_REQUEST"),
        ([{**APPSPEC, "hooks": {"ValidateServices": [{"location": "a"}]}}], 'hooks.ValidateServices: there is no such hook; there is BeforeBlockTraffic, AfterBlockTraffic, ApplicationStop, BeforeInstall, AfterInstall, ApplicationStart, ValidateService, BeforeAllowTraffic and AfterAllowTraffic; did you mean "ValidateService"?'),
        ([{**APPSPEC, "hooks": {"ValidateService": [{"location": "a"}, {"location": "b", "timeout": 60}]}}], "expected scripts of at most 1h together, got 1h1m"),
        ([{**APPSPEC, "hooks": {"ValidateService": [{"timeout": 60}]}}], "expected a location"),
        ([{**FUNCTIONS, "Resources": [{"a": {"Type": "AWS::ECS::Task"}}]}], 'expected the type AWS::ECS::Service or AWS::Lambda::Function, got "AWS::ECS::Task"'),
        ([CONFIG, APPSPEC], "is for the platform server, and the deployment for ecs"),
        ([APPSPEC, APPSPEC], "there is a file of hooks already: give one at a time"),
        ([{**refresh(AutoRollback=True), "DesiredConfiguration": None}], "Preferences.AutoRollback: needs a DesiredConfiguration, with a launch template of a fixed version"),
        ([{**refresh(AutoRollback=True), "DesiredConfiguration": {"LaunchTemplate": {"Version": "$Latest"}}}], "needs a DesiredConfiguration, with a launch template of a fixed version"),
        ([{**REFRESH, "Strategy": "Fast"}], 'expected Rolling, got "Fast"'),
        ([refresh(MinHealthyPercentage="x")], 'expected a whole number from 0 on, got "x"'),
        ([REFRESH, REFRESH], "expected one instance refresh, or a template beside it"),
        ([SERVICE, {"kind": "Deployment", "apiVersion": "apps/v1"}], "expected an ECS service, its scaling policies and targets, or a configuration, group or AppSpec file of CodeDeploy"),
    ],
)  # fmt: skip
def test_bad_files_are_told(imported: Imports, documents: list[Any], message: str) -> None:
    with pytest.raises(InputErrors) as caught:
        imported(*documents)
    assert message in str(caught.value)
    assert all(".json:1:" in line for line in str(caught.value).splitlines())
