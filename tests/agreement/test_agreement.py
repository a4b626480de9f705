"""The cells are what they are said to be; a few of them agree; what was simulated outlives a kill."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import judge
import page
import rollcast
from cells import CENTRE, LEVELS, Cell, cells
from equivalence import Finding
from judge import Columns, Plane, Store

REQUEST = Plane("request", 1)
FLOW = Plane("flow", 2, runs=judge.FLOW_RUNS)
CELL = Cell.of({**CENTRE, "load": "0.2", "policy": "random"})


def test_there_are_enough_cells_and_always_the_same_ones() -> None:
    assert len(cells()) >= 60
    assert len({cell.name for cell in cells()}) == len(cells())
    assert cells() == cells()
    assert {cell.load for cell in cells()} >= {"0.2", "1.3"}


def test_every_two_levels_of_different_factors_meet() -> None:
    met = {
        pair for cell in cells() for pair in combinations([(each, getattr(cell, each)) for each in LEVELS], 2)
    }
    every = [(factor, level) for factor, levels in LEVELS.items() for level in levels]
    # A good release has no severity.
    wanted = {
        pair
        for pair in combinations(every, 2)
        if pair[0][0] != pair[1][0]
        and not {("defect", "good"), "severity"} <= {*pair, *(word for word, _ in pair)}
    }
    assert wanted - met == set()


def test_every_policy_and_every_defect_of_the_language_is_there() -> None:
    schema = rollcast.json_schema()["$defs"]
    assert set(LEVELS["defect"]) == {"good", *schema["DefectModel"]["properties"]["defect"]["enum"]}
    policies = schema["BalancingModel"]["properties"]["policy"]["anyOf"][0]["enum"]
    assert set(LEVELS["policy"]) == set(policies)


@pytest.mark.parametrize("shape", LEVELS["shape"])
def test_shapes_have_the_mean_that_the_load_is_made_of(shape: str) -> None:
    """A good release, patient clients, no queue: so many slots are busy. To 1%: parameters have three digits."""
    cell = Cell.of({**CENTRE, "shape": shape})
    service_time = rollcast.load(cell.scenario).model.service.service_time
    assert rollcast._core.mean(service_time) == pytest.approx(0.4, rel=0.01)


def few(load: str) -> list[Cell]:
    """Of the matrix: every eleventh cell up to this load, whatever it is."""
    return [cell for cell in cells() if float(cell.load) <= float(load)][::11]


@pytest.mark.parametrize("cell", few("0.9"), ids=lambda cell: cell.name)
def test_the_planes_do_not_differ(cell: Cell, tmp_path: Path) -> None:
    """By more than the margins. With equal planes and other seeds this would fail once in ten thousand times."""
    result = judge.judge(cell, Store(tmp_path), (REQUEST, FLOW), [(800, 1e-6)])
    assert [each for each in result.comparisons if each.finding is Finding.DIFFERS] == []


def test_another_release_does_differ(tmp_path: Path) -> None:
    """What a plane that is wrong would look like."""
    store = Store(tmp_path)
    first, second = (
        store.columns(replace(CELL, defect=defect), REQUEST, 800)[0] for defect in ("error-rate", "good")
    )
    found = {each.name: each.finding for each in judge.compare(first, second, 1e-6)}
    assert found["attributable"] is found["failed"] is Finding.DIFFERS


def runs(monkeypatch: pytest.MonkeyPatch, most: int | None = None) -> list[int]:
    """The first replications of the pieces that are simulated from now on; after `most` of them it is stopped."""
    began: list[int] = []
    run_piece = rollcast._core.run_piece

    def counted(
        model: object, strategy: object, options: rollcast._core.ForecastOptions, first: int
    ) -> Columns:
        if options.replications > 10:
            if len(began) == most:
                raise KeyboardInterrupt
            began.append(first)
        columns: Columns = run_piece(model, strategy, options, first)
        return columns

    monkeypatch.setattr(rollcast._core, "run_piece", counted)
    return began


def same(first: Columns, second: Columns) -> bool:
    return all(np.array_equal(first[name], second[name], equal_nan=True) for name in first)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "PIECE", 20)


@pytest.mark.usefixtures("small_pieces")
def test_what_was_simulated_outlives_a_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = Store(tmp_path / "whole").columns(CELL, REQUEST, 80)
    with monkeypatch.context() as patch:
        runs(patch, most=2)
        with pytest.raises(KeyboardInterrupt):
            Store(tmp_path / "part").columns(CELL, REQUEST, 80)
    with monkeypatch.context() as patch:
        began = runs(patch)
        resumed, _ = Store(tmp_path / "part").columns(CELL, REQUEST, 80)
    assert began == [40, 60]
    assert same(whole, resumed)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("damage", [lambda data: b"", lambda data: data[:-200], lambda data: b"x" + data[1:]])
def test_a_damaged_file_is_not_believed(
    tmp_path: Path, damage: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = Store(tmp_path).columns(CELL, REQUEST, 40)
    [second] = tmp_path.rglob("*-20.npz")
    second.write_bytes(damage(second.read_bytes()))
    began = runs(monkeypatch)
    assert same(whole, Store(tmp_path).columns(CELL, REQUEST, 40)[0])
    assert began == [20]


@pytest.mark.usefixtures("small_pieces")
def test_files_of_another_scenario_or_engine_are_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    store.columns(CELL, REQUEST, 20)
    other = replace(CELL, defect="good")
    monkeypatch.setattr(Cell, "name", CELL.name)  # the same folder
    began = runs(monkeypatch)
    store.columns(other, REQUEST, 20)
    monkeypatch.setattr(rollcast._core, "model_version", 0)
    store.columns(other, REQUEST, 20)
    store.columns(other, REQUEST, 20)
    assert began == [0, 0]


@pytest.mark.usefixtures("small_pieces")
def test_the_page_and_the_document_tell_of_every_cell(tmp_path: Path) -> None:
    planes, looks = (REQUEST, Plane("request", 2)), [(20, 0.05)]
    results = [
        judge.judge(cell, Store(tmp_path), planes, looks) for cell in (CELL, replace(CELL, defect="good"))
    ]
    told = json.loads(judge.document(results, planes, looks))
    assert [cell["finding"] for cell in told["cells"]] == ["not enough seen"] * 2
    assert [cell["name"] for cell in told["cells"]] == [result.cell.name for result in results]
    text = page.render(results, planes, looks, judge.MARGINS)
    assert "0 of 2 cells are shown to agree" in text
    assert text.count("<svg") == 2
