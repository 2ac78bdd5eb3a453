"""Agreements of aided contracts, and contracts that did not come from a proposal, as advisors type them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, ValidationError

from matching.agreements import Terms
from matching.errors import PasserelleError
from matching.placement_register import Contract

from ..wording import aided as words, placements as hires
from .fields import DayField, DecimalCommaField, WholeField
from .people import at_most, no_nir
from .placements import not_to_come, text

MISSING_DAY = "Indiquez une date, par exemple 02/12/2013."


def sensible(most: float, message: str) -> Any:
    """More than nothing and at most that: the flow knows the law, the form what no paper says."""

    def check(_form: Any, field: Field) -> None:
        if field.data is not None and not 0 < field.data <= most:
            raise ValidationError(message)

    return check


class AgreementForm(FlaskForm):
    """What the paper of an agreement says. `number`: the one that this form was opened for."""

    number = HiddenField()
    reference = StringField(
        "Numéro du Cerfa",
        [InputRequired("Recopiez le numéro du Cerfa de la convention."), at_most(40), no_nir],
        filters=[text],
    )
    decided_on = DayField("Décidée le", [InputRequired(MISSING_DAY), not_to_come])
    agreement_starts_on = DayField("Premier jour de l'aide", [InputRequired(MISSING_DAY)])
    agreement_ends_on = DayField("Dernier jour de l'aide", [InputRequired(MISSING_DAY)])
    aided_hours = DecimalCommaField(
        "Heures aidées par semaine",
        [
            InputRequired("Indiquez les heures, par exemple 20."),
            sensible(48, "Indiquez des heures par semaine."),
        ],
    )
    rate = DecimalCommaField(
        "Taux de l'aide, part du SMIC",
        [
            InputRequired("Recopiez le taux, par exemple 70."),
            sensible(105, "Indiquez un pourcentage, par exemple 70."),
        ],
    )
    rate_source = StringField(
        "Arrêté qui fixe ce taux",
        [InputRequired("Indiquez l'arrêté du préfet de région."), at_most(255), no_nir],
        filters=[text],
    )
    contract_ends_on = DayField("Contrat prolongé jusqu'au")

    def terms(self) -> Terms:
        return Terms(
            reference=self.reference.data or "",
            decided_on=_day(self.decided_on),
            starts_on=_day(self.agreement_starts_on),
            ends_on=_day(self.agreement_ends_on),
            weekly_hours=float(self.aided_hours.data or 0),
            rate_bp=int(((self.rate.data or Decimal(0)) * 100).to_integral_value()),
            rate_source=self.rate_source.data or "",
            contract_ends_on=self.contract_ends_on.data if "contract_ends_on" in self else None,
        )

    def refused(self, fault: PasserelleError) -> None:
        """Say at the field concerned what a flow has against it."""
        wanted = words.FIELD_OF.get(fault.code, "reference")
        field = self[wanted if wanted in self else "reference"]
        field.errors = [*field.errors, hires.refusal(fault)]


class RegisterForm(AgreementForm):
    """A contract signed elsewhere, and its first agreement."""

    employer = StringField(
        "Employeur, par son SIRET ou son nom",
        [InputRequired("Indiquez l'employeur."), at_most(120)],
        filters=[text],
    )
    organisation = RadioField("Lequel", validate_choice=False, choices=[])
    programme = SelectField("Contrat aidé", choices=[], validate_choice=False)
    kind = RadioField(
        "Contrat",
        [InputRequired("Dites si c'est un CDD ou un CDI.")],
        choices=[SelectChoice("CDD", "CDD"), SelectChoice("CDI", "CDI")],
        validate_choice=False,
    )
    months = WholeField(
        "Durée du CDD, en mois", [sensible(60, "Indiquez une durée en mois, par exemple 12.")]
    )
    weekly_hours = DecimalCommaField(
        "Heures du contrat par semaine",
        [
            InputRequired("Indiquez les heures, par exemple 20."),
            sensible(48, "Indiquez des heures par semaine."),
        ],
    )
    signed_on = DayField("Signé le", [InputRequired(MISSING_DAY), not_to_come])
    starts_on = DayField("Premier jour de travail", [InputRequired(MISSING_DAY)])
    tutor = StringField("Tuteur", [at_most(120), no_nir], filters=[text])
    diagnosed = BooleanField(
        "Le prescripteur a constaté des difficultés sociales et professionnelles d'accès à l'emploi"
    )

    def __init__(self, programmes: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        del self.contract_ends_on
        self.programme.choices = [SelectChoice(name, hires.programme(name)) for name in programmes]

    def validate(self, extra_validators: Any = None) -> bool:
        whole = super().validate(extra_validators)
        if self.programme.data not in [choice.data for choice in self.programme]:
            self.programme.errors, whole = ["Choisissez un contrat aidé de la liste."], False
        if self.kind.data not in ("CDD", "CDI", None) and not self.kind.errors:
            self.kind.errors, whole = ["Dites si c'est un CDD ou un CDI."], False
        return whole

    def contract(self) -> Contract:
        return Contract(
            self.programme.data,
            self.kind.data,
            self.months.data if self.kind.data == "CDD" else None,
            float(self.weekly_hours.data or 0),
            _day(self.signed_on),
            _day(self.starts_on),
            tutor=self.tutor.data or None,
            diagnosed=bool(self.diagnosed.data),
        )


class ReviewForm(FlaskForm):
    """The day of a bilan; `number`: of the agreement that it closes."""

    number = HiddenField()
    held_on = DayField("Bilan tenu le", [InputRequired(MISSING_DAY), not_to_come])


def _day(field: Field) -> date:
    day: date = field.data  # asked for by the form
    return day
