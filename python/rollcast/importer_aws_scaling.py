"""Target tracking of an ECS service, as Application Auto Scaling describes it."""

from __future__ import annotations

from rollcast.errors import Problems
from rollcast.importer_fields import Draft, Fields
from rollcast.units import show_seconds
from rollcast.yaml_source import Node

_DIMENSION = "ecs:service:DesiredCount"
_CPU = "ECSServiceAverageCPUUtilization"
_REQUESTS = "ALBRequestCountPerTarget"  # of a minute


def translate_scaling(policies: Fields, targets: Fields, problems: Problems) -> Draft | None:
    """What describe-scaling-policies and describe-scalable-targets answer, of one service."""
    out = Draft(targets.place if targets else policies.place)
    limits = [one for one in targets.mappings("ScalableTargets") if _is_of_ecs(one)]
    if not limits:
        place = targets.place if targets else policies.place
        problems.error("there are policies but no limits: give the scalable targets, too", place)
        return None
    out.put("min", limits[0].whole("MinCapacity"))
    out.put("max", limits[0].whole("MaxCapacity"))
    made = [_policy(one, problems) for one in policies.mappings("ScalingPolicies") if _is_of_ecs(one)]
    tracking: list[Node] = [draft.node() for draft in made if draft is not None]
    if not tracking:
        problems.warn("not modelled: there is no target tracking policy that is", policies.place or out.place)
        return None
    out.put("target_tracking", tracking)
    return out


def _is_of_ecs(one: Fields) -> bool:
    return one.text("ScalableDimension") in (None, _DIMENSION)


def _policy(policy: Fields, problems: Problems) -> Draft | None:
    kind = policy.text("PolicyType")
    body = policy.fields("TargetTrackingScalingPolicyConfiguration")
    if not body:
        problems.warn(f"policies of the type {kind} are not modelled", policy.place)
        return None
    out, value = Draft(body.place), body.take("TargetValue")
    if value is None or isinstance(value.value, bool) or not isinstance(value.value, int | float):
        problems.error("expected a TargetValue", value.place if value else body.place)
        return None
    predefined = body.fields("PredefinedMetricSpecification")
    metric = predefined.text("PredefinedMetricType")
    predefined.take("ResourceLabel")
    if metric == _CPU:
        out.put("cpu", f"{value.value:g}%", value.place)
    elif metric == _REQUESTS:
        out.put("requests", f"{value.value:g}/m", value.place)
    else:
        problems.warn(f"a policy on {metric or 'a metric of its own'} is not modelled", policy.place)
        return None
    for key, word in (("ScaleOutCooldown", "scale_out_cooldown"), ("ScaleInCooldown", "scale_in_cooldown")):
        if (seconds := body.whole(key)) is not None:
            out.put(word, show_seconds(float(seconds.value)), seconds.place)
    out.put("disable_scale_in", body.take("DisableScaleIn"))
    predefined.finish()
    body.finish()
    return out
