"""Which C++ file may include which: the arrows of the house, and the wall around the truth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# base <- random, des, stats <- model <- observe, control <- world <- run <- study, and control <- strategies.
# A room sees itself and these:
MAY_SEE: dict[str, set[str]] = {
    "base": set(),
    "random": {"base"},
    "des": {"base"},
    "stats": {"base"},
    "model": {"base", "random", "des", "stats"},
    "observe": {"base", "random", "des", "stats", "model"},
    "control": {"base", "stats"},
    "world": {"base", "random", "des", "stats", "model", "observe", "control"},
    "run": {"base", "random", "des", "stats", "model", "observe", "control", "world"},
    "study": {"base", "random", "des", "stats", "model", "observe", "control", "world", "run"},
    "strategies": {"base", "stats", "control"},
}
ALSO = {("observe", "control/verdict.h")}

# Code that decides or observes must not know what is wrong with a release: not even through what it includes.
DECIDES = {"observe", "control", "strategies"}
TRUTH = re.compile(r"(world|run|study)/|model/defect\.h$")

_INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(rollcast/[^>]+)>)', re.MULTILINE)


@dataclass(frozen=True)
class Wrong:
    """One include that is not allowed."""

    file: str
    rule: str
    chain: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}: {self.rule}: {' -> '.join(self.chain)}"


def sources(root: Path) -> dict[str, Path]:
    """Every source of the engine and the strategies by its name in an include: "stats/interval.h"."""
    return {
        path.relative_to(base).as_posix(): path
        for base in (root / "core/rollcast", root / "strategies/rollcast")
        for path in sorted(base.rglob("*"))
        if path.suffix in (".h", ".cc")
    }


def check(root: Path) -> list[Wrong]:
    """All that is wrong, in order of files."""
    files = sources(root)
    included = {name: list(_includes(path)) for name, path in files.items()}
    return [wrong for name in files for wrong in _check_file(name, included)]


def _includes(path: Path) -> Iterator[str]:
    for quoted, angled in _INCLUDE.findall(path.read_text(encoding="utf-8")):
        yield quoted or angled


def _check_file(name: str, included: dict[str, list[str]]) -> Iterator[Wrong]:
    room = name.split("/")[0]
    if room not in MAY_SEE:
        yield Wrong(name, "unknown room", (room,))
        return
    for target in included[name]:
        local = target.removeprefix("rollcast/")
        if local == target:
            yield Wrong(name, "not by its full name", (target,))
            continue
        seen = local.split("/")[0]
        if seen != room and seen not in MAY_SEE[room] and (room, local) not in ALSO:
            yield Wrong(name, f"{room} must not see {seen}", (local,))
    if room in DECIDES:
        chain = _way_to_truth(name, included)
        if chain:
            yield Wrong(name, "reaches the truth", chain)


def _way_to_truth(name: str, included: dict[str, list[str]]) -> tuple[str, ...]:
    """The shortest chain of includes from a file to the truth; empty if there is none."""
    chains = [(name,)]
    met = {name}
    for chain in chains:
        for target in included.get(chain[-1], []):
            local = target.removeprefix("rollcast/")
            if TRUTH.match(local):
                return (*chain, local)
            if local not in met:
                met.add(local)
                chains.append((*chain, local))
    return ()
