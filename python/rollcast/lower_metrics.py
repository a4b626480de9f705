"""Analyses of the scenario language, lowered to the programs that the engine evaluates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast, get_args

from rollcast import _core
from rollcast.errors import listed, nearest, shown
from rollcast.expr import ConditionError, ConditionStep, parse_condition
from rollcast.lower_guards import check_keys, guard_interval, lower_guard, scope_and_vantage
from rollcast.lower_judges import compared_with
from rollcast.lower_python import python_guard
from rollcast.lowering import Lowering
from rollcast.promql import NamedScope, Names, QueryError, QueryStep, Scope, Selector, recognise
from rollcast.queries import lower_query, member, structured_query
from rollcast.scenario_model import GuardKind, MeasureModel, MetricModel, NamesModel, QueryKind
from rollcast.units import show_seconds

_MOST_BUCKETS = 23  # besides the one up to infinity
_LIMITS = ("failure_limit", "inconclusive_limit", "consecutive_error_limit", "consecutive_success_limit")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _Lowered:
    """A metric before the latency buckets are known."""

    core: Any  # _core.Metric; without its query or function, if it has one
    steps: list[QueryStep]
    path: Path  # of the query
    own: Callable[[list[float]], Any] | None = None  # makes the source from the buckets


def lower_analyses(
    lowering: Lowering, names: NamesModel | None, awaited: set[str], *, baseline: bool
) -> tuple[list[Any], list[float]]:
    """The analyses in the order of the scenario, and the latency buckets, those that queries name included.

    ``awaited``: names of the analyses that the rollout waits for, whose metrics have to come to an end.
    ``baseline``: whether the strategy brings one.
    """
    metrics = _Metrics(lowering, _names(names), baseline)
    lowered = {
        name: [
            metrics.lower(metric, ("analyses", name, "metrics", index), name in awaited)
            for index, metric in enumerate(analysis.metrics)
        ]
        for name, analysis in lowering.model.analyses.items()
    }
    for name, analysis in lowering.model.analyses.items():
        _check_names(lowering, name, [metric.name for metric in analysis.metrics])
    metrics.check_bindings()
    buckets = _buckets(lowering, [metric for made in lowered.values() for metric in made])
    analyses = []
    for name, made in lowered.items():
        for metric in made:
            if metric.steps:
                check = metric.core.source
                check.query = lower_query(metric.steps, buckets)
                metric.core.source = check
            elif metric.own is not None:
                metric.core.source = metric.own(buckets)
        analyses.append(_core.Analysis(name=name, metrics=[metric.core for metric in made]))
    return analyses, buckets


def _check_names(lowering: Lowering, analysis: str, names: list[str]) -> None:
    """Argo refuses an analysis that has a name twice."""
    for index, name in enumerate(names):
        if (first := names.index(name)) < index:
            message = f"metrics[{first}] is called {shown(name)}, too: expected another name"
            lowering.error(message, "analyses", analysis, "metrics", index, "name")


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


def condition_steps(steps: Iterable[ConditionStep]) -> list[Any]:
    """A parsed condition as the engine's program."""
    return [
        _core.ConditionStep(op=member(_core.ConditionOp, step.op), number=step.number, skip=step.skip)
        for step in steps
    ]


class _Metrics:
    def __init__(self, lowering: Lowering, names: Names, baseline: bool) -> None:
        self._lowering = lowering
        self._names = names
        self._baseline = baseline

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
        steps: list[QueryStep]
        every: float | None
        binding = self._lowering.model.metrics.get(metric.name)
        measure = binding or metric
        measure_path: Path = ("metrics", metric.name) if binding else path
        check_keys(self._lowering, measure, measure_path)
        self._check_baseline(measure, measure_path)
        own = None
        if measure.python is not None:
            own = self._python(metric, measure, path, measure_path)
            source, steps, every = _core.QueryCheck(), [], metric.interval
        elif measure.kind in get_args(GuardKind) and measure.promql is None:
            source = lower_guard(self._lowering, metric, measure, path, measure_path)
            steps = []
            every = guard_interval(source, metric.interval)
        else:
            steps, is_scalar = self._measure(metric, measure, measure_path)
            source, every = self._check(metric, is_scalar, path), metric.interval
        self._check_limits(metric, every, path, awaited)
        core = _core.Metric(
            name=metric.name,
            source=source,
            interval=every or 0.0,
            initial_delay=metric.initial_delay or 0.0,
            count=metric.count or 0,
            dry_run=metric.dry_run,
            flaky=metric.flaky or 0.0,
            flaky_as=_core.Flake.errors if metric.flaky_as == "error" else _core.Flake.fails,
            line=self._lowering.tree.locate(path).line,
        )
        for limit in _LIMITS:
            if getattr(metric, limit) is not None:
                setattr(core, limit, getattr(metric, limit))
        return _Lowered(core, steps, (*measure_path, "promql"), own)

    def _check_baseline(self, measure: MeasureModel, path: Path) -> None:
        """Refuses to look at a baseline that nobody starts."""
        asks = {"baseline": measure.baseline == "same-age", "of": measure.of == "baseline"}
        for key in (key for key, is_asked in asks.items() if is_asked and not self._baseline):
            message = (
                "the strategy brings no baseline: put it inside one, strategy: {baseline: {strategy: ...}}, "
                "or let an experiment of a canary start one"
            )
            self._lowering.error(message, *path, key)

    def _python(
        self, metric: MetricModel, measure: MeasureModel, path: Path, measure_path: Path
    ) -> Callable[[list[float]], Any] | None:
        """A function of the user's own."""
        for key in ("promql", "kind", "of"):
            if getattr(measure, key) is not None:
                message = "may not be given beside python, which is shown both versions and judges by itself"
                self._lowering.error(message, *measure_path, key)
        for key in ("success", "failure"):
            if getattr(metric, key) is not None:
                self._lowering.error(f"a function judges by itself: it has no {key}", *path, key)
        if measure.vantage == "client":
            self._lowering.error("clients cannot tell the versions apart", *measure_path, "vantage")
            return None
        window = 300.0 if measure.window is None else measure.window
        if window <= 0:
            self._lowering.error("expected more than 0s", *measure_path, "window")
        vantage = _core.Vantage[measure.vantage or "proxy"]
        baseline = _core.Scope[compared_with(measure)]
        return python_guard(
            self._lowering, measure.python or "", vantage, window, baseline, *measure_path, "python"
        )

    def _check(self, metric: MetricModel, is_scalar: bool, path: Path) -> Any:
        """The conditions; the query comes later."""
        if metric.success is None and metric.failure is None:
            self._lowering.warn(f'metric "{metric.name}" has no condition, so it always succeeds', *path)
        return _core.QueryCheck(
            success=self._condition(metric.success, is_scalar, *path, "success"),
            failure=self._condition(metric.failure, is_scalar, *path, "failure"),
        )

    def _check_limits(self, metric: MetricModel, every: float | None, path: Path, awaited: bool) -> None:
        """What Argo refuses."""
        if metric.flaky_as is not None and metric.flaky is None:
            self._lowering.error("needs flaky beside it, how often it goes wrong", *path, "flaky_as")
        count = metric.count or (0 if every else 1)
        if awaited and count == 0:
            evaluated = f"is evaluated every {show_seconds(every or 0)} and has no count"
            message = "has an interval but no count" if metric.interval else evaluated
            self._lowering.error(
                f'metric "{metric.name}" {message}: the rollout would wait for it for ever', *path
            )
        if count > 1 and not every:
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
            return self._structured(measure, cast(QueryKind, measure.kind), path), False
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

    def _structured(self, measure: MeasureModel, kind: QueryKind, path: Path) -> list[QueryStep]:
        scope, vantage = scope_and_vantage(self._lowering, measure, "new", path)
        if measure.window is not None and measure.window <= 0:
            self._lowering.error("expected more than 0s", *path, "window")
        everything = Selector(
            "requests", vantage, scope, window=300.0 if measure.window is None else measure.window
        )
        return structured_query(kind, everything, 0.99 if measure.quantile is None else measure.quantile)


def _how_to_bind(name: str) -> str:
    example = f"metrics: {{{name}: {{kind: error-ratio, of: new, window: 5m, vantage: proxy}}}}"
    return f"say in a scenario what it measures, for example {example}"
