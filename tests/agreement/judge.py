"""Whether the flow data plane agrees with the request data plane, cell by cell.

    tests/agreement/judge.py [--second flow] [--most 8000] [--only TEXT] [--threads N] [--out out]

Writes OUT/agreement.json and its page, OUT/agreement.html. What was simulated stays in OUT/agreement: stopped at any
moment, the same command goes on. A cell agrees when all criteria do at one of the looks at it; the error of 5% is
shared out between the looks.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import io
import json
import math
import time
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import equivalence
import page
import rollcast
from cells import Cell, cells
from equivalence import Comparison, Finding
from rollcast import _core
from rollcast.files import write_atomically
from rollcast.outcomes import VERDICTS

Columns = dict[str, NDArray[Any]]

MARGINS = {"probability": 0.02, "mean": 0.05, "floor": 1e-4, "distance": 0.05}
"""The floor, of attributable failures, is a share of the requests in the window: 5% of next to none is nothing that
could be seen, or would matter. So many are a tenth of what an objective of 99.9% grants for that window."""
LOOKS = ((500, 0.01), (2500, 0.015), (8000, 0.025))
"""Replications of the request plane, and the chance to call equal what is not."""
PIECE = 500
"""Replications of the request plane that a kill may lose."""
FLOW_RUNS = 4
"""Replications of a cheap plane for each of the request plane: as good as 60% more of the latter."""

MEANS = (
    "duration",
    "detection",
    "recovery",
    "requests",
    "failed",
    "attributable",
    "failed_background",
    "failed_defect",
    "failed_hand_over",
    "failed_capacity",
    "slow",
    "baseline_failed",
    "baseline_slow",
    "exposure",
    "blast_radius",
    "min_headroom",
    "restarts",
    "decisions",
)
"""Told of each cell, to find out why its planes differ; few of them are judged."""


@dataclass(frozen=True)
class Plane:
    """A data plane, and the luck that it meets: another one for each, so that the two samples are independent."""

    fidelity: str
    seed: int
    runs: int = 1


@dataclass
class Result:
    """What is known of a cell."""

    cell: Cell
    replications: tuple[int, int]
    seconds: tuple[float, float]
    comparisons: list[Comparison]
    means: dict[str, tuple[float, float]]
    samples: tuple[NDArray[Any], NDArray[Any]] = field(repr=False)
    """Of total failures."""

    @property
    def finding(self) -> Finding:
        return equivalence.overall(each.finding for each in self.comparisons)


def compare(first: Columns, second: Columns, level: float, slack: float = 1) -> list[Comparison]:
    """All criteria. `slack`: on all margins."""
    margins = {name: margin * slack for name, margin in MARGINS.items()}

    def both(read: Any) -> tuple[NDArray[Any], NDArray[Any]]:
        return read(first), read(second)

    ends = {verdict: (VERDICTS.index(verdict),) for verdict in ("promoted", "stuck", "timed out")}
    ends["rolled back"] = (VERDICTS.index("rolled back"), VERDICTS.index("aborted"))
    found = [
        equivalence.probabilities(
            name,
            *both(lambda columns, codes=codes: np.isin(columns["verdict"], codes)),
            margins["probability"],
            level,
        )
        for name, codes in ends.items()
    ]
    found.append(
        equivalence.means("duration", *both(lambda columns: columns["duration"]), margins["mean"], level)
    )
    # What goes back so seldom in both may differ in its verdicts by no more than is granted.
    detected = both(lambda columns: ~np.isnan(columns["detection"]))
    if max(equivalence.wilson(each, level)[1] for each in detected) >= margins["probability"]:
        times = both(lambda columns: columns["detection"][~np.isnan(columns["detection"])])
        found.append(equivalence.means("detection", *times, margins["mean"], level))
    floor = margins["floor"] * float(first["requests"].mean())
    attributable = both(lambda columns: columns["attributable"].astype(float))
    found.append(equivalence.means("attributable", *attributable, margins["mean"], level, floor))
    failed = both(lambda columns: columns["failed"])
    found.append(equivalence.distance("failed", *failed, margins["distance"], level))
    return found


class Store:
    """What was simulated, in pieces that are there as a whole or not at all."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self._folder, self._threads = folder, threads

    def columns(self, cell: Cell, plane: Plane, replications: int) -> tuple[Columns, float]:
        """The first ones, and the seconds that they took, whenever that was."""
        loaded = rollcast.load({**cell.scenario, "fidelity": plane.fidelity})
        run = functools.partial(self._run, loaded, plane)
        # An engine that is another one in any way that matters here does not bring the same ten replications.
        few = run(0, 10)
        said = json.dumps([_core.model_version, dict(loaded.language), plane.seed], default=str)
        identity = hashlib.sha256(said.encode() + b"".join(few[name].tobytes() for name in few)).hexdigest()
        pieces, size = [], PIECE * plane.runs
        for first in range(0, replications, size):
            name = f"{plane.fidelity}-{plane.seed}-{first}.npz"
            path = self._folder / cell.name / name
            piece = _stored(path, identity)
            if piece is None:
                began = time.monotonic()
                piece = run(first, size)
                piece |= {"seconds": np.array(time.monotonic() - began), "identity": np.array(identity)}
                path.parent.mkdir(parents=True, exist_ok=True)
                data = io.BytesIO()
                np.savez_compressed(data, **piece)
                write_atomically(path, data.getvalue())
            pieces.append(piece)
        columns = {name: np.concatenate([piece[name] for piece in pieces])[:replications] for name in few}
        return columns, sum(float(piece["seconds"]) for piece in pieces)

    def _run(self, loaded: rollcast.LoadedScenario, plane: Plane, first: int, count: int) -> Columns:
        options = _core.ForecastOptions(replications=count, seed=plane.seed, threads=self._threads)
        columns = _core.run_piece(loaded.model, loaded.strategy, options, first)
        return {name: columns[name] for name in ("verdict", *MEANS)}


def _stored(path: Path, identity: str) -> Columns | None:
    """What the file holds, if it is that; a damaged one is as good as none."""
    try:
        with np.load(path) as file:
            piece = dict(file)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error):
        return None
    return piece if str(piece.get("identity")) == identity else None


def judge(
    cell: Cell,
    store: Store,
    planes: tuple[Plane, Plane],
    looks: Sequence[tuple[int, float]],
    slack: float = 1,
) -> Result:
    """Looks until it is known whether the planes agree, or for the last time."""
    for replications, level in looks:
        counts = tuple(replications * plane.runs for plane in planes)
        found = [store.columns(cell, plane, count) for plane, count in zip(planes, counts, strict=True)]
        (first, second), seconds = zip(*found, strict=True)
        comparisons = compare(first, second, level, slack)
        if equivalence.overall(each.finding for each in comparisons) is not Finding.UNSEEN:
            break
    return Result(
        cell,
        counts,
        seconds,
        comparisons,
        {name: (_mean(first[name]), _mean(second[name])) for name in MEANS},
        (first["failed"], second["failed"]),
    )


def _mean(values: NDArray[Any]) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else math.nan


def document(
    results: Sequence[Result], planes: tuple[Plane, Plane], looks: Sequence[tuple[int, float]]
) -> str:
    """For machines. A number that is not finite is null."""
    return json.dumps(
        {
            "model_version": _core.model_version,
            "planes": [asdict(plane) for plane in planes],
            "looks": [{"replications": count, "level": level} for count, level in looks],
            "margins": MARGINS,
            "cells": [
                {
                    "name": result.cell.name,
                    **asdict(result.cell),
                    "finding": result.finding.value,
                    "replications": result.replications,
                    "seconds": result.seconds,
                    "comparisons": [
                        {
                            key: None if isinstance(value, float) and not math.isfinite(value) else value
                            for key, value in {**asdict(each), "finding": each.finding.value}.items()
                        }
                        for each in result.comparisons
                    ],
                    "means": {
                        name: [None if math.isnan(value) else value for value in pair]
                        for name, pair in result.means.items()
                    },
                }
                for result in results
            ],
        },
        indent=1,
        allow_nan=False,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--second", default="flow", help="the plane that is judged")
    parser.add_argument(
        "--most", type=int, default=LOOKS[-1][0], help="replications of the request plane in a cell"
    )
    parser.add_argument("--only", default="", help="cells with this in their names")
    parser.add_argument("--threads", type=int, default=0, help="0: every core")
    parser.add_argument("--out", type=Path, default=Path("out"))
    arguments = parser.parse_args()

    planes = Plane("request", 1), Plane(arguments.second, 2, FLOW_RUNS if arguments.second == "flow" else 1)
    looks = [look for look in LOOKS if look[0] <= arguments.most]
    store = Store(arguments.out / "agreement", arguments.threads)
    chosen = [cell for cell in cells() if arguments.only in cell.name]
    results: list[Result] = []
    for cell in chosen:
        results.append(judge(cell, store, planes, looks))
        result = results[-1]
        wrong = [each.name for each in result.comparisons if each.finding is not Finding.AGREES]
        print(
            f"{len(results)}/{len(chosen)} {cell.name}: {result.finding.value}, {result.replications[0]} replications,"
            f" {sum(result.seconds):.0f} s {' '.join(wrong)}",
            flush=True,
        )
        write_atomically(arguments.out / "agreement.json", document(results, planes, looks).encode())
        write_atomically(
            arguments.out / "agreement.html", page.render(results, planes, looks, MARGINS).encode()
        )


if __name__ == "__main__":
    main()
