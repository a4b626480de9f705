"""Flagger's Canary and MetricTemplate, translated into the scenario language."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from rollcast import units
from rollcast.errors import Problems, listed, nearest, shown
from rollcast.importer_fields import Draft, Fields
from rollcast.promql import NEW, OLD
from rollcast.yaml_source import Node

SUCCESS_RATE, DURATION = "request-success-rate", "request-duration"
METRIC_INTERVAL = "1m"  # of a metric that does not say
_INTERVAL = 60.0  # of an analysis that does not say, or not legibly

_VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}(-primary\b)?")
_PLAN = {
    "stepWeight": "step_weight",
    "maxWeight": "max_weight",
    "stepWeightPromotion": "step_weight_promotion",
    "iterations": "iterations",
    "threshold": "threshold",
    "primaryReadyThreshold": "primary_ready_threshold",
    "canaryReadyThreshold": "canary_ready_threshold",
}
_GATES = {"confirm-rollout": "confirm_rollout", "confirm-promotion": "confirm_promotion"}
_HOOKS_NOT_MODELLED = {
    "": "taken as passing",
    "rollout": "taken as passing",
    "pre-rollout": "taken as passing",
    "confirm-traffic-increase": "taken as open",
    "rollback": "nobody asks for a rollback",
}
_HOOKS_WITHOUT_INFLUENCE = ("post-rollout", "event")
_MATCHING = "10%"


def usable(name: str, *, template: bool, query: bool) -> bool:
    """Whether Flagger knows how to measure a metric."""
    return template or query or name in (SUCCESS_RATE, DURATION)


def passes_when(
    name: str, least: float | None, most: float | None, threshold: float | None = None, *, whole: bool = False
) -> str:
    """The condition, in Argo's language, under which a metric's check passes.

    ``least``, ``most``: its thresholdRange; without one the older ``threshold`` counts, as a minimum for the
    success rate and as a maximum for all others. ``whole``: limits lose their fraction, as durations do.
    """
    if least is None and most is None:
        limit = threshold or 0
        least, most = (limit, None) if name == SUCCESS_RATE else (None, limit)
    limits = [(">=", least), ("<=", most)]
    return " && ".join(
        f"result[0] {comparison} {math.trunc(limit) if whole else limit!r}"
        for comparison, limit in limits
        if limit is not None
    )


class Canaries:
    """Translates a Canary; the MetricTemplates that it refers to are looked up in ``templates``."""

    def __init__(self, templates: Mapping[str, Fields], problems: Problems) -> None:
        self._templates = templates
        self._problems = problems
        self.analyses: dict[str, Node] = {}

    def translate(self, canary: Fields, deployment: Fields, autoscaled: bool) -> Draft:
        """The strategy. ``deployment``: the spec of what the Canary targets; ``autoscaled``: known how."""
        spec = canary.fields("spec", "flagger")
        if autoscaled:
            spec.take("autoscalerRef")
        analysis = self._analysis_fields(spec)
        out = Draft(analysis.place if analysis else spec.place)
        if (provider := spec.take("provider")) is not None and provider.value == "kubernetes":
            out.put("routed", False, provider.place)
        out.put("skip_analysis", spec.take("skipAnalysis"))
        if not analysis:
            out.put("skip_analysis", True)
        out.put("progress_deadline", spec.seconds("progressDeadlineSeconds"))
        self._deployment(deployment, out)
        self._plan(analysis, out)
        service = spec.fields("service", "flaggerService")
        names = _Names(canary, spec, service)
        out.put("analysis", self._checks(canary.name, analysis, names))
        self._web_hooks(analysis, out)
        out.put("names", names.draft(spec))
        if (suspended := spec.take("suspend")) is not None and suspended.value is True:
            message = "is taken as false: a suspended Canary does not move"
            self._problems.warn(message, suspended.place)
        for part in (service, analysis, spec):
            part.finish()
        strategy = Draft(spec.place)
        strategy.put("flagger", out)
        return strategy

    def _analysis_fields(self, spec: Fields) -> Fields:
        older = spec.fields("canaryAnalysis", "flaggerAnalysis")
        return spec.fields("analysis", "flaggerAnalysis") or older

    def _deployment(self, deployment: Fields, out: Draft) -> None:
        out.put("deployment_deadline", deployment.seconds("progressDeadlineSeconds"))
        strategy = deployment.fields("strategy")
        rolling = strategy.fields("rollingUpdate")
        out.put("max_surge", rolling.take("maxSurge"))
        out.put("max_unavailable", rolling.take("maxUnavailable"))
        if (kind := strategy.take("type")) is not None and kind.value == "Recreate":
            self._problems.warn("not modelled: the primary is taken to be updated by rolling", kind.place)
        rolling.finish()
        strategy.finish()

    def _plan(self, analysis: Fields, out: Draft) -> None:
        if (interval := analysis.take("interval")) is not None:
            out.put("interval", units.show_seconds(self._interval(interval)), interval.place)
        for key, word in _PLAN.items():
            out.put(word, analysis.whole(key))
        weights = analysis.take("stepWeights")
        out.put("step_weights", weights)
        out.put("mirror", analysis.take("mirror"))
        if (weight := analysis.whole("mirrorWeight")) is not None:
            out.put("mirror_weight", f"{weight.value}%", weight.place)
        if (match := analysis.take("match")) is not None and match.value:
            message = "how many requests match is not known"
            self._problems.warn(f"{message}: taken as {_MATCHING}", match.place)
            out.put("match", _MATCHING, match.place)

    def _interval(self, node: Node) -> float:
        """Flagger takes what it cannot read as its default, and nothing below ten seconds."""
        from rollcast._core import flagger

        try:
            given = units.go_seconds(node.value)
        except ValueError:
            self._problems.warn(f"{shown(node.value)} is no duration: Flagger takes 1m", node.place)
            given = _INTERVAL
        return float(flagger.analysis_interval(given))

    def _web_hooks(self, analysis: Fields, out: Draft) -> None:
        for hook in analysis.mappings("webhooks"):
            kind = hook.named("type")
            if kind in _GATES:
                out.put(_GATES[kind], True, hook.place)
            elif kind in _HOOKS_NOT_MODELLED:
                name, effect = hook.named("name"), _HOOKS_NOT_MODELLED[kind]
                message = f'the web hook "{name}" is not modelled: {effect}'
                self._problems.warn(message, hook.place)
            elif kind not in _HOOKS_WITHOUT_INFLUENCE:
                known = (*_GATES, *_HOOKS_NOT_MODELLED, *_HOOKS_WITHOUT_INFLUENCE)
                self._problems.error(
                    f"{shown(kind)} is no type of web hook", hook.place, nearest(kind, known)
                )

    # -- checks

    def _checks(self, canary: str, analysis: Fields, names: _Names) -> Node | None:
        metrics = [self._metric(metric, names) for metric in analysis.mappings("metrics")]
        made = [metric.node() for metric in metrics if metric is not None]
        if not made:
            return None
        body = Draft(analysis.place)
        body.put("metrics", made)
        name = f"{canary}-checks"
        self.analyses[name] = body.node()
        return Node(name, analysis.place)

    def _metric(self, metric: Fields, names: _Names) -> Draft | None:
        name = metric.named("name")
        template, query = metric.fields("templateRef"), metric.take("query")
        interval = metric.text("interval") or METRIC_INTERVAL
        if not usable(name, template=bool(template), query=query is not None):
            known = (SUCCESS_RATE, DURATION)
            message = f"expected {listed(known)}, or a metric with a templateRef, got {shown(name)}"
            self._problems.error(message, metric.place, nearest(name, known))
            return None
        out = Draft(metric.place)
        out.put("name", name or template.named("name"))
        if template:
            self._template(template, metric, interval, names, out)
        elif query is not None:
            out.put("promql", query)
        else:
            out.put("promql", names.built_in(name, interval))
        limits = metric.fields("thresholdRange")
        least, most = self._number(limits, "min"), self._number(limits, "max")
        threshold = self._number(metric, "threshold")
        if limits and least is None and most is None:
            out.put("success", "!isNaN(result[0])")
        else:
            out.put("success", passes_when(name, least, most, threshold, whole=name == DURATION))
        limits.finish()
        metric.finish()
        return out

    def _template(self, reference: Fields, metric: Fields, interval: str, names: _Names, out: Draft) -> None:
        name = reference.named("name")
        reference.take("namespace")
        reference.finish()
        variables = metric.fields("templateVariables")
        template = self._templates.get(name)
        if template is None:
            message = f'there is no MetricTemplate "{name}" in these manifests'
            self._problems.error(message, reference.place, nearest(name, self._templates))
            return
        spec = template.fields("spec")
        provider = spec.fields("provider", "flaggerProvider")
        kind, query = provider.named("type"), spec.take("query")
        provider.finish()
        spec.finish()
        if query is None:
            self._problems.error("expected a query", template.place)
        elif kind != "prometheus":
            out.put("provider", kind or "an unknown provider", provider.place)
        else:
            out.put("promql", self._filled_in(query, interval, names, variables), query.place)

    def _filled_in(self, query: Node, interval: str, names: _Names, variables: Fields) -> str:
        values = {**names.variables, "interval": interval}
        for key in variables.keys():  # noqa: SIM118, no dict
            values[f"variables.{key}"] = variables.named(key)

        def value(match: re.Match[str]) -> str:
            word, primary = match.group(1), match.group(2) or ""
            if word == "target":  # the canary's own workload
                return OLD if primary else NEW
            if word not in values:
                message = f"{shown(match.group(0))} has no value"
                self._problems.error(message, query.place, nearest(word, values))
                return match.group(0)
            return values[word] + primary

        return _VARIABLE.sub(value, str(query.value))

    def _number(self, fields: Fields, key: str) -> float | None:
        node = fields.take(key)
        if node is None:
            return None
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self._problems.error(f"expected a number, got {shown(node.value)}", node.place)
            return None
        return node.value


class _Names:
    """What Flagger calls the two versions."""

    def __init__(self, canary: Fields, spec: Fields, service: Fields) -> None:
        self._target = spec.fields("targetRef").named("name")
        self._service = service.named("name") or self._target
        ingress = spec.fields("ingressRef").named("name")
        self.variables = {
            "name": canary.name,
            "namespace": canary.fields("metadata").named("namespace") or "default",
            "service": self._service,
            "ingress": ingress or self._target,
        }

    def draft(self, spec: Fields) -> Draft:
        names = Draft(spec.place)
        names.put("new", [f"{self._service}-canary"])
        names.put("old", [f"{self._service}-primary"])
        names.put("new_labels", {"destination_workload": self._target})
        names.put("old_labels", {"destination_workload": f"{self._target}-primary"})
        return names

    def built_in(self, name: str, interval: str) -> str:
        """Flagger's own metrics, as its queries to a mesh have them: percent, and milliseconds."""
        workload = f'destination_workload="{self._target}"'
        if name == DURATION:
            buckets = f"istio_request_duration_milliseconds_bucket{{{workload}}}[{interval}]"
            return f"histogram_quantile(0.99, sum by (le) (rate({buckets})))"
        answers = f"sum(rate(istio_requests_total{{{workload}}}[{interval}]))"
        good = f'sum(rate(istio_requests_total{{{workload}, response_code!~"5.*"}}[{interval}]))'
        return f"100 * {good} / {answers}"
