"""Who signs in: accounts, their sessions, invitations, attempts."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from ..vocabulary import Role
from .base import Row, Utc, code, personal, plain, public_id, refers

ACCOUNT = "to give access to those entitled to it"
KEEP_ACCOUNT = "disabled after 12 months unused"


class User(Row):
    """An account; one role each (security.md §2)."""

    __tablename__ = "user"
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)

    public_id: Mapped[uuid.UUID] = public_id()
    email: Mapped[str] = personal(sa.String(255), purpose=ACCOUNT, keep=KEEP_ACCOUNT, unique=True)
    name: Mapped[str] = personal(sa.String(200), purpose=ACCOUNT, keep=KEEP_ACCOUNT)
    #: Where the people and employers that the account writes to may call back.
    phone: Mapped[str | None] = personal(sa.String(20), purpose=ACCOUNT, keep=KEEP_ACCOUNT)
    role: Mapped[Role] = plain(code(Role))
    permissions: Mapped[list[str]] = plain(sa.JSON, default=list)
    organisation_id: Mapped[int | None] = refers("organisation.id", optional=True)
    agency_id: Mapped[int | None] = refers("agency.id", optional=True)
    password_hash: Mapped[str | None] = personal(sa.String(255), purpose=ACCOUNT, keep=KEEP_ACCOUNT)
    totp_secret: Mapped[bytes | None] = personal(sa.LargeBinary, purpose=ACCOUNT, keep=KEEP_ACCOUNT)
    totp_last_step: Mapped[int | None] = plain(sa.BigInteger)
    active: Mapped[bool] = plain(sa.Boolean, default=True)
    preferences: Mapped[dict[str, Any] | None] = plain(sa.JSON)


class UserSession(Row):
    """A session is a row on the server: only the hash of its token is stored (A4)."""

    __tablename__ = "user_session"

    token_hash: Mapped[str] = plain(sa.String(64), unique=True)
    user_id: Mapped[int] = refers("user.id")
    created_at: Mapped[datetime] = plain(Utc)
    seen_at: Mapped[datetime] = plain(Utc)
    #: When the second factor passed; NULL = the password alone did.
    verified_at: Mapped[datetime | None] = plain(Utc)
    #: When the person last proved to be there, for what asks for it again.
    fresh_at: Mapped[datetime | None] = plain(Utc)
    ended_at: Mapped[datetime | None] = plain(Utc)


class RecoveryCode(Row):
    """Ten for each account, each opens once in the place of a one-time code (A3); only hashes are stored."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = refers("user.id")
    code_hash: Mapped[str] = plain(sa.String(64), unique=True)
    used_at: Mapped[datetime | None] = plain(Utc)


class Invitation(Row):
    """A door that opens once (A7): to a new account, or to a new password of the account `user_id`."""

    __tablename__ = "invitation"

    public_id: Mapped[uuid.UUID] = public_id()
    token_hash: Mapped[str] = plain(sa.String(64), unique=True)
    email: Mapped[str] = personal(sa.String(255), purpose=ACCOUNT, keep="72 hours")
    name: Mapped[str] = personal(sa.String(200), purpose=ACCOUNT, keep="72 hours")
    role: Mapped[Role] = plain(code(Role))
    permissions: Mapped[list[str]] = plain(sa.JSON, default=list)
    organisation_id: Mapped[int | None] = refers("organisation.id", optional=True)
    agency_id: Mapped[int | None] = refers("agency.id", optional=True)
    user_id: Mapped[int | None] = refers("user.id", optional=True)
    invited_by_id: Mapped[int | None] = refers("user.id", optional=True)
    created_at: Mapped[datetime] = plain(Utc)
    expires_at: Mapped[datetime] = plain(Utc)
    used_at: Mapped[datetime | None] = plain(Utc)


class LoginAttempt(Row):
    """Counted before the password is checked, also for unknown addresses (A5, A6); forgotten after a day."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        sa.Index("ix_login_attempt_account_tried_at", "account_key", "tried_at"),
        sa.Index("ix_login_attempt_address_tried_at", "address_key", "tried_at"),
    )

    account_key: Mapped[str] = plain(sa.String(64))
    address_key: Mapped[str] = plain(sa.String(64))
    step: Mapped[str] = plain(sa.String(12))
    succeeded: Mapped[bool] = plain(sa.Boolean)
    tried_at: Mapped[datetime] = plain(Utc)


class Setting(Row):
    """What the base knows of itself: the business day of a demo, the weights, a setting made on screen."""

    __tablename__ = "setting"

    name: Mapped[str] = plain(sa.String(60), unique=True)
    value: Mapped[Any] = plain(sa.JSON)
