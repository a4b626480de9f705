"""
Amazon ECS's service scheduler, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import typing
__all__: list[str] = ['AlarmState', 'Bounds', 'BreakerThreshold', 'Budget', 'CircuitBreaker', 'Consequence', 'DeploymentStatus', 'Detection', 'HealthSigns', 'HookTargets', 'HookTimeoutAction', 'RolloutState', 'Shifting', 'Stage', 'StageTraffic', 'TaskEvent', 'ThresholdType', 'after_hook_timeout', 'alarms_are_watched', 'alarms_fail', 'bounds', 'breaker_threshold', 'budget', 'canary_bake', 'canary_percent', 'cloudformation_operation_timeout', 'consequence_of', 'counts_as_healthy_when', 'hook_timeout', 'hooks_allowed', 'is_stuck', 'is_valid_percent', 'least_canary_permille', 'least_linear_permille', 'lifecycle_stages', 'linear_bakes', 'linear_percent', 'linear_step_bake', 'longest_bake', 'longest_bakes_in_cloudformation', 'rollout_state', 'running_before_healthy', 'stage_invocations', 'stage_traffic', 'total_bake']
class Bounds:
    """
    Least healthy tasks, and most tasks running or pending.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, lower: typing.SupportsInt | typing.SupportsIndex = 0, upper: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def lower(self) -> int:
        ...
    @lower.setter
    def lower(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def upper(self) -> int:
        ...
    @upper.setter
    def upper(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Budget:
    """
    What one decision may start and stop.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, start: typing.SupportsInt | typing.SupportsIndex = 0, stop_healthy: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def start(self) -> int:
        ...
    @start.setter
    def start(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def stop_healthy(self) -> int:
        ...
    @stop_healthy.setter
    def stop_healthy(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class HealthSigns:
    """
    What a task needs to count as healthy.
    """
    __hash__: typing.ClassVar[None] = None
    container_healthy: bool
    running_for_40_s: bool
    target_healthy: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, running_for_40_s: bool = False, container_healthy: bool = False, target_healthy: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class ThresholdType(enum.Enum):
    """
    What a circuit breaker's threshold counts.
    """
    bounded_percent: typing.ClassVar[ThresholdType]
    count: typing.ClassVar[ThresholdType]
    unbounded_percent: typing.ClassVar[ThresholdType]
    @classmethod
    def __new__(cls, value):
        ...
class BreakerThreshold:
    """
    Failures that open the circuit breaker.
    """
    __hash__: typing.ClassVar[None] = None
    type: ThresholdType
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, type: ThresholdType = ..., value: typing.SupportsInt | typing.SupportsIndex = 50, least: typing.SupportsInt | typing.SupportsIndex = 3, most: typing.SupportsInt | typing.SupportsIndex = 200) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def least(self) -> int:
        ...
    @least.setter
    def least(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def most(self) -> int:
        ...
    @most.setter
    def most(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def value(self) -> int:
        ...
    @value.setter
    def value(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class TaskEvent(enum.Enum):
    """
    Of a new task.
    """
    health_failed: typing.ClassVar[TaskEvent]
    healthy: typing.ClassVar[TaskEvent]
    running: typing.ClassVar[TaskEvent]
    start_failed: typing.ClassVar[TaskEvent]
    @classmethod
    def __new__(cls, value):
        ...
class CircuitBreaker:
    """
    Counts failed starts, and later failed health checks.
    """
    __hash__: typing.ClassVar[None] = None
    reset_on_healthy_task: bool
    running: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, threshold: typing.SupportsInt | typing.SupportsIndex = 3, reset_on_healthy_task: bool = True, failures: typing.SupportsInt | typing.SupportsIndex = 0, running: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    def count(self, event: TaskEvent) -> None:
        ...
    def is_open(self) -> bool:
        ...
    @property
    def failures(self) -> int:
        ...
    @failures.setter
    def failures(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def threshold(self) -> int:
        ...
    @threshold.setter
    def threshold(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class RolloutState(enum.Enum):
    """
    Of a deployment.
    """
    completed: typing.ClassVar[RolloutState]
    failed: typing.ClassVar[RolloutState]
    in_progress: typing.ClassVar[RolloutState]
    @classmethod
    def __new__(cls, value):
        ...
class Detection:
    """
    A way to find that a deployment failed.
    """
    __hash__: typing.ClassVar[None] = None
    enabled: bool
    rollback: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, enabled: bool = False, rollback: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Consequence:
    """
    What happens when it triggers.
    """
    __hash__: typing.ClassVar[None] = None
    rolls_back: bool
    state: RolloutState
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, state: RolloutState = ..., rolls_back: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class AlarmState(enum.Enum):
    """
    CloudWatch's.
    """
    alarm: typing.ClassVar[AlarmState]
    insufficient_data: typing.ClassVar[AlarmState]
    ok: typing.ClassVar[AlarmState]
    @classmethod
    def __new__(cls, value):
        ...
class Shifting(enum.Enum):
    """
    How traffic goes to the new revision.
    """
    blue_green: typing.ClassVar[Shifting]
    canary: typing.ClassVar[Shifting]
    linear: typing.ClassVar[Shifting]
    @classmethod
    def __new__(cls, value):
        ...
class Stage(enum.Enum):
    """
    Of a deployment that shifts traffic.
    """
    bake_time: typing.ClassVar[Stage]
    clean_up: typing.ClassVar[Stage]
    post_production_traffic_shift: typing.ClassVar[Stage]
    post_scale_up: typing.ClassVar[Stage]
    post_test_traffic_shift: typing.ClassVar[Stage]
    pre_production_traffic_shift: typing.ClassVar[Stage]
    pre_scale_up: typing.ClassVar[Stage]
    production_traffic_shift: typing.ClassVar[Stage]
    reconcile_service: typing.ClassVar[Stage]
    scale_up: typing.ClassVar[Stage]
    test_traffic_shift: typing.ClassVar[Stage]
    @classmethod
    def __new__(cls, value):
        ...
class StageTraffic:
    """
    Who serves what, in percent.
    """
    __hash__: typing.ClassVar[None] = None
    blue_runs: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, blue_production: typing.SupportsInt | typing.SupportsIndex = 100, green_production: typing.SupportsInt | typing.SupportsIndex = 0, green_test: typing.SupportsInt | typing.SupportsIndex = 0, blue_runs: bool = True) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def blue_production(self) -> int:
        ...
    @blue_production.setter
    def blue_production(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def green_production(self) -> int:
        ...
    @green_production.setter
    def green_production(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def green_test(self) -> int:
        ...
    @green_test.setter
    def green_test(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class HookTargets:
    """
    Which hooks a stage may have.
    """
    __hash__: typing.ClassVar[None] = None
    lambda_: bool
    pause: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, lambda_: bool = False, pause: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class HookTimeoutAction(enum.Enum):
    """
    When a hook has not answered in time.
    """
    continue_: typing.ClassVar[HookTimeoutAction]
    rollback: typing.ClassVar[HookTimeoutAction]
    @classmethod
    def __new__(cls, value):
        ...
class DeploymentStatus(enum.Enum):
    """
    Of a service deployment.
    """
    in_progress: typing.ClassVar[DeploymentStatus]
    rollback_in_progress: typing.ClassVar[DeploymentStatus]
    @classmethod
    def __new__(cls, value):
        ...
def after_hook_timeout(action: HookTimeoutAction) -> DeploymentStatus:
    ...
def alarms_are_watched(at_start: collections.abc.Sequence[AlarmState]) -> bool:
    ...
def alarms_fail(now: collections.abc.Sequence[AlarmState]) -> bool:
    ...
def bounds(desired: typing.SupportsInt | typing.SupportsIndex, minimum_healthy_percent: typing.SupportsInt | typing.SupportsIndex, maximum_percent: typing.SupportsInt | typing.SupportsIndex) -> Bounds:
    ...
def breaker_threshold(threshold: BreakerThreshold, desired: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def budget(limits: Bounds, running_or_pending: typing.SupportsInt | typing.SupportsIndex, healthy: typing.SupportsInt | typing.SupportsIndex) -> Budget:
    ...
def consequence_of(triggered: Detection) -> Consequence:
    ...
def counts_as_healthy_when(load_balancer: bool, container_health_check: bool) -> HealthSigns:
    ...
def hooks_allowed(stage: Stage) -> HookTargets:
    ...
def is_stuck(limits: Bounds, desired: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def is_valid_percent(value: typing.SupportsFloat | typing.SupportsIndex, least_permille: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def lifecycle_stages(shifting: Shifting) -> list[Stage]:
    ...
def linear_bakes(step_permille: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def rollout_state(steady_state: bool, alarms: bool, bake_time_over: bool) -> RolloutState:
    ...
def stage_invocations(shifting: Shifting, stage: Stage, shifts: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def stage_traffic(stage: Stage) -> StageTraffic:
    ...
def total_bake(step_permille: typing.SupportsInt | typing.SupportsIndex, step_bake: float, bake: float) -> float:
    ...
canary_bake: float = 600.0
canary_percent: float = 5.0
cloudformation_operation_timeout: float = 129600.0
hook_timeout: float = 86400.0
least_canary_permille: int = 1
least_linear_permille: int = 30
linear_percent: float = 10.0
linear_step_bake: float = 360.0
longest_bake: float = 86400.0
longest_bakes_in_cloudformation: float = 118800.0
running_before_healthy: float = 40.0
