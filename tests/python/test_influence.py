"""What outcomes depend on: against functions and rollouts whose answer is known."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import rollcast
from rollcast import influence
from rollcast.cli import main
from rollcast.errors import InputError


def ishigami(shares: Any) -> Any:
    x = (2 * shares - 1) * math.pi
    return (np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0]))[:, None]


def test_sobols_indices_of_ishigamis_function_are_the_known_ones() -> None:
    found, points = influence.analyse(ishigami, ["a", "b", "c"], ["y"], "sobol", 1024, seed=1)
    assert points == 1024 * 5
    by_name = {each.parameter: each for each in found["y"]}
    # Ishigami and Homma 1990, with a = 7 and b = 0.1. Of 1,024 points the error is a hundredth or two.
    for name, own, total in (("a", 0.3139, 0.5576), ("b", 0.4424, 0.4424), ("c", 0.0, 0.2437)):
        assert by_name[name].own == pytest.approx(own, abs=0.05)
        assert by_name[name].total == pytest.approx(total, abs=0.05)
        assert by_name[name].low < total < by_name[name].high
    assert [each.parameter for each in found["y"]] == ["a", "b", "c"]


def test_the_effects_of_a_linear_function_are_its_slopes() -> None:
    def linear(shares: Any) -> Any:
        return np.column_stack([3 * shares[:, 0] - 2 * shares[:, 1], np.zeros(len(shares))])

    found, _ = influence.analyse(linear, ["a", "b"], ["y", "nothing"], "morris", 4, seed=1)
    assert [(each.parameter, each.total, each.own) for each in found["y"]] == [
        ("a", pytest.approx(3), pytest.approx(3)),
        ("b", pytest.approx(2), pytest.approx(-2)),
    ]
    assert all(each.mixed == pytest.approx(0, abs=1e-9) for each in found["y"])
    assert all(each.total == each.high == 0 for each in found["nothing"])


@pytest.fixture(scope="module")
def pauses(quiet: dict[str, Any]) -> influence.Sensitivity:
    ranges = {
        "strategy.steps.1.pause": "30s..2m",
        "strategy.steps.3.pause": (10, 40),
        "slo.objective": [0.9, 0.99],
    }
    return rollcast.sensitivity(quiet, ranges, outcomes=["duration"], size=3, replications=2)


def test_a_rollout_takes_as_long_as_its_pauses_and_no_other_parameter_matters(
    pauses: influence.Sensitivity,
) -> None:
    effects = {each.parameter: each for each in pauses.influences["duration_mean"]}
    # Under the same luck instances start equally fast at every point: the effect is exact but for rounding.
    assert effects["strategy.canary.steps[1].pause"].total == pytest.approx(90, abs=1e-6)
    assert effects["strategy.canary.steps[3].pause"].total == pytest.approx(30, abs=1e-6)
    assert effects["slo.objective"].total == 0


def test_it_can_be_printed_drawn_and_kept(pauses: influence.Sensitivity, tmp_path: Path) -> None:
    assert "strategy.canary.steps[1].pause: 90 s (90 to 90 s)" in str(pauses)
    document = json.loads(pauses.to_json())
    assert document["influences"][0]["parameter"] == "strategy.canary.steps[1].pause"
    assert document["points"] == 3 * 4
    pauses.picture(tmp_path / "influence.png")
    assert (tmp_path / "influence.png").stat().st_size > 5000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "moris"}, 'expected morris or sobol, got "moris"; did you mean "morris"?'),
        ({"outcomes": ["durations"]}, 'unknown estimate "durations"; did you mean "duration"?'),
        ({"method": "sobol", "size": 48}, "Sobol's base sample has to be a power of 2 such as 64, is 48"),
        (
            {"outcomes": ["detection_mean"], "size": 2, "replications": 1},
            "detection_mean is not known at 4 of 4",
        ),
    ],
)
def test_what_cannot_be_asked_is_said(quiet: dict[str, Any], options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        rollcast.sensitivity(quiet, {"strategy.steps.1.pause": "30s..2m"}, **options)
    assert message in str(error.value)


def test_the_command_prints_a_table(quiet_file: Path, tmp_path: Path) -> None:
    picture = tmp_path / "influence.svg"
    arguments = ["--set", "strategy.steps.1.pause=30s..2m", "--size", "2", "-n", "1", "--of", "duration"]
    result = CliRunner().invoke(main, ["sensitivity", str(quiet_file), *arguments, "--picture", str(picture)])
    assert result.exit_code == 0, result.output
    assert "strategy.canary.steps[1].pause" in result.output
    assert "90 s" in result.output
    assert picture.exists()
