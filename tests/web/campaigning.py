"""What the campaign knows of one person: club, sessions, clauses, approaches; every text of it says the same mark."""

from datetime import UTC, date, datetime, time

import sqlalchemy as sa

from matching import collective
from matching.collective import Plan
from matching.store.campaign import (
    ClauseHours,
    ClausePerson,
    Lot,
    Outreach,
    OutreachAttempt,
    PotentialApproach,
    Tender,
)
from matching.store.club import Approach, ClubContact, ClubPause, ClubWeek
from matching.store.people import Person
from matching.store.sessions import AttendanceStatement
from matching.vocabulary import (
    ApproachState,
    AttendanceState,
    OutreachPurpose,
    OutreachState,
    Party,
    TenderState,
)
from tests import build, joining
from tests.web import marked, planned

AT = datetime(2013, 11, 4, 8, tzinfo=UTC)
TODAY, BEGAN = date(2013, 11, 4), date(2013, 9, 2)
#: Texts that are codes of a closed list here.
CODES = (
    "name_key", "channel", "result", "reason", "public", "mode", "excused", "refusal", "outcome", "exit", "cpv",
    "cancelled_reason",
)  # fmt: skip


def around(session, text, *, agency, user, who, animator=None, common=False):
    """First part of an address -> ids that may stand there. `common`: the texts that other agencies read, marked too."""
    person = session.scalars(sa.select(Person).where(Person.public_id == who)).one()

    def made(model, **facts):
        row = build._add(session, model(**facts))
        marked.mark(row, text, but=CODES)
        return row

    club = joining.club(session, agency_id=agency.id, animator=animator, name=f"Club {text}"[:100])
    group = joining.cohort(session, club, starts_on=BEGAN)
    row = joining.member(session, club, group=group, on=BEGAN, person=person)
    week = session.scalars(sa.select(ClubWeek).where(ClubWeek.membership_id == row.id)).first()
    for each in (row, week):
        marked.mark(each, text, but=CODES)
    own = {"membership_id": row.id, "done_on": TODAY}
    contact = made(ClubContact, **own, channel="phone", two_way=True)
    tried = made(Approach, **own, employer="x", channel="visit", result="waiting")
    made(
        ClubPause,
        membership_id=row.id,
        starts_on=date(2013, 12, 2),
        ends_on=date(2013, 12, 6),
        reason="family",
    )
    held = collective.plan(
        session, agency.id, Plan(TODAY, time(9, 30), time(11, 30), "Entretien", "Atrium", 12), actor_id=user.id,
        party=Party.ADVISOR, on=BEGAN, at=AT,
    )  # fmt: skip
    slot = planned.slot(session, agency=agency)
    seat = planned.seat(session, held, person)
    for state in (AttendanceState.PRESENT, AttendanceState.ABSENT):
        said = {
            "attendance_id": seat.id,
            "state": state,
            "stated_at": AT,
            "received_at": AT,
            "conflict": True,
        }
        build._add(session, AttendanceStatement(key=str(state), stated_by_id=user.id, **said))
    tender = made(
        Tender, agency_id=agency.id, buyer="x", object="x", state=TenderState.INSERTED, known_on=BEGAN,
        inserted_on=BEGAN, starts_on=BEGAN,
    )  # fmt: skip
    lot = made(Lot, tender_id=tender.id, number=1, label="x", minutes_due=6000, starts_on=BEGAN)
    worker = made(
        ClausePerson, lot_id=lot.id, person_id=person.id, public="young_low_level", proof_on=BEGAN, mode="etti",
        starts_on=BEGAN,
    )  # fmt: skip
    made(ClauseHours, clause_person_id=worker.id, month=date(2013, 10, 1), worked_minutes=600)
    house = build.organisation(session, name="Maison")
    made(
        PotentialApproach, person_id=person.id, organisation_id=house.id, state=ApproachState.CONTACTED, made_on=TODAY,
        approached_on=TODAY, channel="phone",
    )  # fmt: skip
    lines = {}
    for purpose, area in ((OutreachPurpose.AVENIR, "associations"), (OutreachPurpose.FRANC, "employeurs")):
        if common:
            line = made(
                Outreach, organisation_id=house.id, purpose=purpose, year=2013, state=OutreachState.CONTACTED,
                listed_on=BEGAN,
            )  # fmt: skip
            made(
                OutreachAttempt,
                outreach_id=line.id,
                done_on=TODAY,
                channel="phone",
                result="talked",
                noted_at=AT,
            )
            lines[area] = line.public_id
    if common:
        for each in (held, slot):
            marked.mark(each, text, but=CODES)
    session.flush()
    return {
        "club": [row.public_id, contact.public_id, tried.public_id, club.public_id, group.public_id],
        "clauses": [tender.public_id, lot.public_id, worker.public_id],
        "diplomes": [who],
        "seances": [seat.public_id, slot.public_id],
        **{area: [lines[area]] if area in lines else [] for area in ("associations", "employeurs")},
    }
