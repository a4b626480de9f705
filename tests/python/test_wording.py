"""Numbers in words."""

import math

import pytest

from rollcast import wording


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0325, "probability", "3.25%"),
        (1.0, "fraction", "100%"),
        (0.0, "probability", "0%"),
        (45.0, "seconds", "45 s"),
        (1925.0, "seconds", "32.1 min"),
        (9000.0, "seconds", "2.5 h"),
        (1234.0, "requests", "1,234"),
        (12_300_000.0, "requests", "12.3 million"),
        (-3.0, "requests", "\N{MINUS SIGN}3"),
        (math.nan, "seconds", "unknown"),
    ],
)
def test_a_quantity_reads_as_people_write_it(value: float, unit: str, text: str) -> None:
    assert wording.quantity(value, unit) == text


@pytest.mark.parametrize(
    ("ends", "unit", "words"),
    [
        ((0.9683, 0.951, 0.979), "probability", ("96.8%", "95.1 to 97.9%")),
        ((0.0, 0.0, 0.0367), "probability", ("0.0%", "0.0 to 3.7%")),
        ((0.995, 0.84, 0.998), "probability", ("99.5%", "84.0 to 99.8%")),
        ((1905.6, 1902.0, 1909.2), "seconds", ("31.76 min", "31.70 to 31.82 min")),
        ((33.1, 26.2, 40.9), "requests", ("33", "26 to 41")),
        ((5.0, -math.inf, math.inf), "requests", ("5.00", "\N{MINUS SIGN}∞ to ∞")),
        ((math.nan, math.nan, math.nan), "seconds", ("none", "no such case")),
        ((-0.001, -0.4, 0.4), "requests", ("0.00", "\N{MINUS SIGN}0.40 to 0.40")),
    ],
)
def test_an_estimate_has_as_many_digits_as_its_interval_bears_out(
    ends: tuple[float, float, float], unit: str, words: tuple[str, str]
) -> None:
    assert wording.estimate(*ends, unit) == words


def test_shares_become_whole_numbers_that_add_up() -> None:
    assert wording.apportion([0.9675, 0.0155, 0.017], 1000) == [968, 15, 17]
    assert sum(wording.apportion([1 / 3, 1 / 3, 1 / 3], 1000)) == 1000
    assert wording.apportion([1.0], 1000) == [1000]


@pytest.mark.parametrize(("seconds", "text"), [(0, "00:00"), (725.4, "12:05"), (3725, "1:02:05")])
def test_a_clock_counts_from_the_start(seconds: float, text: str) -> None:
    assert wording.clock(seconds) == text


def test_a_listing_reads_like_a_sentence() -> None:
    assert wording.listing(["a", "b", "c"]) == "a, b and c"
    assert wording.listing(["a"]) == "a"
