"""The scenarios that come with the package, each a folder of manifests and a scenario.yaml."""

from __future__ import annotations

import shutil
from pathlib import Path

from rollcast.errors import InputError, listed, nearest

_HERE = Path(__file__).parent


def names() -> list[str]:
    """The names of all examples; the first is the one to begin with."""
    return ["canary-with-analysis", "rolling-update", "blue-green", "retry-storm", "regional-waves"]


def path(name: str) -> Path:
    """The scenario file of an example."""
    if name not in names():
        raise InputError(
            f'there is no example "{name}": expected {listed(names())}', suggestion=nearest(name, names())
        )
    return _HERE / name / "scenario.yaml"


def summary(name: str) -> str:
    """The first line of its scenario file, without the sign of a comment."""
    return path(name).read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def copy(name: str, directory: Path) -> Path:
    """Copies an example into a directory, which must be new or empty, and returns the scenario file there."""
    source = path(name).parent
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InputError(f"{directory} is already there and not an empty directory")
    try:
        shutil.copytree(source, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise InputError(f"cannot copy to {directory}: {error.strerror}") from error
    return directory / "scenario.yaml"
