"""
AWS CloudFormation, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import typing
__all__: list[str] = ['ConcurrencyMode', 'OperationResult', 'RegionConcurrency', 'RollingLimits', 'TriggeredOutcome', 'UpdatePolicy', 'actual_concurrency', 'failures_tolerated', 'longest_monitoring', 'longest_pause', 'max_batch_during_rollback', 'max_concurrent', 'most_batch', 'operation_result', 'pause_for_signals', 'policy_in_force', 'region_results', 'rolling_limits', 'signals_needed', 'watch_triggers']
class ConcurrencyMode(enum.Enum):
    """
    Of a StackSets operation.
    """
    soft_failure_tolerance: typing.ClassVar[ConcurrencyMode]
    strict_failure_tolerance: typing.ClassVar[ConcurrencyMode]
    @classmethod
    def __new__(cls, value):
        ...
class OperationResult(enum.Enum):
    """
    Of a Region, or of the operation.
    """
    cancelled: typing.ClassVar[OperationResult]
    failed: typing.ClassVar[OperationResult]
    succeeded: typing.ClassVar[OperationResult]
    @classmethod
    def __new__(cls, value):
        ...
class RegionConcurrency(enum.Enum):
    """
    How Regions follow one another.
    """
    parallel: typing.ClassVar[RegionConcurrency]
    sequential: typing.ClassVar[RegionConcurrency]
    @classmethod
    def __new__(cls, value):
        ...
class TriggeredOutcome:
    """
    How a stack operation ends that alarms watch.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    rolls_back: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, rolls_back: bool = False, at: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class RollingLimits:
    """
    How a rolling update replaces a group's instances.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, batch: typing.SupportsInt | typing.SupportsIndex = 1, surge: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def batch(self) -> int:
        ...
    @batch.setter
    def batch(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def surge(self) -> int:
        ...
    @surge.setter
    def surge(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class UpdatePolicy(enum.Enum):
    """
    Of an Auto Scaling group.
    """
    none: typing.ClassVar[UpdatePolicy]
    replacing_update: typing.ClassVar[UpdatePolicy]
    rolling_update: typing.ClassVar[UpdatePolicy]
    @classmethod
    def __new__(cls, value):
        ...
def actual_concurrency(mode: ConcurrencyMode, most: typing.SupportsInt | typing.SupportsIndex, failure_tolerance: typing.SupportsInt | typing.SupportsIndex, failures_so_far: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def failures_tolerated(accounts: typing.SupportsInt | typing.SupportsIndex, percentage: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def max_batch_during_rollback(before_update: typing.SupportsInt | typing.SupportsIndex, in_failed_update: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def max_concurrent(accounts: typing.SupportsInt | typing.SupportsIndex, percentage: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def operation_result(regions: collections.abc.Sequence[OperationResult]) -> OperationResult:
    ...
def policy_in_force(will_replace: bool, rolling_present: bool) -> UpdatePolicy:
    ...
def region_results(concurrency: RegionConcurrency, failure_tolerance: typing.SupportsInt | typing.SupportsIndex, failed_accounts: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> list[OperationResult]:
    ...
def rolling_limits(instances: typing.SupportsInt | typing.SupportsIndex, max_size: typing.SupportsInt | typing.SupportsIndex | None, max_batch_size: typing.SupportsInt | typing.SupportsIndex, min_instances_in_service: typing.SupportsInt | typing.SupportsIndex) -> RollingLimits:
    ...
def signals_needed(instances: typing.SupportsInt | typing.SupportsIndex, min_successful_percent: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def watch_triggers(work: float, monitoring: float, alarm_at: float | None) -> TriggeredOutcome:
    ...
longest_monitoring: float = 10800.0
longest_pause: float = 3600.0
most_batch: int = 100
pause_for_signals: float = 300.0
