"""The values of a parameter, as people say them."""

from __future__ import annotations

from typing import Any

import pytest

import rollcast
from rollcast.axes import parse_axis
from rollcast.design import points
from rollcast.errors import InputError
from rollcast.ranges import parameters_of


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


CANARY = {
    "name": "canary",
    "traffic": {"rate": "50/s"},
    "fleet": {"replicas": 4},
    "strategy": {
        "canary": {
            "max_surge": "25%",
            "steps": [{"set_weight": 10}, {"pause": "2m"}, {"set_weight": 50}, {"pause": "4m"}],
        }
    },
    "slo": {"objective": "99.9%"},
}
STEPS = "strategy.canary.steps"


@pytest.fixture(scope="module")
def canary() -> rollcast.LoadedScenario:
    return rollcast.load(CANARY)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"{STEPS}[1].pause=1m..3m", ("1m", "3m")),
        ("strategy.steps.1.pause=60..180", ("1m", "3m")),  # seconds, as what is there
        (f"{STEPS}[1].pause=log(1m..100m)", ("1m", "1h40m")),
        (f"{STEPS}[1].pause=lin(1m..3m, 3)", ("60s", "180s")),
        (f"{STEPS}[0].set_weight=5..20", (5, 20)),
        (f"{STEPS}[1].pause=1m,5m,20m", ("1m", "20m")),
        ("slo.objective=99%..99.99%", ("99%", "99.99%")),
        ("strategy.max_surge=10%..50%", ("10%", "50%")),
    ],
)
def test_a_search_reads_the_same_words(
    canary: rollcast.LoadedScenario, text: str, values: tuple[Any, Any]
) -> None:
    (found,) = parameters_of(canary, [parse_axis(text)]).values()
    assert (found.values()[0], found.values()[-1]) == values
    assert found.values()[0] == found.at(0)


def test_steps_can_be_more_or_fewer(canary: rollcast.LoadedScenario) -> None:
    (found,) = parameters_of(canary, {STEPS: "1..3"}).values()
    assert found.values() == (
        [{"set_weight": 10}, {"pause": "6m"}],
        CANARY["strategy"]["canary"]["steps"],  # type: ignore[index]
        [
            *({"set_weight": 10}, {"pause": "1m20s"}),
            *({"set_weight": 30}, {"pause": "2m"}),
            *({"set_weight": 50}, {"pause": "2m40s"}),
        ],
    )
    for steps in found.values():
        rollcast.with_values(canary, {STEPS: steps})
    assert parameters_of(canary, {STEPS: [1, 3]})[STEPS].values() == found.values()[::2]
    searched = rollcast.search(canary, ["duration"], parameters={STEPS: "1..3"}, replications=2)
    assert len(searched.explored) == 3
    assert "set_weight 10, pause 6m" in searched.to_json()


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({f"{STEPS}[1].pause": "1m"}, "expected a range such as 1m..10m, or several values"),
        ({STEPS: "1..3", f"{STEPS}[1].pause": "1m..2m"}, f"{STEPS}[1].pause is a part of {STEPS}"),
        ({f"{STEPS}[1].paus": "1m..2m"}, f'did you mean "{STEPS}[1].pause"?'),
        ({}, "expected at least one parameter to vary"),
    ],
)
def test_what_a_search_cannot_vary_is_told(
    canary: rollcast.LoadedScenario, parameters: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError) as error:
        parameters_of(canary, parameters)
    assert told in str(error.value)


def test_steps_of_another_sort_keep_their_number() -> None:
    steps = [{"set_weight": 10}, {"set_weight": 50}, {"pause": "4m"}]
    loaded = rollcast.load({**CANARY, "strategy": {"canary": {"steps": steps}}})
    with pytest.raises(InputError, match="expected steps of set_weight and pause in turns"):
        parameters_of(loaded, {STEPS: "1..3"})
