"""How long a plan takes when all goes well: from this the default horizon is taken."""

from __future__ import annotations

import math
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast._core import codedeploy, ecs
from rollcast.lower_compute import Compute
from rollcast.lower_flagger import flagger_plan
from rollcast.lower_strategy import in_each_location, inside
from rollcast.plan_compute import compute_stretches, patience


def plan_seconds(body: Any, strategy: Any, model: language.ScenarioModel, core: Any) -> tuple[float, bool]:
    """Generous seconds from start to promotion, and whether the plan waits for a person.

    ``body``: the strategy of the scenario language; ``strategy`` and ``core``: what it and the scenario were
    lowered to.
    """
    if core.locations:
        return _waves(body, strategy, model, core)
    start = start_seconds(core.fleet)
    if isinstance(body, language.WavesModel | language.StackSetModel):  # without locations: that was told
        return start, False
    leave = core.fleet.grace
    approval = _core.quantile(core.people.approval, 0.95) if core.people.approval is not None else 0.0
    if (inner := inside(body)) is not None:
        seconds, waits = plan_seconds(inner, strategy and strategy.inner, model, core)
        if isinstance(body, language.BaselineModel | language.FeatureFlagModel):
            return seconds, waits
        if isinstance(body, language.GuardedModel):
            return seconds + (body.bake or 0.0), waits
        return start + (strategy.params.duration if strategy else 0.0) + seconds, waits
    if isinstance(body, language.PythonModel | language.CppModel):  # nothing is known of what it does
        return 1800.0, False
    if isinstance(body, language.RecreateModel | language.AllAtOnceModel):
        return leave + start, False
    if isinstance(body, language.RollingModel):
        surge, unavailable = body.max_surge or "25%", body.max_unavailable or "25%"
        return waves(surge, unavailable, core.fleet.replicas) * start + leave, False
    analyses = dict(zip(model.analyses, core.analyses, strict=True))
    if isinstance(body, language.CodeDeployModel | language.EcsModel):
        if strategy is None:  # its problems were told
            return start, False
        return _aws(body, strategy, analyses, start, leave, approval)
    if isinstance(body, Compute):
        return sum(
            lasts for lasts, _ in compute_stretches(strategy, start, leave)
        ) if strategy else start, False
    if isinstance(body, language.CanaryModel):
        return _canary(body, analyses, core, start, approval)
    if isinstance(body, language.PlanModel):
        return _plan(body, analyses, core, start, approval)
    if isinstance(body, language.FlaggerModel):
        return _flagger(body, core, start, approval)
    waits = body.auto_promotion is False and not body.auto_promotion_after
    total = 2 * start + (body.auto_promotion_after or 0.0) + approval * waits
    total += sum(
        analysis_seconds(analyses.get(name)) for name in (body.pre_promotion, body.post_promotion) if name
    )
    return total + (30.0 if body.scale_down_delay is None else body.scale_down_delay), waits


def _waves(body: Any, strategy: Any, model: language.ScenarioModel, core: Any) -> tuple[float, bool]:
    """As if each location were the largest, and began when those before it in its wave are done."""
    largest = max(range(len(core.locations)), key=lambda number: core.locations[number].fleet.replicas)
    inner = in_each_location(body)
    if strategy is None:  # its problems were told
        return plan_seconds(inner, None, model, _core.in_location(core, largest))
    recipe = strategy.inner[largest if len(strategy.inner) > 1 else 0]
    seconds, waits = plan_seconds(inner, recipe, model, _core.in_location(core, largest))
    params = strategy.params
    sizes = [len(wave) for wave in (params.waves if hasattr(params, "waves") else params.regions)]
    turns = [math.ceil(size / _at_once(params, size)) for size in sizes]
    if getattr(params, "parallel", False) or "parallel" in str(getattr(params, "region_concurrency", "")):
        turns = [max(turns)]
    bake = getattr(params, "bake", 0.0)
    if not bake and isinstance(body, language.WavesModel) and body.analysis is not None:
        bake = analysis_seconds(dict(zip(model.analyses, core.analyses, strict=True)).get(body.analysis))
    return sum(turns) * seconds + len(turns) * bake, waits


def _at_once(params: Any, size: int) -> int:
    """Locations of a wave on their way at a time, while none fails."""
    rules = _core.cloudformation

    def count(amount: Any, resolve: Any) -> int:
        return int(resolve(size, amount.value) if amount.percent else amount.value)

    tolerated = count(params.failure_tolerance, rules.failures_tolerated)
    most = count(params.max_concurrent, rules.max_concurrent)
    return max(1, int(rules.actual_concurrency(params.mode, most, tolerated, 0)))


def patience_seconds(body: Any, strategy: Any) -> float:
    """How long after the last progress the strategy calls itself stuck; ``body``: the innermost."""
    if isinstance(body, Compute):
        while hasattr(strategy, "inner"):
            strategy = strategy.inner[0] if isinstance(strategy.inner, list) else strategy.inner
        return patience(strategy) if strategy is not None else 0.0
    for key, default in (("progress_deadline", 600.0), ("unhealthy_after", 300.0)):
        if hasattr(body, key):
            given = getattr(body, key)
            return default if given is None else given if math.isfinite(given) else 0.0
    return 0.0


def start_seconds(fleet: Any) -> float:
    """A slow start: from creation to available."""
    pull = fleet.image_bytes / fleet.pull_bytes_per_second if fleet.image_cached < 1 else 0.0
    slow = sum(_core.quantile(d, 0.99) for d in (fleet.schedule, fleet.start, fleet.warm_up))
    probe = fleet.readiness
    probing = probe.initial_delay + probe.period * (probe.success_threshold + 1)
    return float(pull + slow + probing + fleet.min_ready)


def quick_start_seconds(fleet: Any) -> float:
    """A quick one, up to readiness: the image is there, and probes come at the right moment."""
    quick = sum(_core.quantile(d, 0.01) for d in (fleet.schedule, fleet.start, fleet.warm_up))
    return float(quick + fleet.readiness.initial_delay)


def _aws(
    body: language.CodeDeployModel | language.EcsModel,
    strategy: Any,
    analyses: dict[str, Any],
    start: float,
    leave: float,
    approval: float,
) -> tuple[float, bool]:
    params = strategy.params
    if isinstance(strategy, _core.EcsRolling):
        bounds = ecs.bounds(params.replicas, params.minimum_healthy_percent, params.maximum_percent)
        bake = params.alarms.bake if params.alarms is not None else 0.0
        return math.ceil(params.replicas / max(1, bounds.upper - bounds.lower)) * start + leave + bake, False
    if isinstance(strategy, _core.CodeDeployInPlace):
        minimum = codedeploy.minimum_hosts(params.minimum_healthy, params.replicas)
        return math.ceil(params.replicas / max(1, params.replicas - minimum)) * (start + leave), False
    if isinstance(strategy, _core.CodeDeployShift):
        waits, bake = params.ready.stop_on_timeout, params.termination_wait
    else:
        waits, bake = params.pause is not None, params.bake
    hooks = sum(
        analysis_seconds(analyses.get(name)) for name in (body.before_traffic, body.after_traffic) if name
    )
    return start + hooks + approval * waits + strategy.shifts[-1].at + bake, waits


def _canary(
    body: language.CanaryModel, analyses: dict[str, Any], core: Any, start: float, approval: float
) -> tuple[float, bool]:
    total, waits = 0.0, False
    surge, unavailable = body.max_surge or "25%", body.max_unavailable or "25%"
    for step in body.steps:
        if step.pause is not None and math.isinf(step.pause):
            total, waits = total + approval, True
        elif step.pause is not None:
            total += step.pause
        elif step.analysis is not None:
            total += analysis_seconds(analyses.get(step.analysis))
        else:
            total += start
    total += waves(surge, unavailable, core.fleet.replicas) * start
    return total + core.fleet.grace + (body.scale_down_delay or 30.0 * body.routed), waits


def _plan(
    body: language.PlanModel, analyses: dict[str, Any], core: Any, start: float, approval: float
) -> tuple[float, bool]:
    total, waits = start + float(core.fleet.grace), False
    for step in body.steps:
        total += (step.wait or 0.0) + (start if step.new is not None or step.old is not None else 0.0)
        total += analysis_seconds(analyses.get(step.analysis or ""))
        total, waits = total + approval * step.approval, waits or step.approval
    return total, waits


def _flagger(body: language.FlaggerModel, core: Any, start: float, approval: float) -> tuple[float, bool]:
    ticks = _core.flagger.ticks_to_success(flagger_plan(body)) or 0
    interval = _core.flagger.analysis_interval(body.interval)
    gates = body.confirm_rollout + body.confirm_promotion
    updates = 1 + waves(body.max_surge or "25%", body.max_unavailable or "25%", core.fleet.replicas)
    return ticks * interval + gates * approval + updates * start + core.fleet.grace, gates > 0


def waves(surge: str | int, unavailable: str | int, replicas: int) -> int:
    """How many times in a row instances have to come up."""

    def count(amount: str | int) -> float:
        return replicas * int(amount[:-1]) / 100 if isinstance(amount, str) else amount

    at_once = math.ceil(count(surge)) + math.floor(count(unavailable))
    return math.ceil(replicas / max(1, at_once))


def analysis_seconds(analysis: Any | None) -> float:
    """Until the last metric has taken its measurements."""
    if analysis is None:
        return 0.0
    return max(
        float(m.initial_delay + max(0, (m.count or 1) - 1) * (m.interval or 10.0)) for m in analysis.metrics
    )
