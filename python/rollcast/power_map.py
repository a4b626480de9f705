"""What the guards of a rollout can see: would they have caught it, how late, and how often do they cry wolf?

    power = rollcast.power("checkout.yaml")
    print(power)
    power.maps["error-rate"].caught      # an array: severities x shares of the traffic

A map has a kind of defect, two axes and a cell for each pair of values. A cell says how it is known: by a
closed form; by trials, that is replications in which fleet, strategy and guards are real and telemetry is
drawn, with a 95% interval; or not at all.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rollcast import _core, outcomes, wording
from rollcast.errors import InputError, listed, nearest, shown
from rollcast.power_axes import SEVERITY, SHARE, Axis, parse_axis
from rollcast.power_exact import Bounds, Caught, NotExactError, background, qualify
from rollcast.profiles import kept
from rollcast.study import DEFAULT_SEED, Source, _loaded, require_range

if TYPE_CHECKING:
    from rollcast.scenario import LoadedScenario

Array = NDArray[np.float64]

DEFAULT_CELLS = 20
DEFAULT_TRIALS = 50

NOT_KNOWN, EXACT, TRIALS, AT_LEAST = range(4)
METHODS = ("not known", "closed form", "trials", "at least")
"""How a cell is known. "at least": by trials, of a version that has more to do than queues can be foretold
for; waiting only makes it easier to catch."""

_WENT_BACK = (outcomes.VERDICTS.index("rolled back"), outcomes.VERDICTS.index("aborted"))
_STUCK = outcomes.VERDICTS.index("stuck")
_FREE_ENOUGH = 1 / _core.most_known_load - 1


@dataclass(frozen=True, eq=False)
class Known:
    """Numbers with 95% intervals, arrays of one shape. NaN: not known, or no such case."""

    value: Array
    low: Array
    high: Array

    @classmethod
    def nothing(cls, shape: tuple[int, ...]) -> Known:
        return cls(np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan))

    def put(self, at: Any, value: float, low: float, high: float) -> None:
        self.value[at], self.low[at], self.high[at] = value, low, high

    def of(self, at: Any) -> tuple[float, float, float]:
        return float(self.value[at]), float(self.low[at]), float(self.high[at])


@dataclass(frozen=True, eq=False)
class Cells:
    """What is known of some releases; all arrays have one shape."""

    caught: Known
    """Probability that the rollout goes back or gets stuck."""
    seconds: Known
    """Mean time from a bad version's first request until then, if it is caught."""
    failed: Known
    """Mean number of requests that fail of the defect until then, or until the rollout is over."""
    method: NDArray[np.int_]
    """Index into METHODS."""
    replications: NDArray[np.int_]
    """0: none was needed, or there is none."""

    @classmethod
    def nothing(cls, shape: tuple[int, ...]) -> Cells:
        caught, seconds, failed = (Known.nothing(shape) for _ in range(3))
        return cls(caught, seconds, failed, np.full(shape, NOT_KNOWN), np.zeros(shape, dtype=int))

    def put(self, at: Any, other: Cells) -> None:
        for name in ("caught", "seconds", "failed"):
            mine, theirs = getattr(self, name), getattr(other, name)
            for part in ("value", "low", "high"):
                getattr(mine, part)[at] = getattr(theirs, part)
        self.method[at] = other.method
        self.replications[at] = other.replications


@dataclass(frozen=True, eq=False)
class PowerMap:
    """One kind of defect. Arrays are y x x: `cells.caught.value[row, column]`."""

    defect: str
    """The name of the kind of truth."""
    kind: str
    """As in outcomes.DEFECTS."""
    x: Axis
    y: Axis
    cells: Cells
    planned: Cells | None
    """With the shares of the plan itself, for each severity; none where the axes are others."""
    false_rollback: Known
    """Probability that a good release is rolled back or gets stuck, for each x."""
    planned_false_rollback: tuple[float, float, float]
    why_not_exact: str
    """ "" where there is a closed form."""
    truth: Any = field(repr=False)
    """The kind of truth, as the engine has it."""

    @property
    def caught(self) -> Array:
        """The probability of catching it, by y and x."""
        return self.cells.caught.value

    @property
    def has_cells(self) -> bool:
        """Whether anything is known of any cell."""
        return bool((self.cells.method != NOT_KNOWN).any())

    @property
    def is_known(self) -> bool:
        """Whether anything is known at all."""
        return self.has_cells or (self.planned is not None and bool((self.planned.method != NOT_KNOWN).any()))

    @property
    def method_in_words(self) -> str:
        """How the cells are known."""
        used = [*self.cells.method.ravel(), *(self.planned.method.ravel() if self.planned else ())]
        parts = []
        for method, words in enumerate(METHODS):
            share = used.count(method) / len(used)
            if not share:
                continue
            if method in (TRIALS, AT_LEAST):
                words += f" ({self._replications(method)} each)"
            parts.append(
                words if share == 1 else f"{words} in {wording.quantity(round(share, 2), 'fraction')}"
            )
        return wording.listing(parts)

    def _replications(self, method: int) -> int:
        counts = [self.cells.replications[self.cells.method == method]]
        if self.planned:
            counts.append(self.planned.replications[self.planned.method == method])
        return int(np.concatenate(counts).max(initial=0))

    def as_json(self) -> dict[str, Any]:
        return {
            "defect": self.defect,
            "x": self.x.as_json(),
            "y": self.y.as_json(),
            "cells": _cells_as_json(self.cells),
            "as_planned": _cells_as_json(self.planned) if self.planned else None,
            "false_rollback": _known_as_json(self.false_rollback),
            "false_rollback_as_planned": dict(
                zip(("value", "low", "high"), map(_finite, self.planned_false_rollback), strict=True)
            ),
            "why_not_exact": self.why_not_exact or None,
        }


@dataclass(frozen=True, eq=False)
class Power:
    """Maps by the name of the defect, and what is to be said about all of them."""

    scenario: LoadedScenario
    seed: int
    replications: int
    maps: Mapping[str, PowerMap]
    notes: Sequence[str]
    threads: int = 0

    @cached_property
    def advice(self) -> Any:
        """What would catch what gets through: a `power_advice.Advice`."""
        from rollcast.power_advice import advise

        return advise(self)

    def to_json(self) -> str:
        """All cells. A number that is not finite is null."""
        document = {
            "scenario": self.scenario.name,
            "source": str(self.scenario.source),
            "model_version": _core.model_version,
            "seed": self.seed,
            "replications": self.replications,
            "methods": list(METHODS),
            "sentence": self.advice.sentence,
            "maps": [each.as_json() for each in self.maps.values()],
            "notes": list(self.notes),
        }
        return json.dumps(document, indent=2, allow_nan=False) + "\n"

    def plot(self, path: str) -> None:
        """Writes a picture of all maps; the ending says which kind (.png, .svg, .pdf)."""
        from rollcast.plot import power_figure

        power_figure(self).savefig(path, dpi=150)

    def report(self, path: str, command: str = "") -> None:
        """Writes one HTML file that needs no network."""
        from rollcast.files import write_atomically
        from rollcast.report import render_power

        write_atomically(path, render_power(self, command).encode())

    def __str__(self) -> str:
        lines = [self.advice.sentence]
        for each in self.maps.values():
            known = each.caught[np.isfinite(each.caught)]
            best = f"at best {_percent(float(known.max()))} caught" if len(known) else "not known"
            lines.append(f"{each.defect}: {each.y.label} against {each.x.label}, {best}")
        return "\n".join([*lines, *self.notes]) + "\n"


def power(
    source: Source,
    defects: Sequence[str] = (),
    *,
    x: str = SHARE,
    y: str = SEVERITY,
    severity: float | None = None,
    cells: int = DEFAULT_CELLS,
    replications: int = DEFAULT_TRIALS,
    seed: int = DEFAULT_SEED,
    threads: int = 0,
    progress: Callable[[int, int], bool | None] | None = None,
) -> Power:
    """Maps the power of the guards for each kind of defect of the release, or for those that are named.

    `x`, `y`: "share" (of the traffic, in every step of the plan but the last), "severity", "bake" (the first
    step held for so long), or a parameter of the scenario ("strategy.canary.steps[1].pause"), each with its
    range if it shall not be chosen: "share=1%:50%" or "bake=5m,20m,1h". Of several locations, a share is that
    of each while it has both versions; what is caught in one of them counts, if the rollout then goes back or
    stops. `severity`: of all cells, where no
    axis has it. `cells`: along each. `replications`: trials of a cell. `progress` is told how many cells are
    done, of how many; returning False stops. Raises InputError.
    """
    loaded = _loaded(source)
    require_range("cells", cells, 1)
    require_range("replications", replications, 1)
    require_range("seed", seed, 0, bits=64)
    require_range("threads", threads, 0)
    study = _Study(loaded, replications, seed, threads, progress)
    return study.run(defects, x, y, severity, cells)


def coarse_power(loaded: LoadedScenario, seed: int) -> Power | None:
    """Of the three likeliest kinds of defects: for a report that is about more than that.

    None where it would take too long: trials go through every location.
    """
    known = [
        truth for truth in loaded.model.release.truths if truth.probability > 0 and truth.kind.name != "none"
    ]
    likeliest = sorted(known, key=lambda truth: -truth.probability)[:3]
    if not likeliest or loaded.model.locations:
        return None
    return power(loaded, [truth.name for truth in likeliest], cells=10, replications=40, seed=seed)


@dataclass
class _Study:
    loaded: LoadedScenario
    replications: int
    seed: int
    threads: int
    progress: Callable[[int, int], bool | None] | None
    done: int = 0
    total: int = 0
    notes: list[str] = field(default_factory=list)

    def run(
        self, defects: Sequence[str], x_text: str, y_text: str, severity: float | None, cells: int
    ) -> Power:
        truths = _truths(self.loaded, defects)
        if not _is_guarded(self.loaded):
            self.notes.append(
                "No analysis watches this rollout: what is caught is caught by deadlines of the platform, "
                "by people or by users' reports."
            )
        if self.loaded.model.service.cold_slowness > 0:
            self.notes.append(
                "Trials take young instances to be as fast as old ones, which they are not (service.cold): "
                "what guards make of their latency is seen in a forecast."
            )
        axes = [
            (parse_axis(x_text, self.loaded, truth, cells), parse_axis(y_text, self.loaded, truth, cells))
            for truth in truths
        ]
        if axes and axes[0][0].name == axes[0][1].name:
            raise InputError(f"x and y are both {axes[0][0].name}; expected two different axes")
        has_severity = bool(axes) and SEVERITY in (axes[0][0].name, axes[0][1].name)
        if has_severity and severity is not None:
            raise InputError("a severity is given, and an axis has it, too")
        if not has_severity and severity is None:
            raise InputError("no axis is the severity: expected one that all cells have (--severity 0.3%)")
        self.total = sum(len(x.values) * len(y.values) for x, y in axes)
        maps = {
            truth.name: self._map(truth, x, y, severity) for truth, (x, y) in zip(truths, axes, strict=True)
        }
        return Power(self.loaded, self.seed, self.replications, maps, self.notes, self.threads)

    def _map(self, truth: Any, x: Axis, y: Axis, severity: float | None) -> PowerMap:
        shape = (len(y.values), len(x.values))
        cells, false = Cells.nothing(shape), Known.nothing(shape[1:])
        own_share = x.name == SHARE or y.name == SHARE
        if own_share and not _has_partial_share(self.loaded):
            self._note("The plan never splits the traffic for long: a share is what it would be if it did.")
        reason = ""
        for column, x_value in enumerate(x.values):
            # Where y, too, changes the scenario each cell is a scenario of its own.
            if y.name in (SEVERITY, SHARE):
                setting = _Setting.of(self.loaded).with_axis(x, x_value)
                rows = [setting.with_axis(y, value) for value in y.values]
                reason = self._column(truth, rows, severity, cells, false, column) or reason
            else:
                for row, y_value in enumerate(y.values):
                    setting = _Setting.of(self.loaded).with_axis(x, x_value).with_axis(y, y_value)
                    reason = self._column(truth, [setting], severity, cells, false, column, row) or reason
            self.done += shape[0]
            if self.progress is not None and self.progress(self.done, self.total) is False:
                self._note("Interrupted: the cells that are missing are not known.")
                break
        planned, planned_false = None, (math.nan, math.nan, math.nan)
        if x.name == SHARE and y.name == SEVERITY:
            planned, false_alone = Cells.nothing(shape[:1]), Known.nothing((1,))
            setting = _Setting.of(self.loaded)
            rows = [setting.with_axis(y, value) for value in y.values]
            wide = Cells.nothing((shape[0], 1))
            self._column(truth, rows, severity, wide, false_alone, 0)
            planned.put(slice(None), _squeezed(wide))
            planned_false = false_alone.of(0)
        return PowerMap(
            truth.name,
            _kind(truth),
            x,
            y,
            cells,
            planned,
            false,
            planned_false,
            reason,
            truth,
        )

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _column(
        self,
        truth: Any,
        settings: Sequence[_Setting],
        severity: float | None,
        cells: Cells,
        false: Known,
        column: int,
        row: int = 0,
    ) -> str:
        """Cells of one column from a row on, which differ in nothing but defect and share. Returns why there
        is no closed form."""
        severities = [one.severity if one.severity is not None else severity for one in settings]
        assert None not in severities
        shares = {one.share for one in settings}
        reason = "there are some for error rates only"
        to_try = list(range(len(settings)))
        wants_false = row == 0
        if truth.kind.name == "error_rate" and len(shares) == 1:
            try:
                exact, reason = qualify(settings[0].loaded, settings[0].share, seed=self.seed), ""
            except NotExactError as why:
                reason = f"{why}"
            else:
                good, affected = background(settings[0].loaded.model, truth.request_class)
                added = [float(each or 0) * affected for each in severities]
                judged = [exact.judge(good + each) for each in added]
                to_try = [index for index, each in enumerate(judged) if not each.is_sure]
                for index in set(range(len(settings))) - set(to_try):
                    _put_exact(cells, (row + index, column), judged[index], added[index])
                if wants_false and (alone := exact.judge(good)).is_sure:
                    false.put(column, *_known(alone.probability))
                    wants_false = False
                if to_try:
                    reason = "where chance decides, because windows overlap"
                elif not wants_false:
                    return ""
        trials = [_core.GuardTrial(defect=_core.Defect(), share=settings[0].share)]
        trials += [
            _core.GuardTrial(
                defect=_defect(truth, float(severities[index] or 0)), share=settings[index].share
            )
            for index in to_try
        ]
        options = _core.GuardTrialOptions(
            replications=self.replications, seed=self.seed, threads=self.threads
        )
        loaded = settings[0].loaded
        with kept(loaded.model) as options.profile:
            rows = _core.try_guards(loaded.model, loaded.strategy, trials, options, self._goes_on)
        parts = [
            {name: values[at : at + self.replications] for name, values in rows.items()}
            for at in range(0, len(rows["verdict"]), self.replications)
        ]
        if len(parts[-1]["verdict"]) < self.replications:
            return reason
        if wants_false:
            false.put(column, *_caught(parts[0]))
        for index, outcome in zip(to_try, parts[1:], strict=True):
            crowded = float(outcome["min_headroom"].min()) < _FREE_ENOUGH
            _put_rows(cells, (row + index, column), outcome, AT_LEAST if crowded else TRIALS)
        return reason

    def _goes_on(self, _: int) -> bool:
        return self.progress is None or self.progress(self.done, self.total) is not False


@dataclass(frozen=True)
class _Setting:
    """Where a cell stands."""

    loaded: LoadedScenario
    share: float | None = None
    severity: float | None = None

    @classmethod
    def of(cls, loaded: LoadedScenario) -> _Setting:
        return cls(loaded)

    def with_axis(self, axis: Axis, value: float) -> _Setting:
        if axis.name == SHARE:
            return _Setting(self.loaded, float(value), self.severity)
        if axis.name == SEVERITY:
            return _Setting(self.loaded, self.share, float(value))
        return _Setting(axis.apply(self.loaded, value), self.share, self.severity)


def some(count: int, most: int) -> list[int]:
    """Indices of so many of `count` at most, both ends among them."""
    return [int(each) for each in np.unique(np.round(np.linspace(0, count - 1, min(count, most))))]


def planned_rows(each: PowerMap, most: int) -> list[tuple[str, ...]]:
    """How the plan itself fares, in words: severity, caught, time to catch it, requests failed until then."""
    planned = each.planned
    if planned is None:
        return []
    return [
        (
            each.y.in_words(float(each.y.values[row])),
            cell_in_words(planned, row),
            estimate_in_words(planned.seconds.of(row), "seconds"),
            estimate_in_words(planned.failed.of(row), "requests"),
        )
        for row in some(len(each.y.values), most)
    ]


def cell_in_words(cells: Cells, at: Any, *, brief: bool = False) -> str:
    """ "93.1% (88.0 to 96.1%)", "at least 40%"."""
    method = int(cells.method[at])
    if method == NOT_KNOWN:
        return "not known"
    value, low, high = cells.caught.of(at)
    if brief:
        mark = "\N{GREATER-THAN OR EQUAL TO}" if method == AT_LEAST and value < 1 else ""
        return mark + _percent(value)
    if method == EXACT and low == high:
        return f"{wording.quantity(value, 'probability')} (exact)"
    if method == AT_LEAST and low < 1:
        return f"at least {_percent(low)}"
    return estimate_in_words((value, low, high), "probability")


def estimate_in_words(known: tuple[float, float, float], unit: str) -> str:
    """The value and, if it has one, its interval."""
    value, low, high = known
    if math.isnan(value):
        return "\N{EN DASH}"
    if high - low <= 0.02 * abs(value):  # there is no need to say how sure that is
        return wording.quantity(value, unit)
    if not math.isfinite(high):
        return f"{wording.quantity(value, unit)} (one case)"
    text, interval = wording.estimate(value, low, high, unit)
    return f"{text} ({interval})"


def _percent(value: float) -> str:
    return f"{value:.0%}" if not 0 < value < 0.005 and not 0.995 < value < 1 else f"{value:.1%}"


def _truths(loaded: LoadedScenario, names: Sequence[str]) -> list[Any]:
    """The kinds of defects that are asked for."""
    from rollcast.lower_release import known_defect, known_defects

    own = {truth.name: truth for truth in loaded.model.release.truths if truth.kind.name != "none"}
    if not names:
        if not own:
            raise InputError(
                "the release has no defect: there is nothing to catch; name one, as in --defect error-rate"
            )
        return list(own.values())
    found = []
    for name in dict.fromkeys(names):
        if name in own:
            found.append(own[name])
        elif name in known_defects():
            found.append(known_defect(name))
        else:
            words = [*own, *known_defects()]
            raise InputError(
                f"unknown defect {shown(name)}; expected one of {listed(dict.fromkeys(words))}",
                suggestion=nearest(name, words),
            )
    return found


def _kind(truth: Any) -> str:
    return outcomes.DEFECTS[truth.kind.value]


def _defect(truth: Any, severity: float) -> Any:
    return _core.Defect(
        kind=truth.kind, severity=severity, share=truth.share, request_class=truth.request_class
    )


def _is_guarded(loaded: LoadedScenario) -> bool:
    planned = _core.planned_traffic(loaded.model, loaded.strategy)
    return any(entry.kind.name == "measurement" for entry in planned.timeline.entries)


def _has_partial_share(loaded: LoadedScenario) -> bool:
    planned = _core.planned_traffic(loaded.model, loaded.strategy)
    rates = np.array(planned.new_requests[1:]) / np.diff(planned.scrapes)
    return bool(((rates > 0) & (rates < 0.95 * rates.max(initial=0))).sum() > 2)


def _known(bounds: Bounds) -> tuple[float, float, float]:
    """To a millionth: what is below it is nothing."""
    return round(bounds.value, 6), round(bounds.low, 6), round(bounds.high, 6)


def _put_exact(cells: Cells, at: tuple[int, int], judged: Caught, added: float) -> None:
    cells.caught.put(at, *_known(judged.probability))
    # Without a chance worth the name there is no time to catch it, either.
    if judged.probability.low > 0:
        cells.seconds.put(at, *_known(judged.seconds))
    cells.failed.put(at, *(added * exposed for exposed in _known(judged.exposed)))
    cells.method[at] = EXACT


def _put_rows(cells: Cells, at: tuple[int, int], rows: Mapping[str, Any], method: int) -> None:
    value, low, high = _caught(rows)
    cells.caught.put(at, value, low, 1.0 if method == AT_LEAST else high)
    cells.seconds.put(at, *_mean(rows["detection"][np.isfinite(rows["detection"])]))
    cells.failed.put(at, *_mean(rows["failed_defect"]))
    cells.method[at] = method
    cells.replications[at] = len(rows["verdict"])


def _caught(rows: Mapping[str, Any]) -> tuple[float, float, float]:
    caught = int(np.isin(rows["verdict"], (*_WENT_BACK, _STUCK)).sum())
    interval = _core.wilson(caught, len(rows["verdict"]))
    return interval.value, interval.low, interval.high


def _mean(sample: Any) -> tuple[float, float, float]:
    if not len(sample):
        return math.nan, math.nan, math.nan
    interval = _core.mean_interval(np.asarray(sample, dtype=float).tolist())
    return interval.value, interval.low, interval.high


def _squeezed(cells: Cells) -> Cells:
    def column(known: Known) -> Known:
        return Known(known.value[:, 0], known.low[:, 0], known.high[:, 0])

    return Cells(
        column(cells.caught),
        column(cells.seconds),
        column(cells.failed),
        cells.method[:, 0],
        cells.replications[:, 0],
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _known_as_json(known: Known) -> dict[str, Any]:
    def plain(values: Array) -> Any:
        if values.ndim > 1:
            return [plain(each) for each in values]
        return [_finite(float(one)) for one in values]

    return {part: plain(getattr(known, part)) for part in ("value", "low", "high")}


def _cells_as_json(cells: Cells) -> dict[str, Any]:
    return {
        "caught": _known_as_json(cells.caught),
        "seconds_to_catch": _known_as_json(cells.seconds),
        "failed_until_then": _known_as_json(cells.failed),
        "method": np.array(METHODS)[cells.method].tolist(),
        "replications": cells.replications.tolist(),
    }
