"""Closed forms for a guard of a rollout, where there are any: no replication.

A guard qualifies when what it measures are independent shares of failed requests, each compared with a limit;
or Wald's test of the new version's failures; or, where chance hardly matters, how fast an error budget burns.
See `qualify`. Starts, scrapes and measurements happen when they happen in the plan; what is not sure about
them (when the first scrape is, how long a start takes) is averaged over a few draws of the plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rollcast import _core
from rollcast._core import power as forms
from rollcast._core import sequential
from rollcast.guard_limits import ratio_of
from rollcast.scenario import LoadedScenario
from rollcast.timeline import Entry

FEWEST_REQUESTS = 30
"""In a measurement, expected. Below, a window may well be empty, and what is not there yet is not counted."""


@dataclass(frozen=True)
class Limit:
    """What a condition on a ratio comes to: it fails above (or, not `above`, below) a value."""

    value: float
    above: bool
    or_equal: bool


@dataclass(frozen=True)
class Bounds:
    """What a number is between."""

    low: float
    high: float

    @property
    def value(self) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Caught:
    """What a guard makes of an error rate: the probability that it fails, seconds until then if it does (NaN:
    it never does), and requests to the new version until then, or until the rollout is over."""

    probability: Bounds
    seconds: Bounds
    exposed: Bounds

    @property
    def is_sure(self) -> bool:
        return self.probability.high - self.probability.low <= SURE


SURE = 0.02
"""Bounds of a probability that are no further apart do for a closed form."""


class Guard(Protocol):
    """A guard with a closed form."""

    def judge(self, rate: float) -> Caught:
        """Of a true error rate of the new version."""


@dataclass(frozen=True)
class Exposure:
    """Measurements of one draw of a plan, and what they cost."""

    at: NDArray[np.float64]
    """Seconds."""
    exposed: NDArray[np.float64]
    """Requests to the new version, expected until then."""
    first_exposed: float
    exposed_in_all: float

    def caught(self, by_then: NDArray[np.float64]) -> tuple[float, float, float]:
        """Probability, its part of the mean seconds, and exposure. `by_then`: the probability of having
        failed, at each measurement."""
        now = np.diff(by_then, prepend=0.0)
        probability = float(by_then[-1]) if len(by_then) else 0.0
        seconds = float(now @ (self.at - self.first_exposed))
        return probability, seconds, float(now @ self.exposed) + (1 - probability) * self.exposed_in_all


def averaged(
    earliest: Sequence[tuple[float, float, float]], latest: Sequence[tuple[float, float, float]]
) -> Caught:
    """Over draws of a plan, by what Exposure.caught() says of the highest and the lowest chances."""

    def mean(of: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
        probability, seconds, exposed = (math.fsum(column) / len(of) for column in zip(*of, strict=True))
        return probability, seconds / probability if probability > 0 else math.nan, exposed

    (high, early, little), (low, late, much) = mean(earliest), mean(latest)
    return Caught(Bounds(low, high), Bounds(early, late), Bounds(little, much))


@dataclass(frozen=True)
class Measured:
    """The measurements of one draw of a plan."""

    exposure: Exposure
    requests: NDArray[np.float64]
    """Of the new version, expected in each."""


class NotExactError(Exception):
    """Why there is no closed form, in words."""


@dataclass(frozen=True)
class RatioGuard:
    """Independent shares of failed requests, each compared with a limit."""

    limit: Limit
    failure_limit: int
    plans: tuple[Measured, ...]

    def judge(self, rate: float) -> Caught:
        """Of a true error rate of the new version."""
        each = [self._judge(plan, min(1.0, rate)) for plan in self.plans]
        return averaged(each, each)

    def _judge(self, plan: Measured, rate: float) -> tuple[float, float, float]:
        limit = self.limit
        most = (
            limit.value if limit.above else round(1 - limit.value, 12)
        )  # too few successes: as many failures
        fails = [forms.exceeds_in_traffic(rate, each, most, limit.or_equal) for each in plan.requests]
        by_then = np.array(forms.tripped_by(fails, self.failure_limit)) if fails else np.zeros(0)
        return plan.exposure.caught(by_then)


@dataclass(frozen=True)
class Looks:
    """What Wald's test is shown in one draw of a plan: requests of the new version, scrape by scrape."""

    exposure: Exposure
    counted: tuple[NDArray[np.float64], ...]
    """Of each look."""
    first: float
    """Requests of the scrape that saw the new version first, which counts as nothing."""
    before: float
    """Requests before the counting began."""


@dataclass(frozen=True)
class SprtGuard:
    """Wald's test, by the chain of what it has seen."""

    params: Any
    failure_limit: int
    plans: tuple[Looks, ...]

    def judge(self, rate: float) -> Caught:
        each = [self._judge(plan, min(1.0, rate)) for plan in self.plans]
        return averaged(each, each)

    def _judge(self, plan: Looks, rate: float) -> tuple[float, float, float]:
        unsure = plan.first if plan.before == 0 else 0.0
        looks = []
        for scrapes in plan.counted:
            requests = max(0.0, float(scrapes.sum()) - unsure)
            unsure = max(0.0, unsure - float(scrapes.sum()))
            looks.append(forms.SprtLook(succeeded=(1 - rate) * requests, failed=list(rate * scrapes)))
        worse = np.array(forms.sprt_worse_by(self.params, looks, math.exp(-rate * plan.before)))
        late = min(self.failure_limit, len(worse))  # once found it is found again
        return plan.exposure.caught(np.concatenate([np.zeros(late), worse[: len(worse) - late]]))


def qualify(loaded: LoadedScenario, share: float | None, *, seed: int = 1, draws: int = 20) -> Guard:
    """The guard of a plan, at a share of the traffic or (None) as planned. Raises NotExactError."""
    from rollcast import power_burn_rate

    model = loaded.model
    _require_plain(model)
    plans = [
        _core.planned_traffic(model, loaded.strategy, share, seed, replication)
        for replication in range(draws)
    ]
    metric = _watching(model, plans[0].timeline.entries)
    if isinstance(metric.source, _core.BurnRateAlert):
        return power_burn_rate.qualify(model, metric, plans)
    if _is_sprt(metric.source):
        _require_proxies(metric.source.vantage)
        looks = tuple(_looks(plan, metric, model.observability.delay) for plan in plans)
        return SprtGuard(metric.source.test, metric.failure_limit, looks)
    return _ratio_guard(metric, plans, model.observability.delay)


def _watching(model: Any, entries: Sequence[Any]) -> Any:
    """The only metric that watches the plan."""
    names = _analyses(entries)
    if len(names) != 1:
        raise NotExactError(
            "the plan runs no analysis" if not names else f"the plan runs {len(names)} analyses, not one"
        )
    return _only_metric(next(each for each in model.analyses if each.name == names[0]))


def _is_sprt(source: Any) -> bool:
    return isinstance(source, _core.SequentialCheck) and isinstance(source.test, sequential.SprtParams)


def _ratio_guard(metric: Any, plans: Sequence[Any], delay: float) -> RatioGuard:
    selector, failures = _ratio(metric)
    if metric.count != 1 and metric.interval < selector.window:
        raise NotExactError(
            f"the measurements of {metric.name} overlap: each looks back {selector.window:g} s "
            f"and the next comes after {metric.interval:g} s"
        )
    limit = _limit(metric)
    if limit.above != failures:
        raise NotExactError(f"{metric.name} fails when too few requests fail")
    measured = tuple(_measured(plan, metric, selector.window, delay) for plan in plans)
    fewest = min((float(plan.requests.min()) for plan in measured if len(plan.requests)), default=math.inf)
    if fewest < FEWEST_REQUESTS:
        raise NotExactError(
            f"a measurement sees {fewest:.0f} requests on average; expected {FEWEST_REQUESTS}"
        )
    return RatioGuard(limit, metric.failure_limit, measured)


def background(model: Any, request_class: int) -> tuple[float, float]:
    """The error rate of a good version, and the share of requests that a defect may hit."""
    classes = model.traffic.classes
    if not classes:
        return model.service.error_rate, 1.0
    rates = [model.service.error_rate if one.error_rate is None else one.error_rate for one in classes]
    good = math.fsum(one.share * rate for one, rate in zip(classes, rates, strict=True))
    return good, classes[request_class].share if request_class >= 0 else 1.0


def _require_plain(model: Any) -> None:
    """Refuses what makes requests depend on each other, or telemetry be missing."""
    faults, traffic = model.faults, model.traffic
    reasons = {
        "it goes over several locations": bool(model.locations),
        "people are paged or users report": bool(model.people.pages) or model.people.reports.share > 0,
        "scrapes are lost": model.observability.scrape_loss > 0 or bool(faults.black_outs),
        "instances differ": faults.instances.noise > 0 or faults.instances.gray > 0,
        "hosts, zones or dependencies fail": faults.host_failures.hosts > 0
        or bool(faults.zone_losses)
        or bool(faults.brown_outs),
        "clients retry": traffic.retries.attempts > 1,
        "traffic comes in bursts or in a closed loop": traffic.bursts is not None or traffic.users.count > 0,
    }
    for reason, holds in reasons.items():
        if holds:
            raise NotExactError(reason)


def _analyses(entries: Sequence[Any]) -> list[str]:
    words = [entry.text for entry in entries if entry.kind.name == "measurement"]
    return [text[len("analysis ") : -len(" begins")] for text in words if text.endswith(" begins")]


def _only_metric(analysis: Any) -> Any:
    judged = [metric for metric in analysis.metrics if not metric.dry_run]
    if len(judged) != 1:
        raise NotExactError(f"the analysis {analysis.name} has {len(judged)} metrics, not one")
    metric = judged[0]
    if metric.consecutive_success_limit > 0:
        raise NotExactError(f"{metric.name} ends after so many successes in a row")
    if metric.flaky > 0:
        raise NotExactError(f"{metric.name} goes wrong at times for no reason")
    if metric.failure_limit < 0:
        raise NotExactError(f"{metric.name} never fails: its failure limit is off")
    return metric


def _ratio(metric: Any) -> tuple[Any, bool]:
    """The selector of all requests, and whether the ratio is that of failures."""
    ratio = ratio_of(metric.source)
    if ratio is None:
        raise NotExactError(f"{metric.name} is not the share of requests that fail, compared with a limit")
    if ratio[0].scope.name != "new" or ratio[0].offset != 0:
        raise NotExactError(f"{metric.name} is not about the new version's latest requests")
    return ratio


def _limit(metric: Any) -> Limit:
    """Where the conditions change their mind. They are asked at values, so that it does not matter how they
    are written."""

    def fails(value: float) -> bool:
        return _fails(metric, [value])

    at_ends = fails(0.0), fails(1.0)
    if at_ends[0] == at_ends[1]:
        raise NotExactError(f"{metric.name} says the same of no failure and of nothing but failures")
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if fails(middle) == at_ends[0] else (low, middle)
    grid = np.linspace(0, 1, 1001)
    if any(fails(value) != at_ends[bool(value >= high)] for value in grid):
        raise NotExactError(f"the condition of {metric.name} is not one limit")
    above = at_ends[1]
    # Neighbouring numbers: the limit is the rounder one.
    value = min((low, high), key=lambda end: len(repr(end)))
    return Limit(value, above, or_equal=fails(value))


def _fails(metric: Any, result: list[float]) -> bool:
    check = metric.source
    conditions = [condition for condition in (check.success, check.failure) if condition]
    answers = [_core.evaluate_condition(condition, result) for condition in conditions]
    if not answers or None in answers:
        raise NotExactError(f"the condition of {metric.name} is an error for {result or 'no data'}")
    success = answers[0] if check.success else None
    failure = answers[-1] if check.failure else None
    if success is False and failure is False:
        raise NotExactError(f"{metric.name} may be inconclusive")
    return failure is True or success is False


def _require_patient(metric: Any) -> None:
    """Refuses a guard that minds a measurement without data."""
    if _fails(metric, []) or _fails(metric, [math.nan]):
        raise NotExactError(f"{metric.name} fails without data, and some measurement has none")


def _require_proxies(vantage: Any) -> None:
    if vantage.name == "application":
        raise NotExactError("instances count, and what they have counted is lost with them")


def measurements(plan: Any, metric: Any) -> list[float]:
    """When they are taken."""
    taken = ((raw, Entry(raw.at, raw.kind.name, raw.text).measurement) for raw in plan.timeline.entries)
    return [raw.at for raw, one in taken if one is not None and one.metric == metric.name]


def exposure(plan: Any, at: Sequence[float]) -> Exposure:
    scrapes, so_far = np.array(plan.scrapes), np.cumsum(plan.new_requests)
    exposed = np.interp(at, scrapes, so_far) if len(scrapes) else np.zeros(len(at))
    return Exposure(np.array(at), exposed, plan.first_exposed, plan.exposure)


def _measured(plan: Any, metric: Any, window: float, delay: float) -> Measured:
    scrapes = np.array(plan.scrapes)
    so_far = np.cumsum(plan.new_requests)
    at, requests = [], []
    for now in measurements(plan, metric):
        seen = np.flatnonzero((scrapes > now - window) & (scrapes <= now - delay))
        count = so_far[seen[-1]] - so_far[seen[0]] if len(seen) else 0.0
        if count <= 0:
            _require_patient(metric)
            continue
        at.append(now)
        requests.append(count)
    return Measured(exposure(plan, at), np.array(requests))


def _looks(plan: Any, metric: Any, delay: float) -> Looks:
    scrapes, new = np.array(plan.scrapes), np.array(plan.new_requests)
    at = measurements(plan, metric)
    ends = np.searchsorted(scrapes, np.array(at) - delay, side="right")
    counted = tuple(new[start:end] for start, end in pairwise(ends))
    seen = np.flatnonzero(new > 0)
    return Looks(
        exposure(plan, at[1:]),
        counted,
        float(new[seen[0]]) if len(seen) else 0.0,
        float(new[: ends[0]].sum()) if len(ends) else 0.0,
    )
