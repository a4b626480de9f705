"""Judges as plain functions on your own data: the rules that simulated guards follow."""

from rollcast.judge.burn_rate import (
    RECOMMENDED,
    REQUEST_CLASSES,
    BurnRateAlert,
    BurnRateRule,
    RequestClass,
    budget_used,
    budget_used_by,
    burn_rate_alert,
    burn_rate_for_budget,
    detection_time,
    exhaustion_time,
    failures_allowed,
)
from rollcast.judge.cloudwatch import (
    Action,
    AlarmHistory,
    CompositeHistory,
    Suppressor,
    cloudwatch_alarm,
    composite_alarm,
)

__all__ = [
    "RECOMMENDED",
    "REQUEST_CLASSES",
    "Action",
    "AlarmHistory",
    "BurnRateAlert",
    "BurnRateRule",
    "CompositeHistory",
    "RequestClass",
    "Suppressor",
    "budget_used",
    "budget_used_by",
    "burn_rate_alert",
    "burn_rate_for_budget",
    "cloudwatch_alarm",
    "composite_alarm",
    "detection_time",
    "exhaustion_time",
    "failures_allowed",
]
