"""Files that change hands and files opened outside the caseload, in French words."""

from __future__ import annotations

from datetime import date

from matching.break_glass import Opening
from matching.hand_over_queries import Asked
from matching.store.people import full_name as full_name
from matching.vocabulary import AgencyKind, HandOverState as State

from . import day, moment
from .programmes import programme

#: Why the follow-up is not taken: read by both agencies, never sent to the young person.
REFUSALS = {
    "not_ours": "N'habite pas notre secteur, ou ne relève pas de nous",
    "followed_elsewhere": "Déjà suivie par une autre structure",
    "no_capacity": "Pas de place pour suivre ce contrat en ce moment",
    "right_in_doubt": "Le droit à l'emploi d'avenir n'est pas établi",
    "person_declined": "La personne ne souhaite pas changer d'interlocuteur",
    "other": "Autre motif, à préciser",
}
ENDINGS = {
    "contract_over": "Le contrat est terminé ou n'a pas commencé",
    "person_moved": "La personne a déménagé",
    "person_asked": "La personne le demande",
    "signed_elsewhere": "Le contrat est signé et suivi par l'autre structure",
    "other": "Autre motif, à préciser",
}
REASONS = {**ENDINGS, **REFUSALS}
#: state -> words of the tag, its kind.
STATES = {
    State.ASKED: ("Réponse attendue", "info"),
    State.ACCEPTED: ("Suivi confié", "ok"),
    State.REFUSED: ("Refusée", "error"),
    State.EXPIRED: ("Sans réponse", "error"),
    State.WITHDRAWN: ("Retirée", "plain"),
    State.ENDED: ("Suivi rendu", "plain"),
}
KINDS = {
    AgencyKind.MISSION_LOCALE: "Mission locale : jeunes de 16 à 25 ans",
    AgencyKind.CAP_EMPLOI: "Cap emploi : personnes reconnues travailleurs handicapés",
}
NOTICES = {
    "passation-demandee": "Demande envoyée. La structure a cinq jours ouvrés pour répondre ; vous serez prévenu.",
    "passation-acceptee": "Suivi accepté : la fiche, la proposition et l'embauche vous sont ouvertes.",
    "passation-refusee": "Refus enregistré : l'agence qui demandait en reçoit le motif.",
    "passation-retiree": "Demande retirée : le suivi reste chez vous.",
    "passation-rendue": "Suivi rendu : l'autre agence en est prévenue.",
    "fiche-ouverte": "Fiche ouverte en lecture pour 30 minutes. L'agence qui suit la personne est prévenue.",
}


def about(line: Asked) -> str:
    """« Animateur, Étoile du Nord : emploi d'avenir »."""
    post = ", ".join(part for part in (line.title, line.employer) if part)
    return f"{post} : {programme(line.row.programme)}" if post else programme(line.row.programme)


def said(line: Asked) -> str:
    """Where the request stands, with who and when."""
    row = line.row
    match row.state:
        case State.ASKED:
            return f"Demandé par {line.asked_by} ({line.giver}) le {day(row.asked_on)}. Réponse avant le {day(row.due_on)}."
        case State.ACCEPTED:
            return f"Suivi par {line.taker} depuis le {_day(row.decided_on)}, accepté par {line.decided_by}."
        case State.REFUSED:
            return f"Refusé par {line.decided_by} ({line.taker}) le {_day(row.decided_on)}."
        case State.EXPIRED:
            return (
                f"{line.taker} n'a pas répondu avant le {day(row.due_on)} : demandez de nouveau, ou appelez."
            )
        case State.WITHDRAWN:
            return f"Retiré par {line.decided_by} le {_day(row.decided_on)}."
    return f"Rendu par {line.ended_by} ({line.taker}) le {_day(row.ended_on)}."


def why(line: Asked) -> str | None:
    """The reason of a refusal or of the end, with its words."""
    row = line.row
    if row.reason_code is None:
        return None
    told = REASONS.get(row.reason_code, row.reason_code)
    return f"Motif : {told}" + (f". {row.reason}" if row.reason else "")


def task(line: Asked) -> tuple[str, str, str]:
    """A line of the day's work: what, for whom, the verb."""
    title = f"{full_name(line)} : suivi à accepter ou à refuser"
    return title, f"{about(line)}. Demandé par {line.giver}.", "Répondre"


def opening(each: Opening) -> str:
    """« Ouverte par Hugo Lenoir (Pôle emploi) le 4 novembre à 10 h 12 »."""
    of = f" ({each.of})" if each.of else ""
    return f"Ouverte par {each.who}{of} le {moment(each.row.opened_at)}."


def _day(on: date | None) -> str:
    return day(on) if on is not None else ""
