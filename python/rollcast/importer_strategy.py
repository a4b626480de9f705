"""What Deployments and Rollouts say of how a rollout goes."""

from __future__ import annotations

from rollcast.errors import Problems, listed, nearest, shown
from rollcast.importer_analyses import Analyses
from rollcast.importer_experiments import translate_experiment
from rollcast.importer_fields import Draft, Fields
from rollcast.units import pause_seconds, show_seconds
from rollcast.yaml_source import Node

_STEPS = ("setWeight", "pause", "setCanaryScale", "analysis", "experiment", "setMirrorRoute")
_STEPS_WITHOUT_EFFECT = ("setHeaderRoute",)
_STEPS_NOT_MODELLED = ("plugin",)


class Strategies:
    """Translates the strategy of one workload; the analyses that it refers to are asked of ``analyses``."""

    def __init__(self, problems: Problems, analyses: Analyses) -> None:
        self._problems = problems
        self._analyses = analyses

    # -- Deployments

    def deployment(self, spec: Fields) -> Draft:
        strategy = spec.fields("strategy")
        rolling = strategy.fields("rollingUpdate")
        kind = strategy.take("type")
        out = Draft(strategy.place if strategy else spec.place)
        body = Draft(rolling.place if rolling else out.place)
        body.put("progress_deadline", spec.seconds("progressDeadlineSeconds"))
        if kind is None or kind.value == "RollingUpdate":
            body.put("max_surge", rolling.take("maxSurge"))
            body.put("max_unavailable", rolling.take("maxUnavailable"))
            rolling.finish()
            out.put("rolling", body)
        elif kind.value == "Recreate":
            if rolling:
                self._problems.error("may not be given with the type Recreate", rolling.place)
            out.put("recreate", body)
        else:
            hint = nearest(str(kind.value), ["RollingUpdate", "Recreate"])
            message = f"expected RollingUpdate or Recreate, got {shown(kind.value)}"
            self._problems.error(message, kind.place, hint)
        strategy.finish()
        return out

    # -- Rollouts

    def rollout(self, spec: Fields) -> Draft | None:
        strategy = spec.fields("strategy")
        given = [key for key in strategy.keys() if key in ("canary", "blueGreen")]  # noqa: SIM118, no dict
        canary, blue_green = strategy.fields("canary", "canary"), strategy.fields("blueGreen", "blueGreen")
        strategy.finish()
        if len(given) != 1:
            found = listed(given, "and") or "neither"
            place = strategy.place if strategy else spec.place
            self._problems.error(f"expected either canary or blueGreen, got {found}", place)
            return None
        body = Draft(canary.place if canary else blue_green.place if blue_green else strategy.place)
        body.put("progress_deadline", spec.seconds("progressDeadlineSeconds"))
        body.put("progress_deadline_abort", spec.take("progressDeadlineAbort"))
        out = Draft(strategy.place)
        if given == ["canary"]:
            self._canary(canary, body)
            out.put("canary", body)
        else:
            self._blue_green(blue_green, body)
            out.put("blue_green", body)
        return out

    def _canary(self, canary: Fields, out: Draft) -> None:
        out.put("max_surge", _argo_amount(canary.take("maxSurge")))
        out.put("max_unavailable", _argo_amount(canary.take("maxUnavailable")))
        if (routing := canary.take("trafficRouting")) is not None:
            out.put("routed", True, routing.place)
            out.put("max_weight", routing.get("maxTrafficWeight"))
        out.put("min_pods_per_replica_set", canary.whole("minPodsPerReplicaSet"))
        out.put("progress_threshold", self._threshold(canary.fields("replicaProgressThreshold")))
        out.put("scale_down_delay", canary.seconds("scaleDownDelaySeconds"))
        out.put("abort_scale_down_delay", canary.seconds("abortScaleDownDelaySeconds"))
        routed = "routed" in out.value
        out.put("steps", [self._step(step, routed) for step in canary.mappings("steps")] or None)
        if background := canary.fields("analysis", "analysisReference"):
            body = Draft(background.place)
            body.put("analysis", self._analyses.refer(background))
            body.put("from_step", background.whole("startingStep"))
            background.finish()
            out.put("background", body if "analysis" in body.value else None)
        out.put("dynamic_stable_scale", canary.take("dynamicStableScale"))
        names = _services(canary, new="canaryService", old="stableService")
        names.put("new_labels", canary.fields("canaryMetadata").take("labels"))
        names.put("old_labels", canary.fields("stableMetadata").take("labels"))
        out.put("names", names if names.value else None)
        canary.finish()

    def _step(self, step: Fields, routed: bool) -> Node:
        """A step that cannot be translated becomes a pause of no length, so that steps keep their numbers."""
        out = Draft(step.place)
        kinds = step.keys()
        kind = kinds[0] if kinds else ""
        place = step.key_place(kind)
        if len(kinds) != 1:
            message = f"expected a step with one of {listed(_STEPS)}, got {listed(kinds, 'and') or 'nothing'}"
            self._problems.error(message, step.place)
        elif kind == "setWeight":
            out.put("set_weight", step.take(kind))
        elif kind == "pause":
            out.put("pause", self._pause(step))
        elif kind == "setCanaryScale":
            out.put("set_canary_scale", _scale(step.fields(kind)), place)
        elif kind == "analysis":
            reference = step.fields(kind, "analysisReference")
            out.put("analysis", self._analyses.refer(reference))
            reference.finish()
        elif kind == "experiment":
            experiment = step.fields(kind, "experiment")
            made = translate_experiment(experiment, routed, self._analyses, self._problems)
            out.put("experiment", made, place)
        elif kind == "setMirrorRoute":
            out.put("set_mirror", self._mirror(step.fields(kind)), place)
        elif kind in _STEPS_WITHOUT_EFFECT:
            self._problems.warn("not modelled: the step does nothing here", place)
        elif kind in _STEPS_NOT_MODELLED:
            message = "steps of this kind are not modelled, and the plan is not the same without it"
            self._problems.error(message, place)
        else:
            self._problems.error("is no step of a canary", place, nearest(kind, _STEPS))
        if not out.value:
            out.put("pause", "0s", place)
        return out.node()

    def _threshold(self, threshold: Fields) -> Node | None:
        kind, value = threshold.take("type"), threshold.whole("value")
        threshold.finish()
        if not threshold or value is None:
            return None
        if kind is None or kind.value not in ("Pods", "Percentage"):
            found = shown(kind.value) if kind else "nothing"
            place = kind.place if kind else threshold.place
            hint = nearest(str(kind.value), ["Pods", "Percentage"]) if kind else None
            self._problems.error(f"expected the type Pods or Percentage, got {found}", place, hint)
            return None
        return Node(f"{value.value}%" if kind.value == "Percentage" else value.value, value.place)

    def _mirror(self, route: Fields) -> int:
        """A route without a match is removed; one without a percentage copies all that matches."""
        route.take("name")
        place = route.key_place("match")
        match, percentage = route.take("match"), route.whole("percentage")
        route.finish()
        if match is None or not match.value:
            return 0
        self._problems.warn("how many requests match is not known: taken as all of them", place)
        return 100 if percentage is None else int(percentage.value)

    def _pause(self, step: Fields) -> Node | None:
        pause = step.fields("pause")
        duration = pause.take("duration")
        pause.finish()
        if duration is None:
            return Node("forever", step.key_place("pause"))
        try:
            return Node(show_seconds(float(pause_seconds(duration.value) or 0)), duration.place)
        except ValueError as error:
            self._problems.error(str(error), duration.place)
            return None

    def _blue_green(self, fields: Fields, out: Draft) -> None:
        out.put("preview_replicas", fields.whole("previewReplicaCount"))
        out.put("auto_promotion", fields.take("autoPromotionEnabled"))
        out.put("auto_promotion_after", fields.seconds("autoPromotionSeconds"))
        out.put("scale_down_delay", fields.seconds("scaleDownDelaySeconds"))
        out.put("scale_down_delay_revision_limit", fields.whole("scaleDownDelayRevisionLimit"))
        out.put("abort_scale_down_delay", fields.seconds("abortScaleDownDelaySeconds"))
        for key, source in (
            ("pre_promotion", "prePromotionAnalysis"),
            ("post_promotion", "postPromotionAnalysis"),
        ):
            if reference := fields.fields(source, "analysisReference"):
                out.put(key, self._analyses.refer(reference))
                reference.finish()
        names = _services(fields, new="previewService", active="activeService")
        out.put("names", names if names.value else None)
        fields.finish()


def _services(fields: Fields, **sources: str) -> Draft:
    """What the versions' services are called: ``new="canaryService"``."""
    names = Draft(fields.place)
    for scope, source in sources.items():
        service = fields.take(source)
        names.put(scope, [service] if service else None)
    return names


def _scale(fields: Fields) -> Draft:
    out = Draft(fields.place)
    out.put("replicas", fields.take("replicas"))
    out.put("weight", fields.take("weight"))
    out.put("match_traffic_weight", fields.take("matchTrafficWeight"))
    fields.finish()
    return out


def _argo_amount(node: Node | None) -> Node | None:
    """Argo reads "25" as 25 percent."""
    if node is None or not isinstance(node.value, str):
        return node
    from rollcast import _core

    amount = _core.parse_amount(node.value, True)
    return Node(str(amount), node.place) if amount is not None else node
