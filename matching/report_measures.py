"""Measures 11 to 13 of a month: the counts behind the figures F (club, sessions), G (prospecting), K (social clauses).

As in `report_figures`, each fact stands in the month of its own day, and is read from the rows, one query a figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from . import clause_year
from .clause_queries import OTHERS, YOUNG_RESIDENTS
from .club_outcomes import EMPLOYED
from .report_model import UNKNOWN, Month
from .report_outcomes import Part
from .store.campaign import ClauseHours, ClausePerson
from .store.club import ClubContact, ClubFollowUp, ClubMembership, ClubWeek
from .store.sessions import CollectiveSession, SessionAttendance, SessionOffer
from .vocabulary import CAME, AttendanceState, CheckInState, SessionState

#: Months after the planned end of the club at which one asks again (F4).
AFTER_CLUB = 6
#: Whose hours of a clause one counts apart.
HOURS = ("young_residents", "others", "unknown")


class Club(NamedTuple):
    """A month of the club: who came in, who is in it at the end, who left by outcome, who lost touch."""

    entered: int
    active: int
    left: Mapping[str, int]
    weeks: Part


class Ended(NamedTuple):
    """Of those whose weeks were to end in a month, whoever they are: outcomes, of whom some are not known."""

    by_outcome: Mapping[str, int]

    @property
    def all(self) -> int:
        return sum(self.by_outcome.values())


class Held(NamedTuple):
    """Collective sessions of a month: held and cancelled, who was there of those expected, offers presented."""

    held: int
    cancelled: int
    attendance: Part
    walk_ins: int
    offers: int


class Hours(NamedTuple):
    """People who gave hours to a lot in a month, and their minutes."""

    people: int
    minutes: int


def club(session: Session, month: Month) -> Club:
    """Entries, members at the end, exits by outcome and weeks covered, each by its own day."""
    joined, left = ClubMembership.joined_on, ClubMembership.left_on
    row = session.execute(
        sa.select(
            sa.func.count(sa.case((joined.between(month.first, month.last), ClubMembership.id))),
            sa.func.count(
                sa.case(
                    (
                        sa.and_(joined <= month.last, sa.or_(left.is_(None), left > month.last)),
                        ClubMembership.id,
                    )
                )
            ),
        ).where(joined.is_not(None))
    ).one()
    exits = session.execute(
        sa.select(ClubMembership.outcome, sa.func.count())
        .where(left.between(month.first, month.last))
        .group_by(ClubMembership.outcome)
    )
    by_outcome = {outcome or UNKNOWN: number for outcome, number in exits}
    return Club(row[0], row[1], by_outcome, weeks_covered(session, month))


def weeks_covered(session: Session, month: Month) -> Part:
    """Weeks that end in the month, lived by a member: how many have a two-way contact (report.md F2).

    A week after the member left is nobody's. A pause pushes the weeks: none is lost in one, and a contact in it counts
    for the week after it, as on the member's page (`club_looks.place_of`).
    """
    earlier = aliased(ClubWeek)
    sooner = sa.exists().where(
        earlier.membership_id == ClubWeek.membership_id,
        earlier.number < ClubWeek.number,
        earlier.ends_on >= ClubContact.done_on,
    )
    covered = (
        sa.exists()
        .where(
            ClubContact.membership_id == ClubWeek.membership_id,
            ClubContact.two_way.is_(True),
            ClubContact.done_on <= ClubWeek.ends_on,
            ~sooner.correlate(ClubWeek, ClubContact),
        )
        .correlate(ClubWeek)
    )
    row = session.execute(
        sa.select(sa.func.count(sa.case((covered, ClubWeek.id))), sa.func.count())
        .select_from(ClubWeek)
        .join(ClubMembership, ClubMembership.id == ClubWeek.membership_id)
        .where(
            ClubWeek.ends_on.between(month.first, month.last),
            sa.or_(ClubMembership.left_on.is_(None), ClubMembership.left_on >= ClubWeek.starts_on),
        )
    ).one()
    return Part(*row)


def ended(session: Session, month: Month) -> Ended:
    """All whose weeks were to end in the month, drop-outs included, by the outcome known at its end."""
    rows = session.execute(
        sa.select(
            sa.case((ClubMembership.left_on <= month.last, ClubMembership.outcome)).label("issue"),
            sa.func.count(),
        )
        .where(ClubMembership.planned_end_on.between(month.first, month.last))
        .group_by(sa.literal_column("issue"))
    )
    found: dict[str, int] = {}
    for outcome, number in rows:
        found[outcome or UNKNOWN] = found.get(outcome or UNKNOWN, 0) + number
    return Ended(found)


def later(session: Session, month: Month) -> Ended:
    """Of those whose weeks ended six months before, the situation then; unknown where nobody was reached."""
    then = month.plus(-AFTER_CLUB)
    rows = session.execute(
        sa.select(ClubFollowUp.situation, sa.func.count())
        .select_from(ClubMembership)
        .outerjoin(
            ClubFollowUp,
            sa.and_(
                ClubFollowUp.membership_id == ClubMembership.id,
                ClubFollowUp.month == AFTER_CLUB,
                ClubFollowUp.state == CheckInState.HELD,
                ClubFollowUp.held_on <= month.last,
            ),
        )
        .where(ClubMembership.planned_end_on.between(then.first, then.last))
        .group_by(ClubFollowUp.situation)
    )
    return Ended({situation or UNKNOWN: number for situation, number in rows})


def in_a_job(of: Ended) -> int:
    """How many of them were in a job of any kind."""
    return sum(number for outcome, number in of.by_outcome.items() if outcome in EMPLOYED)


def sessions(session: Session, month: Month) -> Held:
    """Sessions of the month: what was stated of each; who asked to be excused was not expected."""
    here = CollectiveSession.held_on.between(month.first, month.last)
    counted = session.execute(
        sa.select(
            sa.func.count(sa.case((CollectiveSession.state == SessionState.CLOSED, CollectiveSession.id))),
            sa.func.count(sa.case((CollectiveSession.state == SessionState.CANCELLED, CollectiveSession.id))),
        ).where(here)
    ).one()
    state = SessionAttendance.state
    there = session.execute(
        sa.select(
            sa.func.count(sa.case((state.in_(CAME), SessionAttendance.id))),
            sa.func.count(sa.case((state.in_((*CAME, AttendanceState.ABSENT)), SessionAttendance.id))),
            sa.func.count(
                sa.case((sa.and_(state.in_(CAME), SessionAttendance.walk_in.is_(True)), SessionAttendance.id))
            ),
        )
        .join(CollectiveSession, CollectiveSession.id == SessionAttendance.session_id)
        .where(here, CollectiveSession.state == SessionState.CLOSED)
    ).one()
    offers = session.scalar(
        sa.select(sa.func.count(sa.distinct(SessionOffer.offer_id)))
        .join(CollectiveSession, CollectiveSession.id == SessionOffer.session_id)
        .where(here, CollectiveSession.state == SessionState.CLOSED, SessionOffer.packed != "removed")
    )
    return Held(counted[0], counted[1], Part(there[0], there[1]), there[2], offers or 0)


def clauses(session: Session, month: Month) -> dict[str, int]:
    """Clauses proposed to a buyer, inserted and refused in the month."""
    acts = clause_year.acts(session, month.first, month.last)
    return {"propose": acts.proposed, "insert": acts.inserted, "refuse": acts.refusals}


def clause_hours(session: Session, month: Month) -> dict[str, Hours]:
    """People and minutes worked under a clause in the month: young residents of the zones, others, not known."""
    whose = sa.case((YOUNG_RESIDENTS, HOURS[0]), (OTHERS, HOURS[1]), else_=HOURS[2])
    rows = session.execute(
        sa.select(
            whose.label("whose"),
            sa.func.count(sa.distinct(ClausePerson.id)),
            sa.func.sum(ClauseHours.worked_minutes),
        )
        .join(ClausePerson, ClausePerson.id == ClauseHours.clause_person_id)
        .where(ClauseHours.month == month.first, ClauseHours.worked_minutes > 0)
        .group_by(sa.literal_column("whose"))
    )
    found = {whose: Hours(people, int(minutes)) for whose, people, minutes in rows}
    return {each: found.get(each, Hours(0, 0)) for each in HOURS}
