"""Proving who one is: the password, then the code. Every try is counted first and leaves a trace."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from matching import accounts, audit, clock
from matching.store.accounts import User

from ..db import installation, transaction
from . import sessions, throttle, totp
from .passwords import passwords
from .sessions import SignedIn, visit
from .throttle import TooManyTries


def give_password(email: str, password: str) -> User | None:
    """The account that this opens, None when it opens none. Raises TooManyTries, Unavailable("busy").

    An unknown or disabled account costs and counts as much as a known one, and leaves the same trace (A6).
    """
    with transaction() as session:
        counted = _count(session, email, throttle.PASSWORD)
        user = accounts.by_email(session, email)
    if counted.row is None:
        raise TooManyTries(counted.wait)
    stored = user.password_hash if user is not None and user.active else None
    right = passwords().verify(stored, password)
    if user is None or stored is None or not right:
        with transaction() as session:
            note(session, "account.sign-in-failed", user, actor_id=None)
        return None
    renewed = passwords().hash(password) if passwords().needs_rehash(stored) else stored
    with transaction() as session:
        throttle.succeed(session, counted.row)
        if renewed != stored:
            session.execute(
                sa.update(User)
                .where(User.id == user.id, User.password_hash == stored)
                .values(password_hash=renewed)
            )
    return user


def needs_second_factor(user: User) -> bool:
    """Whether the password alone does not open."""
    for_all = installation().settings.second_factor_for_all
    return user.totp_secret is not None or totp.is_mandatory(user.role, for_all=for_all)


def enter(user: User, *, verified: bool, action: str = "account.signed-in") -> None:
    """Sign this browser in as that account, past the second factor or not yet."""
    at = clock.now()
    with transaction() as session:
        sessions.begin(session, user.id, at=at, verified=verified)
        note(session, action if verified else "account.password-given", user)


def give_code(signed_in: SignedIn, code: str, *, action: str) -> bool:
    """Whether this one-time or recovery code opens; then the session is verified and fresh. Raises TooManyTries."""
    at = clock.now()
    with transaction() as session:
        counted = _count(session, signed_in.email, throttle.CODE)
        user = own(session, signed_in)
        right, by = False, action
        if counted.row is not None:
            right = totp.accept(session, user, code, at=at)
            if not right and totp.accept_recovery(session, user, code, at=at):
                right, by = True, "account.recovery-code-used"
            if right:
                throttle.succeed(session, counted.row)
                sessions.renew(session, signed_in, at=at)
            note(session, by if right else "account.second-factor-failed", user)
    if counted.row is None:
        raise TooManyTries(counted.wait)
    return right


def prove(signed_in: SignedIn, password: str, code: str | None) -> bool:
    """Whether whoever sits there is the one who signed in; then the session is fresh. Raises TooManyTries."""
    if give_password(signed_in.email, password) is None:
        return False
    if code is not None:
        return give_code(signed_in, code, action="account.confirmed")
    with transaction() as session:
        sessions.renew(session, signed_in, at=clock.now())
        note(session, "account.confirmed", own(session, signed_in))
    return True


def offered_secret(session: Session) -> str:
    """The secret that this browser is offered for its telephone."""
    return totp.new_secret(session.info["seal"], visit().token)


def enrol(signed_in: SignedIn, code: str) -> list[str] | None:
    """Keep the offered secret; the ten recovery codes, to be shown once. None: a wrong code. Other sessions end."""
    at = clock.now()
    with transaction() as session:
        user = own(session, signed_in)
        codes = totp.enrol(session, user, offered_secret(session), code, at=at)
        if codes is None:
            return None
        accounts.end_sessions(session, user.id, at=at, keep=signed_in.session_id)
        sessions.renew(session, signed_in, at=at)
        note(session, "account.second-factor-set", user)
    return codes


def own(session: Session, signed_in: SignedIn) -> User:
    """The account of that session."""
    return session.scalars(sa.select(User).where(User.id == signed_in.actor.id)).one()


def note(session: Session, action: str, user: User | None, **who: Any) -> None:
    """Put what happened at the door on the trail, under the account's own name unless told otherwise."""
    audit.append(
        session,
        at=clock.now(),
        actor_id=who.get("actor_id", user.id if user else None),
        action=action,
        subject_kind="account",
        subject_id=str(user.public_id) if user else None,
    )


def _count(session: Session, email: str, step: str) -> throttle.Try:
    limits = installation().settings.limits
    return throttle.count(session, email, request.remote_addr, step, at=clock.now(), limits=limits)
