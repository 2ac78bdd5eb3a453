"""One file outside the caseload: half an hour, one page, a reason, and everybody concerned is told (security.md §2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import break_glass, message_acts
from matching.break_glass import Named
from matching.errors import InvalidInput
from matching.store import scope
from matching.store.follow_up import BreakGlass
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, MessageState, Role
from tests import build
from tests.integration.test_hand_overs import actor, agency

DAY, AT = date(2013, 11, 4), datetime(2013, 11, 4, 9, tzinfo=UTC)
REASON = "Elle est à l'accueil, son conseiller est absent."


@pytest.fixture
def elsewhere(session):
    """A person followed by another agency, whose supervisor, and an administrator, exist."""
    theirs = agency(session, "Pôle emploi Nord")
    person = build.person(
        session, agency_id=theirs.id, identifier="0123456A", family_name="Benali", given_names="Karim",
        name_key="benali karim", birth_date=date(1992, 2, 29),
    )  # fmt: skip
    chief, colleague = actor(session, theirs, scope.SUPERVISE), actor(session, theirs)
    admin = build.user(session, role=Role.ADMIN, agency_id=None)
    mine = actor(session, agency(session, "Pôle emploi Sud"))
    return person, mine, chief, colleague, admin


def open_it(session, who, person, *, at=AT, reason=REASON):
    return break_glass.open_file(session, who, person, reason, on=DAY, at=at)


def readable(session, who, person, at):
    return session.scalar(scope.opened(who, at).where(type(person).id == person.id)) is not None


def test_the_window_is_half_an_hour_for_who_opened_it_and_nothing_else_opens(session, elsewhere):
    person, mine, _, _, _ = elsewhere
    proposal = build.proposal(session, person=person)
    assert not readable(session, mine, person, AT)
    open_it(session, mine, person)
    for minutes, open_then in ((-1, False), (0, True), (29, True), (30, False), (60, False)):
        at = AT + timedelta(minutes=minutes)
        assert readable(session, mine, person, at) is open_then, minutes
    colleague = actor(session, session.get_one(Agency, mine.agency_id))
    assert not readable(session, colleague, person, AT), "not their colleague"
    # No list, search, proposal or placement sees it.
    assert session.scalar(scope.people(mine)) is None
    assert session.scalar(scope.proposals(mine).where(type(proposal).id == proposal.id)) is None


def test_a_reason_of_twenty_characters_and_nothing_is_written_without(session, elsewhere):
    person, mine, _, _, _ = elsewhere
    for reason in ("", "urgent", "  u  r  g  e  n  t  ", "x" * 19):
        with pytest.raises(InvalidInput, match="bad-break-glass-reason"):
            open_it(session, mine, person, reason=reason)
    assert session.scalar(sa.select(BreakGlass)) is None
    assert session.scalar(sa.select(AuditEvent)) is None
    assert open_it(session, mine, person, reason="x" * 20).reason == "x" * 20


def test_the_opening_is_on_the_trail_and_told_to_who_follows_and_to_the_administrators(session, elsewhere):
    person, mine, chief, colleague, admin = elsewhere
    open_it(session, mine, person)
    open_it(session, mine, person, at=AT + timedelta(minutes=5))  # open already: told once
    event = session.scalars(sa.select(AuditEvent)).one()
    assert (event.action, event.actor_id, event.subject_id) == (
        "break_glass.open", mine.id, str(person.public_id),
    )  # fmt: skip
    assert REASON not in str(event.details)
    rows = session.scalars(sa.select(OutgoingMessage).order_by(OutgoingMessage.id)).all()
    assert {(row.kind, row.user_id, row.arguments["audience"]) for row in rows} == {
        ("break_glass_notice", chief.id, "caseload"),
        ("break_glass_notice", admin.id, "admin"),
    }
    person.caseload_user_id = colleague.id
    session.flush()
    open_it(session, mine, person, at=AT + timedelta(hours=1))
    newest = {row.user_id for row in session.scalars(sa.select(OutgoingMessage).offset(2))}
    assert newest == {chief.id, colleague.id, admin.id}
    seen = break_glass.of_caseload(session, chief, at=AT + timedelta(hours=2))
    assert [(each.who, each.row.reason) for each in seen] == [(mine.name, REASON)] * 2
    assert break_glass.of_caseload(session, mine, at=AT) == []


def test_nobody_keeps_the_notice_from_its_readers(session, elsewhere):
    """Not even who sees it among the messages of the caseload."""
    person, mine, chief, colleague, _ = elsewhere
    open_it(session, mine, person)
    for who in (chief, colleague):
        for message in session.scalars(scope.messages(who)).all():
            with pytest.raises(InvalidInput, match="notice-leaves"):
                message_acts.hold_back(session, who, message, at=AT)
    states = session.scalars(sa.select(OutgoingMessage.state)).all()
    assert len(states) == 2 and set(states) == {MessageState.WAITING}


def test_exactly_one_person_is_named_or_nobody_is_found(session, elsewhere):
    person, mine, *_ = elsewhere

    def found(**how):
        return break_glass.find(session, mine, Named(**how), at=AT).id

    full = {"family_name": "BENALI", "given_names": "Karim", "birth_date": date(1992, 2, 29)}
    assert found(ref=person.public_id) == found(identifier="123456a") == found(**full) == person.id
    vain = (
        {"identifier": "0123456"},
        {"identifier": "01234"},
        {**full, "birth_date": date(1992, 3, 1)},
        {**full, "given_names": "Kari"},
        {**full, "family_name": "Bena%"},
        {**full, "birth_date": None},
        {"family_name": "Benali"},
        {},
    )
    for how in vain:
        with pytest.raises(InvalidInput, match="no-match"):
            found(**how)
    build.person(
        session, family_name="Benali", given_names="Karim", name_key="benali karim", birth_date=date(1992, 2, 29)
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="several-match"):
        found(**full)


def test_who_guesses_gets_ten_tries_a_day(session, elsewhere):
    person, mine, *_ = elsewhere
    for _ in range(break_glass.VAIN):
        break_glass.miss(session, mine, at=AT)
    with pytest.raises(InvalidInput, match="too-many-misses"):
        break_glass.find(session, mine, Named(ref=person.public_id), at=AT)
    assert break_glass.find(session, mine, Named(ref=person.public_id), at=AT + timedelta(days=1)) is person


def test_a_mission_locale_that_has_the_file_is_told_too(session, elsewhere):
    from matching.store.follow_up import HandOver
    from matching.vocabulary import HandOverState

    person, mine, chief, _, _ = elsewhere
    local = agency(session, "Mission locale", AgencyKind.MISSION_LOCALE)
    theirs = actor(session, local)
    build._add(
        session,
        HandOver(
            person_id=person.id, from_agency_id=person.agency_id, to_agency_id=local.id, state=HandOverState.ACCEPTED,
            asked_by_id=chief.id, asked_on=DAY, due_on=DAY, decided_on=DAY, decided_by_id=theirs.id,
        ),
    )  # fmt: skip
    open_it(session, mine, person)
    assert theirs.id in {row.user_id for row in session.scalars(sa.select(OutgoingMessage))}
