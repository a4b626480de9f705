"""EC2 Auto Scaling's instance refresh, App Runner, EKS: one function for each kind of case."""

from __future__ import annotations

from typing import Any

from rollcast import aws
from rollcast._core import app_runner, eks, instance_refresh
from rules import Rules

RULES = rule = Rules()

Given = dict[str, Any]

RefreshEnd, RefreshStatus = instance_refresh.RefreshEnd, instance_refresh.RefreshStatus
STATUSES = {
    RefreshStatus.successful: "Successful",
    RefreshStatus.failed: "Failed",
    RefreshStatus.cancelled: "Cancelled",
    RefreshStatus.rollback_successful: "RollbackSuccessful",
}
ENDS = {
    "cancelled_midway": (RefreshEnd.cancelled, False),
    "failed_without_auto_rollback": (RefreshEnd.failed, False),
    "failed_with_auto_rollback": (RefreshEnd.failed, True),
    "no_healthy_replacement_for_one_hour": (RefreshEnd.no_healthy_replacement, False),
    "all_match_and_skip_matching": (RefreshEnd.all_match, False),
}


@rule
def refresh_default(name: str) -> Given:
    return {"value": aws.INSTANCE_REFRESH_DEFAULTS[name]}


@rule
def refresh_limit(name: str) -> Given:
    return {"value": aws.INSTANCE_REFRESH_LIMITS[name]}


@rule
def refresh_effective_warmup(
    health_check_grace_s: float | None,
    default_instance_warmup_s: float | None,
    instance_warmup_s: float | None,
) -> Given:
    warmup = instance_refresh.effective_warmup(
        health_check_grace_s, default_instance_warmup_s, instance_warmup_s
    )
    return {"warmup_s": warmup}


@rule
def refresh_batch(
    instances: int, min_healthy_percentage: int, max_healthy_percentage: int | None = None
) -> Given:
    most = max_healthy_percentage or instance_refresh.RefreshPlan().max_healthy_percentage
    return {"replaced_at_once": instance_refresh.batch_size(instances, min_healthy_percentage, most)}


@rule
def refresh_checkpoint_skip(
    instances: int, checkpoint_percentages: list[int], instances_replaced: int
) -> Given:
    reached = instance_refresh.checkpoints_reached(instances, checkpoint_percentages, instances_replaced)
    return {
        "percent_replaced": 100 * instances_replaced / instances,
        "percent_replaced_at_least": 100 * instances_replaced // instances,
        "checkpoint_notified": reached.notified,
        "checkpoints_skipped": reached.skipped,
    }


@rule
def refresh_checkpoint_timeline(
    instances: int,
    checkpoint_percentages: list[int],
    checkpoint_delay_min: float,
    min_healthy_percentage: int,
    warmup_min: float,
) -> Given:
    plan = instance_refresh.RefreshPlan(
        instances=instances,
        checkpoints=checkpoint_percentages,
        checkpoint_delay=60 * checkpoint_delay_min,
        min_healthy_percentage=min_healthy_percentage,
        warmup=60 * warmup_min,
    )
    steps = [[step.at / 60, step.event.name, step.instances] for step in instance_refresh.timeline(plan)]
    warm, half_warm_at = 0, None
    for at, event, count in steps:
        warm += count if event == "warm" else 0
        if half_warm_at is None and warm >= instance_refresh.replaced_at(instances, 50):
            half_warm_at = at
    return {
        "timeline": steps,
        "ends_min": steps[-1][0],
        "last_replacement_min": max(at for at, event, _ in steps if event == "replace"),
        "percent_complete_shown_50_from_min": half_warm_at,
    }


@rule
def refresh_partial(instances: int, checkpoint_percentages: list[int]) -> Given:
    plan = instance_refresh.RefreshPlan(instances=instances, checkpoints=checkpoint_percentages)
    steps = instance_refresh.timeline(plan)
    replace = instance_refresh.RefreshEvent.replace
    return {
        "status_after_last_checkpoint": STATUSES[RefreshStatus.successful],
        "instances_replaced": sum(step.instances for step in steps if step.event is replace),
    }


@rule
def refresh_outcome(event: str) -> Given:
    if event == "rollback_after_finish":
        possible = instance_refresh.rollback_possible(RefreshStatus.successful, True, False, "1")
        return {"possible": possible}
    outcome = instance_refresh.outcome(*ENDS[event])
    return {
        "status": STATUSES[outcome.status],
        "replaced_instances_rolled_back": outcome.rolled_back,
        "instances_replaced": 0 if event == "all_match_and_skip_matching" else None,
    }


@rule
def refresh_rollback_possible(
    desired_configuration: bool, image_from_parameter_store: bool, group_template_version: str
) -> Given:
    possible = instance_refresh.rollback_possible(
        RefreshStatus.in_progress, desired_configuration, image_from_parameter_store, group_template_version
    )
    return {"possible": possible}


@rule
def rebalancing_max_size(max_size: int) -> Given:
    return {"temporary_max": instance_refresh.rebalancing_max_size(max_size)}


@rule
def apprunner_default(name: str) -> Given:
    return {"value": aws.APP_RUNNER_DEFAULTS[name]}


@rule
def apprunner_deployment_provisioned(provisioned: int) -> Given:
    return {"during_deployment": app_runner.instances_during_deployment(provisioned)}


@rule
def apprunner_health(
    healthy_threshold: int, unhealthy_threshold: int, start: str, checks: list[int]
) -> Given:
    instance = app_runner.HealthCheck(
        healthy_threshold=healthy_threshold,
        unhealthy_threshold=unhealthy_threshold,
        healthy=start == "HEALTHY",
    )
    states = []
    for success in checks:
        instance.observe(bool(success))
        states.append("HEALTHY" if instance.healthy else "UNHEALTHY")
    return {"state_after_each": states}


@rule
def apprunner_operation_blocked(service_status: str) -> Given:
    return {"blocked": service_status == app_runner.busy_status}


@rule
def eks_default(name: str) -> Given:
    return {"value": aws.EKS_DEFAULTS[name]}


@rule
def eks_scale_up_increment(availability_zones: int, max_unavailable: int) -> Given:
    return {"increment_up_to": eks.scale_up_increment(availability_zones, max_unavailable)}


@rule
def eks_drain(minutes_until_evicted: float | None, force: bool = False) -> Given:
    seconds = None if minutes_until_evicted is None else 60 * minutes_until_evicted
    goes_on = eks.drain_goes_on(seconds, force)
    return {"result": "continues" if goes_on else "PodEvictionFailure"}


@rule
def eks_phases() -> Given:
    return {"order": [phase.name for phase in eks.UpdatePhase]}


@rule
def eks_strategy(strategy: str) -> Given:
    launches_first = eks.launches_first(eks.UpdateStrategy[strategy.lower()])
    return {"order": "launch_first" if launches_first else "terminate_first"}


def minor(version: str) -> int:
    return int(version.removeprefix("1."))


@rule
def eks_control_plane_update(**given: str) -> Given:
    """The input's keys are `from`, which Python keeps to itself, and `to`."""
    return {"allowed": eks.control_plane_update_allowed(minor(given["from"]), minor(given["to"]))}


@rule
def eks_kubelet_skew(kubelet: str, control_plane: str) -> Given:
    return {"allowed": eks.kubelet_skew_allowed(minor(kubelet), minor(control_plane))}
