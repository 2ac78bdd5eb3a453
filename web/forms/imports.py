"""The form that sends a file: what it holds, where it comes from, the file."""

from __future__ import annotations

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from matching.vocabulary import Source

from ..wording.imports import CHOICES, SOURCES
from .fields import WholeField, cleaned


class UploadForm(FlaskForm):
    """Shape only: the file is judged on its content by the importers."""

    kind = RadioField(
        "Que contient le fichier ?",
        [InputRequired("Dites ce que contient le fichier.")],
        choices=[SelectChoice(value, label) for value, (label, _) in CHOICES.items()],
    )
    source = SelectField(
        "D'où vient-il ?",
        [InputRequired("Dites d'où vient le fichier.")],
        choices=[SelectChoice(value, label) for value, label in SOURCES.items()],
        default=str(Source.OTHER),
    )
    file = FileField("Fichier", [FileRequired("Choisissez un fichier.")])
    year = WholeField(
        "Année des subventions",
        [Optional(), NumberRange(2000, 2100, "Indiquez une année de 2000 à 2100.")],
        refused="Indiquez une année, par exemple 2013.",
    )
    nomenclature = RadioField(
        "Niveaux de diplôme écrits en chiffres",
        [InputRequired("Choisissez une échelle.")],
        choices=[
            SelectChoice("2019", "Échelle d'aujourd'hui : 3 = CAP, 4 = bac, 5 = bac + 2"),
            SelectChoice("1969", "Ancienne échelle : 5 = CAP, 4 = bac, 3 = bac + 2"),
        ],
        default="2019",
    )
    sheet = StringField(
        "Feuille du classeur",
        [Length(max=100, message="100 caractères au plus.")],
        filters=[lambda text: cleaned(text) or None],
    )


class YearForm(FlaskForm):
    """The grant year of the rows of one file that say none."""

    year = WholeField(
        "Année des subventions",
        [
            InputRequired("Indiquez l'année des subventions."),
            NumberRange(2000, 2100, "Indiquez une année de 2000 à 2100."),
        ],
        refused="Indiquez une année, par exemple 2013.",
    )
