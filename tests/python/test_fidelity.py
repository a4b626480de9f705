"""Requests in numbers: which plane a forecast runs on, and what is kept of what has been measured."""

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

import rollcast
from rollcast import _core, profiles

SCENARIO = {
    "strategy": {"canary": {"steps": [{"set_weight": 20}, {"pause": "1m"}], "routed": True}},
    "traffic": {"rate": "200/s"},
    "service": {"service_time": {"exponential": {"mean": "20ms"}}, "slots": 2},
    "fleet": {"replicas": 4},
    "release": {"defect": "error-rate", "rate": "5%"},
    "window": {"lead_in": "1m", "horizon": "4m"},
}
LONG = {**SCENARIO, "window": {"lead_in": "1m", "horizon": "1h"}}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCAST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "profiles"


def drawn(**more):
    return {**SCENARIO, "fidelity": "flow", **more}


def columns(forecast):
    return {name: values.tobytes() for name, values in forecast.columns.items()}


def test_a_forecast_says_on_which_plane_it_ran_and_why():
    release = [
        {"defect": "error-rate", "rate": "5%"},
        {"defect": "capacity", "loss": "50%"},
    ]
    asked = rollcast.forecast({**LONG, "fidelity": "auto", "release": release}, replications=4)
    assert [plane.name for plane in asked.planes] == ["flow", "flow", "request"]
    assert "85%" in asked.planes[-1].why
    assert [plane["name"] for plane in json.loads(asked.to_json())["planes"]] == ["flow", "flow", "request"]
    apart = rollcast.forecast(drawn(fidelity="hybrid"), replications=2)
    assert {(plane.name, plane.why) for plane in apart.planes} == {("hybrid", "")}
    usual = rollcast.forecast({**SCENARIO, "fidelity": "request"}, replications=2)
    assert {plane.name for plane in usual.planes} == {"request"}
    assert {plane.why for plane in usual.planes} == {""}


def test_by_default_many_requests_are_drawn_and_few_simulated():
    many, few = (
        rollcast.forecast({**LONG, "traffic": {"rate": rate}}, replications=2) for rate in ("200/s", "20/s")
    )
    assert [plane.name for plane in many.planes] == ["flow"]
    assert [(plane.name, plane.why) for plane in few.planes] == [
        ("request", "a replication has less than a million of them")
    ]


def test_what_cannot_be_drawn_is_refused_at_its_place(tmp_path):
    file = tmp_path / "scenario.yaml"
    plan = "strategy: {canary: {steps: [{set_weight: 20}], routed: true}}\n"
    file.write_text(plan + "traffic: {rate: 200/s, users: {count: 5}}\nfidelity: flow\n")
    with pytest.raises(rollcast.InputError, match=r":3:11: fidelity: must be request or auto, .*users"):
        rollcast.load(file)
    file.write_text(plan + "fidelity: flwo\n")
    with pytest.raises(rollcast.InputError, match=r":2:11: .*flow"):
        rollcast.load(file)
    file.write_text(plan + "fidelity: hybrid\ntraffic: {rate: 200/s, retries: {attempts: 2}}\n")
    with pytest.raises(rollcast.InputError, match=r":2:11: fidelity: must be request .*another version"):
        rollcast.load(file)


def test_it_is_as_good():
    """Means of two samples: six standard errors of their difference, and 2%."""
    exact = rollcast.forecast({**SCENARIO, "fidelity": "request"}, replications=40, seed=1)
    quick = rollcast.forecast(drawn(), replications=400, seed=2)
    for name in ("failed", "exposure", "attributable", "slow", "duration"):
        ours, theirs = (each.columns[name].astype(float) for each in (quick, exact))
        error = np.hypot(ours.std() / len(ours) ** 0.5, theirs.std() / len(theirs) ** 0.5)
        assert abs(ours.mean() - theirs.mean()) < 6 * error + 0.02 * abs(theirs.mean()), name


def test_what_was_measured_is_kept_and_changes_nothing(cache):
    cold = rollcast.forecast(drawn(), replications=5)
    (file,) = cache.iterdir()
    kept = np.load(file)
    assert len(kept) > 0
    warm = rollcast.forecast(drawn(), replications=5)
    assert columns(cold) == columns(warm)
    assert np.array_equal(np.load(file), kept)
    rollcast.forecast(drawn(service={**SCENARIO["service"], "slots": 3}), replications=2)
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "empty"])
def test_what_is_damaged_is_measured_again(cache, damage):
    before = rollcast.forecast(drawn(), replications=3)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    if damage == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        rows = np.load(file)
        rows[:, 20] += 0.25
        np.save(file, rows)
    elif damage == "other":
        np.save(file, np.zeros((3, 4)))
    else:
        file.write_bytes(b"")
    again = rollcast.forecast(drawn(), replications=3)
    assert columns(before) == columns(again)
    assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_is_none(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("not a folder")
    monkeypatch.setenv("ROLLCAST_CACHE", str(file))
    assert rollcast.forecast(drawn(), replications=2).replications == 2


def _measure(rate):
    """A process that adds what it measures."""
    loaded = rollcast.load(drawn(traffic={"rate": f"{rate}/s"}))
    with profiles.kept(loaded.model) as profile:
        options = _core.ForecastOptions(replications=2)
        options.profile = profile
        _core.forecast(loaded.model, loaded.strategy, options)


def test_processes_that_write_at_once_or_are_killed_leave_whole_files(cache):
    processes = multiprocessing.get_context("spawn")
    writers = [processes.Process(target=_measure, args=(rate,)) for rate in (200, 240, 280)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    rng = np.random.default_rng(1)
    for _ in range(4):
        victim = processes.Process(target=_measure, args=(int(rng.integers(100, 200)),))
        victim.start()
        time.sleep(rng.uniform(0.5, 1.5))
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
    for file in Path(cache).glob("*.npy"):
        rows = np.load(file)
        loaded = profiles._read(file)
        assert len(loaded) == len(rows) > 0
