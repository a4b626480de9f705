"""What burn-rate alerts make of a plan, between bounds.

Windows overlap from one evaluation to the next, so there is no formula for the chance that an alert ever
fires. But there is one for the chance that a window is above its limit at a given time, and from these follow
bounds. They are narrow but where chance decides: at an error rate that takes the alert just to its limit.
With many requests they become the time b (1 - objective) window / error ratio of the textbook.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rollcast import _core
from rollcast.power_exact import Caught, Exposure, NotExactError, averaged, background, exposure, measurements

Array = NDArray[np.float64]

_MANY = 30  # failures in a window from which their number is as good as normal


@dataclass(frozen=True)
class Windows:
    """What one draw of a plan has in the windows of an alert: measurements x rules x (long, short)."""

    exposure: Exposure
    old: Array
    """Requests of the old version, expected, weighed by how often each counts: the lead-in stands for the
    time before it, too."""
    old_squares: Array
    """The same with squared weights, for the variance."""
    first: NDArray[np.int_]
    last: NDArray[np.int_]
    """Scrapes of the window: from `first` on and before `last`."""
    new: Array
    """Requests of the new version by scrape."""


@dataclass(frozen=True)
class BurnRateGuard:
    """An alert on how fast the error budget burns."""

    limits: Array
    """Error ratio of each rule that counts."""
    holds: tuple[float, ...]
    """Seconds."""
    good: float
    """Error rate of the old version."""
    plans: tuple[Windows, ...]

    def judge(self, rate: float) -> Caught:
        """Of a true error rate of the new version."""
        earliest, latest = [], []
        for plan in self.plans:
            least, most = self._fires(plan, min(1.0, rate))
            earliest.append(plan.exposure.caught(np.minimum(1, np.cumsum(most))))
            latest.append(plan.exposure.caught(np.maximum.accumulate(least)))
        return averaged(earliest, latest)

    def _fires(self, plan: Windows, rate: float) -> tuple[Array, Array]:
        """Bounds of the probability that it fires at each measurement."""
        above = self._above(plan, rate)
        least = np.maximum(0, above.sum(axis=2) - 1)
        most = above.min(axis=2)
        for rule, hold in enumerate(self.holds):
            if hold > 0:
                least[:, rule], most[:, rule] = _held(plan.exposure.at, hold, least[:, rule], most[:, rule])
        return least.max(axis=1, initial=0), np.minimum(1, most.sum(axis=1))

    def _above(self, plan: Windows, rate: float) -> Array:
        """Probability that each window is above its limit."""
        failing = rate * plan.new
        # A counter adds nothing in the scrape that sees it first.
        unseen = np.exp(-np.concatenate([[0.0], np.cumsum(failing)[:-1]]))
        counted = failing * (1 - unseen)
        succeeding = (1 - rate) * plan.new
        succeeding[: np.argmax(plan.new > 0) + 1] = 0

        def inside(values: Array) -> Array:
            sums = np.concatenate([[0.0], np.cumsum(values)])
            return np.asarray(sums[plan.last] - sums[plan.first])

        bad, good = inside(counted), inside(succeeding)
        return _exceeds(
            self.good * plan.old + bad,
            self.good * plan.old_squares + bad,
            (1 - self.good) * plan.old + good,
            (1 - self.good) * plan.old_squares + good,
            self.limits[None, :, None],
        )


def qualify(model: Any, metric: Any, plans: Sequence[Any]) -> BurnRateGuard:
    """Raises NotExactError."""
    alert = metric.source
    if alert.scope.name == "old":
        raise NotExactError(f"{metric.name} is not about the new version")
    if alert.vantage.name == "application":
        raise NotExactError("instances count, and what they have counted is lost with them")
    if metric.failure_limit > 0:
        raise NotExactError(f"{metric.name} may fail before it counts")
    rules = [rule for rule in alert.rules if rule.severity.value >= alert.fails_on.value]
    return BurnRateGuard(
        np.array([rule.burn_rate * (1 - alert.objective) for rule in rules]),
        tuple(rule.hold for rule in rules),
        background(model, -1)[0],
        tuple(_windows(model, metric, rules, plan) for plan in plans),
    )


def _windows(model: Any, metric: Any, rules: Sequence[Any], plan: Any) -> Windows:
    alert, interval = metric.source, model.observability.scrape_interval
    later = np.array(plan.scrapes)
    history = np.arange(later[0] - interval, -model.window.lead_in, -interval)[::-1]
    scrapes = np.concatenate([history, later])
    new = np.concatenate([np.zeros(len(history)), plan.new_requests])
    all_of_it = [_core.mean_rate(model.traffic, at - interval, at) * interval for at in scrapes]
    old = np.array(all_of_it) - new if alert.scope.name == "service" else np.zeros(len(new))
    old[0] = 0.0  # a scrape brings what is new since the one before
    in_lead = scrapes <= 0
    at = measurements(plan, metric)
    ends = np.array(at) - model.observability.delay
    if alert.recording_interval > 0:
        ends = np.floor(ends / alert.recording_interval) * alert.recording_interval
    lengths = np.array([(rule.long_window, rule.short_window) for rule in rules])
    to = np.broadcast_to(ends[:, None, None], (len(at), *lengths.shape))
    since = to - lengths[None]
    first, last = (np.searchsorted(scrapes, moments, side="right") for moments in (since, to))

    def inside(values: Array) -> Array:
        sums = np.concatenate([[0.0], np.cumsum(values)])
        return np.asarray(sums[last] - sums[first])

    lead = np.where(in_lead, old, 0.0)
    known = scrapes[in_lead][-1] - scrapes[0] if in_lead.sum() > 1 else math.inf
    again = np.maximum(0, np.minimum(to, scrapes[0]) - since) / known
    lead_inside = inside(lead)
    weighed = inside(old) + again * lead.sum()
    squares = inside(old) + again**2 * lead.sum() + 2 * again * lead_inside
    return Windows(exposure(plan, at), weighed, squares, first, last, new)


def _held(at: Array, hold: float, least: Array, most: Array) -> tuple[Array, Array]:
    """Bounds of the probability that a condition has held for so long."""
    low, high = np.zeros_like(least), np.zeros_like(most)
    for now in range(len(at)):
        since = int(np.searchsorted(at, at[now] - hold, side="right")) - 1
        if since >= 0:
            low[now] = max(0.0, 1 - float((1 - least[since : now + 1]).sum()))
            high[now] = float(most[since : now + 1].min())
    return low, high


def _exceeds(bad: Array, bad_variance: Array, good: Array, good_variance: Array, limit: Array) -> Array:
    """P(bad / (bad + good) > limit), of independent numbers with these means and variances that are Poisson
    numbers times a factor. Where many are bad a normal one with its skewness; elsewhere the good ones, which
    are many, are as many as expected."""
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(bad > 0, bad_variance / bad, 1.0)
        few = _poisson_above(bad / factor, good * limit / (1 - limit) / factor)
        spread = np.sqrt(bad_variance * (1 - limit) ** 2 + good_variance * limit**2)
        score = (bad * (1 - limit) - good * limit) / spread
        skew = (factor * bad_variance * (1 - limit) ** 3) / spread**3
        density = np.exp(-(score**2) / 2) / math.sqrt(2 * math.pi)
        many = _normal(score) + skew / 6 * (score**2 - 1) * density
    return np.asarray(np.clip(np.where(bad / factor < _MANY, few, many), 0, 1))


def _normal(score: Array) -> Array:
    return np.asarray(np.vectorize(lambda z: 0.5 * math.erfc(-z / math.sqrt(2)), otypes=[float])(score))


def _poisson_above(mean: Array, limit: Array) -> Array:
    """P(a Poisson number > limit), of means up to _MANY."""
    k = np.arange(int(_MANY + 12 * math.sqrt(_MANY)))
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(k[1:]))])
    small = np.clip(mean, 1e-300, _MANY)[..., None]
    mass = np.exp(k * np.log(small) - small - log_factorial)
    return np.asarray((mass * (k > limit[..., None])).sum(axis=-1))
