"""
The Deployment controller, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import rollcast._core
import typing
__all__: list[str] = ['Fenceposts', 'OldReplicaSet', 'ProgressCondition', 'ProgressReason', 'ReplicaSet', 'SizedReplicaSet', 'Status', 'cleanup_unhealthy', 'deployment_complete', 'deployment_progressing', 'deployment_timed_out', 'expired_history', 'limits', 'max_scaled_down', 'new_rs_replicas', 'old_pods_running', 'reconcile_new_replica_set', 'reconcile_old_replica_sets', 'reconcile_rolling_update', 'requeue_stuck_after', 'resolve_fenceposts', 'revision_history_limit', 'scale', 'scale_down_old', 'sync_rollout_status']
class ReplicaSet:
    """
    A ReplicaSet as the controller sees it.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, spec: typing.SupportsInt | typing.SupportsIndex = 0, available: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def available(self) -> int:
        ...
    @available.setter
    def available(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def spec(self) -> int:
        ...
    @spec.setter
    def spec(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Fenceposts:
    """
    How many pods above the wanted number, and how many of it may be missing.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, surge: typing.SupportsInt | typing.SupportsIndex = 0, unavailable: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def surge(self) -> int:
        ...
    @surge.setter
    def surge(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def unavailable(self) -> int:
        ...
    @unavailable.setter
    def unavailable(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class SizedReplicaSet:
    """
    A ReplicaSet, and what is noted on it of the Deployment that last sized it.
    """
    __hash__: typing.ClassVar[None] = None
    is_new: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, spec: typing.SupportsInt | typing.SupportsIndex = 0, available: typing.SupportsInt | typing.SupportsIndex = 0, is_new: bool = False, desired: typing.SupportsInt | typing.SupportsIndex = 0, most: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def available(self) -> int:
        ...
    @available.setter
    def available(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def desired(self) -> int:
        ...
    @desired.setter
    def desired(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def most(self) -> int:
        ...
    @most.setter
    def most(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def spec(self) -> int:
        ...
    @spec.setter
    def spec(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class OldReplicaSet:
    """
    An old ReplicaSet, kept for rollbacks.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, spec: typing.SupportsInt | typing.SupportsIndex = 0, status_replicas: typing.SupportsInt | typing.SupportsIndex = 0, revision: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def revision(self) -> int:
        ...
    @revision.setter
    def revision(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def spec(self) -> int:
        ...
    @spec.setter
    def spec(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def status_replicas(self) -> int:
        ...
    @status_replicas.setter
    def status_replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Status:
    """
    The counters of a Deployment's status.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 0, updated: typing.SupportsInt | typing.SupportsIndex = 0, ready: typing.SupportsInt | typing.SupportsIndex = 0, available: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def available(self) -> int:
        ...
    @available.setter
    def available(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def ready(self) -> int:
        ...
    @ready.setter
    def ready(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def updated(self) -> int:
        ...
    @updated.setter
    def updated(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class ProgressReason(enum.Enum):
    """
    Of the condition Progressing.
    """
    deployment_paused: typing.ClassVar[ProgressReason]
    deployment_resumed: typing.ClassVar[ProgressReason]
    found_new_replica_set: typing.ClassVar[ProgressReason]
    new_replica_set_available: typing.ClassVar[ProgressReason]
    new_replica_set_created: typing.ClassVar[ProgressReason]
    progress_deadline_exceeded: typing.ClassVar[ProgressReason]
    replica_set_updated: typing.ClassVar[ProgressReason]
    @classmethod
    def __new__(cls, value):
        ...
class ProgressCondition:
    """
    The condition Progressing.
    """
    __hash__: typing.ClassVar[None] = None
    last_update: float
    reason: ProgressReason
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, reason: ProgressReason = ..., last_update: float = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
def cleanup_unhealthy(old: collections.abc.Sequence[ReplicaSet], most: typing.SupportsInt | typing.SupportsIndex) -> tuple[int, list[ReplicaSet]]:
    """
    The number taken, and the ReplicaSets afterwards.
    """
def deployment_complete(replicas: typing.SupportsInt | typing.SupportsIndex, status: Status) -> bool:
    ...
def deployment_progressing(before: Status, after: Status) -> bool:
    ...
def deployment_timed_out(deadline: float | None, condition: ProgressCondition | None, now: float) -> bool:
    ...
def expired_history(oldest_first: collections.abc.Sequence[OldReplicaSet], limit: typing.SupportsInt | typing.SupportsIndex | None) -> list[int]:
    """
    Indexes of those that are deleted.
    """
def limits(type: rollcast._core.DeploymentType, replicas: typing.SupportsInt | typing.SupportsIndex, max_surge: rollcast._core.Amount, max_unavailable: rollcast._core.Amount) -> Fenceposts:
    ...
def max_scaled_down(replicas: typing.SupportsInt | typing.SupportsIndex, unavailable: typing.SupportsInt | typing.SupportsIndex, all_spec: typing.SupportsInt | typing.SupportsIndex, new_unavailable: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def new_rs_replicas(type: rollcast._core.DeploymentType, replicas: typing.SupportsInt | typing.SupportsIndex, surge: typing.SupportsInt | typing.SupportsIndex, all_spec: typing.SupportsInt | typing.SupportsIndex, new_spec: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def old_pods_running(status_replicas: typing.SupportsInt | typing.SupportsIndex, unfinished_pods: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def reconcile_new_replica_set(type: rollcast._core.DeploymentType, replicas: typing.SupportsInt | typing.SupportsIndex, surge: typing.SupportsInt | typing.SupportsIndex, all_spec: typing.SupportsInt | typing.SupportsIndex, new_spec: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def reconcile_old_replica_sets(replicas: typing.SupportsInt | typing.SupportsIndex, limits: Fenceposts, old: collections.abc.Sequence[ReplicaSet], fresh: ReplicaSet) -> tuple[int, list[ReplicaSet]]:
    """
    The number taken, and the ReplicaSets afterwards.
    """
def reconcile_rolling_update(replicas: typing.SupportsInt | typing.SupportsIndex, limits: Fenceposts, old: collections.abc.Sequence[ReplicaSet], fresh: ReplicaSet, exists: bool) -> tuple[bool, list[ReplicaSet], ReplicaSet]:
    """
    Whether anything was scaled, and all ReplicaSets afterwards.
    """
def requeue_stuck_after(deadline: float | None, complete: bool, condition: ProgressCondition | None, now: float) -> float | None:
    ...
def resolve_fenceposts(max_surge: rollcast._core.Amount, max_unavailable: rollcast._core.Amount, desired: typing.SupportsInt | typing.SupportsIndex) -> Fenceposts:
    ...
def scale(replicas: typing.SupportsInt | typing.SupportsIndex, surge: typing.SupportsInt | typing.SupportsIndex, oldest_first: collections.abc.Sequence[SizedReplicaSet]) -> list[int]:
    """
    The sizes afterwards.
    """
def scale_down_old(replicas: typing.SupportsInt | typing.SupportsIndex, unavailable: typing.SupportsInt | typing.SupportsIndex, old: collections.abc.Sequence[ReplicaSet], fresh: ReplicaSet) -> tuple[int, list[ReplicaSet]]:
    """
    The number taken, and the ReplicaSets afterwards.
    """
def sync_rollout_status(deadline: float | None, replicas: typing.SupportsInt | typing.SupportsIndex, before: Status, after: Status, condition: ProgressCondition | None, now: float) -> ProgressCondition | None:
    ...
revision_history_limit: int = 10
