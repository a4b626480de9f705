"""Scenarios of CodeDeploy and ECS: what they are lowered to, how they end, and what bad ones are told."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

import rollcast
from rollcast import _core
from rollcast._core import codedeploy, ecs
from rollcast.errors import InputErrors
from rollcast.scenario import LoadedScenario, load
from rollcast.testing import check_strategy

CHECK = {
    "metrics": [
        {
            "name": "check",
            "kind": "error-ratio",
            "of": "new",
            "success": "len(result) == 0 || result[0] < 0.05",
        }
    ]
}
ALARMS = {
    "metrics": [
        {
            "name": "alarm",
            "kind": "error-ratio",
            "of": "service",
            "window": "1m",
            "interval": "20s",
            "success": "len(result) == 0 || isNaN(result[0]) || result[0] < 0.05",
        }
    ]
}
SCENARIO: dict[str, Any] = {
    "traffic": {"rate": "40/s"},
    "service": {"p50": "20ms", "p99": "100ms", "errors": "0.5%", "utilisation": "50%"},
    "fleet": {"replicas": 6},
    "analyses": {"check": CHECK, "alarms": ALARMS},
}


def loaded(**strategy: Any) -> LoadedScenario:
    return load({**SCENARIO, "strategy": strategy})


def params(**strategy: Any) -> Any:
    return loaded(**strategy).strategy.params


# --- lowering


def test_codedeploy_takes_one_server_at_a_time_unless_told_otherwise() -> None:
    scenario = loaded(codedeploy={})
    assert isinstance(scenario.strategy, _core.CodeDeployInPlace)
    assert scenario.strategy.params.replicas == 6
    assert scenario.strategy.params.minimum_healthy == codedeploy.MinimumHealthy(
        codedeploy.MinimumType.most_concurrency, 1
    )


@pytest.mark.parametrize(
    ("said", "kind", "value"),
    [
        ({"config": "CodeDeployDefault.HalfAtATime"}, "fleet_percent", 50),
        ({"config": "AllAtOnce"}, "host_count", 0),
        ({"minimum_healthy": "66%"}, "fleet_percent", 66),
        ({"minimum_healthy": 2}, "host_count", 2),
    ],
)
def test_servers_have_a_minimum(said: dict[str, Any], kind: str, value: int) -> None:
    assert params(codedeploy=said).minimum_healthy == codedeploy.MinimumHealthy(
        codedeploy.MinimumType[kind], value
    )


def test_a_predefined_configuration_says_the_platform() -> None:
    function = params(codedeploy={"config": "LambdaLinear10PercentEvery2Minutes"})
    assert function.platform is codedeploy.Platform.lambda_
    assert function.config == codedeploy.TrafficConfig(
        type=codedeploy.TrafficType.time_based_linear, percent=10, interval=120
    )
    assert params(codedeploy={"platform": "ecs"}).config.type is codedeploy.TrafficType.all_at_once


def test_codedeploy_for_ecs_is_lowered() -> None:
    made = params(
        codedeploy={
            "canary": {"percent": 25, "every": "45m"},
            "before_traffic": "check",
            "after_traffic": "check",
            "ready_wait": "1h",
            "termination_wait": "30m",
            "alarms": "alarms",
            "ignore_poll_failure": True,
            "rollback_on": ["failure", "alarm"],
        }
    )
    assert made.platform is codedeploy.Platform.ecs
    assert (made.config.percent, made.config.interval) == (25, 2700)
    assert (made.test, made.validate, made.alarms) == (0, 0, 1)
    assert made.ready == codedeploy.ReadyOption(stop_on_timeout=True, wait=3600)
    assert made.termination_wait == 1800
    assert made.ignore_poll_failure
    assert made.rollback == codedeploy.AutoRollback(on_failure=True, on_alarm=True)


def test_zonal_servers_are_lowered() -> None:
    zonal = {"monitor": "10m", "first_zone_monitor": "1h", "minimum_healthy": "50%"}
    scenario = load(
        {**SCENARIO, "fleet": {"replicas": 6, "zones": 3}, "strategy": {"codedeploy": {"zonal": zonal}}}
    )
    made = scenario.strategy.params
    assert (made.zones, made.zonal.monitor, made.zonal.first_zone_monitor) == (3, 600, 3600)
    half = codedeploy.MinimumHealthy(codedeploy.MinimumType.fleet_percent, 50)
    assert made.zonal.minimum_healthy == half
    assert scenario.model.window.horizon > 1.5 * (3600 + 600)
    assert params(codedeploy={"zonal": {}}).zonal == codedeploy.ZonalConfig()
    told = loaded(codedeploy={"zonal": {"minimum_healthy": 6}}).warnings
    assert any("zonal: the fleet has one zone, so there is no other to wait for" in one for one in told)
    assert any("6 of 6 hosts of a zone have to stay healthy" in one for one in told)


def test_zones_are_those_of_every_location() -> None:
    def waves(*zones: int) -> Any:
        locations = [{"name": f"place-{at}", "zones": each} for at, each in enumerate(zones)]
        body = {"order": [1, "rest"], "strategy": {"codedeploy": {"zonal": {}}}}
        return load({**SCENARIO, "locations": locations, "strategy": {"waves": body}})

    assert waves(3, 3).strategy.inner[0].params.zones == 3
    with pytest.raises(InputErrors, match="zonal: expected as many zones in every location"):
        waves(3, 2)


def test_servers_that_replace_others_are_lowered() -> None:
    scenario = loaded(
        codedeploy={
            "config": "HalfAtATime",
            "blue_green": {"registration": "1m"},
            "attempt_timeout": "20m",
            "before_traffic": "check",
            "ready_wait": "1h",
            "termination_wait": "30m",
            "rollback_on": ["failure"],
        }
    )
    made = scenario.strategy.params
    assert isinstance(scenario.strategy, _core.CodeDeployBlueGreen)
    assert made.hosts.minimum_healthy.value == 50
    assert (made.hosts.provisioning, made.hosts.registration, made.hosts.attempt_timeout) == (120, 60, 1200)
    assert (made.test, made.validate, made.termination_wait) == (0, None, 1800)
    assert [shift.permille for shift in scenario.strategy.shifts] == [0, 333, 1000]
    assert any(one.path == "strategy.codedeploy.blue_green.provisioning" for one in scenario.assumptions)
    kept = params(codedeploy={"blue_green": {"keep_original": True, "provisioning": "0s"}})
    assert (kept.hosts.keeps_original, kept.hosts.provisioning) == (True, 0)


def test_a_rolling_update_of_ecs_is_lowered() -> None:
    made = params(
        ecs={
            "minimum_healthy_percent": 50,
            "maximum_percent": 150,
            "unhealthy_after": "2m",
            "circuit_breaker": {"threshold": "40%", "bounded": False, "rollback": True},
            "alarms": "alarms",
            "alarms_rollback": True,
            "bake": "3m",
        }
    )
    assert (made.replicas, made.minimum_healthy_percent, made.maximum_percent) == (6, 50, 150)
    assert made.unhealthy_after == 120
    assert made.circuit_breaker.threshold.type is ecs.ThresholdType.unbounded_percent
    assert made.circuit_breaker.threshold.value == 40
    assert made.circuit_breaker.rollback
    assert (made.alarms.analysis, made.alarms.rollback, made.alarms.bake) == (1, True, 180)
    assert params(ecs={}) == _core.EcsRollingParams(replicas=6)
    assert (
        params(ecs={"circuit_breaker": {"threshold": 4}}).circuit_breaker.threshold.type
        is ecs.ThresholdType.count
    )


def test_the_other_deployments_of_ecs_are_lowered() -> None:
    made = params(
        ecs={
            "deployment": "linear",
            "percent": "12.5%",
            "step_bake": "1m",
            "before_traffic": "check",
            "hook_timeout": "10m",
            "pause": "2h",
            "bake": "5m",
        }
    )
    assert made.shifting is ecs.Shifting.linear
    assert (made.percent, made.step_bake, made.pause, made.bake) == (12.5, 60, 7200, 300)
    assert (made.test.analysis, made.test.timeout, made.validate) == (0, 600, None)
    assert loaded(ecs={"deployment": "canary"}).strategy.shifts[0].permille == 50
    assert len(loaded(ecs={"deployment": "blue-green"}).strategy.shifts) == 1


def test_the_horizon_covers_the_plan() -> None:
    def horizon(**strategy: Any) -> float:
        return float(loaded(**strategy).model.window.horizon)

    assert (
        horizon(codedeploy={"canary": {"percent": 10, "every": "1h"}, "termination_wait": "1h"}) > 1.5 * 7200
    )
    assert horizon(ecs={"deployment": "linear"}) > 1.5 * 9 * 360
    assert horizon(ecs={"alarms": "alarms", "bake": "1h"}) > 1.5 * 3600
    assert horizon(codedeploy={}) > horizon(codedeploy={"config": "AllAtOnce"})


def test_a_plan_that_cannot_move_is_warned_of() -> None:
    warnings = " ".join(loaded(ecs={"maximum_percent": 100}).warnings)
    assert "6 tasks have to stay, and 6 may be there: nothing can ever move" in warnings
    warnings = " ".join(loaded(codedeploy={"minimum_healthy": "99%"}).warnings)
    assert "6 of 6 hosts have to stay healthy, so the deployment fails at once" in warnings


# --- whole runs


@pytest.mark.parametrize(
    ("strategy", "release", "sentence"),
    [
        ({"ecs": {}}, "good", "promoted"),
        ({"ecs": {"circuit_breaker": {"rollback": True}}}, {"defect": "crash-on-start", "probability": 1}, "rolled back"),
        ({"ecs": {"alarms": "alarms", "alarms_rollback": True, "bake": "3m"}}, {"defect": "error-rate", "rate": "30%"}, "rolled back"),
        ({"ecs": {"deployment": "canary", "alarms": "alarms", "alarms_rollback": True, "bake": "5m"}}, {"defect": "error-rate", "rate": "30%"}, "rolled back"),
        ({"codedeploy": {}}, "good", "promoted"),
        ({"codedeploy": {"rollback_on": ["failure"]}}, {"defect": "crash-on-start", "probability": 1}, "rolled back"),
        ({"codedeploy": {"zonal": {"monitor": "2m"}}}, "good", "promoted"),
        ({"codedeploy": {"config": "HalfAtATime", "blue_green": {}, "termination_wait": "5m"}}, "good", "promoted"),
        ({"codedeploy": {"blue_green": {"keep_original": True}}}, "good", "promoted"),
        ({"codedeploy": {"blue_green": {}, "rollback_on": ["failure"]}}, {"defect": "crash-on-start", "probability": 1}, "rolled back"),
        ({"codedeploy": {"config": "AllAtOnce", "blue_green": {}, "termination_wait": "10m", "alarms": "alarms", "rollback_on": ["alarm"]}}, {"defect": "error-rate", "rate": "90%"}, "rolled back"),
        ({"codedeploy": {"platform": "ecs", "before_traffic": "check", "rollback_on": ["failure"]}}, "good", "promoted"),
        ({"codedeploy": {"config": "ECSLinear10PercentEvery1Minutes", "alarms": "alarms", "rollback_on": ["alarm"]}}, {"defect": "error-rate", "rate": "90%"}, "rolled back"),
    ],
)  # fmt: skip
def test_a_release_ends_as_its_platform_ends_it(strategy: Any, release: Any, sentence: str) -> None:
    forecast = rollcast.forecast(
        {**SCENARIO, "strategy": strategy, "release": release}, replications=8, seed=1
    )
    assert forecast.sentence.startswith(f"Of 1,000 releases like this one, about 1000 would be {sentence}.")


def test_original_hosts_that_are_kept_are_no_breach_of_the_contract() -> None:
    strategy: dict[str, Any] = {"codedeploy": {"blue_green": {"keep_original": True}}}
    guarded = {"guarded": {"analysis": "alarms", "strategy": strategy}}
    for each in (strategy, guarded):
        check_strategy(rollcast.load({**SCENARIO, "strategy": each}))


def test_a_bad_release_is_stopped_in_the_first_zone() -> None:
    zonal = {"minimum_healthy": 2, "zonal": {"monitor": "10m"}, "alarms": "alarms", "rollback_on": ["alarm"]}
    forecast = rollcast.forecast(
        {
            **SCENARIO,
            "fleet": {"replicas": 6, "zones": 3},
            "strategy": {"codedeploy": zonal},
            "release": {"defect": "error-rate", "rate": "60%"},
        },
        replications=8,
        seed=1,
    )
    assert forecast.estimates["p_rolled_back"].value == 1.0
    assert forecast.estimates["blast_radius_given_bad_mean"].value == pytest.approx(1 / 3)


# --- bad input


@pytest.mark.parametrize(
    ("strategy", "messages"),
    [
        ("codedeploy: {config: ECSCanary10Percent5Minuts}",
         ['s.yaml:2:33: strategy.codedeploy.config: is no predefined configuration; a custom one is said by minimum_healthy, '
          'canary or linear; did you mean "CodeDeployDefault.ECSCanary10Percent5Minutes"?']),
        ("codedeploy: {config: OneAtATime, minimum_healthy: 3}",
         ["s.yaml:2:62: strategy.codedeploy.minimum_healthy: expected one of config or minimum_healthy, got config and minimum_healthy"]),
        ("codedeploy: {platform: lambda, config: ECSAllAtOnce}",
         ["s.yaml:2:51: strategy.codedeploy.config: is for ECS, not for Lambda"]),
        ("codedeploy: {platform: server, linear: {percent: 10, every: 1m}}",
         ["s.yaml:2:51: strategy.codedeploy.linear: servers do not shift traffic by a clock: say blue_green"]),
        ("codedeploy: {platform: lambda, termination_wait: 5m}",
         ["s.yaml:2:61: strategy.codedeploy.termination_wait: does not go with a Lambda function"]),
        ("codedeploy: {minimum_healthy: 3, ready_wait: 5m}",
         ["s.yaml:2:57: strategy.codedeploy.ready_wait: does not go with servers that are deployed to in place: say blue_green"]),
        ("codedeploy: {blue_green: {}, zonal: {}}",
         ["s.yaml:2:48: strategy.codedeploy.zonal: only goes with servers that are deployed to in place"]),
        ("codedeploy: {blue_green: {keep_original: true}, termination_wait: 5m}",
         ["s.yaml:2:78: strategy.codedeploy.termination_wait: does not go with original hosts that are kept"]),
        ("codedeploy: {zonal: {minimum_healthy: 120%}}",
         ["s.yaml:2:50: strategy.codedeploy.zonal.minimum_healthy: expected at most 100%, got 120%"]),
        ("codedeploy: {platform: ecs, blue_green: {}}",
         ["s.yaml:2:52: strategy.codedeploy.blue_green: only goes with servers"]),
        ("codedeploy: {platform: ecs, attempt_timeout: 5m}",
         ["s.yaml:2:57: strategy.codedeploy.attempt_timeout: only goes with servers"]),
        ("codedeploy: {platform: ecs, termination_wait: 3d}",
         ["s.yaml:2:58: strategy.codedeploy.termination_wait: expected at most 2d, got 3d"]),
        ("codedeploy: {linear: {percent: 1, every: 1h}}",
         ["s.yaml:2:33: strategy.codedeploy.linear: shifts for 4d3h, and CodeDeploy for 2d at most"]),
        ("codedeploy: {canary: {percent: 100, every: 1h}}",
         ["s.yaml:2:43: strategy.codedeploy.canary.percent: expected at most 99, got 100"]),
        ("codedeploy: {minimum_healthy: 101%}",
         ["s.yaml:2:42: strategy.codedeploy.minimum_healthy: expected at most 100%, got 101%"]),
        ("codedeploy: {alarms: alarm}",
         ['s.yaml:2:33: strategy.codedeploy.alarms: there is no analysis "alarm" under analyses']),
        ("codedeploy: {rollback_on: [failure, failure]}",
         ["s.yaml:2:38: strategy.codedeploy.rollback_on: says the same twice"]),
        ("codedeploy: {rollback_on: [failures]}",
         ['s.yaml:2:39: strategy.codedeploy.rollback_on[0]: expected failure, alarm or request, got "failures"; did you mean "failure"?']),
        ("ecs: {deployment: blue_green}",
         ['s.yaml:2:30: strategy.ecs.deployment: expected rolling, blue-green, linear or canary, got "blue_green"; did you mean "blue-green"?']),
        ("ecs: {percent: 10%}",
         ["s.yaml:2:27: strategy.ecs.percent: does not go with deployment: rolling"]),
        ("ecs: {deployment: blue-green, step_bake: 1m, maximum_percent: 100}",
         ["s.yaml:2:53: strategy.ecs.step_bake: only goes with deployment: linear or canary",
          "s.yaml:2:74: strategy.ecs.maximum_percent: only goes with deployment: rolling"]),
        ("ecs: {deployment: linear, percent: 2.9%, bake: 25h, hook_timeout: 1h}",
         ["s.yaml:2:47: strategy.ecs.percent: expected 3% to 100% in tenths of a percent, got 2.9%",
          "s.yaml:2:59: strategy.ecs.bake: expected at most 1d, got 1d1h",
          "s.yaml:2:78: strategy.ecs.hook_timeout: needs before_traffic or after_traffic beside it"]),
        ("ecs: {bake: 5m}", ["s.yaml:2:24: strategy.ecs.bake: needs alarms beside it"]),
        ("ecs: {circuit_breaker: {threshold: 120%}}",
         ["s.yaml:2:47: strategy.ecs.circuit_breaker.threshold: expected at least 1 task, or a percentage from 1% to 100%, got 120%"]),
        ("guarded: {analysis: a, strategy: {ecs: {percent: 10%}}}",
         ['s.yaml:2:32: strategy.guarded.analysis: there is no analysis "a" under analyses',
          "s.yaml:2:61: strategy.guarded.strategy.ecs.percent: does not go with deployment: rolling"]),
        ("ecs: {maximum_percent: 99}", ["s.yaml:2:35: strategy.ecs.maximum_percent: expected at least 100, got 99"]),
    ],
)  # fmt: skip
def test_what_aws_would_refuse_is_told_with_its_place(
    tmp_path: Path, strategy: str, messages: list[str]
) -> None:
    file = tmp_path / "s.yaml"
    file.write_text(f"traffic: {{rate: 1/s}}\nstrategy: {{{strategy}}}\n")
    with pytest.raises(InputErrors) as caught:
        load(file)
    assert str(caught.value).replace(f"{tmp_path}/", "").split("\n") == messages


EVERY_WORD: list[dict[str, Any]] = [
    {"codedeploy": {"platform": "ecs", "linear": {"percent": 10, "every": "1m"}, "before_traffic": "check",
                    "after_traffic": "check", "ready_wait": "1h", "termination_wait": "1h", "alarms": "alarms",
                    "ignore_poll_failure": True, "rollback_on": ["failure", "alarm", "request"]}},
    {"codedeploy": {"config": "HalfAtATime", "attempt_timeout": "10m"}},
    {"ecs": {"minimum_healthy_percent": 50, "maximum_percent": 150, "unhealthy_after": "2m", "bake": "1m",
             "circuit_breaker": {"threshold": 4, "bounded": False, "reset_on_healthy_task": False, "rollback": True},
             "alarms": "alarms", "alarms_rollback": True}},
    {"ecs": {"deployment": "canary", "percent": 0.1, "step_bake": "1m", "before_traffic": "check",
             "after_traffic": "check", "hook_timeout": "1h", "pause": "1h", "bake": "5m"}},
]  # fmt: skip
JUNK = (None, -1, 0, 10**30, 1.5, float("nan"), "", "x", "5%", "101%", "10s", "90d", [], {}, [[]], True)


def test_a_mangled_strategy_is_read_or_refused_but_never_crashes() -> None:
    random = Random(1)
    refused = 0
    for _ in range(300):
        strategy = yaml.safe_load(yaml.safe_dump(random.choice(EVERY_WORD)))
        [body] = strategy.values()
        key = random.choice(list(body))
        body[key] = random.choice(JUNK)
        try:
            loaded(**strategy)
        except InputErrors:
            refused += 1
    assert 100 < refused < 300  # so that both ends are reached
