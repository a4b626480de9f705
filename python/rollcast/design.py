"""Which points a sweep tries: designs over the values of its parameters.

Grid (every combination), zip (the first values together, the second ones ...), random, lhs (Latin
hypercube) and sobol, both of scipy.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from typing import Any

from rollcast.axes import Axis, Span
from rollcast.errors import InputError, listed, nearest, shown

DESIGNS = ("grid", "zip", "random", "lhs", "sobol")


def points(axes: Sequence[Axis], design: str, count: int | None, seed: int) -> list[tuple[Any, ...]]:
    """The points of a design: a value of each axis. Raises InputError."""
    if design not in DESIGNS:
        raise InputError(
            f"unknown design {shown(design)}: expected {listed(DESIGNS)}", None, nearest(design, DESIGNS)
        )
    if not axes:
        raise InputError("expected at least one parameter to sweep, as in --set traffic.rate=1k/s,2k/s")
    for axis in axes:
        if not isinstance(axis.values, Span) and not axis.values:
            raise InputError("expected at least one value, got none: the grid is empty", axis.start)
    if design in ("grid", "zip"):
        if count is not None:
            raise InputError(f"a {design} has as many points as its values make: leave out --points")
        return _listed(axes, design)
    if count is None or count < 1:
        raise InputError(f"expected how many points to draw for a {design} design: --points 64")
    return [
        tuple(axis.at(share) for axis, share in zip(axes, row, strict=True))
        for row in _shares(design, count, len(axes), seed)
    ]


def _listed(axes: Sequence[Axis], design: str) -> list[tuple[Any, ...]]:
    lists = [axis.listed() for axis in axes]
    if design == "grid":
        for axis, values in zip(axes, lists, strict=True):
            said = [json.dumps(value, sort_keys=True) for value in values]
            for index, value in enumerate(said):
                if value in said[:index]:
                    raise InputError(f"{shown(values[index])} is there twice", axis.place(index))
        return list(itertools.product(*lists))
    lengths = {len(values) for values in lists}
    if len(lengths) > 1:
        counts = listed((f"{axis.path} {len(v)}" for axis, v in zip(axes, lists, strict=True)), "and")
        raise InputError(f"a zip needs as many values of each parameter, got of {counts}")
    return list(zip(*lists, strict=True))


def _shares(design: str, count: int, dimensions: int, seed: int) -> Any:
    if design == "random":
        import numpy as np

        return np.random.Generator(np.random.PCG64(seed)).random((count, dimensions)).tolist()
    from scipy.stats import qmc

    if design == "lhs":
        return qmc.LatinHypercube(dimensions, seed=seed).random(count).tolist()
    power = round(math.log2(count))
    if 2**power != count:
        raise InputError(f"a sobol design has a power of 2 points, such as {2**power}, not {count}")
    return qmc.Sobol(dimensions, seed=seed).random_base2(power).tolist()
