"""Other values for a scenario, written into the files that say it: the rest of a manifest stays as it is."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from rollcast import units
from rollcast.errors import Place, path_steps
from rollcast.parameters import Steps, resolve
from rollcast.yaml_source import Node, read_bytes, read_file

if TYPE_CHECKING:
    from rollcast.scenario import LoadedScenario

_ISO_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


@dataclass(frozen=True)
class Edit:
    """One value of a file, and what takes its place."""

    path: str
    """Of the parameter in the scenario language."""
    place: Place
    """Of the value in its file; its path is the one there."""
    start: int
    end: int
    """Where the value begins and ends in the text."""
    value: Any
    """As the file's own format says it."""

    @property
    def text(self) -> str:
        """The value as YAML, which is JSON where plain YAML would read it as something else."""
        plain = str(self.value)
        return plain if yaml.safe_load(plain) == self.value and "#" not in plain else json.dumps(self.value)


@dataclass(frozen=True)
class Patch:
    """What has to be edited for a scenario to have other values."""

    edits: tuple[Edit, ...]
    by_hand: tuple[str, ...]
    """Parameters that no file says with a plain value."""

    def texts(self) -> dict[Path, str]:
        """The files that change, as they will be."""
        by_file: dict[str, list[Edit]] = defaultdict(list)
        for edit in self.edits:
            by_file[edit.place.file].append(edit)
        changed = {}
        for file, edits in by_file.items():
            text = read_bytes(file)
            for edit in sorted(edits, key=lambda each: -each.start):
                text = text[: edit.start] + edit.text + text[edit.end :]
            changed[Path(file)] = text
        return changed

    def diff(self) -> str:
        """A unified diff for `patch -p1` and `git apply`, in the directory that its first line names."""
        texts = self.texts()
        if not texts:
            return ""
        root = _root(list(texts))
        parts = [f"# patch -p1, in {root}\n" if root != Path.cwd() else "# patch -p1, where this was made\n"]
        for file, text in texts.items():
            name = os.path.relpath(file, root)
            before, after = (each.splitlines(keepends=True) for each in (read_bytes(file), text))
            parts += difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in parts
        )

    def kustomization(self) -> str:
        """The same for what Kubernetes knows, as a component of Kustomize; empty: there is none of it."""
        by_object: dict[tuple[tuple[str, str], ...], list[dict[str, Any]]] = defaultdict(list)
        for edit in self.edits:
            if target := _object(edit.place):
                pointer = "".join(f"/{_escaped(step)}" for step in path_steps(edit.place.path))
                by_object[target].append({"op": "replace", "path": pointer, "value": edit.value})
        if not by_object:
            return ""
        patches = [
            {"target": dict(target), "patch": yaml.safe_dump(operations, sort_keys=False)}
            for target, operations in by_object.items()
        ]
        head = {"apiVersion": "kustomize.config.k8s.io/v1alpha1", "kind": "Component"}
        return str(yaml.dump({**head, "patches": patches}, Dumper=_Blocks, sort_keys=False))


class _Blocks(yaml.SafeDumper):
    """Texts of several lines as blocks."""


_Blocks.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


def patch(loaded: LoadedScenario, values: Mapping[str, Any]) -> Patch:
    """What to edit so that the scenario, as its files say it, has these values: in the scenario language's
    words, by path. Values that it has already are left out."""
    edits, by_hand = [], []
    scalars: dict[str, dict[tuple[int, int], _Scalar]] = {}
    for path, value in values.items():
        node = _node(loaded.tree, resolve(loaded, path))
        if node is not None and node.value == value:
            continue
        place = node.place if node is not None else Place()
        if place.file and place.file not in scalars:
            scalars[place.file] = dict(_scalars(read_bytes(place.file)))
        written = scalars.get(place.file, {}).get((place.line, place.column))
        said = None if node is None or written is None else _translated(written.value, node.value, value)
        if written is None or said is None:
            by_hand.append(path)
        else:
            edits.append(Edit(path, place, written.start, written.end, said))
    return Patch(tuple(edits), tuple(by_hand))


def _node(tree: Node, steps: Steps) -> Node | None:
    here: Node | None = tree
    for step in steps:
        if here is None or not (here.is_list or here.is_mapping):
            return None
        here = here.value[step] if isinstance(step, int) else here.value.get(step)
    return here


class _Scalar(NamedTuple):
    value: Any
    start: int
    end: int


def _scalars(text: str) -> Iterator[tuple[tuple[int, int], _Scalar]]:
    """Those of one line, by line and column."""
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.ScalarEvent) and event.style not in ("|", ">"):
            start, end = event.start_mark, event.end_mark
            if start is not None and end is not None:
                value = event.value if event.style else yaml.safe_load(event.value)
                yield (start.line + 1, start.column + 1), _Scalar(value, start.index, end.index)


def _translated(raw: Any, said: Any, value: Any) -> Any:
    """The value in the words of the file, where the scenario language's `said` is written as `raw`; none:
    how is not known."""
    if raw == said:
        return value
    if str(raw) == str(said):
        return str(value)
    seconds, wanted = _seconds(said), _seconds(value)
    if seconds and wanted is not None:
        if isinstance(raw, (int, float)) and raw:  # seconds, or minutes
            count = float(f"{wanted * raw / seconds:.9g}")
            # Many fields take whole numbers only; one that says a fraction does not.
            return int(count) if count == int(count) else count if isinstance(raw, float) else None
        if (match := _ISO_DURATION.fullmatch(str(raw))) and any(match.groups()):
            return f"PT{int(wanted)}S" if wanted == int(wanted) else None
        if _seconds(raw) == seconds:
            # Go knows no days.
            hours, rest = divmod(int(wanted), 3600)
            text = f"{hours}h" if hours else ""
            return text + (units.show_seconds(rest) if rest or not hours else "")
    share, part = _share(said), _share(value)
    if share and part is not None and isinstance(raw, float) and raw == share:
        return part
    if share and part is not None and isinstance(raw, (int, float)) and raw == round(100 * share, 9):
        percent = round(100 * part, 9)
        return int(percent) if percent == int(percent) else percent
    return None


def _seconds(value: Any) -> float | None:
    try:
        return units.seconds(value)
    except ValueError:
        return None


def _share(value: Any) -> float | None:
    try:
        return units.fraction(value)
    except ValueError:
        return None


def _root(files: list[Path]) -> Path:
    """Here, if all files are below; or else the directory that has them all."""
    here = Path.cwd()
    absolute = [file.resolve() for file in files]
    if all(file.is_relative_to(here.resolve()) for file in absolute):
        return here
    return Path(os.path.commonpath([file.parent for file in absolute]))


def _object(place: Place) -> tuple[tuple[str, str], ...] | None:
    """The Kubernetes object at a place, as a target of Kustomize."""
    document = [each for each in read_file(place.file) if each.place.line <= place.line][-1]
    version, kind = (_text(document, key) for key in ("apiVersion", "kind"))
    if not version or not kind or kind == "List" or not place.path:
        return None
    group, _, name = version.rpartition("/")
    metadata = document.get("metadata")
    target = {"group": group, "version": name, "kind": kind}
    target |= {key: _text(metadata, key) for key in ("name", "namespace")} if metadata else {}
    return tuple((key, text) for key, text in target.items() if text)


def _text(node: Node, key: str) -> str:
    child = node.get(key)
    return str(child.value) if child else ""


def _escaped(step: str | int) -> str:
    """A step of a JSON pointer."""
    return str(step).replace("~", "~0").replace("/", "~1")
