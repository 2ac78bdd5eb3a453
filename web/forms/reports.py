"""The form that publishes a month: the sentences to remember."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from matching.published import LONGEST

from .fields import cleaned

SHORT = Length(max=LONGEST, message=f"{LONGEST} caractères au plus.")


class PublicationForm(FlaskForm):
    """`seen`: what the figures were on the screen, so that others are not published unseen."""

    first = TextAreaField("Première phrase", [DataRequired("Écrivez au moins une phrase à retenir."), SHORT])
    second = TextAreaField("Deuxième phrase", [SHORT])
    third = TextAreaField("Troisième phrase", [SHORT])
    seen = HiddenField(
        "Chiffres affichés", [InputRequired("Rechargez la page : les chiffres affichés sont inconnus.")]
    )

    @property
    def sentences(self) -> list[str]:
        return [cleaned(field.data) for field in (self.first, self.second, self.third) if cleaned(field.data)]
