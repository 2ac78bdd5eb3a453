"""Collective sessions: a session, its cancellation, a weekly slot, days of closure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from matching.collective import REASON, Plan
from matching.collective_slots import Slot

from ..wording import sessions as words
from .fields import DayField, WholeField, _Typed, cleaned

_HOUR = re.compile(r"(\d{1,2})\s*(?:[h:.]\s*(\d{2})?)?", re.IGNORECASE)
#: As the table holds them.
THEME, PLACE, DESCRIPTION = 120, 160, 400


def at_most(length: int) -> Length:
    return Length(max=length, message=f"Écrivez {length} caractères au plus.")


class HourField(_Typed):
    """An hour of the day: « 9 h 30 », « 9h30 », « 14:00 », « 14 »."""

    def __init__(self, label: str, validators: Sequence[Callable[..., Any]] = (), **kw: Any) -> None:
        kw.setdefault("refused", "Indiquez une heure, par exemple 9 h 30.")
        super().__init__(label, validators, **kw)

    def parsed(self, text: str) -> time:
        found = _HOUR.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " "))
        if found is None:
            raise ValueError(text)
        return time(int(found[1]), int(found[2] or 0))

    def written(self, value: time) -> str:
        return words.clock(value)


def _hour(label: str) -> HourField:
    return HourField(label, (InputRequired("Indiquez une heure, par exemple 9 h 30."),))


def _seats() -> WholeField:
    return WholeField(
        "Nombre de places",
        [
            InputRequired("Indiquez le nombre de places."),
            NumberRange(1, 300, "Indiquez un nombre de places entre 1 et 300."),
        ],
    )


def _theme() -> StringField:
    return StringField(
        "Thème", [DataRequired("Dites de quoi parle la séance."), at_most(THEME)], filters=[cleaned]
    )


def _place() -> StringField:
    return StringField("Lieu", [DataRequired("Indiquez le lieu."), at_most(PLACE)], filters=[cleaned])


class SessionForm(FlaskForm):
    """One session, planned by hand or changed."""

    version = IntegerField()
    theme = _theme()
    held_on = DayField("Jour", [InputRequired("Indiquez le jour de la séance.")])
    starts_at = _hour("Début")
    ends_at = _hour("Fin")
    place = _place()
    capacity = _seats()
    description = TextAreaField("Ce qu'on y fait", [at_most(DESCRIPTION)], filters=[cleaned])

    def plan(self) -> Plan:
        said: dict[str, Any] = self.data
        return Plan(
            said["held_on"], said["starts_at"], said["ends_at"], said["theme"], said["place"], said["capacity"],
            said["description"] or None,
        )  # fmt: skip


class CancelForm(FlaskForm):
    """Why there is no session: the public reads it."""

    version = IntegerField(validators=[InputRequired()])
    reason = StringField(
        "Motif", [DataRequired("Donnez un motif : le planning public le montre."), at_most(REASON)], filters=[cleaned]
    )  # fmt: skip


class SlotForm(FlaskForm):
    """A weekly appointment."""

    version = IntegerField()
    theme = _theme()
    weekday = SelectField("Jour de la semaine", choices=[SelectChoice(*each) for each in words.DAYS])
    starts_at = _hour("Début")
    ends_at = _hour("Fin")
    place = _place()
    capacity = _seats()
    description = TextAreaField("Ce qu'on y fait", [at_most(DESCRIPTION)], filters=[cleaned])
    valid_from = DayField("Premier jour", [InputRequired("Indiquez à partir de quel jour.")])
    valid_to = DayField("Dernier jour")

    def slot(self) -> Slot:
        said: dict[str, Any] = self.data
        return Slot(
            int(said["weekday"]), said["starts_at"], said["ends_at"], said["theme"], said["place"],
            said["capacity"], said["valid_from"], said["valid_to"], said["description"] or None,
        )  # fmt: skip


class ClosureForm(FlaskForm):
    """Days on which the agency holds no session."""

    class Meta:
        csrf = False  # read from the address first, where nothing is written; the page's own token guards the act

    starts_on = DayField("Premier jour", [InputRequired("Indiquez le premier jour.")])
    ends_on = DayField("Dernier jour", [InputRequired("Indiquez le dernier jour.")])
    reason = StringField(
        "Motif", [DataRequired("Donnez un motif : le planning public le montre."), at_most(REASON)], filters=[cleaned]
    )  # fmt: skip

    def days(self) -> tuple[date, date, str]:
        said: dict[str, Any] = self.data
        return said["starts_on"], said["ends_on"], said["reason"]
