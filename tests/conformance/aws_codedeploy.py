"""AWS CodeDeploy: one function for each kind of case."""

from __future__ import annotations

from typing import Any

from rollcast import aws
from rollcast._core import codedeploy
from rules import Rules

RULES = rule = Rules()

Given = dict[str, Any]

TRAFFIC_TYPES = {
    "AllAtOnce": codedeploy.TrafficType.all_at_once,
    "TimeBasedLinear": codedeploy.TrafficType.time_based_linear,
    "TimeBasedCanary": codedeploy.TrafficType.time_based_canary,
}
PLATFORMS = {
    "Server": codedeploy.Platform.server,
    "ECS": codedeploy.Platform.ecs,
    "Lambda": codedeploy.Platform.lambda_,
}
STATUSES = {
    codedeploy.Status.in_progress: "InProgress",
    codedeploy.Status.succeeded: "Succeeded",
    codedeploy.Status.failed: "Failed",
    codedeploy.Status.stopped: "Stopped",
}
REROUTES = {
    codedeploy.Reroute.now: "reroute_now",
    codedeploy.Reroute.at_resume: "reroute_at_resume",
    codedeploy.Reroute.stopped: "Stopped",
}


def name_of(names: dict[str, Any], value: Any) -> str:
    [name] = [name for name, each in names.items() if each is value]
    return name


@rule
def predefined_traffic_config(name: str) -> Given:
    platform, config = codedeploy.predefined_traffic_configs()[name]
    return {
        "platform": name_of(PLATFORMS, platform),
        "type": name_of(TRAFFIC_TYPES, config.type),
        "percent": config.percent,
        "interval_min": config.interval / 60,
    }


@rule
def predefined_server_config(name: str, as_reported_by_api: bool = False) -> Given:
    described, reported = codedeploy.predefined_server_configs()[name]
    if as_reported_by_api:
        return {"type": reported.type.name.upper(), "value": reported.value}
    is_percent = described.type is codedeploy.MinimumType.fleet_percent
    return {f"minimum_healthy_{'percent' if is_percent else 'hosts'}": described.value}


@rule
def default_config(platform: str) -> Given:
    if platform == "Server":
        return {"name": next(iter(codedeploy.predefined_server_configs()))}
    return {
        "name": next(
            name
            for name, (of, config) in codedeploy.predefined_traffic_configs().items()
            if of is PLATFORMS[platform] and config.type is codedeploy.TrafficType.all_at_once
        )
    }


@rule
def traffic_schedule(type: str, percent: int | None = None, interval_min: float | None = None) -> Given:
    config = codedeploy.TrafficConfig(
        type=TRAFFIC_TYPES[type],
        percent=100 if percent is None else percent,
        interval=60 * (interval_min or 0),
    )
    return {"minute_percent": [[each.at / 60, each.permille / 10] for each in codedeploy.shifts(config)]}


def server_deployment(minimum: int, instances: int) -> codedeploy.ServerDeployment:
    """Of instances that are all healthy."""
    return codedeploy.ServerDeployment(minimum=minimum, healthy=instances, healthy_left=instances)


@rule
def minimum_healthy(type: str, value: int, instances: int) -> Given:
    limit = codedeploy.MinimumHealthy(type=codedeploy.MinimumType[type.lower()], value=value)
    minimum = codedeploy.minimum_hosts(limit, instances)
    deployment = server_deployment(minimum, instances)
    return {
        "minimum": minimum,
        "max_concurrent_at_start": deployment.most_at_once(),
        "can_start": deployment.status() is codedeploy.Status.in_progress,
    }


@rule
def max_concurrent_predefined(name: str, instances: int) -> Given:
    _, limit = codedeploy.predefined_server_configs()[name]
    minimum = codedeploy.minimum_hosts(limit, instances)
    return {
        "max_concurrent": server_deployment(minimum, instances).most_at_once(),
        "success_needs": codedeploy.successes_needed(minimum),
    }


@rule
def server_outcome(instances: int, minimum_healthy: int, results_in_order: list[bool]) -> Given:
    deployment = server_deployment(minimum_healthy, instances)
    finished = 0
    for result in results_in_order:
        if deployment.status() is not codedeploy.Status.in_progress:
            break
        deployment.finish(result)
        finished += 1
    return {"overall": STATUSES[deployment.status()], "finished_attempts": finished}


@rule
def deploy_order(groups: list[str]) -> Given:
    def attempted_before(a: str) -> int:
        revision = codedeploy.Revision[a.lower()]
        return sum(codedeploy.attempted_before(codedeploy.Revision[b.lower()], revision) for b in groups)

    return {"order": sorted(groups, key=attempted_before)}


@rule
def revision_health_after_success(before: str, instance_succeeded: bool) -> Given:
    after = codedeploy.revision_after_success(codedeploy.Revision[before.lower()], instance_succeeded)
    return {"after": after.name.capitalize()}


@rule
def instance_health_after_failure(before: str, attempted: bool, instance_succeeded: bool | None) -> Given:
    result = instance_succeeded if attempted else None
    healthy = codedeploy.healthy_after_failure(before == "Healthy", result)
    return {"after": "Healthy" if healthy else "Unhealthy"}


@rule
def stopped_instance_counts_as() -> Given:
    """An attempt has but two results."""
    one = server_deployment(0, 1)
    one.finish(success=False)
    return {"state": one.status().name}


@rule
def limit(name: str) -> Given:
    return {"value": aws.CODEDEPLOY_LIMITS[name]}


@rule
def hook_callback_timeout_s(platform: str) -> Given:
    return {
        "seconds": codedeploy.lifecycle_event_timeout,
        "then": STATUSES[codedeploy.Status.failed],
    }


@rule
def hook_order(
    platform: str,
    style: str = "in_place",
    load_balancer: bool = True,
    instances: str | None = None,
) -> Given:
    if style != "in_place":
        way = "rollback" if "rollback" in f"{style} {instances}" else "blue_green"
        side = "original" if "original" in (instances or "") else "replacement"
        style = f"{way}_{side}"
    return {"order": codedeploy.hook_order(PLATFORMS[platform], codedeploy.Style[style], load_balancer)}


@rule
def ecs_hook_failure_can_roll_back(hook: str) -> Given:
    return {"possible": codedeploy.ecs_hook_failure_can_roll_back(hook)}


@rule
def ignore_stop_failures_next(failed: str) -> Given:
    return {"next": codedeploy.next_after_ignored_failure(failed) or None}


@rule
def alarm_effect(alarm_config_enabled: bool, alarm_state: str, ignore_poll_failure: bool = False) -> Given:
    state = codedeploy.AlarmState[alarm_state.lower()]
    return {"status": STATUSES[codedeploy.alarm_effect(alarm_config_enabled, state, ignore_poll_failure)]}


@rule
def auto_rollback(enabled: bool, events: list[str], event: str) -> Given:
    configured = codedeploy.AutoRollback(
        on_failure=enabled and "DEPLOYMENT_FAILURE" in events,
        on_alarm=enabled and "DEPLOYMENT_STOP_ON_ALARM" in events,
        on_request=enabled and "DEPLOYMENT_STOP_ON_REQUEST" in events,
    )
    rolls_back = codedeploy.rolls_back(configured, codedeploy.RollbackEvent[event.lower()])
    return {"rolls_back": rolls_back, "as_new_deployment": rolls_back}


@rule
def zonal_start_times(
    zone_deploy_s: list[float], first_zone_monitor_s: float | None, monitor_s: float | None
) -> Given:
    config = codedeploy.ZonalConfig(first_zone_monitor=first_zone_monitor_s, monitor=monitor_s)
    return {"start_s": codedeploy.zone_starts(zone_deploy_s, config)}


@rule
def zonal_default() -> Given:
    minimum = codedeploy.ZonalConfig().minimum_healthy
    assert minimum.type is codedeploy.MinimumType.fleet_percent
    return {"minimum_healthy_per_zone_percent": minimum.value}


@rule
def deployment_ready_option(
    action_on_timeout: str, wait_min: float | None = None, resumed_at_min: float | None = None
) -> Given:
    option = codedeploy.ReadyOption(
        stop_on_timeout=action_on_timeout == "STOP_DEPLOYMENT", wait=60 * (wait_min or 0)
    )
    waited = option.wait if resumed_at_min is None else 60 * resumed_at_min
    return {"result": REROUTES[codedeploy.reroute(option, waited, resumed=resumed_at_min is not None)]}
