"""A guard of the user's own: a function from two windows of telemetry to a verdict.

    def too_many_errors(canary, baseline):
        return canary.error_ratio <= 2 * baseline.error_ratio + 0.01

In a scenario it is a metric, ``{name: errors, python: "guards.py:too_many_errors", interval: 1m}``, and it
works on one's own data just as well, with windows made by ``TelemetryWindow.of(...)``.

The function answers True (it passes), False (it fails) or None (inconclusive); or a pair of that and the
number that it went by, which the timeline shows. It is called at each measurement, by every replication and
by several threads, under the GIL: it must remember nothing and depend on nothing else, or forecasts could not
be repeated.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rollcast import _core

CODES = (200, 500, 503, 504)
"""The statuses that the model knows: answered, failed, refused, timed out."""


@dataclass(frozen=True, eq=False)
class TelemetryWindow:
    """What scrapes brought of one version in some time. Arrays are read-only.

    Telemetry is summed over the instances of a version, as a metric store's queries sum it.
    """

    seconds: float
    """How far back it looks."""
    requests: float
    """Not whole where the window reaches back before the first scrape."""
    by_code: Mapping[int, float]
    """Requests by HTTP status."""
    latency_limits: NDArray[np.float64]
    """Upper limits of the latency buckets in seconds; the last one is infinite. Shape (buckets,)."""
    latency_counts: NDArray[np.float64]
    """Requests in each bucket, not cumulative. Shape (buckets,)."""
    latency_sum: float
    """Seconds, of all requests."""
    seen: bool = True
    """Whether any scrape saw the version."""

    @classmethod
    def of(
        cls,
        by_code: Mapping[int, float],
        *,
        seconds: float,
        latency_limits: Sequence[float] = (),
        latency_counts: ArrayLike = (),
        latency_sum: float = 0.0,
        seen: bool = True,
    ) -> TelemetryWindow:
        """One's own data. latency_limits: finite, rising; latency_counts: one more, of what is above them.

        Raises ValueError.
        """
        limits = np.append(np.asarray(latency_limits, dtype=float), np.inf)
        counts = np.array(latency_counts, dtype=float)
        if counts.size == 0:
            counts = np.zeros_like(limits)
        if counts.shape != limits.shape:
            raise ValueError(
                f"expected {limits.size} latency counts, one more than limits, got {counts.size}"
            )
        if np.any(np.diff(limits) <= 0):
            raise ValueError("expected latency limits that rise")
        limits.flags.writeable = counts.flags.writeable = False
        requests = math.fsum(by_code.values())
        return cls(seconds, requests, dict(by_code), limits, counts, latency_sum, seen)

    @property
    def errors(self) -> float:
        """Requests that were answered with a status of 500 or more."""
        return math.fsum(count for code, count in self.by_code.items() if code >= 500)

    @property
    def error_ratio(self) -> float:
        """NaN without requests."""
        return self.errors / self.requests if self.requests > 0 else math.nan

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def mean_latency(self) -> float:
        """Seconds; NaN without requests."""
        return self.latency_sum / self.requests if self.requests > 0 else math.nan

    def quantile(self, q: float) -> float:
        """Latency in seconds, by straight lines within buckets; at most the highest finite limit.

        NaN without requests.
        """
        total = float(self.latency_counts.sum())
        if total <= 0 or self.latency_limits.size < 2:
            return math.nan
        below = np.append(0.0, np.cumsum(self.latency_counts))
        bucket = int(np.searchsorted(below[1:-1], q * total))
        if bucket == self.latency_limits.size - 1:
            return float(self.latency_limits[-2])
        start = self.latency_limits[bucket - 1] if bucket else 0.0
        inside = (q * total - below[bucket]) / self.latency_counts[bucket]
        return float(start + (self.latency_limits[bucket] - start) * inside)


Verdict = bool | None | tuple[bool | None, float]
Judge = Callable[[TelemetryWindow, TelemetryWindow], Verdict]


@dataclass(frozen=True)
class Adapter:
    """The function as the engine calls it."""

    judge: Judge
    latency_limits: tuple[float, ...]

    def __call__(self, seen: Any) -> Any:
        answer: Any = self.judge(
            self._window(seen.canary, seen.window), self._window(seen.baseline, seen.window)
        )
        passes, value = answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)
        if not isinstance(passes, bool | np.bool_ | None) or not isinstance(value, numbers.Real | None):
            raise TypeError(
                f"expected True, False, None, or a pair of one of these and a number, got {answer!r}"
            )
        return _core.OwnVerdict(
            passes=None if passes is None else bool(passes), value=None if value is None else float(value)
        )

    def _window(self, counts: Any, seconds: float) -> TelemetryWindow:
        seen = counts is not None
        counts = counts if seen else _core.WindowCounts()
        return TelemetryWindow.of(
            dict(zip(CODES, counts.by_code, strict=True)),
            seconds=seconds,
            latency_limits=self.latency_limits,
            latency_counts=counts.by_latency[: len(self.latency_limits) + 1],
            latency_sum=counts.latency_sum,
            seen=seen,
        )
