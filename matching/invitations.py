"""An employer is invited by an advisor: one narrow invitation, to speak for that organisation and nothing else (A7).

Every other account is the administrator's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import accounts, outbox
from .errors import InvalidInput, NotFound
from .store import scope
from .store.accounts import Invitation, User
from .store.messages import OutgoingMessage
from .store.organisations import Organisation
from .vocabulary import Role


@dataclass(frozen=True, slots=True)
class Invited:
    """Who speaks for an organisation: accounts, and invitations that may still be used."""

    accounts: Sequence[User]
    waiting: Sequence[Invitation]


def invite(
    session: Session,
    organisation: Organisation,
    *,
    email: str,
    name: str,
    by_mail: bool,
    actor: scope.Actor,
    on: date,
    at: datetime,
) -> str | None:
    """Invite somebody to speak for that organisation, for 72 hours; former invitations of that address are closed.

    By mail: the link is made when the message leaves, and nobody here sees it; None. Else: the token of the link, shown
    once to whoever hands it over. Raises InvalidInput("account-exists"): an account has that address, or will have it.
    Flushes, never commits.
    """
    _not_of_the_house(session, email, at)
    rights = accounts.Rights(Role.EMPLOYER, organisation_id=organisation.id)
    token = accounts.invite(session, email=email, name=name, rights=rights, by=actor.id, at=at)
    if not by_mail:
        return token
    link = session.scalars(sa.select(Invitation).where(Invitation.token_hash == accounts.hashed(token))).one()
    outbox.queue(
        session,
        "employer_invited",
        subject=("invitation", link.id),
        address=link.email,
        on=on,
        at=at,
        organisation_id=organisation.id,
        sender_id=actor.id,
    )
    return None


def _not_of_the_house(session: Session, email: str, at: datetime) -> None:
    """An invitation that the administrator made is not replaced by an employer's."""
    other = sa.exists().where(
        Invitation.email == email.lower(),
        Invitation.role != Role.EMPLOYER,
        Invitation.user_id.is_(None),
        Invitation.used_at.is_(None),
        Invitation.expires_at > at,
    )
    if session.scalar(sa.select(other)):
        raise InvalidInput("account-exists", field="email")


def close(
    session: Session, organisation: Organisation, ref: object, *, actor: scope.Actor, at: datetime
) -> None:
    """Take an invitation of that organisation back: its link opens nothing, its message does not leave.

    Raises NotFound for one of another organisation.
    """
    link = session.scalar(
        sa.select(Invitation).where(
            Invitation.public_id == ref,
            Invitation.organisation_id == organisation.id,
            Invitation.role == Role.EMPLOYER,
            Invitation.user_id.is_(None),
        )
    )
    if link is None:
        raise NotFound("not-found")
    outbox.cancel(
        session,
        OutgoingMessage.kind == "employer_invited",
        OutgoingMessage.subject_kind == "invitation",
        OutgoingMessage.subject_id == link.id,
    )
    accounts.close_link(session, link.public_id, by=actor.id, at=at)


def of(session: Session, organisation: Organisation, *, at: datetime) -> Invited:
    """Two queries."""
    open_accounts = session.scalars(
        sa.select(User)
        .where(User.organisation_id == organisation.id, User.role == Role.EMPLOYER, User.active)
        .order_by(User.name, User.id)
    ).all()
    waiting = session.scalars(
        sa.select(Invitation)
        .where(
            Invitation.organisation_id == organisation.id,
            Invitation.role == Role.EMPLOYER,
            Invitation.user_id.is_(None),
            Invitation.used_at.is_(None),
            Invitation.expires_at > at,
        )
        .order_by(Invitation.id.desc())
    ).all()
    return Invited(open_accounts, waiting)
