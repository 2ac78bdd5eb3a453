"""One step of an offer's life, on the version that was shown."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, SelectChoice, SelectMultipleField, StringField
from wtforms.validators import Length, ValidationError

from matching.offer_terms import RETURNABLE
from matching.offers import OfferAction

from ..wording import offers as words
from .fields import WholeField, cleaned


def text(value: Any) -> str:
    return cleaned(value) if isinstance(value, str) else ""


def longest(number: int) -> Length:
    return Length(max=number, message=f"Raccourcissez : {number} caractères au plus.")


class VersionForm(FlaskForm):
    """The version of the row that was shown."""

    version = WholeField("Version", refused="Rechargez la page.", default=0)


class StepForm(VersionForm):
    """One step of an offer's life; which ones are possible is the machine's business."""

    reason = StringField("Motif", [longest(255)], filters=[text])
    missing = SelectMultipleField(
        "Ce qui manque",
        choices=[SelectChoice(code, words.capital(words.missing_name(code))) for code in RETURNABLE],
        validate_choice=False,
    )

    @classmethod
    def of(cls, action: OfferAction, version: int, given: StepForm | None = None) -> StepForm:
        """The form of that step, its ids its own; `given`: as it was refused."""
        form = given or cls(formdata=None)
        form.version.raw_data, form.version.data = [], version
        form.reason.label.text = words.REASONS.get(action, "Motif")
        for field in (form.reason, form.missing):
            field.id = field.label.field_id = f"{action}-{field.name}"
        return form

    def validate_missing(self, field: Field) -> None:
        if any(code not in RETURNABLE for code in field.data or ()):
            raise ValidationError("Choisissez des réponses de la liste.")
