"""
Flagger's controller, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import rollcast._core.kubernetes
import typing
__all__: list[str] = ['Kind', 'Phase', 'Plan', 'Readiness', 'Routes', 'Sight', 'Status', 'Workload', 'analysis_interval', 'highest_passing_status', 'iterations', 'kind', 'least_promotion_time', 'max_weight', 'next_step_weight', 'rollback_due', 'rollback_time', 'threshold', 'tick', 'ticks_to_success', 'webhook_passes', 'webhook_timeout', 'workload_readiness']
class Plan:
    """
    The fields of an analysis by which traffic moves; 0: not given.
    """
    __hash__: typing.ClassVar[None] = None
    match: bool
    mirror: bool
    routed: bool
    skip_analysis: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, step_weight: typing.SupportsInt | typing.SupportsIndex = 0, step_weights: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = ..., max_weight: typing.SupportsInt | typing.SupportsIndex = 0, step_weight_promotion: typing.SupportsInt | typing.SupportsIndex = 0, iterations: typing.SupportsInt | typing.SupportsIndex = 0, threshold: typing.SupportsInt | typing.SupportsIndex = 0, mirror: bool = False, match: bool = False, routed: bool = True, skip_analysis: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def iterations(self) -> int:
        ...
    @iterations.setter
    def iterations(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def max_weight(self) -> int:
        ...
    @max_weight.setter
    def max_weight(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def step_weight(self) -> int:
        ...
    @step_weight.setter
    def step_weight(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def step_weight_promotion(self) -> int:
        ...
    @step_weight_promotion.setter
    def step_weight_promotion(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def step_weights(self) -> list[int]:
        ...
    @step_weights.setter
    def step_weights(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    @property
    def threshold(self) -> int:
        ...
    @threshold.setter
    def threshold(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Kind(enum.Enum):
    """
    How a canary is tested.
    """
    ab_testing: typing.ClassVar[Kind]
    blue_green: typing.ClassVar[Kind]
    canary: typing.ClassVar[Kind]
    @classmethod
    def __new__(cls, value):
        ...
class Phase(enum.Enum):
    """
    Of a canary object.
    """
    failed: typing.ClassVar[Phase]
    finalising: typing.ClassVar[Phase]
    initialized: typing.ClassVar[Phase]
    progressing: typing.ClassVar[Phase]
    promoting: typing.ClassVar[Phase]
    succeeded: typing.ClassVar[Phase]
    waiting: typing.ClassVar[Phase]
    waiting_promotion: typing.ClassVar[Phase]
    @classmethod
    def __new__(cls, value):
        ...
class Routes:
    """
    Weights of 100.
    """
    __hash__: typing.ClassVar[None] = None
    mirrored: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, primary: typing.SupportsInt | typing.SupportsIndex = 100, canary: typing.SupportsInt | typing.SupportsIndex = 0, mirrored: bool = False) -> None:
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
    def primary(self) -> int:
        ...
    @primary.setter
    def primary(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Status:
    """
    What is remembered from tick to tick.
    """
    __hash__: typing.ClassVar[None] = None
    canary_up: bool
    phase: Phase
    promoted: bool
    routes: Routes
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, phase: Phase = ..., failed_checks: typing.SupportsInt | typing.SupportsIndex = 0, iterations: typing.SupportsInt | typing.SupportsIndex = 0, canary_weight: typing.SupportsInt | typing.SupportsIndex = 0, routes: Routes = ..., canary_up: bool = False, promoted: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def canary_weight(self) -> int:
        ...
    @canary_weight.setter
    def canary_weight(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def failed_checks(self) -> int:
        ...
    @failed_checks.setter
    def failed_checks(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def iterations(self) -> int:
        ...
    @iterations.setter
    def iterations(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Workload:
    """
    A Deployment, as the readiness check sees it.
    """
    __hash__: typing.ClassVar[None] = None
    progressing: rollcast._core.kubernetes.ProgressReason | None
    unavailable_for: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, generation: typing.SupportsInt | typing.SupportsIndex = 0, observed_generation: typing.SupportsInt | typing.SupportsIndex = 0, spec_replicas: typing.SupportsInt | typing.SupportsIndex | None = None, status_replicas: typing.SupportsInt | typing.SupportsIndex = 0, updated: typing.SupportsInt | typing.SupportsIndex = 0, available: typing.SupportsInt | typing.SupportsIndex = 0, progressing: rollcast._core.kubernetes.ProgressReason | None = ..., unavailable_for: float | None = None) -> None:
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
    def generation(self) -> int:
        ...
    @generation.setter
    def generation(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def observed_generation(self) -> int:
        ...
    @observed_generation.setter
    def observed_generation(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def spec_replicas(self) -> int | None:
        ...
    @spec_replicas.setter
    def spec_replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def status_replicas(self) -> int:
        ...
    @status_replicas.setter
    def status_replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def updated(self) -> int:
        ...
    @updated.setter
    def updated(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Readiness:
    """
    Not retriable: given up.
    """
    __hash__: typing.ClassVar[None] = None
    ready: bool
    retriable: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, ready: bool = True, retriable: bool = True) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Sight:
    """
    What a tick finds.
    """
    __hash__: typing.ClassVar[None] = None
    canary: Readiness
    changed: bool
    checks_pass: bool | None
    confirm_promotion: bool
    confirm_rollout: bool
    confirm_traffic_increase: bool
    pre_rollout_passes: bool
    primary: Readiness
    rollback: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, changed: bool = False, primary: Readiness = ..., canary: Readiness = ..., checks_pass: bool | None = None, pre_rollout_passes: bool = True, confirm_rollout: bool = True, confirm_traffic_increase: bool = True, confirm_promotion: bool = True, rollback: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
def analysis_interval(given: float | None) -> float:
    ...
def iterations(plan: Plan) -> int:
    ...
def kind(plan: Plan) -> Kind:
    ...
def least_promotion_time(interval: float, plan: Plan) -> float:
    ...
def max_weight(plan: Plan) -> int:
    ...
def next_step_weight(plan: Plan, canary_weight: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def rollback_due(plan: Plan, failed_checks: typing.SupportsInt | typing.SupportsIndex, retriable: bool) -> bool:
    ...
def rollback_time(interval: float, plan: Plan) -> float:
    ...
def threshold(plan: Plan) -> int:
    ...
def tick(plan: Plan, status: Status, seen: Sight) -> tuple[bool, Status]:
    """
    Whether it got to its end (not when it waits for the checks), and the status afterwards.
    """
def ticks_to_success(plan: Plan) -> int | None:
    """
    None: it never comes to that.
    """
def webhook_passes(status: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def workload_readiness(workload: Workload, deadline: float, threshold: typing.SupportsInt | typing.SupportsIndex) -> Readiness:
    ...
highest_passing_status: int = 202
webhook_timeout: float = 10.0
