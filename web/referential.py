"""The referential of occupations of this installation: the ROME imported into its base, else the starter table."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.errors import InvalidInput, Unavailable
from matching.scoring.referential import Referential
from matching.store.engine import open_database
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


def imported(settings: Settings) -> Referential | None:
    """What the base of these settings holds, for a command that needs no database and creates none.

    None without a database, without its tables, or while nothing is imported. Raises Unavailable when there is one
    that cannot be read, InvalidInput when the URL means nothing.
    """
    try:
        if not databases.exists(settings):
            return None
        made = open_database(settings.database_url, b"no value is unsealed by this command.")
    except (sa.exc.ArgumentError, ModuleNotFoundError) as wrong:
        raise InvalidInput("settings-database-url") from wrong
    try:
        with made.reading() as session:
            if not sa.inspect(session.connection()).has_table(OccupationTitle.__tablename__):
                return None
            return stored(session)
    except sa.exc.DatabaseError as fault:
        raise Unavailable("database-unreadable", detail=str(fault.orig).splitlines()[0][:200]) from fault
    finally:
        made.dispose()
