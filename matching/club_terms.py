"""The terms of entry of a club, judged of people on a day: yes, no or not known, each with its fact (programmes.md c).

Each term is a setting of the club. What is not known is not a no: the animator asks, and notes what was seen or said.
What was judged, noted and by whom is kept with the membership (`entry`), as it was on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import person_list, rights
from .dossiers import age
from .eligibility import criteria
from .eligibility.cohort import Cohort
from .eligibility.days import birthday
from .store.club import Club, ClubMembership
from .store.organisations import Zone
from .store.people import Person
from .transitions import refuse
from .vocabulary import LIVE_MEMBERSHIPS, PRIORITY_ZONES, Verdict, ZoneKind


class Term(StrEnum):
    """What a club may ask of who enters; the order in which it is told."""

    ZONE = "zone"
    AGE = "age"
    LEVEL = "level"
    PROJECT = "project"
    AVAILABILITY = "availability"


#: RNCP level -> years after the bac that it stands for, fewest and most; a stated number of years wins.
YEARS: Final[Mapping[int, tuple[int, int]]] = {0: (-1, -1), 3: (-1, -1), 4: (0, 0), 5: (2, 2), 6: (3, 4),
                                        7: (5, 5), 8: (8, 8)}  # fmt: skip
#: `person.wished_hours` that make somebody available full time.
FULL_TIME: Final = ("full", "any")

#: term -> the refusal where it is not met, and where it is not known and nothing was noted.
OUTSIDE: Final[Mapping[Term, str]] = {
    Term.ZONE: "club-zone-outside",
    Term.AGE: "club-age-over",
    Term.LEVEL: "club-level-over",
    Term.PROJECT: "club-project-missing",
    Term.AVAILABILITY: "club-not-available",
}
UNKNOWN: Final[Mapping[Term, str]] = {
    Term.ZONE: "club-zone-unknown",
    Term.AGE: "club-age-unknown",
    Term.LEVEL: "club-level-unknown",
    Term.PROJECT: "club-project-unknown",
    Term.AVAILABILITY: "club-availability-unknown",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One term of one person. `reason`: how it is known; `day`: of the fact (home since, birthday reached, free from);
    `value`: the zone or declared quarter, the age, the level, the occupation sought."""

    term: Term
    verdict: Verdict
    reason: str
    day: date | None = None
    value: str | int | None = None
    bac_plus: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms that the club asks, of one person on one day."""

    person_id: int
    on: date
    said: tuple[Said, ...] = field(default=())

    @property
    def verdict(self) -> Verdict:
        return min((each.verdict for each in self.said), default=Verdict.YES)

    @property
    def unmet(self) -> tuple[Said, ...]:
        return tuple(each for each in self.said if each.verdict is Verdict.NO)

    @property
    def unknown(self) -> tuple[Said, ...]:
        """What may be asked: a proof seen or a word said settles it."""
        return tuple(each for each in self.said if each.verdict is Verdict.UNKNOWN)


def judge(
    session: Session,
    club: Club,
    people: Iterable[int],
    on: date,
    *,
    free_by: date | None = None,
    cohorts: Sequence[tuple[NDArray[np.int64], Cohort]] | None = None,
) -> dict[int, Terms]:
    """The terms of these people on that day; fourteen queries at most for each few thousand of them.

    `free_by`: the day from which somebody is to be available, the group's first one (none: that very day).
    `cohorts`: these people as `rights.load_cohort` reads them, for who has them at hand; no recognition is read.
    """
    ids = sorted(set(people))
    if not ids:
        return {}
    kinds = [str(kind) for kind in _kinds(session, on)] if club.zone_asked else []
    facts = _facts(session, ids)
    projects = _projects(session, club, ids) if club.project_asked else {}
    found: dict[int, list[Said]] = {each: [] for each in ids}
    for owners, cohort in _cohorts(session, ids) if cohorts is None else cohorts:
        rows = owners.tolist()
        if club.zone_asked:
            _zone(session, cohort, rows, kinds, on, facts, found)
        if club.age_under is not None:
            _age(cohort, rows, club.age_under, on, facts, found)
        if club.bac_plus_most is not None:
            _level(cohort, rows, club.bac_plus_most, found)
    for each in ids:
        if club.project_asked:
            found[each].append(_project(projects.get(each), facts[each]))
        if club.full_time_asked:
            found[each].append(_availability(facts[each], free_by or on))
    return {each: Terms(each, on, tuple(said)) for each, said in found.items()}


def refuse_unmet(terms: Terms) -> None:
    """Raises InvalidInput for the first term that is not met, and names it."""
    for each in terms.unmet:
        refuse(
            OUTSIDE[each.term],
            day=each.day or terms.on,
            value=each.value if each.value is not None else "",
        )


def keep(terms: Terms, seen: Mapping[Term, str], *, actor_id: int | None) -> dict[str, Any]:
    """The `entry` to keep with a membership: the terms as judged, what was seen or said for those not known, by whom.

    Raises InvalidInput when a term is not met.
    """
    refuse_unmet(terms)
    notes = _notes(seen)
    return {
        "on": terms.on.isoformat(),
        "terms": [_kept(each, notes.get(each.term), actor_id) for each in terms.said],
    }


def admit(terms: Terms, seen: Mapping[Term, str], *, actor_id: int | None) -> dict[str, Any]:
    """The same of somebody who registers: what is not known must have been seen or said.

    Raises InvalidInput, naming the first term that is not met, then the first that is not settled.
    """
    entry, notes = keep(terms, seen, actor_id=actor_id), _notes(seen)
    for each in terms.unknown:
        if each.term not in notes:
            refuse(UNKNOWN[each.term], term=str(each.term))
    return entry


def seen_in(entry: Mapping[str, Any]) -> dict[Term, str]:
    """What was noted with an entry kept before: it need not be seen twice."""
    return {Term(each["term"]): each["seen"] for each in entry.get("terms", ()) if each.get("seen")}


def kept_in(entry: Mapping[str, Any]) -> list[tuple[Said, str | None, int | None]]:
    """The terms as they were judged: each with what was seen for it, and by which account."""
    return [
        (
            Said(
                Term(each["term"]),
                Verdict(each["verdict"]),
                each["reason"],
                date.fromisoformat(each["day"]) if each.get("day") else None,
                each.get("value"),
                each.get("bac_plus"),
            ),
            each.get("seen"),
            each.get("seen_by"),
        )
        for each in entry.get("terms", ())
    ]


def years_after_bac(level: int, bac_plus: int | None) -> tuple[int, int]:
    """Fewest and most years after the bac that a diploma of this level (RNCP) stands for; -1: below the bac."""
    return (bac_plus, bac_plus) if bac_plus is not None and level > 3 else YEARS.get(level, (-1, 8))


def _notes(seen: Mapping[Term, str]) -> dict[Term, str]:
    return {term: note.strip()[:200] for term, note in seen.items() if note.strip()}


def _kept(said: Said, seen: str | None, actor_id: int | None) -> dict[str, Any]:
    kept: dict[str, Any] = {"term": str(said.term), "verdict": int(said.verdict), "reason": said.reason}
    if said.day is not None:
        kept["day"] = said.day.isoformat()
    if said.value is not None:
        kept["value"] = said.value
    if said.bac_plus is not None:
        kept["bac_plus"] = said.bac_plus
    if seen is not None and said.verdict is Verdict.UNKNOWN:
        kept |= {"seen": seen, "seen_by": actor_id}
    return kept


def _kinds(session: Session, on: date) -> Sequence[ZoneKind]:
    """The generation of priority zones in force that day."""
    return session.scalars(
        sa.select(Zone.kind)
        .where(
            Zone.kind.in_(PRIORITY_ZONES),
            Zone.valid_from <= on,
            sa.or_(Zone.valid_to.is_(None), Zone.valid_to >= on),
        )
        .distinct()
        .order_by(Zone.kind)
    ).all()


def _cohorts(session: Session, ids: Sequence[int]) -> Iterable[tuple[NDArray[np.int64], Cohort]]:
    return rights.load_cohort(session, ids, recognitions=False)


def _facts(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    rows = session.execute(
        sa.select(
            Person.id, Person.birth_date, Person.declared_quarter, Person.wanted_title, Person.wanted_rome,
            Person.available_from, Person.wished_hours,
        ).where(_these(Person.id, ids))
    )  # fmt: skip
    return {row.id: row for row in rows}


def _these(column: Any, ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """A few by name, many by the range of ids that holds them (as `rights` reads them)."""
    few = len(ids) <= rights.FEW
    return column.in_(ids) if few else column.between(ids[0], ids[-1])  # type: ignore[no-any-return]


def _projects(session: Session, club: Club, ids: Sequence[int]) -> dict[int, str]:
    """What the club itself noted of a project, with a membership that is live."""
    rows = session.execute(
        sa.select(ClubMembership.person_id, ClubMembership.project, ClubMembership.project_rome).where(
            ClubMembership.club_id == club.id,
            _these(ClubMembership.person_id, ids),
            ClubMembership.state.in_(LIVE_MEMBERSHIPS),
            sa.or_(ClubMembership.project.is_not(None), ClubMembership.project_rome.is_not(None)),
        )
    )
    return {row.person_id: row.project or row.project_rome for row in rows}


Found = dict[int, list[Said]]


def _verdicts(column: NDArray[np.int8]) -> list[Verdict]:
    return [Verdict(value) for value in column.tolist()]


def _zone(
    session: Session,
    cohort: Cohort,
    rows: Sequence[int],
    kinds: Sequence[str],
    on: date,
    facts: Mapping[int, Any],
    found: Found,
) -> None:
    """The home of that day as rights read it; one that is only declared proves nothing (geography.md)."""
    lives = criteria.lives_in(cohort, kinds=kinds).verdict(on.toordinal()) if kinds else None
    homes = person_list.confirmed_homes(session, rows, on)
    verdicts = _verdicts(lives) if lives is not None else [Verdict.UNKNOWN] * len(rows)
    for each, verdict in zip(rows, verdicts, strict=True):
        since, _, name = homes.get(each, (None, None, None))
        place = facts[each].declared_quarter
        if verdict is Verdict.YES:
            said = Said(Term.ZONE, verdict, "confirmed", since, name)
        elif verdict is Verdict.NO:
            said = Said(Term.ZONE, verdict, "outside", since)
        elif place is not None:
            said = Said(Term.ZONE, verdict, "declared", value=place)
        else:
            said = Said(Term.ZONE, verdict, "not-located")
        found[each].append(said)


def _age(
    cohort: Cohort, rows: Sequence[int], under: int, on: date, facts: Mapping[int, Any], found: Found
) -> None:
    """Of age until the eve of that birthday."""
    verdicts = _verdicts(criteria.aged(cohort, at_least=0, below=under).verdict(on.toordinal()))
    reached = birthday(cohort.birth, under)
    for at, (each, verdict) in enumerate(zip(rows, verdicts, strict=True)):
        born = facts[each].birth_date
        if born is None:
            found[each].append(Said(Term.AGE, Verdict.UNKNOWN, "no-birth-date"))
        else:
            found[each].append(
                Said(Term.AGE, verdict, "age", date.fromordinal(int(reached[at])), age(born, on))
            )


def _level(cohort: Cohort, rows: Sequence[int], most: int, found: Found) -> None:
    for at, each in enumerate(rows):
        if cohort.level_missing[at]:
            found[each].append(Said(Term.LEVEL, Verdict.UNKNOWN, "no-level"))
            continue
        level = int(cohort.level[at])
        bac_plus = None if cohort.bac_plus_missing[at] else int(cohort.bac_plus[at])
        fewest, longest = years_after_bac(level, bac_plus)
        verdict = Verdict.YES if longest <= most else Verdict.NO if fewest > most else Verdict.UNKNOWN
        found[each].append(Said(Term.LEVEL, verdict, "level", None, level, bac_plus))


def _project(noted: str | None, facts: Any) -> Said:
    """The project noted by the club, else the occupation that the person looks for."""
    if noted:
        return Said(Term.PROJECT, Verdict.YES, "noted", value=noted)
    sought = facts.wanted_title or facts.wanted_rome
    if sought:
        return Said(Term.PROJECT, Verdict.YES, "sought", value=sought)
    return Said(Term.PROJECT, Verdict.UNKNOWN, "no-project")


def _availability(facts: Any, by: date) -> Said:
    free = facts.available_from
    if facts.wished_hours is not None and facts.wished_hours not in FULL_TIME:
        return Said(Term.AVAILABILITY, Verdict.NO, "part-time")
    if free is not None and free > by:
        return Said(Term.AVAILABILITY, Verdict.NO, "later", free)
    if facts.wished_hours is None:
        return Said(Term.AVAILABILITY, Verdict.UNKNOWN, "hours-not-said", free)
    return Said(Term.AVAILABILITY, Verdict.YES, "full-time", free)
