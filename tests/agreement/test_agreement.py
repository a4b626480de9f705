"""The cells are what they are said to be; a few of them agree; what was simulated outlives a kill."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import judge
import page
import rollcast
from cells import CENTRE, LEVELS, Cell, cells
from equivalence import Finding
from judge import Columns, Plane, Sample

REQUEST = Plane("request", 1)
FLOW = Plane("flow", 2, runs=judge.FLOW_RUNS)
CELL = Cell.of({**CENTRE, "load": "0.2", "policy": "random"})


def test_there_are_enough_cells_and_always_the_same_ones() -> None:
    assert len(cells()) >= 60
    assert len({cell.name for cell in cells()}) == len(cells())
    assert cells() == cells()
    assert {cell.load for cell in cells()} >= {"0.2", "1.3"}


def test_every_two_levels_of_different_factors_meet() -> None:
    rows = [[(factor, getattr(cell, factor)) for factor in LEVELS] for cell in cells()]
    met = {pair for row in rows for pair in combinations(row, 2)}
    every = [(factor, level) for factor, levels in LEVELS.items() for level in levels]
    missing = {pair for pair in combinations(every, 2) if pair[0][0] != pair[1][0]} - met
    # A good release has no severity.
    assert {(one, factor) for one, (factor, _) in missing} == {(("defect", "good"), "severity")}


def test_every_policy_and_every_defect_of_the_language_is_there() -> None:
    schema = rollcast.json_schema()["$defs"]
    assert set(LEVELS["defect"]) == {"good", *schema["DefectModel"]["properties"]["defect"]["enum"]}
    policies = schema["BalancingModel"]["properties"]["policy"]["anyOf"][0]["enum"]
    assert set(LEVELS["policy"]) == set(policies)


@pytest.mark.parametrize("shape", LEVELS["shape"])
def test_shapes_have_the_mean_that_the_load_is_made_of(shape: str) -> None:
    """To 1%: their parameters have three digits."""
    cell = Cell.of({**CENTRE, "shape": shape})
    service_time = rollcast.load(cell.scenario).model.service.service_time
    assert rollcast._core.mean(service_time) == pytest.approx(0.4, rel=0.01)


WATCHED = {
    "0.2_peak_ewma_constant_retrying_latency_mild_blue-green",
    "0.4_round_robin_lognormal_hasty_crash_mild_blue-green",
    "0.6_random_lognormal_hasty_error-rate_mild_canary-50",
    "0.6_round_robin_constant_hasty_wrong-answers_mild_canary-50",
    "0.6_power_of_two_lognormal_hasty_error-rate_mild_canary-50",
    "0.6_least_outstanding_lognormal_hasty_good_none_canary-50",
    "0.6_least_outstanding_lognormal_hasty_error-rate_strong_canary-50",
    "0.6_least_outstanding_exponential_retrying_capacity_mild_blue-green",
}
"""Of the cells that do not differ, some that are soon done: what agrees shall stay so. The matrix has all."""


def test_what_is_watched_is_of_the_matrix() -> None:
    assert {cell.name for cell in cells()} >= WATCHED


@pytest.mark.parametrize(
    "cell", [cell for cell in cells() if cell.name in WATCHED], ids=lambda cell: cell.name
)
def test_the_planes_do_not_differ(cell: Cell, tmp_path: Path) -> None:
    """By more than the margins. Equal planes with other seeds would fail here once in ten thousand times."""
    result = judge.judge(cell, (REQUEST, FLOW), [(800, 1e-6)], tmp_path)
    assert [each for each in result.comparisons if each.finding is Finding.DIFFERS] == []


def sample(folder: Path, *sizes: int, cell: Cell = CELL) -> Columns:
    """It grows to these sizes, one after the other."""
    grown = Sample(cell, REQUEST, folder)
    for size in sizes:
        grown.grow(size)
    return grown.columns


def test_another_release_does_differ(tmp_path: Path) -> None:
    """What a plane that is wrong would look like."""
    first, second = (
        sample(tmp_path, 800, cell=replace(CELL, defect=defect)) for defect in ("error-rate", "good")
    )
    found = {each.name: each.finding for each in judge.compare(first, second, 1e-6)}
    assert found["attributable"] is found["failed"] is Finding.DIFFERS


def runs(monkeypatch: pytest.MonkeyPatch, most: int | None = None) -> list[int]:
    """The first replications of what is simulated from now on; after `most` pieces it stops."""
    began: list[int] = []
    run_piece = rollcast._core.run_piece

    def counted(model: Any, strategy: Any, options: Any, first: int) -> Any:
        if options.replications > judge.PROBE:
            if len(began) == most:
                raise KeyboardInterrupt
            began.append(first)
        return run_piece(model, strategy, options, first)

    monkeypatch.setattr(rollcast._core, "run_piece", counted)
    return began


def same(first: Columns, second: Columns) -> bool:
    return all(np.array_equal(first[name], second[name], equal_nan=True) for name in first)


def test_what_was_simulated_outlives_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sample(tmp_path / "whole", 80)
    with monkeypatch.context() as patch:
        runs(patch, most=2)
        with pytest.raises(KeyboardInterrupt):
            sample(tmp_path / "part", 20, 50, 80)
    with monkeypatch.context() as patch:
        began = runs(patch)
        resumed = sample(tmp_path / "part", 20, 50, 80)
    assert began == [50]
    assert same(whole, resumed)


@pytest.mark.parametrize("kept", [slice(0), slice(-200), slice(1, None)], ids=["empty", "cut off", "shifted"])
def test_a_damaged_file_is_not_believed(tmp_path: Path, kept: slice, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = sample(tmp_path, 20, 40)
    [second] = tmp_path.rglob("*-20-40.npz")
    second.write_bytes(second.read_bytes()[kept])
    began = runs(monkeypatch)
    assert same(whole, sample(tmp_path, 20, 40))
    assert began == [20]


def test_files_of_another_scenario_model_or_engine_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample(tmp_path, 20)
    [file] = tmp_path.rglob("*.npz")
    began = runs(monkeypatch)

    other = replace(CELL, defect="good")
    there = tmp_path / other.name / file.name
    there.parent.mkdir()
    file.rename(there)
    sample(tmp_path, 20, cell=other)
    assert began == [0]

    monkeypatch.setattr(rollcast._core, "model_version", 0)
    sample(tmp_path, 20, cell=other)
    assert began == [0, 0]
    sample(tmp_path, 20, cell=other)
    assert began == [0, 0]

    monkeypatch.setattr(judge, "_engine", lambda: "another build that brings the same")
    sample(tmp_path, 20, cell=other)
    assert began == [0, 0]
    with np.load(there) as stored:
        piece = dict(stored)
    piece["failed"][1] += 1
    np.savez(there, **piece)
    sample(tmp_path, 20, cell=other)
    assert began == [0, 0, 0]


def test_the_page_and_the_document_tell_of_every_cell(tmp_path: Path) -> None:
    planes, looks = (REQUEST, Plane("request", 2)), [(20, 0.05)]
    chosen = [CELL, replace(CELL, defect="good")]
    results = [judge.judge(cell, planes, looks, tmp_path) for cell in chosen]
    told = json.loads(judge.document(results, planes, looks))
    assert [cell["finding"] for cell in told["cells"]] == ["not enough seen"] * 2
    assert [cell["name"] for cell in told["cells"]] == [result.cell.name for result in results]
    text = page.render(results, planes, looks, judge.MARGINS)
    assert "0 of 2 cells are shown to agree" in text
    assert text.count("<svg") == 2
