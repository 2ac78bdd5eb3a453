"""The answers of an employer about one person: three small forms, each with what it asks and nothing else."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from matching.proposals import Details, ProposalAction as Action

from ..wording import employer as words
from .fields import DayField, cleaned
from .placements import not_to_come

#: Longest word of explanation (ReviewDecision.note leaves room for more).
NOTE = 280
#: answer -> the fields that it reads
ASKED: dict[Action, tuple[str, ...]] = {
    Action.SELECTED: ("starts_on",),
    Action.NOT_SELECTED: ("reason", "note"),
}
#: refusal -> the field it is about
FIELD_OF = {
    "bad-reason": "reason",
    "note-needed": "note",
    "start-needed": "starts_on",
    "start-before-release": "starts_on",
    "start-too-far": "starts_on",
}


class AnswerForm(FlaskForm):
    """`state`: what was on the screen; an answer about something else is a conflict, not a loss."""

    answer = HiddenField()
    state = HiddenField()
    starts_on = DayField("Premier jour de travail")
    reason = RadioField(
        "Pourquoi ?",
        validate_choice=False,
        choices=[SelectChoice(value, label) for value, label in words.REASONS.items()],
    )
    note = TextAreaField(
        "Précisez", [Length(max=NOTE, message=f"Écrivez {NOTE} caractères au plus.")], filters=[cleaned]
    )

    def named(self, prefix: str) -> AnswerForm:
        """The same form with ids of its own, for a page that holds several."""
        for field in self:
            field.id = f"{prefix}-{field.short_name}"
        return self

    def wanted(self) -> Action | None:
        """The answer given, when it is one."""
        return words.ANSWERS.get(self.answer.data or "")

    def details(self) -> Details:
        """What that answer carries; what another one would is left out."""
        match self.wanted():
            case Action.SELECTED:
                return Details(starts_on=self.starts_on.data)
            case Action.NOT_SELECTED:
                return Details(reason_code=self.reason.data or None, note=self.note.data or None)
        return Details()

    def whole(self) -> bool:
        """Whether what this answer asks was typed so that it can be read; other fields are not its business."""
        self.validate()
        action = self.wanted()
        names = ASKED.get(action, ()) if action is not None else ()
        return not any(self[name].errors for name in names)

    def refuse(self, code: str, sentence: str) -> None:
        """Put a refusal beside the field that it is about; the form keeps what was typed."""
        field: Any = self[FIELD_OF[code]] if code in FIELD_OF else self.answer
        field.errors = [sentence]


class SentForm(FlaskForm):
    """The day on which a paper of the aid was sent; `row`, `state`: which one, and as it was on the screen."""

    row = HiddenField()
    state = HiddenField()
    on = DayField("Envoyé le", [not_to_come])
