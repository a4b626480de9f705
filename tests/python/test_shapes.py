"""Shapes of a rate against closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from rollcast import shapes
from rollcast.shapes import Points

DAY = 86400.0
HOUR = (0.0, 3600.0)
AT: Any = {"start_hour": 0, "window": HOUR}


def sinusoid(ratio: float, peak_hour: float, start_hour: float) -> Callable[[float], float]:
    swing = (ratio - 1) / (ratio + 1)
    return lambda t: 1 + swing * math.cos(2 * math.pi * (start_hour + t / 3600 - peak_hour) / 24)


def test_a_day_is_a_sinusoid_with_its_ratio_and_peak() -> None:
    points = shapes.daily(4, 15, start_hour=9.25, window=(-300, DAY))
    exact = sinusoid(4, 15, 9.25)
    # A chord of ten minutes leaves (2 pi / 144)^2 / 8 of the swing, which is 0.6 here.
    assert max(abs(shapes.factor_at(points, t) - exact(t)) for t in range(-300, int(DAY), 7)) < 0.6 * 2.4e-4
    factors = [factor for _, factor in points]
    assert max(factors) / min(factors) == pytest.approx(4, rel=1e-12)
    assert max(points, key=lambda point: point[1])[0] == pytest.approx((15 - 9.25) * 3600)
    assert shapes.mean(points, (0, DAY)) == pytest.approx(1, abs=1e-4)


def test_a_day_covers_its_window_and_no_more() -> None:
    points = shapes.daily(start_hour=12, window=(-300, 3600))
    assert points[0][0] == -600
    assert points[-1][0] == 3600


def test_hours_are_met_on_the_hour_and_joined_by_lines() -> None:
    factors = [float(hour) for hour in range(24)]
    points = shapes.hourly(factors, start_hour=22.5, window=(0, 3 * 3600))
    assert shapes.factor_at(points, 0) == 22.5
    assert shapes.factor_at(points, 1800) == 23
    assert shapes.factor_at(points, 3600) == 11.5  # half-way from 23 to 0
    assert shapes.factor_at(points, 5400) == 0


def test_days_of_the_week_change_at_midnight() -> None:
    week = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    points = shapes.weekly(week, start_weekday=5, start_hour=18, window=(-20 * 3600, 3 * DAY))
    assert shapes.factor_at(points, -19 * 3600) == 5  # 23:00 on Friday
    assert shapes.factor_at(points, 0) == 6
    assert shapes.factor_before(points, 6 * 3600) == 6
    assert shapes.factor_at(points, 6 * 3600) == 7
    assert shapes.factor_at(points, 30 * 3600) == 1, "Monday follows Sunday"
    assert shapes.weekend(0.4) == [1, 1, 1, 1, 1, 0.4, 0.4]


def test_a_ramp_and_a_flash_crowd() -> None:
    ramp = shapes.ramp(at=100, length=50, factor=3)
    assert [shapes.factor_at(ramp, t) for t in (0, 100, 125, 150, 1e9)] == [1, 1, 2, 3, 3]
    jump = shapes.ramp(at=100, length=0, factor=3)
    assert (shapes.factor_before(jump, 100), shapes.factor_at(jump, 100)) == (1, 3)
    crowd = shapes.flash_crowd(at=60, rise=10, hold=20, decay=40, factor=5)
    assert [shapes.factor_at(crowd, t) for t in (0, 65, 70, 80, 90, 110, 130, 999)] == [
        1,
        3,
        5,
        5,
        5,
        3,
        1,
        1,
    ]
    assert shapes.mean(crowd, (60, 130)) == pytest.approx((3 * 10 + 5 * 20 + 3 * 40) / 70)


def test_steps_jump() -> None:
    points = shapes.steps([(0, 1), (10, 2), (20, 2), (30, 0)])
    assert points == [(0, 1), (10, 1), (10, 2), (30, 2), (30, 0)]
    assert shapes.factor_before(points, 10) == 1
    assert shapes.factor_at(points, 10) == 2
    assert shapes.mean(points, (5, 35)) == pytest.approx((5 * 1 + 20 * 2) / 30)


def test_an_empty_shape_is_one() -> None:
    assert shapes.factor_at([], 7) == 1
    assert shapes.product() == [(0, 1)]
    assert shapes.mean([], (3, 3)) == 1


CASES: list[list[Points]] = [
    [[(0, 1), (100, 3)], [(50, 2), (60, 0), (60, 4), (200, 1)]],
    [[(0, 0), (100, 1)], [(0, 1), (100, 0)]],  # nothing at both ends, something between them
    [[(0, 0), (100, 1)], [(0, 5), (100, 1)], [(30, 1), (70, 8)]],
    [[(0, 2)], [(10, 3)]],
]


@pytest.mark.parametrize("parts", CASES)
@pytest.mark.parametrize("accuracy", [1e-2, 1e-3])
def test_a_product_is_within_its_accuracy(parts: list[Points], accuracy: float) -> None:
    points = shapes.product(*parts, accuracy=accuracy)
    assert points == sorted(points, key=lambda point: point[0])
    top = max(factor for _, factor in points)
    times = [t / 7 for t in range(-70, 1500)] + [at for part in parts for at, _ in part]
    for t in times:
        exact = math.prod(shapes.factor_at(part, t) for part in parts)
        assert abs(shapes.factor_at(points, t) - exact) <= accuracy * top + 1e-12
    for at in {at for part in parts for at, _ in part}:
        # At the jumps and joints themselves it is exact, from both sides.
        for side in (shapes.factor_at, shapes.factor_before):
            assert side(points, at) == pytest.approx(math.prod(side(part, at) for part in parts), abs=1e-12)


def test_a_product_of_days_and_weeks_needs_no_more_points_than_they_have() -> None:
    day = shapes.daily(3, 15, start_hour=0, window=(0, 7 * DAY))
    week = shapes.weekly(shapes.weekend(0.6), start_weekday=0, start_hour=0, window=(0, 7 * DAY))
    assert len(shapes.product(day, week)) <= len(day) + len(week)


def test_scaled() -> None:
    assert shapes.scaled([(0, 1), (5, 2)], 3) == [(0, 3), (5, 6)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shapes.daily(0.5, **AT), "expected a peak-to-trough ratio of at least 1, got 0.5"),
        (lambda: shapes.daily(2, 24, **AT), "expected an hour of the day from 0 to below 24, got 24"),
        (lambda: shapes.daily(2, -1, **AT), "expected an hour of the day from 0 to below 24, got -1"),
        (lambda: shapes.weekly([1] * 7, start_weekday=0, start_hour=24, window=HOUR), "expected an hour"),
        (lambda: shapes.hourly([1] * 23, **AT), "expected 24 hourly factors, got 23"),
        (lambda: shapes.hourly([-1] * 24, **AT), "expected a factor of at least 0, got -1"),
        (lambda: shapes.weekly([1], start_weekday=0, **AT), "expected 7 daily factors, got 1"),
        (
            lambda: shapes.weekly([1] * 7, start_weekday=7, **AT),
            "expected a day from 0 (Monday) to 6, got 7",
        ),
        (lambda: shapes.ramp(at=0, length=-1, factor=2), "expected a length of time of at least 0 s, got -1"),
        (lambda: shapes.ramp(at=0, length=1, factor=math.inf), "expected a factor of at least 0, got inf"),
        (
            lambda: shapes.flash_crowd(at=0, rise=1, hold=math.nan, decay=1, factor=2),
            "expected a length of time of at least 0 s, got nan",
        ),
        (lambda: shapes.product([(0, 1)], accuracy=0), "expected an accuracy above 0, got 0"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011, the message is compared
        call()
    assert str(caught.value).startswith(message)
