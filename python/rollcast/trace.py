"""Traces of traffic: what a service received, read from CSV (also compressed) or Parquet.

A rate trace has a column of times and one of rates, or of requests counted from each time to the next. It
gives the points of a rate: arrivals are then a non-homogeneous Poisson process with the trace as its rate. An
arrivals trace has a column of times, one of each request, which are replayed as they are.

Times are seconds or timestamps (in a CSV: ISO 8601), in order. Files are streamed: memory holds a batch and
what the window needs, and batches after the window are not read.

What is wrong with a file is an InputError that names the line of a CSV or the row of a Parquet file, and the
column. Importing this module imports pyarrow.
"""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import parquet, types

from rollcast.errors import InputError, Place, listed, nearest, shown
from rollcast.shapes import Points, Window

Start = float | str | datetime | None
"""What lies at the start of the rollout, on the trace's own clock: seconds or a timestamp. None: the trace's
first row lies where the window begins, so that the trace covers the lead-in, too."""

Nanoseconds = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]

_BATCH_BYTES = 1 << 20
_BATCH_ROWS = 1 << 16
_EXACT = 1e6  # seconds; below, a double tells each nanosecond
_LONGEST = 9e9  # seconds; an int64 can count their nanoseconds


@dataclass(frozen=True)
class RateTrace:
    """The part of a rate trace that a window needs. Times are in seconds since the start of the rollout."""

    points: Points
    """(time, requests per second): lines join them, two at one time are a jump, and outside of them the first
    and the last rate hold."""
    mean: float
    """Requests per second over the window."""
    peak: float
    """The highest rate in the window."""
    first: float
    """Time of the trace's first row."""
    last: float | None
    """Time of its last row, if the window goes on after it."""


def read_rate_trace(
    path: str | PathLike[str],
    *,
    time: str = "time",
    rate: str = "rate",
    count: str | None = None,
    join: Literal["steps", "lines"] = "steps",
    start: Start = None,
    window: Window,
    place: Place | None = None,
) -> RateTrace:
    """Reads requests per second from the column ``rate``, or numbers of requests from ``count``.

    In steps, a rate holds until the next row's time; lines join the rates of two rows. A count is of the
    requests until the next row's time; the last one's of as long a time as the one's before. ``place``: where
    the path and the start were said.
    """
    trace = _Trace(path, [time, count or rate], place)
    clock = _Clock(trace, start, window, place)
    rows = _Rows(clock)
    what = "a number of requests" if count else "requests per second"
    for first_row, (times, values) in trace.batches():
        nanoseconds = clock.read(times, first_row, strictly=True)
        rows.add(nanoseconds, trace.numbers(values, first_row, f"{what}, at least 0"))
        if clock.is_past_window:
            break
    nanoseconds, levels = rows.needed()
    last_length = 0
    if count:
        if len(nanoseconds) < 2:
            trace.refuse("expected at least two rows, to know how long each counts")
        lengths = np.diff(nanoseconds)
        last_length = int(lengths[-1])
        levels = levels / (np.append(lengths, last_length) / 1e9)
    clock.require_overlap(last_length)
    seconds = (nanoseconds - clock.zero) / 1e9
    if count or join == "steps":
        seconds, levels = _steps(seconds, levels)
    mean, peak = _mean_and_peak(seconds, levels, window)
    return RateTrace(
        points=list(zip(seconds.tolist(), levels.tolist(), strict=True)),
        mean=mean,
        peak=peak,
        first=(clock.first - clock.zero) / 1e9,
        last=None if clock.is_past_window else (clock.last - clock.zero) / 1e9,
    )


def read_arrivals(
    path: str | PathLike[str],
    *,
    time: str = "time",
    start: Start = None,
    window: Window,
    place: Place | None = None,
) -> Nanoseconds:
    """Times of the requests in the window, in nanoseconds since the start of the rollout."""
    trace = _Trace(path, [time], place)
    clock = _Clock(trace, start, window, place)
    parts: list[Nanoseconds] = []
    for first_row, (times,) in trace.batches():
        nanoseconds = clock.read(times, first_row, strictly=False)
        begin, end = np.searchsorted(nanoseconds, [clock.begin, clock.end])
        parts.append(nanoseconds[begin:end] - clock.zero)
        if clock.is_past_window:
            break
    clock.require_overlap(0)
    arrivals = np.concatenate(parts)
    if len(arrivals) == 0:
        trace.refuse("expected requests in the window, but there are none")
    return arrivals


class _Trace:
    """The wanted columns of a file, batch by batch."""

    def __init__(self, path: str | PathLike[str], columns: Sequence[str], place: Place | None) -> None:
        self._path = Path(path)
        self._place = place
        self._columns = columns
        self._is_parquet = False

    def batches(self) -> Iterator[tuple[int, list[Any]]]:
        """The number of the first row, from 0, and the wanted columns."""
        row = 0
        for batch in self._open():
            if len(batch) > 0:
                yield row, batch
                row += len(batch[0])
        if row == 0:
            self.refuse("expected rows, but there are none")

    def numbers(self, column: Any, first_row: int, expected: str) -> Numbers:
        """The second column."""
        if not (_is_number(column.type) or _is_text(column.type)):
            self.refuse_type(column, 1, "numbers")
        numbers: Numbers = self.convert(column, first_row, 1, expected, _numbers)
        return numbers

    def convert(
        self, column: Any, first_row: int, which: int, expected: str, change: Callable[[Any], Any]
    ) -> Any:
        """The column changed; refused at the first value that is missing or that ``change`` refuses."""

        def changed(part: Any) -> Any:
            try:
                return None if part.null_count else change(part)
            except (ValueError, pa.ArrowException):
                return None

        result = changed(column)
        if result is None:
            rows = range(len(column))
            wrong = bisect_left(rows, True, key=lambda row: changed(column.slice(0, row + 1)) is None)
            self.refuse_value(column, wrong, first_row, which, expected)
        return result

    def refuse_value(self, column: Any, index: int, first_row: int, which: int, expected: str) -> NoReturn:
        row = first_row + index + 1
        place = Place(str(self._path), path=f"row {row:,}: {self._columns[which]}")
        if not self._is_parquet:
            place = Place(str(self._path), self._line_of(row), path=self._columns[which])
        raise InputError(f"expected {expected}, got {_shown(column[index])}", place)

    def refuse_type(self, column: Any, which: int, expected: str) -> NoReturn:
        place = Place(str(self._path), path=self._columns[which])
        raise InputError(f"expected {expected}, but the column holds {column.type}", place)

    def refuse(self, message: str, line: int = 0) -> NoReturn:
        raise InputError(message, Place(str(self._path), line))

    def _open(self) -> Iterator[list[Any]]:
        try:
            with self._path.open("rb") as file:
                self._is_parquet = file.read(4) == b"PAR1"
        except OSError as error:
            raise InputError(f"cannot read {self._path}: {error.strerror}", self._place) from error
        if self._is_parquet:
            return self._parquet()
        if self._path.suffix in (".parquet", ".pq"):
            self.refuse("expected a Parquet file, but it does not begin as one")
        return self._csv()

    def _parquet(self) -> Iterator[list[Any]]:
        try:
            # Neither whole row groups nor whole columns in memory.
            with parquet.ParquetFile(self._path, pre_buffer=False, buffer_size=_BATCH_BYTES) as file:
                self._require_columns(file.schema_arrow.names, 0)
                for batch in file.iter_batches(_BATCH_ROWS, columns=list(self._columns), use_threads=False):
                    yield [batch.column(name) for name in self._columns]
        except (pa.ArrowException, OSError) as error:
            self.refuse(f"expected a whole Parquet file, but it is cut short or damaged ({_brief(error)})")

    def _csv(self) -> Iterator[list[Any]]:
        odd: list[Any] = []

        def note(row: Any) -> str:
            odd.append(row)
            return "error"

        try:
            line, header = next(self._lines(), (0, b""))
            names = next(csv.reader([header.decode("utf-8-sig", "replace")]), [])
            bare = [name.strip() for name in names]
            self._require_columns(bare, line)
            wanted = [names[bare.index(column)] for column in self._columns]
            with pa.input_stream(self._path, compression="detect") as file:
                for batch in arrow_csv.open_csv(
                    file,
                    read_options=arrow_csv.ReadOptions(use_threads=False, block_size=_BATCH_BYTES),
                    parse_options=arrow_csv.ParseOptions(invalid_row_handler=note),
                    convert_options=arrow_csv.ConvertOptions(
                        include_columns=wanted, column_types=dict.fromkeys(wanted, pa.binary())
                    ),
                ):
                    yield [batch.column(name) for name in wanted]
        except (pa.ArrowException, OSError) as error:
            if odd:
                row = odd[0]
                self.refuse(
                    f"expected {row.expected_columns} columns as in the header, got {row.actual_columns}",
                    self._line_of(row.number - 1),
                )
            self.refuse(f"cannot be read as CSV: {_brief(error)}")

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Lines with their numbers, but for empty ones: CSV knows no such row."""
        with io.BufferedReader(pa.input_stream(self._path, compression="detect")) as file:
            for number, line in enumerate(file, 1):
                if line.rstrip(b"\r\n"):
                    yield number, line

    def _line_of(self, row: int) -> int:
        """The line of a row; row 0 is the header. Read from the beginning: only an error needs it."""
        return next((line for i, (line, _) in enumerate(self._lines()) if i == row), 0)

    def _require_columns(self, names: Sequence[str], line: int) -> None:
        for wanted in self._columns:
            if wanted not in names:
                there = f"there are {listed(map(shown, names), 'and')}" if names else "the file is empty"
                place = Place(str(self._path), line)
                raise InputError(f'expected a column "{wanted}"; {there}', place, nearest(wanted, names))
            if list(names).count(wanted) > 1:
                self.refuse(f'expected one column "{wanted}", but there are several', line)


class _Clock:
    """Turns times into nanoseconds, sees to their order and knows where the window lies among them."""

    def __init__(self, trace: _Trace, start: Start, window: Window, place: Place | None) -> None:
        self._trace = trace
        self._start = start
        self._place = place
        self._window = [round(end * 1e9) for end in window]
        self._kind: Any = None  # float64: seconds; else the type of all timestamps
        self.zero = self.begin = self.end = 0  # start of the rollout, ends of the window
        self.first = self.last = 0  # of the rows read so far

    def read(self, column: Any, first_row: int, *, strictly: bool) -> Nanoseconds:
        """``strictly``: no two rows have the same time."""
        is_first = self._kind is None
        if is_first:
            self._kind = self._kind_of(column)
        times: Nanoseconds
        if self._kind == pa.float64():
            times = self._trace.convert(column, first_row, 0, f"seconds from 0 to {_LONGEST:g}", _seconds)
        else:
            expected = f'a time such as "{self._example()}"'
            times = self._trace.convert(column, first_row, 0, expected, lambda c: _instants(c, self._kind))
        if is_first:
            self.first = int(times[0])
            self._place_window()
        waits = np.diff(times) if is_first else np.diff(times, prepend=self.last)
        disorder = np.flatnonzero(waits < strictly)
        if len(disorder) > 0:
            index = int(disorder[0]) + is_first
            expected = (
                "a later time than in the row before"
                if strictly
                else "no earlier time than in the row before"
            )
            self._trace.refuse_value(column, index, first_row, 0, expected)
        self.last = int(times[-1])
        return times

    @property
    def is_past_window(self) -> bool:
        return self.last >= self.end

    def require_overlap(self, last_length: int) -> None:
        """``last_length``: how long the last row is valid, ns."""
        if self.first >= self.end:
            self._trace.refuse("the trace begins after the window has ended")
        if self.last + last_length < self.begin:
            self._trace.refuse("the trace ends before the window begins")

    def _kind_of(self, column: Any) -> Any:
        if _is_number(column.type):
            return pa.float64()
        if types.is_date(column.type) or types.is_timestamp(column.type):
            return pa.timestamp("ns", "UTC" if getattr(column.type, "tz", None) else None)
        if not _is_text(column.type):
            self._trace.refuse_type(column, 0, "seconds or timestamps")
        for kind in (pa.float64(), pa.timestamp("ns"), pa.timestamp("ns", "UTC")):
            try:
                _text(column.slice(0, 1)).cast(kind)
            except pa.ArrowException:
                continue
            return kind
        expected = 'seconds such as "12.5" or a time such as "2024-05-01T12:00:00Z"'
        return self._trace.refuse_value(column, 0, 0, 0, expected)

    def _example(self) -> str:
        return "2024-05-01T12:00:00" + ("Z" if self._kind.tz else "")

    def _place_window(self) -> None:
        begin, end = self._window
        self.zero = self.first - begin if self._start is None else self._read_start()
        self.begin, self.end = self.zero + begin, self.zero + end

    def _read_start(self) -> int:
        start = self._start.isoformat() if isinstance(self._start, datetime) else str(self._start)
        seconds = self._kind == pa.float64()
        try:
            if seconds:
                return round(Decimal(start) * 10**9)
            return int(_instants(pa.array([start]), self._kind)[0])
        except (InvalidOperation, OverflowError, ValueError, pa.ArrowException) as error:
            example = "12.5 seconds" if seconds else f'"{self._example()}"'
            message = f"expected a start on the trace's own clock, such as {example}, got {shown(start)}"
            raise InputError(message, self._place) from error


class _Rows:
    """The rows that the window needs of those read: from the last but one before it to the first after it."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        self._times: list[Nanoseconds] = []
        self._values: list[Numbers] = []

    def add(self, times: Nanoseconds, values: Numbers) -> None:
        self._times.append(times)
        self._values.append(values)
        if times[0] <= self._clock.begin:
            self._keep(from_before=self._clock.begin)

    def needed(self) -> tuple[Nanoseconds, Numbers]:
        times = np.concatenate(self._times)
        end = int(np.searchsorted(times, self._clock.end)) + 1
        return times[:end], np.concatenate(self._values)[:end]

    def _keep(self, from_before: int) -> None:
        times, values = np.concatenate(self._times[-2:]), np.concatenate(self._values[-2:])
        first = max(0, int(np.searchsorted(times, from_before, side="right")) - 2)
        self._times, self._values = [times[first:].copy()], [values[first:].copy()]


def _steps(seconds: Numbers, levels: Numbers) -> tuple[Numbers, Numbers]:
    """Each level until the next one's time, as points that lines join."""
    changes = np.flatnonzero(np.diff(levels, prepend=np.nan) != 0)
    return np.repeat(seconds[changes], 2)[1:], np.repeat(levels[changes], 2)[:-1]


def _mean_and_peak(seconds: Numbers, levels: Numbers, window: Window) -> tuple[float, float]:
    """Of the lines that join the points, and of what holds outside of them."""
    begin, end = window
    at = np.concatenate(([min(begin, seconds[0])], seconds, [max(end, seconds[-1])]))
    level = np.concatenate((levels[:1], levels, levels[-1:]))
    lengths = np.diff(at)
    slopes = np.divide(np.diff(level), lengths, out=np.zeros_like(lengths), where=lengths > 0)
    left, right = np.clip(at[:-1], begin, end), np.clip(at[1:], begin, end)
    first, last = (level[:-1] + slopes * (ends - at[:-1]) for ends in (left, right))
    inside = right > left
    mean = float(((first + last) / 2 * (right - left)).sum() / (end - begin))
    return mean, float(max(first[inside].max(), last[inside].max()))


def _numbers(column: Any) -> Numbers:
    """Finite numbers, not negative, or a ValueError."""
    plain = _text(column) if _is_text(column.type) else column
    numbers: Numbers = plain.cast(pa.float64()).to_numpy(zero_copy_only=False)
    if not (numbers >= 0).all() or np.isinf(numbers).any():
        raise ValueError
    return numbers


def _seconds(column: Any) -> Nanoseconds:
    """Seconds, not negative, as exactly as they were said, to the nanosecond; or a ValueError."""
    numbers = _numbers(column)
    if (numbers > _LONGEST).any():
        raise ValueError
    if types.is_floating(column.type) or (numbers <= _EXACT).all():
        whole = np.floor(numbers)
        return whole.astype(np.int64) * 10**9 + np.rint((numbers - whole) * 1e9).astype(np.int64)
    plain = _text(column) if _is_text(column.type) else column
    exact = pc.round(plain.cast(pa.decimal256(76, 38)), 9).cast(pa.decimal128(38, 9))
    # An Arrow decimal is a 128-bit integer, here of nanoseconds; these fit in its lower half.
    words = np.frombuffer(exact.buffers()[1], np.int64)[2 * exact.offset :]
    return words[: 2 * len(exact) : 2]


def _instants(column: Any, kind: Any) -> Nanoseconds:
    """Timestamps in nanoseconds since 1970, or a ValueError."""
    plain = _text(column) if _is_text(column.type) else column
    times: Nanoseconds = plain.cast(kind).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return times


def _is_number(kind: Any) -> bool:
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _is_text(kind: Any) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind))


def _text(column: Any) -> Any:
    return pc.utf8_trim_whitespace(column.cast(pa.string()))


def _shown(scalar: Any) -> str:
    value = scalar.as_py() if _is_text(scalar.type) else scalar
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace").strip()
    if value == "" or not scalar.is_valid:
        return "nothing"
    return shown(value)


def _brief(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")
