"""Flagger: from the scenario language to the engine's recipe."""

from __future__ import annotations

import math

from rollcast import _core
from rollcast import scenario_model as language
from rollcast._core import flagger
from rollcast.lowering import Lowering, take
from rollcast.units import show_seconds

_PLAN = (
    "step_weight", "step_weights", "max_weight", "step_weight_promotion", "iterations", "threshold",
    "mirror", "routed", "skip_analysis",
)  # fmt: skip
_PARAMS = (
    "interval", "progress_deadline", "primary_ready_threshold", "canary_ready_threshold", "confirm_rollout",
    "confirm_promotion",
)  # fmt: skip


def flagger_plan(body: language.FlaggerModel) -> flagger.Plan:
    """The fields by which traffic moves."""
    plan = flagger.Plan(match=body.match is not None)
    take(plan, body, *_PLAN)
    return plan


def flagger_params(lowering: Lowering, body: language.FlaggerModel, *path: str) -> _core.FlaggerParams:
    """All but what the strategies have in common; says what is wrong or has no effect.

    ``path``: where it stands.
    """
    params = _core.FlaggerParams(plan=flagger_plan(body))
    take(params, body, *_PARAMS)
    if body.match is not None:
        params.matched = body.match
    if body.mirror_weight is not None:
        params.mirrored = body.mirror_weight
    if body.deployment_deadline is not None:
        never = math.isinf(body.deployment_deadline)
        params.deployment_deadline = None if never else body.deployment_deadline
    _check(lowering, body, params.plan, *path)
    return params


def _check(lowering: Lowering, body: language.FlaggerModel, plan: flagger.Plan, *path: str) -> None:
    kind = flagger.kind(plan)
    least = flagger.analysis_interval(0)
    if body.interval is not None and body.interval < least:
        lowering.error(f"expected at least {show_seconds(least)}", *path, "interval")
    if flagger.ticks_to_success(plan) is None:
        lowering.error("never moves: expected step_weight, step_weights or iterations", *path)
    if body.match is not None and not body.iterations:
        lowering.error("an A/B test needs iterations beside its match", *path, "match")
    if body.step_weight and body.step_weights:
        lowering.warn("has no effect: step_weight wins", *path, "step_weights")
    if kind is not flagger.Kind.canary:
        for key in ("step_weight", "step_weights", "max_weight"):
            if getattr(body, key):
                tests = flagger.iterations(plan)
                lowering.warn(f"has no effect: there are {tests} tests, and then a switch", *path, key)
    if not body.routed:
        for key in ("match", "mirror", "step_weight_promotion"):
            if getattr(body, key):
                lowering.warn("has no effect without a router", *path, key)
    if body.mirror_weight is not None and not body.mirror:
        lowering.warn("has no effect without mirror", *path, "mirror_weight")
    mirrors = body.mirror and body.routed
    if body.analysis is not None and kind is flagger.Kind.blue_green and not (body.skip_analysis or mirrors):
        message = "no request reaches the canary before the switch, so checks that need data fail"
        lowering.warn(f"{message}: load tests are not modelled", *path, "analysis")
