"""Numbers, intervals and verdicts in words that people use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

ESTIMATE_UNITS = ("probability", "fraction", "seconds", "requests", "count")

_MINUS = "\N{MINUS SIGN}"


def _scale(size: float, unit: str) -> tuple[float, str]:
    """The factor and the suffix with which a quantity of this size is best read."""
    if unit in ("probability", "fraction"):
        return 100, "%"
    if unit == "seconds":
        if size < 120:
            return 1, " s"
        return (1 / 60, " min") if size < 7200 else (1 / 3600, " h")
    return (1e-6, " million") if size >= 1e7 else (1, "")


def _decimals(width: float) -> int:
    """So many that a width shows two digits."""
    return min(6, max(0, 1 - math.floor(math.log10(width)))) if width > 0 else 0


def _number(value: float, decimals: int) -> str:
    if math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "∞" if value > 0 else _MINUS + "∞"
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.removeprefix("-")
    return text.replace("-", _MINUS)


def quantity(value: float, unit: str) -> str:
    """One value with three digits that count: "3.21%", "32.1 min", "1,234"."""
    if not math.isfinite(value):
        return _number(value, 0)
    factor, suffix = _scale(abs(value), unit)
    scaled = value * factor
    decimals = 0 if scaled == 0 or (suffix == "" and scaled == int(scaled)) else _decimals(abs(scaled) / 10)
    text = _number(scaled, decimals)
    return (text.rstrip("0").rstrip(".") if "." in text else text) + suffix


def estimate(value: float, low: float, high: float, unit: str) -> tuple[str, str]:
    """An estimate and its interval, with as many digits as that bears out: ("3.2%", "2.7 to 3.9%")."""
    ends = [abs(end) for end in (value, low, high) if math.isfinite(end)]
    factor, suffix = _scale(max(ends, default=0), unit)
    width = (high - low) * factor
    decimals = _decimals(width) if math.isfinite(width) else _decimals(abs(value * factor) / 10)
    if unit in ("probability", "fraction"):
        decimals = max(1, decimals)  # 99.5% must not read 100%
    if math.isnan(value):
        return "none", "no such case"
    return (
        _number(value * factor, decimals) + suffix,
        f"{_number(low * factor, decimals)} to {_number(high * factor, decimals)}{suffix}",
    )


def gain(times: float) -> str:
    """How much pairs help: "12 times"; nothing where nothing varies."""
    if math.isnan(times):
        return ""
    return "exact" if math.isinf(times) else f"{times:,.{0 if times >= 10 else 1}f}\N{MULTIPLICATION SIGN}"


COMPARISON_NOTES = (
    "Intervals are paired, each at 95%; shares differ by percentage points. "
    '"differs": beyond doubt even among all numbers (Bonferroni).',
    '"Pairing": how many times more replications the same interval would take if plans met different luck.',
)


def short(value: float) -> str:
    """A round number for an axis: "500", "10k", "2M"."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}".replace("-", _MINUS)
    return f"{value:g}".replace("-", _MINUS)


def clock(seconds: float) -> str:
    """Time since the start of the rollout: "12:05" or "1:02:05"."""
    sign = _MINUS if seconds < 0 else ""
    return sign + str(timedelta(seconds=round(abs(seconds)))).removeprefix("0:")


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def listing(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def apportion(shares: Sequence[float], total: int) -> list[int]:
    """Whole numbers in proportion to shares that add up to 1; they add up to the total."""
    counts = [math.floor(share * total) for share in shares]
    remainders = [share * total - count for share, count in zip(shares, counts, strict=True)]
    by_remainder = sorted(range(len(shares)), key=lambda i: -remainders[i])
    for i in by_remainder[: total - sum(counts)]:
        counts[i] += 1
    return counts
