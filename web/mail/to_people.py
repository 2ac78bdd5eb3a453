"""Messages to young people: the question, its reminders, what became of it, how the job goes, an answer."""

from __future__ import annotations

import sqlalchemy as sa

from matching import silence
from matching.store.follow_up import CheckIn
from matching.store.messages import PersonRequest
from matching.store.organisations import Organisation
from matching.store.placements import Placement
from matching.store.sessions import CollectiveSession
from matching.vocabulary import (
    CheckInState,
    LinkKind,
    OfferState,
    ProposalState,
    RequestState,
    SessionState,
)

from ..wording import capital, day, letters as words, sessions, weekday
from .about import About, first_name
from .letter import Built, Link, Moot

ANSWER, CHECK_IN = "/reponse/", "/reponse/suivi/"


def _answer(about: About) -> Link:
    proposal = about.message.subject_id
    return Link(ANSWER, LinkKind.ANSWER, {"proposal_id": proposal, "person_id": about.message.person_id or 0})


def ask(about: About) -> Built:
    proposal = about.proposal()
    if proposal.state is not ProposalState.APPROVED:
        raise Moot
    person = about.person(proposal.person_id)
    offer, organisation = about.offer(proposal.offer_id)
    if offer.state not in (OfferState.OPEN, OfferState.ON_HOLD):
        raise Moot("offer-closed")
    near = offer.insee_code is not None and offer.insee_code == person.insee_code
    return Built(
        "ask_person",
        {
            "near": words.NEAR if near else "",
            "name": first_name(person),
            "employer": capital(words.employer(organisation)),
            "title": offer.title,
            "terms": words.terms(offer),
            "place": words.at(offer.commune),
            "until": weekday(silence.call_day(about.on, silence.PERSON_REMINDERS)),
            "or_else": words.OR_ELSE["phone" if person.phone else "email"],
        },
        _answer(about),
    )


def remind(about: About) -> Built:
    proposal = about.proposal()
    if proposal.state is not ProposalState.PERSON_ASKED:
        raise Moot
    person = about.person(proposal.person_id)
    offer, organisation = about.offer(proposal.offer_id)
    last = about.message.occasion == "2"
    return Built(
        "remind_person",
        {
            "name": first_name(person),
            "asked": words.on_day(proposal.asked_on),
            "title": offer.title,
            "employer": words.employer(organisation),
            "last": f" {words.CALLED}" if last and person.phone else "",
        },
        _answer(about),
    )


def told(about: About) -> Built:
    proposal = about.proposal()
    if proposal.state not in (ProposalState.NOT_SELECTED, ProposalState.CLOSED):
        raise Moot
    person = about.person(proposal.person_id)
    offer, organisation = about.offer(proposal.offer_id)
    outcome = str(about.message.arguments.get("outcome", "withdrawn"))
    name = f"person_told.{outcome}"
    return Built(
        name if name in words.LETTERS else "person_told.withdrawn",
        {
            "name": first_name(person),
            "title": offer.title,
            "employer": words.employer(organisation),
            "call": words.call_back(about.phone),
        },
    )


def check_in(about: About) -> Built:
    row = about.session.get(CheckIn, about.message.subject_id)
    if row is None or row.state is not CheckInState.PLANNED:
        raise Moot
    placement = about.session.get_one(Placement, row.placement_id)
    person = about.person(placement.person_id)
    ended = placement.ended_on is not None
    return Built(
        "check_in_asked.ended" if ended else "check_in_asked",
        {
            "name": first_name(person),
            "employer": words.employer(about.session.get_one(Organisation, placement.organisation_id)),
            "since": day(placement.ended_on or placement.starts_on),
        },
        Link(CHECK_IN, LinkKind.CHECK_IN, {"check_in_id": row.id, "placement_id": placement.id}),
    )


def session_changed(about: About) -> Built:
    row = about.session.get(CollectiveSession, about.message.subject_id, populate_existing=True)
    outcome = str(about.message.arguments.get("outcome"))
    if row is None or row.held_on < about.on:
        raise Moot
    if row.state is not (SessionState.CANCELLED if outcome == "cancelled" else SessionState.PLANNED):
        raise Moot
    person = about.person()
    return Built(
        f"session_changed.{outcome}",
        {
            "name": first_name(person),
            "theme": row.theme,
            "when": weekday(row.held_on),
            "hours": sessions.hours(row),
            "place": row.place,
            "reason": row.cancelled_reason or "",
            "next": sessions.next_one(_next_session(about, row)),
            "call": words.call_back(about.phone),
        },
    )


def _next_session(about: About, row: CollectiveSession) -> CollectiveSession | None:
    """The next one of the same theme that is held."""
    return about.session.scalar(
        sa.select(CollectiveSession)
        .where(
            CollectiveSession.agency_id == row.agency_id,
            CollectiveSession.theme == row.theme,
            CollectiveSession.state == SessionState.PLANNED,
            CollectiveSession.held_on > row.held_on,
        )
        .order_by(CollectiveSession.held_on)
        .limit(1)
    )


def request_answered(about: About) -> Built:
    row = about.session.get(PersonRequest, about.message.subject_id)
    if row is None or row.state is RequestState.OPEN:
        raise Moot
    person = about.person(row.person_id)
    return Built(
        "request_answered",
        {
            "name": first_name(person),
            "asked": day(row.made_on),
            "answer": row.answer or (words.DONE if row.state is RequestState.DONE else ""),
        },
    )
