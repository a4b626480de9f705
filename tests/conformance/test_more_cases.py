"""Cases that the systems' documents settle and the files leave out."""

from __future__ import annotations

from typing import Any

import pytest

import conformance
from rollcast._core import ecs

BLOCK = ["BeforeBlockTraffic", "BlockTraffic", "AfterBlockTraffic"]
ALLOW = ["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"]
ROLLBACK = {"platform": "Server", "style": "blue_green", "load_balancer": True}
STEADY = {"steady_state": True, "alarms": False, "circuit_breaker": True}
GAPS = {
    "points_oldest_first": ["missing", "missing", "breach", "missing", "missing"],
    "evaluation_periods": 3,
}

CASES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("aws_codedeploy", "hook_order", ROLLBACK | {"instances": "rollback_original"}, {"order": ALLOW}),
    ("aws_codedeploy", "hook_order", ROLLBACK | {"instances": "rollback_replacement"}, {"order": BLOCK}),
    ("aws_codedeploy", "traffic_schedule", {"type": "AllAtOnce"}, {"minute_percent": [[0, 100]]}),
    ("aws_ecs", "rollout_state", STEADY, {"rollout_state": "COMPLETED"}),
    ("aws_ecs", "rollout_state", STEADY | {"steady_state": False}, {"rollout_state": "FAILED"}),
    (
        "aws_compute_misc",
        "eks_drain",
        {"minutes_until_evicted": None, "force": False},
        {"result": "PodEvictionFailure"},
    ),
    (
        "aws_compute_misc",
        "eks_drain",
        {"minutes_until_evicted": None, "force": True},
        {"result": "continues"},
    ),
    (
        "aws_compute_misc",
        "refresh_batch",
        {"instances": 10, "min_healthy_percentage": 50, "max_healthy_percentage": None},
        {"replaced_at_once": 5},
    ),
    ("cloudwatch_alarms", "missing_data", GAPS, {"state": "ALARM", "filled": 2}),
    (
        "cloudwatch_alarms",
        "missing_data",
        GAPS | {"treat_missing": "ignore"},
        {"state": "INSUFFICIENT_DATA", "filled": 2},
    ),
]


@pytest.mark.parametrize(("system", "kind", "given", "expected"), CASES)
def test_case(system: str, kind: str, given: dict[str, Any], expected: dict[str, Any]) -> None:
    got = conformance.SYSTEMS[system].RULES[kind](**given)
    assert conformance.agrees(expected, got, tolerance=0), got


def test_a_step_of_no_traffic_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        ecs.linear_bakes(0)
