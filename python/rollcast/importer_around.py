"""What stands beside a workload and limits or changes its size: autoscalers, disruption budgets, quotas."""

from __future__ import annotations

from rollcast.errors import Problems, listed, nearest, shown
from rollcast.importer_fields import Draft, Fields
from rollcast.units import factor
from rollcast.yaml_source import Node

AROUND_KINDS = ("HorizontalPodAutoscaler", "PodDisruptionBudget", "ResourceQuota")

_SELECT = {"Max": "max", "Min": "min", "Disabled": "disabled"}
_POLICIES = {"Pods": "pods", "Percent": "percent"}


class Around:
    """The objects around the workload that is rolled out; others are named in a warning."""

    def __init__(self, objects: list[Fields], problems: Problems) -> None:
        self._objects = objects
        self._problems = problems

    def translate(self, workloads: set[tuple[str, str]], labels: Fields, fleet: Draft) -> None:
        """Adds to ``fleet``. ``workloads``: what autoscalers may refer to it as; ``labels``: of its pods."""
        for one in self._objects:
            spec, kind = one.fields("spec", "around"), one.text("kind") or ""
            if kind == "HorizontalPodAutoscaler":
                draft = self._autoscaler(one, spec, workloads)
                self._put(fleet, "autoscaling", draft, one)
            elif kind == "PodDisruptionBudget":
                self._put(fleet, "disruption_budget", self._budget(one, spec, labels), one)
            else:
                self._quota(one, spec, fleet)
            one.finish()

    def _put(self, fleet: Draft, key: str, draft: Draft | None, one: Fields) -> None:
        if draft is None:
            return
        if key in fleet.value:
            self._problems.error(f"there is a {one.text('kind')} already: give one at a time", one.place)
        fleet.put(key, draft)

    # -- HorizontalPodAutoscaler

    def _autoscaler(self, one: Fields, spec: Fields, workloads: set[tuple[str, str]]) -> Draft | None:
        target = spec.fields("scaleTargetRef")
        target.take("apiVersion")
        said = (target.named("kind"), target.named("name"))
        target.finish()
        if said not in workloads:
            names = listed(sorted({name for _, name in workloads}))
            message = f"HorizontalPodAutoscaler {one.name} is about {' '.join(said)}, not about {names}"
            self._problems.warn(message, target.place if target else one.place)
            return None
        out = Draft(one.place)
        out.put("min", spec.whole("minReplicas", 1))
        out.put("max", spec.whole("maxReplicas", 1))
        out.put("cpu", _percent(spec.whole("targetCPUUtilizationPercentage", 1)))
        metrics = spec.mappings("metrics")
        for metric in metrics:
            self._metric(metric, out)
        if metrics and not {"cpu", "requests"} & out.value.keys():
            message = f"HorizontalPodAutoscaler {one.name} is not modelled: it has no metric that is"
            self._problems.warn(message, one.place)
            return None
        behavior = spec.fields("behavior")
        for way, key in (("up", "scaleUp"), ("down", "scaleDown")):
            out.put(way, self._rules(behavior.fields(key)))
        behavior.finish()
        spec.finish()
        return out

    def _metric(self, metric: Fields, out: Draft) -> None:
        kind = metric.text("type")
        if kind == "Resource":
            self._resource(metric.fields("resource"), out)
        elif kind == "Pods":
            self._pods(metric.fields("pods"), out)
        elif kind in ("Object", "External", "ContainerResource"):
            self._problems.warn(f"metrics of the type {kind} are not modelled", metric.place)
            return
        else:
            kinds = ("Resource", "Pods", "Object", "External", "ContainerResource")
            message = f"expected {listed(kinds)}, got {shown(kind)}"
            self._problems.error(message, metric.place, nearest(kind or "", kinds))
            return
        metric.finish()

    def _resource(self, resource: Fields, out: Draft) -> None:
        name, target = resource.text("name"), resource.fields("target")
        if name != "cpu":
            self._problems.warn(f"not modelled: the load of {name} is not", resource.place)
        elif target.text("type") == "Utilization":
            out.put("cpu", _percent(target.whole("averageUtilization", 1)))
        else:
            message = "not modelled: a target in cores; give averageUtilization, of what a pod requests"
            self._problems.warn(message, target.place)

    def _pods(self, pods: Fields, out: Draft) -> None:
        name = pods.fields("metric").named("name")
        value = pods.fields("target").take("averageValue")
        if "request" not in name or value is None:
            self._problems.warn(f"not modelled: {shown(name)} is not known to be requests", pods.place)
            return
        try:
            rate = _quantity(value.value)
        except ValueError:
            self._problems.error(f'expected a quantity such as "500m", got {shown(value.value)}', value.place)
            return
        self._problems.warn(f"{name} is taken as the requests per second of a pod", pods.place)
        out.put("requests", f"{rate:g}/s", value.place)

    def _rules(self, rules: Fields) -> Draft | None:
        if not rules:
            return None
        out = Draft(rules.place)
        out.put("stabilization", rules.seconds("stabilizationWindowSeconds"))
        out.put("select", self._choose(rules.take("selectPolicy"), _SELECT))
        policies = []
        for policy in rules.mappings("policies"):
            body = Draft(policy.place)
            kind = self._choose(policy.take("type"), _POLICIES)
            body.put(kind.value if kind else "pods", policy.whole("value", 1))
            body.put("period", policy.seconds("periodSeconds", 1))
            policy.finish()
            policies.append(body.node())
        out.put("policies", policies or None)
        rules.finish()
        return out

    def _choose(self, node: Node | None, words: dict[str, str]) -> Node | None:
        if node is None or node.value in words:
            return None if node is None else Node(words[node.value], node.place)
        hint = nearest(node.value, words) if isinstance(node.value, str) else None
        self._problems.error(f"expected {listed(words)}, got {shown(node.value)}", node.place, hint)
        return None

    # -- PodDisruptionBudget, ResourceQuota

    def _budget(self, one: Fields, spec: Fields, labels: Fields) -> Draft | None:
        selector = spec.fields("selector")
        wanted = selector.take("matchLabels")
        selector.finish()
        for key in wanted.value if wanted is not None else ():
            label = labels.take(key)
            if label is None or wanted is None or label.value != wanted.value[key].value:
                message = f"PodDisruptionBudget {one.name} is not about these pods: they have no such label"
                self._problems.warn(message, wanted.key_place(key) if wanted else spec.place)
                return None
        out = Draft(one.place)
        out.put("min_available", spec.take("minAvailable"))
        out.put("max_unavailable", spec.take("maxUnavailable"))
        spec.finish()
        return out

    def _quota(self, one: Fields, spec: Fields, fleet: Draft) -> None:
        hard = spec.fields("hard")
        said = [hard.take(key) for key in ("pods", "count/pods")]
        pods = [self._count(node) for node in said if node is not None]
        hard.finish()
        spec.finish()
        if pods:
            fleet.put("quota", min(pods, key=lambda node: int(node.value)))
            message = f"ResourceQuota {one.name} is taken as if no other pods were in the namespace"
            self._problems.warn(message, one.place)

    def _count(self, node: Node) -> Node:
        """A quantity without a fraction."""
        try:
            value = _quantity(node.value)
        except ValueError:
            value = 0.5
        if value != int(value):
            self._problems.error(f'expected a quantity such as "20", got {shown(node.value)}', node.place)
        return Node(int(value), node.place)


def _percent(node: Node | None) -> Node | None:
    return None if node is None else Node(f"{node.value}%", node.place)


def _quantity(value: object) -> float:
    """Kubernetes' quantities, as far as they are used for rates: "500m", "10", "1k"."""
    text = str(value)
    scale = {"m": 1e-3, "k": 1e3, "M": 1e6}.get(text[-1:], 1.0)
    return factor(text if scale == 1.0 else text[:-1]) * scale
