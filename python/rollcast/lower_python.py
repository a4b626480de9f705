"""Code of the user's own in Python: a strategy (a class or a runbook), or a guard."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast.errors import nearest, shown
from rollcast.lowering import Lowering
from rollcast.own_guard import Adapter
from rollcast.runbook import follow, is_over_locations

_FITS: dict[str, Callable[[Any], bool]] = {"class": inspect.isclass, "function": inspect.isfunction}


def python_strategy(
    lowering: Lowering,
    body: language.PythonModel,
    replicas: int,
    *path: str,
    locations: Mapping[str, int] | None = None,
) -> Any:
    """The recipe; none where there is a problem.

    ``path``: where it stands. ``locations``: the replicas in each, where it may lead them all.
    """
    if not _is_allowed(lowering, *path):
        return None
    if (body.class_ is None) == (body.function is None):
        lowering.error("expected one of class or function", *path)
        return None
    found = _run(lowering, body.file, *path, "file")
    if found is None:
        return None
    module, digest = found
    key, name = ("class", body.class_) if body.class_ is not None else ("function", body.function or "")
    made = getattr(module, name, None)
    if not _FITS[key](made):
        others = [other for other, value in vars(module).items() if _FITS[key](value)]
        message = f"{body.file} has no {key} {shown(name)}"
        lowering.error(message, *path, key, suggestion=nearest(name, others))
        return None
    if key == "class" and not callable(getattr(made, "decide", None)):
        lowering.error(f"expected a class with decide(self, seen), {name} has none", *path, "class")
        return None
    if key == "function" and not inspect.isgeneratorfunction(made):
        message = f"expected a function that yields its steps, {name} has no yield"
        lowering.error(message, *path, "function")
        return None
    if is_over_locations(made) and locations is None and lowering.model.locations:
        lowering.error(f"{name} leads all locations: nothing can be around it", *path, key)
        return None
    analyses = {name: index for index, name in enumerate(lowering.model.analyses)}
    try:
        make = maker(made, replicas, analyses, dict(body.args), locations)
    except Exception as error:  # the constructor is the user's, too
        lowering.error(f"{name} cannot be made: {error!r}", *path)
        return None
    # Another text of the file is another strategy.
    said = "".join(f", {key}={value!r}" for key, value in sorted(body.args.items()))
    identity = f"python({name}, replicas={replicas}{said}, source={digest})"
    return _core.PythonStrategy(make, identity, is_over_locations(made))


def maker(
    made: Any,
    replicas: int,
    analyses: dict[str, int],
    args: dict[str, Any],
    locations: Mapping[str, int] | None = None,
) -> Callable[[Mapping[str, int]], Any]:
    """What makes a controller for each rollout, of a class or a runbook. Raises what they raise.

    ``locations``: the replicas in each, where there are several; for what leads them all.
    """
    places = dict(locations or {"": replicas}) if is_over_locations(made) else {}
    if inspect.isgeneratorfunction(made):
        return follow(made, replicas, analyses, args, places)
    if places:
        args = {**args, "locations": places}
    make = functools.partial(_make, made, replicas, analyses, args)
    make({})
    return make


def python_guard(
    lowering: Lowering, name: str, vantage: Any, window: float, baseline: Any, *path: str | int
) -> Callable[[list[float]], Any] | None:
    """From the latency buckets to the source; none where there is a problem.

    ``name``: "guards.py:too_many_errors"; ``path``: where it stands.
    """
    file, _, function = name.rpartition(":")
    if not file or not function:
        message = (
            f"expected a file and a function of it, such as guards.py:too_many_errors, got {shown(name)}"
        )
        lowering.error(message, *path)
        return None
    if not _is_allowed(lowering, *path):
        return None
    found = _run(lowering, file, *path)
    if found is None:
        return None
    module, digest = found
    judge = getattr(module, function, None)
    if not callable(judge):
        functions = [name for name, value in vars(module).items() if callable(value)]
        lowering.error(
            f"{file} has no function {shown(function)}", *path, suggestion=nearest(function, functions)
        )
        return None
    identity = f"{function}, source={digest}"

    def check(buckets: list[float]) -> Any:
        guard = _core.PythonGuard(Adapter(judge, tuple(buckets)), identity)
        return _core.OwnCheck(guard=guard, vantage=vantage, window=window, baseline=baseline)

    return check


def _is_allowed(lowering: Lowering, *path: str | int) -> bool:
    if not lowering.allow_code:
        message = "this would run Python code of the scenario's"
        lowering.error(f"{message}; allow it with --allow-code, or load(..., allow_code=True)", *path)
    return lowering.allow_code


def _run(lowering: Lowering, name: str, *path: str | int) -> tuple[ModuleType, str] | None:
    """The module that a file makes, and what tells it from another text; none where there is a problem."""
    file = lowering.file(name)
    if not file.is_file():
        lowering.error(f"{name}: there is no such file", *path)
        return None
    source = file.read_bytes()
    try:
        return _module(file, source), hashlib.sha256(source).hexdigest()[:12]
    except Exception as error:  # whatever the user's code raises
        lowering.error(f"{name} cannot be run: {error!r}", *path)
        return None


def _make(
    made: type, replicas: int, analyses: dict[str, int], args: dict[str, Any], _before: Mapping[str, int]
) -> Any:
    return made(replicas=replicas, analyses=analyses, **args)


def _module(file: Path, source: bytes) -> ModuleType:
    spec = importlib.util.spec_from_loader(f"rollcast_user_{file.stem}", loader=None, origin=str(file))
    assert spec is not None  # always there for a name that is given
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(file)
    exec(compile(source, str(file), "exec"), module.__dict__)
    return module
