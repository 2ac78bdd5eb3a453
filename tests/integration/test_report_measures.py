"""Measures 11 to 13 in the report, figure by figure, against a plain recount of the same rows."""

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest

from matching import club_looks, outreach, report_words
from matching.club_outcomes import EMPLOYED, OUTCOMES
from matching.report_model import Month
from matching.store.campaign import (
    ClauseHours,
    ClausePerson,
    Lot,
    Outreach,
    OutreachAttempt,
    OutreachEvent,
    OutreachOffer,
    PotentialApproach,
    Tender,
    TenderEvent,
)
from matching.store.club import Club, ClubContact, ClubFollowUp, ClubMembership, ClubWeek
from matching.store.people import RegistrationSpell
from matching.store.sessions import CollectiveSession, SessionAttendance, SessionOffer
from matching.vocabulary import (
    ApproachState,
    AttendanceState,
    CheckInState,
    MembershipState,
    OutreachPurpose,
    OutreachState,
    PlacementState,
    SessionState,
    TenderState,
)
from tests import build, hires, joining
from tests.integration.months import home, lines, monthly, positive, some_zones
from tests.web.doors import an_agency

AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
MONTH = Month(2013, 10)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


def a_club(session):
    made = Club(agency_id=an_agency(session).id, name="Club")
    session.add(made)
    session.flush()
    return made


def member(session, club, joined, *, left=None, outcome=None, person=None):
    made = ClubMembership(
        club_id=club.id, person_id=(person or build.person(session)).id, joined_on=joined,
        planned_end_on=joined + 13 * WEEK, left_on=left, outcome=outcome,
        state=MembershipState.ENDED if outcome else MembershipState.ACTIVE,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize("seed", [1, 2])
def test_the_club_of_a_month_is_that_of_a_recount(session, seed):
    chance, club = random.Random(seed), a_club(session)
    members, contacts = [], []
    for _ in range(50):
        joined = date(2013, 2, 4) + DAY * chance.randrange(260)
        left = joined + DAY * chance.randrange(1, 91) if chance.random() < 0.6 else None
        made = member(session, club, joined, left=left, outcome=chance.choice(OUTCOMES) if left else None)
        members.append(made)
        for number in range(13):
            starts = joined + number * WEEK
            session.add(
                ClubWeek(membership_id=made.id, number=number + 1, starts_on=starts, ends_on=starts + 6 * DAY)
            )
        for _ in range(chance.randrange(12)):
            done, both = joined + DAY * chance.randrange(91), chance.random() < 0.7
            contacts.append((made.id, done, both))
            session.add(ClubContact(membership_id=made.id, done_on=done, channel="phone", two_way=both))
    session.flush()
    found = monthly(session, MONTH)
    first, last = MONTH.first, MONTH.last
    assert lines(found["F1"], "movement") == {
        "entered": sum(first <= each.joined_on <= last for each in members),
        "active": sum(each.joined_on <= last and (each.left_on is None or each.left_on > last) for each in members),
        "left": sum(each.left_on is not None and first <= each.left_on <= last for each in members),
    }  # fmt: skip
    assert positive(lines(found["F1"], "outcome")) == dict(
        Counter(each.outcome for each in members if each.left_on and first <= each.left_on <= last)
    )
    lived = [
        (each, each.joined_on + number * WEEK)
        for each in members
        for number in range(13)
        if first <= each.joined_on + number * WEEK + 6 * DAY <= last
        and (each.left_on is None or each.left_on >= each.joined_on + number * WEEK)
    ]
    covered = [
        (each, starts)
        for each, starts in lived
        if any(
            whose == each.id and both and starts <= done <= starts + 6 * DAY for whose, done, both in contacts
        )
    ]
    assert lived
    assert (found["F2"].numerator, found["F2"].denominator) == (len(covered), len(lived))
    due = [each for each in members if first <= each.planned_end_on <= last]
    known = [each.outcome if each.left_on and each.left_on <= last else "unknown" for each in due]
    assert due
    assert positive(lines(found["F4"], "outcome")) == dict(Counter(known))
    assert (found["F4"].numerator, found["F4"].denominator) == (
        sum(each in EMPLOYED for each in known),
        len(due),
    )


def test_a_contact_in_a_pause_covers_the_week_after_it_as_the_animator_sees_it(session):
    club, starts = joining.club(session), date(2013, 9, 30)
    row = joining.member(session, club, on=starts)
    joining.take(session, row, "pause", date(2013, 10, 7), reason="family", starts_on=date(2013, 10, 7),
                 until=date(2013, 10, 13))  # fmt: skip
    session.add(ClubContact(membership_id=row.id, done_on=date(2013, 10, 9), channel="phone", two_way=True))
    session.flush()
    seen = club_looks.of(session, [row], MONTH.last)[row.id]
    assert [each.look for each in seen[:4]] == ["missed", "covered", "missed", "current"]
    figure = monthly(session, MONTH)["F2"]
    assert (figure.numerator, figure.denominator) == (1, 3)


def test_who_dropped_out_or_was_not_reached_counts_in_what_became_of_the_club(session):
    club = a_club(session)
    joined = date(2013, 1, 14)  # thirteen weeks to the 15th of April: six months before the month
    for situation in ("lasting_job", "short_job", "continues", None):
        made = member(session, club, joined)
        if situation:
            session.add(
                ClubFollowUp(
                    membership_id=made.id, month=6, due_on=date(2013, 10, 15), state=CheckInState.HELD,
                    held_on=date(2013, 10, 20), situation=situation,
                )
            )  # fmt: skip
    dropped = member(session, club, joined)
    dropped.state = MembershipState.DROPPED_OUT
    late = member(session, club, joined)
    session.add(
        ClubFollowUp(
            membership_id=late.id, month=6, due_on=date(2013, 10, 15), state=CheckInState.HELD,
            held_on=date(2013, 11, 2), situation="lasting_job",
        )
    )  # fmt: skip
    session.flush()
    found = monthly(session, MONTH)["F4-6"]
    assert (found.numerator, found.denominator) == (2, 6)
    assert lines(found, "outcome")["unknown"] == 3


def test_attendance_counts_those_expected_and_sessions_as_they_were(session):
    agency = an_agency(session)
    states = (
        AttendanceState.PRESENT, AttendanceState.LATE, AttendanceState.ABSENT, AttendanceState.EXCUSED,
        AttendanceState.WITHDRAWN,
    )  # fmt: skip
    offer = build.offer(session)
    for day, state, reason in (
        (date(2013, 10, 1), SessionState.CLOSED, None),
        (date(2013, 10, 31), SessionState.CLOSED, None),
        (date(2013, 10, 8), SessionState.CANCELLED, "salle indisponible"),
        (date(2013, 10, 15), SessionState.PLANNED, None),
        (date(2013, 11, 1), SessionState.CLOSED, None),
    ):
        made = CollectiveSession(
            agency_id=agency.id, held_on=day, starts_at=time(9, 30), ends_at=time(11, 30), theme="Les offres",
            place="Atrium", capacity=12, state=state, cancelled_reason=reason, made_at=AT, changed_at=AT,
            closed_on=day if state is SessionState.CLOSED else None,
        )  # fmt: skip
        session.add(made)
        session.flush()
        session.add(SessionOffer(session_id=made.id, offer_id=offer.id, rank=1, packed="chosen"))
        for number, stated in enumerate(states):
            session.add(
                SessionAttendance(
                    session_id=made.id, person_id=build.person(session).id, state=stated, walk_in=number == 0,
                    registered_on=day, asked_at=AT,
                )
            )  # fmt: skip
    session.flush()
    found = monthly(session, MONTH)["F3"]
    assert (found.numerator, found.denominator) == (4, 6)
    assert lines(found, "sessions") == {"held": 2, "cancelled": 1, "came": 4, "walk-ins": 2, "offers": 1}


def on_register(session, *, purpose=OutreachPurpose.AVENIR, year=2013, state=OutreachState.LISTED, **changes):
    made = Outreach(
        organisation_id=build.organisation(session).id, purpose=purpose, year=year, state=state,
        listed_on=date(2013, 9, 2), **changes,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def step(session, row, action, before, after, day, code=None):
    session.add(
        OutreachEvent(
            outreach_id=row.id,
            action=action,
            from_state=before,
            to_state=after,
            done_on=day,
            reason_code=code,
        )
    )
    session.flush()


def test_the_chain_of_a_register_by_year_and_kind_up_to_the_end_of_the_month(session):
    S = OutreachState
    on_register(session)
    on_register(session, notified_on=date(2013, 9, 10), with_clause=False)
    called = on_register(session, notified_on=date(2013, 9, 10), with_clause=True)
    session.add(
        OutreachAttempt(
            outreach_id=called.id, done_on=date(2013, 10, 31), channel="phone", result="talked", noted_at=AT
        )
    )
    promised = on_register(session, posts_promised=3)
    step(session, promised, "promise", S.CONTACTED, S.PROMISED, date(2013, 10, 2))
    late = on_register(session, posts_promised=2)
    step(session, late, "promise", S.CONTACTED, S.PROMISED, date(2013, 11, 2))
    for year, starts, ended in (
        (2012, date(2013, 4, 2), None), (2012, date(2013, 4, 2), date(2013, 9, 1)), (2013, date(2013, 10, 7), None),
    ):  # fmt: skip
        row = on_register(session, year=year)
        offer = build.offer(session, positions=2)
        session.add(OutreachOffer(outreach_id=row.id, offer_id=offer.id, linked_on=date(2013, 10, 1)))
        build.placement(
            session, offer_id=offer.id, state=PlacementState.RUNNING, signed_on=starts - DAY, starts_on=starts, ended_on=ended,
            end_reason="resigned" if ended else None,
        )  # fmt: skip
    session.flush()
    chain = monthly(session, MONTH)["G1"]
    counts = {line.key: line.value for line in chain.by("year", "purpose", "step").lines}
    steps = ("listed", "notified", "contacted", "promised", "posted", "hired", "still_there")
    assert [counts["2013", "avenir", each] for each in steps] == [6, 1, 1, 1, 1, 1, 0]
    assert [counts["2012", "avenir", each] for each in steps] == [2, 0, 0, 0, 2, 2, 1]
    posts = {line.key: line.also.get("posts") for line in chain.by("year", "purpose", "step").lines}
    assert posts["2013", "avenir", "promised"] == 3 and posts["2012", "avenir", "posted"] == 4


def test_a_refusal_counts_by_its_reason_while_it_stands_and_two_companies_are_not_shown(session):
    S = OutreachState
    for code, taken_back in (("cost", None), ("cost", date(2013, 10, 20)), ("no_tutor", date(2013, 11, 2))):
        row = on_register(session)
        step(session, row, "refuse", S.CONTACTED, S.REFUSED, date(2013, 10, 3), code)
        if taken_back:
            step(session, row, "reopen", S.REFUSED, S.TO_CONTACT, taken_back)
    for _ in range(2):
        row = on_register(session, purpose=OutreachPurpose.FRANC)
        step(session, row, "refuse", S.CONTACTED, S.REFUSED, date(2013, 10, 3), "no_work")
    assert set(report_words.REFUSALS) == set(outreach.REFUSALS), "each reason has its words"
    found = monthly(session, MONTH, edition=5)["G2"]
    assert found.value == 2
    assert lines(found, "purpose", "reason") == {
        ("avenir", "cost"): 1, ("avenir", "no_tutor"): 1, ("franc", "no_work"): None
    }  # fmt: skip


def test_hours_of_clauses_go_with_the_people_who_gave_them(session):
    tender = Tender(
        agency_id=an_agency(session).id, buyer="Ville", object="Voirie", state=TenderState.INSERTED,
        known_on=date(2013, 3, 1),
    )  # fmt: skip
    session.add(tender)
    session.flush()
    for action, day in (
        ("propose", date(2013, 10, 1)),
        ("insert", date(2013, 10, 31)),
        ("refuse", date(2013, 11, 1)),
    ):
        session.add(
            TenderEvent(tender_id=tender.id, action=action, to_state=TenderState.INSERTED, done_on=day)
        )
    lot = Lot(tender_id=tender.id, number=1, label="Gros œuvre", minutes_due=60_000)
    session.add(lot)
    session.flush()
    for under, resident, people in ((True, True, 6), (True, False, 3), (None, True, 1)):
        for _ in range(people):
            made = ClausePerson(
                lot_id=lot.id, public="under_26", proof_on=date(2013, 9, 1), under_26=under, resident=resident,
                mode="direct", starts_on=date(2013, 9, 2),
            )  # fmt: skip
            session.add(made)
            session.flush()
            for month, minutes in ((date(2013, 9, 1), 999), (date(2013, 10, 1), 600)):
                session.add(ClauseHours(clause_person_id=made.id, month=month, worked_minutes=minutes))
    session.flush()
    found = monthly(session, MONTH)
    assert lines(found["K1"], "step") == {"propose": 1, "insert": 1, "refuse": 0}
    hours = found["K2"]
    assert lines(hours, "whose") == {"young_residents": 6, "others": 3, "unknown": 1}
    assert hours.by("whose").get("young_residents").also == {"minutes": 3600}
    assert hours.also == {"minutes": 6000}
    hidden = monthly(session, MONTH, edition=5)["K2"]
    assert all(line.also == {"minutes": None} for line in hidden.by("whose").lines if line.suppressed)
    assert hidden.by("whose").get("others").suppressed and hidden.also == {"minutes": None}


def test_entitled_residents_who_were_not_reached_stand_beside_those_who_were(session):
    """Only who lives in the zone, holds a right on the first day and is under no contract: reached or not."""
    agency, club = an_agency(session), a_club(session)
    zone = some_zones(session)[0]

    def resident(signs=None):
        made = build.person(session, agency_id=agency.id)
        session.add(RegistrationSpell(person_id=made.id, start_on=date(2012, 1, 2), source="pole-emploi"))
        home(session, made, zone)
        if signs:
            build.placement(
                session,
                person_id=made.id,
                state=PlacementState.RUNNING,
                programme=hires.AVENIR,
                signed_on=signs,
                starts_on=signs,
            )
        return made

    in_club = [resident(), resident(date(2013, 10, 10)), resident(date(2013, 9, 30))]
    for each in in_club:
        member(session, club, date(2013, 9, 2), person=each)
    graduate, employer = resident(), build.organisation(session)
    session.add(
        PotentialApproach(
            person_id=graduate.id, organisation_id=employer.id, state=ApproachState.CONTACTED, made_on=date(2013, 8, 1),
            approached_on=date(2013, 8, 1),
        )
    )  # fmt: skip
    resident(date(2013, 10, 2))
    outside = build.person(session, agency_id=agency.id)
    member(session, club, date(2013, 9, 2), person=outside)
    session.flush()
    found = monthly(session, MONTH)
    sides = lines(found["T1-club"], "side", "outcome")
    # The third member signed before the month: nobody's gain of October.
    assert sides == {
        ("targeted", "yes"): 1, ("targeted", "no"): 1, ("others", "yes"): 1, ("others", "no"): 1
    }  # fmt: skip
    assert lines(found["T1-graduates"], "side", "outcome")["targeted", "no"] == 1
    assert found["T1-prospecting"].denominator == 0
