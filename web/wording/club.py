"""The club in French words: weeks, contacts, approaches, pauses, outcomes, what waits for the animator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from matching.club_board import FollowUpDue, Member
from matching.club_looks import Coverage, Look, Square
from matching.club_outcomes import EMPLOYED, Proposed
from matching.club_sheet import Seat, Sheet
from matching.store.club import Approach, ClubContact, ClubMembership, ClubPause, MembershipEvent
from matching.store.people import full_name as full_name
from matching.vocabulary import AttendanceState, MembershipState as State, Party, SessionState

from . import day, short_day, weekday
from .club_entry import CHANNELS as ANSWERED, STATES as STATES
from .conditions import place

OUTCOMES = {
    "lasting_job": "Emploi durable : CDI, ou 6 mois et plus",
    "emploi_franc": "Emploi franc",
    "emploi_avenir": "Emploi d'avenir",
    "other_aided": "Autre contrat aidé",
    "short_job": "Emploi de moins de 6 mois",
    "interim": "Intérim",
    "apprenticeship": "Alternance : apprentissage ou professionnalisation",
    "training": "Formation",
    "civic_service": "Service civique",
    "business": "Création d'activité",
    "continues": "Continue avec sa conseillère ou son conseiller",
    "dropped_out": "Abandon",
    "moved": "Déménagement",
    "health": "Santé",
    "unknown": "Situation inconnue",
}
CHANNELS = {
    "phone": "Téléphone",
    "in_person": "En personne",
    "session": "À une séance",
    "sms": "SMS",
    "email": "Courriel",
}
#: What the page of the week offers for each member -> channel, whether the person answered; None: nothing is noted.
QUICK = {
    "": ("Rien", None),
    "phone": ("Téléphone", ("phone", True)),
    "in_person": ("En personne", ("in_person", True)),
    "session": ("Séance", ("session", True)),
    "message": ("Réponse écrite", ("sms", True)),
    "tried": ("Sans réponse", ("phone", False)),
}
EXCUSES = {
    "sickness": "Maladie",
    "family": "Famille, garde d'enfant",
    "appointment": "Rendez-vous ailleurs",
    "work": "Travail",
    "training": "Formation, immersion",
    "holiday": "Congés",
    "other": "Autre raison",
}
PAUSES = {
    "sickness": "Maladie",
    "short_job": "Emploi de courte durée",
    "family": "Famille, garde d'enfant",
    "other": "Autre raison",
}
APPROACH_CHANNELS = {
    "visit": "Visite",
    "call": "Appel",
    "offer": "Réponse à une offre",
    "network": "Réseau",
    "email": "Courriel, lettre",
    "event": "Forum, rencontre",
}
#: result -> words of the tag, its kind
RESULTS = {
    "waiting": ("Réponse attendue", "info"),
    "no_answer": ("Sans réponse", "plain"),
    "refused": ("Refus", "plain"),
    "interview": ("Entretien", "petrol"),
    "trial": ("Essai, immersion", "petrol"),
    "hired": ("Embauche", "ok"),
}
SATISFACTION = {"4": "Très utile", "3": "Utile", "2": "Peu utile", "1": "Pas utile"}
LOOKS = {
    Look.COVERED: "contact fait",
    Look.MISSED: "semaine manquée",
    Look.EXCUSED: "absence excusée",
    Look.CURRENT: "pas encore de contact",
    Look.PAUSED: "en pause",
    Look.TO_COME: "à venir",
    Look.AFTER: "après la sortie",
}
ATTENDANCES = {
    AttendanceState.REGISTERED: "place réservée",
    AttendanceState.WAITING: "en liste d'attente",
    AttendanceState.WITHDRAWN: "désinscription",
    AttendanceState.PRESENT: "présence",
    AttendanceState.LATE: "présence, en retard",
    AttendanceState.EXCUSED: "absence excusée",
    AttendanceState.ABSENT: "absence",
}
EVENTS = {
    "invite": "Invitation",
    "wait": "Mise en liste d'attente",
    "register": "Inscription",
    "decline": "Invitation déclinée",
    "no_answer": "Invitation sans réponse",
    "start": "Premier jour",
    "risk": "Deux semaines sans contact : risque de décrochage",
    "contact": "Retour après un contact",
    "drop_out": "Décrochage",
    "pause": "Pause commencée",
    "resume": "Reprise",
    "end": "Sortie",
    "reopen": "Sortie annulée",
    "pause_noted": "Pause notée",
    "pause_removed": "Pause retirée",
    "extended": "Parcours prolongé",
    "contact_corrected": "Contact corrigé",
    "contact_removed": "Contact retiré",
    "agreed": "Accord de la personne",
    "moved": "Changement de groupe",
}
NOTICES = {
    "contact-note": "Contact noté.",
    "contact-corrige": "Contact corrigé.",
    "contact-retire": "Contact retiré : la semaine n'en tient plus compte.",
    "semaine-notee": "{n} contacts notés. Les autres jeunes restent à contacter.",
    "contact-un": "Un contact noté. Les autres jeunes restent à contacter.",
    "semaine-vide": "Rien à noter : choisissez un contact pour au moins une personne.",
    "demarche-notee": "Démarche notée.",
    "demarche-reponse": "Réponse enregistrée.",
    "demarche-retiree": "Démarche retirée.",
    "pause-notee": "Pause notée : les semaines suivantes sont décalées.",
    "pause-retiree": "Pause retirée : les semaines reprennent leur place.",
    "reprise": "Reprise notée : les semaines reprennent.",
    "prolongation": "Parcours prolongé.",
    "precision-semaine": "Semaine complétée.",
    "sortie": "Sortie enregistrée. La situation sera redemandée à 3 et à 6 mois.",
    "sortie-annulee": "Sortie annulée : le parcours reprend.",
    "situation-notee": "Situation notée.",
    "situation-manquee": "Noté : la personne n'a pas pu être jointe.",
}


def title(members: int, silent: int) -> str:
    """« Club : 14 jeunes, 3 sans nouvelles »."""
    if not members:
        return "Club"
    told = f"Club : {members} jeune{'s' if members > 1 else ''}"
    return f"{told}, {silent} sans nouvelles" if silent else told


def quarter(text: str | None) -> str | None:
    return place(text) if text else None


def where(member: Member) -> str:
    """« Amiens Nord, semaine 6 sur 13 »."""
    parts = [
        part for part in (quarter(member.quarter), week_said(member.number, len(member.squares))) if part
    ]
    return ", ".join(parts)


def week_said(number: int | None, weeks: int) -> str | None:
    return f"semaine\u00a0{number}\u00a0sur\u00a0{weeks}" if number is not None else None


def square(each: Square) -> str:
    """The hidden words of a square: « Semaine 5, du 2 au 8 décembre : semaine manquée »."""
    told = f"Semaine {each.number}, {span(each)} : {LOOKS[each.look]}"
    return f"{told}, cette semaine" if each.current and each.look is not Look.CURRENT else told


def span(each: Square) -> str:
    """« du 2 au 8 décembre », « du 28 octobre au 3 novembre »."""
    first, last = each.starts_on, each.ends_on
    start = short_day(first)
    if first.month == last.month:
        start = start.split(" ")[0]
    return f"du {start} au {short_day(last)}"


def coverage(each: Coverage) -> str:
    """« 7 semaines couvertes sur 9 »."""
    told = (
        f"{each.covered} semaine{'s' if each.covered > 1 else ''} couverte{'s' if each.covered > 1 else ''}"
    )
    return f"{told} sur {each.owed}" + (
        f", {each.excused} excusée{'s' if each.excused > 1 else ''}" if each.excused else ""
    )


def news(member: Member, on: date) -> tuple[str, str, str | None]:
    """The tag of a line: words, kind, sign."""
    row = member.row
    if not member.running and row.left_on is not None:
        if row.outcome in EMPLOYED:
            return f"En emploi depuis le {short_day(row.left_on)}", "ok", None
        return f"Sortie le {short_day(row.left_on)}", "plain", None
    if row.state is State.PAUSED:
        return "En pause", "info", "clock"
    if member.silent:
        return silence(member.silence.days), "error", "clock"
    if row.planned_end_on is not None and row.planned_end_on <= on:
        return f"Fin prévue le {short_day(row.planned_end_on)}", "warn", "clock"
    if member.interview is not None:
        return f"Entretien le {short_day(member.interview)}", "info", None
    return silence(member.silence.days), "warn" if member.silence.days >= 7 else "plain", None


def silence(days: int) -> str:
    if days == 0:
        return "Contact aujourd'hui"
    return "Contact hier" if days == 1 else f"Aucun contact depuis {days} jours"


def since(member: Member, on: date) -> str:
    """The last contact, for the ear and the list of the day."""
    last = member.silence.last
    return f"Dernier contact le {short_day(last)}" if last is not None else "Pas encore de contact"


def contact(each: ClubContact) -> str:
    """« Téléphone, 20 minutes » ; « SMS, sans réponse »."""
    parts = [CHANNELS[each.channel]]
    if each.minutes:
        parts.append(f"{each.minutes} minutes")
    if not each.two_way:
        parts.append("sans réponse")
    return ", ".join(parts)


def contact_line(each: ClubContact) -> str:
    """« Mardi 22 octobre : téléphone, 20 minutes »."""
    return f"{weekday(each.done_on).capitalize()} : {_lower(contact(each))}"


def seat(each: Seat) -> str:
    """« Mardi 5 novembre, Préparer sa candidature : présence »."""
    row = each.session
    told = f"{weekday(row.held_on).capitalize()}, {row.theme}"
    if row.state is SessionState.CANCELLED:
        return f"{told} : séance annulée ({row.cancelled_reason})"
    walked = ", sans inscription" if each.attendance.walk_in else ""
    return f"{told} : {ATTENDANCES[each.attendance.state]}{walked}"


def approach(each: Approach) -> str:
    """« Visite, La Boulangerie du Nord »."""
    return f"{APPROACH_CHANNELS[each.channel]}, {each.employer}"


def result(each: Approach) -> str:
    """« Entretien le 18 novembre »."""
    told = RESULTS[each.result][0]
    return f"{told} le {short_day(each.result_on)}" if each.result_on is not None else told


def pause(each: ClubPause) -> str:
    """« Du 4 au 10 novembre : maladie »."""
    days = (each.ends_on - each.starts_on).days + 1
    told = (
        f"Du {short_day(each.starts_on)} au {day(each.ends_on)}" if days > 1 else f"Le {day(each.starts_on)}"
    )
    return f"{told} : {_lower(PAUSES[each.reason])}"


def event(each: MembershipEvent, names: dict[int, str]) -> tuple[str, str]:
    """A line of the history: what, then when and who."""
    said = EVENTS.get(each.action, each.action)
    if reason := _reason(each):
        said = f"{said} : {reason}"
    if each.actor_id is not None and each.actor_id in names:
        who = names[each.actor_id]
    else:
        who = {Party.YOUNG_PERSON: "par la personne"}.get(Party(each.party or "clock"), "automatique")
    return said, f"{day(each.done_on)}, {who}"


def _reason(each: MembershipEvent) -> str | None:
    if not each.reason:
        return None
    if each.action in ("contact_corrected", "contact_removed"):
        return f"celui du {day(date.fromisoformat(each.reason))}"
    if each.action == "extended":
        weeks, _, why = each.reason.partition(" · ")
        return f"{weeks} semaine{'s' if weeks != '1' else ''}, {why}"
    head, _, rest = each.reason.partition(" · ")
    known = OUTCOMES if each.action == "end" else PAUSES if each.action.startswith("pause") else ANSWERED
    parts = [_lower(known.get(head, head)), rest]
    return ", ".join(part for part in parts if part)


def proposed(each: Proposed) -> str:
    """Why an outcome is chosen beforehand."""
    if each.placement is not None:
        return f"Un contrat est signé depuis le {day(each.placement.signed_on)} : la situation est choisie d'après lui."
    if each.outcome == "dropped_out":
        return "La personne a décroché : dites pourquoi en quelques mots, ou choisissez une autre situation."
    return "Une démarche a mené à une embauche : précisez le contrat."


def outcome(member: Member) -> str | None:
    """« Emploi durable : CDI, ou 6 mois et plus » of somebody who left."""
    return OUTCOMES[member.row.outcome] if member.row.outcome is not None else None


def follow_up_said(month: int) -> str:
    return f"Situation à {month} mois"


def due(each: FollowUpDue) -> tuple[str, str, str]:
    """A line of the animator's day."""
    return (
        f"{full_name(each)} : situation à {each.month} mois",
        f"Prévue le {weekday(each.due_on)}. Un appel suffit.",
        "Noter",
    )


def exit_note(member: Member, on: date) -> str:
    ends = member.row.planned_end_on
    assert ends is not None
    return f"Fin prévue le {weekday(ends)}, {delay((ends - on).days)}. {since(member, on)}."


def delay(days: int) -> str:
    """« dans 14 jours », « demain », « dépassée de 3 jours »."""
    if days < 0:
        return f"dépassée de {-days} jour{'s' if days < -1 else ''}"
    return "aujourd'hui" if not days else "demain" if days == 1 else f"dans {days} jours"


def hours(row: object) -> str:
    """« de 9 h 30 à 11 h 30 » of a session."""
    return f"de {_hour(row.starts_at)} à {_hour(row.ends_at)}"  # type: ignore[attr-defined]


def _hour(at: object) -> str:
    minute = f"\u00a0{at.minute:02d}" if at.minute else ""  # type: ignore[attr-defined]
    return f"{at.hour}\u00a0h{minute}"  # type: ignore[attr-defined]


def lead(sheet: Sheet) -> str:
    """Under the name: where, which week, in which group."""
    current = sheet.current
    parts = [
        quarter(sheet.person.declared_quarter),
        week_said(current.square.number if current else None, len(sheet.weeks)),
        sheet.cohort.name if sheet.cohort is not None else None,
        f"animation : {sheet.animator}" if sheet.animator else None,
    ]
    told = ", ".join(part for part in parts if part)
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def absences(squares: Sequence[Square]) -> str:
    missed = [str(each.number) for each in squares if each.look is Look.MISSED]
    return f"Semaines manquées : {', '.join(missed)}." if missed else ""


def _lower(text: str) -> str:
    """Inside a sentence: its first letter lower, unless a name follows (CDI)."""
    return text if text[:2].isalpha() and text[:2].isupper() else text[:1].lower() + text[1:]


def on_file(row: ClubMembership) -> str:
    """On the file of a person: « Au club depuis le 2 septembre 2013 »."""
    if row.joined_on is None:
        return STATES[row.state][0]
    if row.left_on is not None:
        return f"Au club du {day(row.joined_on)} au {day(row.left_on)}"
    told = f"Au club depuis le {day(row.joined_on)}"
    return told if row.state is State.ACTIVE else f"{told} ({STATES[row.state][0].lower()})"
