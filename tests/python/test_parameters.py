"""Parameters by their paths."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

import rollcast
from rollcast.errors import InputError, InputErrors, Place, path_steps
from rollcast.parameters import resolve


def test_a_value_is_replaced_and_nothing_else(small: dict[str, Any]) -> None:
    loaded = rollcast.load(small)
    other = rollcast.with_values(loaded, {"traffic.rate": "90/s", "strategy.canary.steps[1].pause": "2m"})
    assert other.model.traffic.rate == 90
    assert other.language["strategy"]["canary"]["steps"][1] == {"pause": "2m"}
    assert loaded.model.traffic.rate == 80
    assert loaded.language["strategy"]["canary"]["steps"][1] == {"pause": "1m"}
    back = rollcast.with_values(other, {"traffic.rate": "80/s", "strategy.canary.steps[1].pause": "1m"})
    assert back.model == loaded.model
    assert back.strategy.describe() == loaded.strategy.describe()


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("strategy.canary.steps[0].set_weight", ("strategy", "canary", "steps", 0, "set_weight")),
        ("strategy.steps.0.set_weight", ("strategy", "canary", "steps", 0, "set_weight")),
        ("strategy.max_surge", ("strategy", "canary", "max_surge")),  # not said, but might be
        ("traffic.shape.daily.peak_to_trough", ("traffic", "shape", "daily", "peak_to_trough")),
        ("analyses.errors.metrics[0].window", ("analyses", "errors", "metrics", 0, "window")),
        ("release.p_bad", ("release", "p_bad")),
    ],
)
def test_a_path_may_leave_out_the_kind_of_the_strategy(
    small: dict[str, Any], path: str, steps: tuple[Any, ...]
) -> None:
    assert resolve(rollcast.load(small), path) == steps


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("traffic.rat", 'did you mean "traffic.rate"?'),
        ("rate", 'did you mean "traffic.rate"?'),
        ("strategy.steps.0.weight", 'did you mean "strategy.canary.steps[0].set_weight"?'),
        ("strategy.canry.steps[0].set_weight", 'did you mean "strategy.canary.steps[0].set_weight"?'),
        ("strategy.steps.7.pause", "this list has 4 entries"),
        ("traffic.rate[0]", "this is no list"),
        ("traffic.rate.mean", 'this is "80/s", which has no parts'),
        ("zzz", "expected one of name, "),
        ("", "expected the path of a parameter"),
    ],
)
def test_a_path_of_no_parameter_is_told_with_the_nearest_and_its_place(
    small_file: Path, path: str, told: str
) -> None:
    with pytest.raises(InputError) as error:
        resolve(rollcast.load(small_file), path)
    assert told in str(error.value)
    if path:
        assert error.value.place.file == str(small_file)
        assert error.value.place.line > 0


def test_a_wrong_value_is_told_where_it_was_said(small: dict[str, Any]) -> None:
    places = {"traffic.rate": Place("--set traffic.rate=1/s,fast", 0, 18, "traffic.rate")}
    with pytest.raises(InputErrors) as error:
        rollcast.with_values(small, {"traffic.rate": "fast"}, places)
    assert str(error.value).startswith(
        "--set traffic.rate=1/s,fast, column 18: traffic.rate: expected a rate such as"
    )


def test_a_forecast_at_a_point(small: dict[str, Any]) -> None:
    there = rollcast.evaluate(small, {"traffic.rate": "40/s"}, replications=6, seed=3)
    plain = rollcast.forecast({**small, "traffic": {"rate": "40/s"}}, replications=6, seed=3)
    assert there.outcomes.equals(plain.outcomes) or str(there.estimates) == str(plain.estimates)
    assert there.columns["requests"].tolist() == plain.columns["requests"].tolist()


def test_guards_are_advised_on_unless_it_is_not_wanted(small: dict[str, Any]) -> None:
    values = {"analyses.errors.metrics[0].success": "len(result) == 0 || result[0] < 2"}
    assert any("metric" in each for each in rollcast.with_values(small, values).warnings)
    assert not any("metric" in each for each in rollcast.with_values(small, values, advise=False).warnings)


def test_errors_survive_the_way_from_a_worker() -> None:
    one = InputError("is bad", Place("a.yaml", 3, 4, "x"), "good")
    for error in (one, InputErrors([one, InputError("is worse")])):
        back = pickle.loads(pickle.dumps(error))
        assert type(back) is type(error)
        assert str(back) == str(error)
        assert back.errors[-1].place == error.errors[-1].place


def test_paths_count_entries_in_two_ways() -> None:
    assert path_steps("a.0.b[1]") == ["a", 0, "b", 1]
