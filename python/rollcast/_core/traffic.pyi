"""
Traffic that moves by a clock.
"""
from __future__ import annotations
import typing
__all__: list[str] = ['Shift', 'canary_shifts', 'linear_shifts']
class Shift:
    """
    The new version's share of the traffic, so long after the first shift.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, at: float = 0.0, permille: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def permille(self) -> int:
        ...
    @permille.setter
    def permille(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
def canary_shifts(permille: typing.SupportsInt | typing.SupportsIndex, interval: float) -> list[Shift]:
    ...
def linear_shifts(step_permille: typing.SupportsInt | typing.SupportsIndex, interval: float) -> list[Shift]:
    ...
