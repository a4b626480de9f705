"""An earlier rollout that the one of the scenario interrupts."""

from __future__ import annotations

from typing import Any

from rollcast import _core
from rollcast.lowering import Lowering, core_amount

_PATH = ("fleet", "under_way")
_KNOWN = "a Kubernetes rolling update or Recreate, an Argo canary and an ECS rolling deployment do"


def lower_under_way(lowering: Lowering, core: Any, strategy: Any) -> Any:
    """`_core.UnderWay`: what the strategy meets. ``core``: its fleet and locations are lowered by now."""
    given = lowering.model.fleet.under_way
    before = _core.UnderWay()
    if given is None:
        return before
    if core.locations:
        lowering.error("is not modelled with locations: all begin on one revision", *_PATH)
        return before
    if strategy is None:  # its problems were told, or there is none
        return before
    recipe = strategy.inner if isinstance(strategy, _core.Guarded) else strategy
    if (why := _unknown(recipe)) is not None:
        lowering.error(why, *_PATH)
        return before
    amount, replicas = core_amount(given), core.fleet.replicas
    before.on_top = isinstance(recipe, _core.Canary) and recipe.params.routed
    before.instances = _core.resolve(amount, replicas, _core.Rounding.up)
    most = replicas if before.on_top else replicas - 1
    if not 1 <= before.instances <= most:
        left = "" if before.on_top else ", so that the old version still has some"
        message = f"expected from 1 to {most} of the {replicas} replicas{left}, got {given}"
        lowering.error(message, *_PATH)
    present = replicas + (before.instances if before.on_top else 0)
    for key in ("capacity", "quota"):
        limit = getattr(core.fleet, key)
        if limit is not None and replicas <= limit < present:
            beside = f"the {replicas} replicas and the {before.instances} instances that are under way"
            lowering.error(f"expected at least {present}, for {beside}, got {limit}", "fleet", key)
    lowering.assumed.add(
        "fleet.under_way.revision",
        "as good as the old version",
        "one that is bad itself is not modelled; what it started is available",
    )
    return before


def _unknown(recipe: Any) -> str | None:
    """Why nobody knows what it does about an earlier rollout."""
    if isinstance(recipe, _core.Canary):
        if recipe.params.dynamic_stable_scale:
            return "is not modelled with dynamic_stable_scale: no document says who bears the traffic then"
        if any(isinstance(step, _core.RunExperiment) for step in recipe.params.steps):
            return "is not modelled with experiments: they have instances of a third version of their own"
        return None
    if isinstance(recipe, _core.Rolling | _core.EcsRolling):
        return None
    kind = recipe.describe().partition("(")[0]
    return f"it is not modelled what {kind} does about a rollout that it interrupts; {_KNOWN}"
