"""The command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner, Result

from rollcast.cli import main

ROLLCAST = [sys.executable, "-c", "from rollcast.cli import main; main()"]


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def forecast(path: Path, *args: object) -> Result:
    return run("forecast", path, "--replications", 24, *args)


@pytest.mark.parametrize(
    "module", ["pydantic", "matplotlib", "pyarrow", "numpy", "yaml", "rich", "rollcast._core"]
)
def test_help_imports_nothing_heavy(module: str) -> None:
    check = (
        "import sys; from rollcast.cli import main; main(['--help'], standalone_mode=False); "
        f"assert '{module}' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Forecasts a software rollout" in done.stdout


def test_a_forecast_says_the_verdict_the_risks_and_the_seed(small_file: Path) -> None:
    result = forecast(small_file)
    assert result.exit_code == 0
    assert result.stdout.startswith("Of 1,000 releases like this one")
    assert "p_escape_given_bad" in result.stdout
    assert "crash on start" in result.stdout.lower() or "crash-on-start" in result.stdout
    assert "Seed 1, 24 replications" in result.stdout


def test_a_forecast_writes_its_files_and_ends_with_the_reports_path(small_file: Path, tmp_path: Path) -> None:
    json_file, outcomes, report = tmp_path / "a.json", tmp_path / "a.parquet", tmp_path / "a.html"
    result = forecast(
        small_file, "--seed", 7, "--json", json_file, "--outcomes", outcomes, "--report", report
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == str(report)
    document = json.loads(json_file.read_text())
    assert document["seed"] == 7
    assert document["estimates"]["p_promoted"]["low"] <= document["estimates"]["p_promoted"]["high"]
    assert pq.read_table(outcomes).num_rows == 24
    text = report.read_text()
    assert text.startswith("<!doctype html>")
    assert f"rollcast forecast {small_file} --replications 24 --seed 7" in text
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", "a.parquet", "a.html"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-if", "p_promoted < 101%"], 2),
        (["--fail-if", "p_promoted > 0.1%"], 3),
        (["--fail-if", "duration_mean > 30m"], 0),
        (["--fail-if", "p_caught_given_bad > 50%", "--fail-if", "p_promoted > 0.1%"], 3),
    ],
)
def test_conditions_decide_the_exit_code(small_file: Path, arguments: list[str], code: int) -> None:
    assert forecast(small_file, *arguments).exit_code == code


@pytest.mark.parametrize(("undecided", "code"), [(None, 4), ("pass", 0), ("fail", 3)])
def test_an_undecided_condition_has_a_code_of_its_own(
    small_file: Path, undecided: str | None, code: int, tmp_path: Path
) -> None:
    forecast(small_file, "--json", tmp_path / "a.json")
    caught = json.loads((tmp_path / "a.json").read_text())["estimates"]["p_caught_given_bad"]
    assert caught["low"] < caught["value"] < caught["high"]
    condition = ["--fail-if", f"p_caught_given_bad > {caught['value']}"]
    result = forecast(small_file, *condition, *(["--undecided", undecided] if undecided else []))
    assert result.exit_code == code
    assert "undecided" in result.stdout


def test_a_study_can_stop_early(small_file: Path) -> None:
    result = run("forecast", small_file, "--replications", 5000, "--stop", "p_promoted +- 45%")
    assert result.exit_code == 0
    assert "Precise enough after" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fail-if", "p_escpe > 1%"], 'did you mean "p_escape"'),
        (["--fail-if", "duration_mean > 5%"], "the unit of duration_mean is seconds"),
        (["--stop", "p_promoted +- fast"], "p_promoted"),
        (["--report", "/no/such/directory/a.html"], "there is no directory"),
        (["--rate", "fast"], "expected a rate"),
        (["--replications", "0"], "replications"),
    ],
)
def test_bad_options_are_told_before_the_work(small_file: Path, arguments: list[str], message: str) -> None:
    result = run("forecast", small_file, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_a_bad_scenario_is_shown_with_its_line_and_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("traffic:\n  rate: 60/s\n  rte: 5\n")
    result = run("validate", path)
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    at = next(number for number, line in enumerate(lines) if f"{path}:3:3" in line)
    assert 'did you mean "rate"' in lines[at]
    assert lines[at + 1 : at + 3] == ["    rte: 5", "    ^"]


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"- a\n- b\n", b"a: &a [*a]\n", b"{"])
def test_an_unreadable_file_is_no_traceback(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.yaml"
    if content is not None:
        path.write_bytes(content)
    result = run("validate", path)
    assert result.exit_code == 2
    assert "error:" in result.stderr
    assert str(path) in result.stderr


def test_validate_lists_what_is_assumed(small_file: Path) -> None:
    result = run("validate", small_file)
    assert result.exit_code == 0
    assert "small canary" in result.stdout
    assert "observability.scrape_interval" in result.stdout


def test_a_manifest_with_a_profile_is_enough(tmp_path: Path) -> None:
    run("example", "copy", "rolling-update", tmp_path / "mine")
    manifest = tmp_path / "mine" / "deployment.yaml"
    result = run(
        "validate",
        manifest,
        "--rate",
        "50/s",
        "--p50",
        "12ms",
        "--p99",
        "90ms",
        "--errors",
        "0.05%",
        "--utilisation",
        "55%",
    )
    assert result.exit_code == 0
    assert "catalogue" in result.stdout
    assert "service.p50" not in result.stdout


def test_several_manifests_make_one_scenario(tmp_path: Path) -> None:
    run("example", "copy", "canary-with-analysis", tmp_path / "mine")
    manifests = [tmp_path / "mine" / name for name in ("rollout.yaml", "analysis.yaml", "networking.yaml")]
    result = run("validate", *manifests, "--rate", "1k/s", "--p50", "20ms")
    assert result.exit_code == 0
    assert "checkout" in result.stdout


def test_an_example_is_known_by_its_name() -> None:
    result = run("validate", "canary-with-analysis")
    assert result.exit_code == 0
    assert "checkout canary" in result.stdout


def test_replay_tells_every_decision(small_file: Path) -> None:
    result = run("replay", small_file, "--replication", 0)
    assert result.exit_code == 0
    assert "replication 0" in result.stdout
    assert "▶" in result.stdout
    brief = run("replay", small_file, "--replication", 0, "--brief")
    assert len(brief.stdout) < len(result.stdout)


def test_import_writes_a_scenario_that_is_valid(tmp_path: Path) -> None:
    run("example", "copy", "canary-with-analysis", tmp_path / "mine")
    folder, scenario = tmp_path / "mine", tmp_path / "scenario.yaml"
    result = run("import", folder / "rollout.yaml", folder / "analysis.yaml", "--output", scenario)
    assert result.exit_code == 0
    assert yaml.safe_load(scenario.read_text())["strategy"]["canary"]
    assert run("validate", scenario).exit_code == 0


def test_the_schema_is_json(tmp_path: Path) -> None:
    schema = json.loads(run("schema").stdout)
    assert "traffic" in schema["properties"]
    run("schema", "--output", tmp_path / "schema.json")
    assert json.loads((tmp_path / "schema.json").read_text()) == schema


def test_examples_are_listed_and_copied(tmp_path: Path) -> None:
    listed = run("example", "list").stdout
    assert "canary-with-analysis" in listed
    result = run("example", "copy", "blue-green", tmp_path / "mine")
    assert result.stdout.strip() == str(tmp_path / "mine" / "scenario.yaml")
    again = run("example", "copy", "blue-green", tmp_path / "mine")
    assert again.exit_code == 2
    assert run("example", "copy", "blue-gren").exit_code == 2


def test_a_reader_that_goes_away_is_no_error(small_file: Path) -> None:
    command = [*ROLLCAST, "validate", str(small_file)]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert done.returncode == 0
    assert done.stderr == ""


def test_a_terminal_without_unicode_gets_question_marks(small_file: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [*ROLLCAST, "replay", str(small_file)]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert b"?" in done.stdout


INTERRUPTED_BY_ITSELF = """
import os, signal
from contextlib import contextmanager
from rollcast import cli

@contextmanager
def interrupting(total):
    yield lambda finished: os.kill(os.getpid(), signal.SIGINT) if finished >= 5 else None

signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may run with interrupts ignored
cli._progress_bar = interrupting
cli.main()
"""


def test_an_interrupt_reports_the_finished_prefix(small_file: Path) -> None:
    command = [
        sys.executable,
        "-c",
        INTERRUPTED_BY_ITSELF,
        "forecast",
        str(small_file),
        "--replications",
        "20000",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert "of 20000 replications were finished" in done.stdout
    assert "Traceback" not in done.stderr
