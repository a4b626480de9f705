"""How likely a check is to find a failure rate: closed forms and exact sums, no simulation.

Rates, levels and probabilities are fractions. Requests are taken to be independent of each other; where they
are not, as when instances differ, effective_requests() says how many they are worth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rollcast._core import power as forms
from rollcast._core import sequential as tests


@dataclass(frozen=True)
class RequestsNeeded:
    """Requests until a difference of failure rates is found."""

    canary: int
    baseline: int


@dataclass(frozen=True)
class GuardPower:
    """What a threshold guard makes of a failure rate."""

    caught: float
    """Probability that it fails the canary at all: power for a bad release, false alarms for a good one."""
    by_measurement: NDArray[np.float64]
    """Probability that it has by each measurement, shape (count,)."""
    mean_measurements: float
    """Until it does, if it does; NaN where it never does."""


@dataclass(frozen=True)
class SprtOutlook:
    """What the sequential probability ratio test makes of a failure rate."""

    worse: float
    """Probability."""
    not_worse: float
    """Probability."""
    mean_requests: float
    """Until it decides."""


def requests_needed(
    before: float,
    after: float,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    share: float = 0.5,
    two_sided: bool = False,
) -> RequestsNeeded:
    """Requests for one comparison of two failure rates to find the difference with probability `power`.

    before, after: of baseline and canary, in (0, 1). share: of the requests, those of the canary.
    Raises ValueError. Source: Fleiss, Levin, Paik, "Statistical Methods for Rates and Proportions", 2003.
    """
    total = forms.requests_needed(_comparison(before, after, alpha, two_sided), power, share)
    return RequestsNeeded(math.ceil(share * total), math.ceil((1 - share) * total))


def comparison_power(
    before: float,
    after: float,
    *,
    canary_requests: float,
    baseline_requests: float,
    alpha: float = 0.05,
    two_sided: bool = False,
) -> float:
    """Probability that one comparison of two failure rates finds the canary's to be higher.

    Two-sided: to differ, in the direction in which it does. Normal approximation. Raises ValueError.
    """
    comparison = _comparison(before, after, alpha, two_sided)
    return forms.comparison_power(comparison, canary_requests, baseline_requests)


def effective_requests(requests: float, instances: float, correlation: float) -> float:
    """As many independent requests as tell as much as these: what to ask the other functions of this module.

    instances: that serve them, evenly. correlation: of the fates of two requests to one instance, in [0, 1].
    At most instances / correlation: few canary instances limit power however many requests they serve.
    Raises ValueError. Source: Kish, "Survey Sampling", 1965 (the design effect).
    """
    return forms.effective_requests(requests, instances, correlation)


def guard_power(
    rate: float,
    *,
    requests: float,
    threshold: float,
    count: int,
    failure_limit: int = 0,
    or_equal: bool = False,
    poisson: bool = True,
) -> GuardPower:
    """Power of a guard that measures the error ratio `count` times and fails the canary once more than
    `failure_limit` measurements were above a threshold.

    rate: the true failure rate, in [0, 1].
    requests: of the canary in one measurement; the windows of measurements must not overlap.
    threshold: of the error ratio; or_equal: a ratio that meets it is above it, too.
    poisson: whether `requests` is the mean of a Poisson number, or exact. Without requests a measurement is
    not above anything. Raises ValueError.
    """
    if count < 1:
        raise ValueError(f"expected at least one measurement, got {count}")
    if poisson:
        fails = forms.exceeds_in_traffic(rate, requests, threshold, or_equal)
    elif requests == int(requests):
        fails = forms.exceeds(rate, int(requests), threshold, or_equal)
    else:
        raise ValueError(f"expected a whole number of requests, got {requests:g}")
    by_measurement = np.array(forms.tripped_by([fails] * count, failure_limit))
    caught = float(by_measurement[-1])
    at_each = np.diff(by_measurement, prepend=0.0)
    mean = float(at_each @ np.arange(1, count + 1)) / caught if caught > 0 else math.nan
    return GuardPower(caught, by_measurement, mean)


def sprt_outlook(
    rate: float, *, good: float, bad: float, alpha: float = 0.05, beta: float = 0.05
) -> SprtOutlook:
    """What sequential.sprt() makes of a true failure rate in [0, 1], looked at after each request.

    Exact: Wald's formulas neglect by how much the last failure overshoots, and promise too few requests.
    Raises ValueError.
    """
    outlook = forms.sprt_outlook(tests.SprtParams(good=good, bad=bad, alpha=alpha, beta=beta), rate)
    return SprtOutlook(outlook.worse, outlook.not_worse, outlook.mean_requests)


def _comparison(before: float, after: float, alpha: float, two_sided: bool) -> forms.RateComparison:
    return forms.RateComparison(before=before, after=after, alpha=alpha, two_sided=two_sided)
