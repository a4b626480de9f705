"""Which points a sweep tries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rollcast import units
from rollcast.axes import as_axes
from rollcast.design import points
from rollcast.errors import InputError


def test_a_grid_has_every_combination_and_a_zip_only_pairs() -> None:
    axes = as_axes({"a": [1, 2], "b": np.array([3, 4])})
    assert points(axes, "grid", None, 1) == [(1, 3), (1, 4), (2, 3), (2, 4)]
    assert points(axes, "zip", None, 1) == [(1, 3), (2, 4)]


@pytest.mark.parametrize("design", ["random", "lhs", "sobol"])
def test_drawn_points_depend_on_the_seed_and_lie_in_their_ranges(design: str) -> None:
    axes = as_axes({"a": "log(1/s..100/s)", "b": "0..3", "c": ["x", "y"]})
    drawn = points(axes, design, 64, 1)
    assert drawn == points(axes, design, 64, 1)
    assert drawn != points(axes, design, 64, 2)
    rates = np.array([units.per_second(rate) for rate, _, _ in drawn])
    assert ((rates >= 1) & (rates <= 100)).all()
    assert {b for _, b, _ in drawn} == {0, 1, 2, 3}
    assert {c for _, _, c in drawn} == {"x", "y"}
    if design != "random":  # one point in each 64th of the range, by its construction
        strata = np.floor(np.log10(rates) / 2 * 64 - 1e-6).clip(0, 63)
        assert len(set(strata)) >= 60


@pytest.mark.parametrize(
    ("parameters", "design", "count", "told"),
    [
        ({}, "grid", None, "expected at least one parameter"),
        ({"a": []}, "grid", None, "the grid is empty"),
        ({"a": [1, 1]}, "grid", None, "1 is there twice"),
        (
            {"a": [1, 2], "b": [1]},
            "zip",
            None,
            "a zip needs as many values of each parameter, got of a 2 and b 1",
        ),
        ({"a": "1..5"}, "grid", None, "expected how many values to take of the range"),
        ({"a": [1]}, "grid", 5, "leave out --points"),
        ({"a": "1..5"}, "lhs", None, "expected how many points to draw"),
        ({"a": "1..5"}, "sobol", 5, "a power of 2 points, such as 4, not 5"),
        ({"a": [1]}, "griid", None, 'did you mean "grid"?'),
    ],
)
def test_designs_that_make_no_points_are_refused(
    parameters: dict[str, Any], design: str, count: int | None, told: str
) -> None:
    with pytest.raises(InputError) as error:
        points(as_axes(parameters), design, count, 1)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("value", "unit"),
    [("5%", "fraction"), ("2k/s", "rate"), ("90s", "seconds"), ("1MiB", "bytes"), (4, ""), ("50k", "")],
)
def test_what_is_measured_is_said_again(value: Any, unit: str) -> None:
    found, amount = units.measure(value)
    assert found == unit
    assert amount is not None
    assert units.measure(units.say(amount, unit))[1] == amount
    assert units.measure("fast") == units.measure(True) == ("", None)
