"""Collective sessions in French words: states, hours, what was stated, who said what, what has just been done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from matching import workdays
from matching.session_queries import FOUND as FOUND
from matching.store.sessions import CollectiveSession, SessionSlot
from matching.vocabulary import AttendanceState as Attendance, SessionState as State

from . import HERE, WEEKDAYS, capital, clock_time, day, phone as phone, short_day, weekday

#: state -> words, kind of tag
STATES: dict[State, tuple[str, str]] = {
    State.PLANNED: ("Prévue", "info"),
    State.CLOSED: ("Clôturée", "ok"),
    State.CANCELLED: ("Annulée", "plain"),
}
TO_CLOSE = ("À clôturer", "warn")
ATTENDANCES: dict[Attendance, tuple[str, str]] = {
    Attendance.REGISTERED: ("Inscrit, pas encore noté", "plain"),
    Attendance.WAITING: ("En attente d'une place", "warn"),
    Attendance.WITHDRAWN: ("Désinscrit", "plain"),
    Attendance.PRESENT: ("Présent", "ok"),
    Attendance.LATE: ("En retard", "ok"),
    Attendance.EXCUSED: ("Excusé", "info"),
    Attendance.ABSENT: ("Absent", "error"),
}
#: The four buttons, in the order of the row.
BUTTONS = tuple(
    (str(state), ATTENDANCES[state][0])
    for state in (Attendance.PRESENT, Attendance.LATE, Attendance.EXCUSED, Attendance.ABSENT)
)
DAYS = tuple((str(number), capital(name)) for number, name in enumerate(WEEKDAYS[:6]))
#: What the public reads of sessions beyond the last day of their slot.
STOPPED = "ce rendez-vous ne se tient plus"

#: What a step did, in the log of a session.
STEPS = {
    "plan": "Prévue",
    "cancel": "Annulée",
    "restore": "Rétablie",
    "close": "Clôturée",
    "reopen": "Rouverte",
    "edit": "Modifiée",
}

NOTICES = {
    "seance-prevue": "La séance est prévue et paraît au planning.",
    "seance-modifiee": "La séance est modifiée. Courriels à partir : {n}.",
    "seance-inchangee": "Rien n'a changé.",
    "seance-annulee": "La séance est annulée et le planning dit pourquoi. Courriels à partir : {n}.",
    "seance-retablie": "La séance a lieu. Courriels à partir : {n}.",
    "seance-close": "La séance est clôturée. Présents : {n} sur {total}.",
    "seance-rouverte": "La séance est rouverte : corrigez, puis clôturez de nouveau.",
    "seance-inscrit": "Inscription faite. Places prises : {n} sur {total}.",
    "seance-attente": "La séance est complète : la personne attend une place, au rang {n}.",
    "seance-desinscrit": "Désinscription faite.",
    "seance-promu": "Désinscription faite. La place revient à la première personne en attente.",
    "seance-venu": "Présence ajoutée.",
    "seance-note": "Présence notée.",
    "creneau-cree": "Le créneau est créé avec ses séances des semaines à venir.",
    "creneau-modifie": "Le créneau est modifié. Séances qui suivent : {n}.",
    "fermeture-creee": "La fermeture est notée. Séances annulées : {n}.",
    "fermeture-retiree": "La fermeture est retirée. Séances rétablies : {n}.",
}


def clock(value: time) -> str:
    """« 9 h 30 », « 14 h »."""
    return f"{value.hour}\u00a0h\u00a0{value.minute:02d}" if value.minute else f"{value.hour}\u00a0h"


def hours(row: CollectiveSession | SessionSlot) -> str:
    """« de 9 h 30 à 11 h 30 »."""
    return f"de {clock(row.starts_at)} à {clock(row.ends_at)}"


def far(value: date, on: date) -> bool:
    """Whether a day is named with its year."""
    return value < on - timedelta(days=92) or value > on + timedelta(days=92)


def when(row: CollectiveSession, on: date) -> str:
    """« mardi 5 novembre, de 9 h 30 à 11 h 30 »."""
    return f"{weekday(row.held_on, year=far(row.held_on, on))}, {hours(row)}"


def weekly(row: SessionSlot) -> str:
    """« Mardi, de 9 h 30 à 11 h 30 »."""
    return f"{capital(WEEKDAYS[row.weekday])}, {hours(row)}"


def next_one(row: CollectiveSession | None) -> str:
    """What is said of the next session to who lost theirs; empty when there is none."""
    if row is None:
        return ""
    return f"La prochaine a lieu le {weekday(row.held_on)}, {hours(row)}, {row.place}."


def cancelled(row: CollectiveSession) -> str:
    """« Annulée : salle indisponible », « Pas de séance : Toussaint, jour férié »; empty when it is held."""
    if row.cancelled_reason is None:
        return ""
    holiday = workdays.holiday(row.held_on)
    if holiday is not None and row.cancelled_reason.startswith(holiday):
        return f"Pas de séance : {row.cancelled_reason}"
    return f"Annulée : {row.cancelled_reason}"


def state(row: CollectiveSession, over: bool) -> tuple[str, str]:
    """Words and kind of its tag; a planned one that is over is to close."""
    return TO_CLOSE if row.state is State.PLANNED and over else STATES[row.state]


def seats(taken: int, capacity: int, waiting: int = 0) -> str:
    """« 12 places libres », « 9 places prises sur 12 », « Complète, 3 en attente »."""
    if not taken:
        return f"{capacity} place{'s' if capacity > 1 else ''} libre{'s' if capacity > 1 else ''}"
    if taken < capacity:
        return f"{taken} place{'s' if taken > 1 else ''} prise{'s' if taken > 1 else ''} sur {capacity}"
    return f"Complète{f', {waiting} en attente' if waiting else ''}"


def said(name: str | None, value: Attendance, at: datetime, on: date) -> str:
    """« présent (Rachida, 14 h 05) »: what somebody stated, by first name."""
    here = at.astimezone(HERE)
    moment = clock_time(at) if here.date() == on else f"{short_day(here.date())} à {clock_time(at)}"
    who = (name or "ligne de commande").split(" ")[0]
    return f"{ATTENDANCES[value][0].lower()} ({who}, {moment})"


def disputed(name: str, both: Sequence[str]) -> str:
    """« Karim : présent (Rachida, 14 h 05), absent (Hugo, 14 h 07) »."""
    return f"{name} : {', '.join(both)}"


def counted(stated: int, seated: int) -> str:
    """« 9 sur 12 »."""
    return f"{stated} sur {seated}"


def validity(row: SessionSlot) -> str:
    """« depuis le 3 septembre 2013 », « du … au … »."""
    if row.valid_to is None:
        return f"depuis le {day(row.valid_from)}"
    return f"du {day(row.valid_from)} au {day(row.valid_to)}"
