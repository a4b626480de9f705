"""What all parts of the lowering share: the scenario, the places of its parts, and where to record what."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from rollcast import _core
from rollcast.assumptions import Assumptions
from rollcast.errors import Problems
from rollcast.scenario_model import ScenarioModel
from rollcast.scenario_types import Distribution
from rollcast.units import show_seconds
from rollcast.yaml_source import Node


@dataclass(frozen=True)
class Lowering:
    """A scenario on its way to the engine. Problems are added, not raised, so that all are found."""

    model: ScenarioModel
    tree: Node  # where each part of the scenario stands
    assumed: Assumptions
    problems: Problems

    def error(self, message: str, *path: str | int, suggestion: str | None = None, key: bool = False) -> None:
        """``key``: the place of the key at ``path``, not of its value."""
        self.problems.error(message, self.tree.locate(path, key=key), suggestion)

    def warn(self, message: str, *path: str | int) -> None:
        self.problems.warn(message, self.tree.locate(path))

    def choose(self, given: Any, path: str, default: Any, why: str, show: Callable[[Any], str] = str) -> Any:
        """What was given; otherwise the default, recorded as an assumption."""
        return self.assumed.choose(given, path, default, why, show)

    def fill(self, core: Any, given: Any, section: str, defaults: Iterable[Default]) -> None:
        """Sets members of a struct of the engine from the part of the scenario that has the same names."""
        for default in defaults:
            value = getattr(given, default.key, None)
            if isinstance(value, Distribution):
                value = distribution(value)
            otherwise = getattr(core, default.key) if default.value is None else default.value
            path = f"{section}.{default.key}"
            setattr(core, default.key, self.choose(value, path, otherwise, default.why, default.show))


@dataclass(frozen=True)
class Default:
    """What a member is when the scenario does not say, and why."""

    key: str
    why: str
    show: Callable[[Any], str] = str
    value: Any = None  # none: the engine's own default


def distribution(value: Distribution) -> Any:
    """As the engine has it."""
    return getattr(_core, value.kind)(**value.parameters)


def show_distribution(value: Any) -> str:
    """The engine's distribution of seconds as the language writes it: "{exponential: {mean: 5s}}"."""
    if isinstance(value, _core.Constant):
        return show_seconds(value.value)
    if isinstance(value, _core.LogNormal):
        return f"{{lognormal: {{median: {show_seconds(value.median)}, sigma: {value.sigma:.4g}}}}}"
    if isinstance(value, _core.Exponential):
        return f"{{exponential: {{mean: {show_seconds(value.mean)}}}}}"
    shape = "uniform" if isinstance(value, _core.Uniform) else "log-uniform"
    return f"{{{shape}: {{low: {show_seconds(value.low)}, high: {show_seconds(value.high)}}}}}"
