"""Which points a sweep tries: lists and ranges of values, and designs over them.

    "1%,5%,10%"                    values of the scenario language
    "log(100/s..100k/s, 9)"        nine, evenly spaced by factors; lin(...): by differences
    "100/s..100k/s"                a range that random designs draw from; log(100/s..100k/s): by factors

Designs: grid (every combination), zip (the first values together, the second ones ...), random, lhs (Latin
hypercube) and sobol, both of scipy.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollcast import units
from rollcast.errors import InputError, Place, listed, nearest, shown
from rollcast.yaml_source import read_text

DESIGNS = ("grid", "zip", "random", "lhs", "sobol")

_SPAN = re.compile(
    r"(?:(?P<scale>[a-z]+)\()?\s*(?P<low>[^\s,()]+?)\s*\.\.\s*(?P<high>[^\s,()]+)\s*"
    r"(?:,\s*(?P<count>[^\s()]+)\s*)?(?P<close>\))?"
)


@dataclass(frozen=True)
class Span:
    """A range of values of one unit."""

    scale: str
    """log or lin."""
    low: float
    high: float
    unit: str
    whole: bool
    """Only whole numbers are meant."""
    count: int | None

    def at(self, share: float) -> Any:
        """The value so far along the range, as the language says it."""
        if self.scale == "log":
            value = self.low * (self.high / self.low) ** share
        elif self.whole:  # each as likely as any other
            value = min(self.high, self.low + math.floor(share * (self.high - self.low + 1)))
        else:
            value = self.low + (self.high - self.low) * share
        return units.say(round(value) if self.whole else min(max(value, self.low), self.high), self.unit)


@dataclass(frozen=True)
class Axis:
    """The values of one parameter."""

    path: str
    values: tuple[Any, ...] | Span
    text: str = ""
    """As an option said it: path=values."""
    columns: tuple[int, ...] = ()
    """Where in the text each value (of a range: its ends) begins, from 1."""

    def place(self, index: int) -> Place:
        """Of a value, in the text."""
        if not self.text:
            return Place(path=self.path)
        column = self.columns[min(index, len(self.columns) - 1)]
        return Place(f"--set {self.text}", 0, column, self.path)

    def listed(self) -> tuple[Any, ...]:
        """The values of a grid. Raises InputError."""
        if not isinstance(self.values, Span):
            return self.values
        span = self.values
        if span.count is None:
            message = "expected how many values to take of the range, as in log(100/s..100k/s, 9)"
            raise InputError(f"{message}; or a random design", self.place(0))
        shares = [k / (span.count - 1) for k in range(span.count)] if span.count > 1 else [0.5]
        return tuple(dict.fromkeys(span.at(share) for share in shares))

    def at(self, share: float) -> Any:
        """The value so far along, of [0, 1)."""
        if isinstance(self.values, Span):
            return self.values.at(share)
        return self.values[min(int(share * len(self.values)), len(self.values) - 1)]

    def probes(self) -> list[tuple[Any, Place]]:
        """Values that show whether all are right: each of a list, the ends of a range."""
        if isinstance(self.values, Span):
            return [(self.values.at(0), self.place(0)), (self.values.at(1), self.place(1))]
        return [(value, self.place(index)) for index, value in enumerate(self.values)]


def parse_axis(text: str) -> Axis:
    """Reads "traffic.rate=log(100/s..100k/s, 9)". Raises InputError with the column."""
    path, equals, given = text.partition("=")
    if not equals or not path.strip():
        raise InputError(f"--set {text}: expected a parameter and its values, as in traffic.rate=1k/s,2k/s")
    return _axis(path.strip(), given, text, len(path) + 2)


def as_axes(parameters: Mapping[str, Any] | Sequence[Axis]) -> list[Axis]:
    """The axes of a mapping from paths to lists of values, or to texts as above. Raises InputError."""
    if not isinstance(parameters, Mapping):
        return list(parameters)
    axes = []
    for path, given in parameters.items():
        if isinstance(given, str):
            axes.append(_axis(path, given, "", 1))
        else:
            values = given.tolist() if hasattr(given, "tolist") else list(given)
            axes.append(Axis(path, tuple(values)))
    return axes


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
            raise InputError("expected at least one value, got none: the grid is empty", _start(axis))
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


def _start(axis: Axis) -> Place:
    return (
        Place(f"--set {axis.text}", 0, len(axis.path) + 2, axis.path) if axis.text else Place(path=axis.path)
    )


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


def _axis(path: str, given: str, text: str, start: int) -> Axis:
    """``start``: the column at which ``given`` begins in the text."""
    match = _SPAN.fullmatch(given.strip())
    if match and "{" not in given and "[" not in given:
        lead = start + len(given) - len(given.lstrip())
        return _span_axis(path, match, text, lead)
    parts, columns = [], []
    at = 0
    for part in _split(given):
        column = start + at + len(part) - len(part.lstrip())
        at += len(part) + 1
        place = Place(f"--set {text}", 0, column, path) if text else Place(path=path)
        if not part.strip():
            empty = not given.strip()
            raise InputError(
                "expected at least one value, got none: the grid is empty"
                if empty
                else "expected a value between the commas",
                place,
            )
        parts.append(_value(part.strip(), place))
        columns.append(column)
    return Axis(path, tuple(parts), text, tuple(columns))


def _span_axis(path: str, match: re.Match[str], text: str, start: int) -> Axis:
    columns = (start + match.start("low"), start + match.start("high"))

    def fail(message: str, column: int, suggestion: str | None = None) -> InputError:
        place = Place(f"--set {text}", 0, column, path) if text else Place(path=path)
        return InputError(message, place, suggestion)

    scale = match["scale"] or "lin"
    if scale not in ("log", "lin") or (match["scale"] is None) != (match["close"] is None):
        message = f"expected a range such as log(100/s..100k/s, 9) or lin(1..9, 5), got {shown(match[0])}"
        raise fail(message, start, nearest(scale, ("log", "lin")))
    ends = []
    for text_of_end, column in zip((match["low"], match["high"]), columns, strict=True):
        unit, value = units.measure(text_of_end)
        if value is None:
            raise fail(f"expected a number with its unit, got {shown(text_of_end)}", column)
        ends.append((unit, value))
    (unit, low), (other, high) = ends
    if unit != other:
        raise fail(f"expected two ends of one unit, got {match['low']} and {match['high']}", columns[1])
    if high <= low:
        raise fail(f"expected an end above {match['low']}, got {match['high']}", columns[1])
    if scale == "log" and low <= 0:
        raise fail("expected an end above 0 for log(...)", columns[0])
    count = None
    if match["count"] is not None:
        if not re.fullmatch(r"[1-9]\d{0,6}", match["count"]):
            raise fail(
                f"expected how many values to take, such as 9, got {shown(match['count'])}",
                start + match.start("count"),
            )
        count = int(match["count"])
    whole = unit == "" and all(re.fullmatch(r"\d+", match[end]) for end in ("low", "high"))
    return Axis(path, Span(scale, low, high, unit, whole, count), text, columns)


def _split(text: str) -> list[str]:
    """At commas outside of brackets and quotes."""
    parts, depth, quote, last = [], 0, "", 0
    for index, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[last:index])
            last = index + 1
    return [*parts, text[last:]]


def _value(text: str, place: Place) -> Any:
    try:
        documents = read_text(text)
    except InputError as error:
        raise InputError(f"cannot read {shown(text)}: {error.message}", place) from None
    return documents[0].plain() if documents else None
