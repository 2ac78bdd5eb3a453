"""`passerelle check`: lines of JSON in, verdicts out. Shared by the command and, later, the HTTP interface.

The shape is the contract of interfaces.md. A missing or null fact is unknown, never no; unknown keys are refused.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import pydantic
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from matching.eligibility.cohort import Cohort, Dossier, Period, Registration, Residence
from matching.eligibility.contract import Contract
from matching.eligibility.explain import Explanation, explain
from matching.eligibility.missing import Questions, questions
from matching.eligibility.programme import Programme, ProgrammeBook
from matching.vocabulary import CONTRACT_KINDS, Verdict

from .wording import rights as words

#: Lines assessed together: enough for the columns to pay, few enough for a pipe to flow.
CHUNK = 2_000
#: Days outside these are typing errors, and outside the engine's axis.
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
HOLDS = {Verdict.YES: "yes", Verdict.UNKNOWN: "unknown", Verdict.NO: "no"}


def _iso_day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("bad-date")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("bad-date") from None
    if not EARLIEST <= day <= LATEST:
        raise ValueError("date-out-of-range")
    return day


def _known_kind(value: Any) -> Any:
    if value not in CONTRACT_KINDS:
        raise ValueError("bad-choice")
    return value


Day = Annotated[date, pydantic.BeforeValidator(_iso_day)]
Kind = Annotated[str, pydantic.BeforeValidator(_known_kind)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class PeriodShape(Shape):
    from_: Day = Field(alias="from")
    to: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> PeriodShape:
        if self.to is not None and self.to < self.from_:
            raise ValueError("ends-before-start")
        return self


class RegistrationShape(PeriodShape):
    category: Annotated[int, Field(strict=True, ge=1, le=8)] | None = None


class ResidenceShape(PeriodShape):
    zone_kind: Literal["ZUS", "ZRR", "QPV", "outre-mer", "none"]
    insee_code: Annotated[str, Field(pattern=r"^(\d{5}|2[AB]\d{3})$")] | None = None


class PersonShape(Shape):
    birth_date: Day | None = None
    rqth: StrictBool | None = None
    rqth_until: Day | None = None
    diploma_level: Literal["none", "3", "4", "5", "6", "7", "8"] | None = None
    bac_plus: Annotated[int, Field(strict=True, ge=0, le=8)] | None = None
    registrations: list[RegistrationShape] | None = None
    employment: list[PeriodShape] | None = None
    residence: list[ResidenceShape] | None = None
    prescriber_waiver: StrictBool | None = None
    csp: StrictBool | None = None
    mission_locale: StrictBool | None = None
    prescriber_diagnosis: StrictBool | None = None

    def dossier(self) -> Dossier:
        """The facts as the engine takes them."""
        stated = ("prescriber_waiver", "csp", "mission_locale", "prescriber_diagnosis")
        return Dossier(
            birth_date=self.birth_date,
            rqth=self.rqth,
            rqth_until=self.rqth_until,
            diploma_level=None
            if self.diploma_level is None
            else int(self.diploma_level.replace("none", "0")),
            bac_plus=self.bac_plus,
            registrations=None
            if self.registrations is None
            else tuple(Registration(r.from_, r.to, r.category) for r in self.registrations),
            employment=None
            if self.employment is None
            else tuple(Period(p.from_, p.to) for p in self.employment),
            residence=None
            if self.residence is None
            else tuple(
                Residence(r.from_, r.to, r.zone_kind, r.insee_code or "80021") for r in self.residence
            ),
            facts={name: value for name in stated if (value := getattr(self, name)) is not None},
        )


class ContractShape(Shape):
    signature_date: Day | None = None
    kind: Kind | None = None
    months: Annotated[float, Field(strict=True, gt=0, le=1200)] | None = None
    weekly_hours: Annotated[float, Field(strict=True, gt=0, le=168)] | None = None
    sector: Literal["marchand", "non-marchand"] | None = None

    def contract(self) -> Contract:
        return Contract(self.signature_date, self.kind, self.months, self.weekly_hours, self.sector)


class LineShape(Shape):
    id: str | int | None = None
    programme: str | None = None
    person: PersonShape
    contract: ContractShape | None = None


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """Why a line cannot be answered."""

    code: str
    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Question:
    """One line understood."""

    id: str | int | None
    programme: Programme
    person: Dossier
    contract: Contract | None
    on: date


def answers(
    lines: Iterable[str | bytes], book: ProgrammeBook, default: str | None, today: date
) -> Iterator[dict[str, Any]]:
    """One object a line, in the same order; blank lines are passed over. Assessed by cohorts of CHUNK lines."""
    numbered = (line for line in lines if line.strip())
    while chunk := list(itertools.islice(numbered, CHUNK)):
        yield from _answer_chunk([_understood(line, book, default, today) for line in chunk])


def answer(
    line: str | bytes | dict[str, Any], book: ProgrammeBook, default: str | None, today: date
) -> dict[str, Any]:
    """The object for one line (text, or an object already read)."""
    return next(_answer_chunk([_understood(line, book, default, today)]))


def _answer_chunk(read: list[Question | dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """People of one programme without or with a contract share a cohort; the terms are judged one by one."""
    by_programme: dict[str, list[int]] = {}
    for index, item in enumerate(read):
        if isinstance(item, Question):
            by_programme.setdefault(item.programme.id, []).append(index)
    done: dict[int, dict[str, Any]] = {}
    for indexes in by_programme.values():
        asked = [item for index in indexes if isinstance(item := read[index], Question)]
        cohort = Cohort.build([question.person for question in asked], as_known_on=asked[0].on)
        together = asked[0].programme.assess(cohort)
        for row, (index, question) in enumerate(zip(indexes, asked, strict=True)):
            assessment = together.with_contract(question.contract, question.on)
            said = explain(assessment, row, question.on)
            ask = questions(assessment, row, question.on) if said.verdict is Verdict.UNKNOWN else None
            done[index] = as_json(question, said, ask)
    for index, item in enumerate(read):
        yield done[index] if isinstance(item, Question) else item


def as_json(question: Question, said: Explanation, ask: Questions | None) -> dict[str, Any]:
    """The output object of interfaces.md."""
    change = said.nearest_change
    return {
        "id": question.id,
        "programme": said.programme,
        "verdict": said.verdict.eligibility,
        "on": said.on.isoformat(),
        "windows": [_window(window) for window in said.windows],
        "first_eligible_on": _iso(said.first_eligible_on),
        "eligible_until": _iso(said.eligible_until),
        "criteria": [
            {
                "id": criterion.id,
                "holds": HOLDS[criterion.holds],
                "windows": [_window(window) for window in criterion.windows],
                "because": words.because(criterion),
                "source": criterion.source,
            }
            for criterion in said.criteria
        ],
        "missing_facts": list(ask.facts) if ask else [],
        "next_question": ask.first if ask else None,
        "reservations": list(said.reservations),
        "nearest_change": None
        if change is None
        else {
            "on": change.on.isoformat(),
            "verdict": change.verdict.eligibility,
            "because": words.phrases(change.facts),
        },
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _window(window: tuple[date, date | None]) -> list[str | None]:
    return [_iso(window[0]), _iso(window[1])]


def _understood(
    line: str | bytes | dict[str, Any], book: ProgrammeBook, default: str | None, today: date
) -> Question | dict[str, Any]:
    """The question, or the error object that stands in its place."""
    value: Any = None
    try:
        value = line if isinstance(line, dict) else _parsed(line)
        if not isinstance(value, dict):
            raise Refused("not-an-object", None, "La ligne doit être un objet JSON, entre accolades.")
        try:
            shape = LineShape.model_validate(value)
        except pydantic.ValidationError as wrong:
            raise _refusal(wrong.errors()[0]) from wrong
        name = shape.programme or default
        if name is None:
            raise Refused(
                "missing-programme",
                "programme",
                "Indiquez « programme » dans la ligne, ou --programme pour toutes.",
            )
        if name not in book:
            known = ", ".join(sorted(book))
            raise Refused(
                "unknown-programme",
                "programme",
                f"Le programme « {name} » n'existe pas : choisissez {known}.",
            )
        contract = shape.contract.contract() if shape.contract else None
        signed = contract.signature_date if contract else None
        return Question(shape.id, book[name], shape.person.dossier(), contract, signed or today)
    except Refused as refusal:
        known_id = value.get("id") if isinstance(value, dict) else None
        return {
            "id": known_id if isinstance(known_id, str | int) else None,
            "error": {"code": refusal.code, "field": refusal.field, "message": refusal.message},
        }


def _parsed(line: str | bytes) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in pairs:
            if key in made:
                raise Refused("duplicate-key", key, f"La clé « {key} » est écrite deux fois : gardez-en une.")
            made[key] = value
        return made

    def no_number(text: str) -> Any:
        raise Refused(
            "bad-json", None, f"« {text} » n'est pas un nombre : écrivez null quand la valeur est inconnue."
        )

    try:
        text = line.decode("utf-8-sig") if isinstance(line, bytes) else line.removeprefix("\ufeff")
        return json.loads(text, object_pairs_hook=once, parse_constant=no_number)
    except UnicodeDecodeError:
        raise Refused(
            "bad-encoding", None, "La ligne n'est pas en UTF-8 : enregistrez le fichier en UTF-8."
        ) from None
    except (ValueError, RecursionError):
        raise Refused(
            "bad-json", None, "La ligne n'est pas du JSON lisible : vérifiez guillemets et accolades."
        ) from None


#: code -> sentence for a value of the wrong shape; {field} is where, {value} what was written
_SENTENCES = {
    "bad-date": "« {field} » doit être une date AAAA-MM-JJ, par exemple 2013-11-04 ; « {value} » n'en est pas une.",
    "date-out-of-range": "« {field} » : {value} est hors des années 1900 à 2199, vérifiez-la.",
    "ends-before-start": "« {field} » : la période finit avant de commencer, échangez from et to.",
    "unknown-key": "« {field} » n'est pas une clé connue : corrigez son nom ou retirez-la.",
    "missing": "Il manque « {field} ».",
    "bad-choice": "« {field} » : « {value} » n'est pas une valeur admise ({expected}).",
    "bad-type": "« {field} » : « {value} » n'a pas la forme attendue ({expected}).",
    "out-of-range": "« {field} » : {value} est hors des bornes ({expected}).",
}
_TYPES = {
    "bool_type": "true, false ou null",
    "int_type": "un nombre entier",
    "float_type": "un nombre",
    "list_type": "une liste entre crochets",
    "string_type": "un texte entre guillemets",
    "string_pattern_mismatch": "un code INSEE de cinq caractères",
    "model_type": "un objet entre accolades",
    "model_attributes_type": "un objet entre accolades",
}


def _refusal(error: Any) -> Refused:
    """pydantic's first finding as a code, a field and a sentence."""
    kind, context = error["type"], error.get("ctx", {})
    field = (
        ".".join(str(part) for part in error["loc"] if part not in ("str", "int", "constrained-int")) or None
    )
    expected = ""
    if kind == "value_error":
        code, expected = str(context["error"]), ", ".join(CONTRACT_KINDS)
    elif kind == "extra_forbidden":
        code = "unknown-key"
    elif kind == "missing":
        code = "missing"
    elif kind == "literal_error":
        code, expected = "bad-choice", str(context["expected"]).replace(" or ", ", ")
    elif kind.startswith(("greater", "less")):
        code, expected = "out-of-range", ", ".join(f"{name} {bound}" for name, bound in context.items())
    else:
        code, expected = "bad-type", _TYPES.get(kind, "voir la documentation de « passerelle check »")
    value = json.dumps(error.get("input"), ensure_ascii=False, default=str)[:80].strip('"')
    return Refused(code, field, _SENTENCES[code].format(field=field, value=value, expected=expected))
