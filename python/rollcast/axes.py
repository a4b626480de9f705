"""The values of a parameter, as people say them: to a sweep, a search for better plans, a sensitivity study.

"1%,5%,10%"                    values of the scenario language
"100/s..100k/s"                a range; log(100/s..100k/s) is filled by factors, lin(...) by differences
"log(100/s..100k/s, 9)"        nine values of a range
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rollcast import units
from rollcast.errors import InputError, Place, nearest, shown
from rollcast.yaml_source import read_text

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

    def values(self) -> tuple[Any, ...]:
        """As many as were asked for, from end to end."""
        assert self.count is not None
        shares = [k / (self.count - 1) for k in range(self.count)] if self.count > 1 else [0.5]
        return tuple(dict.fromkeys(self.at(share) for share in shares))


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

    @property
    def start(self) -> Place:
        """Of all that is said after the path."""
        return (
            Place(f"--set {self.text}", 0, len(self.path) + 2, self.path)
            if self.text
            else Place(path=self.path)
        )

    def listed(self) -> tuple[Any, ...]:
        """The values of a grid. Raises InputError."""
        if not isinstance(self.values, Span):
            return self.values
        span = self.values
        if span.count is None:
            message = "expected how many values to take of the range, as in log(100/s..100k/s, 9)"
            raise InputError(f"{message}; or a random design", self.place(0))
        return span.values()

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
