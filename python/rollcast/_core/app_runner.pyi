"""
AWS App Runner, rule by rule.
"""
from __future__ import annotations
import typing
__all__: list[str] = ['HealthCheck', 'busy_status', 'instances_during_deployment']
class HealthCheck:
    """
    Whether an instance is in use, by its last health checks.
    """
    __hash__: typing.ClassVar[None] = None
    healthy: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, healthy_threshold: typing.SupportsInt | typing.SupportsIndex = 1, unhealthy_threshold: typing.SupportsInt | typing.SupportsIndex = 5, healthy: bool = True, against: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    def observe(self, success: bool) -> None:
        ...
    @property
    def against(self) -> int:
        ...
    @against.setter
    def against(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def healthy_threshold(self) -> int:
        ...
    @healthy_threshold.setter
    def healthy_threshold(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def unhealthy_threshold(self) -> int:
        ...
    @unhealthy_threshold.setter
    def unhealthy_threshold(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
def instances_during_deployment(provisioned: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
busy_status: str = 'OPERATION_IN_PROGRESS'
