"""What the sheet of one candidate says beside the right and the score."""

from __future__ import annotations

from datetime import date

from matching.proposal_guards import CHANNELS as NEEDED, LIMITED_FIELDS
from matching.review import Sheet
from matching.store.matches import MatchProposal
from matching.store.people import Person
from matching.vocabulary import ProposalState as State

from . import capital, day as full_day, number, phone as phone, uncapital
from .explained import RightsView
from .parts import RELEASED
from .programmes import programme
from .proposals import CHANNELS
from .reasons import level, sentence


def months_of(days: int) -> str:
    """« 8 mois », « 3 semaines »: a length of search."""
    if days < 60:
        weeks = days // 7
        return f"{weeks} semaine{'s' if weeks > 1 else ''}"
    return f"{days * 12 // 365} mois"


def channels(person: Person) -> list[str]:
    """Means of contact that the file has something for and that the person did not refuse, in the order offered."""
    if person.contact_agreed is False:
        return []
    able = [name for name in CHANNELS if getattr(person, NEEDED[name]) is not None]
    return [name for name in able if name != "email" or person.contact_agreed]


def released() -> str:
    """What an employer receives: « le prénom, l'initiale du nom… »."""
    return ", ".join(RELEASED[field] for field in LIMITED_FIELDS)


def background(sheet: Sheet, on: date) -> str:
    """One sentence: diploma, what is looked for, since when."""
    person, right = sheet.queued.person, sheet.right
    told = right.told if right else {}
    said = []
    if (diploma := told.get("level")) is not None:
        said.append("Sans diplôme" if diploma.value == 0 else level(diploma.value))
    if person.wanted_title:
        said.append(f"cherche : {person.wanted_title}")
    if days := sheet.queued.proposal.priority.get("search_days"):
        days += max((on - sheet.queued.proposal.proposed_on).days, 0)
        said.append(f"recherche d'emploi depuis {months_of(days)}")
    if person.skills:
        said.append("sait faire : " + ", ".join(person.skills[:4]))
    return " ".join(f"{capital(part)}." for part in said) or "Fiche à compléter."


def also(proposal: MatchProposal) -> str:
    """For an offer of ordinary law: rights that its contract could open to this person, said that day."""
    said = []
    for each in proposal.programmes:
        until = each.get("eligible_until")
        end = f", jusqu'au {full_day(date.fromisoformat(until))}" if until else ""
        said.append(f"{programme(each['id'])}{end}")
    return f"Le contrat pourrait aussi relever de : {' ; '.join(said)}." if said else ""


def to_check(proposal: MatchProposal) -> list[str]:
    """What nobody has said yet and the pair depends on, rights apart: they have their own place."""
    return [
        uncapital(sentence(each))
        for each in proposal.reservations
        if "part" not in each and each["code"] != "right-to-confirm"
    ]


#: Days under which the end of a right is worth saying beside the score.
CLOSING = 90


def pressing(sheet: Sheet, view: RightsView | None, on: date) -> list[str]:
    """What gives priority and no points (security.md M4)."""
    proposal, said = sheet.queued.proposal, []
    if proposal.priority.get("returned"):
        said.append("Contrat rompu, rien proposé depuis")
    left = view.days_left if view is not None else None
    if left is not None and left <= CLOSING:
        plural = "s" if left > 1 else ""
        said.append(f"Fin du droit dans {number(left)} jour{plural}" if left else "Dernier jour du droit")
    if days := proposal.priority.get("search_days"):
        said.append(f"{months_of(days + max((on - proposal.proposed_on).days, 0))} de recherche")
    if weeks := proposal.priority.get("weeks_without_proposal"):
        said.append(f"{weeks} semaine{'s' if weeks > 1 else ''} sans proposition avant celle-ci")
    return said


#: What another live proposal is at, in a word.
AT = {
    State.TO_REVIEW: "à examiner",
    State.DEFERRED: "à revoir",
    State.APPROVED: "à contacter",
    State.PERSON_ASKED: "réponse attendue",
    State.AGREED: "à transmettre",
    State.SENT: "chez l'employeur",
    State.INTERVIEW: "entretien",
    State.SELECTED: "choix de l'employeur",
}


def others(sheet: Sheet) -> str:
    """« agent d'accueil (à examiner), jardinier (entretien) »."""
    return ", ".join(f"{each.title} ({AT[each.state]})" for each in sheet.others)
