"""The judge itself, on distributions that are known.

Seeds are fixed. Sizes and bounds are such that with other seeds each test would fail less often than once in
10,000 times.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

import equivalence
from equivalence import Comparison, Finding, Values

LEVEL = 0.05
Judge = Callable[[Values, Values], Comparison]
Draw = Callable[[np.random.Generator, int], Values]


def events(share: float) -> Draw:
    return lambda luck, n: luck.random(n) < share


def gamma(mean: float) -> Draw:
    return lambda luck, n: luck.gamma(4, mean / 4, n)


def normal(mean: float, deviation: float = 1) -> Draw:
    return lambda luck, n: luck.normal(mean, deviation, n)


def probabilities(a: Values, b: Values) -> Comparison:
    return equivalence.probabilities("", a, b, 0.02, LEVEL)


def means(a: Values, b: Values) -> Comparison:
    return equivalence.means("", a, b, 0.05, LEVEL)


def means_or_floor(a: Values, b: Values) -> Comparison:
    return equivalence.means("", a, b, 0.05, LEVEL, floor=0.1)


def distance(a: Values, b: Values) -> Comparison:
    return equivalence.distance("", a, b, 0.05, LEVEL)


SHIFT = 2 * float(stats.norm.ppf(0.525))
"""Of a normal distribution with deviation 1, for a Kolmogorov distance of 0.05."""

# What is judged, two that are equal, the second at the very margin, and one far beyond it.
KNOWN = [
    pytest.param(probabilities, events(0.3), events(0.32), events(0.4), id="probabilities"),
    pytest.param(probabilities, events(0), events(0.02), events(0.1), id="an event that never happens"),
    pytest.param(means, gamma(10), gamma(10.5), gamma(12), id="means"),
    pytest.param(means_or_floor, normal(0), normal(0.1), normal(0.3), id="means near zero"),
    pytest.param(means_or_floor, gamma(10), gamma(10.5), gamma(12), id="means above the floor"),
    pytest.param(distance, normal(0), normal(SHIFT), normal(0.5), id="distance"),
]


def findings(judge: Judge, first: Draw, second: Draw, size: int, trials: int) -> list[Finding]:
    luck = np.random.default_rng(1)
    return [judge(first(luck, size), second(luck, 4 * size)).finding for _ in range(trials)]


@pytest.mark.parametrize(("judge", "equal", "margin", "far"), KNOWN)
def test_equal_ones_agree(judge: Judge, equal: Draw, margin: Draw, far: Draw) -> None:
    assert findings(judge, equal, equal, 30_000, 5) == [Finding.AGREES] * 5


@pytest.mark.parametrize(("judge", "equal", "margin", "far"), KNOWN)
def test_ones_that_are_far_apart_differ(judge: Judge, equal: Draw, margin: Draw, far: Draw) -> None:
    assert findings(judge, equal, far, 10_000, 5) == [Finding.DIFFERS] * 5


@pytest.mark.parametrize(("judge", "equal", "margin", "far"), KNOWN)
def test_ones_at_the_margin_pass_as_seldom_as_was_said(
    judge: Judge, equal: Draw, margin: Draw, far: Draw
) -> None:
    trials = 1000
    passed = findings(judge, equal, margin, 3000, trials).count(Finding.AGREES)
    assert passed <= stats.binom.isf(1e-5, trials, LEVEL)


@pytest.mark.parametrize(("judge", "equal", "margin", "far"), KNOWN)
def test_ones_at_the_margin_differ_as_seldom(judge: Judge, equal: Draw, margin: Draw, far: Draw) -> None:
    trials = 1000
    differ = findings(judge, equal, margin, 3000, trials).count(Finding.DIFFERS)
    assert differ <= stats.binom.isf(1e-5, trials, LEVEL)


@pytest.mark.parametrize("sizes", [(2, 2), (50, 50), (50, 10**6)])
@pytest.mark.parametrize("judge", [probabilities, means, means_or_floor, distance])
def test_too_few_never_pass_however_alike(judge: Judge, sizes: tuple[int, int]) -> None:
    first, second = (np.ones(size) for size in sizes)
    assert judge(first, second).finding is Finding.UNSEEN


def test_a_mean_that_may_be_zero_has_no_ratio() -> None:
    around_zero = np.tile([-1.0, 1.0], 500)
    assert means(around_zero, around_zero).finding is Finding.UNSEEN


def test_the_interval_of_a_ratio_is_fiellers() -> None:
    """Documented case: its ends are where the mean of second - r first is t standard errors from 0."""
    luck = np.random.default_rng(1)
    first, second = luck.gamma(4, 1, 300), luck.gamma(4, 1.1, 500)
    found = means(first, second)
    for end in (1 + found.low, 1 + found.high):
        error = np.sqrt(second.var(ddof=1) / 500 + end**2 * first.var(ddof=1) / 300)
        assert abs(second.mean() - end * first.mean()) / error == pytest.approx(1.645, abs=0.01)


def test_the_interval_of_two_probabilities_is_newcombes() -> None:
    """Newcombe 1998, example (a) of his method 10: 56 of 70 less 48 of 80, 95%: 0.0524 to 0.3339."""
    first, second = np.arange(80) < 48, np.arange(70) < 56
    found = equivalence.probabilities("", first, second, 0.02, 0.025)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_one_that_differs_decides_and_one_unseen_leaves_it_open() -> None:
    assert equivalence.overall([Finding.AGREES, Finding.AGREES]) is Finding.AGREES
    assert equivalence.overall([Finding.AGREES, Finding.UNSEEN]) is Finding.UNSEEN
    assert equivalence.overall([Finding.UNSEEN, Finding.DIFFERS]) is Finding.DIFFERS
