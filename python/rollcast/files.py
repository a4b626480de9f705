"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from rollcast.errors import InputError


def write_atomically(path: str | PathLike[str], data: bytes) -> None:
    """Writes beside the file and renames. What is not a regular file (a pipe) is written directly."""
    target = Path(path)
    if target.exists() and not target.is_file():
        try:
            target.write_bytes(data)
        except OSError as error:
            raise _cannot_write(target, error) from error
        return
    with replaced(target) as partial:
        partial.write_bytes(data)


@contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """A file to be written beside another, whose place it takes once it is written and on the disk."""
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        try:
            yield partial
            _sync_path(partial)
            partial.replace(target)
            _sync_path(target.parent)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(target, error) from error


def _sync_path(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_write(target: Path, error: OSError) -> InputError:
    return InputError(f"cannot write {target}: {error.strerror}")


def require_writable(path: str | PathLike[str]) -> None:
    """Raises InputError for a file that could not be written: better before the work than after it."""
    target = Path(path)
    if target.is_dir():
        raise InputError(f"cannot write {target}: it is a directory")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {target}: there is no directory {target.parent}")
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise InputError(f"cannot write {target}: permission denied")
