"""What a checked file would do, as a person looks at it before anything is written, and what is told of it after.

Rows go into `import_row` (so that a page of them is one query), the rest into the batch's `preview`. What the base
holds of somebody whom another agency follows is not shown to the one that imports (security.md Z5).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.edits import chunks
from matching.facts import OfferFacts, OrganisationFacts, PersonFacts
from matching.offer_intake import OfferPlan
from matching.planned import Planned
from matching.store.organisations import Organisation
from matching.store.people import Person
from matching.vocabulary import ImportKind, RowOutcome

from .cells import SPACES
from .checking import Checked

if TYPE_CHECKING:
    from .batches import Judged

#: First lines of the file that are shown.
HEAD = 5
#: Longest cell of those lines.
SHOWN = 80
#: Pairs that are listed; all of them are kept for a person to decide.
MOST_PAIRS = 200
#: Key of `changes` that says that the former values are another agency's.
ELSEWHERE = "*"

#: Columns that follow from others or say nothing to a reader.
DERIVED = frozenset(
    {
        "agency_id", "source", "known_since", "name_key", "title_key", "insee_code", "version", "missing",
        "key", "created_at_source_on", "updated_at_source_on", "origin_url",
    }
)  # fmt: skip
#: Of a new record so much is shown: enough to see that the columns were understood.
OF_NEW = {
    ImportKind.YOUNG_PEOPLE: ("birth_date", "commune", "declared_quarter", "wanted_title"),
    ImportKind.OFFERS: ("contract_kind", "commune", "starts_on", "positions"),
    ImportKind.ASSOCIATIONS: ("commune", "siret", "field"),
    ImportKind.EMPLOYERS: ("commune", "siret", "naf"),
    ImportKind.ZONES: ("kind", "valid_from", "valid_to"),
    ImportKind.OCCUPATIONS: ("rome", "target"),
}


def label(facts: Any) -> str | None:
    """Whom or what a row is about, as far as it could be read."""
    words: list[str | None] = []
    match facts:
        case PersonFacts():
            words = [facts.family_name, facts.given_names]
        case OfferFacts():
            words = [" — ".join(part for part in (facts.title, facts.employer) if part)]
        case OrganisationFacts():
            words = [facts.name]
        case Mapping():
            words += [str(facts.get(key) or "") for key in ("rome", "ogr", "local_id", "zone")][:4]
            words.append(str(facts.get("name") or facts.get("label") or facts.get("street") or ""))
    return " ".join(word for word in words if word)[:200] or None


def labels(checked: Checked) -> dict[int, str | None]:
    """Row number -> its label."""
    return {row.line: label(row.facts) for row in checked.rows}


def rows(checked: Checked, judged: Judged) -> Iterator[dict[str, Any]]:
    """Rows of `import_row` that say what would be created, changed or refused. Unchanged ones are only counted."""
    named = labels(checked)
    for row in judged.plan.rows:
        if row.edits is None or row.outcome not in (RowOutcome.CREATED, RowOutcome.UPDATED):
            continue
        changes = _of_new(checked.kind, row) if row.outcome is RowOutcome.CREATED else _changed(row, judged)
        yield {"line": row.line, "outcome": row.outcome, "label": named[row.line], "changes": changes}
    problems: dict[int, list[dict[str, Any]]] = {}
    for finding in judged.report.errors:
        if finding.row is not None:
            problems.setdefault(finding.row, []).append(finding.as_problem())
    for line, found in problems.items():
        yield {"line": line, "outcome": RowOutcome.REJECTED, "label": named.get(line), "problems": found}


def _of_new(kind: ImportKind, row: Planned) -> dict[str, list[Any]]:
    assert row.edits is not None
    return {name: row.edits.log[name] for name in OF_NEW[kind] if name in row.edits.log}


def _changed(row: Planned, judged: Judged) -> dict[str, list[Any]]:
    """Field -> [before, after], without what is derived; sealed values are said to change, not shown."""
    assert row.edits is not None
    log = {name: list(values) for name, values in row.edits.log.items() if name not in DERIVED}
    if isinstance(judged.plan, OfferPlan):
        employer = judged.plan.employers[row.line]
        if not employer.new and "siret" in employer.log:
            log["siret"] = list(employer.log["siret"])
    for name in log:
        if name.startswith("disability_recognition@"):
            log[name] = [None, None]
    owner = row.edits.owner
    if "birth_date" in owner and owner.get("agency_id") != judged.setting.agency_id:
        log = {name: [None, after] for name, (_, after) in log.items()}
        log[ELSEWHERE] = [None, None]
    return log


def summary(session: Session, checked: Checked, judged: Judged) -> dict[str, Any]:
    """What is shown besides the rows: columns, first lines, remarks, look-alikes, an earlier import of the file."""
    report = judged.report
    return {
        "refused": report.refused,
        "encoding": report.encoding,
        "header_row": report.header_row,
        "columns": report.columns,
        "ignored": [
            {"header": warning.column, "code": warning.code}
            for warning in report.warnings
            if warning.code in ("unknown-column", "sensitive-column")
        ],
        "head": _head(checked),
        "warnings": _warnings(judged),
        "pairs": _pairs(session, checked, judged),
        "pairs_count": len(report.duplicates),
        "earlier": judged.earlier,
    }


def _head(checked: Checked) -> list[dict[str, Any]]:
    """The first lines, of the columns that are read: the others are never stored."""
    first: list[dict[str, Any]] = []
    for line in sorted(checked.originals)[:HEAD]:
        cells = checked.originals[line]
        if checked.places:
            cells = [cells[at] if at < len(cells) else "" for at in checked.places.values()]
        first.append({"line": line, "cells": [str(cell).strip(SPACES)[:SHOWN] for cell in cells]})
    return first


def _warnings(judged: Judged) -> list[dict[str, Any]]:
    """Warnings of one kind on one column are one remark."""
    apart = ("unknown-column", "sensitive-column", "already-imported", "no-rows")
    found = [warning for warning in judged.report.warnings if warning.code not in apart]
    times = Counter((warning.code, warning.column) for warning in found)
    first = {(warning.code, warning.column): warning for warning in reversed(found)}
    return [
        {
            "code": code,
            "column": column,
            "times": times[code, column],
            "row": first[code, column].row,
            "message": first[code, column].message,
        }
        for code, column in times
    ]


def _pairs(session: Session, checked: Checked, judged: Judged) -> list[dict[str, Any]]:
    """Look-alikes with the names that the importer's agency may read."""
    named = labels(checked)
    pairs = judged.plan.pairs[:MOST_PAIRS]
    ids = sorted({pair.other.record_id for pair in pairs if pair.other.record_id is not None})
    stored = _names(session, checked.kind, ids, judged.setting.agency_id)
    listed = []
    for pair in sorted(pairs, key=lambda pair: pair.new.line):
        line = pair.other.line if (pair.other.line or 0) < pair.new.line else None
        other = stored.get(pair.other.record_id) or (named.get(pair.other.line) if pair.other.line else None)
        new_id = pair.new.edits.owner.get("public_id") if pair.new.edits else None
        listed.append(
            {
                "row": pair.new.line,
                "label": named.get(pair.new.line),
                "new_id": str(new_id) if new_id else None,
                "other_row": line,
                "other": other,
                "other_id": str(pair.other.public_id) if pair.other.record_id in stored else None,
                "reason": pair.reason,
                "score": round(pair.score, 1),
            }
        )
    return listed


def _names(session: Session, kind: ImportKind, ids: Sequence[int], agency_id: int | None) -> dict[Any, str]:
    found: dict[Any, str] = {}
    for some in chunks(ids):
        if kind is ImportKind.YOUNG_PEOPLE:
            people = sa.select(Person.id, Person.family_name, Person.given_names)
            own = people.where(Person.id.in_(some), Person.agency_id == agency_id)
            found.update(
                (row.id, f"{row.family_name} {row.given_names}".strip()) for row in session.execute(own)
            )
        else:
            organisations = sa.select(Organisation.id, Organisation.name).where(Organisation.id.in_(some))
            found.update((row.id, row.name) for row in session.execute(organisations))
    return found
