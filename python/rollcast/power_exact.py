"""Closed forms for a guard of a rollout, where there are any: no replication, no interval.

A guard qualifies when what it measures are independent shares of failed requests, each compared with a limit;
see `qualify`. Starts, scrapes and measurements happen when they happen in the plan; what is not sure about
them (when the first scrape is, how long a start takes) is averaged over a few draws of the plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rollcast import _core
from rollcast._core import power as forms
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
class Measured:
    """The measurements of one draw of a plan."""

    at: NDArray[np.float64]
    """Seconds."""
    requests: NDArray[np.float64]
    """Of the new version, expected in each."""
    exposed: NDArray[np.float64]
    """Of the new version, expected until then."""
    first_exposed: float
    exposed_in_all: float


@dataclass(frozen=True)
class Caught:
    """What a guard makes of an error rate: the probability that it fails, seconds until then if it does (NaN:
    it never does), and requests to the new version until then, or until the rollout is over."""

    probability: float
    seconds: float
    exposed: float


class NotExactError(Exception):
    """Why there is no closed form, in words."""


@dataclass(frozen=True)
class ExactGuard:
    """A guard with a closed form."""

    limit: Limit
    failure_limit: int
    plans: tuple[Measured, ...]

    def judge(self, rate: float) -> Caught:
        """Of a true error rate of the new version."""
        each = [self._judge(plan, min(1.0, rate)) for plan in self.plans]
        probability = math.fsum(one.probability for one in each) / len(each)
        caught = [one for one in each if one.probability > 0]
        seconds = math.fsum(one.probability * one.seconds for one in caught) / len(each)
        exposed = math.fsum(one.exposed for one in each) / len(each)
        return Caught(probability, seconds / probability if probability > 0 else math.nan, exposed)

    def _judge(self, plan: Measured, rate: float) -> Caught:
        limit = self.limit
        most = (
            limit.value if limit.above else round(1 - limit.value, 12)
        )  # too few successes: as many failures
        fails = [forms.exceeds_in_traffic(rate, each, most, limit.or_equal) for each in plan.requests]
        by_then = np.array(forms.tripped_by(fails, self.failure_limit)) if fails else np.zeros(0)
        now = np.diff(by_then, prepend=0.0)
        caught = float(by_then[-1]) if len(by_then) else 0.0
        seconds = float(now @ (plan.at - plan.first_exposed)) / caught if caught > 0 else math.nan
        exposed = float(now @ plan.exposed) + (1 - caught) * plan.exposed_in_all
        return Caught(caught, seconds, exposed)


def qualify(loaded: LoadedScenario, share: float | None, *, seed: int = 1, draws: int = 20) -> ExactGuard:
    """The guard of a plan, at a share of the traffic or (None) as planned. Raises NotExactError."""
    model = loaded.model
    _require_plain(model)
    plans = [
        _core.planned_traffic(model, loaded.strategy, share, seed, replication)
        for replication in range(draws)
    ]
    names = _analyses(plans[0].timeline.entries)
    if len(names) != 1:
        raise NotExactError(
            "the plan runs no analysis" if not names else f"the plan runs {len(names)} analyses, not one"
        )
    analysis = next(each for each in model.analyses if each.name == names[0])
    metric = _only_metric(analysis)
    selector, failures = _ratio(metric)
    if metric.count != 1 and metric.interval < selector.window:
        raise NotExactError(
            f"the measurements of {metric.name} overlap: each looks back {selector.window:g} s "
            f"and the next comes after {metric.interval:g} s"
        )
    limit = _limit(metric)
    if limit.above != failures:
        raise NotExactError(f"{metric.name} fails when too few requests fail")
    measured = tuple(_measured(plan, metric, selector.window, model.observability.delay) for plan in plans)
    fewest = min((float(plan.requests.min()) for plan in measured if len(plan.requests)), default=math.inf)
    if fewest < FEWEST_REQUESTS:
        raise NotExactError(
            f"a measurement sees {fewest:.0f} requests on average; expected {FEWEST_REQUESTS}"
        )
    return ExactGuard(limit, metric.failure_limit, measured)


def _require_plain(model: Any) -> None:
    """Refuses what makes requests depend on each other, or telemetry be missing."""
    faults, traffic = model.faults, model.traffic
    reasons = {
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


def _measured(plan: Any, metric: Any, window: float, delay: float) -> Measured:
    scrapes, new = np.array(plan.scrapes), np.array(plan.new_requests)
    so_far = np.cumsum(new)
    at, requests, exposed = [], [], []
    for raw in plan.timeline.entries:
        taken = Entry(raw.at, raw.kind.name, raw.text).measurement
        if taken is None or taken.metric != metric.name:
            continue
        seen = np.flatnonzero((scrapes > raw.at - window) & (scrapes <= raw.at - delay))
        count = so_far[seen[-1]] - so_far[seen[0]] if len(seen) else 0.0
        if count <= 0:
            _require_patient(metric)
            continue
        at.append(raw.at)
        requests.append(count)
        exposed.append(float(np.interp(raw.at, scrapes, so_far)))
    total = float(so_far[-1]) if len(so_far) else 0.0
    return Measured(np.array(at), np.array(requests), np.array(exposed), plan.first_exposed, total)
