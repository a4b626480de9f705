"""
Burn-rate alerts, rule by rule. Times are seconds.
"""
from __future__ import annotations
import collections.abc
import rollcast._core
import typing
__all__: list[str] = ['IncidentSpan', 'above_during', 'budget_used', 'budget_used_by', 'burn_rate', 'burn_rate_for_budget', 'complaint', 'detection_time', 'exhaustion_time', 'failures_allowed', 'fires_during', 'has_held', 'is_above', 'recommended_rules', 'short_window', 'worst']
class IncidentSpan:
    """
    Counted from the start of an incident.
    """
    __hash__: typing.ClassVar[None] = None
    end: float
    start: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, start: float = 0.0, end: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
def above_during(objective: typing.SupportsFloat | typing.SupportsIndex, window: float, burn: typing.SupportsFloat | typing.SupportsIndex, error_ratio: typing.SupportsFloat | typing.SupportsIndex, length: float) -> IncidentSpan | None:
    """
    None: never.
    """
def budget_used(burn: typing.SupportsFloat | typing.SupportsIndex, window: float, period: float) -> float:
    ...
def budget_used_by(failed: typing.SupportsFloat | typing.SupportsIndex, rate: typing.SupportsFloat | typing.SupportsIndex, objective: typing.SupportsFloat | typing.SupportsIndex, period: float) -> float:
    ...
def burn_rate(errors: typing.SupportsFloat | typing.SupportsIndex, requests: typing.SupportsFloat | typing.SupportsIndex, objective: typing.SupportsFloat | typing.SupportsIndex) -> float:
    ...
def burn_rate_for_budget(fraction: typing.SupportsFloat | typing.SupportsIndex, window: float, period: float) -> float:
    ...
def complaint(alert: rollcast._core.BurnRateAlert) -> str | None:
    ...
def detection_time(objective: typing.SupportsFloat | typing.SupportsIndex, window: float, burn: typing.SupportsFloat | typing.SupportsIndex, error_ratio: typing.SupportsFloat | typing.SupportsIndex) -> float | None:
    """
    None: never.
    """
def exhaustion_time(burn: typing.SupportsFloat | typing.SupportsIndex, period: float) -> float:
    ...
def failures_allowed(rate: typing.SupportsFloat | typing.SupportsIndex, objective: typing.SupportsFloat | typing.SupportsIndex, period: float) -> float:
    ...
def fires_during(rule: rollcast._core.BurnRateRule, objective: typing.SupportsFloat | typing.SupportsIndex, error_ratio: typing.SupportsFloat | typing.SupportsIndex, length: float) -> IncidentSpan | None:
    """
    None: never.
    """
def has_held(rule: rollcast._core.BurnRateRule, since: float | None, now: float) -> bool:
    ...
def is_above(rule: rollcast._core.BurnRateRule, long_burn: typing.SupportsFloat | typing.SupportsIndex, short_burn: typing.SupportsFloat | typing.SupportsIndex) -> bool:
    ...
def recommended_rules(with_a_day: bool = False) -> list[rollcast._core.BurnRateRule]:
    ...
def short_window(long_window: float) -> float:
    ...
def worst(rules: collections.abc.Sequence[rollcast._core.BurnRateRule], fires: collections.abc.Sequence[bool]) -> rollcast._core.Severity:
    ...
