"""What all parts of the lowering share: the scenario, the places of its parts, and where to record what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from rollcast import _core
from rollcast.assumptions import Assumptions
from rollcast.errors import Problems
from rollcast.scenario_model import ScenarioModel
from rollcast.scenario_random import Distribution
from rollcast.units import show_fraction, show_seconds
from rollcast.yaml_source import Node

_MOST_SHOWN = 8  # values of an empirical distribution


@dataclass(frozen=True)
class Lowering:
    """A scenario on its way to the engine. Problems are added, not raised, so that all are found."""

    model: ScenarioModel
    tree: Node  # where each part of the scenario stands
    base: Path  # paths of files are relative to it
    assumed: Assumptions
    problems: Problems
    allow_code: bool = False  # of the user's own, in Python
    advise: bool = True  # warn of guards that cannot work
    files: list[Path] = field(default_factory=list)  # that the scenario names, as they are read

    def error(self, message: str, *path: str | int, suggestion: str | None = None, key: bool = False) -> None:
        """``key``: the place of the key at ``path``, not of its value."""
        self.problems.error(message, self.tree.locate(path, key=key), suggestion)

    def warn(self, message: str, *path: str | int) -> None:
        self.problems.warn(message, self.tree.locate(path))

    def file(self, name: str) -> Path:
        """A file that the scenario names."""
        path = self.base / name
        self.files.append(path)
        return path

    def choose(self, given: Any, path: str, default: Any, why: str, show: Callable[[Any], str] = str) -> Any:
        """What was given; otherwise the default, recorded as an assumption."""
        return self.assumed.choose(given, path, default, why, show)

    def off(self, given: BaseModel, path: str, why: str) -> None:
        """Records that there is none of it, unless that was said."""
        if path.rpartition(".")[2] not in given.model_fields_set:
            self.assumed.add(path, "none", why)

    def fill(self, core: Any, given: Any, section: str, defaults: Iterable[Default]) -> None:
        """Sets members of a struct of the engine from a part of the scenario; records what is not said."""
        for default in defaults:
            member = default.member or default.key
            otherwise = getattr(core, member) if default.value is None else default.value
            path = f"{section}.{default.key}"
            value = _as_core(getattr(given, default.key, None))
            setattr(core, member, self.choose(value, path, otherwise, default.why, default.show))


def in_words(path: tuple[str | int, ...]) -> str:
    """ "locations[1].faults"."""
    words = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return words.removeprefix(".")


def take(core: Any, given: Any, *keys: str) -> None:
    """Sets members of a struct of the engine that the scenario gives; what it leaves out is not recorded."""
    for key in keys:
        if (value := _as_core(getattr(given, key))) is not None:
            setattr(core, key, value)


def _as_core(value: Any) -> Any:
    return distribution(value) if isinstance(value, Distribution) else value


def core_amount(given: str | int) -> Any:
    """ "25%" or 3 as the engine has it."""
    return _core.parse_amount(given) if isinstance(given, str) else _core.Amount(value=given, percent=False)


@dataclass(frozen=True)
class Default:
    """What a member is when the scenario does not say, and why."""

    key: str
    why: str
    show: Callable[[Any], str] = str
    value: Any = None  # none: the engine's own default
    member: str = ""  # of the engine's struct, where it is not called like the key


def distribution(value: Distribution) -> Any:
    """As the engine has it."""
    return getattr(_core, value.kind)(**value.parameters)


def show_distribution(value: Any) -> str:
    """The engine's distribution of seconds as the language writes it: "{exponential: {mean: 5s}}"."""
    match value:
        case _core.Constant():
            return show_seconds(value.value)
        case _core.Exponential():
            return _shown("exponential", mean=show_seconds(value.mean))
        case _core.LogNormal():
            return _shown("lognormal", median=show_seconds(value.median), sigma=f"{value.sigma:.4g}")
        case _core.Weibull():
            return _shown("weibull", scale=show_seconds(value.scale), shape=f"{value.shape:.4g}")
        case _core.Erlang():
            return _shown("erlang", shape=str(value.shape), mean=show_seconds(value.mean))
        case _core.HyperExponential():
            first, second = show_seconds(value.first_mean), show_seconds(value.second_mean)
            return _shown("hyperexponential", p=show_fraction(value.p), first=first, second=second)
        case _core.Empirical():
            return _shown("empirical", values=_shown_values(value.values))
    shape = "uniform" if isinstance(value, _core.Uniform) else "log-uniform"
    return _shown(shape, low=show_seconds(value.low), high=show_seconds(value.high))


def _shown(kind: str, /, **parameters: str) -> str:
    return f"{{{kind}: {{{', '.join(f'{key}: {text}' for key, text in parameters.items())}}}}}"


def _shown_values(values: Sequence[float]) -> str:
    """All, or the ends of many."""
    texts = [show_seconds(value) for value in values]
    if len(texts) > _MOST_SHOWN:
        texts[2:-2] = [f"... {len(texts) - 4:,} more ..."]
    return f"[{', '.join(texts)}]"
