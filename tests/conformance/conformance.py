"""Holds the rules to the systems they come from: every case is a fact of a system's own tests or documents.

The functions called are those that the engine runs; of instance refresh, App Runner, EKS and CloudFormation,
of which no strategy is made yet, there are only rules. When ROLLCAST_CONFORMANCE_DIR names another folder
of cases of the same schema, that one is read instead. Run as a script it exits with 1 when a case fails.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import argo_rollouts
import aws_cloudformation
import aws_codedeploy
import aws_compute_misc
import aws_ecs
import cloudwatch_alarms
import flagger
import kayenta
import kubernetes
import sre_burn_rate

Case = dict[str, Any]
Rule = Callable[..., dict[str, Any]]

CASES = Path(__file__).parent / "cases"
SYSTEMS: dict[str, Any] = {
    "argo_rollouts": argo_rollouts,
    "aws_cloudformation": aws_cloudformation,
    "aws_codedeploy": aws_codedeploy,
    "aws_compute_misc": aws_compute_misc,
    "aws_ecs": aws_ecs,
    "cloudwatch_alarms": cloudwatch_alarms,
    "flagger": flagger,
    "kayenta": kayenta,
    "kubernetes": kubernetes,
    "sre_burn_rate": sre_burn_rate,
}
EXACT = {"judge_constants"}
"""Kinds in which "tolerance" is a number of the system's own."""


@dataclass
class Tally:
    """How the cases of one system fared."""

    system: str
    passed: int = 0
    unsupported: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        failed = len(self.failures)
        return f"{self.system}: {self.passed} passed, {failed} failed, {self.unsupported} not supported"


def folder() -> Path:
    return Path(os.environ.get("ROLLCAST_CONFORMANCE_DIR") or CASES)


def files() -> list[Path]:
    return sorted(folder().glob("*.json"))


def agrees(expected: Any, got: Any, tolerance: float) -> bool:
    """Numbers up to the tolerance; a truth value is no number; NaN is written as a string."""
    if isinstance(expected, list | tuple) and isinstance(got, list | tuple):
        return len(expected) == len(got) and all(map(agrees, expected, got, [tolerance] * len(got)))
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() <= got.keys() and all(
            agrees(value, got[key], tolerance) for key, value in expected.items()
        )
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if expected == "NaN":
        return isinstance(got, float) and math.isnan(got)
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return abs(expected - got) <= tolerance
    return bool(expected == got)


def failure(case: Case, got: Any) -> str:
    return (
        f"{case['id']} ({case['kind']}): input {json.dumps(case['input'])}, "
        f"expected {json.dumps(case['expect'])}, got {got}"
    )


def split(case: Case) -> tuple[dict[str, Any], dict[str, float]]:
    """What is expected, and how near each has to come: "tight_tolerance" is for those who use the same
    algorithm as the source, as we do."""
    expect = case["expect"]
    if case["kind"] in EXACT:
        return expect, dict.fromkeys(expect, 0)
    general = expect.get("tight_tolerance", expect.get("tolerance", 0))
    expected = {key: value for key, value in expect.items() if not key.endswith("tolerance")}
    return expected, {key: expect.get(f"{key}_tolerance", general) for key in expected}


def run_case(case: Case, rules: dict[str, Rule], tally: Tally) -> None:
    if case["kind"] not in rules:
        tally.failures.append(failure(case, "no rule of this kind"))
        return
    try:
        got = rules[case["kind"]](**case["input"])
    except NotImplementedError:
        tally.unsupported += 1
        return
    except Exception as error:
        tally.failures.append(failure(case, repr(error)))
        return
    expected, tolerances = split(case)
    if all(key in got and agrees(value, got[key], tolerances[key]) for key, value in expected.items()):
        tally.passed += 1
    else:
        tally.failures.append(failure(case, got))


def run_file(path: Path) -> Tally:
    document = json.loads(path.read_text(encoding="utf-8"))
    tally = Tally(document["system"])
    if tally.system not in SYSTEMS:
        tally.unsupported = len(document["cases"])
        return tally
    rules = SYSTEMS[tally.system].RULES
    for case in document["cases"]:
        run_case(case, rules, tally)
    return tally


def main() -> int:
    tallies = [run_file(path) for path in files()]
    for tally in tallies:
        for line in tally.failures:
            print("FAILED", line)
    for tally in tallies:
        print(tally)
    return 1 if not tallies or any(tally.failures for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
