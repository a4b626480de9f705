"""Traces of traffic: what is read, what is refused and where, and that files are streamed."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from rollcast import shapes, trace
from rollcast.errors import InputError, Place
from rollcast.trace import RateTrace, read_arrivals, read_rate_trace

WINDOW = (-60.0, 600.0)


@pytest.fixture
def rates(tmp_path: Path) -> Callable[..., RateTrace]:
    """Writes a CSV and reads it as a rate trace."""

    def read(text: str | bytes, **options: Any) -> RateTrace:
        path = tmp_path / "trace.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_rate_trace(path, **{"window": WINDOW, **options})

    return read


@pytest.fixture
def arrivals(tmp_path: Path) -> Callable[..., list[int]]:
    """Writes a CSV and reads it as an arrivals trace."""

    def read(text: str, **options: Any) -> list[int]:
        path = tmp_path / "trace.csv"
        path.write_text(text)
        return read_arrivals(path, **{"window": WINDOW, **options}).tolist()

    return read


def columns(path: Path, values: dict[str, Any]) -> Path:
    parquet.write_table(pa.table(values), path)
    return path


def complaint(call: Callable[[], object], path: Path) -> str:
    """What is said, without the folder of the file."""
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value).replace(f"{path}/", "")


# --- rates


def test_rates_hold_until_the_next_row(rates: Callable[..., RateTrace]) -> None:
    read = rates("time,rate\n0,10\n60,30\n120,0\n", start=60, window=(-60, 120))
    assert read.points == [(-60, 10), (0, 10), (0, 30), (60, 30), (60, 0)]
    assert read.mean == pytest.approx((60 * 10 + 60 * 30) / 180)
    assert read.peak == 30
    assert (read.first, read.last) == (-60, 60)


def test_rates_may_be_joined_by_lines(rates: Callable[..., RateTrace]) -> None:
    read = rates("time,rate\n0,10\n60,30\n120,0\n", start=60, window=(-30, 120), join="lines")
    assert read.points == [(-60, 10), (0, 30), (60, 0)]
    assert read.mean == pytest.approx((30 * 25 + 60 * 15) / 150)
    assert read.peak == 30


def test_equal_rates_need_no_step(rates: Callable[..., RateTrace]) -> None:
    assert rates("time,rate\n0,5\n10,5\n20,5\n30,7\n").points == [(-60, 5), (-30, 5), (-30, 7)]


def test_counts_are_spread_until_the_next_row(rates: Callable[..., RateTrace]) -> None:
    read = rates("time,requests\n0,600\n60,1200\n180,60\n", count="requests", start=0, window=(0, 300))
    assert [shapes.factor_at(read.points, t) for t in (0, 59, 60, 179)] == [10, 10, 10, 10]
    assert shapes.factor_at(read.points, 200) == 0.5, "as long as the one before: two minutes"
    assert read.mean == pytest.approx((180 * 10 + 120 * 0.5) / 300)


@pytest.mark.parametrize("begin", [0, 150, 1770])
@pytest.mark.parametrize("length", [10, 600, 5000])
def test_the_window_changes_nothing_within_it(
    rates: Callable[..., RateTrace], begin: int, length: int
) -> None:
    """The needed part gives the same rates as the whole trace, whichever way it is read."""
    values = [(i * 37) % 11 for i in range(60)]
    text = "time,rate\n" + "".join(f"{30 * i},{value}\n" for i, value in enumerate(values))
    for options in ({}, {"join": "lines"}, {"count": "rate"}):
        whole = rates(text, start=0, window=(0, 10_000), **options)
        part = rates(text, start=begin, window=(0, length), **options)
        for t in np.linspace(0, length, 1000, endpoint=False):
            assert shapes.factor_at(part.points, t) == pytest.approx(
                shapes.factor_at(whole.points, begin + t)
            )
        assert part.mean == pytest.approx(shapes.mean(part.points, (0, length)))
        assert part.peak == pytest.approx(
            max(shapes.factor_at(part.points, min(max(t, 0), length - 1e-9)) for t, _ in part.points)
        )


def test_only_the_needed_part_is_kept(rates: Callable[..., RateTrace]) -> None:
    text = "time,rate\n" + "".join(f"{i},{i % 7}\n" for i in range(10_000))
    read = rates(text, start=5000, window=(-10, 20), join="lines")
    assert len(read.points) <= 33
    assert read.last is None


def test_the_last_rate_holds_to_the_windows_end_and_is_told(rates: Callable[..., RateTrace]) -> None:
    read = rates("time,rate\n0,10\n30,20\n")
    assert read.last == -30
    assert read.mean == pytest.approx((30 * 10 + 630 * 20) / 660)


def test_a_single_rate_is_enough(rates: Callable[..., RateTrace]) -> None:
    assert rates("time,rate\n7,10\n").points == [(-60, 10)]


def test_a_trace_may_begin_within_the_window(rates: Callable[..., RateTrace]) -> None:
    read = rates("time,rate\n100,10\n200,20\n", start=50)
    assert read.first == 50
    assert read.mean == pytest.approx((210 * 10 + 450 * 20) / 660), "its first rate holds before it"


# --- clocks


def test_the_first_row_lies_where_the_window_begins(arrivals: Callable[..., list[int]]) -> None:
    assert arrivals("time\n100\n100.5\n") == [-60_000_000_000, -59_500_000_000]


@pytest.mark.parametrize(
    ("texts", "start"),
    [
        (("2024-05-01T12:00:00Z", "2024-05-01T14:00:01.25+02:00"), "2024-05-01T12:00:00Z"),
        (("2024-05-01T12:00:00Z", "2024-05-01T12:00:01.25Z"), datetime(2024, 5, 1, 12, tzinfo=UTC)),
        (("2024-05-01T12:00:00", "2024-05-01 12:00:01.25"), "2024-05-01 12:00"),
        (("2024-05-01T12:00:00", "2024-05-01 12:00:01.25"), datetime(2024, 5, 1, 12)),
        (("1714564800", "1714564801.25"), 1714564800),
        (("1714564800", "1714564801.25"), "1714564800"),
        (("3", " 4.25 "), 3.0),
    ],
)
def test_clocks(arrivals: Callable[..., list[int]], texts: tuple[str, str], start: Any) -> None:
    assert arrivals("time\n" + "\n".join(texts) + "\n", start=start) == [0, 1_250_000_000]


def test_nanoseconds_are_exact(arrivals: Callable[..., list[int]]) -> None:
    texts = ["1714564800.000000001", "1714564800.123456789", "1714564800.9999999994"]
    assert arrivals("time\n" + "\n".join(texts), start=1714564800) == [1, 123_456_789, 999_999_999]
    assert arrivals("time\n0.000000001\n1e-8\n123.456789012\n", start=0) == [1, 10, 123_456_789_012]
    assert arrivals("time\n2024-05-01T12:00:00.000000001\n", start="2024-05-01T12:00:00") == [1]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([100, 101], pa.int32()),
        pa.array([2_000_000_000, 2_000_000_001], pa.int64()),
        pa.array([100.0, 101.0]),
        pa.array(["100", "101"]),
        pa.array([100, 101], pa.int64()).cast(pa.decimal128(25, 3)),
        pa.array([100, 101], pa.timestamp("s")),
        pa.array([100_000, 101_000], pa.timestamp("ms", "Europe/Berlin")),
        pa.array([100_000_000_000, 101_000_000_000], pa.timestamp("ns", "UTC")),
    ],
)
def test_types_of_parquet(tmp_path: Path, column: pa.Array) -> None:
    path = columns(
        tmp_path / "trace.parquet", {"x": column, "time": column, "rate": pa.array([1, 2], pa.int16())}
    )
    assert read_arrivals(path, window=(0, 10)).tolist() == [0, 1_000_000_000]
    assert read_rate_trace(path, window=(0, 10)).points == [(0, 1), (1, 1), (1, 2)]


def test_batches_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "_BATCH_BYTES", 2000)
    monkeypatch.setattr(trace, "_BATCH_ROWS", 100)
    times = np.arange(5000) / 8
    table = {"time": times, "rate": np.arange(5000) % 13}
    path = columns(tmp_path / "trace.parquet", table)
    text = tmp_path / "trace.csv"
    text.write_text("time,rate\n" + "".join(f"{t},{r}\n" for t, r in zip(times, table["rate"], strict=True)))
    for start, window in ((0, (0, 600)), (300, (-17, 81)), (620, (-600, 100))):
        expected = (times[(times >= start + window[0]) & (times < start + window[1])] - start) * 1e9
        for each in (path, text):
            assert read_arrivals(each, start=start, window=window).tolist() == expected.tolist()
            read = read_rate_trace(each, start=start, window=window)
            for i in range(0, 5000, 7):
                if start + window[0] <= times[i] < start + window[1]:
                    assert shapes.factor_at(read.points, times[i] - start) == i % 13


def test_csv_may_be_compressed_and_have_other_columns(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv.gz"
    path.write_bytes(gzip.compress(b'\xef\xbb\xbf"a b", when ,"r"\r\nx,0,5\r\n\r\ny,60,6\r\n'))
    read = read_rate_trace(path, time="when", rate="r", start=0, window=(0, 60))
    assert read.points[0] == (0, 5)


# --- what is wrong

HEADER = "time,rate\n"
RATE = "rate: expected requests per second, at least 0, got"
TIME = "time: expected seconds from 0 to 9e+09, got"
LATER = "time: expected a later time than in the row before, got"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ': expected a column "time"; the file is empty'),
        (HEADER, ": expected rows, but there are none"),
        ("time,rat\n0,1\n", ':1: expected a column "rate"; there are "time" and "rat"; did you mean "rat"?'),
        ("\nTime,rate\n", ':2: expected a column "time"; there are "Time" and "rate"; did you mean "Time"?'),
        ("time,rate,rate\n0,1,1\n", ':1: expected one column "rate", but there are several'),
        (HEADER + "0,1\n10,-3\n", f':3: {RATE} "-3"'),
        (HEADER + "0,1\n10,\n", f":3: {RATE} nothing"),
        (HEADER + "0,1\n\n\n10,fast\n", f':5: {RATE} "fast"'),
        (HEADER + "0,nan\n", f':2: {RATE} "nan"'),
        (HEADER + "0,inf\n", f':2: {RATE} "inf"'),
        (HEADER + "0,1\n10,1\n5,1\n", f':4: {LATER} "5"'),
        (HEADER + "0,1\n10,1\n10,1\n", f':4: {LATER} "10"'),
        (HEADER + "0,1\n,1\n", f":3: {TIME} nothing"),
        (HEADER + "-1,1\n", f':2: {TIME} "-1"'),
        (HEADER + "0,1\nnan,1\n", f':3: {TIME} "nan"'),
        (HEADER + "1714564800000,1\n", f':2: {TIME} "1714564800000"'),
        (
            HEADER + "noon,1\n",
            ':2: time: expected seconds such as "12.5" or a time such as "2024-05-01T12:00:00Z", got "noon"',
        ),
        (
            HEADER + "2024-05-01T12:00:00Z,1\n2024-05-01T12:01:00,1\n",
            ':3: time: expected a time such as "2024-05-01T12:00:00Z", got "2024-05-01T12:01:00"',
        ),
        (
            HEADER + "2024-05-01T12:00:00,1\n2024-05-32T12:01:00,1\n",
            ':3: time: expected a time such as "2024-05-01T12:00:00", got "2024-05-32T12:01:00"',
        ),
        (HEADER + "0,1\n\n10\n", ":4: expected 2 columns as in the header, got 1"),
        (HEADER + "0,1\n10,1,1\n", ":3: expected 2 columns as in the header, got 3"),
    ],
)
def test_what_is_wrong_with_a_csv(
    rates: Callable[..., RateTrace], tmp_path: Path, text: str, message: str
) -> None:
    assert complaint(lambda: rates(text), tmp_path) == f"trace.csv{message}"


def test_bytes_that_are_no_text_are_located(rates: Callable[..., RateTrace], tmp_path: Path) -> None:
    text = b"time,rate\n0,1\n10,\xff\xfe\n"
    message = f'trace.csv:3: {RATE} "\ufffd\ufffd"'
    assert complaint(lambda: rates(text), tmp_path) == message


def test_a_wrong_value_is_located_in_any_batch(
    rates: Callable[..., RateTrace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "_BATCH_BYTES", 500)
    for wrong in (1, 60, 61, 499):
        lines = [f"{i},{'x' if i == wrong else 1}" for i in range(500)]
        message = complaint(lambda lines=lines: rates("time,rate\n" + "\n".join(lines)), tmp_path)
        assert message.startswith(f"trace.csv:{wrong + 2}: rate: ")


def test_disorder_between_batches_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "_BATCH_ROWS", 10)
    times = np.concatenate((np.arange(10.0), [8.5, 20]))
    path = columns(tmp_path / "trace.parquet", {"time": times})
    message = "trace.parquet: row 11: time: expected no earlier time than in the row before, got 8.5"
    assert complaint(lambda: read_arrivals(path, window=(0, 100)), tmp_path) == message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"time": [0, 1], "rate": [1.0, None]}, f"row 2: {RATE} nothing"),
        ({"time": [0, 1], "rate": [1.0, float("nan")]}, f"row 2: {RATE} nan"),
        ({"time": [0, -1], "rate": [1, 1]}, f"row 2: {TIME} -1"),
        ({"time": [True], "rate": [1]}, "time: expected seconds or timestamps, but the column holds bool"),
        ({"time": [0], "rate": [True]}, "rate: expected numbers, but the column holds bool"),
        (
            {"time": [0], "rate": pa.array([1], pa.timestamp("ms"))},
            "rate: expected numbers, but the column holds timestamp[ms]",
        ),
        (
            {"times": [0], "rate": [1]},
            'expected a column "time"; there are "times" and "rate"; did you mean "times"?',
        ),
        (
            {"time": pa.array([], pa.int64()), "rate": pa.array([], pa.int64())},
            "expected rows, but there are none",
        ),
    ],
)
def test_what_is_wrong_with_a_parquet_file(tmp_path: Path, values: dict[str, Any], message: str) -> None:
    path = columns(tmp_path / "trace.parquet", values)
    assert complaint(lambda: read_rate_trace(path, window=WINDOW), tmp_path) == f"trace.parquet: {message}"


def test_a_parquet_file_that_is_cut_short_or_damaged(tmp_path: Path) -> None:
    path = columns(
        tmp_path / "trace.parquet", {"time": np.arange(1e5), "rate": np.random.default_rng(1).random(100_000)}
    )
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2], whole[:4], whole[:1000] + bytes(5000) + whole[6000:]):
        path.write_bytes(data)
        message = complaint(lambda: read_rate_trace(path, window=(0, 1e5)), tmp_path)
        assert message.startswith(
            "trace.parquet: expected a whole Parquet file, but it is cut short or damaged ("
        )
    path.write_text("time,rate\n0,1\n")
    message = complaint(lambda: read_rate_trace(path, window=WINDOW), tmp_path)
    assert message == "trace.parquet: expected a Parquet file, but it does not begin as one"


def test_a_compressed_csv_that_is_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "trace.csv.gz"
    text = "time,rate\n" + "".join(f"{i},{i * i % 1009}\n" for i in range(100_000))
    path.write_bytes(gzip.compress(text.encode())[:-2000])
    message = complaint(lambda: read_rate_trace(path, window=(0, 1e6)), tmp_path)
    assert message.startswith("trace.csv.gz: cannot be read as CSV: ")


def test_a_missing_file_is_told_at_the_place_that_names_it(tmp_path: Path) -> None:
    place = Place("scenario.yaml", 7, 3, "traffic.trace")
    for path, why in ((tmp_path / "none.csv", "No such file or directory"), (tmp_path, "Is a directory")):
        message = complaint(lambda path=path: read_arrivals(path, window=WINDOW, place=place), tmp_path)
        assert message == f"scenario.yaml:7:3: traffic.trace: cannot read {path}: {why}".replace(
            f"{tmp_path}/", ""
        )


NOON = "2024-05-01T12:00:00"
CLOCK = "scenario.yaml: expected a start on the trace's own clock, such as"


@pytest.mark.parametrize(
    ("text", "start", "message"),
    [
        ("0,1\n10,1\n", 100, "trace.csv: the trace ends before the window begins"),
        ("1000,1\n2000,1\n", 0, "trace.csv: the trace begins after the window has ended"),
        ("0,1\n", "noon", f'{CLOCK} 12.5 seconds, got "noon"'),
        ("0,1\n", float("inf"), f'{CLOCK} 12.5 seconds, got "inf"'),
        (f"{NOON}Z,1\n", NOON, f'{CLOCK} "{NOON}Z", got "{NOON}"'),
        (f"{NOON},1\n", f"{NOON}Z", f'{CLOCK} "{NOON}", got "{NOON}Z"'),
        (f"{NOON}Z,1\n", 5, f'{CLOCK} "{NOON}Z", got "5"'),
    ],
)
def test_a_start_that_does_not_fit(
    rates: Callable[..., RateTrace], tmp_path: Path, text: str, start: Any, message: str
) -> None:
    place = Place("scenario.yaml")
    assert complaint(lambda: rates(HEADER + text, start=start, place=place), tmp_path) == message


def test_a_count_lasts_to_its_own_end(rates: Callable[..., RateTrace]) -> None:
    text = "time,n\n0,10\n100,20\n"
    assert rates(text, count="n", start=200, window=(-50, 600)).mean == pytest.approx(0.2)
    with pytest.raises(InputError, match="the trace ends before the window begins"):
        rates(text, count="n", start=300, window=(-50, 600))
    with pytest.raises(InputError, match="expected at least two rows"):
        rates("time,n\n0,10\n", count="n", start=0)


def test_no_arrival_in_the_window(arrivals: Callable[..., list[int]], tmp_path: Path) -> None:
    message = "trace.csv: expected requests in the window, but there are none"
    assert complaint(lambda: arrivals("time\n0\n1000\n", start=100, window=(-60, 600)), tmp_path) == message


def test_arrivals_may_be_simultaneous(arrivals: Callable[..., list[int]]) -> None:
    assert arrivals("time\n1\n1\n2\n", start=1) == [0, 0, 1_000_000_000]


# --- streaming


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_large_file_is_not_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Ten times as many rows need no more memory, in Python or in Arrow, which reads some batches ahead."""
    monkeypatch.setattr(trace, "_BATCH_BYTES", 1 << 16)

    def peak(rows: int) -> int:
        path = tmp_path / f"trace.{kind}"
        times = np.arange(rows) / 10
        table = pa.table({"time": times, "rate": times % 97, "other": times})
        if kind == "csv":
            trace.arrow_csv.write_csv(table, path)
        else:
            parquet.write_table(table, path, row_group_size=rows)
        del table, times
        pool = pa.system_memory_pool()
        before, default = pool.bytes_allocated(), pa.default_memory_pool()
        pa.set_memory_pool(pool)
        tracemalloc.start()
        try:
            read_rate_trace(path, start=rows / 10 - 100, window=(-10, 90))
            read_arrivals(path, start=rows / 10 - 100, window=(-10, 90))
            return tracemalloc.get_traced_memory()[1] + pool.max_memory() - before
        finally:
            tracemalloc.stop()
            pa.set_memory_pool(default)

    small = peak(200_000)
    assert peak(2_000_000) < 1.5 * small


def test_nothing_after_the_window_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "_BATCH_BYTES", 1000)
    path = tmp_path / "trace.csv"
    path.write_text("time,rate\n" + "".join(f"{i},1\n" for i in range(10_000)) + "5,what\n")
    assert read_rate_trace(path, window=(0, 100)).mean == 1
    with pytest.raises(InputError, match=r"trace\.csv:10002: time: "):
        read_rate_trace(path, window=(0, 1e5))
