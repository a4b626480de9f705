"""AWS CloudFormation: one function for each kind of case."""

from __future__ import annotations

from typing import Any

from rollcast import aws
from rollcast._core import cloudformation
from rules import Rules

RULES = rule = Rules()
# Stack policies, change sets, drift and the states of a stack: they decide nothing that a rollout meets.
rule.unsupported(
    "stack_policy",
    "stack_policy_override",
    "change_set",
    "change_set_on_stack_failure",
    "stack_drift",
    "stack_set_drift",
    "drift_reported",
    "drift_detection_possible",
    "stack_status_transition",
    "cancel_update_possible",
    "allowed_operations",
)

Given = dict[str, Any]

POLICIES = {
    cloudformation.UpdatePolicy.none: None,
    cloudformation.UpdatePolicy.rolling_update: "AutoScalingRollingUpdate",
    cloudformation.UpdatePolicy.replacing_update: "AutoScalingReplacingUpdate",
}


@rule
def stackset_max_concurrent(accounts: int, max_concurrent_percentage: int) -> Given:
    return {"max_concurrent": cloudformation.max_concurrent(accounts, max_concurrent_percentage)}


@rule
def stackset_failure_tolerance(accounts: int, failure_tolerance_percentage: int) -> Given:
    tolerated = cloudformation.failures_tolerated(accounts, failure_tolerance_percentage)
    return {"failures_tolerated": tolerated, "failing_count": tolerated + 1}


@rule
def stackset_actual_concurrency(
    mode: str, max_concurrent: int, failure_tolerance: int, failures_so_far: int
) -> Given:
    actual = cloudformation.actual_concurrency(
        cloudformation.ConcurrencyMode[mode.lower()], max_concurrent, failure_tolerance, failures_so_far
    )
    return {"actual_concurrency": actual}


@rule
def stackset_operation(
    region_concurrency: str, accounts: int, failure_tolerance: int, failed_accounts_by_region: list[int]
) -> Given:
    regions = cloudformation.region_results(
        cloudformation.RegionConcurrency[region_concurrency.lower()],
        failure_tolerance,
        failed_accounts_by_region,
    )
    return {
        "regions": [region.name.upper() for region in regions],
        "operation": cloudformation.operation_result(regions).name.upper(),
    }


@rule
def default(name: str) -> Given:
    return {"value": aws.CLOUDFORMATION_DEFAULTS[name]}


@rule
def limit(name: str) -> Given:
    return {"value": aws.CLOUDFORMATION_LIMITS[name]}


@rule
def rollback_trigger(
    operation: str, work_minutes: float, monitoring_minutes: float, trigger_state_change: Given | None = None
) -> Given:
    change = trigger_state_change or {}
    alarm_at = 60 * change["at_min"] if change.get("to") == "ALARM" else None
    end = cloudformation.watch_triggers(60 * work_minutes, 60 * monitoring_minutes, alarm_at)
    if end.rolls_back:
        return {"outcome": "ROLLBACK", "at_min": end.at / 60}
    removed_from = end.at / 60 if operation == "UPDATE" else None
    return {"outcome": "COMPLETE", "at_min": end.at / 60, "old_resources_removed_from_min": removed_from}


@rule
def rollback_trigger_special(case: str, operation: str = "UPDATE") -> Given:
    if case == "specified_alarm_does_not_exist":
        missing = cloudformation.watch_triggers(0, 0, 0)  # as an alarm at once
        return {"outcome": "ROLLBACK" if missing.rolls_back else "COMPLETE"}
    if case == "trigger_fires_during_rollback":
        return {"effect": "none"}
    if case == "no_triggers_but_monitoring_30_minutes":
        end = cloudformation.watch_triggers(0, 30 * 60, None)
        return {"waits_minutes": end.at / 60, "rolls_back": end.rolls_back}
    raise ValueError(f"unknown case {case}")


@rule
def asg_rolling_default(name: str) -> Given:
    return {"value": aws.AUTO_SCALING_ROLLING_UPDATE_DEFAULTS[name]}


@rule
def asg_signals_needed(instances: int, min_successful_percent: int) -> Given:
    return {"signals": cloudformation.signals_needed(instances, min_successful_percent)}


@rule
def asg_policy_precedence(replacing_will_replace: bool, rolling_present: bool) -> Given:
    return {"policy": POLICIES[cloudformation.policy_in_force(replacing_will_replace, rolling_present)]}


@rule
def asg_rollback_policy(max_batch_before_update: int, max_batch_in_failed_update: int) -> Given:
    batch = cloudformation.max_batch_during_rollback(max_batch_before_update, max_batch_in_failed_update)
    return {"max_batch_during_rollback": batch}
