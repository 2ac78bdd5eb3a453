"""Asking for a follow-up, answering; opening a file outside the caseload."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from matching.break_glass import LETTERS, Named
from matching.hand_overs import END_REASONS, REFUSE_REASONS
from matching.store.people import Agency

from ..wording import hand_overs as words
from .fields import cleaned
from .people import BirthField

#: What a note may hold.
NOTE = 400
AT_MOST = Length(max=NOTE, message=f"Écrivez {NOTE} caractères au plus.")
_REF = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class AskForm(FlaskForm):
    """Whom, and why: the name, the offer and the programme are known."""

    to = RadioField(
        "À qui confier le suivi ?", [DataRequired("Choisissez une structure.")], validate_choice=False
    )
    note = TextAreaField(
        "Pourquoi, et où en est-on ?",
        [DataRequired("Dites en quelques mots pourquoi et où en est l'embauche."), AT_MOST],
        filters=[cleaned],
    )

    def offer(self, agencies: Sequence[Agency]) -> AskForm:
        self.to.choices = [SelectChoice(str(each.id), each.name) for each in agencies]
        return self


class AnswerForm(FlaskForm):
    """The answer to a request, or the return of a file."""

    version = IntegerField(validators=[InputRequired()])
    reason = RadioField("Motif", validate_choice=False)
    note = TextAreaField("Précision", [AT_MOST], filters=[cleaned])

    def asking(self, step: str) -> AnswerForm:
        """The reasons of a refusal or of a return."""
        codes = {"refus": REFUSE_REASONS, "fin": END_REASONS}.get(step, ())
        self.reason.choices = [SelectChoice(code, words.REASONS[code]) for code in codes]
        return self


class BreakGlassForm(FlaskForm):
    """Exactly one person, and why: nothing is looked for, nothing is completed."""

    identifier = StringField("Identifiant, ou adresse de la fiche", filters=[cleaned])
    family_name = StringField("Nom", filters=[cleaned])
    given_names = StringField("Prénoms", filters=[cleaned])
    birth_date = BirthField("Date de naissance")
    reason = TextAreaField("Pourquoi ouvrir cette fiche ?", [AT_MOST], filters=[cleaned])

    def named(self) -> Named | None:
        """Who is meant; None when too little was given to mean one person."""
        text = (self.identifier.data or "")[:300]
        if found := _REF.search(text):
            return Named(ref=UUID(found[0]))
        if text:
            return Named(identifier=text[:60])
        family, given = self.family_name.data or "", self.given_names.data or ""
        if family and given and self.birth_date.data:
            return Named(family_name=family[:100], given_names=given[:100], birth_date=self.birth_date.data)
        return None

    def long_enough(self) -> bool:
        return len(" ".join((self.reason.data or "").split())) >= LETTERS
