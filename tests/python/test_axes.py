"""The values of a parameter, as people say them."""

from __future__ import annotations

from typing import Any

import pytest

from rollcast.axes import parse_axis
from rollcast.design import points
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
