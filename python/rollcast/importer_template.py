"""CloudFormation templates: what stands in one once its parameters, conditions and functions are resolved.

References to resources stay what they are, because only AWS knows their values. What cannot be known here (a
parameter without a value, another stack's output) is `Unknown`, and an error only where somebody reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rollcast.errors import Problems, nearest, shown
from rollcast.importer_fields import Unknown
from rollcast.yaml_source import Node

_TOLD = Unknown("")
_VARIABLE = re.compile(r"\$\{(!?)\s*([^}]+?)\s*\}")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")
_PSEUDO = {
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
}
_CONDITIONS = ("Condition", "Fn::And", "Fn::Equals", "Fn::Not", "Fn::Or")


@dataclass(frozen=True)
class Reference:
    """A resource of the template, or an attribute of one."""

    resource: str
    attribute: str = ""

    def __str__(self) -> str:
        return f"!GetAtt {self.resource}.{self.attribute}" if self.attribute else f"!Ref {self.resource}"


def is_template(document: Node) -> bool:
    """Whether it looks like one."""
    if not document.is_mapping or any(key in document.value for key in ("apiVersion", "version")):
        return False
    return "AWSTemplateFormatVersion" in document.value or document.get("Resources") is not None


def typed(node: Node) -> Node:
    """The same, but numbers and truth values are such even where they are written as texts."""
    if node.is_mapping:
        value = {key: child if key.endswith("Name") else typed(child) for key, child in node.value.items()}
        return Node(value, node.place, node.size, node.keys)
    if node.is_list:
        return Node([typed(child) for child in node.value], node.place, node.size)
    text = node.value
    if isinstance(text, str) and text.lower() in ("true", "false"):
        return Node(text.lower() == "true", node.place)
    if isinstance(text, str) and _NUMBER.fullmatch(text):
        return Node(float(text) if "." in text else int(text), node.place)
    return node


class Template:
    """One template with values for its parameters."""

    def __init__(self, document: Node, values: Mapping[str, str], problems: Problems) -> None:
        self._problems = problems
        self._values = values
        self._parameters = self._section(document, "Parameters")
        self._mappings = self._section(document, "Mappings")
        self._conditions = self._section(document, "Conditions")
        self._resources = self._section(document, "Resources")
        self._known: dict[str, Any] = {}  # values of parameters
        self._decided: dict[str, bool | Unknown | None] = {}  # of conditions; none: being evaluated
        self.place = document.place
        for name in values:
            if name not in self._parameters and name not in _PSEUDO:
                hint = nearest(name, self._parameters)
                problems.error(f'the template has no parameter "{name}"', self.place, hint)
        if not self._resources and not problems.errors:
            problems.error("expected Resources", self.place)

    def _section(self, document: Node, key: str) -> dict[str, Node]:
        node = document.get(key)
        if node is not None and not node.is_mapping:
            self._problems.error(f"expected a mapping, got {shown(node.value)}", node.place)
            return {}
        return dict(node.value) if node is not None else {}

    def resources(self, types: Mapping[str, Any]) -> dict[str, Node]:
        """By name, those of the types that are in force, resolved."""
        found = {}
        for name, node in self._resources.items():
            kind = node.get("Type")
            if kind is None or not isinstance(kind.value, str):
                message = "expected a resource with a Type" if kind is None else "expected a text as Type"
                self._problems.error(message, (kind or node).place)
            elif kind.value in types:
                if self._in_force(node):
                    found[name] = self.resolve(node)
            elif (hint := nearest(kind.value, types, cutoff=0.9)) and hint.rpartition("::")[
                0
            ] == kind.value.rpartition("::")[0]:
                self._problems.error(f"the type {shown(kind.value)} is not known", kind.place, hint)
        return found

    def _in_force(self, resource: Node) -> bool:
        name = resource.get("Condition")
        if name is None:
            return True
        holds = self._condition(Node({"Condition": name}, name.place))
        if isinstance(holds, Unknown):
            if holds.why:
                self._problems.error(f"cannot tell whether there is such a resource: {holds.why}", name.place)
            return False
        return holds

    def resolve(self, node: Node) -> Node:
        """The same without functions; keys and items that have no value (AWS::NoValue) are left out."""
        return self._resolve(node) or Node(None, node.place)

    def _resolve(self, node: Node) -> Node | None:
        """None for AWS::NoValue."""
        if node.is_list:
            items = [self._resolve(child) for child in node.value]
            return Node([item for item in items if item is not None], node.place)
        if not node.is_mapping:
            return node
        if len(node.value) == 1:
            ((key, argument),) = node.value.items()
            if key in _FUNCTIONS:
                return _FUNCTIONS[key](self, argument, node)
            if key in _CONDITIONS and (key != "Condition" or isinstance(argument.value, str)):
                return Node(self._condition(node), node.place)
            if key.startswith("Fn::"):
                return Node(Unknown(f"the value of {key} is known to AWS only"), node.place)
        children = {key: self._resolve(child) for key, child in node.value.items()}
        return Node(
            {key: child for key, child in children.items() if child is not None}, node.place, keys=node.keys
        )

    def _wrong(self, message: str, node: Node, hint: str | None = None) -> Node:
        self._problems.error(message, node.place, hint)
        return Node(_TOLD, node.place)

    # -- values by name

    def _ref(self, argument: Node, node: Node) -> Node | None:
        if not isinstance(argument.value, str):
            return self._wrong(f"expected a name, got {shown(argument.value)}", argument)
        return self._named(argument.value, node)

    def _named(self, name: str, node: Node) -> Node | None:
        if name == "AWS::NoValue":
            return None
        if name in self._parameters or name in _PSEUDO:
            return Node(self._parameter(name), node.place)
        if name in self._resources:
            return Node(Reference(name), node.place)
        hint = nearest(name, [*self._parameters, *self._resources, *_PSEUDO])
        return self._wrong(f'there is no parameter or resource "{name}"', node, hint)

    def _parameter(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = self._value_of(name)
        return self._known[name]

    def _value_of(self, name: str) -> Any:
        missing = Unknown(
            f"the parameter {name} has no value: give it one with --parameter {name}=VALUE, or under args"
        )
        given = self._values.get(name)
        declared = self._parameters.get(name)
        if declared is None:
            return missing if given is None else given
        kind_node, default = declared.get("Type"), declared.get("Default")
        kind = str(kind_node.value) if kind_node is not None else "String"
        if given is None and (default is None or kind.startswith("AWS::SSM::")):
            return missing
        place = declared.key_place("Default") if given is None else declared.place
        text = _text(default.value if given is None and default is not None else given)
        if (told := self._refused(name, text, declared)) is not None:
            self._problems.error(told, place)
            return _TOLD
        if "List<" in kind or kind == "CommaDelimitedList":
            return [Node(item.strip(), place) for item in text.split(",")]
        if kind != "Number":
            return text
        if not _NUMBER.fullmatch(text):
            self._problems.error(f"expected a number for the parameter {name}, got {shown(text)}", place)
            return _TOLD
        return float(text) if "." in text else int(text)

    def _refused(self, name: str, text: str, declared: Node) -> str | None:
        """Why a parameter may not have such a value."""
        allowed = declared.get("AllowedValues")
        if allowed is not None and allowed.is_list:
            words = [_text(item.value) for item in allowed.value]
            if text not in words:
                return f"expected one of {', '.join(words)} for the parameter {name}, got {shown(text)}"
        for key, sign, bound in (("MinValue", -1, "at least"), ("MaxValue", 1, "at most")):
            limit = declared.get(key)
            if limit is None or not (_NUMBER.fullmatch(text) and _NUMBER.fullmatch(_text(limit.value))):
                continue
            if sign * (float(text) - float(limit.value)) > 0:
                return f"expected {bound} {limit.value} for the parameter {name}, got {text}"
        return None

    def _get_att(self, argument: Node, node: Node) -> Node:
        if isinstance(argument.value, str):
            resource, _, attribute = argument.value.partition(".")
        elif argument.is_list and len(argument.value) == 2 and isinstance(argument.value[0].value, str):
            resource, attribute = argument.value[0].value, _text(argument.value[1].value)
        else:
            return self._wrong("expected a resource and an attribute", argument)
        if resource not in self._resources:
            return self._wrong(f'there is no resource "{resource}"', node, nearest(resource, self._resources))
        return Node(Reference(resource, attribute), node.place)

    # -- functions

    def _arguments(self, argument: Node, least: int, most: int) -> list[Node] | None:
        """Resolved; none where there is a problem, which was told."""
        resolved = self.resolve(argument)
        if resolved.is_list and least <= len(resolved.value) <= most:
            return list(resolved.value)
        expected = str(least) if least == most else f"{least} to {most}"
        self._wrong(f"expected a list of {expected} values, got {shown(resolved.value)}", argument)
        return None

    def _sub(self, argument: Node, node: Node) -> Node:
        own: dict[str, Node] = {}
        text = argument
        if argument.is_list and len(argument.value) == 2 and argument.value[1].is_mapping:
            text = argument.value[0]
            own = {key: self.resolve(child) for key, child in argument.value[1].value.items()}
        if not isinstance(text.value, str):
            return self._wrong("expected a text, or a text and a mapping", argument)
        parts: list[Any] = []
        at = 0
        for match in _VARIABLE.finditer(text.value):
            parts.append(text.value[at : match.start()])
            at = match.end()
            parts.append("${" + match[2] + "}" if match[1] else self._variable(match[2], own, node))
        parts.append(text.value[at:])
        return Node(_concatenated(parts), node.place)

    def _variable(self, name: str, own: dict[str, Node], node: Node) -> Any:
        if name in own:
            return own[name].value
        if "." in name and name not in self._parameters:
            return self._get_att(Node(name, node.place), node).value
        value = self._named(name, node)
        return "" if value is None else value.value

    def _join(self, argument: Node, node: Node) -> Node:
        arguments = self._arguments(argument, 2, 2)
        if arguments is None:
            return Node(_TOLD, node.place)
        delimiter, items = arguments
        if not items.is_list:
            return (
                Node(items.value, node.place)
                if _is_symbolic(items)
                else self._wrong("expected a list", items)
            )
        parts: list[Any] = []
        for index, item in enumerate(items.value):
            parts += [_text(delimiter.value), item.value] if index else [item.value]
        return Node(_concatenated(parts), node.place)

    def _split(self, argument: Node, node: Node) -> Node:
        arguments = self._arguments(argument, 2, 2)
        if arguments is None:
            return Node(_TOLD, node.place)
        delimiter, text = arguments
        if _is_symbolic(text):
            return Node(_opaque(text, "Fn::Split"), node.place)
        if not _text(delimiter.value):
            return self._wrong("expected a text to split at", delimiter)
        parts = _text(text.value).split(_text(delimiter.value))
        return Node([Node(part, node.place) for part in parts], node.place)

    def _select(self, argument: Node, node: Node) -> Node:
        arguments = self._arguments(argument, 2, 2)
        if arguments is None:
            return Node(_TOLD, node.place)
        index, items = arguments
        if _is_symbolic(items):
            return Node(_opaque(items, "Fn::Select"), node.place)
        if not items.is_list:
            return self._wrong(f"expected a list, got {shown(items.value)}", items)
        at = _text(index.value)
        if not at.isdecimal() or int(at) >= len(items.value):
            return self._wrong(
                f"expected a whole number below {len(items.value)}, got {shown(index.value)}", index
            )
        chosen: Node = items.value[int(at)]
        return Node(chosen.value, node.place)

    def _length(self, argument: Node, node: Node) -> Node:
        items = self.resolve(argument)
        return Node(len(items.value) if items.is_list else _opaque(items, "Fn::Length"), node.place)

    def _find_in_map(self, argument: Node, node: Node) -> Node:
        arguments = self._arguments(argument, 3, 4)
        if arguments is None:
            return Node(_TOLD, node.place)
        default = arguments[3].get("DefaultValue") if len(arguments) == 4 else None
        table = Node(dict(self._mappings), node.place)
        for what, key in zip(("mapping", "key", "key"), arguments[:3], strict=True):
            if _is_symbolic(key):
                return Node(_opaque(key, "Fn::FindInMap"), node.place)
            word = _text(key.value)
            found = table.get(word)
            if found is None:
                if default is not None:
                    return default
                words = table.value if table.is_mapping else ()
                return self._wrong(f'there is no {what} "{word}" in the Mappings', key, nearest(word, words))
            table = found
        return Node(self.resolve(table).value, node.place)

    def _if(self, argument: Node, node: Node) -> Node | None:
        if not argument.is_list or len(argument.value) != 3:
            return self._wrong("expected a condition and two values", argument)
        name, yes, no = argument.value
        holds = self._condition(Node({"Condition": name}, name.place))
        if isinstance(holds, Unknown):
            return Node(holds, node.place)
        return self._resolve(yes if holds else no)

    # -- conditions

    def _condition(self, node: Node) -> bool | Unknown:
        if not node.is_mapping or len(node.value) != 1:
            return self._no_condition(node)
        ((key, argument),) = node.value.items()
        if key == "Condition":
            return self._named_condition(argument)
        if key == "Fn::Equals":
            pair = self._arguments(argument, 2, 2)
            if pair is None:
                return _TOLD
            symbolic = next((each for each in pair if _is_symbolic(each)), None)
            if symbolic is not None:
                return _opaque(symbolic, "Fn::Equals")
            return _text(pair[0].plain()) == _text(pair[1].plain())
        if key not in ("Fn::And", "Fn::Or", "Fn::Not") or not argument.is_list or not argument.value:
            return self._no_condition(node)
        parts = [self._condition(part) for part in argument.value]
        if key == "Fn::Not":
            return parts[0] if isinstance(parts[0], Unknown) else not parts[0]
        decisive: bool = key == "Fn::Or"  # one such part decides
        if decisive in parts:
            return decisive
        unknown = next((part for part in parts if isinstance(part, Unknown)), None)
        return not decisive if unknown is None else unknown

    def _no_condition(self, node: Node) -> Unknown:
        self._wrong("expected a condition: Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition", node)
        return _TOLD

    def _named_condition(self, node: Node) -> bool | Unknown:
        name = node.value
        if not isinstance(name, str) or name not in self._conditions:
            hint = nearest(name, self._conditions) if isinstance(name, str) else None
            self._wrong(f"there is no condition {shown(name)}", node, hint)
            return _TOLD
        if name not in self._decided:
            self._decided[name] = None
            self._decided[name] = self._condition(self._conditions[name])
        decided = self._decided[name]
        if decided is None:
            self._wrong(f"the condition {name} depends on itself", node)
            return _TOLD
        return decided


_FUNCTIONS: dict[str, Callable[[Template, Node, Node], Node | None]] = {
    "Ref": Template._ref,
    "Fn::GetAtt": Template._get_att,
    "Fn::Sub": Template._sub,
    "Fn::Join": Template._join,
    "Fn::Split": Template._split,
    "Fn::Select": Template._select,
    "Fn::Length": Template._length,
    "Fn::FindInMap": Template._find_in_map,
    "Fn::If": Template._if,
}


def _is_symbolic(node: Node) -> bool:
    return isinstance(node.value, Reference | Unknown)


def _opaque(node: Node, function: str) -> Unknown:
    """What a function makes of something that is not known."""
    if isinstance(node.value, Unknown):
        return node.value
    return Unknown(f"{function} of {node.value} is known to AWS only")


def _concatenated(parts: list[Any]) -> Any:
    """A text; what one reference alone makes stays a reference, and others stay in the text as ${Name}."""
    parts = [part for part in parts if part != ""]
    if len(parts) == 1 and isinstance(parts[0], Reference):
        return parts[0]
    if unknown := next((part for part in parts if isinstance(part, Unknown)), None):
        return unknown
    return "".join(_text(part) for part in parts)


def _text(value: Any) -> str:
    """As CloudFormation writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Reference):
        name = f"{value.resource}.{value.attribute}" if value.attribute else value.resource
        return "${" + name + "}"
    if isinstance(value, float):
        return f"{value:.12g}"
    return "" if value is None else str(value)
