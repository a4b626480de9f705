"""Lowers the scenario language to what the engine runs, recording every value that nobody gave."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast.blind_guards import warn_of_blind_guards
from rollcast.errors import listed, nearest, shown
from rollcast.lower_autoscaling import lower_autoscaling, lower_budget, warn_of_limits
from rollcast.lower_faults import lower_faults
from rollcast.lower_locations import lower_locations
from rollcast.lower_metrics import lower_analyses
from rollcast.lower_rate import rollout_start, usual_rate
from rollcast.lower_release import defects_of_instances, lower_release, truth_path
from rollcast.lower_strategy import (
    Body,
    awaited_analyses,
    baseline_path,
    in_each_location,
    innermost,
    is_behind_flag,
    lower_strategy,
    strategy_body,
)
from rollcast.lower_traffic import lower_traffic
from rollcast.lower_under_way import lower_under_way
from rollcast.lowering import Default, Lowering, distribution, show_distribution, take
from rollcast.plan import patience_seconds, plan_seconds
from rollcast.profile import fit, warn_of_peaks
from rollcast.scenario_random import Distribution
from rollcast.units import DAYS, LONGEST, show_fraction, show_seconds, show_time_of_day

_LONGEST_HORIZON = 7 * 86400.0  # unless the scenario asks for more
_LONGEST_LEARNING = 900.0  # of the steady state, by alarms and alerts that look further back
_KUBERNETES = "Kubernetes' default"

_FLEET = (
    Default("replicas", f"{_KUBERNETES} where a manifest does not say"),
    Default("zones", "nothing is known of zones"),
    Default("schedule", "there is room, and to find it takes no time worth modelling", show_distribution),
    Default("start", "measured pod starts with the image present (kubernetes#42000)", show_distribution),
    Default(
        "warm_up",
        "a judgement: a service loads its data and connects",
        show_distribution,
        _core.LogNormal(median=5, sigma=0.5),
    ),
    Default("min_ready", _KUBERNETES, show_seconds),
    Default("pre_stop", "no preStop hook is known", show_seconds),
    Default("grace", _KUBERNETES, show_seconds),
    Default(
        "crash_notice", "a judgement: a node sees its dead processes soon, probes or not", show_distribution
    ),
)
_READINESS = (
    Default("initial_delay", _KUBERNETES, show_seconds),
    Default("period", _KUBERNETES, show_seconds),
    Default("success_threshold", _KUBERNETES),
    Default("failure_threshold", _KUBERNETES),
)
_BACK_OFF = tuple(Default(key, _KUBERNETES, show_seconds) for key in ("initial", "most", "reset_after"))
_BALANCING = (
    Default("propagation", "a judgement: endpoints take about a second to spread", show_distribution),
    Default("weight_propagation", "a judgement: as endpoints do", show_distribution),
)
_BALANCERS = Default("balancers", "one router sees all that is under way")
_BALANCING_BY_POLICY = (
    ("slow_start", "weighted_least_request", (Default("slow_start", "Envoy's default", show_seconds),)),
    ("ewma_decay", "peak_ewma", (Default("ewma_decay", "Finagle's default", show_seconds),)),
)
_OUTLIER = (
    Default("consecutive_errors", "Envoy's default"),
    Default("interval", "Envoy's default", show_seconds),
    Default("base_ejection", "Envoy's default", show_seconds),
    Default("most_ejection", "Envoy's default", show_seconds),
    Default("most_ejected", "Envoy's default", show_fraction),
)
_LOCALITY = (Default("overprovisioning", "as Envoy's locality-weighted balancing", "{:g}".format),)
_COLD = (Default("decay", "a judgement", show_seconds, member="cold_decay"),)
_OBSERVABILITY = (
    Default("scrape_interval", "usual with Prometheus", show_seconds),
    Default("delay", "a judgement", show_seconds),
    Default("scrape_loss", "no scrape is lost", show_fraction),
)
_SLO = (
    Default("objective", "a judgement", show_fraction),
    Default("period", "a month", show_seconds),
)


_ON_CALL = (
    Default(
        "acknowledge",
        "a judgement: a page is answered within 5 minutes (Google's SRE book)",
        show_distribution,
    ),
    Default("diagnose", "a judgement", show_distribution),
    Default("act", "a judgement", show_distribution),
)
_OFF_HOURS = (
    Default("acknowledge", "a judgement: asleep, half of the pages miss those 5 minutes", show_distribution),
    Default("diagnose", "a judgement: half as long again as at work", show_distribution),
    Default("act", "a judgement: twice as long as at work", show_distribution),
)
_REPORTS = (
    Default("share", "a judgement: one in a thousand users who are hurt says so", show_fraction, 0.001),
    Default("delay", "a judgement", show_distribution),
    Default("enough", "a judgement"),
)

# The engine's words that are others in the language.
_WORDS = {
    "balancing.outlier.": "balancing.outlier_detection.",
    "faults.host_failures.hosts": "faults.hosts.count",
    "faults.host_failures": "faults.hosts",
    "faults.zone_losses": "faults.zone_loss",
    "faults.brown_outs": "faults.brown_out",
    "faults.black_outs": "faults.black_out",
    "faults.drains": "faults.drain",
    "instances.gray_": "instances.gray.",
    "service.cold_": "service.cold.",
    "bursts.mean_": "bursts.",
    "traffic.replay": "traffic.arrivals",
    "people.on_call.": "people.",
    "fleet.backoff": "fleet.back_off",
    "autoscaling.least": "autoscaling.min",
    "autoscaling.most": "autoscaling.max",
    "autoscaling.by[": "autoscaling.target_tracking[",
    "autoscaling.by.": "autoscaling.",
    "error_rate": "errors",
}


_OWN_CODE = (language.PythonModel, language.CppModel)


def lower(lowering: Lowering, name: str) -> tuple[Any, Any]:
    """The `_core.Scenario` and the `_core.Strategy`; of no use when there were problems."""
    given = lowering.model
    core = _core.Scenario(name=name)
    core.fleet = _fleet(lowering)
    core.balancing = _balancing(lowering, core.fleet.zones)
    core.faults = lower_faults(lowering, core.fleet.zones)
    core.locations = lower_locations(lowering, core.fleet, core.faults)
    core.release = lower_release(lowering)
    lowering.fill(core.slo, given.slo, "slo", _SLO)
    body = strategy_body(lowering)
    baseline = baseline_path(body, "strategy")
    core.analyses, buckets = lower_analyses(
        lowering,
        getattr(innermost(body), "names", None),
        awaited_analyses(body),
        baseline=baseline is not None,
    )
    core.baseline = baseline is not None
    lowering.fill(core.observability, given.observability, "observability", _OBSERVABILITY)
    core.observability.latency_buckets = buckets
    core.people = _people(lowering)
    strategy = lower_strategy(lowering, body, core.fleet.replicas, core.locations) if body else None
    core.fleet.under_way = lower_under_way(lowering, core, strategy)
    if core.locations:  # from here on it is the fleet of all of them
        core.fleet.replicas = sum(location.fleet.replicas for location in core.locations)
        core.fleet.capacity = core.fleet.quota = core.fleet.autoscaling = None
    if body is not None:
        core.window = _window(lowering, core, body, strategy)
    core.traffic = lower_traffic(lowering, (-core.window.lead_in, core.window.horizon))
    core.service = _service(lowering, core)
    core.fidelity = getattr(_core.Fidelity, given.fidelity)
    if not lowering.problems.errors:
        warn_of_peaks(lowering, core)
        _check(lowering, core)
    if not lowering.problems.errors and body is not None:
        if baseline is not None:
            _warn_of_idle_baseline(lowering, core, baseline)
        if lowering.advise:
            warn_of_blind_guards(lowering, *_in_one(core, body, strategy, lambda location: location.share))
        largest, _, recipe = _in_one(core, body, strategy, lambda location: -location.fleet.replicas)
        warn_of_limits(lowering, largest, recipe)
        if is_behind_flag(body) and (hidden := defects_of_instances(core.release.truths)):
            kinds = listed(hidden, "and")
            message = f"behind a flag this does not show, for it needs instances of its own: {kinds}"
            lowering.warn(message, "strategy")
        if _core.autoscales(core) and isinstance(innermost(body), _OWN_CODE):
            message = "the autoscaler's size reaches it as Observation.replicas only: follow it there"
            lowering.warn(message, "strategy")
    return core, strategy


def _in_one(core: Any, body: Body, strategy: Any, rank: Callable[[Any], float]) -> tuple[Any, Body, Any]:
    """The scenario, strategy and recipe of the location that ranks lowest; without locations all there is."""
    if not core.locations:
        return core, body, strategy
    lowest = min(range(len(core.locations)), key=lambda number: rank(core.locations[number]))
    inner = getattr(strategy, "inner", [None])  # one of your own may lead all locations
    there = inner[lowest if len(inner) > 1 else 0]
    return _core.in_location(core, lowest), in_each_location(body), there


def _warn_of_idle_baseline(lowering: Lowering, core: Any, path: tuple[str | int, ...]) -> None:
    sources = [metric.source for analysis in core.analyses for metric in analysis.metrics]
    if not any(_core.selects(source, _core.Scope.baseline) for source in sources):
        message = (
            "no metric looks at it: say baseline: same-age in one of the kind kayenta, sequential or python"
        )
        lowering.warn(message, *path)


def _people(lowering: Lowering) -> Any:
    given, core = lowering.model, _core.People()
    core.approval = distribution(given.approval) if isinstance(given.approval, Distribution) else None
    if given.people is None:
        return core
    lowering.fill(core.on_call, given.people, "people", _ON_CALL)
    take(core, given.people, "approval_limit")
    _hours(lowering, given.people, core)
    names = list(given.analyses)
    for index, name in enumerate(given.people.pages):
        if name in names:
            core.pages = [*core.pages, names.index(name)]
        else:
            message = f"expected the name of an analysis, got {shown(name)}"
            lowering.error(message, "people", "pages", index, suggestion=nearest(name, names))
    if given.people.reports is not None:
        lowering.fill(core.reports, given.people.reports, "people.reports", _REPORTS)
    if not core.pages and given.people.reports is None:
        lowering.warn("nothing pages the person on call: name analyses under pages, or say reports", "people")
    return core


def _hours(lowering: Lowering, given: language.PeopleModel, core: Any) -> None:
    """When people are at work, and what happens when they are not."""
    if given.hours is None:
        if given.off_hours is not None:
            lowering.error("expected hours beside it: when people are at work", "people", "off_hours")
        return
    hours, said = _core.WorkingHours(), given.hours
    office = "a judgement: office hours"
    hours.opens = lowering.choose(said.from_, "people.hours.from", hours.opens, office, show_time_of_day)
    hours.closes = lowering.choose(said.to, "people.hours.to", hours.closes, office, show_time_of_day)
    if hours.closes <= hours.opens:
        opens, closes = show_time_of_day(hours.opens), show_time_of_day(hours.closes)
        lowering.error(f"expected a time later than {opens}, got {closes}", "people", "hours", "to")
    if said.days is None:
        lowering.assumed.add("people.hours.days", "mon to fri", office)
    else:
        hours.days = sum(1 << DAYS.index(day) for day in set(said.days))
    hours.start = rollout_start(lowering) + (said.zone or 0.0)
    core.hours = hours
    lowering.fill(core.off_hours, given.off_hours or language.OffHoursModel(), "people.off_hours", _OFF_HOURS)


def _fleet(lowering: Lowering) -> Any:
    given, core = lowering.model.fleet, _core.Fleet()
    core.autoscaling = lower_autoscaling(lowering)
    if core.autoscaling is not None and given.replicas is None:
        core.replicas = core.autoscaling.least
    lowering.fill(core, given, "fleet", _FLEET)
    image = given.image or language.ImageModel()
    core.image_bytes = lowering.choose(
        image.size, "fleet.image.size", 250 * 2.0**20, "a judgement: a service of usual size", _show_size
    )
    core.pull_bytes_per_second = lowering.choose(
        image.bandwidth, "fleet.image.bandwidth", core.pull_bytes_per_second, "a judgement", _show_bandwidth
    )
    core.image_cached = lowering.choose(
        image.cached, "fleet.image.cached", 0.0, "no node has a new release's image yet", show_fraction
    )
    lowering.fill(core.readiness, given.readiness, "fleet.readiness", _READINESS)
    lowering.fill(core.backoff, given.back_off, "fleet.back_off", _BACK_OFF)
    core.capacity = given.capacity
    if given.capacity is None:
        lowering.assumed.add("fleet.capacity", "no limit", "nothing is known of the cluster's spare room")
    elif given.capacity < core.replicas:
        message = f"expected room for at least the {core.replicas} replicas, got {given.capacity}"
        lowering.error(message, "fleet", "capacity")
    core.disruption_budget = lower_budget(lowering, given.disruption_budget, "fleet", "disruption_budget")
    core.quota = given.quota
    if given.quota is not None and given.quota < core.replicas:
        message = f"expected at least the {core.replicas} replicas, got {given.quota}"
        lowering.error(message, "fleet", "quota")
    if core.pre_stop > core.grace:
        most = f"the grace period of {show_seconds(core.grace)}"
        lowering.error(f"expected at most {most}, got {show_seconds(core.pre_stop)}", "fleet", "pre_stop")
    return core


def _service(lowering: Lowering, core: Any) -> Any:
    given = lowering.model.service
    rate = usual_rate(core.traffic, core.window.horizon)
    profile = fit(lowering, core.traffic, rate, core.fleet.replicas)
    service = _core.Service(
        slots=profile.slots,
        queue=profile.queue,
        service_time=distribution(profile.service_time),
        timeout=profile.timeout,
        error_rate=profile.error_rate,
        slow=profile.slow,
    )
    take(service, given, "most_wait", "cores")
    service.order = getattr(_core.QueueOrder, given.order or "fifo")
    if given.cold is None:
        lowering.off(given, "service.cold", "young instances are taken to be as fast as old ones")
    else:
        service.cold_slowness = given.cold.slowness
        lowering.fill(service, given.cold, "service.cold", _COLD)
    return service


def _balancing(lowering: Lowering, zones: int) -> Any:
    given, core = lowering.model.balancing, _core.Balancing()
    policy = lowering.choose(given.policy, "balancing.policy", "random", "as kube-proxy does")
    core.policy = getattr(_core.Policy, policy)
    lowering.fill(core, given, "balancing", _BALANCING)
    for key, user, defaults in _BALANCING_BY_POLICY:
        if policy == user:
            lowering.fill(core, given, "balancing", defaults)
        elif getattr(given, key) is not None:
            lowering.error(f"has no meaning for {policy}; expected policy: {user}", "balancing", key)
    if policy not in ("random", "round_robin"):
        lowering.fill(core, given, "balancing", (_BALANCERS,))
    take(core, given, "balancers", "max_outstanding")
    if given.outlier_detection is None:
        lowering.off(given, "balancing.outlier_detection", "nothing is known of one")
    else:
        core.outlier = _outlier(lowering, given.outlier_detection)
    if given.locality is not None:
        if zones < 2:
            lowering.warn("changes nothing in a fleet of one zone", "balancing", "locality")
        locality = _core.Locality()
        lowering.fill(locality, given.locality, "balancing.locality", _LOCALITY)
        core.locality = locality
    elif zones > 1:
        lowering.off(given, "balancing.locality", "as kube-proxy does: all zones alike")
    return core


def _outlier(lowering: Lowering, given: language.OutlierModel) -> Any:
    outlier = _core.OutlierDetection()
    lowering.fill(outlier, given, "balancing.outlier_detection", _OUTLIER)
    return outlier


def _lookback(source: Any) -> float:
    """Queries see nothing before the first scrape; alarms and alerts see the steady state of the lead-in."""
    seconds: float = _core.lookback(source)
    if isinstance(source, _core.kayenta.Judge):
        return seconds - source.lookback  # of points: there are none before the new version
    return seconds if isinstance(source, _core.QueryCheck) else min(seconds, _LONGEST_LEARNING)


def _window(lowering: Lowering, core: Any, body: Body, strategy: Any) -> Any:
    given, window = lowering.model.window, _core.Window()
    sources = [metric.source for analysis in core.analyses for metric in analysis.metrics]
    lookback = max(map(_lookback, sources), default=0.0)
    needed = lookback + core.observability.delay + 2 * core.observability.scrape_interval
    window.lead_in = lowering.choose(
        given.lead_in,
        "window.lead_in",
        max(300.0, math.ceil(needed / 60) * 60.0),
        "long enough for the fleet to settle and for every query to look back on",
        show_seconds,
    )
    plan, waits_for_person = plan_seconds(body, strategy, lowering.model, core)
    plan = min(plan, LONGEST)
    horizon = 1.5 * plan + patience_seconds(innermost(body), strategy)
    window.horizon = lowering.choose(
        given.horizon,
        "window.horizon",
        min(_LONGEST_HORIZON, max(600.0, math.ceil(horizon / 300) * 300.0)),
        "half as long again as the plan takes when all goes well, and the progress deadline; a week at most",
        show_seconds,
    )
    if window.horizon < plan:
        ends, takes = show_seconds(window.horizon), show_seconds(float(math.ceil(plan)))
        lowering.warn(f"the window ends after {ends}, but the plan may take {takes}", "window", "horizon")
    if waits_for_person and lowering.model.approval is None:
        lowering.assumed.add("approval", "never", "nothing is known of who promotes, and when")
        message = "the plan waits for a person, and nobody is said to promote"
        lowering.warn(f"{message}: say after how long, for example approval: 20m", "strategy")
    return window


def _check(lowering: Lowering, core: Any) -> None:
    """The engine's own checks, with the places of what they complain about."""
    for complaint in _core.validate(core):
        said = complaint.path
        for core_words, words in _WORDS.items():
            said = said.replace(core_words, words)
        parts = re.findall(r"\w+", said)
        path = tuple(int(part) if part.isdecimal() else part for part in parts)
        if path[0] == "analyses" and len(path) > 1:
            path = ("analyses", list(lowering.model.analyses)[int(path[1])], *path[2:])
        elif path[:2] == ("release", "truths") and len(path) > 2:
            path = truth_path(lowering, core.release.truths, int(path[2]))
        place = lowering.tree.locate(path)
        lowering.problems.error(complaint.message, place if place.path else place.child(said))


def _show_size(value: float) -> str:
    return f"{value / 2**20:g}MiB"


def _show_bandwidth(value: float) -> str:
    return f"{value / 1e6:g}MB/s"
