"""Which parameters an outcome depends on: Morris's elementary effects and Sobol's indices, by SALib.

Every point meets the same luck, so that a parameter without influence shows none, not even by chance.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rollcast import _core, ranges, scenario, wording
from rollcast.better_plans import SHORT_NAMES
from rollcast.errors import InputError, listed, nearest, shown
from rollcast.parameters import with_values
from rollcast.study import DEFAULT_SEED, Source, estimate_units, forecast
from rollcast.thresholds import require_known

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rollcast.axes import Axis

METHODS = ("morris", "sobol")
DEFAULT_OUTCOMES = ("duration", "harm")
DEFAULT_REPLICATIONS = 50
DEFAULT_SIZE = {"morris": 10, "sobol": 64}
"""Trajectories of Morris; of Sobol's base sample, a power of 2."""


@dataclass(frozen=True)
class Influence:
    """Of one parameter on one outcome, with its 95% interval (SALib's bootstrap over the design)."""

    parameter: str
    outcome: str
    total: float
    """Morris: the mean size of the change as the parameter goes over its whole range, in the outcome's unit.
    Sobol: its share of the variance, alone and together with others."""
    low: float
    high: float
    own: float
    """Morris: the mean change, with its sign. Sobol: the share of the variance by itself."""
    mixed: float
    """Morris: how much the change varies with where all are, a standard deviation. Sobol: total - own."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What the outcomes depend on."""

    scenario: scenario.LoadedScenario
    method: str
    ranges: Mapping[str, ranges.Range]
    outcomes: tuple[str, ...]
    units: Mapping[str, str]
    influences: Mapping[str, Sequence[Influence]]
    """By outcome, the strongest first."""
    points: int
    replications: int
    seed: int

    def rows(self, outcome: str) -> list[tuple[str, str, str, str, str]]:
        """Parameter, its range, its influence, the interval, and what is mixed in, in words."""
        unit = self.units[outcome] if self.method == "morris" else "fraction"
        rows = []
        for each in self.influences[outcome]:
            total, interval = wording.estimate(each.total, each.low, each.high, unit)
            values = self.ranges[each.parameter].values()
            span = f"{values[0]} to {values[-1]}"
            rows.append((each.parameter, span, total, interval, wording.quantity(each.mixed, unit)))
        return rows

    def plot(self) -> Figure:
        """Bars with their intervals, a panel for each outcome."""
        from rollcast.plot import influences

        return influences(self)

    def picture(self, path: str | PathLike[str]) -> None:
        """Writes the picture: .png, .svg or .pdf."""
        self.plot().savefig(path, facecolor="white", dpi=150)

    def to_json(self) -> str:
        """The influences and the study's identity. A number that is not finite is null."""

        def finite(value: float) -> float | None:
            return value if math.isfinite(value) else None

        document = {
            "scenario": self.scenario.name,
            "source": str(self.scenario.source),
            "model_version": _core.model_version,
            "method": self.method,
            "seed": self.seed,
            "points": self.points,
            "replications": self.replications,
            "influences": [
                {
                    "outcome": each.outcome,
                    "unit": self.units[each.outcome],
                    "parameter": each.parameter,
                    "total": finite(each.total),
                    "low": finite(each.low),
                    "high": finite(each.high),
                    "own": finite(each.own),
                    "mixed": finite(each.mixed),
                }
                for outcome in self.outcomes
                for each in self.influences[outcome]
            ],
        }
        return json.dumps(document, indent=2, allow_nan=False) + "\n"

    def __str__(self) -> str:
        lines = []
        for outcome in self.outcomes:
            lines.append(f"{outcome}:")
            lines += [f"  {path}: {total} ({interval})" for path, _, total, interval, _ in self.rows(outcome)]
        return "\n".join(lines) + "\n"


def sensitivity(
    source: Source,
    parameters: Mapping[str, Any] | Sequence[Axis] | None = None,
    method: str = "morris",
    outcomes: Sequence[str] = DEFAULT_OUTCOMES,
    *,
    size: int | None = None,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    threads: int = 0,
    progress: Callable[..., None] | None = None,
) -> Sensitivity:
    """Varies parameters of a scenario and says which of them the outcomes depend on.

    `parameters`: by path, a range "1m..10m" or a list of values; not given: what the strategy and its guards
    say of times, weights and limits. `method`: "morris" (few points: which ones matter) or "sobol" (many:
    shares of the variance). `outcomes`: "duration", "harm" or names of estimates. `size`: trajectories of
    Morris (size * (parameters + 1) points), or Sobol's base sample (a power of 2; size * (parameters + 2)
    points). `replications`: of each point, all under the same luck. `progress` is told how many points are
    done, and of how many. Needs SALib. Raises InputError.
    """
    loaded = source if isinstance(source, scenario.LoadedScenario) else scenario.load(source)
    if method not in METHODS:
        raise InputError(
            f"expected {listed(METHODS)}, got {shown(method)}", suggestion=nearest(method, METHODS)
        )
    units = estimate_units(loaded)
    names = tuple(dict.fromkeys(SHORT_NAMES.get(name.strip(), name.strip()) for name in outcomes))
    for name in names:
        require_known(name, [*units, *SHORT_NAMES])
    found = ranges.parameters_of(loaded, parameters)
    base = ranges.on_longest_window(loaded, found)
    known: dict[tuple[str, ...], list[float]] = {}

    def evaluate(shares: NDArray[np.float64]) -> NDArray[np.float64]:
        results = []
        for done, row in enumerate(shares):
            said = {path: each.at(share) for (path, each), share in zip(found.items(), row, strict=True)}
            key = tuple(map(str, said.values()))
            if key not in known:
                result = forecast(with_values(base, said, advise=False), replications, seed, threads)
                if result.ending == "interrupted":
                    raise KeyboardInterrupt
                known[key] = [result.estimates[name].value for name in names]
            results.append(known[key])
            if progress is not None:
                progress(done + 1, len(shares))
        return np.array(results)

    influences, points = analyse(evaluate, tuple(found), names, method, size or DEFAULT_SIZE[method], seed)
    return Sensitivity(loaded, method, found, names, units, influences, points, replications, seed)


def analyse(
    evaluate: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    parameters: Sequence[str],
    outcomes: Sequence[str],
    method: str,
    size: int,
    seed: int,
) -> tuple[dict[str, list[Influence]], int]:
    """Influences by outcome, and the number of points. `evaluate`: from points (rows, for each parameter its
    share of the range) to outcomes (rows, one column each)."""
    try:
        import SALib.analyze.morris
        import SALib.analyze.sobol
        import SALib.sample.morris
        import SALib.sample.sobol
    except ImportError:
        raise InputError("a sensitivity needs SALib: pip install 'rollcast[sensitivity]'") from None
    if method == "sobol" and (size < 2 or size & (size - 1)):
        raise InputError(f"Sobol's base sample has to be a power of 2 such as 64, is {size}")
    if method == "morris" and size < 2:
        raise InputError(f"Morris's method needs at least 2 trajectories, got {size}")
    problem = {
        "num_vars": len(parameters),
        "names": list(parameters),
        "bounds": [[0.0, 1.0]] * len(parameters),
    }
    if method == "morris":
        points = SALib.sample.morris.sample(problem, size, seed=seed)
    else:
        points = SALib.sample.sobol.sample(problem, size, calc_second_order=False, seed=seed)
    results = evaluate(points)
    influences = {}
    for column, outcome in enumerate(outcomes):
        values = results[:, column]
        if (unknown := int(np.isnan(values).sum())) > 0:
            where = f"{unknown} of {wording.plural(len(values), 'point')}"
            raise InputError(f"{outcome} is not known at {where}: no replication has it there")
        if np.ptp(values) == 0:  # of nothing there are no shares
            found = [Influence(name, outcome, 0.0, 0.0, 0.0, 0.0, 0.0) for name in parameters]
        elif method == "morris":
            effects = SALib.analyze.morris.analyze(problem, points, values, seed=seed)
            found = [
                Influence(name, outcome, total, max(0.0, total - half), total + half, mean, spread)
                for name, total, half, mean, spread in zip(
                    parameters, *_rounded(effects, "mu_star", "mu_star_conf", "mu", "sigma"), strict=True
                )
            ]
        else:
            shares = SALib.analyze.sobol.analyze(problem, values, calc_second_order=False, seed=seed)
            found = [
                Influence(name, outcome, total, max(0.0, total - half), total + half, own, total - own)
                for name, total, half, own in zip(
                    parameters, *_rounded(shares, "ST", "ST_conf", "S1"), strict=True
                )
            ]
        influences[outcome] = sorted(found, key=lambda each: -each.total)
    return influences, len(points)


def _rounded(results: Mapping[str, Any], *keys: str) -> list[list[float]]:
    """Without the last bits, in which equal effects may differ."""
    least = 1e-9 * float(np.max(np.abs(results[keys[0]])))
    return [[0.0 if abs(x) < least else float(f"{x:.9g}") for x in results[key]] for key in keys]
