"""Forms of hires: the one that opens a hire, and one for each step of a hire under way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    Form,
    HiddenField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)

from matching.placement_guards import conditions_of
from matching.placements import Details, PlacementAction as A, Planned

from ..db import today
from ..wording import placements as words
from .fields import DayField, cleaned

#: Longest motive or number kept with an event.
LONGEST = 150


def not_to_come(form: Form, field: Field) -> None:
    """A step is noted once it was taken."""
    if field.data is not None and field.data > today():
        raise ValidationError(
            "Cette date est à venir : une étape se note une fois faite, aujourd'hui au plus tard."
        )


def choices(said: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in said.items()]


def ticked(field: SelectMultipleField, day: date) -> dict[str, date]:
    """The conditions that the employer states, each on that day."""
    known = {choice.data for choice in field}
    return {name: day for name in field.data or () if name in known}


def text(data: Any) -> str:
    return cleaned(data)[:LONGEST] if data else ""


class OpeningForm(FlaskForm):
    """Promise, request of the aid, decision, signature: a step without its day is not taken."""

    promise_on = DayField("Jour de la promesse", [not_to_come])
    request_on = DayField("Jour de la demande", [not_to_come])
    conditions = SelectMultipleField("Ce que l'employeur atteste", validate_choice=False)
    decision = RadioField(
        "Décision",
        default="",
        validate_choice=False,
        choices=[
            SelectChoice("", "Pas encore connue"),
            SelectChoice("grant", "Aide accordée"),
            SelectChoice("refuse", "Aide refusée"),
        ],
    )
    decision_on = DayField("Jour de la décision", [not_to_come])
    number = StringField("Numéro de la décision", filters=[text])
    motive = StringField("Motif du refus", filters=[text])
    signed_on = DayField("Jour de la signature", [not_to_come])
    starts_on = DayField("Premier jour de travail")
    trial_end_on = DayField("Dernier jour de la période d'essai")

    def __init__(self, programme: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.programme = programme
        if programme is None:
            for name in ("request_on", "conditions", "decision", "decision_on", "number", "motive"):
                delattr(self, name)
        else:
            names = sorted(conditions_of(programme))
            self.conditions.choices = [SelectChoice(name, words.CONDITIONS[name]) for name in names]

    def day(self, name: str) -> date | None:
        """The day typed in that field; None when there is none, or none that can be read."""
        found: date | None = self[name].data if name in self else None
        return found

    def validate(self, extra_validators: Any = None) -> bool:
        whole = super().validate(extra_validators)
        return self._whole() and whole

    def _whole(self) -> bool:
        """Each step has its day, and comes with the ones before it."""
        typed = self.day("promise_on")
        good = True

        def wrong(name: str, sentence: str) -> None:
            nonlocal good
            good = False
            if not self[name].errors:
                self[name].errors = [sentence]

        if typed is None and not self.promise_on.errors:
            wrong("promise_on", "Indiquez le jour de la promesse : les autres étapes viennent après elle.")
        if self.programme is not None:
            if self.decision.data not in ("", "grant", "refuse"):
                self.decision.data = ""
            chosen = self.decision.data
            if self.day("request_on") is None:
                if self.conditions.data and not self.request_on.errors:
                    wrong(
                        "request_on",
                        "Indiquez le jour de la demande, ou décochez ce que l'employeur atteste.",
                    )
                elif self.day("decision_on") is not None:
                    wrong("request_on", "Indiquez le jour de la demande : la décision vient après elle.")
            if chosen and self.day("decision_on") is None:
                wrong("decision_on", "Indiquez le jour de la décision.")
            if not chosen and (self.day("decision_on") is not None or self.number.data or self.motive.data):
                wrong("decision", "Dites si l'aide est accordée ou refusée.")
            if chosen == "grant" and not self.number.data:
                wrong("number", "Recopiez le numéro de la décision d'aide.")
            if chosen == "refuse" and not self.motive.data:
                wrong("motive", "Dites pourquoi l'aide est refusée.")
            if self.day("request_on") and not chosen and self.day("signed_on"):
                wrong("decision", "L'aide est demandée : indiquez la décision avant la signature.")
        if self.day("signed_on") is None:
            if self.day("trial_end_on") is not None and not self.signed_on.errors:
                wrong("signed_on", "Indiquez le jour de la signature, ou effacez la fin de l'essai.")
        elif self.day("starts_on") is None:
            wrong("starts_on", "Indiquez le premier jour de travail.")
        return good

    def steps(self) -> list[Planned]:
        """The steps whose day was typed, in their order."""
        return list(self._steps())

    def _steps(self) -> Iterator[Planned]:
        if day := self.day("promise_on"):
            yield Planned(A.PROMISE, day)
        if day := self.day("request_on"):
            yield Planned(A.REQUEST_AID, day, Details(conditions=ticked(self.conditions, day)))
        if day := self.day("decision_on"):
            if self.decision.data == "grant":
                yield Planned(A.GRANT, day, Details(number=self.number.data))
            else:
                yield Planned(A.REFUSE, day, Details(reason=self.motive.data))
        if day := self.day("signed_on"):
            terms = Details(starts_on=self.day("starts_on"), trial_end_on=self.day("trial_end_on"))
            yield Planned(A.SIGN, day, terms)


#: action -> its fields, in the order shown (`on` first); a name with ? may be left empty.
FIELDS: Mapping[A, tuple[str, ...]] = {
    A.PROMISE: (),
    A.REQUEST_AID: ("conditions",),
    A.GRANT: ("number",),
    A.REFUSE: ("reason",),
    A.SIGN: ("starts_on", "trial_end_on?"),
    A.START: (),
    A.NO_SHOW: (),
    A.PASS_TRIAL: (),
    A.RUN: (),
    A.BREAK_TRIAL: ("who", "motive?"),
    A.SUSPEND: ("reason", "until?"),
    A.RESUME: (),
    A.EXIT: ("why", "motive?", "situation"),
    A.COMPLETE: ("situation",),
    A.ABANDON: ("reason",),
    A.CANCEL: ("reason",),
}
#: field -> what to say when it is empty
EMPTY = {
    "on": "Indiquez le jour.",
    "number": "Recopiez le numéro de la décision d'aide.",
    "reason": "Dites pourquoi.",
    "starts_on": "Indiquez le premier jour de travail.",
    "who": "Dites qui a rompu l'essai.",
    "why": "Choisissez un motif.",
    "situation": "Dites ce que devient la personne.",
}


class StepForm(FlaskForm):
    """One step: its day, and what that step asks besides. `version`, `seen`: of the page it was typed on."""

    version = HiddenField()
    seen = HiddenField()
    on = DayField("Jour", [not_to_come])
    number = StringField("Numéro de la décision", filters=[text])
    reason = TextAreaField("Pourquoi", filters=[text])
    conditions = SelectMultipleField("Ce que l'employeur atteste", validate_choice=False)
    starts_on = DayField("Premier jour de travail")
    trial_end_on = DayField("Dernier jour de la période d'essai")
    until = DayField("Dernier jour de la suspension, s'il est connu")
    who = RadioField(
        "Qui a rompu l'essai",
        validate_choice=False,
        choices=[
            SelectChoice("resigned", "La personne"),
            SelectChoice("employer_ended", "L'employeur"),
        ],
    )
    why = RadioField("Motif de la sortie", choices=choices(words.EXIT_REASONS), validate_choice=False)
    motive = RadioField(
        "Si c'est l'employeur : pour quel motif", choices=choices(words.MOTIVES), validate_choice=False
    )
    situation = RadioField("Situation à la sortie", choices=choices(words.SITUATIONS), validate_choice=False)

    def __init__(self, action: A, programme: str | None, **kwargs: Any) -> None:
        super().__init__(prefix=f"{action}-", **kwargs)
        self.action = action
        kept = {"csrf_token", "version", "seen", "on", *(name.rstrip("?") for name in FIELDS[action])}
        for name in [name for name in self._fields if name not in kept]:
            delattr(self, name)
        if "conditions" in self:
            names = sorted(conditions_of(programme or ""))
            self.conditions.choices = [SelectChoice(name, words.CONDITIONS[name]) for name in names]

    def validate(self, extra_validators: Any = None) -> bool:
        whole = super().validate(extra_validators)
        for name in ("on", *FIELDS[self.action]):
            if name.endswith("?") or name == "conditions":
                continue
            field = self[name]
            known = [choice.data for choice in field] if isinstance(field, RadioField) else None
            if not field.errors and (not field.data or (known is not None and field.data not in known)):
                field.errors = [EMPTY[name]]
                whole = False
        chosen = self.value("who") or self.value("why")
        if chosen == "employer_ended" and self.value("motive") not in words.MOTIVES:
            self.motive.errors = ["Dites pour quel motif l'employeur a mis fin au contrat."]
            whole = False
        return whole

    def value(self, name: str) -> Any:
        return self[name].data if name in self else None

    def shown(self) -> Sequence[tuple[Field, bool]]:
        """(field, optional) in the order shown."""
        return [
            (self[name.rstrip("?")], name.endswith("?") and name != "motive?")
            for name in ("on", *FIELDS[self.action])
        ]

    def details(self) -> Details:
        reason = self.value("who") or self.value("why") or self.value("reason")
        return Details(
            reason=reason,
            motive=self.value("motive") if reason == "employer_ended" else None,
            situation=self.value("situation"),
            number=self.value("number"),
            starts_on=self.value("starts_on"),
            trial_end_on=self.value("trial_end_on"),
            until=self.value("until"),
            conditions=ticked(self.conditions, self.on.data) if "conditions" in self and self.on.data else {},
        )

    def typed(self) -> list[tuple[str, str]]:
        """What was typed, as pairs of words, for a page on which the form has no place any more."""
        pairs = []
        for field, _ in self.shown():
            if isinstance(field, RadioField | SelectMultipleField):
                labels = {choice.data: choice.label.text for choice in field}
                held = field.data if isinstance(field.data, list) else [field.data]
                said = " ; ".join(labels[value] for value in held if value in labels)
            else:
                said = field._value()
            if said:
                pairs.append((field.label.text, said))
        return pairs


class SettlingForm(FlaskForm):
    """The day and the motive for the milestones ticked."""

    on = DayField("Jour", [not_to_come])
    reason = StringField("Motif, pour un refus", filters=[text])
