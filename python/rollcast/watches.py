"""When each analysis looks at a rollout, and which share of the traffic the new version has then.

Shares are those of a rollout in which all goes well, up to its promotion.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast._core import codedeploy, ecs, flagger
from rollcast.lower_compute import Compute
from rollcast.lower_flagger import flagger_plan
from rollcast.lower_strategy import inside
from rollcast.plan import analysis_seconds, waves
from rollcast.plan_compute import compute_stretches

FOREVER = 86400.0
"""As long as a guard is given where nothing ends its watch: a day."""

Stretch = tuple[float, float]
"""For so many seconds the new version has this share of the traffic."""


@dataclass(frozen=True)
class Watch:
    """One way in which a plan uses an analysis."""

    analysis: str
    plan: tuple[Stretch, ...]
    """From the start of the analysis to where it can no longer change anything."""
    before: tuple[Stretch, ...] = ()
    """What went before, on which it looks back."""
    every: float | None = None
    """It is made again and again, at this interval."""
    tolerated: int = 0
    """So many of these may fail."""
    pages: bool = False
    """It pages a person when it fails; its errors have no consequences."""

    @property
    def seconds(self) -> float:
        return math.fsum(lasts for lasts, _ in self.plan)

    @property
    def share(self) -> float:
        """The largest."""
        return max((share for _, share in self.plan), default=0.0)


@dataclass(frozen=True)
class _Rollout:
    """What becomes of the traffic, and who looks at it."""

    traffic: tuple[Stretch, ...]
    watches: tuple[Watch, ...] = field(default=())


def watches(model: language.ScenarioModel, core: Any, body: Any, strategy: Any, start: float) -> list[Watch]:
    """All of a plan. ``body``: the strategy of the scenario language, ``strategy``: what it was lowered to.

    ``start``: seconds until an instance is there.
    """
    rollout = _Plan(model, core, start).rollout(body, strategy)
    if rollout is None:
        return []
    paged = model.people.pages if model.people is not None else []
    return [*rollout.watches, *(Watch(name, rollout.traffic, pages=True) for name in paged)]


class _Plan:
    def __init__(self, model: language.ScenarioModel, core: Any, start: float) -> None:
        self._replicas = core.fleet.replicas
        self._start = start
        self._leave = core.fleet.grace
        self._approval = (
            FOREVER
            if core.people.approval is None
            else min(FOREVER, _core.quantile(core.people.approval, 0.95))
        )
        self._analyses = dict(zip(model.analyses, core.analyses, strict=True))

    def rollout(self, body: Any, strategy: Any) -> _Rollout | None:
        """None where nothing is known of what it does."""
        if isinstance(body, language.GuardedModel):
            return self._guarded(body, strategy)
        if isinstance(body, language.ShadowModel):
            return self._shadow(body, strategy)
        if isinstance(body, language.FeatureFlagModel | language.BaselineModel):
            return self.rollout(inside(body), strategy.inner)
        if isinstance(body, language.CanaryModel):
            return self._canary(body)
        if isinstance(body, language.BlueGreenModel):
            return self._blue_green(body)
        if isinstance(body, language.FlaggerModel):
            return self._flagger(body)
        if isinstance(body, language.CodeDeployModel | language.EcsModel):
            return self._aws(body, strategy)
        if isinstance(body, Compute):
            return self._compute(body, strategy)
        if isinstance(body, language.RollingModel):
            return _Rollout(self._rolling(body.max_surge, body.max_unavailable))
        if isinstance(body, language.RecreateModel | language.AllAtOnceModel):
            return _Rollout(((self._start, 0.0),))
        return None

    def _guarded(self, body: language.GuardedModel, strategy: Any) -> _Rollout | None:
        inner = self.rollout(inside(body), strategy.inner)
        if inner is None:
            return None
        traffic = (*inner.traffic, (body.bake or 0.0, 1.0))
        return _Rollout(traffic, (*inner.watches, Watch(body.analysis, traffic)))

    def _shadow(self, body: language.ShadowModel, strategy: Any) -> _Rollout | None:
        inner = self.rollout(inside(body), strategy.inner)
        if inner is None:
            return None
        starting = (self._start, 0.0)
        copies = (strategy.params.duration, _copied(strategy.params.mirrored))
        watch = [Watch(body.analysis, (copies,), (starting,))] if body.analysis is not None else []
        return _Rollout((starting, copies, *inner.traffic), (*watch, *inner.watches))

    def _rolling(self, surge: str | int | None, unavailable: str | int | None) -> tuple[Stretch, ...]:
        times = waves(surge or "25%", unavailable or "25%", self._replicas)
        return tuple((self._start, wave / times) for wave in range(times))

    def _canary(self, body: language.CanaryModel) -> _Rollout:
        share, copied, most = 0.0, 0.0, body.max_weight or 100
        traffic: list[Stretch] = []
        found: list[Watch] = []
        since = body.background.from_step or 0 if body.background is not None else 0
        for step in body.steps:
            sees = max(share, copied)
            if step.pause is not None:
                traffic.append(
                    (min(step.pause, self._approval) if math.isinf(step.pause) else step.pause, sees)
                )
            elif step.analysis is not None:
                found.append(replace(self._awaited(step.analysis, sees), before=tuple(traffic)))
                traffic.append((analysis_seconds(self._analyses.get(step.analysis)), sees))
            else:
                traffic.append((self._start, sees))
            if step.set_mirror is not None:
                copied = _copied(step.set_mirror / 100)
            if step.set_weight is not None:
                share = step.set_weight / most
                if share > 0 and not body.routed:  # instances are whole
                    share = max(share, 1 / self._replicas)
        if body.background is not None:
            found.append(Watch(body.background.analysis, tuple(traffic[since:]), tuple(traffic[:since])))
        promoting = self._rolling(body.max_surge, body.max_unavailable)
        return _Rollout((*traffic, *((lasts, max(share, each)) for lasts, each in promoting)), tuple(found))

    def _blue_green(self, body: language.BlueGreenModel) -> _Rollout:
        person = body.auto_promotion is False and not body.auto_promotion_after
        waits = (body.auto_promotion_after or 0.0) + self._approval * person
        found = [self._awaited(body.pre_promotion, 0.0)] if body.pre_promotion else []
        found += [self._awaited(body.post_promotion, 1.0)] if body.post_promotion else []
        after = analysis_seconds(self._analyses.get(body.post_promotion or ""))
        return _Rollout(((self._start + waits, 0.0), (after, 1.0)), tuple(found))

    def _flagger(self, body: language.FlaggerModel) -> _Rollout:
        plan, every = flagger_plan(body), flagger.analysis_interval(body.interval)
        shares: list[float] = []
        kind = flagger.kind(plan)
        if kind is flagger.Kind.canary:
            weight = 0
            while weight < flagger.max_weight(plan) and flagger.next_step_weight(plan, weight) > 0:
                weight = min(100, weight + flagger.next_step_weight(plan, weight))
                shares.append(weight / 100)
        elif kind is flagger.Kind.ab_testing:
            shares = [body.match or 0.0] * flagger.iterations(plan)
        elif body.mirror:
            shares = [_copied(body.mirror_weight)] * flagger.iterations(plan)
        traffic = ((self._start, 0.0), *((every, share) for share in shares))
        if body.analysis is None or body.skip_analysis or not shares:
            return _Rollout(traffic)
        tolerated = flagger.threshold(plan) - 1  # and until then the canary stays where it is
        watch = Watch(body.analysis, (((tolerated + 60) * every, max(shares)),), (), every, tolerated)
        return _Rollout(traffic, (watch,))

    def _aws(self, body: language.CodeDeployModel | language.EcsModel, strategy: Any) -> _Rollout:
        params = strategy.params
        before = [self._awaited(body.before_traffic, 0.0)] if body.before_traffic else []
        after = [self._awaited(body.after_traffic, 1.0)] if body.after_traffic else []
        traffic: tuple[Stretch, ...]
        if isinstance(strategy, _core.EcsRolling):
            bounds = ecs.bounds(params.replicas, params.minimum_healthy_percent, params.maximum_percent)
            bake = params.alarms.bake if params.alarms is not None else 0.0
            traffic = (*self._batches(bounds.upper - bounds.lower), (bake, 1.0))
        elif isinstance(strategy, _core.CodeDeployInPlace):
            minimum = codedeploy.minimum_hosts(params.minimum_healthy, self._replicas)
            traffic = self._batches(self._replicas - minimum)
        else:
            bake = params.termination_wait if isinstance(strategy, _core.CodeDeployShift) else params.bake
            hook = analysis_seconds(self._analyses.get(body.after_traffic or ""))
            traffic = ((self._start, 0.0), *_shifted(strategy.shifts), (bake + hook, 1.0))
        watch = [Watch(body.alarms, traffic)] if body.alarms else []
        return _Rollout(traffic, (*before, *after, *watch))

    def _compute(self, body: Compute, strategy: Any) -> _Rollout:
        traffic = compute_stretches(strategy, self._start, self._leave)
        watch = getattr(body, "alarms", None) or getattr(body, "triggers", None)
        return _Rollout(traffic, (Watch(watch, traffic),) if watch else ())

    def _batches(self, at_once: int) -> tuple[Stretch, ...]:
        batches = math.ceil(self._replicas / max(1, at_once))
        return tuple((self._start, batch / batches) for batch in range(batches))

    def _awaited(self, name: str, share: float) -> Watch:
        """The rollout waits until it ends: it has all the time that it needs."""
        return Watch(name, ((FOREVER, share),))


def _copied(share: float | None) -> float:
    """The share of the traffic that goes to either version when so much of it is copied, all if None."""
    share = 1.0 if share is None else share
    return share / (1 + share)


def _shifted(shifts: list[Any]) -> Iterator[Stretch]:
    for one, following in itertools.pairwise(shifts):
        yield following.at - one.at, one.permille / 1000


def at_share(watch: Watch, share: float) -> Watch:
    """The same with so much traffic at its height, and the rest in proportion."""
    factor = share / watch.share
    return replace(watch, plan=tuple((lasts, min(1.0, each * factor)) for lasts, each in watch.plan))


def prolonged(watch: Watch) -> Watch:
    """The same, but the share stays for a day where it is highest."""
    plan = []
    for lasts, share in watch.plan:
        plan.append((lasts, share))
        if share == watch.share:
            break
    plan[-1] = (FOREVER, plan[-1][1])
    return replace(watch, plan=tuple(plan))
