"""What decisions say of our own facts and rules: a file to correct until somebody does, a rule that advisors doubt."""

from datetime import UTC, date, datetime, timedelta

import pytest

from matching import audit, corrections, proposals
from matching.store import scope
from matching.store.intake import ImportBatch, ImportRow
from matching.vocabulary import BatchState, ImportKind, Party, ProposalState, RowOutcome, Source
from tests import build
from tests.integration.test_hand_overs import actor, agency

DAY, AT = date(2013, 11, 4), datetime(2013, 11, 4, 9, tzinfo=UTC)


@pytest.fixture
def said(session):
    """Their agency; a proposal set aside as wrong, with a note."""
    house = agency(session, "Pôle emploi")
    me = actor(session, house)
    person = build.person(session, agency_id=house.id)
    proposal = build.proposal(session, person=person)
    _reject(session, me, proposal, "data_wrong", note="A déjà un CAP.")
    return house, me, person, proposal


def _reject(session, me, proposal, reason, note=None, on=DAY, at=AT):
    proposals.review(
        session, proposal, proposals.ProposalAction.REJECT, actor_id=me.id, party=Party.ADVISOR, on=on, at=at,
        details=proposals.Details(reason_code=reason, note=note),
    )  # fmt: skip


def lines(session, who):
    return [(row.given_names, row.note, row.due_on) for row in corrections.wrong_files(session, who)]


def test_a_file_said_to_be_wrong_waits_for_whoever_corrects_it(session, said):
    _, me, person, _ = said
    other = actor(session, agency(session, "Ailleurs"))
    assert lines(session, me) == [(person.given_names, "A déjà un CAP.", date(2013, 11, 12))]
    assert lines(session, other) == []

    def act(action, at):
        audit.append(
            session, at=at, actor_id=me.id, action=action, subject_kind="person", subject_id=str(person.public_id)
        )  # fmt: skip

    act("person.state", AT - timedelta(minutes=1))
    act("person.read", AT + timedelta(minutes=1))
    assert len(lines(session, me)) == 1, "what came before, or only read, corrects nothing"
    act("person.state", AT + timedelta(minutes=2))
    assert lines(session, me) == []
    again = build.proposal(session, person=person)
    _reject(session, me, again, "data_wrong", at=AT + timedelta(hours=1))
    assert len(lines(session, me)) == 1, "said again: to correct again, once"


def test_a_decision_taken_back_or_an_import_that_changed_the_file_ends_it(session, said):
    house, me, person, proposal = said
    outer = session.begin_nested()
    proposal.state = ProposalState.TO_REVIEW
    session.flush()
    assert lines(session, me) == []
    outer.rollback()
    session.expire_all()
    batch = build._add(
        session,
        ImportBatch(
            kind=ImportKind.YOUNG_PEOPLE, source=Source.POLE_EMPLOI, file_name="a.csv", sha256="0" * 64, state=BatchState.APPLIED,
            agency_id=house.id, applied_on=DAY, applied_at=AT + timedelta(hours=2), counts={}, received_at=AT,
        ),
    )  # fmt: skip
    build._add(session, ImportRow(batch_id=batch.id, line=2, outcome=RowOutcome.UPDATED, person_id=person.id))
    assert lines(session, me) == []


def test_no_right_said_of_who_has_it_marks_the_rule_for_who_supervises(session, said):
    house, me, _, _ = said
    chief = actor(session, house, scope.SUPERVISE)

    def reject(verdict, on=DAY):
        person = build.person(session, agency_id=house.id)
        _reject(session, me, build.proposal(session, person=person, verdict=verdict), "not_eligible", on=on)

    reject(1)
    reject(1)
    reject(0)  # the rule did not know either
    reject(1, on=DAY - timedelta(days=40))
    assert [(each.programme, each.times) for each in corrections.doubted_rules(session, chief, on=DAY)] == [
        ("emploi_avenir", 2)
    ]
    assert corrections.doubted_rules(session, me, on=DAY) == []
