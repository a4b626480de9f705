"""What a worker of a sweep does: some replications of one point, from plain data to plain data."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollcast import _core
from rollcast.errors import InputError, InputErrors, Place
from rollcast.parameters import with_values
from rollcast.profiles import kept
from rollcast.scenario import LoadedScenario, restore

if TYPE_CHECKING:
    import numpy as np

_ADDRESS = re.compile(" at 0x[0-9a-f]+")


@dataclass(frozen=True)
class Base:
    """A scenario as plain data, which every worker can load."""

    language: str
    """As JSON."""
    name: str
    source: str
    """Its file: what it names is beside it."""
    files: tuple[tuple[str, str], ...]
    """What it names, with their digests."""
    model_version: int

    @classmethod
    def of(cls, loaded: LoadedScenario) -> Base:
        files = {str(path.absolute()): _digest(path) for path in loaded.files}
        source = str(loaded.source.absolute()) if loaded.source else str(Path("unnamed").absolute())
        language = json.dumps({**loaded.language, "name": loaded.name}, sort_keys=True)
        return cls(language, loaded.name, source, tuple(sorted(files.items())), _core.model_version)

    @property
    def digest(self) -> str:
        """Of what it says, wherever its files are."""
        said = [self.language, *(digest for _, digest in self.files)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass(frozen=True)
class Task:
    """Some replications of one point."""

    base: Base
    values: str
    """The point: a JSON object from paths to values."""
    point: int
    piece: int
    first: int
    count: int
    seed: int
    threads: int


@dataclass(frozen=True)
class Piece:
    """What came out."""

    point: int
    piece: int
    identity: str
    """Hash of the resolved scenario."""
    truths: list[tuple[str, str, float]]
    """The kinds of truth: name, kind of defect, probability."""
    seconds: float
    """That it took."""
    columns: Mapping[str, np.ndarray[Any, Any]]

    @property
    def release(self) -> Any:
        """The engine's, as far as estimates look at it."""
        kinds = [
            _core.TruthKind(name=name, kind=_core.DefectKind.__members__[kind], probability=probability)
            for name, kind, probability in self.truths
        ]
        return _core.Release(truths=kinds)


def run(task: Task) -> Piece:
    """Runs the replications. Raises InputError for a point that is no scenario."""
    started = time.perf_counter()
    loaded, identity = _point(task.base, task.values)
    options = _core.ForecastOptions(replications=task.count, seed=task.seed, threads=task.threads)
    with kept(loaded.model, needed=False) as options.profile:
        columns = _core.run_piece(loaded.model, loaded.strategy, options, task.first)
    if len(columns["replication"]) < task.count:
        raise KeyboardInterrupt
    truths = [(each.name, each.kind.name, each.probability) for each in loaded.model.release.truths]
    seconds = time.perf_counter() - started
    return Piece(task.point, task.piece, identity, truths, seconds, columns)


def identity(loaded: LoadedScenario) -> str:
    """Hash of the resolved scenario: of every value that the engine runs, and of the strategy."""
    resolved = _ADDRESS.sub("", repr(loaded.model)) + loaded.strategy.describe()
    return hashlib.sha256(resolved.encode()).hexdigest()


@functools.lru_cache(maxsize=4)
def _loaded(base: Base) -> LoadedScenario:
    """The scenario on this machine, which must have the same engine and files."""
    if base.model_version != _core.model_version:
        message = f"this worker has model {_core.model_version}, the sweep model {base.model_version}"
        raise InputError(f"{message}: install the same version of rollcast everywhere")
    for path, digest in base.files:
        if not Path(path).is_file():
            raise InputError("a worker has no such file: it must be there on every machine", Place(path))
        if _digest(Path(path)) != digest:
            raise InputError("a worker has another text of this file", Place(path))
    return restore(json.loads(base.language), Path(base.source))


@functools.lru_cache(maxsize=64)
def _point(base: Base, values: str) -> tuple[LoadedScenario, str]:
    said = json.loads(values)
    try:
        loaded = with_values(_loaded(base), said, advise=False)
    except InputError as error:
        point = ", ".join(f"{path}={value}" for path, value in said.items())
        raise InputErrors(
            InputError(f"{each.message} (at the point {point})", each.place, each.suggestion)
            for each in error.errors
        ) from None
    return loaded, identity(loaded)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
