"""Whether two samples are shown to be equal within a margin: two one-sided tests: noise is no agreement.

Every criterion has an interval for what sets the two apart. It lies inside the margins: they agree, which is
said of two that do not with a probability of `level` at most. It lies outside: they differ. Else: not enough
was seen. The two samples have to be independent of each other.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Values = NDArray[np.float64]

FEWEST = 100
"""Values in either sample: with fewer, one in 30 may be of another kind, and none of these was seen."""


class Finding(enum.Enum):
    AGREES = "agrees"
    DIFFERS = "differs"
    UNSEEN = "not enough seen"


@dataclass(frozen=True)
class Comparison:
    """One criterion: the two values, and the interval of what sets them apart, in the unit of the margin."""

    name: str
    first: float
    second: float
    low: float
    high: float
    margin: float
    relative: bool
    """The interval and the margin are shares of the first value."""
    finding: Finding


def overall(findings: Iterable[Finding]) -> Finding:
    """All have to agree, which takes no correction for their number; one that differs is enough."""
    found = set(findings)
    return next(each for each in (Finding.DIFFERS, Finding.UNSEEN, Finding.AGREES) if each in found)


def _found(low: float, high: float, margin: float) -> Finding:
    if -margin < low and high < margin:
        return Finding.AGREES
    return Finding.DIFFERS if low > margin or high < -margin else Finding.UNSEEN


def probabilities(
    name: str, first: NDArray[np.bool_], second: NDArray[np.bool_], margin: float, level: float
) -> Comparison:
    """Of an event, in points: Newcombe's interval, which holds where it never happened, too."""
    p, q = float(first.mean()), float(second.mean())
    (p_low, p_high), (q_low, q_high) = (wilson(each, level) for each in (first, second))
    low = q - p - math.hypot(q - q_low, p_high - p)
    high = q - p + math.hypot(q_high - q, p - p_low)
    return Comparison(name, p, q, low, high, margin, False, _found(low, high, margin))


def wilson(sample: NDArray[np.bool_], level: float) -> tuple[float, float]:
    """Each end is missed with a probability of `level`."""
    n, p, z = len(sample), float(sample.mean()), float(stats.norm.isf(level))
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return centre - half, centre + half


def means(
    name: str, first: Values, second: Values, share: float, level: float, floor: float = 0
) -> Comparison:
    """Margin: a share of the first mean, or the floor where that is more; each then gets half the level."""
    if min(len(first), len(second)) < FEWEST:
        values = (float(each.mean()) if len(each) else math.nan for each in (first, second))
        return Comparison(name, *values, -math.inf, math.inf, share, True, Finding.UNSEEN)
    relative = _ratio(name, first, second, share, level / 2 if floor else level)
    if not floor:
        return relative
    absolute = _difference(name, first, second, floor, level / 2)
    found = {relative.finding, absolute.finding}
    finding = (
        Finding.AGREES
        if Finding.AGREES in found
        else Finding.DIFFERS
        if found == {Finding.DIFFERS}
        else Finding.UNSEEN
    )
    return replace(absolute if floor > share * abs(relative.first) else relative, finding=finding)


def _difference(name: str, first: Values, second: Values, margin: float, level: float) -> Comparison:
    """Welch's interval."""
    p, q, v, w, t = _moments(first, second, level)
    low, high = q - p - t * math.sqrt(v + w), q - p + t * math.sqrt(v + w)
    return Comparison(name, p, q, low, high, margin, False, _found(low, high, margin))


def _ratio(name: str, first: Values, second: Values, margin: float, level: float) -> Comparison:
    """Fieller's interval of the ratio, less 1: all r for which second - r first may be 0 in the mean."""
    p, q, v, w, t = _moments(first, second, level)
    a, b, c = p * p - t * t * v, p * q, q * q - t * t * w
    if a <= 0:  # the first mean may be 0; what it may be at most still tells what is far too much
        found = _difference(name, first, second, margin * (abs(p) + t * math.sqrt(v)), level).finding
        finding = Finding.DIFFERS if found is Finding.DIFFERS else Finding.UNSEEN
        return Comparison(name, p, q, -math.inf, math.inf, margin, True, finding)
    root = math.sqrt(max(0.0, b * b - a * c))
    low, high = (b - root) / a - 1, (b + root) / a - 1
    return Comparison(name, p, q, low, high, margin, True, _found(low, high, margin))


def _moments(first: Values, second: Values, level: float) -> tuple[float, float, float, float, float]:
    """Both means, their variances, and Student's quantile with Satterthwaite's degrees of freedom."""
    v, w = (float(each.var(ddof=1)) / len(each) for each in (first, second))
    spread = v**2 / (len(first) - 1) + w**2 / (len(second) - 1)
    degrees = (v + w) ** 2 / spread if spread > 0 else math.inf
    return float(first.mean()), float(second.mean()), v, w, float(stats.t.isf(level, degrees))


def distance(name: str, first: Values, second: Values, limit: float, level: float) -> Comparison:
    """Kolmogorov's distance of the two distributions, and bounds of it; each is missed with `level` at most.

    The distance is the gap at some point, and what was seen there is as near to it as of any two shares: the
    largest upper bound of a gap bounds it, however many points there are. From below, where the point is
    chosen by what was seen, it takes the inequality of Dvoretzky, Kiefer, Wolfowitz and Massart.
    """
    n, m = len(first), len(second)
    points = np.unique(np.concatenate([first, second]))
    below = [np.searchsorted(np.sort(each), points, side="right") for each in (first, second)]
    gaps = np.abs(below[0] / n - below[1] / m)
    # With a value more on either side, so that the ends vary, too.
    p, q = (below[0] + 1) / (n + 2), (below[1] + 1) / (m + 2)
    error = float(stats.norm.isf(level)) * np.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    low = max(0.0, float(gaps.max()) - math.sqrt(math.log(2 / level) / 2 * (1 / n + 1 / m)))
    high = float((gaps + error).max())
    finding = Finding.UNSEEN if min(n, m) < FEWEST else _found(low, high, limit)
    return Comparison(name, 0, float(gaps.max()), low, high, limit, False, finding)
