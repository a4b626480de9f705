"""The scenario language: what a scenario file may say, in the words of its users.

Each model is a mapping of the file; each field's description ends up in the JSON Schema that editors complete
from. A value that is not given is None here: what is then assumed is decided, and recorded, where the
scenario is lowered.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from rollcast.errors import listed, nearest, shown
from rollcast.scenario_random import (
    Approval,
    RandomCount,
    RandomFactor,
    RandomPerHour,
    RandomSeconds,
    RandomShare,
)
from rollcast.scenario_types import (
    OR_NONE,
    Amount,
    ArgumentText,
    At,
    Attempts,
    Bandwidth,
    ClockOffset,
    ClosingTime,
    DayTime,
    Factor,
    FilePath,
    Load,
    Paths,
    Rate,
    Seconds,
    SecondsOrForever,
    SecondsOrNever,
    Share,
    Size,
    TraceTime,
    Wave,
    WeekTime,
    Whole,
    reads,
)


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True, use_attribute_docstrings=True)


class ColdModel(Model):
    """A process of age t is 1 + slowness * e^(-t / decay) times slower: caches fill, code is compiled."""

    slowness: Factor
    """At first; 1: it takes twice as long."""
    decay: Seconds | None = None
    """After so long, about a third of the slowness is left."""


class ServiceModel(Model):
    """How one instance answers. Give latencies as your dashboards show them; the rest is fitted."""

    p50: Seconds | None = None
    """Median latency of a good version at moderate load."""
    p99: Seconds | None = None
    """99th percentile of the latency of a good version at moderate load."""
    errors: Share | None = None
    """Share of requests that fail even on a good version."""
    utilisation: Share | None = None
    """How busy the instances are at `traffic.rate`: the share of their slots in use. Decides `slots`."""
    shape: Literal["lognormal", "exponential", "deterministic"] | None = None
    """Distribution of the service time that is fitted to p50 and p99."""
    service_time: RandomSeconds | None = None
    """Time that a slot works on one request; instead of p50, p99 and shape."""
    timeout: Seconds | None = None
    """After so long the client gives up; the instance works on."""
    slots: Annotated[Whole, Field(ge=1, le=1024)] | None = None
    """Requests that one instance serves at a time; instead of `utilisation`."""
    cores: Factor | None = None
    """Requests in service share so many cores, each using one at most; instead of `utilisation`."""
    queue: Annotated[Whole, Field(ge=0, le=65536)] | None = None
    """Requests that may wait at one instance; one more is refused."""
    order: Literal["fifo", "lifo"] | None = None
    """Which of the waiting requests is next: the oldest (fifo, the default) or the newest."""
    most_wait: Seconds | None = None
    """A request that waited longer is dropped when its turn comes. Not given: none is."""
    cold: Annotated[ColdModel | None, OR_NONE] = None
    """A young process is slower; or none."""
    slow: Seconds | None = None
    """An answer that took longer counts as slow."""


class DailyModel(Model):
    """A day's rise and fall, as a sine."""

    peak_to_trough: Annotated[Factor, Field(ge=1)] | None = None
    """The highest rate of the day over the lowest."""
    peak_at: DayTime | None = None
    """When it is highest."""


class WeeklyModel(Model):
    """Days of the week differ; exactly one of these."""

    weekend: Factor | None = None
    """The rate on Saturdays and Sundays, times `traffic.rate`; weekdays have 1."""
    days: Annotated[list[Factor], Field(min_length=7, max_length=7)] | None = None
    """The rate on each day, Monday first, times `traffic.rate`."""


class PointModel(Model):
    """The rate at one time; straight lines join the points, two points at one time make a jump."""

    at: Seconds
    """Since the start of the rollout."""
    factor: Factor | None = None
    """Times `traffic.rate`."""
    rate: Rate | None = None
    """Requests per second; instead of `factor`, in all points, and of `traffic.rate`."""


class RampModel(Model):
    """The rate grows or falls from one level to another, and stays there."""

    at: Seconds | None = None
    """Begins so long after the start of the rollout."""
    lasts: Seconds
    """From the first level to the second."""
    to: Factor
    """The second level, times `traffic.rate`. The first is 1."""


class FlashCrowdModel(Model):
    """Everybody comes at once and leaves by and by."""

    at: Seconds
    """Begins so long after the start of the rollout."""
    factor: Factor
    """At its highest, times the usual rate."""
    rise: Seconds | None = None
    """Until it is highest."""
    lasts: Seconds | None = None
    """It stays there for so long."""
    decay: Seconds | None = None
    """Then it takes so long until the rate is as usual again."""


class ShapeModel(Model):
    """How the rate changes with time; several factors multiply."""

    daily: DailyModel | None = None
    """A day's rise and fall. `traffic.rate` is its mean."""
    hourly: Annotated[list[Factor], Field(min_length=24, max_length=24)] | None = None
    """The rate at 0:00, 1:00 and so on, times `traffic.rate`; straight lines between."""
    weekly: WeeklyModel | None = None
    """Days of the week differ."""
    points: Annotated[list[PointModel], Field(min_length=1)] | None = None
    """Piecewise linear."""
    ramp: RampModel | None = None
    """From one level to another."""
    flash_crowd: FlashCrowdModel | None = None
    """Everybody comes at once and leaves by and by."""


def _read_shape(value: Any) -> Any:
    if value == "constant":
        return {}
    if isinstance(value, (str, int, float)):
        words = ["constant", *ShapeModel.model_fields]
        hint = nearest(value, words) if isinstance(value, str) else None
        raise At((), f"expected constant or a mapping with {listed(words[1:])}, got {shown(value)}", hint)
    return value


class BurstsModel(Model):
    """Times of high rate that begin and end at random; `traffic.rate` is the mean, bursts included."""

    factor: Factor | None = None
    """The rate in a burst, relative to the rate outside."""
    quiet: Seconds | None = None
    """Mean time between bursts."""
    burst: Seconds | None = None
    """Mean length of a burst."""


class TraceModel(Model):
    """A file of rates, or of counts per interval: CSV or Parquet."""

    file: FilePath
    """Its path, relative to this file."""
    time: StrictStr | None = None
    """The column of times: seconds, or timestamps. Default: time."""
    rate: StrictStr | None = None
    """The column of requests per second. Default: rate."""
    count: StrictStr | None = None
    """The column of requests from one row's time to the next's; instead of `rate`."""
    join: Literal["steps", "lines"] | None = None
    """A rate holds until the next row (steps), or changes evenly towards it (lines). Default: steps."""
    start: TraceTime | None = None
    """The time in the file at which the rollout starts. Default: the lead-in starts with its first row."""
    scale: Factor | None = None
    """Its rates are multiplied by this."""


class ArrivalsModel(Model):
    """A file with the time of every single request, which are replayed: CSV or Parquet."""

    file: FilePath
    """Its path, relative to this file."""
    time: StrictStr | None = None
    """The column of times: seconds, or timestamps. Default: time."""
    start: TraceTime | None = None
    """The time in the file at which the rollout starts. Default: the lead-in starts with its first row."""


class ClassModel(Model):
    """Requests of one kind: what is not given is as with the service."""

    name: StrictStr
    """Unique; defects may name it."""
    share: Share
    """Of all requests. The shares of all classes add up to 100%."""
    p50: Seconds | None = None
    """Median latency at moderate load."""
    p99: Seconds | None = None
    """99th percentile of the latency at moderate load."""
    service_time: RandomSeconds | None = None
    """Time that a slot works on one request; instead of p50 and p99."""
    errors: Share | None = None
    """Share of requests that fail even on a good version."""


class UsersModel(Model):
    """Users who wait for each answer and think before they ask again: a closed loop, beside `rate`."""

    count: Annotated[Whole, Field(ge=0)]
    """How many."""
    think: RandomSeconds | None = None
    """From an answer to the next request."""


class SessionsModel(Model):
    """Whether users stay where they are."""

    sticky: Literal["none", "version", "instance"] | None = None
    """version: a user's place in the split is fixed; instance: a cookie leads to the same instance."""
    users: Annotated[Whole, Field(ge=1)] | None = None
    """How many people send the requests, each as often as any other."""


class RetriesModel(Model):
    """What clients do about an attempt that failed."""

    attempts: Attempts | None = None
    """At most, the first included: from 1 to 100."""
    base: Seconds | None = None
    """Wait before the second attempt."""
    factor: Annotated[Factor, Field(ge=1)] | None = None
    """Each further wait is so many times longer."""
    most: Seconds | None = None
    """The longest wait."""
    jitter: Literal["none", "equal", "full"] | None = None
    """How much of a wait is random: nothing, half of it, or all."""
    retry_on: Annotated[list[Literal["errors", "timeouts"]], Field(min_length=1)] | None = None
    """What is tried again. Default: both."""
    budget: Annotated[Share | None, OR_NONE] = None
    """Retries over first attempts, of all clients together; or none."""
    reserve: Annotated[Factor, Field(ge=1)] | None = None
    """With a budget: so many retries are free at first, and may be saved up."""


class FailoverModel(Model):
    """The requests of a location that is lost go to the others, as shares are between these: health checks
    take it out of the answers of DNS, and bring it back when it is."""

    after: Seconds | None = None
    """From the loss, or the return, until answers change."""
    ttl: Seconds | None = None
    """For so long clients go by the answer that they have: they move evenly within this time."""


class TrafficModel(Model):
    """Who sends requests, when, and what they do when one fails."""

    rate: Rate | None = None
    """Requests per second of the whole service, on average; they arrive as a Poisson process."""
    shape: Annotated[ShapeModel, reads(_read_shape)] | None = None
    """How the rate changes with time: constant, or several of these, which multiply."""
    start: WeekTime | None = None
    """When the rollout starts, for daily and weekly shapes: a time of the day or week."""
    bursts: BurstsModel | None = None
    """Times of high rate that begin and end at random. Not given: none."""
    trace: TraceModel | None = None
    """The rate as a file tells it; instead of `rate` and `shape`."""
    arrivals: ArrivalsModel | None = None
    """Every single request as a file tells it; instead of `rate`, `shape` and `bursts`."""
    classes: Annotated[list[ClassModel], Field(min_length=1, max_length=64)] | None = None
    """Kinds of requests that differ in latency or errors. Not given: one kind."""
    users: UsersModel | None = None
    """Users who wait for each answer, beside the requests that just come. Not given: none."""
    sessions: SessionsModel | None = None
    """Whether users stay with a version or an instance."""
    retries: Annotated[RetriesModel | None, OR_NONE] = None
    """What clients do about an attempt that failed; or none."""
    failover: FailoverModel | None = None
    """Where requests go when a location is lost. Not given: nowhere else; they fail."""


class ImageModel(Model):
    """What has to be fetched before an instance can start."""

    size: Size | None = None
    """Bytes to pull."""
    bandwidth: Bandwidth | None = None
    """Of the pull."""
    cached: Share | None = None
    """Probability that the place already has the image."""


class ProbeModel(Model):
    """Kubernetes' readiness probe."""

    initial_delay: Seconds | None = None
    """From the start of the process to the first probe."""
    period: Seconds | None = None
    """Between two probes."""
    success_threshold: Annotated[Whole, Field(ge=1)] | None = None
    """Successes in a row that make an instance ready."""
    failure_threshold: Annotated[Whole, Field(ge=1)] | None = None
    """Failures in a row that make it not ready."""


class BackOffModel(Model):
    """Waits between restarts of a process that keeps dying."""

    initial: Seconds | None = None
    """The second restart waits so long (the first is at once); each further wait is doubled."""
    most: Seconds | None = None
    """The longest wait."""
    reset_after: Seconds | None = None
    """Forgotten when a process lived longer than this."""


class ScalingPolicyModel(Model):
    """A limit on how fast an autoscaler goes one way; exactly one of pods and percent."""

    pods: Annotated[Whole, Field(ge=1)] | None = None
    """So many."""
    percent: Annotated[Whole, Field(ge=1)] | None = None
    """So many percent of the pods at the start of the period."""
    period: Annotated[Seconds, Field(ge=1, le=1800)]
    """In so long."""


class ScalingRulesModel(Model):
    """How a HorizontalPodAutoscaler goes one way."""

    stabilization: Seconds | None = None
    """It looks so long back, and takes what changes least."""
    select: Literal["max", "min", "disabled"] | None = None
    """Of several policies, the one that allows the most (the default) or the least; or none of this way."""
    policies: Annotated[list[ScalingPolicyModel], Field(min_length=1)] | None = None
    """How fast at most."""


class TargetTrackingModel(Model):
    """A target tracking policy of an Amazon ECS service, which an Auto Scaling group's is taken for; exactly
    one of cpu and requests."""

    cpu: Load | None = None
    """Mean CPU utilisation of the tasks."""
    requests: Rate | None = None
    """Mean requests of a task."""
    scale_out_cooldown: Seconds | None = None
    """After it added tasks: until these no longer count towards what it adds next."""
    scale_in_cooldown: Seconds | None = None
    """After it took tasks away: until it takes the next."""
    disable_scale_in: StrictBool | None = None
    """It only adds."""


class AutoscalingModel(Model):
    """Who changes the number of instances by how busy they are: Kubernetes' HorizontalPodAutoscaler, or with
    target_tracking Amazon ECS's."""

    min: Annotated[Whole, Field(ge=1)] | None = None
    """Never fewer instances."""
    max: Annotated[Whole, Field(ge=1)]
    """Never more."""
    cpu: Load | None = None
    """Target of the mean CPU utilisation, of what an instance requests."""
    requests: Rate | None = None
    """Target of the mean requests of an instance; beside cpu, the one that asks for more instances wins."""
    request: Load | None = None
    """The CPU that an instance requests, as a share of its slots (or of `service.cores`)."""
    up: ScalingRulesModel | None = None
    """How it adds instances."""
    down: ScalingRulesModel | None = None
    """How it takes them away."""
    tolerance: Share | None = None
    """It does nothing about a metric that is so near to its target."""
    sync: Annotated[Seconds, Field(gt=0)] | None = None
    """Between its looks at the metrics."""
    resolution: Annotated[Seconds, Field(gt=0)] | None = None
    """Between two readings of an instance by the metrics server."""
    target_tracking: Annotated[list[TargetTrackingModel], Field(min_length=1)] | None = None
    """Amazon ECS's policies; instead of everything but min, max and request."""


class DisruptionBudgetModel(Model):
    """What evictions must leave alone, as Kubernetes' PodDisruptionBudget; exactly one of these. What a
    rollout itself takes away is no eviction, but for the nodes that eks_nodes drains."""

    min_available: Amount | None = None
    """So many instances stay ready."""
    max_unavailable: Amount | None = None
    """So many may be missing."""


class FleetModel(Model):
    """The instances of the service and what becomes of each."""

    replicas: Annotated[Whole, Field(ge=1)] | None = None
    """Instances of the old version when the rollout starts, and of the new one when it is done; of several
    locations, in each."""
    under_way: Amount | None = None
    """An earlier rollout had got so far when this one begins: so many instances are of an intermediate
    revision, in place of old ones, or beside them for a canary with a router. It is as good as the old
    version, and what it started is available; going back leads to the old version, not to it. Not given:
    there was none."""
    zones: Annotated[Whole, Field(ge=1)] | None = None
    """Zones over which instances are spread."""
    autoscaling: Annotated[AutoscalingModel | None, OR_NONE] = None
    """Who changes the number of instances by how busy they are; or none. Of several locations, each scales
    by itself."""
    quota: Annotated[Whole, Field(ge=1)] | None = None
    """Instances that may exist at a time, waiting and terminating ones included; of several locations, in
    each. Not given: no limit."""
    capacity: Annotated[Whole, Field(ge=1)] | None = None
    """Instances that fit at a time, terminating ones included. Not given: no limit."""
    disruption_budget: DisruptionBudgetModel | None = None
    """What drains of hosts must leave alone. Not given: nothing."""
    schedule: RandomSeconds | None = None
    """From the creation of an instance to a place for it."""
    image: ImageModel | None = None
    """What has to be fetched before an instance can start."""
    start: RandomSeconds | None = None
    """From the image to a running process."""
    warm_up: RandomSeconds | None = None
    """From a running process to one that answers."""
    readiness: ProbeModel | None = None
    """The readiness probe."""
    min_ready: Seconds | None = None
    """An instance is available when it has been ready for so long."""
    pre_stop: Seconds | None = None
    """After the order to terminate, an instance keeps serving for so long."""
    grace: Seconds | None = None
    """From the order to terminate to the kill; pre_stop is part of it."""
    crash_notice: RandomSeconds | None = None
    """From the death of a process to its being seen as not ready."""
    back_off: BackOffModel | None = None
    """Waits between restarts of a process that keeps dying."""


class OutlierModel(Model):
    """Envoy's outlier detection."""

    consecutive_errors: Annotated[Whole, Field(ge=1)] | None = None
    """So many errors, refused connections and timeouts in a row eject an instance."""
    interval: Seconds | None = None
    """Between the sweeps that let instances back in."""
    base_ejection: Seconds | None = None
    """An ejection lasts so long, times the number of ejections so far."""
    most_ejection: Seconds | None = None
    """The longest ejection."""
    most_ejected: Share | None = None
    """Share of the instances that may be ejected; one always may."""


class LocalityModel(Model):
    """Routers prefer instances of their own zone, as far as these can carry its share of the traffic."""

    overprovisioning: Factor | None = None
    """A zone is trusted with so many times its instances' even share before the rest spills over."""


class BalancingModel(Model):
    """How requests find an instance."""

    policy: (
        Literal[
            "random",
            "round_robin",
            "least_outstanding",
            "power_of_two",
            "weighted_least_request",
            "peak_ewma",
        ]
        | None
    ) = None
    """How a router picks an instance of a version."""
    balancers: Annotated[Whole, Field(ge=1, le=255)] | None = None
    """So many routers that share no state."""
    slow_start: Seconds | None = None
    """weighted_least_request: until a new instance has its full weight. Default: it has at once."""
    ewma_decay: Seconds | None = None
    """peak_ewma: how long latencies are remembered."""
    max_outstanding: Annotated[Whole, Field(ge=1)] | None = None
    """Of one router at one instance; one more is refused by the router. Not given: no limit."""
    outlier_detection: Annotated[OutlierModel | None, OR_NONE] = None
    """Instances that fail are left out for a while, as Envoy does; or none."""
    locality: Annotated[LocalityModel | None, OR_NONE] = None
    """Routers prefer instances of their own zone; or none."""
    propagation: RandomSeconds | None = None
    """Until routers learn that an instance became ready or is on its way out."""
    weight_propagation: RandomSeconds | None = None
    """Until routers learn of new weights."""


class ObservabilityModel(Model):
    """What operators' telemetry sees and how late."""

    scrape_interval: Seconds | None = None
    """Between two scrapes."""
    delay: Seconds | None = None
    """From a scrape to its being visible to queries."""
    scrape_loss: Share | None = None
    """Probability that a whole scrape is lost."""
    latency_buckets: Annotated[list[Seconds], Field(min_length=1, max_length=23)] | None = None
    """Upper limits of the latency histogram's buckets, rising."""


class HostsModel(Model):
    """Hosts fail, alone or in bursts, and the instances on them die."""

    count: Annotated[Whole, Field(ge=1)]
    """How many hosts the instances are spread over."""
    mttf: Seconds | None = None
    """Mean time to failure of one host, failures in pairs counted."""
    shape: Factor | None = None
    """Of the Weibull distribution of the times between failures; below 1 they come in clusters."""
    burst: Share | None = None
    """Share of all failures that come in pairs: a host takes another of its zone along."""
    burst_within: Seconds | None = None
    """The second of a pair fails within so long."""
    repair: Seconds | None = None
    """Until the host takes instances again."""
    notice: Seconds | None = None
    """Until its instances are seen as not ready."""
    evict: Seconds | None = None
    """After the notice: until its instances are replaced elsewhere, if it is not back before."""


class ZoneLossModel(Model):
    """A zone is lost, with all its instances, for a while."""

    at: Seconds
    """So long after the start of the rollout."""
    lasts: Seconds | None = None
    """Until it is back."""
    zone: Annotated[Whole, Field(ge=0)] | None = None
    """Which one, counted from 0."""


class BrownOutModel(Model):
    """Something that the service depends on answers late or badly."""

    at: Seconds
    """So long after the start of the rollout."""
    lasts: Seconds | None = None
    """Until it is well again."""
    slowness: Factor | None = None
    """Service times are multiplied by this."""
    errors: Share | None = None
    """Share of requests that fail because of it."""


class BlackOutModel(Model):
    """Operators' telemetry shows nothing for a while."""

    at: Seconds
    """So long after the start of the rollout."""
    lasts: Seconds | None = None
    """Until scrapes succeed again."""


class DrainModel(Model):
    """Hosts are drained for maintenance, one after the other: instances are evicted as the disruption
    budget lets, and replaced elsewhere."""

    at: Seconds
    """So long after the start of the rollout."""
    hosts: Annotated[Whole, Field(ge=1)] | None = None
    """How many, of `faults.hosts.count`."""
    retry: Annotated[Seconds, Field(gt=0)] | None = None
    """What the budget refused is tried again after so long."""
    away: Annotated[Seconds, Field(gt=0)] | None = None
    """An empty host takes instances again after so long."""
    timeout: Annotated[Seconds, Field(gt=0)] | None = None
    """After so long with one host the drain is given up. Not given: it goes on trying."""
    force: StrictBool | None = None
    """At the timeout what is left goes in spite of the budget, and the drain goes on."""


class GrayModel(Model):
    """An instance that probes find healthy and users do not."""

    share: Share
    """Probability that a process is gray."""
    slowness: Factor | None = None
    """Its service times are multiplied by this."""
    errors: Share | None = None
    """Share of requests that it fails."""


class InstancesModel(Model):
    """Instances are not alike: drawn for each process when it starts."""

    noise: Factor | None = None
    """Noisy neighbours: sigma of a lognormal factor (median 1) on its service times; 0.1 is about 10%."""
    gray: GrayModel | None = None
    """Some are gray. Not given: none is."""


class LocationLossModel(Model):
    """A location is lost, with all its zones, for a while."""

    location: StrictStr
    """Its name."""
    at: Seconds
    """So long after the start of the rollout."""
    lasts: Seconds | None = None
    """Until it is back."""


class LocationFaultsModel(Model):
    """What goes wrong without the release's doing."""

    hosts: HostsModel | None = None
    """Hosts fail."""
    zone_loss: list[ZoneLossModel] = []
    """Zones are lost."""
    brown_out: list[BrownOutModel] = []
    """Something that the service depends on answers late or badly."""
    black_out: list[BlackOutModel] = []
    """Telemetry shows nothing."""
    drain: list[DrainModel] = []
    """Hosts are drained for maintenance."""
    instances: InstancesModel | None = None
    """Instances are not alike."""


class FaultsModel(LocationFaultsModel):
    """What goes wrong without the release's doing; of several locations, in each that has no faults of its
    own."""

    location_loss: list[LocationLossModel] = []
    """Locations are lost."""


class ScalingLimitsModel(Model):
    """Within what an autoscaler keeps the instances of a location."""

    min: Annotated[Whole, Field(ge=1)] | None = None
    """Instead of `fleet.autoscaling.min`."""
    max: Annotated[Whole, Field(ge=1)] | None = None
    """Instead of `fleet.autoscaling.max`."""


def _read_own_faults(value: Any) -> Any:
    return LocationFaultsModel() if value == "none" else value


class LocationModel(Model):
    """A place (region, cell, account) where the service runs: instances and traffic of its own."""

    name: StrictStr
    """Unique; of several, what their names begin with."""
    count: Annotated[Whole, Field(ge=1, le=1000)] | None = None
    """So many that are alike: NAME-1, NAME-2 and so on. Default: one, with that name."""
    share: Share | None = None
    """Of the traffic; of several, together. Default: what the others leave, evenly."""
    replicas: Annotated[Whole, Field(ge=1)] | None = None
    """Instances in each; instead of `fleet.replicas`."""
    zones: Annotated[Whole, Field(ge=1)] | None = None
    """Instead of `fleet.zones`."""
    capacity: Annotated[Whole, Field(ge=1)] | None = None
    """Instead of `fleet.capacity`."""
    quota: Annotated[Whole, Field(ge=1)] | None = None
    """Instead of `fleet.quota`."""
    disruption_budget: DisruptionBudgetModel | None = None
    """Instead of `fleet.disruption_budget`."""
    autoscaling: ScalingLimitsModel | None = None
    """How far it scales, if not as `fleet.autoscaling` says."""
    faults: Annotated[LocationFaultsModel | None, reads(_read_own_faults)] = None
    """What goes wrong there; instead of `faults`, but for its `location_loss`. none: nothing."""
    region: StrictStr | None = None
    """For `strategy.stack_set`. Default: its name."""


def _read_locations(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return [{"name": "location", "count": value}] if value > 1 else []
    if isinstance(value, list):
        return [{"name": each} if isinstance(each, str) else each for each in value]
    raise At((), f"expected a list of locations, or how many there are, got {shown(value)}")


def _read_faults(value: Any) -> Any:
    return FaultsModel() if value == "none" else value


Defect = Literal[
    "error-rate",
    "latency",
    "crash-on-start",
    "crash",
    "crash-on-request",
    "memory-leak",
    "slow-leak",
    "descriptor-leak",
    "capacity",
    "wrong-answers",
]


class DefectModel(Model):
    """One thing that may be wrong with the release."""

    defect: Defect
    """What is wrong."""
    name: StrictStr | None = None
    """What reports call it."""
    rate: RandomShare | None = None
    """error-rate: share of requests that fail because of it; wrong-answers: that get a wrong 200."""
    factor: RandomFactor | None = None
    """latency: the service time is multiplied by this."""
    share: Share | None = None
    """latency: only the slowest share of requests is affected."""
    class_: StrictStr | None = Field(default=None, alias="class")
    """error-rate, latency, crash-on-request, wrong-answers: only requests of this class."""
    probability: RandomShare | None = None
    """crash-on-start: that a start ends in a crash; crash-on-request: that a request kills its process."""
    per_hour: RandomPerHour | None = None
    """crash: crashes per hour of a running instance."""
    requests: RandomCount | None = None
    """memory-leak, descriptor-leak: requests that a process serves before it dies, or fails all others."""
    after: RandomSeconds | None = None
    """slow-leak: a process runs out and dies after so long."""
    loss: RandomShare | None = None
    """capacity: share of an instance's slots that is gone."""
    weight: Factor | None = None
    """In a list: how likely this is, relative to the others."""


class PriorModel(Model):
    """What could be wrong with the release, and how likely."""

    p_bad: Share | None = None
    """Probability that the release has a defect."""
    defects: Annotated[list[DefectModel], Field(min_length=1)] | None = None
    """Which defect a bad release has, by weight."""


def _read_release(value: Any) -> Any:
    if value == "good":
        return PriorModel(p_bad=0)
    if value == "default" or (isinstance(value, dict) and value == {"prior": "default"}):
        return PriorModel()
    if isinstance(value, dict) and "defect" in value:
        return {"p_bad": 1, "defects": [value]}
    if isinstance(value, list):
        return {"defects": value}
    if isinstance(value, dict):
        return value
    hint = nearest(value, ["good", "default"]) if isinstance(value, str) else None
    expected = "good, default, one defect such as {defect: error-rate, rate: 2%}, or a list of them"
    raise At((), f"expected {expected}, got {shown(value)}", hint)


class SloModel(Model):
    """The objective that the error budget comes from."""

    objective: Share | None = None
    """Share of requests that have to succeed."""
    period: Seconds | None = None
    """Over which the budget is counted."""


class WindowModel(Model):
    """The window on which every plan is scored."""

    lead_in: Seconds | None = None
    """Before the rollout: brings fleet and telemetry to their steady state."""
    horizon: Seconds | None = None
    """From the start of the rollout to the end of the window."""


QueryKind = Literal["error-ratio", "success-ratio", "request-rate", "latency-quantile", "mean-latency"]
GuardKind = Literal["cloudwatch-alarm", "composite-alarm", "burn-rate", "kayenta", "sprt", "sequential"]
Kind = Literal[QueryKind, GuardKind]


class ScopeModel(Model):
    """Whose requests, and who counts them."""

    of: Literal["new", "old", "baseline", "service"] | None = None
    """Whose requests. Default: new; of a burn rate: service."""
    vantage: Literal["application", "proxy", "client"] | None = None
    """Who counts: each instance, the mesh or balancer, or the users (of: service only). Default: proxy."""
    quantile: Share | None = None
    """latency-quantile, and an alarm on one: which. Default: 0.99."""


class AlarmModel(ScopeModel):
    """An alarm of Amazon CloudWatch."""

    statistic: (
        Literal["error-ratio", "error-count", "request-count", "mean-latency", "latency-quantile"] | None
    ) = None
    """What is watched: one point a period. Default: error-ratio."""
    threshold: StrictStr | StrictInt | StrictFloat | None = None
    """A share such as 1%, a count, or a latency such as 250ms: what the statistic is."""
    comparison: (
        Literal[
            ">",
            ">=",
            "<",
            "<=",
            "GreaterThanThreshold",
            "GreaterThanOrEqualToThreshold",
            "LessThanThreshold",
            "LessThanOrEqualToThreshold",
        ]
        | None
    ) = None
    """Of a point with the threshold, for it to breach. Default: >."""
    period: Seconds | None = None
    """Of one point: 10s, 20s, 30s or whole minutes. Default: 1m."""
    evaluation_periods: Annotated[Whole, Field(ge=1)] | None = None
    """Points that are looked at. Default: 1."""
    datapoints_to_alarm: Annotated[Whole, Field(ge=1)] | None = None
    """So many of these have to breach. Default: all."""
    evaluation_range: Annotated[Whole, Field(ge=1)] | None = None
    """Points from which the latest with data are taken. Default: 2 more than evaluation_periods."""
    treat_missing_data: Literal["missing", "ignore", "breaching", "notBreaching"] | None = None
    """What a point without data counts as. Default: missing."""
    low_samples: Literal["evaluate", "ignore"] | None = None
    """latency-quantile: whether it is evaluated with too few samples. Default: evaluate."""
    namespace: StrictStr | None = None
    """Of the metric; AWS/DynamoDB always ignores missing data."""


class SuppressorModel(Model):
    """An alarm that holds back the actions of a composite alarm while it is in ALARM."""

    alarm: StrictStr
    """Its name under `alarms`."""
    wait: Seconds | None = None
    """For the alarm to go into ALARM. Default: 60s."""
    extension: Seconds | None = None
    """Actions are held for so long after it left ALARM. Default: 60s."""


class CompositeModel(Model):
    """A composite alarm of Amazon CloudWatch."""

    rule: StrictStr | None = None
    """composite-alarm: such as ALARM(errors) AND NOT ALARM(maintenance)."""
    alarms: dict[str, AlarmModel] | None = None
    """composite-alarm: the alarms that the rule names."""
    suppressor: SuppressorModel | None = None
    """composite-alarm: holds back its actions."""


class BurnRateRuleModel(Model):
    """Fires while the burn rate is above a limit in both windows."""

    long: Seconds
    """The long window."""
    short: Seconds | None = None
    """The short one: whether it still burns. Default: a twelfth of the long one."""
    burn_rate: Factor
    """The limit; 1: the budget is used up just at the end of its period."""
    severity: Literal["ticket", "page"] | None = None
    """Default: page."""
    for_: Seconds | None = Field(default=None, alias="for")
    """It must have been so for so long. Default: 0s."""


class BurnRateModel(Model):
    """An alert on how fast the error budget burns."""

    objective: Share | None = None
    """burn-rate: share of requests that have to succeed. Default: slo.objective."""
    windows: Annotated[list[BurnRateRuleModel], Field(min_length=1)] | None = None
    """burn-rate: the rules. Default: 14.4 over 1h and 6 over 6h page, 1 over 3d is a ticket."""
    fails_on: Literal["ticket", "page"] | None = None
    """burn-rate: the least severity that fails the metric. Default: page."""
    recording_interval: Seconds | None = None
    """burn-rate: of the recording rules that make the ratios. Default: 0s, made when asked for."""


class KayentaSeriesModel(Model):
    """A series of the new version that Kayenta's judge compares with the old one's."""

    name: StrictStr
    """What reports call it, and its group where none is given."""
    kind: QueryKind
    """What each point is."""
    quantile: Share | None = None
    """latency-quantile: which one. Default: 0.99."""
    window: Seconds | None = None
    """How far back a point looks. Default: a step."""
    vantage: Literal["application", "proxy"] | None = None
    """Who counts. Default: proxy."""
    direction: Literal["either", "increase", "decrease"] | None = None
    """Which change matters. Default: either."""
    nan_strategy: Literal["remove", "replace"] | None = None
    """A missing point counts as nothing, or as 0. Default: remove."""
    outliers: Literal["keep", "remove"] | None = None
    """Default: keep."""
    outlier_factor: Factor | None = None
    """Inter-quartile ranges beyond the quartiles at which outliers begin. Default: 3."""
    critical: StrictBool = False
    """Its failure fails the canary."""
    must_have_data: StrictBool = False
    """No data counts as a failure."""
    muted: StrictBool = False
    """Judged, but not counted."""
    effect: Literal["mean-ratio", "cles"] | None = None
    """New mean over old mean, or the share of pairs in which the new one is above. Default: mean-ratio."""
    allowed_increase: Factor | None = None
    """An effect below it does not count. Default: 1, for cles 0.5."""
    allowed_decrease: Factor | None = None
    """An effect above it does not count. Default: 1, for cles 0.5."""
    critical_increase: Factor | None = None
    """An effect below it is not critical. Default: 1, for cles 0.5."""
    critical_decrease: Factor | None = None
    """An effect above it is not critical. Default: 1, for cles 0.5."""
    groups: list[StrictStr] | None = None
    """Whose scores it counts for. Default: a group of its own name."""


class KayentaModel(Model):
    """A canary analysis of Kayenta."""

    series: Annotated[list[KayentaSeriesModel], Field(min_length=1)] | None = None
    """kayenta: what is compared between the new and the old version."""
    step: Seconds | None = None
    """kayenta: between two points. Default: 1m."""
    lookback: Seconds | None = None
    """kayenta: points so old are looked at. Default: 1h."""
    pass_score: Factor | None = None
    """kayenta: the least score, of 100, that passes. Default: 95."""
    marginal_score: Factor | None = None
    """kayenta: the least score that is inconclusive; below it the metric fails. Default: 75."""
    group_weights: dict[str, Factor] | None = None
    """kayenta: per cent; groups without a weight share what is left."""


class SequentialModel(Model):
    """A test that may be looked at again and again."""

    good: Share | None = None
    """sprt: a failure rate that is fine."""
    bad: Share | None = None
    """sprt: a failure rate that has to be found."""
    alpha: Share | None = None
    """sprt, sequential: chance of a false alarm over all looks. Default: 5%."""
    beta: Share | None = None
    """sprt: chance to miss the bad failure rate. Default: 5%."""
    test: Literal["counts", "mixture", "group"] | None = None
    """sequential: of numbers of failures (at any time, exact), of failure rates (at any time), or of failure
    rates at a planned number of looks. Default: counts."""
    spread: Share | None = None
    """sequential, mixture: the differences in failure rate worth finding. Default: 1%."""
    spending: Literal["obrien-fleming", "pocock"] | None = None
    """sequential, group: how the looks share out alpha. Default: obrien-fleming."""


class MeasureModel(AlarmModel, CompositeModel, BurnRateModel, KayentaModel, SequentialModel):
    """What a metric measures: a PromQL query, one of the usual kinds of it, an alarm, or an alert."""

    promql: StrictStr | None = None
    """A query over request metrics. In a label, @new and @old stand for the versions' pod template hashes."""
    kind: Kind | None = None
    """What is measured, where a query is not recognised; or an alarm or alert that fails the metric."""
    python: StrictStr | None = None
    """A function of your own that is shown the telemetry of both versions: guards.py:too_many_errors. See
    `rollcast.TelemetryWindow`."""
    window: Seconds | None = None
    """How far back it looks. Default: 5m."""
    baseline: Literal["old", "same-age"] | None = None
    """kayenta, sequential, python: what the new version is compared with: all of the old one's instances, or
    those that `strategy: {baseline: ...}` starts with it. Default: old."""


class MetricModel(MeasureModel):
    """One metric of an analysis, with Argo's limits."""

    name: StrictStr
    """Unique within the analysis."""
    provider: StrictStr | None = None
    """What the manifest asks if not Prometheus; such a metric needs an entry under `metrics`."""
    success: StrictStr | None = None
    """Argo's successCondition, e.g. result[0] < 0.01."""
    failure: StrictStr | None = None
    """Argo's failureCondition."""
    interval: Seconds | None = None
    """Between measurements."""
    initial_delay: Seconds | None = None
    """Before the first measurement."""
    count: Annotated[Whole, Field(ge=0)] | None = None
    """How many measurements."""
    failure_limit: Whole | None = None
    """So many failed measurements are tolerated."""
    inconclusive_limit: Whole | None = None
    """So many inconclusive measurements are tolerated."""
    consecutive_error_limit: Whole | None = None
    """So many errors in a row are tolerated."""
    consecutive_success_limit: Whole | None = None
    """So many successes in a row end the metric as successful."""
    dry_run: StrictBool = False
    """Measured and reported, without consequences."""
    flaky: Share | None = None
    """Probability that a measurement goes wrong for no reason. Not given: none does."""
    flaky_as: Literal["failure", "error"] | None = None
    """What it is then, whatever there was to see. Default: failure."""


class AnalysisModel(Model):
    """The metrics that one analysis run takes together."""

    metrics: Annotated[list[MetricModel], Field(min_length=1)]
    """The run fails when one of them does."""


class RollingModel(Model):
    """Kubernetes' Deployment with RollingUpdate."""

    max_surge: Amount | None = None
    """Instances beyond the replicas; a percentage rounds up. Kubernetes' default: 25%."""
    max_unavailable: Amount | None = None
    """Instances that may be missing; a percentage rounds down. Kubernetes' default: 25%."""
    progress_deadline: SecondsOrNever | None = None
    """Without progress for so long the rollout counts as stuck. Kubernetes' default: 10m."""


class RecreateModel(Model):
    """Kubernetes' Deployment with Recreate: every old instance ends before a new one begins."""

    progress_deadline: SecondsOrNever | None = None
    """Without progress for so long the rollout counts as stuck. Kubernetes' default: 10m."""


class ScaleModel(Model):
    """Argo's setCanaryScale; exactly one of the three."""

    replicas: Annotated[Whole, Field(ge=0)] | None = None
    """So many canary instances."""
    weight: Annotated[Whole, Field(ge=0)] | None = None
    """As many as this share of the replicas, of 100 or of max_weight; may be more than all."""
    match_traffic_weight: StrictBool | None = None
    """As many as the traffic weight asks for."""


class ExperimentSideModel(Model):
    """The instances of one version that an experiment starts."""

    replicas: Annotated[Whole, Field(ge=1)] | None = None
    """Argo's default: 1."""
    weight: Annotated[Whole, Field(ge=0)] | None = None
    """Their share of the traffic, of 100 or of max_weight, taken from the stable version's; needs a router.
    Without a router traffic follows instances. Default: 0."""


class ExperimentModel(Model):
    """Argo's experiment: instances of both versions beside the rollout's own, for a while, and analyses of
    them. It fails when they are not available within the progress deadline, and as soon as an analysis fails;
    then the rollout is aborted. Its instances of the new version are counted with the canary's."""

    duration: Seconds | None = None
    """From when all of its instances are available. Without it: until all that is required is successful or,
    with nothing required, until a person ends it."""
    baseline: ExperimentSideModel | None = None
    """Fresh instances of the old version, which metrics with baseline: same-age look at."""
    canary: ExperimentSideModel | None = None
    """More of the new version."""
    analyses: list[StrictStr] = []
    """Names of analyses that run from when all is available until the experiment ends."""
    required: list[StrictStr] = []
    """Names of analyses that have to be successful: the experiment ends with the last of them, be it before
    or after its duration."""
    scale_down_delay: Seconds | None = None
    """Its instances live on for so long. Argo's default: 30s."""


class StepModel(Model):
    """One step of a canary; exactly one of these."""

    set_weight: Whole | None = None
    """The new version's share of the traffic, of 100 or of max_weight."""
    pause: SecondsOrForever | None = None
    """Wait so long; `forever`: until a person promotes."""
    set_canary_scale: ScaleModel | None = None
    """The new version's size, apart from its weight."""
    analysis: StrictStr | None = None
    """The name of an analysis that has to be successful."""
    set_mirror: Whole | None = None
    """Percentage of the traffic that is copied to the new version from here on, its answers thrown away."""
    experiment: ExperimentModel | None = None
    """Instances of both versions beside the rollout's own, for a while."""


class BackgroundModel(Model):
    """An analysis that runs beside the steps."""

    analysis: StrictStr
    """Its name under `analyses`."""
    from_step: Annotated[Whole, Field(ge=0)] | None = None
    """Starts with this step, counted from 0."""


class NamesModel(Model):
    """What the two versions are called in telemetry; read from the manifest."""

    new: list[StrictStr] = []
    """Services (canary, preview) that lead to the new version only."""
    old: list[StrictStr] = []
    """Services (stable) that lead to the old version only."""
    active: list[StrictStr] = []
    """Services that lead to whichever version is active (blue/green)."""
    new_labels: dict[str, StrictStr] = {}
    """Labels that only the new version's pods have (canaryMetadata)."""
    old_labels: dict[str, StrictStr] = {}
    """Labels that only the old version's pods have (stableMetadata)."""


class CanaryModel(Model):
    """Argo Rollouts' canary."""

    max_surge: Amount | None = None
    """Instances beyond the replicas; a percentage rounds up. Argo's default: 25%."""
    max_unavailable: Amount | None = None
    """Instances that may be missing; a percentage rounds down. Argo's default: 25%."""
    routed: StrictBool = False
    """A traffic router sets the weights; otherwise the numbers of instances do."""
    max_weight: Annotated[Whole, Field(ge=1)] | None = None
    """What weights are relative to. Default: 100."""
    min_pods_per_replica_set: Annotated[Whole, Field(ge=0)] | None = None
    """With a router: no version in use has fewer instances."""
    progress_threshold: Amount | None = None
    """So many available instances of the new version, or this part of those wanted, are enough to go on.
    Default: all."""
    scale_down_delay: Seconds | None = None
    """Old instances live on for so long after the promotion. Argo's default: 30s when routed, else 0."""
    abort_scale_down_delay: Seconds | None = None
    """The canary lives on for so long after an abort; 0: for ever. Argo's default: 30s when routed."""
    dynamic_stable_scale: StrictBool = False
    """With a router: the old version shrinks as its traffic does."""
    progress_deadline: SecondsOrNever | None = None
    """Without progress for so long the rollout counts as stuck. Argo's default: 10m."""
    progress_deadline_abort: StrictBool = False
    """Abort when the progress deadline is exceeded."""
    steps: list[StepModel] = []
    """In order. None: like a rolling update."""
    background: BackgroundModel | None = None
    """An analysis that runs beside the steps."""
    names: NamesModel | None = None
    """What the two versions are called in telemetry."""


class BlueGreenModel(Model):
    """Argo Rollouts' blue/green."""

    preview_replicas: Annotated[Whole, Field(ge=1)] | None = None
    """Instances of the new version until it is promoted. Default: all."""
    auto_promotion: StrictBool | None = None
    """False: a person has to promote."""
    auto_promotion_after: Seconds | None = None
    """Promotes by itself after so long."""
    scale_down_delay: Seconds | None = None
    """Old instances live on for so long after the switch. Argo's default: 30s."""
    scale_down_delay_revision_limit: Annotated[Whole, Field(ge=0)] | None = None
    """Only so many old versions live on."""
    abort_scale_down_delay: Seconds | None = None
    """The new version lives on for so long after an abort; 0: for ever. Argo's default: 30s."""
    progress_deadline: SecondsOrNever | None = None
    """Without progress for so long the rollout counts as stuck. Argo's default: 10m."""
    progress_deadline_abort: StrictBool = False
    """Abort when the progress deadline is exceeded."""
    pre_promotion: StrictStr | None = None
    """The name of an analysis that has to be successful before the switch."""
    post_promotion: StrictStr | None = None
    """The name of an analysis after the switch; if it fails, traffic goes back."""
    names: NamesModel | None = None
    """What the two versions are called in telemetry."""


class AllAtOnceModel(Model):
    """Every instance is replaced at the same moment."""

    progress_deadline: SecondsOrNever | None = None
    """Not there after so long, the rollout counts as stuck. Default: 10m."""


Percent = Annotated[Whole, Field(ge=0, le=100)]


class FlaggerModel(Model):
    """Flagger: a canary by weight; with iterations blue/green, or with a match as well an A/B test."""

    interval: Seconds | None = None
    """Between two looks at the canary; 10s at least. Flagger's default: 1m."""
    threshold: Annotated[Whole, Field(ge=0)] | None = None
    """So many failed checks lead to a rollback. Flagger's default: 1."""
    step_weight: Percent | None = None
    """What each good look adds to the canary's weight."""
    step_weights: list[Annotated[Whole, Field(ge=1, le=100)]] = []
    """Its weights one after the other, where there is no step_weight."""
    max_weight: Percent | None = None
    """With this weight or more, and a good look, the canary is promoted. Flagger's default: 100."""
    step_weight_promotion: Percent | None = None
    """The way back to the updated primary, in steps. Flagger's default: at once."""
    iterations: Annotated[Whole, Field(ge=0)] | None = None
    """So many good looks, and then the switch or the promotion."""
    match: Share | None = None
    """A/B testing: the share of the requests that the match rules send to the canary."""
    mirror: StrictBool = False
    """The first step is a copy of the traffic; without weights, that of all the looks."""
    mirror_weight: Share | None = None
    """How much of the traffic is copied. Flagger's default: 100%."""
    routed: StrictBool = True
    """A mesh or an ingress sets weights; false: the provider is kubernetes, and it is blue/green."""
    skip_analysis: StrictBool = False
    """The primary is updated as soon as the canary is ready."""
    analysis: StrictStr | None = None
    """The name of the analysis that every look takes."""
    confirm_rollout: StrictBool = False
    """A person opens a gate before the canary starts."""
    confirm_promotion: StrictBool = False
    """A person opens a gate before the promotion."""
    primary_ready_threshold: Percent | None = None
    """Percent of the primary's instances that have to be available. Flagger's default: 100."""
    canary_ready_threshold: Percent | None = None
    """Percent of the canary's instances that have to be available. Flagger's default: 100."""
    progress_deadline: SecondsOrNever | None = None
    """Unavailable for longer is given up. Flagger's default: 10m."""
    deployment_deadline: SecondsOrNever | None = None
    """The progress deadline of the two Deployments. Kubernetes' default: 10m."""
    max_surge: Amount | None = None
    """Of the primary's rolling update. Kubernetes' default: 25%."""
    max_unavailable: Amount | None = None
    """Of the primary's rolling update. Kubernetes' default: 25%."""
    names: NamesModel | None = None
    """What the two versions are called in telemetry."""


class PlanStepModel(Model):
    """One step of a plan; what it says is done from top to bottom."""

    new: Amount | None = None
    """Instances of the new version from now on; a percentage is of the replicas and rounds up."""
    old: Amount | None = None
    """Instances of the old version from now on."""
    until: Amount | None = None
    """So many available instances of the new version are enough to go on. Default: all that are wanted."""
    weight: Share | None = None
    """The new version's share of the traffic from now on. Needs a traffic router."""
    wait: Seconds | None = None
    """So long."""
    analysis: StrictStr | None = None
    """The name of an analysis; any end of it but success takes the rollout back."""
    approval: StrictBool = False
    """A person has to promote."""
    within: Seconds | None = None
    """Instances, an analysis or a person later than this take the rollout back. Default: it waits."""


class PlanModel(Model):
    """A plan of your own: its steps one after the other, and then the new version gets everything. Of several
    locations, in each, where sizes and weights are that location's."""

    steps: Annotated[list[PlanStepModel], Field(min_length=1)]
    """In order."""
    progress_deadline: SecondsOrNever | None = None
    """Instances that are not there after so long: the rollout counts as stuck. Default: 10m."""


class TrafficStepModel(Model):
    """Traffic that moves by a clock."""

    percent: Annotated[Whole, Field(ge=1, le=99)]
    """Of the traffic: of the canary, or of each step."""
    every: Seconds
    """Until the next step; of a canary: until all the rest."""


class ZonalModel(Model):
    """CodeDeploy's zonal configuration: one zone of the fleet after the other."""

    monitor: Seconds | None = None
    """A zone that is done is watched for so long before the next one. CodeDeploy's default: not at all."""
    first_zone_monitor: Seconds | None = None
    """The same of the first zone. Default: as long as others."""
    minimum_healthy: Amount | None = None
    """Hosts of each zone that stay healthy; a percentage rounds up. CodeDeploy's default: 0%."""


class ReplacementModel(Model):
    """CodeDeploy's second fleet of servers."""

    provisioning: Seconds | None = None
    """Until its first host can be deployed to; 0s: they are there. Default: 2m."""
    registration: Seconds | None = None
    """A host takes so long to get traffic from the load balancer. Default: 30s."""
    keep_original: StrictBool = False
    """The original hosts stay, without traffic."""


class CodeDeployModel(Model):
    """AWS CodeDeploy: servers in place or blue/green, an ECS service or a Lambda function."""

    platform: Literal["server", "ecs", "lambda"] | None = None
    """What is deployed to. Default: what the configuration is for, or server."""
    config: StrictStr | None = None
    """A predefined one, such as CodeDeployDefault.OneAtATime (of servers the default; else: AllAtOnce)."""
    minimum_healthy: Amount | None = None
    """Servers, instead of config: hosts that stay healthy; a percentage rounds up."""
    zonal: ZonalModel | None = None
    """Servers in place: zone after zone. Default: in all zones at a time."""
    blue_green: ReplacementModel | None = None
    """Servers: to a second fleet, to which the traffic moves. Default: in place."""
    canary: TrafficStepModel | None = None
    """ECS and Lambda, instead of config: a part of the traffic, and later all the rest."""
    linear: TrafficStepModel | None = None
    """ECS and Lambda, instead of config: the traffic in equal steps."""
    attempt_timeout: Seconds | None = None
    """Servers: a host that is not in service after so long has failed. CodeDeploy's default: 1h."""
    before_traffic: StrictStr | None = None
    """All but servers in place: the analysis that a hook makes before the traffic moves."""
    after_traffic: StrictStr | None = None
    """All but servers in place: the analysis that a hook makes when all the traffic has moved."""
    ready_wait: Seconds | None = None
    """ECS, blue_green: a person has to let the traffic go within so long. Default: it goes at once."""
    termination_wait: Seconds | None = None
    """ECS, blue_green: the original tasks or hosts live on for so long."""
    alarms: StrictStr | None = None
    """The name of the analysis that fails when an alarm goes off: then the deployment stops."""
    ignore_poll_failure: StrictBool = False
    """An alarm that cannot be read does not stop the deployment."""
    rollback_on: list[Literal["failure", "alarm", "request"]] = []
    """Which ends of the deployment bring the last revision back."""


class CircuitBreakerModel(Model):
    """ECS's deployment circuit breaker."""

    threshold: Amount | None = None
    """Failed tasks: a count, or a percentage of the replicas. ECS's default: 50%."""
    bounded: StrictBool = True
    """A percentage is at least 3 and at most 200 tasks."""
    reset_on_healthy_task: StrictBool = True
    """A task that gets healthy starts the count again."""
    rollback: StrictBool = False
    """Bring the last revision back."""


class EcsModel(Model):
    """An Amazon ECS service that deploys by itself."""

    deployment: Literal["rolling", "blue-green", "linear", "canary"] = "rolling"
    """How."""
    minimum_healthy_percent: Annotated[Whole, Field(ge=0, le=100)] | None = None
    """rolling: tasks that stay healthy, in percent of the replicas. ECS's default: 100."""
    maximum_percent: Annotated[Whole, Field(ge=100)] | None = None
    """rolling: tasks at most, in percent of the replicas. ECS's default: 200."""
    circuit_breaker: CircuitBreakerModel | None = None
    """rolling: what ends a deployment whose tasks fail."""
    percent: Share | None = None
    """linear, canary: of the traffic at a step, in tenths of a percent. ECS's default: 10% and 5%."""
    step_bake: Seconds | None = None
    """linear, canary: after each step but the last. ECS's default: 6m and 10m."""
    before_traffic: StrictStr | None = None
    """blue-green, linear, canary: the analysis that a hook makes before production traffic moves."""
    after_traffic: StrictStr | None = None
    """blue-green, linear, canary: the analysis that a hook makes after production traffic moved."""
    hook_timeout: Seconds | None = None
    """A hook without an answer by then has failed. ECS's default: 24h."""
    pause: Seconds | None = None
    """blue-green, linear, canary: a person has to let the traffic go within so long, or it goes back."""
    unhealthy_after: Seconds | None = None
    """New tasks that are not healthy after so long are replaced. Default: 5m."""
    alarms: StrictStr | None = None
    """The name of the analysis that fails when an alarm goes off: then the deployment fails."""
    alarms_rollback: StrictBool = False
    """Bring the last revision back when an alarm goes off."""
    bake: Seconds | None = None
    """Both revisions (rolling: the alarms) are kept for so long after the last shift."""


class InstanceRefreshModel(Model):
    """An instance refresh of an EC2 Auto Scaling group."""

    min_healthy: Percent | None = None
    """Percent of the replicas that stay healthy. EC2's default: 90."""
    max_healthy: Annotated[Whole, Field(ge=100, le=200)] | None = None
    """Percent of the replicas that may be there; above 100 launches first. EC2's default: 100."""
    warm_up: Seconds | None = None
    """From an instance that is in service to one that counts. EC2's default: 0s."""
    checkpoints: list[Annotated[Whole, Field(ge=1, le=100)]] = []
    """Percentages at which it waits, the last one 100."""
    checkpoint_delay: Seconds | None = None
    """At each checkpoint, when its instances are warm. EC2's default: 1h."""
    alarms: StrictStr | None = None
    """The name of the analysis that fails when an alarm goes off: then the refresh fails."""
    auto_rollback: StrictBool = False
    """Replace what was replaced by the last configuration again when it fails."""
    bake: Seconds | None = None
    """The alarms are watched for so long when all are replaced. Default: 0s."""


class StackModel(Model):
    """What holds for an update of a CloudFormation stack."""

    triggers: StrictStr | None = None
    """The name of the analysis that fails when an alarm goes off: then the update is rolled back."""
    monitoring: Seconds | None = None
    """The triggers are watched for so long when the resources are done, up to 3h. Default: 0s."""
    rollback: StrictBool = True
    """An update that fails is rolled back."""


class AsgRollingModel(StackModel):
    """CloudFormation's AutoScalingRollingUpdate of an Auto Scaling group."""

    max_size: Annotated[Whole, Field(ge=1)] | None = None
    """Of the group, which may grow so far to keep its minimum in service. Default: no limit."""
    max_batch_size: Annotated[Whole, Field(ge=1, le=100)] | None = None
    """Instances of a batch. CloudFormation's default: 1."""
    min_instances_in_service: Annotated[Whole, Field(ge=0)] | None = None
    """Instances that stay in service meanwhile. CloudFormation's default: 0."""
    pause: Seconds | None = None
    """After each batch, up to 1h; with signals, they have to be there by then (5m, if not given).
    CloudFormation's default: 0s."""
    wait_for_signals: StrictBool = False
    """Each instance signals when it is in service."""
    min_successful_percent: Percent | None = None
    """So many percent of the instances have to signal. CloudFormation's default: 100."""
    min_active_percent: Percent | None = None
    """So many percent of the instances have to be in service for a batch to be good.
    Default: 100, or those that signal."""
    suspend_scaling: StrictBool = False
    """What an autoscaler asks for waits for the end of the update."""


class AsgReplacingModel(StackModel):
    """CloudFormation's AutoScalingReplacingUpdate: a new Auto Scaling group beside the old one."""

    signals: Annotated[Whole, Field(ge=0)] | None = None
    """Of the creation policy: so many are waited for. Default: nobody waits."""
    min_successful_percent: Percent | None = None
    """So many percent of the signals are enough. CloudFormation's default: 100."""
    timeout: Seconds | None = None
    """The signals have to be there after so long. CloudFormation's default: 5m."""


class EksNodesModel(Model):
    """An update of a managed node group of Amazon EKS; an instance is a node."""

    max_unavailable: Amount | None = None
    """Nodes that are taken out at a time; a percentage rounds down. EKS's default: 1."""
    zones: Annotated[Whole, Field(ge=1)] | None = None
    """Availability zones: the group grows by up to two nodes for each. Default: those of the fleet."""
    strategy: Literal["default", "minimal"] = "default"
    """Whether new nodes are launched before old ones go (default), or after (minimal)."""
    force: StrictBool = False
    """Pods that do not leave a node within 15 minutes are deleted."""
    unhealthy_after: Seconds | None = None
    """New nodes that are not there after so long fail the update. Default: 15m."""


class AppRunnerModel(Model):
    """A deployment of AWS App Runner."""

    unhealthy_after: Seconds | None = None
    """New instances that are not healthy after so long fail the deployment. Default: 10m."""


class StrategyModel(Model):
    """How the rollout goes; exactly one of these."""

    rolling: RollingModel | None = None
    """Kubernetes' Deployment with RollingUpdate."""
    recreate: RecreateModel | None = None
    """Kubernetes' Deployment with Recreate."""
    canary: CanaryModel | None = None
    """Argo Rollouts' canary."""
    blue_green: BlueGreenModel | None = None
    """Argo Rollouts' blue/green."""
    flagger: FlaggerModel | None = None
    """Flagger's canary, blue/green or A/B test."""
    all_at_once: AllAtOnceModel | None = None
    """Every instance is replaced at the same moment."""
    guarded: GuardedModel | None = None
    """Any of these, taken back by a guard."""
    shadow: ShadowModel | None = None
    """Any of these, after a look at copies of the requests."""
    feature_flag: FeatureFlagModel | None = None
    """Any of these, by users who are exposed instead of instances."""
    baseline: BaselineModel | None = None
    """Any of these, beside fresh instances of the old version."""
    plan: PlanModel | None = None
    """One of your own, as steps."""
    python: PythonModel | None = None
    """One of your own, in Python."""
    cpp: CppModel | None = None
    """One of your own, in C++."""
    codedeploy: CodeDeployModel | None = None
    """AWS CodeDeploy."""
    ecs: EcsModel | None = None
    """Amazon ECS."""
    instance_refresh: InstanceRefreshModel | None = None
    """EC2 Auto Scaling's instance refresh."""
    asg_rolling: AsgRollingModel | None = None
    """CloudFormation's rolling update of an Auto Scaling group."""
    asg_replacing: AsgReplacingModel | None = None
    """CloudFormation's replacing update of an Auto Scaling group."""
    eks_nodes: EksNodesModel | None = None
    """Amazon EKS's update of a managed node group."""
    app_runner: AppRunnerModel | None = None
    """AWS App Runner."""
    waves: WavesModel | None = None
    """Any of these in each location, wave by wave."""
    stack_set: StackSetModel | None = None
    """Any of these in each location, as AWS CloudFormation StackSets goes about it."""


class WavesModel(Model):
    """Any of these in each location, begun wave by wave; it and its guards see their own location alone."""

    strategy: StrategyModel | None = None
    """The rollout in each location; beside a manifest, the manifest's."""
    order: Annotated[list[Wave], Field(min_length=1)]
    """The waves: each the name of a location, a list of names, a number of locations, a percentage of all, or
    rest."""
    bake: Seconds | None = None
    """After each wave, before the next one. Default: 0s."""
    analysis: StrictStr | None = None
    """The name of an analysis of all locations together, while a wave bakes; without bake until it ends. Any
    end but success fails the wave."""
    max_concurrent: Amount | None = None
    """Locations of a wave on their way at a time. Default: 100%."""
    failure_tolerance: Amount | None = None
    """Locations of a wave that may go back or be stuck before the wave has failed. Default: 0."""
    on_failure: Literal["roll_back", "stop"] | None = None
    """What a wave that failed leads to: every location goes back, also those that are done; or nothing more
    begins. Default: roll_back."""


class StackSetModel(Model):
    """An operation of AWS CloudFormation StackSets: each location is an account in its region."""

    strategy: StrategyModel | None = None
    """The update of each stack; beside a manifest, the manifest's."""
    region_order: list[StrictStr] | None = None
    """Default: the order of `locations`."""
    region_concurrency: Literal["sequential", "parallel"] | None = None
    """Whether regions follow one another. StackSets' default: sequential."""
    max_concurrent: Amount | None = None
    """Accounts of a region at a time. StackSets' default: 1."""
    failure_tolerance: Amount | None = None
    """Accounts of a region that may fail. StackSets' default: 0."""
    concurrency_mode: Literal["strict", "soft"] | None = None
    """strict: no more accounts at a time than may still fail. StackSets' default: strict."""


class PythonModel(Model):
    """One of your own, in Python: a class, or a function that yields its steps as a runbook does. Of several
    locations one in each, unless it is marked with `rollcast.knows_locations`: then one leads them all."""

    file: StrictStr
    """The file it stands in, relative to this one."""
    class_: StrictStr | None = Field(default=None, alias="class")
    """The class: made for each rollout with replicas=, analyses= (numbers by name) and args; one that leads
    all locations also with locations= (replicas by name). Its decide(seen) is shown a `rollcast.Observation`
    and answers with a `rollcast.Directive`."""
    function: StrictStr | None = None
    """Instead of a class: a generator function, called with a `rollcast.Rollout` and args. It yields that
    rollout's steps and is sent what came of each."""
    args: dict[str, Any] = {}
    """What else it is made or called with."""


class CppModel(Model):
    """One of your own, in C++, that was linked in; strategies/examples/one_by_one.cc is one, and says how."""

    name: StrictStr
    """Under which it is registered."""
    args: dict[str, StrictInt | StrictFloat] = {}
    """What else it is made with: numbers."""


class GuardedModel(Model):
    """Any strategy under an analysis that takes it back when it fails."""

    strategy: StrategyModel
    """What is guarded."""
    analysis: StrictStr
    """The name of the analysis; without a count it runs to the end. Errors fail it, too: give metrics that
    have no data at first (of: new) an initial_delay."""
    bake: Seconds | None = None
    """Promoted when the guard has been quiet for so long after the strategy is done. Default: 0s."""


class ShadowModel(Model):
    """Instances of the new version get copies of the requests, and their answers are thrown away; then it is
    rolled out. Needs a router that can mirror: a mesh or an ingress."""

    then: StrategyModel
    """The rollout that follows."""
    instances: Amount | None = None
    """Of the new version, beside the old ones: a number or a percentage of the replicas. Default: 100%."""
    mirrored: Share | None = None
    """Of the requests, how many are copied. Default: 100%."""
    duration: Seconds | None = None
    """From when the instances are there. Default: 10m."""
    analysis: StrictStr | None = None
    """The name of the analysis that looks at them; any end of it but success takes the release back."""
    progress_deadline: SecondsOrNever | None = None
    """Instances that are not there by then take it back. Default: 10m."""


class FeatureFlagModel(Model):
    """The new version's code is on every instance already, behind a flag; a share of the users gets it, and
    instances do not change. What needs instances of the new version shows nothing: crashes on start and by
    time, slow leaks, lost capacity."""

    exposure: StrategyModel
    """How it grows: the weights of this strategy are shares of users (of requests, where `traffic.sessions`
    says nothing of users), and the instances that it asks for are there at once. Proxies and instances count
    what the flag answers apart, as `of: new`."""


class BaselineModel(Model):
    """Fresh instances of the old version beside the new ones: as many, with as large a share of the traffic.
    What is due to their age is then the same on both sides. Metrics with baseline: same-age look at them. No
    analysis begins while they are not available, and the new version gets no more traffic."""

    strategy: StrategyModel
    """The rollout. It has to let both versions serve for a time."""
    progress_deadline: Seconds | None = None
    """Something has waited for the baseline for so long: the release goes back. Default: 10m."""
    scale_down_delay: Seconds | None = None
    """The baseline's instances live on for so long after its traffic. Argo's default: 30s."""


class ReportsModel(Model):
    """Users notice what no monitor sees, and say so late."""

    share: Share | None = None
    """Of the requests that fail because of the rollout: how many are reported."""
    delay: RandomSeconds | None = None
    """From the failure to the report."""
    enough: Annotated[Whole, Field(ge=1)] | None = None
    """So many reports page the person on call."""


class HoursModel(Model):
    """When people are at work; the rollout starts at `traffic.start`."""

    days: (
        Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(min_length=1)] | None
    ) = None
    """Working days. Default: mon to fri."""
    from_: DayTime | None = Field(default=None, alias="from")
    """When they begin."""
    to: ClosingTime | None = None
    """When they stop."""
    zone: ClockOffset | None = None
    """How far their clock is ahead of that of `traffic.start`. Default: it is the same."""


class OffHoursModel(Model):
    """How long a person on call takes who is paged outside working hours."""

    acknowledge: RandomSeconds | None = None
    """From the page until somebody looks."""
    diagnose: RandomSeconds | None = None
    """From then until they know that the rollout is to blame."""
    act: RandomSeconds | None = None
    """From then until they have aborted it."""


class PeopleModel(Model):
    """The person on call, who aborts the rollout once they know that it is to blame."""

    pages: list[StrictStr] = []
    """Analyses that run beside the rollout, whatever its strategy: one that fails pages the person."""
    reports: ReportsModel | None = None
    """Users who say that something is wrong."""
    acknowledge: RandomSeconds | None = None
    """From the page until somebody looks."""
    diagnose: RandomSeconds | None = None
    """From then until they know that the rollout is to blame."""
    act: RandomSeconds | None = None
    """From then until they have aborted it."""
    hours: HoursModel | None = None
    """When people are at work: pauses are ended, and the time until then runs, only then. Default: always."""
    off_hours: OffHoursModel | None = None
    """How long the person on call takes outside of `hours`."""
    approval_limit: Seconds | None = None
    """A pause without an end that nobody has ended by then is aborted."""


class ScenarioModel(Model):
    """A rollout to be forecast: its plan, the service, its traffic, and what could be wrong."""

    name: StrictStr | None = None
    """What reports call it. Default: the name of the Deployment, Rollout or Canary, or of the file."""
    description: StrictStr | None = None
    """What it is about, for the report."""
    manifest: Paths = []
    """Manifests of Kubernetes, Argo, Flagger or AWS to read the plan from; relative to this file."""
    args: dict[str, ArgumentText] = {}
    """Values of analysis arguments and of a template's parameters that the manifests do not give."""
    strategy: StrategyModel | None = None
    """How the rollout goes, where there is no manifest."""
    analyses: dict[str, AnalysisModel] = {}
    """Analyses that the strategy refers to by name."""
    metrics: dict[str, MeasureModel] = {}
    """What metrics measure whose query is not recognised, by the metric's name."""
    service: ServiceModel = ServiceModel()
    """How one instance answers."""
    traffic: TrafficModel = TrafficModel()
    """The requests that arrive."""
    fleet: FleetModel = FleetModel()
    """The instances of the service."""
    balancing: BalancingModel = BalancingModel()
    """How requests find an instance."""
    faults: Annotated[FaultsModel, reads(_read_faults)] = FaultsModel()
    """What goes wrong without the release's doing; or none. Of several locations: in each."""
    locations: Annotated[list[LocationModel], reads(_read_locations)] = []
    """Places where the service runs, each with a fleet of its own; or how many there are that are alike."""
    observability: ObservabilityModel = ObservabilityModel()
    """What operators' telemetry sees."""
    release: Annotated[PriorModel, reads(_read_release)] = PriorModel()
    """What could be wrong with the release: good, default (a prior), one defect, or a list of defects."""
    slo: SloModel = SloModel()
    """The objective that the error budget comes from."""
    window: WindowModel = WindowModel()
    """The window on which every plan is scored."""
    fidelity: Literal["request", "flow", "hybrid", "auto"] = "auto"
    """How requests are simulated: each by itself (request); in numbers (flow: many times quicker, whatever
    the traffic); those to the new version each by itself, all others in numbers (hybrid); or in numbers
    wherever there are many and that is known to be as good (auto)."""
    approval: Approval | None = None
    """Until a person promotes a pause without an end."""
    people: PeopleModel | None = None
    """Who is called when something goes wrong, and how long they take. Default: nobody is."""
