"""The examination on both databases: order, tallies, what a decision is compared with, several at once, who was there."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import review, review_acts, review_log, review_score
from matching.eligibility.programme import load
from matching.errors import InvalidInput
from matching.proposals import Details, ProposalAction as Action
from matching.review_acts import Overtaken, Seen
from matching.store.matches import MatchRun, ReviewDecision
from matching.store.people import Agency, Person, Situation
from matching.store.scope import SUPERVISE, Actor
from matching.store.upkeep import AuditEvent
from matching.vocabulary import AgencyKind, ProposalState as State, Role, SituationValue, Verdict
from tests import build

ON = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, 41, tzinfo=UTC)


@pytest.fixture(scope="module")
def book():
    return load()


@pytest.fixture
def agency(session):
    row = Agency(name="Pôle emploi Amiens", kind=AgencyKind.POLE_EMPLOI)
    session.add(row)
    session.flush()
    return row


def advisor(session, agency, name="Claire Delmotte", *permissions):
    user = build.user(session, name=name, agency_id=agency.id, permissions=list(permissions))
    return Actor(
        user.id, user.public_id, user.name, Role.ADVISOR, frozenset(permissions), agency_id=agency.id
    )


@pytest.fixture
def actor(session, agency):
    return advisor(session, agency)


def candidates(session, agency, offer, *scores, **changes):
    facts = {"wake_on": None, "asked_on": None, **changes}
    return [
        build.proposal(
            session,
            offer=offer,
            person=build.person(session, agency_id=agency.id),
            score=score,
            rank=rank,
            **facts,
        )
        for rank, score in enumerate(scores, 1)
    ]


def decide(session, actor, row, action, book, *, at=AT, seen=None, **details):
    return review_acts.decide(
        session, actor, row, action, seen=seen or Seen(row.version, str(row.state)), details=Details(**details),
        book=book, on=ON, at=at,
    )  # fmt: skip


def test_the_queue_runs_by_score_then_rank_the_complement_last(session, agency, actor):
    offer = build.offer(session)
    one, two, three = candidates(session, agency, offer, 0.7, 0.9, 0.9)
    (more,) = candidates(session, agency, offer, 1.0, why="complement")
    unscored, *_ = candidates(session, agency, offer, None, state=State.REJECTED)
    candidates(session, agency, offer, 1.0, state=State.STALE)
    build.proposal(session, offer=offer)  # of no agency
    listed = review.queue(session, actor, offer, on=ON)
    assert [each.proposal.id for each in listed] == [two.id, three.id, one.id, unscored.id, more.id]
    assert [each.rank for each in listed] == [1, 2, 3, 4, 5]


def test_a_day_that_has_come_makes_a_deferred_one_wait_again(session, agency, actor):
    offer = build.offer(session)
    (row,) = candidates(session, agency, offer, 0.9, state=State.DEFERRED)
    row.wake_on = ON + timedelta(days=1)
    assert not review.waits(row, ON) and review.waits(row, ON + timedelta(days=1))


def test_the_next_is_below_the_one_just_decided_then_from_the_top(session, agency, actor):
    offer = build.offer(session)
    rows = candidates(session, agency, offer, 0.9, 0.8, 0.7)
    rows[1].state = State.APPROVED
    session.flush()
    listed = review.queue(session, actor, offer, on=ON)
    assert review.next_of(listed, rows[1], on=ON).proposal is rows[2]
    assert review.next_of(listed, rows[2], on=ON).proposal is rows[0]
    assert review.next_of(listed, None, on=ON).proposal is rows[0]
    rows[2].state = State.REJECTED
    session.flush()
    listed = review.queue(session, actor, offer, on=ON)
    assert review.next_of(listed, rows[2], on=ON).proposal is rows[0]
    assert review.tally(listed, on=ON) == review.Tally(waiting=1, proposed=1, set_aside=1, put_off=0)


def test_a_decision_is_compared_with_what_was_seen(session, agency, actor, book):
    (row,) = candidates(session, agency, build.offer(session), 0.9)
    seen = Seen(row.version, str(row.state))
    decide(session, advisor(session, agency, "Paul Lenoir"), row, Action.APPROVE, book)
    with pytest.raises(Overtaken) as overtaken:
        decide(session, actor, row, Action.REJECT, book, seen=seen, reason_code="skills")
    before = overtaken.value.before
    assert (before.by, before.action, before.at) == ("Paul Lenoir", "approve", AT)
    assert session.scalar(sa.select(sa.func.count()).select_from(ReviewDecision)) == 1


def test_each_decision_is_on_the_trail_with_states_and_no_words(session, agency, actor, book):
    (row,) = candidates(session, agency, build.offer(session), 0.9)
    decide(session, actor, row, Action.REJECT, book, reason_code="other", note="Vit trop loin.")
    event = session.scalars(sa.select(AuditEvent)).one()
    assert (event.action, event.subject_id, event.actor_id) == (
        "proposal.reject",
        str(row.public_id),
        actor.id,
    )
    assert event.details == {"from": "to_review", "to": "rejected"}


def test_a_call_is_an_approval_and_a_contact(session, agency, actor, book):
    (row,) = candidates(session, agency, build.offer(session), 0.9)
    decide(session, actor, row, Action.CONTACT, book, channel="phone", note="D'accord pour jeudi.")
    steps = session.scalars(sa.select(ReviewDecision).order_by(ReviewDecision.id)).all()
    assert [(step.action, step.note, step.channel) for step in steps] == [
        ("approve", None, None),
        ("contact", "D'accord pour jeudi.", "phone"),
    ]
    assert session.get_one(Person, row.person_id).last_contact_on == ON


def test_a_right_is_asked_of_the_engine_again_before_somebody_is_proposed(session, agency, actor, book):
    """The proposal still says yes; the person found a job since."""
    (row,) = candidates(session, agency, build.offer(session), 0.9, eligible_until=date(2017, 12, 31))
    session.add(
        Situation(
            person_id=row.person_id, value=SituationValue.IN_JOB, since_on=ON, stated_on=ON, source="advisor"
        )
    )
    session.flush()
    with pytest.raises(InvalidInput) as refused:
        decide(session, actor, row, Action.APPROVE, book)
    assert refused.value.code == "no-right-then"
    assert row.state is State.TO_REVIEW


def test_papers_stand_in_for_what_nobody_knows(session, agency, actor, book):
    offer = build.offer(session)
    row = build.proposal(
        session,
        offer=offer,
        person=build.person(session, agency_id=agency.id, situation=None),
        verdict=0,
        wake_on=None,
    )
    right = review.right_to(
        session,
        row.person_id,
        offer,
        review.offer_of(session, actor, type(offer).id == offer.id)[1],
        book,
        on=ON,
    )
    assert (right.then, right.asked.facts) == (Verdict.UNKNOWN, ("employment",))
    with pytest.raises(InvalidInput) as refused:
        decide(session, actor, row, Action.APPROVE, book)
    assert refused.value.code == "proofs-needed"
    decide(session, actor, row, Action.APPROVE, book, proofs=("attestation",))
    assert row.state is State.APPROVED


def test_several_at_once_each_have_their_answer(session, agency, actor, book):
    offer = build.offer(session)
    good, gone, other = candidates(session, agency, offer, 0.9, 0.8, 0.7)
    elsewhere = build.proposal(session, offer=offer)  # of no agency
    chosen = {row.public_id: Seen(row.version, str(row.state)) for row in (good, gone, elsewhere)}
    decide(session, actor, gone, Action.DEFER, book, wake_on=ON + timedelta(days=7))
    outcomes = review_acts.decide_many(
        session,
        actor,
        offer,
        chosen,
        Action.REJECT,
        details=Details(reason_code="mobility"),
        book=book,
        on=ON,
        at=AT,
    )
    assert [(each.ref, each.fault and each.fault.code) for each in outcomes] == [
        (good.public_id, None),
        (gone.public_id, "stale-version"),
    ]
    assert [row.state for row in (good, gone, other, elsewhere)] == [
        State.REJECTED, State.DEFERRED, State.TO_REVIEW, State.TO_REVIEW,
    ]  # fmt: skip


def test_points_are_whole_and_add_up_under_the_weights_of_their_run(session):
    run = MatchRun(
        ran_for=ON, parameters_digest="0" * 64, weights={"occupation": 0.5, "skills": 0.3, "wish": 0.1}, code_version="x",
        counts={}, seconds=1.0,
    )  # fmt: skip
    session.add(run)
    session.flush()
    row = build.proposal(
        session,
        run_id=run.id,
        score=0.7777,
        parts={"occupation": 1.0, "skills": 0.3333, "wish": 1.0, "level": 0.5},
    )
    parts = review_score.score_parts(session, row)
    assert [(part.part, part.out_of) for part in parts] == [("occupation", 56), ("skills", 33), ("wish", 11)]
    assert sum(part.points for part in parts) == 78
    row.score = None
    assert review_score.score_parts(session, row) == ()


@pytest.mark.parametrize(
    ("asked", "held", "lacking"),
    [
        (["Taille des haies", "PSC1"], ["taille des haies"], ("PSC1",)),
        (["Tailler des haies"], ["Taille des haies"], ()),
        ([], ["PSC1"], ()),
        (["PSC1", "BAFA"], [], ("PSC1", "BAFA")),
    ],
)
def test_lacking_skills_are_compared_as_the_score_compares_them(asked, held, lacking):
    assert review_score.lacking(asked, held) == lacking


def test_reasons_most_used_come_first_and_other_last(session, agency, actor, book):
    rows = candidates(session, agency, build.offer(session), 0.9, 0.8, 0.7, 0.6)
    for row, code in zip(rows, ("language", "language", "duplicate", "other"), strict=True):
        decide(session, actor, row, Action.REJECT, book, reason_code=code, note="x")
    assert review.reasons_by_use(session, actor, on=ON) == list(review.REASONS), "not of the day itself"
    used = review.reasons_by_use(session, actor, on=ON + timedelta(days=1))
    assert used[:2] == ["language", "duplicate"] and used[-1] == "other"


def test_who_looked_at_the_offer_in_the_last_minutes_is_there(session, agency, actor):
    offer = build.offer(session)
    paul, away = advisor(session, agency, "Paul Lenoir"), advisor(session, agency, "Rémi Petit")
    review_acts.note_sheet_read(session, paul, offer, None, at=AT - timedelta(minutes=4))
    review_acts.note_sheet_read(session, away, offer, None, at=AT - timedelta(minutes=6))
    review_acts.note_sheet_read(session, actor, offer, None, at=AT)
    assert review.present(session, actor, offer, at=AT) == ["Paul Lenoir"]
    assert review.present(session, actor, build.offer(session), at=AT) == []


def test_only_the_last_decision_is_undone_by_its_author_for_a_day(session, agency, actor, book):
    (row,) = candidates(session, agency, build.offer(session), 0.9)
    last = decide(session, actor, row, Action.REJECT, book, reason_code="skills")
    paul = advisor(session, agency, "Paul Lenoir")
    chief = advisor(session, agency, "Anne Roy", SUPERVISE)
    late = AT + timedelta(hours=24, seconds=1)
    assert review.can_undo(row, last, actor, at=AT + timedelta(hours=24))
    assert [review.can_undo(row, last, who, at=late) for who in (actor, paul, chief)] == [False, False, True]
    assert not review.can_undo(row, None, actor, at=AT)


def test_the_log_is_ones_own_and_the_agencys_for_a_supervisor(session, agency, actor, book):
    one, two = candidates(session, agency, build.offer(session), 0.9, 0.8)
    paul, chief = advisor(session, agency, "Paul Lenoir"), advisor(session, agency, "Anne Roy", SUPERVISE)
    decide(session, actor, one, Action.REJECT, book, reason_code="skills")
    decide(session, actor, one, Action.UNDO, book)
    decide(session, paul, two, Action.REJECT, book, reason_code="skills")

    def listed(who):
        rows = session.execute(review_log.decisions(who).order_by(ReviewDecision.id)).all()
        return [(row[0].action, row[4], row.last) for row in rows]

    mine = [("reject", "Claire Delmotte", False), ("undo", "Claire Delmotte", True)]
    assert listed(actor) == mine
    assert listed(chief) == [*mine, ("reject", "Paul Lenoir", True)]
