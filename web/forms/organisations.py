"""What an advisor states of an employer."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, StringField, ValidationError
from wtforms.validators import DataRequired, Optional

from matching.organisation_statements import GROUNDS
from matching.vocabulary import EmployerKind, Sector

from ..wording import offers as words
from .offer_steps import VersionForm, longest, text
from .offers import SIRET


class SectorForm(VersionForm):
    sector = RadioField(
        "Secteur",
        [DataRequired("Choisissez un secteur.")],
        choices=[SelectChoice(str(sector), label.capitalize()) for sector, label in words.SECTORS.items()],
        validate_choice=False,
    )
    ground = RadioField(
        "Comment le savez-vous ?",
        [DataRequired("Dites comment vous le savez : ce choix est gardé dans l'historique.")],
        choices=[SelectChoice(code, words.GROUNDS[code]) for code in GROUNDS],
        validate_choice=False,
    )

    def validate_sector(self, field: Field) -> None:
        if field.data not in tuple(map(str, Sector)):
            raise ValidationError("Choisissez un secteur.")

    def validate_ground(self, field: Field) -> None:
        if field.data not in GROUNDS:
            raise ValidationError("Dites comment vous le savez : ce choix est gardé dans l'historique.")


class KindForm(VersionForm):
    """What an employer is in law. Its fields' ids are its own: the page has the form of the sector too."""

    legal_kind = RadioField(
        "C'est…",
        [DataRequired("Choisissez ce que l'employeur est en droit.")],
        choices=[SelectChoice(str(kind), label.capitalize()) for kind, label in words.KINDS.items()],
        validate_choice=False,
    )
    ground = RadioField(
        "Comment le savez-vous ?",
        [DataRequired("Dites comment vous le savez : ce choix est gardé dans l'historique.")],
        choices=[SelectChoice(code, words.GROUNDS[code]) for code in GROUNDS],
        validate_choice=False,
        id="kind-ground",
    )

    def validate_legal_kind(self, field: Field) -> None:
        if field.data not in tuple(map(str, EmployerKind)):
            raise ValidationError("Choisissez une réponse de la liste.")

    def validate_ground(self, field: Field) -> None:
        if field.data not in GROUNDS:
            raise ValidationError("Dites comment vous le savez : ce choix est gardé dans l'historique.")


class SiretForm(VersionForm):
    siret = StringField("SIRET", [DataRequired("Indiquez les 14 chiffres du SIRET."), SIRET], filters=[text])

    @property
    def stated_siret(self) -> str:
        return str(getattr(self.siret, "parsed", "") or "")


class EmployerForm(FlaskForm):
    """An employer that nobody has named yet."""

    name = StringField(
        "Nom de l'employeur", [DataRequired("Indiquez le nom de l'employeur."), longest(255)], filters=[text]
    )
    siret = StringField("SIRET", [SIRET], filters=[text])
    sector = RadioField(
        "Secteur",
        [Optional()],
        choices=[SelectChoice(str(sector), label.capitalize()) for sector, label in words.SECTORS.items()],
        validate_choice=False,
    )

    def validate_sector(self, field: Field) -> None:
        if field.data and field.data not in tuple(map(str, Sector)):
            raise ValidationError("Choisissez un secteur de la liste.")

    @property
    def stated_siret(self) -> str | None:
        return getattr(self.siret, "parsed", None)
