"""What a message is about, read from the base when it leaves; and what several builders ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from matching.store.accounts import User
from matching.store.matches import MatchProposal
from matching.store.messages import OutgoingMessage
from matching.store.organisations import Offer, Organisation
from matching.store.people import Agency, Person

from ..wording import phone as phone_words
from .letter import Moot

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook


@dataclass(frozen=True, slots=True)
class About:
    """A message, the day and the instant at which it is composed, who signs it."""

    session: Session
    message: OutgoingMessage
    book: ProgrammeBook
    on: date
    at: datetime
    sender: User | None
    agency: Agency | None

    @property
    def phone(self) -> str:
        """Where the sender may be called, as it is written."""
        return phone_words(self.sender.phone) if self.sender is not None else ""

    def person(self, key: int | None = None) -> Person:
        """Whom it is for. Raises Moot once the address or the consent is gone, or the person."""
        wanted = key if key is not None else self.message.person_id
        found = self.session.get(Person, wanted) if wanted is not None else None
        if found is None:
            raise Moot
        if not found.email or not found.contact_agreed:
            raise Moot("no-consent" if found.email else "no-address")
        return found

    def proposal(self) -> MatchProposal:
        found = self.session.get(MatchProposal, self.message.subject_id, populate_existing=True)
        if found is None:
            raise Moot
        return found

    def offer(self, key: int | None = None) -> tuple[Offer, Organisation]:
        offer = self.session.get(Offer, key if key is not None else self.message.subject_id)
        if offer is None:
            raise Moot
        return offer, self.session.get_one(Organisation, offer.organisation_id)

    def reader(self) -> User:
        """The account it is for. Raises Moot when it is closed."""
        user = self.session.get(User, self.message.user_id) if self.message.user_id is not None else None
        if user is None or not user.active:
            raise Moot("account-closed")
        return user


def first_name(person: Person) -> str:
    return person.given_names.split(" ")[0] if person.given_names.strip() else person.family_name


def short(person: Person) -> str:
    """« Inès M. »: as an employer knows somebody (security.md §2)."""
    return f"{first_name(person)} {person.family_name[:1]}.".strip()


def initials(person: Person) -> str:
    """« I. M. »: enough for who follows the person."""
    return " ".join(f"{name[:1]}." for name in (person.given_names, person.family_name) if name)
