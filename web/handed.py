"""Who has the file of a person, as the pages of the person, of a proposal and of a hire show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from matching import hand_over_queries, hand_overs
from matching.hand_over_queries import Asked
from matching.placement_queries import BEFORE
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer
from matching.store.people import Person
from matching.store.placements import Placement
from matching.vocabulary import HandOverState as State

from .security import actor
from .wording import hand_overs as words


@dataclass(frozen=True, slots=True)
class Handed:
    """Every request, the latest first, in words; where to make the next one, when there is one to make."""

    lines: Sequence[Asked]
    ask: str | None
    #: Nothing is signed yet: who signs is the first question.
    first: bool = False

    @property
    def tag(self) -> tuple[str, str]:
        return words.STATES[self.lines[0].row.state]

    @property
    def said(self) -> list[str]:
        return [words.said(line) for line in self.lines]

    @property
    def why(self) -> str | None:
        return words.why(self.lines[0])


def of(
    session: Session,
    person: Person,
    subject: MatchProposal | Placement | None = None,
    offer: Offer | None = None,
) -> Handed:
    """One query."""
    lines = hand_over_queries.of_person(session, actor(), person.id)
    live = bool(lines) and lines[0].row.state in (State.ASKED, State.ACCEPTED)
    if subject is None or live or not hand_overs.may_ask(actor(), person, subject, offer):
        return Handed(lines, None)
    kind = "placements" if isinstance(subject, Placement) else "propositions"
    unsigned = isinstance(subject, Placement) and subject.state in BEFORE
    return Handed(lines, url_for("hand_overs.ask_form", kind=kind, ref=subject.public_id), unsigned)
