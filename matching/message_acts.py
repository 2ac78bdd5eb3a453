"""What a message brings with it once it left, and what an advisor does with one: send now, hold back, send again."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, message_queries, outbox, proposals
from .errors import IllegalTransition, PasserelleError
from .proposals import Details, ProposalAction as Action
from .store import scope
from .store.matches import MatchProposal
from .store.messages import OutgoingMessage
from .transitions import refuse
from .vocabulary import MessageState as State, Party, ProposalState

#: Tells that a file was opened from outside the caseload: nobody keeps it from its readers.
NOTICE = "break_glass_notice"


def left(session: Session, message: OutgoingMessage, *, on: date, at: datetime) -> None:
    """The server took it: the person whom it asks was contacted, by e-mail (workflow.md, `contact`).

    What moved while it was with the server stays as it is. Flushes, never commits.
    """
    if message.kind != "ask_person":
        return
    proposal = session.scalar(
        sa.select(MatchProposal)
        .where(MatchProposal.id == message.subject_id, MatchProposal.state == ProposalState.APPROVED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if proposal is None:
        return
    try:
        with session.begin_nested():
            proposals.review(
                session,
                proposal,
                Action.CONTACT,
                actor_id=None,
                party=Party.SYSTEM,
                on=on,
                at=at,
                details=Details(channel="email"),
                told=True,
            )
    except PasserelleError:
        session.refresh(
            proposal
        )  # an address or a consent taken away in these seconds: the message tells of itself


def readdress(session: Session, message: OutgoingMessage) -> bool:
    """It leaves to the address of today, one may have been corrected while it waited; False: a twin went there."""
    address = message_queries.address_now(session, message)
    if not address or address == message.address:
        return True
    if _twin(session, message, address):
        return False
    message.address = address
    session.flush()
    return True


def _twin(session: Session, message: OutgoingMessage, address: str) -> bool:
    """Whether another message tells that address the same."""
    twin = sa.exists().where(
        OutgoingMessage.kind == message.kind,
        OutgoingMessage.subject_kind == message.subject_kind,
        OutgoingMessage.subject_id == message.subject_id,
        OutgoingMessage.address == address,
        OutgoingMessage.occasion == message.occasion,
        OutgoingMessage.id != message.id,
    )
    return bool(session.scalar(sa.select(twin)))


def locked(session: Session, actor: scope.Actor, *conditions: sa.ColumnElement[bool]) -> OutgoingMessage:
    """A message of the scope, its row held until the end of the transaction. Raises NotFound."""
    return scope.one(session, scope.messages(actor).with_for_update(), *conditions)


def send_now(session: Session, actor: scope.Actor, message: OutgoingMessage, *, at: datetime) -> None:
    """Hold it no longer: it leaves with the next round, or in the morning. Raises IllegalTransition."""
    outbox.hurry(session, message, at=at)
    _note(session, actor, message, "send-now", at=at)


def hold_back(session: Session, actor: scope.Actor, message: OutgoingMessage, *, at: datetime) -> None:
    """It will not leave. Raises IllegalTransition for one that does not wait, InvalidInput("notice-leaves")."""
    if message.kind == NOTICE:
        refuse("notice-leaves")
    if message.state is not State.WAITING:
        raise IllegalTransition("illegal-step", machine="message", state=str(message.state), action="stop")
    outbox.drop(session, message, "by-hand")
    _note(session, actor, message, "held-back", at=at)


def send_again(session: Session, actor: scope.Actor, message: OutgoingMessage, *, at: datetime) -> None:
    """It waits again, to the address of today.

    Raises IllegalTransition for one that waits or left, InvalidInput("message-no-address", "message-exists").
    """
    address = message_queries.address_now(session, message)
    if not address:
        refuse("message-no-address")
    if _twin(session, message, address):
        refuse("message-exists")
    outbox.resend(session, message, at=at, address=address)
    _note(session, actor, message, "sent-again", at=at)


def _note(session: Session, actor: scope.Actor, message: OutgoingMessage, act: str, *, at: datetime) -> None:
    audit.append(
        session,
        at=at,
        actor_id=actor.id,
        action=f"message.{act}",
        subject_kind="message",
        subject_id=str(message.public_id),
        details={"kind": message.kind},
    )
