"""From what SREs know of a service (rate, p50, p99, errors, utilisation) to what the model needs.

Two approximations, both stated in every report. Latencies are taken as service times: at moderate load little
of a latency is waiting. Utilisation is taken as the share of an instance's slots (threads, workers,
connections) in use, which is what makes requests wait; a CPU's utilisation is close to it for services that
compute. It goes with the plain rate, as do the latencies: where the rate has a shape, the instances are that
busy when its factor is 1, not at its peak.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

from rollcast import _core
from rollcast.errors import join_path
from rollcast.lower_autoscaling import usual_utilisation
from rollcast.lowering import Lowering, distribution
from rollcast.scenario_model import ClassModel, ServiceModel
from rollcast.scenario_random import Distribution, constant, lognormal_from_quantiles
from rollcast.units import show_fraction, show_rate, show_seconds

MOST_SLOTS = 1024
_MOST_QUEUE = 1024


@dataclass(frozen=True)
class Profile:
    service_time: Distribution
    slots: int
    queue: int
    timeout: float
    slow: float
    error_rate: float


def fit(lowering: Lowering, traffic: Any, rate: float, replicas: int) -> Profile:
    """Fits what was not given. ``traffic``: lowered; ``rate``: its requests per second, without shape."""
    given, choose = lowering.model.service, lowering.choose
    service_time = _service_time(lowering, traffic.classes)
    usual = distribution(service_time)
    mean = _mean(usual, traffic.classes)
    p99 = max(
        _core.quantile(one.service_time or usual, 0.99) for one in traffic.classes or [_core.RequestClass()]
    )
    slowest = " of the slowest class" if traffic.classes else ""
    error_rate = choose(
        given.errors, "service.errors", 0.001, "a judgement: one request in a thousand", show_fraction
    )
    slots = _slots(lowering, rate * mean, _users_busy(traffic, mean), replicas)
    timeout = choose(
        given.timeout,
        "service.timeout",
        max(1.0, _tidy(5 * p99)),
        f"five times p99{slowest}, at least a second",
        show_seconds,
    )
    queue = choose(
        given.queue,
        "service.queue",
        min(_MOST_QUEUE, max(16, math.ceil(slots * timeout / mean))) if mean > 0 else 16,
        "as long as a request at its end would just time out; a longer one would change nothing",
    )
    slow = choose(given.slow, "service.slow", _tidy(2 * p99), f"twice p99{slowest}", show_seconds)
    return Profile(service_time, slots, queue, timeout, slow, error_rate)


def _mean(usual: Any, classes: list[Any]) -> float:
    """Seconds that a slot works on a request, over all classes."""
    return math.fsum(one.share * _core.mean(one.service_time or usual) for one in classes) or _core.mean(
        usual
    )


def _users_busy(traffic: Any, mean: float) -> float:
    """Slots that closed-loop users keep busy, if they never wait for one."""
    turn = _core.mean(traffic.users.think) + mean
    return float(traffic.users.count * mean / turn) if turn > 0 else 0.0


def mean_of_bursts(bursts: Any) -> float:
    """The mean rate, relative to that outside of bursts."""
    both = bursts.mean_quiet + bursts.mean_burst
    return float((bursts.mean_quiet + bursts.factor * bursts.mean_burst) / both)


def class_service_time(lowering: Lowering, index: int) -> Distribution | None:
    """What a class of requests has of its own; none: the service's."""
    given = (lowering.model.traffic.classes or [])[index]
    if given.p50 is None and given.p99 is None and given.service_time is None:
        return None
    return _fitted(lowering, given, "traffic", "classes", index)


def _service_time(lowering: Lowering, classes: list[Any]) -> Distribution:
    given = lowering.model.service
    if classes and all(one.service_time is not None for one in classes):
        for key in ("p50", "p99", "service_time"):
            if getattr(given, key) is not None:
                lowering.warn("is of no use: every class of requests has its own", "service", key)
        most = max(range(len(classes)), key=lambda index: float(classes[index].share))
        return class_service_time(lowering, most) or constant(0.02)
    return _fitted(lowering, given, "service")


def _fitted(lowering: Lowering, given: ServiceModel | ClassModel, *path: str | int) -> Distribution:
    """The service time of a service, or of a class of requests, from what is known of it."""
    if given.service_time is not None:
        keys = ("p50", "p99", "shape") if isinstance(given, ServiceModel) else ("p50", "p99")
        for key in keys:
            if getattr(given, key) is not None:
                lowering.error("may not be given beside service_time", *path, key)
        return given.service_time
    for key in ("p50", "p99"):
        if getattr(given, key) == 0:
            lowering.error("expected more than 0", *path, key)
            return constant(0.02)
    shape = lowering.choose(
        lowering.model.service.shape,
        "service.shape",
        "lognormal",
        "latencies are skewed to the right; taken as service times, as little of them is waiting",
    )
    if shape != "lognormal" and given.p99 is not None:
        message = f"a service time that is {shape} has one parameter: give p50 only"
        lowering.error(message, *path, "p99")
    section = functools.reduce(join_path, path, "")
    p50 = lowering.choose(
        given.p50,
        f"{section}.p50",
        given.p99 / 5 if given.p99 else 0.02,
        "a judgement: give your own (--p50)",
        show_seconds,
    )
    if shape == "exponential":
        return Distribution("Exponential", {"mean": p50 / math.log(2)})
    if shape == "deterministic":
        return constant(p50)
    why = "a judgement: five times p50"
    p99 = lowering.choose(given.p99, f"{section}.p99", 5 * p50, why, show_seconds)
    if p99 < p50:
        message = f"expected p99 to be at least p50 ({show_seconds(p50)}), got {show_seconds(p99)}"
        lowering.error(message, *path, "p99")
        return constant(p50)
    return lognormal_from_quantiles(p50, p99)


def _slots(lowering: Lowering, busy: float, users_busy: float, replicas: int) -> int:
    """``busy``: slots that open requests keep busy, in all; closed-loop users cannot overload a service."""
    given = lowering.model.service
    if given.cores is not None and given.cores <= 0:
        lowering.error("expected more than 0", "service", "cores")
        return 1
    decided = "slots" if given.slots is not None else "cores" if given.cores is not None else None
    if decided is not None:
        if given.utilisation is not None:
            message = f"may not be given beside {decided}, which decide it"
            lowering.error(message, "service", "utilisation")
        slots: int = lowering.choose(
            given.slots,
            "service.slots",
            min(MOST_SLOTS, math.ceil(2 * (given.cores or 0)) + 1),
            "two a core and one more, as gunicorn advises",
        )
        if given.cores is not None and given.cores < slots and busy >= replicas * given.cores:
            lowering.error(_overload(busy, replicas, given.cores, "core"), "service", "cores")
        elif busy >= replicas * slots:
            lowering.error(_overload(busy, replicas, slots), "service", "slots")
        return slots
    usual = usual_utilisation(lowering.model.fleet.autoscaling)
    wanted = lowering.choose(
        given.utilisation,
        "service.utilisation",
        0.5 if usual is None else usual,
        "a judgement: half of the slots are busy" if usual is None else "the autoscaler's target",
        show_fraction,
    )
    if not 0 < wanted < 1:
        message = f"expected more than 0% and less than 100%, got {show_fraction(wanted)}"
        lowering.error(message, "service", "utilisation")
        return 1
    if busy >= replicas * MOST_SLOTS:
        lowering.error(_overload(busy, replicas, MOST_SLOTS), "traffic", "rate")
        return MOST_SLOTS
    busy += users_busy
    slots = _nearest_slots(busy / replicas, wanted)
    shown = show_fraction(round(busy / (replicas * slots), 4))
    why = f"the whole number whose utilisation, {shown}, is nearest to {show_fraction(wanted)}"
    if slots == 1 and busy / replicas < wanted:
        why = f"even one slot is only {shown} busy: the service has more instances than it needs"
        if given.utilisation is not None:
            lowering.warn(f"is {shown}, not {show_fraction(wanted)}: {why}", "service", "utilisation")
    lowering.assumed.add("service.slots", str(slots), why)
    return slots


def warn_of_peaks(lowering: Lowering, core: Any) -> None:
    """Whether the load goes beyond what the instances can do, for a while. ``core``: the lowered scenario."""
    traffic, service = core.traffic, core.service
    peak = float(_core.peak_rate(traffic, 0.0, core.window.horizon))
    if traffic.bursts is not None:
        peak *= max(1.0, traffic.bursts.factor) / mean_of_bursts(traffic.bursts)
    busy = peak * _mean(service.service_time, traffic.classes)
    unit = "core" if 0 < service.cores < service.slots else "slot"
    each = service.cores if unit == "core" else service.slots
    if busy >= core.fleet.replicas * each:
        keys = (
            key for key in ("shape", "trace", "arrivals", "bursts") if getattr(lowering.model.traffic, key)
        )
        overload = _overload(busy, core.fleet.replicas, each, unit)
        message = f"at its peak of {show_rate(float(f'{peak:.3g}'))} {overload}"
        lowering.warn(message, "traffic", *list(keys)[:1])


def _nearest_slots(busy: float, wanted: float) -> int:
    """Slots whose utilisation is nearest to the wanted one, and below 1. ``busy``: per instance."""
    enough = math.floor(busy) + 1
    around = (math.floor(busy / wanted), math.ceil(busy / wanted))
    candidates = {min(MOST_SLOTS, max(enough, slots)) for slots in around}
    return min(candidates, key=lambda slots: abs(busy / slots - wanted))


def _overload(busy: float, replicas: int, each: float, unit: str = "slot") -> str:
    return (
        f"the load keeps {busy:,.0f} {unit}s busy, but {replicas} replica{'s' * (replicas != 1)} with "
        f"{each:g} {unit}{'s' * (each != 1)} each have {replicas * each:g}"
    )


def _tidy(seconds: float) -> float:
    """Two significant digits."""
    return float(f"{seconds:.2g}")
