"""Plans side by side: the same luck, the same window, the same world; and the command line's answer."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner, Result

import rollcast
from rollcast import _core, comparison, paired
from rollcast.cli import main
from rollcast.comparison import Comparison
from rollcast.errors import InputError
from rollcast.thresholds import Result as Decision
from rollcast.thresholds import parse_margin

RUNS = 48


def changed(scenario: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    copied = copy.deepcopy(scenario)
    here: Any = copied
    *way, last = path.split(".")
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here.setdefault(step, {})
    here[int(last) if isinstance(here, list) else last] = value
    return copied


@pytest.fixture(scope="session")
def slower(small: dict[str, Any]) -> dict[str, Any]:
    """Its first pause takes a minute longer."""
    return changed(small, "strategy.canary.steps.1", {"pause": "2m"})


@pytest.fixture(scope="session")
def neighbours(small: dict[str, Any], slower: dict[str, Any]) -> Comparison:
    return rollcast.compare({"brisk": small, "slow": slower}, RUNS)


@pytest.fixture(scope="session")
def files(small: dict[str, Any], slower: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plans")
    busier = changed(small, "traffic.rate", "100/s")
    for name, plan in (("brisk", small), ("slow", slower), ("busier", busier)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(plan, sort_keys=False))
    return folder


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, ["compare", *(str(arg) for arg in args)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_identical_plans_differ_by_exactly_nothing(small: dict[str, Any]) -> None:
    other = changed(small, "name", "the same by another name")
    result = rollcast.compare({"a": small, "b": other, "c": small}, 24)
    for plan in ("b", "c"):
        for name, each in result.differences[plan].items():
            if not math.isnan(each.base.value):
                change = each.change
                assert (change.value, change.low, change.high) == (0, 0, 0), name
                assert each.verdict == "same", name
        assert result.sentence(plan) == f"{plan} is the same as a in every replication."
        assert (
            result.check(plan, parse_margin("duration_mean > 0s", {"duration_mean": "seconds"}))
            is Decision.FAILS
        )


def test_plans_for_a_good_release_can_be_compared(small: dict[str, Any], slower: dict[str, Any]) -> None:
    result = rollcast.compare(
        [{**small, "release": "good"}, {**slower, "release": "good", "name": "slow"}], 4
    )
    (differences,) = result.differences.values()
    assert differences["p_escape"].same
    assert differences["duration_mean"].real


def test_plans_that_agreed_so_far_are_not_taken_to_be_the_same(small: dict[str, Any]) -> None:
    """A guard that never fired in these runs leaves room for a difference of shares."""
    laxer = copy.deepcopy(small)
    laxer["analyses"]["errors"]["metrics"][0]["success"] = (
        "len(result) == 0 || isNaN(result[0]) || result[0] < 0.05001"
    )
    change = rollcast.compare([small, laxer], 12).differences["small canary (2)"]["p_promoted"].change
    assert change.value == 0
    assert change.low < 0 < change.high


def test_plans_meet_the_same_luck(neighbours: Comparison) -> None:
    brisk, slow = (each.columns for each in neighbours.forecasts.values())
    for name in ("truth", "defect", "severity", "baseline_failed", "baseline_slow"):
        assert np.array_equal(brisk[name], slow[name]), name


def test_neighbours_need_far_fewer_replications_in_pairs(neighbours: Comparison) -> None:
    # Measured: 85 to several hundred.
    for name in ("duration_mean", "attributable_failures_mean", "exposure_given_bad_mean"):
        assert neighbours.differences["slow"][name].gain > 10, name


def test_a_pause_that_is_a_minute_longer_is_found(neighbours: Comparison) -> None:
    duration = neighbours.differences["slow"]["duration_mean"]
    assert duration.verdict == "differs"
    assert duration.change.value == duration.plan.value - duration.base.value
    assert 50 < duration.change.low <= duration.change.value <= duration.change.high < 61
    assert neighbours.differences["slow"]["p_promoted"].verdict in ("same", "not shown")
    assert "duration_mean" in str(neighbours)


def test_what_is_real_holds_for_all_numbers_together(neighbours: Comparison) -> None:
    pairs = paired.Pairs(
        paired.strata(neighbours.forecasts["brisk"].truths, neighbours.forecasts["brisk"].columns["truth"]),
        neighbours.forecasts["brisk"].columns,
        neighbours.forecasts["slow"].columns,
    )
    reals = 0
    for name, each in neighbours.differences["slow"].items():
        if math.isnan(each.change.value):
            continue
        values = each.base.value, each.plan.value
        wide = paired.ESTIMATORS[name].pair(pairs, values, 1 - 0.05 / len(paired.ESTIMATORS))
        assert each.real == (wide.low > 0 or wide.high < 0), name
        reals += each.real
    assert 0 < reals < len(paired.ESTIMATORS)


def test_a_hand_made_table(neighbours: Comparison) -> None:
    duration, truth = (
        [each.columns[name] for each in neighbours.forecasts.values()] for name in ("duration", "truth")
    )
    kinds = [kind.probability for kind in neighbours.forecasts["brisk"].truths]
    change = duration[1] - duration[0]
    variance = sum(
        p**2 * np.var(change[truth[0] == k], ddof=1) / (truth[0] == k).sum() for k, p in enumerate(kinds)
    )
    found = neighbours.differences["slow"]["duration_mean"].change
    assert found.value == pytest.approx(sum(p * change[truth[0] == k].mean() for k, p in enumerate(kinds)))
    # Student's t for 1 to infinitely many degrees.
    assert 1.96 * math.sqrt(variance) <= (found.high - found.low) / 2 <= 12.8 * math.sqrt(variance)


def test_all_are_scored_on_the_longest_window(small: dict[str, Any], slower: dict[str, Any]) -> None:
    longer = changed(changed(slower, "window.horizon", "12m"), "window.lead_in", "90s")
    result = rollcast.compare({"brisk": small, "slow": longer}, 8)
    assert [each.scenario.model.window for each in result.forecasts.values()] == [
        _core.Window(lead_in=90, horizon=720)
    ] * 2
    assert result.notes == ["All are scored on the same 12 min: longer than brisk would need."]


def test_what_else_differs_is_told(small: dict[str, Any]) -> None:
    result = rollcast.compare({"a": small, "b": changed(small, "fleet.min_ready", "5s")}, 4)
    assert result.notes == ["b differs from a in fleet, too."]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("traffic.rate", "90/s", 'traffic.rate: expected "80/s" as in a, got "90/s"'),
        ("service.p99", "90ms", 'service.p99: expected "100ms" as in a, got "90ms"'),
        ("release", "good", 'release: expected nothing as in a, got "good"'),
        ("slo.objective", "99%", "slo: expected nothing as in a, got a mapping"),
        ("fleet.replicas", 2, "service.slots: expected 1 as in a, got 2"),  # of 50% utilisation
    ],
)
def test_plans_of_another_world_are_refused(small: dict[str, Any], path: str, value: Any, said: str) -> None:
    with pytest.raises(InputError) as error:
        rollcast.compare({"a": small, "b": changed(small, path, value)}, 4)
    assert said in str(error.value)


def test_another_world_is_compared_if_somebody_wants_to(small: dict[str, Any]) -> None:
    plans = {"a": small, "b": changed(small, "traffic.rate", "90/s")}
    result = rollcast.compare(plans, 24, allow_different=True)
    assert result.notes == [
        'b meets another world than a: traffic.rate ("90/s", not "80/s"). A difference may come from that.'
    ]
    a, b = (each.columns for each in result.forecasts.values())
    assert np.array_equal(a["severity"], b["severity"])  # still the same defects, in pairs
    duration = result.differences["b"]["duration_mean"]
    assert duration.gain > 1
    # A good canary takes an eighth more requests of an eighth more traffic.
    good = ~result.forecasts["a"].bad
    assert b["exposure"][good].mean() / a["exposure"][good].mean() == pytest.approx(90 / 80, rel=0.05)


def test_another_release_is_compared_without_pairs(small: dict[str, Any]) -> None:
    plans = {"a": small, "b": {**small, "release": "good"}, "c": small}
    result = rollcast.compare(plans, 24, allow_different=True)
    assert 'b meets another world than a: release ("good", not nothing).' in result.notes[0]
    assert result.notes[1] == (
        "b is compared without pairs, under other luck: another release has other defects."
    )
    assert {label: each.seed for label, each in result.forecasts.items()} == {"a": 1, "b": 2, "c": 1}
    caught = result.differences["b"]["p_rolled_back"]
    assert math.isnan(caught.gain)
    # Newcombe's interval: the distances of both plans' own ends, added up as vectors.
    first, other = (result.forecasts[label].estimates["p_rolled_back"] for label in "ab")
    assert caught.change.value == other.value - first.value
    assert caught.change.value - caught.change.low == pytest.approx(
        math.hypot(other.value - other.low, first.high - first.value)
    )
    assert caught.change.high - caught.change.value == pytest.approx(
        math.hypot(other.high - other.value, first.value - first.low)
    )
    assert math.isnan(result.differences["b"]["p_escape_given_bad"].change.value)
    assert result.differences["b"]["duration_p99"].change.high == math.inf  # 24 runs cannot bound it
    assert all(each.same for each in result.differences["c"].values() if not math.isnan(each.change.value))


def test_intervals_without_pairs_cover(small: dict[str, Any]) -> None:
    """Of a difference that is known: a mean that is 3, less one that is 1, of skewed values."""
    generator = np.random.Generator(np.random.PCG64(1))
    truths = [_core.TruthKind(name="good", probability=1.0)]
    rows = 60
    blank = rollcast.forecast({**small, "release": "good"}, 2).columns
    blank = {name: np.resize(column, rows) for name, column in blank.items()}
    covered, repetitions = 0, 500
    for _ in range(repetitions):
        base, plan = ({**blank, "duration": generator.exponential(mean, rows)} for mean in (1.0, 3.0))
        pair = paired.apart("duration_mean", [(truths, base), (truths, plan)], 0.95)
        covered += pair.low <= 2 <= pair.high
    # 475 +- 4.9 of 500; less two points for the skewness; four and a half standard errors to either side.
    assert 475 - 10 - 22 < covered < 475 + 22


def test_the_same_said_otherwise_is_the_same_world(small: dict[str, Any]) -> None:
    assert rollcast.compare({"a": small, "b": changed(small, "traffic.rate", 80)}, 4).notes == []


@pytest.mark.parametrize("plans", [[], ["small.yaml"]])
def test_one_plan_is_nothing_to_compare(plans: list[Any]) -> None:
    with pytest.raises(InputError, match="expected at least two plans"):
        rollcast.compare(plans)


def test_an_interrupted_comparison_says_nothing(small: dict[str, Any], slower: dict[str, Any]) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rollcast.compare([small, slower], 5000, progress=interrupt)


def test_labels_tell_plans_apart() -> None:
    assert comparison.labels(["x/a.yaml", "y/b.yaml"]) == ["a.yaml", "b.yaml"]
    assert comparison.labels(["x/a.yaml", "y/a.yaml"]) == ["x/a.yaml", "y/a.yaml"]
    assert comparison.labels(["a.yaml", "a.yaml"]) == ["a.yaml (1)", "a.yaml (2)"]


# --- the command line -----------------------------------------------------------------------------------


def test_the_terminal_shows_what_differs_and_files_hold_all(files: Path, tmp_path: Path) -> None:
    json_file, report = tmp_path / "a.json", tmp_path / "a.html"
    arguments = [files / "brisk.yaml", files / "slow.yaml", "-n", RUNS, "--fail-if", "duration_mean > 30m"]
    result = run(*arguments, "--json", json_file, "--report", report)
    assert result.exit_code == 0
    assert result.stdout.startswith("slow.yaml differs from brisk.yaml in ")
    assert "duration_p50" in result.stdout
    assert f"Seed 1, {RUNS} replications of each plan" in result.stdout
    document = json.loads(json_file.read_text())
    found = document["differences"]["slow.yaml"]
    assert list(found) == list(paired.ESTIMATORS)
    assert found["duration_mean"]["verdict"] == "differs"
    assert found["duration_mean"]["low"] <= found["duration_mean"]["difference"]
    assert document["fail_if"] == [
        {"text": "duration_mean > 30m", "plan": "slow.yaml", "result": "does not hold"}
    ]
    page = report.read_text()
    assert page.startswith("<!doctype html>")
    assert "rollcast compare" in page
    of_locations = "locations_exposed_given_bad_mean"
    told = {name for name in paired.ESTIMATORS if name.replace("_", "_<wbr>") in page}
    assert set(paired.ESTIMATORS) - told == {of_locations}, "with one location it says nothing"


def test_the_same_file_twice_is_the_same_in_every_replication(files: Path) -> None:
    result = run(files / "brisk.yaml", files / "brisk.yaml", "-n", 8, "--fail-if", "duration_mean > 0s")
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert "brisk.yaml (2) is the same as" in words
    assert "brisk.yaml (1) in every replication." in words


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("duration_mean > 10s", 3),
        ("duration_mean > 2m", 0),
        ("duration_mean > 10%", 3),  # of some three minutes
        ("duration_mean > 60%", 0),
        ("duration_mean < -1s", 0),
        ("exposure_given_bad_mean < -5%", 3),
        ("p_escape > 90%", 0),
        ("budget_spent_p99 > 0%", 4),
    ],
)
def test_a_margin_decides_the_exit_code(files: Path, condition: str, code: int) -> None:
    result = run(files / "brisk.yaml", files / "slow.yaml", "-n", RUNS, "--fail-if", condition)
    assert result.exit_code == code, result.stdout


@pytest.mark.parametrize(("undecided", "code"), [("pass", 0), ("fail", 3)])
def test_what_is_undecided_can_be_decided(files: Path, undecided: str, code: int) -> None:
    condition = ["--fail-if", "budget_spent_p99 > 0%", "--undecided", undecided]
    assert run(files / "brisk.yaml", files / "slow.yaml", "-n", 12, *condition).exit_code == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fail-if", "duration_men > 1m"], 'did you mean "duration_mean"'),
        (["--fail-if", "duration_mean worse by 5%"], 'expected something like "duration_mean > 10%"'),
        (["--fail-if", "duration_mean > fast"], "the unit of duration_mean is seconds"),
        (["--fail-if", "duration_mean +- 5%"], "expected a comparison"),
        (["--report", "/no/such/directory/a.html"], "there is no directory"),
    ],
)
def test_bad_options_are_told_before_the_work(files: Path, arguments: list[str], message: str) -> None:
    result = run(files / "brisk.yaml", files / "slow.yaml", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_another_world_is_shown_in_its_file(files: Path) -> None:
    result = run(files / "brisk.yaml", files / "busier.yaml")
    assert result.exit_code == 2
    lines = result.stderr.splitlines()
    assert f"{files / 'busier.yaml'}:" in lines[0]
    assert 'traffic.rate: expected "80/s" as in brisk.yaml, got "100/s"' in lines[0]
    assert lines[1].strip() == "rate: 100/s"


def test_another_world_is_compared_with_a_word_on_it(files: Path) -> None:
    result = run(files / "brisk.yaml", files / "busier.yaml", "-n", 8, "--allow-different")
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert 'busier.yaml meets another world than brisk.yaml: traffic.rate ("100/s", not "80/s").' in words


def test_one_file_is_not_enough(files: Path) -> None:
    result = run(files / "brisk.yaml")
    assert result.exit_code == 2
    assert "expected at least two plans to compare" in result.stderr
