"""Runbooks: generator functions that are strategies."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import rollcast
from rollcast import AnalysisPhase, Directive, Observation, Phase, Rollout, Runbook, Target, _core
from rollcast.cli import main
from rollcast.errors import InputErrors
from rollcast.runbook import Follower, Step, follow

CAREFUL = """\
from rollcast import AnalysisPhase


def careful(rollout, shares=(0.2, 0.5)):
    yield rollout.scale(new=rollout.replicas)
    for share in shares:
        yield rollout.shift(share)
        yield rollout.wait("1m")
        if (yield rollout.analyse("errors")) != AnalysisPhase.successful:
            yield rollout.roll_back(f"errors at {share:.0%}")
    yield rollout.finish()
"""
SCENARIO = """\
strategy:
  python: {file: mine.py, function: careful}
analyses:
  errors: {metrics: [{name: errors, kind: error-ratio, window: 1m, failure: "result[0] > 0.05"}]}
traffic: {rate: 200/s}
fleet: {replicas: 4, readiness: {period: 1s}, start: 2s, warm_up: 0s}
window: {horizon: 20m}
release: good
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Any:
    def write(code: str = CAREFUL, text: str = SCENARIO) -> Path:
        (tmp_path / "mine.py").write_text(code)
        (tmp_path / "s.yaml").write_text(text)
        return tmp_path / "s.yaml"

    return write


def test_it_is_forecast_and_replayed_like_any_other(scenario: Any) -> None:
    mine = rollcast.load(scenario(), allow_code=True)
    assert mine.strategy.describe().startswith("python(careful, replicas=4, source=")
    forecast = rollcast.forecast(mine, replications=10)
    assert forecast.estimates["p_promoted"].value == 1.0
    again = rollcast.forecast(mine, replications=10, threads=1)
    assert forecast.columns["failed"].tolist() == again.columns["failed"].tolist()
    story = "\n".join(str(line) for line in rollcast.replay(mine, 3).lines())
    for said in ("scale to new 4", "shift 0.2 of the traffic", "wait 1m", "analyse errors", "finish: 4/4"):
        assert said in story


def test_it_rolls_a_bad_release_back(scenario: Any) -> None:
    bad = SCENARIO.replace("release: good", "release: {defect: error-rate, rate: 30%}")
    mine = rollcast.load(scenario(text=bad), allow_code=True)
    assert rollcast.forecast(mine, replications=10).estimates["p_rolled_back"].value == 1.0
    assert "errors at 20%" in str(list(rollcast.replay(mine, 3).lines()))


# --- step by step, without a world -----------------------------------------------------------------------


class Fleet:
    """What a follower is shown; what it wants is there at once, unless it is told otherwise."""

    def __init__(self, replicas: int = 4) -> None:
        self.now = 0.0
        self.sizes, self.available, self.weights = [replicas, 0], [replicas, 0], [1.0, 0.0]
        self.routed = self.approved = self.aborted = False
        self.comes_up = True
        self.phases: dict[int, AnalysisPhase] = {}

    def look(self) -> Observation:
        cohorts = [
            _core.Cohort(desired=size, instances=size, available=available, weight=weight)
            for size, available, weight in zip(self.sizes, self.available, self.weights, strict=True)
        ]
        analyses = [_core.AnalysisStatus(run=run, phase=phase) for run, phase in self.phases.items()]
        return Observation(
            now=self.now,
            cohorts=cohorts,
            analyses=analyses,
            routed=self.routed,
            approved=self.approved,
            aborted=self.aborted,
        )

    def apply(self, want: Directive) -> None:
        self.sizes = [target.desired for target in want.targets]
        self.available = [self.sizes[0], self.sizes[1] if self.comes_up else 0]
        self.routed = want.targets[0].weight is not None
        self.weights = [1.0 if target.weight is None else target.weight for target in want.targets]
        for wish in want.analyses:
            self.phases.setdefault(wish.run, AnalysisPhase.running)
        self.approved = self.approved and want.asks_approval


def begin(runbook: Callable[..., Runbook], **args: Any) -> Follower:
    return follow(runbook, 4, {"errors": 0, "latency": 1}, args)({"": 4})


def settle(follower: Follower, fleet: Fleet) -> Directive:
    """Decides until nothing changes; every decision is taken twice."""
    for _ in range(20):
        seen = fleet.look()
        want = follower.decide(seen)
        assert follower.decide(seen) == want
        fleet.apply(want)
        if fleet.look() == seen:
            return want
    raise AssertionError("it never settles")


def careful(rollout: Rollout) -> Runbook:
    yield rollout.scale(new=4)
    yield rollout.shift(0.25)
    yield rollout.wait("5m")
    if (yield rollout.analyse("latency")) == AnalysisPhase.failed:
        yield rollout.roll_back("slow")
    yield rollout.approval()
    yield rollout.approval()
    yield rollout.finish()


def test_a_step_goes_on_until_it_is_so() -> None:
    fleet, follower = Fleet(), begin(careful)
    want = settle(follower, fleet)
    assert (want.reason, want.phase, want.wake_at) == ("wait 5m", Phase.paused, 300.0)
    assert want.targets == [Target(desired=4, weight=0.75), Target(desired=4, weight=0.25)]
    fleet.now = 299.0
    assert settle(follower, fleet).reason == "wait 5m"
    fleet.now = 300.0
    want = settle(follower, fleet)
    assert (want.reason, want.phase) == ("analyse latency", Phase.baking)
    assert [(wish.run, wish.analysis) for wish in want.analyses] == [(1, 1)]
    fleet.phases[1] = AnalysisPhase.successful
    for _ in range(2):  # a grant for the one is not taken for the other
        want = settle(follower, fleet)
        assert (want.reason, want.asks_approval) == ("wait for a person", True)
        fleet.approved = True
    want = settle(follower, fleet)
    assert (want.reason, want.phase) == ("finish: 4/4 new available", Phase.promoted)
    assert want.targets == [Target(desired=0, weight=0.0), Target(desired=4, weight=1.0)]


def test_a_failed_analysis_is_told_to_the_runbook() -> None:
    fleet, follower = Fleet(), begin(careful)
    settle(follower, fleet)
    fleet.now = 300.0
    settle(follower, fleet)
    fleet.phases[1] = AnalysisPhase.failed
    want = settle(follower, fleet)
    assert (want.reason, want.phase) == ("slow: 4/4 old available, 0 new left", Phase.rolled_back)
    fleet.available[0] = 3
    assert follower.decide(fleet.look()).phase == Phase.rolled_back, "over is over"


def test_an_abort_takes_any_runbook_back() -> None:
    fleet, follower = Fleet(), begin(careful)
    settle(follower, fleet)
    fleet.aborted = True
    want = settle(follower, fleet)
    assert want.phase == Phase.rolled_back
    assert want.reason.startswith("aborted from outside")
    assert copy.deepcopy(follower).decide(fleet.look()) == want


def test_what_is_never_so_is_stuck_or_given_up() -> None:
    fleet, follower = Fleet(), begin(careful)
    fleet.comes_up = False
    assert settle(follower, fleet).wake_at == 600.0
    fleet.now = 600.0
    assert settle(follower, fleet).phase == Phase.stuck

    def impatient(rollout: Rollout) -> Runbook:
        if not (yield rollout.scale(new=4, within="1m")):
            yield rollout.roll_back("too slow")
        yield rollout.finish()

    fleet, follower = Fleet(), begin(impatient)
    fleet.comes_up = False
    assert settle(follower, fleet).wake_at == 60.0
    fleet.now = 60.0
    assert settle(follower, fleet).phase == Phase.rolled_back


def test_it_may_wait_for_whatever_it_sees() -> None:
    def half(rollout: Rollout) -> Runbook:
        yield rollout.scale(new=4, within=0)
        seen = yield rollout.until(lambda seen: seen.cohorts[-1].available >= 2, said="until two are there")
        yield rollout.roll_back(f"{seen.cohorts[-1].available} were there")

    fleet, follower = Fleet(), begin(half)
    fleet.comes_up = False
    assert settle(follower, fleet).reason == "until two are there"
    fleet.available[1] = 2
    assert follower.decide(fleet.look()).reason.startswith("2 were there")


@pytest.mark.parametrize("until", [0, 1, 2, 3, 5])
def test_a_copy_decides_the_same_and_is_on_its_own(until: int) -> None:
    fleet, follower = Fleet(), begin(careful)
    for _ in range(until):
        fleet.apply(follower.decide(fleet.look()))
    twin, other = copy.deepcopy(follower), copy.deepcopy(fleet)
    other.aborted = True
    settle(copy.deepcopy(follower), other)
    assert settle(twin, copy.deepcopy(fleet)) == settle(follower, fleet)


def test_a_copy_waits_for_what_its_own_generator_knows() -> None:
    def counting(rollout: Rollout) -> Runbook:
        least = 1
        while least < 4:
            seen = yield rollout.until(lambda seen, least=least: seen.cohorts[-1].available >= least)
            least = seen.cohorts[-1].available + 1
        yield rollout.finish()

    fleet, follower = Fleet(), begin(counting)
    fleet.available[1] = 1
    follower.decide(fleet.look())
    twin = copy.deepcopy(follower)
    fleet.available[1] = 4
    follower.decide(fleet.look())
    fleet.available[1] = 1
    assert twin.decide(fleet.look()).reason == "wait until it is so"


def test_a_replay_that_decides_otherwise_is_an_error() -> None:
    luck: Iterator[float] = iter([0.1, 0.2])

    def lucky(rollout: Rollout) -> Runbook:
        yield rollout.shift(next(luck))
        yield rollout.finish()

    follower = begin(lucky)
    follower.decide(Fleet().look())
    told = r'sent the same again, the runbook says "shift 0.2 of the traffic", not "shift 0.1 of the traffic"'
    with pytest.raises(RuntimeError, match=told):
        copy.deepcopy(follower)


def test_its_arguments_are_its_own() -> None:
    def eats(rollout: Rollout, shares: list[float]) -> Runbook:
        while shares:
            yield rollout.shift(shares.pop())
        yield rollout.finish()

    shares = [0.5, 0.25]
    fleet, follower = Fleet(), begin(eats, shares=shares)
    follower.decide(fleet.look())
    assert copy.deepcopy(follower).decide(fleet.look()).reason == "shift 0.25 of the traffic"
    assert shares == [0.5, 0.25]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ([], "the runbook ended: its last step must be rollout.finish"),
        ([5], "the runbook yielded 5, not a step such as"),
        ([Step("again", wait=0.0)] * 2000, "takes 1000 steps while time stands still"),
    ],
)
def test_what_no_runbook_may_do_is_told(steps: list[Any], told: str) -> None:
    def given(_: Rollout) -> Runbook:
        yield from (step for step in steps)

    with pytest.raises((RuntimeError, TypeError), match=told):
        begin(given).decide(Fleet().look())


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("yield rollout.shift(1.5)", "ValueError: expected a weight from 0 to 1, got 1.5 (mine.py, line 5)"),
        ("yield rollout.scale()", "ValueError: expected a number of instances for new or old, got none"),
        ("yield rollout.wait('soon')", "ValueError: expected a duration such as"),
        ("yield rollout.analyse('error')", 'there is no analysis "error"; there is errors (mine.py, line 5)'),
        ("return", "RuntimeError: the runbook ended: its last step must be rollout.finish()"),
    ],
)
def test_errors_end_the_run_with_time_and_line(scenario: Any, wrong: str, told: str) -> None:
    code = CAREFUL.replace("yield rollout.scale(new=rollout.replicas)", wrong)
    result = CliRunner().invoke(main, ["forecast", "--allow-code", "-n", "2", str(scenario(code))])
    assert result.exit_code == 2
    assert "python(careful, replicas=4, source=" in result.output
    assert "0s into the rollout: decide() raised" in result.output
    assert told in result.output


@pytest.mark.parametrize(
    ("code", "said", "told"),
    [
        (CAREFUL, "class: careful, function: careful", "strategy.python: expected one of class or function"),
        (CAREFUL, "args: {}", "strategy.python: expected one of class or function"),
        (
            CAREFUL,
            "function: carefull",
            'strategy.python.function: mine.py has no function "carefull"; did you mean "careful"?',
        ),
        (
            "def careful(rollout): return 1",
            "function: careful",
            "strategy.python.function: expected a function that yields its steps, careful has no yield",
        ),
        (
            CAREFUL,
            "function: careful, args: {share: 1}",
            "strategy.python: careful cannot be made: TypeError",
        ),
    ],
)
def test_what_cannot_be_run_is_told_where(scenario: Any, code: str, said: str, told: str) -> None:
    with pytest.raises(InputErrors) as caught:
        rollcast.load(scenario(code, SCENARIO.replace("function: careful", said)), allow_code=True)
    assert told in str(caught.value)
