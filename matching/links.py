"""Personal links (security.md A8): 256 random bits in an address, their hash in the base. Opening one never writes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .errors import Conflict, NotFound
from .store.messages import AccessLink, OutgoingMessage
from .store.people import Person
from .vocabulary import LinkKind

#: How long each opens (A8; ux.md §10).
LASTS = {
    LinkKind.FILE: timedelta(days=7),
    LinkKind.ANSWER: timedelta(days=14),
    LinkKind.EMPLOYER: timedelta(days=14),
    LinkKind.REFRESH: timedelta(days=30),
    LinkKind.CHECK_IN: timedelta(days=14),
    LinkKind.FEED: timedelta(days=366),
    LinkKind.CLUB: timedelta(days=14),
}
#: Sent to a young person, and opened without another proof.
TO_PEOPLE = frozenset({LinkKind.ANSWER, LinkKind.CHECK_IN, LinkKind.CLUB})
#: Wrong birth dates before a FILE link is over.
TRIES = 5


def issue(
    session: Session, kind: LinkKind, *, at: datetime, issued_by_id: int | None = None, **subject: Any
) -> tuple[AccessLink, str]:
    """A new link and its token, shown once; `subject`: person_id, proposal_id, offer_id, placement_id, check_in_id,
    membership_id, user_id, message_id. Flushes, never commits."""
    token = secrets.token_urlsafe(32)
    link = AccessLink(
        token_hash=hashed(token),
        kind=kind,
        issued_at=at,
        expires_at=at + LASTS[kind],
        issued_by_id=issued_by_id,
        **subject,
    )
    session.add(link)
    session.flush()
    return link, token


def find(session: Session, token: str, *kinds: LinkKind, at: datetime) -> AccessLink:
    """The link of that token, still open. Writes nothing.

    Raises NotFound("link-unknown"), Conflict("link-expired"), ("link-revoked") or ("link-locked").
    """
    link = session.scalar(
        sa.select(AccessLink).where(AccessLink.token_hash == hashed(token), AccessLink.kind.in_(kinds))
    )
    if link is None:
        raise NotFound("link-unknown")
    if link.revoked_at is not None:
        raise Conflict("link-revoked", kind=str(link.kind))
    if link.tries >= TRIES:
        raise Conflict("link-locked", kind=str(link.kind))
    if link.expires_at <= at:
        raise Conflict("link-expired", kind=str(link.kind))
    if link.kind in TO_PEOPLE and _went_elsewhere(session, link):
        raise Conflict("link-revoked", kind=str(link.kind))
    return link


def _went_elsewhere(session: Session, link: AccessLink) -> bool:
    """Whether the message that brought it went to an address that is no longer the person's: a stranger's, perhaps."""
    told = session.execute(
        sa.select(OutgoingMessage.address, Person.email)
        .join(Person, Person.id == OutgoingMessage.person_id)
        .where(OutgoingMessage.id == link.message_id)
    ).one_or_none()
    return told is not None and told.address.lower() != (told.email or "").lower()


def use(session: Session, link: AccessLink, *, at: datetime) -> bool:
    """Spend a link that opens once. False when it was spent before: two presses of a button have one effect."""
    taken = session.execute(
        sa.update(AccessLink)
        .where(AccessLink.id == link.id, AccessLink.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session="fetch")
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def revoke(session: Session, *conditions: Any, at: datetime) -> int:
    """Links that meet the conditions and are not revoked yet open no more. Returns how many."""
    closed = session.execute(
        sa.update(AccessLink)
        .where(AccessLink.revoked_at.is_(None), *conditions)
        .values(revoked_at=at)
        .execution_options(synchronize_session="fetch")
    )
    return int(closed.rowcount)  # type: ignore[attr-defined]


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
