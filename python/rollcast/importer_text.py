"""Writes imported manifests as a scenario for people to edit: the plan in full, assumptions as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import yaml

from rollcast.assumptions import Assumption
from rollcast.errors import Place, Problems
from rollcast.importer import read_manifests, translate
from rollcast.yaml_source import from_plain

_RATE = "100/s"
_ORDER = ("name", "traffic", "service", "fleet", "strategy", "analyses")

# Assumptions that follow from others, or that the language has no word for.
_NOT_WRITTEN = {"service.slots", "service.queue", "fleet.capacity"}


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.Node:
    lines = "\n".join(line.rstrip() for line in data.rstrip("\n").split("\n"))
    if "\n" in lines:
        return dumper.represent_scalar("tag:yaml.org,2002:str", lines, style="|")
    return dumper.represent_scalar("tag:yaml.org,2002:str", data)


_Dumper.add_representer(str, _text)


def render(
    paths: Sequence[PathLike[str] | str], args: Mapping[str, str], resource: str | None
) -> tuple[str, list[str]]:
    """The scenario's text, and warnings of what it leaves out."""
    from rollcast.scenario import load_tree

    problems = Problems()
    translated = translate(read_manifests(paths), problems, args, resource)
    problems.raise_errors()
    said = {"traffic": {"rate": _RATE}, **translated.plain()}
    loaded = load_tree(from_plain(said, Place()), translated, problems)
    files = ", ".join(Path(path).name for path in paths)
    parts = [_header(files, loaded.warnings)]
    for key in (key for key in _ORDER if key in said):
        body = yaml.dump({key: said[key]}, Dumper=_Dumper, sort_keys=False, width=10_000, allow_unicode=True)
        if key == "traffic":
            body = body.rstrip() + "  # put the service's own requests per second here\n"
        parts.append(body)
    parts.append(_comments(loaded.assumptions))
    return "\n".join(parts), loaded.warnings


def _header(files: str, warnings: Sequence[str]) -> str:
    lines = [f"# Imported from {files}."]
    if warnings:
        lines.append("#")
        lines += [f"# Mind: {warning}" for warning in warnings]
    return "\n".join(lines) + "\n"


def _comments(assumptions: Sequence[Assumption]) -> str:
    """The assumptions as YAML that is commented out."""
    tree: dict[str, Any] = {}
    for item in assumptions:
        if item.path in _NOT_WRITTEN:
            continue
        *sections, key = item.path.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[key] = item
    head = (
        "Assumed, because the manifests do not say. Where you know better, move the key to its section above."
    )
    return "\n".join(f"# {line}".rstrip() for line in [head, "", *_lines(tree, "")]) + "\n"


def _lines(tree: dict[str, Any], indent: str) -> list[str]:
    lines: list[str] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", *_lines(value, indent + "  ")]
            continue
        line = f"{indent}{key}: {value.value}"
        if len(line) + len(value.why) < 100:
            lines.append(f"{line}  # {value.why}")
        else:
            lines += [f"{indent}# {part}" for part in textwrap.wrap(value.why, 100)]
            lines.append(line)
    return lines
