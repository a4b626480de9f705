"""
Argo Rollouts' controller, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import rollcast._core
import rollcast._core.kubernetes
import typing
__all__: list[str] = ['AbortDelay', 'AnalysisRole', 'BlueGreenPosition', 'CanaryPosition', 'Consequence', 'Counts', 'PauseStatus', 'ReplicasOrWeight', 'RetiredReplicaSet', 'RolloutKind', 'RouterWeights', 'abort_canary_weight', 'abort_scale_down_delay', 'abort_traffic_weight', 'analysis_consequence', 'approximate_split', 'at_desired_counts', 'basic_counts', 'before_starting_step', 'blue_green_pause_completed', 'canary_pause_completed', 'canary_replicas_or_weight', 'current_set_weight', 'dynamic_counts', 'limits', 'new_rs_count', 'progress_threshold_met', 'promote_full_weight', 'reconcile_new_replica_set', 'replicas_available_for_weight', 'replicas_for_scale_down', 'revision_history_limit', 'rollback_within_window', 'routed_counts', 'scale_down_delay', 'scale_down_retired', 'successful_analysis_runs_kept', 'unsuccessful_analysis_runs_kept', 'weight_to_replicas']
class RolloutKind(enum.Enum):
    """
    What the defaults depend on.
    """
    basic_canary: typing.ClassVar[RolloutKind]
    blue_green: typing.ClassVar[RolloutKind]
    routed_canary: typing.ClassVar[RolloutKind]
    @classmethod
    def __new__(cls, value):
        ...
class AbortDelay:
    """
    None: for good.
    """
    __hash__: typing.ClassVar[None] = None
    delay: float | None
    was_set: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, delay: float | None = None, was_set: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class PauseStatus:
    """
    A pause as the status of a rollout keeps it.
    """
    __hash__: typing.ClassVar[None] = None
    by_controller: bool
    since: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, by_controller: bool = False, since: float | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class AnalysisRole(enum.Enum):
    """
    Where an analysis stands.
    """
    background: typing.ClassVar[AnalysisRole]
    post_promotion: typing.ClassVar[AnalysisRole]
    pre_promotion: typing.ClassVar[AnalysisRole]
    step: typing.ClassVar[AnalysisRole]
    @classmethod
    def __new__(cls, value):
        ...
class Consequence(enum.Enum):
    """
    What the rollout does.
    """
    abort: typing.ClassVar[Consequence]
    abort_before_switch: typing.ClassVar[Consequence]
    abort_switch_back: typing.ClassVar[Consequence]
    continue_: typing.ClassVar[Consequence]
    pause: typing.ClassVar[Consequence]
    wait: typing.ClassVar[Consequence]
    @classmethod
    def __new__(cls, value):
        ...
class RetiredReplicaSet:
    """
    A ReplicaSet that nothing refers to any more.
    """
    __hash__: typing.ClassVar[None] = None
    scale_down_at: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, spec: typing.SupportsInt | typing.SupportsIndex = 0, scale_down_at: float | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def spec(self) -> int:
        ...
    @spec.setter
    def spec(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Counts:
    """
    Sizes of both ReplicaSets.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, canary: typing.SupportsInt | typing.SupportsIndex = 0, stable: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def canary(self) -> int:
        ...
    @canary.setter
    def canary(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def stable(self) -> int:
        ...
    @stable.setter
    def stable(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class ReplicasOrWeight:
    """
    What the canary is sized for.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, replicas: typing.SupportsInt | typing.SupportsIndex | None = None, weight: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int | None:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def weight(self) -> int:
        ...
    @weight.setter
    def weight(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class CanaryPosition:
    """
    Where a canary stands.
    """
    __hash__: typing.ClassVar[None] = None
    aborted: bool
    keeps_scale: bool
    promoted: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, step: typing.SupportsInt | typing.SupportsIndex = 0, promoted: bool = False, aborted: bool = False, keeps_scale: bool = False, abort_weight: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def abort_weight(self) -> int:
        ...
    @abort_weight.setter
    def abort_weight(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def step(self) -> int:
        ...
    @step.setter
    def step(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class RouterWeights:
    """
    The traffic weights in force.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, canary: typing.SupportsInt | typing.SupportsIndex = 0, stable: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def canary(self) -> int:
        ...
    @canary.setter
    def canary(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def stable(self) -> int:
        ...
    @stable.setter
    def stable(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class BlueGreenPosition:
    """
    Where a blue/green rollout stands.
    """
    __hash__: typing.ClassVar[None] = None
    active_is_new: bool
    checkpoint: bool
    has_active: bool
    paused: bool
    promote_full: bool
    template_seen: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, has_active: bool = True, active_is_new: bool = False, template_seen: bool = True, promote_full: bool = False, checkpoint: bool = False, paused: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
def abort_canary_weight(steps: collections.abc.Sequence[rollcast._core.SetWeight | rollcast._core.Pause | rollcast._core.SetCanaryScale | rollcast._core.RunAnalysis | rollcast._core.SetMirror], replicas: typing.SupportsInt | typing.SupportsIndex, max_weight: typing.SupportsInt | typing.SupportsIndex, delay_was_set: bool, canary_available: typing.SupportsInt | typing.SupportsIndex, stable_available: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def abort_scale_down_delay(kind: RolloutKind, given: float | None) -> AbortDelay:
    ...
def abort_traffic_weight(replicas: typing.SupportsInt | typing.SupportsIndex, max_weight: typing.SupportsInt | typing.SupportsIndex, wanted: typing.SupportsInt | typing.SupportsIndex, stable_available: typing.SupportsInt | typing.SupportsIndex, present: typing.SupportsInt | typing.SupportsIndex | None) -> int:
    ...
def analysis_consequence(role: AnalysisRole, phase: rollcast._core.AnalysisPhase) -> Consequence:
    ...
def approximate_split(replicas: typing.SupportsInt | typing.SupportsIndex, weight: typing.SupportsInt | typing.SupportsIndex, max_weight: typing.SupportsInt | typing.SupportsIndex, max_surge: typing.SupportsInt | typing.SupportsIndex) -> Counts:
    ...
def at_desired_counts(wanted: Counts, canary: rollcast._core.kubernetes.ReplicaSet | None, stable: rollcast._core.kubernetes.ReplicaSet | None, stable_status: typing.SupportsInt | typing.SupportsIndex, older_available: typing.SupportsInt | typing.SupportsIndex, threshold: rollcast._core.Amount | None, dynamic_stable_scale: bool = False) -> bool:
    ...
def basic_counts(replicas: typing.SupportsInt | typing.SupportsIndex, weight: typing.SupportsInt | typing.SupportsIndex, max_weight: typing.SupportsInt | typing.SupportsIndex, limits: rollcast._core.kubernetes.Fenceposts, canary: rollcast._core.kubernetes.ReplicaSet | None, stable: rollcast._core.kubernetes.ReplicaSet | None, older_spec: typing.SupportsInt | typing.SupportsIndex) -> Counts:
    ...
def before_starting_step(current_step: typing.SupportsInt | typing.SupportsIndex, starting_step: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def blue_green_pause_completed(auto_promotion_enabled: bool | None, auto_promotion: float, checkpoint: bool, pause: PauseStatus, now: float) -> bool:
    ...
def canary_pause_completed(duration: float | None, pause: PauseStatus, now: float) -> bool:
    ...
def canary_replicas_or_weight(steps: collections.abc.Sequence[rollcast._core.SetWeight | rollcast._core.Pause | rollcast._core.SetCanaryScale | rollcast._core.RunAnalysis | rollcast._core.SetMirror], at: CanaryPosition, routed: bool, max_weight: typing.SupportsInt | typing.SupportsIndex) -> ReplicasOrWeight:
    ...
def current_set_weight(steps: collections.abc.Sequence[rollcast._core.SetWeight | rollcast._core.Pause | rollcast._core.SetCanaryScale | rollcast._core.RunAnalysis | rollcast._core.SetMirror], step: typing.SupportsInt | typing.SupportsIndex, aborted: bool, max_weight: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def dynamic_counts(replicas: typing.SupportsInt | typing.SupportsIndex, wanted: ReplicasOrWeight, max_weight: typing.SupportsInt | typing.SupportsIndex, min_pods: typing.SupportsInt | typing.SupportsIndex | None, actual: RouterWeights | None, aborted: bool) -> Counts:
    ...
def limits(kind: RolloutKind, replicas: typing.SupportsInt | typing.SupportsIndex, max_surge: rollcast._core.Amount, max_unavailable: rollcast._core.Amount) -> rollcast._core.kubernetes.Fenceposts:
    ...
def new_rs_count(replicas: typing.SupportsInt | typing.SupportsIndex, preview_replica_count: typing.SupportsInt | typing.SupportsIndex | None, at: BlueGreenPosition) -> int:
    ...
def progress_threshold_met(threshold: rollcast._core.Amount | None, set: rollcast._core.kubernetes.ReplicaSet | None, desired: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def promote_full_weight(replicas: typing.SupportsInt | typing.SupportsIndex, max_weight: typing.SupportsInt | typing.SupportsIndex, dynamic_stable_scale: bool, canary_available: typing.SupportsInt | typing.SupportsIndex, present: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def reconcile_new_replica_set(wanted: typing.SupportsInt | typing.SupportsIndex, spec: typing.SupportsInt | typing.SupportsIndex, replicas: typing.SupportsInt | typing.SupportsIndex, stable_available: typing.SupportsInt | typing.SupportsIndex, aborted: bool, abort_delay: float | None, scale_down_at: float | None, now: float) -> tuple[int, float | None]:
    """
    The next size and scale_down_at.
    """
def replicas_available_for_weight(replicas: typing.SupportsInt | typing.SupportsIndex, available: typing.SupportsInt | typing.SupportsIndex, weight: typing.SupportsInt | typing.SupportsIndex, max_weight: typing.SupportsInt | typing.SupportsIndex, threshold: rollcast._core.Amount | None) -> bool:
    ...
def replicas_for_scale_down(set: rollcast._core.kubernetes.ReplicaSet | None, ignore_availability: bool) -> int:
    ...
def rollback_within_window(target_older_than_stable: bool, revisions_between: typing.SupportsInt | typing.SupportsIndex, window: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def routed_counts(replicas: typing.SupportsInt | typing.SupportsIndex, wanted: ReplicasOrWeight, max_weight: typing.SupportsInt | typing.SupportsIndex, min_pods: typing.SupportsInt | typing.SupportsIndex | None) -> Counts:
    ...
def scale_down_delay(kind: RolloutKind, given: float | None) -> float:
    ...
def scale_down_retired(newest_first: collections.abc.Sequence[RetiredReplicaSet], revision_limit: typing.SupportsInt | typing.SupportsIndex | None, delay: float, kept_size: typing.SupportsInt | typing.SupportsIndex | None, now: float) -> list[RetiredReplicaSet]:
    """
    The ReplicaSets afterwards.
    """
def weight_to_replicas(replicas: typing.SupportsInt | typing.SupportsIndex, weight: typing.SupportsInt | typing.SupportsIndex, max_weight: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
revision_history_limit: int = 10
successful_analysis_runs_kept: int = 5
unsuccessful_analysis_runs_kept: int = 5
