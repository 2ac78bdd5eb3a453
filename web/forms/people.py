"""Forms of a person's page: one a missing fact, the home, a contact, the simple fields. None stores a NIR (P1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectChoice, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from importers import values as read
from importers.cells import Bad, starred
from matching.errors import PasserelleError
from matching.person_edits import (
    SIMPLE,
    Answer,
    Born,
    InSituation,
    Level,
    Recognition,
    Registered,
    Simple,
    Stated,
)
from matching.store.organisations import Zone
from matching.store.people import Person
from matching.vocabulary import SituationValue

from ..db import today
from ..wording import people as words, phone, sentence_for
from ..wording.rights import QUESTIONS
from .fields import DayField, DecimalCommaField, cleaned

YES, NO, UNSAID = "oui", "non", ""
OUTSIDE = "outside"


def _text(value: Any) -> str:
    return cleaned(value) if isinstance(value, str) else ""


def no_nir(_form: Any, field: Field) -> None:
    """A social security number is never stored, wherever it is typed (security.md P1)."""
    if field.data and starred(field.data) != field.data:
        raise ValidationError("Retirez le numéro de sécurité sociale : il ne s'enregistre nulle part ici.")


def at_most(length: int) -> Length:
    return Length(max=length, message=f"Raccourcissez : {length} caractères au plus.")


def _choices(listed: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in listed]


class Refusable(FlaskForm):
    """A form that can show what a flow has against it, at the field concerned."""

    def refuse(self, fault: PasserelleError) -> None:
        names = list(self._fields)
        wanted = words.FIELD_OF.get(fault.code, "")
        name = wanted if wanted in names else next(name for name in names if name != "csrf_token")
        field = self._fields[name]
        field.errors = [*field.errors, sentence_for(fault)]


class BirthField(DayField):
    """A day of birth: two figures of a year are of the past."""

    def parsed(self, text: str) -> date:
        try:
            born: date = read.day(text, read.Context(today=today()), birth=True)
        except Bad as wrong:
            raise ValueError(text) from wrong
        return born


class BirthForm(Refusable):
    day = BirthField("Date de naissance", [InputRequired("Indiquez la date de naissance.")])

    def answer(self, _fact: str) -> Answer:
        day: Any = self.day.data
        return Born(day)


class DiplomaForm(Refusable):
    level = SelectField(
        "Plus haut diplôme obtenu",
        [
            InputRequired("Choisissez un diplôme, ou « aucun »."),
        ],
        choices=_choices((("", "Choisissez"), *words.DIPLOMAS)),
        validate_choice=False,
    )

    #: what may be chosen
    listed: tuple[tuple[str, str], ...] = words.DIPLOMAS

    def validate_level(self, field: Field) -> None:
        if field.data not in dict(self.listed):
            raise ValidationError("Choisissez un diplôme de la liste, ou « aucun ».")

    def answer(self, _fact: str) -> Answer:
        level, _, bac_plus = self.level.data.partition("-")
        return Level(int(level), int(bac_plus) if bac_plus else None)


class YearsForm(DiplomaForm):
    """A diploma of level 6 is known: whether it is a licence or a maîtrise."""

    listed = tuple(each for each in words.DIPLOMAS if each[0].startswith("6"))
    level = RadioField(
        "Diplôme",
        [InputRequired("Choisissez licence ou maîtrise.")],
        choices=_choices(listed),
        validate_choice=False,
    )


class RegistrationForm(Refusable):
    since = DayField("Inscrit depuis le", [InputRequired("Indiquez le premier jour de l'inscription.")])
    end = DayField("Jusqu'au")
    category = SelectField("Catégorie", choices=_choices(words.CATEGORIES), default="", validate_choice=False)

    def validate_category(self, field: Field) -> None:
        field.data = field.data or ""
        if field.data not in dict(words.CATEGORIES):
            raise ValidationError("Choisissez une catégorie de la liste, ou « non précisée ».")

    def answer(self, _fact: str) -> Answer:
        since: Any = self.since.data
        category = int(self.category.data) if self.category.data else None
        return Registered(since, self.end.data, category)


class SituationForm(Refusable):
    value = RadioField(
        "Situation",
        [InputRequired("Choisissez une situation.")],
        choices=[SelectChoice(str(value), words.capital(label)) for value, label in words.SITUATIONS.items()],
        validate_choice=False,
    )
    since = DayField("Depuis le")

    def validate_value(self, field: Field) -> None:
        if field.data not in set(SituationValue):
            raise ValidationError("Choisissez une situation de la liste.")

    def answer(self, _fact: str) -> Answer:
        return InSituation(SituationValue(self.value.data), self.since.data)


class YesNoForm(Refusable):
    value = RadioField(
        "Réponse",
        [InputRequired("Répondez par oui ou par non.")],
        choices=_choices(((YES, "Oui"), (NO, "Non"))),
        validate_choice=False,
    )

    def validate_value(self, field: Field) -> None:
        if field.data not in (YES, NO):
            raise ValidationError("Répondez par oui ou par non.")

    def answer(self, fact: str) -> Answer:
        return Stated(fact, self.value.data == YES)


class RecognitionForm(YesNoForm):
    until = DayField("Valable jusqu'au")

    def answer(self, _fact: str) -> Answer:
        return Recognition(self.value.data == YES, self.until.data)


#: fact to ask for -> its form; a fact that a programme file names is answered by yes or no
ANSWERS: dict[str, type[Refusable]] = {
    "birth_date": BirthForm,
    "diploma_level": DiplomaForm,
    "bac_plus": YearsForm,
    "registrations": RegistrationForm,
    "employment": SituationForm,
    "rqth": RecognitionForm,
}


def answer_form(fact: str, stated: frozenset[str], formdata: Any = None) -> Any:
    """The form of a missing fact, its fields named after it; None for a fact that has no form here."""
    made = ANSWERS.get(fact) or (YesNoForm if fact in stated else None)
    if made is None:
        return None
    form = made(formdata, prefix=fact)
    if made is YesNoForm and fact in QUESTIONS:
        form.value.label.text = QUESTIONS[fact]
    return form


class HomeForm(Refusable):
    zone = SelectField(
        "Zone", [InputRequired("Choisissez une zone, ou « hors des zones ».")], validate_choice=False
    )
    since = DayField("Y habite depuis le", [InputRequired("Indiquez depuis quand la personne y habite.")])
    proof = StringField(
        "Justificatif vu",
        [InputRequired("Dites quelle preuve d'adresse a été vue."), at_most(200), no_nir],
        filters=[_text],
    )

    def offer(self, zones: Iterable[Zone]) -> None:
        """The zones that may be chosen."""
        listed = [("", "Choisissez"), *((zone.local_id, words.zone(zone)) for zone in zones)]
        self.zone.choices = _choices([*listed, (OUTSIDE, "Hors des zones prioritaires")])


class ContactForm(Refusable):
    day = DayField("Jour du contact", [InputRequired("Indiquez le jour du contact.")])
    channel = SelectField("Moyen", choices=_choices(words.CHANNELS.items()), validate_choice=False)


def _as_read(parser: Callable[[str, read.Context], Any], refused: str) -> Callable[[Any, Field], None]:
    """A validator that reads a text as an import does; the field then holds what was read."""

    def check(_form: Any, field: Field) -> None:
        field.read = parser(field.data, read.Context(today=today())) if field.data else None
        if field.data and field.read is None:
            raise ValidationError(refused)

    return check


def _tristate(label: str, unsaid: str) -> RadioField:
    return RadioField(
        label,
        choices=_choices(((YES, "Oui"), (NO, "Non"), (UNSAID, unsaid))),
        default=UNSAID,
        validate_choice=False,
    )


class PersonForm(FlaskForm):
    """The simple fields of a dossier, as `matching.person_edits.Simple` names them."""

    phone = StringField(
        "Téléphone",
        [at_most(30), no_nir, _as_read(read.phone, "Écrivez un numéro, par exemple 06 12 34 56 78.")],
        filters=[_text],
    )
    email = StringField(
        "Adresse électronique",
        [
            at_most(255),
            no_nir,
            _as_read(read.email, "Écrivez une adresse, par exemple prenom.nom@exemple.fr."),
        ],
        filters=[_text],
    )
    contact_agreed = _tristate("D'accord pour être contacté", "Pas encore demandé")
    wanted_title = StringField("Métier recherché", [at_most(255), no_nir], filters=[_text])
    available_from = DayField("Disponible à partir du")
    mobility_km = DecimalCommaField("Mobilité")
    driving_licence = _tristate("Permis B", "Non précisé")
    remarks = TextAreaField("Remarques", [at_most(4000), no_nir], filters=[_text])

    def validate_mobility_km(self, field: Field) -> None:
        if field.data is not None and not 0 <= field.data <= 200:
            raise ValidationError("Indiquez une distance entre 0 et 200 km.")

    def values(self) -> Simple:
        distance = self.mobility_km.data
        return Simple(
            phone=self.phone.read,
            email=self.email.read,
            contact_agreed=_known(self.contact_agreed.data),
            wanted_title=self.wanted_title.data or None,
            available_from=self.available_from.data,
            mobility_km=None if distance is None else float(distance),
            driving_licence=_known(self.driving_licence.data),
            remarks=self.remarks.data or None,
        )


def _known(value: str | None) -> bool | None:
    return {YES: True, NO: False}.get(value or "")


def written(person: Person) -> dict[str, str]:
    """The simple fields as the form writes them."""
    return {name: _written(getattr(person, name)) for name in SIMPLE} | {"phone": phone(person.phone)}


def typed(values: Simple) -> dict[str, str]:
    """What was typed, written the same way."""
    return {name: _written(getattr(values, name)) for name in SIMPLE} | {"phone": phone(values.phone)}


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return f"{value:%d/%m/%Y}" if hasattr(value, "strftime") else str(value)


def filled(person: Person) -> PersonForm:
    """The form as the dossier stands."""
    form = PersonForm(formdata=None, obj=person)
    form.contact_agreed.data = _written(person.contact_agreed)
    form.driving_licence.data = _written(person.driving_licence)
    form.phone.data = phone(person.phone)
    if person.mobility_km is not None:
        form.mobility_km.data = Decimal(f"{person.mobility_km:g}")
    return form
