"""What the rules of every system share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rollcast import _core

Rule = Callable[..., dict[str, Any]]


class Rules(dict[str, Rule]):
    """Functions by the kind of case they answer: its input goes in by keyword, what is expected comes out."""

    def __call__(self, rule: Rule) -> Rule:
        self[rule.__name__] = rule
        return rule

    def unsupported(self, *kinds: str) -> None:
        self.update(dict.fromkeys(kinds, not_supported))


def not_supported(**_: Any) -> dict[str, Any]:
    raise NotImplementedError


def amount(value: int | str | None, *, bare_is_percent: bool = False) -> _core.Amount | None:
    """As a manifest gives it; a missing one counts as 0. None: refused."""
    if isinstance(value, str):
        return _core.parse_amount(value, bare_is_percent)
    return _core.Amount(value=value or 0)
