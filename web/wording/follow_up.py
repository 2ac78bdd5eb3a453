"""The words of the follow-up of a contract: check-ins, alerts, tutor, training, the calendar."""

from __future__ import annotations

from datetime import date

from matching import check_ins
from matching.deadlines import Kind
from matching.feeds import Entry
from matching.follow_up_due import FollowUp, Silent
from matching.store.follow_up import CheckIn, Suspension, Training
from matching.vocabulary import CheckInKind, CheckInState as State

from . import capital, day
from .placements import SITUATIONS
from .programmes import programme

CHANNELS = {
    "phone": "Au téléphone",
    "visit": "Par une visite",
    "office": "À l'agence",
    "email": "Par courriel",
}
WHO = {"person": "La personne", "employer": "L'employeur", "both": "Les deux"}
ALERTS = {
    "tutor_absent": "Personne pour l'accompagner",
    "wants_to_leave": "Veut partir",
    "not_paid": "N'est pas payé",
    "other": "Autre difficulté",
    "gone": "Ne travaille plus là",
    "call_back": "Demande à être rappelé",
}
CHOSEN = {code: ALERTS[code] for code in check_ins.CHOSEN}
#: What a young person may answer to the second question.
OWN = {
    "fine": "Tout va bien",
    "tutor_absent": "Personne ne m'accompagne",
    "wants_to_leave": "Je pense partir",
    "not_paid": "Mon salaire n'est pas celui prévu",
    "other": "Autre chose : appelez-moi",
}
OWN_AFTER = {"no": "Non, merci", "call_back": "Oui, appelez-moi"}
OWN_SITUATIONS = {
    "lasting_job": "J'ai un emploi, en CDI ou pour 6 mois ou plus",
    "short_job": "J'ai un emploi court",
    "training": "Je suis en formation",
    "unemployed": "Je n'ai pas d'emploi",
    "unknown": "Je préfère ne pas le dire",
}
NOTICES = {
    "check-in-held": "Suivi noté.",
    "check-in-missed": "C'est noté : personne n'a pu être joint. Vous pourrez encore noter ce suivi.",
    "check-in-gone": "Suivi noté. La personne ne travaille plus là : notez maintenant la fin du contrat.",
    "check-in-alert": "Suivi noté, avec une difficulté à régler : elle reste dans vos échéances.",
    "alert-closed": "Alerte close.",
    "tutor-named": "C'est noté : la personne qui accompagne est nommée.",
    "training-planned": "Formation ajoutée.",
    "training-followed": "Formation mise à jour.",
    "feed-withdrawn": "L'adresse de votre agenda est retirée : elle ne s'ouvre plus.",
    "check-in-thanks": "Merci, votre réponse est enregistrée.",
}


def about(check_in: CheckIn | FollowUp) -> str:
    """« Suivi à 3 mois », « Point 6 mois après la fin »."""
    kind = check_in.check_in if isinstance(check_in, FollowUp) else check_in.kind
    if kind is CheckInKind.JOB:
        return f"Suivi à {check_in.month} mois"
    return f"Point {check_in.month} mois après la fin"


def standing(check_in: CheckIn, on: date) -> tuple[str, str]:
    """Words and kind of tag."""
    match check_in.state:
        case State.HELD:
            return "Fait", "ok"
        case State.MISSED:
            return "Resté sans réponse", "warn"
        case State.CANCELLED:
            return "Annulé", "plain"
    if check_in.due_on < on:
        return "En retard", "error"
    return ("À faire", "warn") if check_in.due_on - check_ins.EARLY <= on else ("À venir", "plain")


def said(check_in: CheckIn) -> str:
    """What was said, in a sentence or two."""
    if check_in.state is not State.HELD or check_in.held_on is None:
        return f"Prévu le {day(check_in.due_on)}."
    channel = (
        "par le lien" if check_in.channel == "link" else CHANNELS.get(check_in.channel or "", "").lower()
    )
    whom = {"person": "avec la personne", "employer": "avec l'employeur", "both": "avec les deux"}
    parts = [f"Le {day(check_in.held_on)}, {channel}, {whom.get(check_in.with_whom or '', '')}"]
    if check_in.kind is CheckInKind.JOB:
        parts.append("travaille toujours là" if check_in.still_there else "ne travaille plus là")
    elif check_in.situation:
        parts.append(SITUATIONS[check_in.situation].lower())
    return " : ".join(parts) + "." + (f" {check_in.note}" if check_in.note else "")


def training(row: Training) -> tuple[str, str, str]:
    """What is known of it, then words and kind of its tag."""
    hours = f"{row.hours} h. " if row.hours else ""
    if row.ended_on is not None:
        known = {True: "Certifiée", False: "Sans certification", None: "Finie"}[row.certified]
        return f"{hours}Finie le {day(row.ended_on)}.", known, "plain" if row.certified is False else "ok"
    if row.started_on is not None:
        return f"{hours}Commencée le {day(row.started_on)}.", "En cours", "info"
    return f"{hours}Prévue le {day(row.planned_on)}." if row.planned_on else f"{hours}Sans date prévue.", "À venir", "plain"  # fmt: skip


def suspension(row: Suspension) -> str:
    """« Du 3 au 16 février 2014 : maladie »."""
    if row.ends_on is None:
        return f"Depuis le {day(row.starts_on)} : {row.reason}"
    return f"Du {day(row.starts_on)} au {day(row.ends_on)} : {row.reason}"


# --- lines of « Échéances »: a title, a note, one verb


def due(row: FollowUp) -> tuple[str, str, str]:
    where = f"« {row.title} », {row.organisation}" if row.title else row.organisation or ""
    if row.kind is Kind.ALERT:
        told = ALERTS.get(row.alert or "", "Alerte")
        verb = "Noter la fin" if row.alert == "gone" else "Régler"
        return f"{row.person} : {told.lower()}", f"{about(row)}, {where}.", verb
    return f"{row.person} : {about(row).lower()}", f"{capital(programme(row.programme))}, {where}.", "Noter"


def silent(row: Silent) -> tuple[str, str, str]:
    note = (
        f"Demandée le {day(row.asked_on)} : sans réponse, elle est réputée refusée ({row.reference}). "
        "Notez le refus, ou la décision reçue."
    )
    return f"{row.person} : aide demandée, sans réponse", note, "Noter la décision"


def back(row: object) -> tuple[str, str, str]:
    person, organisation = getattr(row, "person", ""), getattr(row, "organisation", "")
    return f"{person} : retour de suspension à noter", f"{organisation}.", "Noter la reprise"


#: What to ask of a start or an end of trial that nobody has noted for days.
TO_ASK = {
    Kind.START: " Rien n'est noté : demandez à l'employeur si la personne est venue.",
    Kind.TRIAL: " Rien n'est noté : demandez à l'employeur si la personne est restée.",
}


# --- the calendar

CALENDAR = "Passerelle : échéances"
DAYS = {
    Kind.RIGHT: "dernier jour du droit",
    Kind.MILESTONE: "papier de l'aide",
    Kind.SIGNATURE: "contrat à signer",
    Kind.START: "début du contrat à confirmer",
    Kind.TRIAL: "fin de l'essai à confirmer",
    Kind.TERM: "fin du contrat à noter",
    Kind.CHECK_IN: "suivi à faire",
    Kind.ALERT: "difficulté à régler",
    Kind.SILENCE: "aide sans réponse",
    Kind.RETURN: "retour de suspension",
}


def entry(found: Entry) -> str:
    """« I. M. : suivi à faire, emploi d'avenir »: initials and the programme, nothing else."""
    return f"{found.initials} : {DAYS[found.kind]}, {programme(found.programme)}"
