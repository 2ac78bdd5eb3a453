"""The referential of occupations of this installation: the ROME imported into its base, else the starter table."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.errors import Unavailable
from matching.scoring.referential import Referential
from matching.store.organisations import Occupation, OccupationMobility, OccupationTitle

from . import database as databases
from .settings import Settings


def stored(session: Session) -> Referential | None:
    """What was imported, with the usual titles of the starter table; None while no title is."""
    titles = session.execute(
        sa.select(
            OccupationTitle.label,
            OccupationTitle.short_label,
            OccupationTitle.rome,
            OccupationTitle.parent,
            OccupationTitle.classification,
        )
    ).all()
    if not titles:
        return None
    wordings = [
        (wording, row.rome, row.parent, row.classification == "PRINCIPALE")
        for row in titles
        for wording in {row.label, row.short_label or row.label}
    ]
    occupations = session.execute(sa.select(Occupation.rome, Occupation.label)).all()
    moves = session.execute(sa.select(OccupationMobility.rome, OccupationMobility.target)).all()
    return Referential.of(occupations, wordings, moves).with_usual_titles()


def imported_or_starter(settings: Settings) -> Referential:
    """For a command that needs no database and creates none: an absent or unready one means the starter table."""
    if databases.exists(settings):
        from matching.store.engine import open_database

        try:
            made = open_database(settings.database_url, b"no value is unsealed by this command.")
            with made.reading() as session:
                return stored(session) or Referential.starter()
        except Unavailable:
            pass
        finally:
            made.dispose()
    return Referential.starter()
