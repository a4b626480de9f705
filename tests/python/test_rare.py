"""Rare events: what can be asked, what is answered, and what is refused."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from click.testing import CliRunner, Result

import rollcast
from rollcast import _core, rare_events
from rollcast.cli import main
from rollcast.errors import InputError
from rollcast.rare_events import EVENTS, Rare, measures, parse_event

TINY = {
    "name": "tiny",
    "strategy": {"rolling": {}},
    "traffic": {"rate": "20/s"},
    "service": {"p50": "20ms", "p99": "100ms", "errors": "0.5%", "utilisation": "30%"},
    "fleet": {"replicas": 2},
    "release": {"p_bad": "10%", "defects": [{"defect": "error-rate"}, {"defect": "crash"}]},
    "window": {"lead_in": "10s", "horizon": "3m"},
}
EVENT = "failed >= 550"
"""Of some 3,600 requests: an error rate of at least 15% for most of the window."""


@pytest.fixture(scope="module")
def tiny() -> rollcast.LoadedScenario:
    return rollcast.load(TINY)


@pytest.fixture(scope="module")
def answer(tiny: rollcast.LoadedScenario) -> Rare:
    return rollcast.rare(tiny, EVENT, effort=1000)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rare") / "tiny.yaml"
    path.write_text(yaml.safe_dump(TINY, sort_keys=False))
    return path


def run(*args: object) -> Result:
    result = CliRunner().invoke(main, ["rare", *(str(arg) for arg in args)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refusal(text: str, scenario: rollcast.LoadedScenario) -> str:
    with pytest.raises(InputError) as caught:
        parse_event(text, scenario)
    return str(caught.value)


def test_the_answer_has_an_interval_and_says_what_it_rests_on(answer: Rare) -> None:
    assert answer.is_reported
    assert 0 < answer.low < answer.probability < answer.high < 1
    assert answer.lineages >= answer.effective >= _core.fewest_lineages
    assert answer.sentence.startswith(f"{EVENT}: ")
    text = str(answer)
    assert f"rests on {answer.lineages:,} independent runs" in text
    assert "a plain study that is as precise takes" in text
    assert answer.gain == pytest.approx(answer.gain_strata * answer.gain_splitting)


def test_a_plain_forecast_agrees(answer: Rare, tiny: rollcast.LoadedScenario) -> None:
    forecast = rollcast.forecast(tiny, replications=2000)
    happened = forecast.columns["failed"] >= 550
    value = float(forecast.weights[happened].sum())
    # A third of the rows has errors; of the few that get there, five standard errors at either side.
    error = value / math.sqrt(happened.sum())
    assert happened.sum() > 10
    assert answer.low - 5 * error < value < answer.high + 5 * error


def test_the_parts_add_up(answer: Rare) -> None:
    assert sum(each.share for each in answer.leads) == pytest.approx(1)
    assert answer.leads[0].truth == "error-rate"
    assert 0.13 < answer.leads[0].severity < 0.2
    total = sum(each.prior * each.probability for each in answer.leads if each.lineages)
    assert total == pytest.approx(answer.probability)
    assert float(np.sum(answer.columns["weight"])) == pytest.approx(answer.probability)
    assert sum(each.lineages for each in answer.leads) == answer.lineages
    assert sum(each.unseen for each in answer.leads) == pytest.approx(answer.unseen)


def test_every_path_gets_there(answer: Rare) -> None:
    paths = answer.paths
    assert min(paths.column("failed").to_pylist()) >= 550
    assert len(set(paths.column("lineage").to_pylist())) == answer.lineages
    assert "attributable" not in paths.column_names


def test_the_number_of_threads_does_not_matter(tiny: rollcast.LoadedScenario) -> None:
    one, three = (rollcast.rare(tiny, EVENT, effort=200, threads=threads).to_json() for threads in (1, 3))
    assert one == three
    assert one != rollcast.rare(tiny, EVENT, effort=200, seed=2).to_json()


def test_too_little_is_not_reported(file: Path) -> None:
    result = run(file, "--event", "failed >= 3000", "--effort", 200)
    assert result.exit_code == 4
    assert "failed >= 3000: never seen: not reported" in result.output
    assert "They add at most" in result.output
    assert "--effort" in result.output


def test_an_effort_that_is_too_small_for_all_kinds_is_not_reported(tiny: rollcast.LoadedScenario) -> None:
    answer = rollcast.rare(tiny, EVENT, effort=60)
    assert answer.work <= 60
    assert not answer.is_reported
    assert answer.left_out == pytest.approx(0.1)
    assert answer.unseen > answer.left_out  # a good release might, too
    assert answer.sentence == (
        f"{EVENT}: not reported: the effort is too small for kinds and severities that have "
        f"{rare_events.scientific(answer.left_out)} of all releases."
    )


@pytest.mark.parametrize("effort", [100, 300, 1000])
def test_no_more_than_the_effort_is_spent(tiny: rollcast.LoadedScenario, effort: float) -> None:
    """What splitting takes is known from few runs, to a tenth."""
    assert rollcast.rare(tiny, EVENT, effort=effort).work < 1.1 * effort


def test_what_is_certain_is_at_most_certain(tiny: rollcast.LoadedScenario) -> None:
    certain = rollcast.rare(tiny, "failed >= 0", effort=500)
    assert certain.low < certain.probability <= certain.high == 1
    assert certain.probability == pytest.approx(1)
    assert "rollouts" not in certain.sentence
    assert "not rare enough to do better than a plain study" in str(certain)


def test_few_are_counted_but_not_reported(tiny: rollcast.LoadedScenario, answer: Rare) -> None:
    from dataclasses import replace

    few = replace(
        answer, probability=math.nan, low=math.nan, high=math.nan, lineages=3, effective=2.4, plain=0
    )
    assert few.sentence.startswith(f"{EVENT}: seen 3 times (effectively 2.4): not reported.")
    assert json.loads(few.to_json())["probability"] is None


def test_events_with_a_name_are_spelled_out(tiny: rollcast.LoadedScenario) -> None:
    for name, terms in EVENTS.items():
        if name != "budget":
            assert parse_event(name, tiny)[1] == terms
    terms, spelled = parse_event("escape and severity > 10%", tiny)
    assert spelled == "verdict == promoted and defect != none and severity > 10%"
    names = list(measures())
    assert [names[term.measure] for term in terms] == ["verdict", "defect", "severity"]
    assert [term.sign.name for term in terms] == ["equal", "not_equal", "above"]
    assert terms[2].limit == 0.1


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("duration > 2m", 120),
        ("failed_share > 50%", 0.5),
        ("failed>2k", 2000),
        ("defect == crash-hazard", 4),
        ('verdict == "rolled back"', 1),
        ("truth = crash", 2),
        ("severity > 30", 30),
    ],
)
def test_limits_are_read_in_their_units(text: str, limit: float, tiny: rollcast.LoadedScenario) -> None:
    [term], _ = parse_event(text, tiny)
    assert term.limit == limit


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("escpe", 'unknown event "escpe"; did you mean "escape"?'),
        ("faild > 3", 'unknown event "faild"; did you mean "failed"?'),
        ("xyzzy > 3", 'unknown event "xyzzy"; expected one of escape, outage, budget, truth,'),
        (
            "attributable > 100",
            "attributable takes a run's twin without the rollout, which is not split; did "
            'you mean "failed_defect"?',
        ),
        ("failed", '"failed": expected a comparison, as in "failed > 1000"'),
        ("escape > 3", '"escape > 3": escape is an event of its own; leave out the rest'),
        ("escape or outage", '"escape or outage": expected terms that are joined by "and"'),
        ("failed >", 'cannot read "failed >": expected something like "failed_share > 50%"'),
        ("", 'cannot read "": expected something like "failed_share > 50%"'),
        ("failed > lots", '"failed > lots": expected a number such as "500" or "2k", got "lots"'),
        ("verdict > promoted", '"verdict > promoted": verdict is a word: compare it by "==" or "!="'),
        ("verdict == promotd", '"verdict == promotd": there is no "promotd"; did you mean "promoted"?'),
        ("worst_minute > 1", '"worst_minute > 1" is impossible: worst_minute is a share, at most 100%'),
        (
            "defect == capacity",
            '"defect == capacity" is impossible: the release can only be good, error-rate and crash',
        ),
        (
            "budget",
            '"budget" is impossible: if every request of the window of 3 min failed, that were 6.94% of the '
            "budget; ask for less of it or for a longer window: horizon",
        ),
    ],
)
def test_what_cannot_be_asked_is_answered_with_what_can(
    text: str, message: str, tiny: rollcast.LoadedScenario
) -> None:
    assert refusal(text, tiny).startswith(message)


def test_a_good_release_cannot_escape() -> None:
    good = rollcast.load({**TINY, "release": {"p_bad": 0}})
    assert refusal("escape", good) == '"escape" is impossible: the release can only be good'


def test_bad_options_are_refused(tiny: rollcast.LoadedScenario) -> None:
    with pytest.raises(InputError, match="effort must be above 0"):
        rollcast.rare(tiny, EVENT, effort=0)
    with pytest.raises(InputError, match="seed must be at least 0"):
        rollcast.rare(tiny, EVENT, seed=-1)


def test_an_interrupt_ends_it(tiny: rollcast.LoadedScenario) -> None:
    answer = rollcast.rare(tiny, EVENT, effort=1e6, progress=lambda _: False)
    assert answer.ending == "interrupted"
    assert not answer.is_reported


def test_the_command_line_answers(file: Path, tmp_path: Path) -> None:
    as_json, paths = tmp_path / "rare.json", tmp_path / "paths.parquet"
    result = run(file, "--event", EVENT, "--effort", 1000, "--json", as_json, "--paths", paths)
    assert result.exit_code == 0
    assert "95% confidence" in result.output
    assert "error-rate" in result.output
    answer = json.loads(as_json.read_text())
    assert answer["event"] == EVENT
    assert answer["leads"][0]["truth"] == "error-rate"
    assert pq.read_table(paths).num_rows > 10


def test_the_command_line_refuses(file: Path) -> None:
    result = run(file, "--event", "escpe")
    assert result.exit_code == 2
    assert 'did you mean "escape"?' in result.output


@pytest.mark.parametrize(
    ("value", "words"), [(620_123, "620,000"), (15.7, "16"), (9.96, "10.0"), (1.234, "1.2"), (99.9, "100")]
)
def test_large_numbers_are_rounded(value: float, words: str) -> None:
    assert rare_events.round_number(value) == words
