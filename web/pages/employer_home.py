"""What needs an employer today: offers to complete or about to lapse, people who wait for an answer, papers to send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask import render_template, url_for
from sqlalchemy.orm import Session

from matching import employer_aids, offer_drafts, released
from matching.store import scope
from matching.store.organisations import Offer
from matching.vocabulary import OfferState

from ..db import book, reading, today
from ..security import actor
from ..wording import employer as candidates, offers as words, own_offers as own
from .offer_shown import deadline_of

#: An offer is told about so many days before its search stops.
AHEAD = 14


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: by when, what, and the one verb that does it."""

    due_on: date
    title: str
    note: str
    verb: str
    url: str


#: The lines of one subject for an employer on a day.
Subject = Callable[[Session, scope.Actor, date], Iterator[Line]]


def offers(session: Session, me: scope.Actor, on: date) -> Iterator[Line]:
    """Offers to complete, lapsed, or whose search stops soon; drafts that wait to be sent."""
    wanting = (OfferState.TO_COMPLETE, OfferState.OPEN, OfferState.LAPSED)
    for offer in session.scalars(scope.offers(me).where(Offer.state.in_(wanting)).order_by(Offer.id)):
        url, day = url_for("offers.show", ref=offer.public_id), deadline_of(offer)
        if offer.state is OfferState.TO_COMPLETE:
            missing = f"Il manque : {words.missing_names(offer.missing)}."
            edit = url_for("offers.edit", ref=offer.public_id)
            yield Line(on, offer.title, missing, "Compléter", edit)
        elif offer.state is OfferState.LAPSED:
            yield Line(day or on, offer.title, own.SAYS[OfferState.LAPSED], "Confirmer", url)
        elif day is not None and day <= on + timedelta(days=AHEAD):
            yield Line(
                day, offer.title, "Sans nouvelles de votre part, la recherche s'arrête.", "Confirmer", url
            )
    for draft in offer_drafts.listed(session, me):
        title = draft.fields.get("title") or "Offre sans nom"
        url = url_for("offers.edit", ref=draft.public_id)
        yield Line(on + timedelta(days=AHEAD), title, "Brouillon : pas encore envoyé.", "Reprendre", url)


def people(session: Session, me: scope.Actor, on: date) -> Iterator[Line]:
    """Offers for which somebody waits for the employer's answer."""
    for sent in released.for_account(session, me):
        if sent.waiting:
            day = min(person.answer_by for person in sent.waiting)
            url = url_for("released.index", _anchor=f"o-{sent.offer}")
            yield Line(day, sent.title, candidates.waiting(sent), "Répondre", url)


def aids(session: Session, me: scope.Actor, on: date) -> Iterator[Line]:
    """Papers of the aid to send within the month, and what is lost otherwise."""
    for held, row, asked in employer_aids.soon(session, me, book(), on=on):
        url = url_for("aids.show", ref=held.ref, _anchor=f"e-{row.kind}-{row.number}")
        yield Line(
            row.window_closes_on or row.due_on,
            candidates.paper_of(held, row),
            candidates.at_stake(row, asked),
            "Voir le papier",
            url,
        )


#: One function a subject.
SUBJECTS: tuple[Subject, ...] = (offers, people, aids)


def page() -> str:
    on, me = today(), actor()
    with reading() as session:
        house = scope.one(session, scope.organisations(me))
        lines = [line for subject in SUBJECTS for line in subject(session, me, on)]
    lines.sort(key=lambda line: (line.due_on, line.title))
    return render_template("employer/home.html", house=house, lines=lines, on=on)
