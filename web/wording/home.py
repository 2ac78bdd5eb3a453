"""The lines of « À traiter » in French: a title, a note, one verb."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from matching import agenda, corrections, deadlines, milestones
from matching.deadlines import Kind
from matching.next_steps import Step, Waiting
from matching.store.people import full_name
from matching.vocabulary import ProposalState

from . import capital, day, euros, placements, silence, uncapital
from .flows import REFUSALS
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
    Waiting.PERSON: ("réponse attendue", "Contact pris pour « {title} », {organisation}.", "Relancer"),
    Waiting.CALL_PERSON: ("à appeler", "Sans réponse pour « {title} », {organisation}.", "Appeler"),
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
    Waiting.CALL_EMPLOYER: (
        "employeur à appeler",
        "{organisation} ne répond pas pour « {title} ».",
        "Appeler l'employeur",
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


def step(row: Step) -> Words:
    what, note, verb = STEPS[row.waiting]
    said = [note.format(title=row.title, organisation=row.organisation), *_silence(row)]
    if row.lapsed:
        said.append("L'offre a expiré : demandez à l'employeur si elle court toujours.")
    if row.waiting is Waiting.EMPLOYER and row.by_hand:
        verb = "Relancer"
    return f"{row.name} : {what}", " ".join(said), verb


def _silence(row: Step) -> Iterator[str]:
    """What was tried to have an answer, and when one is given in its place."""
    if row.reminded is not None:
        yield silence.reminded(row.reminded)
    elif row.by_hand and row.waiting is Waiting.PERSON and row.called_on is None:
        yield REFUSALS["no-address"]
    elif row.by_hand and row.waiting is Waiting.EMPLOYER:
        yield "Aucune adresse pour lui écrire : relancez par téléphone."
    if row.called_on is not None:
        yield f"Appel sans réponse le {day(row.called_on)}."
    if row.ends_on is None:
        return
    if row.waiting is Waiting.CALL_PERSON or row.called_on is not None:
        yield f"La proposition se ferme après le {day(row.ends_on)}."
    elif row.waiting is Waiting.CALL_EMPLOYER:
        yield f"Sans nouvelle le {day(row.ends_on)}, la personne est prévenue que l'employeur ne répond pas."
    elif row.waiting is Waiting.SEND:
        yield f"À transmettre le {day(row.ends_on)} au plus tard."


def resting(row: agenda.Resting) -> Words:
    people = (
        f"{row.live} {plural(row.live, 'personne')} {'attend' if row.live < 2 else 'attendent'} une suite."
    )
    if row.lapsed:
        title = f"{row.title} : offre expirée le {day(row.last_day)}"
        return title, f"{row.organisation}. {people}", "Voir l'offre"
    note = f"{row.organisation} n'a pas d'adresse pour être prévenu : appelez-le."
    return f"{row.title} : offre qui expire le {day(row.last_day)}", note, "Voir l'offre"


def incomplete(row: agenda.Incomplete) -> Words:
    count = len(row.missing)
    note = f"{row.organisation}. Il manque {count} {plural(count, 'information')} pour l'ouvrir."
    return f"{row.title} : offre à compléter", note, "Compléter"


def to_read(row: agenda.Incomplete) -> Words:
    note = f"{row.organisation}, envoyée le {day(row.since_on)}. L'employeur attend votre réponse."
    return f"{row.title} : offre à relire", note, "Lire"


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
