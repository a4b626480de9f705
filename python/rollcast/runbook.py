"""A strategy that reads like the runbook it models: a generator function that yields its steps.

    def careful(rollout):
        yield rollout.scale(new=rollout.replicas)
        for share in (0.05, 0.2, 0.5):
            yield rollout.shift(share)
            yield rollout.wait("5m")
            if (yield rollout.analyse("errors")) != AnalysisPhase.successful:
                yield rollout.roll_back(f"errors at {share:.0%}")
        yield rollout.finish()

A step goes on until what it asks for is so; then the function is sent what came of it. It must depend on
nothing but its arguments and what it is sent: a generator cannot be copied, so that the copy of a rollout in
flight is a new generator that is sent the same.

Of several locations it sees one, and runs in each of them, unless it says that it knows them:

    @rollcast.knows_locations
    def one_by_one(rollout):
        for name, replicas in rollout.locations.items():
            yield rollout.scale(new=replicas, at=name)
            if (yield rollout.analyse("errors", at=name)) != AnalysisPhase.successful:
                yield rollout.roll_back(f"errors in {name}")
            yield rollout.scale(old=0, at=name)
        yield rollout.finish()
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from rollcast._core import (
    AnalysisPhase,
    AnalysisWish,
    Directive,
    Observation,
    Phase,
    Target,
    everywhere,
    way_back,
)
from rollcast.errors import listed
from rollcast.units import seconds, show_seconds

_PATIENCE = 600.0  # of Kubernetes and Argo
_MOST_AT_ONCE = 1000  # steps while time stands still
_SOON = 1e-3  # a person's grant is for one step: between two that ask there is one that does not
_MARK = "knows_locations"
_RUNNING = (AnalysisPhase.pending, AnalysisPhase.running)


@dataclass(frozen=True)
class Step:
    """What is wanted from now on, and what has to be so before the next step. None: as before."""

    said: str
    old: int | None = None  # instances
    new: int | None = None
    weight: float | None = None  # the new version's share of the traffic
    wait: float = 0.0
    analysis: int | None = None
    approval: bool = False
    until: Callable[[Observation], bool] | None = field(default=None, compare=False)
    within: float | None = None  # the function goes on after so long, whether or not it is so
    end: Phase | None = None
    at: str | None = None  # where; none: everywhere


Runbook = Generator[Step, Any, None]
Own = TypeVar("Own", bound=Callable[..., Any])


def knows_locations(strategy: Own) -> Own:
    """Marks a class or a runbook as one that leads the rollout in all locations.

    It is made once, and not in each location: a class with ``locations`` besides, the replicas by name.
    `Observation.at` shows one location, `Observation.targets` changes some of them.
    """
    setattr(strategy, _MARK, True)
    return strategy


def is_over_locations(strategy: Any) -> bool:
    return bool(getattr(strategy, _MARK, False))


@dataclass(frozen=True)
class Rollout:
    """What a runbook says its steps with. Times are seconds, or texts such as "5m"."""

    replicas: int
    """Of the new version, in the end; of several locations, in all together."""
    analyses: Mapping[str, int]
    locations: Mapping[str, int] = field(default_factory=dict)
    """The same by location, for one that knows them."""

    def scale(
        self,
        new: int | None = None,
        old: int | None = None,
        within: float | str | None = None,
        at: str | None = None,
    ) -> Step:
        """So many instances. Sends the observation once they are available, or None after `within`.

        Without `within` it waits for ever, and the rollout is stuck after 10 minutes. ``at``: in which
        location; without it, so many in each.
        """
        sizes = [f"{name} {size}" for name, size in (("new", new), ("old", old)) if size is not None]
        if not sizes or min(size for size in (new, old) if size is not None) < 0:
            raise ValueError(f"expected a number of instances for new or old, got {listed(sizes) or 'none'}")
        said = "scale to " + listed(sizes, "and")
        return self._there(Step(said, old=old, new=new, within=_seconds(within)), at)

    def shift(self, weight: float, at: str | None = None) -> Step:
        """The new version's share of the traffic, which routers are told. Sends the observation.

        ``at``: in which location; without it, in each.
        """
        if not 0 <= weight <= 1:
            raise ValueError(f"expected a weight from 0 to 1, got {weight}")
        return self._there(Step(f"shift {weight:.4g} of the traffic", weight=weight), at)

    def wait(self, time: float | str) -> Step:
        """Sends the observation after so long."""
        return Step(f"wait {show_seconds(seconds(time))}", wait=seconds(time))

    def until(
        self,
        so: Callable[[Observation], bool],
        within: float | str | None = None,
        said: str = "wait until it is so",
    ) -> Step:
        """Sends the observation once `so` of it holds, or None after `within`; see scale()."""
        return Step(said, until=so, within=_seconds(within))

    def analyse(self, analysis: str, within: float | str | None = None, at: str | None = None) -> Step:
        """Runs an analysis of the scenario's. Sends its phase at its end, or what it was after `within`.

        ``at``: whose location's telemetry it looks at; without it, that of all together.
        """
        if analysis not in self.analyses:
            known = f"; there is {listed(self.analyses, 'and')}" if self.analyses else ""
            raise ValueError(f'there is no analysis "{analysis}"{known}')
        step = Step(f"analyse {analysis}", analysis=self.analyses[analysis], within=_seconds(within))
        return self._there(step, at)

    def approval(self) -> Step:
        """Waits for a person. Sends the observation."""
        return Step("wait for a person", approval=True)

    def finish(self) -> Step:
        """Promotes: the whole new version, all the traffic, and then nothing old. The last step."""
        return Step("finish", end=Phase.promoted)

    def roll_back(self, why: str) -> Step:
        """Goes back to the old version. The last step."""
        return Step(why, end=Phase.rolled_back)

    def _there(self, step: Step, at: str | None) -> Step:
        if at is None:
            return step
        if at not in self.locations:
            known = f"; there is {listed(self.locations, 'and')}" if self.locations else ""
            raise ValueError(f'there is no location "{at}"{known}')
        return replace(step, said=f"{at}: {step.said}", at=at)


class Follower:
    """The controller of one rollout: it follows a runbook. It goes back by itself when somebody aborts."""

    def __init__(
        self,
        runbook: Callable[..., Runbook],
        rollout: Rollout,
        before: Mapping[str, int],
        args: Mapping[str, Any],
    ) -> None:
        """``before``: replicas of the old version, by location."""
        self._open: Callable[[], Runbook] = lambda: runbook(rollout, **copy.deepcopy(dict(args)))
        self._rollout = rollout
        self._before = before
        self._sizes = rollout.locations or dict.fromkeys(before, rollout.replicas)
        self._book = self._open()
        self._sent: list[Any] = []
        self._steps: list[Step] = []  # what came of each sending
        self._wanted = {name: Step("", old=size, new=0) for name, size in before.items()}
        self._since = 0.0  # the last step began
        self._asked = False  # it asked for approval
        self._runs = 0  # of analyses, so far
        self._aborted: Step | None = None
        self._final: Phase | None = None

    def __deepcopy__(self, _: Any) -> Follower:
        twin = copy.copy(self)
        twin._sent, twin._steps = list(self._sent), list(self._steps)
        twin._book, twin._wanted = self._open(), dict(self._wanted)
        for number, (sent, step) in enumerate(zip(self._sent, self._steps, strict=True)):
            again = _next(twin._book, sent)
            if again != step:
                raise RuntimeError(f'sent the same again, the runbook says "{again.said}", not "{step.said}"')
            twin._steps[number] = again  # its condition belongs to the new generator
        return twin

    def decide(self, seen: Observation) -> Directive:
        if not self._steps:
            self._go_on(None, seen)
        if seen.aborted and self._final is None and self._aborted is None:
            self._aborted = self._rollout.roll_back("aborted from outside")
        for _ in range(_MOST_AT_ONCE):
            step = self._aborted or self._steps[-1]
            if step.end is not None:
                return self._end(step, seen)
            over, answer = self._answer(step, seen)
            if not over:
                return self._hold(step, seen)
            self._go_on(answer, seen)
        raise RuntimeError(f"the runbook takes {_MOST_AT_ONCE} steps while time stands still")

    def _go_on(self, answer: Any, seen: Observation) -> None:
        step = _next(self._book, answer)
        self._sent.append(answer)
        self._steps.append(step)
        self._since, self._asked = seen.now, False
        self._runs += step.analysis is not None
        changed = {
            key: value for key in ("old", "new", "weight") if (value := getattr(step, key)) is not None
        }
        for name in self._places(step):
            if step.end is Phase.promoted:
                changed["new"] = self._sizes[name]
            self._wanted[name] = replace(self._wanted[name], **changed)

    def _places(self, step: Step) -> Iterable[str]:
        return self._before if step.at is None else (step.at,)

    def _at(self, seen: Observation, name: str) -> Observation:
        return seen if len(self._before) == 1 else seen.at(name)

    def _answer(self, step: Step, seen: Observation) -> tuple[bool, Any]:
        """Whether the step is over, and what came of it."""
        late = step.within is not None and seen.now >= self._since + step.within
        if step.analysis is not None:
            phase = next(
                (each.phase for each in seen.analyses if each.run == self._runs), AnalysisPhase.pending
            )
            return late or phase not in _RUNNING, phase
        so = (
            seen.now >= self._since + step.wait
            and all(_is_so(step, self._at(seen, name)) for name in self._places(step))
            and (not step.approval or (seen.approved and self._asked))
            and (step.until is None or step.until(seen))
        )
        return (True, seen) if so else (late, None)

    def _hold(self, step: Step, seen: Observation) -> Directive:
        want = self._want(seen)
        want.reason = step.said
        wake = [] if step.within is None else [self._since + step.within]
        if step.analysis is not None:
            location = everywhere if step.at is None else seen.names.index(step.at)
            want.analyses = [AnalysisWish(run=self._runs, analysis=step.analysis, location=location)]
            want.phase = Phase.baking
        elif step.approval:
            want.phase = Phase.paused
            self._asked = want.asks_approval = self._asked or not seen.approved
            if not self._asked:
                wake.append(seen.now + _SOON)
        elif step.wait:
            want.phase = Phase.paused
            wake.append(self._since + step.wait)
        elif step.within is None and seen.now >= self._since + _PATIENCE:
            want.phase = Phase.stuck
        else:
            wake.append(self._since + _PATIENCE)
        want.wake_at = min((at for at in wake if at > seen.now), default=want.wake_at)
        return want

    def _end(self, step: Step, seen: Observation) -> Directive:
        if step.end is Phase.rolled_back:
            want = self._way_back(step.said, seen)
            if want.phase == Phase.rolled_back:
                self._final = want.phase
        else:
            there = {name: self._at(seen, name).cohorts[-1].available for name in self._before}
            if all(there[name] >= size for name, size in self._sizes.items()) and self._final is None:
                self._final = step.end
                for name, wanted in self._wanted.items():
                    weight = None if wanted.weight is None else 1.0
                    self._wanted[name] = replace(wanted, old=0, weight=weight)
            want = self._want(seen)
            want.reason = f"{step.said}: {sum(there.values())}/{self._rollout.replicas} new available"
            if seen.now >= self._since + _PATIENCE:
                want.phase = Phase.stuck
            elif self._final is None:
                want.wake_at = self._since + _PATIENCE
        want.phase = self._final or want.phase
        return want

    def _way_back(self, why: str, seen: Observation) -> Directive:
        ways = [way_back(self._at(seen, name), size, why) for name, size in self._before.items()]
        if len(ways) == 1:
            return ways[0]
        home = [way.phase for way in ways].count(Phase.rolled_back)
        return Directive(
            targets=[target for way in ways for target in way.targets],
            phase=Phase.rolled_back if home == len(ways) else Phase.rolling_back,
            reason=f"{why}: {home}/{len(ways)} locations are back",
        )

    def _want(self, seen: Observation) -> Directive:
        """What is wanted, moving."""
        between = len(seen.cohorts) // len(self._before) - 2
        targets = [target for wanted in self._wanted.values() for target in _targets(wanted, between)]
        return Directive(targets=targets)


def follow(
    runbook: Callable[..., Runbook],
    replicas: int,
    analyses: Mapping[str, int],
    args: Mapping[str, Any],
    locations: Mapping[str, int] | None = None,
) -> Callable[[Mapping[str, int]], Follower]:
    """What makes a controller for each rollout. Raises TypeError where the arguments do not fit."""
    rollout = Rollout(replicas, analyses, locations or {})
    runbook(rollout, **args).close()
    return functools.partial(Follower, runbook, rollout, args=args)


def _is(cohort: Any, size: int) -> bool:
    return bool(cohort.available >= size and cohort.instances == size)


def _is_so(step: Step, here: Observation) -> bool:
    """Whether a location is as the step wants it."""
    return (
        (step.old is None or _is(here.cohorts[0], step.old))
        and (step.new is None or _is(here.cohorts[-1], step.new))
        and (step.weight is None or (here.routed and abs(here.cohorts[-1].weight - step.weight) < 1e-9))
    )


def _targets(wanted: Step, between: int) -> list[Target]:
    weights: list[float | None] = [None] * (between + 2)
    if wanted.weight is not None:
        weights = [1 - wanted.weight, *[0.0] * between, wanted.weight]
    sizes = [wanted.old or 0, *[0] * between, wanted.new or 0]
    return [Target(desired=size, weight=weight) for size, weight in zip(sizes, weights, strict=True)]


def _seconds(time: float | str | None) -> float | None:
    return None if time is None else seconds(time)


def _next(book: Runbook, answer: Any) -> Step:
    try:
        step = book.send(answer)
    except StopIteration:
        message = "the runbook ended: its last step must be rollout.finish() or rollout.roll_back(why)"
        raise RuntimeError(message) from None
    if not isinstance(step, Step):
        raise TypeError(f"the runbook yielded {step!r}, not a step such as rollout.shift(0.5)")
    return step
