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
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rollcast._core import AnalysisPhase, AnalysisWish, Directive, Observation, Phase, Target, way_back
from rollcast.errors import listed
from rollcast.units import seconds, show_seconds

_PATIENCE = 600.0  # of Kubernetes and Argo
_MOST_AT_ONCE = 1000  # steps while time stands still
_SOON = 1e-3  # a person's grant is for one step: between two that ask there is one that does not
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


Runbook = Generator[Step, Any, None]


@dataclass(frozen=True)
class Rollout:
    """What a runbook says its steps with. Times are seconds, or texts such as "5m"."""

    replicas: int
    """Of the new version, in the end."""
    analyses: Mapping[str, int]

    def scale(
        self, new: int | None = None, old: int | None = None, within: float | str | None = None
    ) -> Step:
        """So many instances. Sends the observation once they are available, or None after `within`.

        Without `within` it waits for ever, and the rollout is stuck after 10 minutes.
        """
        sizes = [f"{name} {size}" for name, size in (("new", new), ("old", old)) if size is not None]
        if not sizes or min(size for size in (new, old) if size is not None) < 0:
            raise ValueError(f"expected a number of instances for new or old, got {listed(sizes) or 'none'}")
        return Step("scale to " + listed(sizes, "and"), old=old, new=new, within=_seconds(within))

    def shift(self, weight: float) -> Step:
        """The new version's share of the traffic, which routers are told. Sends the observation."""
        if not 0 <= weight <= 1:
            raise ValueError(f"expected a weight from 0 to 1, got {weight}")
        return Step(f"shift {weight:.4g} of the traffic", weight=weight)

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

    def analyse(self, analysis: str, within: float | str | None = None) -> Step:
        """Runs an analysis of the scenario's. Sends its phase at its end, or what it was after `within`."""
        if analysis not in self.analyses:
            known = f"; there is {listed(self.analyses, 'and')}" if self.analyses else ""
            raise ValueError(f'there is no analysis "{analysis}"{known}')
        return Step(f"analyse {analysis}", analysis=self.analyses[analysis], within=_seconds(within))

    def approval(self) -> Step:
        """Waits for a person. Sends the observation."""
        return Step("wait for a person", approval=True)

    def finish(self) -> Step:
        """Promotes: the whole new version, all the traffic, and then nothing old. The last step."""
        return Step("finish", new=self.replicas, end=Phase.promoted)

    def roll_back(self, why: str) -> Step:
        """Goes back to the old version. The last step."""
        return Step(why, end=Phase.rolled_back)


class Follower:
    """The controller of one rollout: it follows a runbook. It goes back by itself when somebody aborts."""

    def __init__(
        self, runbook: Callable[..., Runbook], rollout: Rollout, before: int, args: Mapping[str, Any]
    ) -> None:
        """``before``: replicas of the old version."""
        self._open: Callable[[], Runbook] = lambda: runbook(rollout, **copy.deepcopy(dict(args)))
        self._rollout = rollout
        self._before = before
        self._book = self._open()
        self._sent: list[Any] = []
        self._steps: list[Step] = []  # what came of each sending
        self._wanted = Step("", old=before, new=0)
        self._since = 0.0  # the last step began
        self._asked = False  # it asked for approval
        self._runs = 0  # of analyses, so far
        self._aborted: Step | None = None
        self._final: Phase | None = None

    def __deepcopy__(self, _: Any) -> Follower:
        twin = copy.copy(self)
        twin._sent, twin._steps = list(self._sent), list(self._steps)
        twin._book = self._open()
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
        self._wanted = replace(self._wanted, **changed)

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
            and (step.old is None or _is(seen.cohorts[0], step.old))
            and (step.new is None or _is(seen.cohorts[-1], step.new))
            and (step.weight is None or (seen.routed and abs(seen.cohorts[-1].weight - step.weight) < 1e-9))
            and (not step.approval or (seen.approved and self._asked))
            and (step.until is None or step.until(seen))
        )
        return (True, seen) if so else (late, None)

    def _hold(self, step: Step, seen: Observation) -> Directive:
        want = self._want(seen)
        want.reason = step.said
        wake = [] if step.within is None else [self._since + step.within]
        if step.analysis is not None:
            want.analyses = [AnalysisWish(run=self._runs, analysis=step.analysis)]
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
            want = way_back(seen, self._before, step.said)
            if want.phase == Phase.rolled_back:
                self._final = want.phase
        else:
            there = seen.cohorts[-1].available
            if there >= self._rollout.replicas and self._final is None:
                self._final = step.end
                weight = None if self._wanted.weight is None else 1.0
                self._wanted = replace(self._wanted, old=0, weight=weight)
            want = self._want(seen)
            want.reason = f"{step.said}: {there}/{self._rollout.replicas} new available"
            if seen.now >= self._since + _PATIENCE:
                want.phase = Phase.stuck
            elif self._final is None:
                want.wake_at = self._since + _PATIENCE
        want.phase = self._final or want.phase
        return want

    def _want(self, seen: Observation) -> Directive:
        """What is wanted, moving."""
        wanted, between = self._wanted, len(seen.cohorts) - 2
        weights: list[float | None] = [None] * len(seen.cohorts)
        if wanted.weight is not None:
            weights = [1 - wanted.weight, *[0.0] * between, wanted.weight]
        sizes = [wanted.old or 0, *[0] * between, wanted.new or 0]
        return Directive(
            targets=[Target(desired=size, weight=weight) for size, weight in zip(sizes, weights, strict=True)]
        )


def follow(
    runbook: Callable[..., Runbook],
    replicas: int,
    analyses: Mapping[str, int],
    args: Mapping[str, Any],
) -> Callable[[int], Follower]:
    """What makes a controller for each rollout. Raises TypeError where the arguments do not fit."""
    rollout = Rollout(replicas, analyses)
    runbook(rollout, **args).close()
    return functools.partial(Follower, runbook, rollout, args=args)


def _is(cohort: Any, size: int) -> bool:
    return bool(cohort.available >= size and cohort.instances == size)


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
