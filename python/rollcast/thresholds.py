"""Conditions on estimates: what fails a gate (`p_escape > 1%`) and what ends a study (`p_promoted +- 2%`)."""

from __future__ import annotations

import enum
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rollcast import units
from rollcast.errors import InputError, listed, nearest, shown

if TYPE_CHECKING:
    from rollcast.study import Estimate

_TEXT = re.compile(r"\s*(?P<name>[A-Za-z_]\w*)\s*(?P<sign>>=|<=|>|<|\+-|\+/-|±)\s*(?P<limit>\S+)\s*")
_COUNT = re.compile(r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?P<multiple>[kM]?)")
_MULTIPLES = {"": 1.0, "k": 1e3, "M": 1e6}
_ABOVE: dict[str, Callable[[float, float], bool]] = {">": operator.gt, ">=": operator.ge}
_BELOW: dict[str, Callable[[float, float], bool]] = {"<": operator.lt, "<=": operator.le}


class Result(enum.Enum):
    """Whether a condition holds, given an interval."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Threshold:
    """A comparison of an estimate with a limit in the estimate's own unit."""

    text: str
    name: str
    sign: str
    limit: float

    def check(self, estimate: Estimate) -> Result:
        """Holds when it holds for every value of the interval, fails when it does for none."""
        low, high = estimate.low, estimate.high
        if self.sign in _ABOVE:
            compare, weakest, strongest = _ABOVE[self.sign], low, high
        else:
            compare, weakest, strongest = _BELOW[self.sign], high, low
        if compare(weakest, self.limit):
            return Result.HOLDS
        if low <= high and not compare(strongest, self.limit):
            return Result.FAILS
        return Result.UNDECIDED


@dataclass(frozen=True)
class Stop:
    """A study ends when the interval of this estimate is at most so wide to a side."""

    name: str
    half_width: float


@dataclass(frozen=True)
class Margin:
    """How far one plan's estimate may be from another's."""

    threshold: Threshold
    """Of the difference; its limit is 0 where the margin is relative."""
    relative: float = 0
    """As a share of the other's value; 0: it is in the estimate's own unit."""


def parse_margin(text: str, known: Mapping[str, str]) -> Margin:
    """Reads "duration_mean > 5m" or "duration_mean > 10%". Raises InputError.

    A percentage of a time or a count is a share of the other plan's value; of a share, percentage points.
    """
    match = _TEXT.fullmatch(text)
    unit = known.get(match["name"], "") if match else ""
    relative = match is not None and match["limit"].endswith("%") and unit not in ("probability", "fraction")
    units_of = {**known, match["name"]: "fraction"} if match and relative else known
    name, sign, limit = _parse(text, units_of, "duration_mean > 10%", _DIFFERENCE_READERS)
    if sign not in _ABOVE and sign not in _BELOW:
        raise InputError(
            f'{shown(text)}: expected a comparison with >, >=, < or <=, as in "duration_mean > 10%"'
        )
    words = " ".join(text.split())
    return (
        Margin(Threshold(words, name, sign, 0), limit)
        if relative
        else Margin(Threshold(words, name, sign, limit))
    )


def parse_threshold(text: str, known: Mapping[str, str]) -> Threshold:
    """Reads "p_escape > 1%". `known` maps the names of estimates to their units. Raises InputError."""
    name, sign, limit = _parse(text, known, "p_escape > 1%")
    if sign not in _ABOVE and sign not in _BELOW:
        raise InputError(f'{shown(text)}: expected a comparison with >, >=, < or <=, as in "p_escape > 1%"')
    return Threshold(" ".join(text.split()), name, sign, limit)


def parse_stop(text: str, known: Mapping[str, str]) -> Stop:
    """Reads "p_promoted +- 2%". Raises InputError."""
    name, sign, limit = _parse(text, known, "p_promoted +- 2%")
    if sign in _ABOVE or sign in _BELOW or limit <= 0:
        raise InputError(
            f'{shown(text)}: expected an estimate and a half-width above 0, as in "p_promoted +- 2%"'
        )
    return Stop(name, limit)


def require_known(name: str, known: Iterable[str]) -> None:
    """Raises InputError with the nearest right word."""
    if name not in known:
        suggestion = nearest(name, known)
        expected = "" if suggestion else f"; expected one of {listed(known)}"
        raise InputError(f"unknown estimate {shown(name)}{expected}", suggestion=suggestion)


def _parse(
    text: str,
    known: Mapping[str, str],
    example: str,
    readers: Mapping[str, Callable[[str], float]] | None = None,
) -> tuple[str, str, float]:
    match = _TEXT.fullmatch(text)
    if not match:
        raise InputError(f'cannot read {shown(text)}: expected something like "{example}"')
    name, unit = match["name"], known.get(match["name"], "")
    require_known(name, known)
    try:
        limit = read_limit(match["limit"], unit, readers)
    except ValueError as error:
        raise InputError(f"{shown(text)}: the unit of {name} is {unit}: {error}") from None
    return name, match["sign"], limit


def read_limit(text: str, unit: str, readers: Mapping[str, Callable[[str], float]] | None = None) -> float:
    """Reads "50%", "10m" or "2k" as the unit has it. Raises ValueError."""
    return (_READERS if readers is None else readers).get(unit, _count)(text)


def _count(text: str) -> float:
    match = _COUNT.fullmatch(text)
    if not match:
        raise ValueError(f'expected a number such as "500" or "2k", got {shown(text)}')
    return float(match["number"]) * _MULTIPLES[match["multiple"]]


def _unbounded_fraction(text: str) -> float:
    return _count(text[:-1]) / 100 if text.endswith("%") else _count(text)


_READERS: dict[str, Callable[[str], float]] = {
    "probability": units.fraction,
    "fraction": _unbounded_fraction,
    "seconds": units.seconds,
}


def _signed_seconds(text: str) -> float:
    return -units.seconds(text[1:]) if text.startswith("-") else units.seconds(text)


_DIFFERENCE_READERS: dict[str, Callable[[str], float]] = {
    "probability": _unbounded_fraction,
    "fraction": _unbounded_fraction,
    "seconds": _signed_seconds,
}
