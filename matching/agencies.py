"""Agencies: whose caseload the people of a file join (imports.md §1, `--agency`)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import names
from .errors import InvalidInput
from .store.people import Agency
from .vocabulary import AgencyKind, Source

#: The agency of a base that has none yet.
FIRST = "Agence d'Amiens"

KINDS = {Source.I_MILO: AgencyKind.MISSION_LOCALE, Source.CAP_EMPLOI: AgencyKind.CAP_EMPLOI}


def chosen(session: Session, name: str | None) -> int | None:
    """The agency of that name, or the only one; None when the base has none at all yet.

    Raises InvalidInput: `unknown-agency`, or `agency-needed` where several leave the choice open.
    """
    known = session.execute(sa.select(Agency.id, Agency.name).order_by(Agency.name)).all()
    if not known:
        return None
    listed = ", ".join(f"« {agency.name} »" for agency in known)
    if name is None:
        if len(known) > 1:
            raise InvalidInput("agency-needed", known=listed)
        return int(known[0].id)
    for agency in known:
        if names.fold(agency.name) == names.fold(name):
            return int(agency.id)
    raise InvalidInput("unknown-agency", name=name, known=listed)


def create(session: Session, name: str | None, source: Source) -> Agency:
    """A first agency. Flushes, never commits."""
    agency = Agency(name=name or FIRST, kind=KINDS.get(source, AgencyKind.POLE_EMPLOI))
    session.add(agency)
    session.flush()
    return agency
