"""What of a scenario can be varied, and how far: "strategy.canary.steps[1].pause=1m..10m"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rollcast import units
from rollcast.axes import Axis, Span, as_axes
from rollcast.errors import InputError, join_path
from rollcast.parameters import Steps, resolve, with_values
from rollcast.power_axes import value_at

if TYPE_CHECKING:
    from rollcast.scenario import LoadedScenario

# The one number in a condition that results are compared with.
_CONDITION = re.compile(
    r"(?P<head>\bresult(?:\[0\])?\s*[<>]=?\s*)(?P<limit>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)"
)

# Keys of strategies that make a plan slower or faster, bolder or more careful.
_TIMES = frozenset(
    {"bake", "checkpoint_delay", "every", "interval", "monitoring", "pause", "step_bake", "wait"}
)
_WEIGHTS = frozenset({"mirrored", "new", "percent", "set_weight", "step_weight", "weight"})
_COUNTS = frozenset({"iterations", "max_batch_size", "max_concurrent", "max_surge", "max_unavailable"})
# Keys whose percentages are whole numbers.
_AMOUNTS = frozenset(
    {
        "failure_tolerance",
        "max_concurrent",
        "max_surge",
        "max_unavailable",
        "minimum_healthy",
        "new",
        "old",
        "percent",
        "until",
    }
)
# Keys of metrics.
_LIMITS = frozenset({"datapoints_to_alarm", "failure_limit", "threshold"})
_CONDITIONS = frozenset({"failure", "success"})

_NOTCHES = (
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
    3600, 7200, 14400, 43200, 86400,
)  # fmt: skip
_MOST_VALUES = 24


@dataclass(frozen=True)
class Range:
    """The values that a parameter may have: all between two ends, or some."""

    path: str
    unit: str = ""
    """ "seconds", "fraction", "rate", "condition" (the limit in a text) or "" (a plain number)."""
    low: float = 0
    high: float = 0
    whole: bool = False
    log: bool = False
    """Filled by factors."""
    choices: tuple[Any, ...] = ()
    """Instead of ends; in the scenario language's words."""
    template: str = ""
    """Of a condition, with its limit left out; of a share that is a text: "%"."""

    def at(self, share: float) -> Any:
        """The value so far from one end to the other, in the scenario language's words."""
        if self.choices:
            return self.choices[min(int(share * len(self.choices)), len(self.choices) - 1)]
        if self.log:
            return self._said(self.low * (self.high / self.low) ** share)
        return self._said(self.low + share * (self.high - self.low))

    def values(self) -> tuple[Any, ...]:
        """All choices, or round values from end to end: two dozen at most."""
        if self.choices:
            return self.choices
        if self.log:
            count = min(_MOST_VALUES, 1 + math.ceil(8 * math.log10(self.high / self.low)))
            numbers = [
                float(f"{self.low * (self.high / self.low) ** (i / (count - 1)):.2g}") for i in range(count)
            ]
        else:
            step = self._step()
            first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
            inside = [round(step * i, 12) for i in range(first, last + 1)]
            numbers = [self.low, *inside, self.high]
        return tuple(dict.fromkeys(self._said(number) for number in numbers))

    def _step(self) -> float:
        scale = 1.0
        while (self.high - self.low) / scale < _NOTCHES[0] * _MOST_VALUES:
            scale /= 1000
        least = (
            1.0 if self.whole else 0.01 if self.unit == "fraction" and self.high - self.low > 0.05 else 0.0
        )
        wanted = (self.high - self.low) / (_MOST_VALUES - 2)
        return max(least, next((notch * scale for notch in _NOTCHES if notch * scale >= wanted), wanted))

    def _said(self, number: float) -> Any:
        if self.whole:
            number = float(round(number))
        if self.unit == "seconds":
            return units.show_seconds(round(number) if number >= 1 else round(number, 3))
        if self.unit == "rate":
            return units.show_rate(float(f"{number:.9g}"))
        if self.unit == "condition":
            return self.template.format(f"{number:.6g}")
        if self.unit == "fraction" and self.template:
            return f"{round(number) if self.whole else f'{100 * number:.9g}'}{self.template}"
        return int(number) if float(number).is_integer() else float(f"{number:.9g}")


def range_of(axis: Axis, loaded: LoadedScenario) -> Range:
    """What an axis leaves to vary; the scenario must say or assume the parameter. Raises InputError."""
    path = join_steps(resolve(loaded, axis.path))
    now = value_at(path, loaded)
    span = axis.values
    if isinstance(now, list) and (counts := _counts(axis)):
        return Range(path, choices=tuple(_resampled(now, count, axis) for count in counts))
    if not isinstance(span, Span) or span.count is not None:
        values = axis.listed()
        if len(values) < 2:
            message = "expected a range such as 1m..10m, or several values such as 1m,5m,20m"
            raise InputError(message, axis.start)
        return Range(path, choices=values)
    kind, low, high = span.unit, span.low, span.high
    if condition := _condition(now):
        return Range(path, "condition", low, high, log=span.scale == "log", template=condition[0])
    kind = kind or units.measure(now)[0]
    whole = _is_whole(path, now)
    if kind == "fraction" and whole:
        low, high = 100 * low, 100 * high
    template = "%" if kind == "fraction" and isinstance(now, str) else ""
    return Range(path, kind, low, high, whole, span.scale == "log", template=template)


def _counts(axis: Axis) -> list[int]:
    """The whole numbers that an axis says; none: it says something else."""
    span = axis.values
    if isinstance(span, Span) and span.count is None and span.whole:
        return list(range(max(1, round(span.low)), round(span.high) + 1))
    values = axis.values if not isinstance(axis.values, Span) else axis.listed()
    return list(values) if all(isinstance(each, int) and each >= 1 for each in values) else []


def _resampled(steps: Sequence[Any], count: int, axis: Axis) -> list[Any]:
    """A canary's steps, but so many weights: between the given ones, with as long a pause in all."""
    import numpy as np

    weights = [_size(step.get("set_weight")) for step in steps[::2] if isinstance(step, Mapping)]
    pauses = [_size(step.get("pause")) for step in steps[1::2] if isinstance(step, Mapping)]
    if len(weights) != len(pauses) or len(weights) + len(pauses) != len(steps) or min(*weights, *pauses) <= 0:
        message = "expected steps of set_weight and pause in turns, as many of which can be taken as is said"
        raise InputError(message, axis.start)
    if count == len(weights):
        return list(steps)
    at, given = np.linspace(0, len(weights) - 1, count), np.arange(len(weights))
    held = np.interp(at, given, pauses)
    held *= sum(pauses) / held.sum()
    resampled: list[Any] = []
    for weight, pause in zip(np.interp(at, given, weights), held, strict=True):
        resampled += [{"set_weight": round(weight)}, {"pause": units.show_seconds(round(pause))}]
    return resampled


def in_words(value: Any) -> str:
    """A parameter's value; steps in turn: "set_weight 5, pause 10m"."""
    if isinstance(value, list):
        return ", ".join(in_words(each) for each in value)
    if isinstance(value, Mapping):
        return " ".join(f"{key} {each}" for key, each in value.items())
    return str(value)


def parameters_of(
    loaded: LoadedScenario, given: Mapping[str, Any] | Sequence[Axis] | None
) -> dict[str, Range]:
    """The ranges that are given, or else the plan's own; a pair is the ends of one. Raises InputError where
    there are none."""
    if given is None:
        if not (found := plan_ranges(loaded)):
            raise InputError(
                "the plan says no times, weights or limits that could be varied: name the parameters, as in "
                "strategy.rolling.max_surge=10%,25%,50%"
            )
        return found
    if not given:
        raise InputError("expected at least one parameter to vary")
    if isinstance(given, Mapping):
        given = {path: "{}..{}".format(*each) if _is_pair(each) else each for path, each in given.items()}
    parsed = {each.path: each for each in (range_of(axis, loaded) for axis in as_axes(given))}
    for path in parsed:
        for other in parsed:
            if path.startswith((f"{other}[", f"{other}.")):
                raise InputError(f"{path} is a part of {other}: each parameter may be varied once")
    return parsed


def _is_pair(given: Any) -> bool:
    return isinstance(given, tuple) and len(given) == 2


def plan_ranges(loaded: LoadedScenario) -> dict[str, Range]:
    """What is varied when nobody says: times, weights and limits that the strategy and its guards say, each
    from well below to about twice of what it is."""
    ranges = {}
    for path, key, value in (*_leaves(loaded.language.get("strategy"), "strategy"), *_analyses(loaded)):
        if (found := _usual(path, key, value)) is not None:
            ranges[path] = found
    return ranges


def rising(loaded: LoadedScenario, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with those weights put in order that rise in the plan, step by step."""
    lists: dict[tuple[str, str], list[str]] = {}
    for path in values:
        before, bracket, after = path.rpartition("[")
        if bracket and after.partition("].")[2] in ("set_weight", "weight", "new", "percent"):
            lists.setdefault((before, after.partition("].")[2]), []).append(path)
    ordered = dict(values)
    for paths in lists.values():
        now = [_size(value_at(path, loaded)) for path in paths]
        if now == sorted(now):
            ordered |= zip(paths, sorted((values[path] for path in paths), key=_size), strict=True)
    return ordered


def join_steps(steps: Steps) -> str:
    path = ""
    for step in steps:
        path = join_path(path, step)
    return path


def _size(value: Any) -> float:
    return units.measure(value)[1] or 0.0


def on_longest_window(loaded: LoadedScenario, ranges: Mapping[str, Range]) -> LoadedScenario:
    """On a window that is long enough for the plan whose parameters are all at their highest, if the scenario
    does not say how long its own is: all are scored on one."""
    if "horizon" in loaded.language.get("window", {}):
        return loaded
    last = with_values(loaded, {path: each.values()[-1] for path, each in ranges.items()}, advise=False)
    return with_values(loaded, {"window.horizon": max(each.model.window.horizon for each in (loaded, last))})


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            if isinstance(child, Mapping | list):
                yield from _leaves(child, join_path(path, key))
            else:
                yield join_path(path, key), key, child
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _leaves(child, join_path(path, index))


def _analyses(loaded: LoadedScenario) -> Iterator[tuple[str, str, Any]]:
    for path, key, value in _leaves(loaded.language.get("analyses"), "analyses"):
        if key in _LIMITS | _CONDITIONS:
            yield path, f"guard {key}", value


def _usual(path: str, key: str, now: Any) -> Range | None:
    unit, value = units.measure(now)
    whole = _is_whole(path, now)
    template = "%" if unit == "fraction" and isinstance(now, str) else ""
    if key.startswith("guard "):
        if condition := _condition(now):
            low, high = _around(condition[1])
            return Range(path, "condition", low, high, template=condition[0])
        if value is None or key.removeprefix("guard ") not in _LIMITS:
            return None
        if unit == "" and whole:
            least = 1.0 if key.endswith("alarm") else 0.0
            return Range(path, "", least, max(3.0, 2 * value), True)
        return Range(path, unit, *_around(value), template=template)
    if not value:
        return None
    if key in _TIMES and unit in ("seconds", ""):
        least = value / 2 if key in ("interval", "every") else 0.0
        return Range(path, "seconds", least, 2 * value)
    if (key in _WEIGHTS or key in _COUNTS) and whole:
        percent = unit == "fraction"
        now_is = 100 * value if percent else value
        most = 100.0 if percent or key in _WEIGHTS else math.inf
        least = 3.0 if path.startswith("strategy.ecs.") else 1.0  # what ECS takes
        return Range(path, unit, max(least, now_is // 4), min(2 * now_is, most), True, template=template)
    if key in _WEIGHTS and unit == "fraction":
        return Range(path, unit, value / 4, min(2 * value, 1.0), template=template)
    return None


def _around(value: float) -> tuple[float, float]:
    """A share: from a quarter to four times, or of what it lacks to 1; another number: from half to twice."""
    if value > 1:
        return value / 2, 2 * value
    if value > 0.75:
        return 1 - 4 * (1 - value), 1 - (1 - value) / 4
    return value / 4, min(4 * value, 1.0)


def _is_whole(path: str, now: Any) -> bool:
    """Whether there is nothing between its values and the next ones: counts, and amounts such as "25%"."""
    if isinstance(now, str):
        return path.rpartition(".")[2] in _AMOUNTS and now.endswith("%")
    return isinstance(now, int) and not isinstance(now, bool)


def _condition(now: Any) -> tuple[str, float] | None:
    """A condition without its limit, and the limit; none where there is no single one."""
    found = list(_CONDITION.finditer(now)) if isinstance(now, str) else []
    if len(found) != 1:
        return None
    start, end = found[0].span("limit")
    escaped = [part.replace("{", "{{").replace("}", "}}") for part in (now[:start], now[end:])]
    return "{}".join(escaped), float(found[0]["limit"])
