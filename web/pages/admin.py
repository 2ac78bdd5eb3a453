"""The trail of what was done and read, for the administrator: who, when, what, on which field; no value of any file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from importers.cells import Bad
from importers.values import Context, day as read_day
from matching import audit, clock
from matching.store import scope
from matching.store.accounts import User
from matching.store.upkeep import AuditEvent

from ..db import note, reading, transaction
from ..lists import Column, Filter, Listing
from ..security import actor, requires
from ..tables import csv_response
from ..wording import HERE, audit as words

pages = Blueprint("admin", __name__)

#: Rows of the CSV; more is a matter for the database itself.
LONGEST_CSV = 20_000


def _by(text: str) -> sa.ColumnElement[bool]:
    who = sa.or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))
    return AuditEvent.actor_id.in_(sa.select(User.id).where(who))


def _about(text: str) -> sa.ColumnElement[bool]:
    return sa.or_(AuditEvent.subject_id == text.lower(), AuditEvent.subject_kind == text.lower())


def _instant(text: str, later: timedelta = timedelta()) -> datetime | None:
    """The beginning of that day here; None when it is no day."""
    try:
        read: date = read_day(text, Context(today=clock.today()))
    except Bad:
        return None
    return datetime.combine(read + later, time(), HERE).astimezone(UTC)


def _from(text: str) -> sa.ColumnElement[bool]:
    since = _instant(text)
    return AuditEvent.at >= since if since else sa.true()


def _until(text: str) -> sa.ColumnElement[bool]:
    until = _instant(text, timedelta(days=1))
    return AuditEvent.at < until if until else sa.true()


COLUMNS = (
    Column("quand", "Quand", (AuditEvent.id,)),
    Column("qui", "Qui", (User.name,)),
    Column("acte", "Acte", (AuditEvent.action,)),
    Column("objet", "Sur quoi", (AuditEvent.subject_kind, AuditEvent.subject_id)),
    Column("detail", "Détail"),
)
FILTERS = (
    Filter("qui", "Qui (nom ou adresse)", where=_by),
    Filter(
        "acte", "Acte", tuple(words.ACTIONS.items()), where=lambda v: AuditEvent.action == v, every="Tous"
    ),
    Filter("objet", "Sur quoi (nature ou identifiant)", where=_about),
    Filter("du", "Du", where=_from),
    Filter("au", "Au", where=_until),
)


@pages.get("/journal")
@requires("audit.read")
def journal() -> str | Response:
    listing = Listing.read(COLUMNS, FILTERS, sort="quand", descending=True, tie=(AuditEvent.id.desc(),))
    query: Any = (
        scope.trail(actor())
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .add_columns(User.name.label("who"))
    )
    with reading() as session:
        if listing.wants_csv:
            rows = listing.every(session, query.limit(LONGEST_CSV))
        else:
            rows = listing.rows(session, query)
            names = _names(session, [event for event, _ in rows])
    if not listing.wants_csv:
        return render_template("admin/journal.html", listing=listing, rows=rows, names=names, words=words)
    with transaction() as session:
        note(session, "audit.exported", "audit")
    return csv_response(
        "journal.csv",
        ["Quand (UTC)", "Qui", "Acte", "Nature", "Identifiant", "Détail"],
        (
            [event.at, who, words.action(event.action), words.kind(event.subject_kind), event.subject_id,
             words.details(event.details)]
            for event, who in rows
        ),
    )  # fmt: skip


def _names(session: Session, events: Sequence[AuditEvent]) -> dict[str, str]:
    """Of the accounts that these events are about; of nobody else: an administrator reads no file."""
    wanted = [UUID(each.subject_id) for each in events if each.subject_kind == "account" and each.subject_id]
    found = session.execute(sa.select(User.public_id, User.name).where(User.public_id.in_(wanted))).all()
    return {str(row.public_id): row.name for row in found}


@pages.get("/journal/verification")
@requires("audit.read")
def verification() -> str:
    """Whether every event follows from the one before it, up to the signed last one."""
    with reading() as session:
        verdict = audit.verify(session)
    return render_template("admin/verification.html", verdict=verdict)
