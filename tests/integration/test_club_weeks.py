"""Thirteen weeks lived through: contacts, pauses, silence, the clock (workflow.md iv, acceptance cases 12 and 13)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from matching import (
    approaches,
    club as machine,
    club_board,
    club_contacts,
    club_digest,
    club_follow_up,
    club_looks,
    club_outcomes,
    club_pauses,
    club_rules,
    club_sheet,
    club_weeks,
)
from matching.club_looks import Look
from matching.daily import Day
from matching.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed
from matching.store import scope
from matching.store.club import (
    ClubContact,
    ClubFollowUp,
    ClubMembership,
    ClubPause,
    ClubWeek,
    MembershipEvent,
)
from matching.store.messages import OutgoingMessage
from matching.store.sessions import CollectiveSession, SessionAttendance
from matching.vocabulary import AttendanceState, MembershipState as State, Party, SessionState
from tests import build, joining
from tests.joining import DAY

ANIMATOR = Party.ANIMATOR


def at(day):
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def contact(session, row, day, *, two_way=True, on=None, **more):
    said = club_contacts.Said(day, **{"channel": "phone", "two_way": two_way, **more})
    return club_contacts.note(
        session, row, said, actor_id=None, party=ANIMATOR, on=on or day, at=at(on or day)
    )


def pause(session, row, first, last, *, on=None, reason="sickness"):
    club_pauses.note(
        session, row, first, last, reason, actor_id=None, party=ANIMATOR, on=on or first, at=at(on or first)
    )


def tick(session, day):
    now = Day(day, at(day), None)
    return club_rules.begin(session, now) + club_rules.watch(session, now)


def looks(session, row, on):
    return [square.look for square in club_looks.of(session, [row], on)[row.id]]


def days(number):
    return DAY + timedelta(days=number)


def test_case_13_thirteen_weeks_with_a_pause_a_holiday_a_cancelled_session_a_walk_in_and_a_job(session):
    """From Monday 2 September: a job in week 4, contacts until week 13, a pause in week 3, 1 November in week 9."""
    club = joining.club(session)
    animator = joining.animator(session, agency_id=club.agency_id)
    session.add(joining.ClubAnimator(club_id=club.id, user_id=animator.id))
    row = joining.member(session, club)
    contact(session, row, days(1))
    contact(session, row, days(8), channel="in_person", next_step="Déposer dix candidatures")
    # Ill from Tuesday of week 3 to the Monday after: that week is longer by seven days, the others come later.
    pause(session, row, days(15), days(21))
    assert (row.state, row.planned_end_on) == (State.PAUSED, days(98))
    assert looks(session, row, days(20))[2] is Look.PAUSED
    assert tick(session, days(22)) == 1 and row.state is State.ACTIVE
    seats = {
        "cancelled": (days(17), SessionState.CANCELLED, AttendanceState.REGISTERED, False),
        "walk-in": (days(24), SessionState.CLOSED, AttendanceState.PRESENT, True),
    }
    for theme, (held, state, said, walked) in seats.items():
        meeting = CollectiveSession(
            agency_id=club.agency_id, held_on=held, starts_at=time(14), ends_at=time(16), theme=theme,
            place="Atrium", capacity=12, state=state, made_at=at(DAY), changed_at=at(DAY), sequence=0,
            cancelled_reason="salle indisponible" if state is SessionState.CANCELLED else None,
            closed_on=held if state is SessionState.CLOSED else None,
        )  # fmt: skip
        session.add(meeting)
        session.flush()
        session.add(SessionAttendance(
            session_id=meeting.id, person_id=row.person_id, state=said, walk_in=walked, registered_on=held,
            asked_at=at(held),
        ))  # fmt: skip
    session.flush()
    # Presence is no two-way contact by itself: week 3 is covered by what was said there.
    assert looks(session, row, days(28))[2] is Look.MISSED
    contact(session, row, days(24), on=days(28), channel="session")
    contact(session, row, days(30))
    joining.take(session, row, "end", days(31), outcome="lasting_job")
    assert (row.state, row.left_on, row.planned_end_on) == (State.ENDED, days(31), days(98))
    for number in (38, 50, 60, 72, 97):  # Friday 1 November is day 60, a public holiday: who called is noted
        contact(session, row, days(number))
    with pytest.raises(InvalidInput, match="contact-after-club"):
        contact(session, row, days(98))
    assert tick(session, days(99)) == 0
    found = club_looks.of(session, [row], days(99))[row.id]
    shown = "".join({"covered": "#", "after": ".", "missed": "!"}[square.look] for square in found)
    assert shown == "#####.##.#..#"
    assert club_looks.coverage(found) == club_looks.Coverage(9, 0, 9)
    asked = session.scalars(sa.select(ClubFollowUp.due_on).order_by(ClubFollowUp.month)).all()
    assert asked == [date(2014, 3, 9), date(2014, 6, 9)]
    actor = scope.Actor.of(animator, session.get(joining.Agency, club.agency_id))
    sheet = club_sheet.sheet(session, actor, row.public_id, days(99))
    assert [(seat.session.theme, seat.attendance.walk_in) for seat in sheet.weeks[2].seats] == [
        ("cancelled", False), ("walk-in", True),
    ]  # fmt: skip
    assert sheet.weeks[1].row.next_step == "Déposer dix candidatures"


def test_two_weeks_of_silence_then_four_and_what_brings_back(session):
    club = joining.club(session)
    row = joining.member(session, club)
    contact(session, row, days(3))
    contact(session, row, days(10), two_way=False)  # nobody answered: not a contact
    assert tick(session, days(16)) == 0
    assert tick(session, days(17)) == 1 and row.state is State.AT_RISK
    assert tick(session, days(30)) == 0
    assert tick(session, days(31)) == 1 and row.state is State.DROPPED_OUT
    # Told late, and still four weeks silent: nothing changes; told today: back.
    contact(session, row, days(2), on=days(32))
    assert row.state is State.DROPPED_OUT
    made = contact(session, row, days(32))
    assert row.state is State.ACTIVE
    events = session.scalars(sa.select(MembershipEvent).order_by(MembershipEvent.id)).all()
    assert [(e.action, e.party) for e in events[2:]] == [
        ("risk", "clock"), ("drop_out", "clock"), ("contact", "system"),
    ]  # fmt: skip
    club_contacts.take_back(session, row, made, actor_id=None, party=ANIMATOR, on=days(33), at=at(days(33)))
    assert tick(session, days(33)) == 1 and row.state is State.AT_RISK
    assert tick(session, days(34)) == 1 and row.state is State.DROPPED_OUT
    assert session.get(build.Person, row.person_id).last_contact_on == days(32)


def test_the_thresholds_are_the_club_s(session):
    row = joining.member(session, joining.club(session, risk_weeks=1, drop_weeks=3, silence_days=5))
    assert tick(session, days(6)) == 0
    assert tick(session, days(7)) == 1 and row.state is State.AT_RISK
    assert tick(session, days(21)) == 1 and row.state is State.DROPPED_OUT


@pytest.mark.parametrize(("first", "last", "code"), [
    (10, 5, "pause-order"), (-3, 5, "pause-outside"), (101, 105, "pause-outside"), (5, 26, "pause-too-long"),
    (28, 40, "pause-overlaps"), (20, 34, "pause-overlaps"), (41, 55, "pause-too-long"),
])  # fmt: skip
def test_a_pause_that_cannot_be_says_why_and_moves_nothing(session, first, last, code):
    """One is noted from day 31 to day 40: touching it makes one long pause."""
    row = joining.member(session)
    pause(session, row, days(31), days(40), on=days(2))
    before = [(week.starts_on, week.ends_on) for week in club_weeks.weeks_of(session, row.id)]
    with pytest.raises(InvalidInput, match=code) as refused:
        pause(session, row, days(first), days(last), on=days(60))
    if code == "pause-overlaps":
        assert refused.value.facts == {"starts_on": days(31), "ends_on": days(40)}
    assert [(week.starts_on, week.ends_on) for week in club_weeks.weeks_of(session, row.id)] == before
    assert session.scalar(sa.select(sa.func.count(ClubPause.id))) == 1


def test_a_pause_noted_ahead_begins_and_ends_by_the_clock_or_earlier(session):
    row = joining.member(session)
    pause(session, row, days(7), days(20), on=days(2))
    assert (row.state, row.planned_end_on) == (State.ACTIVE, days(105))
    assert tick(session, days(7)) == 1 and row.state is State.PAUSED
    contact(session, row, days(9))
    joining.take(session, row, "resume", days(10))
    assert (row.state, row.planned_end_on) == (State.ACTIVE, days(94))
    # The contact in the pause counts for the week that waited for it.
    assert looks(session, row, days(11))[:3] == [Look.MISSED, Look.COVERED, Look.TO_COME]
    club_pauses.extend(
        session, row, 2, "Entretien prévu", actor_id=None, party=ANIMATOR, on=days(12), at=at(days(12))
    )
    assert (row.planned_end_on, len(looks(session, row, days(12)))) == (days(108), 15)
    for weeks, why, code in (
        (0, "x", "extension-length"),
        (60, "x", "extension-length"),
        (1, " ", "reason-needed"),
    ):
        with pytest.raises(InvalidInput, match=code):
            club_pauses.extend(
                session, row, weeks, why, actor_id=None, party=ANIMATOR, on=days(12), at=at(days(12))
            )


def test_case_12_a_year_day_by_day_by_leaps_and_twice_leaves_the_same(session):
    """Three of the same story; the clock runs each day, twice a day, and once in a while."""
    told = []
    for number, due in enumerate(
        (lambda day: (1,), lambda day: (1, 1), lambda day: (1,) if day % 3 == 0 else ())
    ):
        club = joining.club(session, name=f"Club {number}", agency_id=told[0][2] if told else None)
        group = joining.cohort(session, club, starts_on=days(7))
        row = joining.enter(session, club, cohort_id=group.id)
        for day in range(365 if number == 0 else 120):  # nothing moves after the planned end
            if row.joined_on is not None:
                if day in (10, 17, 60):
                    contact(session, row, days(day))
                if day == 20:
                    pause(session, row, days(25), days(33), on=days(20))
            for _ in due(day):
                tick(session, days(day))
            assert day != 8 or row.state is State.ACTIVE or number == 2
        lines = session.execute(
            sa.select(MembershipEvent.action, MembershipEvent.done_on)
            .where(MembershipEvent.membership_id == row.id)
            .order_by(MembershipEvent.id)
        ).all()
        told.append(([line.action for line in lines], row.state, club.agency_id))
        if number == 0:
            assert [(line.action, (line.done_on - DAY).days) for line in lines] == [
                ("register", 0), ("start", 7), ("pause_noted", 20), ("pause", 25), ("resume", 34), ("risk", 40),
                ("drop_out", 54), ("contact", 60), ("risk", 74), ("drop_out", 88),
            ]  # fmt: skip
    assert told[0] == told[1] == told[2]


def test_an_absence_with_its_reason_is_not_missed_and_a_future_contact_is_refused(session):
    row = joining.member(session)
    week = club_contacts.numbered(session, row, 1)
    club_contacts.mark(session, row, week, excused="holiday", obstacle=None, next_step=None, party=ANIMATOR)
    assert looks(session, row, days(15)) == [Look.EXCUSED, Look.MISSED, Look.CURRENT, *[Look.TO_COME] * 10]
    with pytest.raises(InvalidInput, match="bad-choice"):
        club_contacts.mark(
            session, row, week, excused="paresse", obstacle=None, next_step=None, party=ANIMATOR
        )
    for code, said in (("contact-to-come", {"done_on": days(16)}), ("contact-before-club", {"done_on": days(-1)}),
                       ("unknown-channel", {"channel": "pigeon"}), ("contact-minutes", {"minutes": 0})):  # fmt: skip
        facts = {"done_on": days(15), "channel": "phone", "two_way": True, **said}
        with pytest.raises(InvalidInput, match=code):
            club_contacts.note(session, row, club_contacts.Said(**facts), actor_id=None, party=ANIMATOR, on=days(15),
                               at=at(days(15)))  # fmt: skip
    for party in (Party.ADVISOR, Party.SUPERVISOR, Party.EMPLOYER):
        with pytest.raises(NotAllowed):
            club_contacts.note(session, row, club_contacts.Said(days(1), "phone", True), actor_id=None, party=party,
                               on=days(15), at=at(days(15)))  # fmt: skip
    assert session.scalar(sa.select(sa.func.count(ClubContact.id))) == 0


def test_a_contract_signed_meanwhile_proposes_the_outcome(session):
    row = joining.member(session)
    assert club_outcomes.propose(session, row) is None
    done = approaches.Done(days(2), "Boulangerie", "visit", "hired", days(9))
    approaches.note(session, row, done, actor_id=None, party=ANIMATOR, on=days(9))
    assert club_outcomes.propose(session, row) == club_outcomes.Proposed("short_job", None)
    placement = build.placement(
        session, person_id=row.person_id, signed_on=days(20), programme="emplois-avenir"
    )
    assert club_outcomes.propose(session, row) == club_outcomes.Proposed("emploi_avenir", placement)


@pytest.mark.parametrize(("facts", "outcome"), [
    ({"programme": "emplois-francs-2013"}, "emploi_franc"), ({"programme": "cui-cae"}, "other_aided"),
    ({"programme": None, "contract_kind": "CDI"}, "lasting_job"),
    ({"programme": None, "contract_kind": "CDD", "months": 6}, "lasting_job"),
    ({"programme": None, "contract_kind": "CDD", "months": 5}, "short_job"),
    ({"programme": None, "contract_kind": "APP"}, "apprenticeship"),
    ({"programme": None, "contract_kind": "MIS"}, "interim"),
])  # fmt: skip
def test_what_a_contract_stands_for(facts, outcome):
    assert club_outcomes.of_placement(club_outcomes.Placement(**facts)) == outcome


def test_the_situation_is_asked_once_on_its_day_and_may_be_noted_after_a_miss(session):
    row = joining.member(session)
    joining.take(session, row, "end", days(90), outcome="continues")
    first, _ = club_follow_up.of(session, row.id)
    with pytest.raises(InvalidInput, match="not-yet"):
        club_follow_up.note(
            session, first, "training", actor_id=None, party=ANIMATOR, on=first.due_on - timedelta(30)
        )
    club_follow_up.miss(session, first, actor_id=None, party=ANIMATOR, on=first.due_on)
    club_follow_up.note(session, first, "training", actor_id=None, party=ANIMATOR, on=first.due_on)
    with pytest.raises(Conflict, match="follow-up-noted"):
        club_follow_up.note(session, first, "moved", actor_id=None, party=ANIMATOR, on=first.due_on)
    assert (str(first.state), first.situation) == ("held", "training")


def test_nothing_is_noted_of_who_has_not_begun(session):
    club = joining.club(session)
    row = joining.enter(session, club, "invite")
    with pytest.raises(InvalidInput, match="club-not-begun"):
        contact(session, row, DAY)
    with pytest.raises(IllegalTransition):
        pause(session, row, days(1), days(2))
    assert session.scalar(sa.select(sa.func.count(ClubWeek.id))) == 0


def test_the_morning_names_who_is_silent_once_and_only_on_working_days(session):
    club = joining.club(session)
    animator = joining.animator(session, agency_id=club.agency_id)
    session.add(joining.ClubAnimator(club_id=club.id, user_id=animator.id))
    joining.member(session, club)
    away = joining.member(session, club, project="en pause")
    pause(session, away, days(1), days(14))
    assert club_digest.digest(session, Day(days(9), at(days(9)), None)) == 0
    assert club_digest.digest(session, Day(days(12), at(days(12)), None)) == 0  # a Saturday
    assert club_digest.digest(session, Day(days(14), at(days(14)), None)) == 1
    assert club_digest.digest(session, Day(days(14), at(days(14)), None)) == 0
    animator.preferences = {"digest": False}
    assert club_digest.digest(session, Day(days(15), at(days(15)), None)) == 0
    assert session.scalars(sa.select(OutgoingMessage.address)).all() == ["rachida@exemple.fr"]
    actor = scope.Actor.of(animator, session.get(joining.Agency, club.agency_id))
    today = club_board.today(session, actor, days(14))
    assert (today.members, len(today.silent), len(today.closing)) == (2, 1, 0)


def test_memberships_of_the_same_way_are_never_two(session):
    row = joining.member(session)
    joining.take(session, row, "end", outcome="moved")
    club = session.get(joining.Club, row.club_id)
    person = session.get(build.Person, row.person_id)
    joining.enter(session, club, "invite", person=person)
    with pytest.raises(Conflict, match="membership-exists"), session.begin_nested():
        joining.take(session, row, "reopen", reason="erreur")
    assert session.scalar(sa.select(sa.func.count(ClubMembership.id))) == 2
    assert machine.allowed(State.REGISTERED, Party.CLOCK) == (machine.MembershipAction.START,)
