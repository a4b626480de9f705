"""
The simulator. Seconds, bytes, requests per second, fractions in [0, 1]; lists are copied.
"""
from __future__ import annotations
import collections.abc
import enum
import numpy
import numpy.typing
import typing
from . import samples
from . import sequential
from . import power
from . import kayenta
from . import analysis
from . import cloudwatch
from . import burn_rate
from . import traffic
from . import codedeploy
from . import ecs
from . import instance_refresh
from . import app_runner
from . import eks
from . import cloudformation
from . import kubernetes
from . import argo
from . import flagger
from . import lifecycle
__all__: list[str] = ['ActionSuppressor', 'AlarmRule', 'AlarmRuleOp', 'AlarmRuleStep', 'AlarmState', 'AlarmStatistic', 'AllAtOnce', 'AllAtOnceParams', 'Amount', 'Analysis', 'AnalysisPhase', 'AnalysisStatus', 'AnalysisWish', 'AppRunner', 'AppRunnerParams', 'AsgReplacing', 'AsgReplacingParams', 'AsgRolling', 'AsgRollingParams', 'Autoscaling', 'BackgroundAnalysis', 'Backoff', 'Balancing', 'Baseline', 'BaselineParams', 'BlackOut', 'BlueGreen', 'BlueGreenParams', 'Breach', 'BrownOut', 'BurnRateAlert', 'BurnRateRule', 'Bursts', 'Canary', 'CanaryParams', 'Cause', 'CloudWatchAlarm', 'Code', 'CodeDeployBlueGreen', 'CodeDeployBlueGreenParams', 'CodeDeployInPlace', 'CodeDeployInPlaceParams', 'CodeDeployShift', 'CodeDeployShiftParams', 'Cohort', 'Comparison', 'Complaint', 'CompositeAlarm', 'ConditionOp', 'ConditionStep', 'Constant', 'CreationSignals', 'Defect', 'DefectKind', 'DeploymentType', 'Directive', 'DisruptionBudget', 'Drain', 'EcsAlarms', 'EcsCircuitBreaker', 'EcsRolling', 'EcsRollingParams', 'EcsShift', 'EcsShiftParams', 'EksNodes', 'EksNodesParams', 'Empirical', 'Ending', 'EntryKind', 'Erlang', 'Estimate', 'EventSign', 'EventTerm', 'ExperimentAnalysis', 'ExperimentSide', 'Exponential', 'Faults', 'FeatureFlag', 'Fidelity', 'Flagger', 'FlaggerParams', 'Flake', 'Fleet', 'Forecast', 'ForecastOptions', 'GuardParams', 'GuardTrial', 'GuardTrialOptions', 'Guarded', 'Hook', 'HorizontalPodAutoscaler', 'HostFailures', 'HyperExponential', 'InstanceEffects', 'InstanceRefresh', 'InstanceRefreshParams', 'Interval', 'InvariantError', 'Jitter', 'LoadMetric', 'LoadTarget', 'Locality', 'Location', 'LogNormal', 'LogUniform', 'LowSamples', 'Measure', 'Metric', 'MissingData', 'NamedAlarm', 'Observability', 'Observation', 'OnCall', 'OnWaveFailure', 'Outcome', 'OutlierDetection', 'OwnCheck', 'OwnGuard', 'OwnVerdict', 'OwnView', 'Pause', 'People', 'Phase', 'Plan', 'PlanAnalyse', 'PlanApprove', 'PlanParams', 'PlanScale', 'PlanShift', 'PlanWait', 'PlannedTraffic', 'Policy', 'Probe', 'Profile', 'PythonGuard', 'PythonStrategy', 'QueryCheck', 'QueryOp', 'QueryStep', 'QueueOrder', 'RareOptions', 'RareResult', 'RareStratum', 'RatePoint', 'Release', 'ReplacementHosts', 'RequestClass', 'Retries', 'Rolling', 'RollingParams', 'Rounding', 'RunAnalysis', 'RunExperiment', 'Rung', 'ScalingPolicy', 'ScalingRules', 'Scenario', 'Scope', 'SelectPolicy', 'Selector', 'SelectorWhat', 'SequentialCheck', 'Service', 'Sessions', 'SetCanaryScale', 'SetMirror', 'SetWeight', 'Severity', 'SeverityBand', 'Shadow', 'ShadowParams', 'Slo', 'StackOptions', 'StackSet', 'StackSetParams', 'Stickiness', 'Strategy', 'StrategyError', 'Target', 'TargetTracking', 'Timeline', 'TimelineEntry', 'TimelineSample', 'Traffic', 'TruthKind', 'UnderWay', 'Uniform', 'Unit', 'UserReports', 'Users', 'Vantage', 'Verdict', 'Waves', 'WavesParams', 'Weibull', 'Window', 'WindowCounts', 'WorkingHours', 'ZoneLoss', 'allocate_truths', 'analysis', 'app_runner', 'argo', 'at_work', 'autoscales', 'build_config', 'burn_rate', 'cloudformation', 'cloudwatch', 'codedeploy', 'complaint', 'desired_healthy', 'draws_requests', 'ecs', 'eks', 'estimate', 'estimate_one', 'estimate_truth', 'evaluate_condition', 'everywhere', 'fewest_lineages', 'flagger', 'forecast', 'in_location', 'instance_refresh', 'instances_needed', 'kayenta', 'kubernetes', 'lifecycle', 'lookback', 'make_registered', 'mean', 'mean_interval', 'mean_rate', 'model_version', 'most_known_load', 'most_wanted', 'normal_quantile', 'outcome_columns', 'parse_amount', 'peak_rate', 'planned_traffic', 'power', 'quantile', 'rare', 'rare_measures', 'registered', 'rehearse', 'replay', 'resolve', 'run_piece', 'samples', 'selects', 'sequential', 'squared_cv', 'stratified_quantile', 'student_quantile', 'traffic', 'try_guards', 'validate', 'version', 'watched', 'way_back', 'why_not_flow', 'wilson', 'worked']
class InvariantError(RuntimeError):
    """
    A bug in rollcast, not in its input.
    """
class Rounding(enum.Enum):
    """
    Of a percentage.
    """
    down: typing.ClassVar[Rounding]
    up: typing.ClassVar[Rounding]
    @classmethod
    def __new__(cls, value):
        ...
class Amount:
    """
    A count of instances, or a percentage of a total.
    """
    __hash__: typing.ClassVar[None] = None
    percent: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, value: typing.SupportsInt | typing.SupportsIndex = 0, percent: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    def __str__(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
    @value.setter
    def value(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Constant:
    """
    Always `value`.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, value: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def value(self) -> float:
        ...
    @value.setter
    def value(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Exponential:
    """
    Exponential with a mean above 0.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, mean: typing.SupportsFloat | typing.SupportsIndex = 1.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def mean(self) -> float:
        ...
    @mean.setter
    def mean(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class LogNormal:
    """
    `sigma` is the standard deviation of the logarithm.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, median: typing.SupportsFloat | typing.SupportsIndex = 1.0, sigma: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def median(self) -> float:
        ...
    @median.setter
    def median(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def sigma(self) -> float:
        ...
    @sigma.setter
    def sigma(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Uniform:
    """
    Uniform in [low, high].
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, low: typing.SupportsFloat | typing.SupportsIndex = 0.0, high: typing.SupportsFloat | typing.SupportsIndex = 1.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def high(self) -> float:
        ...
    @high.setter
    def high(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def low(self) -> float:
        ...
    @low.setter
    def low(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class LogUniform:
    """
    The logarithm is uniform in [log(low), log(high)].
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, low: typing.SupportsFloat | typing.SupportsIndex = 1.0, high: typing.SupportsFloat | typing.SupportsIndex = 1.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def high(self) -> float:
        ...
    @high.setter
    def high(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def low(self) -> float:
        ...
    @low.setter
    def low(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class HyperExponential:
    """
    A mixture of two exponentials: the first with probability `p`, otherwise the second.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, p: typing.SupportsFloat | typing.SupportsIndex = 0.5, first_mean: typing.SupportsFloat | typing.SupportsIndex = 1.0, second_mean: typing.SupportsFloat | typing.SupportsIndex = 1.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def first_mean(self) -> float:
        ...
    @first_mean.setter
    def first_mean(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def p(self) -> float:
        ...
    @p.setter
    def p(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def second_mean(self) -> float:
        ...
    @second_mean.setter
    def second_mean(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Erlang:
    """
    The sum of `shape` exponentials of the same mean; `mean` is that of the sum.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, shape: typing.SupportsInt | typing.SupportsIndex = 1, mean: typing.SupportsFloat | typing.SupportsIndex = 1.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def mean(self) -> float:
        ...
    @mean.setter
    def mean(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def shape(self) -> int:
        ...
    @shape.setter
    def shape(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Weibull:
    """
    P(X > x) = exp(-(x / scale)^shape).
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, scale: typing.SupportsFloat | typing.SupportsIndex = 1.0, shape: typing.SupportsFloat | typing.SupportsIndex = 1.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def scale(self) -> float:
        ...
    @scale.setter
    def scale(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def shape(self) -> float:
        ...
    @shape.setter
    def shape(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Empirical:
    """
    values[i] is the quantile at i / (n - 1), straight between.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, values: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def values(self) -> list[float]:
        ...
    @values.setter
    def values(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
class Code(enum.Enum):
    """
    The statuses that the world answers with.
    """
    status_200: typing.ClassVar[Code]
    status_500: typing.ClassVar[Code]
    status_503: typing.ClassVar[Code]
    status_504: typing.ClassVar[Code]
    @classmethod
    def __new__(cls, value):
        ...
class Interval:
    """
    A point estimate and its confidence interval.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, value: typing.SupportsFloat | typing.SupportsIndex = 0.0, low: typing.SupportsFloat | typing.SupportsIndex = 0.0, high: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def half_width(self) -> float:
        ...
    @property
    def high(self) -> float:
        ...
    @high.setter
    def high(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def low(self) -> float:
        ...
    @low.setter
    def low(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def value(self) -> float:
        ...
    @value.setter
    def value(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Vantage(enum.Enum):
    """
    Who counts the requests.
    """
    application: typing.ClassVar[Vantage]
    client: typing.ClassVar[Vantage]
    proxy: typing.ClassVar[Vantage]
    @classmethod
    def __new__(cls, value):
        ...
class Scope(enum.Enum):
    """
    Whose requests are counted.
    """
    baseline: typing.ClassVar[Scope]
    new: typing.ClassVar[Scope]
    old: typing.ClassVar[Scope]
    service: typing.ClassVar[Scope]
    @classmethod
    def __new__(cls, value):
        ...
class SelectorWhat(enum.Enum):
    """
    Which counter.
    """
    latency_sum: typing.ClassVar[SelectorWhat]
    requests: typing.ClassVar[SelectorWhat]
    within_bucket: typing.ClassVar[SelectorWhat]
    @classmethod
    def __new__(cls, value):
        ...
class Selector:
    """
    A set of series: which counter, of whom, over which window. Bit i of `codes`: Code(i).
    """
    __hash__: typing.ClassVar[None] = None
    offset: float
    scope: Scope
    vantage: Vantage
    what: SelectorWhat
    window: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, what: SelectorWhat = ..., vantage: Vantage = ..., scope: Scope = ..., codes: typing.SupportsInt | typing.SupportsIndex = 15, bucket: typing.SupportsInt | typing.SupportsIndex = 0, window: float = 0.0, offset: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def bucket(self) -> int:
        ...
    @bucket.setter
    def bucket(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def codes(self) -> int:
        ...
    @codes.setter
    def codes(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class QueryOp(enum.Enum):
    """
    What a step of a query does.
    """
    add: typing.ClassVar[QueryOp]
    clamp_max: typing.ClassVar[QueryOp]
    clamp_min: typing.ClassVar[QueryOp]
    divide: typing.ClassVar[QueryOp]
    equal: typing.ClassVar[QueryOp]
    greater: typing.ClassVar[QueryOp]
    greater_equal: typing.ClassVar[QueryOp]
    increase: typing.ClassVar[QueryOp]
    less: typing.ClassVar[QueryOp]
    less_equal: typing.ClassVar[QueryOp]
    multiply: typing.ClassVar[QueryOp]
    negate: typing.ClassVar[QueryOp]
    not_equal: typing.ClassVar[QueryOp]
    number: typing.ClassVar[QueryOp]
    or_: typing.ClassVar[QueryOp]
    quantile: typing.ClassVar[QueryOp]
    rate: typing.ClassVar[QueryOp]
    subtract: typing.ClassVar[QueryOp]
    @classmethod
    def __new__(cls, value):
        ...
class QueryStep:
    """
    One step of a query in postfix order.
    """
    __hash__: typing.ClassVar[None] = None
    op: QueryOp
    selector: Selector
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, op: QueryOp = ..., number: typing.SupportsFloat | typing.SupportsIndex = 0.0, selector: Selector = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def number(self) -> float:
        ...
    @number.setter
    def number(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class ConditionOp(enum.Enum):
    """
    What a step of a condition does.
    """
    abs: typing.ClassVar[ConditionOp]
    add: typing.ClassVar[ConditionOp]
    and_: typing.ClassVar[ConditionOp]
    ceil: typing.ClassVar[ConditionOp]
    default: typing.ClassVar[ConditionOp]
    divide: typing.ClassVar[ConditionOp]
    equal: typing.ClassVar[ConditionOp]
    floor: typing.ClassVar[ConditionOp]
    greater: typing.ClassVar[ConditionOp]
    greater_equal: typing.ClassVar[ConditionOp]
    index: typing.ClassVar[ConditionOp]
    is_inf: typing.ClassVar[ConditionOp]
    is_nan: typing.ClassVar[ConditionOp]
    is_nil: typing.ClassVar[ConditionOp]
    length: typing.ClassVar[ConditionOp]
    less: typing.ClassVar[ConditionOp]
    less_equal: typing.ClassVar[ConditionOp]
    max: typing.ClassVar[ConditionOp]
    min: typing.ClassVar[ConditionOp]
    modulo: typing.ClassVar[ConditionOp]
    multiply: typing.ClassVar[ConditionOp]
    negate: typing.ClassVar[ConditionOp]
    nil: typing.ClassVar[ConditionOp]
    not_: typing.ClassVar[ConditionOp]
    not_equal: typing.ClassVar[ConditionOp]
    number: typing.ClassVar[ConditionOp]
    or_: typing.ClassVar[ConditionOp]
    power: typing.ClassVar[ConditionOp]
    result: typing.ClassVar[ConditionOp]
    round: typing.ClassVar[ConditionOp]
    subtract: typing.ClassVar[ConditionOp]
    to_float: typing.ClassVar[ConditionOp]
    to_int: typing.ClassVar[ConditionOp]
    truth: typing.ClassVar[ConditionOp]
    @classmethod
    def __new__(cls, value):
        ...
class ConditionStep:
    """
    One step of a condition in postfix order.
    """
    __hash__: typing.ClassVar[None] = None
    op: ConditionOp
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, op: ConditionOp = ..., number: typing.SupportsFloat | typing.SupportsIndex = 0.0, skip: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def number(self) -> float:
        ...
    @number.setter
    def number(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def skip(self) -> int:
        ...
    @skip.setter
    def skip(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class QueryCheck:
    """
    A query, and the conditions on its answer.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, query: collections.abc.Sequence[QueryStep] = ..., success: collections.abc.Sequence[ConditionStep] = ..., failure: collections.abc.Sequence[ConditionStep] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def failure(self) -> list[ConditionStep]:
        ...
    @failure.setter
    def failure(self, arg1: collections.abc.Sequence[ConditionStep]) -> None:
        ...
    @property
    def query(self) -> list[QueryStep]:
        ...
    @query.setter
    def query(self, arg1: collections.abc.Sequence[QueryStep]) -> None:
        ...
    @property
    def success(self) -> list[ConditionStep]:
        ...
    @success.setter
    def success(self, arg1: collections.abc.Sequence[ConditionStep]) -> None:
        ...
class AlarmState(enum.Enum):
    """
    Of a CloudWatch alarm.
    """
    alarm: typing.ClassVar[AlarmState]
    insufficient_data: typing.ClassVar[AlarmState]
    ok: typing.ClassVar[AlarmState]
    @classmethod
    def __new__(cls, value):
        ...
class Comparison(enum.Enum):
    """
    Of a value with a threshold.
    """
    greater: typing.ClassVar[Comparison]
    greater_or_equal: typing.ClassVar[Comparison]
    less: typing.ClassVar[Comparison]
    less_or_equal: typing.ClassVar[Comparison]
    @classmethod
    def __new__(cls, value):
        ...
class MissingData(enum.Enum):
    """
    What a point without data counts as.
    """
    breaching: typing.ClassVar[MissingData]
    ignore: typing.ClassVar[MissingData]
    missing: typing.ClassVar[MissingData]
    not_breaching: typing.ClassVar[MissingData]
    @classmethod
    def __new__(cls, value):
        ...
class LowSamples(enum.Enum):
    """
    What becomes of a percentile of too few samples.
    """
    evaluate: typing.ClassVar[LowSamples]
    ignore: typing.ClassVar[LowSamples]
    @classmethod
    def __new__(cls, value):
        ...
class AlarmStatistic(enum.Enum):
    """
    What a CloudWatch alarm watches: one point a period.
    """
    error_count: typing.ClassVar[AlarmStatistic]
    error_ratio: typing.ClassVar[AlarmStatistic]
    latency_percentile: typing.ClassVar[AlarmStatistic]
    mean_latency: typing.ClassVar[AlarmStatistic]
    request_count: typing.ClassVar[AlarmStatistic]
    @classmethod
    def __new__(cls, value):
        ...
class CloudWatchAlarm:
    """
    An alarm of Amazon CloudWatch.
    """
    __hash__: typing.ClassVar[None] = None
    actions_enabled: bool
    comparison: Comparison
    low_samples: LowSamples
    metric_namespace: str
    period: float
    scope: Scope
    statistic: AlarmStatistic
    treat_missing: MissingData
    vantage: Vantage
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, statistic: AlarmStatistic = ..., vantage: Vantage = ..., scope: Scope = ..., percentile: typing.SupportsFloat | typing.SupportsIndex = 0.99, metric_namespace: str = '', period: float = 60.0, evaluation_periods: typing.SupportsInt | typing.SupportsIndex = 1, datapoints_to_alarm: typing.SupportsInt | typing.SupportsIndex | None = None, evaluation_range: typing.SupportsInt | typing.SupportsIndex | None = None, comparison: Comparison = ..., threshold: typing.SupportsFloat | typing.SupportsIndex = 0.0, treat_missing: MissingData = ..., low_samples: LowSamples = ..., actions_enabled: bool = True) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def datapoints_to_alarm(self) -> int | None:
        ...
    @datapoints_to_alarm.setter
    def datapoints_to_alarm(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def evaluation_periods(self) -> int:
        ...
    @evaluation_periods.setter
    def evaluation_periods(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def evaluation_range(self) -> int | None:
        ...
    @evaluation_range.setter
    def evaluation_range(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def percentile(self) -> float:
        ...
    @percentile.setter
    def percentile(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def threshold(self) -> float:
        ...
    @threshold.setter
    def threshold(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class AlarmRuleOp(enum.Enum):
    """
    What a step of a composite alarm's rule does.
    """
    and_: typing.ClassVar[AlarmRuleOp]
    at_least: typing.ClassVar[AlarmRuleOp]
    not_: typing.ClassVar[AlarmRuleOp]
    or_: typing.ClassVar[AlarmRuleOp]
    truth: typing.ClassVar[AlarmRuleOp]
    @classmethod
    def __new__(cls, value):
        ...
class AlarmRuleStep:
    """
    One step of a composite alarm's rule in postfix order.
    """
    __hash__: typing.ClassVar[None] = None
    negated: bool
    op: AlarmRuleOp
    state: AlarmState
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, op: AlarmRuleOp = ..., least: typing.SupportsInt | typing.SupportsIndex = 0, state: AlarmState = ..., negated: bool = False, alarms: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def alarms(self) -> list[int]:
        ...
    @alarms.setter
    def alarms(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    @property
    def least(self) -> int:
        ...
    @least.setter
    def least(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class AlarmRule:
    """
    A composite alarm's rule.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, alarms: collections.abc.Sequence[str] = ..., steps: collections.abc.Sequence[AlarmRuleStep] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def alarms(self) -> list[str]:
        ...
    @alarms.setter
    def alarms(self, arg1: collections.abc.Sequence[str]) -> None:
        ...
    @property
    def steps(self) -> list[AlarmRuleStep]:
        ...
    @steps.setter
    def steps(self, arg1: collections.abc.Sequence[AlarmRuleStep]) -> None:
        ...
class ActionSuppressor:
    """
    Holds back the actions of a composite alarm.
    """
    __hash__: typing.ClassVar[None] = None
    alarm: str
    extension: float
    wait: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, alarm: str = '', wait: float = 60.0, extension: float = 60.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class NamedAlarm:
    """
    An alarm that a composite alarm watches.
    """
    __hash__: typing.ClassVar[None] = None
    alarm: CloudWatchAlarm
    name: str
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, name: str = '', alarm: CloudWatchAlarm = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class CompositeAlarm:
    """
    A composite alarm of Amazon CloudWatch.
    """
    __hash__: typing.ClassVar[None] = None
    rule: AlarmRule
    suppressor: ActionSuppressor | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, alarms: collections.abc.Sequence[NamedAlarm] = ..., rule: AlarmRule = ..., suppressor: ActionSuppressor | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def alarms(self) -> list[NamedAlarm]:
        ...
    @alarms.setter
    def alarms(self, arg1: collections.abc.Sequence[NamedAlarm]) -> None:
        ...
class Severity(enum.Enum):
    """
    Of a burn-rate alert.
    """
    none: typing.ClassVar[Severity]
    page: typing.ClassVar[Severity]
    ticket: typing.ClassVar[Severity]
    @classmethod
    def __new__(cls, value):
        ...
class BurnRateRule:
    """
    Fires while the burn rate is above `burn_rate` in both windows.
    """
    __hash__: typing.ClassVar[None] = None
    hold: float
    long_window: float
    severity: Severity
    short_window: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, long_window: float = 0.0, short_window: float = 0.0, burn_rate: typing.SupportsFloat | typing.SupportsIndex = 1.0, severity: Severity = ..., hold: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def burn_rate(self) -> float:
        ...
    @burn_rate.setter
    def burn_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class BurnRateAlert:
    """
    An alert on how fast an error budget burns.
    """
    __hash__: typing.ClassVar[None] = None
    fails_on: Severity
    recording_interval: float
    scope: Scope
    vantage: Vantage
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, objective: typing.SupportsFloat | typing.SupportsIndex = 0.999, vantage: Vantage = ..., scope: Scope = ..., rules: collections.abc.Sequence[BurnRateRule] = ..., fails_on: Severity = ..., recording_interval: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def objective(self) -> float:
        ...
    @objective.setter
    def objective(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def rules(self) -> list[BurnRateRule]:
        ...
    @rules.setter
    def rules(self, arg1: collections.abc.Sequence[BurnRateRule]) -> None:
        ...
class SequentialCheck:
    """
    A sequential test of the new version, or of the new against another one.
    """
    __hash__: typing.ClassVar[None] = None
    baseline: Scope
    test: sequential.SprtParams | sequential.MixtureSprtParams | sequential.CountTestParams | sequential.GroupSequentialParams
    vantage: Vantage
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, test: sequential.SprtParams | sequential.MixtureSprtParams | sequential.CountTestParams | sequential.GroupSequentialParams = ..., vantage: Vantage = ..., baseline: Scope = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class WindowCounts:
    """
    What the scrapes of a window brought; codes and latency buckets in order.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, by_code: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(4)"] = ..., by_latency: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(24)"] = ..., latency_sum: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def by_code(self) -> typing.Annotated[list[float], "FixedSize(4)"]:
        ...
    @by_code.setter
    def by_code(self, arg1: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(4)"]) -> None:
        ...
    @property
    def by_latency(self) -> typing.Annotated[list[float], "FixedSize(24)"]:
        ...
    @by_latency.setter
    def by_latency(self, arg1: typing.Annotated[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], "FixedSize(24)"]) -> None:
        ...
    @property
    def latency_sum(self) -> float:
        ...
    @latency_sum.setter
    def latency_sum(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class OwnView:
    """
    What a guard of the user's own is shown; None: no scrape saw the version.
    """
    __hash__: typing.ClassVar[None] = None
    baseline: WindowCounts | None
    canary: WindowCounts | None
    now: float
    window: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, now: float = ..., window: float = 0.0, canary: WindowCounts | None = ..., baseline: WindowCounts | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class OwnVerdict:
    """
    What it answers; passes: None is inconclusive.
    """
    __hash__: typing.ClassVar[None] = None
    passes: bool | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, passes: bool | None = None, value: typing.SupportsFloat | typing.SupportsIndex | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def value(self) -> float | None:
        ...
    @value.setter
    def value(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
class OwnGuard:
    """
    A guard of the user's own.
    """
    def __repr__(self) -> str:
        ...
    def describe(self) -> str:
        ...
    def judge(self, seen: OwnView) -> OwnVerdict:
        ...
class PythonGuard(OwnGuard):
    """
    One written in Python.
    """
    def __getstate__(self) -> tuple[typing.Any, str]:
        ...
    def __init__(self, judge: typing.Any, identity: str) -> None:
        """
        judge: called with an OwnView, gives an OwnVerdict, and remembers nothing; identity: what describe() says.
        """
    def __setstate__(self, arg0: tuple) -> None:
        ...
class OwnCheck:
    """
    A guard of the user's own, and what it looks at.
    """
    __hash__: typing.ClassVar[None] = None
    baseline: Scope
    guard: OwnGuard
    vantage: Vantage
    window: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, guard: OwnGuard = ..., vantage: Vantage = ..., window: float = 300.0, baseline: Scope = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Flake(enum.Enum):
    """
    What a judge answers when it goes wrong.
    """
    errors: typing.ClassVar[Flake]
    fails: typing.ClassVar[Flake]
    @classmethod
    def __new__(cls, value):
        ...
class Metric:
    """
    One metric of an analysis: what it measures, how often, and Argo's limits.
    """
    __hash__: typing.ClassVar[None] = None
    dry_run: bool
    flaky_as: Flake
    initial_delay: float
    interval: float
    name: str
    source: QueryCheck | CloudWatchAlarm | CompositeAlarm | BurnRateAlert | kayenta.Judge | SequentialCheck | OwnCheck
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, name: str = '', source: QueryCheck | CloudWatchAlarm | CompositeAlarm | BurnRateAlert | kayenta.Judge | SequentialCheck | OwnCheck = ..., interval: float = 0.0, initial_delay: float = 0.0, count: typing.SupportsInt | typing.SupportsIndex = 0, failure_limit: typing.SupportsInt | typing.SupportsIndex = 0, inconclusive_limit: typing.SupportsInt | typing.SupportsIndex = 0, consecutive_error_limit: typing.SupportsInt | typing.SupportsIndex = 4, consecutive_success_limit: typing.SupportsInt | typing.SupportsIndex = 0, dry_run: bool = False, flaky: typing.SupportsFloat | typing.SupportsIndex = 0.0, flaky_as: Flake = ..., line: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def consecutive_error_limit(self) -> int:
        ...
    @consecutive_error_limit.setter
    def consecutive_error_limit(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def consecutive_success_limit(self) -> int:
        ...
    @consecutive_success_limit.setter
    def consecutive_success_limit(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def count(self) -> int:
        ...
    @count.setter
    def count(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def failure_limit(self) -> int:
        ...
    @failure_limit.setter
    def failure_limit(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def flaky(self) -> float:
        ...
    @flaky.setter
    def flaky(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def inconclusive_limit(self) -> int:
        ...
    @inconclusive_limit.setter
    def inconclusive_limit(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def line(self) -> int:
        ...
    @line.setter
    def line(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Analysis:
    """
    The metrics that one AnalysisRun takes together.
    """
    __hash__: typing.ClassVar[None] = None
    name: str
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, name: str = '', metrics: collections.abc.Sequence[Metric] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def metrics(self) -> list[Metric]:
        ...
    @metrics.setter
    def metrics(self, arg1: collections.abc.Sequence[Metric]) -> None:
        ...
class DefectKind(enum.Enum):
    """
    What is wrong with a release.
    """
    capacity: typing.ClassVar[DefectKind]
    crash_hazard: typing.ClassVar[DefectKind]
    crash_on_request: typing.ClassVar[DefectKind]
    crash_on_start: typing.ClassVar[DefectKind]
    descriptor_leak: typing.ClassVar[DefectKind]
    error_rate: typing.ClassVar[DefectKind]
    latency: typing.ClassVar[DefectKind]
    memory_leak: typing.ClassVar[DefectKind]
    none: typing.ClassVar[DefectKind]
    slow_leak: typing.ClassVar[DefectKind]
    wrong_answers: typing.ClassVar[DefectKind]
    @classmethod
    def __new__(cls, value):
        ...
class Defect:
    """
    What is wrong with a release; see outcomes.COLUMNS for the severity's unit.
    """
    __hash__: typing.ClassVar[None] = None
    kind: DefectKind
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, kind: DefectKind = ..., severity: typing.SupportsFloat | typing.SupportsIndex = 0.0, share: typing.SupportsFloat | typing.SupportsIndex = 1.0, request_class: typing.SupportsInt | typing.SupportsIndex = -1) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def request_class(self) -> int:
        ...
    @request_class.setter
    def request_class(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def severity(self) -> float:
        ...
    @severity.setter
    def severity(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def share(self) -> float:
        ...
    @share.setter
    def share(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class TruthKind:
    """
    One thing that the truth about the release may be.
    """
    __hash__: typing.ClassVar[None] = None
    kind: DefectKind
    name: str
    severity: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, name: str = 'good', probability: typing.SupportsFloat | typing.SupportsIndex = 1.0, kind: DefectKind = ..., severity: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., share: typing.SupportsFloat | typing.SupportsIndex = 1.0, request_class: typing.SupportsInt | typing.SupportsIndex = -1) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def probability(self) -> float:
        ...
    @probability.setter
    def probability(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def request_class(self) -> int:
        ...
    @request_class.setter
    def request_class(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def share(self) -> float:
        ...
    @share.setter
    def share(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Release:
    """
    A prior over kinds of truth; probabilities add up to 1.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, truths: collections.abc.Sequence[TruthKind] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def truths(self) -> list[TruthKind]:
        ...
    @truths.setter
    def truths(self, arg1: collections.abc.Sequence[TruthKind]) -> None:
        ...
class LoadMetric(enum.Enum):
    """
    What an autoscaler reads, as a mean over instances.
    """
    requests: typing.ClassVar[LoadMetric]
    utilization: typing.ClassVar[LoadMetric]
    @classmethod
    def __new__(cls, value):
        ...
class SelectPolicy(enum.Enum):
    """
    Which of several policies holds.
    """
    disabled: typing.ClassVar[SelectPolicy]
    max: typing.ClassVar[SelectPolicy]
    min: typing.ClassVar[SelectPolicy]
    @classmethod
    def __new__(cls, value):
        ...
class LoadTarget:
    """
    What a metric should be.
    """
    __hash__: typing.ClassVar[None] = None
    metric: LoadMetric
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, metric: LoadMetric = ..., value: typing.SupportsFloat | typing.SupportsIndex = 0.8) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def value(self) -> float:
        ...
    @value.setter
    def value(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class ScalingPolicy:
    """
    A limit on how fast it scales: so many pods, or percent, a period.
    """
    __hash__: typing.ClassVar[None] = None
    percent: bool
    period: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, percent: bool = False, value: typing.SupportsInt | typing.SupportsIndex = 4, period: float = 15.0) -> None:
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
class ScalingRules:
    """
    How it scales one way.
    """
    __hash__: typing.ClassVar[None] = None
    select: SelectPolicy
    stabilization: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, stabilization: float = 0.0, select: SelectPolicy = ..., policies: collections.abc.Sequence[ScalingPolicy] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def policies(self) -> list[ScalingPolicy]:
        ...
    @policies.setter
    def policies(self, arg1: collections.abc.Sequence[ScalingPolicy]) -> None:
        ...
class HorizontalPodAutoscaler:
    """
    Kubernetes' own.
    """
    __hash__: typing.ClassVar[None] = None
    cpu_initialization: float
    down: ScalingRules
    initial_readiness: float
    resolution: float
    sync: float
    up: ScalingRules
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, targets: collections.abc.Sequence[LoadTarget] = ..., up: ScalingRules = ..., down: ScalingRules = ..., tolerance: typing.SupportsFloat | typing.SupportsIndex = 0.1, sync: float = 15.0, resolution: float = 15.0, cpu_initialization: float = 300.0, initial_readiness: float = 30.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def targets(self) -> list[LoadTarget]:
        ...
    @targets.setter
    def targets(self, arg1: collections.abc.Sequence[LoadTarget]) -> None:
        ...
    @property
    def tolerance(self) -> float:
        ...
    @tolerance.setter
    def tolerance(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class TargetTracking:
    """
    A policy of Application Auto Scaling on an Amazon ECS service.
    """
    __hash__: typing.ClassVar[None] = None
    disable_scale_in: bool
    scale_in_cooldown: float
    scale_out_cooldown: float
    target: LoadTarget
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, target: LoadTarget = ..., scale_out_cooldown: float = 300.0, scale_in_cooldown: float = 300.0, disable_scale_in: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Autoscaling:
    """
    Who changes the number of instances by how busy they are.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, least: typing.SupportsInt | typing.SupportsIndex = 1, most: typing.SupportsInt | typing.SupportsIndex = 1, request: typing.SupportsFloat | typing.SupportsIndex = 1.0, by: HorizontalPodAutoscaler | collections.abc.Sequence[TargetTracking] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def by(self) -> HorizontalPodAutoscaler | list[TargetTracking]:
        ...
    @by.setter
    def by(self, arg1: HorizontalPodAutoscaler | collections.abc.Sequence[TargetTracking]) -> None:
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
    def request(self) -> float:
        ...
    @request.setter
    def request(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class DisruptionBudget:
    """
    What evictions must leave, or may take: "3" or "25%".
    """
    __hash__: typing.ClassVar[None] = None
    max_unavailable: Amount | None
    min_available: Amount | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, min_available: Amount | None = ..., max_unavailable: Amount | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Probe:
    """
    Kubernetes' readiness probe.
    """
    __hash__: typing.ClassVar[None] = None
    initial_delay: float
    period: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, initial_delay: float = 0.0, period: float = 10.0, success_threshold: typing.SupportsInt | typing.SupportsIndex = 1, failure_threshold: typing.SupportsInt | typing.SupportsIndex = 3) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def failure_threshold(self) -> int:
        ...
    @failure_threshold.setter
    def failure_threshold(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def success_threshold(self) -> int:
        ...
    @success_threshold.setter
    def success_threshold(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class UnderWay:
    """
    How far an earlier rollout had got when this one begins.
    """
    __hash__: typing.ClassVar[None] = None
    on_top: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, instances: typing.SupportsInt | typing.SupportsIndex = 0, on_top: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def instances(self) -> int:
        ...
    @instances.setter
    def instances(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Backoff:
    """
    Waits between restarts of a process that keeps dying.
    """
    __hash__: typing.ClassVar[None] = None
    initial: float
    most: float
    reset_after: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, initial: float = 10.0, most: float = 300.0, reset_after: float = 600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Fleet:
    """
    The instances of the service and what becomes of each.
    """
    __hash__: typing.ClassVar[None] = None
    autoscaling: Autoscaling | None
    backoff: Backoff
    crash_notice: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    creation: Backoff
    disruption_budget: DisruptionBudget | None
    grace: float
    min_ready: float
    pre_stop: float
    readiness: Probe
    schedule: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    start: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    under_way: UnderWay
    warm_up: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, under_way: UnderWay = ..., zones: typing.SupportsInt | typing.SupportsIndex = 1, autoscaling: Autoscaling | None = ..., quota: typing.SupportsInt | typing.SupportsIndex | None = None, disruption_budget: DisruptionBudget | None = ..., capacity: typing.SupportsInt | typing.SupportsIndex | None = None, schedule: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., image_bytes: typing.SupportsFloat | typing.SupportsIndex = 0.0, pull_bytes_per_second: typing.SupportsFloat | typing.SupportsIndex = 50000000.0, image_cached: typing.SupportsFloat | typing.SupportsIndex = 1.0, start: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., warm_up: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., readiness: Probe = ..., min_ready: float = 0.0, pre_stop: float = 0.0, grace: float = 30.0, crash_notice: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., backoff: Backoff = ..., creation: Backoff = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def capacity(self) -> int | None:
        ...
    @capacity.setter
    def capacity(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def image_bytes(self) -> float:
        ...
    @image_bytes.setter
    def image_bytes(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def image_cached(self) -> float:
        ...
    @image_cached.setter
    def image_cached(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def pull_bytes_per_second(self) -> float:
        ...
    @pull_bytes_per_second.setter
    def pull_bytes_per_second(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def quota(self) -> int | None:
        ...
    @quota.setter
    def quota(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def zones(self) -> int:
        ...
    @zones.setter
    def zones(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class QueueOrder(enum.Enum):
    """
    The order in which an instance takes up what waits.
    """
    fifo: typing.ClassVar[QueueOrder]
    lifo: typing.ClassVar[QueueOrder]
    @classmethod
    def __new__(cls, value):
        ...
class Service:
    """
    One instance's way of answering.
    """
    __hash__: typing.ClassVar[None] = None
    cold_decay: float
    most_wait: float
    order: QueueOrder
    service_time: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    slow: float
    timeout: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, slots: typing.SupportsInt | typing.SupportsIndex = 8, queue: typing.SupportsInt | typing.SupportsIndex = 64, order: QueueOrder = ..., most_wait: float = 0.0, cores: typing.SupportsFloat | typing.SupportsIndex = 0.0, service_time: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., cold_slowness: typing.SupportsFloat | typing.SupportsIndex = 0.0, cold_decay: float = 30.0, timeout: float = 1.0, error_rate: typing.SupportsFloat | typing.SupportsIndex = 0.0, slow: float = 0.5) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def cold_slowness(self) -> float:
        ...
    @cold_slowness.setter
    def cold_slowness(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def cores(self) -> float:
        ...
    @cores.setter
    def cores(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def error_rate(self) -> float:
        ...
    @error_rate.setter
    def error_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def queue(self) -> int:
        ...
    @queue.setter
    def queue(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def slots(self) -> int:
        ...
    @slots.setter
    def slots(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class RatePoint:
    """
    A point of the shape of a rate; straight lines join the points.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, at: float = 0.0, factor: typing.SupportsFloat | typing.SupportsIndex = 1.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def factor(self) -> float:
        ...
    @factor.setter
    def factor(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Bursts:
    """
    Times of high rate that begin and end at random (MMPP).
    """
    __hash__: typing.ClassVar[None] = None
    mean_burst: float
    mean_quiet: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, factor: typing.SupportsFloat | typing.SupportsIndex = 1.0, mean_quiet: float = 60.0, mean_burst: float = 10.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def factor(self) -> float:
        ...
    @factor.setter
    def factor(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class RequestClass:
    """
    Requests of one kind; None: the service's own.
    """
    __hash__: typing.ClassVar[None] = None
    name: str
    service_time: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, name: str = 'default', share: typing.SupportsFloat | typing.SupportsIndex = 1.0, service_time: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical | None = ..., error_rate: typing.SupportsFloat | typing.SupportsIndex | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def error_rate(self) -> float | None:
        ...
    @error_rate.setter
    def error_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
    @property
    def share(self) -> float:
        ...
    @share.setter
    def share(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Users:
    """
    Users who wait for each answer and think before they ask again: a closed loop.
    """
    __hash__: typing.ClassVar[None] = None
    think: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, count: typing.SupportsInt | typing.SupportsIndex = 0, think: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ...) -> None:
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
class Stickiness(enum.Enum):
    """
    What a user stays with.
    """
    instance: typing.ClassVar[Stickiness]
    none: typing.ClassVar[Stickiness]
    version: typing.ClassVar[Stickiness]
    @classmethod
    def __new__(cls, value):
        ...
class Sessions:
    """
    How many users send the open requests, and what they stay with.
    """
    __hash__: typing.ClassVar[None] = None
    sticky: Stickiness
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, sticky: Stickiness = ..., users: typing.SupportsInt | typing.SupportsIndex = 10000) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def users(self) -> int:
        ...
    @users.setter
    def users(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Jitter(enum.Enum):
    """
    How much of a wait is random.
    """
    equal: typing.ClassVar[Jitter]
    full: typing.ClassVar[Jitter]
    none: typing.ClassVar[Jitter]
    @classmethod
    def __new__(cls, value):
        ...
class Retries:
    """
    What clients do about an attempt that failed.
    """
    __hash__: typing.ClassVar[None] = None
    base: float
    errors: bool
    jitter: Jitter
    most: float
    timeouts: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, attempts: typing.SupportsInt | typing.SupportsIndex = 1, base: float = 0.1, factor: typing.SupportsFloat | typing.SupportsIndex = 2.0, most: float = 20.0, jitter: Jitter = ..., errors: bool = True, timeouts: bool = True, budget: typing.SupportsFloat | typing.SupportsIndex | None = None, reserve: typing.SupportsFloat | typing.SupportsIndex = 10.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def attempts(self) -> int:
        ...
    @attempts.setter
    def attempts(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def budget(self) -> float | None:
        ...
    @budget.setter
    def budget(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
    @property
    def factor(self) -> float:
        ...
    @factor.setter
    def factor(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def reserve(self) -> float:
        ...
    @reserve.setter
    def reserve(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Traffic:
    """
    Who sends requests, when, and what they do when one fails. `replay`: nanoseconds since the start of the rollout, not falling.
    """
    __hash__: typing.ClassVar[None] = None
    bursts: Bursts | None
    retries: Retries
    sessions: Sessions
    users: Users
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, rate: typing.SupportsFloat | typing.SupportsIndex = 100.0, shape: collections.abc.Sequence[RatePoint] = ..., bursts: Bursts | None = ..., replay: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None = ..., classes: collections.abc.Sequence[RequestClass] = ..., users: Users = ..., sessions: Sessions = ..., retries: Retries = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def classes(self) -> list[RequestClass]:
        ...
    @classes.setter
    def classes(self, arg1: collections.abc.Sequence[RequestClass]) -> None:
        ...
    @property
    def rate(self) -> float:
        ...
    @rate.setter
    def rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def replay(self) -> numpy.typing.NDArray[numpy.int64] | None:
        ...
    @replay.setter
    def replay(self, arg1: typing.Annotated[numpy.typing.ArrayLike, numpy.int64] | None) -> None:
        ...
    @property
    def shape(self) -> list[RatePoint]:
        ...
    @shape.setter
    def shape(self, arg1: collections.abc.Sequence[RatePoint]) -> None:
        ...
class Policy(enum.Enum):
    """
    How a router picks an instance of a version.
    """
    least_outstanding: typing.ClassVar[Policy]
    peak_ewma: typing.ClassVar[Policy]
    power_of_two: typing.ClassVar[Policy]
    random: typing.ClassVar[Policy]
    round_robin: typing.ClassVar[Policy]
    weighted_least_request: typing.ClassVar[Policy]
    @classmethod
    def __new__(cls, value):
        ...
class OutlierDetection:
    """
    Envoy's outlier detection.
    """
    __hash__: typing.ClassVar[None] = None
    base_ejection: float
    interval: float
    most_ejection: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, consecutive_errors: typing.SupportsInt | typing.SupportsIndex = 5, interval: float = 10.0, base_ejection: float = 30.0, most_ejection: float = 300.0, most_ejected: typing.SupportsFloat | typing.SupportsIndex = 0.1) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def consecutive_errors(self) -> int:
        ...
    @consecutive_errors.setter
    def consecutive_errors(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def most_ejected(self) -> float:
        ...
    @most_ejected.setter
    def most_ejected(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Locality:
    """
    Balancers of a zone prefer its instances, as in Envoy's zone-aware routing.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, overprovisioning: typing.SupportsFloat | typing.SupportsIndex = 1.4) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def overprovisioning(self) -> float:
        ...
    @overprovisioning.setter
    def overprovisioning(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Balancing:
    """
    How requests find an instance.
    """
    __hash__: typing.ClassVar[None] = None
    ewma_decay: float
    locality: Locality | None
    outlier: OutlierDetection | None
    policy: Policy
    propagation: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    slow_start: float
    weight_propagation: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, policy: Policy = ..., balancers: typing.SupportsInt | typing.SupportsIndex = 1, slow_start: float = 0.0, ewma_decay: float = 10.0, max_outstanding: typing.SupportsInt | typing.SupportsIndex = 0, outlier: OutlierDetection | None = ..., locality: Locality | None = ..., propagation: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., weight_propagation: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def balancers(self) -> int:
        ...
    @balancers.setter
    def balancers(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def max_outstanding(self) -> int:
        ...
    @max_outstanding.setter
    def max_outstanding(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class HostFailures:
    """
    Hosts fail, alone or in bursts, and come back.
    """
    __hash__: typing.ClassVar[None] = None
    burst_within: float
    evict: float
    notice: float
    repair: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, hosts: typing.SupportsInt | typing.SupportsIndex = 0, mttf: typing.SupportsFloat | typing.SupportsIndex = 11145600.0, shape: typing.SupportsFloat | typing.SupportsIndex = 0.75, burst: typing.SupportsFloat | typing.SupportsIndex = 0.37, burst_within: float = 120.0, repair: float = 600.0, notice: float = 40.0, evict: float = 300.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def burst(self) -> float:
        ...
    @burst.setter
    def burst(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def hosts(self) -> int:
        ...
    @hosts.setter
    def hosts(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def mttf(self) -> float:
        ...
    @mttf.setter
    def mttf(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def shape(self) -> float:
        ...
    @shape.setter
    def shape(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class ZoneLoss:
    """
    A zone is lost, with all its instances, for a while.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    lasts: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, at: float = 0.0, lasts: float = 1800.0, zone: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def zone(self) -> int:
        ...
    @zone.setter
    def zone(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class BrownOut:
    """
    Something that the service depends on answers late or badly.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    lasts: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, at: float = 0.0, lasts: float = 600.0, slowness: typing.SupportsFloat | typing.SupportsIndex = 1.0, error_rate: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def error_rate(self) -> float:
        ...
    @error_rate.setter
    def error_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def slowness(self) -> float:
        ...
    @slowness.setter
    def slowness(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class BlackOut:
    """
    Operators' telemetry shows nothing for a while.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    lasts: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, at: float = 0.0, lasts: float = 300.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Drain:
    """
    Hosts are drained for maintenance, one after the other.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    away: float
    force: bool
    retry: float
    timeout: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, at: float = 0.0, hosts: typing.SupportsInt | typing.SupportsIndex = 1, retry: float = 5.0, away: float = 300.0, timeout: float | None = None, force: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def hosts(self) -> int:
        ...
    @hosts.setter
    def hosts(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class InstanceEffects:
    """
    Instances are not alike: drawn for each process when it starts.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, noise: typing.SupportsFloat | typing.SupportsIndex = 0.0, gray: typing.SupportsFloat | typing.SupportsIndex = 0.0, gray_slowness: typing.SupportsFloat | typing.SupportsIndex = 1.0, gray_errors: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def gray(self) -> float:
        ...
    @gray.setter
    def gray(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def gray_errors(self) -> float:
        ...
    @gray_errors.setter
    def gray_errors(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def gray_slowness(self) -> float:
        ...
    @gray_slowness.setter
    def gray_slowness(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def noise(self) -> float:
        ...
    @noise.setter
    def noise(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Faults:
    """
    What goes wrong without the release's doing.
    """
    __hash__: typing.ClassVar[None] = None
    host_failures: HostFailures
    instances: InstanceEffects
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, host_failures: HostFailures = ..., zone_losses: collections.abc.Sequence[ZoneLoss] = ..., brown_outs: collections.abc.Sequence[BrownOut] = ..., black_outs: collections.abc.Sequence[BlackOut] = ..., drains: collections.abc.Sequence[Drain] = ..., instances: InstanceEffects = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def black_outs(self) -> list[BlackOut]:
        ...
    @black_outs.setter
    def black_outs(self, arg1: collections.abc.Sequence[BlackOut]) -> None:
        ...
    @property
    def brown_outs(self) -> list[BrownOut]:
        ...
    @brown_outs.setter
    def brown_outs(self, arg1: collections.abc.Sequence[BrownOut]) -> None:
        ...
    @property
    def drains(self) -> list[Drain]:
        ...
    @drains.setter
    def drains(self, arg1: collections.abc.Sequence[Drain]) -> None:
        ...
    @property
    def zone_losses(self) -> list[ZoneLoss]:
        ...
    @zone_losses.setter
    def zone_losses(self, arg1: collections.abc.Sequence[ZoneLoss]) -> None:
        ...
class Observability:
    """
    What operators' telemetry sees and how late.
    """
    __hash__: typing.ClassVar[None] = None
    delay: float
    scrape_interval: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, scrape_interval: float = 15.0, delay: float = 5.0, scrape_loss: typing.SupportsFloat | typing.SupportsIndex = 0.0, latency_buckets: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def latency_buckets(self) -> list[float]:
        ...
    @latency_buckets.setter
    def latency_buckets(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def scrape_loss(self) -> float:
        ...
    @scrape_loss.setter
    def scrape_loss(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Slo:
    """
    The objective that the error budget comes from.
    """
    __hash__: typing.ClassVar[None] = None
    period: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, objective: typing.SupportsFloat | typing.SupportsIndex = 0.999, period: float = 2592000.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def objective(self) -> float:
        ...
    @objective.setter
    def objective(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Window:
    """
    Every plan is scored on [0, horizon], after a lead-in.
    """
    __hash__: typing.ClassVar[None] = None
    horizon: float
    lead_in: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, lead_in: float = 300.0, horizon: float = 3600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class OnCall:
    """
    How long the person on call takes. Distributions of seconds.
    """
    __hash__: typing.ClassVar[None] = None
    acknowledge: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    act: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    diagnose: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, acknowledge: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., diagnose: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., act: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class WorkingHours:
    """
    When people are at work, by a clock on which the rollout starts at `start`.
    """
    __hash__: typing.ClassVar[None] = None
    closes: float
    opens: float
    start: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, start: float = 0.0, opens: float = 32400.0, closes: float = 61200.0, days: typing.SupportsInt | typing.SupportsIndex = 31) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def days(self) -> int:
        ...
    @days.setter
    def days(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class UserReports:
    """
    Users notice what no monitor sees, and say so late.
    """
    __hash__: typing.ClassVar[None] = None
    delay: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, share: typing.SupportsFloat | typing.SupportsIndex = 0.0, delay: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical = ..., enough: typing.SupportsInt | typing.SupportsIndex = 3) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def enough(self) -> int:
        ...
    @enough.setter
    def enough(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def share(self) -> float:
        ...
    @share.setter
    def share(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class People:
    """
    Who is woken when something goes wrong, and how long they take.
    """
    __hash__: typing.ClassVar[None] = None
    approval: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical | None
    approval_limit: float | None
    hours: WorkingHours | None
    off_hours: OnCall
    on_call: OnCall
    reports: UserReports
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, on_call: OnCall = ..., hours: WorkingHours | None = ..., off_hours: OnCall = ..., pages: collections.abc.Sequence[int] = ..., reports: UserReports = ..., approval: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical | None = ..., approval_limit: float | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def pages(self) -> list[int]:
        ...
    @pages.setter
    def pages(self, arg1: collections.abc.Sequence[int]) -> None:
        ...
class Fidelity(enum.Enum):
    """
    How requests are simulated: each by itself, or in numbers.
    """
    auto: typing.ClassVar[Fidelity]
    flow: typing.ClassVar[Fidelity]
    hybrid: typing.ClassVar[Fidelity]
    request: typing.ClassVar[Fidelity]
    @classmethod
    def __new__(cls, value):
        ...
class Location:
    """
    One of several places where the service runs, with a fleet of its own.
    """
    __hash__: typing.ClassVar[None] = None
    faults: Faults
    fleet: Fleet
    name: str
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, name: str = '', share: typing.SupportsFloat | typing.SupportsIndex = 1.0, fleet: Fleet = ..., faults: Faults = ..., shape: collections.abc.Sequence[RatePoint] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def shape(self) -> list[RatePoint]:
        ...
    @shape.setter
    def shape(self, arg1: collections.abc.Sequence[RatePoint]) -> None:
        ...
    @property
    def share(self) -> float:
        ...
    @share.setter
    def share(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Scenario:
    """
    All that a run needs but the strategy.
    """
    __hash__: typing.ClassVar[None] = None
    balancing: Balancing
    baseline: bool
    faults: Faults
    fidelity: Fidelity
    fleet: Fleet
    name: str
    observability: Observability
    people: People
    release: Release
    service: Service
    slo: Slo
    traffic: Traffic
    window: Window
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, name: str = 'unnamed', fleet: Fleet = ..., service: Service = ..., traffic: Traffic = ..., balancing: Balancing = ..., faults: Faults = ..., observability: Observability = ..., release: Release = ..., slo: Slo = ..., window: Window = ..., baseline: bool = False, analyses: collections.abc.Sequence[Analysis] = ..., people: People = ..., locations: collections.abc.Sequence[Location] = ..., fidelity: Fidelity = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def analyses(self) -> list[Analysis]:
        ...
    @analyses.setter
    def analyses(self, arg1: collections.abc.Sequence[Analysis]) -> None:
        ...
    @property
    def locations(self) -> list[Location]:
        ...
    @locations.setter
    def locations(self, arg1: collections.abc.Sequence[Location]) -> None:
        ...
class Complaint:
    """
    "traffic.rate" and "must be above 0, is -3".
    """
    __hash__: typing.ClassVar[None] = None
    message: str
    path: str
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, path: str = '', message: str = '') -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class AnalysisPhase(enum.Enum):
    """
    In Argo's order of badness.
    """
    error: typing.ClassVar[AnalysisPhase]
    failed: typing.ClassVar[AnalysisPhase]
    inconclusive: typing.ClassVar[AnalysisPhase]
    pending: typing.ClassVar[AnalysisPhase]
    running: typing.ClassVar[AnalysisPhase]
    successful: typing.ClassVar[AnalysisPhase]
    @classmethod
    def __new__(cls, value):
        ...
class Strategy:
    """
    An immutable recipe for rollouts.
    """
    def __repr__(self) -> str:
        ...
    def describe(self) -> str:
        """
        Identity, label and log line.
        """
    @property
    def knows_locations(self) -> bool:
        """
        Whether it can be shown more than one location.
        """
class StrategyError(RuntimeError):
    """
    A strategy did what none may, or it or a guard raised an exception: which, when in the rollout, and what.
    """
class Phase(enum.Enum):
    """
    Where a rollout stands.
    """
    baking: typing.ClassVar[Phase]
    moving: typing.ClassVar[Phase]
    paused: typing.ClassVar[Phase]
    promoted: typing.ClassVar[Phase]
    rolled_back: typing.ClassVar[Phase]
    rolling_back: typing.ClassVar[Phase]
    stuck: typing.ClassVar[Phase]
    @classmethod
    def __new__(cls, value):
        ...
class Cohort:
    """
    The instances of one version, as a control plane sees them.
    """
    __hash__: typing.ClassVar[None] = None
    exists: bool
    location: int
    routed: bool
    version: int
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, version: int = ..., location: int = ..., exists: bool = False, desired: typing.SupportsInt | typing.SupportsIndex = 0, instances: typing.SupportsInt | typing.SupportsIndex = 0, pending: typing.SupportsInt | typing.SupportsIndex = 0, unschedulable: typing.SupportsInt | typing.SupportsIndex = 0, ready: typing.SupportsInt | typing.SupportsIndex = 0, available: typing.SupportsInt | typing.SupportsIndex = 0, draining: typing.SupportsInt | typing.SupportsIndex = 0, restarts: typing.SupportsInt | typing.SupportsIndex = 0, weight: typing.SupportsFloat | typing.SupportsIndex = 0.0, mirrored: typing.SupportsFloat | typing.SupportsIndex = 0.0, routed: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def available(self) -> int:
        ...
    @available.setter
    def available(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def desired(self) -> int:
        ...
    @desired.setter
    def desired(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def draining(self) -> int:
        ...
    @draining.setter
    def draining(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def instances(self) -> int:
        ...
    @instances.setter
    def instances(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def mirrored(self) -> float:
        ...
    @mirrored.setter
    def mirrored(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def pending(self) -> int:
        ...
    @pending.setter
    def pending(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def ready(self) -> int:
        ...
    @ready.setter
    def ready(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def restarts(self) -> int:
        ...
    @restarts.setter
    def restarts(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def unschedulable(self) -> int:
        ...
    @unschedulable.setter
    def unschedulable(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def weight(self) -> float:
        ...
    @weight.setter
    def weight(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class AnalysisStatus:
    """
    One analysis run that a directive asked for.
    """
    __hash__: typing.ClassVar[None] = None
    location: int
    phase: AnalysisPhase
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, run: typing.SupportsInt | typing.SupportsIndex = 0, phase: AnalysisPhase = ..., location: int = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def run(self) -> int:
        ...
    @run.setter
    def run(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Target:
    """
    What one cohort should become; weights for all cohorts or for none.
    """
    __hash__: typing.ClassVar[None] = None
    behind_flag: bool
    counted: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, desired: typing.SupportsInt | typing.SupportsIndex = 0, weight: typing.SupportsFloat | typing.SupportsIndex | None = None, mirrored: typing.SupportsFloat | typing.SupportsIndex = 0.0, behind_flag: bool = False, counted: bool = True) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def desired(self) -> int:
        ...
    @desired.setter
    def desired(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def mirrored(self) -> float:
        ...
    @mirrored.setter
    def mirrored(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def weight(self) -> float | None:
        ...
    @weight.setter
    def weight(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
class Observation:
    """
    What a strategy is shown; the old version's cohort first, the new one's last; of several locations, one after the other.
    """
    __hash__: typing.ClassVar[None] = None
    aborted: bool
    approved: bool
    now: float
    routed: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, now: float = ..., cohorts: collections.abc.Sequence[Cohort] = ..., analyses: collections.abc.Sequence[AnalysisStatus] = ..., routed: bool = False, approved: bool = False, aborted: bool = False, replicas: typing.SupportsInt | typing.SupportsIndex | None = None, locations: typing.SupportsInt | typing.SupportsIndex = 1, sizes: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex | None] = ..., names: collections.abc.Sequence[str] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    def at(self, location: str) -> Observation:
        """
        What a strategy in that location alone would be shown.
        """
    def targets(self, changes: collections.abc.Mapping[str, collections.abc.Sequence[Target]]) -> list[Target]:
        """
        Of all cohorts: those given for the locations that are named, and elsewhere what was wanted last.
        """
    @property
    def analyses(self) -> list[AnalysisStatus]:
        ...
    @analyses.setter
    def analyses(self, arg1: collections.abc.Sequence[AnalysisStatus]) -> None:
        ...
    @property
    def cohorts(self) -> list[Cohort]:
        ...
    @cohorts.setter
    def cohorts(self, arg1: collections.abc.Sequence[Cohort]) -> None:
        ...
    @property
    def locations(self) -> int:
        ...
    @locations.setter
    def locations(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def names(self) -> list[str]:
        ...
    @names.setter
    def names(self, arg1: collections.abc.Sequence[str]) -> None:
        ...
    @property
    def replicas(self) -> int | None:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def sizes(self) -> list[int | None]:
        ...
    @sizes.setter
    def sizes(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex | None]) -> None:
        ...
class AnalysisWish:
    """
    An analysis that should be running; a new run takes a new number.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int
    location: int
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, run: typing.SupportsInt | typing.SupportsIndex = 0, analysis: int = ..., location: int = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def run(self) -> int:
        ...
    @run.setter
    def run(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Directive:
    """
    The whole state that a strategy wants; targets as the cohorts.
    """
    __hash__: typing.ClassVar[None] = None
    asks_approval: bool
    phase: Phase
    reason: str
    wake_at: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, targets: collections.abc.Sequence[Target] = ..., analyses: collections.abc.Sequence[AnalysisWish] = ..., phase: Phase = ..., asks_approval: bool = False, wake_at: float = ..., reason: str = '') -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def analyses(self) -> list[AnalysisWish]:
        ...
    @analyses.setter
    def analyses(self, arg1: collections.abc.Sequence[AnalysisWish]) -> None:
        ...
    @property
    def targets(self) -> list[Target]:
        ...
    @targets.setter
    def targets(self, arg1: collections.abc.Sequence[Target]) -> None:
        ...
class Breach:
    """
    Where a strategy broke the contract.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    decision: str
    scene: str
    what: str
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, scene: str = '', at: float = ..., what: str = '', decision: str = '') -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    def __str__(self) -> str:
        ...
class PythonStrategy(Strategy):
    """
    A strategy written in Python.
    """
    def __init__(self, make: typing.Any, identity: str, knows_locations: bool = False) -> None:
        """
        make: called at the start of each rollout with the numbers of old replicas by location ("" where there is but one), gives an object with decide(seen: Observation) -> Directive that copy.deepcopy() can copy; identity: what describe() says.
        """
class DeploymentType(enum.Enum):
    """
    Kubernetes' strategy type.
    """
    recreate: typing.ClassVar[DeploymentType]
    rolling_update: typing.ClassVar[DeploymentType]
    @classmethod
    def __new__(cls, value):
        ...
class RollingParams:
    """
    A Deployment's fields; the defaults are Kubernetes'.
    """
    __hash__: typing.ClassVar[None] = None
    max_surge: Amount
    max_unavailable: Amount
    progress_deadline: float | None
    type: DeploymentType
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, type: DeploymentType = ..., max_surge: Amount = ..., max_unavailable: Amount = ..., progress_deadline: float | None = 600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Rolling(Strategy):
    """
    Kubernetes' Deployment.
    """
    def __getstate__(self) -> tuple[RollingParams]:
        ...
    def __init__(self, params: RollingParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> RollingParams:
        ...
class SetWeight:
    """
    A step: the canary's weight, of max_weight.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, weight: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def weight(self) -> int:
        ...
    @weight.setter
    def weight(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Pause:
    """
    A step: wait so long, or until a person promotes.
    """
    __hash__: typing.ClassVar[None] = None
    duration: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, duration: float | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class SetCanaryScale:
    """
    A step: the canary's size; exactly one of the three.
    """
    __hash__: typing.ClassVar[None] = None
    match_traffic_weight: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex | None = None, weight: typing.SupportsInt | typing.SupportsIndex | None = None, match_traffic_weight: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int | None:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def weight(self) -> int | None:
        ...
    @weight.setter
    def weight(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
class RunAnalysis:
    """
    A step: an analysis that must be successful.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, analysis: int = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class SetMirror:
    """
    A step: the percentage of the traffic that is copied to the canary.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, percentage: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def percentage(self) -> int:
        ...
    @percentage.setter
    def percentage(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class ExperimentSide:
    """
    The instances of one version that an experiment starts.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, replicas: typing.SupportsInt | typing.SupportsIndex = 0, weight: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def weight(self) -> int:
        ...
    @weight.setter
    def weight(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class ExperimentAnalysis:
    """
    An analysis of an experiment.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int
    required: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, analysis: int = ..., required: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class RunExperiment:
    """
    A step: instances of both versions for a while, and analyses of them.
    """
    __hash__: typing.ClassVar[None] = None
    canary: ExperimentSide
    duration: float | None
    scale_down_delay: float
    stable: ExperimentSide
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, stable: ExperimentSide = ..., canary: ExperimentSide = ..., duration: float | None = None, analyses: collections.abc.Sequence[ExperimentAnalysis] = ..., scale_down_delay: float = 30.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def analyses(self) -> list[ExperimentAnalysis]:
        ...
    @analyses.setter
    def analyses(self, arg1: collections.abc.Sequence[ExperimentAnalysis]) -> None:
        ...
class BackgroundAnalysis:
    """
    An analysis from a step to the end.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, analysis: int = ..., starting_step: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def starting_step(self) -> int:
        ...
    @starting_step.setter
    def starting_step(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class CanaryParams:
    """
    A Rollout's canary fields; the defaults are Argo's.
    """
    __hash__: typing.ClassVar[None] = None
    abort_scale_down_delay: float | None
    background: BackgroundAnalysis | None
    dynamic_stable_scale: bool
    max_surge: Amount
    max_unavailable: Amount
    progress_deadline: float | None
    progress_deadline_abort: bool
    progress_threshold: Amount | None
    routed: bool
    scale_down_delay: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, max_surge: Amount = ..., max_unavailable: Amount = ..., steps: collections.abc.Sequence[SetWeight | Pause | SetCanaryScale | RunAnalysis | SetMirror | RunExperiment] = ..., routed: bool = False, max_weight: typing.SupportsInt | typing.SupportsIndex = 100, min_pods_per_replica_set: typing.SupportsInt | typing.SupportsIndex | None = None, progress_threshold: Amount | None = ..., scale_down_delay: float | None = None, abort_scale_down_delay: float | None = None, progress_deadline: float | None = 600.0, progress_deadline_abort: bool = False, background: BackgroundAnalysis | None = ..., dynamic_stable_scale: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def max_weight(self) -> int:
        ...
    @max_weight.setter
    def max_weight(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def min_pods_per_replica_set(self) -> int | None:
        ...
    @min_pods_per_replica_set.setter
    def min_pods_per_replica_set(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def steps(self) -> list[SetWeight | Pause | SetCanaryScale | RunAnalysis | SetMirror | RunExperiment]:
        ...
    @steps.setter
    def steps(self, arg1: collections.abc.Sequence[SetWeight | Pause | SetCanaryScale | RunAnalysis | SetMirror | RunExperiment]) -> None:
        ...
class Canary(Strategy):
    """
    Argo Rollouts' canary.
    """
    def __getstate__(self) -> tuple[CanaryParams]:
        ...
    def __init__(self, params: CanaryParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def brings_baseline(self) -> bool:
        """
        Whether an experiment starts instances of the old version.
        """
    @property
    def params(self) -> CanaryParams:
        ...
class BlueGreenParams:
    """
    A Rollout's blue/green fields; the defaults are Argo's.
    """
    __hash__: typing.ClassVar[None] = None
    abort_scale_down_delay: float | None
    auto_promotion: float
    auto_promotion_enabled: bool | None
    post_promotion: int | None
    pre_promotion: int | None
    progress_deadline: float | None
    progress_deadline_abort: bool
    scale_down_delay: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, preview_replica_count: typing.SupportsInt | typing.SupportsIndex | None = None, auto_promotion_enabled: bool | None = None, auto_promotion: float = 0.0, scale_down_delay: float | None = None, scale_down_delay_revision_limit: typing.SupportsInt | typing.SupportsIndex | None = None, abort_scale_down_delay: float | None = None, progress_deadline: float | None = 600.0, progress_deadline_abort: bool = False, pre_promotion: int | None = ..., post_promotion: int | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def preview_replica_count(self) -> int | None:
        ...
    @preview_replica_count.setter
    def preview_replica_count(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def scale_down_delay_revision_limit(self) -> int | None:
        ...
    @scale_down_delay_revision_limit.setter
    def scale_down_delay_revision_limit(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
class BlueGreen(Strategy):
    """
    Argo Rollouts' blue/green.
    """
    def __getstate__(self) -> tuple[BlueGreenParams]:
        ...
    def __init__(self, params: BlueGreenParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> BlueGreenParams:
        ...
class AllAtOnceParams:
    """
    Every instance is replaced at the same moment.
    """
    __hash__: typing.ClassVar[None] = None
    progress_deadline: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, replicas: typing.SupportsInt | typing.SupportsIndex = 1, progress_deadline: float | None = 600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class AllAtOnce(Strategy):
    """
    Every instance is replaced at the same moment.
    """
    def __getstate__(self) -> tuple[AllAtOnceParams]:
        ...
    def __init__(self, params: AllAtOnceParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> AllAtOnceParams:
        ...
class GuardParams:
    """
    The guard of a rollout.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int
    bake: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, analysis: int = ..., bake: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Guarded(Strategy):
    """
    Any strategy, taken back by a guard.
    """
    def __getstate__(self) -> tuple[Strategy, GuardParams]:
        ...
    def __init__(self, inner: Strategy, params: GuardParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def inner(self) -> Strategy:
        ...
    @property
    def params(self) -> GuardParams:
        ...
class ShadowParams:
    """
    Copies of requests before a rollout.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int | None
    duration: float
    instances: Amount
    progress_deadline: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, instances: Amount = ..., mirrored: typing.SupportsFloat | typing.SupportsIndex = 1.0, duration: float = 600.0, analysis: int | None = ..., progress_deadline: float | None = 600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def mirrored(self) -> float:
        ...
    @mirrored.setter
    def mirrored(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Shadow(Strategy):
    """
    Mirrors requests, then rolls out by another strategy.
    """
    def __getstate__(self) -> tuple[Strategy, ShadowParams]:
        ...
    def __init__(self, inner: Strategy, params: ShadowParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def inner(self) -> Strategy:
        ...
    @property
    def params(self) -> ShadowParams:
        ...
class FeatureFlag(Strategy):
    """
    Exposes users to code that every instance has, as another strategy shifts traffic.
    """
    def __getstate__(self) -> tuple[Strategy]:
        ...
    def __init__(self, inner: Strategy) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def inner(self) -> Strategy:
        ...
class BaselineParams:
    """
    Fresh instances of the old version beside the new one.
    """
    __hash__: typing.ClassVar[None] = None
    progress_deadline: float
    scale_down_delay: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, progress_deadline: float = 600.0, scale_down_delay: float = 30.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class Baseline(Strategy):
    """
    Any strategy, with a baseline as old as the canary.
    """
    def __getstate__(self) -> tuple[Strategy, BaselineParams]:
        ...
    def __init__(self, inner: Strategy, params: BaselineParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def inner(self) -> Strategy:
        ...
    @property
    def params(self) -> BaselineParams:
        ...
class OnWaveFailure(enum.Enum):
    """
    What a wave that fails leads to.
    """
    roll_back: typing.ClassVar[OnWaveFailure]
    stop: typing.ClassVar[OnWaveFailure]
    @classmethod
    def __new__(cls, value):
        ...
class WavesParams:
    """
    Waves over locations.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int | None
    bake: float
    failure_tolerance: Amount
    max_concurrent: Amount
    mode: cloudformation.ConcurrencyMode
    on_failure: OnWaveFailure
    parallel: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, waves: collections.abc.Sequence[collections.abc.Sequence[int]] = ..., parallel: bool = False, max_concurrent: Amount = ..., failure_tolerance: Amount = ..., mode: cloudformation.ConcurrencyMode = ..., on_failure: OnWaveFailure = ..., bake: float = 0.0, analysis: int | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def waves(self) -> list[list[int]]:
        ...
    @waves.setter
    def waves(self, arg1: collections.abc.Sequence[collections.abc.Sequence[int]]) -> None:
        ...
class Waves(Strategy):
    """
    A strategy in each location, begun wave by wave.
    """
    def __getstate__(self) -> tuple[list[Strategy], WavesParams]:
        ...
    def __init__(self, inner: collections.abc.Sequence[Strategy], params: WavesParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def inner(self) -> list[Strategy]:
        """
        One for all locations, or one for each.
        """
    @property
    def params(self) -> WavesParams:
        ...
class StackSetParams:
    """
    A StackSets operation; the defaults are StackSets'.
    """
    __hash__: typing.ClassVar[None] = None
    failure_tolerance: Amount
    max_concurrent: Amount
    mode: cloudformation.ConcurrencyMode
    region_concurrency: cloudformation.RegionConcurrency
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, regions: collections.abc.Sequence[collections.abc.Sequence[int]] = ..., region_concurrency: cloudformation.RegionConcurrency = ..., max_concurrent: Amount = ..., failure_tolerance: Amount = ..., mode: cloudformation.ConcurrencyMode = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def regions(self) -> list[list[int]]:
        ...
    @regions.setter
    def regions(self, arg1: collections.abc.Sequence[collections.abc.Sequence[int]]) -> None:
        ...
class StackSet(Strategy):
    """
    The update of a stack in each account and Region.
    """
    def __getstate__(self) -> tuple[list[Strategy], StackSetParams]:
        ...
    def __init__(self, inner: collections.abc.Sequence[Strategy], params: StackSetParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def inner(self) -> list[Strategy]:
        """
        One for all locations, or one for each.
        """
    @property
    def params(self) -> StackSetParams:
        ...
class PlanScale:
    """
    A step: so many instances.
    """
    __hash__: typing.ClassVar[None] = None
    enough: Amount | None
    new_version: Amount | None
    old_version: Amount | None
    within: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, old_version: Amount | None = ..., new_version: Amount | None = ..., enough: Amount | None = ..., within: float | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class PlanShift:
    """
    A step: so much of the traffic.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, weight: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def weight(self) -> float:
        ...
    @weight.setter
    def weight(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class PlanWait:
    """
    A step: so long.
    """
    __hash__: typing.ClassVar[None] = None
    duration: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, duration: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class PlanAnalyse:
    """
    A step: an analysis that must be successful.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int
    within: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, analysis: int = ..., within: float | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class PlanApprove:
    """
    A step: a person has to promote.
    """
    __hash__: typing.ClassVar[None] = None
    within: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, within: float | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class PlanParams:
    """
    A plan of one's own.
    """
    __hash__: typing.ClassVar[None] = None
    progress_deadline: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, steps: collections.abc.Sequence[PlanScale | PlanShift | PlanWait | PlanAnalyse | PlanApprove] = ..., progress_deadline: float | None = 600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def steps(self) -> list[PlanScale | PlanShift | PlanWait | PlanAnalyse | PlanApprove]:
        ...
    @steps.setter
    def steps(self, arg1: collections.abc.Sequence[PlanScale | PlanShift | PlanWait | PlanAnalyse | PlanApprove]) -> None:
        ...
class Plan(Strategy):
    """
    A plan of one's own, as data.
    """
    def __getstate__(self) -> tuple[PlanParams]:
        ...
    def __init__(self, params: PlanParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> PlanParams:
        ...
class CodeDeployInPlaceParams:
    """
    CodeDeploy to servers in place; the defaults are CodeDeploy's.
    """
    __hash__: typing.ClassVar[None] = None
    alarms: int | None
    attempt_timeout: float
    ignore_poll_failure: bool
    minimum_healthy: codedeploy.MinimumHealthy
    rollback: codedeploy.AutoRollback
    zonal: codedeploy.ZonalConfig | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, minimum_healthy: codedeploy.MinimumHealthy = ..., zonal: codedeploy.ZonalConfig | None = ..., zones: typing.SupportsInt | typing.SupportsIndex = 1, attempt_timeout: float = 3600.0, alarms: int | None = ..., ignore_poll_failure: bool = False, rollback: codedeploy.AutoRollback = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def zones(self) -> int:
        ...
    @zones.setter
    def zones(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class CodeDeployInPlace(Strategy):
    """
    AWS CodeDeploy to servers in place.
    """
    def __getstate__(self) -> tuple[CodeDeployInPlaceParams]:
        ...
    def __init__(self, params: CodeDeployInPlaceParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> CodeDeployInPlaceParams:
        ...
class ReplacementHosts:
    """
    Servers that CodeDeploy deploys to beside the original ones.
    """
    __hash__: typing.ClassVar[None] = None
    attempt_timeout: float
    keeps_original: bool
    minimum_healthy: codedeploy.MinimumHealthy
    provisioning: float
    registration: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, minimum_healthy: codedeploy.MinimumHealthy = ..., attempt_timeout: float = 3600.0, provisioning: float = 0.0, registration: float = 30.0, keeps_original: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class CodeDeployBlueGreenParams:
    """
    CodeDeploy to replacement servers; the defaults are CodeDeploy's.
    """
    __hash__: typing.ClassVar[None] = None
    alarms: int | None
    hosts: ReplacementHosts
    ignore_poll_failure: bool
    ready: codedeploy.ReadyOption
    rollback: codedeploy.AutoRollback
    termination_wait: float
    test: int | None
    validate: int | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, hosts: ReplacementHosts = ..., test: int | None = ..., ready: codedeploy.ReadyOption = ..., validate: int | None = ..., termination_wait: float = 0.0, alarms: int | None = ..., ignore_poll_failure: bool = False, rollback: codedeploy.AutoRollback = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class CodeDeployBlueGreen(Strategy):
    """
    AWS CodeDeploy to servers, blue/green.
    """
    def __getstate__(self) -> tuple[CodeDeployBlueGreenParams]:
        ...
    def __init__(self, params: CodeDeployBlueGreenParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> CodeDeployBlueGreenParams:
        ...
    @property
    def shifts(self) -> list[traffic.Shift]:
        """
        When how much of the traffic moves.
        """
class CodeDeployShiftParams:
    """
    CodeDeploy for ECS and Lambda; the defaults are CodeDeploy's.
    """
    __hash__: typing.ClassVar[None] = None
    alarms: int | None
    config: codedeploy.TrafficConfig
    ignore_poll_failure: bool
    platform: codedeploy.Platform
    ready: codedeploy.ReadyOption
    rollback: codedeploy.AutoRollback
    termination_wait: float
    test: int | None
    validate: int | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, platform: codedeploy.Platform = ..., config: codedeploy.TrafficConfig = ..., test: int | None = ..., ready: codedeploy.ReadyOption = ..., validate: int | None = ..., termination_wait: float = 0.0, alarms: int | None = ..., ignore_poll_failure: bool = False, rollback: codedeploy.AutoRollback = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class CodeDeployShift(Strategy):
    """
    AWS CodeDeploy for ECS services and Lambda functions.
    """
    def __getstate__(self) -> tuple[CodeDeployShiftParams]:
        ...
    def __init__(self, params: CodeDeployShiftParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> CodeDeployShiftParams:
        ...
    @property
    def shifts(self) -> list[traffic.Shift]:
        """
        When how much of the traffic moves.
        """
class EcsCircuitBreaker:
    """
    ECS's deployment circuit breaker.
    """
    __hash__: typing.ClassVar[None] = None
    reset_on_healthy_task: bool
    rollback: bool
    threshold: ecs.BreakerThreshold
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, threshold: ecs.BreakerThreshold = ..., reset_on_healthy_task: bool = True, rollback: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class EcsAlarms:
    """
    ECS's deployment alarms.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int
    bake: float
    rollback: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, analysis: int = ..., rollback: bool = False, bake: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class EcsRollingParams:
    """
    ECS's rolling update; the defaults are ECS's.
    """
    __hash__: typing.ClassVar[None] = None
    alarms: EcsAlarms | None
    circuit_breaker: EcsCircuitBreaker | None
    counts_stopping: bool
    unhealthy_after: float | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, minimum_healthy_percent: typing.SupportsInt | typing.SupportsIndex = 100, maximum_percent: typing.SupportsInt | typing.SupportsIndex = 200, counts_stopping: bool = False, unhealthy_after: float | None = 300.0, circuit_breaker: EcsCircuitBreaker | None = ..., alarms: EcsAlarms | None = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def maximum_percent(self) -> int:
        ...
    @maximum_percent.setter
    def maximum_percent(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def minimum_healthy_percent(self) -> int:
        ...
    @minimum_healthy_percent.setter
    def minimum_healthy_percent(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class EcsRolling(Strategy):
    """
    Amazon ECS's rolling update.
    """
    def __getstate__(self) -> tuple[EcsRollingParams]:
        ...
    def __init__(self, params: EcsRollingParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> EcsRollingParams:
        ...
class Hook:
    """
    An analysis that has to be successful in time.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int
    timeout: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, analysis: int = ..., timeout: float = 3600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class EcsShiftParams:
    """
    ECS's own blue/green, linear and canary; the defaults are ECS's.
    """
    __hash__: typing.ClassVar[None] = None
    alarms: int | None
    alarms_rollback: bool
    bake: float
    pause: float | None
    shifting: ecs.Shifting
    step_bake: float | None
    test: Hook | None
    unhealthy_after: float
    validate: Hook | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, shifting: ecs.Shifting = ..., percent: typing.SupportsFloat | typing.SupportsIndex | None = None, step_bake: float | None = None, bake: float = 0.0, test: Hook | None = ..., pause: float | None = None, validate: Hook | None = ..., alarms: int | None = ..., alarms_rollback: bool = False, unhealthy_after: float = 300.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def percent(self) -> float | None:
        ...
    @percent.setter
    def percent(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class EcsShift(Strategy):
    """
    Amazon ECS's blue/green, linear and canary.
    """
    def __getstate__(self) -> tuple[EcsShiftParams]:
        ...
    def __init__(self, params: EcsShiftParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> EcsShiftParams:
        ...
    @property
    def shifts(self) -> list[traffic.Shift]:
        """
        When how much of the traffic moves.
        """
class InstanceRefreshParams:
    """
    EC2 Auto Scaling's instance refresh; the defaults are its API's.
    """
    __hash__: typing.ClassVar[None] = None
    alarms: int | None
    auto_rollback: bool
    bake: float
    checkpoint_delay: float
    warmup: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, min_healthy_percentage: typing.SupportsInt | typing.SupportsIndex = 90, max_healthy_percentage: typing.SupportsInt | typing.SupportsIndex = 100, warmup: float = 0.0, checkpoints: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = ..., checkpoint_delay: float = 3600.0, alarms: int | None = ..., auto_rollback: bool = False, bake: float = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def checkpoints(self) -> list[int]:
        ...
    @checkpoints.setter
    def checkpoints(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    @property
    def max_healthy_percentage(self) -> int:
        ...
    @max_healthy_percentage.setter
    def max_healthy_percentage(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def min_healthy_percentage(self) -> int:
        ...
    @min_healthy_percentage.setter
    def min_healthy_percentage(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class InstanceRefresh(Strategy):
    """
    EC2 Auto Scaling's instance refresh.
    """
    def __getstate__(self) -> tuple[InstanceRefreshParams]:
        ...
    def __init__(self, params: InstanceRefreshParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> InstanceRefreshParams:
        ...
class StackOptions:
    """
    Of an update of a CloudFormation stack.
    """
    __hash__: typing.ClassVar[None] = None
    monitoring: float
    rollback: bool
    triggers: int | None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, triggers: int | None = ..., monitoring: float = 0.0, rollback: bool = True) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class AsgRollingParams:
    """
    CloudFormation's AutoScalingRollingUpdate, with its defaults.
    """
    __hash__: typing.ClassVar[None] = None
    pause: float
    stack: StackOptions
    suspends_scaling: bool
    waits_for_signals: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, max_size: typing.SupportsInt | typing.SupportsIndex | None = None, max_batch_size: typing.SupportsInt | typing.SupportsIndex = 1, min_instances_in_service: typing.SupportsInt | typing.SupportsIndex = 0, pause: float = 0.0, waits_for_signals: bool = False, min_successful_percent: typing.SupportsInt | typing.SupportsIndex = 100, min_active_percent: typing.SupportsInt | typing.SupportsIndex | None = None, suspends_scaling: bool = False, stack: StackOptions = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def max_batch_size(self) -> int:
        ...
    @max_batch_size.setter
    def max_batch_size(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def max_size(self) -> int | None:
        ...
    @max_size.setter
    def max_size(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def min_active_percent(self) -> int | None:
        ...
    @min_active_percent.setter
    def min_active_percent(self, arg1: typing.SupportsInt | typing.SupportsIndex | None) -> None:
        ...
    @property
    def min_instances_in_service(self) -> int:
        ...
    @min_instances_in_service.setter
    def min_instances_in_service(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def min_successful_percent(self) -> int:
        ...
    @min_successful_percent.setter
    def min_successful_percent(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class AsgRolling(Strategy):
    """
    CloudFormation's AutoScalingRollingUpdate.
    """
    def __getstate__(self) -> tuple[AsgRollingParams]:
        ...
    def __init__(self, params: AsgRollingParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> AsgRollingParams:
        ...
class CreationSignals:
    """
    A creation policy's signals.
    """
    __hash__: typing.ClassVar[None] = None
    timeout: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, count: typing.SupportsInt | typing.SupportsIndex = 1, min_successful_percent: typing.SupportsInt | typing.SupportsIndex = 100, timeout: float = 300.0) -> None:
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
    def min_successful_percent(self) -> int:
        ...
    @min_successful_percent.setter
    def min_successful_percent(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class AsgReplacingParams:
    """
    CloudFormation's AutoScalingReplacingUpdate.
    """
    __hash__: typing.ClassVar[None] = None
    signals: CreationSignals | None
    stack: StackOptions
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, signals: CreationSignals | None = ..., stack: StackOptions = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class AsgReplacing(Strategy):
    """
    CloudFormation's AutoScalingReplacingUpdate.
    """
    def __getstate__(self) -> tuple[AsgReplacingParams]:
        ...
    def __init__(self, params: AsgReplacingParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> AsgReplacingParams:
        ...
class EksNodesParams:
    """
    An update of an EKS managed node group; the defaults are EKS's.
    """
    __hash__: typing.ClassVar[None] = None
    disruption_budget: DisruptionBudget | None
    force: bool
    strategy: eks.UpdateStrategy
    unhealthy_after: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, max_unavailable: typing.SupportsInt | typing.SupportsIndex = 1, zones: typing.SupportsInt | typing.SupportsIndex = 3, strategy: eks.UpdateStrategy = ..., force: bool = False, disruption_budget: DisruptionBudget | None = ..., unhealthy_after: float = 900.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def max_unavailable(self) -> int:
        ...
    @max_unavailable.setter
    def max_unavailable(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def zones(self) -> int:
        ...
    @zones.setter
    def zones(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class EksNodes(Strategy):
    """
    An update of an EKS managed node group.
    """
    def __getstate__(self) -> tuple[EksNodesParams]:
        ...
    def __init__(self, params: EksNodesParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> EksNodesParams:
        ...
class AppRunnerParams:
    """
    A deployment of App Runner.
    """
    __hash__: typing.ClassVar[None] = None
    unhealthy_after: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, replicas: typing.SupportsInt | typing.SupportsIndex = 1, unhealthy_after: float = 600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class AppRunner(Strategy):
    """
    A deployment of AWS App Runner.
    """
    def __getstate__(self) -> tuple[AppRunnerParams]:
        ...
    def __init__(self, params: AppRunnerParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> AppRunnerParams:
        ...
class FlaggerParams:
    """
    A Canary's fields; the defaults are Flagger's, and Kubernetes' for its Deployments.
    """
    __hash__: typing.ClassVar[None] = None
    analysis: int | None
    confirm_promotion: bool
    confirm_rollout: bool
    deployment_deadline: float | None
    interval: float
    max_surge: Amount
    max_unavailable: Amount
    plan: flagger.Plan
    progress_deadline: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replicas: typing.SupportsInt | typing.SupportsIndex = 1, plan: flagger.Plan = ..., interval: float = 60.0, progress_deadline: float = 600.0, primary_ready_threshold: typing.SupportsInt | typing.SupportsIndex = 100, canary_ready_threshold: typing.SupportsInt | typing.SupportsIndex = 100, matched: typing.SupportsFloat | typing.SupportsIndex = 1.0, mirrored: typing.SupportsFloat | typing.SupportsIndex = 1.0, analysis: int | None = ..., confirm_rollout: bool = False, confirm_promotion: bool = False, max_surge: Amount = ..., max_unavailable: Amount = ..., deployment_deadline: float | None = 600.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def canary_ready_threshold(self) -> int:
        ...
    @canary_ready_threshold.setter
    def canary_ready_threshold(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def matched(self) -> float:
        ...
    @matched.setter
    def matched(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def mirrored(self) -> float:
        ...
    @mirrored.setter
    def mirrored(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def primary_ready_threshold(self) -> int:
        ...
    @primary_ready_threshold.setter
    def primary_ready_threshold(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def replicas(self) -> int:
        ...
    @replicas.setter
    def replicas(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Flagger(Strategy):
    """
    Flagger's canary, blue/green and A/B test.
    """
    def __getstate__(self) -> tuple[FlaggerParams]:
        ...
    def __init__(self, params: FlaggerParams) -> None:
        ...
    def __setstate__(self, arg0: tuple) -> None:
        ...
    @property
    def params(self) -> FlaggerParams:
        ...
class Verdict(enum.Enum):
    """
    How a rollout ended.
    """
    aborted: typing.ClassVar[Verdict]
    promoted: typing.ClassVar[Verdict]
    rolled_back: typing.ClassVar[Verdict]
    stuck: typing.ClassVar[Verdict]
    timed_out: typing.ClassVar[Verdict]
    @classmethod
    def __new__(cls, value):
        ...
class Cause(enum.Enum):
    """
    Why a request failed.
    """
    background: typing.ClassVar[Cause]
    capacity: typing.ClassVar[Cause]
    defect: typing.ClassVar[Cause]
    hand_over: typing.ClassVar[Cause]
    @classmethod
    def __new__(cls, value):
        ...
class Outcome:
    """
    What one replication leaves behind. Seconds from the start of the rollout.
    """
    __hash__: typing.ClassVar[None] = None
    defect: DefectKind
    verdict: Verdict
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replication: typing.SupportsInt | typing.SupportsIndex = 0, truth: typing.SupportsInt | typing.SupportsIndex = 0, defect: DefectKind = ..., severity: typing.SupportsFloat | typing.SupportsIndex = 0.0, verdict: Verdict = ..., duration: typing.SupportsFloat | typing.SupportsIndex = 0.0, active: typing.SupportsFloat | typing.SupportsIndex = 0.0, paused: typing.SupportsFloat | typing.SupportsIndex = 0.0, baking: typing.SupportsFloat | typing.SupportsIndex = 0.0, detection: typing.SupportsFloat | typing.SupportsIndex = 0.0, recovery: typing.SupportsFloat | typing.SupportsIndex = 0.0, requests: typing.SupportsInt | typing.SupportsIndex = 0, failed: typing.SupportsInt | typing.SupportsIndex = 0, slow: typing.SupportsInt | typing.SupportsIndex = 0, failed_by_cause: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(4)"] = ..., baseline_failed: typing.SupportsInt | typing.SupportsIndex = 0, baseline_slow: typing.SupportsInt | typing.SupportsIndex = 0, exposure: typing.SupportsInt | typing.SupportsIndex = 0, blast_radius: typing.SupportsFloat | typing.SupportsIndex = 0.0, locations_exposed: typing.SupportsFloat | typing.SupportsIndex = 0.0, budget_spent: typing.SupportsFloat | typing.SupportsIndex = 0.0, min_headroom: typing.SupportsFloat | typing.SupportsIndex = 0.0, extra_instance_seconds: typing.SupportsFloat | typing.SupportsIndex = 0.0, alarms_true: typing.SupportsInt | typing.SupportsIndex = 0, alarms_false: typing.SupportsInt | typing.SupportsIndex = 0, restarts: typing.SupportsInt | typing.SupportsIndex = 0, decisions: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def active(self) -> float:
        ...
    @active.setter
    def active(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def alarms_false(self) -> int:
        ...
    @alarms_false.setter
    def alarms_false(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def alarms_true(self) -> int:
        ...
    @alarms_true.setter
    def alarms_true(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def attributable(self) -> int:
        ...
    @property
    def baking(self) -> float:
        ...
    @baking.setter
    def baking(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def baseline_failed(self) -> int:
        ...
    @baseline_failed.setter
    def baseline_failed(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def baseline_slow(self) -> int:
        ...
    @baseline_slow.setter
    def baseline_slow(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def blast_radius(self) -> float:
        ...
    @blast_radius.setter
    def blast_radius(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def budget_spent(self) -> float:
        ...
    @budget_spent.setter
    def budget_spent(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def decisions(self) -> int:
        ...
    @decisions.setter
    def decisions(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def detection(self) -> float:
        ...
    @detection.setter
    def detection(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def duration(self) -> float:
        ...
    @duration.setter
    def duration(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def exposure(self) -> int:
        ...
    @exposure.setter
    def exposure(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def extra_instance_seconds(self) -> float:
        ...
    @extra_instance_seconds.setter
    def extra_instance_seconds(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def failed(self) -> int:
        ...
    @failed.setter
    def failed(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def failed_by_cause(self) -> typing.Annotated[list[int], "FixedSize(4)"]:
        ...
    @failed_by_cause.setter
    def failed_by_cause(self, arg1: typing.Annotated[collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], "FixedSize(4)"]) -> None:
        ...
    @property
    def locations_exposed(self) -> float:
        ...
    @locations_exposed.setter
    def locations_exposed(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def min_headroom(self) -> float:
        ...
    @min_headroom.setter
    def min_headroom(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def paused(self) -> float:
        ...
    @paused.setter
    def paused(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def recovery(self) -> float:
        ...
    @recovery.setter
    def recovery(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def replication(self) -> int:
        ...
    @replication.setter
    def replication(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def requests(self) -> int:
        ...
    @requests.setter
    def requests(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def restarts(self) -> int:
        ...
    @restarts.setter
    def restarts(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def severity(self) -> float:
        ...
    @severity.setter
    def severity(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def slow(self) -> int:
        ...
    @slow.setter
    def slow(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def truth(self) -> int:
        ...
    @truth.setter
    def truth(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class EntryKind(enum.Enum):
    """
    What a line of a timeline tells of.
    """
    decision: typing.ClassVar[EntryKind]
    instance: typing.ClassVar[EntryKind]
    measurement: typing.ClassVar[EntryKind]
    truth: typing.ClassVar[EntryKind]
    verdict: typing.ClassVar[EntryKind]
    @classmethod
    def __new__(cls, value):
        ...
class TimelineEntry:
    """
    One line of a replication's log.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    kind: EntryKind
    text: str
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, at: float = ..., kind: EntryKind = ..., text: str = '') -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
class TimelineSample:
    """
    How things stood at one scrape; lists by version.
    """
    __hash__: typing.ClassVar[None] = None
    at: float
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, at: float = ..., weight: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ..., ready: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = ..., instances: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] = ..., observed_error_rate: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ..., true_error_rate: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ..., service_error_rate: typing.SupportsFloat | typing.SupportsIndex = 0.0, request_rate: typing.SupportsFloat | typing.SupportsIndex = 0.0, retry_rate: typing.SupportsFloat | typing.SupportsIndex = 0.0, goodput: typing.SupportsFloat | typing.SupportsIndex = 0.0, reach: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def goodput(self) -> float:
        ...
    @goodput.setter
    def goodput(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def instances(self) -> list[int]:
        ...
    @instances.setter
    def instances(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    @property
    def observed_error_rate(self) -> list[float]:
        ...
    @observed_error_rate.setter
    def observed_error_rate(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def reach(self) -> list[float]:
        ...
    @reach.setter
    def reach(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def ready(self) -> list[int]:
        ...
    @ready.setter
    def ready(self, arg1: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    @property
    def request_rate(self) -> float:
        ...
    @request_rate.setter
    def request_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def retry_rate(self) -> float:
        ...
    @retry_rate.setter
    def retry_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def service_error_rate(self) -> float:
        ...
    @service_error_rate.setter
    def service_error_rate(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def true_error_rate(self) -> list[float]:
        ...
    @true_error_rate.setter
    def true_error_rate(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def weight(self) -> list[float]:
        ...
    @weight.setter
    def weight(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
class Timeline:
    """
    One replication told as a story.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, entries: collections.abc.Sequence[TimelineEntry] = ..., samples: collections.abc.Sequence[TimelineSample] = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def entries(self) -> list[TimelineEntry]:
        ...
    @entries.setter
    def entries(self, arg1: collections.abc.Sequence[TimelineEntry]) -> None:
        ...
    @property
    def samples(self) -> list[TimelineSample]:
        ...
    @samples.setter
    def samples(self, arg1: collections.abc.Sequence[TimelineSample]) -> None:
        ...
class Profile:
    """
    What has been measured of a service, for all studies of it whose requests are drawn.
    """
    def __init__(self, scenario: Scenario) -> None:
        ...
    def dump(self) -> numpy.typing.NDArray[numpy.float64]:
        """
        One row for each measurement.
        """
    def restore(self, rows: typing.Annotated[numpy.typing.ArrayLike, numpy.float64]) -> None:
        """
        What a profile of the same service and model has known.
        """
class ForecastOptions:
    """
    How many replications, with which seed, on how many threads, until when.
    """
    __hash__: typing.ClassVar[None] = None
    stop_estimate: str
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replications: typing.SupportsInt | typing.SupportsIndex = 200, seed: typing.SupportsInt | typing.SupportsIndex = 1, threads: typing.SupportsInt | typing.SupportsIndex = 0, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, stop_estimate: str = '', stop_half_width: typing.SupportsFloat | typing.SupportsIndex = 0.0, batch: typing.SupportsInt | typing.SupportsIndex = 50) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def batch(self) -> int:
        ...
    @batch.setter
    def batch(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def confidence(self) -> float:
        ...
    @confidence.setter
    def confidence(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def profile(self) -> Profile:
        """
        Of the scenario's service; None: a new one. Not pickled.
        """
    @profile.setter
    def profile(self, arg0: Profile) -> None:
        ...
    @property
    def replications(self) -> int:
        ...
    @replications.setter
    def replications(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def seed(self) -> int:
        ...
    @seed.setter
    def seed(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def stop_half_width(self) -> float:
        ...
    @stop_half_width.setter
    def stop_half_width(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def threads(self) -> int:
        ...
    @threads.setter
    def threads(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class Unit(enum.Enum):
    """
    Of an estimate.
    """
    count: typing.ClassVar[Unit]
    fraction: typing.ClassVar[Unit]
    probability: typing.ClassVar[Unit]
    requests: typing.ClassVar[Unit]
    seconds: typing.ClassVar[Unit]
    @classmethod
    def __new__(cls, value):
        ...
class Estimate:
    """
    One number with its confidence interval.
    """
    __hash__: typing.ClassVar[None] = None
    interval: Interval
    meaning: str
    name: str
    unit: Unit
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, name: str = '', meaning: str = '', unit: Unit = ..., interval: Interval = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def high(self) -> float:
        ...
    @property
    def low(self) -> float:
        ...
    @property
    def value(self) -> float:
        ...
class Ending(enum.Enum):
    """
    Why a study ended.
    """
    all: typing.ClassVar[Ending]
    interrupted: typing.ClassVar[Ending]
    precise: typing.ClassVar[Ending]
    @classmethod
    def __new__(cls, value):
        ...
class Forecast:
    """
    The finished prefix of a study and what it says.
    """
    def __getitem__(self, arg0: typing.SupportsInt | typing.SupportsIndex) -> Outcome:
        ...
    def __len__(self) -> int:
        ...
    def estimate_truth(self, release: Release, truth: typing.SupportsInt | typing.SupportsIndex, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> list[Estimate]:
        """
        The estimates of one kind of truth alone.
        """
    @property
    def ending(self) -> Ending:
        ...
    @property
    def estimates(self) -> list[Estimate]:
        ...
    @property
    def outcomes(self) -> dict[str, numpy.ndarray]:
        """
        Name to numpy array; see outcome_columns().
        """
class GuardTrial:
    """
    A release with this defect. share: of the traffic, to the new version while both versions have some, whatever the plan says.
    """
    __hash__: typing.ClassVar[None] = None
    defect: Defect
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, defect: Defect = ..., share: typing.SupportsFloat | typing.SupportsIndex | None = None) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def share(self) -> float | None:
        ...
    @share.setter
    def share(self, arg1: typing.SupportsFloat | typing.SupportsIndex | None) -> None:
        ...
class GuardTrialOptions:
    """
    How many replications of each trial, with which seed, on how many threads.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, replications: typing.SupportsInt | typing.SupportsIndex = 100, seed: typing.SupportsInt | typing.SupportsIndex = 1, threads: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def profile(self) -> Profile:
        """
        Of the scenario's service; None: a new one. Not pickled.
        """
    @profile.setter
    def profile(self, arg0: Profile) -> None:
        ...
    @property
    def replications(self) -> int:
        ...
    @replications.setter
    def replications(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def seed(self) -> int:
        ...
    @seed.setter
    def seed(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def threads(self) -> int:
        ...
    @threads.setter
    def threads(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class PlannedTraffic:
    """
    What a plan makes of the traffic when nothing fails. new_requests: expected at the new version since the scrape before, parallel to scrapes. exposure: of these, until the end.
    """
    __hash__: typing.ClassVar[None] = None
    end: float
    first_exposed: float
    timeline: Timeline
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, timeline: Timeline = ..., scrapes: collections.abc.Sequence[float] = ..., new_requests: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ..., exposure: typing.SupportsFloat | typing.SupportsIndex = 0.0, first_exposed: float = ..., end: float = ...) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def exposure(self) -> float:
        ...
    @exposure.setter
    def exposure(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def new_requests(self) -> list[float]:
        ...
    @new_requests.setter
    def new_requests(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def scrapes(self) -> list[float]:
        ...
    @scrapes.setter
    def scrapes(self, arg1: collections.abc.Sequence[float]) -> None:
        ...
class Measure:
    """
    What a rare event may ask of a run.
    """
    @property
    def meaning(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
class EventSign(enum.Enum):
    """
    How an EventTerm compares.
    """
    above: typing.ClassVar[EventSign]
    at_least: typing.ClassVar[EventSign]
    at_most: typing.ClassVar[EventSign]
    below: typing.ClassVar[EventSign]
    equal: typing.ClassVar[EventSign]
    not_equal: typing.ClassVar[EventSign]
    @classmethod
    def __new__(cls, value):
        ...
class EventTerm:
    """
    measure: number in rare_measures(). Verdicts, defects and truths are numbers, too.
    """
    __hash__: typing.ClassVar[None] = None
    sign: EventSign
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, measure: typing.SupportsInt | typing.SupportsIndex = 0, sign: EventSign = ..., limit: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def limit(self) -> float:
        ...
    @limit.setter
    def limit(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def measure(self) -> int:
        ...
    @measure.setter
    def measure(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class RareOptions:
    """
    effort: how much may be simulated, in whole runs. paths: that are split together. least: probability below which nothing is followed any further.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, effort: typing.SupportsFloat | typing.SupportsIndex = 10000.0, paths: typing.SupportsInt | typing.SupportsIndex = 20, seed: typing.SupportsInt | typing.SupportsIndex = 1, threads: typing.SupportsInt | typing.SupportsIndex = 0, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95, least: typing.SupportsFloat | typing.SupportsIndex = 1e-09) -> None:
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
    def effort(self) -> float:
        ...
    @effort.setter
    def effort(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def least(self) -> float:
        ...
    @least.setter
    def least(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def paths(self) -> int:
        ...
    @paths.setter
    def paths(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def seed(self) -> int:
        ...
    @seed.setter
    def seed(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def threads(self) -> int:
        ...
    @threads.setter
    def threads(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class SeverityBand:
    """
    The severities between two quantiles: probabilities of the lower tail, or of the upper one.
    """
    __hash__: typing.ClassVar[None] = None
    upper: bool
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, begin: typing.SupportsFloat | typing.SupportsIndex = 0.0, end: typing.SupportsFloat | typing.SupportsIndex = 1.0, upper: bool = False) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def begin(self) -> float:
        ...
    @begin.setter
    def begin(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def end(self) -> float:
        ...
    @end.setter
    def end(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class Rung:
    """
    Of the paths that set out for a level, how many reached it.
    """
    __hash__: typing.ClassVar[None] = None
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, level: typing.SupportsFloat | typing.SupportsIndex = 1.0, tries: typing.SupportsInt | typing.SupportsIndex = 0, reached: typing.SupportsInt | typing.SupportsIndex = 0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def level(self) -> float:
        ...
    @level.setter
    def level(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def reached(self) -> int:
        ...
    @reached.setter
    def reached(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def tries(self) -> int:
        ...
    @tries.setter
    def tries(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
class RareStratum:
    """
    One kind of truth, one band of severities. probability: of the event, given these; error: its standard error. unseen: what it could add to the total, where the event was never seen. work: in whole runs.
    """
    __hash__: typing.ClassVar[None] = None
    band: SeverityBand
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __init__(self, *, truth: typing.SupportsInt | typing.SupportsIndex = 0, band: SeverityBand = ..., weight: typing.SupportsFloat | typing.SupportsIndex = 0.0, levels: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex] = ..., rungs: collections.abc.Sequence[Rung] = ..., repetitions: typing.SupportsInt | typing.SupportsIndex = 0, probability: typing.SupportsFloat | typing.SupportsIndex = 0.0, error: typing.SupportsFloat | typing.SupportsIndex = 0.0, unseen: typing.SupportsFloat | typing.SupportsIndex = 0.0, work: typing.SupportsFloat | typing.SupportsIndex = 0.0) -> None:
        ...
    def __reduce__(self) -> tuple:
        ...
    def __repr__(self) -> str:
        ...
    @property
    def error(self) -> float:
        ...
    @error.setter
    def error(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def levels(self) -> list[float]:
        ...
    @levels.setter
    def levels(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def probability(self) -> float:
        ...
    @probability.setter
    def probability(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def repetitions(self) -> int:
        ...
    @repetitions.setter
    def repetitions(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def rungs(self) -> list[Rung]:
        ...
    @rungs.setter
    def rungs(self, arg1: collections.abc.Sequence[Rung]) -> None:
        ...
    @property
    def truth(self) -> int:
        ...
    @truth.setter
    def truth(self, arg1: typing.SupportsInt | typing.SupportsIndex) -> None:
        ...
    @property
    def unseen(self) -> float:
        ...
    @unseen.setter
    def unseen(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def weight(self) -> float:
        ...
    @weight.setter
    def weight(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
    @property
    def work(self) -> float:
        ...
    @work.setter
    def work(self, arg1: typing.SupportsFloat | typing.SupportsIndex) -> None:
        ...
class RareResult:
    """
    What is known of a rare event; see study/rare.h.
    """
    @property
    def effective(self) -> float:
        ...
    @property
    def ending(self) -> Ending:
        ...
    @property
    def gain_splitting(self) -> float:
        ...
    @property
    def gain_strata(self) -> float:
        ...
    @property
    def left_out(self) -> float:
        ...
    @property
    def lineages(self) -> int:
        ...
    @property
    def paths(self) -> dict[str, numpy.ndarray]:
        """
        Name to numpy array: see outcome_columns(); and worst_minute, weight, stratum, lineage.
        """
    @property
    def plain(self) -> float:
        ...
    @property
    def probability(self) -> Interval:
        ...
    @property
    def strata(self) -> list[RareStratum]:
        ...
    @property
    def unseen(self) -> float:
        ...
    @property
    def work(self) -> float:
        ...
def allocate_truths(release: Release, replications: typing.SupportsInt | typing.SupportsIndex) -> list[int]:
    """
    Which truth replication 0, 1, 2 ... has.
    """
def at_work(hours: WorkingHours, now: float) -> bool:
    ...
def autoscales(scenario: Scenario) -> bool:
    """
    Whether anybody changes the number of instances.
    """
def build_config() -> dict[str, typing.Any]:
    """
    What this extension was built from and with: for bug reports.
    """
def complaint(check: SequentialCheck) -> str | None:
    """
    Why it could never decide; None when it could.
    """
def desired_healthy(budget: DisruptionBudget, expected: typing.SupportsInt | typing.SupportsIndex) -> int:
    """
    Instances that have to be ready, of those expected.
    """
def draws_requests(scenario: Scenario, truth: TruthKind) -> bool:
    """
    Whether they are.
    """
@typing.overload
def estimate(release: Release, outcomes: collections.abc.Sequence[Outcome], confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> list[Estimate]:
    """
    All estimates that the outcomes allow.
    """
@typing.overload
def estimate(release: Release, columns: dict[str, numpy.ndarray], confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> list[Estimate]:
    """
    The same of columns, as outcome_columns() gives them.
    """
def estimate_one(release: Release, columns: dict[str, numpy.ndarray], name: str, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> Interval:
    """
    The interval of one estimate alone.
    """
def estimate_truth(release: Release, outcomes: collections.abc.Sequence[Outcome], truth: typing.SupportsInt | typing.SupportsIndex, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> list[Estimate]:
    """
    The estimates of one kind of truth alone.
    """
def evaluate_condition(condition: collections.abc.Sequence[ConditionStep], result: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> bool | None:
    """
    True or False; None for an evaluation error.
    """
def forecast(scenario: Scenario, strategy: Strategy, options: ForecastOptions = ..., progress: collections.abc.Callable[[int], typing.Any] | None = None) -> Forecast:
    """
    Runs replications 0, 1, 2 ... `progress` is called a few times a second with the number of finished ones and stops the study by returning False.
    """
def in_location(scenario: Scenario, location: int) -> Scenario:
    """
    What the service is in one of its locations.
    """
def instances_needed(scenario: Scenario) -> float:
    """
    Instances that the highest load expected in the window keeps busy.
    """
@typing.overload
def lookback(query: collections.abc.Sequence[QueryStep]) -> float:
    """
    How many seconds the query looks back.
    """
@typing.overload
def lookback(source: QueryCheck | CloudWatchAlarm | CompositeAlarm | BurnRateAlert | kayenta.Judge | SequentialCheck | OwnCheck, interval: float = 0.0) -> float:
    """
    How many seconds it looks back from the time of a measurement.
    """
def make_registered(name: str, replicas: typing.SupportsInt | typing.SupportsIndex, analyses: collections.abc.Mapping[str, int] = {}, args: collections.abc.Mapping[str, typing.SupportsFloat | typing.SupportsIndex] = {}) -> Strategy:
    """
    One of them. Raises ValueError for an unknown name and for arguments that it does not have.
    """
def mean(distribution: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical) -> float:
    ...
def mean_interval(values: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> Interval:
    """
    Student's interval of a mean; infinitely wide for fewer than two values.
    """
def mean_rate(traffic: Traffic, start: float, end: float) -> float:
    """
    Open arrivals per second that are expected between two times; bursts are averaged in.
    """
def most_wanted(strategy: Strategy, replicas: typing.SupportsInt | typing.SupportsIndex, baseline: bool = False, under_way: UnderWay = ...) -> int:
    """
    The most instances that a strategy wants at a time on the way of a good release.
    """
def normal_quantile(p: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Below it lies a share p of the standard normal.
    """
def outcome_columns(outcomes: collections.abc.Sequence[Outcome]) -> dict[str, numpy.ndarray]:
    """
    One numpy array a column. The verdict, the defect's kind and the truth are numbers: the value of a Verdict and a DefectKind, an index into Release.truths.
    """
def parse_amount(text: str, bare_is_percent: bool = False) -> Amount | None:
    """
    Reads "25%", and "25" too if `bare_is_percent`; None for anything else.
    """
def peak_rate(traffic: Traffic, start: float, end: float) -> float:
    """
    The largest expected rate between two times; bursts are averaged in.
    """
def planned_traffic(scenario: Scenario, strategy: Strategy, share: typing.SupportsFloat | typing.SupportsIndex | None = None, seed: typing.SupportsInt | typing.SupportsIndex = 1, replication: typing.SupportsInt | typing.SupportsIndex = 0) -> PlannedTraffic:
    """
    How the plan goes when nothing fails.
    """
def quantile(distribution: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical, p: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    The value below which a share `p` in (0, 1) of all draws lies.
    """
def rare(scenario: Scenario, strategy: Strategy, event: collections.abc.Sequence[EventTerm], options: RareOptions = ..., progress: collections.abc.Callable[[int], typing.Any] | None = None) -> RareResult:
    """
    The probability that all terms of the event hold. `progress` is called with the work done, in whole runs.
    """
def rare_measures() -> list[Measure]:
    """
    In the order in which EventTerm counts them.
    """
def registered() -> list[str]:
    """
    The names of the strategies in C++ that were linked in.
    """
def rehearse(strategy: Strategy, replicas: typing.SupportsInt | typing.SupportsIndex, quota: typing.SupportsInt | typing.SupportsIndex, baseline: bool = False, resized: bool = False, locations: collections.abc.Sequence[str] = [], under_way: UnderWay = ..., keeps_old: bool = False) -> list[Breach]:
    """
    Plays a strategy through on a toy fleet: each way in which it broke the contract.
    """
def replay(scenario: Scenario, strategy: Strategy, options: ForecastOptions, replication: typing.SupportsInt | typing.SupportsIndex) -> tuple[Timeline, Outcome]:
    """
    One replication of that study again, alone, with its story.
    """
def resolve(amount: Amount, total: typing.SupportsInt | typing.SupportsIndex, rounding: Rounding) -> int:
    """
    The amount as a count of `total`.
    """
def run_piece(scenario: Scenario, strategy: Strategy, options: ForecastOptions, first: typing.SupportsInt | typing.SupportsIndex, progress: collections.abc.Callable[[int], typing.Any] | None = None) -> dict:
    """
    Replications first, first + 1 ... of that study, as many as options.replications, as columns. Stops for no precision; shorter if `progress` returned False.
    """
def selects(source: QueryCheck | CloudWatchAlarm | CompositeAlarm | BurnRateAlert | kayenta.Judge | SequentialCheck | OwnCheck, scope: Scope) -> bool:
    """
    Whether it looks at those requests.
    """
def squared_cv(distribution: Constant | Exponential | LogNormal | Uniform | LogUniform | HyperExponential | Erlang | Weibull | Empirical) -> float:
    """
    The squared coefficient of variation: variance / mean^2. Zero where nothing varies.
    """
def stratified_quantile(weights: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex], values: collections.abc.Sequence[collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]], p: typing.SupportsFloat | typing.SupportsIndex, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> Interval:
    """
    Order-statistic interval of a mixture's quantile; an end that the sample cannot bound is the smallest or largest value seen.
    """
def student_quantile(p: typing.SupportsFloat | typing.SupportsIndex, degrees: typing.SupportsFloat | typing.SupportsIndex) -> float:
    """
    Below it lies a share p of Student's distribution.
    """
def try_guards(scenario: Scenario, strategy: Strategy, trials: collections.abc.Sequence[GuardTrial], options: GuardTrialOptions = ..., progress: collections.abc.Callable[[int], typing.Any] | None = None) -> dict:
    """
    The rows of all trials, one after the other, as outcome_columns() gives them. Requests are not simulated: telemetry is drawn. `progress` is called with the number of finished rows.
    """
def validate(scenario: Scenario) -> list[Complaint]:
    """
    Every complaint at once; empty if it can be run.
    """
def watched(strategy: Strategy, quota: typing.SupportsInt | typing.SupportsIndex) -> Strategy:
    """
    The same strategy, which raises StrategyError as soon as a decision breaks the contract.
    """
def way_back(seen: Observation, replicas: typing.SupportsInt | typing.SupportsIndex, why: str) -> Directive:
    """
    What to want on the way back to so many old replicas: they come, traffic follows, the new version goes.
    """
def why_not_flow(scenario: Scenario, truth: TruthKind) -> str | None:
    """
    Why requests cannot be drawn where the release is of that kind; None where they can.
    """
def wilson(successes: typing.SupportsInt | typing.SupportsIndex, trials: typing.SupportsInt | typing.SupportsIndex, confidence: typing.SupportsFloat | typing.SupportsIndex = 0.95) -> Interval:
    """
    Wilson's interval of a probability; all of [0, 1] without trials.
    """
def worked(hours: WorkingHours, start: float, work: float) -> float:
    """
    When somebody who began then, or at the next opening, has worked for so long.
    """
everywhere: int = 65535
fewest_lineages: float = 10.0
model_version: int = 4
most_known_load: float = 0.95
version: str = '0.1.0'
