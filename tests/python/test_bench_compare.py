"""What the comparison of benchmarks finds and what it must not; that peers with a wrong answer are seen."""

from __future__ import annotations

import random

import pytest

import compare
import run as peers
from models import KNOWN, Known

ROUNDS = 9


def times(mean: float, seed: int, spread: float = 0.01) -> list[float]:
    """Of so many rounds, a per cent apart."""
    rng = random.Random(seed)
    return [mean * (1 + rng.uniform(-spread, spread)) for _ in range(ROUNDS)]


def verdicts(base: compare.Samples, head: compare.Samples) -> dict[str, str]:
    return {change.name: change.verdict for change in compare.compare(base, head)}


def test_identical_samples_are_the_same() -> None:
    same = [100.0] * ROUNDS
    [change] = compare.compare({"a": same}, {"a": same})
    assert (change.verdict, change.ratio) == ("same", 1)
    assert change.p > 0.5


def test_ten_per_cent_more_are_slower_and_less_are_faster() -> None:
    base = {"slow": times(100, 1), "fast": times(100, 2), "other": times(100, 3)}
    head = {"slow": times(110, 4), "fast": times(90, 5), "other": times(100, 6)}
    assert verdicts(base, head) == {"slow": "slower", "fast": "faster", "other": "same"}


def test_a_sure_change_below_the_floor_is_no_change() -> None:
    [change] = compare.compare({"a": times(100, 1)}, {"a": times(103, 2)})
    assert change.p < 0.001  # the rank test alone would report it
    assert change.verdict == "same"


def test_a_large_difference_that_may_be_chance_is_no_change() -> None:
    base = [100.0, 150, 90, 140, 110, 160, 95, 130, 105]
    head = [value * 1.1 for value in base]
    [change] = compare.compare({"a": base}, {"a": head})
    assert change.ratio > 1 + compare.FLOOR
    assert change.verdict == "same"


def test_benchmarks_of_one_side_are_listed() -> None:
    changes = compare.compare({"both": [1.0], "old": [2.0]}, {"both": [1.0], "young": [3.0]})
    assert [(change.name, change.verdict) for change in changes] == [
        ("both", "same"),
        ("old", "gone"),
        ("young", "new"),
    ]
    assert "| young |  | 3 ns |  |  | new |  |" in compare.table(changes, {})


def test_nothing_in_common_is_no_error() -> None:
    assert verdicts({"old": [1.0]}, {"young": [1.0]}) == {"old": "gone", "young": "new"}


@pytest.mark.parametrize("benchmarks", [1, 10, 30, 300])
def test_so_many_rounds_as_are_asked_for_find_one_change_among_all(benchmarks: int) -> None:
    rounds = compare.rounds_needed(benchmarks)
    base = {str(i): [100.0 + j for j in range(rounds)] for i in range(benchmarks)}
    head = base | {"0": [200.0 + j for j in range(rounds)]}
    assert [name for name, verdict in verdicts(base, head).items() if verdict != "same"] == ["0"]


def test_false_alarms_are_rare() -> None:
    """Noise of 20 % passes the floor; the rank test, corrected, lets one family of benchmarks in twenty
    through. 16 or more of 100 would happen once in 27,000 times."""
    families = [
        verdicts(
            {str(i): times(100, 10 * family + i, spread=0.2) for i in range(5)},
            {str(i): times(100, 10 * family + 5 + i, spread=0.2) for i in range(5)},
        )
        for family in range(100)
    ]
    assert sum(set(family.values()) != {"same"} for family in families) < 16


def test_instructions_are_those_of_the_loop_alone() -> None:
    assert compare.slope([(1, 1_000 + 7), (10, 1_000 + 70), (100, 1_000 + 700)]) == 7
    assert compare.slope([(1, 500)]) == 500


def test_a_peer_with_a_wrong_answer_is_seen() -> None:
    known = {"mean": Known(10, 200)}
    assert peers.wrong_answer(known, [(1e6, {"mean": 10.7})]) == ""
    assert "mean is 11" in peers.wrong_answer(known, [(1e6, {"mean": 11})])
    assert "wrong" in peers.wrong_answer(known, [(1e6, {"mean": float("nan")})])
    assert "nothing" in peers.wrong_answer(known, [(1e6, {"median": 10})])


def test_more_runs_are_checked_more_sharply() -> None:
    known = {"mean": Known(10, 200)}
    run = (1e6, {"mean": 10.7})
    assert peers.wrong_answer(known, [run]) == ""
    assert "wrong" in peers.wrong_answer(known, [run] * 4)


def test_power_of_two_choices_cannot_pass_for_random() -> None:
    answers = {name: known.value for name, known in KNOWN["fleet-p2c"].items()}
    assert peers.wrong_answer(KNOWN["fleet-p2c"], [(6e4, answers)]) == ""
    assert "wrong" in peers.wrong_answer(KNOWN["fleet-random"], [(6e4, answers)])
