"""What has been measured of services, kept for the next forecast whose requests are drawn.

One file a service, in the user's cache (ROLLCAST_CACHE, XDG_CACHE_HOME, or ~/.cache). It is replaced as a
whole, and each measurement in it carries a checksum: what is damaged is measured again. Of processes that
write at once the last one wins; what it did not know is measured again, too. No result depends on what was
there.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rollcast import _core
from rollcast.errors import InputError
from rollcast.files import write_atomically


def folder() -> Path:
    """Where profiles are kept."""
    if given := os.environ.get("ROLLCAST_CACHE"):
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rollcast"


@contextmanager
def kept(scenario: Any, *, needed: bool = True) -> Iterator[Any]:
    """The `_core.Profile` of a scenario with what is known of it; what is measured meanwhile is kept. None
    where no request is drawn, unless it is `needed` all the same."""
    draws = any(_core.draws_requests(scenario, truth) for truth in scenario.release.truths)
    if not draws and not needed:
        yield None
        return
    profile = _core.Profile(scenario)
    path = _path(scenario)
    known = _read(path)
    profile.restore(known)
    try:
        yield profile
    finally:
        rows = profile.dump()
        if len(rows) > len(known):
            with suppress(InputError, OSError):  # a cache that cannot be written is none
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, profile)


def _path(scenario: Any) -> Path:
    """By all that a measurement depends on."""
    retries = scenario.traffic.retries
    said = (
        _core.version,
        _core.model_version,
        scenario.service,
        scenario.traffic.classes,
        retries.attempts if retries.timeouts else 1,
        scenario.balancing.policy,
        scenario.balancing.balancers,
        scenario.observability.latency_buckets,
        scenario.observability.scrape_interval,
    )
    return folder() / "profiles" / f"{hashlib.sha256(pickle.dumps(said, protocol=5)).hexdigest()[:32]}.npy"


def _read(path: Path) -> NDArray[np.float64]:
    """What is whole of it."""
    width = _core.Profile(_core.Scenario()).dump().shape[1]
    none = np.empty((0, width))
    try:
        rows = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return none
    if rows.ndim != 2 or rows.shape[1] != width + 1 or rows.dtype != np.float64:
        return none
    whole = [bool(zlib.crc32(row[:-1].tobytes()) == row[-1]) for row in rows]
    return np.ascontiguousarray(rows[whole, :-1])


def _write(path: Path, profile: _core.Profile) -> None:
    profile.restore(_read(path))  # what others have measured meanwhile
    rows = profile.dump()
    sums = np.array([zlib.crc32(row.tobytes()) for row in rows], dtype=np.float64)
    data = io.BytesIO()
    np.save(data, np.column_stack([rows, sums]))
    write_atomically(path, data.getvalue())
