"""Forms of the club: a contact, an approach, a pause, a week, the exit, the situation asked later, a whole week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from matching.approaches import Done
from matching.club_board import Member
from matching.club_contacts import Said

from ..wording import club as words
from .fields import DayField, WholeField, cleaned
from .placements import choices, not_to_come

#: What a note may hold.
NOTE = 400
AT_MOST = Length(max=NOTE, message=f"Écrivez {NOTE} caractères au plus.")
ASKED = InputRequired("Indiquez le jour.")
CHOSEN = InputRequired("Choisissez dans la liste.")


def _said(table: dict[str, tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, said) for value, (said, _) in table.items()]


class ContactForm(FlaskForm):
    """One contact, most of it chosen beforehand."""

    on = DayField("Jour", [ASKED, not_to_come])
    channel = RadioField("Comment", [CHOSEN], choices=choices(words.CHANNELS))
    answered = BooleanField("La personne a répondu, ou était là")
    minutes = WholeField("Durée", [Optional()])
    note = TextAreaField("Résumé", [AT_MOST], filters=[cleaned])
    next_step = StringField("Prochaine étape", [AT_MOST], filters=[cleaned])

    def said(self) -> Said:
        assert self.on.data is not None
        return Said(
            self.on.data,
            self.channel.data,
            bool(self.answered.data),
            self.minutes.data,
            self.note.data,
            self.next_step.data,
        )


class ApproachForm(FlaskForm):
    """One démarche; its result may come later."""

    on = DayField("Jour", [ASKED, not_to_come])
    employer = StringField(
        "Employeur",
        [InputRequired("Indiquez l'employeur."), Length(max=255, message="Écrivez 255 caractères au plus.")],
        filters=[cleaned],
    )
    channel = RadioField("Comment", [CHOSEN], choices=choices(words.APPROACH_CHANNELS))
    result = RadioField("Résultat", [InputRequired("Choisissez le résultat.")], choices=_said(words.RESULTS))
    result_on = DayField("Jour de la réponse ou de l'entretien", [Optional()])
    note = TextAreaField("Précision", [AT_MOST], filters=[cleaned])

    def done(self) -> Done:
        assert self.on.data is not None
        return Done(
            self.on.data,
            self.employer.data or "",
            self.channel.data,
            self.result.data,
            self.result_on.data,
            self.note.data,
        )


class ResultForm(FlaskForm):
    """What came of a démarche."""

    result = RadioField("Résultat", [InputRequired("Choisissez le résultat.")], choices=_said(words.RESULTS))
    result_on = DayField("Jour de la réponse ou de l'entretien", [Optional()])
    note = TextAreaField("Précision", [AT_MOST], filters=[cleaned])


class PauseForm(FlaskForm):
    """Both days included."""

    version = IntegerField(validators=[InputRequired()])
    starts_on = DayField("Premier jour de la pause", [InputRequired("Indiquez le premier jour.")])
    until = DayField("Dernier jour de la pause", [InputRequired("Indiquez le dernier jour.")])
    reason = RadioField("Raison", [InputRequired("Choisissez la raison.")], choices=choices(words.PAUSES))
    note = StringField("Précision", [AT_MOST], filters=[cleaned])


class ExtendForm(FlaskForm):
    version = IntegerField(validators=[InputRequired()])
    weeks = WholeField("Semaines de plus", [InputRequired("Indiquez un nombre de semaines.")])
    reason = StringField("Pourquoi", [InputRequired("Donnez un motif."), AT_MOST], filters=[cleaned])


class WeekForm(FlaskForm):
    """What is known of a week besides its contacts."""

    excused = SelectField(
        "Absence excusée", choices=[SelectChoice("", "Aucune"), *choices(words.EXCUSES)], default=""
    )
    obstacle = TextAreaField("Obstacle rencontré", [AT_MOST], filters=[cleaned])
    next_step = TextAreaField("Prochaine étape", [AT_MOST], filters=[cleaned])


class ExitForm(FlaskForm):
    """How the club ends for somebody."""

    version = IntegerField(validators=[InputRequired()])
    on = DayField("Jour de la sortie", [ASKED, not_to_come])
    outcome = RadioField(
        "Situation à la sortie", [InputRequired("Choisissez la situation.")], choices=choices(words.OUTCOMES)
    )
    note = TextAreaField("Précision", [AT_MOST], filters=[cleaned])
    satisfaction = SelectField(
        "Le club a été, d'après la personne",
        choices=[SelectChoice("", "Pas demandé"), *choices(words.SATISFACTION)],
        default="",
    )
    next_step = StringField("Prochaine étape", [AT_MOST], filters=[cleaned])


class ReopenForm(FlaskForm):
    version = IntegerField(validators=[InputRequired()])
    reason = StringField(
        "Pourquoi annuler la sortie", [InputRequired("Donnez un motif."), AT_MOST], filters=[cleaned]
    )


class FollowUpForm(FlaskForm):
    situation = RadioField(
        "Que fait la personne aujourd'hui ?",
        [InputRequired("Choisissez la situation.")],
        choices=choices(words.OUTCOMES),
    )


class WeekLine:
    """One member on the page of the week: what is chosen, the short note, and what was wrong with it."""

    def __init__(self, member: Member, given: Any = None) -> None:
        self.member = member
        self.key = str(member.row.public_id)
        self.choice = (given.get(f"contact-{self.key}", "") if given is not None else "")[:20]
        self.note = cleaned(given.get(f"note-{self.key}", "") if given is not None else "")
        self.error: str | None = None
        self.saved = False

    def said(self, on: date) -> Said | None:
        """None: nothing is to be noted. Raises KeyError when the choice is none of the page's."""
        told = words.QUICK[self.choice][1]
        return Said(on, *told, note=self.note) if told is not None else None


class WeekPage(FlaskForm):
    """A whole week of the club: the day, then a line a member."""

    on = DayField("Jour des contacts", [ASKED, not_to_come])

    def lines(self, members: Sequence[Member], given: Any = None) -> list[WeekLine]:
        return [WeekLine(member, given) for member in members]
