"""Target tracking of an ECS service or an Auto Scaling group: what AWS's APIs and templates say of it."""

from __future__ import annotations

from dataclasses import dataclass

from rollcast.errors import Place, Problems
from rollcast.importer_fields import Draft, Fields
from rollcast.units import show_seconds
from rollcast.yaml_source import Node

ECS_DIMENSION = "ecs:service:DesiredCount"
_REQUESTS = "ALBRequestCountPerTarget"  # of a minute


@dataclass(frozen=True)
class Kind:
    """Whose policies they are."""

    configuration: str
    cpu: str


OF_ECS = Kind("TargetTrackingScalingPolicyConfiguration", "ECSServiceAverageCPUUtilization")
OF_GROUP = Kind("TargetTrackingConfiguration", "ASGAverageCPUUtilization")


def translate_scaling(policies: Fields, targets: Fields, problems: Problems) -> Draft | None:
    """What describe-scaling-policies and describe-scalable-targets answer, of one service."""
    place = targets.place if targets else policies.place
    limits = [one for one in targets.mappings("ScalableTargets") if _is_of_ecs(one)]
    if not limits:
        problems.error("there are policies but no limits: give the scalable targets, too", place)
        return None
    found = [one for one in policies.mappings("ScalingPolicies") if _is_of_ecs(one)]
    least, most = limits[0].whole("MinCapacity"), limits[0].whole("MaxCapacity")
    return autoscaling(OF_ECS, (least, most), found, policies.place or place, problems)


def autoscaling(
    kind: Kind,
    limits: tuple[Node | None, Node | None],
    policies: list[Fields],
    place: Place,
    problems: Problems,
) -> Draft | None:
    """The scenario's autoscaling, if a policy is such that there is one. ``limits``: fewest and most."""
    made = [_policy(kind, one, problems) for one in policies]
    tracking = [draft.node() for draft in made if draft is not None]
    if not tracking:
        problems.warn("not modelled: there is no target tracking policy that is", place)
        return None
    out, (least, most) = Draft(place), limits
    out.put("min", least if least is None or least.value > 0 else None)
    out.put("max", most)
    out.put("target_tracking", tracking)
    return out


def _is_of_ecs(one: Fields) -> bool:
    return one.text("ScalableDimension") in (None, ECS_DIMENSION)


def _policy(kind: Kind, policy: Fields, problems: Problems) -> Draft | None:
    body = policy.fields(kind.configuration)
    if not body:
        said = policy.text("PolicyType")
        which = f"of the type {said}" if said else "without a type"
        problems.warn(f"policies {which} are not modelled", policy.place)
        return None
    out, value = Draft(body.place), body.take("TargetValue")
    if value is None or isinstance(value.value, bool) or not isinstance(value.value, int | float):
        problems.error("expected a TargetValue", value.place if value else body.place)
        return None
    predefined = body.fields("PredefinedMetricSpecification")
    metric = predefined.text("PredefinedMetricType")
    predefined.take("ResourceLabel")
    if metric == kind.cpu:
        out.put("cpu", f"{value.value:g}%", value.place)
    elif metric == _REQUESTS:
        out.put("requests", f"{value.value:g}/m", value.place)
    else:
        problems.warn(f"a policy on {metric or 'a metric of its own'} is not modelled", policy.place)
        return None
    for fields, key, word in (
        (body, "ScaleOutCooldown", "scale_out_cooldown"),
        (policy, "EstimatedInstanceWarmup", "scale_out_cooldown"),
        (body, "ScaleInCooldown", "scale_in_cooldown"),
    ):
        if (seconds := fields.whole(key)) is not None:
            out.put(word, show_seconds(float(seconds.value)), seconds.place)
    out.put("disable_scale_in", body.take("DisableScaleIn"))
    predefined.finish()
    body.finish()
    return out
