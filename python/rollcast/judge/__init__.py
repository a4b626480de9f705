"""Judges as plain functions on your own data: the rules that simulated guards follow."""

from rollcast.judge.burn_rate import (
    RECOMMENDED,
    REQUEST_CLASSES,
    BurnRateAlert,
    BurnRateRule,
    burn_rate_alert,
    detection_time,
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
    "Suppressor",
    "burn_rate_alert",
    "cloudwatch_alarm",
    "composite_alarm",
    "detection_time",
]
