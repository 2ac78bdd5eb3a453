"""Forms of young people, and of who answers them: few fields, nothing asked twice, never a NIR (P1)."""

from __future__ import annotations

from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from matching.person_requests import FACTS
from matching.vocabulary import RequestState
from matching.wishes import AT_MOST, HOURS, Wished

from ..wording import personal as words, requests as advisor_words
from ..wording.proposals import DECLINES
from .fields import DecimalCommaField, cleaned
from .people import BirthField, at_most, no_nir

YES, NO, QUESTION, NO_ANSWER = "yes", "no", "question", "no_answer"
#: So much a request may say (PersonRequest.words).
LONGEST = 1000
UNSAID = ""


def _choices(listed: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in listed.items()]


class AnswerForm(FlaskForm):
    """Yes, no with a reason if one wants, or a question; which of them is the button that was pressed."""

    answer = StringField(filters=[cleaned])
    reason = RadioField(
        "Pourquoi ?",
        choices=_choices(words.DECLINES),
        default=UNSAID,
        validate_choice=False,
        filters=[cleaned],
    )
    words = TextAreaField("Votre question", [at_most(LONGEST), no_nir], filters=[cleaned])

    #: what may be answered
    allowed: tuple[str, ...] = (YES, NO, QUESTION)

    def validate_answer(self, field: Field) -> None:
        if field.data not in self.allowed:
            raise ValidationError("Choisissez : oui, non merci, ou une question.")

    def validate_reason(self, field: Field) -> None:
        field.data = field.data if field.data in words.DECLINES else UNSAID

    def validate_words(self, field: Field) -> None:
        if self.answer.data == QUESTION and not field.data:
            raise ValidationError("Écrivez votre question.")

    def named(self, prefix: str) -> AnswerForm:
        """The same form with ids of its own, for a page that holds several."""
        for field in self:
            field.id = f"{prefix}-{field.short_name}"
        return self


class CallForm(AnswerForm):
    """What came of a call, noted by the advisor who made it; `version` and `state`: what the page showed."""

    allowed = (YES, NO, QUESTION, NO_ANSWER)
    reason = RadioField(
        "Pourquoi ?",
        choices=_choices({code: DECLINES[code] for code in words.DECLINES}),
        default=UNSAID,
        validate_choice=False,
        filters=[cleaned],
    )
    words = TextAreaField("Sa question", [at_most(LONGEST), no_nir], filters=[cleaned])
    version = StringField(filters=[cleaned])
    state = StringField(filters=[cleaned])


class OfferAnswerForm(AnswerForm):
    """The same on the person's own page, where several offers may wait."""

    proposal = StringField(filters=[cleaned])

    def ref(self) -> UUID | None:
        try:
            return UUID(self.proposal.data or "")
        except ValueError:
            return None


class BirthDateForm(FlaskForm):
    born = BirthField(
        "Votre date de naissance",
        [InputRequired("Écrivez votre date de naissance.")],
        refused="Écrivez le jour, le mois et l'année, par exemple 14/05/1993.",
    )


class CorrectionForm(FlaskForm):
    fact = SelectField(
        "Quelle information est fausse ?",
        choices=[SelectChoice("", "Choisissez"), *(SelectChoice(name, words.FACTS[name]) for name in FACTS)],
        validate_choice=False,
    )
    words = TextAreaField(
        "Que faut-il écrire à la place ?",
        [InputRequired("Écrivez ce qui est juste."), at_most(LONGEST), no_nir],
        filters=[cleaned],
    )

    def validate_fact(self, field: Field) -> None:
        if field.data not in FACTS:
            raise ValidationError("Choisissez l'information à corriger.")


class WishesForm(FlaskForm):
    title_1 = StringField("Métier que vous voulez le plus", [at_most(255), no_nir], filters=[cleaned])
    title_2 = StringField("Deuxième métier", [at_most(255), no_nir], filters=[cleaned])
    title_3 = StringField("Troisième métier", [at_most(255), no_nir], filters=[cleaned])
    title_4 = StringField("Quatrième métier", [at_most(255), no_nir], filters=[cleaned])
    title_5 = StringField("Cinquième métier", [at_most(255), no_nir], filters=[cleaned])
    hours = RadioField(
        "Combien d'heures ?",
        choices=_choices(words.HOURS),
        default=UNSAID,
        validate_choice=False,
        filters=[cleaned],
    )
    mobility_km = DecimalCommaField(
        "Jusqu'où pouvez-vous aller ?", refused="Écrivez un nombre de kilomètres, par exemple 10."
    )

    def validate_hours(self, field: Field) -> None:
        field.data = field.data if field.data in HOURS else UNSAID

    def validate_mobility_km(self, field: Field) -> None:
        if field.data is not None and not 0 <= field.data <= 200:
            raise ValidationError("Écrivez une distance entre 0 et 200 km.")

    @property
    def titles(self) -> list[StringField]:
        return [self[f"title_{rank}"] for rank in range(1, AT_MOST + 1)]

    def fill(self, found: Wished) -> WishesForm:
        """As the file stands."""
        for field, title in zip(self.titles, found.titles, strict=False):
            field.data = title
        self.hours.data = found.hours or UNSAID
        if found.mobility_km is not None:
            self.mobility_km.data = self.mobility_km.parsed(f"{found.mobility_km:g}")
        return self

    def wished(self) -> Wished:
        km = self.mobility_km.data
        return Wished(
            tuple(field.data for field in self.titles if field.data),
            self.hours.data or None,
            None if km is None else float(km),
        )


class ErasureForm(FlaskForm):
    words = TextAreaField("Un mot à ajouter ?", [at_most(LONGEST), no_nir], filters=[cleaned])


class RequestAnswerForm(FlaskForm):
    """An advisor's answer; the person reads these very words."""

    state = RadioField(
        "Votre réponse",
        [InputRequired("Choisissez une réponse.")],
        choices=_choices(advisor_words.OUTCOMES),
        validate_choice=False,
    )
    words = TextAreaField("Ce que la personne lira", [at_most(LONGEST), no_nir], filters=[cleaned])

    def validate_state(self, field: Field) -> None:
        if field.data not in (RequestState.DONE, RequestState.REFUSED):
            raise ValidationError("Choisissez une réponse de la liste.")
