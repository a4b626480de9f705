"""The rules that conformance holds to their systems are those of simulations: none is only for its cases."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import includes

ROOT = Path(__file__).parents[2]
RUNNERS = [ROOT / "tests/conformance" / name for name in ("argo_rollouts.py", "flagger.py", "kubernetes.py")]
MODULES = {"analysis", "argo", "flagger", "kubernetes", "lifecycle"}
MACHINES = {"Prober", "RestartBackoff"}

# No simulated rollout has a history to clean up, or goes back to a version that ran before; nobody promotes
# past all steps; hooks answer without a status; the documentation's formulas are only near to what happens.
NOT_SIMULATED = {
    "analysis_ttl_expired",
    "expired_history",
    "least_promotion_time",
    "promote_full_weight",
    "rollback_time",
    "rollback_within_window",
    "webhook_passes",
}


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
    """Of the engine and the strategies, without comments. Declarations and definitions are not indented."""
    return [
        line.split("//")[0]
        for path in includes.sources(ROOT).values()
        for line in path.read_text("utf-8").splitlines()
        if line.startswith(" ")
    ]


def uses(rule: str) -> list[str]:
    pattern = re.compile(rf"\b{rule}\b")
    return [line for line in indented_lines() if pattern.search(line)]


RULES = sorted(set().union(*map(rules_called_by, RUNNERS)) - NOT_SIMULATED)


def test_there_are_rules() -> None:
    assert len(RULES) > 30


@pytest.mark.parametrize("rule", RULES)
def test_a_simulation_uses_the_rule(rule: str) -> None:
    assert uses(rule)


def test_a_rule_that_nothing_uses_is_found() -> None:
    assert not uses("analysis_ttl_expired")
