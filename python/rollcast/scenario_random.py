"""Random quantities of the scenario language: "20ms", or such as {lognormal: {p50: 20ms, p99: 150ms}}."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import WithJsonSchema

from rollcast import units
from rollcast.errors import InputError, Place, listed, nearest, shown
from rollcast.scenario_types import At, reads_beside


@dataclass(frozen=True)
class Distribution:
    """A random quantity: the name of a class of ``_core`` and its parameters."""

    kind: str
    parameters: dict[str, Any]


Z99 = 2.3263478740408408  # the standard normal distribution's 99th percentile


def constant(value: float) -> Distribution:
    return Distribution("Constant", {"value": value})


def lognormal_from_quantiles(p50: float, p99: float) -> Distribution:
    """The lognormal distribution with these quantiles. Expects 0 < p50 <= p99."""
    return Distribution("LogNormal", {"median": p50, "sigma": math.log(p99 / p50) / Z99})


_MOST_SIGMA = 10  # beyond it a mean is astronomical
_MOST_SCV = 1_000_000
_MOST_ROWS = 1_000_000
_MOST_QUANTILES = 10_001


class _Form(NamedTuple):
    """One way to say a distribution."""

    keys: tuple[str, ...]
    optional: tuple[str, ...] = ()


_SHAPES: dict[str, tuple[_Form, ...]] = {
    "lognormal": (_Form(("p50", "p99")), _Form(("median", "sigma"))),
    "exponential": (_Form(("mean",)),),
    "uniform": (_Form(("low", "high")),),
    "log-uniform": (_Form(("low", "high")),),
    "hyperexponential": (_Form(("p", "first", "second")), _Form(("mean", "scv"))),
    "erlang": (_Form(("shape", "mean")),),
    "weibull": (_Form(("scale", "shape")),),
    "empirical": (_Form(("values",)), _Form(("file", "column"), ("unit",))),
}
# What is not in the unit of the quantity.
_PLAIN: dict[str, Callable[[Any], float]] = {
    "sigma": units.factor,
    "shape": units.factor,
    "scv": units.factor,
    "p": units.fraction,
}


def _distribution_reader(
    quantity: Callable[[Any], float], example: str
) -> Callable[[Any, Path], Distribution]:
    def read(value: Any, base: Path) -> Distribution:
        if not isinstance(value, dict):
            return constant(quantity(value))
        if len(value) != 1 or next(iter(value)) not in _SHAPES:
            word = next((key for key in value if key not in _SHAPES), None)
            wanted = f"a value such as {example} or one of {listed(_SHAPES)}"
            found = f'"{word}"' if word else "several distributions"
            path = (word,) if word else ()
            raise At(path, f"expected {wanted}, got {found}", nearest(word, _SHAPES) if word else None)
        shape, given = next(iter(value.items()))
        _require_form(shape, given)
        if shape == "empirical":
            return Distribution("Empirical", {"values": _values(given, quantity, base)})
        numbers = {}
        for key, raw in given.items():
            try:
                numbers[key] = _PLAIN.get(key, quantity)(raw)
            except ValueError as error:
                raise At((shape, key), str(error)) from None
        return _shaped(shape, numbers)

    return read


def _require_form(shape: str, given: Any) -> None:
    forms = _SHAPES[shape]
    known = set(given) if isinstance(given, dict) else set()
    if any(set(form.keys) <= known <= {*form.keys, *form.optional} for form in forms):
        return
    written = listed("{" + ", ".join(f"{key}: ..." for key in form.keys) + "}" for form in forms)
    words = [key for form in forms for key in (*form.keys, *form.optional)]
    wrong = next((key for key in known if key not in words), None)
    hint = nearest(wrong, words) if wrong else None
    raise At((shape, wrong) if wrong and hint else (shape,), f"expected {shape}: {written}", hint)


def _values(given: dict[str, Any], quantity: Callable[[Any], float], base: Path) -> list[float]:
    """Measured values, from the scenario or from a file, as evenly spaced quantiles."""
    if "file" in given:
        values = _values_of_file(given, quantity, base)
    else:
        values = _listed_values(given["values"], quantity)
    values = sorted(values)
    if len(values) > _MOST_QUANTILES:
        last = len(values) - 1
        values = [values[round(i * last / (_MOST_QUANTILES - 1))] for i in range(_MOST_QUANTILES)]
    return values if len(values) > 1 else values * 2


def _listed_values(values: Any, quantity: Callable[[Any], float]) -> list[float]:
    if not isinstance(values, list) or not values:
        raise At(("empirical", "values"), f"expected a list of one value or more, got {shown(values)}")
    numbers = []
    for index, raw in enumerate(values):
        try:
            numbers.append(quantity(raw))
        except ValueError as error:
            raise At(("empirical", "values", index), str(error)) from None
    return numbers


def _values_of_file(given: dict[str, Any], quantity: Callable[[Any], float], base: Path) -> list[float]:
    for key in ("file", "column", "unit"):
        if not isinstance(given.get(key, ""), str):
            raise At(("empirical", key), f"expected a text, got {shown(given[key])}")
    unit = given.get("unit", "")
    try:
        quantity(f"1{unit}")
    except ValueError as error:
        raise At(("empirical", "unit"), str(error)) from None
    path = base / given["file"]
    try:
        values = list(_column(path, given["column"], lambda text: quantity(text + unit)))
    except InputError as error:
        raise At(("empirical", "file"), str(error)) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise At(("empirical", "file"), f"cannot read {path}: {why}") from None
    if not values:
        raise At(("empirical", "file"), f"{path} has no values")
    return values


def _column(path: Path, column: str, quantity: Callable[[str], float]) -> Iterator[float]:
    """The values of a CSV file, row by row."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file)
        header = next(rows, [])
        if column not in header:
            raise At(("empirical", "column"), f'{path} has no column "{column}"', nearest(column, header))
        index = header.index(column)
        for row in rows:
            place = Place(str(path), rows.line_num, 1)
            try:
                if row:
                    yield quantity(row[index])
            except IndexError:
                raise InputError(f'has no value of "{column}"', place) from None
            except ValueError as error:
                raise InputError(str(error), place) from None
            if rows.line_num > _MOST_ROWS:
                raise InputError(f"has more than {_MOST_ROWS:,} lines; a sample of them will do", place)


def _shaped(shape: str, numbers: dict[str, float]) -> Distribution:
    def above(*keys: str) -> None:
        for key in keys:
            if numbers[key] <= 0:
                raise At((shape, key), "expected more than 0")

    if numbers.get("sigma", 0) > _MOST_SIGMA:
        raise At((shape, "sigma"), f"expected at most {_MOST_SIGMA}, got {numbers['sigma']:g}")
    if shape == "exponential":
        above("mean")
        return Distribution("Exponential", numbers)
    if shape == "lognormal":
        above("p50" if "p50" in numbers else "median")
        if "sigma" in numbers:
            return Distribution("LogNormal", numbers)
        if numbers["p99"] < numbers["p50"]:
            raise At((shape, "p99"), "expected p99 to be at least p50")
        return lognormal_from_quantiles(numbers["p50"], numbers["p99"])
    if shape == "hyperexponential":
        return _hyperexponential(numbers, above)
    if shape == "erlang":
        above("mean")
        if numbers["shape"] < 1 or numbers["shape"] != int(numbers["shape"]):
            raise At((shape, "shape"), f"expected a whole number of at least 1, got {numbers['shape']:g}")
        return Distribution("Erlang", {"shape": int(numbers["shape"]), "mean": numbers["mean"]})
    if shape == "weibull":
        above("scale", "shape")
        return Distribution("Weibull", numbers)
    if shape == "log-uniform":
        above("low")
    if numbers["high"] < numbers["low"]:
        raise At((shape, "high"), "expected high to be at least low")
    return Distribution("LogUniform" if shape == "log-uniform" else "Uniform", numbers)


def _hyperexponential(numbers: dict[str, float], above: Callable[..., None]) -> Distribution:
    if "scv" not in numbers:
        above("first", "second")
        given = {"p": numbers["p"], "first_mean": numbers["first"], "second_mean": numbers["second"]}
        return Distribution("HyperExponential", given)
    above("mean")
    mean, scv = numbers["mean"], numbers["scv"]
    if not 1 <= scv <= _MOST_SCV:
        message = f"expected from 1, which is exponential, to {_MOST_SCV:,}, got {scv:g}"
        raise At(("hyperexponential", "scv"), message)
    p = (1 + math.sqrt((scv - 1) / (scv + 1))) / 2  # both branches take the same share of the time
    return Distribution(
        "HyperExponential", {"p": p, "first_mean": mean / (2 * p), "second_mean": mean / (2 * (1 - p))}
    )


# --- as types of fields ---------------------------------------------------------------------------------


def _schema(example: Any) -> dict[str, Any]:
    one = {"anyOf": [{"type": "string"}, {"type": "number", "minimum": 0}], "examples": [example]}
    number = {"type": "number", "minimum": 0}
    kinds = {
        **dict.fromkeys(_PLAIN, number),
        "p": {"anyOf": [{"type": "string"}, number], "examples": ["90%"]},
        "values": {"type": "array", "items": one, "minItems": 1},
        **{key: {"type": "string"} for key in ("file", "column", "unit")},
    }

    def mapping(form: _Form, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {key: values.get(key, one) for key in (*form.keys, *form.optional)},
            "required": list(form.keys),
            "additionalProperties": False,
        }

    forms = [
        mapping(_Form((shape,)), {shape: mapping(form, kinds)})
        for shape, known in _SHAPES.items()
        for form in known
    ]
    return {"anyOf": [one, *forms]}


_SECONDS = _distribution_reader(units.seconds, '"20ms"')
RandomSeconds = Annotated[Distribution, reads_beside(_SECONDS), WithJsonSchema(_schema("20ms"))]
RandomShare = Annotated[
    Distribution, reads_beside(_distribution_reader(units.fraction, '"5%"')), WithJsonSchema(_schema("5%"))
]
RandomFactor = Annotated[
    Distribution, reads_beside(_distribution_reader(units.factor, "1.5")), WithJsonSchema(_schema(1.5))
]
RandomPerHour = Annotated[
    Distribution, reads_beside(_distribution_reader(units.per_hour, '"6/h"')), WithJsonSchema(_schema("6/h"))
]
RandomCount = Annotated[
    Distribution, reads_beside(_distribution_reader(units.count, '"50k"')), WithJsonSchema(_schema("50k"))
]


def _read_approval(value: Any, base: Path) -> Distribution | Literal["never"]:
    return "never" if value == "never" else _SECONDS(value, base)


Approval = Annotated[
    Distribution | Literal["never"],
    reads_beside(_read_approval),
    WithJsonSchema({"anyOf": [{"const": "never"}, _schema("20m")]}),
]
