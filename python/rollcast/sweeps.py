"""Sweeps: forecasts of one scenario at many values of its parameters, which can be interrupted and go on."""

from __future__ import annotations

import importlib
import json
import queue
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from multiprocessing import get_context
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
from pyarrow import parquet

from rollcast import _core, sweep_task
from rollcast.axes import Axis, as_axes
from rollcast.design import points as points_of
from rollcast.errors import InputError, InputErrors
from rollcast.parameters import resolve, with_values
from rollcast.scenario import LoadedScenario, load
from rollcast.study import DEFAULT_REPLICATIONS, DEFAULT_SEED, Source, estimate_units, require_range
from rollcast.sweep_folder import OUTCOMES, POINTS, Folder, Rule, Study
from rollcast.sweep_folder import merge as merge_folders
from rollcast.sweep_task import Base, Piece, Task
from rollcast.thresholds import Stop, require_known

PIECE = 50
"""Replications that a worker does at a time."""

_KEPT = "What was finished is kept: start again to go on."
_AHEAD = 4096  # tasks that an executor may hold
_PATIENCE = 10.0  # seconds until a cluster that does not answer is given up


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a sweep has found so far."""

    study: Study
    folder: Path | None
    missing: Sequence[int]
    """The points that are not done; without any, the tables are there."""
    _tables: tuple[pa.Table, pa.Table] | None = None
    tables: ClassVar = (POINTS, OUTCOMES)
    """The names of their files in the folder."""

    @property
    def is_done(self) -> bool:
        return not self.missing

    @cached_property
    def points(self) -> pa.Table:
        """One row a point: its parameters, every estimate with its interval, and the identity."""
        return self._table(0)

    @cached_property
    def outcomes(self) -> pa.Table:
        """One row a replication: the point's parameters, the outcome, and the identity."""
        return self._table(1)

    def _table(self, which: int) -> pa.Table:
        if self.missing:
            raise InputError(f"{len(self.missing)} of {len(self.study.points)} points are not done yet")
        if self._tables is not None:
            return self._tables[which]
        assert self.folder is not None  # else the tables are here
        return parquet.read_table(self.folder / self.tables[which])


def sweep(
    source: Source,
    parameters: Mapping[str, Any] | Sequence[Axis],
    out: str | PathLike[str] | None = None,
    *,
    design: str = "grid",
    points: int | None = None,
    replications: int = DEFAULT_REPLICATIONS,
    seed: int = DEFAULT_SEED,
    piece: int = PIECE,
    harmed: int | None = None,
    stop: Mapping[str, Any] | Stop | None = None,
    seconds: float | None = None,
    executor: Executor | None = None,
    workers: int = 0,
    cluster: str | None = None,
    part: tuple[int, int] = (1, 1),
    threads: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Sweep:
    """Forecasts a scenario at many values of its parameters.

    `parameters`: from paths such as "traffic.rate" to lists of values, or to texts such as
    "log(100/s..100k/s, 9)". `design`: grid, zip, random, lhs (Latin hypercube) or sobol, the last three of
    `points` points. `out`: a folder in which every finished piece is kept at once; started again after
    whatever happened, the sweep goes on there. Its points.parquet and outcomes.parquet are the same to the
    byte, however often it was interrupted and wherever its pieces were done.

    A point is done after `replications`, or, looked at after every `piece` of them, with `harmed`
    replications in which more requests failed than without the rollout, with an interval as narrow as `stop`
    says, e.g. {"estimate": "p_escape", "half_width": 0.01}, or after `seconds` of work.

    The work is done here on `threads` (0: every core), by an `executor` of concurrent.futures, by `workers`
    processes, or by the Dask cluster at the address `cluster`. `part` (2, 5) does the second fifth of the
    points; merge() brings parts together. `progress` is told how many pieces of how many are finished.

    Raises InputError; KeyboardInterrupt, after which the folder is as after any other end.
    """
    loaded = source if isinstance(source, LoadedScenario) else load(source)
    rule = _rule(loaded, replications, piece, harmed, stop, seconds)
    require_range("seed", seed, 0, bits=64)
    require_range("threads", threads, 0)
    require_range("workers", workers, 0)
    if not 1 <= part[0] <= part[1]:
        raise InputError(f"there is no part {part[0]} of {part[1]}")
    if sum((executor is not None, workers > 0, cluster is not None)) > 1:
        raise InputError("expected one of executor, workers and cluster")
    axes, tried = _points(loaded, parameters, design, points, seed)
    base = Base.of(loaded)
    paths = tuple(axis.path for axis in axes)
    study = Study(base.digest, loaded.name, paths, tuple(tried), seed, rule, _core.model_version, _version())
    with Folder.open(study, Path(out) if out is not None else None) as folder:
        mine = range(part[0] - 1, len(tried), part[1])
        is_here = executor is None and workers == 0 and cluster is None
        missing = [point for point in folder.missing if point in mine]
        todo = _Todo(folder, base, missing, threads if is_here else 1)
        if is_here:
            _work_here(todo, progress)
        elif workers > 0:
            _on_processes(todo, workers, progress)
        elif executor is not None:
            try:
                _work(todo, executor, progress)
            except BrokenExecutor as error:
                raise InputError(f"the executor broke: {error} {_KEPT}") from None
        elif cluster is not None and todo.tasks:
            with _cluster(cluster) as its_executor:
                _work(todo, its_executor, progress)
        return _result(folder)


def merge(sources: Sequence[str | PathLike[str]], out: str | PathLike[str]) -> Sweep:
    """Brings folders of one study together in another one, which may be one of them. Raises InputError."""
    if not sources:
        raise InputError("expected at least one folder to merge")
    with merge_folders([Path(source) for source in sources], Path(out)) as folder:
        return _result(folder)


def _result(folder: Folder) -> Sweep:
    missing = folder.missing
    tables = None
    if not missing and folder.path is not None:
        if not folder.has_tables():
            folder.write_tables()
    elif not missing:
        points, outcomes = (pa.concat_tables(each) for each in zip(*folder.tables(), strict=True))
        tables = points, outcomes
    return Sweep(folder.study, folder.path, missing, tables)


def _rule(
    loaded: LoadedScenario,
    replications: int,
    piece: int,
    harmed: int | None,
    stop: Mapping[str, Any] | Stop | None,
    seconds: float | None,
) -> Rule:
    require_range("replications", replications, 1)
    require_range("piece", piece, 1)
    if harmed is not None:
        require_range("harmed", harmed, 1)
    if seconds is not None and not seconds > 0:
        raise InputError(f"seconds must be above 0, is {seconds}")
    wanted = Stop(stop["estimate"], stop["half_width"]) if isinstance(stop, Mapping) else stop
    if wanted is None:
        return Rule(replications, piece, harmed, seconds=seconds)
    require_known(wanted.name, estimate_units(loaded))
    if not wanted.half_width > 0:
        raise InputError(f"half_width must be above 0, is {wanted.half_width}")
    return Rule(replications, piece, harmed, wanted.name, wanted.half_width, seconds)


def _points(
    loaded: LoadedScenario,
    parameters: Mapping[str, Any] | Sequence[Axis],
    kind: str,
    count: int | None,
    seed: int,
) -> tuple[list[Axis], list[tuple[Any, ...]]]:
    """The axes and points. Tries every value once, or the ends of a range. Raises InputErrors."""
    axes = as_axes(parameters)
    steps = [resolve(loaded, axis.path) for axis in axes]
    for index, mine in enumerate(steps):
        for other in range(index):
            if mine[: len(steps[other])] == steps[other] or steps[other][: len(mine)] == mine:
                message = f"{axes[index].path} is a part of {axes[other].path}, or the same"
                raise InputError(f"{message}: each parameter may be swept once")
    points = points_of(axes, kind, count, seed)
    if kind == "zip":
        probes = [
            ({a.path: v for a, v in zip(axes, row, strict=True)}, {a.path: a.place(k) for a in axes})
            for k, row in enumerate(points)
        ]
    else:
        first = {axis.path: axis.probes()[0] for axis in axes}
        probes = []
        for axis in axes:
            for value, place in axis.probes() if axes.index(axis) == 0 else axis.probes()[1:]:
                at = {**first, axis.path: (value, place)}
                probes.append(({p: v for p, (v, _) in at.items()}, {p: w for p, (_, w) in at.items()}))
    errors: list[InputError] = []
    for values, places in probes:
        try:
            with_values(loaded, values, places, advise=False)
        except InputError as error:
            errors += error.errors
    if errors:
        raise InputErrors(errors)
    return axes, points


def _version() -> str:
    from importlib.metadata import version

    return version("rollcast")


class _Todo:
    """The pieces that are to be done, in an order in which points are finished one after the other."""

    def __init__(self, folder: Folder, base: Base, points: Sequence[int], threads: int) -> None:
        self.folder = folder
        self._threads = threads
        self._base = base
        rule = folder.study.rule
        self.tasks: deque[Task] = deque()
        self._open: dict[int, list[Piece]] = {}  # of points that may end early: what they have
        self.total = self.finished = 0
        for point in points:
            if rule.is_open:
                self._open[point] = folder.pieces(point)[0]
                self.tasks.append(self._task(point, len(self._open[point])))
                done = len(self._open[point])
            else:
                missing = [number for number in range(rule.pieces) if (point, number) not in folder]
                self.tasks.extend(self._task(point, number) for number in missing)
                done = rule.pieces - len(missing)
            self.total += rule.pieces
            self.finished += done

    def done(self, piece: Piece) -> None:
        """Keeps a piece, and sees what is to be done next."""
        self.folder.add(piece)
        self.finished += 1
        rule = self.folder.study.rule
        if rule.is_open:
            pieces = self._open[piece.point]
            pieces.append(piece)
            if not rule.ending(pieces):
                self.tasks.append(self._task(piece.point, len(pieces)))
            else:
                self.total -= rule.pieces - len(pieces)
                del self._open[piece.point]

    def _task(self, point: int, piece: int) -> Task:
        study = self.folder.study
        return Task(
            base=self._base,
            values=json.dumps(study.values(point)),
            point=point,
            piece=piece,
            first=piece * study.rule.piece,
            count=study.rule.count(piece),
            seed=study.seed,
            threads=self._threads,
        )


Progress = Callable[[int, int], None]


def _work_here(todo: _Todo, progress: Progress | None) -> None:
    while todo.tasks:
        todo.done(sweep_task.run(todo.tasks.popleft()))
        if progress:
            progress(todo.finished, todo.total)


def _work(todo: _Todo, executor: Executor, progress: Progress | None) -> None:
    """Has an executor do it. What it was still at when something went wrong stays to be done."""
    under_way: dict[Future[Piece], Task] = {}
    ready: queue.SimpleQueue[Future[Piece]] = queue.SimpleQueue()
    try:
        while todo.tasks or under_way:
            while todo.tasks and len(under_way) < _AHEAD:
                future = executor.submit(sweep_task.run, todo.tasks[0])
                under_way[future] = todo.tasks.popleft()
                future.add_done_callback(ready.put)
            future = ready.get()
            piece = future.result()
            del under_way[future]
            todo.done(piece)
            if progress:
                progress(todo.finished, todo.total)
    finally:
        for future in under_way:
            future.cancel()
        todo.tasks.extendleft(reversed(under_way.values()))


def _on_processes(todo: _Todo, workers: int, progress: Progress | None) -> None:
    """Has processes of our own do it; when one is killed, others take its place."""
    while todo.tasks:
        before = todo.finished
        try:
            with ProcessPoolExecutor(workers, get_context("spawn"), initializer=_ignore_interrupts) as pool:
                _work(todo, pool, progress)
        except BrokenExecutor:
            if todo.finished == before:
                message = (
                    "worker processes end as soon as they begin; is there enough memory, and is what calls "
                    "this a file whose own calls are under `if __name__ == '__main__'`?"
                )
                raise InputError(f"{message} {_KEPT}") from None


def _ignore_interrupts() -> None:
    """Ctrl-C reaches workers, too; whoever started them ends them."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """The executor of a Dask cluster. Raises InputError for one that does not answer."""
    try:
        dask: Any = importlib.import_module("distributed")  # typed in parts only
    except ImportError:
        raise InputError('--cluster needs Dask: pip install "rollcast[cluster]"') from None
    try:
        client = dask.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"cannot reach a Dask scheduler at {address}: {reason}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            raise InputError(f"the Dask cluster at {address} has no workers") from None
        try:
            yield client.get_executor(pure=False)
        except (dask.KilledWorker, dask.client.FuturesCancelledError, CancelledError) as error:
            raise InputError(f"the Dask cluster at {address} was lost: {error}. {_KEPT}") from None
