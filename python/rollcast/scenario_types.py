"""The values of the scenario language, each with its JSON Schema: quantities, random quantities, amounts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, WithJsonSchema
from pydantic_core import PydanticCustomError

from rollcast import units
from rollcast.errors import listed, nearest, shown

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


# --- distributions --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Distribution:
    """A random quantity: the name of a class of ``_core`` and its parameters."""

    kind: Literal["Constant", "Exponential", "LogNormal", "Uniform", "LogUniform"]
    parameters: dict[str, float]


Z99 = 2.3263478740408408  # the standard normal distribution's 99th percentile


def lognormal_from_quantiles(p50: float, p99: float) -> Distribution:
    """The lognormal distribution with these quantiles. Expects 0 < p50 <= p99."""
    return Distribution("LogNormal", {"median": p50, "sigma": math.log(p99 / p50) / Z99})


_MOST_SIGMA = 10  # beyond it a mean is astronomical

_SHAPES: dict[str, tuple[tuple[str, ...], ...]] = {
    "lognormal": (("p50", "p99"), ("median", "sigma")),
    "exponential": (("mean",),),
    "uniform": (("low", "high"),),
    "log-uniform": (("low", "high"),),
}


def _distribution_reader(quantity: Callable[[Any], float], example: str) -> Callable[[Any], Distribution]:
    def read(value: Any) -> Distribution:
        if not isinstance(value, dict):
            return Distribution("Constant", {"value": quantity(value)})
        if len(value) != 1 or next(iter(value)) not in _SHAPES:
            word = next((key for key in value if key not in _SHAPES), None)
            wanted = f"a value such as {example} or one of {listed(_SHAPES)}"
            found = f'"{word}"' if word else "several distributions"
            path = (word,) if word else ()
            raise At(path, f"expected {wanted}, got {found}", nearest(word, _SHAPES) if word else None)
        shape, given = next(iter(value.items()))
        if not isinstance(given, dict) or tuple(sorted(given)) not in [
            tuple(sorted(keys)) for keys in _SHAPES[shape]
        ]:
            forms = listed("{" + ", ".join(f"{key}: ..." for key in keys) + "}" for keys in _SHAPES[shape])
            raise At((shape,), f"expected {shape}: {forms}")
        numbers = {}
        for key, raw in given.items():
            try:
                numbers[key] = units.factor(raw) if key == "sigma" else quantity(raw)
            except ValueError as error:
                raise At((shape, key), str(error)) from None
        return _shaped(shape, numbers)

    return read


def _shaped(shape: str, numbers: dict[str, float]) -> Distribution:
    def above(key: str, least: float, name: str) -> None:
        if numbers[key] <= least:
            raise At((shape, key), f"expected more than {name}")

    if shape == "exponential":
        above("mean", 0, "0")
        return Distribution("Exponential", numbers)
    if numbers.get("sigma", 0) > _MOST_SIGMA:
        raise At((shape, "sigma"), f"expected at most {_MOST_SIGMA}, got {numbers['sigma']:g}")
    if shape == "lognormal":
        above("p50" if "p50" in numbers else "median", 0, "0")
        if "sigma" in numbers:
            return Distribution("LogNormal", numbers)
        if numbers["p99"] < numbers["p50"]:
            raise At((shape, "p99"), "expected p99 to be at least p50")
        return lognormal_from_quantiles(numbers["p50"], numbers["p99"])
    if shape == "log-uniform":
        above("low", 0, "0")
    if numbers["high"] < numbers["low"]:
        raise At((shape, "high"), "expected high to be at least low")
    return Distribution("LogUniform" if shape == "log-uniform" else "Uniform", numbers)


def _distribution_schema(example: Any) -> dict[str, Any]:
    one = {"anyOf": [{"type": "string"}, {"type": "number", "minimum": 0}], "examples": [example]}

    def mapping(keys: Iterable[str], value: Any) -> dict[str, Any]:
        properties = dict.fromkeys(keys, value)
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    forms = [mapping([shape], mapping(keys, one)) for shape, known in _SHAPES.items() for keys in known]
    return {"anyOf": [one, *forms]}


_SECONDS = _distribution_reader(units.seconds, '"20ms"')
RandomSeconds = Annotated[Distribution, reads(_SECONDS), WithJsonSchema(_distribution_schema("20ms"))]
RandomShare = Annotated[
    Distribution,
    reads(_distribution_reader(units.fraction, '"5%"')),
    WithJsonSchema(_distribution_schema("5%")),
]
RandomFactor = Annotated[
    Distribution,
    reads(_distribution_reader(units.factor, "1.5")),
    WithJsonSchema(_distribution_schema(1.5)),
]
RandomPerHour = Annotated[
    Distribution,
    reads(_distribution_reader(units.per_hour, '"6/h"')),
    WithJsonSchema(_distribution_schema("6/h")),
]


def _read_approval(value: Any) -> Distribution | Literal["never"]:
    return "never" if value == "never" else _SECONDS(value)


Approval = Annotated[
    Distribution | Literal["never"],
    reads(_read_approval),
    WithJsonSchema({"anyOf": [{"const": "never"}, _distribution_schema("20m")]}),
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
