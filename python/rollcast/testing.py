"""For the tests of one's own strategies."""

from __future__ import annotations

import copy
import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from rollcast import _core, scenario
from rollcast.lower_python import maker
from rollcast.runbook import is_over_locations
from rollcast.scenario import LoadedScenario

# What is wrong with a release in the simulator, how much, and how many times slower it starts.
_RELEASES: dict[str, tuple[_core.DefectKind, float, float]] = {
    "a good release": (_core.DefectKind.none, 0.0, 1.0),
    "a slow release": (_core.DefectKind.none, 0.0, 10.0),
    "a release that fails requests": (_core.DefectKind.error_rate, 0.5, 1.0),
    "a release that crashes on start": (_core.DefectKind.crash_on_start, 1.0, 1.0),
    "a release that crashes on requests": (_core.DefectKind.crash_on_request, 0.01, 1.0),
}


class ContractError(AssertionError):
    """A strategy breaks the contract. ``breaches``: one line for each way in which it does."""

    def __init__(self, strategy: str, breaches: list[str]) -> None:
        self.breaches = breaches
        super().__init__("\n  ".join([f"{strategy} breaks the contract of strategies:", *breaches]))


def check_strategy(
    strategy: Any,
    *,
    replicas: int = 10,
    quota: int | None = None,
    analyses: tuple[str, ...] = (),
    args: Mapping[str, Any] | None = None,
    allow_code: bool = True,
    resized: bool = False,
    locations: int = 1,
    under_way: int = 0,
) -> None:
    """Raises ContractError unless a strategy keeps what every strategy promises.

    Its decisions are sound (no negative counts, weights that add up to 1, no more instances than `quota`);
    it wants the same when it is shown the same; a good release ends promoted with nothing but the new
    version, a dead or bad one with exactly the old fleet, or the rollout says that it is stuck; it goes back
    when somebody aborts, and what is over stays over. This is played through on a toy fleet, and, for a
    scenario, in the simulator as well, where the same seed must give the same log; of locations of different
    sizes there alone.

    ``strategy``: a class with decide(), a runbook, a recipe of the engine, the name of one in C++ that was
    linked in, or a scenario: loaded, or its file, whose Python code runs unless ``allow_code`` is false.
    ``replicas``: in each location; of a scenario, its own. ``quota``: the most instances that it may want at
    a time; unless it is given, a second fleet and a surge of a quarter, a third fleet where there is a
    baseline, and what experiments start.
    ``analyses`` and ``args``: for a class, a runbook or a name, the names of analyses that it may run, and
    what else it is made with. ``resized``: it must follow an autoscaler, `Observation.replicas`, too; it must
    for a scenario that has one. ``locations``: how many, of one that leads them all; of a scenario, its own.
    ``under_way``: so many of the replicas are of an intermediate revision, whose rollout it interrupts; of a
    scenario, its own.
    """
    names = {name: index for index, name in enumerate(analyses)}
    places = [f"location-{number}" for number in range(1, locations + 1)] if locations > 1 else []
    loaded: LoadedScenario | None = None
    if strategy in _core.registered():
        strategy = _core.make_registered(strategy, replicas, names, dict(args or {}))
    elif isinstance(strategy, str | Path):
        loaded = scenario.load(strategy, allow_code=allow_code)
    elif isinstance(strategy, LoadedScenario):
        loaded = strategy
    if loaded is not None:
        recipe, places = loaded.strategy, [location.name for location in loaded.model.locations]
        replicas = loaded.model.fleet.replicas // max(1, len(places))
    elif isinstance(strategy, _core.Strategy):
        recipe = strategy
    elif inspect.isclass(strategy) or inspect.isgeneratorfunction(strategy):
        make = maker(strategy, replicas * locations, names, dict(args or {}), dict.fromkeys(places, replicas))
        recipe = _core.PythonStrategy(make, strategy.__name__, is_over_locations(strategy))
    else:
        expected = "a class, a generator function, a strategy of the engine or a scenario"
        raise TypeError(f"expected {expected}, got {strategy!r}")
    if places and not recipe.knows_locations:
        raise TypeError(f"{recipe.describe()} knows one location; see rollcast.knows_locations")
    before = _core.UnderWay(instances=under_way) if loaded is None else loaded.model.fleet.under_way
    baseline = _any(recipe, _brings_baseline)
    if quota is None:
        everywhere = replicas * max(1, len(places)) if loaded is None else loaded.model.fleet.replicas
        quota = (3 if baseline else 2) * everywhere + math.ceil(everywhere / 4)
        quota += _of_experiments(recipe) * max(1, len(places)) + before.instances * before.on_top
    if loaded is not None and _core.autoscales(loaded.model):
        resized = True
    sizes = {location.fleet.replicas for location in loaded.model.locations} if loaded is not None else set()
    breaches: list[str] = []
    if len(sizes) < 2:  # the toy's locations are alike
        found = _core.rehearse(
            recipe, replicas, quota, baseline, resized, places, before, _any(recipe, _keeps_original)
        )
        breaches = [str(breach) for breach in found]
    if loaded is not None and not breaches:
        breaches += _simulated(loaded, quota)
    if breaches:
        raise ContractError(recipe.describe(), breaches)


def _any(recipe: Any, such: Callable[[Any], bool]) -> bool:
    """Whether it or one inside it is such."""
    inner = getattr(recipe, "inner", None) or []
    return such(recipe) or any(_any(each, such) for each in (inner if isinstance(inner, list) else [inner]))


def _brings_baseline(recipe: Any) -> bool:
    return isinstance(recipe, _core.Baseline) or getattr(recipe, "brings_baseline", False)


def _keeps_original(recipe: Any) -> bool:
    """CodeDeploy may leave the servers that it replaces as they are."""
    return isinstance(recipe, _core.CodeDeployBlueGreen) and recipe.params.hosts.keeps_original


def _of_experiments(recipe: Any) -> int:
    """Instances of all experiments of a canary: one may be there while those of another have yet to leave."""
    if isinstance(recipe, _core.Canary):
        steps = [step for step in recipe.params.steps if isinstance(step, _core.RunExperiment)]
        return sum(step.stable.replicas + step.canary.replicas for step in steps)
    inner = getattr(recipe, "inner", None) or []
    return sum(_of_experiments(each) for each in (inner if isinstance(inner, list) else [inner]))


def _slowed(location: Any, start: Any) -> Any:
    location.fleet.start = start
    return location


def _simulated(loaded: LoadedScenario, quota: int) -> Iterator[str]:
    """Breaches in the simulator, whose fleet has more to show than a toy."""
    strategy = _core.watched(loaded.strategy, quota)
    for name, (kind, severity, slowness) in _RELEASES.items():
        model = copy.deepcopy(loaded.model)
        truth = _core.TruthKind(name=name, kind=kind, severity=_core.Constant(value=severity))
        model.release = _core.Release(truths=[truth])
        if slowness > 1:
            slow = _core.Constant(value=slowness * _core.quantile(model.fleet.start, 0.5))
            model.fleet.start = slow
            model.locations = [_slowed(location, slow) for location in model.locations]
        try:
            first, again = (_core.replay(model, strategy, _core.ForecastOptions(), 0) for _ in range(2))
        except _core.StrategyError as error:
            yield f"{name}, in the simulator: {error}"
            continue
        if repr(first) != repr(again):  # a rate of nothing is NaN, which equals nothing
            yield f"{name}, in the simulator: another log with the same seed"
