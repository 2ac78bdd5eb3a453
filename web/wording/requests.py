"""What young people ask, as their advisor reads it; and the words of a call."""

from __future__ import annotations

from matching.person_requests import Line
from matching.vocabulary import RequestKind as Kind, RequestState as State

from . import capital, uncapital
from .personal import FACTS

NOTICES = {
    "request-told": "Réponse enregistrée. Le message part dans 10 minutes.",
    "request-closed": "Réponse enregistrée. Aucun courriel n'est possible : appelez la personne.",
    "call-yes": "Accord noté.",
    "call-no": "Refus noté.",
    "call-question": "Question notée : elle est dans vos demandes.",
    "call-none": "Appel sans réponse noté.",
}
OUTCOMES = {str(State.DONE): "C'est fait, ou voici la réponse", str(State.REFUSED): "Ce n'est pas possible"}
KINDS = {Kind.QUESTION: "Question", Kind.CORRECTION: "Correction", Kind.ERASURE: "Effacement"}
STATES = {
    State.OPEN: ("À répondre", "warn"),
    State.DONE: ("Faite", "ok"),
    State.REFUSED: ("Refusée", "plain"),
}
#: kind of a request -> what the law or the house asks of who answers
DUTIES = {
    Kind.QUESTION: "Répondez en quelques mots : la personne attend pour se décider.",
    Kind.CORRECTION: "Corrigez la fiche d'abord, puis répondez ici. Sans réponse dans les 30 jours, la personne peut saisir la CNIL.",
    Kind.ERASURE: "Cette version de Passerelle n'efface pas encore une fiche : parlez-en à votre administrateur. La demande reste "
    "ouverte jusqu'à l'effacement, ou se refuse avec un motif.",
}


def title(line: Line) -> str:
    """« Inès Morel : question sur « Jardinier » »."""
    kind = line.request.kind
    if kind is Kind.CORRECTION:
        return f"{line.name} : corriger « {uncapital(FACTS.get(line.request.fact or '', 'autre chose'))} »"
    if kind is Kind.ERASURE:
        return f"{line.name} : effacer la fiche"
    return f"{line.name} : question sur « {line.title} »" if line.title else f"{line.name} : question"


def short(line: Line) -> str:
    """The same on the page of the person: « Corriger « téléphone » »."""
    return capital(title(line).removeprefix(f"{line.name} : "))
