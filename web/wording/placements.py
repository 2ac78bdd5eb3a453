"""The words of hires: states, steps, papers of the aid, motives, and what each step entails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from matching.employer_aids import DECLARED
from matching.errors import PasserelleError
from matching.milestones import MilestoneAction, Standing
from matching.placement_foresight import Entailed, Rows
from matching.placement_queries import Hire, Line
from matching.placements import PlacementAction as A
from matching.store.placements import AidMilestone
from matching.vocabulary import OVER_PLACEMENTS, MilestoneState, PlacementState as State

from . import capital, day, euros, sentence_for, uncapital, weekday
from .flows import author as author
from .programmes import PROGRAMMES, programme as programme_said
from .rights import QUESTIONS, short as short

#: state -> words, kind of tag
STATES: Mapping[State, tuple[str, str]] = {
    State.PROPOSED: ("Choisi, sans promesse", "plain"),
    State.PROMISED: ("Promesse d'embauche", "info"),
    State.AID_REQUESTED: ("Aide demandée", "info"),
    State.AID_GRANTED: ("Aide accordée", "petrol"),
    State.AID_REFUSED: ("Aide refusée", "warn"),
    State.SIGNED: ("Contrat signé", "petrol"),
    State.STARTED: ("Contrat commencé", "petrol"),
    State.TRIAL_PASSED: ("Essai réussi", "ok"),
    State.RUNNING: ("Contrat en cours", "ok"),
    State.SUSPENDED: ("Contrat suspendu", "warn"),
    State.COMPLETED: ("Contrat mené à terme", "ok"),
    State.EXITED: ("Contrat interrompu", "plain"),
    State.ABANDONED: ("Embauche abandonnée", "plain"),
}

#: action -> the verb of its button, what was done
STEPS: Mapping[A, tuple[str, str]] = {
    A.OPEN: ("Ouvrir l'embauche", "Embauche ouverte"),
    A.REGISTER: ("Enregistrer le contrat", "Contrat aidé enregistré"),
    A.PROMISE: ("Noter la promesse", "Promesse d'embauche notée"),
    A.REQUEST_AID: ("Noter la demande d'aide", "Aide demandée"),
    A.GRANT: ("Noter l'accord de l'aide", "Aide accordée"),
    A.REFUSE: ("Noter le refus de l'aide", "Aide refusée"),
    A.SIGN: ("Noter la signature", "Contrat signé"),
    A.START: ("Confirmer le début", "Début du contrat confirmé"),
    A.NO_SHOW: ("Noter l'absence au premier jour", "Ne s'est pas présenté au premier jour"),
    A.PASS_TRIAL: ("Confirmer la fin de l'essai", "Période d'essai réussie"),
    A.RUN: ("Noter que le contrat se poursuit", "Contrat en cours"),
    A.BREAK_TRIAL: ("Noter la rupture de l'essai", "Essai rompu"),
    A.SUSPEND: ("Suspendre le contrat", "Contrat suspendu"),
    A.RESUME: ("Noter la reprise", "Contrat repris"),
    A.EXIT: ("Noter la sortie", "Sortie du contrat notée"),
    A.COMPLETE: ("Noter la fin du contrat", "Contrat mené à terme"),
    A.ABANDON: ("Abandonner l'embauche", "Embauche abandonnée"),
    A.CANCEL: ("Annuler cette embauche", "Embauche annulée"),
}
NOTICES = {
    **{f"placement-{action}": f"{noted}." for action, (_, noted) in STEPS.items()},
    "milestones-settled": "C'est noté : {n} ligne(s) de l'aide.",
}
#: What a step is about, beside its form.
ABOUT: Mapping[A, str] = {
    A.PROMISE: "L'employeur s'engage à embaucher. La personne n'a qu'une promesse à la fois.",
    A.REQUEST_AID: "L'employeur atteste ce qui suit, et le droit est jugé ce jour-là, puis gardé tel quel.",
    A.GRANT: "La décision est celle de l'administration : recopiez son numéro.",
    A.REFUSE: "Le contrat peut encore être signé, sans aide.",
    A.SIGN: "Les autres propositions de la personne sont closes et le poste est compté.",
    A.START: "La personne est en emploi à partir de son premier jour de travail.",
    A.NO_SHOW: "Le poste redevient libre et les échéances de l'aide sont annulées.",
    A.PASS_TRIAL: "La période d'essai est allée à son terme.",
    A.RUN: "Il n'y a pas, ou plus, de période d'essai à attendre.",
    A.BREAK_TRIAL: "Le poste redevient libre, la personne peut être proposée ailleurs.",
    A.SUSPEND: "Congé, maladie, accord des deux : le contrat reprendra. Le terme ne bouge pas, sauf texte contraire ; un mois suspendu en entier n'est pas dû.",
    A.RESUME: "La personne a repris le travail ce jour-là.",
    A.EXIT: "Le contrat finit avant son terme. Le motif décide de ce que devient l'aide.",
    A.COMPLETE: "Le contrat est allé à son terme.",
    A.ABANDON: "Il n'y aura pas de contrat : la personne peut être proposée ailleurs.",
    A.CANCEL: "Comme si l'embauche n'avait pas eu lieu : pour une erreur seulement, tant qu'aucun versement n'a été demandé.",
}

EXIT_REASONS = {
    "end_of_term": "Fin du contrat prévue",
    "resigned": "Départ de la personne",
    "employer_ended": "L'employeur a mis fin au contrat",
    "mutual": "Accord des deux",
    "abandoned_post": "Abandon de poste",
    "better_job": "Autre emploi trouvé",
    "training": "Entrée en formation",
    "moved": "Déménagement",
    "other": "Autre raison",
}
MOTIVES = {
    "serious_fault": "Faute grave ou lourde",
    "unfitness": "Inaptitude",
    "economic": "Motif économique",
    "other_dismissal": "Autre motif de l'employeur",
}
SITUATIONS = {
    "lasting_job": "Emploi durable (CDI, ou CDD de 6 mois et plus)",
    "short_job": "Emploi court",
    "training": "Formation",
    "unemployed": "Sans emploi",
    "unknown": "On ne sait pas",
}
CONDITIONS = {
    "contributions_paid": "À jour de ses cotisations sociales, ou d'un plan d'apurement respecté",
    "commitments_signed": "Engagements signés : poste, tuteur, formation (dossier d'engagement et de suivi)",
    "no_redundancy": "Pas de licenciement économique sur ce poste depuis 6 mois",
    "not_on_payroll": "La personne n'a pas fait partie de l'entreprise ces 6 derniers mois",
    "no_other_aid": "Pas d'autre aide de l'État à l'embauche de cette personne",
}
#: term of a contract that a programme refuses -> what to correct on the offer
TERMS = {
    "contract-kind": "le type ou la durée du contrat",
    "contract-hours": "le nombre d'heures par semaine",
    "contract-sector": "le secteur de l'employeur",
}

#: kind of a milestone -> its name; {number} and {month} fill it in
MILESTONES = {
    "monthly": "Aide {month}",
    "trial-end": "Premier versement",
    "month-10": "Second versement",
    "presence-24": "Présence à deux ans",
    "tutor": "Tuteur nommé",
    "training-plan": "Plan de formation",
    "first-visit": "Première visite du référent",
    "agreement-review": "Bilan de la convention n° {number}",
    "renewal": "Renouvellement de la convention n° {number}",
    "yearly-review": "Bilan annuel n° {number}",
    "final-review": "Bilan final",
    "certificate": "Attestation d'expérience",
    "half-year": "Aide du semestre n° {number}",
}
#: state -> words, kind of tag
MILESTONE_STATES: Mapping[MilestoneState, tuple[str, str]] = {
    MilestoneState.UPCOMING: ("À venir", "plain"),
    MilestoneState.DUE: ("Papier attendu", "warn"),
    MilestoneState.DOCUMENT_RECEIVED: ("Papier reçu", "info"),
    MilestoneState.ASKED: ("Versement demandé", "info"),
    MilestoneState.PAID: ("Versé", "ok"),
    MilestoneState.TO_REPAY: ("À rembourser", "error"),
    MilestoneState.REPAID: ("Remboursé", "plain"),
    MilestoneState.REFUSED: ("Refusé", "error"),
    MilestoneState.LAPSED: ("Perdu : délai passé", "error"),
    MilestoneState.CANCELLED: ("Annulé", "plain"),
}
#: A paper that the employer says it sent: asking for the money confirms it.
SAID_SENT = ("Envoyé, dit l'employeur", "warn")
#: Where a row that waits for its paper stands, whatever the clock has noted.
STANDINGS: Mapping[Standing, tuple[str, str]] = {
    Standing.TO_COME: ("À venir", "plain"),
    Standing.OPEN: ("Papier attendu", "warn"),
    Standing.LATE: ("Papier en retard", "error"),
    Standing.LOST: ("Perdu : délai passé", "error"),
}
#: action -> the verb of its button, what was done
SETTLING: Mapping[MilestoneAction, tuple[str, str]] = {
    MilestoneAction.RECEIVE: ("Papier reçu", "papier reçu"),
    MilestoneAction.ASK: ("Demander", "versement demandé"),
    MilestoneAction.PAY: ("Noter le versement", "versement noté"),
    MilestoneAction.REFUSE: ("Noter le refus", "refus noté"),
    MilestoneAction.REPAY: ("Noter le remboursement", "remboursement noté"),
    MilestoneAction.FALL_DUE: ("", "échéance arrivée"),
    MilestoneAction.LAPSE: ("", "délai passé"),
    MilestoneAction.CLAIM_BACK: ("", "à rembourser"),
    MilestoneAction.CANCEL: ("", "annulée"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on the way of a hire: done, next, or to come; `on`: the day it was noted, or is planned for."""

    name: str
    on: date | None
    standing: str
    note: str = ""


def track(hire: Hire) -> list[Mark]:
    """The way of a hire, from the promise to the end of the contract, as far as it makes sense for this one."""
    placement = hire.placement
    noted = {line.event.action: line.event.done_on for line in reversed(hire.events)}
    registered = noted.get("register")  # signed when it was noted: its aid was decided before
    if registered is not None:
        noted["sign"] = registered
    signed, requested = "sign" in noted, "request_aid" in noted
    marks = [] if registered is not None else [Mark("Promesse", noted.get("promise"), "")]
    if registered is not None:
        marks.append(Mark("Décision d'aide", placement.aid_decision_on, "", f"n° {placement.aid_number}"))
    elif placement.programme is not None and (requested or not signed):
        marks.append(Mark("Demande d'aide", noted.get("request_aid"), ""))
        decided = noted.get("grant") or noted.get("refuse")
        name = "Aide refusée" if "refuse" in noted else "Décision d'aide"
        marks.append(Mark(name, decided, "", f"n° {placement.aid_number}" if placement.aid_number else ""))
    marks.append(Mark("Signature", noted.get("sign"), ""))
    marks.append(Mark("Premier jour", placement.starts_on, "done" if "start" in noted else "", "prévu"))
    if placement.trial_end_on is not None:
        passed = "done" if "pass_trial" in noted else ""
        marks.append(Mark("Fin de l'essai", placement.trial_end_on, passed, "prévue"))
    over = placement.state in OVER_PLACEMENTS
    planned = {"Premier jour", "Fin de l'essai"}
    reached = [
        replace(mark, standing="done", note="" if mark.name in planned else mark.note)
        for mark in marks
        if mark.standing == "done" or (mark.name not in planned and mark.on is not None)
    ]
    if over:
        ended = placement.ended_on or (hire.events[0].event.done_on if hire.events else None)
        return [*reached, Mark(STATES[placement.state][0], ended, "done")]
    coming = [mark for mark in marks if mark.name not in {mark.name for mark in reached}]
    if placement.state is State.SUSPENDED:
        coming.insert(0, Mark("Reprise", None, ""))
    if placement.planned_end_on is not None:
        coming.append(Mark("Fin du contrat", placement.planned_end_on, "", "prévue"))
    return [*reached, *(replace(mark, standing="todo" if at else "next") for at, mark in enumerate(coming))]


def programme(name: str | None) -> str:
    """« Emploi d'avenir », « Droit commun »."""
    return capital(programme_said(name))


def contract(kind: str, months: int | None, hours: float | None) -> str:
    """« CDD de 36 mois, 35 h par semaine »."""
    term = f"{kind} de {months} mois" if months else kind
    return f"{term}, {f'{hours:g}'.replace('.', ',')} h par semaine" if hours else term


def read_back(field: Any) -> str | None:
    """« Lundi 2 décembre 2013 »: the day that was understood; None while nothing was typed."""
    if field.data is None or not field.raw_data:
        return None
    return weekday(field.data, year=True).capitalize()


def milestone(kind: str, number: int, due_on: date, paper: str | None) -> str:
    template = MILESTONES.get(kind)
    if template is None:
        return paper or f"Échéance n° {number}"
    month = day(due_on).split(" ", 1)[1]
    return template.format(number=number, month=f"d'{month}" if month[0] in "ao" else f"de {month}")


#: What is noted beside the steps of a contract.
BESIDE = {
    "tutor": "Tuteur nommé",
    "training_planned": "Formation prévue",
    "training_followed": "Formation suivie",
    "check_in": "Suivi noté",
    "check_in_missed": "Suivi resté sans réponse",
    "alert_closed": "Alerte close",
    "agreement_first": "Première convention notée",
    "agreement_renew": "Convention renouvelée",
    "agreement_review": "Bilan de la convention noté",
}


def event(action: str) -> str:
    """What an event of the dossier did, in words."""
    if action in BESIDE:
        return BESIDE[action]
    if action.startswith("milestone_"):
        step = action.removeprefix("milestone_")
        said = "montant revu" if step == "shorten" else SETTLING[MilestoneAction(step)][1]
        return capital(said)
    return STEPS[A(action)][1]


def of_the_contract(lines: Iterable[Line]) -> list[Line]:
    """The steps of the contract itself."""
    return [line for line in lines if not line.event.action.startswith("milestone_")]


def of_the_aid(lines: Iterable[Line]) -> list[Line]:
    """What was noted of its aid."""
    return [line for line in lines if line.event.action.startswith("milestone_")]


def said_sent(lines: Iterable[Line]) -> frozenset[tuple[str, int]]:
    """(kind, number) of the rows of the aid whose paper the employer says it sent."""
    found = set()
    for line in of_the_aid(lines):
        own, *more = (line.event.reason or "").split(" · ")
        kind, _, number = own.rpartition(" ")
        if DECLARED in more and number.isdecimal():
            found.add((kind, int(number)))
    return frozenset(found)


def meanwhile(row: AidMilestone, lines: Iterable[Line]) -> str:
    """Who noted what of that row of the aid since the page was opened."""
    said = MILESTONE_STATES[row.state][0].lower()
    own = f"{row.kind} {row.number}"
    last = next(
        (line for line in of_the_aid(lines) if (line.event.reason or "").split(" · ")[0] == own), None
    )
    if last is None:
        return f"Notée entre-temps : {said}. Rien n'a été changé."
    return f"{last.who or 'Passerelle'} l'a notée pour le {day(last.event.done_on)} : {said}. Rien n'a été changé."


#: Kept with a row of the aid beside its name.
AID_REASONS = {"suspended": "mois suspendu", "whole aid": "aide perdue en entier"}


def reason(text: str | None) -> str:
    """The codes and words kept with an event, in French; « monthly 3 » is left to the milestone's own name."""
    known = {**EXIT_REASONS, **MOTIVES, **SITUATIONS, DECLARED: "envoyé, dit l'employeur"}
    return " · ".join(_piece(part, known) for part in (text or "").split(" · ") if part)


def _piece(part: str, known: Mapping[str, str]) -> str:
    if part in AID_REASONS:
        return AID_REASONS[part]
    kind, _, number = part.rpartition(" ")
    if kind in ("job", "exit") and number.isdecimal():
        return f"{number} mois après {'le début' if kind == 'job' else 'la fin'}"
    if kind in MILESTONES and number.isdecimal():
        name = "Aide du mois n° {number}" if kind == "monthly" else MILESTONES[kind]
        return name.format(number=number)
    return known.get(part, part)


def refusal(fault: PasserelleError) -> str:
    """The sentence of a refused step, the codes of its forms in words."""
    facts = {name: _told(name, value) for name, value in fault.facts.items()}
    return sentence_for(type(fault)(fault.code, **facts))


def _told(name: str, value: Any) -> Any:
    match name:
        case "missing" | "allowed":
            known = {
                **CONDITIONS,
                **TERMS,
                **QUESTIONS,
                **EXIT_REASONS,
                **MOTIVES,
                **SITUATIONS,
                **PROGRAMMES,
            }
            parts = [known.get(part, part) for part in str(value).split(", ") if part]
            return " ; ".join(uncapital(part.rstrip(" ?")) for part in parts) or "les faits et leurs preuves"
        case "state":
            return STATES[State(value)][0].lower() if value in list(State) else value
    return value


def entailed(found: Entailed) -> Iterable[str]:
    """What a step would do, a sentence each."""
    if found.made:
        yield f"{_rows(found.made, 'échéance')} de l'aide {_are(found.made, 'créée')}{_money(found.made)}."
    if found.elsewhere:
        one = found.elsewhere == 1
        yield f"{'La' if one else f'Les {found.elsewhere}'} autre{'' if one else 's'} proposition{'' if one else 's'} de la personne {'est close' if one else 'sont closes'}."
    if found.offer_filled:
        yield "C'est le dernier poste : l'offre est pourvue."
    if found.rivals:
        one = found.rivals == 1
        yield f"{'La candidature restante' if one else f'Les {found.rivals} candidatures restantes'} sur cette offre {'est close' if one else 'sont closes'}."
    if found.post_freed:
        yield "Le poste redevient libre : l'offre est de nouveau à pourvoir."
    if found.own_closed:
        yield "La proposition est close : la personne peut être proposée ailleurs."
    if found.cancelled:
        yield f"{_rows(found.cancelled, 'échéance')} de l'aide {_are(found.cancelled, 'annulée')}{_money(found.cancelled)}."
    if found.reduced:
        yield f"{_rows(found.reduced, 'échéance')} ne {'seront payées' if found.reduced.count > 1 else 'sera payée'} que pour les jours travaillés : {euros(found.reduced.cents)}."
    if found.to_repay:
        yield f"{_rows(found.to_repay, 'versement')} à rembourser par l'employeur{_money(found.to_repay)}."


def _rows(rows: Rows, noun: str) -> str:
    return f"{rows.count} {noun}{'s' if rows.count > 1 else ''}"


def _are(rows: Rows, verb: str) -> str:
    return f"sont {verb}s" if rows.count > 1 else f"est {verb}"


def _money(rows: Rows) -> str:
    return f", pour {euros(rows.cents)}" if rows.cents else ""
