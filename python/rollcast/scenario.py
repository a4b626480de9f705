"""Loads scenarios and manifests: from files to what the engine runs.

    loaded = load("checkout.yaml")
    loaded.model, loaded.strategy      # for the engine
    loaded.assumptions                 # every value that nobody gave

Bad input raises InputErrors, with everything that is wrong with it at once.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from rollcast.assumptions import Assumption, Assumptions
from rollcast.errors import InputError, InputErrors, Place, Problems, nearest, shown
from rollcast.importer import is_manifest, read_manifests, translate
from rollcast.scenario_model import ScenarioModel
from rollcast.yaml_source import Node, from_plain, overlay, read_file

PROFILE_KEYS = {
    "rate": ("traffic", "rate"),
    "p50": ("service", "p50"),
    "p99": ("service", "p99"),
    "errors": ("service", "errors"),
    "utilisation": ("service", "utilisation"),
}


# What a part may be instead of a mapping or number.
_WORDS = (
    ("TrafficModel", "shape", "constant"),
    ("TrafficModel", "retries", "none"),
    ("RetriesModel", "budget", "none"),
    ("ServiceModel", "cold", "none"),
    ("BalancingModel", "outlier_detection", "none"),
    ("BalancingModel", "locality", "none"),
)


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario that can be run."""

    name: str
    description: str
    model: Any
    """The `_core.Scenario`."""
    strategy: Any
    """The `_core.Strategy`."""
    assumptions: list[Assumption]
    """Every value that was assumed: its path in the scenario language, the value, and why."""
    warnings: list[str]
    """What the input says and the model leaves out."""
    source: Path | None
    """The file, if there is one."""
    tree: Node = field(repr=False, compare=False)
    """The scenario in the scenario language, manifests translated; assumed values are left out."""
    files: tuple[Path, ...] = ()
    """That it names: traces and code."""

    @cached_property
    def language(self) -> Mapping[str, Any]:
        """The same as plain data."""
        return {key: child.plain() for key, child in self.tree.value.items()}


def load(
    path: Path | str | Mapping[str, Any],
    *,
    overrides: Mapping[str, Any] | None = None,
    allow_code: bool = False,
) -> LoadedScenario:
    """Loads a scenario from its file or from a mapping of the scenario language, or a bare manifest.

    `overrides`: a mapping of the scenario language laid over it, such as ``{"traffic": {"rate": "2k/s"}}``.
    `allow_code`: a strategy in Python that the scenario names may be run.
    """
    with _AllErrors():
        if isinstance(path, Mapping):
            return _load(from_plain(dict(path), Place()), [], Path(), None, overrides, allow_code)
        documents = read_file(path)
        if documents and is_manifest(documents[0]):
            return _load(Node({}, Place()), documents, Path(), Path(path), overrides)
        own = _only_mapping(documents, str(path))
        return _load(own, [], Path(path).parent, Path(path), overrides, allow_code)


def load_manifest(
    paths: Path | str | Iterable[Path | str], profile: Mapping[str, Any] | None = None
) -> LoadedScenario:
    """Loads bare manifests. `profile`: rate, p50, p99, errors, utilisation, as on the command line."""
    files = [paths] if isinstance(paths, (PathLike, str)) else list(paths)
    overrides: dict[str, dict[str, Any]] = {}
    with _AllErrors():
        for key, value in (profile or {}).items():
            if key not in PROFILE_KEYS:
                raise InputError(f'there is no "{key}" in a profile', suggestion=nearest(key, PROFILE_KEYS))
            section, name = PROFILE_KEYS[key]
            if value is not None:
                overrides.setdefault(section, {})[name] = value
        documents = read_manifests(files)
        return _load(Node({}, Place()), documents, Path(), Path(files[0]) if files else None, overrides)


def reload(loaded: LoadedScenario, tree: Node, *, advise: bool = True) -> LoadedScenario:
    """The scenario as another tree of the language says it; `advise`: warn of guards that cannot work.

    Raises InputErrors.
    """
    base = loaded.source.parent if loaded.source else Path()
    # Code that the scenario names was allowed when it was loaded.
    with _AllErrors():
        return _finish(tree, base, loaded.source, Problems(), allow_code=True, advise=advise)


def restore(language: Mapping[str, Any], source: Path) -> LoadedScenario:
    """The scenario whose `language` this was, and whose file that. Raises InputErrors."""
    # Code that the scenario names was allowed when it was loaded.
    with _AllErrors():
        tree = from_plain(dict(language), Place())
        return _finish(tree, source.parent, source, Problems(), allow_code=True, advise=False)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the scenario language, for editors."""
    from rollcast.lower_release import PRIOR_NOTE, default_prior

    schema = ScenarioModel.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Rollcast scenario"
    for model, key, word in _WORDS:
        schema["$defs"][model]["properties"][key]["anyOf"].append({"const": word})
    faults = schema["properties"]["faults"]
    faults["anyOf"] = [{"$ref": faults.pop("$ref")}, {"const": "none"}]
    prior = schema["$defs"]["PriorModel"]
    defect = {"$ref": "#/$defs/DefectModel"}
    schema["properties"]["release"] = {
        "description": schema["properties"]["release"]["description"]
        + f" The default prior is {PRIOR_NOTE}. It says: {default_prior()}.",
        "default": "default",
        "anyOf": [
            {"enum": ["good", "default"]},
            {
                "type": "object",
                "properties": {"prior": {"const": "default"}},
                "required": ["prior"],
                "additionalProperties": False,
            },
            defect,
            {"type": "array", "items": defect, "minItems": 1},
            {key: prior[key] for key in ("type", "properties", "additionalProperties")},
        ],
    }
    return schema


class _AllErrors:
    """Turns a single InputError into InputErrors, so that callers catch one thing."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, InputError) and not isinstance(error, InputErrors):
            raise InputErrors([error]) from None


def _only_mapping(documents: list[Node], file: str) -> Node:
    if not documents:
        raise InputError("is empty; expected a scenario or a manifest", Place(file))
    if len(documents) > 1:
        raise InputError("expected one scenario in a file, found another document", documents[1].place)
    if not documents[0].is_mapping:
        expected = "a scenario (a mapping of keys such as manifest: and traffic:)"
        raise InputError(f"expected {expected}, got {shown(documents[0].value)}", documents[0].place)
    return documents[0]


def load_tree(tree: Node, places: Node, problems: Problems) -> LoadedScenario:
    """Loads a tree of the scenario language. ``places``: a part of it that knows its places."""
    return _finish(overlay(tree, places), Path(), None, problems)


def _load(
    own: Node,
    manifests: list[Node],
    base: Path,
    source: Path | None,
    overrides: Mapping[str, Any] | None,
    allow_code: bool = False,
) -> LoadedScenario:
    problems = Problems()
    tree = overlay(own, from_plain(dict(overrides or {}), Place()))
    manifests = manifests or _referred_manifests(tree, base, problems)
    if manifests:
        tree, outer = _without_around(tree)
        tree = _without_own_strategy(tree, problems, is_inside=outer is not None)
        args = tree.get("args")
        values = (
            {key: str(node.value) for key, node in args.value.items()} if args and args.is_mapping else {}
        )
        tree = overlay(translate(manifests, problems, values), tree)
        tree = _around(tree, outer)
    return _finish(tree, base, source, problems, allow_code)


def _finish(
    tree: Node,
    base: Path,
    source: Path | None,
    problems: Problems,
    allow_code: bool = False,
    advise: bool = True,
) -> LoadedScenario:
    from rollcast.lower import lower
    from rollcast.lowering import Lowering

    model = _validate(tree, base, problems)
    if model is None:
        raise InputErrors(problems.errors)
    name = model.name or (source.stem if source else "unnamed")
    assumed = Assumptions()
    lowering = Lowering(model, tree, base, assumed, problems, allow_code, advise)
    core, strategy = lower(lowering, name)
    problems.raise_errors()
    said = {key: child for key, child in tree.value.items() if key not in ("manifest", "args")}
    sections = list(ScenarioModel.model_fields)
    assumptions = sorted(assumed.items, key=lambda one: sections.index(re.split(r"[.[]", one.path)[0]))
    return LoadedScenario(
        name=name,
        description=model.description or "",
        model=core,
        strategy=strategy,
        assumptions=assumptions,
        warnings=problems.warnings,
        source=source,
        tree=Node(said, tree.place, keys=tree.keys),
        files=tuple(lowering.files),
    )


def _referred_manifests(tree: Node, base: Path, problems: Problems) -> list[Node]:
    node = tree.get("manifest")
    documents: list[Node] = []
    for item in (node.value if node.is_list else [node]) if node else []:
        if not isinstance(item.value, str):
            continue  # told by the validation
        try:
            documents += read_file(base / item.value)
        except InputError as error:
            unreadable = not error.place.line
            problems.errors.append(
                InputError(f"{item.value}: {error.message}", item.place, error.suggestion)
                if unreadable
                else error
            )
    return documents


def _without_around(tree: Node) -> tuple[Node, Node | None]:
    """What has no strategy inside goes around a manifest's: the two are taken apart."""
    strategy = tree.get("strategy")
    if strategy is None or not _is_around(strategy):
        return tree, None
    left = {key: child for key, child in tree.value.items() if key != "strategy"}
    return Node(left, tree.place, keys=tree.keys), strategy


def _is_around(strategy: Node) -> bool:
    from rollcast.lower_strategy import INSIDE_BY_KIND

    if not strategy.is_mapping or len(strategy.value) != 1:
        return False
    ((kind, said),) = strategy.value.items()
    if kind not in INSIDE_BY_KIND or not said.is_mapping:
        return False
    within = said.get(INSIDE_BY_KIND[kind])
    return within is None or _is_around(within)


def _around(tree: Node, outer: Node | None) -> Node:
    inner = tree.get("strategy")
    if outer is None or inner is None:
        return tree
    return Node({**tree.value, "strategy": _filled(outer, inner)}, tree.place, keys=tree.keys)


def _filled(outer: Node, inner: Node) -> Node:
    from rollcast.lower_strategy import INSIDE_BY_KIND

    ((kind, said),) = outer.value.items()
    key = INSIDE_BY_KIND[kind]
    within = said.get(key)
    body = {**said.value, key: inner if within is None else _filled(within, inner)}
    return Node({kind: Node(body, said.place, keys=said.keys)}, outer.place, keys=outer.keys)


def _without_own_strategy(tree: Node, problems: Problems, *, is_inside: bool) -> Node:
    """``is_inside``: what is around the manifest's strategy may look at analyses of its own."""
    refused = ("strategy",) if is_inside else ("strategy", "analyses")
    own = [key for key in refused if tree.get(key) is not None]
    for key in own:
        problems.error(
            f"may not be given beside a manifest, which has its own {key}", tree.locate((key,), key=True)
        )
    return Node(
        {key: child for key, child in tree.value.items() if key not in own}, tree.place, keys=tree.keys
    )


# --- what pydantic says, said for people ----------------------------------------------------------------

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "string_type": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dataclass_type": "a mapping",
}


def _validate(tree: Node, base: Path, problems: Problems) -> ScenarioModel | None:
    try:
        return ScenarioModel.model_validate(_without_empty(tree.plain()), context={"base": base})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _explain(detail, tree, problems)
        return None


def _without_empty(value: Any) -> Any:
    """Keys without a value say nothing: ``service:`` alone is as if it were not there."""
    if isinstance(value, dict):
        return {key: _without_empty(item) for key, item in value.items() if item is not None}
    return value


def _explain(detail: Any, tree: Node, problems: Problems) -> None:
    kind, loc, context, given = detail["type"], detail["loc"], detail.get("ctx", {}), detail["input"]
    if kind == "rollcast":
        below, suggestion = context["path"], context["suggestion"]
        place = _locate(tree, (*loc, *below), key=bool(below and suggestion))  # a wrong word is a wrong key
        problems.error(context["message"], place, suggestion)
    elif kind == "extra_forbidden":
        words = _fields_at(loc[:-1])
        key = str(loc[-1])
        problems.error("unknown key", _locate(tree, loc, key=True), nearest(key, words))
    elif kind == "missing":
        problems.error(f"expected the key {loc[-1]}", _locate(tree, loc[:-1]))
    elif kind == "literal_error":
        expected = context["expected"].replace("'", "")
        words = [word.strip() for word in expected.replace(" or ", ", ").split(",")]
        hint = nearest(given, words) if isinstance(given, str) else None
        problems.error(f"expected {expected}, got {shown(given)}", _locate(tree, loc), hint)
    elif kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        side = "at least" if kind == "greater_than_equal" else "at most"
        problems.error(f"expected {side} {bound}, got {shown(given)}", _locate(tree, loc))
    elif kind in ("too_short", "too_long"):
        side, bound = (
            ("at least", context.get("min_length"))
            if kind == "too_short"
            else ("at most", context.get("max_length"))
        )
        problems.error(f"expected {side} {bound} of them", _locate(tree, loc))
    elif kind in _EXPECTED:
        problems.error(f"expected {_EXPECTED[kind]}, got {shown(given)}", _locate(tree, loc))
    else:
        problems.error(detail["msg"], _locate(tree, loc))


def _locate(tree: Node, loc: tuple[str | int, ...], *, key: bool = False) -> Place:
    """The place of a path, with the path itself where the text has no place of its own."""
    place = tree.locate(loc, key=key)
    return place if place.path or not loc else place.child(str(loc[0]))


def keys_at(loc: tuple[str | int, ...]) -> list[str]:
    """The keys that the mapping at a path of the scenario language may have; none: not known, or no mapping.

    What is said of a release is rewritten before it is read.
    """
    return [] if loc[:1] == ("release",) else _fields_at(loc)


def _fields_at(loc: tuple[str | int, ...]) -> list[str]:
    here: Any = ScenarioModel
    for step in loc:
        if typing.get_origin(here) is dict:
            here = typing.get_args(here)[1]
            continue
        for model in _models_of(here):
            if isinstance(step, str) and step in model.model_fields:
                here = model.model_fields[step].annotation
                break
    models = list(_models_of(here))
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _models_of(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field holds: itself, or those of a list, a mapping or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif typing.get_origin(annotation) in (typing.Union, types.UnionType, list, dict, typing.Annotated):
        for argument in typing.get_args(annotation):
            yield from _models_of(argument)
