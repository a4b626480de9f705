"""What is wrong with an input, said so that its author can mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"([A-Za-z_][\w+-]*)|\[(\d+)\]|(\d+)(?=[.\[]|$)")


@dataclass(frozen=True)
class Place:
    """Where something was said. Lines and columns count from 1; 0: none (a command-line option)."""

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""  # "spec.strategy.canary.steps[2].setWeight"

    def __str__(self) -> str:
        """``rollout.yaml:12:7: spec.replicas``, as much of it as is known."""
        if self.file and self.column and not self.line:
            spot = f"{self.file}, column {self.column}"
        else:
            spot = ":".join(str(part) for part in (self.file, self.line, self.column) if self.file and part)
        return ": ".join(part for part in (spot, self.path) if part)

    def child(self, key: str | int) -> Place:
        """The place of a part that has no place of its own."""
        return Place(self.file, self.line, self.column, join_path(self.path, key))


def join_path(path: str, key: str | int) -> str:
    """``join_path("steps", 2)`` is ``steps[2]``; ``join_path("spec", "replicas")`` is ``spec.replicas``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def path_steps(path: str) -> list[str | int]:
    """The reverse of join_path: "canary.steps[1].pause", or steps.1, as ["canary", "steps", 1, "pause"]."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise InputError(
                f"cannot read the parameter {shown(path)}: expected keys and places in lists, as in "
                "strategy.canary.steps[1].pause"
            )
        steps.append(match[1] if match[1] else int(match[2] or match[3]))
        at = match.end()
        if at < len(path) and path[at] == ".":
            at += 1
    return steps


class InputError(Exception):
    """One thing that is wrong with an input. ``errors`` holds it, so that one and many are handled alike."""

    def __init__(self, message: str, place: Place | None = None, suggestion: str | None = None) -> None:
        self.message = message
        self.place = place or Place()
        self.suggestion = suggestion
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return InputError, (self.message, self.place, self.suggestion)

    @property
    def errors(self) -> tuple[InputError, ...]:
        return (self,)

    def __str__(self) -> str:
        hint = f'; did you mean "{self.suggestion}"?' if self.suggestion else ""
        where = str(self.place)
        return f"{where}: {self.message}{hint}" if where else f"{self.message}{hint}"


class InputErrors(InputError):  # noqa: N818, it is several
    """Everything that is wrong with an input, in the order of the text."""

    def __init__(self, errors: Iterable[InputError]) -> None:
        unique = {str(error): error for error in errors}
        self._errors = tuple(
            sorted(unique.values(), key=lambda e: (e.place.file, e.place.line, e.place.column))
        )
        super().__init__("several problems")

    def __reduce__(self) -> tuple[Any, ...]:
        return InputErrors, (self._errors,)

    @property
    def errors(self) -> tuple[InputError, ...]:
        return self._errors

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self._errors)


class Problems:
    """Gathers problems and warnings while an input is read, so that all are told at once."""

    def __init__(self) -> None:
        self.errors: list[InputError] = []
        self.warnings: list[str] = []

    def error(self, message: str, place: Place | None = None, suggestion: str | None = None) -> None:
        self.errors.append(InputError(message, place, suggestion))

    def warn(self, message: str, place: Place | None = None) -> None:
        where = str(place) if place else ""
        text = f"{where}: {message}" if where else message
        if text not in self.warnings:
            self.warnings.append(text)

    def raise_errors(self) -> None:
        if self.errors:
            raise InputErrors(self.errors)


def nearest(word: str, words: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The word that was probably meant, or none. ``cutoff``: how alike they have to be, up to 1."""
    folded = {w.lower().replace("-", "_"): w for w in words}
    found = difflib.get_close_matches(word.lower().replace("-", "_"), folded, n=1, cutoff=cutoff)
    return folded[found[0]] if found else None


def shown(value: Any) -> str:
    """A value as its author would recognise it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
    return str(value)


def listed(words: Iterable[str], last: str = "or") -> str:
    """``a, b or c``."""
    all_words = list(words)
    if len(all_words) < 2:
        return "".join(all_words)
    return f"{', '.join(all_words[:-1])} {last} {all_words[-1]}"
