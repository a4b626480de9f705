"""Differences between two plans that met the same luck, replication by replication.

Every estimate of a forecast is here once more, as a function of pairs. The intervals, by kind:

- a mean, or a ratio of means (linearised, as in the forecast): Student's t of the differences within pairs,
  kind of truth by kind of truth, with Satterthwaite's degrees of freedom;
- a probability: Tango's score interval for paired proportions (1998) of each kind of truth, which also holds
  where few pairs or none differ, put together by MOVER (Zou and Donner 2008);
- a quantile: MOVER over the plans' own order-statistic intervals, with the correlation of the two quantiles,
  which is that of "within its plan's quantile" over the pairs. An end that the sample cannot bound leaves the
  difference open.

Plans that did not meet the same luck have MOVER over their own intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rollcast import _core
from rollcast.outcomes import VERDICTS

Columns = Mapping[str, NDArray[Any]]
Values = NDArray[np.float64]
Read = Callable[[Columns], Values]


@dataclass(frozen=True)
class Stratum:
    """The replications of one kind of truth."""

    weight: float
    bad: bool
    rows: NDArray[np.intp]


def strata(truths: Sequence[Any], truth: NDArray[Any]) -> list[Stratum]:
    """The kinds that a release can have. `truth`: which one each replication drew."""
    total = sum(kind.probability for kind in truths)
    return [
        Stratum(kind.probability / total, kind.kind != _core.DefectKind.none, np.flatnonzero(truth == index))
        for index, kind in enumerate(truths)
        if kind.probability > 0
    ]


@dataclass(frozen=True)
class Pair:
    """What the pairs say of one estimate."""

    low: float
    high: float
    """Of the interval of the plan's value less `factor` times the base's."""
    same: bool
    """The two plans agree in every replication."""
    gain: float
    """How many times more replications the same interval would take without pairs; NaN: nothing varies."""


@dataclass(frozen=True)
class Pairs:
    """Two plans' columns, row by row the same replications."""

    strata: Sequence[Stratum]
    base: Columns
    plan: Columns


@dataclass(frozen=True)
class _Spread:
    """Variances of a stratified mean in either plan, and of the difference."""

    base: float
    plan: float
    difference: float
    degrees: float
    bounded: bool

    @property
    def gain(self) -> float:
        unpaired = self.base + self.plan
        if self.difference > 0:
            return unpaired / self.difference
        return math.inf if unpaired > 0 else math.nan

    @property
    def correlation(self) -> float:
        product = math.sqrt(self.base * self.plan)
        if product == 0:
            return 0.0
        return min(1.0, max(-1.0, (self.base + self.plan - self.difference) / (2 * product)))


def _spread(chosen: Sequence[Stratum], base: Values, plan: Values, factor: float = 1) -> _Spread:
    sums, parts, degrees, bounded = np.zeros(3), 0.0, 0.0, True
    for stratum in chosen:
        n = len(stratum.rows)
        if n < 2:
            bounded = False
            continue
        a, b = base[stratum.rows], plan[stratum.rows]
        variances = stratum.weight**2 / n * np.array([np.var(x, ddof=1) for x in (a, b, b - factor * a)])
        sums += variances
        parts += variances[2] ** 2 / (n - 1)
    degrees = sums[2] ** 2 / parts if parts > 0 else 1.0
    return _Spread(float(sums[0]), float(sums[1]), float(sums[2]), float(degrees), bounded)


def _student(
    value: float, spread: _Spread, degrees: float, variance: float, confidence: float
) -> tuple[float, float]:
    if not spread.bounded:
        return -math.inf, math.inf
    if variance == 0:
        return value, value
    half = _core.student_quantile((1 + confidence) / 2, degrees) * math.sqrt(variance)
    return value - half, value + half


@dataclass(frozen=True)
class Estimator:
    """One estimate as a function of pairs."""

    read: Read
    of: bool | None = None
    """Of bad releases (True), of good ones (False) or of all."""

    def chosen(self, all_strata: Sequence[Stratum]) -> list[Stratum]:
        """The strata that it is about, weighted among themselves."""
        mine = [each for each in all_strata if self.of is None or each.bad == self.of]
        total = sum(each.weight for each in mine)
        return [Stratum(each.weight / total, each.bad, each.rows) for each in mine]

    def same(self, pairs: Pairs, reads: Sequence[Read]) -> bool:
        """Do the plans agree wherever it looks?"""
        values = [(read(pairs.base), read(pairs.plan)) for read in reads]
        return all(
            np.array_equal(base[each.rows], plan[each.rows])
            for each in self.chosen(pairs.strata)
            for base, plan in values
        )

    def pair(self, pairs: Pairs, values: tuple[float, float], confidence: float, factor: float = 1) -> Pair:
        """`values`: of the base and of the plan, as their forecasts have them; neither is NaN."""
        raise NotImplementedError


class Mean(Estimator):
    """E(value | of)."""

    def pair(self, pairs: Pairs, values: tuple[float, float], confidence: float, factor: float = 1) -> Pair:
        a, b = self.read(pairs.base), self.read(pairs.plan)
        spread = _spread(self.chosen(pairs.strata), a, b, factor)
        ends = _student(values[1] - factor * values[0], spread, spread.degrees, spread.difference, confidence)
        return Pair(*ends, self.same(pairs, [self.read]), spread.gain)


@dataclass(frozen=True)
class Ratio(Estimator):
    """E(value | of) / E(below | of)."""

    below: Read = lambda columns: np.ones(len(columns["truth"]))

    def pair(self, pairs: Pairs, values: tuple[float, float], confidence: float, factor: float = 1) -> Pair:
        chosen = self.chosen(pairs.strata)
        count = sum(len(each.rows) for each in chosen)
        residuals, positive = [], count
        for columns, value in zip((pairs.base, pairs.plan), values, strict=True):
            above, below = self.read(columns), self.below(columns)
            mean = sum(each.weight * below[each.rows].mean() for each in chosen if len(each.rows))
            residuals.append((above - value * below) / mean)
            positive = min(positive, sum(int((below[each.rows] > 0).sum()) for each in chosen))
        same = self.same(pairs, [self.read, self.below])
        spread = _spread(chosen, residuals[0], residuals[1], factor)
        if positive < 2:
            return Pair(-math.inf, math.inf, same, spread.gain)
        # Each ratio was fitted to the positive cases, not to all.
        variance = spread.difference * positive / (positive - 1) * (count - 1) / count
        degrees = min(spread.degrees, positive - 1)
        ends = _student(values[1] - factor * values[0], spread, degrees, variance, confidence)
        return Pair(*ends, same, spread.gain)


@dataclass(frozen=True)
class Share(Estimator):
    """P(event and of), or P(event | of)."""

    given: bool = False

    def pair(self, pairs: Pairs, values: tuple[float, float], confidence: float, factor: float = 1) -> Pair:
        if factor != 1:
            raise ValueError("shares are compared in points")
        chosen = self.chosen(pairs.strata)
        if not self.given:
            chosen = [each for each in pairs.strata if self.of is None or each.bad == self.of]
        a, b = self.read(pairs.base), self.read(pairs.plan)
        below = above = 0.0
        for each in chosen:
            n = len(each.rows)
            change = b[each.rows] - a[each.rows]
            gained, lost = int((change > 0).sum()), int((change < 0).sum())
            difference = (gained - lost) / n if n else 0.0
            low, high = tango(gained, lost, n, confidence)
            below += (each.weight * (difference - low)) ** 2
            above += (each.weight * (high - difference)) ** 2
        value = values[1] - values[0]
        ends = max(-1.0, value - math.sqrt(below)), min(1.0, value + math.sqrt(above))
        return Pair(*ends, self.same(pairs, [self.read]), _spread(chosen, a, b).gain)


@dataclass(frozen=True)
class Quantile(Estimator):
    """The value that a share p of all rollouts stays within."""

    p: float = 0.5

    def pair(self, pairs: Pairs, values: tuple[float, float], confidence: float, factor: float = 1) -> Pair:
        a, b = self.read(pairs.base), self.read(pairs.plan)
        value = values[1] - factor * values[0]
        chosen = self.chosen(pairs.strata)
        weights = [each.weight for each in chosen]
        ends = [
            _core.stratified_quantile(weights, [x[each.rows].tolist() for each in chosen], self.p, confidence)
            for x in (a, b)
        ]
        within = _spread(chosen, (a <= values[0]).astype(float), (b <= values[1]).astype(float))
        down = (values[1] - ends[1].low, factor * (ends[0].high - values[0]))
        up = (ends[1].high - values[1], factor * (values[0] - ends[0].low))
        moved = np.ptp(b - factor * a) == 0  # a quantile moves as all values do
        below, above = (0.0 if moved else _mover(*sides, within.correlation) for sides in (down, up))
        paired, unpaired = below + above, _mover(*down, 0) + _mover(*up, 0)
        gain = (unpaired / paired) ** 2 if paired > 0 else math.inf if unpaired > 0 else math.nan
        if not moved and not (within.bounded and _is_bounded(chosen, self.p, confidence)):
            below = above = math.inf
        return Pair(value - below, value + above, self.same(pairs, [self.read]), gain)


def apart(
    name: str, plans: Sequence[tuple[Sequence[Any], Columns]], confidence: float, factor: float = 1
) -> Pair:
    """What two plans say that met different luck. `plans`: of either the kinds of truth and the columns, the
    base first; the estimate is NaN in neither."""
    ends = []
    for truths, columns in plans:
        found = _core.estimate_one(_core.Release(truths=list(truths)), dict(columns), name, confidence)
        low, high = found.low, found.high
        estimator = ESTIMATORS[name]
        if isinstance(estimator, Quantile):
            chosen = estimator.chosen(strata(truths, columns["truth"]))
            if not _is_bounded(chosen, estimator.p, confidence):
                low, high = -math.inf, math.inf
        ends.append((low, found.value, high))
    base = sorted(factor * end for end in ends[0])
    low, value, high = ends[1]
    difference = value - base[1]
    below = math.hypot(value - low, base[2] - base[1])
    above = math.hypot(high - value, base[1] - base[0])
    return Pair(difference - below, difference + above, False, math.nan)


def _mover(first: float, second: float, correlation: float) -> float:
    return math.sqrt(max(0.0, first**2 + second**2 - 2 * correlation * first * second))


def _is_bounded(chosen: Sequence[Stratum], p: float, confidence: float) -> bool:
    """Do the smallest and the largest value seen lie outside the interval of the quantile?"""
    beyond = [1 - ((1 - confidence) / 2) ** (1 / len(each.rows)) if len(each.rows) else 1 for each in chosen]
    reach = math.sqrt(sum((each.weight * part) ** 2 for each, part in zip(chosen, beyond, strict=True)))
    return reach < min(p, 1 - p)


def tango(gained: int, lost: int, pairs: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of the difference of two paired proportions: `gained` pairs went from no to yes, `lost` back.

    Tango 1998, "Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design". All of [-1, 1] without pairs.
    """
    if pairs == 0:
        return -1.0, 1.0
    z = -_core.normal_quantile((1 - confidence) / 2)

    def score(delta: float) -> float:
        """Of the hypothesis that the difference is delta; falls as delta rises."""
        a = 2 * pairs
        b = -gained - lost + (2 * pairs - gained + lost) * delta
        c = -lost * delta * (1 - delta)
        lost_share = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
        variance = pairs * (2 * lost_share + delta * (1 - delta))
        distance = gained - lost - pairs * delta
        if variance <= 0:
            return math.copysign(math.inf, distance) if distance else 0.0
        return distance / math.sqrt(variance)

    def end(low: float, high: float, target: float) -> float:
        for _ in range(60):  # beyond the last bit
            middle = (low + high) / 2
            low, high = (middle, high) if score(middle) > target else (low, middle)
        return (low + high) / 2

    estimate = (gained - lost) / pairs
    low = -1.0 if lost == pairs else end(-1.0, estimate, z)
    high = 1.0 if gained == pairs else end(estimate, 1.0, -z)
    return low, high


def _column(name: str) -> Read:
    return lambda columns: columns[name].astype(float)


def _ended(*verdicts: str) -> Read:
    codes = [VERDICTS.index(verdict) for verdict in verdicts]
    return lambda columns: np.isin(columns["verdict"], codes).astype(float)


def _where_any(name: str) -> Read:
    return lambda columns: np.nan_to_num(columns[name])


def _is_any(name: str) -> Read:
    return lambda columns: (~np.isnan(columns[name])).astype(float)


def _attributable_slow(columns: Columns) -> Values:
    slow: Values = columns["slow"].astype(float) - columns["baseline_slow"]
    return slow


_went_back = _ended("rolled back", "aborted")

ESTIMATORS: dict[str, Estimator] = {
    "p_promoted": Share(_ended("promoted")),
    "p_rolled_back": Share(_went_back),
    "p_stuck": Share(_ended("stuck")),
    "p_timed_out": Share(_ended("timed out")),
    "p_escape": Share(_ended("promoted"), True),
    "p_escape_given_bad": Share(_ended("promoted"), True, given=True),
    "p_caught_given_bad": Share(_ended("rolled back", "aborted", "stuck"), True, given=True),
    "p_false_rollback": Share(_went_back, False),
    "p_false_rollback_given_good": Share(_went_back, False, given=True),
    "duration_mean": Mean(_column("duration")),
    "duration_p50": Quantile(_column("duration"), p=0.5),
    "duration_p90": Quantile(_column("duration"), p=0.9),
    "duration_p99": Quantile(_column("duration"), p=0.99),
    "active_mean": Mean(_column("active")),
    "paused_mean": Mean(_column("paused")),
    "baking_mean": Mean(_column("baking")),
    "detection_mean": Ratio(_where_any("detection"), True, _is_any("detection")),
    "recovery_mean": Ratio(_where_any("recovery"), True, _is_any("recovery")),
    "failed_fraction": Ratio(_column("failed"), None, _column("requests")),
    "attributable_failures_mean": Mean(_column("attributable")),
    "attributable_failures_given_bad_mean": Mean(_column("attributable"), True),
    "attributable_failures_given_good_mean": Mean(_column("attributable"), False),
    "attributable_failures_p90": Quantile(_column("attributable"), p=0.9),
    "attributable_slow_mean": Mean(_attributable_slow),
    "failed_background_mean": Mean(_column("failed_background")),
    "failed_defect_mean": Mean(_column("failed_defect")),
    "failed_hand_over_mean": Mean(_column("failed_hand_over")),
    "failed_capacity_mean": Mean(_column("failed_capacity")),
    "exposure_mean": Mean(_column("exposure")),
    "exposure_given_bad_mean": Mean(_column("exposure"), True),
    "blast_radius_given_bad_mean": Mean(_column("blast_radius"), True),
    "locations_exposed_given_bad_mean": Mean(_column("locations_exposed"), True),
    "budget_spent_mean": Mean(_column("budget_spent")),
    "budget_spent_p99": Quantile(_column("budget_spent"), p=0.99),
    "min_headroom_mean": Mean(_column("min_headroom")),
    "min_headroom_p10": Quantile(_column("min_headroom"), p=0.1),
    "extra_instance_seconds_mean": Mean(_column("extra_instance_seconds")),
    "restarts_mean": Mean(_column("restarts")),
    "alarms_true_mean": Mean(_column("alarms_true")),
    "alarms_false_mean": Mean(_column("alarms_false")),
}
"""Every estimate that a forecast has, by name."""
