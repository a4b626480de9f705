"""The axes of a power map: "severity", "share=1%:50%", "bake=5m,20m,1h", "traffic.rate=10/s:1k/s"."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rollcast import _core, units, wording
from rollcast.errors import InputError, join_path, listed, nearest, path_steps, shown

if TYPE_CHECKING:
    from rollcast.scenario import LoadedScenario

SEVERITY, SHARE, BAKE = WORDS = ("severity", "share", "bake")

_SMALLEST_SHARE, _LARGEST_SHARE = 0.005, 0.5
_BAKES = (60.0, 7200.0)

# Of each kind of defect: what its severity is called, its unit, and the least and most that it can be.
_SEVERITIES: dict[str, tuple[str, str, float, float]] = {
    "error_rate": ("added error rate", "fraction", 1e-6, 1),
    "latency": ("factor on the service time", "factor", 1.001, 1000),
    "crash_on_start": ("starts that crash", "fraction", 1e-4, 1),
    "crash_hazard": ("crashes per instance and hour", "per hour", 1e-3, 3600),
    "crash_on_request": ("requests that kill their process", "fraction", 1e-9, 1),
    "memory_leak": ("requests until a process dies", "requests", 1, 1e9),
    "slow_leak": ("time until a process dies", "seconds", 1, 1e7),
    "descriptor_leak": ("requests until a process fails all others", "requests", 1, 1e9),
    "capacity": ("slots that are gone", "fraction", 1e-3, 0.99),
    "wrong_answers": ("wrong answers", "fraction", 1e-6, 1),
}


@dataclass(frozen=True, eq=False)
class Axis:
    """What a map runs over."""

    name: str
    """One of WORDS, or the path of a parameter of the scenario."""
    label: str
    unit: str
    """ "fraction", "seconds", "rate", "factor", "per hour", "requests" or "" (a plain number)."""
    values: NDArray[np.float64]
    """Rising, in SI units."""

    def in_words(self, value: float) -> str:
        """ "0.3%", "12 min", "1.5 times"."""
        if self.unit in ("fraction", "seconds", "requests"):
            text = wording.quantity(value, self.unit)
            return f"{text} requests" if self.unit == "requests" else text
        if self.unit == "rate":
            return units.show_rate(float(f"{value:.3g}"))
        if self.unit == "factor":
            return f"{value:.3g} times"
        return f"{value:.3g}" + ("/h" if self.unit == "per hour" else "")

    def apply(self, loaded: LoadedScenario, value: float) -> LoadedScenario:
        """The scenario with this value; not for severity and share, which are no part of it."""
        if self.name == BAKE:
            return baked(loaded, value)
        from rollcast.parameters import with_values

        return with_values(loaded, {self.name: units.say(value, self.unit)})

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "label": self.label,
            "unit": self.unit,
            "values": [float(value) for value in self.values],
        }


def parse_axis(text: str, loaded: LoadedScenario, truth: Any, cells: int) -> Axis:
    """Reads "share=1%:50%". `truth`: the kind of defect whose severity may be an axis. Raises InputError."""
    name, _, given = (part.strip() for part in text.partition("="))
    if name == SEVERITY:
        return severity_axis(truth, cells, given)
    if name == SHARE:
        return _axis(
            name,
            "share of the traffic",
            "fraction",
            given,
            cells,
            (_SMALLEST_SHARE, _LARGEST_SHARE),
            (1e-6, 0.999),
        )
    if name == BAKE:
        _hold(loaded)  # says why if there is no bake
        return _axis(
            name, "time that the first step is held", "seconds", given, cells, _BAKES, (1, 7 * 86400)
        )
    return _parameter(name, given, loaded, cells)


def severity_axis(truth: Any, cells: int, given: str = "") -> Axis:
    """Of a kind of truth: what its prior makes likely, or what is given."""
    label, unit, least, most = _SEVERITIES[truth.kind.name]
    low, high = (_core.quantile(truth.severity, p) for p in (0.005, 0.995))
    if high < 1.5 * low:
        low, high = low / 10, high * 10
    return _axis(SEVERITY, label, unit, given, cells, (max(low, least), min(high, most)), (least, most))


def _axis(
    name: str,
    label: str,
    unit: str,
    given: str,
    cells: int,
    usual: tuple[float, float],
    limits: tuple[float, float],
) -> Axis:
    values = _grid(*usual, cells) if not given else _given(name, given, unit, cells)
    least, most = limits
    if values[0] < least * (1 - 1e-9) or values[-1] > most * (1 + 1e-9):
        axis = Axis(name, label, unit, values)
        raise InputError(
            f"{name}={given}: expected values from {axis.in_words(least)} to {axis.in_words(most)}, "
            f"got {axis.in_words(values[0])} to {axis.in_words(values[-1])}"
        )
    return Axis(name, label, unit, values)


def _grid(low: float, high: float, cells: int) -> NDArray[np.float64]:
    """By factors, as round as they can be told apart."""
    exact = np.geomspace(low, high, cells) if cells > 1 else np.array([math.sqrt(low * high)])
    for digits in (2, 3):
        values: NDArray[np.float64] = np.array([float(f"{value:.{digits}g}") for value in exact])
        gaps = np.diff(np.log(values))
        if cells == 1 or gaps.min() > 0.5 * math.log(high / low) / (cells - 1):
            return np.clip(values, low, high)
    return exact


_READERS = {
    "fraction": units.fraction,
    "seconds": units.seconds,
    "rate": units.per_second,
    "per hour": units.per_hour,
}


def _given(name: str, text: str, unit: str, cells: int) -> NDArray[np.float64]:
    """ "1%:50%", a range to be filled, or "1%,5%,25%", the values themselves."""
    read = _READERS.get(unit, _number)

    def one(part: str) -> float:
        try:
            return float(read(part.strip()))
        except ValueError as error:
            raise InputError(f"{name}={text}: {error}") from None

    ends = text.split(":")
    if len(ends) == 2:
        low, high = one(ends[0]), one(ends[1])
        if not 0 < low < high:
            raise InputError(
                f"{name}={text}: expected a range from a value above 0 to a higher one, as in 1%:50%"
            )
        return _grid(low, high, cells)
    if len(ends) > 2:
        raise InputError(f"{name}={text}: expected a range such as 1%:50% or values such as 1%,5%,25%")
    values = np.array([one(part) for part in text.split(",")])
    if (np.diff(values) <= 0).any():
        raise InputError(f"{name}={text}: expected values that rise")
    return values


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"expected a number, got {shown(text)}") from None


# --- parameters of the scenario ---------------------------------------------------------------------------


def _parameter(path: str, given: str, loaded: LoadedScenario, cells: int) -> Axis:
    now = value_at(path, loaded)
    unit, value = units.measure(given.replace(":", ",").split(",")[0].strip() if given else now)
    if not unit and value is None:
        raise InputError(f"{path} is {shown(now)}, which has no range")
    if not given and not value:
        raise InputError(f"{path} is {shown(now)}: expected a range, as in {path}=LOW:HIGH")
    usual = ((value or 1) / 10, (value or 1) * 10)
    if unit == "fraction":
        usual = (usual[0], min(1.0, usual[1]))
    values = _grid(*usual, cells) if not given else _given(path, given, unit, cells)
    if not unit and isinstance(now, int) and not isinstance(now, bool):
        values = np.unique(np.round(values))
    return Axis(path, path, unit, values)


def value_at(path: str, loaded: LoadedScenario) -> Any:
    """What the scenario says there; what was assumed where it says nothing. Raises InputError."""
    here: Any = loaded.language
    walked = ""
    steps = path_steps(path)
    for depth, step in enumerate(steps):
        walked_on = join_path(walked, step)
        if isinstance(step, int):
            if not isinstance(here, list):
                raise _no_parameter(path, walked or "the scenario", "is not a list", loaded)
            if step >= len(here):
                raise _no_parameter(
                    path, walked, f"has {len(here)} {'entry' if len(here) == 1 else 'entries'}", loaded
                )
            here = here[step]
        elif isinstance(here, dict) and step in here:
            here = here[step]
        else:
            assumed = {one.path: one.value for one in loaded.assumptions}
            if path in assumed:
                return assumed[path]
            known = list(here) if isinstance(here, dict) else []
            known += [
                one.removeprefix(f"{walked}." if walked else "").split(".")[0].split("[")[0]
                for one in assumed
                if one.startswith(f"{walked}." if walked else "")
            ]
            words = list(WORDS) if depth == 0 else []
            raise InputError(
                f"the scenario has no parameter {shown(path)}: there is no {shown(step)}"
                f"{' under ' + walked if walked else ''}; "
                f"expected one of {listed(dict.fromkeys([*words, *known]))}",
                suggestion=nearest(str(step), [*words, *known]),
            )
        walked = walked_on
    return here


def _no_parameter(path: str, where: str, what: str, loaded: LoadedScenario) -> InputError:
    return InputError(f"the scenario has no parameter {shown(path)}: {where} {what}")


# --- the first step, held ---------------------------------------------------------------------------------


def _hold(loaded: LoadedScenario) -> Any:
    """The parameters of the canary that can be held; raises InputError."""
    strategy = _without_baseline(loaded.strategy)
    if not isinstance(strategy, _core.Canary):
        raise InputError("only a canary by steps can be held: expected a strategy of that kind for a bake")
    return strategy.params


def _without_baseline(strategy: Any) -> Any:
    return strategy.inner if isinstance(strategy, _core.Baseline) else strategy


def baked(loaded: LoadedScenario, seconds: float, share: float | None = None) -> LoadedScenario:
    """The rollout with one step only, held for so long and watched all the time by every analysis that the
    plan runs, as often as in the plan. `share`: of that step, if not the plan's. Raises InputError."""
    from dataclasses import replace

    params = copy.copy(_hold(loaded))
    model = copy.copy(loaded.model)
    weights = [step for step in params.steps if isinstance(step, _core.SetWeight)]
    if share is not None:
        weight = max(1, round(1000 * share))
        params.max_weight, params.routed = 1000, True
    else:
        weight = weights[0].weight if weights else round(params.max_weight / 10)
    metrics = []
    for analysis in _watching(loaded.model, params):
        for metric in analysis.metrics:
            lasting = copy.copy(metric)
            if lasting.interval > 0:
                lasting.count = 0
            metrics.append(lasting)
    if metrics:
        model.analyses = [*model.analyses, _core.Analysis(name="bake", metrics=metrics)]
        params.background = _core.BackgroundAnalysis(analysis=len(model.analyses) - 1, starting_step=1)
    params.steps = [_core.SetWeight(weight), _core.Pause(seconds)]
    window = copy.copy(model.window)
    window.horizon = max(window.horizon, seconds + 1800)
    model.window = window
    strategy: Any = _core.Canary(params)
    if model.baseline:  # of the strategy's own, or of its experiments
        own = isinstance(loaded.strategy, _core.Baseline)
        params = loaded.strategy.params if own else _core.BaselineParams()
        strategy = _core.Baseline(strategy, params)
    return replace(loaded, model=model, strategy=strategy)


def first_share(loaded: LoadedScenario) -> float | None:
    """The share of the traffic that the first step of a canary gives the new version."""
    strategy = _without_baseline(loaded.strategy)
    if not isinstance(strategy, _core.Canary):
        return None
    params = strategy.params
    weights = [step.weight for step in params.steps if isinstance(step, _core.SetWeight) and step.weight > 0]
    return weights[0] / params.max_weight if weights else None


def _watching(model: Any, params: Any) -> Sequence[Any]:
    """The analyses that a canary runs, each once."""
    ids = [params.background.analysis] if params.background is not None else []
    ids += [step.analysis for step in params.steps if isinstance(step, _core.RunAnalysis)]
    experiments = [step for step in params.steps if isinstance(step, _core.RunExperiment)]
    ids += [watch.analysis for step in experiments for watch in step.analyses]
    return [model.analyses[index] for index in dict.fromkeys(ids)]
