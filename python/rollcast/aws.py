"""What AWS's services assume and allow, by name: importers and the scenario language go by it.

A name carries its unit, and ends in ``_api`` or ``_console`` where the two differ. Sources: user guides and
API models of the services, as of 2026. Numbers that a strategy or a rule needs come from there.
"""

from __future__ import annotations

from typing import Any

from rollcast._core import app_runner, codedeploy, ecs, eks, instance_refresh

Facts = dict[str, Any]

MINUTE, HOUR = 60, 3600

CODEDEPLOY_LIMITS: Facts = {
    "server_in_place_max_hours": codedeploy.longest_in_place / HOUR,
    "server_deploy_to_traffic_max_hours": codedeploy.longest_green_install / HOUR,
    "server_blue_green_max_hours": 109,
    "ecs_deploy_to_traffic_max_hours": codedeploy.longest_ecs_install / HOUR,
    "lambda_max_hours": 50,
    "lambda_shift_max_minutes": codedeploy.longest_shift / MINUTE,
    "original_termination_wait_max_hours": codedeploy.longest_termination_wait / HOUR,
    "termination_wait_max_minutes": codedeploy.longest_termination_wait / MINUTE,
    "lifecycle_event_timeout_s": codedeploy.lifecycle_event_timeout,
    "lifecycle_event_start_timeout_min": 5,
    "max_increment_percent": codedeploy.most_increment_percent,
    "instances_per_deployment": 1000,
    "concurrent_deployments_per_group": 1,
    "alarms_per_group": 10,
}

_breaker, _breaker_limits = ecs.CircuitBreaker(), ecs.BreakerThreshold()

ECS_DEFAULTS: Facts = {
    "replica_minimum_healthy_percent": 100,
    "replica_maximum_percent": 200,
    "daemon_minimum_healthy_percent_api": 0,
    "daemon_minimum_healthy_percent_console": 50,
    "daemon_maximum_percent": 100,
    "seconds_after_running_before_counted_healthy_without_any_health_check": ecs.running_before_healthy,
    "circuit_breaker_default_percent": _breaker_limits.value,
    "circuit_breaker_maximum_threshold": _breaker_limits.most,
    "circuit_breaker_threshold_type": _breaker_limits.type.name.upper(),
    "circuit_breaker_reset_on_healthy_task": _breaker.reset_on_healthy_task,
    "linear_step_percent": ecs.linear_percent,
    "linear_step_percent_minimum": ecs.least_linear_permille / 10,
    "linear_step_bake_minutes": ecs.linear_step_bake / MINUTE,
    "canary_percent": ecs.canary_percent,
    "canary_percent_minimum": ecs.least_canary_permille / 10,
    "canary_bake_minutes": ecs.canary_bake / MINUTE,
    "bake_minutes_maximum_per_step": ecs.longest_bake / MINUTE,
    "hook_target_type": "AWS_LAMBDA",
    "hook_timeout_minutes": ecs.hook_timeout / MINUTE,
    "hook_timeout_action": "ROLLBACK",
    "continue_service_deployment_action": "CONTINUE",
}

_refresh = instance_refresh.RefreshPlan()

INSTANCE_REFRESH_DEFAULTS: Facts = {
    "strategy": "Rolling",
    "min_healthy_percentage": _refresh.min_healthy_percentage,
    "max_healthy_percentage": _refresh.max_healthy_percentage,
    "checkpoint_delay_s": _refresh.checkpoint_delay,
    "auto_rollback": False,
    "skip_matching_api": False,
    "skip_matching_console": True,
    "standby_instances_api": "Wait",
    "standby_instances_console": "Ignore",
    "scale_in_protected_instances_api": "Wait",
    "scale_in_protected_instances_console": "Ignore",
    "default_cooldown_s": 300,
    "health_check_grace_period_api_s": 0,
    "health_check_grace_period_console_s": 300,
}
INSTANCE_REFRESH_LIMITS: Facts = {
    "total_duration_days": 14,
    "wait_for_standby_or_protected_seconds": HOUR,
    "stuck_retry_seconds": HOUR,
    "min_healthy_percentage_lower": 0,
    "max_healthy_percentage_upper": 200,
    "max_minus_min_healthy_percentage": 100,
}

_health = app_runner.HealthCheck()

APP_RUNNER_DEFAULTS: Facts = {
    "health_protocol": "TCP",
    "health_path": "/",
    "health_interval_s": 5,
    "health_timeout_s": 2,
    "healthy_threshold": _health.healthy_threshold,
    "unhealthy_threshold": _health.unhealthy_threshold,
    "max_concurrency": 100,
    "min_size": 1,
    "max_size": 25,
    "cpu_vcpu": 1,
    "memory_gb": 2,
}

EKS_DEFAULTS: Facts = {
    "update_strategy": "DEFAULT",
    "max_unavailable": 1,
    "max_unavailable_limit": 100,
    "drain_timeout_min": eks.drain_timeout / MINUTE,
    "wait_after_cordon_s": eks.wait_after_cordon,
    "node_auto_repair": False,
    "upgrade_policy_support_type": "EXTENDED",
    "standard_support_months": 14,
    "extended_support_months": 12,
    "subnet_free_addresses_for_control_plane_update": 5,
}

CLOUDFORMATION_DEFAULTS: Facts = {
    "stack_create_on_failure": "ROLLBACK",
    "monitoring_time_minutes": 0,
    "max_concurrent_count": 1,
    "failure_tolerance_count": 0,
    "region_concurrency_type": "SEQUENTIAL",
    "concurrency_mode": "STRICT_FAILURE_TOLERANCE",
    "managed_execution_active": False,
    "stackset_instance_create_on_failure": "DELETE",
}
CLOUDFORMATION_LIMITS: Facts = {
    "rollback_triggers": 5,
    "monitoring_time_minutes": 180,
    "stacks_per_account": 2000,
    "stack_policies_per_stack": 1,
    "resources_per_template": 500,
    "nested_stack_resources_per_operation": 2500,
    "stack_sets_per_administrator": 1000,
    "stack_instances_per_stack_set": 100_000,
    "stack_instance_operations_per_region": 10_000,
    "stackset_concurrent_stack_instances": 100,
    "asg_rolling_max_batch_size": 100,
    "asg_rolling_pause_time_minutes": 60,
    "ecs_service_operation_timeout_hours": ecs.cloudformation_operation_timeout / HOUR,
}
AUTO_SCALING_ROLLING_UPDATE_DEFAULTS: Facts = {
    "MaxBatchSize": 1,
    "MinInstancesInService": 0,
    "MinSuccessfulInstancesPercent": 100,
    "PauseTime_seconds": 0,
    "PauseTime_seconds_with_WaitOnResourceSignals": 5 * MINUTE,
    "WaitOnResourceSignals": False,
}
