"""The judges on a user's own data. That their rules are the systems' is for tests/conformance to show."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from rollcast import judge
from rollcast.judge import BurnRateRule, Suppressor

NAN = float("nan")


def test_an_alarm_goes_through_its_states() -> None:
    history = judge.cloudwatch_alarm(
        [NAN, 0.01, 0.05, 0.01, 0.05, 0.01, 0.01], 0.02, evaluation_periods=3, datapoints_to_alarm=2
    )
    assert history.states == ("INSUFFICIENT_DATA", "OK", "OK", "OK", "ALARM", "OK", "OK")
    assert history.filled == (3, 2, 1, 0, 0, 0, 0)


def test_an_alarm_takes_arrays_and_treats_missing_data_as_it_is_told() -> None:
    values = np.array([1.0, NAN, NAN])
    states = {
        treatment: judge.cloudwatch_alarm(values, 2, treat_missing_data=treatment, evaluation_range=1).states[
            -1
        ]
        for treatment in ("missing", "ignore", "breaching", "notBreaching")
    }
    assert states == {
        "missing": "INSUFFICIENT_DATA",
        "ignore": "OK",
        "breaching": "ALARM",
        "notBreaching": "OK",
    }
    assert judge.cloudwatch_alarm(values, 1, comparison=">=").states[0] == "ALARM"
    assert judge.cloudwatch_alarm([], 1).states == ()
    assert judge.cloudwatch_alarm([NAN] * 9, 1).states == ("INSUFFICIENT_DATA",) * 9


def test_a_percentile_of_too_few_samples_leaves_the_state_alone() -> None:
    values, samples = [0.1, 0.9, 0.9], [5000, 999, 1000]
    given: dict[str, Any] = {"percentile": 0.99, "samples": samples}
    assert judge.cloudwatch_alarm(values, 0.5, low_samples="ignore", **given).states == ("OK", "OK", "ALARM")
    assert judge.cloudwatch_alarm(values, 0.5, **given).states == ("OK", "ALARM", "ALARM")


@pytest.mark.parametrize(
    ("values", "given", "message"),
    [
        ([1.0], {"evaluation_periods": 2, "datapoints_to_alarm": 3}, "from 1 to evaluation_periods"),
        ([[1.0]], {}, "expected values with one dimension, got 2"),
        ([1.0], {"percentile": 0.9}, "percentile and samples go together"),
        ([1.0], {"percentile": 0.9, "samples": [1, 2]}, "samples has 2 numbers, values has 1"),
        ([1.0], {"percentile": 1.5, "samples": [1]}, "a percentile above 0 and below 1"),
    ],
)
def test_an_alarm_that_contradicts_itself_is_refused(
    values: list[Any], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        judge.cloudwatch_alarm(values, 0.5, **given)


def test_a_composite_alarm_acts_unless_it_is_suppressed() -> None:
    times = np.arange(0, 600, 60.0)
    errors = ["OK", "OK", "ALARM", "ALARM", "ALARM", "OK", "OK", "OK", "OK", "OK"]
    deploying = ["OK", "OK", "OK", "ALARM", "ALARM", "ALARM", "OK", "OK", "OK", "OK"]
    states: Any = {"errors": errors, "deploying": deploying}
    plain = judge.composite_alarm("ALARM(errors) AND NOT ALARM(deploying)", states, times)
    assert plain.states == ("OK", "OK", "ALARM", *["OK"] * 7)
    assert [(action.at, action.state) for action in plain.actions] == [(0, "OK"), (120, "ALARM"), (180, "OK")]
    held = judge.composite_alarm("ALARM(errors)", states, times, Suppressor("deploying", 90, 120))
    assert [(action.at, action.state) for action in held.actions] == [(90, "OK"), (480, "OK")]


def test_a_composite_alarm_needs_the_states_it_asks_for() -> None:
    with pytest.raises(ValueError, match='no states of the alarm "b"'):
        judge.composite_alarm("ALARM(a) OR ALARM(b)", {"a": ["OK"]}, [0.0])
    with pytest.raises(ValueError, match='"a" has 1 states, times has 2'):
        judge.composite_alarm("ALARM(a)", {"a": ["OK"]}, [0.0, 1.0])
    with pytest.raises(ValueError, match="expected AND, OR or the end"):
        judge.composite_alarm("ALARM(a) ALARM(b)", {}, [0.0])
    with pytest.raises(ValueError, match="times must rise"):
        judge.composite_alarm("TRUE", {}, [1.0, 1.0])


def test_a_burn_rate_alert_over_counts_fires_as_the_closed_form_says() -> None:
    """The workbook's incident: 15 % errors for 10 minutes. Counts of every 6 s, evaluated right after."""
    times = np.arange(-7200, 7200, 6.0)
    requests = np.full(len(times), 1000.0)
    errors = np.where((times > 0) & (times <= 600), 150.0, 0.0)
    (rule,) = rules = judge.RECOMMENDED[:1]
    alert = judge.burn_rate_alert(times, requests, errors, rules=rules)
    pages = times[[severity == "page" for severity in alert.severity]]
    starts, ends = 5.76 * 60, 14.52 * 60
    assert starts <= pages[0] <= starts + 6
    assert ends - 6 <= pages[-1] <= ends
    assert judge.detection_time(0.15) == pytest.approx(starts, abs=1e-6)  # rounding to nanoseconds
    assert judge.detection_time(0.15, length=300) == math.inf
    assert alert.burn_rates.shape == (len(times), 1, 2)
    assert alert.fires[:, 0].sum() == len(pages)
    assert rule == BurnRateRule(3600, 300, 14.4, "page")


def test_a_burn_rate_alert_is_silent_without_requests() -> None:
    alert = judge.burn_rate_alert([0, 60], [0, 0], [0, 0])
    assert alert.severity == ("none", "none")
    assert np.isnan(alert.burn_rates).all()


def test_a_duration_clause_holds_an_alert_back() -> None:
    times = np.arange(0, 1200, 60.0)
    rules = [BurnRateRule(600, 60, 2, "ticket", hold=300)]
    alert = judge.burn_rate_alert(times, np.full(20, 100), np.full(20, 50), objective=0.9, rules=rules)
    assert alert.severity[:6] == ("none",) * 5 + ("ticket",)
    assert judge.detection_time(0.5, objective=0.9, rules=rules) == math.inf  # it has no page
    assert judge.detection_time(0.5, objective=0.9, rules=rules, severity="ticket") == pytest.approx(540)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rules": [BurnRateRule(60, 60, 1)]}, "short windows that are shorter"),
        ({"rules": []}, "at least one rule"),
        ({"objective": 1.0}, "an objective above 0 and below 1"),
    ],
)
def test_a_burn_rate_alert_that_contradicts_itself_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        judge.burn_rate_alert([0.0], [1], [0], **given)
    with pytest.raises(ValueError, match=message):
        judge.detection_time(0.1, **given)


def test_counts_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(ValueError, match="of one length"):
        judge.burn_rate_alert([0.0, 1.0], [1], [0])
    with pytest.raises(ValueError, match="times must rise"):
        judge.burn_rate_alert([1.0, 0.0], [1, 1], [0, 0])
    with pytest.raises(ValueError, match="an error ratio above 0"):
        judge.detection_time(0)


def test_budgets_add_up() -> None:
    day = 86400.0
    assert judge.budget_used(judge.burn_rate_for_budget(0.02, 3600), 3600) == pytest.approx(0.02)
    assert judge.exhaustion_time(2) == 15 * day
    assert judge.budget_used_by(judge.failures_allowed(10), 10) == pytest.approx(1)
