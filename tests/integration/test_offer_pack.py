"""The offers of a session: whom they are for, which are chosen, and what a hand changes of it stays."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching import match_inputs, offer_pack, offer_reach
from matching.eligibility import programme
from matching.errors import InvalidInput, NotFound
from matching.scoring.referential import Referential
from matching.store import scope
from matching.store.people import Agency
from matching.store.sessions import SessionOffer
from matching.vocabulary import (
    AgencyKind,
    AttendanceState as At,
    OfferState,
    PlacementState,
    ProposalState,
    SessionState,
    SituationValue,
)
from tests import build
from tests.counting import queries
from tests.web import planned
from tests.web.doors import account, an_agency

BOOK = programme.load()
TODAY, DAY = date(2013, 11, 4), date(2013, 11, 19)
GARDEN, KITCHEN, DRIVE = (
    {"title": "Jardinier", "title_key": "jardinier"},
    {"title": "Cuisinier", "title_key": "cuisinier"},
    {"title": "Conducteur de bus", "title_key": "conducteur de bus"},
)


@pytest.fixture
def held(session):
    return planned.held(session, DAY)


def read(session, row):
    return match_inputs.load(session, BOOK, Referential.starter(), on=row.held_on, seed=0)


def choose(session, row, on=TODAY):
    return offer_pack.choose(session, row, read(session, row), on=on)


def come(session, row, count, **who):
    """So many people of the place, registered."""
    made = [build.person(session, **who) for _ in range(count)]
    for person in made:
        planned.seat(session, row, person)
    return made


def titles(pack):
    return [each.offer.title for each in pack.shown]


def refused(code, call):
    with pytest.raises(InvalidInput) as found:
        call()
    assert found.value.code == code
    return found.value


def test_the_offers_that_reach_most_of_the_registered_come_first_and_tell_what_they_add(session, held):
    come(session, held, 5)
    come(session, held, 4, wanted_title="cuisinier")
    garden = build.offer(session, **GARDEN)
    kitchen = build.offer(session, **KITCHEN)
    build.offer(session, **DRIVE)  # nobody wants it
    second = build.offer(session, **GARDEN, opened_on=date(2013, 10, 20))
    pack = choose(session, held)
    assert [(each.offer.id, each.row.reach, each.row.adds, each.row.rank) for each in pack.shown] == [
        (garden.id, 5, 5, 1), (kitchen.id, 4, 4, 2), (second.id, 5, 0, 3)
    ]  # fmt: skip
    assert pack.reached == 9
    again = choose(session, held)
    assert [each.offer.id for each in again.shown] == [each.offer.id for each in pack.shown]


def test_an_offer_counts_for_whom_has_or_may_have_the_right_and_for_nobody_else(session, held):
    """An emploi d'avenir ends at 26 (25 included) and asks what diploma: over it, the same post is none."""
    come(session, held, offer_reach.FEW, birth_date=date(1980, 1, 1))
    offer = build.offer(session, **GARDEN)
    assert choose(session, held).shown == ()
    ordinary = build.offer(session, **GARDEN, scheme=None)
    assert [each.offer.id for each in choose(session, held).shown] == [ordinary.id]
    (maybe,) = come(session, held, 1, birth_date=None)
    pack = choose(session, held)
    assert {each.offer.id: each.row.reach for each in pack.shown} == {ordinary.id: 9, offer.id: 1}
    build.proposal(session, person=maybe, offer=offer, state=ProposalState.DECLINED)
    assert [each.offer.id for each in choose(session, held).shown] == [ordinary.id]


def test_where_few_are_registered_residents_nearby_without_a_job_count_too_but_less(session, held):
    agency = an_agency(session)
    zone = build.zone(session)
    (cook,) = come(session, held, 1, wanted_title="cuisinier")

    def resident(zone=zone, **changes):
        person = build.person(session, **{"agency_id": agency.id, **changes})
        build.home(session, person, zone)
        return person

    for _ in range(3):
        resident()
    resident(None)
    resident(situation=SituationValue.IN_JOB)
    other = Agency(name="Mission locale", kind=AgencyKind.MISSION_LOCALE)
    session.add(other)
    session.flush()
    resident(agency_id=other.id)
    build.person(session, agency_id=agency.id)  # a home that nobody confirmed
    garden, kitchen = build.offer(session, **GARDEN), build.offer(session, **KITCHEN)
    heard = offer_reach.audience(session, held, read(session, held))
    assert (heard.registered, heard.residents) == (1, 3)
    pack = choose(session, held)
    assert [(each.offer.id, each.row.adds) for each in pack.shown] == [(kitchen.id, 1), (garden.id, 3)]
    come(session, held, offer_reach.FEW - 1, wanted_title="cuisinier")
    assert offer_reach.audience(session, held, read(session, held)).residents == 0
    assert [each.offer.id for each in choose(session, held).shown] == [kitchen.id]
    assert cook.id  # registered, and counted once


def test_who_waits_withdrew_or_has_a_contract_is_not_counted(session, held):
    for state in (At.WAITING, At.WITHDRAWN):
        planned.seat(session, held, state=state)
    engaged = build.placement(session, state=PlacementState.SIGNED)
    session.add(planned.SessionAttendance(
        session_id=held.id, person_id=engaged.person_id, state=At.REGISTERED, registered_on=TODAY, asked_at=planned.MADE
    ))  # fmt: skip
    session.flush()
    build.offer(session, **GARDEN)
    assert choose(session, held).shown == ()


def test_at_most_a_dozen_those_under_a_scheme_then_those_posted_longest(session, held):
    come(session, held, 1)
    ordinary = build.offer(session, **GARDEN, scheme=None, opened_on=date(2013, 9, 1))
    made = [
        build.offer(session, **GARDEN, opened_on=date(2013, 10, 20) - timedelta(days=number))
        for number in range(13)
    ]
    build.offer(session, **GARDEN, state=OfferState.ON_HOLD)
    build.offer(session, **GARDEN, apply_before=DAY - timedelta(days=1))  # over before the session
    pack = choose(session, held)
    assert [each.offer.id for each in pack.shown] == [offer.id for offer in reversed(made[1:])]
    assert ordinary.id not in {each.offer.id for each in pack.shown}


def test_what_is_taken_out_stays_out_and_what_is_put_in_stays_in(session, held):
    come(session, held, 3)
    first, second = (
        build.offer(session, **GARDEN),
        build.offer(session, **GARDEN, opened_on=date(2013, 10, 9)),
    )
    bus = build.offer(session, **DRIVE)
    choose(session, held)
    inputs = read(session, held)
    offer_pack.remove(session, held, first.id, inputs, on=TODAY)
    offer_pack.remove(session, held, first.id, inputs, on=TODAY)
    offer_pack.add(session, held, bus, inputs, on=TODAY)
    pack = offer_pack.pack_of(session, held, on=TODAY)
    assert [(each.offer.id, each.row.rank, each.row.reach, each.row.adds) for each in pack.shown] == [
        (second.id, 1, 3, 3), (bus.id, 2, 0, 0)
    ]  # fmt: skip
    assert [each.offer.id for each in pack.removed] == [first.id]
    pack = choose(session, held)
    assert [each.offer.id for each in pack.shown] == [bus.id, second.id]
    assert [each.offer.id for each in pack.removed] == [first.id]
    offer_pack.add(session, held, first, inputs, on=TODAY)
    offer_pack.add(session, held, first, inputs, on=TODAY)
    pack = offer_pack.pack_of(session, held, on=TODAY)
    assert [(each.offer.id, each.row.adds) for each in pack.shown] == [
        (bus.id, 0),
        (second.id, 3),
        (first.id, 0),
    ]
    offer_pack.move(session, held, first.id, -2, inputs, on=TODAY)
    offer_pack.move(session, held, first.id, -1, inputs, on=TODAY)  # no further than the ends
    offer_pack.move(session, held, bus.id, 1, inputs, on=TODAY)
    pack = offer_pack.pack_of(session, held, on=TODAY)
    assert [(each.offer.id, each.row.adds) for each in pack.shown] == [
        (first.id, 3),
        (second.id, 0),
        (bus.id, 0),
    ]
    with pytest.raises(NotFound):
        offer_pack.move(session, held, 999_999, 1, inputs, on=TODAY)
    with pytest.raises(NotFound):
        offer_pack.remove(session, held, 999_999, inputs, on=TODAY)


def test_a_thirteenth_a_closed_offer_and_a_session_that_is_over_are_refused(session, held):
    come(session, held, 1)
    for _ in range(offer_pack.MOST):
        build.offer(session, **GARDEN)
    choose(session, held)
    inputs, more = read(session, held), build.offer(session, **GARDEN)
    assert refused("pack-full", lambda: offer_pack.add(session, held, more, inputs, on=TODAY)).facts == {
        "most": 12
    }
    gone = offer_pack.pack_of(session, held, on=TODAY).shown[0]
    gone.offer.state = OfferState.WITHDRAWN
    session.flush()
    pack = offer_pack.pack_of(session, held, on=TODAY)
    assert not pack.shown[0].running and len(pack.running) == 11
    offer_pack.add(session, held, more, read(session, held), on=TODAY)
    refused(
        "pack-offer-closed",
        lambda: offer_pack.add(session, held, gone.offer, inputs, on=TODAY),
    )
    refused("pack-session-over", lambda: choose(session, held, on=DAY + timedelta(days=1)))
    held.state, held.cancelled_reason = SessionState.CANCELLED, "Salle indisponible"
    session.flush()
    refused("pack-session-over", lambda: choose(session, held))


def test_a_search_finds_open_offers_that_are_not_in_yet(session, held):
    actor = scope.Actor.of(account(session), an_agency(session))
    come(session, held, 1)
    taken = build.offer(session, **GARDEN)
    choose(session, held)
    other = build.offer(session, **{**GARDEN, "title": "Jardinière", "title_key": "jardiniere"}, scheme=None)
    build.offer(session, **GARDEN, state=OfferState.WITHDRAWN)

    def found(text):
        return [offer.id for offer, _ in offer_pack.found(session, actor, held, text, on=TODAY)]

    assert found("jardini") == [other.id]
    offer_pack.remove(session, held, taken.id, read(session, held), on=TODAY)
    assert found("jardini") == [taken.id, other.id] and found("rien de tel") == []


def test_as_many_queries_for_many_offers_as_for_one(session, held):
    come(session, held, 2)
    build.offer(session, **GARDEN)
    connection = session.connection()
    inputs = read(session, held)
    call = lambda: offer_pack.choose(session, held, inputs, on=TODAY)  # noqa: E731
    call()
    few = queries(connection, call)
    for _ in range(20):
        build.offer(session, **GARDEN)
    come(session, held, 30)
    inputs = read(session, held)
    call()
    assert queries(connection, call) <= few + offer_pack.MOST  # a dozen rows are written; nothing a person
    assert session.scalar(sa.select(sa.func.count()).select_from(SessionOffer)) == offer_pack.MOST
