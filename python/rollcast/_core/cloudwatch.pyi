"""
Amazon CloudWatch's alarms, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import rollcast._core
import typing
__all__: list[str] = ['AlarmAction', 'AlarmActionTaken', 'AlarmEvaluation', 'AlarmPoint', 'breaches', 'complaint', 'effective_treatment', 'evaluate_points', 'evaluation_every', 'evaluation_interval', 'holds', 'initial_state', 'keeps_state', 'most_children', 'most_parents', 'most_rule_elements', 'parse_alarm_rule', 'percentile_min_samples', 'period_valid', 'repeats', 'span_valid', 'suppressed_actions']
class AlarmPoint(enum.Enum):
    """
    One point of an evaluation range.
    """
    breach: typing.ClassVar[AlarmPoint]
    missing: typing.ClassVar[AlarmPoint]
    ok: typing.ClassVar[AlarmPoint]
    @classmethod
    def __new__(cls, value):
        ...
class AlarmAction(enum.Enum):
    """
    What an alarm does when its state changes.
    """
    auto_scaling: typing.ClassVar[AlarmAction]
    notify: typing.ClassVar[AlarmAction]
    @classmethod
    def __new__(cls, value):
        ...
class AlarmEvaluation:
    """
    The state after an evaluation.
    """
    __hash__: typing.ClassVar[None] = None
    state: rollcast._core.AlarmState
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, state: rollcast._core.AlarmState = ..., filled: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def filled(self) -> int:
        ...
    @filled.setter
    def filled(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class AlarmActionTaken:
    """
    What was done about a state, and when.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    state: rollcast._core.AlarmState
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, at: float = ..., state: rollcast._core.AlarmState = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
def breaches(comparison: rollcast._core.Comparison, value: typing.SupportsFloat | typing.SupportsIndex, threshold: typing.SupportsFloat | typing.SupportsIndex) -> bool:
    ...
@typing.overload
def complaint(alarm: rollcast._core.CloudWatchAlarm) -> str | None:
    ...
@typing.overload
def complaint(alarm: rollcast._core.CompositeAlarm) -> str | None:
    ...
def effective_treatment(metric_namespace: str, setting: rollcast._core.MissingData) -> rollcast._core.MissingData:
    ...
def evaluate_points(points: collections.abc.Sequence[AlarmPoint], periods: typing.SupportsInt | typing.SupportsIndex, needed: typing.SupportsInt | typing.SupportsIndex, treatment: rollcast._core.MissingData, current: rollcast._core.AlarmState) -> AlarmEvaluation:
    ...
@typing.overload
def evaluation_every(period: float) -> float:
    ...
@typing.overload
def evaluation_every(composite: rollcast._core.CompositeAlarm) -> float:
    ...
def evaluation_interval(period: float, evaluation_periods: typing.SupportsInt | typing.SupportsIndex) -> float:
    ...
def holds(rule: rollcast._core.AlarmRule, states: collections.abc.Sequence[rollcast._core.AlarmState]) -> bool:
    ...
def keeps_state(setting: rollcast._core.LowSamples, percentile: typing.SupportsFloat | typing.SupportsIndex, samples: typing.SupportsFloat | typing.SupportsIndex) -> bool:
    ...
def parse_alarm_rule(text: str) -> rollcast._core.AlarmRule:
    ...
def percentile_min_samples(percentile: typing.SupportsFloat | typing.SupportsIndex) -> float:
    ...
def period_valid(period: float) -> bool:
    ...
def repeats(action: AlarmAction) -> bool:
    """
    Every minute while the state lasts?
    """
def span_valid(period: float, evaluation_periods: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def suppressed_actions(suppressor: rollcast._core.ActionSuppressor, events: collections.abc.Sequence[tuple[float, bool, rollcast._core.AlarmState]], until: float) -> list[AlarmActionTaken]:
    ...
initial_state: rollcast._core.AlarmState
most_children: int = 100
most_parents: int = 150
most_rule_elements: int = 500
