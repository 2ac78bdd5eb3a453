"""Forms of the follow-up of a contract: check-ins and their alerts, the tutor, training."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField

from matching.check_ins import Answers
from matching.placement_queries import Hire
from matching.store.follow_up import CheckIn, Training
from matching.vocabulary import CheckInKind

from ..wording import follow_up as words
from ..wording.placements import SITUATIONS
from .fields import DayField, WholeField, cleaned
from .placements import choices, not_to_come, text


def longer(data: Any) -> str:
    return cleaned(data)[:400] if data else ""


def yes_or_no(label: str) -> RadioField:
    return RadioField(
        label, choices=[SelectChoice("oui", "Oui"), SelectChoice("non", "Non")], validate_choice=False
    )


class CheckInForm(FlaskForm):
    """One check-in: held with its answers, or nobody reached (`missed`)."""

    on = DayField("Jour", [not_to_come])
    channel = SelectField("Par quel moyen", choices=choices(words.CHANNELS), validate_choice=False)
    with_whom = SelectField("Avec qui", choices=choices(words.WHO), validate_choice=False)
    still_there = yes_or_no("La personne travaille-t-elle toujours là ?")
    situation = RadioField(
        "Que fait la personne aujourd'hui ?", choices=choices(SITUATIONS), validate_choice=False
    )
    alert = SelectField("Difficulté", choices=choices({"": "Aucune", **words.CHOSEN}), validate_choice=False)
    note = StringField("Note", filters=[longer])

    def __init__(self, check_in: CheckIn, **kwargs: Any) -> None:
        super().__init__(prefix=f"suivi-{check_in.public_id}-", **kwargs)
        self.job = check_in.kind is CheckInKind.JOB
        delattr(self, "situation" if self.job else "still_there")

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.on.data is None and not self.on.errors:
            self.on.errors, good = ["Indiquez le jour."], False
        if self.job and self.still_there.data not in ("oui", "non"):
            self.still_there.errors, good = ["Dites si la personne travaille toujours là."], False
        if not self.job and self.situation.data not in SITUATIONS:
            self.situation.errors, good = ["Dites ce que fait la personne."], False
        for name, known in (("channel", words.CHANNELS), ("with_whom", words.WHO)):
            if self[name].data not in known:
                self[name].errors, good = ["Choisissez dans la liste."], False
        if self.alert.data and self.alert.data not in words.CHOSEN:
            self.alert.errors, good = ["Choisissez dans la liste."], False
        return good

    def answers(self) -> Answers:
        assert self.on.data is not None  # asked for by `validate`
        return Answers(
            on=self.on.data,
            channel=self.channel.data,
            with_whom=self.with_whom.data,
            still_there=self.still_there.data == "oui" if self.job else None,
            situation=None if self.job else self.situation.data,
            alert=self.alert.data or None,
            note=self.note.data or None,
        )


class AlertForm(FlaskForm):
    """What was done about an alert."""

    on = DayField("Jour", [not_to_come])
    answer = TextAreaField("Ce qui a été fait", filters=[longer])

    def __init__(self, check_in: CheckIn, **kwargs: Any) -> None:
        super().__init__(prefix=f"alerte-{check_in.public_id}-", **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.on.data is None and not self.on.errors:
            self.on.errors, good = ["Indiquez le jour."], False
        if not self.answer.data:
            self.answer.errors, good = ["Dites ce qui a été fait."], False
        return good


class TutorForm(FlaskForm):
    """Who accompanies the person, from which day on."""

    name = StringField("Nom de la personne qui accompagne", filters=[text])
    on = DayField("Depuis le", [not_to_come])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(prefix="tuteur-", **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if not self.name.data:
            self.name.errors, good = ["Indiquez qui accompagne la personne."], False
        if self.on.data is None and not self.on.errors:
            self.on.errors, good = ["Indiquez le jour."], False
        return good


class TrainingForm(FlaskForm):
    """A training that is promised."""

    title = StringField("Formation", filters=[text])
    hours = WholeField("Heures")
    planned_on = DayField("Prévue le")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(prefix="formation-", **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if not self.title.data:
            self.title.errors, good = ["Dites de quelle formation il s'agit."], False
        return good


class TrainingStepForm(FlaskForm):
    """How far a training has come."""

    started_on = DayField("Commencée le", [not_to_come])
    ended_on = DayField("Finie le", [not_to_come])
    certified = RadioField(
        "Certification obtenue",
        validate_choice=False,
        choices=[SelectChoice("", "On ne sait pas"), SelectChoice("oui", "Oui"), SelectChoice("non", "Non")],
    )

    def __init__(self, training: Training, **kwargs: Any) -> None:
        super().__init__(prefix=f"formation-{training.public_id}-", **kwargs)

    def outcome(self) -> bool | None:
        return {"oui": True, "non": False}.get(self.certified.data or "")


@dataclass
class Forms:
    """The forms of a page, blank but for the one that was sent."""

    check_ins: Mapping[uuid.UUID, CheckInForm]
    alerts: Mapping[uuid.UUID, AlertForm]
    tutor: TutorForm
    training: TrainingForm
    trainings: Mapping[uuid.UUID, TrainingStepForm]
    sent: FlaskForm | None = field(default=None)


def forms_of(hire: Hire, on: date, sent: FlaskForm | None = None) -> Forms:
    """The forms of that hire's page; `sent` takes the place of its blank one."""
    made = Forms(
        {
            row.public_id: CheckInForm(row, formdata=None, data={"on": on, "certified": ""})
            for row in hire.check_ins
        },
        {row.public_id: AlertForm(row, formdata=None, data={"on": on}) for row in hire.check_ins},
        TutorForm(formdata=None, data={"on": on}),
        TrainingForm(formdata=None),
        {
            row.public_id: TrainingStepForm(
                row,
                formdata=None,
                data={
                    "started_on": row.started_on,
                    "ended_on": row.ended_on,
                    "certified": "" if row.certified is None else "oui" if row.certified else "non",
                },
            )
            for row in hire.trainings
        },
        sent,
    )
    if sent is not None:
        _put(made, sent)
    return made


def _put(made: Forms, sent: FlaskForm) -> None:
    """The form that was sent, where its blank one was: forms are told apart by their prefix."""
    if isinstance(sent, TutorForm):
        made.tutor = sent
    elif isinstance(sent, TrainingForm):
        made.training = sent
    for name in ("check_ins", "alerts", "trainings"):
        held = getattr(made, name)
        setattr(
            made, name, {key: sent if form._prefix == sent._prefix else form for key, form in held.items()}
        )


class OwnCheckInForm(FlaskForm):
    """The two questions that a young person answers by a link."""

    still_there = yes_or_no("Travaillez-vous toujours là ?")
    situation = RadioField(
        "Que faites-vous aujourd'hui ?", choices=choices(words.OWN_SITUATIONS), validate_choice=False
    )
    how = RadioField(
        "Comment cela se passe-t-il ?", choices=choices({"": "", **words.OWN}), validate_choice=False
    )

    def __init__(self, kind: CheckInKind, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = kind is CheckInKind.JOB
        delattr(self, "situation" if self.job else "still_there")
        self.how.choices = choices(words.OWN if self.job else words.OWN_AFTER)
        if not self.job:
            self.how.label.text = "Voulez-vous qu'on vous rappelle ?"

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.job and self.still_there.data not in ("oui", "non"):
            self.still_there.errors, good = ["Répondez oui ou non."], False
        if not self.job and self.situation.data not in words.OWN_SITUATIONS:
            self.situation.errors, good = ["Choisissez une réponse."], False
        if self.how.data not in (words.OWN if self.job else words.OWN_AFTER):
            self.how.errors, good = ["Choisissez une réponse."], False
        return good

    def answers(self, on: date) -> Answers:
        return Answers(
            on=on,
            channel="link",
            with_whom="person",
            still_there=self.still_there.data == "oui" if self.job else None,
            situation=None if self.job else self.situation.data,
            alert=None if self.how.data in ("fine", "no") else self.how.data,
        )
