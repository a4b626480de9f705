"""Who changes the number of instances, and what limits it."""

from __future__ import annotations

from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast.lowering import Default, Lowering, core_amount
from rollcast.units import show_fraction, show_seconds

_KUBERNETES = "Kubernetes' default"
_HPA = (
    Default("tolerance", _KUBERNETES, show_fraction),
    Default("sync", _KUBERNETES, show_seconds),
    Default("resolution", "metrics-server's default", show_seconds),
)
_ECS = (
    Default("scale_out_cooldown", "Application Auto Scaling's default", show_seconds),
    Default("scale_in_cooldown", "Application Auto Scaling's default", show_seconds),
    Default("disable_scale_in", "Application Auto Scaling's default"),
)
_ONLY_HPA = ("cpu", "requests", "up", "down", "tolerance", "sync", "resolution")
_USUAL_TARGET = 0.8


def lower_autoscaling(lowering: Lowering) -> Any:
    """The `_core.Autoscaling`, or none."""
    given = lowering.model.fleet.autoscaling
    if given is None:
        return None
    core = _core.Autoscaling(most=given.max)
    core.least = lowering.choose(given.min, "fleet.autoscaling.min", core.least, _KUBERNETES)
    core.request = lowering.choose(
        given.request,
        "fleet.autoscaling.request",
        core.request,
        "an instance asks for all that it can use",
        show_fraction,
    )
    if core.most < core.least:
        message = f"expected at least the min of {core.least}, got {core.most}"
        lowering.error(message, "fleet", "autoscaling", "max")
    core.by = _pods(lowering, given) if given.target_tracking is None else _tasks(lowering, given)
    return core


def lower_budget(lowering: Lowering, given: language.DisruptionBudgetModel | None, *path: str | int) -> Any:
    """The `_core.DisruptionBudget`, or none. ``path``: where it stands."""
    if given is None:
        return None
    if (given.min_available is None) == (given.max_unavailable is None):
        message = "expected exactly one of min_available and max_unavailable"
        lowering.error(message, *path)
        return None
    return core_budget(given)


def core_budget(given: language.DisruptionBudgetModel) -> Any:
    """The same, of one that is known."""
    core = _core.DisruptionBudget()
    for key in ("min_available", "max_unavailable"):
        if (value := getattr(given, key)) is not None:
            setattr(core, key, core_amount(value))
    return core


def usual_utilisation(given: language.AutoscalingModel | None) -> float | None:
    """How busy slots are where an autoscaler has had its way; none: nothing says."""
    if given is None:
        return None
    policies = given.target_tracking or []
    targets = [given.cpu, *(policy.cpu for policy in policies)]
    if not policies and given.requests is None and given.cpu is None:
        targets = [_USUAL_TARGET]
    found = [target for target in targets if target is not None]
    return min(0.95, min(found) * (given.request or 1.0)) if found else None


def warn_of_limits(lowering: Lowering, core: Any, strategy: Any) -> None:
    """Whether the plan wants more instances at a time than there may be.

    ``core``: the lowered scenario, of one location; ``strategy``: in it, if it has one of its own.
    """
    budget, replicas = core.fleet.disruption_budget, core.fleet.replicas
    if budget is not None and core.faults.drains and _core.desired_healthy(budget, replicas) >= replicas:
        message = f"lets none of the {replicas} instances be evicted while all are ready: drains stand still"
        lowering.warn(message, "fleet", "disruption_budget")
    if core.fleet.quota is None and core.fleet.capacity is None:
        return
    wanted = 0
    if strategy is not None:
        wanted = _core.most_wanted(strategy, replicas, core.baseline, core.fleet.under_way)
    for key, limit, what in (
        ("quota", core.fleet.quota, "are not created"),
        ("capacity", core.fleet.capacity, "wait for a place"),
    ):
        if limit is not None and wanted > limit:
            message = f"the plan wants {wanted} instances at a time, and {limit} are allowed"
            lowering.warn(f"{message}: the others {what} until old ones are gone", "fleet", key)
    scaling = core.fleet.autoscaling
    if scaling is not None and core.fleet.quota is not None and scaling.most > core.fleet.quota:
        message = f"is more than the quota of {core.fleet.quota}: the autoscaler will not get so many"
        lowering.warn(message, "fleet", "autoscaling", "max")


def _pods(lowering: Lowering, given: language.AutoscalingModel) -> Any:
    core = _core.HorizontalPodAutoscaler()
    cpu = given.cpu
    if given.requests is None:
        cpu = lowering.choose(cpu, "fleet.autoscaling.cpu", _USUAL_TARGET, _KUBERNETES, show_fraction)
    core.targets = _targets(cpu, given.requests)
    lowering.fill(core, given, "fleet.autoscaling", _HPA)
    for way in ("up", "down"):
        _rules(lowering, core, getattr(given, way) or language.ScalingRulesModel(), way)
    return core


def _targets(cpu: float | None, requests: float | None) -> list[Any]:
    said = ((_core.LoadMetric.utilization, cpu), (_core.LoadMetric.requests, requests))
    return [_core.LoadTarget(metric=metric, value=value) for metric, value in said if value is not None]


def _rules(lowering: Lowering, core: Any, given: language.ScalingRulesModel, way: str) -> None:
    section, rules = f"fleet.autoscaling.{way}", getattr(core, way)
    rules.stabilization = lowering.choose(
        given.stabilization, f"{section}.stabilization", rules.stabilization, _KUBERNETES, show_seconds
    )
    rules.select = getattr(_core.SelectPolicy, given.select or "max")
    policies = []
    for index, policy in enumerate(given.policies or []):
        value = policy.percent if policy.pods is None else policy.pods
        if value is None or (policy.pods is not None and policy.percent is not None):
            path = ("fleet", "autoscaling", way, "policies", index)
            lowering.error("expected exactly one of pods and percent", *path)
            continue
        percent = policy.percent is not None
        policies.append(_core.ScalingPolicy(percent=percent, value=value, period=policy.period))
    if given.policies is None and given.select != "disabled":
        shown = ", ".join(map(_show_policy, rules.policies))
        lowering.assumed.add(f"{section}.policies", f"[{shown}]", _KUBERNETES)
    else:
        rules.policies = policies
    setattr(core, way, rules)


def _show_policy(policy: Any) -> str:
    kind = "percent" if policy.percent else "pods"
    return f"{{{kind}: {policy.value}, period: {show_seconds(policy.period)}}}"


def _tasks(lowering: Lowering, given: language.AutoscalingModel) -> list[Any]:
    for key in _ONLY_HPA:
        if getattr(given, key) is not None:
            message = "belongs to Kubernetes' autoscaler and may not be given beside target_tracking"
            lowering.error(message, "fleet", "autoscaling", key)
    policies = []
    for index, policy in enumerate(given.target_tracking or []):
        path = ("fleet", "autoscaling", "target_tracking", index)
        if (policy.cpu is None) == (policy.requests is None):
            lowering.error("expected exactly one of cpu and requests", *path)
            continue
        core = _core.TargetTracking(target=_targets(policy.cpu, policy.requests)[0])
        lowering.fill(core, policy, f"fleet.autoscaling.target_tracking[{index}]", _ECS)
        policies.append(core)
    return policies
