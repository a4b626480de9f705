"""Power maps: closed forms, trials, axes, and what is said about them."""

import copy
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import rollcast
from rollcast import _core, examples, power_advice, power_exact, power_map
from rollcast.cli import main
from rollcast.power_axes import baked, first_share, parse_axis
from rollcast.power_exact import NotExactError, qualify
from rollcast.report import render_power

EXACT = {
    "name": "watched canary",
    "strategy": {
        "canary": {
            "routed": True,
            "steps": [{"set_weight": 10}, {"pause": "6m"}, {"set_weight": 30}, {"pause": "4m"}],
            "background": {"analysis": "errors", "from_step": 1},
        }
    },
    "analyses": {
        "errors": {
            "metrics": [
                {
                    "name": "error-rate",
                    "kind": "error-ratio",
                    "of": "new",
                    "window": "1m",
                    "interval": "1m",
                    "initial_delay": "90s",
                    "failure_limit": 1,
                    "success": "len(result) == 0 || isNaN(result[0]) || result[0] < 0.02",
                }
            ]
        }
    },
    "traffic": {"rate": "200/s"},
    "service": {"p50": "20ms", "p99": "100ms", "errors": "0.5%", "utilisation": "50%"},
    "fleet": {"replicas": 10},
    "release": {"defect": "error-rate", "rate": {"log-uniform": {"low": 0.003, "high": 0.1}}},
    "window": {"lead_in": "1m", "horizon": "20m"},
}


def changed(**parts: Any) -> dict[str, Any]:
    """The scenario with other parts of its only metric."""
    scenario = copy.deepcopy(EXACT)
    scenario["analyses"]["errors"]["metrics"][0] |= parts  # type: ignore[index]
    return scenario


def rows(scenario: Any, severity: float, share: float | None, replications: int) -> Any:
    trial = _core.GuardTrial(
        defect=_core.Defect(kind=_core.DefectKind.error_rate, severity=severity), share=share
    )
    options = _core.GuardTrialOptions(replications=replications)
    return _core.try_guards(scenario.model, scenario.strategy, [trial], options)


@pytest.mark.parametrize("share", [None, 0.03, 0.4])
@pytest.mark.parametrize("severity", [0.008, 0.012, 0.015, 0.018, 0.025])
def test_closed_forms_are_what_trials_find(severity: float, share: float | None) -> None:
    scenario = rollcast.load(EXACT)
    found = qualify(scenario, share, draws=40).judge(0.005 + severity)
    trials = rows(scenario, severity, share, 3000)
    caught = int((trials["verdict"] == 1).sum())
    # 15 cases, each at a level of 1e-6. A hundredth more: the closed form takes each series to be there from
    # the first request on.
    interval = _core.wilson(caught, 3000, 1 - 1e-6)
    assert interval.low - 0.01 <= found.probability.value <= interval.high + 0.01
    if caught > 100:
        times = trials["detection"][np.isfinite(trials["detection"])]
        spread = 5 * times.std() / math.sqrt(len(times))
        assert found.seconds.value == pytest.approx(times.mean(), abs=spread + 5)


def measuring(failing: str = "0.5%", **metric: Any) -> dict[str, Any]:
    """The scenario with another metric, and another error rate of a good version."""
    scenario = copy.deepcopy(EXACT)
    scenario["analyses"]["errors"]["metrics"] = [{"name": "errors", "interval": "30s", **metric}]  # type: ignore[index]
    scenario["service"]["errors"] = failing  # type: ignore[index]
    return scenario


def agrees(scenario: dict[str, Any], severity: float, share: float | None = None) -> power_exact.Caught:
    """What the closed form finds is what trials find."""
    loaded = rollcast.load(scenario)
    good, _ = power_exact.background(loaded.model, -1)
    found = qualify(loaded, share, draws=60).judge(good + severity)
    trials = rows(loaded, severity, share, 1500)
    caught = int((trials["verdict"] == 1).sum())
    # Two hundredths: the draws of the plan are not all that there are, and a grid is a grid.
    interval = _core.wilson(caught, 1500, 1 - 1e-6)
    assert found.probability.low <= interval.high + 0.02
    assert found.probability.high >= interval.low - 0.02
    if caught > 1400:
        times = trials["detection"][np.isfinite(trials["detection"])]
        # Five deviations of both means; half of the look that it may be off by each draw's scrapes.
        spread = 5 * times.std() * math.sqrt(1 / len(times) + 1 / 60) + 1
        assert found.seconds.low - spread <= times.mean() <= found.seconds.high + spread
        assert found.exposed.low * 0.9 <= trials["exposure"].mean() <= found.exposed.high * 1.1
    return found


@pytest.mark.parametrize("share", [None, 0.03])
@pytest.mark.parametrize("severity", [0.002, 0.006, 0.03])
def test_walds_test_is_what_trials_find(severity: float, share: float | None) -> None:
    scenario = measuring(kind="sprt", good="0.6%", bad="1.5%", interval="1m", failure_limit=1)
    assert agrees(scenario, severity, share).is_sure


@pytest.mark.parametrize("severity", [0.0002, 0.0005, 0.003])
def test_walds_test_of_rare_failures_knows_of_the_scrape_that_sees_the_first(severity: float) -> None:
    agrees(measuring("0.01%", kind="sprt", good="0.01%", bad="0.1%", interval="1m"), severity)


WINDOWS = [{"long": "5m", "short": "1m", "burn_rate": 2}]


@pytest.mark.parametrize(
    ("metric", "severity", "sure"),
    [
        ({"of": "new", "windows": WINDOWS}, 0.001, True),
        ({"of": "new", "windows": WINDOWS}, 0.013, False),  # just the limit: chance decides
        ({"of": "new", "windows": WINDOWS}, 0.03, True),
        ({"windows": WINDOWS}, 0.05, True),
        ({"windows": WINDOWS}, 0.07, True),
        ({"windows": WINDOWS}, 0.5, True),
        ({"windows": [{**WINDOWS[0], "for": "1m"}, {"long": "1h", "burn_rate": 3}]}, 0.3, True),
        ({"windows": WINDOWS, "recording_interval": "1m"}, 0.3, True),
        ({}, 0.9, True),  # the workbook's windows are too long for this rollout
    ],
)
def test_bounds_of_burn_rates_hold_what_trials_find(
    metric: dict[str, Any], severity: float, sure: bool
) -> None:
    found = agrees(measuring(kind="burn-rate", objective="99%", **metric), severity)
    assert found.is_sure == sure


def test_bounds_of_burn_rates_become_the_textbooks_times() -> None:
    scenario = measuring("0%", kind="burn-rate", objective="99.9%", interval="5s", windows=[
        {"long": "1h", "short": "1m", "burn_rate": 14.4}
    ])  # fmt: skip
    scenario |= {"traffic": {"rate": "20k/s"}, "fleet": {"replicas": 20}}
    scenario["window"] = {"lead_in": "1m", "horizon": "2h"}
    scenario["strategy"]["canary"]["steps"] = [{"set_weight": 10}, {"pause": "1h"}]
    scenario["observability"] = {"scrape_interval": "1s", "delay": "0s"}
    found = qualify(rollcast.load(scenario), None, draws=5).judge(0.5)
    rule = rollcast.judge.BurnRateRule(3600, 60, 14.4)
    textbook = rollcast.judge.detection_time(0.05, rules=[rule])  # a tenth of the traffic has the defect
    assert found.is_sure
    # The interval of measurements, and a scrape that counts as nothing.
    assert found.seconds.value == pytest.approx(textbook, abs=5)


def test_a_map_takes_trials_where_bounds_are_wide() -> None:
    scenario = measuring(kind="burn-rate", of="new", objective="99%", windows=WINDOWS)
    only = rollcast.power(scenario, x="share=5%,20%", y="severity=0.1%,1.3%,5%", replications=20).maps[
        "error-rate"
    ]
    exact, trials = [power_map.EXACT] * 2, [power_map.TRIALS] * 2
    assert only.cells.method.tolist() == [exact, trials, exact]
    assert "chance decides" in only.why_not_exact
    assert "closed form" in only.method_in_words
    assert np.isfinite(only.false_rollback.value).all()


def test_a_success_ratio_has_the_same_closed_form() -> None:
    as_errors = qualify(rollcast.load(EXACT), None, draws=3)
    above = "len(result) == 0 || isNaN(result[0]) || result[0] > 0.98"
    as_successes = qualify(rollcast.load(changed(kind="success-ratio", success=above)), None, draws=3)
    for rate in (0.01, 0.02, 0.03):
        assert as_successes.judge(rate).probability.value == pytest.approx(
            as_errors.judge(rate).probability.value, abs=1e-9
        )


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [
        (changed(window="2m"), "overlap"),
        (changed(of="service"), "not about the new version"),
        (changed(kind="latency-quantile", success="result[0] < 0.3"), "not the share of requests that fail"),
        (changed(success="result[0] < 0.02", initial_delay="1s"), "is an error for no data"),
        (changed(success="result[0] < 0.02 || result[0] > 0.9"), "same of no failure"),
        (changed(success=None, failure="len(result) > 0 && result[0] >= 0.02"), ""),
        (changed(kind="burn-rate", success=None, window=None, failure_limit=1), "may fail before it counts"),
        (
            changed(kind="burn-rate", success=None, window=None, failure_limit=None, of="old"),
            "not about the new",
        ),
        (changed(kind="sequential", success=None, window=None, of=None), "not the share"),
        (
            changed(
                kind="sprt", success=None, window=None, of=None, good="1%", bad="2%", vantage="application"
            ),
            "lost",
        ),
        (changed(flaky="1%"), "for no reason"),
        (EXACT | {"traffic": {"rate": "2/s"}}, "requests on average"),
        (EXACT | {"traffic": {"rate": "200/s", "retries": {"attempts": 3}}}, "clients retry"),
        (EXACT | {"observability": {"scrape_loss": "5%"}}, "scrapes are lost"),
        (EXACT | {"strategy": {"rolling": {}}, "analyses": {}}, "no analysis"),
    ],
)
def test_what_has_no_closed_form_says_why(scenario: dict[str, Any], reason: str) -> None:
    if not reason:
        assert qualify(rollcast.load(scenario), None, draws=2).judge(0.1).probability.low > 0.99
        return
    with pytest.raises(NotExactError, match=reason):
        qualify(rollcast.load(scenario), None, draws=2)


def test_a_map_says_how_each_cell_is_known() -> None:
    power = rollcast.power(EXACT, cells=5)
    only = power.maps["error-rate"]
    assert only.caught.shape == (5, 5)
    assert only.why_not_exact == "" or "requests on average" in only.why_not_exact
    assert set(only.cells.method.ravel()) <= {power_map.EXACT, power_map.TRIALS}
    assert only.planned is not None
    assert (only.planned.method == power_map.EXACT).all()
    assert (np.diff(only.planned.caught.value) >= 0).all()
    assert only.planned_false_rollback[0] < 0.05
    exact = only.cells.method == power_map.EXACT
    assert (only.cells.caught.low[exact] == only.cells.caught.high[exact]).all()
    assert (only.cells.replications[exact] == 0).all()
    trials = only.cells.method == power_map.TRIALS
    assert (only.cells.caught.low[trials] < only.cells.caught.high[trials]).all()


@pytest.fixture(scope="module")
def power(small: dict[str, Any]) -> rollcast.Power:
    return rollcast.power(small, ["error-rate", "latency", "descriptor-leak"], cells=4, replications=24)


def test_trials_catch_more_of_what_is_worse(power: rollcast.Power) -> None:
    errors = power.maps["error-rate"]
    assert (errors.cells.method == power_map.TRIALS).all()
    assert (np.diff(errors.caught, axis=0) >= 0).all()
    assert errors.caught[-1].min() == 1
    assert errors.caught[0].max() < 0.5
    harm = errors.cells.failed.value
    assert (harm[:, 1:] >= harm[:, :-1]).all(), "more traffic, more harm"


def test_it_does_not_depend_on_the_number_of_threads(small: dict[str, Any]) -> None:
    alone, together = (
        rollcast.power(small, ["error-rate"], cells=3, replications=6, threads=threads).to_json()
        for threads in (1, 3)
    )
    assert alone == together


def test_every_kind_of_defect_has_its_map(small: dict[str, Any]) -> None:
    from rollcast.lower_release import known_defects

    maps = rollcast.power(small, known_defects(), cells=2, replications=2).maps
    assert list(maps) == list(known_defects())
    for each in maps.values():
        assert np.isfinite(each.caught).all()
        assert each.planned is not None
        assert np.isfinite(each.planned.caught.value).all()


def test_a_version_with_too_much_to_do_is_only_bounded(small: dict[str, Any]) -> None:
    power = rollcast.power(small, ["latency"], x="share=20%", y="severity=1.1,3", replications=4)
    cells = power.maps["latency"].cells
    assert cells.method[:, 0].tolist() == [power_map.TRIALS, power_map.AT_LEAST]
    assert cells.caught.high[1, 0] == 1


def test_the_json_has_all_cells_and_nothing_that_is_not_finite(power: rollcast.Power) -> None:
    document = json.loads(power.to_json())
    first = document["maps"][0]
    assert first["x"]["name"] == "share"
    assert first["y"]["unit"] == "fraction"
    assert np.array(first["cells"]["caught"]["value"]).shape == (4, 4)
    assert document["maps"][2]["cells"]["seconds_to_catch"]["value"][-1][0] is None
    assert document["sentence"] == power.advice.sentence


def test_advice_is_what_the_trial_of_the_bake_finds(small: dict[str, Any]) -> None:
    power = rollcast.power(small, ["error-rate"], cells=6, replications=40)
    advice = power.advice
    assert advice.bake is not None
    assert advice.escapes is not None
    assert advice.escapes.value > 0.5
    assert "escapes" in advice.sentence
    assert "-minute bake at" in advice.sentence
    hold = baked(power.scenario, advice.bake.seconds, advice.bake.share)
    caught = (rows(hold, advice.severity, None, 400)["verdict"] == 1).sum()
    # Both are at least 95% in truth but for the choice of the time: five deviations of 400 trials.
    assert caught / 400 > 0.95 - 5 * math.sqrt(0.95 * 0.05 / 400)


def test_advice_says_when_nothing_helps(small: dict[str, Any]) -> None:
    blind = copy.deepcopy(small)
    blind["analyses"]["errors"]["metrics"][0]["success"] = "len(result) == 0 || result[0] < 2"
    advice = rollcast.power(blind, ["error-rate"], cells=2, replications=10).advice
    assert advice.bake is None
    assert "no bake of up to 3 h" in advice.sentence


def test_chances_come_with_their_intervals() -> None:
    assert power_advice.Chance(0.88).in_words == "88 times in 100"
    assert power_advice.Chance(0.01).in_words == "once in 100"
    assert power_advice.Chance(1, 50).in_words == "100 times in 100 (93 to 100 at 95% confidence)"


@pytest.mark.parametrize(
    ("text", "name", "unit", "values"),
    [
        ("share=1%:25%", "share", "fraction", [0.01, 0.05, 0.25]),
        ("share=2%,10%", "share", "fraction", [0.02, 0.1]),
        ("severity=0.1%:10%", "severity", "fraction", [0.001, 0.01, 0.1]),
        ("bake=5m,20m", "bake", "seconds", [300, 1200]),
        ("traffic.rate=50/s:200/s", "traffic.rate", "rate", [50, 100, 200]),
        ("strategy.canary.steps[1].pause=1m:4m", "strategy.canary.steps[1].pause", "seconds", [60, 120, 240]),
        ("fleet.replicas=2:8", "fleet.replicas", "", [2, 4, 8]),
        ("observability.scrape_interval=5s,30s", "observability.scrape_interval", "seconds", [5, 30]),
        (
            "analyses.errors.metrics[0].interval",
            "analyses.errors.metrics[0].interval",
            "seconds",
            [2, 20, 200],
        ),
    ],
)
def test_axes_are_read(small: dict[str, Any], text: str, name: str, unit: str, values: list[float]) -> None:
    loaded = rollcast.load(small)
    axis = parse_axis(text, loaded, loaded.model.release.truths[1], 3)
    assert (axis.name, axis.unit) == (name, unit)
    assert axis.values == pytest.approx(values)


def test_a_parameter_of_the_scenario_can_be_an_axis(small: dict[str, Any]) -> None:
    power = rollcast.power(
        small,
        ["error-rate"],
        x="traffic.rate=20/s,400/s",
        y="analyses.errors.metrics[0].initial_delay=40s,55s",
        severity=0.041,
        replications=30,
    )
    only = power.maps["error-rate"]
    assert only.planned is None
    assert only.caught.shape == (2, 2)
    assert (only.caught[:, 0] != only.caught[:, 1]).any(), "more requests see more"


def test_a_longer_bake_catches_more(small: dict[str, Any]) -> None:
    power = rollcast.power(small, ["error-rate"], x="bake=1m,10m,1h", y="severity=2.5%", replications=40)
    caught = power.maps["error-rate"].caught[0]
    assert caught[0] < caught[2]
    assert caught[0] <= caught[1] <= caught[2]
    assert first_share(power.scenario) == 0.2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"defects": ["error-rat"]}, 'did you mean "error-rate"'),
        ({"x": "traffic.rat=1/s:2/s"}, 'did you mean "rate"'),
        ({"x": "shar=1%:5%"}, 'did you mean "share"'),
        ({"x": "strategy.canary.steps[9].pause"}, "strategy.canary.steps has 4 entries"),
        ({"x": "traffic.rate[0]=1:2"}, "traffic.rate is not a list"),
        ({"x": "traffic..rate"}, "cannot read the parameter"),
        ({"x": "1x"}, "cannot read the parameter"),
        ({"x": "name"}, "has no range"),
        ({"x": "share=5%:1%"}, "expected a range"),
        ({"x": "share=1%:2%:3%"}, "expected a range"),
        ({"x": "share=5%,1%"}, "expected values that rise"),
        ({"x": "share=1%:100%"}, "expected values from"),
        ({"x": "share=fast"}, "expected a share"),
        ({"x": "severity"}, "two different axes"),
        ({"x": "share", "y": "bake"}, "no axis is the severity"),
        ({"severity": 0.1}, "an axis has it, too"),
        ({"cells": 0}, "cells must be at least 1"),
        ({"replications": 0}, "replications must be at least 1"),
    ],
)
def test_bad_input_is_told(small: dict[str, Any], arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(rollcast.InputError) as told:
        rollcast.power(small, **({"defects": ["error-rate"]} | arguments))
    assert message in str(told.value)


def test_a_good_release_has_nothing_to_catch(small: dict[str, Any]) -> None:
    with pytest.raises(rollcast.InputError, match="nothing to catch"):
        rollcast.power(small | {"release": "good"})
    assert rollcast.power(small | {"release": "good"}, ["error-rate"], cells=1, replications=2).maps


def test_a_rollout_without_guards_says_so(small: dict[str, Any]) -> None:
    unwatched = {**small, "strategy": {"rolling": {}}, "analyses": {}}
    power = rollcast.power(unwatched, ["error-rate"], cells=2, replications=4)
    assert any("No analysis watches" in note for note in power.notes)
    assert (power.maps["error-rate"].caught == 0).all()


def test_progress_is_told_and_can_stop(small: dict[str, Any]) -> None:
    told: list[tuple[int, int]] = []

    def stop_late(done: int, total: int) -> bool:
        told.append((done, total))
        return done < 6

    power = rollcast.power(small, ["error-rate"], cells=3, replications=2, progress=stop_late)
    assert told[0] == (0, 9)
    only = power.maps["error-rate"]
    assert (only.cells.method[:, 2] == power_map.NOT_KNOWN).all()
    assert (only.cells.method[:, 1] == power_map.TRIALS).all()
    assert any("Interrupted" in note for note in power.notes)


def test_the_whole_map_of_the_canary_example_is_computed() -> None:
    power = rollcast.power(examples.path("canary-with-analysis"), ["error-rate"], replications=2)
    only = power.maps["error-rate"]
    assert only.caught.shape == (20, 20)
    assert (only.cells.method == power_map.TRIALS).all()
    assert np.isfinite(only.caught).all()
    assert only.caught.min() == 0
    assert only.caught.max() == 1
    assert "two metrics" in only.why_not_exact or "2 metrics" in only.why_not_exact


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, ["power", *map(str, args)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_the_command_writes_tables_and_files(small_file: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.json", "a.svg", "a.html")]
    result = run(
        small_file, "--defect", "error-rate", "--cells", 3, "-n", 8,
        "--json", files[0], "--picture", files[1], "--report", files[2],
    )  # fmt: skip
    assert result.exit_code == 0
    assert "As planned: caught" in result.stdout
    assert "share of the traffic" in result.stdout
    assert "trials (8 each)" in result.stdout
    assert "a good release: rolled back" in result.stdout
    assert result.stdout.splitlines()[-1] == str(files[2])
    assert json.loads(files[0].read_text())["replications"] == 8
    assert files[1].read_text().startswith("<?xml")
    page = files[2].read_text()
    assert page.startswith("<!doctype html>")
    assert "Would the guards catch it?" in page
    assert f"rollcast power {small_file} --defect error-rate" in page


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--defect", "latncy"], 'did you mean "latency"'),
        (["--picture", "map.txt"], "expected a name that ends in .png"),
        (["--severity", "much"], "expected a share"),
        (["--cells", "0"], "cells"),
    ],
)
def test_the_command_tells_bad_options(small_file: Path, arguments: list[str], message: str) -> None:
    result = run(small_file, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_the_page_has_a_picture_for_each_map_that_is_known(power: rollcast.Power) -> None:
    page = render_power(power)
    assert page.count("<svg") == 9
    assert "descriptor-leak" in page
