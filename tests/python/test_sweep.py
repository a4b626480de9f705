"""Sweeps: they go on where they were interrupted, wherever they are done."""

from __future__ import annotations

import copy
import json
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner, Result

import rollcast
from rollcast import sweep_task, sweeps
from rollcast.cli import main
from rollcast.errors import InputError
from rollcast.sweep_folder import Folder, read_study
from rollcast.sweep_task import Base, Task

RATES = {"traffic.rate": ["5/s", "10/s"]}
HERE = Path(__file__).parent
ROLLCAST = [sys.executable, "-c", "from rollcast.cli import main; main()"]


@pytest.fixture(scope="session")
def tiny(small: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds a replication."""
    scenario = copy.deepcopy(small)
    scenario["window"] = {"lead_in": "30s", "horizon": "4m"}
    scenario["fleet"] = {"replicas": 2}
    scenario["traffic"] = {"rate": "10/s"}
    return scenario


@pytest.fixture(scope="session")
def tiny_file(tiny: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "tiny.yaml"
    path.write_text(yaml.safe_dump(tiny, sort_keys=False))
    return path


def sweep(source: Any, out: Path | None = None, **options: Any) -> rollcast.Sweep:
    parameters = options.pop("parameters", RATES)
    return rollcast.sweep(source, parameters, out, **{"replications": 6, "piece": 2, "threads": 1, **options})


def tables(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in sweeps.Sweep.tables]


@pytest.fixture(scope="session")
def done(tiny: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished sweep."""
    out = tmp_path_factory.mktemp("done") / "out"
    sweep(tiny, out)
    return out


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


# --- what comes out ---------------------------------------------------------------------------------------


def test_a_point_is_the_forecast_there(tiny: dict[str, Any]) -> None:
    found = sweep(tiny, seed=5)
    for row, rate in zip(found.points.to_pylist(), (5.0, 10.0), strict=True):
        assert row["traffic.rate"] == rate
        there = rollcast.evaluate(tiny, {"traffic.rate": f"{rate}/s"}, replications=6, seed=5)
        for name, each in there.estimates.items():
            ends = (row[name], row[f"{name}_low"], row[f"{name}_high"])
            assert np.array_equal(ends, (each.value, each.low, each.high), equal_nan=True), name
        mine = found.outcomes.filter(np.equal(found.outcomes["point"].to_numpy(), row["point"]))
        for name, column in there.columns.items():
            if name not in ("truth", "defect", "verdict"):  # those are words
                assert np.array_equal(mine[name].to_numpy(), column, equal_nan=column.dtype.kind == "f"), name


def test_every_row_carries_its_identity(tiny: dict[str, Any]) -> None:
    found = sweep(tiny, seed=7)
    for table in (found.points, found.outcomes):
        assert set(table["seed"].to_pylist()) == {7}
        assert set(table["model_version"].to_pylist()) == {rollcast._core.model_version}
        assert len(set(table["version"].to_pylist())) == 1
        assert len(set(table["scenario"].to_pylist())) == 2
        assert b"unit" in table.schema.field("traffic.rate").metadata
    loaded = rollcast.load(tiny)
    same = rollcast.with_values(loaded, {"traffic.rate": 10})
    other = rollcast.with_values(loaded, {"fleet.replicas": 3})
    assert sweep_task.identity(loaded) == sweep_task.identity(same) != sweep_task.identity(other)


def test_tables_open_in_duckdb_pandas_polars_and_xarray(done: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("xarray")
    file = done / "outcomes.parquet"
    with duckdb.connect() as connection:
        query = 'select "traffic.rate", count(*), any_value(seed) from read_parquet(?) group by 1 order by 1'
        assert connection.execute(query, [str(file)]).fetchall() == [(5.0, 6, 1), (10.0, 6, 1)]
    assert pd.read_parquet(file).groupby("traffic.rate").size().tolist() == [6, 6]
    assert polars.read_parquet(file)["verdict"].null_count() == 0
    grid = pd.read_parquet(done / "points.parquet").set_index("traffic.rate").to_xarray()
    assert grid["p_escape"].sel({"traffic.rate": 10.0}).item() >= 0


@pytest.mark.parametrize(
    ("rule", "ending"),
    [
        ({"harmed": 3}, "harmed"),
        ({"stop": {"estimate": "p_promoted", "half_width": 0.4}}, "precise"),
        ({"seconds": 1e-9}, "seconds"),
        ({"harmed": 10**6}, "all"),
    ],
)
def test_a_point_ends_by_the_rule_that_comes_first(
    tiny: dict[str, Any], rule: dict[str, Any], ending: str
) -> None:
    found = sweep(tiny, replications=42, piece=4, **rule)
    assert found.points["ending"].to_pylist() == [ending] * 2
    for row in found.points.to_pylist():
        assert row["replications"] == 42 if ending == "all" else row["replications"] % 4 == 0
        rows = found.outcomes.filter(np.equal(found.outcomes["point"].to_numpy(), row["point"]))
        harmed = rows["attributable"].to_numpy() > 0
        if ending == "harmed":
            assert harmed[:-4].sum() < 3 <= harmed.sum()
        if ending == "precise":
            assert row["p_promoted_high"] - row["p_promoted_low"] <= 0.8


@pytest.mark.parametrize("design", ["zip", "random", "lhs", "sobol"])
def test_other_designs_are_swept(tiny: dict[str, Any], design: str) -> None:
    parameters = {"traffic.rate": ["5/s", "10/s"], "strategy.steps.0.set_weight": [10, 20]}
    count = None if design == "zip" else 2
    found = sweep(tiny, parameters=parameters, design=design, points=count, replications=2)
    assert found.points.num_rows == 2
    if design == "zip":
        assert found.points["strategy.steps.0.set_weight"].to_pylist() == [10, 20]


# --- interruptions ----------------------------------------------------------------------------------------


def test_killed_at_random_moments_the_result_is_the_same(tiny_file: Path, tmp_path: Path) -> None:
    command = [sys.executable, HERE / "sweep_nursery.py", tiny_file, tmp_path, "50"]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    told = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=False, env={**os.environ, **threads}
    )
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert report["differ"] == 0
    assert report["moments"] == 50
    assert report["killed"] > 10, "moments that came after the end show nothing"
    assert report["in the middle"] > 5, "nor do those before the first piece"


def test_cut_off_or_damaged_anywhere_the_result_is_the_same(
    tiny: dict[str, Any], done: Path, tmp_path: Path
) -> None:
    """As a loss of power may leave it."""
    draw = random.Random(3)
    log = (done / "pieces.log").read_bytes()
    for number in range(12):
        out = tmp_path / str(number)
        out.mkdir()
        shutil.copy(done / "study.json", out)
        spot = draw.randrange(len(log))
        damaged = log[:spot] if number % 2 else log[:spot] + bytes([log[spot] ^ 1]) + log[spot + 1 :]
        (out / "pieces.log").write_bytes(damaged)
        sweep(tiny, out)
        assert tables(out) == tables(done)


def test_whole_pieces_are_not_done_again(
    tiny: dict[str, Any], done: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = shutil.copytree(done, tmp_path / "out")
    (out / "outcomes.parquet").unlink()
    monkeypatch.setattr(sweep_task, "run", lambda task: pytest.fail(f"{task} was done"))
    sweep(tiny, out)
    assert tables(out) == tables(done)
    (out / "points.parquet").write_bytes(b"PAR1 and no more")
    sweep(tiny, out)
    assert tables(out) == tables(done)


def test_interrupted_it_says_how_to_go_on(tiny_file: Path, tmp_path: Path, done: Path) -> None:
    def interrupt(finished: int, total: int) -> None:
        assert total == 6
        if finished == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(tiny_file, tmp_path / "out", progress=interrupt)
    study = read_study(tmp_path / "out")
    with Folder.open(study, tmp_path / "out") as folder:
        assert len(folder) == 2
        assert folder.missing == [0, 1]
    sweep(tiny_file, tmp_path / "out")
    assert tables(tmp_path / "out")[1] == tables(done)[1]


def test_a_full_disk_loses_nothing(tiny_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [*ROLLCAST, "sweep", str(tiny_file), "--set", "traffic.rate=5/s,10/s", "--out", str(out)]
    command += ["-n", "6", "--piece", "2", "--threads", "1"]
    whole = tmp_path / "whole"
    subprocess.run([*command[:-8], "--out", str(whole), *command[-6:]], capture_output=True, check=True)
    size = (whole / "pieces.log").stat().st_size
    full = subprocess.run(
        command, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2)),
    )  # fmt: skip
    assert full.returncode == 2
    assert "what was finished is kept: start again to go on" in full.stderr
    assert "Traceback" not in full.stderr
    subprocess.run(command, capture_output=True, check=True)
    assert tables(out) == tables(whole)


# --- folders ----------------------------------------------------------------------------------------------


def test_parts_merge_into_the_whole(tiny: dict[str, Any], done: Path, tmp_path: Path) -> None:
    parts = []
    for number in (1, 2):
        parts.append(tmp_path / f"part{number}")
        found = sweep(tiny, parts[-1], part=(number, 2))
        assert found.missing == [2 - number]
        with pytest.raises(InputError, match="1 of 2 points are not done"):
            _ = found.points
    before = [(part / "pieces.log").read_bytes() for part in parts]
    assert rollcast.merge(parts[:1], tmp_path / "one").missing == [1]
    assert rollcast.merge([*parts, done], tmp_path / "all").is_done
    assert tables(tmp_path / "all") == tables(done)
    assert [(part / "pieces.log").read_bytes() for part in parts] == before


def test_a_folder_of_another_study_is_refused_and_left_alone(
    tiny: dict[str, Any], done: Path, tmp_path: Path
) -> None:
    before = {file.name: file.read_bytes() for file in done.iterdir()}
    other = {**tiny, "fleet": {"replicas": 3}}
    for source, options, told in (
        (tiny, {"seed": 2}, "with the seed 1, this sweep is with the seed 2"),
        (other, {}, "of a scenario with the hash"),
        (tiny, {"replications": 8}, '{"replications": 6}'),
        (tiny, {"parameters": {"traffic.rate": ["5/s", "11/s"]}}, "2 points, not the same ones"),
        (tiny, {"parameters": {"fleet.replicas": [1, 2]}}, 'of the parameters ["traffic.rate"]'),
    ):
        with pytest.raises(InputError) as error:
            sweep(source, done, **options)
        assert told in str(error.value)
        assert "nothing was changed there" in str(error.value)
    sweep(tiny, tmp_path / "other", seed=2)
    with pytest.raises(InputError, match="with the seed 2"):
        rollcast.merge([done, tmp_path / "other"], tmp_path / "both")
    assert not (tmp_path / "both").exists()
    assert {file.name: file.read_bytes() for file in done.iterdir()} == before


def test_a_folder_of_another_model_is_refused(tiny: dict[str, Any], done: Path, tmp_path: Path) -> None:
    out = shutil.copytree(done, tmp_path / "old")
    study = json.loads((out / "study.json").read_text())
    (out / "study.json").write_text(json.dumps({**study, "model_version": 1}))
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    with pytest.raises(InputError, match="holds results of model 1"):
        sweep(tiny, out)
    with pytest.raises(InputError, match="holds results of model 1"):
        rollcast.merge([out], tmp_path / "new")
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_a_folder_with_something_else_is_left_alone(tiny: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match="is not empty and holds no sweep"):
        sweep(tiny, tmp_path)
    (tmp_path / "study.json").write_text("{")
    with pytest.raises(InputError, match=r"study\.json cannot be read"):
        sweep(tiny, tmp_path)
    with pytest.raises(InputError, match="holds no sweep"):
        rollcast.merge([tmp_path / "nowhere"], tmp_path / "out")
    assert {file.name for file in tmp_path.iterdir()} == {"thesis.tex", "study.json"}


def test_two_sweeps_do_not_write_one_folder(tiny: dict[str, Any], done: Path) -> None:
    with Folder.open(read_study(done), done), pytest.raises(InputError, match="another sweep is at work"):
        sweep(tiny, done)


# --- beyond one process -----------------------------------------------------------------------------------


def test_any_executor_gives_the_same(tiny: dict[str, Any], done: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as executor:
        sweep(tiny, tmp_path / "threads", executor=executor)
    sweep(tiny, tmp_path / "processes", workers=2)
    assert tables(tmp_path / "threads") == tables(tmp_path / "processes") == tables(done)


class _Breaking(Executor):
    """Does two things and breaks."""

    def __init__(self) -> None:
        self._left = 2

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._left -= 1
        if self._left >= 0:
            future.set_result(fn(*args))
        else:
            future.set_exception(BrokenExecutor("a process was killed"))
        return future


def test_a_broken_executor_loses_nothing(tiny: dict[str, Any], done: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(
        InputError, match=r"the executor broke: a process was killed What was finished is kept"
    ):
        sweep(tiny, out, executor=_Breaking())
    with Folder.open(read_study(out), out) as folder:
        assert len(folder) == 2
    sweep(tiny, out)
    assert tables(out) == tables(done)


def test_a_killed_worker_process_is_replaced(tiny: dict[str, Any], tmp_path: Path) -> None:
    """Its pieces are done by others: nothing is lost, nothing counted twice."""
    out = tmp_path / "out"
    killed: list[int] = []

    def kill(finished: int, total: int) -> None:
        if finished == 2 and not killed:
            for child in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
                for pid in child.read_text().split():
                    if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text():
                        killed.append(int(pid))
                        os.kill(int(pid), 9)
                        return

    options = {"replications": 40, "piece": 2}
    found = sweep(tiny, out, workers=2, progress=kill, **options)
    assert killed
    assert found.is_done
    sweep(tiny, tmp_path / "whole", **options)
    assert tables(out) == tables(tmp_path / "whole")


def test_a_strategy_in_python_is_swept(tiny: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def careful(rollout, share=0.5):\n"
        "    yield rollout.scale(new=rollout.replicas)\n"
        "    yield rollout.shift(share)\n"
        "    yield rollout.wait('30s')\n"
        "    yield rollout.finish()\n"
    )
    scenario = {key: value for key, value in tiny.items() if key not in ("strategy", "analyses")}
    scenario["strategy"] = {"python": {"file": "mine.py", "function": "careful"}}
    file = tmp_path / "own.yaml"
    file.write_text(yaml.safe_dump(scenario, sort_keys=False))
    refused = run("sweep", file, "--set", "traffic.rate=5/s,10/s", "--out", tmp_path / "out")
    assert refused.exit_code == 2
    assert "--allow-code" in refused.stderr
    options = ["--set", "strategy.python.args.share=0.2,0.5", "-n", 4, "--piece", 2, "--allow-code"]
    assert run("sweep", file, "--out", tmp_path / "here", *options).exit_code == 0
    assert run("sweep", file, "--out", tmp_path / "there", "--workers", 2, *options).exit_code == 0
    assert tables(tmp_path / "here") == tables(tmp_path / "there")
    exposure = pd.read_parquet(tmp_path / "here" / "points.parquet")["exposure_mean"]
    assert exposure[0] != exposure[1]


def test_a_worker_with_other_files_or_another_model_refuses(tiny: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("time,rate\n0,10\n")
    scenario = {**tiny, "traffic": {"trace": {"file": "rates.csv"}}}
    file = tmp_path / "traced.yaml"
    file.write_text(yaml.safe_dump(scenario))
    base = Base.of(rollcast.load(file))
    task = Task(base, '{"fleet.replicas": 3}', 0, 0, 0, 1, 1, 1)
    assert len(sweep_task.run(task).columns["replication"]) == 1
    sweep_task._loaded.cache_clear()
    sweep_task._point.cache_clear()
    (tmp_path / "rates.csv").write_text("time,rate\n0,11\n")
    with pytest.raises(InputError, match="another text of this file"):
        sweep_task.run(task)
    (tmp_path / "rates.csv").unlink()
    with pytest.raises(InputError, match="must be there on every machine"):
        sweep_task.run(task)
    other = Task(Base(base.language, base.name, base.source, (), 2), "{}", 0, 0, 0, 1, 1, 1)
    with pytest.raises(InputError, match="the sweep model 2"):
        sweep_task.run(other)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own, over TCP."""
    pytest.importorskip("distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    home = tmp_path_factory.mktemp("dask")
    port = address.rpartition(":")[2]
    dask = [sys.executable, "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
    worker = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": home}
    processes = [subprocess.Popen(command, **quiet) for command in (scheduler, worker, worker)]
    yield address, processes[1:]
    for process in processes:
        process.kill()
        process.wait()


def test_a_cluster_that_loses_a_worker_loses_nothing(
    tiny_file: Path, tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = cluster
    out = tmp_path / "out"
    options = ["--set", "traffic.rate=5/s,10/s", "-n", "120", "--piece", "2"]
    command = [*ROLLCAST, "sweep", str(tiny_file), *options, "--out", str(out), "--cluster", address]
    errors = tmp_path / "errors"
    with errors.open("wb") as said:
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        for _ in range(3000):
            log = out / "pieces.log"
            if running.poll() is not None or (log.exists() and log.stat().st_size > 0):
                break
            time.sleep(0.01)
        assert running.poll() is None, "it was over before a worker could be killed"
        workers[0].kill()
        assert running.wait(timeout=120) == 0, errors.read_text()
    assert run("sweep", tiny_file, *options, "--out", tmp_path / "here").exit_code == 0
    assert tables(out) == tables(tmp_path / "here")
    assert pq.read_table(out / "outcomes.parquet").num_rows == 240


def test_an_unreachable_cluster_is_told_in_seconds(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("rollcast.sweeps._PATIENCE", 1.0)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        options = ["--set", "traffic.rate=5/s,10/s", "--out", tmp_path / "out", "--cluster", address]
        told = run("sweep", tiny_file, *options)
        assert told.exit_code == 2
        assert f"cannot reach a Dask scheduler at {address}" in told.stderr


# --- the command line -------------------------------------------------------------------------------------


def test_the_terminal_shows_points_and_files(tiny_file: Path, tmp_path: Path, done: Path) -> None:
    options = ["--set", "traffic.rate=5/s,10/s", "-n", 6, "--piece", 2]
    whole = run("sweep", tiny_file, *options, "--out", tmp_path / "whole")
    assert whole.exit_code == 0
    assert "All of 2 points are done. Seed 1, model" in whole.stdout
    assert str(tmp_path / "whole" / "points.parquet") in whole.stdout
    for number in (1, 2):
        part = run("sweep", tiny_file, *options, "--out", tmp_path / str(number), "--part", f"{number}/2")
        assert "1 of 2 points are done" in part.stdout
    merged = run("merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "merged")
    assert "All of 2 points are done" in merged.stdout
    assert tables(tmp_path / "merged") == tables(tmp_path / "whole")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--set", "traffic.rat=1/s"], 'did you mean "traffic.rate"?'),
        (["--set", "strategy.steps.0.weight=1"], 'did you mean "strategy.canary.steps[0].set_weight"?'),
        (
            ["--set", "traffic.rate=1/s,fast"],
            "--set traffic.rate=1/s,fast, column 18: traffic.rate: expected a",
        ),
        (["--set", "traffic.rate="], "the grid is empty"),
        ([], "expected at least one parameter to sweep"),
        (["--set", "fleet.replicas=1,2", "--set", "fleet={}"], "is a part of"),
        (["--set", "fleet.replicas=1,2", "--part", "3/2"], "there is no part 3 of 2"),
        (["--set", "fleet.replicas=1,2", "--part", "half"], 'such as "2/5"'),
        (["--set", "fleet.replicas=1,2", "--stop", "p_escap +- 1%"], 'did you mean "p_escape"'),
        (["--set", "fleet.replicas=1,2", "--workers", 2, "--cluster", "x"], "expected one of executor"),
        (["--set", "fleet.replicas=1,2", "--design", "lattice"], "unknown design"),
    ],
)
def test_bad_input_is_told_and_nothing_written(
    tiny_file: Path, tmp_path: Path, options: list[Any], told: str
) -> None:
    result = run("sweep", tiny_file, "--out", tmp_path / "out", *options)
    assert result.exit_code == 2
    assert told in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_point_that_is_no_scenario_is_named(tiny: dict[str, Any], tmp_path: Path) -> None:
    """Each value is right beside the first of the others, but not all of them are together."""
    parameters = {"window.horizon": ["4m", "1s"], "strategy.steps.1.pause": ["10s", "20s"]}
    bad = {**tiny, "service": {**tiny["service"], "p50": "20ms"}}
    values = {"service.p50": ["20ms", "95ms"], "service.p99": ["100ms", "30ms"]}
    with pytest.raises(InputError, match=r"\(at the point service.p50=95ms, service.p99=30ms\)"):
        sweep(bad, tmp_path / "out", parameters=values)
    assert sweep(tiny, parameters=parameters, replications=1).points.num_rows == 4
