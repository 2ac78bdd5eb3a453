"""An offer as people type it. Every field has a fixed name: what a request brings besides is not read (I3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, Field, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from importers import values as read
from importers.cells import Bad
from matching import offer_entry
from matching.offer_entry import OfferEntry
from matching.offer_terms import mended_by
from matching.organisation_statements import GROUNDS
from matching.store.organisations import Offer, Organisation
from matching.vocabulary import CONTRACT_KINDS, Sector

from ..db import book, today
from ..wording import offers as words
from .fields import DayField, DecimalCommaField, WholeField
from .offer_steps import VersionForm, longest, text

if TYPE_CHECKING:
    from matching.errors import PasserelleError

#: Level asked for: value of the choice -> (level, years after the bac).
LEVELS: dict[str, tuple[int | None, int | None]] = {
    "": (None, None), "0": (0, None), "3": (3, None), "4": (4, None), "5": (5, None), "6": (6, None),
    "6-3": (6, 3), "6-4": (6, 4), "7": (7, None), "8": (8, None),
}  # fmt: skip
LEVEL_WORDS = {
    "": "Aucun diplôme demandé", "0": "Aucun diplôme demandé, dit par l'employeur", "3": "CAP ou BEP", "4": "Bac",
    "5": "Bac+2", "6": "Licence ou maîtrise", "6-3": "Licence (bac+3)", "6-4": "Maîtrise (bac+4)",
    "7": "Master (bac+5)", "8": "Doctorat",
}  # fmt: skip
TRUE, FALSE = "oui", "non"
ANSWERS = {TRUE: True, FALSE: False}
SAID = {None: "", True: TRUE, False: FALSE}


def of(parser: Callable[[str, read.Context], Any], message: str) -> Callable[[Any, Field], None]:
    """A validator that reads a value as an import does; the field then holds what was read."""

    def check(_form: Any, field: Field) -> None:
        if not field.data:
            field.data = None
            return
        try:
            found = parser(field.data, read.Context(today=today()))
        except Bad as wrong:
            raise ValidationError(message) from wrong
        if found is None:  # read as nothing, with a warning, in a file
            raise ValidationError(message)
        field.parsed = found

    return check


SIRET = of(read.siret, "Recopiez les 14 chiffres du SIRET : ce numéro n'est pas valable.")


def between(least: float, most: float, message: str) -> Callable[[Any, Field], None]:
    def check(_form: Any, field: Field) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(message)

    return check


class OfferForm(VersionForm):
    """The terms of an offer. Only the title and the kind of contract are needed to keep it."""

    title = StringField(
        "Nom du poste", [DataRequired("Indiquez le nom du poste."), longest(255)], filters=[text]
    )
    rome = StringField(
        "Code du métier (ROME)",
        [of(read.rome, "Écrivez une lettre de A à N et quatre chiffres, par exemple G1204.")],
        filters=[text],
    )
    description = TextAreaField(
        "Ce que fera la personne, semaine après semaine", [longest(4000)], filters=[text]
    )
    scheme = RadioField(
        "Dispositif",
        [DataRequired("Choisissez un dispositif, ou le droit commun.")],
        choices=[SelectChoice(name or words.ORDINARY, label) for name, label in words.SCHEMES.items()],
        validate_choice=False,
    )
    contract_kind = SelectField(
        "Type de contrat",
        [DataRequired("Choisissez un type de contrat.")],
        choices=[SelectChoice(kind, words.CONTRACTS.get(kind, kind)) for kind in CONTRACT_KINDS],
        validate_choice=False,
    )
    months = WholeField(
        "Durée du contrat",
        [between(1, 60, "Indiquez une durée entre 1 et 60 mois.")],
        refused="Indiquez un nombre de mois, par exemple 24.",
    )
    weekly_hours = DecimalCommaField(
        "Heures par semaine",
        [between(1, 48, "Indiquez entre 1 et 48 heures par semaine.")],
        refused="Indiquez un nombre d'heures, par exemple 35 ou 17,5.",
    )
    exception_noted = StringField("Exception accordée par le prescripteur", [longest(255)], filters=[text])
    tutor = StringField("Qui accompagnera le jeune au quotidien ?", [longest(255)], filters=[text])
    training = StringField("Formation prévue", [longest(255)], filters=[text])
    starts_on = DayField("Début souhaité")
    apply_before = DayField("Date limite")
    positions = WholeField(
        "Nombre de postes",
        [
            InputRequired("Indiquez le nombre de postes."),
            between(1, 500, "Indiquez entre 1 et 500 postes."),
        ],
        refused="Indiquez un nombre de postes, par exemple 2.",
    )
    postcode = StringField(
        "Code postal",
        [of(read.postcode, "Écrivez cinq chiffres, par exemple 80080.")],
        filters=[text],
    )
    commune = StringField("Commune", [longest(255)], filters=[text])
    level = SelectField(
        "Diplôme demandé",
        choices=[SelectChoice(value, label) for value, label in LEVEL_WORDS.items()],
        validate_choice=False,
    )
    needs_licence = RadioField(
        "Le permis B est-il indispensable ?",
        [Optional()],
        choices=[
            SelectChoice(TRUE, "Oui"),
            SelectChoice(FALSE, "Non"),
            SelectChoice("", "L'employeur ne l'a pas dit"),
        ],
        validate_choice=False,
    )
    skills = TextAreaField("Compétences demandées", [longest(2000)], filters=[text])
    salary = StringField("Salaire", [longest(255)], filters=[text])
    contact_email = StringField(
        "Courriel du contact",
        [longest(255), of(read.email, "Écrivez une adresse électronique, par exemple nom@exemple.fr.")],
        filters=[text],
    )
    contact_phone = StringField(
        "Téléphone du contact",
        [of(read.phone, "Écrivez un numéro de téléphone, par exemple 03 22 00 00 00.")],
        filters=[text],
    )
    may_be_named = RadioField(
        "Le nom de l'employeur sur le planning public",
        [Optional()],
        choices=[
            SelectChoice(TRUE, "L'employeur l'accepte, à côté de cette offre"),
            SelectChoice(FALSE, "L'employeur ne le souhaite pas"),
            SelectChoice("", "La question ne lui a pas été posée"),
        ],
        validate_choice=False,
    )
    #: Of the employer; drawn only where one of them is missing.
    siret = StringField("SIRET de l'employeur", [SIRET], filters=[text])
    #: Drawn once the number turned out to be another employer's.
    attach = BooleanField("Cette offre est bien celle de cet employeur")
    holder: str | None = None
    sector = RadioField(
        "Secteur de l'employeur",
        [Optional()],
        choices=[SelectChoice(str(sector), label.capitalize()) for sector, label in words.SECTORS.items()],
        validate_choice=False,
    )
    ground = SelectField(
        "Comment le savez-vous ?",
        choices=[SelectChoice(code, words.GROUNDS[code]) for code in GROUNDS if code != "mistake"],
        default="employer",
        validate_choice=False,
    )

    def validate_scheme(self, field: Field) -> None:
        _one_of(field, [name or words.ORDINARY for name in words.SCHEMES])

    def validate_contract_kind(self, field: Field) -> None:
        _one_of(field, CONTRACT_KINDS)

    def validate_level(self, field: Field) -> None:
        _one_of(field, LEVELS)

    def validate_needs_licence(self, field: Field) -> None:
        _one_of(field, (TRUE, FALSE, "", None))

    def validate_may_be_named(self, field: Field) -> None:
        _one_of(field, (TRUE, FALSE, "", None))

    def validate_sector(self, field: Field) -> None:
        _one_of(field, (*map(str, Sector), "", None))

    def validate_ground(self, field: Field) -> None:
        _one_of(field, GROUNDS)

    def validate_apply_before(self, field: Field) -> None:
        """A date that is past would close the offer at once; one that was so already may stay."""
        if field.data is not None and field.data < today() and field.data != field.object_data:
            raise ValidationError("Indiquez une date à venir, ou laissez vide.")

    def validate_skills(self, field: Field) -> None:
        if any(len(skill) > 100 for skill in _skills(field.data)):
            raise ValidationError("Écrivez une compétence par ligne, 100 caractères au plus chacune.")

    def validate_months(self, field: Field) -> None:
        if self.contract_kind.data == "CDI":
            field.data = None  # a CDI has no length, whatever was there before

    # --- to and from the offer

    @classmethod
    def showing(cls, offer: Offer) -> OfferForm:
        """The form of that offer as it stands."""
        return cls(formdata=None, data=cls._values(offer))

    @classmethod
    def typed(cls, offer: Offer) -> OfferForm:
        """The form of that offer as somebody filled it in."""
        return cls(data=cls._values(offer))

    @staticmethod
    def _values(offer: Offer) -> dict[str, Any]:
        level = next(
            (key for key, pair in LEVELS.items() if pair == (offer.level_min, offer.bac_plus_min)), None
        ) or ("" if offer.level_min is None else str(offer.level_min))
        values = {
            name: getattr(offer, name)
            for name in offer_entry.FIELDS
            if name not in ("level_min", "bac_plus_min")
        }
        values |= {
            "scheme": offer.scheme or words.ORDINARY,
            "weekly_hours": Decimal(str(offer.weekly_hours)) if offer.weekly_hours is not None else None,
            "level": level,
            "needs_licence": SAID[offer.needs_licence],
            "may_be_named": SAID[offer.may_be_named],
            "skills": "\n".join(offer.skills or ()),
            "version": offer.version,
        }
        return values

    def entry(self) -> OfferEntry:
        """What was typed; to be read after validation."""
        level_min, bac_plus_min = LEVELS[self.level.data or ""]
        return OfferEntry(
            title=self.title.data,
            contract_kind=self.contract_kind.data,
            scheme=None if self.scheme.data == words.ORDINARY else self.scheme.data,
            months=self.months.data,
            weekly_hours=float(self.weekly_hours.data) if self.weekly_hours.data is not None else None,
            exception_noted=self.exception_noted.data or None,
            tutor=self.tutor.data or None,
            training=self.training.data or None,
            starts_on=self.starts_on.data,
            apply_before=self.apply_before.data,
            postcode=_parsed(self.postcode),
            commune=self.commune.data or None,
            positions=self.positions.data or 1,
            level_min=level_min,
            bac_plus_min=bac_plus_min,
            needs_licence=ANSWERS.get(self.needs_licence.data or ""),
            may_be_named=ANSWERS.get(self.may_be_named.data or ""),
            skills=tuple(_skills(self.skills.data)),
            salary=self.salary.data or None,
            description=self.description.data or None,
            rome=_parsed(self.rome),
            contact_email=_parsed(self.contact_email),
            contact_phone=_parsed(self.contact_phone),
        )

    @property
    def stated_siret(self) -> str | None:
        return _parsed(self.siret)

    @property
    def stated_sector(self) -> Sector | None:
        return Sector(self.sector.data) if self.sector.data else None

    def holds(self, on: date) -> bool:
        """Whether every field is good, and the terms are those of the programme: all errors are told at once."""
        good = self.validate()
        return self.refuse_broken_terms(on) and good

    def refuse(self, name: str, message: str) -> None:
        """An error beside a field, found after the fields themselves were good."""
        field = self[FORM_FIELDS.get(name, name)]
        if not field.errors:
            field.errors = [message]

    def refuse_broken_terms(self, on: date) -> bool:
        """Errors beside the terms that the programme does not admit; whether there is none. Terms that could not be
        read are not judged."""
        if self.errors.keys() & {"scheme", "contract_kind", "months", "weekly_hours", "level"}:
            return False
        programme, broken = offer_entry.broken_terms(self.entry(), book(), on)
        for term in broken:
            assert programme is not None
            rule, arguments = next(each.rule() for each in programme.file.contract if each.id == term.id)
            values = programme.values(arguments, offer_entry.day_of(self.entry(), on))
            kind = self.contract_kind.data
            message = words.broken(programme, term, rule, values, kind)
            if rule == "kind":
                self.refuse("months" if values["allowed"].get(kind) else "contract_kind", message)
            else:
                self.refuse("weekly_hours" if rule == "hours" else "scheme", message)
        return not broken

    def refuse_fault(self, fault: PasserelleError, sentence: str) -> None:
        """What a flow refused, beside the field that it is about."""
        if fault.code == "guards-broken":
            for gap in fault.facts["gaps"]:
                self.refuse(mended_by(gap)[0], words.missing_advice(gap))
        elif fault.code in FAULTS:
            self.refuse(FAULTS[fault.code], sentence)
            self.holder = fault.facts.get("name") if fault.code == "siret-taken" else None
        else:
            self.refuse("title", sentence)


#: code of a refusal -> its field
FAULTS = {
    "siret-taken": "siret",
    "bad-siret": "siret",
    "fewer-than-filled": "positions",
    "sector-known": "sector",
}
#: column of an offer -> the field that states it
FORM_FIELDS = {"level_min": "level", "bac_plus_min": "level"}


def fields_for(gaps: Iterable[str]) -> list[str]:
    """The form's fields that close those gaps, each once, in that order."""
    found: dict[str, None] = {}
    for gap in gaps:
        for name in mended_by(gap):
            found[FORM_FIELDS.get(name, name)] = None
            if name == "sector":
                found["ground"] = None
    return list(found)


def _one_of(field: Field, allowed: Iterable[str | None]) -> None:
    if field.data not in tuple(allowed):
        raise ValidationError("Choisissez une réponse de la liste.")


def _parsed(field: Field) -> Any:
    return getattr(field, "parsed", None) if field.data else None


def _skills(said: str | None) -> list[str]:
    return list(read.skills(said or "", read.Context(today=today())))


def employer_fields(organisation: Organisation, gaps: Iterable[str]) -> tuple[str, ...]:
    """Those of the employer's facts that the form may state: what is not known yet, or does not fit."""
    wrong = set(gaps)
    siret = organisation.siret is None or "siret" in wrong
    sector = organisation.sector is None or bool(wrong & {"employer-not-market", "employer-not-agreed"})
    return (*(("siret",) if siret else ()), *(("sector", "ground") if sector else ()))
