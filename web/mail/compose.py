"""A message row -> the letter: one builder for each kind; tokens are made when it leaves, and only then."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import accounts, contacts, links
from matching.store.accounts import Invitation, User
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency, Person

from ..wording import letters as words, phone
from . import to_campaign, to_club, to_employers, to_house, to_people
from .about import About
from .letter import Built, Letter, Link, Moot

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook

Builder = Callable[[About], Built]

BUILDERS: dict[str, Builder] = {
    "ask_person": to_people.ask,
    "remind_person": to_people.remind,
    "person_told": to_people.told,
    "check_in_asked": to_people.check_in,
    "request_answered": to_people.request_answered,
    "session_changed": to_people.session_changed,
    "club_invited": to_club.invited,
    "club_reminded": to_club.reminded,
    "candidates": to_employers.candidates,
    "remind_employer": to_employers.remind,
    "candidate_gone": to_employers.gone,
    "offer_received": to_employers.received,
    "offer_returned": to_employers.returned,
    "offer_opened": to_employers.opened,
    "offer_lapsing": to_employers.lapsing,
    "offer_lapsed": to_employers.lapsed,
    "employer_invited": to_employers.invited,
    "aid_notice": to_employers.aid_notice,
    "outreach_letter": to_campaign.letter,
    "hand_over_asked": to_house.hand_over_asked,
    "hand_over_answered": to_house.hand_over_answered,
    "break_glass_notice": to_house.break_glass,
    "digest_advisor": to_house.digest,
    "digest_animator": to_house.club_digest,
    "report_online": to_house.report_online,
}
#: Nobody wrote these by hand: an absence notice must not answer them (RFC 3834).
AUTOMATIC = frozenset(
    {
        "remind_person",
        "club_reminded",
        "check_in_asked",
        "remind_employer",
        "offer_lapsing",
        "offer_lapsed",
        "aid_notice",
        "break_glass_notice",
        "digest_advisor",
        "digest_animator",
        "report_online",
    }
)
#: Facts that are lists, or words that somebody of the house wrote.
SEVERAL_LINES = frozenset({"names", "lines", "sentences", "note", "answer", "text"})
BLANK = re.compile(r"[ \t]{2,}")


def compose(
    session: Session, message: OutgoingMessage, *, book: ProgrammeBook, on: date, at: datetime
) -> Letter:
    """The letter as it would leave now; writes nothing. Raises Moot when it has nothing to say any more."""
    signer = _signer(session, message)
    sender = session.get(User, signer) if signer is not None else None
    agency = session.get(Agency, sender.agency_id) if sender and sender.agency_id is not None else None
    built = BUILDERS[message.kind](About(session, message, book, on, at, sender, agency))
    said = words.LETTERS[built.words]
    paragraphs = tuple(
        text for template in said.paragraphs if (text := _filled(template, built.facts).strip())
    )
    signature = [sender.name if sender else words.HOUSE]
    if agency is not None:
        signature.append(agency.name)
    if sender is not None and sender.phone:
        signature.append(phone(sender.phone))
    return Letter(
        subject=one_line(_filled(said.subject, built.facts)),
        paragraphs=paragraphs,
        signature=tuple(one_line(line) for line in signature),
        action=said.action if built.link else None,
        link=built.link,
        reply_to=sender.email if sender is not None and sender.active else None,
        sender=one_line(sender.name) if sender is not None else None,
        automatic=message.kind in AUTOMATIC,
    )


def _signer(session: Session, message: OutgoingMessage) -> int | None:
    """Who wrote it; for one that the clock queued, who follows the person, or dealt with the offer last."""
    if message.sender_id is not None or message.user_id is not None:
        return message.sender_id
    if message.person_id is not None:
        return session.scalar(sa.select(Person.caseload_user_id).where(Person.id == message.person_id))
    if message.subject_kind == "offer":
        return contacts.signers_of_offers(session, [message.subject_id]).get(message.subject_id)
    return None


def _filled(template: str, facts: dict[str, object]) -> str:
    """What is typed on one line stays on one: a title cannot write paragraphs of its own."""
    return template.format(
        **{
            name: " ".join(fact.splitlines()) if isinstance(fact, str) and name not in SEVERAL_LINES else fact
            for name, fact in facts.items()
        }
    )


def one_line(text: str) -> str:
    """On one line and without a sign that does not print: what a header may hold."""
    return BLANK.sub(" ", "".join(sign if sign.isprintable() else " " for sign in text)).strip()


def address_of(
    session: Session, message: OutgoingMessage, link: Link | None, base: str, *, at: datetime
) -> str | None:
    """Where the button leads; makes the token of a personal link, of which only the hash is stored. Flushes."""
    if link is None:
        return None
    token = ""
    if link.invitation_id is not None:
        token = accounts.new_token()
        session.get_one(Invitation, link.invitation_id).token_hash = accounts.hashed(token)
        session.flush()
    elif link.kind is not None:
        _, token = links.issue(
            session,
            link.kind,
            at=at,
            issued_by_id=message.sender_id,
            message_id=message.id,
            **{name: key for name, key in link.subject.items() if key},
        )
    return f"{base}{link.path}{token}"


__all__ = ["AUTOMATIC", "BUILDERS", "Moot", "address_of", "compose", "one_line"]
