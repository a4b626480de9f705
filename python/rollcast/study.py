"""Forecasts: many replications of one rollout, and what they say."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rollcast import _core, outcomes, scenario, wording
from rollcast.errors import InputError
from rollcast.profiles import kept
from rollcast.thresholds import Result, Stop, Threshold, require_known
from rollcast.timeline import Timeline

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from rollcast.fidelity import Plane
    from rollcast.plot import Plots
    from rollcast.power_map import Power

DEFAULT_REPLICATIONS = 200
DEFAULT_SEED = 1

GROUPS = {
    "Risk": ("p_",),
    "Time": ("duration", "active", "paused", "baking", "detection", "recovery"),
    "Harm": ("failed", "attributable", "exposure", "blast", "locations", "budget"),
    "Capacity and alarms": ("",),
}
"""Headings over estimates, with what the names of those under them start with."""

_T = TypeVar("_T")

Source = scenario.LoadedScenario | str | Path | Mapping[str, Any]


@dataclass(frozen=True)
class Estimate:
    """A number with its 95% confidence interval, in SI units: shares in [0, 1], seconds."""

    name: str
    meaning: str
    unit: str
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        value, interval = self.in_words()
        return f"{value} ({interval})"

    def in_words(self) -> tuple[str, str]:
        """The value and the interval in human units: ("3.2%", "2.7 to 3.9%")."""
        return wording.estimate(self.value, self.low, self.high, self.unit)


class Estimates(Mapping[str, Estimate]):
    """Estimates by name, in a fixed order."""

    def __init__(self, estimates: Sequence[Estimate]) -> None:
        self._by_name = {estimate.name: estimate for estimate in estimates}

    def __getitem__(self, name: str) -> Estimate:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def groups(self) -> dict[str, list[Estimate]]:
        """The estimates under headings, in order."""
        return grouped(self)

    def __str__(self) -> str:
        width = max(map(len, self), default=0)
        return "\n".join(f"{name:<{width}}  {estimate}" for name, estimate in self.items())

    __repr__ = __str__


def grouped(by_name: Mapping[str, _T]) -> dict[str, list[_T]]:
    """What there is of every estimate, under headings."""
    groups: dict[str, list[_T]] = {heading: [] for heading in GROUPS}
    for name, each in by_name.items():
        heading = next(heading for heading, starts in GROUPS.items() if name.startswith(starts))
        groups[heading].append(each)
    return groups


def matters(*scenarios: scenario.LoadedScenario) -> Callable[[str], bool]:
    """Whether an estimate, by its name, is worth telling of these: one location is exposed or it is not."""
    several = any(each.model.locations for each in scenarios)
    return lambda name: several or not name.startswith("locations")


@dataclass(frozen=True)
class Fate:
    """One way a release can fare: what it was and what became of it."""

    bad: bool
    verdict: str
    label: str


FATES = (
    Fate(False, "promoted", "good, promoted"),
    Fate(False, "rolled back", "good, rolled back: a false alarm"),
    Fate(False, "stuck", "good, stuck"),
    Fate(False, "timed out", "good, not done in time"),
    Fate(True, "rolled back", "bad, rolled back: caught"),
    Fate(True, "stuck", "bad, stuck"),
    Fate(True, "timed out", "bad, not done in time"),
    Fate(True, "promoted", "bad, promoted: an escape"),
)


_ENDINGS = {
    "promoted": "be promoted",
    "rolled back": "be rolled back",
    "stuck": "get stuck",
    "timed out": "not be done in time",
}


@dataclass(frozen=True, eq=False)
class Forecast:
    """What the finished replications 0, 1, 2 ... of a study say about a rollout."""

    scenario: scenario.LoadedScenario
    seed: int
    requested: int
    ending: str
    """ "all", "precise" (stopped by its precision) or "interrupted"."""
    estimates: Estimates
    by_truth: dict[str, Estimates]
    """The estimates for each kind of truth alone, by its name, in the order of the prior."""
    columns: dict[str, np.ndarray] = field(repr=False)
    """The engine's columns; `outcomes` is the same with names and units."""

    @property
    def replications(self) -> int:
        return len(self.columns["replication"])

    @cached_property
    def outcomes(self) -> pa.Table:
        """One row a replication. Each field's metadata has its unit and meaning."""
        return outcomes.to_table(self.columns, [truth.name for truth in self.truths])

    @property
    def truths(self) -> Sequence[Any]:
        """The kinds of truth with their prior probabilities, as the engine has them."""
        return list(self.scenario.model.release.truths)

    @property
    def planes(self) -> list[Plane]:
        """Which data plane each kind of truth was simulated on, and why."""
        from rollcast.fidelity import planes

        return planes(self.scenario.model)

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """What each replication counts for in the mixture: kinds are sampled evenly and weighed back."""
        import numpy as np

        kinds = self.columns["truth"]
        seen = np.bincount(kinds, minlength=len(self.truths))
        prior = np.array([truth.probability for truth in self.truths])
        weights: NDArray[np.float64] = prior[kinds] / seen[kinds]
        weights /= weights.sum()
        return weights

    @cached_property
    def bad(self) -> NDArray[np.bool_]:
        """Whether each replication's release had a defect."""
        bad: NDArray[np.bool_] = self.columns["defect"] != 0
        return bad

    def mask(self, fate: Fate) -> NDArray[np.bool_]:
        """Which replications fared so."""
        import numpy as np

        verdicts = (fate.verdict, "aborted") if fate.verdict == "rolled back" else (fate.verdict,)
        ended_so = np.isin(
            self.columns["verdict"], [outcomes.VERDICTS.index(verdict) for verdict in verdicts]
        )
        fared_so: NDArray[np.bool_] = ended_so & (self.bad == fate.bad)
        return fared_so

    def share(self, fate: Fate) -> float:
        """The probability of this fate in the mixture."""
        return float(self.weights[self.mask(fate)].sum())

    def of_a_thousand(self) -> dict[Fate, int]:
        """How many of 1,000 releases would fare so."""
        counts = wording.apportion([self.share(fate) for fate in FATES], 1000)
        return dict(zip(FATES, counts, strict=True))

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        if not self.replications:
            return "No replication was finished: nothing is known."
        thousand = self.of_a_thousand()
        parts = []
        for verdict, words in _ENDINGS.items():
            count = sum(count for fate, count in thousand.items() if fate.verdict == verdict)
            if count:
                parts.append(f"{count} would {words}")
        text = f"Of 1,000 releases like this one, about {wording.listing(parts)}."
        bad = sum(count for fate, count in thousand.items() if fate.bad)
        if bad:
            escape = self.estimates["p_escape"]
            escaped = sum(
                count for fate, count in thousand.items() if fate.bad and fate.verdict == "promoted"
            )
            text += (
                f" About {bad} of the 1,000 are bad: {escaped} of these would be promoted all the same "
                f"({1000 * escape.low:.0f} to {1000 * escape.high:.0f} at 95% confidence)."
            )
        return text

    def typical(self, *, bad: bool) -> int | None:
        """The replication that stands for its class: of those that end in its commonest way, the one with the
        median of attributable failures. None when there is no such replication."""
        import numpy as np

        rows = np.flatnonzero(self.bad == bad)
        if not len(rows):
            return None
        verdicts = self.columns["verdict"][rows]
        commonest = np.bincount(verdicts, weights=self.weights[rows]).argmax()
        rows = rows[verdicts == commonest]
        order = np.argsort(self.columns["attributable"][rows], kind="stable")
        return int(self.columns["replication"][rows[order[(len(rows) - 1) // 2]]])

    def timeline(self, replication: int) -> Timeline:
        """This replication again, alone, with its story."""
        return replay(self.scenario, replication, seed=self.seed)

    @property
    def plot(self) -> Plots:
        """Pictures: verdicts, truths, harm, durations, exposure, timeline; on axes of their own or given."""
        from rollcast.plot import Plots

        return Plots(self)

    @cached_property
    def power(self) -> Power | None:
        """What the guards can see of the likeliest kinds of defects, coarsely; none: of none of them."""
        from rollcast.power_map import coarse_power

        return coarse_power(self.scenario, self.seed)

    def check(self, thresholds: Sequence[Threshold]) -> list[Result]:
        """Whether each condition holds."""
        return [threshold.check(self.estimates[threshold.name]) for threshold in thresholds]

    def report(
        self, path: str | PathLike[str], thresholds: Sequence[Threshold] = (), command: str = ""
    ) -> None:
        """Writes one HTML file that needs no network. `command` is printed as the way to make it again."""
        from rollcast.files import write_atomically
        from rollcast.report import render

        write_atomically(path, render(self, thresholds, command).encode())

    def to_parquet(self) -> bytes:
        """The outcomes as a Parquet file, with units and meanings in the fields' metadata."""
        return outcomes.to_parquet(self.outcomes)

    def to_json(self, thresholds: Sequence[Threshold] = ()) -> str:
        """Estimates, assumptions and identity as JSON. A number that is not finite is null."""
        loaded = self.scenario
        document = {
            "scenario": loaded.name,
            "source": str(loaded.source),
            "strategy": loaded.strategy.describe(),
            "model_version": _core.model_version,
            "seed": self.seed,
            "replications": self.replications,
            "ending": self.ending,
            "planes": [asdict(plane) for plane in self.planes],
            "estimates": _as_json(self.estimates),
            "by_truth": {
                truth.name: {
                    "probability": truth.probability,
                    "estimates": _as_json(self.by_truth[truth.name]),
                }
                for truth in self.truths
            },
            "thresholds": [
                {"text": threshold.text, "result": result.value}
                for threshold, result in zip(thresholds, self.check(thresholds), strict=True)
            ],
            "assumptions": [
                {"path": each.path, "value": str(each.value), "why": each.why} for each in loaded.assumptions
            ],
            "warnings": [str(warning) for warning in loaded.warnings],
        }
        return json.dumps(document, indent=2, allow_nan=False) + "\n"

    def __str__(self) -> str:
        return f"{self.sentence}\n\n{self.estimates}\n"


def forecast(
    source: Source,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    threads: int = 0,
    stop: Mapping[str, Any] | Stop | None = None,
    progress: Callable[[int], bool | None] | None = None,
) -> Forecast:
    """Simulates a rollout many times, each time beside its twin without the rollout.

    The result depends on the seed but not on the number of threads (0: every core). `stop` ends the study
    early, e.g. {"estimate": "p_promoted", "half_width": 0.02}. `progress` is told how many replications are
    finished; returning False stops the study, as does an interrupt: the finished ones are the result. Raises
    InputError.
    """
    loaded = _loaded(source)
    options = _options(loaded, replications, seed, threads, stop)
    with kept(loaded.model, needed=False) as options.profile:
        result = _core.forecast(loaded.model, loaded.strategy, options, progress)
    release = loaded.model.release
    return Forecast(
        scenario=loaded,
        seed=seed,
        requested=replications,
        ending=result.ending.name,
        estimates=_estimates(result.estimates),
        by_truth={
            truth.name: _estimates(result.estimate_truth(release, index))
            for index, truth in enumerate(release.truths)
        },
        columns=result.outcomes,
    )


def replay(source: Source, replication: int, seed: int = DEFAULT_SEED) -> Timeline:
    """One replication of the forecast with this seed, alone, with its story."""
    loaded = _loaded(source)
    require_range("replication", replication, 0)
    require_range("seed", seed, 0, bits=64)
    options = _core.ForecastOptions(seed=seed)
    with kept(loaded.model, needed=False) as options.profile:
        timeline, outcome = _core.replay(loaded.model, loaded.strategy, options, replication)
    return Timeline.of(timeline, outcome, loaded)


def estimate_units(loaded: scenario.LoadedScenario) -> dict[str, str]:
    """The names of all estimates of a forecast, each with its unit."""
    return {each.name: each.unit.name for each in _core.estimate(loaded.model.release, [])}


def _loaded(source: Source) -> scenario.LoadedScenario:
    return source if isinstance(source, scenario.LoadedScenario) else scenario.load(source)


def _options(
    loaded: scenario.LoadedScenario,
    replications: int,
    seed: int,
    threads: int,
    stop: Mapping[str, Any] | Stop | None,
) -> _core.ForecastOptions:
    require_range("replications", replications, 1)
    require_range("threads", threads, 0)
    require_range("seed", seed, 0, bits=64)
    options = _core.ForecastOptions(replications=replications, seed=seed, threads=threads)
    if stop is not None:
        wanted = stop if isinstance(stop, Stop) else Stop(stop["estimate"], stop["half_width"])
        require_known(wanted.name, estimate_units(loaded))
        options.stop_estimate, options.stop_half_width = wanted.name, wanted.half_width
    return options


def require_range(name: str, value: int, least: int, bits: int = 32) -> None:
    if not least <= value < 2**bits:
        raise InputError(f"{name} must be at least {least} and below 2^{bits}, is {value}")


def _estimates(estimates: Sequence[_core.Estimate]) -> Estimates:
    return Estimates(
        [
            Estimate(each.name, each.meaning, each.unit.name, each.value, each.low, each.high)
            for each in estimates
        ]
    )


def _as_json(estimates: Estimates) -> dict[str, dict[str, Any]]:
    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        each.name: {
            "value": finite(each.value),
            "low": finite(each.low),
            "high": finite(each.high),
            "unit": each.unit,
            "meaning": each.meaning,
        }
        for each in estimates.values()
    }
