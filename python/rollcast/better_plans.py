"""A better plan: the plans that no other one beats, by an optimiser that noise cannot fool.

Three stages, each with luck of its own and all plans under the same luck. An optimiser (NSGA-II of Optuna;
where there are few plans, all are tried) explores with few replications. What may be best races with ever
more replications: a plan is out once it is shown to be beaten, or to break a requirement. What is left, and
best by then, is simulated afresh: no number of the result had a say in the choice.
"""

from __future__ import annotations

import itertools
import json
import math
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rollcast import _core, comparison, paired, ranges, scenario, units, wording
from rollcast.errors import InputError, listed, path_steps
from rollcast.outcomes import VERDICTS
from rollcast.parameters import with_values
from rollcast.patch import Patch, patch
from rollcast.study import DEFAULT_SEED, Forecast, Source, estimate_units, forecast
from rollcast.thresholds import Result, Threshold, parse_threshold, require_known

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from optuna.distributions import BaseDistribution

    from rollcast.axes import Axis
    from rollcast.comparison import Comparison

DEFAULT_TRIALS = 60
DEFAULT_REPLICATIONS = 50

SHORT_NAMES = {"duration": "duration_mean", "harm": "attributable_failures_mean"}
"""What may be minimised, besides any estimate."""

_CONFIDENCE = 0.95
_RACERS = 16
_ROUNDS = (2, 4)  # times the replications of the exploration
_WINNERS = 8
_GENERATIONS = 5


@dataclass(frozen=True)
class Requirement:
    """What a plan must meet."""

    text: str
    threshold: Threshold | None
    """None: good releases are promoted as often as by the given plan."""

    def violation(self, plan: Forecast, given: Forecast) -> float:
        """0 or less: it is met, by the estimate."""
        if self.threshold is None:
            lost, gained, good = _promotions(plan, given)
            return (lost - gained) / max(good, 1)
        value = plan.estimates[self.threshold.name].value
        distance = value - self.threshold.limit
        return math.inf if math.isnan(value) else distance if self.threshold.sign[0] == "<" else -distance

    def check(self, plan: Forecast, given: Forecast) -> Result:
        """Whether it is met, given how little is known."""
        if self.threshold is not None:
            return self.threshold.check(plan.estimates[self.threshold.name])
        lost, gained, good = _promotions(plan, given)
        if lost <= gained:
            return Result.HOLDS
        return Result.FAILS if paired.tango(gained, lost, good)[1] < 0 else Result.UNDECIDED


def _promotions(plan: Forecast, given: Forecast) -> tuple[int, int, int]:
    """Good releases that only the given plan promotes, that only this one does, and all of them."""
    good = ~given.bad
    here, there = (each.columns["verdict"][good] == VERDICTS.index("promoted") for each in (plan, given))
    return int((there & ~here).sum()), int((here & ~there).sum()), int(good.sum())


@dataclass(frozen=True, eq=False)
class Plan:
    """One plan of the front, or the given one."""

    label: str
    """ "A" is the first by the first objective."""
    values: Mapping[str, Any]
    """By the parameter's path, in the scenario language's words."""
    forecast: Forecast
    """Of replications that had no say in the choice."""
    requirements: tuple[Result, ...]

    @property
    def scenario(self) -> scenario.LoadedScenario:
        return self.forecast.scenario


@dataclass(frozen=True, eq=False)
class Search:
    """Plans that no other one is known to beat."""

    given: Plan
    front: Sequence[Plan]
    """The others that no plan beats, by the first objective."""
    stands: bool
    """The given plan is not beaten either, and meets the requirements."""
    objectives: tuple[str, ...]
    """Names of estimates; less is better."""
    requirements: tuple[Requirement, ...]
    ranges: Mapping[str, ranges.Range]
    explored: Sequence[Mapping[str, Any]] = field(repr=False)
    """Every plan that was tried: its values, the objectives by few replications, and `feasible`."""
    replications: int
    """Of each stage of a plan's exploration; the front's have four times as many."""
    seed: int

    @property
    def comparison(self) -> Comparison:
        """The front's plans against the given one, in pairs."""
        return comparison.of_forecasts({each.label: each.forecast for each in (self.given, *self.front)})

    def changes(self, plan: Plan) -> dict[str, tuple[Any, Any]]:
        """What the plan says otherwise than the given one: both values, by path."""
        now = self.given.values
        return {path: (now[path], value) for path, value in plan.values.items() if value != now[path]}

    def patch(self, plan: Plan) -> Patch:
        """How to say the plan in the files that say the given one."""
        return patch(self.given.scenario, {path: value for path, (_, value) in self.changes(plan).items()})

    def write(self, folder: str | PathLike[str]) -> list[Path]:
        """Writes each plan: a diff of the files that say the given one, a component of Kustomize where
        Kubernetes knows it, and the scenario in full."""
        import yaml

        from rollcast.files import write_atomically

        written = []
        for plan in self.front:
            change = self.patch(plan)
            said = dict(plan.scenario.language)
            texts = {
                f"{plan.label}.patch": change.diff(),
                f"{plan.label}/kustomization.yaml": change.kustomization(),
                f"{plan.label}.yaml": yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110),
            }
            for name, text in texts.items():
                if text:
                    path = Path(folder) / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write_atomically(path, text.encode())
                    written.append(path)
        return written

    @property
    def sentence(self) -> str:
        """What was found, in words."""
        tried = wording.plural(len(self.explored), "plan")
        count = len(self.front) + self.stands
        if count == 0:
            return f"Of {tried} none meets the requirements."
        found = f"Of {tried} {count} {'is' if count == 1 else 'are'} not beaten by any other"
        if self.stands:
            found += ", the given one among them" if count > 1 else ": the given one"
        better = [plan.label for plan in self.front if self.is_better(plan)]
        if not better:
            return f"{found}." if self.stands else f"{found}; none is better than the given one beyond doubt."
        are = f"{wording.listing(better)} {'is' if len(better) == 1 else 'are'}"
        return f"{found}; {are} better than the given one beyond doubt."

    def is_better(self, plan: Plan) -> bool:
        """Whether the given plan is shown to be beaten: worse in an objective, and better in none."""
        tests = max(1, len(self.front) * len(self.objectives))
        return _beats(plan.forecast, self.given.forecast, self.objectives, 1 - (1 - _CONFIDENCE) / tests)

    def plot(self, ax: Axes) -> Axes:
        """The front over the first two objectives, with all plans that were tried."""
        from rollcast.plot import front

        return front(self, ax)

    def picture(self, path: str | PathLike[str]) -> None:
        """Writes the plot: .png, .svg or .pdf."""
        from matplotlib.figure import Figure

        from rollcast.plot import styled

        with styled():
            figure = Figure(figsize=(7, 5), layout="constrained")
            self.plot(figure.subplots())
        figure.savefig(path, facecolor="white", dpi=150)

    def to_json(self) -> str:
        """The front, what was tried, and the study's identity. A number that is not finite is null."""
        document = {
            "scenario": self.given.scenario.name,
            "source": str(self.given.scenario.source),
            "model_version": _core.model_version,
            "seed": self.seed,
            "replications": self.replications,
            "minimise": list(self.objectives),
            "subject_to": [each.text for each in self.requirements],
            "parameters": {
                path: [ranges.in_words(value) for value in each.values()]
                for path, each in self.ranges.items()
            },
            "given": self._as_json(self.given),
            "front": [self._as_json(plan) for plan in self.front],
            "explored": [
                {key: _finite(value) if isinstance(value, float) else value for key, value in row.items()}
                for row in self.explored
            ],
        }
        return json.dumps(document, indent=2, allow_nan=False) + "\n"

    def _as_json(self, plan: Plan) -> dict[str, Any]:
        estimates = plan.forecast.estimates
        return {
            "label": plan.label,
            "values": dict(plan.values),
            "estimates": {
                name: {"value": _finite(each.value), "low": _finite(each.low), "high": _finite(each.high)}
                for name, each in estimates.items()
            },
            "requirements": [each.value for each in plan.requirements],
        }

    def __str__(self) -> str:
        lines = [self.sentence]
        for plan in self.front:
            numbers = ", ".join(f"{name} {plan.forecast.estimates[name]}" for name in self.objectives)
            lines.append(f"{plan.label}: {numbers}")
            lines += [
                f"    {path}: {ranges.in_words(now)} -> {ranges.in_words(value)}"
                for path, (now, value) in self.changes(plan).items()
            ]
        return "\n".join(lines) + "\n"


def search(
    source: Source,
    minimise: Sequence[str] = ("duration", "harm"),
    subject_to: Sequence[str] = (),
    parameters: Mapping[str, Any] | Sequence[Axis] | None = None,
    *,
    trials: int = DEFAULT_TRIALS,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    threads: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Search:
    """Looks for better plans than the given one.

    `minimise`: "duration", "harm" or names of estimates. `subject_to`: such as "p_escape < 1%". `parameters`:
    by path, a range "1m..10m" or a list of values; of a canary's steps, how many weights; not given: what the
    strategy and its guards say of times, weights and limits. Where nothing is said of promotions, good
    releases have to be promoted as often as by the given plan. `progress` is told how many replications are
    finished. Needs Optuna. Raises InputError.
    """
    loaded = source if isinstance(source, scenario.LoadedScenario) else scenario.load(source)
    if trials < 1 or replications < 2:
        raise InputError("a search needs at least one trial and two replications of each plan")
    known = estimate_units(loaded)
    objectives = tuple(dict.fromkeys(SHORT_NAMES.get(name.strip(), name.strip()) for name in minimise))
    for name in objectives:
        require_known(name, [*known, *SHORT_NAMES])
    if not objectives:
        raise InputError("expected something to minimise, such as duration or harm")
    requirements = tuple(Requirement(text, parse_threshold(text, known)) for text in subject_to)
    if not any(name.startswith(("p_promoted", "p_false", "p_rolled")) for name in _names(requirements)):
        requirements += (Requirement("promotes good releases as often as the given plan", None),)
    found = ranges.parameters_of(loaded, parameters)
    for path in found:
        if path_steps(path)[0] in comparison.WORLD:
            world = listed(comparison.WORLD, "and")
            raise InputError(f"{path} is not the plan's: plans are compared on the same {world}")
    space = _Space(loaded, found, keep_rising=parameters is None)
    field_ = _Field(space, objectives, requirements, threads, progress)

    tried = _explore(field_, trials, replications, seed)
    racers = _promising(field_, tried)
    finalists = _race(field_, racers, replications, seed + 1)
    winners = _spread_out(finalists, objectives, _WINNERS)
    runs = replications * _ROUNDS[-1]
    given = field_.run(space.given, runs, seed + 2)
    plans = [(point, field_.run(point, runs, seed + 2)) for point, _ in winners if point != space.given]
    plans.sort(key=lambda each: each[1].estimates[objectives[0]].value)
    return Search(
        given=_plan("given", space, space.given, given, given, requirements),
        front=[
            _plan(label, space, point, each, given, requirements)
            for label, (point, each) in zip(string.ascii_uppercase, plans, strict=False)
        ],
        objectives=objectives,
        stands=any(point == space.given for point, _ in winners),
        requirements=requirements,
        ranges=found,
        explored=[field_.row(each) for each in tried],
        replications=replications,
        seed=seed,
    )


Point = tuple[int, ...]
"""Which of its values each parameter has."""


@dataclass(frozen=True)
class _Tried:
    point: Point
    forecast: Forecast
    given: Forecast


class _Space:
    """All plans there are."""

    def __init__(
        self, loaded: scenario.LoadedScenario, found: Mapping[str, ranges.Range], *, keep_rising: bool
    ) -> None:
        from rollcast.power_axes import value_at

        now = {path: value_at(path, loaded) for path in found}
        self.values: dict[str, tuple[Any, ...]] = {}
        for path, each in found.items():
            values = list(each.values())
            if now[path] not in values:
                values = _with(values, now[path])
            self.values[path] = tuple(values)
        self.given: Point = tuple(self.values[path].index(now[path]) for path in found)
        self._keep_rising = keep_rising
        self._base = ranges.on_longest_window(loaded, found)

    @property
    def size(self) -> int:
        return math.prod(len(values) for values in self.values.values())

    def said(self, point: Point) -> dict[str, Any]:
        values = {path: values[at] for at, (path, values) in zip(point, self.values.items(), strict=True)}
        return ranges.rising(self._base, values) if self._keep_rising else values

    def key(self, point: Point) -> str:
        """Different points may be the same plan."""
        return json.dumps(list(self.said(point).values()))

    def scenario(self, point: Point) -> scenario.LoadedScenario:
        return self._base if point == self.given else with_values(self._base, self.said(point), advise=False)


def _with(values: list[Any], now: Any) -> list[Any]:
    """The values and the present one, in order where they have one."""
    sizes = [units.measure(value)[1] for value in (*values, now)]
    if any(size is None for size in sizes):
        return [*values, now]
    return sorted([*values, now], key=lambda value: units.measure(value)[1] or 0.0)


class _Field:
    """Simulates plans, each once at each length and seed."""

    def __init__(
        self,
        space: _Space,
        objectives: tuple[str, ...],
        requirements: tuple[Requirement, ...],
        threads: int,
        progress: Callable[[int], None] | None,
    ) -> None:
        self.space = space
        self.objectives = objectives
        self.requirements = requirements
        self._threads = threads
        self._progress = progress
        self._known: dict[tuple[Any, ...], Forecast] = {}
        self._finished = 0

    def run(self, point: Point, replications: int, seed: int) -> Forecast:
        key = (self.space.key(point), replications, seed)
        if key not in self._known:
            before = self._finished
            tell = None if self._progress is None else lambda done: self._tell(before + done)
            loaded = self.space.scenario(point)
            self._known[key] = forecast(loaded, replications, seed, self._threads, progress=tell)
            if self._known[key].ending == "interrupted":
                raise KeyboardInterrupt
            self._finished = before + replications
        return self._known[key]

    def _tell(self, finished: int) -> None:
        if self._progress is not None:
            self._progress(finished)

    def costs(self, each: Forecast) -> tuple[float, ...]:
        values = [each.estimates[name].value for name in self.objectives]
        return tuple(math.inf if math.isnan(value) else value for value in values)

    def violations(self, each: _Tried) -> list[float]:
        return [requirement.violation(each.forecast, each.given) for requirement in self.requirements]

    def may_hold(self, each: _Tried) -> bool:
        return all(
            requirement.check(each.forecast, each.given) is not Result.FAILS
            for requirement in self.requirements
        )

    def row(self, each: _Tried) -> dict[str, Any]:
        costs = dict(zip(self.objectives, self.costs(each.forecast), strict=True))
        feasible = all(violation <= 0 for violation in self.violations(each))
        return {**self.space.said(each.point), **costs, "feasible": feasible}


def _explore(field_: _Field, trials: int, replications: int, seed: int) -> list[_Tried]:
    """Different plans, the given one first."""
    space = field_.space
    given = field_.run(space.given, replications, seed)
    tried = {space.key(space.given): _Tried(space.given, given, given)}
    points: Iterator[Point]
    study = None
    if space.size <= trials:
        points = itertools.product(*(range(len(values)) for values in space.values.values()))
    else:
        study = _Optimiser(field_, trials, seed)
        points = study.points(trials)
    for point in points:
        each = _Tried(point, field_.run(point, replications, seed), given)
        tried.setdefault(space.key(point), each)
        if study is not None:
            study.tell(field_.costs(each.forecast), field_.violations(each))
    return list(tried.values())


class _Optimiser:
    """Optuna's NSGA-II over the parameters' values."""

    def __init__(self, field_: _Field, trials: int, seed: int) -> None:
        try:
            import optuna
        except ImportError:
            raise InputError("a search needs Optuna: pip install 'rollcast[search]'") from None
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._spaces: dict[str, BaseDistribution] = {
            path: optuna.distributions.IntDistribution(0, len(values) - 1)
            for path, values in field_.space.values.items()
        }
        population = max(6, trials // _GENERATIONS)
        sampler = optuna.samplers.NSGAIISampler(population_size=population, seed=seed)
        self._study = optuna.create_study(directions=["minimize"] * len(field_.objectives), sampler=sampler)
        self._study.enqueue_trial(dict(zip(self._spaces, field_.space.given, strict=True)))

    def points(self, trials: int) -> Iterator[Point]:
        for _ in range(trials):
            self._trial = self._study.ask(self._spaces)
            yield tuple(int(self._trial.params[path]) for path in self._spaces)

    def tell(self, costs: Sequence[float], violations: Sequence[float]) -> None:
        for index, violation in enumerate(violations):
            self._trial.set_constraint(str(index), min(violation, 1e300))
        self._study.tell(self._trial, [min(cost, 1e300) for cost in costs])


def _promising(field_: _Field, tried: Sequence[_Tried]) -> list[Point]:
    """Fronts of what may meet the requirements, the best first, for as long as there is room in the race."""
    left = [each for each in tried if field_.may_hold(each)]
    racers: list[Point] = []
    while left and len(racers) < _RACERS:
        costs = [field_.costs(each.forecast) for each in left]
        best = [each for each, cost in zip(left, costs, strict=True) if not _is_dominated(cost, costs)]
        racers += [each.point for each in best[: _RACERS - len(racers)]]
        left = [each for each in left if each not in best]
    return racers


def _race(
    field_: _Field, racers: Sequence[Point], replications: int, seed: int
) -> list[tuple[Point, tuple[float, ...]]]:
    """Who is not beaten, by fresh luck: shown to be in no round, and not by the last round's estimates."""
    left = list(racers)
    tests = max(1, len(_ROUNDS) * len(left) * (len(left) - 1) * len(field_.objectives))
    confidence = 1 - (1 - _CONFIDENCE) / tests
    for times in _ROUNDS:
        given = field_.run(field_.space.given, times * replications, seed)
        known = {point: field_.run(point, times * replications, seed) for point in left}
        able = [point for point in left if field_.may_hold(_Tried(point, known[point], given))]
        left = [
            point
            for point in able
            if not any(
                _beats(known[other], known[point], field_.objectives, confidence)
                for other in able
                if other != point
            )
        ]
    feasible = [
        point
        for point in left
        if all(violation <= 0 for violation in field_.violations(_Tried(point, known[point], given)))
    ]
    # Of plans that are the same in all objectives the first one stands for all; the given one is the first.
    costs = {field_.costs(known[point]): point for point in reversed(feasible)}
    return [(point, cost) for cost, point in costs.items() if not _is_dominated(cost, list(costs))]


def _beats(plan: Forecast, other: Forecast, objectives: Sequence[str], confidence: float) -> bool:
    """Whether a plan is shown to be better in an objective, and is as good in the others: the same in every
    replication, or better beyond doubt."""
    pairs = paired.Pairs(paired.strata(other.truths, other.columns["truth"]), plan.columns, other.columns)
    better = False
    for name in objectives:
        values = plan.estimates[name].value, other.estimates[name].value
        if math.isnan(values[0]) or math.isnan(values[1]):
            return False
        difference = paired.ESTIMATORS[name].pair(pairs, values, confidence)
        if difference.low > 0:
            better = True
        elif not difference.same:
            return False
    return better


def _is_dominated(cost: Sequence[float], costs: Sequence[Sequence[float]]) -> bool:
    return any(
        all(a <= b for a, b in zip(other, cost, strict=True)) and tuple(other) != tuple(cost)
        for other in costs
    )


def _spread_out(
    plans: Sequence[tuple[Point, tuple[float, ...]]], objectives: Sequence[str], most: int
) -> list[tuple[Point, tuple[float, ...]]]:
    """So many at most, spread evenly along the front."""
    ordered = sorted(plans, key=lambda each: each[1])
    if len(ordered) <= most:
        return ordered
    chosen = np.unique(np.linspace(0, len(ordered) - 1, most).round().astype(int))
    return [ordered[i] for i in chosen]


def _plan(
    label: str,
    space: _Space,
    point: Point,
    each: Forecast,
    given: Forecast,
    requirements: Sequence[Requirement],
) -> Plan:
    results = tuple(requirement.check(each, given) for requirement in requirements)
    return Plan(label, space.said(point), each, results)


def _names(requirements: Sequence[Requirement]) -> list[str]:
    return [each.threshold.name for each in requirements if each.threshold is not None]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
