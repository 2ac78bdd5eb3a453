"""Collective sessions: their machine, who comes, two phones that disagree, a year of the clock, what people are told."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from matching import attendance, collective, collective_slots as slots, daily, outbox, workdays
from matching.attendance import Heard, Statement
from matching.collective import Plan, SessionAction as A
from matching.eligibility import programme
from matching.errors import Conflict, Duplicate, InvalidInput
from matching.store.messages import OutgoingMessage
from matching.store.sessions import (
    AttendanceStatement,
    Closure,
    CollectiveSession,
    SessionAttendance,
    SessionEvent,
)
from matching.store.upkeep import AuditEvent
from matching.vocabulary import (
    SEATED_ATTENDANCES,
    AttendanceState as State,
    MessageState,
    Party,
    SessionState,
)
from tests import build
from tests.integration.mailing import own_base
from tests.integration.test_machines import Attempts
from tests.web.doors import an_agency

DAY = date(2013, 11, 5)
AT = datetime(2013, 11, 5, 13, 5, tzinfo=UTC)
LATER = AT + timedelta(minutes=30)
TUESDAY = slots.Slot(1, time(9, 30), time(11, 30), "Préparer sa candidature", "Atrium", 12, date(2013, 9, 3))
PLAN = Plan(DAY, time(9, 30), time(11, 30), "Préparer sa candidature", "Atrium", 2)


def agency(session):
    return an_agency(session)


def planned(session, where=None, **changes):
    where = where or agency(session)
    return collective.plan(
        session, where.id, replace(PLAN, **changes), actor_id=None, party=Party.ADVISOR, on=DAY - timedelta(days=30), at=AT
    )  # fmt: skip


def change(session, row, action, *, party=Party.ADVISOR, on=DAY, actor=None, **more):
    return collective.change(session, row, action, actor_id=actor, party=party, on=on, at=AT, **more)


def register(session, row, person=None, *, on=DAY, at=AT):
    return attendance.register(
        session, row, person or build.person(session, email="i@exemple.fr"), actor_id=None, on=on, at=at
    )


def say(session, row, who, state, by, *, key=None, minute=5, version=0):
    said = Statement(state, key or str(uuid4()), AT.replace(minute=minute), version)
    return attendance.say(session, row, who, said, actor_id=by.id, on=DAY, at=LATER)


def waiting(session, kind="session_changed", state=MessageState.WAITING):
    return [
        (each.person_id, each.arguments["outcome"])
        for each in session.scalars(
            sa.select(OutgoingMessage)
            .where(OutgoingMessage.kind == kind, OutgoingMessage.state == state)
            .order_by(OutgoingMessage.id)
        )
    ]


def test_every_step_of_a_session_from_every_state_by_every_party(session):
    row = planned(session)

    def prepare(state, action):
        row.cancelled_reason = "salle indisponible" if state is SessionState.CANCELLED else None
        row.closed_on = DAY if state is SessionState.CLOSED else None

    def go(action, party):
        collective.change(
            session, row, action, actor_id=None, party=party, on=DAY, at=AT, reason="salle indisponible"
        )

    tried = Attempts(session, row, collective.TRANSITIONS, SessionState, SessionEvent).run(
        go, prepare=prepare
    )
    assert {str(action) for action in collective.TRANSITIONS} - tried.taken == {"plan"}


def test_seats_are_held_in_order_and_who_waits_has_the_first_free_one(session):
    row = planned(session)
    first, second, third, fourth = (
        register(session, row, build.person(session, email=f"p{n}@exemple.fr"), at=AT + timedelta(seconds=n))
        for n in range(4)
    )
    assert [each.state for each in (first, second, third, fourth)] == [
        State.REGISTERED, State.REGISTERED, State.WAITING, State.WAITING,
    ]  # fmt: skip
    for who, code in ((first, "session-registered-already"), (third, "session-waiting-already")):
        with pytest.raises(Duplicate, match=code):
            attendance.register(
                session, row, session.get_one(build.Person, who.person_id), actor_id=None, on=DAY, at=AT
            )
    given = attendance.withdraw(session, row, first, actor_id=None, on=DAY, at=AT)
    assert given is third and third.state is State.REGISTERED
    assert waiting(session) == [(third.person_id, "seat")]
    again = register(session, row, session.get_one(build.Person, first.person_id), at=AT + timedelta(hours=1))
    assert again is first and again.state is State.WAITING, "behind who waited before"
    wider = replace(Plan.of(row), capacity=4)
    collective.edit(session, row, wider, actor_id=None, on=DAY, at=AT)
    assert {each.state for each in (second, third, fourth, first)} == {State.REGISTERED}
    with pytest.raises(InvalidInput, match="session-seats-taken"):
        collective.edit(session, row, replace(wider, capacity=3), actor_id=None, on=DAY, at=AT)
    trail = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.like("session.%")))
    assert set(trail) == {"session.register", "session.wait", "session.withdraw", "session.promote"}


def test_nobody_is_registered_where_nobody_comes(session):
    cases = {"session-over": DAY + timedelta(days=1), "session-closed": DAY, "session-cancelled": DAY}
    for code, on in cases.items():
        row = planned(session)
        if code != "session-over":
            change(
                session, row, A.CLOSE if code == "session-closed" else A.CANCEL, reason="salle indisponible"
            )
        with pytest.raises(InvalidInput, match=code):
            register(session, row, on=on)
        assert session.scalar(sa.select(sa.func.count()).where(SessionAttendance.session_id == row.id)) == 0


def test_somebody_who_comes_unannounced_takes_a_chair_that_is_left(session):
    row, rachida = planned(session), build.user(session)
    here, away, late = (register(session, row) for _ in range(3))

    def walk_in(person):
        return attendance.walk_in(session, row, person, actor_id=rachida.id, on=DAY, at=AT)

    with pytest.raises(InvalidInput, match="session-no-chair"):
        walk_in(build.person(session))
    say(session, row, away, State.ABSENT, rachida)
    came = walk_in(session.get_one(build.Person, late.person_id))
    assert came is late and (came.state, came.walk_in) == (State.PRESENT, True), (
        "who waited first, if they are there"
    )
    with pytest.raises(InvalidInput, match="session-no-chair"):
        walk_in(build.person(session))
    with pytest.raises(Duplicate):
        walk_in(session.get_one(build.Person, here.person_id))
    with pytest.raises(InvalidInput, match="session-not-yet"):
        attendance.walk_in(
            session, row, build.person(session), actor_id=rachida.id, on=DAY - timedelta(days=1), at=AT
        )


def test_two_phones_that_say_different_things_are_both_kept_until_a_person_settles(session):
    row = planned(session)
    rachida, hugo = build.user(session, name="Rachida"), build.user(session, name="Hugo")
    karim = register(session, row)
    seen = karim.version
    assert say(session, row, karim, State.PRESENT, rachida, key="a", version=seen) is Heard.RECORDED
    assert say(session, row, karim, State.PRESENT, rachida, key="a", version=seen) is Heard.REPEATED
    assert say(session, row, karim, State.ABSENT, hugo, key="b", minute=7, version=seen) is Heard.CONFLICT
    assert karim.state is State.PRESENT, "what stood stands"
    assert say(session, row, karim, State.ABSENT, hugo, key="b", minute=7, version=seen) is Heard.CONFLICT
    with pytest.raises(InvalidInput, match="session-conflicts"):
        change(session, row, A.CLOSE)
    # One's own later word replaces one's own; the other's still differs.
    assert say(session, row, karim, State.LATE, rachida, key="c", minute=8, version=seen) is Heard.CONFLICT
    assert karim.state is State.LATE
    # Who saw both settles it.
    assert (
        say(session, row, karim, State.ABSENT, rachida, key="d", minute=9, version=karim.version)
        is Heard.RECORDED
    )
    assert karim.state is State.ABSENT
    assert change(session, row, A.CLOSE, party=Party.ANIMATOR)
    assert say(session, row, karim, State.ABSENT, hugo, key="e", minute=10) is Heard.REPEATED
    with pytest.raises(Conflict, match="session-closed"):
        say(session, row, karim, State.PRESENT, hugo, key="f", minute=10)
    change(session, row, A.REOPEN, party=Party.SUPERVISOR)
    assert say(session, row, karim, State.PRESENT, hugo, key="f", minute=10) is Heard.CONFLICT
    assert say(session, row, karim, State.PRESENT, rachida, key="g", minute=11) is Heard.RECORDED, (
        "they agree"
    )
    change(session, row, A.CLOSE)
    kept = session.scalars(sa.select(AttendanceStatement.key).order_by(AttendanceStatement.id)).all()
    assert kept == ["a", "b", "c", "d", "f", "g"], "each once, whatever came of it"


def test_a_word_that_comes_late_does_not_undo_ones_later_word(session):
    row, rachida = planned(session), build.user(session)
    who = register(session, row)
    say(session, row, who, State.PRESENT, rachida, minute=9)
    say(session, row, who, State.ABSENT, rachida, minute=6)
    assert who.state is State.PRESENT
    other = register(session, row)
    key = session.scalars(sa.select(AttendanceStatement.key)).first()
    with pytest.raises(InvalidInput, match="statement-key"):
        say(session, row, other, State.ABSENT, rachida, key=key)
    with pytest.raises(InvalidInput, match="session-unstated"):
        change(session, row, A.CLOSE)


def test_who_is_registered_is_told_once_and_what_is_taken_back_in_time_does_not_leave(session):
    row = planned(session, held_on=DAY + timedelta(days=2))
    agreed = build.person(session, email="a@exemple.fr")
    for person in (
        agreed,
        build.person(session, email="b@exemple.fr", contact_agreed=False),
        build.person(session),
    ):
        register(session, row, person)
    was, sequence = Plan.of(row), row.sequence
    change(session, row, A.CANCEL, reason="salle indisponible")
    assert waiting(session) == [(agreed.id, "cancelled")] and row.sequence == sequence + 1
    change(session, row, A.RESTORE)
    assert waiting(session) == []
    moved = replace(was, starts_at=time(10), ends_at=time(12))
    collective.edit(session, row, moved, actor_id=None, on=DAY, at=AT)
    assert waiting(session) == [(agreed.id, "moved")]
    change(session, row, A.CANCEL, reason="animatrice malade")
    change(session, row, A.RESTORE)
    assert waiting(session) == [(agreed.id, "moved")], "still to be told of the hours"
    collective.edit(session, row, was, actor_id=None, on=DAY, at=AT)
    assert waiting(session) == [], "back where they believe it is"
    change(session, row, A.CANCEL, reason="salle indisponible")
    for message in session.scalars(
        sa.select(OutgoingMessage).where(OutgoingMessage.state == MessageState.WAITING)
    ):
        outbox.sent(session, message, at=AT, subject="s", text="t")
    change(session, row, A.RESTORE)
    assert waiting(session) == [(agreed.id, "restored")]
    before = row.sequence
    collective.edit(session, row, replace(was, capacity=9), actor_id=None, on=DAY, at=AT)
    assert row.sequence == before and waiting(session) == [(agreed.id, "restored")], "seats are no news"


def test_a_day_without_session_is_refused_with_its_name_and_the_next_day(session):
    where = agency(session)
    session.add(
        Closure(agency_id=where.id, starts_on=date(2013, 12, 23), ends_on=date(2013, 12, 31), reason="fermeture de fin d’année")
    )  # fmt: skip
    session.flush()
    for day, code, next_day in (
        (date(2013, 11, 11), "session-on-holiday", date(2013, 11, 12)),
        (date(2013, 12, 24), "session-day-closed", date(2014, 1, 2)),
        (date(2013, 9, 2), "session-in-the-past", None),
    ):
        with pytest.raises(InvalidInput, match=code) as refused:
            planned(session, where, held_on=day)
        assert refused.value.facts.get("next") == next_day
    with pytest.raises(InvalidInput, match="slot-on-holiday") as refused:
        slots.add(session, where.id, replace(TUESDAY, weekday=0, valid_from=date(2013, 11, 9)), on=DAY, at=AT)
    assert refused.value.facts["holiday"] == "armistice de 1918" and refused.value.facts["next"] == date(
        2013, 11, 18
    )
    with pytest.raises(InvalidInput, match="session-hours"):
        planned(session, where, starts_at=time(12))
    assert session.scalar(sa.select(sa.func.count(CollectiveSession.id))) == 0


def of_slot(session, slot):
    return session.scalars(
        sa.select(CollectiveSession)
        .where(CollectiveSession.slot_id == slot.id)
        .order_by(CollectiveSession.slot_on)
    ).all()


@pytest.mark.parametrize("leap", [1, 5])
def test_a_year_of_the_clock_makes_each_session_once_and_loses_none(session, leap):
    """Day by day or by leaps: every Monday of the slot, the public holidays cancelled with their names."""
    where, first = agency(session), date(2013, 9, 2)
    session.add(
        Closure(agency_id=where.id, starts_on=date(2013, 12, 23), ends_on=date(2014, 1, 3), reason="congés")
    )
    slot = slots.add(session, where.id, replace(TUESDAY, weekday=0, valid_from=first), on=first, at=AT)
    book, made = programme.load(), len(of_slot(session, slot))
    for number in range(0, 366, leap):
        day = daily.Day(first + timedelta(days=number), AT, book)
        made += slots.ahead(session, day)
        if not number % 50:
            assert slots.ahead(session, day) == 0
    rows = of_slot(session, slot)
    last = first + timedelta(days=365 // leap * leap) + slots.AHEAD
    every = [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
    assert [row.slot_on for row in rows] == [row.held_on for row in rows] == every and made == len(every)
    for row in rows:
        name = workdays.holiday(row.held_on)
        closed = date(2013, 12, 23) <= row.held_on <= date(2014, 1, 3)
        expected = f"{name}, jour férié" if name else "congés" if closed else None
        assert row.cancelled_reason == expected
        assert row.state is (SessionState.CANCELLED if expected else SessionState.PLANNED)


def test_a_slot_that_changes_takes_along_the_sessions_nobody_changed(session):
    where, user = agency(session), build.user(session)
    slot = slots.add(session, where.id, TUESDAY, on=date(2013, 11, 4), at=AT)
    today, by_hand, called_off, *others = of_slot(session, slot)
    who = register(session, others[0])
    collective.edit(
        session,
        by_hand,
        replace(Plan.of(by_hand), held_on=date(2013, 11, 13)),
        actor_id=user.id,
        on=DAY,
        at=AT,
    )
    change(session, called_off, A.CANCEL, reason="salle indisponible", actor=user.id)
    # Wednesday instead: 25 December and 1 January are holidays.
    wanted = replace(TUESDAY, weekday=2, place="Atrium, salle 2")
    changed = slots.edit(
        session, slot, wanted, actor_id=user.id, stopped="fini", version=slot.version, on=DAY, at=AT
    )  # fmt: skip
    assert changed == len(others)
    assert (today.held_on, by_hand.held_on, called_off.held_on) == (
        DAY,
        date(2013, 11, 13),
        date(2013, 11, 19),
    )
    rows = of_slot(session, slot)
    assert len({row.slot_on.isocalendar()[:2] for row in rows}) == len(rows), "one a week, as before"
    assert {row.held_on.weekday() for row in others} == {2}
    assert [row.held_on for row in others if row.state is SessionState.CANCELLED] == [date(2013, 12, 25)]
    assert waiting(session) == [(who.person_id, "moved")]
    # And back: what was closed that day is held on another.
    slots.edit(session, slot, TUESDAY, actor_id=user.id, stopped="fini", version=slot.version, on=DAY, at=AT)
    assert {row.state for row in others} == {SessionState.PLANNED}
    assert {row.held_on.weekday() for row in others} == {1} and waiting(session) == []
    # It stops.
    slots.edit(
        session, slot, replace(TUESDAY, valid_to=date(2013, 12, 6)), actor_id=user.id, stopped="fini",
        version=slot.version, on=DAY, at=AT,
    )  # fmt: skip
    assert {row.cancelled_reason for row in others if row.held_on > date(2013, 12, 6)} == {"fini"}
    assert slots.ahead(session, daily.Day(date(2013, 12, 9), AT, programme.load())) == 0


def test_a_closure_cancels_what_was_planned_and_taken_back_holds_it_again(session):
    where, user = agency(session), build.user(session)
    slot = slots.add(session, where.id, TUESDAY, on=date(2013, 11, 4), at=AT)
    rows = of_slot(session, slot)
    who = register(session, rows[2])
    days = (date(2013, 11, 18), date(2013, 11, 29))

    def close(reason="travaux", first=days[0], last=days[1]):
        return slots.close_days(session, where.id, first, last, reason, actor_id=user.id, on=DAY, at=AT)

    for code, how in (
        ("reason-needed", {"reason": " "}), ("ends-before-it-starts", {"last": DAY}),
        ("closure-too-long", {"last": date(2014, 6, 1)}), ("closure-past", {"first": date(2013, 1, 7), "last": date(2013, 1, 8)}),
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=code):
            close(**how)
    assert close() == 2 and [row.cancelled_reason for row in rows[2:4]] == ["travaux", "travaux"]
    with pytest.raises(Duplicate, match="closure-exists"):
        close()
    assert waiting(session) == [(who.person_id, "cancelled")]
    closure = session.scalars(sa.select(Closure)).one()
    assert slots.reopen_days(session, closure, actor_id=user.id, on=DAY, at=AT) == 2
    assert [row.held_on for row in rows if row.cancelled_reason] == []
    assert waiting(session) == [], "it had not left"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def base(request, tmp_path_factory):
    with own_base(request.param, request, tmp_path_factory.mktemp("sessions")) as made:
        yield made


def at_once(acts):
    """Call each in a thread of its own, all let go together; what they raised."""
    ready, faults = threading.Barrier(len(acts)), []

    def run(act):
        ready.wait()
        try:
            act()
        except Exception as fault:  # told by the test
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return faults


def test_many_at_once_never_pass_the_seats_nor_say_one_thing_twice(base):
    with base.transaction() as session:
        row = planned(session, capacity=3)
        people = [build.person(session).id for _ in range(8)]
        users, key = [build.user(session).id for _ in range(4)], row.id

    def come(person):
        def act():
            with base.transaction() as session:
                found = session.get_one(CollectiveSession, key)
                who = session.get_one(build.Person, person)
                attendance.register(session, found, who, actor_id=None, on=DAY, at=AT)

        return act

    assert at_once([come(person) for person in people]) == []
    doubled = at_once([come(people[0])] * 3)
    assert len(doubled) == 3 and {type(fault) for fault in doubled} == {Duplicate}
    with base.transaction() as session:
        states = session.scalars(
            sa.select(SessionAttendance.state).where(SessionAttendance.session_id == key)
        ).all()
        seated = [each for each in states if each in SEATED_ATTENDANCES]
        assert len(states) == 8 and len(seated) == 3
        one = session.scalars(
            sa.select(SessionAttendance.id).where(
                SessionAttendance.session_id == key, SessionAttendance.state == State.REGISTERED
            )
        ).first()

    heard = []

    def press(user, key_of):
        def act():
            with base.transaction() as session:
                found = session.get_one(CollectiveSession, key)
                who = session.get_one(SessionAttendance, one)
                said = Statement(State.PRESENT if user == users[0] else State.ABSENT, key_of, AT, 1)
                heard.append(attendance.say(session, found, who, said, actor_id=user, on=DAY, at=AT))

        return act

    assert at_once([press(users[0], "same")] * 4) == []
    assert sorted(heard) == [Heard.RECORDED, *[Heard.REPEATED] * 3] or heard.count(Heard.RECORDED) == 1
    assert at_once([press(user, f"k{user}") for user in users[1:]]) == []
    with base.transaction() as session:
        kept = session.scalars(
            sa.select(AttendanceStatement).where(AttendanceStatement.attendance_id == one)
        ).all()
        assert len(kept) == 4 and sum(each.conflict for each in kept) == 3
        assert session.get_one(SessionAttendance, one).state is State.PRESENT
