"""Writes the catalogue of strategies, strategies/README.md, from the scenario language and the headers.

python python/catalogue.py > strategies/README.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rollcast.errors import listed
from rollcast.scenario_model import StrategyModel

HEADERS = Path(__file__).parents[1] / "strategies/rollcast/strategies"
INTRODUCTION = """\
# The catalogue of strategies

What a scenario may say under `strategy:`, which platform each follows, and where it deviates. Written by
`make catalogue` from `python/rollcast/scenario_model.py` and the headers here: change those, not this.

Times are written as `30s`, `5m` or `1h30m` (a bare number is seconds), shares as `5%` or `0.05`, amounts as a
count or as a percentage of the replicas.
"""
_DEFAULT = re.compile(r" *(?:(?P<whose>\w+)(?:'s|') d|\bD|(?<=: )d)efault: (?P<value>[^.]*(?:\.\d[^.]*)*)\.")
_WORDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "`true` or `false`"}


def page() -> str:
    """The whole page."""
    schema = StrategyModel.model_json_schema(by_alias=True)
    parts = schema["$defs"]
    words = parts["StrategyModel"]["properties"]
    lines = [INTRODUCTION, "| strategy | is |", "| --- | --- |"]
    lines += [f"| [`{word}`](#{word}) | {told['description']} |" for word, told in words.items()]
    shared: dict[str, str] = {}  # the parts that were met, and what they are called
    for word, told in words.items():
        model = parts[_reference(told)]
        lines += ["", f"## `{word}`", "", _one_line(model["description"]), "", *_origin(word)]
        lines += _table(model, parts, shared)
    lines += ["", "## Parts", ""]
    done: set[str] = set()
    while left := [name for name in shared if name not in done]:
        for name in left:
            done.add(name)
            told = _one_line(parts[name]["description"])
            lines += [f"### {shared[name]}", "", told, "", *_table(parts[name], parts, shared), ""]
    return "\n".join(lines).rstrip() + "\n"


def _origin(word: str) -> Iterator[str]:
    """What the strategy's headers say of its platform and of where it deviates."""
    headers = _headers(word)
    for header, told in headers.items():
        prefix = f"[`{header}`](rollcast/strategies/{header}): " if len(headers) > 1 else ""
        semantics = re.search(r"Semantics: (.*?)[.;](?:\s|$)", told, re.DOTALL)
        deviates = re.search(r"Where it (deviates.*?)(?:\n\n|$)", told, re.DOTALL)
        follows = f"Follows {_one_line(semantics[1])}." if semantics else "Follows no platform."
        yield f"{prefix}{follows}"
        if deviates:
            yield f"It {_one_line(deviates[1])}"
        elif semantics:
            yield "No deviation is known."
        yield ""


def _headers(word: str) -> dict[str, str]:
    """The opening comments of the headers that are a word's own, or else of those that begin with it."""
    told = {path.name: _opening(path) for path in sorted(HEADERS.glob("*.h"))}
    told = {name: text for name, text in told.items() if not name.endswith("_rules.h")}
    own = {name: text for name, text in told.items() if re.fullmatch(rf"{word}(_\w+)?\.h", name)}
    return own or {name: text for name, text in told.items() if word in text.partition(".")[0].lower()}


def _opening(header: Path) -> str:
    """The comment that a header begins with; a blank line between paragraphs."""
    lines = header.read_text("utf-8").splitlines()[1:]
    end = next(number for number, line in enumerate(lines) if not line.startswith("//"))
    return "\n".join(line.removeprefix("//").strip() for line in lines[:end])


def _table(model: Any, parts: Any, shared: dict[str, str]) -> Iterator[str]:
    if not model.get("properties"):
        yield "It has no parameters."
        return
    yield "| parameter | is | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for key, told in model["properties"].items():
        reference = _reference(told)
        if reference and reference != "StrategyModel":
            shared[reference] = re.sub(r"(?<!^)([A-Z])", r" \1", reference.removesuffix("Model")).lower()
        meaning, default = _split(told.get("description", ""))
        if not default:
            given = told.get("default")
            required = key in model.get("required", ())
            default = (
                "required" if required else f"`{str(given).lower()}`" if given not in (None, [], {}) else ""
            )
        kind = _kind(told, shared)
        yield f"| `{key}` | {kind} | {default} | {meaning} |".replace("  ", " ")


def _split(described: str) -> tuple[str, str]:
    """The meaning and the default that a description gives."""
    described = _one_line(described).replace("|", "\\|")
    found = _DEFAULT.search(described)
    if not found:
        return described, ""
    whose = f" ({found['whose']})" if found["whose"] else ""
    return (described[: found.start()] + described[found.end() :]).strip(), found["value"] + whose


def _reference(told: Any) -> str | None:
    """The name of the part that a field holds: itself, or a list or an optional of it."""
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    inner = [told["items"]] if "items" in told else told.get("anyOf", [])
    return next((found for each in inner if (found := _reference(each))), None)


def _kind(told: Any, shared: dict[str, str]) -> str:
    choices = [each for each in told.get("anyOf", []) if each.get("type") != "null"]
    if len(choices) == 1:
        return _kind({**choices[0]}, shared)
    if "$ref" in told:
        name = _reference(told) or ""
        called = shared.get(name)
        return f"[{called}](#{called.replace(' ', '-')})" if called else "one of these strategies"
    if "enum" in told or "const" in told:
        return listed(f"`{value}`" for value in told.get("enum", [told.get("const")]))
    if "examples" in told:
        return "such as " + listed(f"`{value}`" for value in told["examples"])
    if told.get("type") == "array":
        return "list: " + _kind(told["items"], shared)
    if told.get("type") == "object" or "type" not in told:
        return "mapping"
    least, most = told.get("minimum"), told.get("maximum")
    bounds = [f"at least {least}"] if least is not None and least > -(2**31) + 1 else []
    bounds += [f"at most {most}"] if most is not None and most < 2**31 - 1 else []
    return ", ".join([_WORDS[told["type"]], *bounds])


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    print(page(), end="")
