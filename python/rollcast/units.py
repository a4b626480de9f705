"""Numbers with units, as people write them: "30s", "5%", "2k/s", "450MiB".

Every function takes what YAML gave (a number or a text) and returns SI units: seconds, fractions, requests
per second, bytes. What cannot be read is a ValueError that says what was expected, with an example.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from rollcast.errors import shown

LONGEST = 100 * 365.25 * 86400  # seconds; longer than any plan, and the engine's clock can count it

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_PLAIN = re.compile(rf"[-+]?{_NUMBER}")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DURATION_PART = re.compile(rf"({_NUMBER})\s*([a-zµμ]+)")

_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
_DURATION_UNITS = {**_GO_UNITS, "min": 60, "d": 86400, "w": 604800}
_PER = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
}
_MULTIPLES = {"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}
_BYTES = {
    "": 1, "B": 1,
    "kB": 1e3, "KB": 1e3, "k": 1e3, "MB": 1e6, "M": 1e6, "GB": 1e9, "G": 1e9, "TB": 1e12, "T": 1e12,
    "KiB": 2**10, "Ki": 2**10, "MiB": 2**20, "Mi": 2**20,
    "GiB": 2**30, "Gi": 2**30, "TiB": 2**40, "Ti": 2**40,
    "bit": 1 / 8, "kbit": 1e3 / 8, "Mbit": 1e6 / 8, "Gbit": 1e9 / 8,
}  # fmt: skip


def _number(value: Any) -> float | None:
    """A plain number, or none."""
    if isinstance(value, str) and _PLAIN.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)


def _refuse(expected: str, value: Any) -> ValueError:
    return ValueError(f"expected {expected}, got {shown(value)}")


def _sum_of_parts(text: str, units: Mapping[str, float]) -> float | None:
    """ "1h30m" as seconds, or none."""
    total, end = 0.0, 0
    for part in _DURATION_PART.finditer(text):
        if text[end : part.start()].strip() or part.group(2) not in units:
            return None
        total += float(part.group(1)) * units[part.group(2)]
        end = part.end()
    return total if end == len(text) > 0 and math.isfinite(total) else None


def seconds(value: Any) -> float:
    """A length of time, not negative: "30s", "1h30m", "250ms", "2d", or a plain number of seconds."""
    number = _number(value)
    if number is None and isinstance(value, str):
        number = _sum_of_parts(value.strip(), _DURATION_UNITS)
    if number is None or number < 0:
        raise _refuse('a duration such as "30s", "1h30m" or "250ms"', value)
    if number > LONGEST:
        raise ValueError(f"expected at most 100 years, got {shown(value)}")
    return number


def go_seconds(value: Any) -> float:
    """A length of time as Argo's analyses take it (Go's durations): "30s", "1h30m"; not "1d", not 30."""
    parsed = _sum_of_parts(value, _GO_UNITS) if isinstance(value, str) else None
    if parsed is None:
        raise _refuse('a duration such as "30s", "5m" or "1h30m"', value)
    return parsed


def pause_seconds(value: Any) -> int | None:
    """Argo's pause duration: 10, "10", "10s", "10m", "1h". Whole seconds of 32 bits; a fraction is dropped.

    None (no duration) stays None: until a person promotes.
    """
    if value is None:
        return None
    parsed: float | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        parsed = value
    elif isinstance(value, str):
        parsed = int(value) if re.fullmatch(r"\d+", value) else _sum_of_parts(value, _GO_UNITS)
    if parsed is not None and 0 <= parsed < 2**31:
        return int(parsed)
    raise _refuse('whole seconds or a duration such as 10, "10s", "10m" or "1h"', value)


def fraction(value: Any) -> float:
    """A share in [0, 1]: "5%", or 0.05."""
    number = _number(value)
    if number is None and isinstance(value, str) and value.strip().endswith("%"):
        percent = value.strip()[:-1].strip()
        number = float(Decimal(percent) / 100) if _number(percent) is not None else None  # 99.9% is .999
    if number is None:
        raise _refuse('a share such as "5%" or 0.05', value)
    if not 0 <= number <= 1:
        hint = f' ("{value}%"?)' if isinstance(value, (int, float)) and 1 < value <= 100 else ""
        raise ValueError(f"expected a share from 0% to 100%, got {shown(value)}{hint}")
    return number


def per_second(value: Any) -> float:
    """Requests per second: "2k/s", "1.5M/s", "90/m", or a plain number per second."""
    number = _number(value)
    if number is None and isinstance(value, str):
        match = re.fullmatch(rf"({_NUMBER})\s*([kKMG]?)\s*/\s*([a-z]+)", value.strip())
        if match and match.group(3) in _PER:
            number = float(match.group(1)) * _MULTIPLES[match.group(2)] / _PER[match.group(3)]
    if number is None or number < 0:
        raise _refuse('a rate such as "200/s", "2k/s" or "90/m"', value)
    return number


def per_hour(value: Any) -> float:
    """Events per hour: "6/h", "0.1/m", or a plain number per hour."""
    number = _number(value)
    if number is not None and number >= 0:
        return number
    try:
        return per_second(value) * 3600
    except ValueError:
        raise _refuse('a rate such as "6/h" or a number per hour', value) from None


def size_bytes(value: Any) -> float:
    """An amount of data: "450MiB", "1.2GB", or a plain number of bytes."""
    number = _number(value)
    if number is None and isinstance(value, str):
        match = re.fullmatch(rf"({_NUMBER})\s*([A-Za-z]+)", value.strip())
        if match and match.group(2) in _BYTES:
            number = float(match.group(1)) * _BYTES[match.group(2)]
    if number is None or number < 0:
        raise _refuse('a size such as "450MiB" or "1.2GB"', value)
    return number


def bytes_per_second(value: Any) -> float:
    """A bandwidth: "10MB/s", "1Gbit/s", or a plain number of bytes per second."""
    number = _number(value)
    if number is None and isinstance(value, str) and value.strip().endswith("/s"):
        try:
            number = size_bytes(value.strip()[:-2])
        except ValueError:
            number = None
    if number is None or number <= 0:
        raise _refuse('a bandwidth such as "10MB/s" or "1Gbit/s"', value)
    return number


def count(value: Any) -> float:
    """How many, not negative: "50k", "2M", or a plain number."""
    number = _number(value)
    if number is None and isinstance(value, str):
        match = re.fullmatch(rf"({_NUMBER})\s*([kKMG])", value.strip())
        number = float(match.group(1)) * _MULTIPLES[match.group(2)] if match else None
    if number is None or number < 0:
        raise _refuse('a number such as 2000 or "50k"', value)
    return number


def time_of_day(value: Any) -> float:
    """Seconds since midnight: "14:30"."""
    match = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match or int(match.group(1)) > 23 or int(match.group(2)) > 59:
        raise _refuse('a time of day such as "14:30"', value)
    return int(match.group(1)) * 3600.0 + int(match.group(2)) * 60.0


def closing_time(value: Any) -> float:
    """The same for the end of something, which may be "24:00"."""
    return 86400.0 if isinstance(value, str) and value.strip() == "24:00" else time_of_day(value)


def clock_offset(value: Any) -> float:
    """Seconds that a clock is ahead: "+02:00", "-5:30"."""
    expected = 'how far a clock is ahead, such as "+02:00" or "-05:30"'
    text = value.strip() if isinstance(value, str) else ""
    if text[:1] not in ("+", "-"):
        raise _refuse(expected, value)
    try:
        ahead = time_of_day(text[1:])
    except ValueError:
        raise _refuse(expected, value) from None
    return ahead if text[0] == "+" else -ahead


def time_of_week(value: Any) -> float:
    """Seconds since Monday's midnight: "Tue 14:30"; without a day it is Monday's."""
    day, _, clock = value.strip().rpartition(" ") if isinstance(value, str) else ("", "", "")
    index = DAYS.index(day[:3].lower()) if day[:3].lower() in DAYS else 0 if not day else None
    if index is None or (len(day) > 3 and day.lower() not in _DAY_NAMES):
        raise _refuse('a time of the week such as "Tue 14:30" or "14:30"', value)
    try:
        return index * 86400.0 + time_of_day(clock)
    except ValueError:
        raise _refuse('a time of the week such as "Tue 14:30" or "14:30"', value) from None


def factor(value: Any) -> float:
    """A plain number, not negative: 1.5."""
    number = _number(value)
    if number is None or number < 0:
        raise _refuse("a number such as 1.5", value)
    return number


def measure(value: Any) -> tuple[str, float | None]:
    """What a value of the language measures and how much, in SI units; ("", None): it is no quantity.

    The unit is fraction, rate, seconds, bytes, bytes per second, or nothing for a plain number or a count.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return "", None
    text = str(value)
    for unit, read, mark in (
        ("fraction", fraction, "%"),
        ("rate", per_second, "/"),
        ("", count, ""),
        ("seconds", seconds, ""),
        ("bytes", size_bytes, ""),
        ("bytes per second", bytes_per_second, "/"),
    ):
        if mark in text:
            try:
                return unit, read(text)
            except ValueError:
                continue
    return "", None


def say(value: float, unit: str) -> Any:
    """What `measure` measured, as the scenario language has it."""
    match unit:
        case "seconds":
            return f"{value:.9g}s"
        case "rate":
            return f"{value:.9g}/s"
        case "fraction":
            return show_fraction(value)
        case "bytes per second":
            return f"{value:.9g}B/s"
    return int(value) if float(value).is_integer() else float(value)


def show_seconds(value: float) -> str:
    """As `seconds` reads it: 5400 is "1h30m", 0.02 is "20ms"."""
    if value >= 60 and value == int(value):
        parts, rest = "", int(value)
        for unit, length in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
            count, rest = divmod(rest, length)
            parts += f"{count}{unit}" if count else ""
        return parts
    if 0 < value < 1:
        return f"{round(value * 1e3, 9):g}ms"
    return f"{value!r}s" if value != int(value) else f"{int(value)}s"


def show_fraction(value: float) -> str:
    """As `fraction` reads it."""
    return f"{value * 100:.10g}%"


def show_time_of_day(value: float) -> str:
    """As `time_of_day` reads it."""
    minutes = round(value / 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def show_time_of_week(value: float) -> str:
    """As `time_of_week` reads it."""
    day, seconds = divmod(round(value), 86400)
    return f"{DAYS[day % 7].capitalize()} {seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def show_rate(value: float) -> str:
    """As `per_second` reads it."""
    return f"{value:.10g}/s"
