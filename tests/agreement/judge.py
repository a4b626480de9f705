"""Whether the flow data plane agrees with the request data plane, cell by cell.

    tests/agreement/judge.py [--second flow] [--most 8000] [--only TEXT] [--threads N] [--out out]

Writes OUT/agreement.json and its page, OUT/agreement.html. What was simulated stays in OUT/agreement: stopped
at any moment, the same command goes on. A cell agrees when all criteria do at one of the looks at it; the
error of 5% is shared out between the looks.
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
from collections.abc import Callable, Sequence
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
"""The floor, of attributable failures, is a share of the requests in the window: 5% of next to none is
nothing that could be seen, or would matter. It is a tenth of what an objective of 99.9% grants there."""
LOOKS = ((500, 0.01), (2500, 0.015), (8000, 0.025))
"""Replications of the request plane, and the chance to call equal what is not."""
PROBE = 5
"""Replications that have to come out of another build as they were stored, or what was is not believed."""
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
    """A data plane, and the luck that it meets: each another one, so that samples are independent."""

    fidelity: str
    seed: int
    runs: int = 1


Planes = tuple[Plane, Plane]
Looks = Sequence[tuple[int, float]]


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


def compare(first: Columns, second: Columns, level: float) -> list[Comparison]:
    """All criteria."""

    def both(read: Callable[[Columns], NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
        return read(first), read(second)

    def where(name: str) -> tuple[NDArray[Any], NDArray[Any]]:
        return both(lambda columns: columns[name][~np.isnan(columns[name])])

    found = [
        equivalence.probabilities(
            verdict,
            *both(lambda columns, code=code: columns["verdict"] == code),
            MARGINS["probability"],
            level,
        )
        for code, verdict in enumerate(VERDICTS[:-1])  # nobody is there to abort
    ]
    found.append(equivalence.means("duration", *where("duration"), MARGINS["mean"], level))
    # What goes back so seldom in both may differ in its verdicts by no more than is granted.
    detected = both(lambda columns: ~np.isnan(columns["detection"]))
    if max(equivalence.wilson(each, level)[1] for each in detected) >= MARGINS["probability"]:
        found.append(equivalence.means("detection", *where("detection"), MARGINS["mean"], level))
    floor = MARGINS["floor"] * float(first["requests"].mean())
    found.append(equivalence.means("attributable", *where("attributable"), MARGINS["mean"], level, floor))
    found.append(equivalence.distance("failed", *where("failed"), MARGINS["distance"], level))
    return found


class Sample:
    """The first replications of a cell on a plane, kept in files that are there as a whole or not at all."""

    def __init__(self, cell: Cell, plane: Plane, folder: Path, threads: int = 0) -> None:
        self._loaded = rollcast.load({**cell.scenario, "fidelity": plane.fidelity})
        said = json.dumps([_core.model_version, self._loaded.language], default=dict)
        self._identity = hashlib.sha256(said.encode()).hexdigest()
        self._plane, self._folder, self._threads = plane, folder / cell.name, threads
        self._profile = _core.Profile(self._loaded.model)
        self._pieces: list[Columns] = []

    def grow(self, replications: int) -> None:
        """Until there are so many."""
        first = len(self)
        path = self._folder / f"{self._plane.fidelity}-{self._plane.seed}-{first}-{replications}.npz"
        piece = self._stored(path, first)
        if piece is None:
            began = time.monotonic()
            piece = self._run(first, replications - first)
            piece["seconds"] = np.array(time.monotonic() - began)
            piece |= {"identity": np.array(self._identity), "engine": np.array(_engine())}
            path.parent.mkdir(parents=True, exist_ok=True)
            data = io.BytesIO()
            np.savez_compressed(data, **piece)
            write_atomically(path, data.getvalue())
        self._pieces.append(piece)

    def __len__(self) -> int:
        return sum(len(piece["verdict"]) for piece in self._pieces)

    @property
    def columns(self) -> Columns:
        return {name: np.concatenate([piece[name] for piece in self._pieces]) for name in ("verdict", *MEANS)}

    @property
    def seconds(self) -> float:
        """That they took, whenever that was."""
        return sum(float(piece["seconds"]) for piece in self._pieces)

    def _run(self, first: int, count: int) -> Columns:
        options = _core.ForecastOptions(replications=count, seed=self._plane.seed, threads=self._threads)
        options.profile = self._profile
        columns = _core.run_piece(self._loaded.model, self._loaded.strategy, options, first)
        return {name: columns[name] for name in ("verdict", *MEANS)}

    def _stored(self, path: Path, first: int) -> Columns | None:
        """What the file holds, if it is what would come out; of another build, by its first replications."""
        try:
            with np.load(io.BytesIO(path.read_bytes())) as file:
                piece = dict(file)
        except (OSError, EOFError, ValueError, zipfile.BadZipFile, zlib.error):
            return None
        if str(piece.get("identity")) != self._identity:
            return None
        if str(piece.get("engine")) == _engine():
            return piece
        again = self._run(first, PROBE)
        is_same = all(np.array_equal(again[name], piece[name][:PROBE], equal_nan=True) for name in again)
        return piece if is_same else None


@functools.cache
def _engine() -> str:
    """Which build of the engine this is."""
    return hashlib.sha256(Path(_core.__file__).read_bytes()).hexdigest()


def judge(cell: Cell, planes: Planes, looks: Looks, folder: Path, threads: int = 0) -> Result:
    """Looks until it is known whether the planes agree, or for the last time."""
    samples = [Sample(cell, plane, folder, threads) for plane in planes]
    for replications, level in looks:
        for sample, plane in zip(samples, planes, strict=True):
            sample.grow(replications * plane.runs)
        first, second = (sample.columns for sample in samples)
        comparisons = compare(first, second, level)
        if equivalence.overall(each.finding for each in comparisons) is not Finding.UNSEEN:
            break
    return Result(
        cell,
        (len(samples[0]), len(samples[1])),
        (samples[0].seconds, samples[1].seconds),
        comparisons,
        {name: (_mean(first[name]), _mean(second[name])) for name in MEANS},
        (first["failed"], second["failed"]),
    )


def _mean(values: NDArray[Any]) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else math.nan


def document(results: Sequence[Result], planes: Planes, looks: Looks) -> str:
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
    chosen = [cell for cell in cells() if arguments.only in cell.name]
    results: list[Result] = []
    for cell in chosen:
        result = judge(cell, planes, looks, arguments.out / "agreement", arguments.threads)
        results.append(result)
        without = [each.name for each in result.comparisons if each.finding is not Finding.AGREES]
        words = [
            f"{len(results)}/{len(chosen)}",
            cell.name,
            result.finding.value,
            str(result.replications[0]),
        ]
        print(*words, f"{sum(result.seconds):.0f}s", *without, sep="  ", flush=True)
        write_atomically(arguments.out / "agreement.json", document(results, planes, looks).encode())
    write_atomically(arguments.out / "agreement.html", page.render(results, planes, looks, MARGINS).encode())


if __name__ == "__main__":
    main()
