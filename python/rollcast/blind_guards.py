"""Warns of guards that cannot work: that no release could fail, that every release fails, or that see little.

Each metric of an analysis is rehearsed: the engine's own guards look at even traffic in which nothing is left
to chance, with a release that is as good as the old one and with hopeless ones. What they cannot find there,
at the plan's best, they will not find in a rollout.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rollcast import _core
from rollcast._core import analysis as rules
from rollcast._core import power
from rollcast._core import sequential as tests
from rollcast.lowering import Lowering
from rollcast.plan import quick_start_seconds, start_seconds
from rollcast.units import show_fraction, show_seconds
from rollcast.watches import Watch, at_share, prolonged, watches

_SEEN = 0.95  # chance at which a failure is said to be seen
_BLIND = 0.5  # a guard that finds no milder canary than this is none
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
_PLENTY = 1000.0  # times the traffic: no measurement is short of requests
_BISECTIONS = 12
_VERDICTS = {
    _core.AnalysisPhase.failed: "fails",
    _core.AnalysisPhase.error: "ends in an error for",
    _core.AnalysisPhase.inconclusive: "is inconclusive about",
}


def warn_of_blind_guards(lowering: Lowering, core: Any, body: Any, strategy: Any) -> None:
    """``body``: the strategy of the language; ``core`` and ``strategy``: what was made of the two."""
    names = list(lowering.model.analyses)
    quick, patient = (
        watches(lowering.model, core, body, strategy, start(core.fleet))
        for start in (quick_start_seconds, start_seconds)
    )
    for number, name in enumerate(names):
        at_first = [watch for watch in quick if watch.analysis == name]
        at_leisure = [watch for watch in patient if watch.analysis == name]
        for index, metric in enumerate(core.analyses[number].metrics):
            own = isinstance(metric.source, _core.OwnCheck)  # nobody knows what it would find
            if at_leisure and not metric.dry_run and not own:
                guard = _Guard(lowering, core, metric, ("analyses", name, "metrics", index))
                guard.check(at_first, at_leisure)


@dataclass(frozen=True)
class _Run:
    """What a guard made of a rehearsal."""

    phase: Any
    ended: float
    """Seconds from its start."""
    log: list[Any]


class _Guard:
    def __init__(self, lowering: Lowering, core: Any, metric: Any, path: tuple[str | int, ...]) -> None:
        self._lowering = lowering
        self._core = core
        self._metric = metric
        self._path = path
        self._rate = _rate(core)
        self._usual = _usual_answers(core)
        self._name = f'metric "{metric.name}"'

    def check(self, at_first: list[Watch], at_leisure: list[Watch]) -> None:
        """The same watches with instances that start quickly, and slowly."""
        if self._too_few_scrapes() or self._refuses_all(at_first) or self._errs_at_first(at_leisure):
            return
        seen = [watch for watch in at_leisure if watch.share > 0]
        if not seen or not _may_fire(self._metric.source):
            return
        best = max(seen, key=lambda watch: (watch.share, watch.seconds))
        if not any(self._finds(watch) for watch in seen):
            self._warn(self._why_it_finds_nothing(best))
        elif not self._sees_too_little(best):
            self._finds_only_the_worst(best)

    def _warn(self, message: str) -> None:
        self._lowering.warn(f"{self._name} {message}", *self._path)

    # --- rehearsals

    def _rehearse(self, watch: Watch, answers: Any, traffic: float = 1.0) -> Any:
        metric = self._metric
        if watch.every is not None:
            metric = _core.Metric(
                name=metric.name,
                source=metric.source,
                interval=watch.every,
                initial_delay=watch.every,
                failure_limit=watch.tolerated,
                consecutive_error_limit=watch.tolerated,
            )
        plan = [
            rules.RehearsedStretch(lasts=lasts, share=share) for lasts, share in (*watch.before, *watch.plan)
        ]
        starts = math.fsum(lasts for lasts, _ in watch.before)
        rehearsal = rules.Rehearsal(
            rate=self._rate * traffic,
            plan=plan,
            starts=starts,
            old_version=self._usual,
            new_version=answers,
            baseline=self._core.baseline,
        )
        analysis = _core.Analysis(name=metric.name, metrics=[metric])
        run = rules.rehearse(analysis, self._core.observability, rehearsal)
        return _Run(run.phase, run.ended - starts, run.log)

    def _failing(self, share: float) -> Any:
        return rules.RehearsedAnswers(
            errors=share,
            within_bucket=self._usual.within_bucket,
            mean_latency=self._usual.mean_latency,
        )

    def _hopeless(self) -> list[Any]:
        """Releases that fail half, nearly all or all of their requests, or are as slow as can be."""
        return [self._failing(1.0), self._failing(0.99), self._failing(0.5), self._slow()]

    def _slow(self) -> Any:
        timeout = self._core.service.timeout
        return rules.RehearsedAnswers(
            within_bucket=[float(limit >= timeout) for limit in self._core.observability.latency_buckets],
            mean_latency=timeout,
        )

    def _finds(self, watch: Watch) -> bool:
        return self._first_find(watch) is not None

    def _first_find(self, watch: Watch) -> float | None:
        """Seconds until it reacts to the release that it finds first."""
        found = [run for run in (self._rehearse(watch, it) for it in self._hopeless()) if _reacts(watch, run)]
        nothing = replace(watch, before=(), plan=tuple((lasts, 0.0) for lasts, _ in watch.plan))
        silent = self._rehearse(nothing, self._usual)
        if silent.phase == _core.AnalysisPhase.failed:  # an error says nothing of the release
            found.append(silent)
        return min((run.ended for run in found), default=None)

    def _mildest(self, watch: Watch, traffic: float = 1.0) -> float | None:
        """The smallest share of failing requests that it finds; none: it looks at something else."""
        low, high = 0.0, 0.99
        if not _reacts(watch, self._rehearse(watch, self._failing(high), traffic)):
            return None
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            found = _reacts(watch, self._rehearse(watch, self._failing(middle), traffic))
            low, high = (low, middle) if found else (middle, high)
        return high

    # --- what can be wrong

    def _too_few_scrapes(self) -> bool:
        every = self._core.observability.scrape_interval
        for window in _windows(self._metric.source):
            if window < 2 * every:
                self._warn(
                    f"looks back {show_seconds(window)}, and rate() needs two scrapes, which are "
                    f"{show_seconds(every)} apart: look back at least {show_seconds(2 * every)}"
                )
                return True
        return False

    def _refuses_all(self, plan: list[Watch]) -> bool:
        """Whether a use of it refuses a release that is as good as the old version."""
        for watch in plan:
            run = self._rehearse(watch, self._usual)
            if not _reacts(watch, run) or not _reacts(watch, self._rehearse(watch, self._usual, _PLENTY)):
                continue  # or only for want of requests, which is another matter
            if not self._lacks_failures(watch, run):
                after = show_seconds(round(run.ended))
                good = "a release that is as good as the old one"
                self._warn(f"{_VERDICTS[run.phase]} {good}, after {after}: it sees {_seen(run.log)}")
            return True
        return False

    def _errs_at_first(self, plan: list[Watch]) -> bool:
        """Whether a slow start is enough to end it: there is nothing to see yet."""
        for watch in plan:
            run = self._rehearse(watch, self._usual)
            if run.phase != _core.AnalysisPhase.error or watch.share == 0:
                continue
            if not self._lacks_failures(watch, run):
                after = show_seconds(round(run.ended))
                start = show_seconds(math.ceil(start_seconds(self._core.fleet)))
                self._warn(
                    f"ends in an error after {after} where instances take {start} to start: it sees "
                    f"{_seen(run.log)} until then; give it an initial_delay"
                )
            return True
        return False

    def _lacks_failures(self, watch: Watch, run: Any) -> bool:
        """Whether it is an error that there were no failures to count."""
        error = _core.AnalysisPhase.error
        if run.phase != error or self._rehearse(watch, self._failing(_BLIND)).phase == error:
            return False
        self._warn(
            f"ends in an error after {show_seconds(round(run.ended))} while no request has failed: without "
            f"a series of failures its query has no answer; say `or vector(0)` in it, or len(result) == 0 || "
            f"in the condition"
        )
        return True

    def _why_it_finds_nothing(self, watch: Watch) -> str:
        latency = _looks_at_latency(self._metric.source)
        worst = "answers as late as clients wait" if latency else "fails every request"
        cannot = f"cannot fail even a release that {worst}"
        run = self._rehearse(watch, self._slow() if latency else self._failing(1.0))
        lasts = show_seconds(round(watch.seconds))
        limit = watch.tolerated if watch.every is not None else self._metric.failure_limit
        failed = sum(each.phase == _core.AnalysisPhase.failed for each in run.log)
        if not run.log:
            first = show_seconds(self._metric.initial_delay)
            return f"never measures: its first measurement comes after {first}, and it is watched for {lasts}"
        if failed and limit >= failed:
            taken = f"takes {len(run.log)} in {show_seconds(round(run.ended))}"
            return f"{cannot}: it tolerates {limit} failed measurements, and {taken}"
        longer = self._first_find(prolonged(watch))
        if longer is not None and longer > watch.seconds:
            needed = show_seconds(round(longer))
            return f"{cannot}: it would take {needed} to, and is watched for {lasts}"
        reason = f"{cannot}: with {show_fraction(watch.share)} of the traffic it sees {_seen(run.log)}"
        for share in _SHARES:
            if share > watch.share and self._finds(at_share(watch, share)):
                return f"{reason}; it would with {show_fraction(share)}"
        return reason

    def _sees_too_little(self, watch: Watch) -> bool:
        """Whether a window, or a test, is short of requests of the new version."""
        source = self._metric.source
        if isinstance(source, _core.SequentialCheck) and isinstance(source.test, tests.SprtParams):
            return self._is_short_of_requests(watch, source.test)
        scarce = _percentile_needs(source)
        if scarce is not None:
            window, quantile, scope = scarce
            least, share = 1 / (1 - quantile), _share_of(scope, watch.share)
            if self._rate * share * window >= least - 1e-9:
                return False
            self._warn(
                f"takes the {100 * quantile:g}th percentile of {self._requests(share, window)}: of fewer "
                f"than {math.ceil(least - 1e-9):,} it is the slowest{self._remedy(least, window, share)}"
            )
            return True
        ratio = _ratio_window(source)
        if ratio is None:
            return False
        threshold = self._mildest(watch, _PLENTY)
        if threshold is None or threshold >= _BLIND:
            return False
        needed = math.log(1 - _SEEN) / math.log1p(-threshold)
        if self._rate * watch.share * ratio >= needed:
            return False
        self._warn(
            f"fails a new version of which {_percent(threshold)} of the requests fail, and sees "
            f"{self._requests(watch.share, ratio)}: for a failure to be among them {_SEEN:.0%} of the "
            f"time it needs {_rounded(needed):,}{self._remedy(needed, ratio, watch.share)}"
        )
        return True

    def _is_short_of_requests(self, watch: Watch, test: Any) -> bool:
        needed = power.sprt_outlook(test, test.bad).mean_requests
        counted = self._rate * sum(lasts * share for lasts, share in watch.plan)
        if watch.seconds >= prolonged(watch).seconds or counted >= needed:
            return False
        self._warn(
            f"needs about {_rounded(needed):,} requests of the new version to find its bad failure rate of "
            f"{_percent(test.bad)}, and sees {_rounded(counted):,} in {show_seconds(round(watch.seconds))}"
        )
        return True

    def _requests(self, share: float, window: float) -> str:
        count = self._rate * share * window
        return (
            f"{_rounded(count):,} requests in {show_seconds(window)} at {show_fraction(share)} of the traffic"
        )

    def _remedy(self, needed: float, window: float, share: float) -> str:
        """What would work: a longer window, or more traffic."""
        rate = self._rate * share
        if rate <= 0:
            return ""
        longer = show_seconds(60 * math.ceil(needed / rate / 60))
        enough = needed / (self._rate * window)
        more = next((each for each in _SHARES if each >= enough), None)
        return f": look back {longer}" + (f", or at {show_fraction(more)} of the traffic" if more else "")

    def _finds_only_the_worst(self, watch: Watch) -> None:
        if _looks_at_latency(self._metric.source):
            return
        mildest = self._mildest(watch)
        if mildest is None or mildest <= _BLIND:
            return
        message = f"finds no release that fails fewer than {mildest:.0%} of its requests"
        scoped = _whole_service(self._metric.source) and watch.share < 1
        why = f": it sees the whole service, of which that is {mildest * watch.share:.2%}" if scoped else ""
        self._warn(f"{message}, with {show_fraction(watch.share)} of the traffic{why}")


def _reacts(watch: Watch, run: Any) -> bool:
    return run.phase in ((_core.AnalysisPhase.failed,) if watch.pages else _VERDICTS)


# --- what a source looks at


def _windows(source: Any) -> Iterable[float]:
    """How far back its queries look."""
    return {step.selector.window for step in getattr(source, "query", ()) if step.selector.window > 0}


def _ratio_window(source: Any) -> float | None:
    """How far back a share of failing requests is taken; none: it looks at something else."""
    if isinstance(source, _core.QueryCheck):
        divides = any(step.op == _core.QueryOp.divide for step in source.query)
        counts = [
            step.selector for step in source.query if step.op in (_core.QueryOp.rate, _core.QueryOp.increase)
        ]
        requests = all(selector.what == _core.SelectorWhat.requests for selector in counts)
        return max((selector.window for selector in counts), default=None) if divides and requests else None
    if isinstance(source, _core.CloudWatchAlarm) and source.statistic == _core.AlarmStatistic.error_ratio:
        return float(source.period)
    return None


def _percentile_needs(source: Any) -> tuple[float, float, Any] | None:
    """Window, quantile and whose requests, of what takes a percentile."""
    if isinstance(source, _core.QueryCheck):
        for step in source.query:
            if step.op == _core.QueryOp.quantile:
                return step.selector.window, step.number, step.selector.scope
    if getattr(source, "statistic", None) == _core.AlarmStatistic.latency_percentile:
        return source.period, source.percentile, source.scope
    return None


def _looks_at_latency(source: Any) -> bool:
    if isinstance(source, _core.QueryCheck):
        counts = [step.selector.what for step in source.query if step.selector.window > 0]
        return (
            any(what != _core.SelectorWhat.requests for what in counts)
            or _percentile_needs(source) is not None
        )
    statistics = _core.AlarmStatistic
    return getattr(source, "statistic", None) in (statistics.mean_latency, statistics.latency_percentile)


def _share_of(scope: Any, share: float) -> float:
    beside = min(share, 1 - share)
    shares = {_core.Scope.new: share, _core.Scope.old: 1 - share, _core.Scope.baseline: beside}
    return shares.get(scope, 1.0)


def _may_fire(source: Any) -> bool:
    """A rule that can never fire is told of where it stands."""
    if not isinstance(source, _core.BurnRateAlert):
        return True
    return any(rule.burn_rate * (1 - source.objective) < 1 for rule in source.rules)


def _whole_service(source: Any) -> bool:
    if isinstance(source, _core.QueryCheck):
        scopes = {step.selector.scope for step in source.query if step.selector.window > 0}
        return scopes == {_core.Scope.service}
    return bool(getattr(source, "scope", None) == _core.Scope.service)


# --- the service, evenly


def _rate(core: Any) -> float:
    """Requests a second, on average over the window."""
    users = core.traffic.users
    turn = _core.mean(users.think) + _core.mean(core.service.service_time)
    closed = users.count / turn if turn > 0 else 0.0
    return float(_core.mean_rate(core.traffic, 0.0, core.window.horizon)) + closed


def _usual_answers(core: Any) -> Any:
    times = core.service.service_time
    points = [_core.quantile(times, (i + 0.5) / 1000) for i in range(1000)]
    within = [sum(point <= limit for point in points) / 1000 for limit in core.observability.latency_buckets]
    return rules.RehearsedAnswers(
        errors=core.service.error_rate, within_bucket=within, mean_latency=_core.mean(times)
    )


# --- words


def _seen(log: list[Any]) -> str:
    values = [each.value for each in log if each.value is not None and not math.isnan(each.value)]
    if not values:
        return "no data"
    low, high = (f"{float(f'{value:.3g}'):g}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%"


def _rounded(count: float) -> int:
    """Three digits are enough of an estimate."""
    digits = max(0, math.floor(math.log10(count)) - 2) if count >= 1 else 0
    unit: int = 10**digits
    return round(count / unit) * unit
