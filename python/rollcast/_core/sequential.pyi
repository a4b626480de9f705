"""
Tests that may be looked at again and again.
"""
from __future__ import annotations
import collections.abc
import enum
import typing
__all__: list[str] = ['CountTest', 'CountTestParams', 'Counts', 'Finding', 'GroupSequential', 'GroupSequentialParams', 'MixtureSprt', 'MixtureSprtParams', 'Spending', 'Sprt', 'SprtParams', 'crossing_probabilities', 'rate_score', 'spending_bounds', 'spent']
class Counts:
    """
    Requests, and how many of them failed.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, failures: typing.SupportsInt | typing.SupportsIndex = 0, requests: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def failures(self) -> int:
        ...
    @failures.setter
    def failures(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def requests(self) -> int:
        ...
    @requests.setter
    def requests(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Finding(enum.Enum):
    """
    Undecided may become one of the others; these stay.
    """
    not_worse: typing.ClassVar[Finding]
    undecided: typing.ClassVar[Finding]
    worse: typing.ClassVar[Finding]
    @classmethod
    def __new__(cls, value):
        ...
class SprtParams:
    """
    Wald's sequential probability ratio test of one failure rate.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, good: typing.SupportsFloat | typing.SupportsIndex = 0.001, bad: typing.SupportsFloat | typing.SupportsIndex = 0.002, alpha: typing.SupportsFloat | typing.SupportsIndex = 0.05, beta: typing.SupportsFloat | typing.SupportsIndex = 0.05) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def alpha(self) -> float:
        ...
    @alpha.setter
    def alpha(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def bad(self) -> float:
        ...
    @bad.setter
    def bad(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def beta(self) -> float:
        ...
    @beta.setter
    def beta(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def good(self) -> float:
        ...
    @good.setter
    def good(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class MixtureSprtParams:
    """
    The mixture test of the difference of two failure rates.
    """
    __hash__: typing.ClassVar[None] = None
    two_sided: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, alpha: typing.SupportsFloat | typing.SupportsIndex = 0.05, spread: typing.SupportsFloat | typing.SupportsIndex = 0.01, least_failures: typing.SupportsFloat | typing.SupportsIndex = 5.0, two_sided: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def alpha(self) -> float:
        ...
    @alpha.setter
    def alpha(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def least_failures(self) -> float:
        ...
    @least_failures.setter
    def least_failures(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def spread(self) -> float:
        ...
    @spread.setter
    def spread(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class CountTestParams:
    """
    The any-time-valid test of two numbers of failures.
    """
    __hash__: typing.ClassVar[None] = None
    two_sided: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, alpha: typing.SupportsFloat | typing.SupportsIndex = 0.05, a: typing.SupportsFloat | typing.SupportsIndex = 1.0, b: typing.SupportsFloat | typing.SupportsIndex = 1.0, two_sided: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def a(self) -> float:
        ...
    @a.setter
    def a(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def alpha(self) -> float:
        ...
    @alpha.setter
    def alpha(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def b(self) -> float:
        ...
    @b.setter
    def b(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class GroupSequentialParams:
    """
    Bounds for a planned number of looks.
    """
    __hash__: typing.ClassVar[None] = None
    two_sided: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, bounds: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ..., two_sided: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def bounds(self) -> list[float]:
        ...
    @bounds.setter
    def bounds(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
class Sprt:
    """
    Fed with counts since the last update.
    """
    def __init__(self, params: SprtParams) -> None:
        ...
    def update(self, more: Counts) -> Finding:
        ...
    @property
    def finding(self) -> Finding:
        ...
    @property
    def log_ratio(self) -> float:
        ...
class MixtureSprt:
    """
    Fed with counts since the last update.
    """
    def __init__(self, params: MixtureSprtParams) -> None:
        ...
    def update(self, canary: Counts, baseline: Counts) -> Finding:
        ...
    @property
    def finding(self) -> Finding:
        ...
    @property
    def p_value(self) -> float:
        ...
class CountTest:
    """
    Fed with failures since the last update.
    """
    def __init__(self, params: CountTestParams) -> None:
        ...
    def log_evidence(self, share: typing.SupportsFloat | typing.SupportsIndex) -> float:
        ...
    def update(self, canary: typing.SupportsInt | typing.SupportsIndex, baseline: typing.SupportsInt | typing.SupportsIndex, share: typing.SupportsFloat | typing.SupportsIndex) -> Finding:
        ...
    @property
    def finding(self) -> Finding:
        ...
    @property
    def p_value(self) -> float:
        ...
class GroupSequential:
    """
    Each update is a look.
    """
    def __init__(self, params: GroupSequentialParams) -> None:
        ...
    def update(self, canary: Counts, baseline: Counts) -> Finding:
        ...
    @property
    def finding(self) -> Finding:
        ...
    @property
    def score(self) -> float:
        ...
class Spending(enum.Enum):
    """
    How alpha is spent.
    """
    obrien_fleming: typing.ClassVar[Spending]
    pocock: typing.ClassVar[Spending]
    @classmethod
    def __new__(cls, value):
        ...
def crossing_probabilities(fractions: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], bounds: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], two_sided: bool, drift: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> list[float]:
    """
    Chance to cross first at each look.
    """
def rate_score(canary: Counts, baseline: Counts) -> float:
    """
    Standard score of the difference of two failure rates.
    """
def spending_bounds(fractions: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], alpha: typing.SupportsFloat | typing.SupportsIndex, spending: Spending, two_sided: bool) -> list[float]:
    """
    Standard scores.
    """
def spent(spending: Spending, alpha: typing.SupportsFloat | typing.SupportsIndex, fraction: typing.SupportsFloat | typing.SupportsIndex) -> float:
    ...
