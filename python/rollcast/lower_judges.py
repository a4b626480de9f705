"""Judges of the scenario language: Kayenta's, and sequential tests."""

from __future__ import annotations

from typing import Any, Literal

from rollcast import _core
from rollcast._core import sequential
from rollcast.errors import nearest
from rollcast.judge.kayenta import KayentaMetric, lower_metric
from rollcast.judge.sequential import SPENDING
from rollcast.lowering import Lowering
from rollcast.promql import Scope, Selector
from rollcast.queries import lower_query, structured_query
from rollcast.scenario_model import KayentaSeriesModel, MeasureModel, MetricModel

Path = tuple[str | int, ...]

_ONLY_OF = {"spread": "mixture", "spending": "group"}


def lower_kayenta(lowering: Lowering, metric: MetricModel, given: MeasureModel, path: Path) -> Any:
    """The source. ``path``: of what says what is measured."""
    for key in ("of", "vantage"):
        if getattr(given, key) is not None:
            message = f"kayenta compares the new version with the old one, series by series: it has no {key}"
            lowering.error(message, *path, key)
    if not given.series:
        lowering.error("expected the series that are compared", *path)
        return _core.kayenta.Judge()
    judge = _core.kayenta.Judge()
    if given.step is not None:
        judge.step = given.step
    if given.lookback is not None:
        judge.lookback = given.lookback
    thresholds = judge.thresholds
    if given.pass_score is not None:
        thresholds.pass_ = given.pass_score
    thresholds.marginal = (
        min(thresholds.marginal, thresholds.pass_) if given.marginal_score is None else given.marginal_score
    )
    judge.series = [_series(each, judge.step, compared_with(given)) for each in given.series]
    judge.group_weights = given.group_weights or {}
    groups = {group for each in judge.series for group in each.config.groups}
    for group in judge.group_weights:
        if group not in groups:
            message, near = f'no series is of the group "{group}"', nearest(group, groups)
            lowering.error(message, *path, "group_weights", group, suggestion=near, key=True)
    if complaint := _core.kayenta.complaint(judge, 0):
        lowering.error(f'metric "{metric.name}" {complaint}', *path)
    return judge


def compared_with(given: MeasureModel) -> Literal["old", "baseline"]:
    """Whose requests a judge compares the new version's with."""
    return "baseline" if given.baseline == "same-age" else "old"


def _series(given: KayentaSeriesModel, step: float, baseline: Scope) -> Any:
    window = step if given.window is None else given.window
    quantile = 0.99 if given.quantile is None else given.quantile

    def query(scope: Scope) -> list[Any]:
        everything = Selector("requests", vantage=given.vantage or "proxy", scope=scope, window=window)
        return lower_query(structured_query(given.kind, everything, quantile), [])

    said = {
        key: getattr(given, key)
        for key in KayentaMetric.__dataclass_fields__
        if key != "groups" and getattr(given, key) is not None
    }
    groups = (given.name,) if given.groups is None else tuple(given.groups)
    return _core.kayenta.ComparedSeries(
        name=given.name,
        canary=query("new"),
        baseline=query(baseline),
        config=lower_metric(KayentaMetric(**said, groups=groups)),
    )


def lower_sequential(lowering: Lowering, metric: MetricModel, given: MeasureModel, path: Path) -> Any:
    """The source. ``path``: of what says what is measured."""
    if given.of is not None:
        lowering.error(f"{given.kind} is always of the new version: it has no of", *path, "of")
    if not metric.interval:
        lowering.error(f"{given.kind} needs an interval, at which it is looked at", *path)
    test = (
        _sprt(lowering, given, path) if given.kind == "sprt" else _sequential(lowering, metric, given, path)
    )
    if test is None:
        return _core.SequentialCheck()
    check = _core.SequentialCheck(
        test=test,
        vantage=_core.Vantage[given.vantage or "proxy"],
        baseline=_core.Scope[compared_with(given)],
    )
    if complaint := _core.complaint(check):
        lowering.error(f'metric "{metric.name}" {complaint}', *path)
    return check


def _sprt(lowering: Lowering, given: MeasureModel, path: Path) -> Any:
    if given.good is None or given.bad is None:
        lowering.error("expected a failure rate that is good and one that is bad", *path)
        return None
    params = sequential.SprtParams(good=given.good, bad=given.bad)
    for key in ("alpha", "beta"):
        if getattr(given, key) is not None:
            setattr(params, key, getattr(given, key))
    return params


def _sequential(lowering: Lowering, metric: MetricModel, given: MeasureModel, path: Path) -> Any:
    kind = given.test or "counts"
    for key, test in _ONLY_OF.items():
        if getattr(given, key) is not None and kind != test:
            lowering.error(f"{key} goes with the test {test}, not with {kind}", *path, key)
    alpha = 0.05 if given.alpha is None else given.alpha
    if kind == "counts":
        return sequential.CountTestParams(alpha=alpha)
    if kind == "mixture":
        params = sequential.MixtureSprtParams(alpha=alpha)
        if given.spread is not None:
            params.spread = given.spread
        return params
    looks = (metric.count or 0) - 1  # the first measurement starts the counting
    if looks < 1:
        message = (
            "expected a count of at least 2: the first measurement starts the counting, the others are looks"
        )
        lowering.error(message, *path)
        return None
    if not 0 < alpha < 1:
        lowering.error("expected an alpha above 0% and below 100%", *path, "alpha")
        return None
    fractions = [(look + 1) / looks for look in range(looks)]
    spending = SPENDING[given.spending or "obrien-fleming"]
    bounds = sequential.spending_bounds(fractions, alpha, spending, False)
    return sequential.GroupSequentialParams(bounds=bounds)
