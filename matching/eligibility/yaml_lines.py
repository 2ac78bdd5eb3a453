"""Reads a YAML file with the line of each key, so that a fault can name file, line and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ..errors import CorruptReference

#: libyaml's parser where the wheel brings it: ten times quicker, and every command that knows rights waits for it.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

#: A path of keys and indexes into the document -> its line, from 1.
Lines = dict[tuple[str | int, ...], int]


def fault(path: Path, line: int, key: str, message: str) -> CorruptReference:
    """The error of a file of ours that does not hold."""
    return CorruptReference("bad-programme-file", file=str(path), line=line, key=key, message=(
        f"{path.name}, ligne {line}, clé « {key} » : {message}"
    ))  # fmt: skip


def read(path: Path) -> tuple[Any, Lines]:
    """(document, lines). Raises CorruptReference for what is no YAML, or has a key twice."""
    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        document = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as wrong:
        line = wrong.problem_mark.line + 1 if wrong.problem_mark else 1
        raise fault(path, line, "", f"le fichier n'est pas du YAML lisible ({wrong.problem})") from wrong
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as wrong:
        raise fault(path, 1, "", "le fichier ne peut pas être lu") from wrong
    lines: Lines = {(): 1}
    if root is not None:
        _walk(path, root, (), lines)
    return document, lines


def _walk(path: Path, node: yaml.Node, where: tuple[str | int, ...], lines: Lines) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*where, key.value)
            if here in lines:
                raise fault(path, key.start_mark.line + 1, key.value, "cette clé est écrite deux fois")
            lines[here] = key.start_mark.line + 1
            _walk(path, value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*where, index)] = value.start_mark.line + 1
            _walk(path, value, (*where, index), lines)


def line_of(lines: Lines, where: tuple[Any, ...]) -> tuple[int, str]:
    """Line and name of the deepest written key on the way to `where`."""
    keys = tuple(part if isinstance(part, int) else str(part) for part in where)
    for depth in range(len(keys), -1, -1):
        if keys[:depth] in lines:
            return lines[keys[:depth]], ".".join(str(key) for key in keys[:depth]) or "?"
    return 1, "?"
