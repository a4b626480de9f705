"""A strategy of the user's own, in Python."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from rollcast import _core
from rollcast import scenario_model as language
from rollcast.errors import nearest, shown
from rollcast.lowering import Lowering


def python_strategy(lowering: Lowering, body: language.PythonModel, replicas: int, *path: str) -> Any:
    """The recipe; none where there is a problem.

    ``path``: where it stands.
    """
    if not lowering.allow_code:
        message = "this would run Python code of the scenario's"
        lowering.error(f"{message}; allow it with --allow-code, or load(..., allow_code=True)", *path)
        return None
    file = lowering.base / body.file
    if not file.is_file():
        lowering.error(f"{body.file}: there is no such file", *path, "file")
        return None
    source = file.read_bytes()
    try:
        module = _module(file, source)
    except Exception as error:  # whatever the user's code raises
        lowering.error(f"{body.file} cannot be run: {error!r}", *path, "file")
        return None
    made = getattr(module, body.class_, None)
    if not isinstance(made, type):
        classes = [name for name, value in vars(module).items() if isinstance(value, type)]
        message = f"{body.file} has no class {shown(body.class_)}"
        lowering.error(message, *path, "class", suggestion=nearest(body.class_, classes))
        return None
    if not callable(getattr(made, "decide", None)):
        lowering.error(f"expected a class with decide(self, seen), {body.class_} has none", *path, "class")
        return None
    analyses = {name: index for index, name in enumerate(lowering.model.analyses)}
    make = functools.partial(_make, made, replicas, analyses, dict(body.args))
    try:
        make(replicas)
    except Exception as error:  # the constructor is the user's, too
        lowering.error(f"{body.class_} cannot be made: {error!r}", *path)
        return None
    # Another text of the file is another strategy.
    said = "".join(f", {key}={value!r}" for key, value in sorted(body.args.items()))
    digest = hashlib.sha256(source).hexdigest()[:12]
    return _core.PythonStrategy(make, f"python({body.class_}, replicas={replicas}{said}, source={digest})")


def _make(made: type, replicas: int, analyses: dict[str, int], args: dict[str, Any], _before: int) -> Any:
    return made(replicas=replicas, analyses=analyses, **args)


def _module(file: Path, source: bytes) -> ModuleType:
    spec = importlib.util.spec_from_loader(f"rollcast_user_{file.stem}", loader=None, origin=str(file))
    assert spec is not None  # always there for a name that is given
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(file)
    exec(compile(source, str(file), "exec"), module.__dict__)
    return module
