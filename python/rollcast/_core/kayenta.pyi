"""
Kayenta's judge, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import rollcast._core
import typing
__all__: list[str] = ['Classification', 'ComparedSeries', 'Direction', 'EffectMeasure', 'Grade', 'Judge', 'MetricConfig', 'MetricVerdict', 'NanStrategy', 'Score', 'ScoredMetric', 'TestLevel', 'Thresholds', 'classify', 'complaint', 'grade', 'judge_metric', 'mean_inequality', 'no_effect', 'nodata_fail_percent', 'prepare', 'score']
class Direction(enum.Enum):
    """
    Which change matters.
    """
    decrease: typing.ClassVar[Direction]
    either: typing.ClassVar[Direction]
    increase: typing.ClassVar[Direction]
    @classmethod
    def __new__(cls, value):
        ...
class NanStrategy(enum.Enum):
    """
    What a missing value counts as: nothing, or 0.
    """
    remove: typing.ClassVar[NanStrategy]
    replace: typing.ClassVar[NanStrategy]
    @classmethod
    def __new__(cls, value):
        ...
class EffectMeasure(enum.Enum):
    """
    How large a change is.
    """
    cles: typing.ClassVar[EffectMeasure]
    mean_ratio: typing.ClassVar[EffectMeasure]
    @classmethod
    def __new__(cls, value):
        ...
class Classification(enum.Enum):
    """
    What a metric is found to be.
    """
    error: typing.ClassVar[Classification]
    high: typing.ClassVar[Classification]
    low: typing.ClassVar[Classification]
    nodata: typing.ClassVar[Classification]
    nodata_fail_metric: typing.ClassVar[Classification]
    pass_: typing.ClassVar[Classification]
    @classmethod
    def __new__(cls, value):
        ...
class MetricConfig:
    """
    How a metric is judged. Effects that are None: no change.
    """
    __hash__: typing.ClassVar[None] = None
    critical: bool
    direction: Direction
    effect: EffectMeasure
    must_have_data: bool
    muted: bool
    nan_strategy: NanStrategy
    remove_outliers: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, direction: Direction = ..., nan_strategy: NanStrategy = ..., remove_outliers: bool = False, outlier_factor: typing.SupportsFloat | typing.SupportsIndex = 3.0, critical: bool = False, must_have_data: bool = False, muted: bool = False, effect: EffectMeasure = ..., allowed_increase: typing.SupportsFloat | typing.SupportsIndex | None = None, allowed_decrease: typing.SupportsFloat | typing.SupportsIndex | None = None, critical_increase: typing.SupportsFloat | typing.SupportsIndex | None = None, critical_decrease: typing.SupportsFloat | typing.SupportsIndex | None = None, groups: collections.abc.Sequence[str] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def allowed_decrease(self) -> float | None:
        ...
    @allowed_decrease.setter
    def allowed_decrease(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
    @property
    def allowed_increase(self) -> float | None:
        ...
    @allowed_increase.setter
    def allowed_increase(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
    @property
    def critical_decrease(self) -> float | None:
        ...
    @critical_decrease.setter
    def critical_decrease(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
    @property
    def critical_increase(self) -> float | None:
        ...
    @critical_increase.setter
    def critical_increase(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
    @property
    def groups(self) -> list[str]:
        ...
    @groups.setter
    def groups(self, arg1: collections.abc.Sequence[str]) -> None:
        ...
    @property
    def outlier_factor(self) -> float:
        ...
    @outlier_factor.setter
    def outlier_factor(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Thresholds:
    """
    Of scores from 0 to 100.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, pass_: typing.SupportsFloat | typing.SupportsIndex = 95.0, marginal: typing.SupportsFloat | typing.SupportsIndex = 75.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def marginal(self) -> float:
        ...
    @marginal.setter
    def marginal(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def pass_(self) -> float:
        ...
    @pass_.setter
    def pass_(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class ComparedSeries:
    """
    One series, asked for twice.
    """
    __hash__: typing.ClassVar[None] = None
    config: MetricConfig
    name: str
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, name: str = '', canary: collections.abc.Sequence[rollcast._core.QueryStep] = ..., baseline: collections.abc.Sequence[rollcast._core.QueryStep] = ..., config: MetricConfig = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def baseline(self) -> list[rollcast._core.QueryStep]:
        ...
    @baseline.setter
    def baseline(self, arg1: collections.abc.Sequence[rollcast._core.QueryStep]) -> None:
        ...
    @property
    def canary(self) -> list[rollcast._core.QueryStep]:
        ...
    @canary.setter
    def canary(self, arg1: collections.abc.Sequence[rollcast._core.QueryStep]) -> None:
        ...
class Judge:
    """
    A whole canary analysis.
    """
    __hash__: typing.ClassVar[None] = None
    lookback: float
    step: float
    thresholds: Thresholds
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, series: collections.abc.Sequence[ComparedSeries] = ..., group_weights: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex] = ..., thresholds: Thresholds = ..., step: float = 60.0, lookback: float = 3600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def group_weights(self) -> dict[str, float]:
        ...
    @group_weights.setter
    def group_weights(self, arg1: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def series(self) -> list[ComparedSeries]:
        ...
    @series.setter
    def series(self, arg1: collections.abc.Sequence[ComparedSeries]) -> None:
        ...
class TestLevel:
    """
    Changes that do not count, as a share of the estimated one, and the confidence.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, tolerance: typing.SupportsFloat | typing.SupportsIndex = 0.25, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.98) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def confidence(self) -> float:
        ...
    @confidence.setter
    def confidence(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def tolerance(self) -> float:
        ...
    @tolerance.setter
    def tolerance(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class MetricVerdict:
    """
    What one metric is found to be.
    """
    __hash__: typing.ClassVar[None] = None
    classification: Classification
    critical: bool
    shift: rollcast._core.Interval | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, classification: Classification = ..., critical: bool = False, deviation: typing.SupportsFloat | typing.SupportsIndex = 1.0, shift: rollcast._core.Interval | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def deviation(self) -> float:
        ...
    @deviation.setter
    def deviation(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class ScoredMetric:
    """
    A verdict as the score sees it.
    """
    __hash__: typing.ClassVar[None] = None
    classification: Classification
    critical: bool
    muted: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, classification: Classification = ..., critical: bool = False, muted: bool = False, groups: collections.abc.Sequence[str] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def groups(self) -> list[str]:
        ...
    @groups.setter
    def groups(self, arg1: collections.abc.Sequence[str]) -> None:
        ...
class Score:
    """
    From 0 to 100.
    """
    __hash__: typing.ClassVar[None] = None
    critical_failure: bool
    too_little_data: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, total: typing.SupportsFloat | typing.SupportsIndex = 0.0, groups: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex] = ..., critical_failure: bool = False, too_little_data: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def groups(self) -> dict[str, float]:
        ...
    @groups.setter
    def groups(self, arg1: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def total(self) -> float:
        ...
    @total.setter
    def total(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Grade(enum.Enum):
    """
    What a score comes to.
    """
    fail: typing.ClassVar[Grade]
    marginal: typing.ClassVar[Grade]
    pass_: typing.ClassVar[Grade]
    @classmethod
    def __new__(cls, value):
        ...
def classify(control: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], experiment: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], config: MetricConfig, level: TestLevel = ...) -> MetricVerdict:
    """
    Classifies prepared data.
    """
def complaint(judge: Judge, latency_buckets: typing.SupportsInt | typing.SupportsIndex) -> str | None:
    """
    Why it can never judge; None when it can.
    """
def grade(score: typing.SupportsFloat | typing.SupportsIndex, thresholds: Thresholds) -> Grade:
    ...
def judge_metric(control: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], experiment: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], config: MetricConfig) -> MetricVerdict:
    """
    Prepares and classifies at the judge's level.
    """
def mean_inequality(control: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], experiment: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], config: MetricConfig) -> Classification:
    """
    Classifies by the means alone.
    """
def no_effect(measure: EffectMeasure) -> float:
    ...
def prepare(values: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], config: MetricConfig) -> list[float]:
    """
    Without missing values, and without outliers if so configured.
    """
def score(metrics: collections.abc.Sequence[ScoredMetric], weights: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex]) -> Score:
    ...
nodata_fail_percent: float = 50.0
