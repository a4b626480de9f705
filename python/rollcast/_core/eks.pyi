"""
Amazon EKS's managed node groups, rule by rule.
"""
from __future__ import annotations
import enum
import typing
__all__: list[str] = ['UpdatePhase', 'UpdateStrategy', 'control_plane_update_allowed', 'drain_goes_on', 'drain_timeout', 'kubelet_skew_allowed', 'launches_first', 'most_unavailable', 'scale_up_increment', 'wait_after_cordon']
class UpdateStrategy(enum.Enum):
    """
    Of a node group.
    """
    default: typing.ClassVar[UpdateStrategy]
    minimal: typing.ClassVar[UpdateStrategy]
    @classmethod
    def __new__(cls, value):
        ...
class UpdatePhase(enum.Enum):
    """
    Of a node group's update, in order.
    """
    scale_down: typing.ClassVar[UpdatePhase]
    scale_up: typing.ClassVar[UpdatePhase]
    setup: typing.ClassVar[UpdatePhase]
    upgrade: typing.ClassVar[UpdatePhase]
    @classmethod
    def __new__(cls, value):
        ...
def control_plane_update_allowed(from_: typing.SupportsInt | typing.SupportsIndex, to: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def drain_goes_on(until_evicted: float | None, force: bool) -> bool:
    ...
def kubelet_skew_allowed(kubelet: typing.SupportsInt | typing.SupportsIndex, control_plane: typing.SupportsInt | typing.SupportsIndex) -> bool:
    ...
def launches_first(strategy: UpdateStrategy) -> bool:
    ...
def scale_up_increment(availability_zones: typing.SupportsInt | typing.SupportsIndex, max_unavailable: typing.SupportsInt | typing.SupportsIndex) -> int:
    ...
drain_timeout: float = 900.0
most_unavailable: int = 100
wait_after_cordon: float = 60.0
