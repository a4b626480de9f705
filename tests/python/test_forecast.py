"""Forecasts from Python."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import rollcast
from rollcast import outcomes, study
from rollcast.errors import InputError


def test_every_estimate_has_an_interval_around_it(forecast: study.Forecast) -> None:
    assert len(forecast.estimates) > 20
    for estimate in forecast.estimates.values():
        assert estimate.meaning
        if not math.isnan(estimate.value):
            assert estimate.low <= estimate.value <= estimate.high, estimate.name


def test_every_estimate_stands_under_one_heading(forecast: study.Forecast) -> None:
    grouped = [estimate for group in forecast.estimates.groups().values() for estimate in group]
    assert sorted(each.name for each in grouped) == sorted(forecast.estimates)
    assert all(forecast.estimates.groups().values())


def test_a_forecast_reads_as_a_sentence_and_a_table(forecast: study.Forecast) -> None:
    text = str(forecast)
    assert text.startswith("Of 1,000 releases like this one, about ")
    assert "p_escape_given_bad" in text


def test_outcomes_have_one_row_a_replication_and_documented_columns(forecast: study.Forecast) -> None:
    table = forecast.outcomes
    assert table.num_rows == forecast.replications == 60
    assert table.column("replication").to_pylist() == list(range(60))
    for field in table.schema:
        assert field.metadata[b"meaning"], field.name
        assert b"unit" in field.metadata, field.name
    assert set(table.column("truth").to_pylist()) == {truth.name for truth in forecast.truths}
    assert set(table.column("verdict").to_pylist()) <= set(outcomes.VERDICTS)


def test_the_table_has_every_column_of_the_engine(forecast: study.Forecast) -> None:
    assert set(forecast.columns) == set(outcomes.COLUMNS)


def test_numbers_reach_arrow_without_a_copy(forecast: study.Forecast) -> None:
    for name in ("failed", "duration"):
        [chunk] = forecast.outcomes.column(name).chunks
        assert np.shares_memory(chunk.to_numpy(zero_copy_only=True), forecast.columns[name])


def test_pandas_and_polars_take_the_outcomes(forecast: study.Forecast) -> None:
    frame = forecast.outcomes.to_pandas()
    assert isinstance(frame["verdict"].dtype, pd.CategoricalDtype)
    polars = pl.from_arrow(forecast.outcomes)
    assert isinstance(polars, pl.DataFrame)
    assert polars["failed"].sum() == frame["failed"].sum() == forecast.columns["failed"].sum()
    assert polars["truth"].cast(pl.String).to_list() == frame["truth"].tolist()


def test_parquet_keeps_units_and_meanings(forecast: study.Forecast) -> None:
    table = pq.read_table(pa.BufferReader(forecast.to_parquet()))
    pd.testing.assert_frame_equal(table.to_pandas(), forecast.outcomes.to_pandas())
    assert table.schema.field("duration").metadata[b"unit"] == b"s"


def test_weights_give_each_kind_its_prior_probability(forecast: study.Forecast) -> None:
    assert forecast.weights.sum() == pytest.approx(1)
    for index, truth in enumerate(forecast.truths):
        share = forecast.weights[forecast.columns["truth"] == index].sum()
        assert share == pytest.approx(truth.probability)


def test_the_fates_divide_all_releases_and_agree_with_the_estimates(forecast: study.Forecast) -> None:
    shares = {fate: forecast.share(fate) for fate in study.FATES}
    assert sum(shares.values()) == pytest.approx(1)
    [escape] = [share for fate, share in shares.items() if fate.bad and fate.verdict == "promoted"]
    assert escape == pytest.approx(forecast.estimates["p_escape"].value)


def test_json_has_what_it_takes_to_know_a_result_again(forecast: study.Forecast) -> None:
    document = json.loads(forecast.to_json())
    assert document["seed"] == 1
    assert document["replications"] == 60
    assert document["ending"] == "all"
    assert document["model_version"] >= 1
    assert "canary" in document["strategy"]
    assert document["estimates"]["p_promoted"]["value"] == forecast.estimates["p_promoted"].value
    assert set(document["by_truth"]) == {truth.name for truth in forecast.truths}
    assert len(document["assumptions"]) == len(forecast.scenario.assumptions)


def test_threads_change_nothing(small: dict[str, Any]) -> None:
    one, many = (rollcast.forecast(small, replications=12, threads=threads) for threads in (1, 5))
    for name, column in one.columns.items():
        assert column.tobytes() == many.columns[name].tobytes(), name


def test_seeds_change_the_outcomes(small: dict[str, Any]) -> None:
    one, other = (rollcast.forecast(small, replications=6, seed=seed) for seed in (1, 2))
    assert not np.array_equal(one.columns["requests"], other.columns["requests"])


def test_a_replication_told_alone_is_the_one_of_the_study(forecast: study.Forecast) -> None:
    story = forecast.timeline(7)
    row = forecast.outcomes.slice(7, 1).to_pylist()[0]
    for name in ("requests", "failed", "exposure", "duration", "verdict", "severity"):
        assert story.outcome[name] == row[name], name
    assert story.truth == row["truth"]


def test_a_timeline_tells_decisions_in_order_with_their_reasons(forecast: study.Forecast) -> None:
    story = forecast.timeline(0)
    times = [entry.at for entry in story.entries]
    assert times == sorted(times)
    assert any(entry.kind == "decision" for entry in story.entries)
    assert [measured.metric for measured in story.measurements][:1] == ["error-rate"]
    text = str(story)
    assert all(entry.text in text for entry in story.entries)
    assert len(story.without_successes()) < len(story.entries)


def test_samples_are_a_table_by_version(forecast: study.Forecast) -> None:
    samples = forecast.timeline(0).samples
    assert samples.num_rows > 10
    weights = samples.to_pandas()[["weight_old", "weight_new"]].sum(axis=1)
    assert np.allclose(weights, 1)


def test_the_typical_run_is_the_median_of_its_commonest_ending(forecast: study.Forecast) -> None:
    for bad in (True, False):
        chosen = forecast.typical(bad=bad)
        assert chosen is not None
        rows = (forecast.bad == bad) & (forecast.columns["verdict"] == forecast.columns["verdict"][chosen])
        failures = np.sort(forecast.columns["attributable"][rows])
        assert forecast.columns["attributable"][chosen] == failures[(len(failures) - 1) // 2]


def test_progress_can_stop_a_study(small: dict[str, Any]) -> None:
    result = rollcast.forecast(small, replications=100_000, progress=lambda finished: finished < 5)
    assert result.ending == "interrupted"
    assert 5 <= result.replications < 100_000
    assert result.columns["replication"].tolist() == list(range(result.replications))


def test_nothing_finished_is_no_failure(small: dict[str, Any], tmp_path: Path) -> None:
    result = rollcast.forecast(small, replications=100_000, progress=lambda finished: False)
    assert result.ending == "interrupted"
    first = dataclasses.replace(result, columns={name: column[:0] for name, column in result.columns.items()})
    assert "nothing is known" in first.sentence
    first.report(tmp_path / "report.html")
    assert first.outcomes.num_rows == 0
    assert first.typical(bad=True) is None


def test_an_interrupt_stops_a_study_and_keeps_what_is_finished(small: dict[str, Any]) -> None:
    def interrupt(finished: int) -> None:
        if finished >= 5:
            raise KeyboardInterrupt

    assert rollcast.forecast(small, replications=100_000, progress=interrupt).ending == "interrupted"


def test_a_study_stops_when_it_is_precise(small: dict[str, Any]) -> None:
    stop = {"estimate": "p_promoted", "half_width": 0.45}
    result = rollcast.forecast(small, replications=100_000, stop=stop)
    assert result.ending == "precise"
    promoted = result.estimates["p_promoted"]
    assert (promoted.high - promoted.low) / 2 <= 0.45


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"replications": 0}, "replications must be at least 1"),
        ({"replications": 2**32}, "below 2.32"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"threads": -1}, "threads must be at least 0"),
        ({"stop": {"estimate": "p_promted", "half_width": 0.1}}, 'did you mean "p_promoted"'),
    ],
)
def test_bad_arguments_are_input_errors(
    small: dict[str, Any], arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        rollcast.forecast(small, **arguments)
