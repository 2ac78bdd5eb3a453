"""Rights of the people of the base: their facts in columns, their windows, the evidence frozen with a placement.

From the tables to C6 (programmes.md): registrations are complete as soon as one is stored and unknown while none is;
home and situation are known over the days that a statement covers; a home only declared leaves the zone unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import statements
from .eligibility.cohort import (
    AMIENS,
    ZONE_KINDS,
    Cohort,
    Homes,
    Tristate,
    registrations_of,
    tristate,
)
from .eligibility.contract import Contract
from .eligibility.days import LAST
from .eligibility.explain import Explanation, explain
from .eligibility.missing import Questions, questions
from .eligibility.programme import ProgrammeBook
from .eligibility.spans import Spans, union
from .store.engine import seal_of
from .store.organisations import Organisation, Zone
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
from .store.placements import Placement
from .vocabulary import ResidenceKind, Sector, SituationValue, Verdict, ZoneKind

#: People read at once: their columns stay in the processor's cache (architecture.md §4).
CHUNK = 5_000
#: People asked for one by one: those of a page of a list lie anywhere between the first and the last id.
FEW = 200


def load_cohort(
    session: Session, people: Sequence[int] | None = None, *, chunk: int = CHUNK, recognitions: bool = True
) -> Iterator[tuple[NDArray[np.int64], Cohort]]:
    """(ids, cohort) of these people, or of everybody, by increasing id; nine queries a chunk, whatever its size.

    `recognitions` False: those of a disability stay sealed and not known, for who judges nothing by them.
    """
    query = sa.select(Person.id).order_by(Person.id)
    ids = sorted(people) if people is not None else session.scalars(query).all()
    for start in range(0, len(ids), chunk):
        some = ids[start : start + chunk]
        yield np.array(some, np.int64), _columns(session, some, recognitions)


class _Reader:
    """Rows of one table for the people of a chunk, with the place of each person in it."""

    def __init__(self, session: Session, ids: Sequence[int]) -> None:
        self.session = session
        self.row = {each: at for at, each in enumerate(ids)}
        self.ids, self.size = ids, len(ids)

    def these(self, person_id: Any) -> sa.ColumnElement[bool]:
        """Rows of the people of the chunk: a few by name, many by the range of ids that holds them."""
        few = self.size <= FEW
        return person_id.in_(self.ids) if few else person_id.between(self.ids[0], self.ids[-1])  # type: ignore[no-any-return]

    def rows(self, person_id: Any, *columns: Any, order: Sequence[Any] = ()) -> Iterator[tuple[int, Any]]:
        query = sa.select(person_id, *columns).where(self.these(person_id)).order_by(*order)
        for found in self.session.execute(query):
            if (at := self.row.get(found[0])) is not None:
                yield at, found


def _columns(session: Session, ids: Sequence[int], recognitions: bool) -> Cohort:
    read = _Reader(session, ids)
    born: list[date | None] = [None] * read.size
    level: list[int | None] = [None] * read.size
    bac_plus: list[int | None] = [None] * read.size
    for at, row in read.rows(Person.id, Person.birth_date, Person.no_diploma_stated_on):
        born[at] = row.birth_date
        level[at] = 0 if row.no_diploma_stated_on else None
    for at, row in read.rows(Diploma.person_id, Diploma.level, Diploma.bac_plus):
        # Of several diplomas the highest counts, then the longest studies within a level.
        if (row.level, row.bac_plus or -1) > (level[at] or 0, -1 if bac_plus[at] is None else bac_plus[at]):
            level[at], bac_plus[at] = row.level, row.bac_plus
    registered, by_category, listed = _registrations(read)
    in_job, job_known = _jobs(read)
    homes, home_known = _homes(read)
    rqth, until = _recognitions(read, recognitions)
    birth, birth_missing = _numbers([day.toordinal() if day else None for day in born], np.int64)
    levels, level_missing = _numbers(level, np.int8)
    years, years_missing = _numbers(bac_plus, np.int8)
    return Cohort(
        size=read.size,
        birth=birth,
        birth_missing=birth_missing,
        level=levels,
        level_missing=level_missing,
        bac_plus=years,
        bac_plus_missing=years_missing,
        rqth=tristate(rqth),
        rqth_until=until,
        registered=registered,
        registered_by_category=by_category,
        registrations_missing=~listed,
        in_job=in_job,
        job_unknown=~job_known,
        homes=homes,
        home_unknown=~home_known,
        facts=_facts(read),
    )


def _numbers(values: Sequence[int | None], dtype: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    missing = np.array([value is None for value in values], np.bool_)
    return np.array([value or 0 for value in values], dtype), missing


def _spans(size: int, spells: Sequence[tuple[int, date, date | None]]) -> Spans:
    """(row, first day, last day or None) as spans."""
    return Spans.of(
        size,
        np.array([spell[0] for spell in spells], np.int64),
        np.array([spell[1].toordinal() for spell in spells], np.int64),
        np.array([spell[2].toordinal() + 1 if spell[2] else LAST for spell in spells], np.int64),
    )


def _registrations(read: _Reader) -> tuple[Spans, Mapping[int, Spans], NDArray[np.bool_]]:
    table = RegistrationSpell
    rows = list(read.rows(table.person_id, table.start_on, table.end_on, table.category))
    owner = np.array([at for at, _ in rows], np.int64)
    start = np.array([row.start_on.toordinal() for _, row in rows], np.int64)
    end = np.array([row.end_on.toordinal() + 1 if row.end_on else LAST for _, row in rows], np.int64)
    category = np.array([row.category or 0 for _, row in rows], np.int8)
    listed = np.zeros(read.size, np.bool_)
    listed[owner] = True
    registered, by_category = registrations_of(read.size, owner, start, end, category)
    return registered, by_category, listed


def _jobs(read: _Reader) -> tuple[Spans, Spans]:
    """Days in a job, and days about which something was said. A statement holds until the next one begins."""
    said: dict[int, list[tuple[date, date, SituationValue]]] = defaultdict(list)
    for at, row in read.rows(Situation.person_id, Situation.value, Situation.since_on, Situation.stated_on):
        said[at].append((row.since_on or row.stated_on, row.stated_on, row.value))
    jobs: list[tuple[int, date, date | None]] = []
    known: list[tuple[int, date, date | None]] = []
    for at, listed in said.items():
        listed.sort(key=lambda each: each[:2])
        for position, (begins, _, value) in enumerate(listed):
            following = listed[position + 1][0] if position + 1 < len(listed) else None
            if following == begins:
                continue
            last = date.fromordinal(following.toordinal() - 1) if following else None
            known.append((at, begins, last))
            if value is SituationValue.IN_JOB:
                jobs.append((at, begins, last))
    table = EmploymentSpell
    jobs += [
        (at, row.start_on, row.end_on) for at, row in read.rows(table.person_id, table.start_on, table.end_on)
    ]
    working = _spans(read.size, jobs)
    return working, union(read.size, [_spans(read.size, known), working])


def _homes(read: _Reader) -> tuple[Homes, Spans]:
    """Confirmed homes. Beyond its zone version's last day a home in a QPV is not known any more; a ZUS stays (b1)."""
    table = ResidenceSpell
    query = (
        sa.select(
            table.person_id,
            table.start_on,
            table.end_on,
            table.insee_code,
            Zone.kind,
            Zone.insee_codes,
            Zone.valid_to,
        )
        .outerjoin(Zone, Zone.id == table.zone_id)
        .where(table.kind == ResidenceKind.CONFIRMED, read.these(table.person_id))
    )
    spells, kinds, communes = [], [], []
    for row in read.session.execute(query):
        if (at := read.row.get(row.person_id)) is None:
            continue
        last = row.end_on
        if row.kind is ZoneKind.QPV and row.valid_to is not None:
            last = min(last, row.valid_to) if last else row.valid_to
        if last is not None and last < row.start_on:
            continue
        spells.append((at, row.start_on, last))
        kinds.append(ZONE_KINDS.index(row.kind.value if row.kind else "none"))
        communes.append(row.insee_code or (row.insee_codes or [AMIENS])[0])
    homes = Homes(
        np.array([spell[0] for spell in spells], np.int64),
        np.array([spell[1].toordinal() for spell in spells], np.int64),
        np.array([spell[2].toordinal() + 1 if spell[2] else LAST for spell in spells], np.int64),
        np.array(kinds, np.int8),
        np.array(communes, "U5"),
    )
    return homes, _spans(read.size, spells)


def _recognitions(read: _Reader, wanted: bool) -> tuple[list[bool | None], NDArray[np.int64]]:
    """Recognitions unsealed, with the day after the last one (LAST when none is known)."""
    values: list[bool | None] = [None] * read.size
    until = np.full(read.size, LAST, np.int64)
    if not wanted:
        return values, until
    seal = seal_of(read.session)
    table = DisabilityRecognition
    for at, row in read.rows(table.person_id, table.value, table.valid_until):
        values[at], last = statements.opened(seal, row)
        if last is not None:
            until[at] = last.toordinal() + 1
    return values, until


def _facts(read: _Reader) -> Mapping[str, Tristate]:
    """Stated facts, the latest statement of each."""
    table = StatedFact
    latest: dict[str, list[bool | None]] = {}
    for at, row in read.rows(
        table.person_id, table.fact, table.value, order=(table.person_id, table.stated_on, table.id)
    ):
        latest.setdefault(row.fact, [None] * read.size)[at] = row.value
    return {fact: tristate(values) for fact, values in sorted(latest.items())}


def judged_at_signature(book: ProgrammeBook, programme: str) -> bool:
    """Whether the right is judged on the day the contract is signed (C8); else on the day the aid is asked for."""
    return book[programme].file.judged_on == "signature"


@dataclass(frozen=True, slots=True)
class Judged:
    """A right with a contract on one day; `questions` when an answer would settle it."""

    said: Explanation
    questions: Questions | None


def judge(
    session: Session,
    person_id: int,
    book: ProgrammeBook,
    programme: str,
    placement: Placement,
    organisation: Organisation,
    on: date,
) -> Judged:
    """The right of that person with the terms of that placement (it need not be stored yet) on that day."""
    ((_, cohort),) = load_cohort(session, [person_id])
    contract = Contract(
        on,
        placement.contract_kind,
        placement.months,
        placement.weekly_hours,
        None
        if organisation.sector is None
        else "marchand"
        if organisation.sector is Sector.MARKET
        else "non-marchand",
    )
    assessment = book[programme].assess(cohort, contract, on)
    said = explain(assessment, 0, on)
    return Judged(said, questions(assessment, 0, on) if said.verdict is Verdict.UNKNOWN else None)


def snapshot(
    session: Session,
    person_id: int,
    book: ProgrammeBook,
    programme: str,
    placement: Placement,
    organisation: Organisation,
    on: date,
) -> dict[str, Any]:
    """The right as judged that day, with the contract, frozen as evidence: plain values that JSON can hold."""
    judged = judge(session, person_id, book, programme, placement, organisation, on)
    said = judged.said
    return {
        "programme": programme,
        "on": on.isoformat(),
        "verdict": said.verdict.eligibility,
        "rules_digest": book[programme].digest,
        "windows": [[first.isoformat(), last and last.isoformat()] for first, last in said.windows],
        "criteria": [_criterion(said, position) for position in range(len(said.criteria))],
        "missing_facts": list(judged.questions.facts) if judged.questions else [],
    }


def _criterion(said: Explanation, position: int) -> dict[str, Any]:
    criterion = said.criteria[position]
    return {"id": criterion.id, "holds": int(criterion.holds), "source": criterion.source}
