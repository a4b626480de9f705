"""Numbers with units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rollcast import units


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (units.seconds, "30s", 30),
        (units.seconds, "1h30m", 5400),
        (units.seconds, "1 h 30 m", 5400),
        (units.seconds, "250ms", 0.25),
        (units.seconds, "150µs", 150e-6),
        (units.seconds, "2d", 172800),
        (units.seconds, "1.5", 1.5),
        (units.seconds, 0, 0),
        (units.go_seconds, "1h30m", 5400),
        (units.fraction, "5%", 0.05),
        (units.fraction, "0.1 %", 0.001),
        (units.fraction, 0.05, 0.05),
        (units.fraction, "100%", 1),
        (units.fraction, "99.9%", 0.999),
        (units.per_second, "2k/s", 2000),
        (units.per_second, "1.5M/s", 1.5e6),
        (units.per_second, "90/m", 1.5),
        (units.per_second, 12, 12),
        (units.per_second, "1e3", 1000),
        (units.per_hour, "6/h", 6),
        (units.per_hour, "0.1/m", 6),
        (units.per_hour, 6, 6),
        (units.size_bytes, "450MiB", 450 * 2**20),
        (units.size_bytes, "1.2GB", 1.2e9),
        (units.size_bytes, 1024, 1024),
        (units.count, "50k", 50_000),
        (units.count, "1.5 M", 1.5e6),
        (units.count, 7, 7),
        (units.time_of_day, "14:30", 52_200),
        (units.time_of_day, "00:05", 300),
        (units.closing_time, "17:30", 63_000),
        (units.closing_time, "24:00", 86_400),
        (units.clock_offset, "+02:00", 7_200),
        (units.clock_offset, "-5:30", -19_800),
        (units.time_of_week, "14:30", 52_200),
        (units.time_of_week, "Tue 00:00", 86_400),
        (units.time_of_week, "sunday 23:59", 604_740),
        (units.bytes_per_second, "10MB/s", 10e6),
        (units.bytes_per_second, "1Gbit/s", 125e6),
    ],
)
def test_units_are_read(read: Callable[[Any], float], text: Any, value: float) -> None:
    assert read(text) == pytest.approx(value, rel=1e-12)


def test_a_percentage_is_the_fraction_that_one_would_write() -> None:
    assert [units.fraction(f"{n / 10}%") for n in range(1001)] == [
        float(f"{n / 1000:.3f}") for n in range(1001)
    ]


@pytest.mark.parametrize(
    ("read", "wrong", "message"),
    [
        (units.seconds, "30x", 'expected a duration such as "30s", "1h30m" or "250ms", got "30x"'),
        (
            units.seconds,
            "30s later",
            'expected a duration such as "30s", "1h30m" or "250ms", got "30s later"',
        ),
        (units.seconds, -1, 'expected a duration such as "30s", "1h30m" or "250ms", got -1'),
        (units.seconds, True, 'expected a duration such as "30s", "1h30m" or "250ms", got true'),
        (units.seconds, float("nan"), 'expected a duration such as "30s", "1h30m" or "250ms", got nan'),
        (units.seconds, [1], 'expected a duration such as "30s", "1h30m" or "250ms", got a list'),
        (units.seconds, "1e6d", 'expected at most 100 years, got "1e6d"'),
        (units.go_seconds, "1d", 'expected a duration such as "30s", "5m" or "1h30m", got "1d"'),
        (units.go_seconds, 30, 'expected a duration such as "30s", "5m" or "1h30m", got 30'),
        (units.fraction, 5, 'expected a share from 0% to 100%, got 5 ("5%"?)'),
        (units.fraction, "120%", 'expected a share from 0% to 100%, got "120%"'),
        (units.fraction, "5s", 'expected a share such as "5%" or 0.05, got "5s"'),
        (units.per_second, "2k", 'expected a rate such as "200/s", "2k/s" or "90/m", got "2k"'),
        (units.size_bytes, "450MiBs", 'expected a size such as "450MiB" or "1.2GB", got "450MiBs"'),
        (units.bytes_per_second, "10MB", 'expected a bandwidth such as "10MB/s" or "1Gbit/s", got "10MB"'),
        (units.bytes_per_second, 0, 'expected a bandwidth such as "10MB/s" or "1Gbit/s", got 0'),
        (units.count, "50ks", 'expected a number such as 2000 or "50k", got "50ks"'),
        (units.count, -1, 'expected a number such as 2000 or "50k", got -1'),
        (units.time_of_day, "24:00", 'expected a time of day such as "14:30", got "24:00"'),
        (
            units.clock_offset,
            "02:00",
            'expected how far a clock is ahead, such as "+02:00" or "-05:30", got "02:00"',
        ),
        (units.time_of_day, 14, 'expected a time of day such as "14:30", got 14'),
        (
            units.time_of_week,
            "Tuedsay 14:30",
            'expected a time of the week such as "Tue 14:30" or "14:30", got "Tuedsay 14:30"',
        ),
        (
            units.time_of_week,
            "Tue",
            'expected a time of the week such as "Tue 14:30" or "14:30", got "Tue"',
        ),
        (units.factor, "x2", 'expected a number such as 1.5, got "x2"'),
    ],
)
def test_what_cannot_be_read_is_refused_with_an_example(
    read: Callable[[Any], float], wrong: Any, message: str
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011, the whole message is compared
        read(wrong)
    assert str(caught.value) == message


def test_a_pause_is_read_as_argo_reads_it() -> None:
    assert units.pause_seconds(10) == 10
    assert units.pause_seconds("10") == 10
    assert units.pause_seconds("1.5s") == 1  # whole seconds
    assert units.pause_seconds("1h30m") == 5400
    assert units.pause_seconds(None) is None
    for wrong in (-1, 1.5, "1d", "soon", True, "", 2**31, "20000000000"):
        with pytest.raises(ValueError, match="expected whole seconds or a duration"):
            units.pause_seconds(wrong)


@pytest.mark.parametrize("value", [0, 0.001, 0.02, 0.25, 1, 1.5, 59, 60, 90.5, 3600, 5400, 86400, 2592000])
def test_a_shown_duration_reads_back(value: float) -> None:
    assert units.seconds(units.show_seconds(value)) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("value", [0, 0.001, 0.05, 1 / 3, 1])
def test_a_shown_share_reads_back(value: float) -> None:
    assert units.fraction(units.show_fraction(value)) == pytest.approx(
        value, rel=1e-9
    )  # ten digits are shown


def test_shown_durations_are_short() -> None:
    shown = [units.show_seconds(value) for value in (5400, 0.02, 1.5, 2592000, 0)]
    assert shown == ["1h30m", "20ms", "1.5s", "30d", "0s"]


def test_times_of_the_week_are_shown_as_they_are_read() -> None:
    for text in ("Mon 00:00", "Tue 14:30", "Sun 23:59"):
        assert units.show_time_of_week(units.time_of_week(text)) == text
