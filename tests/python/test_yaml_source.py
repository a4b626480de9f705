"""YAML that knows its places, and bad files."""

# ruff: noqa: E501 (whole messages, to be read as they are told)
from __future__ import annotations

from pathlib import Path

import pytest

from rollcast.errors import InputError, Place
from rollcast.yaml_source import Node, from_plain, overlay, read_file, read_text


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        read_text(text, "f.yaml")
    return str(caught.value)


def only(text: str) -> Node:
    (document,) = read_text(text, "f.yaml")
    return document


def test_scalars_are_read_as_kubernetes_reads_them() -> None:
    node = only("{a: 1, b: yes, c: 1e3, d: 2020-01-01, e: '5', f: null, g: 0x10, h: 1:30, i: !!str 5, on: x}")
    assert node.plain() == {
        "a": 1, "b": True, "c": 1000.0, "d": "2020-01-01", "e": "5", "f": None, "g": 16, "h": "1:30", "i": "5", "on": "x",
    }  # fmt: skip


def test_json_with_tabs_is_yaml() -> None:
    assert only('{\n\t"a": [1, true]\n}').plain() == {"a": [1, True]}


def test_every_part_knows_its_place() -> None:
    node = only("a:\n  - b: 1\n    c: 2\n")
    assert node.locate(("a", 0, "c")) == Place("f.yaml", 3, 8, "a[0].c")
    assert node.locate(("a", 0, "c"), key=True) == Place("f.yaml", 3, 5, "a[0].c")
    assert node.locate(("a", 0, "missing")) == Place("f.yaml", 2, 5, "a[0]")


def test_documents_are_counted_without_empty_ones() -> None:
    assert [node.plain() for node in read_text("---\na: 1\n---\n---\nb: 2\n")] == [{"a": 1}, {"b": 2}]


def test_aliases_and_merge_keys_are_followed() -> None:
    assert only("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x").plain() == {
        "x": {"a": 1, "b": 2},
        "y": {"a": 1, "b": 3},
        "z": {"a": 1, "b": 2},
    }


def test_an_alias_bomb_is_refused_before_it_goes_off() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in range(1, 12):
        bomb += f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n"
    assert refusal(bomb) == "f.yaml:5:55: holds more than 100,000 values once its aliases are written out"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb:\n  c: 2\n\td: 3", "f.yaml:4:1: found a tab; YAML is indented with spaces only"),
        ("a: 1\nb: 2\na: 3", 'f.yaml:3:1: a: "a" was already given in line 1'),
        ("a: [1, 2\nb: 3", "f.yaml:2:2: is not valid YAML: did not find expected ',' or ']' while parsing "
                           "a flow sequence that begins in line 1"),
        ("a: *x", "f.yaml:1:4: a: *x refers to an anchor that is not complete before it"),
        ("a: &a [*a]", "f.yaml:1:8: a[0]: *a refers to an anchor that is not complete before it"),
        ("a: \x00", "f.yaml:1:4: expected text, found the control character U+0000"),
        ("[" * 500, "f.yaml:1:66: is nested more than 64 levels deep"),
        ("[a]: b", "f.yaml:1:1: expected a word as key, found a list or an alias"),
        ("a: {{args.x}}", "f.yaml:1:5: a: expected a word as key, found a mapping; text that begins with {{ has to be quoted"),
        ("a: !python/object:os.system x", "f.yaml:1:4: a: the tag !python/object:os.system is not known here"),
        ("a: !!int x", 'f.yaml:1:4: a: "x" is no int'),
        ("a: @x", "f.yaml:1:4: is not valid YAML: a value that begins with @ has to be quoted"),
    ],
)  # fmt: skip
def test_bad_yaml_is_refused_with_its_place(text: str, message: str) -> None:
    assert refusal(text) == message


def test_what_is_too_deep_for_the_scanner_is_too_deep() -> None:
    assert refusal("[" * 5000).endswith(": is nested more than 64 levels deep")


def test_bad_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rollout.yaml").write_text("a: 1")
    (tmp_path / "binary").write_bytes(b"a: 1\nb: \xff\n")
    (tmp_path / "enormous").write_bytes(b"#" * (4 * 1024 * 1024 + 1))

    def message(name: str) -> str:
        with pytest.raises(InputError) as caught:
            read_file(tmp_path / name)
        return str(caught.value).removeprefix(str(tmp_path))

    assert message("rolout.yaml") == '/rolout.yaml: there is no such file; did you mean "rollout.yaml"?'
    assert message("") == ": is a directory; expected a YAML file"
    assert message("binary") == "/binary:2:4: expected UTF-8 text, found the byte 0xff"
    assert message("enormous") == "/enormous: is larger than 4 MiB; expected a scenario or a manifest"
    assert message("rollout.yaml/x") == "/rollout.yaml/x: cannot be read: Not a directory"
    assert message("a\0b").endswith("cannot be read: embedded null byte")


def test_an_overlay_wins_key_by_key_and_keeps_places() -> None:
    below = only("a: {x: 1, y: 2}\nb: 3\nc: 4")
    merged = overlay(below, from_plain({"a": {"y": 5}, "b": None}, Place()))
    assert merged.plain() == {"a": {"x": 1, "y": 5}, "b": 3, "c": 4}
    assert merged.locate(("a", "x")).line == 1
    assert merged.locate(("a", "y")) == Place(path="a.y")
