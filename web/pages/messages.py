"""Messages: what left, what waits, what did not leave and why; send now, hold back, send again.

An administrator sees that messages fail and why, never to whom nor the words (security.md §2).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, message_acts, message_queries, outbox
from matching.errors import Conflict, InvalidInput
from matching.message_queries import RECIPIENT
from matching.store import scope
from matching.store.messages import OutgoingMessage
from matching.store.organisations import Organisation
from matching.store.people import Person
from matching.vocabulary import MessageState as State, Role

from ..db import book, installation, note_read, reading, today, transaction
from ..lists import Column, Filter, Listing
from ..mail.compose import compose
from ..mail.letter import Moot
from ..notices import done
from ..security import actor, requires
from ..wording import letters, messages as words, sentence_for

pages = Blueprint("messages", __name__)

#: Messages a page.
PER_PAGE = 25
WHEN = sa.func.coalesce(OutgoingMessage.sent_at, OutgoingMessage.try_at)
NAME = sa.func.coalesce(Person.name_key, Organisation.name_key, RECIPIENT.name)

STATE = Filter(
    "etat",
    "État",
    tuple((str(state), label) for state, (label, _) in words.STATES.items()),
    lambda value: OutgoingMessage.state == State(value),
    every="Tous",
)
KIND = Filter(
    "genre", "Genre", tuple(words.KINDS.items()), lambda value: OutgoingMessage.kind == value, every="Tous"
)
NAMED = Filter(
    "q",
    "Personne ou employeur",
    where=lambda text: sa.or_(
        Person.name_key.icontains(text, autoescape=True),
        Organisation.name_key.icontains(text, autoescape=True),
        RECIPIENT.name.icontains(text, autoescape=True),
    ),
)
COLUMNS = (
    Column("quand", "Quand", (WHEN,)),
    Column("a", "À", (NAME,)),
    Column("genre", "Message", (OutgoingMessage.kind,)),
    Column("etat", "État", (OutgoingMessage.state,)),
)


@pages.get("/messages")
@requires("messages.read")
def index() -> str:
    me = actor()
    names = me.role is not Role.ADMIN
    listing = Listing.read(
        tuple(each for each in COLUMNS if names or each.key != "a"),
        (NAMED, KIND, STATE) if names else (KIND, STATE),
        sort="quand",
        descending=True,
        size=PER_PAGE,
        tie=(OutgoingMessage.id.desc(),),
    )
    with reading() as session:
        rows = listing.rows(session, message_queries.listed(me))
        counted = message_queries.counts(session, me)
    return render_template(
        "messages/index.html",
        listing=listing,
        rows=[(row[0], message_queries.recipient(*row) if names else None) for row in rows],
        counted=counted,
        names=names,
        words=words,
        now=clock.now(),
        server=_server(),
        State=State,
    )


def _server() -> str | None:
    """What to know of where messages go; None when a server takes them."""
    settings = installation().settings
    if settings.smtp is not None:
        return None
    return words.NO_SERVER if settings.production else words.FOLDER


@pages.get("/messages/<uuid:ref>")
@requires("messages.handle")
def show(ref: UUID) -> str:
    page = _page(ref)
    note_read("message.read", "message", ref)
    return page


def _page(ref: UUID, conflict: str | None = None) -> str:
    """The words as they left; of one that waits, as they would leave now."""
    me, now = actor(), clock.now()
    with reading() as session:
        row = scope.one(session, message_queries.listed(me), OutgoingMessage.public_id == ref)
        person, organisation, account = _about(session, row)
        letter, moot = _letter(session, row, now)
        signer = message_queries.signer(session, row)
        address = message_queries.address_now(session, row)
        others = message_queries.names_others(session, me, row)
    said = (row.sent_subject, row.sent_text) if row.state is State.SENT else (None, None)
    if letter is not None:
        said = (letter.subject, letter.text())
    if others:
        said = (said[0], None)
    return render_template(
        "messages/show.html",
        message=row,
        person=person,
        name=message_queries.recipient(row, person, organisation, account),
        subject=said[0],
        text=said[1],
        moot=words.WHY.get(moot or "", None),
        others=others,
        why=words.why(row) if row.state is not State.SENT else None,
        lead=words.in_short(row, now),
        signer=signer,
        address_now=address,
        conflict=conflict,
        words=words,
        kept=letters.LINK_KEPT,
        server=_server() if row.state is State.WAITING else None,
        State=State,
    )


def _about(session: Session, row: OutgoingMessage) -> tuple[Person | None, str | None, str | None]:
    found = session.execute(message_queries.listed(actor()).where(OutgoingMessage.id == row.id)).one()
    return found[1], found[2], found[3]


def _letter(session: Session, row: OutgoingMessage, at: datetime) -> tuple[Any, str | None]:
    """The letter as it would leave; else why it would not."""
    if row.state is State.SENT:
        return None, None
    try:
        return compose(session, row, book=book(), on=today(), at=at), None
    except Moot as moot:
        return None, moot.code


@pages.post("/messages/<uuid:ref>/envoi")
@requires("messages.handle")
def send_now(ref: UUID) -> Response | tuple[str, int]:
    now = clock.now()
    said = "message-now" if outbox.in_hours(now) == now else "message-morning"
    return _act(ref, message_acts.send_now, said)


@pages.post("/messages/<uuid:ref>/retenue")
@requires("messages.handle")
def hold_back(ref: UUID) -> Response | tuple[str, int]:
    return _act(ref, message_acts.hold_back, "message-held")


@pages.post("/messages/<uuid:ref>/renvoi")
@requires("messages.handle")
def send_again(ref: UUID) -> Response | tuple[str, int]:
    return _act(ref, message_acts.send_again, "message-again")


def _act(ref: UUID, act: Callable[..., None], said: str) -> Response | tuple[str, int]:
    """Do it; what the message has become meanwhile is shown instead when it cannot be done any more."""
    try:
        with transaction() as session:
            message = message_acts.locked(session, actor(), OutgoingMessage.public_id == ref)
            act(session, actor(), message, at=clock.now())
    except InvalidInput as refusal:
        return _page(ref, sentence_for(refusal)), 422
    except Conflict:
        return _page(ref, words.OVERTAKEN), 409
    return redirect(done(url_for(".show", ref=ref), said), 303)
