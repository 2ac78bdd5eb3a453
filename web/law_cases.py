"""Runs the law cases that a programme file carries, through the same door as `passerelle check`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from matching.eligibility import yaml_lines
from matching.eligibility.programme import Programme, ProgrammeBook

from .check import answer


def failures(programme: Programme, book: ProgrammeBook) -> Iterator[str]:
    """One sentence a case that does not come out as written: file, line, case, what was expected and found."""
    _, lines = yaml_lines.read(programme.path)
    for index, case in enumerate(programme.file.cases):
        line, _ = yaml_lines.line_of(lines, ("cases", index))
        where = f"{programme.path.name}, ligne {line}, cas « {case.id} »"
        asked = {"id": case.id, "programme": programme.id, "person": case.person, "contract": case.contract}
        said = answer(_plain(asked), book, None, case.day)
        if "error" in said:
            yield f"{where} : {said['error']['message']}"
            continue
        expected: dict[str, Any] = {"verdict": case.verdict}
        if case.windows is not None:
            expected["windows"] = _plain(case.windows)
        if case.missing_facts is not None:
            expected["missing_facts"] = case.missing_facts
        for key, value in expected.items():
            if said[key] != value:
                yield f"{where}, clé « {key} » : attendu {value}, trouvé {said[key]}"


def _plain(value: Any) -> Any:
    """YAML reads dates; the door takes them as text."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
