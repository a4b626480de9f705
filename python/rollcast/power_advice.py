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
LONGEST_BAKE = 6 * 3600.0
SHARES = (0.01, 0.05, 0.1, 0.25, 0.5)
_TRIALS = 200


@dataclass(frozen=True)
class Bake:
    """One step held for so long at a share of the traffic, under the plan's own analyses."""

    seconds: float
    share: float
    caught: float
    false_rollback: float


@dataclass(frozen=True)
class Advice:
    """What gets through, and what would catch it."""

    sentence: str
    defect: str = ""
    severity: float = math.nan
    escapes: float = math.nan
    bake: Bake | None = None


def advise(power: Power) -> Advice:
    """Looks at the likeliest kind of defect that a person can do something about."""
    for each in power.maps.values():
        if each.planned is None:
            continue
        known = np.isfinite(each.planned.caught.value)
        if not known.any():
            continue
        return _of(power, each)
    return Advice("How the plan itself fares is on no map: its axes are others.")


def _of(power: Power, each: PowerMap) -> Advice:
    planned = each.planned
    assert planned is not None
    caught = np.where(np.isfinite(planned.caught.value), planned.caught.value, 1.0)
    missed = np.flatnonzero(caught < 0.5)
    if not len(missed):
        least = each.y.in_words(float(each.y.values[int(np.argmin(caught))]))
        worst = float(caught.min())
        return Advice(
            f"{_article(each.defect)} is caught {_times(worst)} or more often at every severity on the map; "
            f"it is hardest to see at {least}.",
            each.defect,
        )
    # Of what mostly gets through, the worst: the end of the blind spot at which something could be gained.
    harms = planned.failed.value[missed]
    row = int(missed[int(np.argmax(harms))]) if np.isfinite(harms).all() else int(missed[-1])
    severity = float(each.y.values[row])
    escapes = 1 - float(caught[row])
    name = f"{each.defect} defect of {each.y.in_words(severity)}"
    first = f"{_indefinite(name)} escapes {_times(escapes)}"
    truth = next((one for one in power.scenario.model.release.truths if one.name == each.defect), None)
    if truth is None or not _core.draws_telemetry_of(truth.kind) or first_share(power.scenario) is None:
        return Advice(f"{first}.", each.defect, severity, escapes)
    bake = _search(power, truth, severity)
    if bake is None:
        hours = wording.quantity(LONGEST_BAKE, "seconds")
        tail = (
            f"no bake of up to {hours} under the same guards, at 1 to 50% of the traffic, "
            f"would catch it {_times(WANTED)}"
        )
        return Advice(f"{first}; {tail}.", each.defect, severity, escapes)
    cost = (
        "" if bake.false_rollback < 0.005 else f", and roll a good release back {_times(bake.false_rollback)}"
    )
    share = wording.quantity(bake.share, "fraction")
    second = f"{_indefinite(_length(bake.seconds)).lower()} bake at {share} of the traffic"
    text = f"{first}; {second} would catch it {_times(bake.caught)}{cost}."
    return Advice(text, each.defect, severity, escapes, bake)


def _search(power: Power, truth: Any, severity: float) -> Bake | None:
    """The shortest bake at the first step's own share that catches it; at another share if there is none."""
    own = first_share(power.scenario)
    assert own is not None
    bake = _bake(power, truth, severity, own)
    if bake is not None:
        return bake
    others = [_bake(power, truth, severity, share) for share in SHARES if share != own]
    return min((one for one in others if one is not None), key=lambda one: one.seconds, default=None)


def _bake(power: Power, truth: Any, severity: float, share: float) -> Bake | None:
    """One long bake tells of all shorter ones."""
    hold = baked(power.scenario, LONGEST_BAKE, share)
    defect = _core.Defect(
        kind=truth.kind, severity=severity, share=truth.share, request_class=truth.request_class
    )
    options = _core.GuardTrialOptions(replications=_TRIALS, seed=power.seed)
    rows = _core.try_guards(
        hold.model, hold.strategy, [_core.GuardTrial(defect=defect), _core.GuardTrial()], options
    )
    if len(rows["detection"]) < 2 * _TRIALS:
        return None
    bad, good = rows["detection"][:_TRIALS], rows["duration"][_TRIALS:]
    times = np.sort(np.where(np.isfinite(bad), bad, np.inf))
    needed = float(times[math.ceil(WANTED * _TRIALS) - 1])
    if not needed < LONGEST_BAKE:
        return None
    seconds = 60.0 * math.ceil(needed / 60)
    went_back = rows["verdict"][_TRIALS:] != 0
    return Bake(
        seconds, share, float((times <= seconds).mean()), float((went_back & (good <= seconds)).mean())
    )


def _times(probability: float) -> str:
    """ "88 times in 100", "more than 99 times in 100"."""
    count = round(100 * probability)
    if count == 100 and probability < 1:
        return "more than 99 times in 100"
    if count == 100:
        return "every time"
    return f"{count} times in 100" if count != 1 else "once in 100"


def _length(seconds: float) -> str:
    """ "41-minute", "3.5-hour"."""
    return f"{seconds / 60:.0f}-minute" if seconds < 7200 else f"{seconds / 3600:.1f}-hour"


def _article(defect: str) -> str:
    return f"A defect of the kind {defect}"


def _indefinite(words: str) -> str:
    vowel = words[0].lower() in "aeiou" or words.startswith(("8", "11-", "18-"))
    return f"{'An' if vowel else 'A'} {words}"
