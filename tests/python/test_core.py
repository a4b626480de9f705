"""The extension module: values in and out, and studies that Python can watch and stop."""

from __future__ import annotations

import copy
import importlib.metadata
import math
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rollcast import _core

STUB = Path(__file__).parents[2] / "python/rollcast/_core"


@pytest.fixture
def scenario() -> _core.Scenario:
    return _core.Scenario(
        name="small",
        fleet=_core.Fleet(replicas=4, start=_core.Exponential(mean=5)),
        traffic=_core.Traffic(rate=20),
        window=_core.Window(lead_in=30, horizon=300),
        release=_core.Release(
            truths=[
                _core.TruthKind(name="good", probability=0.75),
                _core.TruthKind(
                    name="errors",
                    probability=0.25,
                    kind=_core.DefectKind.error_rate,
                    severity=_core.LogUniform(low=0.01, high=0.5),
                ),
            ]
        ),
    )


@pytest.fixture
def strategy() -> _core.Strategy:
    return _core.Rolling(_core.RollingParams(replicas=4))


def options(**given: float) -> _core.ForecastOptions:
    return _core.ForecastOptions(**{"replications": 12, "threads": 2, **given})


def test_versions_agree() -> None:
    assert importlib.metadata.version("rollcast") == _core.version == _core.build_config()["version"]


def test_structs_are_values(scenario: _core.Scenario) -> None:
    for twin in (copy.deepcopy(scenario), pickle.loads(pickle.dumps(scenario))):
        assert twin == scenario
        twin.fleet.replicas = 5
        assert twin != scenario
        assert scenario.fleet.replicas == 4


def test_repr_names_every_field() -> None:
    probe = _core.Probe(period=2, failure_threshold=1)
    text = "Probe(initial_delay=0.0, period=2.0, success_threshold=1, failure_threshold=1)"
    assert repr(probe) == text
    assert eval(text, vars(_core)) == probe


def test_lists_are_copied_and_assigned_whole(scenario: _core.Scenario) -> None:
    scenario.release.truths.append(_core.TruthKind())
    assert len(scenario.release.truths) == 2
    scenario.release.truths = [_core.TruthKind()]
    assert scenario.release.truths == [_core.TruthKind()]


def test_a_nested_struct_outlives_its_owner() -> None:
    fleet = _core.Scenario(fleet=_core.Fleet(replicas=7)).fleet
    assert fleet.replicas == 7


def test_durations_are_seconds() -> None:
    assert _core.Probe(period=0.1).period == 0.1
    assert _core.Window(horizon=math.inf).horizon == math.inf
    for wrong in (math.nan, "10s", None):
        with pytest.raises(TypeError):
            _core.Probe(period=wrong)


def test_given_arrivals_are_a_read_only_column() -> None:
    given = _core.Traffic(replay=np.arange(5, dtype=np.int32))
    assert given.replay is not None
    assert (given.replay.dtype, given.replay.tolist()) == (np.int64, [0, 1, 2, 3, 4])
    for twin in (copy.deepcopy(given), pickle.loads(pickle.dumps(given))):
        assert twin == given
    for other in (None, np.arange(6), np.arange(1, 6)):
        assert given != _core.Traffic(replay=other) != given
    with pytest.raises(ValueError, match="read-only"):
        given.replay[0] = 1
    column = given.replay
    del given
    assert column[4] == 4  # it keeps what it shows
    for wrong in (np.array([0.5]), np.zeros((2, 2), np.int64), "12"):
        with pytest.raises(TypeError):
            _core.Traffic(replay=wrong)


def test_bad_input_is_a_value_error(scenario: _core.Scenario, strategy: _core.Strategy) -> None:
    scenario.traffic.rate = -3
    assert [each.path for each in _core.validate(scenario)] == ["traffic.rate"]
    with pytest.raises(ValueError, match="rate"):
        _core.forecast(scenario, strategy)
    with pytest.raises(ValueError, match="weight"):
        _core.Canary(_core.CanaryParams(steps=[_core.SetWeight(weight=101)]))


def test_a_strategy_is_pickled_by_its_parameters() -> None:
    params = _core.CanaryParams(
        steps=[
            _core.SetWeight(weight=5),
            _core.Pause(duration=60),
            _core.Pause(),
            _core.RunAnalysis(analysis=1),
        ],
        background=_core.BackgroundAnalysis(analysis=0, starting_step=1),
    )
    twin = pickle.loads(pickle.dumps(_core.Canary(params)))
    assert twin.params == params
    assert repr(twin) == repr(_core.Canary(params))


def test_columns_do_not_depend_on_threads(scenario: _core.Scenario, strategy: _core.Strategy) -> None:
    one, two = (_core.forecast(scenario, strategy, options(threads=n)) for n in (1, 2))
    assert one.outcomes.keys() == two.outcomes.keys()
    for name, column in one.outcomes.items():
        assert column.tobytes() == two.outcomes[name].tobytes(), name


def test_columns_are_the_outcomes(scenario: _core.Scenario, strategy: _core.Strategy) -> None:
    forecast = _core.forecast(scenario, strategy, options())
    rows = [forecast[replication] for replication in range(len(forecast))]
    columns = forecast.outcomes
    assert {len(column) for column in columns.values()} == {12}
    np.testing.assert_array_equal(columns["failed"], [row.failed for row in rows])
    np.testing.assert_array_equal(columns["detection"], [row.detection for row in rows])
    np.testing.assert_array_equal(columns["verdict"], [row.verdict.value for row in rows])
    np.testing.assert_array_equal(columns["defect"], [row.defect.value for row in rows])
    np.testing.assert_array_equal(columns["attributable"], [row.failed - row.baseline_failed for row in rows])
    for cause in _core.Cause:
        by_cause = [row.failed_by_cause[cause.value] for row in rows]
        np.testing.assert_array_equal(columns[f"failed_{cause.name}"], by_cause)
    assert _core.outcome_columns(rows).keys() == columns.keys()
    with pytest.raises(IndexError):
        forecast[12]


def test_a_replay_is_the_replication(scenario: _core.Scenario, strategy: _core.Strategy) -> None:
    forecast = _core.forecast(scenario, strategy, options())
    timeline, outcome = _core.replay(scenario, strategy, options(), 5)
    assert outcome == forecast[5]
    assert timeline.entries


def test_progress_rises_and_can_stop_the_study(scenario: _core.Scenario, strategy: _core.Strategy) -> None:
    seen: list[int] = []

    def progress(finished: int) -> bool:
        seen.append(finished)
        return False

    forecast = _core.forecast(scenario, strategy, options(replications=20_000), progress)
    assert forecast.ending is _core.Ending.interrupted
    assert len(forecast) >= seen[-1]
    assert forecast.outcomes["replication"].tolist() == list(range(len(forecast)))


def test_an_exception_in_progress_is_raised(scenario: _core.Scenario, strategy: _core.Strategy) -> None:
    def progress(finished: int) -> bool:
        raise LookupError(finished)

    with pytest.raises(LookupError):
        _core.forecast(scenario, strategy, options(replications=20_000), progress)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A shell without job control starts what it puts in the background with interrupts ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("watched", [False, True])
def test_an_interrupt_leaves_the_finished_prefix(
    scenario: _core.Scenario, strategy: _core.Strategy, watched: bool
) -> None:
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    progress = (lambda finished: None) if watched else None
    forecast = _core.forecast(scenario, strategy, options(replications=20_000), progress)
    timer.join()
    assert forecast.ending is _core.Ending.interrupted
    assert forecast.outcomes["replication"].tolist() == list(range(len(forecast)))


def test_other_threads_run_meanwhile(scenario: _core.Scenario, strategy: _core.Strategy) -> None:
    done = threading.Event()
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        while not done.wait(0.001):
            ticks += 1

    thread = threading.Thread(target=tick)
    thread.start()
    _core.forecast(scenario, strategy, options(replications=200, threads=1))
    done.set()
    thread.join()
    assert ticks > 1


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="other Pythons write enums in other ways")
def test_the_stub_is_fresh(tmp_path: Path) -> None:
    pytest.importorskip("pybind11_stubgen")
    command = [sys.executable, "-m", "pybind11_stubgen", "rollcast._core", "--exit-code", "-o", tmp_path]
    subprocess.run(command, check=True, capture_output=True)
    made = tmp_path / "rollcast/_core"
    assert {path.name for path in made.iterdir()} == {path.name for path in STUB.iterdir()}
    for path in made.iterdir():
        assert path.read_text() == (STUB / path.name).read_text(), f"{path.name} is stale: run `make stub`"
