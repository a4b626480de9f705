"""Tests of failure rates that may be looked at again and again, over your own counts.

Looking at a test for one look five times raises its false alarms from 5% to 14%. These bound them for all
looks together: sprt() against a known rate, mixture_sprt() and count_test() against a baseline at any time,
and group_sequential() at a planned number of looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rollcast._core import sequential as tests
from rollcast.judge.checks import counts, one_of

Finding = Literal["undecided", "not worse", "worse"]
SpendingWord = Literal["obrien-fleming", "pocock"]

SPENDING: dict[SpendingWord, tests.Spending] = {
    "obrien-fleming": tests.Spending.obrien_fleming,
    "pocock": tests.Spending.pocock,
}
_FINDINGS: dict[tests.Finding, Finding] = {
    tests.Finding.undecided: "undecided",
    tests.Finding.not_worse: "not worse",
    tests.Finding.worse: "worse",
}


@dataclass(frozen=True)
class SequentialResult:
    """What a test found."""

    finding: Finding
    look: int | None
    """Index of the look at which it was found; None: it is undecided."""
    values: NDArray[np.float64]
    """After each look until then, shape (looks,): what the function says."""


@dataclass(frozen=True)
class GroupSequentialResult(SequentialResult):
    """What a test with a planned number of looks found; the values are standard scores."""

    bounds: NDArray[np.float64]
    """That a standard score has to reach at each planned look."""


def sprt(
    failures: ArrayLike,
    requests: ArrayLike,
    *,
    good: float,
    bad: float,
    alpha: float = 0.05,
    beta: float = 0.05,
) -> SequentialResult:
    """Wald's sequential probability ratio test (1945): is the failure rate the good or the bad one?

    failures, requests: since the look before, shape (looks,).
    good, bad: failure rates, 0 < good < bad < 1.
    alpha: chance of "worse" at the good rate, at most alpha / (1 - beta).
    beta: chance of "not worse" at the bad rate, at most beta / (1 - alpha).
    The values are logarithms of the likelihood ratio. Raises ValueError.
    """
    test = tests.Sprt(tests.SprtParams(good=good, bad=bad, alpha=alpha, beta=beta))
    looks = zip(*counts(failures=failures, requests=requests), strict=True)
    return SequentialResult(*_look(test, "log_ratio", ((tests.Counts(*seen),) for seen in looks)))


def mixture_sprt(
    canary_failures: ArrayLike,
    canary_requests: ArrayLike,
    baseline_failures: ArrayLike,
    baseline_requests: ArrayLike,
    *,
    spread: float,
    alpha: float = 0.05,
    two_sided: bool = False,
    least_failures: float = 5,
) -> SequentialResult:
    """The mixture sequential probability ratio test: does the canary fail more often than the baseline?

    Counts since the look before, shape (looks,).
    spread: standard deviation of the differences in failure rate that are worth finding, above 0.
    alpha: chance of a false alarm over all looks. Two-sided, it also finds a canary that fails less often.
    least_failures: that each side could expect, before the normal approximation is trusted.
    The values are always-valid p-values. Raises ValueError.
    Source: Johari, Koomen, Pekelis, Walsh, "Always valid inference", Operations Research, 2022.
    """
    params = tests.MixtureSprtParams(
        alpha=alpha, spread=spread, least_failures=least_failures, two_sided=two_sided
    )
    pairs = _pairs(canary_failures, canary_requests, baseline_failures, baseline_requests)
    return SequentialResult(*_look(tests.MixtureSprt(params), "p_value", pairs))


def count_test(
    canary_failures: ArrayLike,
    baseline_failures: ArrayLike,
    *,
    share: float,
    alpha: float = 0.05,
    a: float = 1,
    b: float = 1,
    two_sided: bool = False,
) -> SequentialResult:
    """The any-time-valid test of two integers: are more of the failures the canary's than of the requests?

    Exact for any counts, and neither traffic nor failure rate have to be steady.
    canary_failures, baseline_failures: since the look before, shape (looks,).
    share: of all requests, those of the canary, in (0, 1) and always the same.
    alpha: chance of a false alarm over all looks.
    a, b: its share of the failures, if it is not like the baseline, is mixed over Beta(a, b).
    The values are always-valid p-values. Raises ValueError.
    Source: Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022.
    """
    test = tests.CountTest(tests.CountTestParams(alpha=alpha, a=a, b=b, two_sided=two_sided))
    both = counts(canary_failures=canary_failures, baseline_failures=baseline_failures)
    looks = ((canary, baseline, share) for canary, baseline in zip(*both, strict=True))
    return SequentialResult(*_look(test, "p_value", looks))


def group_sequential(
    canary_failures: ArrayLike,
    canary_requests: ArrayLike,
    baseline_failures: ArrayLike,
    baseline_requests: ArrayLike,
    *,
    fractions: Sequence[float],
    alpha: float = 0.05,
    spending: SpendingWord = "obrien-fleming",
    two_sided: bool = False,
) -> GroupSequentialResult:
    """A test at planned looks: does the canary fail more often than the baseline?

    Counts since the look before, shape (looks,); there may be fewer looks than planned so far.
    fractions: of all planned requests, those that are there at each planned look; rising, in (0, 1].
    alpha, spending, two_sided: see spending_bounds(). "Not worse" comes with the last look only. Raises
    ValueError.
    """
    bounds = spending_bounds(fractions, alpha=alpha, spending=spending, two_sided=two_sided)
    pairs = _pairs(canary_failures, canary_requests, baseline_failures, baseline_requests)
    if len(pairs) > len(bounds):
        raise ValueError(f"expected at most the {len(bounds)} looks that are planned, got {len(pairs)}")
    test = tests.GroupSequential(tests.GroupSequentialParams(list(bounds), two_sided))
    return GroupSequentialResult(*_look(test, "score", pairs), bounds)


def spending_bounds(
    fractions: Sequence[float],
    *,
    alpha: float = 0.05,
    spending: SpendingWord = "obrien-fleming",
    two_sided: bool = False,
) -> NDArray[np.float64]:
    """Standard scores that reject at each look, shape (looks,).

    fractions: of the information, at each look; rising, in (0, 1]. Raises ValueError.
    alpha: chance of a false alarm over all looks; two-sided: half of it to each side.
    spending: "obrien-fleming" spends hardly any of it early, "pocock" about the same at each look.
    Source: Lan and DeMets, "Discrete sequential boundaries for clinical trials", Biometrika, 1983.
    """
    word = one_of(SPENDING, spending, "spending")
    return np.array(tests.spending_bounds(list(fractions), alpha, word, two_sided))


def crossing_probabilities(
    fractions: Sequence[float], bounds: Sequence[float], *, two_sided: bool = False, drift: float = 0
) -> NDArray[np.float64]:
    """The chance that each look is the first at which the standard score reaches its bound, shape (looks,).

    drift: mean of the standard score once all information is there; 0: nothing is wrong. Raises ValueError.
    """
    return np.array(tests.crossing_probabilities(list(fractions), list(bounds), two_sided, drift))


def _pairs(
    canary_failures: ArrayLike,
    canary_requests: ArrayLike,
    baseline_failures: ArrayLike,
    baseline_requests: ArrayLike,
) -> list[tuple[tests.Counts, tests.Counts]]:
    columns = counts(
        canary_failures=canary_failures,
        canary_requests=canary_requests,
        baseline_failures=baseline_failures,
        baseline_requests=baseline_requests,
    )
    return [(tests.Counts(*row[:2]), tests.Counts(*row[2:])) for row in zip(*columns, strict=True)]


def _look(
    test: Any, value: str, looks: Iterable[tuple[Any, ...]]
) -> tuple[Finding, int | None, NDArray[np.float64]]:
    """Feeds a test until it has found something."""
    values: list[float] = []
    for look, seen in enumerate(looks):
        finding = test.update(*seen)
        values.append(getattr(test, value))
        if finding is not tests.Finding.undecided:
            return _FINDINGS[finding], look, np.array(values)
    return "undecided", None, np.array(values)
