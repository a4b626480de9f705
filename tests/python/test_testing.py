"""check_strategy(): strategies that keep the contract, and each way to break it."""

from __future__ import annotations

import inspect
import random
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

import rollcast
from rollcast import AnalysisPhase, Directive, Observation, Phase, Rollout, Runbook, Target, _core
from rollcast.testing import ContractError, check_strategy

EXAMPLES = Path(rollcast.__file__).parent / "examples"


class Switch:
    """All new instances, then all the traffic, then no old ones. The bad ones below change one thing each."""

    def __init__(self, replicas: int, analyses: dict[str, int]) -> None:
        self.replicas = replicas
        self.end: Phase | None = None
        self.back = False

    def decide(self, seen: Observation) -> Directive:
        new = seen.cohorts[1]
        self.back = self.back or (seen.aborted and self.end is None)
        if self.back:
            want = _core.way_back(seen, self.replicas, "aborted")
            self.end = self.end or (Phase.rolled_back if want.phase == Phase.rolled_back else None)
            want.phase = self.end or want.phase
            return want
        if new.available >= self.replicas:
            self.end = Phase.promoted
        late = seen.now >= 600
        want = Directive(
            targets=self.targets(seen),
            phase=self.end or (Phase.stuck if late else Phase.moving),
            reason=f"{new.available} of {self.replicas} new ones",
        )
        if want.phase == Phase.moving:
            want.wake_at = 600
        return want

    def targets(self, seen: Observation) -> list[Target]:
        done = self.end is not None
        return [
            Target(desired=0 if done else self.replicas, weight=0.0 if done else 1.0),
            Target(desired=self.replicas, weight=1.0 if done else 0.0),
        ]


def steady(rollout: Rollout, share: float = 0.5) -> Runbook:
    yield rollout.scale(new=rollout.replicas)
    yield rollout.shift(share)
    yield rollout.wait("5m")
    if (yield rollout.analyse("errors")) != AnalysisPhase.successful:
        yield rollout.roll_back("errors")
    yield rollout.approval()
    yield rollout.finish()


def test_good_ones_pass() -> None:
    check_strategy(Switch)
    check_strategy(Switch, replicas=1)
    check_strategy(steady, analyses=("latency", "errors"), args={"share": 0.25})
    check_strategy("one_by_one", args={"pause": 30})
    check_strategy(_core.Rolling(_core.RollingParams(replicas=10)), quota=13)


@pytest.mark.parametrize("example", ["blue-green", "canary-with-analysis", "rolling-update"])
def test_scenarios_pass(example: str) -> None:
    check_strategy(EXAMPLES / example / "scenario.yaml")


class Greedy(Switch):
    def targets(self, seen: Observation) -> list[Target]:
        return [Target(desired=self.replicas), Target(desired=2 * self.replicas)]


class Leaky(Switch):
    def targets(self, seen: Observation) -> list[Target]:
        return [Target(desired=10, weight=0.9), Target(desired=10, weight=0.05)]


class Endless(Switch):
    def decide(self, seen: Observation) -> Directive:
        want = super().decide(seen)
        if want.phase == Phase.promoted:
            want.phase = Phase.moving
            want.wake_at = seen.now + 60
        return want


class Abandons(Switch):
    """Calls rolled back what it leaves as it is."""

    def decide(self, seen: Observation) -> Directive:
        want = super().decide(seen)
        if seen.now >= 600 and self.end is None:
            want.phase = Phase.rolled_back
        return want


class Polls(Switch):
    """Waits for a dead release for ever and does not say so."""

    def decide(self, seen: Observation) -> Directive:
        want = super().decide(seen)
        if want.phase in (Phase.stuck, Phase.moving):
            want.phase, want.wake_at = Phase.moving, seen.now + 60
        return want


class Random(Switch):
    def targets(self, seen: Observation) -> list[Target]:
        weight = random.random()
        return [Target(desired=10, weight=1 - weight), Target(desired=10, weight=weight)]


class Luck(Switch):
    """Random, but the same whenever it is asked."""

    def __init__(self, replicas: int, analyses: dict[str, int]) -> None:
        super().__init__(replicas, analyses)
        self.weight = random.random()

    def targets(self, seen: Observation) -> list[Target]:
        return [Target(desired=10, weight=1 - self.weight), Target(desired=10, weight=self.weight)]


class Counts(Switch):
    """What it wants depends on how often it is asked."""

    asked = 0

    def decide(self, seen: Observation) -> Directive:
        self.asked += 1
        want = super().decide(seen)
        want.reason = f"decision {self.asked}"
        return want


class Deaf(Switch):
    def decide(self, seen: Observation) -> Directive:
        seen.aborted = False
        return super().decide(seen)


class Goes(Switch):
    """On after its end."""

    def decide(self, seen: Observation) -> Directive:
        want = super().decide(seen)
        if seen.cohorts[0].desired == 0:
            want.phase = Phase.moving
        return want


class Raises(Switch):
    def targets(self, seen: Observation) -> list[Target]:
        raise ValueError("lost the thread")


class Locked(Switch):
    """Cannot be copied."""

    def __init__(self, replicas: int, analyses: dict[str, int]) -> None:
        super().__init__(replicas, analyses)
        self.lock = threading.Lock()


def hasty(rollout: Rollout) -> Runbook:
    """Does not look at what the analysis says."""
    yield rollout.scale(new=rollout.replicas)
    yield rollout.analyse("errors")
    yield rollout.finish()


def unsure(rollout: Rollout) -> Runbook:
    yield rollout.shift(random.random())
    yield rollout.finish()


@pytest.mark.parametrize(
    ("strategy", "told"),
    [
        (
            Greedy,
            "a good release, 0s into the rollout: it wants 30 instances, over the quota of 23; "
            "its decision: moving: old 10, new 20 (0 of 10 new ones)",
        ),
        (
            Leaky,
            "a good release, 0s into the rollout: its weights add up to 0.95, not to 1; "
            "its decision: moving: old 10 at 90%, new 10 at 5% (0 of 10 new ones)",
        ),
        (Endless, "it is not promoted in the end; its decision: moving: old 0 at 0%, new 10 at 100%"),
        (
            Abandons,
            "a release that never comes up, 10m into the rollout: it is rolled back and keeps new instances",
        ),
        (
            Polls,
            "a release that never comes up, 3h19m into the rollout: "
            "it does not end and does not say that it is stuck",
        ),
        (
            Random,
            "a good release, 0s into the rollout: shown the same again, it wants something else: moving",
        ),
        (
            Luck,
            "a good release, 0s into the rollout: shown the same, another rollout goes another way: moving",
        ),
        (
            Counts,
            "shown the same again, it wants something else: moving: old 10 at 100%, new 10 at 0% (decision",
        ),
        (Deaf, "a release that never comes up, aborted, 10m into the rollout: it does not go back"),
        (Goes, "a good release, 0s into the rollout: it goes on after its end: it was promoted"),
        (
            Raises,
            "0s into the rollout: decide() raised ValueError: lost the thread (test_testing.py",
        ),
        (Locked, "a good release, 0s into the rollout: it cannot be copied: TypeError: cannot pickle"),
        (hasty, "a release whose analyses fail, 0s into the rollout: it is promoted in the end"),
        (unsure, "shown the same, another rollout goes another way: moving"),
    ],
)
def test_bad_ones_are_told_what_they_do(strategy: Any, told: str) -> None:
    with pytest.raises(ContractError) as caught:
        check_strategy(strategy, analyses=("errors",))
    assert told in "\n".join(caught.value.breaches)
    assert str(caught.value).startswith(f"{strategy.__name__} breaks the contract of strategies:\n  ")


def test_the_quota_may_be_given() -> None:
    check_strategy(Switch, quota=20)
    with pytest.raises(ContractError, match="it wants 20 instances, over the quota of 19"):
        check_strategy(Switch, quota=19)


SCENARIO = """\
strategy: {python: {file: mine.py, class: Mine}}
traffic: {rate: 20/s}
fleet: {replicas: 4, readiness: {period: 1s}, start: 2s, warm_up: 0s}
window: {horizon: 10m}
release: good
"""
SWITCH = (
    "from __future__ import annotations\n"
    "from rollcast import Directive, Observation, Phase, Target, _core\n\n" + inspect.getsource(Switch)
)
FINE = SWITCH + "\nMine = Switch\n"


def test_a_scenario_is_simulated_as_well(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SCENARIO)
    (tmp_path / "mine.py").write_text(FINE)
    check_strategy(str(tmp_path / "s.yaml"))
    check_strategy(rollcast.load(tmp_path / "s.yaml", allow_code=True))


def test_what_breaks_in_the_simulator_alone_is_told(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SCENARIO)
    code = SWITCH + textwrap.dedent(
        """
        class Mine(Switch):
            def decide(self, seen):
                if 0.1 < seen.now % 1 < 0.9:
                    raise ValueError("not on a whole second")
                return super().decide(seen)
        """
    )
    (tmp_path / "mine.py").write_text(code)
    with pytest.raises(
        ContractError, match=r"a good release, in the simulator: python.*not on a whole second"
    ):
        check_strategy(tmp_path / "s.yaml")


def test_what_is_no_strategy_is_refused() -> None:
    with pytest.raises(TypeError, match=r"expected a class, a generator function, .* got 5"):
        check_strategy(5)


def test_code_may_be_refused(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(SCENARIO)
    (tmp_path / "mine.py").write_text(FINE)
    with pytest.raises(rollcast.InputErrors, match="would run Python code"):
        check_strategy(tmp_path / "s.yaml", allow_code=False)
