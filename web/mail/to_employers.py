"""Messages to employers: who was sent to them, their offers, their account, the papers of the aid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from matching import milestones, workdays
from matching.proposals import REVIEW_WORKING_DAYS
from matching.store.accounts import Invitation
from matching.store.matches import MatchProposal, Release
from matching.store.organisations import Offer, OfferEvent
from matching.store.people import Person, full_name
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import AT_EMPLOYER, LinkKind, OfferState, ProposalState

from ..wording import euros, letters as words, moment, offers as offer_words, placements, uncapital, weekday
from ..wording.programmes import programme
from .about import About, short
from .letter import Built, Link, Moot

ANSWERS, REFRESH, INVITATION = "/reponse/employeur/", "/reponse/offre/", "/invitation/"
OWN_OFFER, OWN_AID = "/offres/{ref}", "/mes-aides"
#: Names that one message lists.
LISTED = 6


def candidates(about: About) -> Built:
    offer, _ = about.offer()
    waiting = _released(about, offer, since=about.message.caused_on)
    if not waiting:
        raise Moot
    return Built(
        "candidates",
        {
            "people": words.people(len(waiting)),
            "title": offer.title,
            "who": words.who_agreed(len(waiting)),
            "names": _names(waiting),
            "them": words.them(len(waiting)),
        },
        Link(ANSWERS, LinkKind.EMPLOYER, {"offer_id": offer.id}),
    )


def remind(about: About) -> Built:
    offer, _ = about.offer()
    waiting = _released(about, offer, AT_EMPLOYER)
    if not waiting:
        raise Moot
    return Built(
        "remind_employer",
        {
            "title": offer.title,
            "people": words.people(len(waiting)),
            "names": _names(waiting),
            "last": words.LAST_REMINDER if about.message.occasion.endswith(":2") else "",
        },
        Link(ANSWERS, LinkKind.EMPLOYER, {"offer_id": offer.id}),
    )


def _released(
    about: About,
    offer: Offer,
    states: Sequence[ProposalState] = (ProposalState.SENT,),
    *,
    since: date | None = None,
) -> Sequence[tuple[Person, Release]]:
    """People sent to the employer whose proposals are in these states: of whom it has said nothing yet."""
    query = (
        sa.select(Person, Release)
        .join(MatchProposal, MatchProposal.person_id == Person.id)
        .join(Release, Release.proposal_id == MatchProposal.id)
        .where(MatchProposal.offer_id == offer.id, MatchProposal.state.in_(states))
        .order_by(Release.id)
    )
    if since is not None:
        query = query.where(Release.released_on >= since)
    return [(row[0], row[1]) for row in about.session.execute(query)]


def _names(waiting: Sequence[tuple[Person, Release]]) -> str:
    """One a line, as the release lets the employer know them."""
    lines = [
        full_name(person) if release.contact_disclosed_on is not None else short(person)
        for person, release in waiting[:LISTED]
    ]
    if len(waiting) > LISTED:
        lines.append(words.more(len(waiting) - LISTED))
    return "\n".join(lines)


def gone(about: About) -> Built:
    proposal = about.proposal()
    if proposal.state is not ProposalState.CLOSED:
        raise Moot
    offer, _ = about.offer(proposal.offer_id)
    return Built(
        "candidate_gone",
        {"name": short(about.session.get_one(Person, proposal.person_id)), "title": offer.title},
    )


def received(about: About) -> Built:
    offer, _ = about.offer()
    if offer.state is not OfferState.SUBMITTED:
        raise Moot
    until = workdays.after(offer.submitted_on or about.on, REVIEW_WORKING_DAYS)
    return Built("offer_received", {"title": offer.title, "until": weekday(until)})


def returned(about: About) -> Built:
    offer, _ = about.offer()
    if offer.state is not OfferState.TO_COMPLETE:
        raise Moot
    note = about.session.scalar(
        sa.select(OfferEvent.reason)
        .where(OfferEvent.offer_id == offer.id, OfferEvent.action == "return")
        .order_by(OfferEvent.id.desc())
        .limit(1)
    )
    return Built(
        "offer_returned",
        {"title": offer.title, "missing": offer_words.missing_names(offer.missing), "note": note or ""},
        Link(OWN_OFFER.format(ref=offer.public_id)),
    )


def opened(about: About) -> Built:
    offer, _ = about.offer()
    if offer.state is not OfferState.OPEN:
        raise Moot
    return Built("offer_opened", {"title": offer.title})


def lapsing(about: About) -> Built:
    offer, _ = about.offer()
    told = about.message.occasion.partition(":")[2]
    if offer.state is not OfferState.OPEN or offer.review_by is None or told != offer.review_by.isoformat():
        raise Moot
    return Built(
        "offer_lapsing", {"title": offer.title, "until": words.the_day(offer.review_by)}, _refresh(offer)
    )


def lapsed(about: About) -> Built:
    offer, _ = about.offer()
    if offer.state is not OfferState.LAPSED or offer.review_by is None:
        raise Moot
    return Built(
        "offer_lapsed", {"title": offer.title, "until": words.the_day(offer.review_by)}, _refresh(offer)
    )


def _refresh(offer: Offer) -> Link:
    return Link(REFRESH, LinkKind.REFRESH, {"offer_id": offer.id})


def invited(about: About) -> Built:
    row = about.session.get(Invitation, about.message.subject_id)
    if row is None or row.used_at is not None or row.expires_at <= about.at:
        raise Moot("invitation-over")
    return Built(
        "employer_invited",
        {"name": row.name, "until": moment(row.expires_at)},
        Link(INVITATION, invitation_id=row.id),
    )


def aid_notice(about: About) -> Built:
    row = about.session.get(AidMilestone, about.message.subject_id)
    if row is None or row.state not in milestones.WITHOUT_PAPER:
        raise Moot
    placement = about.session.get_one(Placement, row.placement_id)
    paper = None
    if placement.programme is not None and placement.programme in about.book:
        rules = about.book[placement.programme].file.aid
        paper = rules.papers().get(row.kind) if rules is not None else None
    what = row.paper or placements.milestone(row.kind, row.number, row.due_on, row.paper)
    last = row.window_closes_on or row.due_on
    return Built(
        "aid_notice",
        {
            "programme": programme(placement.programme).partition(" (")[0],
            "until": words.the_day(last),
            "name": short(about.session.get_one(Person, placement.person_id)),
            "what": uncapital(what),
            "to": words.sent_to(paper.sent_to if paper else None),
            "lost": words.lost(euros(row.amount_cents) if row.amount_cents else ""),
        },
        Link(OWN_AID if about.message.user_id is None else f"/placements/{placement.public_id}"),
    )
