"""Alarms and alerts of the scenario language: metrics that judge by themselves, without a condition."""

from __future__ import annotations

from typing import Any, Literal

from rollcast import _core, units
from rollcast.errors import listed, nearest
from rollcast.judge.cloudwatch import COMPARISONS, TREATMENTS
from rollcast.lower_judges import lower_kayenta, lower_sequential
from rollcast.lowering import Lowering
from rollcast.promql import Scope
from rollcast.scenario_model import (
    AlarmModel,
    BurnRateModel,
    BurnRateRuleModel,
    CompositeModel,
    KayentaModel,
    MeasureModel,
    MetricModel,
    ScopeModel,
    SequentialModel,
)
from rollcast.units import show_seconds

Path = tuple[str | int, ...]

_LONG_NAMES = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}
_STATISTICS = {"latency-quantile": "latency_percentile"}  # else the engine's word, with underscores
_ALARM = set(AlarmModel.model_fields) - set(ScopeModel.model_fields)

# Which keys say something of which kind; those of a query say nothing of any guard.
_GOES_WITH: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_ALARM, ("cloudwatch-alarm",)),
    **dict.fromkeys(CompositeModel.model_fields, ("composite-alarm",)),
    **dict.fromkeys(BurnRateModel.model_fields, ("burn-rate",)),
    "quantile": ("latency-quantile", "cloudwatch-alarm"),
    **dict.fromkeys(KayentaModel.model_fields, ("kayenta",)),
    **dict.fromkeys(SequentialModel.model_fields, ("sequential",)),
    **dict.fromkeys(("good", "bad", "beta"), ("sprt",)),
    "alpha": ("sprt", "sequential"),
    "baseline": ("kayenta", "sequential", "python"),
}


def check_keys(lowering: Lowering, measure: MeasureModel, path: Path) -> None:
    """Refuses what has no meaning for the kind that is measured."""
    kind = measure.kind or ("python" if measure.python is not None else "a query")
    for key, kinds in _GOES_WITH.items():
        if getattr(measure, key) is not None and kind not in kinds:
            lowering.error(f"{key} goes with the kind {listed(kinds)}, not with {kind}", *path, key)


def scope_and_vantage(
    lowering: Lowering, given: ScopeModel, otherwise: Literal["new", "service"], path: Path
) -> tuple[Scope, Literal["application", "proxy", "client"]]:
    scope, vantage = given.of or otherwise, given.vantage or "proxy"
    if vantage == "client" and scope != "service":
        message = "clients cannot tell the versions apart: the vantage client goes with of: service"
        lowering.error(message, *path, "vantage")
    return scope, vantage


def guard_interval(source: Any, given: float | None) -> float:
    """Seconds between two evaluations: CloudWatch's own, or as often as Prometheus evaluates rules."""
    if isinstance(source, _core.CloudWatchAlarm):
        return float(_core.cloudwatch.evaluation_every(source.period))
    if isinstance(source, _core.CompositeAlarm):
        return float(_core.cloudwatch.evaluation_every(source))
    return 60.0 if given is None else given


def lower_guard(
    lowering: Lowering, metric: MetricModel, measure: MeasureModel, path: Path, measure_path: Path
) -> Any:
    """The source. ``path``: of the metric; ``measure_path``: of what says what it measures."""
    before = len(lowering.problems.errors)
    for key in ("success", "failure"):
        if getattr(metric, key) is not None:
            lowering.error(
                f"a metric of the kind {measure.kind} judges by itself: it has no {key}", *path, key
            )
    if measure.window is not None:
        lowering.error(f"window has no meaning for {measure.kind}", *measure_path, "window")
    if measure.kind in ("kayenta", "sprt", "sequential"):
        lower_judge = lower_kayenta if measure.kind == "kayenta" else lower_sequential
        return lower_judge(lowering, metric, measure, measure_path)
    if measure.kind != "burn-rate" and metric.interval is not None:
        message = "CloudWatch decides how often an alarm is evaluated: an interval has no meaning"
        lowering.error(message, *path, "interval")
    guards = _Guards(lowering, measure_path)
    if measure.kind == "burn-rate":
        source = guards.burn_rate(measure)
        complaint = _core.burn_rate.complaint(source)
    else:
        source = guards.alarm(measure) if measure.kind == "cloudwatch-alarm" else guards.composite(measure)
        complaint = _core.cloudwatch.complaint(source)
    if complaint and len(lowering.problems.errors) == before:
        lowering.error(f'metric "{metric.name}" {complaint}', *measure_path)
    return source if len(lowering.problems.errors) == before else _core.QueryCheck()


class _Guards:
    def __init__(self, lowering: Lowering, path: Path) -> None:
        self._lowering = lowering
        self._path = path

    def _error(self, message: str, *path: str | int) -> None:
        self._lowering.error(message, *self._path, *path)

    def alarm(self, given: AlarmModel, *below: str | int) -> Any:
        scope, vantage = scope_and_vantage(self._lowering, given, "new", (*self._path, *below))
        statistic = given.statistic or "error-ratio"
        core = _core.CloudWatchAlarm(
            statistic=_core.AlarmStatistic[_STATISTICS.get(statistic, statistic.replace("-", "_"))],
            vantage=_core.Vantage[vantage],
            scope=_core.Scope[scope],
            metric_namespace=given.namespace or "",
            threshold=self._threshold(given, statistic, *below),
            datapoints_to_alarm=given.datapoints_to_alarm,
            evaluation_range=given.evaluation_range,
        )
        if given.quantile is not None:
            core.percentile = given.quantile
        if given.evaluation_periods is not None:
            core.evaluation_periods = given.evaluation_periods
        if given.comparison is not None:
            core.comparison = COMPARISONS[_LONG_NAMES.get(given.comparison, given.comparison)]  # type: ignore[index]
        if given.treat_missing_data is not None:
            core.treat_missing = TREATMENTS[given.treat_missing_data]
        if given.low_samples is not None:
            core.low_samples = _core.LowSamples[given.low_samples]
        self._period(core, given, *below)
        self._points(core, given, *below)
        for key in ("quantile", "low_samples"):
            if getattr(given, key) is not None and statistic != "latency-quantile":
                self._error(
                    f"{key} goes with the statistic latency-quantile, not with {statistic}", *below, key
                )
        return core

    def _threshold(self, given: AlarmModel, statistic: str, *below: str | int) -> float:
        if given.threshold is None:
            self._error("expected a threshold", *below)
            return 0.0
        read = {
            "error-ratio": units.fraction,
            "error-count": units.factor,
            "request-count": units.factor,
            "mean-latency": units.seconds,
            "latency-quantile": units.seconds,
        }
        try:
            return read[statistic](given.threshold)
        except ValueError as error:
            self._error(str(error), *below, "threshold")
            return 0.0

    def _period(self, core: Any, given: AlarmModel, *below: str | int) -> None:
        if given.period is None:
            return
        core.period = given.period
        if not _core.cloudwatch.period_valid(given.period):
            got = show_seconds(given.period)
            self._error(f"expected a period of 10s, 20s, 30s or whole minutes, got {got}", *below, "period")
            return
        if not _core.cloudwatch.span_valid(given.period, core.evaluation_periods):
            most = (
                "a week" if given.period >= 3600 else "a day, or a week where periods are of an hour or more"
            )
            covered = show_seconds(given.period * core.evaluation_periods)
            self._error(
                f"expected evaluation periods that cover at most {most}, got {covered}", *below, "period"
            )
        scraped = self._lowering.model.observability.scrape_interval or _core.Observability().scrape_interval
        if given.period < scraped:
            apart = show_seconds(scraped)
            message = f"points of {show_seconds(given.period)} lack data where scrapes are {apart} apart"
            self._lowering.warn(message, *self._path, *below, "period")

    def _points(self, core: Any, given: AlarmModel, *below: str | int) -> None:
        most = core.evaluation_periods
        if given.datapoints_to_alarm is not None and given.datapoints_to_alarm > most:
            message = f"expected at most the evaluation_periods ({most}), got {given.datapoints_to_alarm}"
            self._error(message, *below, "datapoints_to_alarm")
        if given.evaluation_range is not None and given.evaluation_range < most:
            message = f"expected at least the evaluation_periods ({most}), got {given.evaluation_range}"
            self._error(message, *below, "evaluation_range")

    def composite(self, given: CompositeModel) -> Any:
        if given.rule is None or not given.alarms:
            self._error("expected a rule, and the alarms that it names")
            return _core.CompositeAlarm()
        alarms = [
            _core.NamedAlarm(name=name, alarm=self.alarm(alarm, "alarms", name))
            for name, alarm in given.alarms.items()
        ]
        core = _core.CompositeAlarm(alarms=alarms)
        try:
            core.rule = _core.cloudwatch.parse_alarm_rule(given.rule)
        except ValueError as error:
            self._error(str(error).removeprefix("a rule: "), "rule")
            return core
        for name in core.rule.alarms:
            self._known(given, name, "rule")
        if given.suppressor is not None:
            self._known(given, given.suppressor.alarm, "suppressor", "alarm")
            core.suppressor = _core.ActionSuppressor(alarm=given.suppressor.alarm)
            suppressor = core.suppressor
            if given.suppressor.wait is not None:
                suppressor.wait = given.suppressor.wait
            if given.suppressor.extension is not None:
                suppressor.extension = given.suppressor.extension
            core.suppressor = suppressor
        return core

    def _known(self, given: CompositeModel, name: str, *path: str | int) -> None:
        names = list(given.alarms or {})
        if name not in names:
            message = f'there is no alarm "{name}"; there is {listed(names, "and")}'
            self._lowering.error(message, *self._path, *path, suggestion=nearest(name, names))

    def burn_rate(self, given: MeasureModel) -> Any:
        scope, vantage = scope_and_vantage(self._lowering, given, "service", self._path)
        core = _core.BurnRateAlert(vantage=_core.Vantage[vantage], scope=_core.Scope[scope])
        slo = self._lowering.model.slo.objective
        core.objective = given.objective or (_core.Slo().objective if slo is None else slo)
        if not 0 < core.objective < 1:
            self._error("expected an objective above 0% and below 100%", "objective")
        if given.fails_on is not None:
            core.fails_on = _core.Severity[given.fails_on]
        if given.recording_interval is not None:
            core.recording_interval = given.recording_interval
        if given.windows is not None:
            core.rules = [self._rule(rule, core.objective, index) for index, rule in enumerate(given.windows)]
        return core

    def _rule(self, given: BurnRateRuleModel, objective: float, index: int) -> Any:
        short = _core.burn_rate.short_window(given.long) if given.short is None else given.short
        if given.short is not None and given.short >= given.long:
            message = f"expected less than the long window ({show_seconds(given.long)})"
            self._error(f"{message}, got {show_seconds(given.short)}", "windows", index, "short")
        if given.burn_rate * (1 - objective) >= 1:
            most = 1 / (1 - objective)
            message = f"never fires: with every request failing the burn rate is {most:g}"
            self._lowering.warn(f"{message}", *self._path, "windows", index, "burn_rate")
        return _core.BurnRateRule(
            long_window=given.long,
            short_window=short,
            burn_rate=given.burn_rate,
            severity=_core.Severity[given.severity or "page"],
            hold=given.for_ or 0.0,
        )
