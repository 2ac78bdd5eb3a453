"""Forms of social clauses: a public contract and its steps, a lot, somebody on it; hours as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, ValidationError

from matching.clause_lots import LotFacts
from matching.clause_people import PersonFacts
from matching.clause_queries import Member
from matching.clauses import Facts, TenderAction
from matching.errors import PasserelleError
from matching.store.campaign import Lot, Tender

from ..wording import clauses as words, sentence_for
from .fields import DayField, DecimalCommaField, WholeField, _Typed, cleaned
from .people import at_most, no_nir
from .placements import choices, not_to_come

MISSING_DAY = "Indiquez une date, par exemple 02/12/2013."
BAD_HOURS = "Indiquez des heures, par exemple 35,5 ou 35 h 30."
NEGATIVE = "Des heures ne sont pas négatives : corrigez, ou videz la case."
#: « 35 », « 35,5 », « 1 607 h »; « 35 h 30 », « 35:30 », once the spaces are out.
_DECIMAL = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?(?:h|heures?)?")
_CLOCK = re.compile(r"([0-9]{1,7})(?:h|:)([0-5][0-9])(?:mn|min)?")


def minutes(text: str) -> int:
    """The minutes that a text stands for, to the minute. Raises ValueError with the words to say."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", text).lower()
    if bare[:1] in ("-", "−") and bare[1:]:
        raise ValueError(NEGATIVE)
    if found := _CLOCK.fullmatch(bare):
        return int(found[1]) * 60 + int(found[2])
    if found := _DECIMAL.fullmatch(bare):
        hundredths = int((found[2] or "").ljust(2, "0"))
        return int(found[1]) * 60 + (hundredths * 60 + 50) // 100
    raise ValueError(BAD_HOURS)


class HoursField(_Typed):
    """Hours, kept as minutes."""

    def __init__(self, label: str, validators: Any = (), **kw: Any) -> None:
        super().__init__(label, validators, refused=BAD_HOURS, **kw)

    def parsed(self, text: str) -> int:
        try:
            return minutes(text)
        except ValueError as wrong:
            self.refused = str(wrong)
            raise

    def written(self, value: int) -> str:
        return words.typed(value)


def line(data: Any) -> str:
    return " ".join(cleaned(data).split()) if isinstance(data, str) else ""


def within(most: int, message: str) -> Any:
    def check(_form: Any, field: Field) -> None:
        if field.data is not None and not 0 <= field.data <= most:
            raise ValidationError(message)

    return check


class VersionField(HiddenField):
    """The version of the row that the page showed; anything else is none, and the flow says that the row has moved."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]) if valuelist else ""
        self.data = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0

    def _value(self) -> str:
        return str(self.data or "")


class Versioned(FlaskForm):
    """A form that knows which version of its row it shows, and where a refusal of the flow belongs."""

    version = VersionField()

    def refused(self, fault: PasserelleError) -> list[str]:
        """Say it at the field concerned; the sentences that belong to no field come back."""
        name, said = words.FIELD_OF.get(fault.code, ""), sentence_for(fault)
        if name not in self:
            return [said]
        self[name].errors = [*self[name].errors, said]
        return []

    def renew(self, version: int) -> None:
        """What was typed stands beside the row as it is now: sent again, it takes its place."""
        self.version.raw_data, self.version.data = [], version


class TenderForm(Versioned):
    buyer = StringField("Acheteur", [InputRequired("Indiquez l'acheteur."), at_most(200)], filters=[line])
    object = StringField(
        "Objet du marché", [InputRequired("Indiquez l'objet du marché."), at_most(255)], filters=[line]
    )
    reference = StringField("Référence de la consultation", [at_most(60)], filters=[line])
    cpv = StringField("Code CPV", [at_most(10)], filters=[line])
    known_on = DayField("Connu depuis le", [InputRequired(MISSING_DAY), not_to_come])
    publishes_on = DayField("Publication prévue le")
    starts_on = DayField("Premier jour du marché")
    ends_on = DayField("Dernier jour du marché")

    def facts(self) -> Facts:
        return Facts(
            self.buyer.data or "",
            self.object.data or "",
            _day(self.known_on),
            self.reference.data or None,
            self.cpv.data or None,
            self.publishes_on.data,
            self.starts_on.data,
            self.ends_on.data,
        )

    @staticmethod
    def held(tender: Tender) -> dict[str, Any]:
        names = (
            "buyer",
            "object",
            "reference",
            "cpv",
            "known_on",
            "publishes_on",
            "starts_on",
            "ends_on",
            "version",
        )
        return {name: getattr(tender, name) for name in names}


class StepForm(Versioned):
    """A step of the chain, on its day; of a refusal, why."""

    on = DayField("Jour", [InputRequired(MISSING_DAY), not_to_come])
    reason = SelectField("Motif", choices=choices(words.REFUSALS), validate_choice=False)
    note = TextAreaField(
        "Note", [Length(max=300, message="300 caractères au plus."), no_nir], filters=[cleaned]
    )

    def __init__(self, step: str, **kwargs: Any) -> None:
        super().__init__(prefix=f"{step}-", **kwargs)
        self.action, self.words, self.on.label.text = words.STEPS[step]
        self.step = step
        if self.action is not TenderAction.REFUSE:
            del self.reason


class LotForm(Versioned):
    number = WholeField(
        "Numéro du lot",
        [InputRequired("Indiquez le numéro du lot."), within(999, "Indiquez un numéro de 1 à 999.")],
    )
    label = StringField(
        "Intitulé", [InputRequired("Dites en quelques mots ce qu'est le lot."), at_most(200)], filters=[line]
    )
    holder = StringField("Titulaire, par son nom ou son SIRET", [at_most(200)], filters=[line])
    organisation = RadioField("Lequel", validate_choice=False, choices=[])
    subcontractors = StringField("Sous-traitants", [at_most(400)], filters=[line])
    due = HoursField("Heures dues")
    share = DecimalCommaField("Part des heures de main-d'œuvre")
    labour = HoursField("Heures de main-d'œuvre du lot")
    penalty = DecimalCommaField(
        "Pénalité par heure manquante", [within(10_000, "Indiquez un montant en euros, par exemple 30.")]
    )
    starts_on = DayField("Premier jour")
    ends_on = DayField("Dernier jour")

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        for field in (self.share, self.penalty):
            if not field.errors and field.data is not None and field.data * 100 % 1:
                field.errors, good = ["Deux chiffres après la virgule, au plus."], False
        if not self.share.errors and self.share.data is not None and not 0 < self.share.data <= 100:
            self.share.errors, good = ["Indiquez un pourcentage, par exemple 7,5."], False
        return good

    def facts(self, holder_id: int | None) -> LotFacts:
        return LotFacts(
            self.number.data or 0,
            self.label.data or "",
            self.due.data,
            _hundredths(self.share.data),
            self.labour.data,
            holder_id,
            None if holder_id is not None else self.holder.data or None,
            self.subcontractors.data or None,
            _hundredths(self.penalty.data),
            self.starts_on.data,
            self.ends_on.data,
        )

    @staticmethod
    def shown(lot: Lot, holder: str | None) -> dict[str, Any]:
        ruled = lot.share_bp is not None
        return {
            "number": lot.number,
            "label": lot.label,
            "holder": holder,
            "subcontractors": lot.subcontractors,
            "due": None if ruled else lot.minutes_due,
            "share": _decimal(lot.share_bp),
            "labour": lot.labour_minutes,
            "penalty": _decimal(lot.penalty_cents),
            "starts_on": lot.starts_on,
            "ends_on": lot.ends_on,
            "version": lot.version,
        }


TRI = (SelectChoice("oui", "Oui"), SelectChoice("non", "Non"), SelectChoice("", "On ne sait pas"))


class PersonForm(Versioned):
    """Somebody on a lot. Of people of the caseload age and quarter are read in the base, not asked."""

    person = HiddenField()
    public = SelectField("Public", choices=choices(words.PUBLICS), validate_choice=False)
    proof_on = DayField(
        "Preuve de l'éligibilité vue le",
        [InputRequired("Indiquez le jour où la preuve a été vue, par exemple 02/12/2013."), not_to_come],
    )
    under_26 = RadioField("Moins de 26 ans au premier jour", choices=list(TRI), validate_choice=False)
    resident = RadioField(
        "Habite un quartier prioritaire au premier jour", choices=list(TRI), validate_choice=False
    )
    mode = SelectField("Comment les heures sont faites", choices=choices(words.MODES), validate_choice=False)
    carrier = StringField("Employeur qui porte le contrat", [at_most(200)], filters=[line])
    job = StringField("Métier", [at_most(120), no_nir], filters=[line])
    contract_kind = SelectField(
        "Contrat", choices=choices({"": "Non précisé", **words.CONTRACTS}), validate_choice=False
    )
    starts_on = DayField(
        "Premier jour du contrat",
        [InputRequired("Indiquez le premier jour du contrat, par exemple 02/12/2013.")],
    )
    ends_on = DayField("Dernier jour du contrat")
    exit = SelectField(
        "À la sortie", choices=choices({"": "Pas encore sortie", **words.EXITS}), validate_choice=False
    )

    def __init__(self, *, followed: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if followed:
            del self.under_26, self.resident

    def facts(self, person_id: int | None) -> PersonFacts:
        def tri(name: str) -> bool | None:
            return words.TRI.get(self[name].data or "") if name in self else None

        return PersonFacts(
            public=self.public.data or "",
            proof_on=_day(self.proof_on),
            mode=self.mode.data or "",
            starts_on=_day(self.starts_on),
            person_id=person_id,
            under_26=tri("under_26"),
            resident=tri("resident"),
            carrier=self.carrier.data or None,
            job=self.job.data or None,
            contract_kind=self.contract_kind.data or None,
            ends_on=self.ends_on.data,
            exit=self.exit.data or None,
        )

    @staticmethod
    def shown(member: Member, version: int) -> dict[str, Any]:
        row = member.row
        names = (
            "public",
            "proof_on",
            "mode",
            "carrier",
            "job",
            "contract_kind",
            "starts_on",
            "ends_on",
            "exit",
        )
        said = {True: "oui", False: "non", None: ""}
        return {name: getattr(row, name) for name in names} | {
            "under_26": said[row.under_26],
            "resident": said[row.resident],
            "version": version,
        }


#: « h.<person>.<2013-05> » worked, « f.… » trained
_CELL = re.compile(r"([hf])\.([0-9a-f]{32})\.([0-9]{4})-(0[1-9]|1[0-2])")


def cells(form: Mapping[str, str]) -> dict[tuple[str, date], dict[str, str]]:
    """(person, first day of the month) -> what was typed for it, by « h » and « f »."""
    found: dict[tuple[str, date], dict[str, str]] = {}
    for name, text in form.items():
        if (match := _CELL.fullmatch(name)) and int(match[3]) > 0:
            key = (match[2], date(int(match[3]), int(match[4]), 1))
            found.setdefault(key, {})[match[1]] = cleaned(text)[:20]
    return found


def _hundredths(value: Decimal | None) -> int | None:
    """Euros to cents, percent to 1/100 of a percent: exact, two decimals are all that is let in."""
    return None if value is None else int(value * 100)


def _decimal(hundredths: int | None) -> Decimal | None:
    return None if hundredths is None else Decimal(hundredths) / 100


def _day(field: Field) -> date:
    day: date = field.data  # asked for by the form
    return day
