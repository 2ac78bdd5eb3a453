"""What each kind of file does to the base: which flow plans its rows, which writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from matching import dossiers, offer_intake, organisations, outreach_register, referentials
from matching.offer_intake import OfferPlan
from matching.planned import Incoming, Plan, Refusal
from matching.store.base import Base
from matching.vocabulary import ImportKind, Source

from . import messages

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook


@dataclass(frozen=True, slots=True)
class Setting:
    """What a file's rows are judged and written under."""

    kind: ImportKind
    source: Source
    on: date
    agency_id: int | None
    json: bool = False
    model: type[Base] | None = None  # the table of a reference file
    as_new: frozenset[int] = frozenset()  # people whom this very file created before


#: Refusals of a whole file that are about the agency.
AGENCY = {
    "agency-needed": "La base a plusieurs agences : dites laquelle par --agency ({known}).",
    "unknown-agency": "Aucune agence ne s'appelle « {name} » : choisissez parmi {known}.",
}

#: Sentences that another kind of file words differently.
_SENTENCES = {
    (
        ImportKind.ZONES,
        "unknown-zone",
    ): "Cette zone n'est pas dans la base : importez d'abord la table des zones.",
    (ImportKind.ASSOCIATIONS, "identifier-conflict"): "Ces numéros (RNA, SIRET) sont ceux de deux organismes "
    "différents : vérifiez-les.",
}
_SENTENCES[ImportKind.EMPLOYERS, "identifier-conflict"] = _SENTENCES[
    ImportKind.ASSOCIATIONS, "identifier-conflict"
]


def sentence(kind: ImportKind, refusal: Refusal) -> str:
    """What is said of a row that the base cannot take."""
    return _SENTENCES.get((kind, refusal.code)) or messages.cell(refusal.code, **refusal.facts)


def plan(session: Session, rows: list[Incoming[Any]], setting: Setting) -> Plan:
    """What the rows would do. Reads, never writes."""
    match setting.kind:
        case ImportKind.YOUNG_PEOPLE:
            return dossiers.plan(
                session,
                rows,
                source=setting.source,
                on=setting.on,
                agency_id=setting.agency_id,
                as_new=setting.as_new,
            )
        case ImportKind.OFFERS:
            return offer_intake.plan(
                session,
                rows,
                source=setting.source,
                numbered_by_source=setting.json,
                agency_id=setting.agency_id,
            )
        case ImportKind.ASSOCIATIONS | ImportKind.EMPLOYERS:
            return organisations.plan(session, rows, setting.kind)
        case _:
            assert setting.model is not None
            return referentials.plan(session, setting.model, rows)


def write(
    session: Session, planned: Plan, setting: Setting, book: ProgrammeBook | None, *, actor_id: int | None
) -> None:
    """Write what `plan` said. Flushes, never commits. `book` None: the programmes shipped with the project."""
    match setting.kind:
        case ImportKind.YOUNG_PEOPLE:
            dossiers.write(session, planned)
        case ImportKind.OFFERS:
            assert isinstance(planned, OfferPlan)
            offer_intake.write(session, planned, book or _shipped(), on=setting.on, actor_id=actor_id)
        case ImportKind.ASSOCIATIONS | ImportKind.EMPLOYERS:
            organisations.write(session, planned)
            if setting.kind is ImportKind.ASSOCIATIONS:
                ids = [edits.owner["id"] for edits in planned.edited()]
                outreach_register.list_grants(session, actor_id=actor_id, on=setting.on, organisations=ids)
            offer_intake.readmit(
                session, planned.edited(), book or _shipped(), on=setting.on, actor_id=actor_id
            )
        case _:
            assert setting.model is not None
            referentials.write(session, setting.model, planned)


def _shipped() -> ProgrammeBook:
    from matching.eligibility import programme

    return programme.load()


def subject(kind: ImportKind) -> str | None:
    """The column of import_row that points at what a row of this kind made."""
    return {
        ImportKind.YOUNG_PEOPLE: "person_id",
        ImportKind.OFFERS: "offer_id",
        ImportKind.ASSOCIATIONS: "organisation_id",
        ImportKind.EMPLOYERS: "organisation_id",
    }.get(kind)
