"""
Kubernetes' rules of a pod's life, one by one.
"""
from __future__ import annotations
import enum
import rollcast._core
import typing
__all__: list[str] = ['DeletionRank', 'PodPhase', 'ProbeKind', 'ProbeState', 'Prober', 'RestartBackoff', 'deleted_before', 'is_available', 'probe_timeout', 'term_to_kill']
class PodPhase(enum.Enum):
    """
    As far as it matters for deletion.
    """
    pending: typing.ClassVar[PodPhase]
    running: typing.ClassVar[PodPhase]
    unknown: typing.ClassVar[PodPhase]
    @classmethod
    def __new__(cls, value):
        ...
class DeletionRank:
    """
    What decides which pod of a ReplicaSet goes first.
    """
    __hash__: typing.ClassVar[None] = None
    age: float | None
    assigned: bool
    phase: PodPhase
    ready: bool
    ready_for: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, assigned: bool = True, phase: PodPhase = ..., ready: bool = False, deletion_cost: typing.SupportsInt | typing.SupportsIndex = 0, colocated: typing.SupportsInt | typing.SupportsIndex = 0, ready_for: float | None = None, restarts: typing.SupportsInt | typing.SupportsIndex = 0, age: float | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def colocated(self) -> int:
        ...
    @colocated.setter
    def colocated(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def deletion_cost(self) -> int:
        ...
    @deletion_cost.setter
    def deletion_cost(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def restarts(self) -> int:
        ...
    @restarts.setter
    def restarts(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class ProbeKind(enum.Enum):
    """
    What the kubelet asks.
    """
    liveness: typing.ClassVar[ProbeKind]
    readiness: typing.ClassVar[ProbeKind]
    startup: typing.ClassVar[ProbeKind]
    @classmethod
    def __new__(cls, value):
        ...
class ProbeState(enum.Enum):
    """
    As published.
    """
    failure: typing.ClassVar[ProbeState]
    success: typing.ClassVar[ProbeState]
    unknown: typing.ClassVar[ProbeState]
    @classmethod
    def __new__(cls, value):
        ...
class Prober:
    """
    One probe of one container.
    """
    def __init__(self, kind: ProbeKind) -> None:
        ...
    def observe(self, probe: rollcast._core.Probe, running_for: float, success: bool) -> None:
        ...
    @property
    def on_hold(self) -> bool:
        ...
    @property
    def run(self) -> int:
        ...
    @property
    def state(self) -> ProbeState:
        ...
class RestartBackoff:
    """
    The wait before a process that keeps dying starts again.
    """
    def __init__(self) -> None:
        ...
    def next(self, limits: rollcast._core.Backoff, finished: float, now: float) -> None:
        ...
    def wait(self, limits: rollcast._core.Backoff, finished: float) -> float:
        ...
    @property
    def updated(self) -> float | None:
        ...
def deleted_before(a: DeletionRank, b: DeletionRank) -> bool:
    ...
def is_available(ready: bool, ready_for: float, min_ready: float) -> bool:
    ...
def term_to_kill(grace: float, pre_stop: float) -> float:
    """
    Seconds from TERM to KILL.
    """
probe_timeout: float = 1.0
