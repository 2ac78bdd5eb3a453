"""What an employer reads: people sent to it, its answers, its aids. Neutral as to « elle » or « il »: nobody told it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from matching.employer_aids import Contract, Last, Stake
from matching.employer_answers import Answered
from matching.errors import PasserelleError
from matching.placements import PlacementAction
from matching.proposals import ProposalAction as Action
from matching.released import Candidate, Contact, Said, Sent
from matching.silence import LONGEST
from matching.store.placements import AidMilestone
from matching.vocabulary import MilestoneState, OfferState, PlacementState, ProposalState as State

from . import (
    capital,
    clock_time,
    day,
    euros,
    phone as phone_said,
    sentence_for,
    short_day,
    uncapital,
    weekday,
)
from .placements import MILESTONE_STATES, STEPS as PLACEMENT_STEPS, milestone as milestone_name
from .proposals import NOT_SELECTED
from .reasons import level as level_of

#: word of the address -> the answer; the same words stand in the links of messages
ANSWERS = {
    "rencontre": Action.INTERVIEW,
    "retenu": Action.SELECTED,
    "non-retenu": Action.NOT_SELECTED,
}
#: answer -> its button
VERBS = {Action.INTERVIEW: "Rencontré", Action.SELECTED: "Retenu", Action.NOT_SELECTED: "Non retenu"}
#: answer -> what confirms it
CONFIRM = {
    Action.INTERVIEW: "Rencontré",
    Action.SELECTED: "Confirmer : retenu",
    Action.NOT_SELECTED: "Confirmer : non retenu",
}
#: state -> words, kind of tag
STATES: Mapping[State, tuple[str, str]] = {
    State.SENT: ("Réponse attendue", "warn"),
    State.INTERVIEW: ("Rencontré", "info"),
    State.SELECTED: ("Retenu", "ok"),
    State.NOT_SELECTED: ("Non retenu", "plain"),
}
#: step -> how it is told in the history
STEPS = {
    "send": "Vous a été présenté",
    "interview": "« Rencontré » noté",
    "selected": "« Retenu » noté",
    "not_selected": "« Non retenu » noté",
    "no_answer_employer": "Sans réponse de votre part",
}
REASONS = NOT_SELECTED
NOTICES = {
    "answer-interview": "C'est noté : « Rencontré ». L'agence le voit dès maintenant.",
    "answer-selected": "C'est noté : « Retenu ». L'agence le voit dès maintenant et prépare la suite avec vous.",
    "answer-not_selected": "C'est noté : « Non retenu ». L'agence prévient la personne.",
    "paper-sent": "C'est noté : papier envoyé. L'agence le confirme dès qu'elle le reçoit.",
    **{
        f"own-{action}": said
        for action, said in {
            PlacementAction.START: "C'est noté : le contrat a commencé.",
            PlacementAction.NO_SHOW: "C'est noté : la personne n'est pas venue le premier jour.",
            PlacementAction.PASS_TRIAL: "C'est noté : la période d'essai est réussie.",
            PlacementAction.BREAK_TRIAL: "C'est noté : la période d'essai est rompue.",
            PlacementAction.ABANDON: "C'est noté : vous renoncez à cette embauche.",
        }.items()
    },
}
#: step of a contract -> its button, what it is about
OWN: Mapping[PlacementAction, tuple[str, str]] = {
    PlacementAction.START: ("Confirmer le premier jour", "La personne est venue travailler le jour prévu."),
    PlacementAction.NO_SHOW: (
        "La personne n'est pas venue",
        "Le contrat n'a pas lieu : l'aide est annulée et le poste redevient libre.",
    ),
    PlacementAction.PASS_TRIAL: ("Confirmer la fin de l'essai", "La période d'essai est allée à son terme."),
    PlacementAction.BREAK_TRIAL: (
        "Déclarer la rupture de l'essai",
        "Le contrat s'arrête pendant l'essai : dites qui l'a rompu, et pourquoi si c'est vous.",
    ),
    PlacementAction.ABANDON: (
        "Renoncer à cette embauche",
        "Il n'y aura pas de contrat : dites pourquoi, l'agence vous rappelle.",
    ),
}
#: state of a hire -> words for the employer, kind of tag
HIRES: Mapping[PlacementState, tuple[str, str]] = {
    PlacementState.PROPOSED: ("Embauche à préparer", "plain"),
    PlacementState.PROMISED: ("Promesse d'embauche", "info"),
    PlacementState.AID_REQUESTED: ("Aide demandée", "info"),
    PlacementState.AID_GRANTED: ("Aide accordée", "petrol"),
    PlacementState.AID_REFUSED: ("Aide refusée", "warn"),
    PlacementState.SIGNED: ("Contrat signé", "petrol"),
    PlacementState.STARTED: ("Contrat commencé", "petrol"),
    PlacementState.TRIAL_PASSED: ("Essai réussi", "ok"),
    PlacementState.RUNNING: ("Contrat en cours", "ok"),
    PlacementState.SUSPENDED: ("Contrat suspendu", "warn"),
    PlacementState.COMPLETED: ("Contrat mené à terme", "ok"),
    PlacementState.EXITED: ("Contrat interrompu", "plain"),
    PlacementState.ABANDONED: ("Embauche abandonnée", "plain"),
}


def people(count: int) -> str:
    """« 2 personnes »."""
    return f"{count} personne{'s' if count > 1 else ''}"


def to_meet(sent: Sent) -> str:
    """Title of what a message told of an offer."""
    count = len(sent.waiting)
    if count:
        return f"{people(count)} à rencontrer pour votre offre"
    return "Vos réponses sont notées" if sent.candidates else "Plus personne à rencontrer pour cette offre"


def closed(sent: Sent) -> str:
    """Why nobody waits any more; empty while the offer runs."""
    match sent.offer_state:
        case OfferState.FILLED:
            return "Tous les postes de cette offre sont pourvus."
        case OfferState.WITHDRAWN:
            return "Cette offre est retirée."
        case OfferState.LAPSED:
            return "Cette offre est arrivée à son terme."
    return ""


def gone(count: int) -> str:
    """« 1 personne n'est plus disponible »: nothing else is said of them."""
    if not count:
        return ""
    verb = "ne sont plus disponibles" if count > 1 else "n'est plus disponible"
    return f"{capital(people(count))} {verb} : vous n'avez rien à faire."


def name(candidate: Candidate) -> str:
    return candidate.name or "Une personne"


def facts(candidate: Candidate, on: date) -> Iterator[tuple[str, str]]:
    """What the release says, a line each."""
    if candidate.level is not None:
        value, bac_plus = candidate.level
        yield "Niveau", "sans diplôme" if value == 0 else level_of(value, bac_plus)
    if candidate.skills:
        yield "Sait faire", ", ".join(candidate.skills)
    if candidate.available_from is not None:
        here = candidate.available_from <= on
        yield "Disponible", "tout de suite" if here else f"à partir du {day(candidate.available_from)}"


def contact(held: Contact) -> str:
    """« Nadia Férat (Pôle emploi Amiens), 03 00 00 00 00 »: the address is a link beside it."""
    agency = f" ({held.agency})" if held.agency else ""
    return f"{held.name}{agency}" + (f", {phone_said(held.phone)}" if held.phone else "")


def what_to_answer(candidate: Candidate) -> str:
    """What is asked of the employer now, or where it stands."""
    who = candidate.advisor.name if candidate.advisor else "L'agence"
    match candidate.state:
        case State.SENT:
            return "L'entretien a-t-il eu lieu ? Votre réponse prend un instant, et la personne l'attend."
        case State.INTERVIEW:
            return "L'entretien a eu lieu : dites ce que vous décidez."
        case State.SELECTED if candidate.placement is not None:
            start = f", à partir du {weekday(candidate.starts_on, year=True)}" if candidate.starts_on else ""
            return f"Vous promettez de l'embaucher{start}. {who} prépare le contrat et l'aide avec vous."
        case State.SELECTED:
            start = f" à partir du {weekday(candidate.starts_on, year=True)}" if candidate.starts_on else ""
            return f"Vous avez choisi cette personne{start}. {who} vous rappelle pour la suite."
    return "L'agence prévient la personne. Vous n'avez rien à faire."


def deadline(candidate: Candidate) -> str:
    return f"Votre réponse est attendue au plus tard le {weekday(candidate.answer_by)}"


def said(step: Said) -> str:
    """A line of the history: « « Rencontré » noté le 7 novembre 2013 par Anne Roussel »."""
    if step.action == "no_answer_employer":
        return f"{STEPS[step.action]} en {LONGEST} jours ouvrés, le {day(step.on)} : l'agence prévient la personne"
    by = f" par {step.who}" if step.who else (" par le lien du message" if step.action != "send" else "")
    reason = f" : {uncapital(REASONS[step.reason])}" if step.reason in REASONS else ""
    return f"{STEPS[step.action]} le {day(step.on)}{by}{reason}"


def answered_first(conflict: Answered, own_name: str | None) -> str:
    """Who answered before, what and when; your answer is not kept."""
    nothing = "Votre réponse n'est pas enregistrée."
    if conflict.action is None or conflict.at is None:
        return f"Cette candidature vient de changer : voici où elle en est. {nothing}"
    if conflict.action not in STEPS or conflict.action == "send":
        return f"Cette personne n'est plus disponible pour votre offre. {nothing}"
    when = f"le {day(conflict.at.date())} à {clock_time(conflict.at)}"
    if conflict.action == "no_answer_employer":
        return f"Sans réponse de votre part, la candidature a été close {when}. {nothing}"
    verb = VERBS[Action(conflict.action)]
    if conflict.who is None:
        return f"« {verb} » a déjà été noté par le lien du message, {when}. {nothing}"
    who = "Vous avez" if conflict.who == own_name else f"{conflict.who} a"
    return f"{who} déjà noté « {verb} », {when}. {nothing}"


NOT_HERE = "Cette personne n'est plus à rencontrer pour cette offre. Votre réponse n'est pas enregistrée."


def refusal(fault: PasserelleError) -> str:
    """The sentence of a refused answer; a step that is over, in the words of this page."""
    if fault.code == "illegal-step":
        return "Cette réponse n'est plus possible : voici où en est la candidature. Rien n'a été enregistré."
    if fault.code == "bad-reason":
        return "Dites pourquoi : choisissez une raison de la liste."
    return sentence_for(fault)


# --- the aid

#: A row for which the employer sends nothing.
NOTHING_TO_SEND = ("Rien à envoyer", "plain")
#: A paper that the employer says it sent, until the agency confirms it.
SENT = ("Envoyé, à confirmer", "info")
#: Rows that somebody still works on.
UNDER_WAY = (MilestoneState.DOCUMENT_RECEIVED, MilestoneState.ASKED, MilestoneState.TO_REPAY)
PAPER_MOVED = "Cette échéance vient de changer : voici où elle en est. Votre envoi n'est pas enregistré une seconde fois."


def moved(last: Last | None, own_name: str) -> str:
    """« Nadia Férat a noté « Contrat commencé » le 18 novembre 2013. »"""
    nothing = "Votre déclaration n'est pas enregistrée : voici où en est l'embauche."
    if last is None:
        return nothing
    who = "Vous avez" if last.who == own_name else f"{last.who or 'Passerelle'} a"
    return f"{who} déjà noté « {PLACEMENT_STEPS[PlacementAction(last.action)][1]} », pour le {day(last.on)}. {nothing}"


def standing(row: AidMilestone, words: tuple[str, str], declared: date | None) -> tuple[str, str]:
    """Words and tag of a row; a paper that the employer says it sent is not yet received."""
    if declared is not None and words == MILESTONE_STATES[row.state] and words[0] == "Papier reçu":
        return SENT
    return words


def send_by(row: AidMilestone, asked: Stake) -> str:
    """« À envoyer à Pôle emploi, au plus tard le jeudi 28 novembre 2013 »; empty when nothing is to be sent."""
    if asked.sent_to is None:
        return ""
    if row.window_closes_on is not None:
        opens = row.window_opens_on or row.due_on
        return f"À envoyer du {short_day(opens)} au {weekday(row.window_closes_on, year=True)}. À qui : {asked.sent_to}."
    if row.amount_cents:
        return f"À envoyer dès le {weekday(row.due_on, year=True)}. À qui : {asked.sent_to}."
    return f"À envoyer avant le {weekday(row.due_on, year=True)}. À qui : {asked.sent_to}."


def at_stake(row: AidMilestone, asked: Stake) -> str:
    """What is lost when the paper is not sent."""
    said_ = []
    if row.amount_cents and row.window_closes_on is not None:
        said_.append(f"Après, les {euros(row.amount_cents)} sont perdus.")
    elif row.amount_cents:
        said_.append(f"Sans ce papier, les {euros(row.amount_cents)} ne sont pas versés.")
    if asked.aid_lost_after is not None:
        said_.append(f"Sans envoi au {day(asked.aid_lost_after)}, toute la suite de l'aide est perdue.")
    if asked.if_missing:
        said_.append(asked.if_missing)
    return " ".join(said_)


def contract_line(held: Contract) -> str:
    """« Inès M., jardinier »."""
    return f"{held.who}, {held.title}" if held.title else held.who


def paper_of(held: Contract, row: AidMilestone) -> str:
    """« Premier versement, 2 500 € : Inès M. »"""
    sum_ = f", {euros(row.amount_cents)}" if row.amount_cents else ""
    return f"{milestone_name(row.kind, row.number, row.due_on, row.paper)}{sum_} : {held.who}"


def waiting(sent: Sent) -> str:
    """« 2 personnes attendent votre réponse. »"""
    count = len(sent.waiting)
    return f"{people(count)} {'attendent' if count > 1 else 'attend'} votre réponse."
