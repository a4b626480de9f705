"""Conditions on estimates: --fail-if and --stop."""

import math

import pytest

from rollcast.errors import InputError
from rollcast.study import Estimate
from rollcast.thresholds import Result, Stop, parse_stop, parse_threshold

UNITS = {
    "p_escape": "probability",
    "p_promoted": "probability",
    "duration_mean": "seconds",
    "attributable_failures_mean": "requests",
    "budget_spent_mean": "fraction",
}


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("p_escape > 1%", 0.01),
        ("p_escape>0.01", 0.01),
        ("  p_escape   >=  1.5% ", 0.015),
        ("duration_mean > 30m", 1800),
        ("duration_mean > 90", 90),
        ("attributable_failures_mean > 2k", 2000),
        ("attributable_failures_mean < -5", -5),
        ("budget_spent_mean > 150%", 1.5),
    ],
)
def test_a_limit_is_read_in_the_unit_of_its_estimate(text: str, limit: float) -> None:
    assert parse_threshold(text, UNITS).limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("p_escpe > 1%", 'unknown estimate "p_escpe"; did you mean "p_escape"?'),
        ("zzz > 1%", "expected one of p_escape,"),
        ("p_escape > 30s", "the unit of p_escape is probability"),
        ("p_escape > 130%", "from 0% to 100%"),
        ("duration_mean > 5%", "the unit of duration_mean is seconds"),
        ("attributable_failures_mean > 1%", "the unit of attributable_failures_mean is requests"),
        ("p_escape", "expected something like"),
        ("p_escape > 1% or so", "expected something like"),
        ("p_escape == 1%", "expected something like"),
        ("p_escape +- 1%", "expected a comparison"),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_threshold(text, UNITS)
    assert message in str(caught.value)


@pytest.mark.parametrize("sign", ["+-", "+/-", "±"])
def test_a_precision_names_an_estimate_and_a_half_width(sign: str) -> None:
    assert parse_stop(f"p_promoted {sign} 2%", UNITS) == Stop("p_promoted", 0.02)


@pytest.mark.parametrize("text", ["p_promoted > 2%", "p_promoted +- 0%", "p_promoted"])
def test_a_precision_must_be_above_zero(text: str) -> None:
    with pytest.raises(InputError):
        parse_stop(text, UNITS)


@pytest.mark.parametrize(
    ("condition", "low", "high", "result"),
    [
        ("p_escape > 1%", 0.02, 0.05, Result.HOLDS),
        ("p_escape > 1%", 0.002, 0.009, Result.FAILS),
        ("p_escape > 1%", 0.002, 0.01, Result.FAILS),
        ("p_escape >= 1%", 0.002, 0.01, Result.UNDECIDED),
        ("p_escape > 1%", 0.002, 0.05, Result.UNDECIDED),
        ("p_escape > 1%", 0.01, 0.05, Result.UNDECIDED),
        ("p_escape >= 1%", 0.01, 0.05, Result.HOLDS),
        ("p_promoted < 90%", 0.8, 0.85, Result.HOLDS),
        ("p_promoted < 90%", 0.95, 0.99, Result.FAILS),
        ("p_promoted < 90%", 0.85, 0.95, Result.UNDECIDED),
        ("p_promoted <= 90%", 0.85, 0.9, Result.HOLDS),
        ("duration_mean > 1m", math.nan, math.nan, Result.UNDECIDED),
        ("duration_mean > 1m", -math.inf, math.inf, Result.UNDECIDED),
    ],
)
def test_a_condition_holds_only_where_it_holds_for_the_whole_interval(
    condition: str, low: float, high: float, result: Result
) -> None:
    threshold = parse_threshold(condition, UNITS)
    estimate = Estimate(threshold.name, "", UNITS[threshold.name], (low + high) / 2, low, high)
    assert threshold.check(estimate) is result
