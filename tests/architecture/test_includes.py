"""The include graph obeys the arrows; the twin is a tree with one wrong include for each rule."""

from __future__ import annotations

from pathlib import Path

import pytest

import includes

ROOT = Path(__file__).parents[2]

# A house in miniature: each file with what it includes.
STRATEGY = "strategies/rollcast/strategies/rolling.h"
SOUND: dict[str, list[str]] = {
    "core/rollcast/base/time.h": [],
    "core/rollcast/stats/interval.h": ["rollcast/base/time.h"],
    "core/rollcast/random/streams.h": ["rollcast/base/time.h"],
    "core/rollcast/model/defect.h": ["rollcast/random/streams.h"],
    "core/rollcast/model/metric.h": ["rollcast/base/time.h"],
    "core/rollcast/model/scenario.h": ["rollcast/model/defect.h", "rollcast/model/metric.h"],
    "core/rollcast/control/verdict.h": [],
    "core/rollcast/control/strategy.h": ["rollcast/base/time.h", "rollcast/control/verdict.h"],
    "core/rollcast/observe/analysis.h": ["rollcast/model/metric.h", "rollcast/control/verdict.h"],
    "core/rollcast/world/world.h": ["rollcast/model/scenario.h", "rollcast/control/strategy.h"],
    "core/rollcast/run/replication.h": ["rollcast/world/world.h"],
    "core/rollcast/study/forecast.h": ["rollcast/run/replication.h"],
    STRATEGY: ["rollcast/control/strategy.h"],
}


def write(root: Path, tree: dict[str, list[str]]) -> Path:
    for name, targets in tree.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f'#include "{target}"\n' for target in targets))
    return root


def test_the_house_obeys_its_arrows() -> None:
    assert len(includes.sources(ROOT)) > 50
    assert includes.check(ROOT) == []


def test_a_sound_tree_passes(tmp_path: Path) -> None:
    assert includes.check(write(tmp_path, SOUND)) == []


@pytest.mark.parametrize(
    ("file", "target", "rule"),
    [
        ("core/rollcast/base/time.h", "rollcast/stats/interval.h", "base must not see stats"),
        ("core/rollcast/stats/interval.h", "rollcast/random/streams.h", "stats must not see random"),
        ("core/rollcast/model/metric.h", "rollcast/control/verdict.h", "model must not see control"),
        ("core/rollcast/control/strategy.h", "rollcast/observe/analysis.h", "control must not see observe"),
        ("core/rollcast/observe/analysis.h", "rollcast/control/strategy.h", "observe must not see control"),
        ("core/rollcast/world/world.h", "rollcast/run/replication.h", "world must not see run"),
        ("core/rollcast/run/replication.h", "rollcast/study/forecast.h", "run must not see study"),
        ("core/rollcast/run/replication.h", "rollcast/strategies/rolling.h", "run must not see strategies"),
        (
            "strategies/rollcast/strategies/rolling.h",
            "rollcast/world/world.h",
            "strategies must not see world",
        ),
        (
            "strategies/rollcast/strategies/rolling.h",
            "rollcast/model/metric.h",
            "strategies must not see model",
        ),
        ("core/rollcast/base/time.h", "time_zone.h", "not by its full name"),
        ("core/rollcast/attic/old.h", "rollcast/base/time.h", "unknown room"),
    ],
)
def test_a_wrong_include_is_found(tmp_path: Path, file: str, target: str, rule: str) -> None:
    tree = {**SOUND, file: [*SOUND.get(file, []), target]}
    assert rule in [wrong.rule for wrong in includes.check(write(tmp_path, tree))]


@pytest.mark.parametrize(
    ("file", "target"),
    [
        ("core/rollcast/observe/analysis.h", "rollcast/model/scenario.h"),
        ("core/rollcast/observe/analysis.h", "rollcast/model/defect.h"),
        ("core/rollcast/control/strategy.h", "rollcast/world/world.h"),
        ("core/rollcast/control/verdict.h", "rollcast/model/scenario.h"),
        (STRATEGY, "rollcast/run/replication.h"),
    ],
)
def test_no_way_leads_from_a_decision_to_the_truth(tmp_path: Path, file: str, target: str) -> None:
    tree = {**SOUND, file: [*SOUND[file], target]}
    rules = {wrong.rule for wrong in includes.check(write(tmp_path, tree))}
    assert "reaches the truth" in rules


def test_the_way_is_found_through_allowed_includes(tmp_path: Path) -> None:
    tree = {
        **SOUND,
        "core/rollcast/model/metric.h": ["rollcast/model/scenario.h"],
        "core/rollcast/model/scenario.h": ["rollcast/model/defect.h"],
    }
    [wrong] = includes.check(write(tmp_path, tree))
    assert wrong.chain == (
        "observe/analysis.h",
        "model/metric.h",
        "model/scenario.h",
        "model/defect.h",
    )
