"""Guards of the user's own in Python: what they are shown, what they answer, and what bad ones are told."""

from __future__ import annotations

import copy
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import rollcast
from rollcast import TelemetryWindow, _core
from rollcast.cli import main
from rollcast.errors import InputErrors
from rollcast.own_guard import Adapter
from rollcast.scenario import LoadedScenario, load

GUARDS = """\
def too_many(canary, baseline):
    if canary.requests < 50:
        return None
    return canary.error_ratio <= 2 * baseline.error_ratio + 0.02, canary.error_ratio


def breaks(canary, baseline):
    if canary.requests > 0:
        raise ValueError('lost the thread')
    return True


def answers_nonsense(canary, baseline):
    return 'fine'


limit = 3
"""
SCENARIO = """\
name: judged by myself
strategy:
  canary:
    routed: true
    steps: [{set_weight: 30}, {pause: 6m}]
    background: {analysis: mine, from_step: 1}
analyses:
  mine:
    metrics:
      - {name: errors, python: "guards.py:too_many", window: 1m, interval: 30s, initial_delay: 1m,
         inconclusive_limit: 3}
release: {defect: error-rate, rate: 20%}
traffic: {rate: 50/s}
service: {p50: 10ms, p99: 50ms, errors: 0.5%, slots: 8}
fleet: {replicas: 4}
window: {lead_in: 1m, horizon: 10m}
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Any:
    """Writes a scenario and its guards, with replacements, and loads it."""

    def write(*replacements: tuple[str, str], guards: str = GUARDS, **options: Any) -> LoadedScenario:
        text = SCENARIO
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "guards.py").write_text(guards)
        (tmp_path / "s.yaml").write_text(text)
        return load(tmp_path / "s.yaml", **{"allow_code": True, **options})

    return write


def refusal(write: Any, *replacements: tuple[str, str], **options: Any) -> str:
    with pytest.raises(InputErrors) as caught:
        write(*replacements, **options)
    return str(caught.value).split("analyses.mine.metrics[0].", 1)[1]


# --- in a scenario


def test_it_takes_a_bad_canary_back_and_lets_a_good_one_pass(scenario: Any) -> None:
    bad = rollcast.forecast(scenario(), 8)
    assert bad.estimates["p_rolled_back"].value == 1
    assert sum(bad.columns["alarms_true"]) == 8
    good = rollcast.forecast(scenario(("{defect: error-rate, rate: 20%}", "good")), 8)
    assert good.estimates["p_promoted"].value == 1


def test_threads_do_not_change_what_it_finds(scenario: Any) -> None:
    one, two = (rollcast.forecast(scenario(), 8, threads=threads) for threads in (1, 2))
    assert one.outcomes.equals(two.outcomes)


def test_the_story_tells_what_it_went_by(scenario: Any) -> None:
    story = rollcast.replay(scenario(), 0)
    assert any("errors = 0.1" in entry.text or "errors = 0.2" in entry.text for entry in story.entries)


def test_its_exception_ends_the_run_and_says_when(scenario: Any) -> None:
    broken = scenario(("too_many", "breaks"))
    message = r"the guard breaks, source=\w+ failed 1m[\d.]*s into the rollout: ValueError: lost the thread"
    with pytest.raises(_core.StrategyError, match=message):
        rollcast.forecast(broken, 4)


def test_an_answer_that_is_none_is_told(scenario: Any) -> None:
    with pytest.raises(_core.StrategyError, match="expected True, False, None, or a pair of one"):
        rollcast.forecast(scenario(("too_many", "answers_nonsense")), 1)


def test_the_command_line_tells_it_in_a_line(scenario: Any, tmp_path: Path) -> None:
    scenario(("too_many", "breaks"))
    told = CliRunner().invoke(main, ["forecast", str(tmp_path / "s.yaml"), "--allow-code", "-n", "2"])
    assert told.exit_code == 2
    assert "lost the thread" in told.output


def test_another_text_is_another_guard(scenario: Any) -> None:
    def guard(text: str) -> str:
        return str(scenario(guards=text).model.analyses[0].metrics[0].source.guard.describe())

    assert guard(GUARDS) == guard(GUARDS) != guard(GUARDS + "\n# other\n")


@pytest.mark.parametrize(
    ("replacement", "message"),
    [
        (("guards.py:too_many", "guard.py:too_many"), "python: guard.py: there is no such file"),
        (("too_many", "to_many"), 'guards.py has no function "to_many"; did you mean "too_many"?'),
        ((":too_many", ":limit"), 'guards.py has no function "limit"'),
        (("guards.py:too_many", "too_many"), "expected a file and a function of it, such as guards.py:too"),
        (("window: 1m", "kind: error-ratio"), "kind: may not be given beside python, which is shown both"),
        (("window: 1m", "of: new"), "of: may not be given beside python"),
        (("window: 1m", "vantage: client"), "vantage: clients cannot tell the versions apart"),
        (("window: 1m", 'failure: "true"'), "failure: a function judges by itself: it has no failure"),
        (("window: 1m", "window: 0s"), "window: expected more than 0s"),
        (("window: 1m", "threshold: 1%"), "threshold goes with the kind cloudwatch-alarm, not with python"),
    ],
)
def test_a_bad_one_is_told_what_is_wrong_and_where(
    scenario: Any, replacement: tuple[str, str], message: str
) -> None:
    assert message in refusal(scenario, replacement)


def test_code_has_to_be_allowed_and_to_run(scenario: Any) -> None:
    assert "allow it with --allow-code" in refusal(scenario, allow_code=False)
    assert "guards.py cannot be run: ZeroDivisionError" in refusal(scenario, guards="1 / 0")


# --- as a plain function


def test_the_window_of_ones_own_data() -> None:
    window = TelemetryWindow.of(
        {200: 90, 404: 2, 500: 6, 504: 2},
        seconds=50,
        latency_limits=[0.1, 0.2],
        latency_counts=[50, 30, 20],
        latency_sum=12.0,
    )
    assert (window.requests, window.errors, window.rate) == (100, 8, 2)
    assert (window.error_ratio, window.mean_latency) == (0.08, 0.12)
    assert window.quantile(0.25) == pytest.approx(0.05)
    assert window.quantile(0.65) == pytest.approx(0.15)
    assert window.quantile(0.99) == 0.2
    with pytest.raises(ValueError, match="read-only"):
        window.latency_counts[0] = 1
    with pytest.raises(ValueError, match="expected 2 latency counts"):
        TelemetryWindow.of({}, seconds=1, latency_limits=[1], latency_counts=[1])
    with pytest.raises(ValueError, match="rise"):
        TelemetryWindow.of({}, seconds=1, latency_limits=[2, 1])


def test_a_window_without_requests_has_no_ratios() -> None:
    empty = TelemetryWindow.of({}, seconds=60)
    assert all(map(math.isnan, (empty.error_ratio, empty.mean_latency, empty.quantile(0.5))))
    assert empty.rate == 0


def test_a_function_judges_ones_own_data() -> None:
    names: dict[str, Any] = {}
    exec(GUARDS, names)
    before = TelemetryWindow.of({200: 990, 500: 10}, seconds=60)
    assert names["too_many"](TelemetryWindow.of({200: 90, 500: 10}, seconds=60), before) == (False, 0.1)
    assert names["too_many"](TelemetryWindow.of({200: 9}, seconds=60), before) is None


# --- the engine's side of it


def test_what_the_engine_shows_is_what_the_function_sees() -> None:
    shown: list[TelemetryWindow] = []

    def look(canary: TelemetryWindow, baseline: TelemetryWindow) -> bool:
        shown.extend((canary, baseline))
        return True

    counts = _core.WindowCounts(by_code=[7, 2, 1, 0], by_latency=[4, 6, *[0] * 22], latency_sum=1.5)
    guard = _core.PythonGuard(Adapter(look, (0.25,)), "look")
    verdict = guard.judge(_core.OwnView(now=5, window=60, canary=counts))
    assert (verdict.passes, verdict.value) == (True, None)
    canary, baseline = shown
    assert dict(canary.by_code) == {200: 7, 500: 2, 503: 1, 504: 0}
    assert np.array_equal(canary.latency_limits, [0.25, np.inf])
    assert np.array_equal(canary.latency_counts, [4, 6])
    assert (canary.seconds, canary.latency_sum, canary.seen) == (60, 1.5, True)
    assert (baseline.requests, baseline.seen) == (0, False)


@pytest.mark.parametrize(
    ("answer", "passes", "value"), [(False, False, None), (None, None, None), ((True, 3), True, 3)]
)
def test_every_answer_reaches_the_engine(answer: Any, passes: Any, value: Any) -> None:
    guard = _core.PythonGuard(Adapter(lambda canary, baseline: answer, ()), "answers")
    verdict = guard.judge(_core.OwnView())
    assert (verdict.passes, verdict.value) == (passes, value)


def judge_nothing(canary: TelemetryWindow, baseline: TelemetryWindow) -> bool:
    return True


def test_it_can_be_copied() -> None:
    check = _core.OwnCheck(guard=_core.PythonGuard(Adapter(judge_nothing, (1.0,)), "nothing"), window=30)
    for copied in (copy.deepcopy(check), pickle.loads(pickle.dumps(check))):
        assert copied.window == 30
        assert copied.guard.describe() == "nothing"
        assert copied.guard.judge(_core.OwnView()).passes
