"""How fast are sweeps? Two worker processes beside one; a point beside its simulation; a million rows.

python bench/sweep.py [SCENARIO]
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars
from pyarrow import parquet

import rollcast
from rollcast import _core, examples, sweep_task
from rollcast.sweep_folder import OUTCOMES, Folder, Rule, Study

ROWS, ROWS_A_POINT = 1_000_000, 1_000


def workers(loaded: rollcast.LoadedScenario, place: Path) -> None:
    """The times of the same sweep on one and on two processes, in turns, from the first piece to the last."""
    rates: dict[int, list[float]] = {1: [], 2: []}
    for turn in range(3):
        for count, found in rates.items():
            seen: list[float] = []
            rollcast.sweep(
                loaded,
                {"traffic.rate": "log(200/s..400/s, 6)"},
                place / f"{count}-{turn}",
                replications=40,
                piece=4,
                workers=count,
                progress=partial(_note, seen),
            )
            found.append((len(seen) - 1) / (seen[-1] - seen[0]))
    ratios = [two / one for one, two in zip(rates[1], rates[2], strict=True)]
    print(
        f"two workers beside one: {np.median(ratios):.2f} times as fast ({min(ratios):.2f}-{max(ratios):.2f})"
    )


def _note(seen: list[float], _finished: int, _total: int) -> None:
    seen.append(time.perf_counter())


def overhead(loaded: rollcast.LoadedScenario, place: Path) -> None:
    """Of a point of one piece: all that is not simulation, files and tables included."""
    inside = np.zeros(2)
    simulate: Callable[..., Any] = _core.run_piece

    def timed(*args: Any) -> Any:
        nonlocal inside
        started = _clocks()
        columns = simulate(*args)
        inside += _clocks() - started
        return columns

    points = 200
    rollcast.sweep(loaded, {"traffic.rate": ["100/s"]}, replications=1)  # imports and caches
    rates = {"traffic.rate": f"lin(100/s..120/s, {points})"}
    took = []
    setattr(sweep_task, "_core", _Timed(timed))  # noqa: B010, typed
    for turn in range(5):
        inside[:] = 0
        started = _clocks()
        rollcast.sweep(loaded, rates, place / f"points-{turn}", replications=1, threads=1)
        took.append((_clocks() - started - inside) / points * 1e3)
    setattr(sweep_task, "_core", _core)  # noqa: B010, typed
    wall, busy = np.median(took, axis=0)
    print(
        f"a point costs {wall:.2f} ms beside its simulation, {busy:.2f} ms of a processor's "
        f"(medians of {len(took)} sweeps of {points} points)"
    )


def _clocks() -> np.ndarray[Any, Any]:
    """Real time, and what this process had of the processors; they differ where others are at work."""
    return np.array([time.perf_counter(), time.process_time()])


class _Timed:
    """The engine, but for one function."""

    def __init__(self, run_piece: Callable[..., Any]) -> None:
        self.run_piece = run_piece

    def __getattr__(self, name: str) -> Any:
        return getattr(_core, name)


def million(loaded: rollcast.LoadedScenario, place: Path) -> None:
    """One piece, as often as it takes."""
    base = sweep_task.Base.of(loaded)
    few = sweep_task.run(sweep_task.Task(base, "{}", 0, 0, 0, 20, 1, 1))
    columns = {name: np.resize(column, ROWS_A_POINT) for name, column in few.columns.items()}
    noise = np.random.Generator(np.random.PCG64(1))
    points = ROWS // ROWS_A_POINT
    rates = tuple((f"{rate}/s",) for rate in range(1, points + 1))
    rule = Rule(ROWS_A_POINT, ROWS_A_POINT)
    study = Study(base.digest, loaded.name, ("traffic.rate",), rates, 1, rule, _core.model_version, "0")
    with Folder.open(study, place / "million") as folder:
        for point in range(points):  # floats do not repeat in a real table
            own = {
                name: column * noise.random(ROWS_A_POINT) if column.dtype.kind == "f" else column
                for name, column in columns.items()
            }
            folder.add(dataclasses.replace(few, point=point, columns=own))
        started = time.perf_counter()
        folder.write_tables()
        print(f"{ROWS:,} rows: tables written in {time.perf_counter() - started:.1f} s")
    file = place / "million" / OUTCOMES
    print(f"{ROWS:,} rows: {file.stat().st_size / 2**20:.0f} MiB")
    for name, read in (
        ("pyarrow", parquet.read_table),
        ("pandas", pd.read_parquet),
        ("polars", polars.read_parquet),
    ):
        started = time.perf_counter()
        read(file)
        print(f"{ROWS:,} rows: opened by {name} in {time.perf_counter() - started:.2f} s")


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else str(examples.path("rolling-update"))
    loaded = rollcast.load(given)
    with tempfile.TemporaryDirectory() as place:
        overhead(loaded, Path(place))
        million(loaded, Path(place))
        workers(loaded, Path(place))


if __name__ == "__main__":
    main()
