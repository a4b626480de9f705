"""The rules that conformance holds to their systems are used: by simulations, or by what users call."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import includes

ROOT = Path(__file__).parents[2]
RUNNERS = [
    ROOT / "tests/conformance" / f"{name}.py"
    for name in ("argo_rollouts", "cloudwatch_alarms", "flagger", "kayenta", "kubernetes", "sre_burn_rate")
]
MODULES = {
    "analysis",
    "argo",
    "burning",
    "cloudwatch",
    "flagger",
    "kayenta",
    "kubernetes",
    "lifecycle",
    "samples",
}
MACHINES = {"Prober", "RestartBackoff"}

# No simulated rollout has a history to clean up, goes back to a version that ran before, or is scaled by an
# alarm; nobody promotes past all steps; hooks answer without a status; the documentation's formulas are only
# near to what happens.
NOT_SIMULATED = {
    "analysis_ttl_expired",
    "expired_history",
    "least_promotion_time",
    "promote_full_weight",
    "repeats",
    "rollback_time",
    "rollback_within_window",
    "webhook_passes",
}
# What Kayenta has besides its judge, and its judge does not use.
NOT_JUDGED = {"mean_inequality", "cohens_d", "summarise", "quartile_outliers", "deviation_outliers"}


def rules_called_by(runner: Path) -> set[str]:
    """The functions and machines of the rule modules that a runner calls; structs and enums are no rules."""
    called = (
        node.func for node in ast.walk(ast.parse(runner.read_text("utf-8"))) if isinstance(node, ast.Call)
    )
    return {
        function.attr
        for function in called
        if isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id in MODULES
        and (function.attr.islower() or function.attr in MACHINES)
    }


@cache
def indented_lines() -> list[str]:
    """Of the engine, the strategies and the package, without comments. What is declared is not indented."""
    sources = [*includes.sources(ROOT).values(), *(ROOT / "python/rollcast").rglob("*.py")]
    return [
        line.split("//")[0]
        for path in sources
        for line in path.read_text("utf-8").splitlines()
        if line.startswith(" ")
    ]


def uses(rule: str) -> list[str]:
    pattern = re.compile(rf"\b{rule}\b")
    return [line for line in indented_lines() if pattern.search(line)]


RULES = sorted(set().union(*map(rules_called_by, RUNNERS)) - NOT_SIMULATED - NOT_JUDGED)


def test_there_are_rules() -> None:
    assert len(RULES) > 30


@pytest.mark.parametrize("rule", RULES)
def test_something_uses_the_rule(rule: str) -> None:
    assert uses(rule)


def test_a_rule_that_nothing_uses_is_found() -> None:
    assert not uses("analysis_ttl_expired")
