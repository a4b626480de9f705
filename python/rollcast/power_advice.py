"""One sentence that a person can act on: what gets through, and what would catch it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rollcast import _core, wording
from rollcast.power_axes import baked, first_share

if TYPE_CHECKING:
    from rollcast.power_map import Power, PowerMap

WANTED = 0.95
"""Of what a bake should catch."""
LONGEST_BAKE = 3 * 3600.0
SHARES = (0.01, 0.05, 0.25)
"""Of the traffic, tried besides that of the plan's first step."""
_TRIALS = 120
_MOST_FALSE = 0.05  # so many good releases rolled back are no remedy
_SHORT = 3600.0  # a bake at the plan's own share that no other share has to beat


@dataclass(frozen=True)
class Chance:
    """A probability, by trials or (trials is 0) exactly."""

    value: float
    trials: int = 0

    @property
    def in_words(self) -> str:
        """ "88 times in 100 (83 to 92 at 95% confidence)"."""
        count = f"{100 * self.value:.0f}"
        times = "once" if count == "1" else f"{count} times"
        if not self.trials:
            return f"{times} in 100"
        interval = _core.wilson(round(self.value * self.trials), self.trials)
        return f"{times} in 100 ({100 * interval.low:.0f} to {100 * interval.high:.0f} at 95% confidence)"


@dataclass(frozen=True)
class Bake:
    """One step held for so long at a share of the traffic, under the plan's own analyses."""

    seconds: float
    share: float
    caught: Chance
    false_rollback: Chance


@dataclass(frozen=True)
class Advice:
    """What gets through, and what would catch it."""

    sentence: str
    defect: str = ""
    severity: float = math.nan
    escapes: Chance | None = None
    bake: Bake | None = None


def advise(power: Power) -> Advice:
    """Looks at the first kind of defect on a map that tells how the plan itself fares."""
    for each in power.maps.values():
        if each.planned is not None and np.isfinite(each.planned.caught.value).any():
            return _of(power, each, each.planned)
    return Advice("How the plan itself fares is on none of the maps.")


def _of(power: Power, each: PowerMap, planned: Any) -> Advice:
    caught = np.where(np.isfinite(planned.caught.value), planned.caught.value, 1.0)
    missed = np.flatnonzero(caught < 0.5)
    if not len(missed):
        row = int(np.argmin(caught))
        chance = _chance(planned, row)
        text = (
            f"At every severity on the map the plan catches {each.defect} more often than not: "
            f"{chance.in_words} at {each.y.in_words(float(each.y.values[row]))}, where it is hardest to see."
        )
        return Advice(text, each.defect)
    # Of what mostly gets through, the most harmful: there is the most to gain.
    row = int(missed[int(np.argmax(planned.failed.value[missed]))])
    severity = float(each.y.values[row])
    chance = _chance(planned, row)
    escapes = Chance(1 - chance.value, chance.trials)
    first = (
        f"{_indefinite(f'{each.defect} defect of {each.y.in_words(severity)}')} escapes {escapes.in_words}"
    )
    if first_share(power.scenario) is None:
        return Advice(f"{first}.", each.defect, severity, escapes)
    bake = _search(power, each.truth, severity)
    if bake is None:
        hours = wording.quantity(LONGEST_BAKE, "seconds")
        second = f"no bake of up to {hours} under the same guards, at 1 to 25% of the traffic"
        return Advice(f"{first}; {second}, would catch it 95 times.", each.defect, severity, escapes)
    share = wording.quantity(bake.share, "fraction")
    second = f"{_indefinite(_length(bake.seconds)).lower()} bake at {share} of the traffic"
    false = bake.false_rollback
    cost = f", and roll a good release back {false.in_words}" if false.value >= 0.005 else ""
    text = f"{first}; {second} would catch it {bake.caught.in_words}{cost}."
    return Advice(text, each.defect, severity, escapes, bake)


def _chance(cells: Any, row: int) -> Chance:
    return Chance(float(cells.caught.value[row]), int(cells.replications[row]))


def _search(power: Power, truth: Any, severity: float) -> Bake | None:
    """A short bake at the share of the plan's first step, or the shortest at any share."""
    own = first_share(power.scenario)
    assert own is not None
    bakes = [_bake(power, truth, severity, own)]
    if bakes[0] is None or bakes[0].seconds > _SHORT:
        bakes += [_bake(power, truth, severity, share) for share in SHARES if share != own]
    found = [one for one in bakes if one is not None and one.false_rollback.value <= _MOST_FALSE]
    return min(found, key=lambda one: one.seconds, default=None)


def _bake(power: Power, truth: Any, severity: float, share: float) -> Bake | None:
    """The shortest at a share; one long bake tells of all shorter ones."""
    hold = baked(power.scenario, LONGEST_BAKE, share)
    defect = _core.Defect(
        kind=truth.kind, severity=severity, share=truth.share, request_class=truth.request_class
    )
    options = _core.GuardTrialOptions(replications=_TRIALS, seed=power.seed, threads=power.threads)
    options.profile = _core.Profile(hold.model)
    bad = _core.try_guards(hold.model, hold.strategy, [_core.GuardTrial(defect=defect)], options)
    if len(bad["detection"]) < _TRIALS:
        return None  # interrupted
    times = np.sort(np.where(np.isfinite(bad["detection"]), bad["detection"], np.inf))
    needed = float(times[math.ceil(WANTED * _TRIALS) - 1])
    if not needed < LONGEST_BAKE:
        return None
    seconds = 60.0 * math.ceil(needed / 60)
    good = _core.try_guards(hold.model, hold.strategy, [_core.GuardTrial()], options)
    went_back = (good["verdict"] != 0) & (good["duration"] <= seconds)
    return Bake(
        seconds,
        share,
        Chance(float((times <= seconds).mean()), _TRIALS),
        Chance(float(went_back.mean()), _TRIALS),
    )


def _length(seconds: float) -> str:
    """ "41-minute", "3.5-hour"."""
    return f"{seconds / 60:.0f}-minute" if seconds < 7200 else f"{seconds / 3600:.1f}-hour"


def _indefinite(words: str) -> str:
    vowel = words[0].lower() in "aeiou" or words.startswith(("8", "11-", "18-"))
    return f"{'An' if vowel else 'A'} {words}"
