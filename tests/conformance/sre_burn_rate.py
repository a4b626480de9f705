"""Burn-rate alerts of The Site Reliability Workbook: one function for each kind of case."""

from __future__ import annotations

import math
from typing import Any

from rollcast import _core
from rollcast._core import burn_rate as burning
from rollcast.judge.burn_rate import REQUEST_CLASSES
from rules import Rules

RULES = rule = Rules()

Given = dict[str, Any]

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}


def exact(value: float) -> float:
    """To the six decimals of the cases that state no tolerance."""
    return round(value, 6)


def printed(value: float) -> float:
    """To two digits, and no more than two decimals, as the book prints shares of a budget."""
    return round(value, min(2, 1 - math.floor(math.log10(value)))) if value else 0


def error_ratio(burn_rate: float, slo: float) -> float:
    return burn_rate * (1 - slo)


@rule
def burn_table(slo: float, period_days: float, burn_rate: float) -> Given:
    seconds = burning.exhaustion_time(burn_rate, period_days * DAY)
    unit = "days" if seconds >= DAY else "minutes"
    time = exact(seconds / (DAY if unit == "days" else MINUTE))
    return {
        "error_rate": exact(error_ratio(burn_rate, slo)),
        "time_to_exhaustion": round(time),
        "unit": unit,
        "rounded_in_source": time != round(time),
    }


@rule
def burn_to_exhaustion(slo: float, period_days: float, burn_rate: float) -> Given:
    minutes = burning.exhaustion_time(burn_rate, period_days * DAY) / MINUTE
    return {"error_rate": error_ratio(burn_rate, slo), "exhaustion_minutes": minutes}


@rule
def burn_rate_for_budget(budget_fraction: float, window_minutes: float, period_days: float) -> Given:
    rate = burning.burn_rate_for_budget(budget_fraction, window_minutes * MINUTE, period_days * DAY)
    return {"burn_rate": exact(rate)}


@rule
def recommended_rule(slo: float, long_window_minutes: float, from_example_expression: bool = False) -> Given:
    (found,) = (
        each
        for each in burning.recommended_rules(from_example_expression)
        if each.long_window == long_window_minutes * MINUTE
    )
    used = burning.budget_used(found.burn_rate, found.long_window, 30 * DAY)
    return {
        "severity": found.severity.name,
        "short_window_minutes": found.short_window / MINUTE,
        "burn_rate": found.burn_rate,
        "budget_consumed": exact(used),
    }


@rule
def short_window(long_window_minutes: float) -> Given:
    return {"short_window_minutes": burning.short_window(long_window_minutes * MINUTE) / MINUTE}


@rule
def detection_time(
    slo: float, window_minutes: float, burn_rate_threshold: float, error_ratio: float
) -> Given:
    return {"seconds": burning.detection_time(slo, window_minutes * MINUTE, burn_rate_threshold, error_ratio)}


@rule
def never_fires(
    slo: float,
    window_minutes: float,
    burn_rate_threshold: float,
    actual_burn_rate: float,
    period_days: float = 30,
) -> Given:
    ratio = error_ratio(actual_burn_rate, slo)
    detected = burning.detection_time(slo, window_minutes * MINUTE, burn_rate_threshold, ratio)
    left = burning.exhaustion_time(actual_burn_rate, period_days * DAY)
    return {"fires": detected is not None, "exhaustion_minutes": left / MINUTE}


@rule
def exhaustion_printed(burn_rate: float, period_days: float) -> Given:
    """The book cuts off after one decimal."""
    hours = burning.exhaustion_time(burn_rate, period_days * DAY) / HOUR
    return {"hours_printed": math.floor(10 * hours) / 10, "hours_exact": round(hours, 4)}


@rule
def budget_at_alert(burn_rate_threshold: float, window_minutes: float, period_days: float) -> Given:
    used = burning.budget_used(burn_rate_threshold, window_minutes * MINUTE, period_days * DAY)
    return {"budget_fraction": used}


@rule
def budget_spent(slo: float, period_days: float, error_ratio: float, minutes: float) -> Given:
    burn = burning.burn_rate(error_ratio, 1, slo)
    percent = 100 * burning.budget_used(burn, minutes * MINUTE, period_days * DAY)
    return {"percent": exact(percent), "percent_printed": printed(percent)}


@rule
def duration_clause(
    condition_minutes: float, error_ratio: float, recovers_briefly_every_minutes: float | None = None
) -> Given:
    clause = _core.BurnRateRule(hold=condition_minutes * MINUTE)
    lasts = math.inf if recovers_briefly_every_minutes is None else recovers_briefly_every_minutes * MINUTE
    fires = burning.has_held(clause, 0, lasts)
    return {"detection_minutes": clause.hold / MINUTE if fires else None, "fires": fires}


@rule
def alerts_per_day_possible(window_minutes: float) -> Given:
    """Each uses as little of the budget as an alert at burn rate 1 can."""
    alerts = DAY / (window_minutes * MINUTE)
    used = alerts * burning.budget_used(1, window_minutes * MINUTE, 30 * DAY)
    return {"alerts": alerts, "slo_still_met": exact(30 * used) <= 1}


@rule
def reset_time(
    window_minutes: float,
    burn_rate_threshold: float,
    slo: float,
    error_ratio: float,
    outage_ends: str,
) -> Given:
    """The first errors leave the window a whole window after they came."""
    assert outage_ends == "at_detection"
    window = window_minutes * MINUTE
    left = window - burning.detection_time(slo, window, burn_rate_threshold, error_ratio)
    return {"minutes": left / MINUTE, "minutes_printed": round(left / MINUTE)}


def read_rule(given: Given) -> _core.BurnRateRule:
    return _core.BurnRateRule(
        long_window=given["long"] * MINUTE, short_window=given["short"] * MINUTE, burn_rate=given["burn"]
    )


def minutes(span: burning.IncidentSpan | None) -> list[float] | None:
    return None if span is None else [span.start / MINUTE, span.end / MINUTE]


def incident(slo: float, given: Given, error_ratio: float, incident_minutes: float) -> Given:
    each, length = read_rule(given), incident_minutes * MINUTE
    long, short = (
        burning.above_during(slo, window, each.burn_rate, error_ratio, length)
        for window in (each.long_window, each.short_window)
    )
    fires = burning.fires_during(each, slo, error_ratio, length)
    return {
        "rule": given["name"],
        "long_above": minutes(long),
        "short_above": minutes(short),
        "fires": minutes(fires),
    }


@rule
def multiwindow_incident(
    slo: float, rules: list[Given], error_ratio: float, incident_minutes: float
) -> Given:
    return {
        "rules": [incident(slo, each, error_ratio, incident_minutes) for each in rules],
        "unit": "minutes_after_incident_start",
    }


@rule
def multiwindow_printed(slo: float, rule: Given, error_ratio: float, incident_minutes: float) -> Given:
    """The book cuts the detection off to minutes; for the ends it takes the whole windows."""
    found = incident(slo, rule, error_ratio, incident_minutes)
    return {
        "long_over_after_minutes": math.floor(found["long_above"][0]),
        "alert_stops_minutes_after_end": rule["short"],
        "long_below_minutes_after_end": rule["long"],
        "rounded_in_source": True,
    }


@rule
def multiwindow_decision(burn_rates: dict[str, float]) -> Given:
    by_window = {float(name[:-1]) * UNITS[name[-1]]: burn for name, burn in burn_rates.items()}
    known = burning.recommended_rules(with_a_day=True)
    fires = [
        burning.is_above(
            each, *(by_window.get(window, math.nan) for window in (each.long_window, each.short_window))
        )
        for each in known
    ]
    return {"severity": burning.worst(known, fires).name}


@rule
def low_traffic(
    slo: float, period_days: float, requests_per_hour: float, failed: float, quantity: str | None = None
) -> Given:
    rate, period = requests_per_hour / HOUR, period_days * DAY
    percent = 100 * burning.budget_used_by(failed, rate, slo, period)
    return {
        "hourly_error_rate": exact(failed / requests_per_hour),
        "budget_percent": exact(percent),
        "budget_percent_printed": round(percent, 1),
        "failures_allowed": burning.failures_allowed(rate, slo, period),
        "burn_rate": exact(burning.burn_rate(failed, requests_per_hour, slo)),
        "printed_in_source": 1000,  # which does not follow from the book's own formula
    }


@rule
def extreme_slo(slo: float, period_days: float, error_ratio: float) -> Given:
    burn = burning.burn_rate(error_ratio, 1, slo)
    seconds = exact(burning.exhaustion_time(burn, period_days * DAY))
    return {
        "seconds": seconds,
        "seconds_to_exhaustion_printed": round(seconds),
        "minutes": exact(seconds / MINUTE),
        "minutes_to_exhaustion_printed": round(seconds / MINUTE),
    }


@rule
def request_class(name: str) -> Given:
    known = REQUEST_CLASSES[name]
    return {
        "availability": known.availability,
        "latency_p90_ms": known.latency_p90 and 1000 * known.latency_p90,
        "latency_p99_ms": known.latency_p99 and 1000 * known.latency_p99,
    }
