"""The lines of « À traiter » in French: a title, a note, one verb."""

from __future__ import annotations

from collections.abc import Mapping

from matching import agenda, corrections, deadlines, milestones
from matching.agenda import Waiting
from matching.deadlines import Kind
from matching.store.people import full_name
from matching.vocabulary import ProposalState

from . import capital, day, euros, placements, uncapital
from .programmes import programme

#: A start, an end of trial or of term is announced so many days before.
STEP_DAYS = 7

#: key of the filter -> label of its chip
KINDS = {
    "droits": "Droits",
    "propositions": "Propositions",
    "reponses": "Réponses",
    "contrats": "Contrats et aides",
    "dossiers": "Dossiers à compléter",
}

#: What a proposal waits for -> what to write after the person's name, the note, the verb on the button.
STEPS: Mapping[Waiting, tuple[str, str, str]] = {
    Waiting.CONTACT: ("à contacter", "Proposition retenue pour « {title} », {organisation}.", "Contacter"),
    Waiting.PERSON: (
        "réponse attendue",
        "Contact pris pour « {title} », {organisation} ; sans réponse, rappelez.",
        "Relancer",
    ),
    Waiting.SEND: (
        "d'accord, à transmettre",
        "« {title} » : {organisation} attend sa candidature.",
        "Transmettre",
    ),
    Waiting.EMPLOYER: (
        "réponse de l'employeur attendue",
        "Candidature transmise à {organisation} pour « {title} ».",
        "Noter la réponse",
    ),
    Waiting.OPEN: ("embauche à ouvrir", "Choix de {organisation} pour « {title} ».", "Ouvrir l'embauche"),
    Waiting.WAKE: ("à revoir", "Remis à plus tard pour « {title} », {organisation}.", "Examiner"),
}

#: A step of a contract -> what to write after the person's name, the verb.
CONTRACT: Mapping[Kind, tuple[str, str]] = {
    Kind.SIGNATURE: ("contrat à signer", "Noter la suite"),
    Kind.START: ("début du contrat à confirmer", "Confirmer"),
    Kind.TRIAL: ("fin de la période d'essai à confirmer", "Confirmer"),
    Kind.TERM: ("fin du contrat à noter", "Noter la sortie"),
}

Words = tuple[str, str, str]


def plural(count: int, one: str, many: str | None = None) -> str:
    """« 1 action », « 17 actions »: the noun alone, agreed."""
    return one if count < 2 else many or f"{one}s"


def closing(row: deadlines.ClosingRight) -> Words:
    title = f"{row.person} : {programme(row.programme)} possible jusqu'au {day(row.day)}"
    if not row.live:
        return title, "Aucune proposition en cours.", "Voir la fiche"
    if row.live > 1:
        return title, f"{row.live} propositions en cours.", f"Voir les {row.live} offres"
    if row.state is ProposalState.TO_REVIEW:
        return title, f"À examiner pour « {row.title} », {row.organisation}.", "Examiner"
    return title, f"En cours : « {row.title} », {row.organisation}.", "Relancer"


def milestone(row: deadlines.MilestoneDue) -> Words:
    what = placements.milestone(row.milestone, row.number, row.day, row.paper)
    amount = f" {euros(row.amount_cents)} en jeu." if row.amount_cents else ""
    note = f"{capital(programme(row.programme))}, {row.organisation}.{amount}"
    verb = "Noter le papier" if row.state in milestones.WITHOUT_PAPER else "Demander le versement"
    return f"{row.person} : {uncapital(what)}", note, verb


def contract(row: deadlines.Deadline) -> Words:
    what, verb = CONTRACT[row.kind]
    where = f"« {row.title} », {row.organisation}" if row.title else row.organisation or ""
    return f"{row.person} : {what}", f"{capital(programme(row.programme))}, {where}.", verb


def examine(row: agenda.ToExamine) -> Words:
    title = f"{row.title} : {row.count} {plural(row.count, 'candidat')} à examiner"
    return title, f"{row.organisation}. À examiner avant le {day(row.due_on)}.", "Examiner"


def step(row: agenda.Step) -> Words:
    what, note, verb = STEPS[row.waiting]
    return f"{row.name} : {what}", note.format(title=row.title, organisation=row.organisation), verb


def incomplete(row: agenda.Incomplete) -> Words:
    count = len(row.missing)
    note = f"{row.organisation}. Il manque {count} {plural(count, 'information')} pour l'ouvrir."
    return f"{row.title} : offre à compléter", note, "Compléter"


def correction(row: corrections.Wrong) -> Words:
    said = f"Dit le {day(row.said_on)}" + (f" par {row.by}" if row.by else "")
    note = f"{said} : {row.note}" if row.note else f"{said}, sans précision."
    return f"{full_name(row)} : fiche inexacte, à corriger", note, "Corriger"


def to_confirm(row: agenda.Open) -> Words:
    note = (
        f"{row.proposals} {plural(row.proposals, 'proposition')} en dépendent."
        if row.proposals > 1
        else ("1 proposition en dépend.")
    )
    return f"{row.name} : droit à vérifier", note, "Compléter"
