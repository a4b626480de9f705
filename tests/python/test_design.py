"""Which points a sweep tries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rollcast import units
from rollcast.design import as_axes, parse_axis, points
from rollcast.errors import InputError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a.b=1%,5%,10%", ("1%", "5%", "10%")),
        ("a=1, 2.5 ,x", (1, 2.5, "x")),
        ("a={pause: 1m},[1, 2]", ({"pause": "1m"}, [1, 2])),
        ("a='1,2',true", ("1,2", True)),
        ("a=log(100/s..100k/s, 4)", ("100/s", "1000/s", "10000/s", "100000/s")),
        ("a=lin(10%..50%, 5)", ("10%", "20%", "30%", "40%", "50%")),
        ("a=lin(1m..2m, 3)", ("60s", "90s", "120s")),
        ("a=lin(1..10, 4)", (1, 4, 7, 10)),
        ("a=lin(1..2, 9)", (1, 2)),  # whole numbers, each once
        ("a=lin(1.0..2.0, 3)", (1, 1.5, 2)),
        ("a=log(1MiB..4MiB, 3)", (2**20, 2**21, 2**22)),
    ],
)
def test_lists_and_ranges_are_read(text: str, values: tuple[Any, ...]) -> None:
    assert parse_axis(text).listed() == values


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a.b", "--set a.b: expected a parameter and its values"),
        ("a=", "--set a=, column 3: a: expected at least one value, got none: the grid is empty"),
        ("a=1,,2", "column 5: a: expected a value between the commas"),
        ("a=log(1/s..fast, 3)", 'column 12: a: expected a number with its unit, got "fast"'),
        ("a=lgo(1..2, 3)", 'did you mean "log"?'),
        ("a=log(1..2, some)", 'column 13: a: expected how many values to take, such as 9, got "some"'),
        ("a=5%..1%", "column 7: a: expected an end above 5%, got 1%"),
        ("a=1s..5%", "column 7: a: expected two ends of one unit"),
        ("a=log(0..5, 3)", "column 7: a: expected an end above 0"),
        ("a={b", "cannot read"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_column(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        points([parse_axis(text)], "grid", None, 1)
    assert told in str(error.value)


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
