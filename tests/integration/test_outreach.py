"""The register of associations and employers: its machine, its attempts, what offers and contracts do to it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import daily, daily_rules, offers, outreach, outreach_attempts, outreach_offers, placements
from matching.eligibility import programme
from matching.errors import IllegalTransition, InvalidInput
from matching.outreach import Details, OutreachAction as A
from matching.outreach_attempts import Try
from matching.store.campaign import Outreach, OutreachEvent, OutreachOffer
from matching.store.organisations import Offer
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, OfferState, OutreachPurpose, OutreachState as S, Party, Role
from tests import build, hires
from tests.integration.test_machines import Attempts

BOOK = programme.load()
DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
DECEMBER = date(2013, 12, 1)


def line(session, organisation=None, **changes):
    organisation = organisation or build.organisation(session)
    facts = {
        "organisation_id": organisation.id, "purpose": OutreachPurpose.AVENIR, "year": 2013, "state": S.LISTED,
        "listed_on": date(2013, 3, 1), **changes,
    }  # fmt: skip
    return build._add(session, Outreach(**facts))


def note(
    session, row, result, *, on=DAY, done_on=None, by=None, party=Party.ADVISOR, channel="phone", **details
):
    by = by or build.user(session)
    made = Try(done_on or on, channel, result, details=Details(**details))
    return outreach_attempts.note(session, row, made, actor_id=by.id, party=party, on=on, at=AT)


def actions(session, row):
    return list(
        session.scalars(
            sa.select(OutreachEvent.action)
            .where(OutreachEvent.outreach_id == row.id)
            .order_by(OutreachEvent.id)
        )
    )


def test_every_step_from_every_state_by_every_party(session):
    club, user = build.organisation(session), build.user(session)
    row, offer = line(session, club), build.offer(session, employer=club)
    session.add(OutreachOffer(outreach_id=row.id, offer_id=offer.id, linked_on=DAY))

    def prepare(state, action):
        row.wake_on = DAY if state is S.SLEEPING else None
        row.promised_on = date(2013, 10, 1)

    def go(action, party):
        told = Details(reason_code="cost", note="dit au téléphone", until=DECEMBER, posts=2, month=DECEMBER)
        outreach.change(session, row, action, actor_id=user.id, party=party, on=DAY, details=told)

    tried = Attempts(session, row, outreach.TRANSITIONS, S, OutreachEvent).run(go, prepare=prepare)
    assert {str(action) for action in outreach.TRANSITIONS} - tried.taken == {"list"}


@pytest.mark.parametrize(
    ("action", "told", "code"),
    [
        (A.REFUSE, Details(), "outreach-reason-needed"),
        (A.REFUSE, Details(reason_code="bad"), "outreach-reason-needed"),
        (A.REFUSE, Details(reason_code="other", note="  "), "note-needed"),
        (A.REFUSE, Details(reason_code="no_answer"), "outreach-tries-left"),
        (A.NOT_CONCERNED, Details(), "note-needed"),
        (A.LATER, Details(), "bad-wake-day"),
        (A.LATER, Details(until=DAY), "bad-wake-day"),
        (A.LATER, Details(until=DAY + timedelta(days=366)), "bad-wake-day"),
        (A.PROMISE, Details(month=DECEMBER), "outreach-posts-needed"),
        (A.PROMISE, Details(posts=0, month=DECEMBER), "outreach-posts-needed"),
        (A.PROMISE, Details(posts=2), "outreach-month-needed"),
        (A.PROMISE, Details(posts=2, month=date(2013, 10, 1)), "outreach-month-needed"),
        (A.POST, Details(), "outreach-no-offer"),
    ],
)  # fmt: skip
def test_a_step_without_what_it_needs_is_refused_and_nothing_is_written(session, action, told, code):
    row = line(session, state=S.CONTACTED)
    with pytest.raises(InvalidInput, match=code):
        outreach.change(session, row, action, actor_id=None, party=Party.ADVISOR, on=DAY, details=told)
    assert row.state is S.CONTACTED and actions(session, row) == []


@pytest.mark.parametrize(
    ("state", "result", "told", "taken", "after"),
    [
        (S.LISTED, "no_answer", {}, ["no_answer"], S.TO_CHASE),
        (S.LISTED, "talked", {}, ["contact"], S.CONTACTED),
        (S.LISTED, "promised", {"posts": 2, "month": DECEMBER}, ["contact", "promise"], S.PROMISED),
        (S.TO_CHASE, "interested", {}, ["interest"], S.INTERESTED),
        (S.INTERESTED, "message_left", {}, [], S.INTERESTED),
        (S.SLEEPING, "later", {"until": DECEMBER}, ["contact", "later"], S.SLEEPING),
        (S.SLEEPING, "no_answer", {}, [], S.SLEEPING),
        (S.PROMISED, "promised", {"posts": 3, "month": DECEMBER}, ["promise"], S.PROMISED),
        (S.PROMISED, "refused", {"reason_code": "cost"}, ["withdraw"], S.WITHDRAWN),
        (S.REFUSED, "talked", {}, [], S.REFUSED),
        (S.REFUSED, "interested", {}, ["reopen", "interest"], S.INTERESTED),
        (S.POSTED, "talked", {}, [], S.POSTED),
        (S.HIRED, "no_answer", {}, [], S.HIRED),
    ],
)  # fmt: skip
def test_an_attempt_takes_the_steps_that_its_result_means(session, state, result, told, taken, after):
    row = line(
        session, state=state, wake_on=DAY if state is S.SLEEPING else None, promised_on=date(2013, 10, 1)
    )
    note(session, row, result, **told)
    assert (actions(session, row), row.state) == (taken, after)
    assert (row.wake_on is not None) is (after is S.SLEEPING)


def test_an_attempt_that_makes_no_sense_or_is_to_come_is_refused_with_its_steps(session):
    row = line(session, state=S.POSTED)
    with pytest.raises(IllegalTransition):
        note(session, row, "interested")
    with pytest.raises(InvalidInput, match="outreach-attempt-later"):
        note(session, row, "talked", done_on=DAY + timedelta(days=1))
    with pytest.raises(InvalidInput, match="bad-choice"):
        note(session, row, "talked", channel="fax")
    assert "interested" not in outreach_attempts.results(S.POSTED) and "talked" in outreach_attempts.results(
        S.POSTED
    )


def test_no_answer_is_the_last_word_after_three_days_of_trying_since_anybody_was_reached(session):
    row = line(session, state=S.TO_CONTACT)
    days = [date(2013, 9, day) for day in (2, 3, 4, 5)]
    for day in (days[0], days[1], days[1]):  # twice on one day is one try
        note(session, row, "no_answer", on=day)
    with pytest.raises(InvalidInput, match="outreach-tries-left"):
        note(session, row, "refused", reason_code="no_answer")
    assert row.state is S.TO_CHASE, "meanwhile it is to be chased"
    note(session, row, "talked", on=days[2])
    assert outreach.tries(session, row.id) == 0, "somebody was reached: it begins again"
    for day in (date(2013, 9, 9), date(2013, 9, 10), date(2013, 9, 11)):
        note(session, row, "message_left", on=day)
    note(session, row, "refused", reason_code="no_answer")
    assert (row.state, row.refusal) == (S.REFUSED, "no_answer")


def test_a_line_belongs_to_its_owners_agency_and_a_letter_is_a_line_beside_the_machine(session):
    agency = build._add(session, Agency(name="Pôle emploi", kind=AgencyKind.POLE_EMPLOI))
    hugo, officer = (
        build.user(session, agency_id=agency.id),
        build.user(session, role=Role.OFFICER, name="É. Vasseur"),
    )
    row, firm = line(session), line(session, purpose=OutreachPurpose.FRANC)

    def assign(row, owner, due=DECEMBER):
        outreach.assign(session, row, owner, due, actor_id=hugo.id, party=Party.DELEGATE, on=DAY)

    assign(row, hugo)
    assign(row, hugo)  # said twice, written once
    assert (row.state, row.agency_id, row.due_on) == (S.TO_CONTACT, agency.id, DECEMBER)
    outreach.notify(session, row, DAY, with_clause=True, actor_id=hugo.id, party=Party.ADVISOR, on=DAY)
    assign(row, officer)
    assert (row.state, row.agency_id, row.owner_id) == (S.TO_CONTACT, None, officer.id)
    assert actions(session, row) == ["assign", "notified", "assign"]
    for code, act in (
        ("outreach-owner", lambda: assign(firm, officer)),
        ("outreach-owner", lambda: assign(row, build.user(session, role=Role.ADMIN))),
        ("outreach-due-past", lambda: assign(row, hugo, date(2013, 11, 3))),
        ("outreach-not-a-grant", lambda: outreach.notify(
            session, firm, DAY, with_clause=True, actor_id=hugo.id, party=Party.ADVISOR, on=DAY)),
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=code):
            act()


def test_the_clock_chases_old_promises_and_wakes_who_asked_to_be_called_back(session):
    promised = line(session)
    note(session, promised, "promised", on=date(2013, 10, 5), posts=2, month=DECEMBER)
    asleep = line(session)
    note(session, asleep, "later", on=date(2013, 10, 5), until=date(2013, 11, 6))

    def run(name, on):
        return dict(daily_rules.RULES)[name](session, daily.Day(on, AT, BOOK))

    assert run("promise-chase", date(2013, 11, 4)) == 0, "thirty days to the day"
    assert run("promise-chase", date(2013, 11, 20)) == 1 and run("promise-chase", date(2013, 11, 20)) == 0
    assert (promised.state, promised.posts_promised) == (S.TO_CHASE, 2), "what was promised is not forgotten"
    assert run("outreach-wake", date(2013, 11, 5)) == 0
    assert run("outreach-wake", date(2013, 11, 9)) == 1 and run("outreach-wake", date(2013, 11, 9)) == 0
    assert (asleep.state, asleep.wake_on) == (S.TO_CHASE, None)


@pytest.fixture
def house(session):
    agency = build._add(session, Agency(name="Pôle emploi", kind=AgencyKind.POLE_EMPLOI))
    club = build.organisation(session, siret="90000001900019")
    return agency, club


def accept(session, offer, employer):
    offers.change(
        session, offer, offers.OfferAction.ACCEPT, actor_id=None, party=Party.ADVISOR, on=DAY, book=BOOK,
        organisation=employer, reason="vu", at=AT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "purposes", "expected"),
    [
        ("emploi_avenir", ("avenir", "franc"), "avenir"),
        ("emploi_franc", ("avenir", "franc"), "franc"),
        ("emploi_franc", ("avenir",), None),
        (None, ("franc",), "franc"),
    ],
)
def test_an_offer_that_opens_is_linked_by_its_scheme(session, house, scheme, purposes, expected):
    _, club = house
    lines = {
        name: line(session, club, purpose=OutreachPurpose(name), state=S.PROMISED, promised_on=DAY)
        for name in purposes
    }
    offer = build.offer(session, employer=club, scheme=scheme, state=OfferState.SUBMITTED, opened_on=None)
    accept(session, offer, club)
    linked = session.scalar(sa.select(OutreachOffer.outreach_id).where(OutreachOffer.offer_id == offer.id))
    assert linked == (lines[expected].id if expected else None)
    for name, row in lines.items():
        assert row.state is (S.POSTED if name == expected else S.PROMISED)


def test_many_offers_are_linked_at_once_each_to_its_latest_year_and_once(session, house):
    _, club = house
    old, new = line(session, club, year=2012), line(session, club, year=2013)
    future = line(session, club, year=2014)
    for _ in range(3):
        build.offer(session, employer=club, opened_on=DAY)
    before = build.offer(session, employer=club, opened_on=date(2013, 2, 1))
    assert outreach_offers.opened(session, None, actor_id=None, on=DAY) == 3
    assert outreach_offers.opened(session, None, actor_id=None, on=DAY) == 0
    assert (old.state, new.state, future.state) == (S.LISTED, S.POSTED, S.LISTED)
    assert actions(session, new) == ["post"]
    known = set(session.scalars(sa.select(OutreachOffer.offer_id)))
    assert before.id not in known, "it was open before anybody listed the association"


def test_hired_by_a_signature_lost_when_it_is_undone_and_still_there_at_six_months(session, house):
    agency, club = house
    row = line(session, club, state=S.PROMISED, promised_on=DAY)
    offer = build.offer(session, employer=club, opened_on=DAY)
    outreach_offers.opened(session, [offer.id], actor_id=None, on=DAY)
    first = hires.hired(session, agency=agency, offer=offer)
    assert row.state is S.HIRED
    second = hires.hired(session, agency=agency, offer=offer)
    P = placements.PlacementAction
    hires.take(session, first, P.NO_SHOW, date(2013, 11, 19))
    assert row.state is S.HIRED, "another hire is left"
    hires.take(session, second, P.START, date(2013, 11, 18))

    def still(on):
        return [each.still_there for each in outreach_offers.hires(session, Outreach.id == row.id, on=on)]

    assert still(date(2014, 5, 17)) == [None] and still(date(2014, 5, 18)) == [True]
    hires.take(session, second, P.BREAK_TRIAL, date(2013, 12, 2), reason="resigned")
    assert row.state is S.TO_CHASE and still(date(2014, 5, 18)) == []
    third = hires.hired(session, agency=agency, offer=offer)
    assert row.state is S.HIRED and third.id
    assert actions(session, row) == ["post", "hired", "lost", "post", "hired"]


def test_an_offer_withdrawn_before_anybody_was_hired_puts_the_line_back(session, house):
    _, club = house
    row = line(session, club)
    offer = build.offer(session, employer=club, opened_on=DAY)
    outreach_offers.opened(session, None, actor_id=None, on=DAY)

    def take(action):
        how = {"actor_id": None, "party": Party.ADVISOR, "on": DAY, "reason": "plus de besoin", "at": AT}
        offers.change(session, session.get_one(Offer, offer.id), action, **how)

    take(offers.OfferAction.WITHDRAW)
    assert row.state is S.TO_CHASE
    take(offers.OfferAction.REOPEN)
    assert row.state is S.POSTED
