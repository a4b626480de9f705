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
from collections.abc import Mapping, Sequence
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

FORMAT = 1

_MARK = b"rollcast"
_SIZES = struct.Struct("<8sIII")  # the mark, the lengths of head and body, the checksum of both
_ROWS_TOGETHER = 131_072
_WORD = pa.dictionary(pa.int32(), pa.string())

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
                kind, unit = pa.string(), ""
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
            writers = {}
            for name in TABLES:
                partial = stack.enter_context(replaced(self.path / name))
                writers[name] = _Writer(stack, partial)
            for point in range(len(self.study.points)):
                for name, table in zip(TABLES, self.tables(point), strict=True):
                    writers[name].add(table)
            for writer in writers.values():
                writer.finish()

    def has_tables(self) -> bool:
        """Are they there, and whole as far as their ends tell?"""
        assert self.path is not None
        try:
            for name in TABLES:
                parquet.read_metadata(self.path / name)
        except (OSError, pa.ArrowException):
            return False
        return True

    def tables(self, point: int) -> tuple[pa.Table, pa.Table]:
        """The row of a point, and those of its replications."""
        pieces, ending = self.pieces(point)
        columns = joined(pieces)
        rows = len(columns["replication"])
        shared: list[tuple[pa.Field, Any]] = [
            (_field("point", pa.int64(), "", "ordinal of the point"), point),
            *((field, values[point]) for field, values in self.study.columns),
        ]
        identity: list[tuple[pa.Field, Any]] = [
            (_field("scenario", _WORD, "", "hash of the resolved scenario"), pieces[0].identity),
            (_field("seed", pa.uint64(), "", "of the study"), self.study.seed),
            (_field("model_version", pa.int64(), "", "of the engine"), self.study.model_version),
            (_field("version", _WORD, "", "of rollcast"), self.study.version),
        ]
        found = []
        for each in _core.estimate(pieces[0].release, columns):
            unit, meaning = each.unit.name, each.meaning
            for suffix, value in (("", each.value), ("_low", each.low), ("_high", each.high)):
                what = meaning + {"": "", "_low": ", lower end", "_high": ", upper end"}[suffix]
                found.append((_field(each.name + suffix, pa.float64(), unit, what), value))
        how: list[tuple[pa.Field, Any]] = [
            (_field("replications", pa.int64(), "", "that were done"), rows),
            (_field("ending", _WORD, "", "why they were enough"), ending),
        ]
        row = [*shared, *how, *found, *identity]
        points = pa.table(
            [_constant(field, value, 1) for field, value in row], pa.schema([f for f, _ in row])
        )
        table = outcomes.to_table(columns, [name for name, _, _ in pieces[0].truths])
        for index, (field, value) in enumerate(shared):
            table = table.add_column(index, field, _constant(field, value, rows))
        for field, value in identity:
            table = table.append_column(field, _constant(field, value, rows))
        return points, table

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


class _Writer:
    """Writes tables one below the other, many small ones together."""

    def __init__(self, stack: ExitStack, path: Path) -> None:
        self._stack = stack
        self._path = path
        self._writer: parquet.ParquetWriter | None = None
        self._held: list[pa.Table] = []
        self._rows = 0

    def add(self, table: pa.Table) -> None:
        self._held.append(table)
        self._rows += table.num_rows
        if self._rows >= _ROWS_TOGETHER:
            self._flush()

    def finish(self) -> None:
        """Writes what is held and the end of the file."""
        self._flush()
        if self._writer is not None:
            self._writer.close()

    def _flush(self) -> None:
        if not self._held:
            return
        table = stacked(self._held)
        if self._writer is None:
            writer = parquet.ParquetWriter(self._path, table.schema, compression="zstd")
            self._writer = self._stack.enter_context(writer)
        self._writer.write_table(table)
        self._held, self._rows = [], 0


def stacked(tables: Sequence[pa.Table]) -> pa.Table:
    """Tables one below the other, as one that does not show where they met."""
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


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
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _unpacked(body: bytes) -> dict[str, np.ndarray[Any, Any]]:
    table = pa.ipc.open_stream(body).read_all()
    return {name: table.column(name).to_numpy() for name in table.column_names}


def _field(name: str, kind: pa.DataType, unit: str, meaning: str) -> pa.Field:
    return pa.field(name, kind, metadata={"unit": unit, "meaning": meaning})


def _constant(field: pa.Field, value: Any, rows: int) -> pa.Array:
    if field.type == _WORD:
        return pa.DictionaryArray.from_arrays(np.zeros(rows, np.int32), pa.array([value]))
    return pa.repeat(pa.scalar(value, field.type), rows)


def _said(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (dict, list, tuple)) else str(value)
