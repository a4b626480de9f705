"""The catalogue of strategies says what the code says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from rollcast.scenario_model import StrategyModel

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "python"))
catalogue = pytest.importorskip("catalogue")
sys.path.pop(0)

PAGE = (ROOT / "strategies/README.md").read_text("utf-8")
OF_ONE_S_OWN = {"python"}


def test_it_is_fresh() -> None:
    assert catalogue.page() == PAGE, "strategies/README.md is stale: run `make catalogue`"


def test_every_strategy_has_a_header_that_tells_of_it() -> None:
    words = set(StrategyModel.model_fields) - OF_ONE_S_OWN
    assert {word for word in words if not catalogue._headers(word)} == set()


def test_every_header_of_a_strategy_is_told_of() -> None:
    told = {header for word in StrategyModel.model_fields for header in catalogue._headers(word)}
    strategies = {
        path.name
        for path in catalogue.HEADERS.glob("*.h")
        if re.search(r"final : public (Strategy|Wrapper)", path.read_text("utf-8"))
    }
    assert strategies - told == set()


@pytest.mark.parametrize(
    "line",
    [
        "| `bounded` | `true` or `false` | `true` | A percentage is at least 3 and at most 200 tasks. |",
        "| `deployment_deadline` | such as `10m` or `never` | 10m (Kubernetes) |"
        " The progress deadline of the two Deployments. |",
        "| `steps` | list: [step](#step) | | In order. None: like a rolling update. |",
        "| `percent` | whole number, at least 1, at most 99 | required |"
        " Of the traffic: of the canary, or of each step. |",
        "| `strategy` | one of these strategies | required | What is guarded. |",
        "Follows argoproj/argo-rollouts, rollout/bluegreen.go.",
    ],
)
def test_it_has_parameters_defaults_units_and_platforms(line: str) -> None:
    assert line in PAGE.splitlines()


def test_it_has_deviations() -> None:
    assert "It deviates, because a control plane here sees cohorts and not hosts: the first crash" in PAGE
