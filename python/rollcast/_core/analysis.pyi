"""
Argo's AnalysisRun, rule by rule.
"""
from __future__ import annotations
import collections.abc
import enum
import rollcast._core
import typing
__all__: list[str] = ['ConditionValue', 'JudgedMetric', 'Measurement', 'MetricResult', 'Rehearsal', 'Rehearsed', 'RehearsedAnswers', 'RehearsedStretch', 'Ttl', 'analysis_ttl_expired', 'effective_count', 'first_measurement_at', 'first_measurement_due', 'measurement_phase', 'measurements_kept', 'metric_phase', 'next_measurement_at', 'next_measurement_due', 'rehearse', 'run_phase']
class ConditionValue(enum.Enum):
    """
    What became of a condition.
    """
    absent: typing.ClassVar[ConditionValue]
    error: typing.ClassVar[ConditionValue]
    false: typing.ClassVar[ConditionValue]
    true: typing.ClassVar[ConditionValue]
    @classmethod
    def __new__(cls, value):
        ...
class MetricResult:
    """
    The counters of one metric in one run.
    """
    __hash__: typing.ClassVar[None] = None
    last: rollcast._core.AnalysisPhase | None
    last_finished: float | None
    phase: rollcast._core.AnalysisPhase
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, phase: rollcast._core.AnalysisPhase = ..., last: rollcast._core.AnalysisPhase | None = ..., last_finished: float | None = ..., count: typing.SupportsInt | typing.SupportsIndex = 0, successful: typing.SupportsInt | typing.SupportsIndex = 0, failed: typing.SupportsInt | typing.SupportsIndex = 0, inconclusive: typing.SupportsInt | typing.SupportsIndex = 0, error: typing.SupportsInt | typing.SupportsIndex = 0, consecutive_error: typing.SupportsInt | typing.SupportsIndex = 0, consecutive_success: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def consecutive_error(self) -> int:
        ...
    @consecutive_error.setter
    def consecutive_error(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def consecutive_success(self) -> int:
        ...
    @consecutive_success.setter
    def consecutive_success(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def count(self) -> int:
        ...
    @count.setter
    def count(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def error(self) -> int:
        ...
    @error.setter
    def error(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def failed(self) -> int:
        ...
    @failed.setter
    def failed(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def inconclusive(self) -> int:
        ...
    @inconclusive.setter
    def inconclusive(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def successful(self) -> int:
        ...
    @successful.setter
    def successful(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class JudgedMetric:
    """
    A metric as the judgement of a run sees it.
    """
    __hash__: typing.ClassVar[None] = None
    dry_run: bool
    phase: rollcast._core.AnalysisPhase
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, phase: rollcast._core.AnalysisPhase = ..., dry_run: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Ttl:
    """
    How long a finished run is kept.
    """
    __hash__: typing.ClassVar[None] = None
    after_completion: float | None
    after_failure: float | None
    after_success: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, after_completion: float | None = None, after_success: float | None = None, after_failure: float | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class RehearsedAnswers:
    """
    How a version answers, without chance.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, errors: typing.SupportsFloat | typing.SupportsIndex = 0.0, within_bucket: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ..., mean_latency: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def errors(self) -> float:
        ...
    @errors.setter
    def errors(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def mean_latency(self) -> float:
        ...
    @mean_latency.setter
    def mean_latency(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def within_bucket(self) -> list[float]:
        ...
    @within_bucket.setter
    def within_bucket(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
class RehearsedStretch:
    """
    For so long the new version has this share of the requests.
    """
    __hash__: typing.ClassVar[None] = None
    lasts: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, lasts: float = 0.0, share: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def share(self) -> float:
        ...
    @share.setter
    def share(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Rehearsal:
    """
    Even traffic during a rollout.
    """
    __hash__: typing.ClassVar[None] = None
    baseline: bool
    new_version: RehearsedAnswers
    old_version: RehearsedAnswers
    starts: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, rate: typing.SupportsFloat | typing.SupportsIndex = 0.0, plan: collections.abc.Sequence[RehearsedStretch] = ..., starts: float = 0.0, old_version: RehearsedAnswers = ..., new_version: RehearsedAnswers = ..., baseline: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def plan(self) -> list[RehearsedStretch]:
        ...
    @plan.setter
    def plan(self, arg1: collections.abc.Sequence[RehearsedStretch]) -> None:
        ...
    @property
    def rate(self) -> float:
        ...
    @rate.setter
    def rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Measurement:
    """
    One line of an analysis' log.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    phase: rollcast._core.AnalysisPhase
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, at: float = ..., metric: typing.SupportsInt | typing.SupportsIndex = 0, phase: rollcast._core.AnalysisPhase = ..., value: typing.SupportsFloat | typing.SupportsIndex | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def metric(self) -> int:
        ...
    @metric.setter
    def metric(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def value(self) -> float | None:
        ...
    @value.setter
    def value(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
class Rehearsed:
    """
    What an analysis made of it; running: the plan was over first.
    """
    __hash__: typing.ClassVar[None] = None
    ended: float
    phase: rollcast._core.AnalysisPhase
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, phase: rollcast._core.AnalysisPhase = ..., ended: float = ..., log: collections.abc.Sequence[Measurement] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def log(self) -> list[Measurement]:
        ...
    @log.setter
    def log(self, arg1: collections.abc.Sequence[Measurement]) -> None:
        ...
def analysis_ttl_expired(phase: rollcast._core.AnalysisPhase, age: float, ttl: Ttl) -> bool:
    ...
def effective_count(metric: rollcast._core.Metric) -> int | None:
    """
    None: unlimited.
    """
def first_measurement_at(metric: rollcast._core.Metric, started: float | None) -> float:
    """
    inf: never.
    """
def first_measurement_due(metric: rollcast._core.Metric, started: float | None, now: float) -> bool:
    ...
def measurement_phase(success: ConditionValue, failure: ConditionValue) -> rollcast._core.AnalysisPhase:
    ...
def metric_phase(metric: rollcast._core.Metric, result: MetricResult, terminating: bool) -> rollcast._core.AnalysisPhase:
    ...
def next_measurement_at(metric: rollcast._core.Metric, result: MetricResult) -> float:
    """
    inf: never.
    """
def next_measurement_due(metric: rollcast._core.Metric, result: MetricResult, now: float) -> bool:
    ...
def rehearse(analysis: rollcast._core.Analysis, observability: rollcast._core.Observability, rehearsal: Rehearsal) -> Rehearsed:
    """
    An analysis over a rollout in which nothing is left to chance.
    """
def run_phase(metrics: collections.abc.Sequence[JudgedMetric], terminating: bool) -> rollcast._core.AnalysisPhase:
    ...
measurements_kept: int = 10
