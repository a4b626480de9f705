"""Values that nobody gave: each is recorded, with the reason for it, so that a report can list them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Assumption:
    path: str  # of the scenario language: "service.timeout"
    value: str  # as one would write it there
    why: str


class Assumptions:
    def __init__(self) -> None:
        self._items: dict[Assumption, None] = {}

    @property
    def items(self) -> list[Assumption]:
        """Each once, in the order in which they were made."""
        return list(self._items)

    def add(self, path: str, value: str, why: str) -> None:
        self._items[Assumption(path, value, why)] = None

    def choose(self, given: T | None, path: str, default: T, why: str, show: Callable[[T], Any] = str) -> T:
        """What was given; otherwise the default, recorded."""
        if given is not None:
            return given
        self.add(path, str(show(default)), why)
        return default
