"""The state that a row is in, inside a sentence: « depuis l'état « à examiner » »."""

from __future__ import annotations

from matching.vocabulary import OfferState, ProposalState as State

#: Of a proposal, whoever it is about.
PROPOSALS: dict[str, str] = {
    State.COMPUTED: "calculée, pas encore à examiner",
    State.TO_REVIEW: "à examiner",
    State.DEFERRED: "à revoir plus tard",
    State.APPROVED: "proposée, à contacter",
    State.PERSON_ASKED: "réponse attendue",
    State.AGREED: "d'accord, à transmettre",
    State.SENT: "transmise à l'employeur",
    State.INTERVIEW: "entretien prévu",
    State.SELECTED: "retenue par l'employeur",
    State.NOT_SELECTED: "non retenue",
    State.DECLINED: "refusée par la personne",
    State.REJECTED: "écartée",
    State.STALE: "à recalculer",
    State.CLOSED: "close",
}


def state(value: str, machine: str | None) -> str:
    """In words, by machine; as it is when it is none of ours (a page may have said it already)."""
    from . import messages, offers, placements, sessions  # they take their sentences from here

    if machine == "membership":
        from .club_entry import STATES

        return next((said[0].lower() for each, said in STATES.items() if each == value), value)
    if machine == "message":
        return next((said[0].lower() for each, said in messages.STATES.items() if each == value), value)
    if machine == "milestone":
        return next(
            (said[0].lower() for each, said in placements.MILESTONE_STATES.items() if each == value), value
        )
    if machine == "outreach":
        from .outreach import IN_SENTENCE

        return next((said for each, said in IN_SENTENCE.items() if each == value), value)
    if machine == "session":
        return next((said[0].lower() for each, said in sessions.STATES.items() if each == value), value)
    if value in PROPOSALS:
        return PROPOSALS[value]
    if value in list(OfferState):
        return offers.STATES[OfferState(value)][0]
    return next((said[0].lower() for each, said in placements.STATES.items() if each == value), value)
