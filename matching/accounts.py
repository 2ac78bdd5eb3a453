"""Accounts: who is invited, what they may do, how their doors close (security.md §2, A3, A4, A7).

Passwords come here already hashed; links are shown once, and only their hash is kept.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import audit, feeds
from .errors import Conflict, InvalidInput
from .store.accounts import Invitation, RecoveryCode, Setting, User, UserSession
from .store.organisations import Organisation
from .store.people import Agency
from .store.scope import IMPORT, SUPERVISE
from .vocabulary import AgencyKind, Role

#: One @, no space, a point in the domain: the rest is the business of whoever receives the mail.
EMAIL_SHAPE = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,24}\Z")
#: A link to a new account, and one to a new password (A7).
INVITATION_TIME, PASSWORD_TIME = timedelta(hours=72), timedelta(hours=1)
#: Roles that work within an agency, and the one that speaks for an organisation.
IN_AGENCY = frozenset({Role.ADVISOR, Role.ANIMATOR})
#: What an account of a role may be allowed besides.
MAY_ALSO = {Role.ADVISOR: (IMPORT, SUPERVISE)}


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account is: its role, what it may do besides, for whom it works."""

    role: Role
    permissions: tuple[str, ...] = ()
    agency_id: int | None = None
    organisation_id: int | None = None


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of a token: it can be recognised, not made again."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def ensure_user(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    permissions: Sequence[str] = (),
    agency_id: int | None = None,
) -> User:
    """The account of that address, made when there is none. Flushes, never commits."""
    found = by_email(session, email)
    if found is not None:
        return found
    made = User(
        email=email.lower(), name=name, role=role, permissions=sorted(permissions), agency_id=agency_id
    )
    session.add(made)
    session.flush()
    return made


def by_email(session: Session, email: str) -> User | None:
    return session.scalar(sa.select(User).where(User.email == email.lower()))


def ensure_agency(session: Session, name: str, kind: AgencyKind) -> Agency:
    """The agency of that name, made when there is none. Flushes, never commits."""
    found = session.scalar(sa.select(Agency).where(Agency.name == name))
    if found is None:
        found = Agency(name=name, kind=kind)
        session.add(found)
        session.flush()
    return found


def organisation_id(session: Session, number: str) -> int | None:
    """The organisation of that SIRET or RNA number, however it is spaced."""
    plain = "".join(number.split()).upper()
    known = sa.or_(Organisation.siret == plain, Organisation.rna == plain)
    return session.scalar(sa.select(Organisation.id).where(known).order_by(Organisation.id).limit(1))


def agencies(session: Session) -> list[tuple[int, str]]:
    """Key and name of every agency, by name."""
    rows = session.execute(sa.select(Agency.id, Agency.name).order_by(Agency.name)).all()
    return [(row.id, row.name) for row in rows]


def remember(session: Session, name: str, value: object) -> None:
    """Keep a setting of the base, over the former value."""
    found = session.scalar(sa.select(Setting).where(Setting.name == name))
    if found is None:
        session.add(Setting(name=name, value=value))
    else:
        found.value = value
    session.flush()


# --- links


def invite(session: Session, *, email: str, name: str, rights: Rights, by: int | None, at: datetime) -> str:
    """The token of a link to a new account, good for 72 hours; former links to that address are closed. Flushes.

    Raises InvalidInput: "account-exists", or rights that cannot be ("agency-missing", "organisation-missing").
    """
    _check(rights)
    email = email.lower()
    if by_email(session, email) is not None:
        raise InvalidInput("account-exists", field="email")
    token = _link(
        session,
        Invitation.email == email,
        at=at,
        time=INVITATION_TIME,
        by=by,
        email=email,
        name=name,
        rights=rights,
    )
    facts: dict[str, object] = {"role": str(rights.role)}
    if rights.organisation_id is not None:  # for whom they will speak: an advisor may have invited
        house = session.get_one(Organisation, rights.organisation_id)
        facts["organisation"] = str(house.public_id)
    _note(session, at, by, "account.invited", None, facts)
    return token


def new_password_link(session: Session, user: User, *, by: int | None, at: datetime) -> str:
    """The token of a link to a new password, good for one hour; the account's former ones are closed. Flushes."""
    if not user.active:
        raise Conflict("account-disabled")
    token = _link(
        session,
        Invitation.user_id == user.id,
        at=at,
        time=PASSWORD_TIME,
        by=by,
        email=user.email,
        name=user.name,
        rights=Rights(user.role),
        user_id=user.id,
    )
    _note(session, at, by, "account.password-link", user)
    return token


def _link(
    session: Session,
    former: sa.ColumnElement[bool],
    *,
    at: datetime,
    time: timedelta,
    by: int | None,
    email: str,
    name: str,
    rights: Rights,
    user_id: int | None = None,
) -> str:
    _close_links(session, former, at=at)
    token = new_token()
    session.add(
        Invitation(
            token_hash=hashed(token),
            email=email,
            name=name,
            role=rights.role,
            permissions=sorted(rights.permissions),
            agency_id=rights.agency_id,
            organisation_id=rights.organisation_id,
            user_id=user_id,
            invited_by_id=by,
            created_at=at,
            expires_at=at + time,
        )
    )
    session.flush()
    return token


def _close_links(session: Session, *which: sa.ColumnElement[bool], at: datetime) -> None:
    session.execute(
        sa.update(Invitation)
        .where(Invitation.used_at.is_(None), Invitation.expires_at > at, *which)
        .values(expires_at=at)
    )


def waiting_links(session: Session, *, at: datetime) -> Sequence[Invitation]:
    """Links to new accounts that may still be used, newest first."""
    return session.scalars(
        sa.select(Invitation)
        .where(Invitation.user_id.is_(None), Invitation.used_at.is_(None), Invitation.expires_at > at)
        .order_by(Invitation.id.desc())
    ).all()


def close_link(session: Session, public_id: uuid.UUID, *, by: int | None, at: datetime) -> None:
    """The link opens nothing any more. Flushes."""
    _close_links(session, Invitation.public_id == public_id, at=at)
    _note(session, at, by, "account.link-closed", None)


def open_link(session: Session, token: str, *, at: datetime) -> Invitation | None:
    """The link of that token, while it may still be used. Reads only: who opens a page consumes nothing."""
    return session.scalar(
        sa.select(Invitation).where(
            Invitation.token_hash == hashed(token), Invitation.used_at.is_(None), Invitation.expires_at > at
        )
    )


def use_link(session: Session, link: Invitation, password_hash: str, *, at: datetime) -> User:
    """Make the account, or give it its new password; every session of it ends. Flushes.

    Raises Conflict("link-used") when somebody was faster.
    """
    used = session.execute(
        sa.update(Invitation)
        .where(Invitation.id == link.id, Invitation.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(used, sa.CursorResult)
    if used.rowcount != 1:
        raise Conflict("link-used")
    if link.user_id is not None:
        user = session.scalars(sa.select(User).where(User.id == link.user_id)).one()
        set_password(session, user, password_hash, action="account.password-by-link", at=at)
        return user
    user = ensure_user(
        session,
        email=link.email,
        name=link.name,
        role=link.role,
        permissions=link.permissions,
        agency_id=link.agency_id,
    )
    if user.password_hash is not None:
        raise Conflict("link-used")
    user.organisation_id, user.password_hash = link.organisation_id, password_hash
    session.flush()
    _note(session, at, user.id, "account.opened", user, {"role": str(user.role)})
    return user


# --- what an account may do


def change_rights(
    session: Session, user: User, rights: Rights, *, name: str, by: int | None, at: datetime
) -> None:
    """Another name, role or place; every session of the account ends. Flushes.

    Raises InvalidInput as `invite`; Conflict: "own-account", "last-admin".
    """
    _check(rights)
    if user.id == by:
        raise Conflict("own-account")
    if user.role is Role.ADMIN and rights.role is not Role.ADMIN:
        _another_admin(session, user)
    before = _rights(user)
    user.name, user.role, user.permissions = name, rights.role, sorted(rights.permissions)
    user.agency_id, user.organisation_id = rights.agency_id, rights.organisation_id
    session.flush()
    changed = [field for field, value in _rights(user).items() if before[field] != value]
    if set(changed) - {"name"}:
        end_sessions(session, user.id, at=at)
    _note(session, at, by, "account.rights-changed", user, {"fields": changed, "role": str(user.role)})


def disable(session: Session, user: User, *, by: int | None, at: datetime) -> None:
    """Close the account: its sessions end, its links too. Raises Conflict: "own-account", "last-admin"."""
    if user.id == by:
        raise Conflict("own-account")
    if user.role is Role.ADMIN:
        _another_admin(session, user)
    user.active = False
    end_sessions(session, user.id, at=at)
    _close_links(session, Invitation.user_id == user.id, at=at)
    _note(session, at, by, "account.disabled", user)


def enable(session: Session, user: User, *, by: int | None, at: datetime) -> None:
    """Open the account again, with the password and second factor that it had."""
    user.active = True
    _note(session, at, by, "account.enabled", user)


# --- what an account proves itself with


def set_password(
    session: Session,
    user: User,
    password_hash: str,
    *,
    at: datetime,
    action: str = "account.password-changed",
    keep: int | None = None,
) -> None:
    """A new password; every session of the account ends but `keep`, and links to a new one are closed. Flushes."""
    user.password_hash = password_hash
    end_sessions(session, user.id, at=at, keep=keep)
    _close_links(session, Invitation.user_id == user.id, at=at)
    _note(session, at, user.id, action, user)


def forget_second_factor(session: Session, user: User, *, by: int | None, at: datetime) -> None:
    """Take the second factor away (a lost telephone): the next sign-in asks for a new one. Sessions end. Flushes.

    Raises Conflict("own-account"): one's own is changed from one's own page, with its code.
    """
    if user.id == by:
        raise Conflict("own-account")
    user.totp_secret = user.totp_last_step = None
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    end_sessions(session, user.id, at=at)
    _note(session, at, by, "account.second-factor-reset", user)


def end_sessions(session: Session, user_id: int, *, at: datetime, keep: int | None = None) -> None:
    """End every session of that account but `keep`, and the calendar that asks for no password. Flushes."""
    query = sa.update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if keep is not None:
        query = query.where(UserSession.id != keep)
    session.execute(query.values(ended_at=at))
    feeds.withdraw(session, user_id, at=at)


def _check(rights: Rights) -> None:
    if rights.role in IN_AGENCY and rights.agency_id is None:
        raise InvalidInput("agency-missing", field="agency")
    if rights.role is Role.EMPLOYER and rights.organisation_id is None:
        raise InvalidInput("organisation-missing", field="organisation")
    if set(rights.permissions) - set(MAY_ALSO.get(rights.role, ())):
        raise InvalidInput("permission-not-of-role", field="permissions")


def _rights(user: User) -> dict[str, object]:
    return {
        "name": user.name,
        "role": user.role,
        "permissions": sorted(user.permissions),
        "agency": user.agency_id,
        "organisation": user.organisation_id,
    }


def _another_admin(session: Session, user: User) -> None:
    """Raises Conflict("last-admin"). Of two administrators who close each other at once, the second waits here."""
    open_ones = sa.select(User.id).where(User.role == Role.ADMIN, User.active).order_by(User.id)
    if not set(session.scalars(open_ones.with_for_update())) - {user.id}:
        raise Conflict("last-admin")


def _note(
    session: Session,
    at: datetime,
    by: int | None,
    action: str,
    user: User | None,
    details: dict[str, object] | None = None,
) -> None:
    session.flush()
    audit.append(
        session,
        at=at,
        actor_id=by,
        action=action,
        subject_kind="account",
        subject_id=str(user.public_id) if user else None,
        details=details,
    )
