"""Strategies of the user's own in Python: what they see and answer, and what bad ones are told."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import rollcast
from rollcast import Directive, _core
from rollcast.cli import main
from rollcast.errors import InputErrors
from rollcast.scenario import LoadedScenario, load

CAUTIOUS = """\
from rollcast import Directive, Phase, Target


class Cautious:
    def __init__(self, replicas, analyses, at_once=1):
        self.replicas, self.at_once = replicas, at_once
        self.done = False

    def decide(self, seen):
        old, new = seen.cohorts
        there = new.available
        wanted = min(self.replicas, there + self.at_once)
        self.done = self.done or (there == self.replicas and old.instances == 0)
        return Directive(
            targets=[Target(desired=self.replicas - there), Target(desired=wanted)],
            phase=Phase.promoted if self.done else Phase.moving,
            reason=f"{there} of {self.replicas} new ones are there",
        )
"""
FAILS = CAUTIOUS.replace(
    "        there =", "        if seen.now > 5: raise ValueError('lost the thread')\n        there ="
)
SCENARIO = """\
strategy:
  python: {file: mine.py, class: Cautious, args: {at_once: 2}}
traffic: {rate: 100/s}
fleet: {replicas: 4, readiness: {period: 1s}, start: 2s, warm_up: 0s}
window: {horizon: 5m}
release: good
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Any:
    def write(code: str = CAUTIOUS, text: str = SCENARIO) -> Path:
        (tmp_path / "mine.py").write_text(code)
        (tmp_path / "s.yaml").write_text(text)
        return tmp_path / "s.yaml"

    return write


def loaded(path: Path) -> LoadedScenario:
    return load(path, allow_code=True)


def test_it_is_forecast_and_replayed_like_any_other(scenario: Any) -> None:
    mine = loaded(scenario())
    forecast = rollcast.forecast(mine, replications=20, threads=2)
    assert forecast.estimates["p_promoted"].value == 1.0
    story = rollcast.replay(mine, 3)
    assert "4 of 4 new ones are there" in str(list(story.lines()))
    again = rollcast.forecast(loaded(scenario()), replications=20, threads=1)
    assert again.estimates["attributable_failures_mean"] == forecast.estimates["attributable_failures_mean"]


def test_who_asks_to_be_woken_sees_that_the_time_has_come() -> None:
    draw = random.Random(5)
    for _ in range(10_000):
        wait = draw.choice((1, 60, 300)) + draw.randrange(10**9) / 1e9
        at = draw.randrange(10**12) / 1e9 + wait  # mostly no whole number of nanoseconds
        assert at <= Directive(wake_at=at).wake_at < at + 2e-9
    assert Directive(wake_at=math.inf).wake_at == math.inf


def test_another_text_is_another_strategy(scenario: Any) -> None:
    first = loaded(scenario()).strategy.describe()
    assert first.startswith("python(Cautious, replicas=4, at_once=2, source=")
    assert loaded(scenario(CAUTIOUS + "\n")).strategy.describe() != first


def test_it_runs_only_when_it_is_allowed_to(scenario: Any) -> None:
    path = scenario("raise SystemExit('this must not run')")
    with pytest.raises(InputErrors, match="would run Python code of the scenario's"):
        load(path)
    refused = CliRunner().invoke(main, ["validate", str(path)])
    assert refused.exit_code == 2
    allowed = CliRunner().invoke(main, ["validate", "--allow-code", str(scenario())])
    assert allowed.exit_code == 0, allowed.output


def test_an_exception_ends_the_run_with_the_simulated_time(scenario: Any) -> None:
    mine = loaded(scenario(FAILS))
    told = (
        r"^python\(Cautious, .*\), [\d.]+s into the rollout: "
        r"decide\(\) raised ValueError: lost the thread \(mine.py, line \d+\)$"
    )
    with pytest.raises(_core.StrategyError, match=told):
        rollcast.forecast(mine, replications=5)
    with pytest.raises(_core.StrategyError, match=told):
        rollcast.replay(mine, 0)


@pytest.mark.parametrize(
    ("instead", "told"),
    [
        ("return None", "decide() gave None, not a Directive"),
        ("return Directive(targets=[Target(desired=4)])", "it gives 1 targets where there are 2 versions"),
        ("return Directive(targets=[Target(desired=-1), Target(desired=4)])", "it wants -1 instances"),
        (
            "return Directive(targets=[Target(desired=4, weight=0.5), Target(desired=4, weight=0.25)])",
            "its weights add up to 0.75, not to 1; its decision: moving: old 4 at 50%, new 4 at 25%",
        ),
        (
            "return Directive(targets=[Target(desired=4), Target(desired=4)], wake_at=seen.now - 1)",
            "it wants to be woken at ",
        ),
        (
            "return Directive(targets=[Target(desired=4 - seen.cohorts[0].desired), Target(desired=4)])",
            "it keeps changing its mind while time stands still",
        ),
        (
            "self.n = getattr(self, 'n', 0) + 1; return Directive(\n"
            "            targets=[Target(desired=4), Target(desired=self.n)],\n"
            "            phase=Phase.promoted if self.n == 1 else Phase.moving)",
            "it goes on after its end: it was promoted",
        ),
        (
            "return Directive(targets=[Target(desired=4), Target(desired=4)],\n"
            "            analyses=[AnalysisWish(run=1, analysis=3)])",
            "it asks for analysis 3 of 0",
        ),
    ],
)
def test_what_no_strategy_may_do_ends_the_run_with_the_simulated_time(
    scenario: Any, instead: str, told: str
) -> None:
    code = CAUTIOUS.replace("        there =", f"        if seen.now > 5: {instead}\n        there =")
    path = scenario(code.replace("import Directive", "import AnalysisWish, Directive"))
    with pytest.raises(_core.StrategyError) as caught:
        rollcast.forecast(loaded(path), replications=5)
    assert str(caught.value).startswith("python(Cautious, replicas=4, at_once=2, source=")
    assert f"s into the rollout: {told}" in str(caught.value)
    result = CliRunner().invoke(main, ["forecast", "--allow-code", "-n", "5", str(path)])
    assert result.exit_code == 2
    assert told in result.output


def test_the_command_line_tells_it_without_a_traceback(scenario: Any) -> None:
    result = CliRunner().invoke(main, ["forecast", "--allow-code", "-n", "5", str(scenario(FAILS))])
    assert result.exit_code == 2
    assert "ValueError: lost the thread" in result.output
    assert not isinstance(result.exception, RuntimeError)


@pytest.mark.parametrize(
    ("code", "text", "refusal"),
    [
        (
            CAUTIOUS,
            SCENARIO.replace("mine.py", "yours.py"),
            "strategy.python.file: yours.py: there is no such file",
        ),
        (
            CAUTIOUS,
            SCENARIO.replace("Cautious", "Cautius"),
            'mine.py has no class "Cautius"; did you mean "Cautious"?',
        ),
        ("def :", SCENARIO, "strategy.python.file: mine.py cannot be run: SyntaxError"),
        ("class Cautious: pass", SCENARIO, "expected a class with decide(self, seen), Cautious has none"),
        (
            CAUTIOUS,
            SCENARIO.replace("at_once", "atonce"),
            "strategy.python: Cautious cannot be made: TypeError",
        ),
    ],
)
def test_what_cannot_be_run_is_told_where(scenario: Any, code: str, text: str, refusal: str) -> None:
    with pytest.raises(InputErrors) as caught:
        loaded(scenario(code, text))
    assert refusal in str(caught.value)
