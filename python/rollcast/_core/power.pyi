"""
How likely a check is to find a failure rate.
"""
from __future__ import annotations
import collections.abc
import rollcast._core.sequential
import typing
__all__: list[str] = ['RateComparison', 'SprtLook', 'SprtOutlook', 'comparison_power', 'effective_requests', 'exceeds', 'exceeds_in_traffic', 'requests_needed', 'sprt_outlook', 'sprt_worse_by', 'tripped_by']
class RateComparison:
    """
    Two failure rates compared once.
    """
    __hash__: typing.ClassVar[None] = None
    two_sided: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, before: typing.SupportsFloat | typing.SupportsIndex = 0.001, after: typing.SupportsFloat | typing.SupportsIndex = 0.002, alpha: typing.SupportsFloat | typing.SupportsIndex = 0.05, two_sided: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def after(self) -> float:
        ...
    @after.setter
    def after(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def alpha(self) -> float:
        ...
    @alpha.setter
    def alpha(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def before(self) -> float:
        ...
    @before.setter
    def before(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class SprtOutlook:
    """
    What the sequential probability ratio test does at a failure rate.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, worse: typing.SupportsFloat | typing.SupportsIndex = 0.0, not_worse: typing.SupportsFloat | typing.SupportsIndex = 0.0, mean_requests: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def mean_requests(self) -> float:
        ...
    @mean_requests.setter
    def mean_requests(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def not_worse(self) -> float:
        ...
    @not_worse.setter
    def not_worse(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def worse(self) -> float:
        ...
    @worse.setter
    def worse(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class SprtLook:
    """
    What the test counts between two looks, expected; failures scrape by scrape.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, succeeded: typing.SupportsFloat | typing.SupportsIndex = 0.0, failed: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def failed(self) -> list[float]:
        ...
    @failed.setter
    def failed(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def succeeded(self) -> float:
        ...
    @succeeded.setter
    def succeeded(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
def comparison_power(rates: RateComparison, canary_requests: typing.SupportsFloat | typing.SupportsIndex, baseline_requests: typing.SupportsFloat | typing.SupportsIndex) -> float:
    ...
def effective_requests(requests: typing.SupportsFloat | typing.SupportsIndex, instances: typing.SupportsFloat | typing.SupportsIndex, correlation: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    As many independent requests as tell as much.
    """
def exceeds(rate: typing.SupportsFloat | typing.SupportsIndex, requests: typing.SupportsInt | typing.SupportsIndex, threshold: typing.SupportsFloat | typing.SupportsIndex, or_equal: bool = False) -> float:
    """
    P(failures / requests > threshold).
    """
def exceeds_in_traffic(rate: typing.SupportsFloat | typing.SupportsIndex, mean_requests: typing.SupportsFloat | typing.SupportsIndex, threshold: typing.SupportsFloat | typing.SupportsIndex, or_equal: bool = False) -> float:
    """
    The same where requests are a Poisson process.
    """
def requests_needed(rates: RateComparison, power: typing.SupportsFloat | typing.SupportsIndex, share: typing.SupportsFloat | typing.SupportsIndex = 0.5) -> float:
    """
    Of both sides together.
    """
def sprt_outlook(params: rollcast._core.sequential.SprtParams, rate: typing.SupportsFloat | typing.SupportsIndex, most_requests: typing.SupportsInt | typing.SupportsIndex = 10000000) -> SprtOutlook:
    ...
def sprt_worse_by(params: rollcast._core.sequential.SprtParams, looks: collections.abc.Sequence[SprtLook], unseen: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> list[float]:
    """
    Probability that the test has found "worse" by each look. unseen: that no scrape has seen a failure before.
    """
def tripped_by(fails: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], failure_limit: typing.SupportsInt | typing.SupportsIndex) -> list[float]:
    ...
