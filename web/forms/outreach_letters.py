"""A letter in one's own words, and the model of an agency."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from matching.outreach_letters import LONGEST, LONGEST_SUBJECT

from .fields import cleaned


class ModelForm(FlaskForm):
    """Subject and text."""

    subject = StringField(
        "Objet",
        [
            DataRequired("Écrivez l'objet."),
            Length(max=LONGEST_SUBJECT, message=f"Écrivez {LONGEST_SUBJECT} caractères au plus."),
        ],
        filters=[cleaned],
    )
    text = TextAreaField(
        "Texte",
        [
            DataRequired("Écrivez le texte."),
            Length(max=LONGEST, message=f"Écrivez {LONGEST} caractères au plus."),
        ],
        filters=[cleaned],
    )


class LetterForm(ModelForm):
    """The same, and how it leaves."""

    how = RadioField(
        "Comment part-elle ?",
        [DataRequired("Dites si elle part par courriel, ou si vous l'imprimez.")],
        choices=[
            SelectChoice("courriel", "Par courriel"),
            SelectChoice("imprimer", "Par la poste : je l'imprime"),
        ],
    )
