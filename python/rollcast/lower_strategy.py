"""The strategy: from the scenario language to a recipe of the engine."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast._core import flagger
from rollcast.errors import listed, nearest, shown
from rollcast.lower_aws import lower_aws
from rollcast.lower_compute import Compute, lower_compute
from rollcast.lower_flagger import flagger_params, flagger_plan
from rollcast.lower_locations import regions, waves
from rollcast.lower_python import python_strategy
from rollcast.lowering import Lowering, core_amount, take

Body = (
    language.RollingModel
    | language.RecreateModel
    | language.CanaryModel
    | language.BlueGreenModel
    | language.FlaggerModel
    | language.AllAtOnceModel
    | language.GuardedModel
    | language.ShadowModel
    | language.FeatureFlagModel
    | language.BaselineModel
    | language.PlanModel
    | language.PythonModel
    | language.CppModel
    | language.CodeDeployModel
    | language.EcsModel
    | Compute
    | language.WavesModel
    | language.StackSetModel
)
_Everywhere = language.WavesModel | language.StackSetModel


# The path from a strategy to the one inside it.
_INSIDE: dict[type, tuple[str, str]] = {
    language.GuardedModel: ("guarded", "strategy"),
    language.ShadowModel: ("shadow", "then"),
    language.FeatureFlagModel: ("feature_flag", "exposure"),
    language.BaselineModel: ("baseline", "strategy"),
    language.WavesModel: ("waves", "strategy"),
    language.StackSetModel: ("stack_set", "strategy"),
}


def strategy_body(lowering: Lowering) -> Body | None:
    """The one strategy that is given; none where there is a problem, be it in one that it holds."""
    strategy = lowering.model.strategy
    if strategy is None:
        if not lowering.problems.errors:  # or else the manifest's problem was told
            kinds = listed(language.StrategyModel.model_fields)
            lowering.error(f"expected a plan: a manifest: such as rollout.yaml, or a strategy: with {kinds}")
        return None
    return _one_body(lowering, strategy, "strategy")


def _one_body(lowering: Lowering, strategy: language.StrategyModel, *path: str) -> Body | None:
    given = _given(strategy)
    if not _is_one(lowering, given, language.StrategyModel, *path):
        return None
    body = _body(strategy)
    if isinstance(body, _Everywhere):
        if path != ("strategy",):
            lowering.error(
                "must be around all other strategies: give it a strategy of its own", *path, given[0]
            )
            return None
        if body.strategy is None:
            lowering.error("expected the key strategy: the rollout in each location", *path, given[0])
            return None
    if (inner := _wrapped(body)) is not None:
        return body if _one_body(lowering, inner, *path, *_INSIDE[type(body)]) else None
    return body


def _body(strategy: language.StrategyModel) -> Body:
    """The one that is given."""
    body: Body = getattr(strategy, _given(strategy)[0])
    return body


def _wrapped(body: Body | None) -> language.StrategyModel | None:
    place = _INSIDE.get(type(body))
    return getattr(body, place[1]) if place else None


def inside(body: Body | None) -> Body | None:
    """The strategy inside another one."""
    within = _wrapped(body)
    return None if within is None else _body(within)


def baseline_path(body: Body | None, *path: str) -> tuple[str, ...] | None:
    """Where it says that there is a baseline; none: there is none. ``path``: where the strategy stands."""
    if isinstance(body, language.BaselineModel):
        return (*path, "baseline")
    inner = inside(body)
    return None if inner is None else baseline_path(inner, *path, *_INSIDE[type(body)])


def in_each_location(body: Body) -> Body:
    """What is rolled out in a location: without the waves."""
    return inside(body) or body if isinstance(body, _Everywhere) else body


def is_behind_flag(body: Body | None) -> bool:
    """Whether users are exposed instead of instances."""
    while body is not None and not isinstance(body, language.FeatureFlagModel):
        body = inside(body)
    return body is not None


def innermost(body: Body | None) -> Body | None:
    """What moves in the end, without what is around it."""
    while (inner := inside(body)) is not None:
        body = inner
    return body


def awaited_analyses(body: Body | None) -> set[str]:
    """The names of the analyses that the rollout waits for; for those of guards and shadows it does not."""
    if isinstance(body, language.WavesModel) and body.analysis is not None and not body.bake:
        return {body.analysis} | awaited_analyses(innermost(body))
    body = innermost(body)
    if isinstance(body, language.CanaryModel | language.PlanModel):
        return {step.analysis for step in body.steps if step.analysis is not None}
    if isinstance(body, language.BlueGreenModel):
        return {name for name in (body.pre_promotion, body.post_promotion) if name is not None}
    if isinstance(body, language.FlaggerModel):
        return {body.analysis} if body.analysis is not None else set()
    if isinstance(body, language.CodeDeployModel | language.EcsModel):
        return {name for name in (body.before_traffic, body.after_traffic) if name is not None}
    return set()


def lower_strategy(lowering: Lowering, body: Body, replicas: int, locations: Sequence[Any] = ()) -> Any:
    """The `_core.Strategy`; none where there is a problem. ``locations``: of the engine, if there are any."""
    if locations:
        return _everywhere(lowering, body, [location.fleet.replicas for location in locations])
    if isinstance(body, _Everywhere):
        lowering.error(
            "needs several locations: say locations: beside it", "strategy", _INSIDE[type(body)][0]
        )
        return None
    return _lower(lowering, body, replicas, "strategy")


def _everywhere(lowering: Lowering, body: Body, replicas: list[int]) -> Any:
    """A strategy in each location: wave by wave, or else in all at once."""
    within = in_each_location(body)
    path = ("strategy", *(_INSIDE[type(body)] if within is not body else ()))
    recipes: dict[int, Any] = {}
    for size in replicas:
        if size in recipes:
            continue
        recipes[size] = _lower(lowering, within, size, *path)
        if recipes[size] is None:
            return None
    before = len(lowering.problems.errors)
    inner = list(recipes.values()) if len(recipes) == 1 else [recipes[size] for size in replicas]
    if isinstance(body, language.StackSetModel):
        stacks = _stack_set(lowering, body)
        return None if len(lowering.problems.errors) > before else _core.StackSet(inner, stacks)
    if isinstance(body, language.WavesModel):
        params = _waves(lowering, body)
        return None if len(lowering.problems.errors) > before else _core.Waves(inner, params)
    lowering.assumed.add("strategy.waves", "none", "the rollout begins in all locations at once")
    params = _core.WavesParams(waves=[list(range(len(replicas)))])
    params.on_failure = _core.OnWaveFailure.stop  # none hears of the others
    return _core.Waves(inner, params)


def _waves(lowering: Lowering, body: language.WavesModel) -> Any:
    params = _core.WavesParams(waves=waves(lowering, body, "strategy", "waves"))
    _limits(lowering, params, body, "waves")
    params.bake = body.bake or 0.0
    if body.on_failure is not None:
        params.on_failure = getattr(_core.OnWaveFailure, body.on_failure)
    if body.analysis is not None:
        strategy = _Strategy(lowering, 0, "strategy")
        params.analysis = strategy.analysis(body.analysis, "waves", "analysis")
    return params


def _stack_set(lowering: Lowering, body: language.StackSetModel) -> Any:
    rules = _core.cloudformation
    params = _core.StackSetParams(regions=regions(lowering, body, "strategy", "stack_set"))
    _limits(lowering, params, body, "stack_set")
    if body.region_concurrency is not None:
        params.region_concurrency = getattr(rules.RegionConcurrency, body.region_concurrency)
    if body.concurrency_mode is not None:
        params.mode = getattr(rules.ConcurrencyMode, f"{body.concurrency_mode}_failure_tolerance")
    return params


def _limits(lowering: Lowering, params: Any, body: _Everywhere, kind: str) -> None:
    for key in ("max_concurrent", "failure_tolerance"):
        if (given := getattr(body, key)) is None:
            continue
        amount = core_amount(given)
        setattr(params, key, amount)
        if amount.percent and amount.value > 100:
            lowering.error(f"expected at most 100%, got {given}", "strategy", kind, key)
        elif key == "max_concurrent" and amount.value == 0:
            lowering.error("expected at least 1: nothing could ever begin", "strategy", kind, key)


def _lower(lowering: Lowering, body: Body, replicas: int, *path: str) -> Any:
    before = len(lowering.problems.errors)
    if isinstance(body, language.PythonModel):
        return python_strategy(lowering, body, replicas, *path, "python")
    if isinstance(body, language.CppModel):
        return _registered(lowering, body, replicas, *path, "cpp")
    strategy = _Strategy(lowering, replicas, *path)
    recipe: Any
    if (within := inside(body)) is not None:
        inner = _lower(lowering, within, replicas, *path, *_INSIDE[type(body)])
        if isinstance(body, language.BaselineModel) and inner is not None:
            _check_side_by_side(lowering, within, inner, *path, *_INSIDE[type(body)])
        wrapper, params = strategy.wrapper(body)
        recipe = functools.partial(wrapper, inner)
    else:
        recipe, params = strategy.lower(body)
    if len(lowering.problems.errors) > before:
        return None
    try:
        return recipe(params)
    except ValueError as error:
        lowering.error(str(error), *path, *(_INSIDE[type(body)][:1] if within else ()))
        return None


def _check_side_by_side(lowering: Lowering, body: Body, strategy: Any, *path: str) -> None:
    """Refuses a baseline where no two versions serve at a time."""
    if isinstance(body, language.GuardedModel):
        return _check_side_by_side(
            lowering, _body(body.strategy), strategy.inner, *path, *_INSIDE[type(body)]
        )
    if isinstance(body, language.FeatureFlagModel):
        lowering.error("behind a flag there are no new instances whose age could matter", *path)
        return None
    at_once = isinstance(body, language.RecreateModel | language.AllAtOnceModel | language.BlueGreenModel)
    if isinstance(strategy, _core.CodeDeployShift | _core.EcsShift):
        at_once = strategy.shifts[0].permille == 1000
    if isinstance(body, language.FlaggerModel):
        kind = flagger.kind(flagger_plan(body))
        at_once = kind not in (flagger.Kind.canary, flagger.Kind.ab_testing) and not body.mirror
    if at_once:
        lowering.error(
            "all requests change over at once, so that a baseline has nothing to be compared with", *path
        )
    return None


def _registered(lowering: Lowering, body: language.CppModel, replicas: int, *path: str) -> Any:
    known = _core.registered()
    if body.name not in known:
        message = (
            f"there is no strategy {shown(body.name)} linked in; there is {listed(known, 'and') or 'none'}"
        )
        lowering.error(message, *path, "name", suggestion=nearest(body.name, known))
        return None
    analyses = {name: index for index, name in enumerate(lowering.model.analyses)}
    try:
        return _core.make_registered(body.name, replicas, analyses, body.args)
    except ValueError as error:
        lowering.error(f"{body.name} cannot be made: {error}", *path, "args")
        return None


def _given(model: language.Model) -> list[str]:
    return [key for key in type(model).model_fields if getattr(model, key) not in (None, False)]


def _is_one(lowering: Lowering, given: list[str], model: type[language.Model], *path: str | int) -> bool:
    if len(given) != 1:
        found = listed(given, "and") or "none"
        lowering.error(f"expected one of {listed(model.model_fields)}, got {found}", *path)
    return len(given) == 1


class _Strategy:
    def __init__(self, lowering: Lowering, replicas: int, *path: str) -> None:
        """``path``: where it stands."""
        self._lowering = lowering
        self._replicas = replicas
        self._path = path

    def _error(self, message: str, *path: str | int) -> None:
        self._lowering.error(message, *self._path, *path)

    def lower(self, body: Body) -> tuple[Any, Any]:
        """A class of recipes and its parameters."""
        if isinstance(body, language.CanaryModel):
            return _core.Canary, self._canary(body)
        if isinstance(body, language.BlueGreenModel):
            return _core.BlueGreen, self._blue_green(body)
        if isinstance(body, language.CodeDeployModel | language.EcsModel):
            return lower_aws(self._lowering, body, self._replicas, self.analysis, *self._path)
        if isinstance(body, Compute):
            return lower_compute(self._lowering, body, self._replicas, self.analysis, *self._path)
        if isinstance(body, language.FlaggerModel):
            return _core.Flagger, self._flagger(body)
        if isinstance(body, language.PlanModel):
            return _core.Plan, self._plan(body)
        if isinstance(body, language.AllAtOnceModel):
            return _core.AllAtOnce, self._start(_core.AllAtOnceParams(), body)
        if isinstance(body, language.RollingModel | language.RecreateModel):
            return _core.Rolling, self._rolling(body)
        raise TypeError(f"{type(body).__name__} holds no plan of its own")

    def _start(self, params: Any, body: Any) -> Any:
        """The members that have the same name everywhere."""
        params.replicas = self._replicas
        if body.progress_deadline is not None:
            params.progress_deadline = None if math.isinf(body.progress_deadline) else body.progress_deadline
        for key in ("progress_deadline_abort", "scale_down_delay", "abort_scale_down_delay"):
            if hasattr(body, key):
                setattr(params, key, getattr(body, key))
        return params

    def _amounts(self, params: Any, body: Any, kind: str) -> None:
        for key in ("max_surge", "max_unavailable"):
            if (amount := getattr(body, key)) is not None:
                setattr(params, key, core_amount(amount))
        path = (kind, "max_unavailable")
        if params.max_surge.value == 0 and params.max_unavailable.value == 0:
            self._error("max_surge and max_unavailable are both 0, so nothing could ever move", *path)
        if params.max_unavailable.percent and params.max_unavailable.value > 100:
            self._error(f"expected at most 100%, got {body.max_unavailable}", *path)

    def wrapper(self, body: Body) -> tuple[Any, Any]:
        """A class of recipes around another, and its parameters."""
        if isinstance(body, language.GuardedModel):
            analysis = self.analysis(body.analysis, "guarded", "analysis")
            return _core.Guarded, _core.GuardParams(analysis=analysis, bake=body.bake or 0.0)
        if isinstance(body, language.ShadowModel):
            return _core.Shadow, self._shadow(body)
        if isinstance(body, language.FeatureFlagModel):
            return (lambda inner, _: _core.FeatureFlag(inner)), None
        if isinstance(body, language.BaselineModel):
            params = _core.BaselineParams()
            take(params, body, "progress_deadline", "scale_down_delay")
            return _core.Baseline, params
        raise TypeError(f"{type(body).__name__} is around nothing")

    def _shadow(self, body: language.ShadowModel) -> Any:
        params = self._start(_core.ShadowParams(), body)
        take(params, body, "mirrored", "duration")
        if body.instances is not None:
            params.instances = core_amount(body.instances)
        if body.analysis is not None:
            params.analysis = self.analysis(body.analysis, "shadow", "analysis")
        return params

    def _rolling(self, body: language.RollingModel | language.RecreateModel) -> Any:
        params = self._start(_core.RollingParams(), body)
        if isinstance(body, language.RecreateModel):
            params.type = _core.DeploymentType.recreate
        else:
            self._amounts(params, body, "rolling")
        return params

    def analysis(self, name: str, *path: str | int) -> int:
        names = list(self._lowering.model.analyses)
        if name in names:
            return names.index(name)
        known = f"; there is {listed(names, 'and')}" if names else ""
        self._error(f'there is no analysis "{name}" under analyses{known}', *path)
        return 0

    def _canary(self, body: language.CanaryModel) -> Any:
        params = self._start(_core.CanaryParams(), body)
        self._amounts(params, body, "canary")
        params.routed = body.routed
        params.max_weight = params.max_weight if body.max_weight is None else body.max_weight
        params.min_pods_per_replica_set = body.min_pods_per_replica_set
        params.dynamic_stable_scale = body.dynamic_stable_scale
        self._check_dynamic(body)
        params.steps = [self._step(step, params, "canary", "steps", i) for i, step in enumerate(body.steps)]
        if body.background is not None:
            path = ("canary", "background")
            first = body.background.from_step or 0
            if first > len(body.steps):
                self._error(f"expected a step from 0 to {len(body.steps)}, got {first}", *path, "from_step")
            analysis = self.analysis(body.background.analysis, *path, "analysis")
            params.background = _core.BackgroundAnalysis(analysis=analysis, starting_step=first)
        return params

    def _check_dynamic(self, body: language.CanaryModel) -> None:
        path = ("canary", "dynamic_stable_scale")
        if body.dynamic_stable_scale and not body.routed:
            self._error("needs a traffic router: routed: true", *path)
        elif body.dynamic_stable_scale and body.scale_down_delay is not None:
            self._error(
                "may not be given with scale_down_delay: the old version goes with its traffic", *path
            )

    def _flagger(self, body: language.FlaggerModel) -> Any:
        params = flagger_params(self._lowering, body, *self._path, "flagger")
        params.replicas = self._replicas
        self._amounts(params, body, "flagger")
        if body.analysis is not None:
            params.analysis = self.analysis(body.analysis, "flagger", "analysis")
        return params

    def _step(self, step: language.StepModel, params: Any, *path: str | int) -> Any:
        given = [key for key in language.StepModel.model_fields if getattr(step, key) is not None]
        if not _is_one(self._lowering, given, language.StepModel, *self._path, *path):
            return _core.Pause(duration=0)
        if step.set_weight is not None:
            if not 0 <= step.set_weight <= params.max_weight:
                message = f"expected a weight from 0 to {params.max_weight}, got {step.set_weight}"
                self._error(message, *path, "set_weight")
            return _core.SetWeight(weight=step.set_weight)
        if step.pause is not None:
            return _core.Pause(duration=None if math.isinf(step.pause) else step.pause)
        if step.set_canary_scale is not None:
            return self._scale(step.set_canary_scale, params, *path, "set_canary_scale")
        if step.set_mirror is not None:
            if not 0 <= step.set_mirror <= 100:
                self._error(
                    f"expected a percentage from 0 to 100, got {step.set_mirror}", *path, "set_mirror"
                )
            elif not params.routed:
                self._error("needs a traffic router: routed: true", *path, "set_mirror")
            return _core.SetMirror(percentage=step.set_mirror)
        return _core.RunAnalysis(analysis=self.analysis(step.analysis or "", *path, "analysis"))

    def _scale(self, scale: language.ScaleModel, params: Any, *path: str | int) -> Any:
        _is_one(self._lowering, _given(scale), language.ScaleModel, *self._path, *path)
        if not params.routed:
            message = "has no effect: Argo heeds it only with a traffic router"
            self._lowering.warn(message, *self._path, *path)
        return _core.SetCanaryScale(
            replicas=scale.replicas,
            weight=scale.weight,
            match_traffic_weight=bool(scale.match_traffic_weight),
        )

    def _plan(self, body: language.PlanModel) -> Any:
        params = self._start(_core.PlanParams(), body)
        new = 0
        steps: list[Any] = []
        for index, step in enumerate(body.steps):
            path = ("plan", "steps", index)
            lowered = list(self._plan_step(step, *path))
            if not lowered:
                self._error(f"expected a step with {listed(language.PlanStepModel.model_fields)}", *path)
            elif step.within is not None and sum(hasattr(each, "within") for each in lowered) != 1:
                message = (
                    "expected it beside one thing that may be late: instances, an analysis or an approval"
                )
                self._error(message, *path, "within")
            new = new if step.new is None else self._size(step.new)
            if step.until is not None and self._size(step.until) > new:
                message = f"expected at most the {new} instances that are wanted by then, got {step.until}"
                self._error(message, *path, "until")
            steps += lowered
        params.steps = steps
        return params

    def _size(self, amount: str | int) -> int:
        return _core.resolve(core_amount(amount), self._replicas, _core.Rounding.up)

    def _plan_step(self, step: language.PlanStepModel, *path: str | int) -> Iterator[Any]:
        sizes = [None if each is None else core_amount(each) for each in (step.old, step.new, step.until)]
        if any(sizes):
            old, new, enough = sizes
            yield _core.PlanScale(old_version=old, new_version=new, enough=enough, within=step.within)
        if step.weight is not None:
            yield _core.PlanShift(weight=step.weight)
        if step.wait is not None:
            yield _core.PlanWait(duration=step.wait)
        if step.analysis is not None:
            analysis = self.analysis(step.analysis, *path, "analysis")
            yield _core.PlanAnalyse(analysis=analysis, within=step.within)
        if step.approval:
            yield _core.PlanApprove(within=step.within)

    def _blue_green(self, body: language.BlueGreenModel) -> Any:
        params = self._start(_core.BlueGreenParams(), body)
        params.preview_replica_count = body.preview_replicas
        if body.preview_replicas is not None and body.preview_replicas > self._replicas:
            message = f"expected at most the {self._replicas} replicas, got {body.preview_replicas}"
            self._error(message, "blue_green", "preview_replicas")
        params.auto_promotion_enabled = body.auto_promotion
        params.auto_promotion = body.auto_promotion_after or 0.0
        params.scale_down_delay_revision_limit = body.scale_down_delay_revision_limit
        if body.pre_promotion is not None:
            params.pre_promotion = self.analysis(body.pre_promotion, "blue_green", "pre_promotion")
        if body.post_promotion is not None:
            params.post_promotion = self.analysis(body.post_promotion, "blue_green", "post_promotion")
        return params
