"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path

from rollcast.errors import InputError


def write_atomically(path: str | PathLike[str], data: bytes) -> None:
    """Writes beside the file and renames. What is not a regular file (a pipe) is written directly."""
    target = Path(path)
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            partial.write_bytes(data)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}") from error


def require_writable(path: str | PathLike[str]) -> None:
    """Raises InputError for a file that could not be written: better before the work than after it."""
    target = Path(path)
    if target.is_dir():
        raise InputError(f"cannot write {target}: it is a directory")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {target}: there is no directory {target.parent}")
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise InputError(f"cannot write {target}: permission denied")
