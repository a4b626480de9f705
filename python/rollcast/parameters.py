"""Parameters of a scenario by their paths: "traffic.rate", "strategy.canary.steps[1].pause"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rollcast.errors import InputError, Place, join_path, listed, nearest, path_steps, shown
from rollcast.scenario import LoadedScenario, keys_at, load, reload
from rollcast.yaml_source import Node, from_plain

if TYPE_CHECKING:
    from rollcast.study import Forecast, Source

Steps = tuple[str | int, ...]


def with_values(
    source: Source,
    values: Mapping[str, Any],
    places: Mapping[str, Place] | None = None,
    *,
    advise: bool = True,
) -> LoadedScenario:
    """The scenario with other values of some parameters, in the words of the scenario language.

    A path may count entries of lists as steps[1] or steps.1, and leave out the kind of the strategy:
    ``with_values("canary.yaml", {"traffic.rate": "2k/s", "strategy.steps.1.pause": "5m"})``. `places`: where
    a value was said, for messages. `advise`: warn of guards that cannot work, which takes a while. Raises
    InputErrors, with the place in the scenario of a path that names no parameter.
    """
    loaded = source if isinstance(source, LoadedScenario) else load(source)
    tree = loaded.tree
    for path, value in values.items():
        place = (places or {}).get(path, Place(path=path))
        tree = _replaced(tree, resolve(loaded, path, tree), from_plain(value, place))
    return reload(loaded, tree, advise=advise)


def evaluate(source: Source, values: Mapping[str, Any], **options: Any) -> Forecast:
    """Forecasts the scenario with these values of its parameters. `options`: as of rollcast.forecast."""
    from rollcast.study import forecast

    return forecast(with_values(source, values), **options)


def resolve(loaded: LoadedScenario, path: str, tree: Node | None = None) -> Steps:
    """The way to a parameter, which the scenario says or might say. Raises InputError with the nearest one.

    ``tree``: what the scenario says, if not what was loaded.
    """
    tree = loaded.tree if tree is None else tree
    here: Node | None = tree
    steps: Steps = ()
    wanted = path_steps(path)
    if not wanted:
        raise InputError("expected the path of a parameter such as traffic.rate, got nothing")
    for index, step in enumerate(wanted):
        if here is not None and here.is_list:
            if not isinstance(step, int) or step >= len(here.value):
                entries = "1 entry, [0]" if len(here.value) == 1 else f"{len(here.value)} entries"
                raise _unknown(path, tree, steps, f"this list has {entries}")
        elif isinstance(step, int):
            raise _unknown(path, tree, steps, "this is no list" if here else "the scenario says no list here")
        else:
            known = keys_at(steps)
            said = list(here.value) if here is not None and here.is_mapping else []
            if steps == ("strategy",) and step not in said and len(said) == 1:
                kind = said[0]
                assert here is not None  # it said the kind
                inner = here.value[kind]
                words = [*(inner.value if inner.is_mapping else []), *keys_at((*steps, kind))]
                if step in words or step not in known:
                    steps, here, known, said = (*steps, kind), inner, words, words
            if step not in said and step not in known:
                if known:
                    raise _unknown(path, tree, steps, "", str(step), [*said, *known], wanted[index + 1 :])
                if here is not None and not here.is_mapping:
                    raise _unknown(path, tree, steps, f"this is {shown(here.value)}, which has no parts")
        steps = (*steps, step)
        here = _child(here, step)
    return steps


def paths_of(tree: Node, path: str = "") -> Iterator[str]:
    """The paths of everything that a scenario says and that has no parts."""
    if tree.is_mapping:
        for key, child in tree.value.items():
            yield from paths_of(child, join_path(path, key))
    elif tree.is_list:
        for index, child in enumerate(tree.value):
            yield from paths_of(child, join_path(path, index))
    else:
        yield path


def _child(here: Node | None, step: str | int) -> Node | None:
    if here is None or not (here.is_list or here.is_mapping):
        return None
    child: Node | None = here.value[step] if isinstance(step, int) else here.value.get(step)
    return child


def _unknown(
    path: str,
    tree: Node,
    steps: Steps,
    why: str,
    word: str = "",
    words: list[str] | None = None,
    rest: list[str | int] | None = None,
) -> InputError:
    around = ""
    for step in steps:
        around = join_path(around, step)
    place = tree.locate(steps)
    message = f"there is no parameter {shown(path)}"
    elsewhere = [each for each in paths_of(tree) if each.endswith(f".{path}")]
    near = nearest(word, words or [])
    if elsewhere:
        suggestion: str | None = elsewhere[0]
    elif near is not None:
        suggestion = join_path(around, near)
        for step in rest or []:
            suggestion = join_path(suggestion or "", step)
    else:
        suggestion = nearest(path, paths_of(tree))
    if why:
        message += f": {why}"
    elif suggestion is None:
        message += f": expected one of {listed(dict.fromkeys(words or []))}"
        message += f" under {around}" if around else ""
    return InputError(message, Place(place.file, place.line, place.column, around), suggestion)


def _replaced(node: Node | None, steps: Steps, value: Node) -> Node:
    """The tree with another value at a place; nothing else is copied but the way there."""
    if not steps:
        return value
    step, *rest = steps
    inner = _replaced(_child(node, step), tuple(rest), value)
    if node is not None and node.is_list:
        return Node([inner if index == step else child for index, child in enumerate(node.value)], node.place)
    said = node.value if node is not None and node.is_mapping else {}
    place = node.place if node is not None else value.place
    return Node({**said, str(step): inner}, place, keys=node.keys if node is not None else {})
