"""
EC2 Auto Scaling's instance refresh, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import typing
__all__: list[str] = ['CheckpointsReached', 'RefreshEnd', 'RefreshEvent', 'RefreshOutcome', 'RefreshPlan', 'RefreshStatus', 'RefreshStep', 'batch_size', 'checkpoints_reached', 'effective_warmup', 'outcome', 'rebalancing_max_size', 'replaced_at', 'rollback_possible', 'stuck_retry', 'timeline']
class CheckpointsReached:
    """
    What a batch means for checkpoints.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, notified: typing.SupportsInt | typing.SupportsIndex | None = None, skipped: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def notified(self) -> int | None:
        ...
    @notified.setter
    def notified(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def skipped(self) -> list[int]:
        ...
    @skipped.setter
    def skipped(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
class RefreshEvent(enum.Enum):
    """
    A batch begins or is warm.
    """
    replace: typing.ClassVar[RefreshEvent]
    warm: typing.ClassVar[RefreshEvent]
    @classmethod
    def __new__(cls, value):
        ...
class RefreshStep:
    """
    What happens when to how many.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    event: RefreshEvent
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, at: float = 0.0, event: RefreshEvent = ..., instances: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def instances(self) -> int:
        ...
    @instances.setter
    def instances(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class RefreshPlan:
    """
    A refresh whose replacements take no time but for the warm-up.
    """
    __hash__: typing.ClassVar[None] = None
    checkpoint_delay: float
    warmup: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, instances: typing.SupportsInt | typing.SupportsIndex = 0, checkpoints: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = ..., checkpoint_delay: float = 3600.0, min_healthy_percentage: typing.SupportsInt | typing.SupportsIndex = 90, max_healthy_percentage: typing.SupportsInt | typing.SupportsIndex = 100, warmup: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def checkpoints(self) -> list[int]:
        ...
    @checkpoints.setter
    def checkpoints(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    @property
    def instances(self) -> int:
        ...
    @instances.setter
    def instances(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def max_healthy_percentage(self) -> int:
        ...
    @max_healthy_percentage.setter
    def max_healthy_percentage(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def min_healthy_percentage(self) -> int:
        ...
    @min_healthy_percentage.setter
    def min_healthy_percentage(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class RefreshStatus(enum.Enum):
    """
    Of a refresh.
    """
    cancelled: typing.ClassVar[RefreshStatus]
    failed: typing.ClassVar[RefreshStatus]
    in_progress: typing.ClassVar[RefreshStatus]
    rollback_successful: typing.ClassVar[RefreshStatus]
    successful: typing.ClassVar[RefreshStatus]
    @classmethod
    def __new__(cls, value):
        ...
class RefreshEnd(enum.Enum):
    """
    Why a refresh ends early.
    """
    all_match: typing.ClassVar[RefreshEnd]
    cancelled: typing.ClassVar[RefreshEnd]
    failed: typing.ClassVar[RefreshEnd]
    no_healthy_replacement: typing.ClassVar[RefreshEnd]
    @classmethod
    def __new__(cls, value):
        ...
class RefreshOutcome:
    """
    What is left behind.
    """
    __hash__: typing.ClassVar[None] = None
    rolled_back: bool
    status: RefreshStatus
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, status: RefreshStatus = ..., rolled_back: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
def batch_size(instances: typing.SupportsInt | typing.SupportsIndex, min_healthy_percentage: typing.SupportsInt | typing.SupportsIndex, max_healthy_percentage: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def checkpoints_reached(instances: typing.SupportsInt | typing.SupportsIndex, percentages: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], replaced: typing.SupportsInt | typing.SupportsIndex) -> CheckpointsReached:
    ...
def effective_warmup(health_check_grace: float | None, default_instance_warmup: float | None, instance_warmup: float | None) -> float:
    ...
def outcome(end: RefreshEnd, auto_rollback: bool) -> RefreshOutcome:
    ...
def rebalancing_max_size(max_size: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def replaced_at(instances: typing.SupportsInt | typing.SupportsIndex, percentage: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def rollback_possible(status: RefreshStatus, desired_configuration: bool, image_from_parameter_store: bool, group_template_version: str) -> bool:
    ...
def timeline(plan: RefreshPlan) -> list[RefreshStep]:
    ...
stuck_retry: float = 3600.0
