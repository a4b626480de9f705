"""Better plans: found where they are known, and not where luck alone made them look better."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import rollcast
from rollcast.better_plans import Search
from rollcast.cli import main
from rollcast.errors import InputError
from rollcast.thresholds import Result as Decision

PAUSE, WEIGHT = "strategy.canary.steps[1].pause", "strategy.canary.steps[0].set_weight"
OBJECTIVES = ("duration", "exposure_mean")


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, ["plan", *(str(arg) for arg in args)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture(scope="module")
def grid(quiet: dict[str, Any]) -> Search:
    """A longer first pause takes longer and exposes fewer requests; a higher weight only exposes more."""
    ranges = {PAUSE: ["10s", "1m", "2m"], WEIGHT: [5, 20, 45]}
    return rollcast.search(quiet, OBJECTIVES, parameters=ranges, trials=9, replications=3)


def test_the_front_of_a_small_grid_is_the_known_one(grid: Search) -> None:
    assert len(grid.explored) == 9
    assert [(plan.values[PAUSE], plan.values[WEIGHT]) for plan in grid.front] == [
        ("10s", 5),
        ("1m", 5),
        ("2m", 5),
    ]
    assert [plan.label for plan in grid.front] == ["A", "B", "C"]
    assert not grid.stands
    # The same pause at a lower weight takes as long and exposes less, in every replication.
    assert [grid.is_better(plan) for plan in grid.front] == [False, True, False]
    assert (
        grid.sentence
        == "Of 9 plans 3 are not beaten by any other; B is better than the given one beyond doubt."
    )


def test_the_numbers_of_the_front_had_no_say_in_the_choice(grid: Search, quiet: dict[str, Any]) -> None:
    plan = grid.front[0]
    alone = rollcast.forecast(plan.scenario, replications=12, seed=grid.seed + 2)
    assert str(plan.forecast.estimates) == str(alone.estimates)
    assert plan.scenario.language["strategy"]["canary"]["steps"][1]["pause"] == "10s"


def test_an_optimiser_finds_the_front_of_a_larger_space(quiet: dict[str, Any]) -> None:
    # 24 * 6 plans, of which 24 lie on the front: those with the lowest weight.
    ranges = {PAUSE: "5s..2m", WEIGHT: [5, 25, 40, 55, 70, 85]}
    found, again = (
        rollcast.search(
            quiet,
            OBJECTIVES,
            ["duration_mean < 170s"],
            ranges,
            trials=30,
            replications=2,
            seed=4,
            threads=threads,
        )
        for threads in (1, 2)
    )
    assert [plan.values for plan in found.front] == [plan.values for plan in again.front]
    assert found.to_json() == again.to_json()
    assert len(found.front) >= 3
    # By chance a plan of the front had the lowest weight once in six times.
    assert sum(plan.values[WEIGHT] == 5 for plan in found.front) > len(found.front) / 2
    assert all(plan.forecast.estimates["duration_mean"].value < 170 for plan in found.front)
    assert not any(plan.requirements[0] is Decision.FAILS for plan in found.front)
    for one, other in itertools.permutations(found.front, 2):
        assert not all(
            one.forecast.estimates[name].value < other.forecast.estimates[name].value
            for name in found.objectives
        )


def test_a_parameter_without_effect_makes_no_better_plan(quiet: dict[str, Any]) -> None:
    ranges = {"strategy.canary.abort_scale_down_delay": ["30s", "60s", "90s"]}
    plan = {**quiet, "strategy": {"canary": {**quiet["strategy"]["canary"], "abort_scale_down_delay": "60s"}}}
    found = rollcast.search(plan, parameters=ranges, replications=2)
    assert found.front == []
    assert found.stands
    assert found.sentence == "Of 3 plans 1 is not beaten by any other: the given one."


def test_a_plan_that_takes_every_release_back_is_not_better(quiet: dict[str, Any]) -> None:
    # It would be quick and harmless.
    success = "analyses.errors.metrics[0].success"
    impossible = {success: ["result[0] < 0", "result[0] < 0.05"]}
    plan = {**quiet, "traffic": {"rate": "40/s"}}
    plan["analyses"] = {"errors": {"metrics": [{**quiet["analyses"]["errors"]["metrics"][0]}]}}
    plan["analyses"]["errors"]["metrics"][0]["success"] = "result[0] < 0.05"
    found = rollcast.search(plan, parameters=impossible, replications=8)
    assert found.front == []
    assert [row["feasible"] for row in found.explored] == [True, False]


def test_requirements_that_no_plan_meets_are_an_answer(quiet_file: Path) -> None:
    arguments = ["--set", f"{PAUSE}=10s,1m", "-n", "2", "--subject-to", "duration_mean < 1s"]
    result = run(quiet_file, *arguments)
    assert result.exit_code == 3
    assert "Of 2 plans none meets the requirements." in result.output


def test_the_command_writes_plans_that_can_be_applied(quiet_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    files = [
        "--out",
        out,
        "--json",
        tmp_path / "a.json",
        "--picture",
        tmp_path / "a.png",
        "--report",
        tmp_path / "a.html",
    ]
    result = run(quiet_file, "--set", f"{PAUSE}=10s,1m", "-n", "2", "--minimise", "duration", *files)
    assert result.exit_code == 0, result.output
    assert "is better than the given one beyond doubt" in result.output
    assert f"{PAUSE}" in result.output
    best = rollcast.load(out / "A.yaml")
    assert best.language["strategy"]["canary"]["steps"][1]["pause"] == "10s"
    assert "+  - pause: 10s" in (out / "A.patch").read_text().replace("    ", "  ")
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["front"][0]["values"] == {PAUSE: "10s"}
    assert (tmp_path / "a.png").stat().st_size > 5000
    assert "paired" in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--set", "traffic.rate=10/s..20/s"],
            "traffic.rate is not the plan's: plans are compared on the same",
        ),
        (["--set", "strategy.steps.1.paus=1m..2m"], 'did you mean "strategy.canary.steps[1].pause"?'),
        (
            ["--set", f"{PAUSE}=2m..1m"],
            "column 36: strategy.canary.steps[1].pause: expected an end above 2m, got 1m",
        ),
        (["--set", f"{PAUSE}=1m"], "expected a range such as 1m..10m, or several values such as 1m,5m,20m"),
        (["--set", f"{PAUSE}=soon..2m"], 'expected a number with its unit, got "soon"'),
        (["--set", PAUSE], "expected a parameter and its values, as in traffic.rate=1k/s,2k/s"),
        (["--minimise", "durations"], 'unknown estimate "durations"; did you mean "duration"?'),
        (["--subject-to", "p_escap < 1%"], 'unknown estimate "p_escap"; did you mean "p_escape"?'),
        (["--picture", "a.gif"], "expected a name that ends in .png, .svg or .pdf"),
    ],
)
def test_what_cannot_be_asked_is_said(quiet_file: Path, arguments: list[str], message: str) -> None:
    result = run(quiet_file, *arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_a_plan_without_anything_to_vary_says_so(quiet: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="the plan says no times, weights or limits that could be varied"):
        rollcast.search({**quiet, "strategy": {"rolling": {}}, "analyses": {}})
