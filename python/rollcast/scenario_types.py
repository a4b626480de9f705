"""The values of the scenario language, each with its JSON Schema: quantities, amounts, paths."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from rollcast import units
from rollcast.errors import shown

MOST = 2**31 - 1  # the engine's largest whole number

Whole = Annotated[StrictInt, Field(ge=-MOST, le=MOST)]


class At(Exception):  # noqa: N818, it never leaves this module
    """A value that is wrong at a path below the field being read."""

    def __init__(self, path: tuple[str | int, ...], message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.suggestion = suggestion


def _refusal(error: ValueError | At) -> PydanticCustomError:
    path, suggestion = (error.path, error.suggestion) if isinstance(error, At) else ((), None)
    context = {"message": str(error), "path": path, "suggestion": suggestion}
    return PydanticCustomError("rollcast", "{message}", context)


def reads(read: Callable[[Any], Any]) -> BeforeValidator:
    def validator(value: Any) -> Any:
        try:
            return read(value)
        except (ValueError, At) as error:
            raise _refusal(error) from None

    return BeforeValidator(validator)


def reads_beside(read: Callable[[Any, Path], Any]) -> BeforeValidator:
    """The same for what may name files: with the directory that their paths are relative to."""

    def validator(value: Any, info: ValidationInfo) -> Any:
        base: Path = (info.context or {}).get("base", Path())
        try:
            return read(value, base)
        except (ValueError, At) as error:
            raise _refusal(error) from None

    return BeforeValidator(validator)


OR_NONE = BeforeValidator(lambda value: None if value == "none" else value)
"""Lets `none` be said of what is optional: then the key is set, to None."""


def _number_or_text(examples: list[Any], pattern: str | None = None) -> WithJsonSchema:
    text: dict[str, Any] = {"type": "string", "pattern": pattern} if pattern else {"type": "string"}
    return WithJsonSchema({"anyOf": [text, {"type": "number", "minimum": 0}], "examples": examples})


def _seconds_or(word: str) -> Callable[[Any], float]:
    """Reads a duration, or a word for one without an end, as infinity."""

    def read(value: Any) -> float:
        if value == word:
            return float("inf")
        try:
            return units.seconds(value)
        except ValueError as error:
            raise ValueError(str(error).replace(", got", f", or {word}; got")) from None

    return read


_SHARE = r"^[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)? ?%?$"

Seconds = Annotated[float, reads(units.seconds), _number_or_text(["30s", "1h30m", "250ms"])]
SecondsOrNever = Annotated[float, reads(_seconds_or("never")), _number_or_text(["10m", "never"])]
SecondsOrForever = Annotated[float, reads(_seconds_or("forever")), _number_or_text(["10m", "forever"])]
Share = Annotated[float, reads(units.fraction), _number_or_text(["5%", 0.05], _SHARE)]
Rate = Annotated[float, reads(units.per_second), _number_or_text(["200/s", "2k/s", "90/m"])]
Size = Annotated[float, reads(units.size_bytes), _number_or_text(["450MiB", "1.2GB"])]
Bandwidth = Annotated[float, reads(units.bytes_per_second), _number_or_text(["10MB/s", "1Gbit/s"])]
Factor = Annotated[float, reads(units.factor), _number_or_text([1.5])]
DayTime = Annotated[
    float, reads(units.time_of_day), WithJsonSchema({"type": "string", "examples": ["14:30"]})
]
ClosingTime = Annotated[
    float, reads(units.closing_time), WithJsonSchema({"type": "string", "examples": ["17:30", "24:00"]})
]
ClockOffset = Annotated[
    float, reads(units.clock_offset), WithJsonSchema({"type": "string", "examples": ["+02:00"]})
]
WeekTime = Annotated[
    float, reads(units.time_of_week), WithJsonSchema({"type": "string", "examples": ["Tue 14:30", "14:30"]})
]


def _read_load(value: Any) -> float:
    text = value.strip() if isinstance(value, str) else ""
    try:
        load = units.factor(text[:-1]) / 100 if text.endswith("%") else units.factor(value)
    except ValueError:
        load = 0.0
    if load <= 0:
        raise ValueError(f'expected a percentage above 0 such as "80%", got {shown(value)}')
    return load


Load = Annotated[float, reads(_read_load), _number_or_text(["80%", 0.8])]


def _read_amount(value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}%", value):
        return value
    raise ValueError(f'expected a count such as 2 or a percentage such as "25%", got {shown(value)}')


Amount = Annotated[
    str | int,
    reads(_read_amount),
    WithJsonSchema(
        {
            "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]+%$"}],
            "examples": [2, "25%"],
        }
    ),
]


def _read_wave(value: Any) -> str | int | list[str]:
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return value
    if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    expected = "the name of a location, a list of names, a number, a percentage or rest"
    raise ValueError(f"expected {expected}, got {shown(value)}")


Wave = Annotated[
    str | int | list[str],
    reads(_read_wave),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ],
            "examples": [1, "10%", "rest", "eu-west-1"],
        }
    ),
]


def _read_argument(value: Any) -> str:
    if isinstance(value, (dict, list)) or value is None:
        raise ValueError(f"expected a text or a number, got {shown(value)}")
    return str(value).lower() if isinstance(value, bool) else str(value)


ArgumentText = Annotated[
    str, reads(_read_argument), WithJsonSchema({"type": ["string", "number", "boolean"]})
]


def _read_paths(value: Any) -> list[str]:
    paths = value if isinstance(value, list) else [value]
    for index, path in enumerate(paths):
        if not isinstance(path, str) or not path:
            raise At((index,), f"expected the path of a file, got {shown(path)}")
    return paths


Paths = Annotated[
    list[str],
    reads(_read_paths),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]

FilePath = Annotated[str, Field(min_length=1), WithJsonSchema({"type": "string"})]


def _read_trace_time(value: Any) -> float | str:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(
            f'expected seconds or a timestamp such as "2026-03-01T14:00:00Z", got {shown(value)}'
        )
    return value


TraceTime = Annotated[float | str, reads(_read_trace_time), WithJsonSchema({"type": ["string", "number"]})]


def _read_attempts(value: Any) -> int | Literal["unlimited"]:
    if isinstance(value, str) and value in ("unlimited", "infinite", "forever"):
        return "unlimited"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST:
        return value
    raise ValueError(f"expected a number of attempts such as 3, the first included, got {shown(value)}")


Attempts = Annotated[
    int | Literal["unlimited"],
    reads(_read_attempts),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 100}),
]
