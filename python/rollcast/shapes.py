"""Shapes of a rate: how traffic goes over the day, the week and special occasions.

A shape is a list of points (seconds since the start of the rollout, factor): straight lines join the points,
two points at one time are a jump, and outside of the points the first and the last factor hold. A parameter
that makes no sense is a ValueError.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

Points = list[tuple[float, float]]
Window = tuple[float, float]
"""From when to when, in seconds since the start of the rollout; the lead-in begins before 0."""

_HOUR = 3600.0
_DAY = 24 * _HOUR


def daily(peak_to_trough: float = 3, peak_hour: float = 15, *, start_hour: float, window: Window) -> Points:
    """A sinusoid of mean 1 with its peak at that hour of the day; the rollout starts at ``start_hour``.

    In chords of ten minutes, which are wrong by 0.00024 of the swing at most. Ratios of 2 to 4 are usual;
    Meta's XFaaS receives 4.3 (Sahraei and others, SOSP 2023).
    """
    _require(
        math.isfinite(peak_to_trough) and peak_to_trough >= 1,
        "a peak-to-trough ratio of at least 1",
        peak_to_trough,
    )
    _require_hour(peak_hour)
    swing = (peak_to_trough - 1) / (peak_to_trough + 1)
    turn = 2 * math.pi / 24
    return _over_the_day(
        lambda hour: 1 + swing * math.cos(turn * (hour - peak_hour)), 600, start_hour, window
    )


def hourly(factors: Sequence[float], *, start_hour: float, window: Window) -> Points:
    """The factors at midnight, one o'clock, ... eleven in the evening, with straight lines between them."""
    _require(len(factors) == 24, "24 hourly factors", f"{len(factors)}")
    _require_factors(factors)
    return _over_the_day(lambda hour: factors[round(hour) % 24], _HOUR, start_hour, window)


def weekly(factors: Sequence[float], *, start_weekday: int, start_hour: float, window: Window) -> Points:
    """A factor for each day from Monday (0) to Sunday, with jumps at midnight; see ``weekend``."""
    _require(len(factors) == 7, "7 daily factors", f"{len(factors)}")
    _require_factors(factors)
    _require(start_weekday in range(7), "a day from 0 (Monday) to 6", start_weekday)
    _require_hour(start_hour)
    midnight = -start_hour * _HOUR  # of the day on which the rollout starts
    first, last = (math.floor((end - midnight) / _DAY) for end in window)
    return steps(
        [(midnight + day * _DAY, factors[(start_weekday + day) % 7]) for day in range(first, last + 1)]
    )


def weekend(factor: float) -> list[float]:
    """The week's factors where only Saturday and Sunday differ."""
    return [1.0] * 5 + [factor] * 2


def ramp(*, at: float, length: float, factor: float) -> Points:
    """1 until ``at``, then a straight line to the factor, which then stays."""
    _require_factors([factor])
    _require_lengths(length)
    return [(at, 1.0), (at + length, factor)]


def flash_crowd(*, at: float, rise: float, hold: float, decay: float, factor: float) -> Points:
    """1 until ``at``, a line to the factor, which holds, and a line back to 1."""
    _require_factors([factor])
    _require_lengths(rise, hold, decay)
    top = at + rise
    return [(at, 1.0), (top, factor), (top + hold, factor), (top + hold + decay, 1.0)]


def steps(levels: Iterable[tuple[float, float]]) -> Points:
    """Each factor from its time until the next one's."""
    points: Points = []
    for at, factor in levels:
        if points:
            if factor == points[-1][1]:
                continue
            points.append((at, points[-1][1]))
        points.append((at, factor))
    return points


def scaled(points: Points, by: float) -> Points:
    return [(at, factor * by) for at, factor in points]


def product(*shapes: Points, accuracy: float = 1e-3) -> Points:
    """All shapes at once. Where several slope, the product bends; it is followed by chords that are wrong by
    at most ``accuracy`` times the highest factor on that stretch.
    """
    _require(accuracy > 0, "an accuracy above 0", accuracy)
    knots = sorted({at for shape in shapes for at, _ in shape})
    if not knots:
        return [(0.0, 1.0)]
    points = [(knots[0], math.prod(factor_before(shape, knots[0]) for shape in shapes))]
    for left, right in pairwise(knots):
        begins = [factor_at(shape, left) for shape in shapes]
        ends = [factor_before(shape, right) for shape in shapes]
        parts = _chords(begins, ends, accuracy)
        for share in (part / parts for part in range(parts + 1)):
            factors = (a + (b - a) * share for a, b in zip(begins, ends, strict=True))
            points.append((left + (right - left) * share, math.prod(factors)))
    points.append((knots[-1], math.prod(factor_at(shape, knots[-1]) for shape in shapes)))
    return [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]


def factor_at(points: Points, seconds: float) -> float:
    """The factor at that time; at a jump the one after it."""
    return _between(points, bisect_right(points, seconds, key=lambda point: point[0]), seconds)


def factor_before(points: Points, seconds: float) -> float:
    """The factor just before that time."""
    return _between(points, bisect_left(points, seconds, key=lambda point: point[0]), seconds)


def mean(points: Points, window: Window) -> float:
    """The average over the window."""
    begin, end = window
    if begin == end:
        return factor_at(points, begin)
    knots = [begin, *sorted({at for at, _ in points if begin < at < end}), end]
    area = math.fsum(
        (factor_at(points, left) + factor_before(points, right)) / 2 * (right - left)
        for left, right in pairwise(knots)
    )
    return area / (end - begin)


def _between(points: Points, after: int, seconds: float) -> float:
    """The factor on the line that ends at the point of index ``after``."""
    if not points:
        return 1.0
    if after == 0 or after == len(points):
        return points[max(0, after - 1)][1]
    (left, low), (right, high) = points[after - 1], points[after]
    return low + (high - low) * (seconds - left) / (right - left)


def _chords(begins: Sequence[float], ends: Sequence[float], accuracy: float) -> int:
    """How many chords follow a product of lines: one errs by an eighth of the largest second derivative."""
    highest = [max(a, b) for a, b in zip(begins, ends, strict=True)]
    slopes = [abs(b - a) for a, b in zip(begins, ends, strict=True)]
    bend = 2 * sum(
        slopes[i] * slopes[j] * math.prod(high for k, high in enumerate(highest) if k not in (i, j))
        for i in range(len(slopes))
        for j in range(i)
    )
    middle = ((a + b) / 2 for a, b in zip(begins, ends, strict=True))
    top = max(math.prod(begins), math.prod(middle), math.prod(ends))
    return max(1, math.ceil(math.sqrt(bend / (8 * accuracy * top)))) if bend > 0 and top > 0 else 1


def _over_the_day(factor: Callable[[float], float], step: float, start_hour: float, window: Window) -> Points:
    """Points every ``step`` seconds of the clock, from the last before the window to the first after it."""
    _require_hour(start_hour)
    start = start_hour * _HOUR  # on the clock
    first, last = math.floor((start + window[0]) / step), math.ceil((start + window[1]) / step)
    return [(i * step - start, factor(i * step / _HOUR % 24)) for i in range(first, last + 1)]


def _require(holds: bool, expected: str, got: object) -> None:
    if not holds:
        raise ValueError(f"expected {expected}, got {got}")


def _require_hour(hour: float) -> None:
    _require(0 <= hour < 24, "an hour of the day from 0 to below 24", hour)


def _require_factors(factors: Iterable[float]) -> None:
    for factor in factors:
        _require(math.isfinite(factor) and factor >= 0, "a factor of at least 0", factor)


def _require_lengths(*lengths: float) -> None:
    for length in lengths:
        _require(math.isfinite(length) and length >= 0, "a length of time of at least 0 s", length)
