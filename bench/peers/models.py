"""The models, the same for every contender, and what is known about their answers.

mm1, mm100     Poisson arrivals, exponential service of mean 1 s, 1 or 100 servers at 90 % load, one queue
               without limit.
fleet-*        200 servers of 8 slots with a queue each, 50,000 requests a second (Poisson), lognormal service
               of mean 20 ms (sigma 0.5). A client gives up after 1 s: it leaves the queue; if it is being
               served, the server goes on. Each request goes to a random server, or (p2c) to the one of two
               random servers that has fewer requests. Every other server runs another version; each version
               has its latency histogram.
large-fleet-*  the same with 20,000 servers and 5,000,000 requests a second.

Contenders are called with MODEL REQUESTS SEED and print one line of JSON: {"requests": ended, "seconds": of
the simulating loop alone, "answers": {...}}, or {"cannot": "why, in words"}.
"""

from __future__ import annotations

import json
import math
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Queue:
    """M/M/c with service rate 1."""

    arrival_rate: float
    servers: int


@dataclass(frozen=True)
class Fleet:
    """Times in seconds."""

    policy: str  # random or p2c
    servers: int = 200
    slots: int = 8
    rate: float = 50e3
    mean: float = 0.02
    sigma: float = 0.5
    timeout: float = 1.0

    @property
    def mu(self) -> float:
        """Mean of the logarithm of service times."""
        return math.log(self.mean) - self.sigma**2 / 2


MODELS: dict[str, Queue | Fleet] = {
    "mm1": Queue(0.9, 1),
    "mm100": Queue(90, 100),
    "fleet-random": Fleet("random"),
    "fleet-p2c": Fleet("p2c"),
    "large-fleet-random": Fleet("random", servers=20_000, rate=5e6),
    "large-fleet-p2c": Fleet("p2c", servers=20_000, rate=5e6),
}


@dataclass(frozen=True)
class Known:
    """The right answer and how far off an honest contender may be."""

    value: float
    spread: float  # standard deviation of a run's answer, times the square root of its requests
    slack: float = 0.0  # what the start from an empty system may do to it

    def tolerance(self, requests: float) -> float:
        """Four standard errors (a false alarm in 16,000), and the slack."""
        return 4 * self.spread / math.sqrt(requests) + self.slack


# M/M/c: closed forms (Erlang C). Fleets: none; long runs of naive.cc and of Rollcast agree on these digits.
# Spreads: measured over runs of naive.cc with many seeds.
_RANDOM = {
    "mean_latency": Known(0.020780, 0.015, slack=1e-4),
    "within_25ms": Known(0.7299, 0.55, slack=0.004),
    "timed_out": Known(0, 0, slack=1e-5),
}
_P2C = {
    "mean_latency": Known(0.020004, 0.015, slack=1e-4),
    "within_25ms": Known(0.7569, 0.55, slack=0.004),
    "timed_out": Known(0, 0, slack=1e-5),
}
KNOWN: dict[str, dict[str, Known]] = {
    "mm1": {"mean_in_system": Known(10, 200), "wait_probability": Known(0.9, 1.3)},
    "mm100": {"mean_wait": Known(0.02169, 2.5), "wait_probability": Known(0.21694, 7)},
    "fleet-random": _RANDOM,
    "fleet-p2c": _P2C,
    "large-fleet-random": _RANDOM,
    "large-fleet-p2c": _P2C,
}

WARM_UP = 0.1  # Fleets start empty; what ends in their first seconds is not in the answers.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)  # seconds; a last bucket up to infinity follows
BUCKETS_TO_25_MS = 3


@dataclass
class FleetAnswers:
    """What clients see: one latency histogram for each of the two versions."""

    histograms: list[list[int]] = field(default_factory=lambda: [[0] * (len(BUCKETS) + 1) for _ in range(2)])
    latency_sum: float = 0.0
    timed_out: int = 0

    def add(self, version: int, latency: float, timed_out: bool = False) -> None:
        """One request that ended after the warm-up."""
        self.histograms[version][bisect_left(BUCKETS, latency)] += 1
        self.latency_sum += latency
        self.timed_out += timed_out

    def summary(self) -> dict[str, float]:
        """The answers that are checked."""
        counted = sum(map(sum, self.histograms))
        return {
            "mean_latency": self.latency_sum / counted,
            "within_25ms": sum(sum(each[:BUCKETS_TO_25_MS]) for each in self.histograms) / counted,
            "timed_out": self.timed_out / counted,
        }


class Cannot(Exception):  # noqa: N818 (it is no error)
    """Raised by a contender that cannot express a model; the text says why."""


Answers = dict[str, float]


def main(
    run_queue: Callable[[Queue, int, int], tuple[int, float, Answers]],
    run_fleet: Callable[[Fleet, int, int], tuple[int, float, Answers]],
) -> None:
    """What a Python contender does: the functions take (model, requests, seed) and return
    (requests ended, seconds, answers)."""
    model = MODELS[sys.argv[1]]
    requests, seed = int(sys.argv[2]), int(sys.argv[3])
    try:
        if isinstance(model, Queue):
            ended, seconds, answers = run_queue(model, requests, seed)
        else:
            ended, seconds, answers = run_fleet(model, requests, seed)
        print(json.dumps({"requests": ended, "seconds": seconds, "answers": answers}))
    except Cannot as why:
        print(json.dumps({"cannot": str(why)}))


clock = time.perf_counter
