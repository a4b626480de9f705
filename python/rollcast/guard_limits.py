"""What a guard's measurements are compared with, whichever language the condition was written in."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from rollcast import _core

_ALL, _FAILED = 0b1111, 0b1110  # statuses
_PROBES = np.concatenate([[0.0], np.geomspace(1e-9, 1e9, 361)])
"""Where a condition is asked; a limit is found between two of them that it answers otherwise."""


def limits_of(metric: Any) -> list[float]:
    """Values at which what a metric makes of its measurement changes; none: it is no such guard."""
    source = metric.source
    if isinstance(source, _core.CloudWatchAlarm):
        return [float(source.threshold)]
    if isinstance(source, _core.BurnRateAlert):
        return [1.0]  # it measures how near the nearest rule is to firing
    if isinstance(source, _core.kayenta.Judge):
        return [float(source.thresholds.marginal), float(source.thresholds.pass_)]
    if isinstance(source, _core.QueryCheck):
        return _changes(source)
    return []


def ratio_of(source: Any) -> tuple[Any, bool] | None:
    """The selector of all requests, and whether it is those that fail (or the good ones) whose share is
    measured; none: it is nobody's share."""
    if not isinstance(source, _core.QueryCheck):
        return None
    ops = [step.op.name for step in source.query]
    zero = [1, 2] if ops[1:3] == ["number", "or_"] and source.query[1].number == 0 else []
    steps = [step for index, step in enumerate(source.query) if index not in zero]
    if [step.op.name for step in steps] not in (
        ["rate", "rate", "divide"],
        ["increase", "increase", "divide"],
    ):
        return None
    part, whole = steps[0].selector, steps[1].selector
    alike = ("what", "vantage", "scope", "window", "offset")
    if whole.what.name != "requests" or any(getattr(part, key) != getattr(whole, key) for key in alike):
        return None
    if whole.codes != _ALL or part.codes not in (_FAILED, _ALL ^ _FAILED):
        return None
    return whole, bool(part.codes == _FAILED)


def measures_errors(metric: Any) -> bool | None:
    """Whether it measures the new version's share of failed requests; false: of good ones; none: neither."""
    ratio = ratio_of(metric.source)
    return ratio[1] if ratio is not None and ratio[0].scope.name == "new" else None


def _changes(check: Any) -> list[float]:
    def answers(value: float) -> tuple[Any, ...]:
        return tuple(
            _core.evaluate_condition(condition, [value])
            for condition in (check.success, check.failure)
            if condition
        )

    found = []
    told = [answers(float(value)) for value in _PROBES]
    for index in np.flatnonzero([one != other for one, other in pairwise(told)]):
        low, high = float(_PROBES[index]), float(_PROBES[index + 1])
        while high - low > 1e-9 * high:
            middle = (low + high) / 2
            low, high = (middle, high) if answers(middle) == told[index] else (low, middle)
        found.append(float(f"{high:.6g}"))
    return found
