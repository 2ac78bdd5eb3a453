"""One round of the outbox: take a message, compose it, give it to the server, note what became of it.

Each step is a transaction of its own, and none is open while the server is asked (reliability.md D3). A message that a
worker took and never answered for is not sent again by itself: `matching.outbox`.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa

from matching import clock, message_acts, outbox
from matching.store.engine import Database
from matching.store.messages import AccessLink, OutgoingMessage
from matching.vocabulary import MessageState as State

from .. import links
from ..settings import Settings
from . import compose, transport as transports
from .letter import Letter, Moot
from .transport import Envelope, Transport, Undelivered

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook

log = logging.getLogger("passerelle.mail")

#: Messages a round, and seconds after which it ends: the next one is a minute away.
MOST, SECONDS = 200, 40.0


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that is ours to send: its key, the try it is, the letter and its envelope."""

    id: int
    attempt: int
    letter: Letter
    envelope: Envelope


def run(database: Database, settings: Settings) -> Counter[str]:
    """A round on the business day, now. Nothing without a server: messages wait."""
    from .. import database as databases
    from ..rules import book_of

    where = transports.of(settings)
    if where is None:
        return Counter()
    at = clock.now()
    with database.reading() as session:
        due = session.scalar(
            sa.select(OutgoingMessage.id)
            .where(OutgoingMessage.state.in_((State.WAITING, State.SENDING)), OutgoingMessage.try_at <= at)
            .limit(1)
        )
    if due is None:
        return Counter()
    on = databases.business_day(settings, database, None)
    return deliver(database, settings, where, book=book_of(settings), on=on, at=at)


def deliver(
    database: Database,
    settings: Settings,
    where: Transport,
    *,
    book: ProgrammeBook,
    on: date,
    at: datetime,
    most: int = MOST,
) -> Counter[str]:
    """Send what is due. Returns how many messages met which end: `sent`, or the code of what kept them."""
    ended: Counter[str] = Counter()
    began = time.monotonic()
    while sum(ended.values()) < most and time.monotonic() - began < SECONDS:
        taken = _take(database, settings, book, on=on, at=at)
        if taken is None:
            break
        if isinstance(taken, str):
            ended[taken] += 1
            continue
        outcome = _send(where, taken.envelope)
        _note(database, taken, outcome, on=on, at=at)
        ended[outcome or "sent"] += 1
        if outcome == outbox.AWAY:
            break  # the others would meet the same: their tries are not spent
    return ended


def _take(
    database: Database, settings: Settings, book: ProgrammeBook, *, on: date, at: datetime
) -> Taken | str | None:
    """The next message, claimed and composed; the code of one that does not leave; None when nothing is due."""
    with database.transaction() as session:
        claimed = outbox.claim(session, at=at, limit=1)
        if not claimed:
            return None
        message = claimed[0]
        name = str(message.public_id)
        try:
            with session.begin_nested():
                letter = compose.compose(session, message, book=book, on=on, at=at)
                if not message_acts.readdress(session, message):
                    raise Moot
                url = compose.address_of(session, message, letter.link, links.base(settings), at=at)
                envelope = transports.seal(
                    letter, name=name, address=message.address, sender=settings.mail_from, url=url, at=at
                )
        except Moot as moot:
            outbox.drop(session, message, moot.code)
            return moot.code
        except Undelivered as fault:
            outbox.failed(session, message, fault.code, at=at)
            return fault.code
        except Exception as fault:  # a poison message must not stop the others; its words are not told
            log.error("message %s not composed: %s", name, type(fault).__name__)
            outbox.failed(session, message, "not-composed", at=at)
            return "not-composed"
        return Taken(message.id, message.attempts, letter, envelope)


def _send(where: Transport, envelope: Envelope) -> str | None:
    """None once the server has it, else the code of what kept it."""
    try:
        where.send(envelope)
    except Undelivered as fault:
        return fault.code
    except Exception as fault:  # nobody knows how far it went
        log.error("message %s: %s", envelope.name, type(fault).__name__)
        return "interrupted"
    return None


def _note(database: Database, taken: Taken, outcome: str | None, *, on: date, at: datetime) -> None:
    """Write what became of it, unless somebody took it over meanwhile."""
    with database.transaction() as session:
        message = session.scalars(
            sa.select(OutgoingMessage).where(OutgoingMessage.id == taken.id).with_for_update()
        ).one()
        given_up = message.state is State.FAILED and message.error_code == "interrupted"
        if message.attempts != taken.attempt or not (message.state is State.SENDING or given_up):
            return
        if outcome is not None:
            if outcome != "interrupted":  # nobody has the link of this try, and nobody ever will
                session.execute(
                    sa.delete(AccessLink).where(
                        AccessLink.message_id == message.id, AccessLink.issued_at == at
                    )
                )
            outbox.failed(session, message, outcome, at=at)
            return
        outbox.sent(session, message, at=at, subject=taken.letter.subject, text=taken.letter.text())
        message_acts.left(session, message, on=on, at=at)
