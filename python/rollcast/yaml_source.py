"""Reads YAML (and JSON, which is YAML) into a tree that knows where each part stands in its file.

Scalars are read as Kubernetes reads them (YAML 1.1: ``yes`` and ``on`` are true), except that dates and
numbers to the base 60 (``1:30``) stay text. Keys are always text. Aliases and merge keys are followed; a tree
that would be huge when written out is refused before it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import Any

import yaml

from rollcast.errors import InputError, Place, join_path, nearest

LARGEST_FILE = 4 * 1024 * 1024  # bytes
MOST_NODES = 100_000  # with aliases written out
DEEPEST = 64
_TOO_DEEP = f"is nested more than {DEEPEST} levels deep"

# The short forms of CloudFormation's intrinsic functions, which only its templates may use.
_SHORT_FORMS = {"!Ref": "Ref", "!Condition": "Condition"} | {
    f"!{name}": f"Fn::{name}"
    for name in (
        "And", "Base64", "Cidr", "Equals", "FindInMap", "GetAZs", "GetAtt", "If", "ImportValue", "Join",
        "Length", "Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform",
    )
}  # fmt: skip

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.SafeLoader("")
_EXPONENT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufeff\uff00-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Node:
    """A mapping of nodes, a list of nodes or a scalar. Nodes are shared where the text has aliases."""

    value: Any
    place: Place
    size: int = 1  # nodes below and including this one
    keys: dict[str, Place] = field(default_factory=dict)  # of a mapping: where each stands, as far as known

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def get(self, key: str) -> Node | None:
        """The node under a key of a mapping; none where there is no such key or it holds nothing."""
        child = self.value.get(key) if self.is_mapping else None
        return None if child is None or child.value is None else child

    def key_place(self, key: str) -> Place:
        return self.keys.get(key) or self.place.child(key)

    def plain(self) -> Any:
        """The same as dicts, lists and scalars."""
        if self.is_mapping:
            return {key: child.plain() for key, child in self.value.items()}
        if self.is_list:
            return [child.plain() for child in self.value]
        return self.value

    def locate(self, path: tuple[str | int, ...], *, key: bool = False) -> Place:
        """Where the part at ``path`` stands, or the nearest part around it. ``key``: the place of its key."""
        node, place = self, self.place
        for step in path:
            if node.is_mapping and isinstance(step, str) and step in node.value:
                place = node.key_place(step)
                node = node.value[step]
                if not key or step != path[-1]:
                    place = node.place
            elif node.is_list and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                place = node.place
        return place


def from_plain(value: Any, place: Place) -> Node:
    """A tree of Python data, whose parts stand where the whole does."""
    if isinstance(value, Node):
        return value
    if isinstance(value, dict):
        children: Any = {str(key): from_plain(child, place.child(str(key))) for key, child in value.items()}
        return Node(children, place)
    if isinstance(value, (list, tuple)):
        return Node([from_plain(child, place.child(index)) for index, child in enumerate(value)], place)
    return Node(value, place)


def overlay(below: Node, above: Node) -> Node:
    """``above`` laid over ``below``: mappings are merged key by key, anything else but nothing replaces."""
    if not (below.is_mapping and above.is_mapping):
        return above
    value = dict(below.value)
    for key, child in above.value.items():
        if child.value is not None or key not in value:
            value[key] = overlay(value[key], child) if key in value else child
    place = above.place if above.place.line else below.place
    return Node(value, place, keys={**below.keys, **above.keys})


def read_file(path: PathLike[str] | str) -> list[Node]:
    """The documents of a YAML file, empty ones left out."""
    return read_text(read_bytes(path), str(path))


def read_bytes(path: PathLike[str] | str) -> str:
    """The text of a file that may be missing, a directory, enormous or no text at all."""
    path = Path(path)
    place = Place(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        neighbours = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise InputError("there is no such file", place, nearest(path.name, neighbours)) from None
    except IsADirectoryError:
        raise InputError("is a directory; expected a YAML file", place) from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}", place) from None
    if len(data) > LARGEST_FILE:
        raise InputError(
            f"is larger than {LARGEST_FILE // 1024**2} MiB; expected a scenario or a manifest", place
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        message = f"expected UTF-8 text, found the byte 0x{data[error.start]:02x}"
        raise InputError(message, Place(str(path), line, column)) from None


def read_text(text: str, file: str = "<text>") -> list[Node]:
    """The documents of a YAML text, empty ones left out."""
    if bad := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        message = f"expected text, found the control character U+{ord(bad.group()):04X}"
        raise InputError(message, Place(file, line, column))
    loader = _LOADER(text)
    try:
        return [node for node in _Reader(loader, file).documents() if node.value is not None]
    except yaml.MarkedYAMLError as error:
        raise InputError(*_explain(error, text, file)) from None
    except yaml.YAMLError as error:
        raise InputError(f"is not valid YAML: {error}", Place(file)) from None
    finally:
        loader.dispose()


def _explain(error: yaml.MarkedYAMLError, text: str, file: str) -> tuple[str, Place]:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"is not valid YAML: {error.problem}", Place(file)
    place = Place(file, mark.line + 1, mark.column + 1)
    lines = text.split("\n")
    if mark.line < len(lines) and lines[mark.line][mark.column : mark.column + 1] == "\t":
        return "found a tab; YAML is indented with spaces only", place
    if error.problem == "exceeded maximum nesting depth":  # of the scanner itself, far beyond ours
        return _TOO_DEEP, place
    if error.problem == "found character that cannot start any token":
        return (
            f"is not valid YAML: a value that begins with {lines[mark.line][mark.column]} has to be quoted",
            place,
        )
    context = f" {error.context}" if error.context else ""
    start = error.context_mark
    if context and start is not None and start.line != mark.line:
        context += f" that begins in line {start.line + 1}"
    return f"is not valid YAML: {error.problem}{context}", place


class _Reader:
    """Builds the tree from the parser's events: no recursion that the input could exhaust."""

    def __init__(self, loader: Any, file: str) -> None:
        self._loader = loader
        self._file = file
        self._anchors: dict[str, Node] = {}
        self._short_forms: list[tuple[str, Place]] = []

    def documents(self) -> Iterator[Node]:
        while True:
            event = self._loader.get_event()
            if isinstance(event, yaml.StreamEndEvent):
                return
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                self._short_forms.clear()
                document = self._node(self._loader.get_event(), "", 0)
                if self._short_forms and document.get("Resources") is None:
                    tag, place = self._short_forms[0]
                    raise InputError(f"the tag {tag} is not known here", place)
                yield document

    def _place(self, event: Any, path: str) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1, path)

    def _node(self, event: Any, path: str, depth: int) -> Node:
        place = self._place(event, path)
        if depth > DEEPEST:
            raise InputError(_TOO_DEEP, replace(place, path=""))
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise InputError(
                    f"*{event.anchor} refers to an anchor that is not complete before it",
                    place,
                    nearest(str(event.anchor), self._anchors),
                )
            return self._anchors[event.anchor]
        if isinstance(event, yaml.ScalarEvent):
            is_short = event.tag in _SHORT_FORMS
            node = Node(event.value if is_short else self._scalar(event, place), place)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(place, depth)
        else:
            node = self._mapping(place, depth)
        if event.tag in _SHORT_FORMS:
            self._short_forms.append((event.tag, place))
            key = _SHORT_FORMS[event.tag]
            node = Node({key: node}, place, node.size + 1, {key: place})
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _grow(self, node: Node, child: Node, place: Place) -> None:
        node.size += child.size
        if node.size > MOST_NODES:
            message = f"holds more than {MOST_NODES:,} values once its aliases are written out"
            raise InputError(message, replace(place, path=""))

    def _sequence(self, place: Place, depth: int) -> Node:
        node = Node([], place)
        while not isinstance(event := self._loader.get_event(), yaml.SequenceEndEvent):
            path = join_path(place.path, len(node.value))
            child = self._node(event, path, depth + 1)
            self._grow(node, child, self._place(event, path))
            node.value.append(child)
        return node

    def _mapping(self, place: Place, depth: int) -> Node:
        node = Node({}, place)
        merged: list[Node] = []
        while not isinstance(event := self._loader.get_event(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refuse_key(event, place.path)
            key = event.value
            path = join_path(place.path, key)
            key_place = self._place(event, path)
            child_event = self._loader.get_event()
            child = self._node(child_event, path, depth + 1)
            self._grow(node, child, self._place(child_event, path))
            if key == "<<" and event.implicit[0]:
                merged += child.value if child.is_list else [child]
                continue
            if key in node.keys:
                raise InputError(f'"{key}" was already given in line {node.keys[key].line}', key_place)
            node.value[key] = child
            node.keys[key] = key_place
        for other in merged:
            if not other.is_mapping:
                raise InputError("expected a mapping to merge with <<", other.place)
            node.value = {**other.value, **node.value}
            node.keys = {**other.keys, **node.keys}
        return node

    def _refuse_key(self, event: Any, path: str) -> InputError:
        if isinstance(event, yaml.MappingStartEvent):
            message = "expected a word as key, found a mapping; text that begins with {{ has to be quoted"
        else:
            message = "expected a word as key, found a list or an alias"
        return InputError(message, self._place(event, path))

    def _scalar(self, event: Any, place: Place) -> Any:
        text = event.value
        if event.tag and event.tag not in ("!", "tag:yaml.org,2002:str"):
            tag = event.tag
            if not tag.startswith("tag:yaml.org,2002:"):
                raise InputError(f"the tag {tag} is not known here", place)
        elif not event.implicit[0]:
            return text
        else:
            tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
        kind = tag.rsplit(":", 1)[-1]
        try:
            if kind == "null":
                return None
            if kind == "bool":
                return yaml.SafeLoader.bool_values[text.lower()]
            if kind in ("int", "float") and ":" not in text:
                construct = getattr(_RESOLVER, f"construct_yaml_{kind}")
                return construct(yaml.ScalarNode(tag, text))
        except (ValueError, KeyError):
            raise InputError(f'"{text}" is no {kind}', place) from None
        return float(text) if _EXPONENT.fullmatch(text) else text
