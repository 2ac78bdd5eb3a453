"""The one form of a decision; each action reads its own fields, the flow judges them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from matching.proposal_guards import DISCLOSED_FIELDS, LIMITED_FIELDS
from matching.proposals import Details, ProposalAction as Action
from matching.review_acts import NOTED, Seen

from ..db import today
from ..wording import proposals as words
from .fields import DayField, cleaned

#: A note leaves room for the list of papers behind it (ReviewDecision.note).
NOTE = 280
#: The one reason for which an advisor closes a proposal.
WITHDRAWN = "withdrawn_by_adviser"
#: field of the form that a refusal is about
FIELD_OF = {
    "bad-reason": "reason",
    "note-needed": "note",
    "bad-wake-day": "wake_on",
    "start-needed": "starts_on",
    "unknown-channel": "channel",
    "channel-missing": "channel",
    "no-consent": "channel",
    "proofs-needed": "proofs",
}


def _choices(listed: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in listed.items()]


class DecisionForm(FlaskForm):
    """`version` and `state`: what was on the screen; a decision on something else is a conflict, not a loss."""

    action = HiddenField(validators=[InputRequired()])
    version = IntegerField(validators=[InputRequired()])
    state = HiddenField(validators=[InputRequired()])
    reason = RadioField("Motif", validate_choice=False, choices=[])
    note = TextAreaField(
        "Note", [Length(max=NOTE, message=f"Écrivez {NOTE} caractères au plus.")], filters=[cleaned]
    )
    when = RadioField("Revoir", validate_choice=False, choices=[])
    wake_on = DayField("Un autre jour")
    channel = RadioField("Moyen de contact", validate_choice=False, choices=_choices(words.CHANNELS))
    proofs = SelectMultipleField(
        "Justificatifs à demander", validate_choice=False, choices=_choices(words.PROOFS)
    )
    starts_on = DayField("Premier jour de travail")
    disclosed = BooleanField("Coordonnées transmises : nom complet, téléphone et courriel")

    def named(self, prefix: str, action: Action, reasons: dict[str, str] | None = None) -> DecisionForm:
        """The same form with ids of its own, for a page that holds several; `reasons` are those it offers."""
        for field in self:
            field.id = f"{prefix}-{field.short_name}"
        if not self.is_submitted() or not self.action.data:
            self.action.data = str(action)
        if reasons is not None:
            self.reason.choices = _choices(reasons)
        self.when.choices = _choices(words.wake_days(today()))
        return self

    def wanted(self) -> Action | None:
        """The action asked for, when it is one that a page may ask for."""
        try:
            action = Action(self.action.data or "")
        except ValueError:
            return None
        return action if action in NOTED else None

    def seen(self) -> Seen:
        return Seen(self.version.data or 0, self.state.data or "")

    def details(self) -> Details:
        """What the action carries; papers that are none of ours are left out."""
        disclosed = bool(self.disclosed.data)
        return Details(
            reason_code=WITHDRAWN if self.wanted() is Action.CLOSE else self.reason.data or None,
            note=self.note.data or None,
            wake_on=self.wake_on.data or self._chosen_day(),
            channel=self.channel.data or None,
            starts_on=self.starts_on.data,
            fields=LIMITED_FIELDS + (DISCLOSED_FIELDS if disclosed else ()),
            contact_disclosed=disclosed,
            proofs=tuple(words.PROOFS[each] for each in self.proofs.data or () if each in words.PROOFS),
        )

    def _chosen_day(self) -> date | None:
        """The day of a preset; a day that was typed goes before it. The flow judges whether it is near enough."""
        try:
            return date.fromisoformat(self.when.data or "")
        except ValueError:
            return None

    def refuse(self, code: str, sentence: str) -> None:
        """Put a refusal beside the field that it is about; the form keeps what was typed."""
        field: Any = self[FIELD_OF[code]] if code in FIELD_OF else self.action
        field.errors = [sentence]


def chosen(values: list[str]) -> dict[UUID, Seen]:
    """Ticked lines as « reference.version.state »; what cannot be read is left out. At most 50 (security.md I7)."""
    found: dict[UUID, Seen] = {}
    for text in values[:50]:
        ref, _, rest = text.partition(".")
        version, _, state = rest.partition(".")
        try:
            found[UUID(ref)] = Seen(int(version), state)
        except ValueError:
            continue
    return found
