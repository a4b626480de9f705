"""Analyses of the scenario language, lowered to the programs that the engine evaluates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rollcast import _core
from rollcast.errors import listed, nearest
from rollcast.expr import ConditionError, ConditionStep, parse_condition
from rollcast.lowering import Lowering
from rollcast.promql import NamedScope, Names, QueryError, QueryStep, Scope, Selector, recognise
from rollcast.scenario_model import Kind, MeasureModel, MetricModel, NamesModel

_MOST_BUCKETS = 23  # besides the one up to infinity
_LIMITS = ("failure_limit", "inconclusive_limit", "consecutive_error_limit", "consecutive_success_limit")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _Lowered:
    """A metric before the latency buckets are known."""

    core: Any  # _core.Metric without its query
    steps: list[QueryStep]
    path: Path  # of the query


def lower_analyses(
    lowering: Lowering, names: NamesModel | None, awaited: set[str]
) -> tuple[list[Any], list[float]]:
    """The analyses in the order of the scenario, and the latency buckets, those that queries name included.

    ``awaited``: names of the analyses that the rollout waits for, whose metrics have to come to an end.
    """
    metrics = _Metrics(lowering, _names(names))
    lowered = {
        name: [
            metrics.lower(metric, ("analyses", name, "metrics", index), name in awaited)
            for index, metric in enumerate(analysis.metrics)
        ]
        for name, analysis in lowering.model.analyses.items()
    }
    metrics.check_bindings()
    buckets = _buckets(lowering, [metric for made in lowered.values() for metric in made])
    analyses = []
    for name, made in lowered.items():
        for metric in made:
            metric.core.query = [_query_step(step, buckets) for step in metric.steps]
        analyses.append(_core.Analysis(name=name, metrics=[metric.core for metric in made]))
    return analyses, buckets


def _names(names: NamesModel | None) -> Names:
    names = names or NamesModel()
    services: dict[str, NamedScope] = dict.fromkeys(names.active, "active")
    services.update(dict.fromkeys(names.old, "old"))
    services.update(dict.fromkeys(names.new, "new"))
    labels: dict[tuple[str, str], Scope] = dict.fromkeys(names.old_labels.items(), "old")
    labels.update(dict.fromkeys(names.new_labels.items(), "new"))
    return Names(services, labels)


def _buckets(lowering: Lowering, metrics: list[_Lowered]) -> list[float]:
    """The histogram's limits: what the scenario says, or the usual ones and those that queries name."""
    given = lowering.model.observability.latency_buckets
    usual = _core.Observability().latency_buckets
    named = {
        step.selector.le: metric.path
        for metric in metrics
        for step in metric.steps
        if step.selector is not None and step.selector.le is not None
    }
    if given is not None:
        for le in sorted(set(named) - set(given)):
            have = listed((f"{bucket:g}" for bucket in given), "and")
            lowering.error(f"no latency bucket ends at {le:g} s; the scenario's end at {have}", *named[le])
        return given
    buckets = sorted({*usual, *named})
    if len(buckets) > _MOST_BUCKETS:
        message = f"the queries name more latency buckets than the {_MOST_BUCKETS} that are modelled"
        lowering.error(message, *next(iter(named.values())))
    why = "the usual ones of Prometheus' clients" + (", and those that queries name" if named else "")
    lowering.assumed.add("observability.latency_buckets", str([float(f"{b:g}") for b in buckets]), why)
    return buckets


def _member(enum: Any, name: str) -> Any:
    """Members that are words of Python end in an underscore."""
    return getattr(enum, name, None) or getattr(enum, f"{name}_")


def condition_steps(steps: Iterable[ConditionStep]) -> list[Any]:
    """A parsed condition as the engine's program."""
    return [
        _core.ConditionStep(op=_member(_core.ConditionOp, step.op), number=step.number, skip=step.skip)
        for step in steps
    ]


def _query_step(step: QueryStep, buckets: list[float]) -> Any:
    made = _core.QueryStep(op=_member(_core.QueryOp, step.op), number=step.number)
    if step.selector is not None:
        made.selector = _selector(step.selector, buckets)
    return made


def _selector(selector: Selector, buckets: list[float]) -> Any:
    return _core.Selector(
        what=_member(_core.SelectorWhat, selector.what),
        vantage=_member(_core.Vantage, selector.vantage),
        scope=_member(_core.Scope, selector.scope),
        codes=selector.codes,
        bucket=buckets.index(selector.le) if selector.le in buckets else 0,
        window=selector.window,
        offset=selector.offset,
    )


class _Metrics:
    def __init__(self, lowering: Lowering, names: Names) -> None:
        self._lowering = lowering
        self._names = names

    def check_bindings(self) -> None:
        """A binding for a metric that does not exist is a slip of the pen."""
        model = self._lowering.model
        known = {metric.name for analysis in model.analyses.values() for metric in analysis.metrics}
        have = f"; there is {listed(sorted(known), 'and')}" if known else ""
        for name in model.metrics:
            if name not in known:
                message = f'no analysis has a metric "{name}"{have}'
                self._lowering.error(message, "metrics", name, suggestion=nearest(name, known), key=True)

    def lower(self, metric: MetricModel, path: Path, awaited: bool) -> _Lowered:
        binding = self._lowering.model.metrics.get(metric.name)
        measure_path: Path = ("metrics", metric.name) if binding else path
        steps, is_scalar = self._measure(metric, binding or metric, measure_path)
        self._check_limits(metric, path, awaited)
        core = _core.Metric(
            name=metric.name,
            success=self._condition(metric.success, is_scalar, *path, "success"),
            failure=self._condition(metric.failure, is_scalar, *path, "failure"),
            interval=metric.interval or 0.0,
            initial_delay=metric.initial_delay or 0.0,
            count=metric.count or 0,
            dry_run=metric.dry_run,
            line=self._lowering.tree.locate(path).line,
        )
        for limit in _LIMITS:
            if getattr(metric, limit) is not None:
                setattr(core, limit, getattr(metric, limit))
        if metric.success is None and metric.failure is None:
            self._lowering.warn(f'metric "{metric.name}" has no condition, so it always succeeds', *path)
        return _Lowered(core, steps, (*measure_path, "promql"))

    def _check_limits(self, metric: MetricModel, path: Path, awaited: bool) -> None:
        """What Argo refuses."""
        count = metric.count or (0 if metric.interval else 1)
        if awaited and count == 0:
            message = f'metric "{metric.name}" has an interval but no count'
            self._lowering.error(f"{message}: the rollout would wait for it for ever", *path)
        if count > 1 and not metric.interval:
            self._lowering.error(f"expected an interval beside a count of {count}", *path, "count")
        for limit in ("failure_limit", "inconclusive_limit"):
            value = getattr(metric, limit)
            if count and value is not None and value > count:
                self._lowering.error(f"expected at most the count ({count}), got {value}", *path, limit)

    def _condition(self, text: str | None, is_scalar: bool, *path: str | int) -> list[Any]:
        if text is None or not text.strip():
            return []
        try:
            steps = parse_condition(text, scalar_result=is_scalar)
        except ConditionError as error:
            self._lowering.error(f"{error} (in {text.strip()})", *path, suggestion=error.suggestion)
            return []
        return condition_steps(steps)

    def _measure(
        self, metric: MetricModel, measure: MeasureModel, path: Path
    ) -> tuple[list[QueryStep], bool]:
        """The query, and whether it gives a plain number."""
        if measure.promql is not None and measure.kind is not None:
            self._lowering.error("expected either promql or kind, got both", *path)
        elif measure.kind is not None:
            return self._structured(measure, measure.kind, path), False
        elif measure.promql is not None:
            return self._promql(metric.name, measure.promql, *path, "promql")
        elif metric.provider is not None:
            message = f'metric "{metric.name}" comes from {metric.provider}, which cannot be evaluated here'
            self._lowering.error(f"{message}; {_how_to_bind(metric.name)}", *path, "provider")
        else:
            self._lowering.error(f'metric "{metric.name}": expected promql or kind', *path)
        return [], False

    def _promql(self, name: str, text: str, *path: str | int) -> tuple[list[QueryStep], bool]:
        try:
            query = recognise(text, self._names)
        except QueryError as error:
            hint = f' (did you mean "{error.suggestion}"?)' if error.suggestion else ""
            message = f'the query of metric "{name}" is not recognised: {error}{hint}'
            self._lowering.error(f"{message}; {_how_to_bind(name)}", *path)
            return [], False
        for warning in query.warnings:
            self._lowering.warn(f'metric "{name}": {warning}', *path)
        return query.steps, query.is_scalar

    def _structured(self, measure: MeasureModel, kind: Kind, path: Path) -> list[QueryStep]:
        scope, vantage = measure.of or "new", measure.vantage or "proxy"
        if vantage == "client" and scope != "service":
            message = "clients cannot tell the versions apart: the vantage client goes with of: service"
            self._lowering.error(message, *path, "vantage")
        if measure.quantile is not None and kind != "latency-quantile":
            message = f"quantile goes with the kind latency-quantile, not with {kind}"
            self._lowering.error(message, *path, "quantile")
        if measure.window is not None and measure.window <= 0:
            self._lowering.error("expected more than 0s", *path, "window")
        everything = Selector(
            "requests", vantage, scope, window=300.0 if measure.window is None else measure.window
        )
        return structured_query(kind, everything, 0.99 if measure.quantile is None else measure.quantile)


def structured_query(kind: Kind, everything: Selector, quantile: float) -> list[QueryStep]:
    """The query behind one of the usual kinds. A ratio is NaN without requests, and 0 when none counts.

    ``everything``: selects all requests in question.
    """
    requests = QueryStep("rate", 0, everything)
    if kind == "request-rate":
        return [requests]
    if kind == "latency-quantile":
        return [QueryStep("quantile", quantile, everything)]
    if kind == "mean-latency":
        return [QueryStep("rate", 0, replace(everything, what="latency_sum")), requests, QueryStep("divide")]
    codes = 0b1110 if kind == "error-ratio" else 0b0001
    counted = [
        QueryStep("rate", 0, replace(everything, codes=codes)),
        QueryStep("number", 0),
        QueryStep("or"),
    ]
    return [*counted, requests, QueryStep("divide")]


def _how_to_bind(name: str) -> str:
    example = f"metrics: {{{name}: {{kind: error-ratio, of: new, window: 5m, vantage: proxy}}}}"
    return f"say in a scenario what it measures, for example {example}"
