"""What a request works with: the installation, its database, its business day, its programmes."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from flask import current_app, g
from sqlalchemy.orm import Session

from matching import audit, clock
from matching.store.engine import Database

from . import database as databases
from .settings import Settings

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook


@dataclass
class Installation:
    """What the pages need of the outside."""

    settings: Settings
    database: Database
    #: Whether the base was filled by `demo load`; told on every page.
    demo: bool = field(default=False)

    @cached_property
    def book(self) -> ProgrammeBook:
        from .rules import book_of

        return book_of(self.settings)


def installation() -> Installation:
    found: Installation = current_app.extensions["passerelle"]
    return found


def reading() -> AbstractContextManager[Session]:
    """A session that only reads."""
    return installation().database.reading()


def transaction() -> AbstractContextManager[Session]:
    """A session committed at the end: one for each POST."""
    return installation().database.transaction()


def book() -> ProgrammeBook:
    return installation().book


def today() -> date:
    """The business day, asked once a request."""
    if "business_day" not in g:
        here = installation()
        g.business_day = databases.business_day(here.settings, here.database, None)
    found: date = g.business_day
    return found


def note(
    session: Session, action: str, subject_kind: str, subject_id: str | None = None, **details: object
) -> None:
    """Put an act of whoever is signed in on the trail, in the transaction of the act (security.md S3)."""
    from .security import actor

    audit.append(
        session,
        at=clock.now(),
        actor_id=actor().id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=details,
    )


def note_read(action: str, subject_kind: str, subject_id: uuid.UUID) -> None:
    """Put the reading of a person's data on the trail (security.md S3), in a transaction of its own."""

    with transaction() as session:
        note(session, action, subject_kind, str(subject_id))
