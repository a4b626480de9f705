"""Alarms of a CloudFormation template, as metrics of the scenario language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rollcast.errors import Problems, shown
from rollcast.importer_fields import Draft, Fields
from rollcast.importer_template import Reference
from rollcast.yaml_source import Node

ALARM_TYPES = {"AWS::CloudWatch::Alarm": "cfnAlarm", "AWS::CloudWatch::CompositeAlarm": "cfnComposite"}

# What metrics of requests count, by name space and name; of latencies: seconds in their unit.
_REQUESTS: dict[tuple[str, str], tuple[str, float]] = {
    ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count"): ("error-count", 1),
    ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"): ("error-count", 1),
    ("AWS/ApplicationELB", "RequestCount"): ("request-count", 1),
    ("AWS/ApplicationELB", "TargetResponseTime"): ("latency", 1),
    ("AWS/ELB", "HTTPCode_Backend_5XX"): ("error-count", 1),
    ("AWS/ELB", "HTTPCode_ELB_5XX"): ("error-count", 1),
    ("AWS/ELB", "RequestCount"): ("request-count", 1),
    ("AWS/ELB", "Latency"): ("latency", 1),
    ("AWS/Lambda", "Errors"): ("error-count", 1),
    ("AWS/Lambda", "Invocations"): ("request-count", 1),
    ("AWS/Lambda", "Duration"): ("latency", 0.001),
    ("AWS/ApiGateway", "5XXError"): ("error-count", 1),
    ("AWS/ApiGateway", "5xx"): ("error-count", 1),
    ("AWS/ApiGateway", "Count"): ("request-count", 1),
    ("AWS/ApiGateway", "Latency"): ("latency", 0.001),
    ("AWS/AppRunner", "5xxStatusResponses"): ("error-count", 1),
    ("AWS/AppRunner", "Requests"): ("request-count", 1),
    ("AWS/AppRunner", "RequestLatency"): ("latency", 0.001),
}
_AVERAGE_IS_A_RATIO = {("AWS/Lambda", "Errors"), ("AWS/ApiGateway", "5XXError")}
_COMPARISONS = {
    f"{word}Threshold" for word in ("GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo")
}
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
_RATIO = re.compile(
    r"(?P<before>100\s*\*\s*)?\(?\s*(?P<part>\w+)\s*/\s*(?P<whole>\w+)\s*\)?(?P<after>\s*\*\s*100)?"
)
_OPTIONS = {
    "EvaluationPeriods": "evaluation_periods",
    "DatapointsToAlarm": "datapoints_to_alarm",
    "TreatMissingData": "treat_missing_data",
    "EvaluateLowSampleCountPercentile": "low_samples",
}  # fmt: skip


class Alarms:
    """The alarms of a template; `made` are the analyses that were asked for."""

    def __init__(self, resources: Mapping[str, Node], types: Mapping[str, str], problems: Problems) -> None:
        """``types``: of all the resources."""
        self._problems = problems
        self._nodes = {name: node for name, node in resources.items() if types[name] in ALARM_TYPES}
        self._types = types
        self._called = {}
        for name, node in self._nodes.items():
            said = (node.get("Properties") or Node({}, node.place)).get("AlarmName")
            if said is not None and isinstance(said.value, str):
                self._called[said.value] = name
        self.made: dict[str, Node] = {}

    def analysis(self, names: list[Node], where: str, called: str = "alarms") -> str | None:
        """The name of an analysis that fails when one of them goes off; none where none is modelled.

        ``where``: what an analysis of one's own would be named in.
        """
        metrics = []
        for node in names:
            found = self._find(node)
            if found is None:
                self._problems.warn(
                    f"the alarm {shown(_plain(node.value))} is not in the template: "
                    f"describe it as an analysis and name it in {where}",
                    node.place,
                )
            elif (metric := self._metric(found)) is not None:
                metrics.append(metric.node())
        if not metrics:
            return None
        self.made[called] = Node({"metrics": Node(metrics, names[0].place)}, names[0].place)
        return called

    def _find(self, node: Node) -> str | None:
        """Its logical name; `node` holds a reference, a name or an ARN."""
        if isinstance(node.value, Reference):
            return node.value.resource if node.value.resource in self._nodes else None
        name = str(node.value).rpartition(":alarm:")[2]
        if (match := re.fullmatch(r"\$\{(\w+)(\.\w+)?\}", name)) is not None:
            name = match[1]
        return self._called.get(name, name if name in self._nodes else None)

    def _metric(self, name: str) -> Draft | None:
        """A metric that fails when the alarm goes off; none, with a warning, where it is not modelled."""
        composite = ALARM_TYPES[self._types[name]] == "cfnComposite"
        said = self._composite(name) if composite else self._alarm(name)
        if said is None:
            return None
        out = Draft(said.place)
        out.put("name", name)
        out.put("kind", "composite-alarm" if composite else "cloudwatch-alarm")
        out.value |= said.value
        return out

    def _fields(self, name: str) -> Fields:
        node = self._nodes[name]
        properties = node.get("Properties")
        if properties is None:
            self._problems.error("expected Properties", node.place)
        return Fields(properties, self._problems, ALARM_TYPES[self._types[name]])

    # -- metric alarms

    def _alarm(self, name: str) -> Draft | None:
        fields = self._fields(name)
        out = Draft(fields.place)
        statistic, factor = self._measured(fields, out)
        threshold = fields.take("Threshold")
        if statistic is None:
            return None
        out.put("of", "service")
        out.put("statistic", statistic)
        if threshold is None or type(threshold.value) not in (int, float):
            got = "nothing" if threshold is None else shown(threshold.value)
            place = fields.place if threshold is None else threshold.place
            self._problems.error(f"expected a number as Threshold, got {got}", place)
        else:
            out.put("threshold", _written(float(threshold.value) * factor, statistic), threshold.place)
        comparison = fields.take("ComparisonOperator")
        if comparison is not None and str(comparison.value) not in _COMPARISONS:
            self._problems.warn(
                f"not modelled: an alarm that compares by {shown(comparison.value)}", comparison.place
            )
            return None
        out.put("comparison", comparison)
        if fields.take("EvaluationPeriods") is None:
            self._problems.error("expected EvaluationPeriods", fields.place)
        for key, word in _OPTIONS.items():
            out.put(word, fields.take(key))
        fields.finish()
        return out

    def _measured(self, fields: Fields, out: Draft) -> tuple[str | None, float]:
        """What the alarm watches in the scenario language's word, and its thresholds' factor."""
        queries = fields.items("Metrics")
        if queries:
            return self._math([Fields(query, self._problems) for query in queries], out)
        metric = (fields.named("Namespace"), fields.named("MetricName"))
        statistic = fields.take("Statistic") or fields.take("ExtendedStatistic")
        for key in ("Statistic", "ExtendedStatistic"):
            fields.take(key)
        out.put("period", _seconds(fields.whole("Period")))
        place = fields.place_of("MetricName")
        return self._known(metric, str(statistic.value) if statistic is not None else "", out, place)

    def _known(
        self, metric: tuple[str, str], statistic: str, out: Draft, place: Any
    ) -> tuple[str | None, float]:
        kind, unit = _REQUESTS.get(metric, ("", 1.0))
        percentile = _PERCENTILE.fullmatch(statistic)
        if kind == "latency" and statistic == "Average":
            return "mean-latency", unit
        if kind == "latency" and percentile is not None:
            out.put("quantile", f"{percentile[1]}%")
            return "latency-quantile", unit
        if kind in ("error-count", "request-count") and statistic == "Sum":
            return kind, 1
        if statistic == "Average" and metric in _AVERAGE_IS_A_RATIO:
            return "error-ratio", 1
        what = f"{statistic or 'no statistic'} of {metric[1] or 'no metric'} of {metric[0] or 'no namespace'}"
        self._problems.warn(f"not modelled: an alarm on the {what}", place)
        return None, 1

    def _math(self, queries: list[Fields], out: Draft) -> tuple[str | None, float]:
        """One expression that is a ratio of errors to requests, or one metric."""
        known: dict[str, str | None] = {}
        expressions = []
        for query in queries:
            name = query.named("Id")
            if query.take("Expression") is not None:
                expressions.append(query)
                continue
            stat = query.fields("MetricStat")
            metric = stat.fields("Metric")
            pair = (metric.named("Namespace"), metric.named("MetricName"))
            word = Draft(query.place)
            known[name], factor = self._known(pair, stat.named("Stat"), word, query.place)
            out.put("period", _seconds(stat.whole("Period")))
            if len(queries) == 1:
                out.value |= word.value
                return known[name], factor
        if len(expressions) == 1:
            text = expressions[0].named("Expression")
            match = _RATIO.fullmatch(text.strip())
            if match and (known.get(match["part"]), known.get(match["whole"])) == (
                "error-count",
                "request-count",
            ):
                return "error-ratio", 0.01 if match["before"] or match["after"] else 1
        if expressions:
            place = expressions[0].key_place("Expression")
            self._problems.warn("not modelled: an alarm on this expression", place)
        return None, 1

    # -- composite alarms

    def _composite(self, name: str) -> Draft | None:
        fields = self._fields(name)
        out = Draft(fields.place)
        rule = fields.text("AlarmRule")
        if rule is None:
            self._problems.error("expected an AlarmRule", fields.place)
            return None
        alarms: dict[str, Node] = {}
        place = fields.key_place("AlarmRule")

        def renamed(match: re.Match[str]) -> str:
            said = match[2].strip().strip("\"'")
            found = self._find(Node(said, place))
            if found is None:
                self._problems.error(
                    f"the rule names the alarm {shown(said)}, which is not in the template", place
                )
                return match[0]
            if (alarm := self._part(found)) is not None:
                alarms[found] = alarm
            return f"{match[1]}({found})"

        written = re.sub(r"\b(ALARM|OK|INSUFFICIENT_DATA)\s*\(([^()]*)\)", renamed, rule)
        named = re.findall(r"\((\w+)\)", written)
        suppressor = self._suppressor(fields, alarms)
        fields.finish()
        if any(each not in alarms for each in named):
            return None  # told
        out.put("rule", written, place)
        out.put("alarms", Node(alarms, place))
        out.put("suppressor", suppressor)
        return out

    def _part(self, name: str) -> Node | None:
        if ALARM_TYPES[self._types[name]] == "cfnComposite":
            self._problems.warn("not modelled: a composite alarm in another one", self._nodes[name].place)
            return None
        alarm = self._alarm(name)
        return None if alarm is None else alarm.node()

    def _suppressor(self, fields: Fields, alarms: dict[str, Node]) -> Draft | None:
        node = fields.take("ActionsSuppressor")
        wait, extension = (
            fields.whole("ActionsSuppressorWaitPeriod"),
            fields.whole("ActionsSuppressorExtensionPeriod"),
        )
        if node is None:
            return None
        found = self._find(node)
        alarm = self._part(found) if found is not None else None
        if found is None or alarm is None:
            self._problems.warn("not modelled: this suppressor", node.place)
            return None
        alarms[found] = alarm
        out = Draft(node.place)
        out.put("alarm", found)
        out.put("wait", _seconds(wait))
        out.put("extension", _seconds(extension))
        return out


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Reference) else value


def _seconds(node: Node | None) -> Node | None:
    return None if node is None else Node(f"{node.value}s", node.place)


def _written(threshold: float, statistic: str) -> str | float:
    if statistic == "error-ratio":
        return f"{100 * threshold:.12g}%"
    if statistic in ("mean-latency", "latency-quantile"):
        return f"{1000 * threshold:.12g}ms"
    return float(f"{threshold:.12g}")
