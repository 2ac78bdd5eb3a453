"""An attempt noted in one form, a line given to somebody, a letter of notification, a year, employers to add."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from matching.outreach import REFUSALS, Details
from matching.outreach_attempts import CHANNELS, Try, results
from matching.store.accounts import User
from matching.vocabulary import OutreachState

from ..wording import outreach as words
from .fields import DayField, WholeField, cleaned
from .offer_steps import VersionForm

#: Months ahead that a promise may be for.
MONTHS_AHEAD = 12
AT_MOST = Length(max=400, message="Écrivez 400 caractères au plus.")
#: code of a refusal -> the field that it is about
FIELD_OF = {
    "outreach-reason-needed": "reason",
    "outreach-tries-left": "reason",
    "note-needed": "note",
    "bad-wake-day": "until",
    "outreach-posts-needed": "posts",
    "outreach-month-needed": "month",
    "outreach-attempt-later": "done_on",
    "illegal-step": "result",
}


class AttemptForm(VersionForm):
    """A try at an organisation and what came of it; only what the result asks for is read."""

    done_on = DayField("Jour", [InputRequired("Indiquez le jour de la démarche.")])
    channel = SelectField(
        "Comment",
        [DataRequired("Dites comment vous avez essayé.")],
        choices=[SelectChoice(code, words.CHANNELS[code]) for code in CHANNELS],
    )
    reached = StringField(
        "Qui avez-vous joint ?",
        [Length(max=160, message="Écrivez 160 caractères au plus.")],
        filters=[cleaned],
    )
    result = RadioField("Ce qui en sort", [DataRequired("Dites ce qui en sort.")], validate_choice=False)
    posts = WholeField("Nombre d'emplois promis", [])
    month = SelectField("Pour quel mois", validate_choice=False)
    until = DayField("Rappeler le", [])
    reason = SelectField("Pourquoi n'embauche-t-il pas ?", validate_choice=False)
    note = TextAreaField("Note", [AT_MOST], filters=[cleaned])

    def of(self, state: OutreachState, on: date) -> AttemptForm:
        """The choices that this state leaves, from that day on."""
        self.result.choices = [SelectChoice(each, words.RESULTS[each][0]) for each in results(state)]
        self.reason.choices = [
            SelectChoice("", "Choisir un motif"),
            *(SelectChoice(code, words.REASONS[code]) for code in REFUSALS),
        ]
        self.month.choices = [SelectChoice("", "Choisir un mois"), *_months(on)]
        return self

    def made(self) -> Try:
        """The attempt as it was typed."""
        assert self.done_on.data is not None  # validated
        result = str(self.result.data)
        month = _month(self.month.data)
        return Try(
            done_on=self.done_on.data,
            channel=str(self.channel.data),
            result=result,
            reached=self.reached.data,
            note=self.note.data,
            details=Details(
                reason_code=self.reason.data or None if result == "refused" else None,
                note=self.note.data if result in ("refused", "not_concerned", "later", "promised") else None,
                until=self.until.data if result == "later" else None,
                posts=self.posts.data if result == "promised" else None,
                month=month if result == "promised" else None,
            ),
        )


def _months(on: date) -> list[SelectChoice]:
    found = []
    for ahead in range(MONTHS_AHEAD + 1):
        number = on.year * 12 + on.month - 1 + ahead
        first = date(number // 12, number % 12 + 1, 1)
        found.append(SelectChoice(f"{first:%Y-%m}", words.month(first)))
    return found


def _month(text: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


class AssignForm(FlaskForm):
    """To whom, until when."""

    owner = SelectField("Confier à", [DataRequired("Choisissez quelqu'un.")], validate_choice=False)
    due_on = DayField("À faire avant le", [InputRequired("Indiquez pour quand.")])

    @property
    def day(self) -> date:
        """The due day of a form that was validated."""
        assert self.due_on.data is not None
        found: date = self.due_on.data
        return found

    def among(self, people: Sequence[User]) -> AssignForm:
        self.owner.choices = [
            SelectChoice("", "Choisir quelqu'un"),
            *(SelectChoice(str(each.public_id), each.name) for each in people),
        ]
        return self


class NotifiedForm(FlaskForm):
    """When the letter that notified a grant left, with the clause or without."""

    sent_on = DayField("Lettre partie le", [InputRequired("Indiquez le jour où la lettre est partie.")])
    clause = RadioField(
        "La lettre portait-elle la clause « emplois d'avenir » ?",
        [InputRequired("Dites si la lettre portait la clause.")],
        choices=[SelectChoice("oui", "Oui, avec la clause"), SelectChoice("non", "Non, sans la clause")],
    )

    @property
    def day(self) -> date:
        """The day of a form that was validated."""
        assert self.sent_on.data is not None
        found: date = self.sent_on.data
        return found


class UndatedForm(FlaskForm):
    """The grant year of all that one file brought."""

    year = WholeField(
        "Année",
        [
            InputRequired("Indiquez l'année des subventions."),
            NumberRange(2000, 2100, "Indiquez une année de 2000 à 2100."),
        ],
        refused="Indiquez une année, par exemple 2013.",
    )

    @property
    def said(self) -> int:
        """The year of a form that was validated."""
        return int(self.year.data or 0)
