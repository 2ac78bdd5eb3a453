"""The public planning and its offers in French words: nothing here is about anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from matching.planning import FEW, Appointment, Line, Planning

from . import WEEKDAYS, number, uncapital, weekday
from .offers import contract as contract

#: What the calendar of somebody who subscribes is called, and what its button does.
CALENDAR = "Séances à l'Atrium"
SUBSCRIBE = "Les changements d'horaire arriveront tout seuls."
LEAD = "Gratuit, sans inscription obligatoire, pour les habitants des quartiers. Venez avec ou sans CV."
NUMBERS = ("Aucun", "Un", "Deux", "Trois", "Quatre", "Cinq", "Six", "Sept")
#: The place that the note of November 2013 names, which files write with or without its article.
ATRIUM = "atrium"
#: A place longer than this is no part of a title.
LONGEST = 30


def title(planning: Planning) -> str:
    """« Deux rendez-vous par semaine à l'Atrium »; without the place where there are several."""
    count = len(planning.appointments)
    if not count:
        return f"Séances collectives {at(planning.places)}".strip()
    figure = NUMBERS[count] if count < len(NUMBERS) else number(count)
    return f"{figure} rendez-vous par semaine {at([each.place for each in planning.appointments])}".strip()


def at(places: Sequence[str]) -> str:
    """« à l'Atrium » of « Atrium, 2 rue… »; nothing where the places differ, or the name is long."""
    named = {place.split(",")[0].strip() for place in places}
    if len(named) != 1 or len(name := named.pop()) > LONGEST:
        return ""
    plain = name.replace("’", "'")
    for article, said in (("l'", "à l'"), ("la ", "à la "), ("les ", "aux "), ("le ", "au ")):
        if plain.casefold().startswith(article):
            return said + plain[len(article) :]
    return f"à l'{plain}" if plain.casefold().startswith(ATRIUM) else f"à {plain}"


def hour(value: time) -> str:
    """« 9 h 30 », « 14 h »."""
    return f"{value.hour}\u00a0h" + (f"\u00a0{value.minute:02d}" if value.minute else "")


def span(line: Line | Appointment) -> str:
    """« de 9 h 30 à 11 h 30 »."""
    return f"de {hour(line.starts_at)} à {hour(line.ends_at)}"


def hours(line: Line) -> str:
    """« 9 h 30 – 11 h 30 », as a column of a table says it."""
    return f"{hour(line.starts_at)} – {hour(line.ends_at)}"


def weekday_name(appointment: Appointment) -> str:
    return WEEKDAYS[appointment.weekday].capitalize()


def next_one(appointment: Appointment) -> str:
    """« 19 novembre : réussir son entretien »; the day alone where the theme is the appointment's own."""
    line = appointment.next
    if line is None:
        return ""
    theme = "" if line.theme == appointment.theme else f" : {uncapital(line.theme)}"
    return weekday(line.held_on).capitalize() + theme


def seats(line: Line) -> tuple[str, str]:
    """The places left of a session and the kind of the tag: « 4 places », « Complet, liste d'attente », « Annulée »."""
    if line.cancelled:
        return "Annulée", "error"
    if not line.left:
        return "Complet, liste d'attente", "warn"
    return f"{number(line.left)} place{'s' if line.left > 1 else ''}", "warn" if line.left <= FEW else "ok"


def theme(line: Line) -> str:
    return f"Pas de séance : {uncapital(line.cancelled_reason or '')}" if line.cancelled else line.theme


def summary(line: Line) -> str:
    """The line of a calendar."""
    return f"Annulée : {line.theme}" if line.cancelled else line.theme


def described(line: Line) -> str:
    """What a calendar says under it: why there is none, else what it is about."""
    if line.cancelled:
        return f"Séance annulée : {uncapital(line.cancelled_reason or '')}"
    return "\n".join(part for part in (line.description, LEAD) if part)


def file_name(line: Line) -> str:
    return f"seance-{line.held_on.isoformat()}.ics"
