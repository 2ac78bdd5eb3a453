"""What the public reads of the sessions, on both databases: counts, never people; four queries."""

from datetime import date, time, timedelta

import pytest

from matching import planning
from matching.errors import NotFound
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, AttendanceState as At, SessionState
from tests import build
from tests.counting import statements
from tests.web import planned

ON = date(2013, 11, 4)


def test_it_is_read_whole_with_the_seats_that_are_taken(session):
    other = Agency(name="Mission locale d'Amiens", kind=AgencyKind.MISSION_LOCALE)
    session.add(other)
    session.flush()
    tuesday = planned.slot(session)
    planned.slot(session, agency=other, weekday=3, starts_at=time(14), ends_at=time(16), place="Étouvie")
    planned.slot(session, weekday=2, valid_from=date(2014, 1, 1))  # not in force yet
    soon = planned.held(session, date(2013, 11, 12), slot_id=tuesday.id, capacity=2)
    for state in (At.REGISTERED, At.WAITING, At.WITHDRAWN):
        planned.seat(session, soon, state=state)
    off = planned.held(session, state=SessionState.CANCELLED, cancelled_reason="Grève", slot_id=tuesday.id)
    done = planned.held(
        session, ON - timedelta(days=7), state=SessionState.CLOSED, closed_on=ON, slot_id=tuesday.id
    )
    planned.packed(session, soon, build.offer(session, title="Jardinier", may_be_named=True))
    session.expire_all()
    with statements(session.connection()) as asked:
        found = planning.public(session, on=ON)
    assert len(asked) == 3 and not [
        text for text in asked if " person" in text.lower().replace("person_id", "")
    ]
    assert [(line.id, line.left, line.cancelled, len(line.offers)) for line in found.lines] == [
        (soon.id, 1, False, 1), (off.id, 12, True, 0)
    ]  # fmt: skip
    assert [(each.weekday, each.next and each.next.id) for each in found.appointments] == [
        (1, soon.id),
        (3, None),
    ]
    assert found.agencies == ("Pôle emploi Amiens", "Mission locale d'Amiens")
    assert found.places == (planned.PLACE, "Étouvie")
    assert [line.id for line in planning.calendar(session, on=ON)] == [done.id, soon.id, off.id]
    assert planning.one(session, done.id).state is SessionState.CLOSED
    with pytest.raises(NotFound):
        planning.one(session, done.id + 1000)
    assert planning.poster(found) == found.lines


def test_where_no_appointment_is_in_force_those_that_begin_next_are_told(session):
    planned.slot(session, valid_to=ON - timedelta(days=1))
    after = planned.slot(session, valid_from=ON + timedelta(days=14), weekday=3)
    planned.slot(session, valid_from=ON + timedelta(days=90))
    assert [each.weekday for each in planning.public(session, on=ON).appointments] == [after.weekday]
