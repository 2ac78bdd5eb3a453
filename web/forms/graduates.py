"""Forms of approaches for graduates: what was done with an employer, a letter."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from matching.graduate_approaches import ApproachAction as A, Details
from matching.vocabulary import ApproachState as State

from ..wording import graduates as words
from .fields import DayField, cleaned
from .placements import choices, not_to_come

#: What a note and a letter may hold.
NOTE, LETTER = 400, 3_000
WAITING = "attente"
#: What may be said of an approach that stands there: the answers, in the order of the form.
ANSWERS: dict[State | None, tuple[str, ...]] = {
    State.CONTACTED: (WAITING, A.INTEREST, A.INTERVIEW, A.HIRE, A.REFUSE, A.NO_ANSWER),
    State.INTERESTED: (A.INTERVIEW, A.HIRE, A.REFUSE, A.NO_ANSWER),
    State.INTERVIEW: (A.HIRE, A.REFUSE),
    **dict.fromkeys(
        (None, State.SUGGESTED, State.NO_ANSWER, State.REFUSED),
        (WAITING, A.INTEREST, A.INTERVIEW, A.REFUSE, A.NO_ANSWER),
    ),
}
#: From these a channel is asked for: a contact is noted with its answer.
SPOKEN = (State.INTERESTED, State.INTERVIEW)


class VersionForm(FlaskForm):
    """A step without a question; the version is empty while nobody has taken the employer up."""

    version = IntegerField(validators=[Optional()])


class ApproachForm(VersionForm):
    """What was done with the employer that day, and what came of it."""

    on = DayField("Jour", [not_to_come])
    channel = SelectField("Par quel moyen", choices=choices(words.CHANNELS), validate_choice=False)
    result = RadioField("Qu'en est-il ?", validate_choice=False)
    reason = SelectField(
        "Pourquoi non ?", choices=choices({"": "Sans objet", **words.REFUSALS}), validate_choice=False
    )
    note = TextAreaField(
        "Note", [Length(max=NOTE, message=f"Écrivez {NOTE} caractères au plus.")], filters=[cleaned]
    )
    named = BooleanField("J'ai dit à l'employeur le nom de la personne, avec son accord")

    def __init__(self, state: State | None, *, agreed: bool, prefix: str, **kwargs: Any) -> None:
        super().__init__(prefix=prefix, **kwargs)
        answers = ANSWERS.get(state, ())
        self.result.choices = choices({answer: words.RESULTS[answer] for answer in answers})
        if state in SPOKEN:
            del self.channel
        if not agreed:
            del self.named

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.on.data is None and not self.on.errors:
            self.on.errors, good = ["Indiquez le jour."], False
        if self.result.data not in {choice.value for choice in self.result.choices or ()}:
            self.result.errors, good = ["Dites ce qu'il en est."], False
        if self.channel is not None and self.channel.data not in words.CHANNELS:
            self.channel.errors, good = ["Choisissez dans la liste."], False
        refused = self.result.data == A.REFUSE
        if refused and self.reason.data not in words.REFUSALS:
            self.reason.errors, good = ["Choisissez un motif."], False
        if refused and self.reason.data == "other" and not self.note.data:
            self.note.errors, good = ["Précisez le motif."], False
        return good

    @property
    def action(self) -> A | None:
        return None if self.result.data == WAITING else A(self.result.data)

    def details(self) -> Details:
        return Details(
            day=self.on.data,
            channel=self.channel.data if self.channel is not None else None,
            reason_code=self.reason.data or None if self.action is A.REFUSE else None,
            note=self.note.data or "",
        )


class LetterForm(VersionForm):
    """A letter in one's own words."""

    words = TextAreaField(
        "Texte de la lettre",
        [
            DataRequired("Écrivez la lettre."),
            Length(max=LETTER, message="Écrivez 3 000 caractères au plus : une page."),
        ],
        filters=[cleaned],
    )
    named = BooleanField("Dire le nom de la personne, qui est d'accord pour être contactée")
