"""From what SREs know of a service (rate, p50, p99, errors, utilisation) to what the model needs.

Two approximations, both stated in every report. Latencies are taken as service times: at moderate load little
of a latency is waiting. Utilisation is taken as the share of an instance's slots (threads, workers,
connections) in use, which is what makes requests wait; a CPU's utilisation is close to it for services that
compute.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rollcast import _core
from rollcast.lowering import Lowering, distribution
from rollcast.scenario_types import Distribution, lognormal_from_quantiles
from rollcast.units import show_fraction, show_seconds

MOST_SLOTS = 64
_MOST_QUEUE = 1024


@dataclass(frozen=True)
class Profile:
    service_time: Distribution
    slots: int
    queue: int
    timeout: float
    slow: float
    error_rate: float


def fit(lowering: Lowering, rate: float, replicas: int) -> Profile:
    """Fits what was not given."""
    given, choose = lowering.model.service, lowering.choose
    service_time = _service_time(lowering)
    time = distribution(service_time)
    mean, p99 = _core.mean(time), _core.quantile(time, 0.99)
    error_rate = choose(
        given.errors, "service.errors", 0.001, "a judgement: one request in a thousand", show_fraction
    )
    slots = _slots(lowering, rate * mean, replicas)
    timeout = choose(
        given.timeout,
        "service.timeout",
        max(1.0, _tidy(5 * p99)),
        "five times p99, at least a second",
        show_seconds,
    )
    queue = choose(
        given.queue,
        "service.queue",
        min(_MOST_QUEUE, max(16, math.ceil(slots * timeout / mean))) if mean > 0 else 16,
        "as long as a request at its end would just time out; a longer one would change nothing",
    )
    slow = choose(given.slow, "service.slow", _tidy(2 * p99), "twice p99", show_seconds)
    return Profile(service_time, slots, queue, timeout, slow, error_rate)


def _service_time(lowering: Lowering) -> Distribution:
    given = lowering.model.service
    if given.service_time is not None:
        for key in ("p50", "p99", "shape"):
            if getattr(given, key) is not None:
                lowering.error("may not be given beside service_time", "service", key)
        return given.service_time
    for key in ("p50", "p99"):
        if getattr(given, key) == 0:
            lowering.error("expected more than 0", "service", key)
            return Distribution("Constant", {"value": 0.02})
    shape = lowering.choose(
        given.shape,
        "service.shape",
        "lognormal",
        "latencies are skewed to the right; taken as service times, as little of them is waiting",
    )
    if shape != "lognormal" and given.p99 is not None:
        message = f"a service time that is {shape} has one parameter: give p50 only"
        lowering.error(message, "service", "p99")
    p50 = lowering.choose(
        given.p50,
        "service.p50",
        given.p99 / 5 if given.p99 else 0.02,
        "a judgement: give your own (--p50)",
        show_seconds,
    )
    if shape == "exponential":
        return Distribution("Exponential", {"mean": p50 / math.log(2)})
    if shape == "deterministic":
        return Distribution("Constant", {"value": p50})
    p99 = lowering.choose(given.p99, "service.p99", 5 * p50, "a judgement: five times p50", show_seconds)
    if p99 < p50:
        message = f"expected p99 to be at least p50 ({show_seconds(p50)}), got {show_seconds(p99)}"
        lowering.error(message, "service", "p99")
        return Distribution("Constant", {"value": p50})
    return lognormal_from_quantiles(p50, p99)


def _slots(lowering: Lowering, busy: float, replicas: int) -> int:
    """``busy``: slots that the load keeps busy, in all."""
    given = lowering.model.service
    if given.slots is not None:
        if given.utilisation is not None:
            lowering.error("may not be given beside slots, which decide it", "service", "utilisation")
        if busy >= replicas * given.slots:
            lowering.error(_overload(busy, replicas, given.slots), "service", "slots")
        return given.slots
    wanted = lowering.choose(
        given.utilisation,
        "service.utilisation",
        0.5,
        "a judgement: half of the slots are busy",
        show_fraction,
    )
    if not 0 < wanted < 1:
        message = f"expected more than 0% and less than 100%, got {show_fraction(wanted)}"
        lowering.error(message, "service", "utilisation")
        return 1
    if busy >= replicas * MOST_SLOTS:
        lowering.error(_overload(busy, replicas, MOST_SLOTS), "traffic", "rate")
        return MOST_SLOTS
    slots = _nearest_slots(busy / replicas, wanted)
    shown = show_fraction(round(busy / (replicas * slots), 4))
    why = f"the whole number whose utilisation, {shown}, is nearest to {show_fraction(wanted)}"
    if slots == 1 and busy / replicas < wanted:
        why = f"even one slot is only {shown} busy: the service has more instances than it needs"
        if given.utilisation is not None:
            lowering.warn(f"is {shown}, not {show_fraction(wanted)}: {why}", "service", "utilisation")
    lowering.assumed.add("service.slots", str(slots), why)
    return slots


def _nearest_slots(busy: float, wanted: float) -> int:
    """Slots whose utilisation is nearest to the wanted one, and below 1. ``busy``: per instance."""
    enough = math.floor(busy) + 1
    around = (math.floor(busy / wanted), math.ceil(busy / wanted))
    candidates = {min(MOST_SLOTS, max(enough, slots)) for slots in around}
    return min(candidates, key=lambda slots: abs(busy / slots - wanted))


def _overload(busy: float, replicas: int, slots: int) -> str:
    return (
        f"the load keeps {busy:,.0f} slots busy, but {replicas} replica{'s' * (replicas != 1)} with {slots} "
        f"slot{'s' * (slots != 1)} each have {replicas * slots}"
    )


def _tidy(seconds: float) -> float:
    """Two significant digits."""
    return float(f"{seconds:.2g}")
