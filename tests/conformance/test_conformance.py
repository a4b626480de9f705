"""The cases as tests: one for each system, with the summary printed whether it passes or not."""

from __future__ import annotations

from pathlib import Path

import pytest

import conformance


@pytest.mark.parametrize("path", conformance.files(), ids=lambda path: path.stem)
def test_system(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tally = conformance.run_file(path)
    with capsys.disabled():
        print(f"\n{tally}")
    assert not tally.failures, "\n".join(tally.failures)


def test_there_are_cases_of_every_system() -> None:
    counts = {
        tally.system: tally.passed
        for tally in map(conformance.run_file, sorted(conformance.CASES.glob("*.json")))
    }
    assert counts["kubernetes"] > 100
    assert counts["argo_rollouts"] > 200
    assert counts["cloudwatch_alarms"] > 100
    assert counts["sre_burn_rate"] > 50
    assert counts["flagger"] > 60


def test_an_unknown_kind_is_a_failure() -> None:
    tally = conformance.Tally("kubernetes")
    case = {"id": "kubernetes.guess.1", "kind": "guess", "input": {}, "expect": {"value": 1}}
    conformance.run_case(case, conformance.SYSTEMS["kubernetes"].RULES, tally)
    assert tally.passed == 0
    assert len(tally.failures) == 1


def test_a_wrong_answer_is_a_failure() -> None:
    tally = conformance.Tally("kubernetes")
    case = {
        "id": "kubernetes.stop_grace.x",
        "kind": "stop_grace",
        "input": {"deletion_grace_s": None, "pod_grace_s": 30, "prestop_s": 0},
        "expect": {"term_to_kill_s": 31},
    }
    conformance.run_case(case, conformance.SYSTEMS["kubernetes"].RULES, tally)
    assert "got {'term_to_kill_s': 30.0}" in tally.failures[0]
