"""Drafts of an organisation: theirs alone, sent once, and what the machine does with what is sent."""

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import invitations, offer_drafts
from matching.daily import Day
from matching.eligibility import programme
from matching.errors import InvalidInput, NotFound, StaleVersion
from matching.offer_drafts import OwnFacts
from matching.offer_entry import OfferEntry
from matching.store.messages import OfferDraft, OutgoingMessage
from matching.store.organisations import Offer, OfferEvent
from matching.store.scope import Actor
from matching.vocabulary import EmployerKind, OfferState as State, Role
from tests import build

BOOK = programme.load()
DAY, AT = date(2013, 11, 4), datetime(2013, 11, 4, 9, tzinfo=UTC)
ENTRY = OfferEntry(
    "Éducateur de basket", "CDD", scheme="emploi_avenir", months=36, weekly_hours=35.0, tutor="Mme Langlet",
    training="à voir ensemble", contact_email="club@exemple.fr",
)  # fmt: skip


def speaker(session, **house):
    house = build.organisation(session, siret="73282932000074", **house)
    user = build.user(session, role=Role.EMPLOYER, organisation_id=house.id)
    return Actor(user.id, user.public_id, user.name, Role.EMPLOYER, organisation_id=house.id), house


def send(session, actor, ref, entry=ENTRY, *, version=0, on=DAY):
    return offer_drafts.send(
        session,
        actor,
        ref,
        entry,
        BOOK,
        said=OwnFacts(EmployerKind.ASSOCIATION),
        version=version,
        on=on,
        at=AT,
    )


def count(session, table):
    return session.scalar(sa.select(sa.func.count()).select_from(table))


def test_sent_twice_it_is_there_once_and_its_receipt_waits(session):
    actor, house = speaker(session, sector=None)
    ref = uuid.uuid4()
    offer_drafts.keep(session, actor, ref, {"title": "Éduc"}, at=AT)
    offer_drafts.keep(session, actor, ref, {"title": "Éducateur"}, at=AT)
    assert [draft.fields for draft in offer_drafts.listed(session, actor)] == [{"title": "Éducateur"}]
    first = send(session, actor, ref)
    assert send(session, actor, ref) is first
    assert (first.state, first.public_id, first.organisation_id) == (State.SUBMITTED, ref, house.id)
    assert house.legal_kind is EmployerKind.ASSOCIATION and first.reference
    assert (count(session, Offer), count(session, OfferDraft), count(session, OfferEvent)) == (1, 0, 1)
    told = session.scalars(sa.select(OutgoingMessage)).all()
    assert [(each.kind, each.subject_id, each.address) for each in told] == [
        ("offer_received", first.id, "club@exemple.fr")
    ]


def test_another_organisation_finds_nothing_and_takes_nothing(session):
    (one, _), ref = speaker(session), uuid.uuid4()
    other_house = build.organisation(session)
    user = build.user(session, role=Role.EMPLOYER, organisation_id=other_house.id)
    other = Actor(user.id, user.public_id, user.name, Role.EMPLOYER, organisation_id=other_house.id)
    offer_drafts.keep(session, one, ref, {"title": "x"}, at=AT)
    offer = build.offer(session)
    assert offer_drafts.find(session, other, ref) is None
    for number in (ref, offer.public_id):
        with pytest.raises(NotFound):
            offer_drafts.keep(session, other, number, {}, at=AT)
        with pytest.raises(NotFound):
            send(session, other, number)
    offer_drafts.drop(session, other, ref)
    assert offer_drafts.find(session, one, ref) is not None


def test_what_was_returned_is_sent_again_and_an_open_one_stays_open(session):
    actor, house = speaker(session)
    offer = build.offer(
        session, employer=house, state=State.TO_COMPLETE, missing=["description", "tutor"], tutor=None
    )
    offer_drafts.keep(session, actor, offer.public_id, {}, at=AT)
    with pytest.raises(StaleVersion):
        send(session, actor, offer.public_id, version=offer.version + 1)
    send(session, actor, offer.public_id, version=offer.version)
    assert (offer.state, offer.tutor, offer.missing) == (State.SUBMITTED, "Mme Langlet", [])

    running = build.offer(session, employer=house)
    offer_drafts.keep(session, actor, running.public_id, {}, at=AT)
    version, aside = running.version, session.begin_nested()
    short = replace(ENTRY, months=6)
    with pytest.raises(InvalidInput, match="guards-broken"):
        send(session, actor, running.public_id, short, version=version)
    aside.rollback()
    session.refresh(running)
    send(session, actor, running.public_id, version=running.version)
    assert (running.state, running.title) == (State.OPEN, "Éducateur de basket")


def test_an_employer_that_is_not_entitled_is_refused(session):
    actor, _ = speaker(session, legal_kind=EmployerKind.STATE)
    ref = uuid.uuid4()
    offer_drafts.keep(session, actor, ref, {}, at=AT)
    again = session.begin_nested()
    with pytest.raises(InvalidInput, match="guards-not-met"):
        send(session, actor, ref)
    again.rollback()
    assert count(session, Offer) == 0 and offer_drafts.find(session, actor, ref) is not None


def test_too_many_drafts_are_refused_and_old_ones_forgotten(session):
    actor, _ = speaker(session)
    for _ in range(offer_drafts.MOST):
        offer_drafts.keep(session, actor, uuid.uuid4(), {}, at=AT)
    with pytest.raises(InvalidInput, match="too-many-drafts"):
        offer_drafts.keep(session, actor, uuid.uuid4(), {}, at=AT)
    later = AT + offer_drafts.KEPT
    assert offer_drafts.forget(session, Day(DAY, later, BOOK)) == 0
    assert offer_drafts.forget(session, Day(DAY, later + timedelta(seconds=1), BOOK)) == offer_drafts.MOST


def test_who_invited_an_organisation_reads_what_it_sends(session):
    advisor = build.user(session, name="Nadia Férat")
    actor = Actor(advisor.id, advisor.public_id, advisor.name, Role.ADVISOR)
    house = build.organisation(session)
    token = invitations.invite(
        session, house, email="a@exemple.fr", name="A", by_mail=False, actor=actor, on=DAY, at=AT
    )
    assert token and count(session, OutgoingMessage) == 0
    again = invitations.invite(
        session, house, email="a@exemple.fr", name="A", by_mail=True, actor=actor, on=DAY, at=AT
    )
    assert again is None and offer_drafts.reader(session, house).name == "Nadia Férat"
    (link,) = invitations.of(session, house, at=AT).waiting
    (message,) = session.scalars(sa.select(OutgoingMessage))
    assert (message.kind, message.subject_id, message.address) == (
        "employer_invited",
        link.id,
        "a@exemple.fr",
    )
    invitations.close(session, house, link.public_id, actor=actor, at=AT)
    session.refresh(message)
    assert message.state == "cancelled" and not invitations.of(session, house, at=AT).waiting
