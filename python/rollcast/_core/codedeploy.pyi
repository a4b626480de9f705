"""
AWS CodeDeploy, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import rollcast._core.traffic
import typing
__all__: list[str] = ['AlarmState', 'AutoRollback', 'MinimumHealthy', 'MinimumType', 'Platform', 'ReadyOption', 'Reroute', 'Revision', 'RollbackEvent', 'ServerDeployment', 'Status', 'Style', 'TrafficConfig', 'TrafficType', 'alarm_effect', 'attempted_before', 'ecs_hook_failure_can_roll_back', 'healthy_after_failure', 'hook_order', 'lifecycle_event_timeout', 'longest_ecs_install', 'longest_in_place', 'longest_shift', 'longest_termination_wait', 'minimum_healthy_percent_per_zone', 'minimum_hosts', 'most_increment_percent', 'next_after_ignored_failure', 'predefined_server_configs', 'predefined_traffic_configs', 'reroute', 'revision_after_success', 'rolls_back', 'shifts', 'successes_needed', 'zone_starts']
class Platform(enum.Enum):
    """
    What is deployed to.
    """
    ecs: typing.ClassVar[Platform]
    lambda_: typing.ClassVar[Platform]
    server: typing.ClassVar[Platform]
    @classmethod
    def __new__(cls, value):
        ...
class TrafficType(enum.Enum):
    """
    How traffic shifts.
    """
    all_at_once: typing.ClassVar[TrafficType]
    time_based_canary: typing.ClassVar[TrafficType]
    time_based_linear: typing.ClassVar[TrafficType]
    @classmethod
    def __new__(cls, value):
        ...
class TrafficConfig:
    """
    How the traffic of a function or an ECS service shifts.
    """
    __hash__: typing.ClassVar[None] = None
    interval: float
    type: TrafficType
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, type: TrafficType = ..., percent: typing.SupportsInt | typing.SupportsIndex = 100, interval: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def percent(self) -> int:
        ...
    @percent.setter
    def percent(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class MinimumType(enum.Enum):
    """
    What a minimum of healthy hosts counts.
    """
    fleet_percent: typing.ClassVar[MinimumType]
    host_count: typing.ClassVar[MinimumType]
    most_concurrency: typing.ClassVar[MinimumType]
    @classmethod
    def __new__(cls, value):
        ...
class MinimumHealthy:
    """
    How many hosts have to stay healthy.
    """
    __hash__: typing.ClassVar[None] = None
    type: MinimumType
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, type: MinimumType = ..., value: typing.SupportsInt | typing.SupportsIndex = 1) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
    @value.setter
    def value(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Status(enum.Enum):
    """
    Of a deployment.
    """
    failed: typing.ClassVar[Status]
    in_progress: typing.ClassVar[Status]
    stopped: typing.ClassVar[Status]
    succeeded: typing.ClassVar[Status]
    @classmethod
    def __new__(cls, value):
        ...
class ServerDeployment:
    """
    A deployment to servers as the results of its attempts come in.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, minimum: typing.SupportsInt | typing.SupportsIndex = 0, healthy: typing.SupportsInt | typing.SupportsIndex = 0, unhealthy_left: typing.SupportsInt | typing.SupportsIndex = 0, healthy_left: typing.SupportsInt | typing.SupportsIndex = 0, succeeded: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    def finish(self, success: bool) -> None:
        ...
    def most_at_once(self) -> int:
        ...
    def status(self) -> Status:
        ...
    @property
    def healthy(self) -> int:
        ...
    @healthy.setter
    def healthy(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def healthy_left(self) -> int:
        ...
    @healthy_left.setter
    def healthy_left(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def minimum(self) -> int:
        ...
    @minimum.setter
    def minimum(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def succeeded(self) -> int:
        ...
    @succeeded.setter
    def succeeded(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def unhealthy_left(self) -> int:
        ...
    @unhealthy_left.setter
    def unhealthy_left(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Revision(enum.Enum):
    """
    What an instance runs, in the order in which they are attempted.
    """
    current: typing.ClassVar[Revision]
    old: typing.ClassVar[Revision]
    unhealthy: typing.ClassVar[Revision]
    unknown: typing.ClassVar[Revision]
    @classmethod
    def __new__(cls, value):
        ...
class Style(enum.Enum):
    """
    Which instances of which deployment.
    """
    blue_green_original: typing.ClassVar[Style]
    blue_green_replacement: typing.ClassVar[Style]
    in_place: typing.ClassVar[Style]
    rollback_original: typing.ClassVar[Style]
    rollback_replacement: typing.ClassVar[Style]
    @classmethod
    def __new__(cls, value):
        ...
class AlarmState(enum.Enum):
    """
    As a deployment polls it.
    """
    alarm: typing.ClassVar[AlarmState]
    insufficient_data: typing.ClassVar[AlarmState]
    ok: typing.ClassVar[AlarmState]
    unavailable: typing.ClassVar[AlarmState]
    @classmethod
    def __new__(cls, value):
        ...
class RollbackEvent(enum.Enum):
    """
    How a deployment ended.
    """
    deployment_failure: typing.ClassVar[RollbackEvent]
    deployment_stop_on_alarm: typing.ClassVar[RollbackEvent]
    deployment_stop_on_request: typing.ClassVar[RollbackEvent]
    @classmethod
    def __new__(cls, value):
        ...
class AutoRollback:
    """
    Which ends of a deployment bring the last successful revision back.
    """
    __hash__: typing.ClassVar[None] = None
    on_alarm: bool
    on_failure: bool
    on_request: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, on_failure: bool = False, on_alarm: bool = False, on_request: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class ReadyOption:
    """
    How a blue/green deployment goes on when the replacement is ready.
    """
    __hash__: typing.ClassVar[None] = None
    stop_on_timeout: bool
    wait: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, stop_on_timeout: bool = False, wait: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Reroute(enum.Enum):
    """
    What happens with the traffic.
    """
    at_resume: typing.ClassVar[Reroute]
    now: typing.ClassVar[Reroute]
    stopped: typing.ClassVar[Reroute]
    wait: typing.ClassVar[Reroute]
    @classmethod
    def __new__(cls, value):
        ...
def alarm_effect(enabled: bool, state: AlarmState, ignore_poll_failure: bool) -> Status:
    ...
def attempted_before(a: Revision, b: Revision) -> bool:
    ...
def ecs_hook_failure_can_roll_back(hook: str) -> bool:
    ...
def healthy_after_failure(before: bool, result: bool | None) -> bool:
    ...
def hook_order(platform: Platform, style: Style, load_balancer: bool) -> list[str]:
    ...
def minimum_hosts(minimum: MinimumHealthy, instances: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def next_after_ignored_failure(failed_hook: str) -> str:
    ...
def predefined_server_configs() -> dict[str, tuple[MinimumHealthy, MinimumHealthy]]:
    """
    By name, the default first: what the guide says, and what the API reports and deployments follow.
    """
def predefined_traffic_configs() -> dict[str, tuple[Platform, TrafficConfig]]:
    """
    By name: the platform and the TrafficConfig.
    """
def reroute(option: ReadyOption, waited: float, resumed: bool) -> Reroute:
    ...
def revision_after_success(before: Revision, instance_succeeded: bool) -> Revision:
    ...
def rolls_back(rollback: AutoRollback, event: RollbackEvent) -> bool:
    ...
def shifts(config: TrafficConfig) -> list[rollcast._core.traffic.Shift]:
    ...
def successes_needed(minimum: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
def zone_starts(deploy: collections.abc.Sequence[float], first_zone_monitor: float | None, monitor: float | None) -> list[float]:
    ...
lifecycle_event_timeout: float = 3600.0
longest_ecs_install: float = 432000.0
longest_in_place: float = 28800.0
longest_shift: float = 172800.0
longest_termination_wait: float = 172800.0
minimum_healthy_percent_per_zone: int = 0
most_increment_percent: int = 99
