"""Forms of the club's way in: its settings, a group, who is invited, who registers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
)

from matching.club_entry import Registration
from matching.club_prospects import Prospect
from matching.club_setup import LIMITS, Settings
from matching.club_terms import Term
from matching.cohorts import Plan, Standing
from matching.store.accounts import User
from matching.store.club import Club, Cohort

from ..wording import club_entry as words
from .fields import DayField, WholeField, cleaned


def short(data: Any) -> str:
    return cleaned(data)[:200] if data else ""


def keys(data: Any) -> list[int]:
    """Keys of accounts among the choices of a form; what is no number is nobody."""
    return [int(text) for text in data or () if text.isascii() and text.isdecimal() and len(text) < 10]


class SettingsForm(FlaskForm):
    """A club: its terms of entry, each optional, its rules of time, who runs it."""

    version = IntegerField()
    name = StringField("Nom du club", filters=[short])
    animators = SelectMultipleField("Qui l’anime", validate_choice=False)
    zone_asked = BooleanField("Habiter dans la géographie prioritaire")
    age_under = WholeField("Avoir moins de")
    bac_plus_most = WholeField("Niveau au plus : bac +")
    project_asked = BooleanField("Avoir un projet : un métier visé")
    full_time_asked = BooleanField("Être disponible à temps plein")
    seats = WholeField("Places d’un groupe")
    weeks = WholeField("Durée du parcours")
    silence_days = WholeField("Silence signalé au bout de")
    risk_weeks = WholeField("« Sans nouvelles » après")
    drop_weeks = WholeField("« Décroché » après")
    pause_days_most = WholeField("Pause la plus longue")

    #: The figures that a club cannot do without.
    NEEDED = ("seats", "weeks", "silence_days", "risk_weeks", "drop_weeks", "pause_days_most")

    def among(self, users: Sequence[User]) -> SettingsForm:
        self.animators.choices = [SelectChoice(str(each.id), each.name) for each in users]
        return self

    def fill(self, settings: Settings, version: int, animators: Iterable[User]) -> SettingsForm:
        for name in Settings.__dataclass_fields__:
            self[name].data = getattr(settings, name)
        self.version.data = version
        self.animators.data = [str(each.id) for each in animators]
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if not self.name.data:
            self.name.errors, good = ["Donnez un nom au club."], False
        for name, (low, high) in LIMITS.items():
            field = self[name]
            if field.errors:
                continue
            if (field.data is None and name in self.NEEDED) or (
                field.data is not None and not low <= field.data <= high
            ):
                field.errors, good = [f"Donnez un nombre de {low} à {high}."], False
        return good

    def settings(self) -> Settings:
        return Settings(**{name: self[name].data for name in Settings.__dataclass_fields__})

    def chosen(self) -> list[int]:
        return keys(self.animators.data)


class CohortForm(FlaskForm):
    """A group: its name, its first day, its seats, who follows it; of a new one, whom to invite."""

    version = IntegerField()
    club = SelectField("Club", validate_choice=False)
    name = StringField("Nom du groupe", filters=[short])
    starts_on = DayField("Premier jour")
    seats = WholeField("Places")
    animator = SelectField("Qui le suit", validate_choice=False)
    people = SelectMultipleField("À inviter", validate_choice=False)

    def of(self, club: Club, animators: Sequence[User]) -> CohortForm:
        self.animator.choices = [
            SelectChoice("", "Personne en particulier"),
            *(SelectChoice(str(each.id), each.name) for each in animators),
        ]
        self.club.data = str(club.public_id)
        return self

    def listing(self, prospects: Sequence[Prospect]) -> CohortForm:
        self.people.choices = [SelectChoice(str(each.public_id), each.name) for each in prospects]
        return self

    def fill(self, cohort: Cohort) -> CohortForm:
        self.name.data, self.starts_on.data, self.seats.data = cohort.name, cohort.starts_on, cohort.seats
        self.animator.data = str(cohort.animator_id or "")
        self.version.data = cohort.version
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if not self.name.data:
            self.name.errors, good = ["Donnez un nom au groupe."], False
        if self.starts_on.data is None and not self.starts_on.errors:
            self.starts_on.errors, good = ["Indiquez le premier jour."], False
        if self.seats.data is None and not self.seats.errors:
            self.seats.errors, good = ["Indiquez le nombre de places."], False
        return good

    def plan(self) -> Plan:
        assert self.starts_on.data is not None and self.seats.data is not None  # asked for by `validate`
        chosen = keys([self.animator.data or ""])
        return Plan(self.name.data, self.starts_on.data, self.seats.data, chosen[0] if chosen else None)


class InviteForm(FlaskForm):
    """Whom to invite, into which group (none: to say later)."""

    club = SelectField("Club", validate_choice=False)
    cohort = SelectField("Groupe", validate_choice=False)
    people = SelectMultipleField("Candidats", validate_choice=False)

    def among(self, standings: Sequence[Standing]) -> InviteForm:
        self.cohort.choices = groups(standings)
        return self


WAIT = "attente"


class RegisterForm(FlaskForm):
    """Somebody enters: the group, what was seen or said for each term that is not known, the project, the consent."""

    version = IntegerField()
    cohort = SelectField("Groupe", validate_choice=False)
    zone = StringField(words.ASK[Term.ZONE][0], filters=[short])
    age = StringField(words.ASK[Term.AGE][0], filters=[short])
    level = StringField(words.ASK[Term.LEVEL][0], filters=[short])
    project = StringField(words.ASK[Term.PROJECT][0], filters=[short])
    availability = StringField(words.ASK[Term.AVAILABILITY][0], filters=[short])
    consent = BooleanField("La personne est d’accord pour être suivie par le club")
    #: WAIT by its button; else to register.
    act = StringField()

    def among(self, standings: Sequence[Standing]) -> RegisterForm:
        self.cohort.choices = groups(standings)
        return self

    def said(self) -> Registration:
        return Registration(
            seen={term: self[str(term)].data for term in Term if self[str(term)].data},
            consent=bool(self.consent.data),
            project=self.project.data or None,
        )


class AnswerNotedForm(FlaskForm):
    """What somebody answered on the phone or in person."""

    version = IntegerField()
    answer = RadioField("Réponse", choices=[SelectChoice("oui", "D’accord"), SelectChoice("non", "Ne vient pas")],
                        validate_choice=False)  # fmt: skip
    channel = SelectField(
        "Comment", choices=[SelectChoice(*each) for each in words.CHANNELS.items()], validate_choice=False
    )


class MoveForm(FlaskForm):
    version = IntegerField()
    cohort = SelectField("Vers le groupe", validate_choice=False)

    def among(self, standings: Sequence[Standing], now: Cohort) -> MoveForm:
        self.cohort.choices = groups([each for each in standings if each.cohort.id != now.id])
        return self


class LinkForm(FlaskForm):
    """The two buttons of the message's page."""

    answer = StringField()


def groups(standings: Sequence[Standing]) -> list[SelectChoice]:
    """Groups somebody may enter, with their first day and free seats."""
    return [SelectChoice(str(each.cohort.public_id), words.choice(each)) for each in standings]


def refs(data: Iterable[str] | None) -> list[uuid.UUID]:
    """References among what a form or an address gives; what is none is left out."""
    found = []
    for text in data or ():
        try:
            found.append(uuid.UUID(text))
        except (ValueError, AttributeError):
            continue
    return found
