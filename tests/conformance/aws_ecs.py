"""Amazon ECS: one function for each kind of case."""

from __future__ import annotations

from typing import Any

from rollcast import aws
from rollcast._core import ecs, traffic
from rules import Rules

RULES = rule = Rules()

Given = dict[str, Any]


def schedule(shifts: list[traffic.Shift]) -> list[list[float]]:
    return [[each.at / 60, each.permille / 10] for each in shifts]


def permille(percent: float) -> int:
    return round(10 * percent)


def alarm_states(names: list[str]) -> list[ecs.AlarmState]:
    return [ecs.AlarmState[name.lower()] for name in names]


@rule
def rolling_bounds(desired: int, minimum_healthy_percent: int, maximum_percent: int) -> Given:
    limits = ecs.bounds(desired, minimum_healthy_percent, maximum_percent)
    first = ecs.budget(limits, desired, desired)
    return {
        "min_healthy_tasks": limits.lower,
        "max_running_or_pending": limits.upper,
        "may_stop_first": first.stop_healthy,
        "may_start_first": first.start,
        "stuck": ecs.is_stuck(limits, desired),
    }


@rule
def rolling_budget(
    desired: int, minimum_healthy_percent: int, maximum_percent: int, running_or_pending: int, healthy: int
) -> Given:
    limits = ecs.bounds(desired, minimum_healthy_percent, maximum_percent)
    may = ecs.budget(limits, running_or_pending, healthy)
    return {"may_start": may.start, "may_stop_healthy": may.stop_healthy}


@rule
def default(name: str) -> Given:
    return {"value": aws.ECS_DEFAULTS[name]}


@rule
def counts_as_healthy_when(load_balancer: bool, container_health_check: bool) -> Given:
    signs = ecs.counts_as_healthy_when(load_balancer, container_health_check)
    names = {
        "running_40s": signs.running_for_40_s,
        "container_healthy": signs.container_healthy,
        "target_healthy": signs.target_healthy,
    }
    return {"all_of": [name for name, needed in names.items() if needed]}


@rule
def circuit_breaker_threshold(desired: int, minimum: int, maximum: int, edition: int) -> Given:
    """The edition says no more than where the minimum comes from."""
    limits = ecs.BreakerThreshold(least=minimum, most=maximum)
    return {"threshold": ecs.breaker_threshold(limits, desired)}


@rule
def circuit_breaker_threshold_typed(type: str, value: int, desired: int) -> Given:
    limits = ecs.BreakerThreshold(type=ecs.ThresholdType[type.lower()], value=value)
    return {"threshold": ecs.breaker_threshold(limits, desired)}


@rule
def circuit_breaker_sequence(threshold: int, reset_on_healthy_task: bool, events: list[str]) -> Given:
    breaker = ecs.CircuitBreaker(threshold=threshold, reset_on_healthy_task=reset_on_healthy_task)
    seen = 0
    for event in events:
        if breaker.is_open():
            break
        breaker.count(ecs.TaskEvent[event])
        seen += 1
    state = ecs.consequence_of(ecs.Detection(enabled=breaker.is_open())).state
    return {"state": state.name.upper(), "after_events": seen, "failure_count": breaker.failures}


@rule
def failure_detection(
    circuit_breaker: bool,
    circuit_breaker_rollback: bool,
    alarms: bool,
    alarms_rollback: bool,
    condition_met: str | None,
) -> Given:
    ways = {
        "circuit_breaker": ecs.Detection(circuit_breaker, circuit_breaker_rollback),
        "alarm": ecs.Detection(alarms, alarms_rollback),
        None: ecs.Detection(),
    }
    then = ecs.consequence_of(ways[condition_met])
    return {"rollout_state": then.state.name.upper(), "rolls_back": then.rolls_back}


@rule
def alarm_monitoring(states_at_start: list[str], states_later: list[str]) -> Given:
    watched = ecs.alarms_are_watched(alarm_states(states_at_start))
    failed = ecs.alarms_fail(alarm_states(states_later))
    then = ecs.consequence_of(ecs.Detection(enabled=watched and failed))
    return {"rollout_state": then.state.name.upper()}


@rule
def rollout_state(
    steady_state: bool, alarms: bool = False, bake_time_over: bool = False, circuit_breaker: bool = False
) -> Given:
    """A circuit breaker ends a deployment that does not become steady."""
    if circuit_breaker and not steady_state:
        return {"rollout_state": ecs.consequence_of(ecs.Detection(enabled=True)).state.name.upper()}
    return {"rollout_state": ecs.rollout_state(steady_state, alarms, bake_time_over).name.upper()}


@rule
def linear_schedule(step_percent: float, step_bake_minutes: float) -> Given:
    shifts = traffic.linear_shifts(permille(step_percent), 60 * step_bake_minutes)
    return {
        "minute_percent": schedule(shifts),
        "shifts": len(shifts),
        "minutes_of_step_bake": shifts[-1].at / 60,
    }


@rule
def canary_schedule(canary_percent: float, canary_bake_minutes: float) -> Given:
    return {
        "minute_percent": schedule(traffic.canary_shifts(permille(canary_percent), 60 * canary_bake_minutes))
    }


@rule
def linear_bake_count(step_percent: float) -> Given:
    return {"step_bakes": ecs.linear_bakes(permille(step_percent))}


@rule
def cloudformation_accepts_linear(
    step_percent: float, step_bake_minutes: float, bake_minutes: float
) -> Given:
    total = ecs.total_bake(permille(step_percent), 60 * step_bake_minutes, 60 * bake_minutes)
    return {
        "total_bake_minutes": total / 60,
        "accepted": total <= ecs.longest_bakes_in_cloudformation,
    }


@rule
def cloudformation_limit(name: str) -> Given:
    return {"value": aws.CLOUDFORMATION_LIMITS[name]}


@rule
def valid_linear_step_percent(value: float) -> Given:
    return {"valid": ecs.is_valid_percent(value, ecs.least_linear_permille)}


@rule
def valid_canary_percent(value: float) -> Given:
    return {"valid": ecs.is_valid_percent(value, ecs.least_canary_permille)}


@rule
def lifecycle_stages(strategy: str) -> Given:
    stages = ecs.lifecycle_stages(ecs.Shifting[strategy.lower()])
    return {"order": [stage.name.upper() for stage in stages]}


@rule
def stage_traffic(strategy: str, stage: str) -> Given:
    traffic_then = ecs.stage_traffic(ecs.Stage[stage.lower()])
    return {
        "blue_production_percent": traffic_then.blue_production,
        "green_production_percent": traffic_then.green_production,
        "green_test_percent": traffic_then.green_test,
        "blue_tasks_running": traffic_then.blue_runs,
    }


@rule
def hook_allowed(stage: str) -> Given:
    allowed = ecs.hooks_allowed(ecs.Stage[stage.lower()])
    return {"AWS_LAMBDA": allowed.lambda_, "PAUSE": allowed.pause}


@rule
def traffic_stage_invocations(strategy: str, shifts: int) -> Given:
    stages = (
        ecs.Stage.pre_production_traffic_shift,
        ecs.Stage.production_traffic_shift,
        ecs.Stage.post_production_traffic_shift,
    )
    kind = ecs.Shifting[strategy.lower()]
    return {stage.name: ecs.stage_invocations(kind, stage, shifts) for stage in stages}


@rule
def hook_unresolved_after_timeout(action: str) -> Given:
    after = ecs.after_hook_timeout(ecs.HookTimeoutAction[action.lower().replace("continue", "continue_")])
    return {"hook_status": "TIMED_OUT", "deployment": after.name.upper()}
