"""Alerts on the burn rate of an error budget, over your own counts.

A burn rate of 1 uses the budget up just at the end of the SLO's period.
Source: The Site Reliability Workbook (Google, 2018), chapter 5, "Alerting on SLOs".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rollcast import _core
from rollcast._core import burn_rate as rules_of_core

Alert = Literal["ticket", "page"]
Severity = Literal["none", "ticket", "page"]
_ALERTS: dict[_core.Severity, Alert] = {_core.Severity.ticket: "ticket", _core.Severity.page: "page"}
DAY = 86400.0


@dataclass(frozen=True)
class BurnRateRule:
    """Fires while the burn rate is above a limit in a long and in a short window."""

    long: float
    """Seconds."""
    short: float
    """Seconds; shows that the budget still burns."""
    burn_rate: float
    severity: Alert = "page"
    hold: float = 0.0
    """Seconds for which it must have been so."""


RECOMMENDED: tuple[BurnRateRule, ...] = tuple(
    BurnRateRule(rule.long_window, rule.short_window, rule.burn_rate, _ALERTS[rule.severity])
    for rule in rules_of_core.recommended_rules()
)
"""The workbook's table, for a period of 30 days."""


@dataclass(frozen=True)
class RequestClass:
    """How much users depend on requests of a kind, as an objective. Seconds; none: no objective."""

    availability: float | None
    latency_p90: float | None
    latency_p99: float | None


REQUEST_CLASSES = {
    "CRITICAL": RequestClass(0.9999, 0.1, 0.2),
    "HIGH_FAST": RequestClass(0.999, 0.1, 0.2),
    "HIGH_SLOW": RequestClass(0.999, 1.0, 5.0),
    "LOW": RequestClass(0.99, None, None),
    "NO_SLO": RequestClass(None, None, None),
}
"""The workbook's example of buckets with the same objective, for alerting at scale."""


@dataclass(frozen=True)
class BurnRateAlert:
    """What the rules made of each time."""

    severity: tuple[Severity, ...]
    """The worst that fires; lower alerts are silent then."""
    burn_rates: NDArray[np.float64]
    """Of each rule's long and short window, shape (n, rules, 2); NaN without requests."""
    fires: NDArray[np.bool_]
    """Whether each rule fires, shape (n, rules)."""


def burn_rate_alert(
    times: ArrayLike,
    requests: ArrayLike,
    errors: ArrayLike,
    *,
    objective: float = 0.999,
    rules: Sequence[BurnRateRule] = RECOMMENDED,
) -> BurnRateAlert:
    """Evaluates the rules at each time.

    times: s, rising, shape (n,).
    requests, errors: counts since the time before, shape (n,). Before the first time there is nothing.
    objective: share of requests that have to succeed, in (0, 1).
    Raises ValueError for rules that could never mean anything and for arrays of different lengths.
    """
    at = np.asarray(times, dtype=np.float64)
    counts = [np.asarray(each, dtype=np.float64) for each in (requests, errors)]
    if at.ndim != 1 or any(each.shape != at.shape for each in counts):
        raise ValueError("expected times, requests and errors of one length")
    if np.any(np.diff(at) <= 0):
        raise ValueError("times must rise")
    core_rules = [_rule(rule) for rule in rules]
    _check(objective, core_rules)

    total, failed = (np.concatenate([[0.0], np.cumsum(each)]) for each in counts)
    burn_rates = np.empty((len(at), len(rules), 2))
    for index, rule in enumerate(rules):
        for side, window in enumerate((rule.long, rule.short)):
            before = np.searchsorted(at, at - window, side="right")
            seen, bad = total[1:] - total[before], failed[1:] - failed[before]
            with np.errstate(invalid="ignore", divide="ignore"):
                burn_rates[:, index, side] = bad / seen / (1 - objective)

    fires = np.zeros((len(at), len(rules)), dtype=np.bool_)
    severity: list[Severity] = []
    since: list[float | None] = [None] * len(rules)
    for row, now in enumerate(at):
        for index, rule_of_core in enumerate(core_rules):
            if not rules_of_core.is_above(rule_of_core, *burn_rates[row, index]):
                since[index] = None
            elif since[index] is None:
                since[index] = now
            fires[row, index] = rules_of_core.has_held(rule_of_core, since[index], now)
        severity.append(_ALERTS.get(rules_of_core.worst(core_rules, list(fires[row])), "none"))
    return BurnRateAlert(tuple(severity), burn_rates, fires)


def detection_time(
    error_ratio: float,
    *,
    objective: float = 0.999,
    rules: Sequence[BurnRateRule] = RECOMMENDED,
    severity: Alert = "page",
    length: float = math.inf,
) -> float:
    """Seconds from the start of an incident to the first alert of a severity, or a worse one; inf: never.

    Time is continuous, traffic even, and nothing failed before.
    error_ratio: share of requests that fail during the incident, in (0, 1].
    length: of the incident, s.
    """
    if not 0 < error_ratio <= 1:
        raise ValueError(f"expected an error ratio above 0 and at most 1, got {error_ratio:g}")
    core_rules = [_rule(rule) for rule in rules]
    _check(objective, core_rules)
    least = _core.Severity[severity].value
    spans = [
        rules_of_core.fires_during(rule, objective, error_ratio, length)
        for rule in core_rules
        if rule.severity.value >= least
    ]
    return min((span.start for span in spans if span is not None), default=math.inf)


def exhaustion_time(burn_rate: float, period: float = 30 * DAY) -> float:
    """Seconds until the whole budget of a period (s) is gone."""
    return rules_of_core.exhaustion_time(burn_rate, period)


def burn_rate_for_budget(fraction: float, window: float, period: float = 30 * DAY) -> float:
    """The burn rate that uses a share of the budget, in [0, 1], within a window (s)."""
    return rules_of_core.burn_rate_for_budget(fraction, window, period)


def budget_used(burn_rate: float, window: float, period: float = 30 * DAY) -> float:
    """The share of the budget that a burn rate uses within a window (s); above 1: more than there is."""
    return rules_of_core.budget_used(burn_rate, window, period)


def budget_used_by(failed: float, rate: float, objective: float = 0.999, period: float = 30 * DAY) -> float:
    """The share of the budget that failed requests use. rate: requests per second."""
    return rules_of_core.budget_used_by(failed, rate, objective, period)


def failures_allowed(rate: float, objective: float = 0.999, period: float = 30 * DAY) -> float:
    """How many requests may fail in a period. rate: requests per second."""
    return rules_of_core.failures_allowed(rate, objective, period)


def _rule(rule: BurnRateRule) -> _core.BurnRateRule:
    return _core.BurnRateRule(
        long_window=rule.long,
        short_window=rule.short,
        burn_rate=rule.burn_rate,
        severity=_core.Severity[rule.severity],
        hold=rule.hold,
    )


def _check(objective: float, rules: list[_core.BurnRateRule]) -> None:
    alert = _core.BurnRateAlert(objective=objective, rules=rules, fails_on=_core.Severity.ticket)
    if complaint := rules_of_core.complaint(alert):
        raise ValueError(f"a burn-rate alert {complaint}")
