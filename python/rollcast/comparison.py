"""Plans side by side: the same seed meets every plan with the same arrivals, defects and slow starts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from rollcast import _core, outcomes, paired, scenario, wording
from rollcast.errors import InputError, InputErrors, Place, join_path, path_steps, shown
from rollcast.parameters import with_values
from rollcast.study import DEFAULT_REPLICATIONS, DEFAULT_SEED, Estimate, Forecast, Source, forecast
from rollcast.thresholds import Margin, Result

CONFIDENCE = 0.95

WORLD = ("traffic", "service", "release", "faults", "slo")
"""Sections of a scenario that plans must share to be compared, unless somebody wants them to differ."""


@dataclass(frozen=True)
class Difference:
    """How far a plan's estimate is from the first one's; its 95% interval is paired where there are pairs."""

    base: Estimate
    """Of the first plan."""
    plan: Estimate
    change: Estimate
    """plan - base."""
    same: bool
    """The plans agree in this in every replication."""
    real: bool
    """The interval leaves out 0 even at the confidence at which all intervals hold together (Bonferroni)."""
    gain: float
    """How many times more replications the same interval would take without pairs; NaN: nothing varies, or
    there are none."""

    @property
    def verdict(self) -> str:
        """ "same", "differs" or "not shown"."""
        if self.same:
            return "same"
        return "differs" if self.real else "not shown"

    def in_words(self) -> tuple[str, str]:
        """The change and its interval: ("+3.2 min", "2.7 to 3.9 min")."""
        if self.same:
            return "0", "the same in every replication"
        value, interval = self.change.in_words()
        if math.isinf(self.change.low) and math.isinf(self.change.high):
            interval = "too few replications to say"
        return ("+" if self.change.value > 0 else "") + value, interval


@dataclass(frozen=True, eq=False)
class Comparison:
    """Plans, the first of which is what the others are compared with."""

    forecasts: Mapping[str, Forecast]
    differences: Mapping[str, Mapping[str, Difference]]
    """For every plan but the first, by the name of the estimate."""
    seed: int
    replications: int
    notes: Sequence[str]
    """What the plans do not share, and what was done about it."""

    @property
    def base(self) -> str:
        """The label of the first plan."""
        return next(iter(self.forecasts))

    @property
    def window(self) -> float:
        """Seconds on which all are scored."""
        horizon: float = self.forecasts[self.base].scenario.model.window.horizon
        return horizon

    def sentence(self, plan: str) -> str:
        """What is known of a plan's differences, in words."""
        differences = self.differences[plan].values()
        if all(each.same for each in differences):
            return f"{plan} is the same as {self.base} in every replication."
        real = sum(each.real for each in differences)
        same = sum(each.same for each in differences)
        words = (
            f"{plan} differs from {self.base} in {real or 'none'} of {len(differences)} numbers beyond doubt"
        )
        return f"{words}; {same} are the same in every replication." if same else f"{words}."

    def check(self, plan: str, margin: Margin) -> Result:
        """Whether a plan is so far from the first one."""
        name = margin.threshold.name
        change = self.differences[plan][name].change
        if margin.relative:
            value = self.differences[plan][name].base.value
            factor = 1 + math.copysign(margin.relative, margin.relative * value) if value else 1.0
            change = self._change(plan, name, factor)[0]
        return margin.threshold.check(change)

    def to_json(self, margins: Sequence[Margin] = ()) -> str:
        """Differences and identity as JSON. A number that is not finite is null."""
        document = {
            "plans": [
                {
                    "label": label,
                    "scenario": each.scenario.name,
                    "source": str(each.scenario.source),
                    "strategy": each.scenario.strategy.describe(),
                }
                for label, each in self.forecasts.items()
            ],
            "base": self.base,
            "model_version": _core.model_version,
            "seed": self.seed,
            "replications": self.replications,
            "horizon": self.window,
            "confidence": CONFIDENCE,
            "differences": {
                plan: {name: _as_json(each) for name, each in differences.items()}
                for plan, differences in self.differences.items()
            },
            "fail_if": [
                {"text": margin.threshold.text, "plan": plan, "result": self.check(plan, margin).value}
                for plan in self.differences
                for margin in margins
            ],
            "notes": list(self.notes),
        }
        return json.dumps(document, indent=2, allow_nan=False) + "\n"

    def report(self, path: str | PathLike[str], margins: Sequence[Margin] = (), command: str = "") -> None:
        """Writes one HTML file that needs no network. `command` is printed as the way to make it again."""
        from rollcast.files import write_atomically
        from rollcast.report import render_comparison

        write_atomically(path, render_comparison(self, margins, command).encode())

    def __str__(self) -> str:
        lines = []
        for plan, differences in self.differences.items():
            lines.append(self.sentence(plan))
            width = max(map(len, differences))
            for name, each in differences.items():
                value, interval = each.in_words()
                lines.append(f"{name:<{width}}  {value} ({interval})  {each.verdict}")
        return "\n".join(lines) + "\n"

    @cached_property
    def _pairs(self) -> dict[str, paired.Pairs]:
        base = self.forecasts[self.base]
        strata = paired.strata(base.truths, base.columns["truth"])
        return {
            plan: paired.Pairs(strata, base.columns, each.columns)
            for plan, each in self.forecasts.items()
            if plan != self.base and each.seed == base.seed
        }

    def _change(
        self, plan: str, name: str, factor: float = 1, confidence: float = CONFIDENCE
    ) -> tuple[Estimate, paired.Pair | None]:
        base, other = (self.forecasts[label].estimates[name] for label in (self.base, plan))
        value, low, high = other.value - factor * base.value, math.nan, math.nan
        pair = None
        if not math.isnan(value):
            values = base.value, other.value
            if plan in self._pairs:
                pair = paired.ESTIMATORS[name].pair(self._pairs[plan], values, confidence, factor)
            else:
                both = [
                    (each.truths, each.columns) for each in (self.forecasts[self.base], self.forecasts[plan])
                ]
                pair = paired.apart(name, both, confidence, factor)
            low, high = pair.low, pair.high
            if self._is_identical(plan) and factor == 1:
                low = high = 0.0
        return Estimate(name, base.meaning, base.unit, value, low, high), pair

    def _is_identical(self, plan: str) -> bool:
        """Not only in what was seen: the plans are the same."""
        first, other = self.forecasts[self.base], self.forecasts[plan]
        unnamed = [
            {
                key: value
                for key, value in each.scenario.language.items()
                if key not in ("name", "description")
            }
            for each in (first, other)
        ]
        return unnamed[0] == unnamed[1] and _agree(first.columns, other.columns)

    def _difference(self, plan: str, name: str) -> Difference:
        all_intervals = len(paired.ESTIMATORS) * (len(self.forecasts) - 1)
        change, pair = self._change(plan, name)
        wider, _ = self._change(plan, name, confidence=1 - (1 - CONFIDENCE) / all_intervals)
        return Difference(
            base=self.forecasts[self.base].estimates[name],
            plan=self.forecasts[plan].estimates[name],
            change=change,
            same=pair is not None and pair.same,
            real=wider.low > 0 or wider.high < 0,
            gain=pair.gain if pair is not None else math.nan,
        )


def compare(
    plans: Sequence[Source] | Mapping[str, Source],
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
    *,
    allow_different: bool = False,
) -> Comparison:
    """Simulates plans for the same service under the same luck and says where they differ from the first.

    A mapping gives the plans labels of its own. All are scored on one window, the longest of theirs.
    `progress` is told how many replications, of all plans, are finished. Raises InputError, also for plans
    whose traffic, service, release, faults or objective differ, unless `allow_different`: then the notes say
    in what, and a plan for another release meets luck of its own, without pairs. Raises KeyboardInterrupt
    when it was interrupted: half a pair says nothing.
    """
    given = plans if isinstance(plans, Mapping) else dict(zip(labels(plans), plans, strict=True))
    if len(given) < 2:
        raise InputError(f"expected at least two plans to compare, got {len(given)}")
    loaded = {
        label: each if isinstance(each, scenario.LoadedScenario) else scenario.load(each)
        for label, each in given.items()
    }
    shared, notes = _on_one_window(loaded)
    if not allow_different:
        _require_one_world(shared)
    alone = _with_another_release(shared)
    notes += _world_notes(shared, alone) + _other_differences(shared)
    forecasts: dict[str, Forecast] = {}
    for label, each in shared.items():
        before = len(forecasts) * replications
        told = None if progress is None else lambda done, before=before: progress(before + done)
        its_seed = (seed + 1) % 2**64 if label in alone else seed
        forecasts[label] = forecast(each, replications, its_seed, threads, progress=told)
        if forecasts[label].ending == "interrupted":
            raise KeyboardInterrupt
    return of_forecasts(forecasts, notes)


def of_forecasts(forecasts: Mapping[str, Forecast], notes: Sequence[str] = ()) -> Comparison:
    """Compares forecasts; those with the seed of the first one in pairs: they must share its release."""
    first = next(iter(forecasts.values()))
    differences: dict[str, dict[str, Difference]] = {}
    comparison = Comparison(forecasts, differences, first.seed, first.replications, notes)
    for plan in list(forecasts)[1:]:
        differences[plan] = {name: comparison._difference(plan, name) for name in first.estimates}
    return comparison


def labels(plans: Sequence[Source]) -> list[str]:
    """Each plan's file, as short as it can be told apart; otherwise its name."""
    names, short = [], []
    for plan in plans:
        if isinstance(plan, Mapping):
            names.append(str(plan.get("name", "unnamed")))
            short.append(names[-1])
        else:
            source = plan.source if isinstance(plan, scenario.LoadedScenario) else Path(plan)
            names.append(
                str(source) if source or not isinstance(plan, scenario.LoadedScenario) else plan.name
            )
            short.append(source.name if source else names[-1])
    if len(set(short)) == len(short):
        return short
    return [
        name if names.count(name) == 1 else f"{name} ({names[:i].count(name) + 1})"
        for i, name in enumerate(names)
    ]


def _on_one_window(
    plans: Mapping[str, scenario.LoadedScenario],
) -> tuple[dict[str, scenario.LoadedScenario], list[str]]:
    """The plans on the longest window of any, and a note where that changed one."""
    windows = {label: each.model.window for label, each in plans.items()}
    shared = dict(plans)
    for key in ("lead_in", "horizon"):
        longest = max(getattr(window, key) for window in windows.values())
        for label, each in shared.items():
            if getattr(windows[label], key) != longest:
                shared[label] = with_values(each, {f"window.{key}": longest})
    longest = max(window.horizon for window in windows.values())
    longer = [label for label, window in windows.items() if window.horizon != longest]
    if not longer:
        return shared, []
    window = wording.quantity(longest, "seconds")
    return shared, [f"All are scored on the same {window}: longer than {wording.listing(longer)} would need."]


def _require_one_world(plans: Mapping[str, scenario.LoadedScenario]) -> None:
    """Raises InputErrors for every key by which a plan meets another world than the first."""
    base = next(iter(plans))
    errors = []
    for label, section, path, own, other in _worlds_apart(plans):
        message = f"expected {shown(other)} as in {base}, got {shown(own)}"
        message += f": plans are compared on the same {section}"
        errors.append(InputError(message, _place(plans[label], path)))
    if errors:
        raise InputErrors(errors)


def _worlds_apart(
    plans: Mapping[str, scenario.LoadedScenario],
) -> Iterator[tuple[str, str, str, Any, Any]]:
    """Every key by which a plan meets another world than the first: the plan's label, the section, the key,
    what the plan says and what the first one says."""
    (_, base), *others = plans.items()
    for label, plan in others:
        for section in WORLD:
            mine, theirs = getattr(plan.model, section), getattr(base.model, section)
            if mine != theirs:
                found = list(_unlike(plan.language.get(section), base.language.get(section), section))
                for difference in found or list(_unlike(mine, theirs, section))[:1]:
                    yield label, section, *difference


def _with_another_release(plans: Mapping[str, scenario.LoadedScenario]) -> set[str]:
    """Their replications have other kinds of truth than the first plan's: they are no pairs."""
    base = next(iter(plans.values()))
    return {label for label, plan in plans.items() if plan.model.release != base.model.release}


def _world_notes(plans: Mapping[str, scenario.LoadedScenario], alone: set[str]) -> list[str]:
    """In what worlds the plans differ."""
    base = next(iter(plans))
    found: dict[str, list[str]] = {}
    for label, _, path, own, other in _worlds_apart(plans):
        found.setdefault(label, []).append(f"{path} ({shown(own)}, not {shown(other)})")
    notes = [
        f"{label} meets another world than {base}: {wording.listing(keys)}. A difference may come from that."
        for label, keys in found.items()
    ]
    if alone:
        are = "is" if len(alone) == 1 else "are"
        listed = wording.listing([label for label in plans if label in alone])
        notes.append(
            f"{listed} {are} compared without pairs, under other luck: another release has other defects."
        )
    return notes


def _other_differences(plans: Mapping[str, scenario.LoadedScenario]) -> list[str]:
    """Sections beside strategy, analyses and window in which plans may differ."""
    (base_label, base), *others = plans.items()
    notes = []
    for label, plan in others:
        sections = ("fleet", "balancing", "observability", "people")
        found = [name for name in sections if getattr(plan.model, name) != getattr(base.model, name)]
        if found:
            notes.append(f"{label} differs from {base_label} in {wording.listing(found)}, too.")
    return notes


def _unlike(mine: Any, theirs: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """The leaves in which two trees differ: mappings, lists, or the engine's structs."""
    if mine == theirs:
        return
    parts = _parts(mine), _parts(theirs)
    if parts[0] is None or parts[1] is None:
        yield path, mine, theirs
        return
    for key in {**parts[1], **parts[0]}:
        yield from _unlike(parts[0].get(key), parts[1].get(key), join_path(path, key))


def _parts(value: Any) -> dict[Any, Any] | None:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list):
        return dict(enumerate(value))
    names = [name for name, each in vars(type(value)).items() if isinstance(each, property)]
    is_struct = type(value).__module__.startswith("rollcast._core")
    return {name: getattr(value, name) for name in names} if is_struct and names else None


def _place(plan: scenario.LoadedScenario, path: str) -> Place:
    """Where the plan's file says this, or would."""
    found = plan.tree.locate(tuple(path_steps(path)))
    return Place(found.file, found.line, found.column, path)


def _agree(first: paired.Columns, other: paired.Columns) -> bool:
    return all(
        np.array_equal(first[name], other[name], equal_nan=first[name].dtype.kind == "f")
        for name in outcomes.COLUMNS
    )


def _as_json(each: Difference) -> dict[str, Any]:
    def finite(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "base": finite(each.base.value),
        "plan": finite(each.plan.value),
        "difference": finite(each.change.value),
        "low": finite(each.change.low),
        "high": finite(each.change.high),
        "verdict": each.verdict,
        "gain": finite(each.gain),
        "unit": each.change.unit,
        "meaning": each.change.meaning,
    }
