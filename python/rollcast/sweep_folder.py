"""The folder of a sweep: what was finished, and the tables that are made of it.

    study.json        what the study is; written once
    pieces.log        every finished piece as soon as it is there, each with its checksum
    points.parquet    one row a point; made of the pieces when all are there
    outcomes.parquet  one row a replication; likewise

A piece that was cut off or damaged is as if it had never been: it is done again. The tables depend on nothing
but the pieces, so that it does not matter in which order, how often interrupted or where they were done.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from rollcast import _core, outcomes, units
from rollcast.errors import InputError
from rollcast.files import replaced, write_atomically
from rollcast.sweep_task import Piece

FORMAT = 2

_MARK = b"rollcast"
_SIZES = struct.Struct("<8sIII")  # the mark, the lengths of head and body, the checksum of both
_ROWS_TOGETHER, _POINTS_TOGETHER = 131_072, 4_096
_WORD = pa.dictionary(pa.int32(), pa.string())

Counts = np.ndarray[Any, np.dtype[np.int64]]

POINTS, OUTCOMES = TABLES = ("points.parquet", "outcomes.parquet")


@dataclass(frozen=True)
class Rule:
    """When a point is done: whichever comes first, looked at after each whole piece."""

    replications: int
    piece: int
    """Replications that are done together."""
    harmed: int | None = None
    """So many replications in which more requests failed than without the rollout."""
    estimate: str = ""
    """Its interval is at most `half_width` wide to a side."""
    half_width: float = 0.0
    seconds: float | None = None
    """That its pieces took, as they recorded: the one rule that depends on the machine."""

    @property
    def pieces(self) -> int:
        """At most."""
        return -(-self.replications // self.piece)

    @property
    def is_open(self) -> bool:
        """May a point be done before all its replications are?"""
        return self.harmed is not None or bool(self.estimate) or self.seconds is not None

    def count(self, piece: int) -> int:
        """Replications of a piece; the last one may be shorter."""
        return min(self.piece, self.replications - piece * self.piece)

    def ending(self, pieces: Sequence[Piece]) -> str:
        """Why the first pieces are enough: "all", "harmed", "precise", "seconds"; "": they are not."""
        if len(pieces) == self.pieces:
            return "all"
        if not pieces:
            return ""
        if self.harmed is not None:
            harmed = sum(int((each.columns["attributable"] > 0).sum()) for each in pieces)
            if harmed >= self.harmed:
                return "harmed"
        if self.estimate:
            interval = _core.estimate_one(pieces[0].release, joined(pieces), self.estimate)
            if (interval.high - interval.low) / 2 <= self.half_width:
                return "precise"
        if self.seconds is not None and sum(each.seconds for each in pieces) >= self.seconds:
            return "seconds"
        return ""


@dataclass(frozen=True)
class Study:
    """What tells one sweep from another."""

    scenario: str
    """Hash of the scenario that is varied."""
    name: str
    paths: tuple[str, ...]
    """Of the parameters."""
    points: tuple[tuple[Any, ...], ...]
    """A value of each, as the scenario language has it."""
    seed: int
    rule: Rule
    model_version: int
    version: str
    """Of this package."""

    @classmethod
    def from_json(cls, text: str) -> Study:
        document = json.loads(text)
        if document.pop("format") != FORMAT:
            raise ValueError("another format")
        document["rule"] = Rule(**document["rule"])
        document["paths"] = tuple(document["paths"])
        document["points"] = tuple(tuple(point) for point in document["points"])
        return cls(**document)

    def to_json(self) -> str:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n"

    def values(self, point: int) -> dict[str, Any]:
        return dict(zip(self.paths, self.points[point], strict=True))

    def require_same(self, other: Study, where: Path) -> None:
        """Raises InputError that says how a folder's study differs from this one."""
        for key, words in (
            ("model_version", "of model"),
            ("version", "of rollcast"),
            ("scenario", "of a scenario with the hash"),
            ("seed", "with the seed"),
            ("paths", "of the parameters"),
            ("points", "of other points:"),
            ("rule", "with the rule"),
        ):
            mine, theirs = getattr(self, key), getattr(other, key)
            if mine == theirs:
                continue
            if key == "points":
                mine, theirs = f"{len(mine)} points", f"{len(theirs)} points, not the same ones"
            elif key == "rule":
                differing = [name for name in asdict(mine) if getattr(mine, name) != getattr(theirs, name)]
                mine, theirs = ({n: getattr(rule, n) for n in differing} for rule in (mine, theirs))
            elif key == "scenario":
                mine, theirs = mine[:12], theirs[:12]
            raise InputError(
                f"{where} holds results {words} {_said(theirs)}, this sweep is {words} {_said(mine)}: "
                "nothing was changed there; give it another folder"
            )

    @cached_property
    def columns(self) -> list[tuple[pa.Field, Sequence[Any]]]:
        """Of each parameter: its column in the tables, and its value at each point."""
        made: list[tuple[pa.Field, Sequence[Any]]] = []
        for path, said in zip(self.paths, zip(*self.points, strict=True), strict=True):
            measured = [units.measure(value) for value in said]
            values: list[Any] = [value for _, value in measured]
            unit = measured[0][0]
            if any(value is None for value in values) or len({each for each, _ in measured}) > 1:
                values = [value if isinstance(value, str) else json.dumps(value) for value in said]
                kind, unit = _WORD, ""
            elif all(isinstance(value, int) for value in said):
                kind, values = pa.int64(), list(said)
            else:
                kind = pa.float64()
            metadata = {"unit": unit, "meaning": "parameter of the scenario"}
            made.append((pa.field(path, kind, metadata=metadata), values))
        return made


class Folder:
    """A study and its finished pieces, in a folder or in memory."""

    def __init__(self, study: Study, path: Path | None, log: BinaryIO) -> None:
        self.study = study
        self.path = path
        self._log = log
        self._spots: dict[tuple[int, int], int] = {}
        self._syncing: ThreadPoolExecutor | None = ThreadPoolExecutor(1) if path else None
        self._sync: Future[None] | None = None
        self._end = self._read_spots()

    @classmethod
    def open(cls, study: Study, path: Path | None) -> Folder:
        """Begins a folder, or goes on with it. Raises InputError, also for one of another study."""
        if path is None:
            return cls(study, None, io.BytesIO())
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot make the folder {path}: {error.strerror}") from None
        if not (path / "study.json").exists():
            if any(not each.name.endswith(".partial") for each in path.iterdir()):
                raise InputError(f"{path} is not empty and holds no sweep: give it another folder")
            write_atomically(path / "study.json", study.to_json().encode())
        study.require_same(read_study(path), path)
        log = _locked(path)
        for left in path.glob(".*.partial"):
            left.unlink()
        return cls(study, path, log)

    def close(self) -> None:
        if self._syncing is not None:
            self._syncing.shutdown(wait=True)
        self._log.close()

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __contains__(self, spot: tuple[int, int]) -> bool:
        return spot in self._spots

    def __len__(self) -> int:
        return len(self._spots)

    def add(self, piece: Piece) -> None:
        """Keeps a piece; once this returns it outlives the process. Raises InputError when it cannot."""
        if (piece.point, piece.piece) in self._spots:
            return
        head = json.dumps(
            {name: getattr(piece, name) for name in ("point", "piece", "identity", "truths", "seconds")}
        ).encode()
        body = _packed(piece.columns)
        record = _SIZES.pack(_MARK, len(head), len(body), zlib.crc32(head + body)) + head + body
        try:
            self._log.seek(self._end)
            rest = memoryview(record)
            while rest:
                rest = rest[self._log.write(rest) :]
        except OSError as error:
            message = f"cannot write {self.path}: {error.strerror}"
            raise InputError(f"{message}; what was finished is kept: start again to go on") from None
        self._spots[piece.point, piece.piece] = self._end
        self._end += len(record)
        if self._syncing is not None and (self._sync is None or self._sync.done()):
            self._sync = self._syncing.submit(os.fsync, self._log.fileno())

    def piece(self, point: int, number: int) -> Piece:
        self._log.seek(self._spots[point, number])
        found = self._record(self._log)
        assert found is not None  # it was found or written here before
        head, body = found
        return Piece(**head, columns=_unpacked(body))

    def pieces(self, point: int) -> tuple[list[Piece], str]:
        """The first pieces of a point, as many as are enough, and why they are; "": they are not yet."""
        pieces: list[Piece] = []
        while not (ending := self.study.rule.ending(pieces)) and (point, len(pieces)) in self._spots:
            pieces.append(self.piece(point, len(pieces)))
        return pieces, ending

    @property
    def missing(self) -> list[int]:
        """The points that are not done."""
        rule = self.study.rule

        def done(point: int) -> bool:
            if all((point, number) in self._spots for number in range(rule.pieces)):
                return True
            return rule.is_open and bool(self.pieces(point)[1])

        return [point for point in range(len(self.study.points)) if not done(point)]

    def write_tables(self) -> None:
        """Makes the tables of a folder in which no point is missing."""
        assert self.path is not None
        with ExitStack() as stack:
            partials = [stack.enter_context(replaced(self.path / name)) for name in TABLES]
            writers: list[parquet.ParquetWriter] = []
            for tables in self.tables():
                if not writers:
                    for table, partial in zip(tables, partials, strict=True):
                        writer = parquet.ParquetWriter(partial, table.schema, compression="zstd")
                        writers.append(stack.enter_context(writer))
                for table, writer in zip(tables, writers, strict=True):
                    writer.write_table(table)
            for writer in writers:
                writer.close()

    def has_tables(self) -> bool:
        """Are they there, and whole as far as their ends tell?"""
        assert self.path is not None
        try:
            for name in TABLES:
                parquet.read_metadata(self.path / name)
        except (OSError, pa.ArrowException):
            return False
        return True

    def tables(self) -> Iterator[tuple[pa.Table, pa.Table]]:
        """The rows of all points and those of their replications, many at a time."""
        found: list[_Point] = []
        rows = 0
        for number in range(len(self.study.points)):
            found.append(_Point(number, *self.pieces(number)))
            rows += found[-1].rows
            if rows >= _ROWS_TOGETHER or len(found) >= _POINTS_TOGETHER:
                yield self._rows(found), self._outcomes(found)
                found, rows = [], 0
        if found:
            yield self._rows(found), self._outcomes(found)

    def _rows(self, found: Sequence[_Point]) -> pa.Table:
        once = np.ones(len(found), int)
        columns = self._shared(found, once)
        counts = pa.array([each.rows for each in found])
        columns.append((_field("replications", pa.int64(), "", "that were done"), counts))
        endings = _words([each.ending for each in found], once)
        columns.append((_field("ending", _WORD, "", "why they were enough"), endings))
        estimates = [_core.estimate(each.pieces[0].release, each.columns) for each in found]
        for those in zip(*estimates, strict=True):
            name, unit, meaning = those[0].name, those[0].unit.name, those[0].meaning
            for suffix, key, end in (
                ("", "value", ""),
                ("_low", "low", ", lower end"),
                ("_high", "high", ", upper end"),
            ):
                values = pa.array([getattr(each, key) for each in those])
                columns.append((_field(name + suffix, pa.float64(), unit, meaning + end), values))
        return _table([*columns, *self._identity(found, once)])

    def _outcomes(self, found: Sequence[_Point]) -> pa.Table:
        counts = np.array([each.rows for each in found])
        columns = {name: np.concatenate([each.columns[name] for each in found]) for name in found[0].columns}
        names = {name: 0 for each in found for name in each.truths}
        names = {name: code for code, name in enumerate(names)}
        columns["truth"] = np.concatenate(
            [np.array([names[name] for name in each.truths])[each.columns["truth"]] for each in found]
        )
        table = outcomes.to_table(columns, list(names))
        own = list(zip(table.schema, table.columns, strict=True))
        return _table([*self._shared(found, counts), *own, *self._identity(found, counts)])

    def _shared(self, found: Sequence[_Point], counts: Counts) -> list[tuple[pa.Field, pa.Array]]:
        """The columns that say which point a row is of."""
        numbers = pa.array(np.repeat([each.number for each in found], counts))
        columns = [(_field("point", pa.int64(), "", "ordinal of the point"), numbers)]
        for field, values in self.study.columns:
            mine = [values[each.number] for each in found]
            is_text = field.type == _WORD
            columns.append((field, _words(mine, counts) if is_text else pa.array(np.repeat(mine, counts))))
        return columns

    def _identity(self, found: Sequence[_Point], counts: Counts) -> list[tuple[pa.Field, pa.Array]]:
        rows = int(counts.sum())
        return [
            (
                _field("scenario", _WORD, "", "hash of the resolved scenario"),
                _words([each.pieces[0].identity for each in found], counts),
            ),
            (
                _field("seed", pa.uint64(), "", "of the study"),
                pa.array(np.full(rows, self.study.seed, np.uint64)),
            ),
            (
                _field("model_version", pa.int64(), "", "of the engine"),
                pa.array(np.full(rows, self.study.model_version)),
            ),
            (
                _field("version", _WORD, "", "of rollcast"),
                _words([self.study.version], np.array([rows])),
            ),
        ]

    def _read_spots(self) -> int:
        """Finds the whole pieces; what follows the last one will be written over."""
        end = at = 0
        size = self._log.seek(0, io.SEEK_END)
        while at < size:
            self._log.seek(at)
            found = self._record(self._log)
            if found is None:
                at = self._next_mark(at + 1)
                continue
            spot = found[0]["point"], found[0]["piece"]
            self._spots.setdefault(spot, at)
            at = end = self._log.tell()
        if self.path is not None:
            self._log.truncate(end)
        return end

    def _next_mark(self, at: int) -> int:
        self._log.seek(at)
        tail = self._log.read()
        found = tail.find(_MARK)
        return at + (found if found >= 0 else len(tail))

    @staticmethod
    def _record(log: BinaryIO) -> tuple[dict[str, Any], bytes] | None:
        """The head and body that begin here; none where they are not whole."""
        sizes = log.read(_SIZES.size)
        if len(sizes) < _SIZES.size:
            return None
        mark, head_size, body_size, checksum = _SIZES.unpack(sizes)
        if mark != _MARK:
            return None
        data = log.read(head_size + body_size)
        if len(data) < head_size + body_size or zlib.crc32(data) != checksum:
            return None
        return json.loads(data[:head_size]), data[head_size:]


class _Point:
    """A point of which enough is there."""

    def __init__(self, number: int, pieces: Sequence[Piece], ending: str) -> None:
        self.number = number
        self.pieces = pieces
        self.ending = ending
        self.columns = joined(pieces)
        self.rows = len(self.columns["replication"])
        self.truths = [name for name, _, _ in pieces[0].truths]


def _table(columns: Sequence[tuple[pa.Field, pa.Array]]) -> pa.Table:
    return pa.table([values for _, values in columns], pa.schema([field for field, _ in columns]))


def _words(words: Sequence[str], counts: Counts) -> pa.Array:
    """Each word so many times, one after the other."""
    codes = {word: code for code, word in enumerate(dict.fromkeys(words))}
    indices = np.repeat(np.array([codes[word] for word in words], np.int32), counts)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(codes), pa.string()))


def joined(pieces: Sequence[Piece]) -> dict[str, np.ndarray[Any, Any]]:
    """The columns of pieces that follow one another."""
    if len(pieces) == 1:
        return dict(pieces[0].columns)
    return {name: np.concatenate([each.columns[name] for each in pieces]) for name in pieces[0].columns}


def read_study(path: Path) -> Study:
    """The study of a folder. Raises InputError."""
    file = path / "study.json"
    try:
        return Study.from_json(file.read_text())
    except FileNotFoundError:
        raise InputError(f"{path} holds no sweep: there is no {file.name}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{file} cannot be read: it is of another version of rollcast, or damaged") from None


def merge(sources: Sequence[Path], path: Path) -> Folder:
    """Brings folders of one study together in another one; they stay as they are. Raises InputError."""
    studies = [read_study(source) for source in sources]
    for source, study in zip(sources, studies, strict=True):
        if study.model_version != _core.model_version:
            message = f"{source} holds results of model {study.model_version}, this is {_core.model_version}"
            raise InputError(f"{message}: nothing was changed")
        studies[0].require_same(study, source)
    folder = Folder.open(studies[0], path)
    for source, study in zip(sources, studies, strict=True):
        if source.resolve() == path.resolve():
            continue
        with (source / "pieces.log").open("rb") as log:
            other = Folder(study, None, log)
            for spot in sorted(other._spots):
                if spot not in folder:
                    folder.add(other.piece(*spot))
    return folder


def _locked(path: Path) -> BinaryIO:
    """The log of a folder, which nobody else writes meanwhile."""
    file = path / "pieces.log"
    try:
        log = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)
    except OSError as error:
        raise InputError(f"cannot write {file}: {error.strerror}") from None
    try:
        fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        log.close()
        raise InputError(f"another sweep is at work in {path}") from None
    return log


def _packed(columns: Mapping[str, np.ndarray[Any, Any]]) -> bytes:
    batch = pa.record_batch([pa.array(values) for values in columns.values()], names=list(columns))
    sink = pa.BufferOutputStream()
    # As a whole: column by column takes three times as long for a piece of a few replications.
    with pa.CompressedOutputStream(sink, "lz4") as packer, pa.ipc.new_stream(packer, batch.schema) as writer:
        writer.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _unpacked(body: bytes) -> dict[str, np.ndarray[Any, Any]]:
    with pa.CompressedInputStream(pa.BufferReader(body), "lz4") as packer:
        table = pa.ipc.open_stream(packer).read_all()
    return {name: table.column(name).to_numpy() for name in table.column_names}


def _field(name: str, kind: pa.DataType, unit: str, meaning: str) -> pa.Field:
    return pa.field(name, kind, metadata={"unit": unit, "meaning": meaning})


def _said(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (dict, list, tuple)) else str(value)
