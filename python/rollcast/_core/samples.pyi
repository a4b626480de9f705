"""
Samples: summaries, outliers and differences.
"""
from __future__ import annotations
import collections.abc
import rollcast._core
import typing
__all__: list[str] = ['MannWhitney', 'SampleSummary', 'cohens_d', 'deviation_outliers', 'mean_ratio', 'percentile', 'quartile_fences', 'quartile_outliers', 'summarise']
class SampleSummary:
    """
    All zero for no values.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, min: typing.SupportsFloat | typing.SupportsIndex = 0.0, max: typing.SupportsFloat | typing.SupportsIndex = 0.0, mean: typing.SupportsFloat | typing.SupportsIndex = 0.0, deviation: typing.SupportsFloat | typing.SupportsIndex = 0.0, count: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def count(self) -> int:
        ...
    @count.setter
    def count(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def deviation(self) -> float:
        ...
    @deviation.setter
    def deviation(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def max(self) -> float:
        ...
    @max.setter
    def max(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def mean(self) -> float:
        ...
    @mean.setter
    def mean(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def min(self) -> float:
        ...
    @min.setter
    def min(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class MannWhitney:
    """
    By how much x is above y: the Mann-Whitney test turned round.
    """
    def __init__(self, x: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], y: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    def score(self, shift: typing.SupportsFloat | typing.SupportsIndex) -> float:
        """
        Standard score of x - shift against y; NaN: all tied.
        """
    def shift(self, confidence: typing.SupportsFloat | typing.SupportsIndex) -> rollcast._core.Interval | None:
        """
        None where all values are tied.
        """
    @property
    def effect(self) -> float:
        """
        Share of pairs in which x is above y.
        """
    @property
    def greatest_shift(self) -> float:
        ...
    @property
    def least_shift(self) -> float:
        ...
def cohens_d(control: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], experiment: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> float:
    ...
def deviation_outliers(values: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], factor: typing.SupportsFloat | typing.SupportsIndex) -> list[int]:
    """
    Indices of what is more than so many standard deviations from the mean.
    """
def mean_ratio(control: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], experiment: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> float:
    """
    NaN where a mean is 0 or there is none.
    """
def percentile(values: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], percent: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Type 7, the default of R and NumPy; NaN for no values.
    """
def quartile_fences(first_quartile: typing.SupportsFloat | typing.SupportsIndex, third_quartile: typing.SupportsFloat | typing.SupportsIndex, factor: typing.SupportsFloat | typing.SupportsIndex) -> tuple[float, float]:
    """
    Tukey's fences.
    """
def quartile_outliers(values: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], factor: typing.SupportsFloat | typing.SupportsIndex, reduced: bool) -> list[int]:
    """
    Indices of what is outside Tukey's fences.
    """
def summarise(values: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> SampleSummary:
    ...
