"""Amazon CloudWatch's alarms over your own metrics, and composite alarms over their states.

Source: Amazon CloudWatch User Guide, "Using Amazon CloudWatch alarms" and "Create a composite alarm".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from rollcast import _core
from rollcast._core import cloudwatch as rules

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Comparison = Literal[">", ">=", "<", "<="]
TreatMissing = Literal["missing", "ignore", "breaching", "notBreaching"]

_STATES: dict[State, _core.AlarmState] = {
    "OK": _core.AlarmState.ok,
    "ALARM": _core.AlarmState.alarm,
    "INSUFFICIENT_DATA": _core.AlarmState.insufficient_data,
}
_STATE_NAMES = {state: name for name, state in _STATES.items()}
COMPARISONS: dict[Comparison, _core.Comparison] = {
    ">": _core.Comparison.greater,
    ">=": _core.Comparison.greater_or_equal,
    "<": _core.Comparison.less,
    "<=": _core.Comparison.less_or_equal,
}
TREATMENTS: dict[TreatMissing, _core.MissingData] = {
    "missing": _core.MissingData.missing,
    "ignore": _core.MissingData.ignore,
    "breaching": _core.MissingData.breaching,
    "notBreaching": _core.MissingData.not_breaching,
}


@dataclass(frozen=True)
class AlarmHistory:
    """What an alarm made of each point."""

    states: tuple[State, ...]
    """After each point."""
    filled: tuple[int, ...]
    """Points that data lacked at each evaluation and the treatment of missing data supplied."""


@dataclass(frozen=True)
class Action:
    """What a composite alarm did about a state, and when (s)."""

    at: float
    state: State


@dataclass(frozen=True)
class Suppressor:
    """Holds back a composite alarm's actions while another alarm is in ALARM."""

    alarm: str
    wait: float = 60.0
    """Seconds that an action waits for the other alarm to go into ALARM."""
    extension: float = 60.0
    """Seconds that actions are held for after it left ALARM."""


@dataclass(frozen=True)
class CompositeHistory:
    """What a composite alarm made of the states of others."""

    states: tuple[State, ...]
    """At each time."""
    actions: tuple[Action, ...]
    """In order of time; with a suppressor later than the change of state, or never."""


def cloudwatch_alarm(
    values: ArrayLike,
    threshold: float,
    *,
    comparison: Comparison = ">",
    evaluation_periods: int = 1,
    datapoints_to_alarm: int | None = None,
    treat_missing_data: TreatMissing = "missing",
    evaluation_range: int | None = None,
    percentile: float | None = None,
    samples: ArrayLike | None = None,
    low_samples: Literal["evaluate", "ignore"] = "evaluate",
    initial_state: State = "INSUFFICIENT_DATA",
) -> AlarmHistory:
    """The states of an alarm over a metric.

    values: one number a period, oldest first, shape (n,); NaN: missing.
    datapoints_to_alarm: how many of the latest `evaluation_periods` points have to breach; default: all.
    evaluation_range: points that an evaluation looks at, missing ones included. CloudWatch does not publish
        how many; default: two more than `evaluation_periods`, as in the tables of its documentation.
    percentile, samples, low_samples: for a metric that is a percentile, in (0, 1), the number of samples of
        each period, shape (n,), and whether periods with too few of them leave the state as it is.
    Raises ValueError for parameters that CloudWatch refuses and for arrays of different lengths.
    """
    points = _column(values, "values")
    counts = None if samples is None else _column(samples, "samples")
    if (percentile is None) != (counts is None):
        raise ValueError("percentile and samples go together")
    if counts is not None and len(counts) != len(points):
        raise ValueError(f"samples has {len(counts)} numbers, values has {len(points)}")
    alarm = _core.CloudWatchAlarm(
        evaluation_periods=evaluation_periods,
        datapoints_to_alarm=datapoints_to_alarm,
        evaluation_range=evaluation_range,
        comparison=COMPARISONS[comparison],
        threshold=threshold,
        treat_missing=TREATMENTS[treat_missing_data],
        low_samples=_core.LowSamples[low_samples],
    )
    if percentile is not None:
        alarm.percentile = percentile
    if complaint := rules.complaint(alarm):
        raise ValueError(f"an alarm {complaint}")

    needed = evaluation_periods if datapoints_to_alarm is None else datapoints_to_alarm
    looked_at = evaluation_periods + 2 if evaluation_range is None else evaluation_range
    seen = [
        rules.AlarmPoint.missing
        if np.isnan(value)
        else rules.AlarmPoint.breach
        if rules.breaches(alarm.comparison, value, threshold)
        else rules.AlarmPoint.ok
        for value in points
    ]
    state = _STATES[initial_state]
    states: list[State] = []
    filled: list[int] = []
    for end in range(1, len(seen) + 1):
        missing = 0
        few = counts is not None and rules.keeps_state(alarm.low_samples, alarm.percentile, counts[end - 1])
        if not few or np.isnan(points[end - 1]):
            after = rules.evaluate_points(
                seen[max(0, end - looked_at) : end], evaluation_periods, needed, alarm.treat_missing, state
            )
            state, missing = after.state, after.filled
        states.append(_STATE_NAMES[state])
        filled.append(missing)
    return AlarmHistory(tuple(states), tuple(filled))


def composite_alarm(
    rule: str,
    states: Mapping[str, Sequence[State]],
    times: ArrayLike,
    suppressor: Suppressor | None = None,
) -> CompositeHistory:
    """The states of a composite alarm, and its actions.

    rule: such as ``ALARM(a) AND NOT (OK(b) OR INSUFFICIENT_DATA(c))`` or ``AT_LEAST(2, ALARM, (a, b, c))``.
    states: of each alarm that the rule, or the suppressor, names: one at each time.
    times: s, rising, shape (n,).
    Raises ValueError for a rule that is not one, for alarms without states and for lengths that differ.
    """
    parsed = rules.parse_alarm_rule(rule)
    moments = _column(times, "times")
    if np.any(np.diff(moments) <= 0):
        raise ValueError("times must rise")
    for name in [*parsed.alarms, *([suppressor.alarm] if suppressor else [])]:
        if name not in states:
            raise ValueError(f'there are no states of the alarm "{name}"')
        if len(states[name]) != len(moments):
            raise ValueError(f'"{name}" has {len(states[name])} states, times has {len(moments)}')

    made: list[State] = []
    events: list[tuple[float, bool, _core.AlarmState]] = []
    before, suppressed = rules.initial_state, rules.initial_state
    for index, at in enumerate(moments):
        if suppressor is not None and suppressed != (now := _STATES[states[suppressor.alarm][index]]):
            suppressed = now
            events.append((at, True, now))
        holds = rules.holds(parsed, [_STATES[states[name][index]] for name in parsed.alarms])
        made.append("ALARM" if holds else "OK")
        if before != _STATES[made[-1]]:
            before = _STATES[made[-1]]
            events.append((at, False, before))
    hold = _core.ActionSuppressor(
        wait=suppressor.wait if suppressor else 0.0, extension=suppressor.extension if suppressor else 0.0
    )
    until = moments[-1] if len(moments) else 0.0
    taken = rules.suppressed_actions(hold, events, until)
    return CompositeHistory(
        tuple(made), tuple(Action(action.at, _STATE_NAMES[action.state]) for action in taken)
    )


def _column(values: ArrayLike, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"expected {name} with one dimension, got {column.ndim}")
    return column
