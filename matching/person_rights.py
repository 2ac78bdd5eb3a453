"""Rights of a caseload on one day, in columns: who is eligible or may be, until when; and those of one person, told."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import rights
from .eligibility.days import LAST
from .eligibility.explain import Explanation, Window, explain, inclusive
from .eligibility.missing import Questions, questions
from .eligibility.programme import Programme, ProgrammeBook
from .store.organisations import Zone
from .store.people import (
    Diploma,
    DisabilityRecognition,
    EmploymentSpell,
    Person,
    RegistrationSpell,
    ResidenceSpell,
    Situation,
    StatedFact,
)
from .vocabulary import Verdict

#: Caseloads whose rights are kept: a few agencies, a few days.
KEPT = 16
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Column:
    """One programme: by row of `Standing.ids`, the verdict that day and the ordinal of its last day (0: none)."""

    verdict: NDArray[np.int8]
    last: Ids


@dataclass(frozen=True, slots=True)
class Now:
    """One right of one person that day; `last` None: no end is known, or none is sure."""

    programme: str
    verdict: Verdict
    last: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Rights under each programme in force that day. `ids` increase."""

    on: date
    ids: Ids
    columns: Mapping[str, Column]

    def of(self, person_id: int) -> list[Now]:
        """The rights of one person, those that hold or may hold, in the order of the programmes."""
        row = int(np.searchsorted(self.ids, person_id))
        found = []
        for programme, column in self.columns.items():
            verdict = Verdict(int(column.verdict[row]))
            last = int(column.last[row])
            if verdict is not Verdict.NO:
                ends = date.fromordinal(last) if 0 < last < LAST else None
                found.append(Now(programme, verdict, ends))
        return found

    def holding(self, programme: str, verdict: Verdict) -> Ids:
        """Who has that verdict under that programme; nobody under one that is not in force."""
        column = self.columns.get(programme)
        return self.ids[column.verdict == verdict] if column is not None else self.ids[:0]

    def closing(self, within: int, programme: str | None = None) -> Ids:
        """Who holds a right that ends within so many days of this one."""
        ends = self.on.toordinal() + within
        closing = np.zeros(len(self.ids), np.bool_)
        for name, column in self.columns.items():
            if programme in (None, name):
                closing |= (column.verdict == Verdict.YES) & (column.last <= ends)
        return self.ids[closing]

    def soonest(self) -> Ids:
        """By row: the ordinal of the first end of a right that holds; LAST where none does or none ends."""
        soonest = np.full(len(self.ids), LAST, np.int64)
        for column in self.columns.values():
            np.minimum(soonest, np.where(column.verdict == Verdict.YES, column.last, LAST), out=soonest)
        return soonest


def standing(session: Session, people: Sequence[int], book: ProgrammeBook, on: date) -> Standing:
    """Rights of these people on that day; nine queries for each 5,000 of them."""
    day = on.toordinal()
    ids = np.array(sorted(people), np.int64)
    names = [name for name, each in book.items() if each.in_force()[0] <= day < each.in_force()[1]]
    verdicts = {name: [np.zeros(0, np.int8)] for name in names}
    lasts = {name: [np.zeros(0, np.int64)] for name in names}
    for _, cohort in rights.load_cohort(session, ids.tolist()) if len(ids) else ():
        for name in names:
            windows = book[name].assess(cohort).windows
            open_to = windows.possible.of_these(book[name].opened_for(cohort))
            verdict, last = np.full(cohort.size, Verdict.NO, np.int8), np.zeros(cohort.size, np.int64)
            for spans, value in ((open_to, Verdict.UNKNOWN), (windows.certain, Verdict.YES)):
                here = (spans.start <= day) & (day < spans.end)
                verdict[spans.owner[here]] = value
                if value is Verdict.YES:
                    last[spans.owner[here]] = np.where(spans.end[here] < LAST, spans.end[here] - 1, LAST)
            verdicts[name].append(verdict)
            lasts[name].append(last)
    return Standing(
        on,
        ids,
        {name: Column(np.concatenate(verdicts[name]), np.concatenate(lasts[name])) for name in names},
    )


_kept: OrderedDict[tuple[Any, ...], Standing] = OrderedDict()
_lock = threading.Lock()


def kept_standing(session: Session, people: Sequence[int], book: ProgrammeBook, on: date) -> Standing:
    """The same for a whole caseload, computed again only when a fact, a rule or the day is another."""
    ids = np.array(sorted(people), np.int64)
    key = (on, book.digest, hashlib.sha256(ids.tobytes()).digest(), _facts_digest(session))
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = standing(session, people, book, on)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


#: What rights read (matching.rights): a value that is not here may change without changing any right.
_READ: tuple[tuple[Any, ...], ...] = (
    (Person.id, Person.birth_date, Person.no_diploma_stated_on),
    (Diploma.id, Diploma.person_id, Diploma.level, Diploma.bac_plus),
    (
        RegistrationSpell.id, RegistrationSpell.person_id, RegistrationSpell.start_on,
        RegistrationSpell.end_on, RegistrationSpell.category,
    ),
    (Situation.id, Situation.person_id, Situation.value, Situation.since_on, Situation.stated_on),
    (EmploymentSpell.id, EmploymentSpell.person_id, EmploymentSpell.start_on, EmploymentSpell.end_on),
    (
        ResidenceSpell.id, ResidenceSpell.person_id, ResidenceSpell.kind, ResidenceSpell.zone_id,
        ResidenceSpell.insee_code, ResidenceSpell.start_on, ResidenceSpell.end_on,
    ),
    (
        DisabilityRecognition.id, DisabilityRecognition.person_id, DisabilityRecognition.value,
        DisabilityRecognition.valid_until,
    ),
    (StatedFact.id, StatedFact.person_id, StatedFact.fact, StatedFact.value, StatedFact.stated_on),
    (Zone.id, Zone.kind, Zone.valid_to, Zone.insee_codes),
)  # fmt: skip


def _facts_digest(session: Session) -> bytes:
    """Of every value that a right may read, each table made one text by the database: exact, and no row travels."""
    parts = []
    for number, columns in enumerate(_READ):
        cells = [sa.func.coalesce(sa.cast(column, sa.Text), "") for column in columns]
        row: sa.ColumnElement[str] = cells[0]
        for cell in cells[1:]:
            row = row + "|" + cell
        whole = sa.func.aggregate_strings(row, ";")
        parts.append(sa.select(sa.literal(number).label("part"), whole.label("whole")))
    found: dict[int, str | None] = {row.part: row.whole for row in session.execute(sa.union_all(*parts))}
    digest = hashlib.sha256()
    for number in range(len(_READ)):
        digest.update((found[number] or "").encode() + b"\0")
    return digest.digest()


@dataclass(frozen=True, slots=True)
class Told:
    """One programme for one person, for their page: the explanation, what to ask, windows that are open, not sure."""

    programme: Programme
    said: Explanation
    questions: Questions | None
    possible: tuple[Window, ...]


def told(session: Session, person_id: int, book: ProgrammeBook, on: date) -> list[Told]:
    """Every programme in force or to come, and those that are over where the person had a window; nine queries.

    One that a statement opens (`opened_by`) comes last until it is made, and is told in its own time alone.
    """
    ((_, cohort),) = rights.load_cohort(session, [person_id])
    found: list[tuple[bool, Told]] = []
    for programme in book.values():
        assessment = programme.assess(cohort)
        asked_for = bool(programme.opened_for(cohort)[0])
        said = explain(assessment, 0, on)
        open_only = assessment.windows.possible - assessment.windows.certain
        possible = tuple(inclusive(start, end) for start, end in open_only.of_owner(0))
        start, end = programme.in_force()
        if on.toordinal() >= end and not (said.windows or possible):
            continue
        if not start <= on.toordinal() < end and not asked_for:
            continue
        asked = questions(assessment, 0, on) if said.verdict is Verdict.UNKNOWN else None
        found.append((asked_for, Told(programme, said, asked, possible)))
    found.sort(key=lambda each: (not each[0], -each[1].said.verdict, each[1].programme.in_force()[0]))
    return [told for _, told in found]
