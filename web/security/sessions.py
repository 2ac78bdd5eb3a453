"""Sessions are rows on the server (A4): the cookie holds a random token, the base its hash.

Before anybody signs in the cookie holds a token without a row; CSRF tokens are bound to it all the same. There is no
other cookie, and nothing is kept in this one.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, Request, Response, g, request, session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.orm import Session

from matching import clock
from matching.accounts import hashed, new_token
from matching.errors import NotAllowed
from matching.store.accounts import User, UserSession
from matching.store.base import Utc
from matching.store.people import Agency
from matching.store.scope import Actor
from matching.vocabulary import Role

#: Without a click for so long, a session is over; longer for those who see little.
IDLE = {
    Role.ADMIN: timedelta(minutes=30),
    Role.ADVISOR: timedelta(minutes=30),
    Role.ANIMATOR: timedelta(minutes=30),
}
IDLE_OTHERS = timedelta(hours=2)
#: However busy, a session ends after a working day.
LONGEST = timedelta(hours=10)
#: `seen_at` is written at most so often: a reader should rarely have to write.
SEEN_EVERY = timedelta(minutes=1)
#: What asks for a fresh proof asks for one of the last quarter of an hour.
FRESH = timedelta(minutes=15)

COOKIE, COOKIE_DEVELOPMENT = "__Host-passerelle", "passerelle_dev"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The session of this request: whose, and how far they are through the door."""

    session_id: int
    actor: Actor
    email: str
    verified: bool
    fresh_at: datetime | None
    preferences: dict[str, Any]

    def is_fresh(self, at: datetime) -> bool:
        return self.fresh_at is not None and at - self.fresh_at <= FRESH


class Visit(dict[str, Any], SessionMixin):
    """What Flask calls its session: the token, and the CSRF secret derived from it. Keeps nothing else."""

    def __init__(self, secret: bytes, token: str | None) -> None:
        super().__init__()
        self._secret = secret
        self.wanted = False
        self._take(token or new_token())
        self.new = token is None

    def _take(self, token: str) -> None:
        self.token = token
        self["csrf_token"] = hmac.new(self._secret, b"csrf\0" + token.encode(), hashlib.sha256).hexdigest()

    def __contains__(self, key: object) -> bool:
        self.wanted = True  # a form is being made: its CSRF token needs the cookie
        return super().__contains__(key)

    def rotate(self) -> str:
        """A new token for this browser: at sign-in, at the second factor, at sign-out (no fixation)."""
        self._take(new_token())
        self.new = self.wanted = True
        g.pop("csrf_token", None)
        return self.token


class Tokens(SessionInterface):
    """Reads and writes the one cookie."""

    def __init__(self, secret: bytes, *, production: bool) -> None:
        self._secret, self.production = secret, production
        self.cookie = COOKIE if production else COOKIE_DEVELOPMENT

    def open_session(self, app: Flask, request: Request) -> Visit:
        found = request.cookies.get(self.cookie, "")
        return Visit(self._secret, found if 40 <= len(found) <= 64 else None)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, Visit)
        if session.new and session.wanted:
            response.set_cookie(
                self.cookie, session.token, secure=self.production, httponly=True, samesite="Lax", path="/"
            )


def visit() -> Visit:
    """The browser of this request."""
    found: Visit = flask_session._get_current_object()  # type: ignore[attr-defined]
    return found


def open_for(session: Session, user_id: int, token: str, *, at: datetime, verified: bool) -> UserSession:
    """A session row for that token. Flushes, never commits."""
    row = UserSession(
        token_hash=hashed(token),
        user_id=user_id,
        created_at=at,
        seen_at=at,
        verified_at=at if verified else None,
        fresh_at=at if verified else None,
    )
    session.add(row)
    session.flush()
    return row


def begin(session: Session, user_id: int, *, at: datetime, verified: bool) -> None:
    """Sign this browser in, under a new token; what it was signed in as before is over. Flushes."""
    end(session, UserSession.token_hash == hashed(visit().token), at=at)
    open_for(session, user_id, visit().rotate(), at=at, verified=verified)
    g.pop("signed_in", None)


def renew(session: Session, signed_in: SignedIn, *, at: datetime) -> None:
    """The person of this session has just proved again who they are: a new token, fresh from now on. Flushes."""
    session.execute(
        sa.update(UserSession)
        .where(UserSession.id == signed_in.session_id)
        .values(
            token_hash=hashed(visit().rotate()),
            verified_at=sa.func.coalesce(UserSession.verified_at, sa.bindparam("at", at, type_=Utc())),
            fresh_at=at,
        )
    )
    g.pop("signed_in", None)


def leave(session: Session, *, at: datetime) -> None:
    """End the session of this browser; the next page starts under a new token. Flushes."""
    end(session, UserSession.token_hash == hashed(visit().token), at=at)
    visit().rotate()
    g.signed_in = None


def end(session: Session, *conditions: Any, at: datetime) -> None:
    """End the sessions that meet the conditions and are not over yet."""
    session.execute(
        sa.update(UserSession).where(UserSession.ended_at.is_(None), *conditions).values(ended_at=at)
    )


def others(session: Session, signed_in: SignedIn, *, at: datetime) -> int:
    """How many other sessions of that account are open."""
    idle = IDLE.get(signed_in.actor.role, IDLE_OTHERS)
    query = sa.select(sa.func.count(UserSession.id)).where(
        UserSession.user_id == signed_in.actor.id,
        UserSession.id != signed_in.session_id,
        UserSession.ended_at.is_(None),
        UserSession.verified_at.is_not(None),
        UserSession.seen_at >= at - idle,
        UserSession.created_at >= at - LONGEST,
    )
    return session.scalar(query) or 0


def find(session: Session, token: str, *, at: datetime) -> tuple[SignedIn, datetime] | None:
    """The live session of that token and when it was last seen; None when it ended, lapsed or never was."""
    row = session.execute(
        sa.select(UserSession, User, Agency)
        .join(User, User.id == UserSession.user_id)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .where(UserSession.token_hash == hashed(token), UserSession.ended_at.is_(None), User.active)
    ).first()
    if row is None:
        return None
    kept, user, agency = row
    idle = IDLE.get(user.role, IDLE_OTHERS)
    if at - kept.seen_at > idle or at - kept.created_at > LONGEST:
        return None
    actor = Actor.of(user, agency)
    signed_in = SignedIn(
        kept.id, actor, user.email, kept.verified_at is not None, kept.fresh_at, dict(user.preferences or {})
    )
    return signed_in, kept.seen_at


def identify() -> SignedIn | None:
    """Who asks, looked up once a request; notes that they were seen."""
    if "signed_in" not in g:
        g.signed_in = None
        g.signed_in = _identify()
    found: SignedIn | None = g.signed_in
    return found


def _identify() -> SignedIn | None:
    from ..db import reading, transaction

    browser = visit()
    if browser.new:
        return None
    at = clock.now()
    with reading() as session:
        found = find(session, browser.token, at=at)
    if found is None:
        return None
    signed_in, seen_at = found
    if at - seen_at >= SEEN_EVERY:
        with transaction() as session:
            session.execute(
                sa.update(UserSession).where(UserSession.id == signed_in.session_id).values(seen_at=at)
            )
    return signed_in


def current() -> SignedIn | None:
    """Whoever passed the whole door, as already looked up; None else. Asks nothing of the base (error pages)."""
    found: SignedIn | None = g.get("signed_in")
    return found if found is not None and found.verified else None


def actor() -> Actor:
    """The signed-in account of this request. Raises NotAllowed when there is none."""
    found = current()
    if found is None:
        raise NotAllowed("signed-out")
    return found.actor


def is_json() -> bool:
    return request.path.startswith("/api/")
