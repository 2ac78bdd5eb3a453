"""Accounts of those who act in the base; how they sign in comes with the doors."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.accounts import Setting, User
from .vocabulary import Role


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
    found = session.scalar(sa.select(User).where(User.email == email.lower()))
    if found is not None:
        return found
    made = User(
        email=email.lower(), name=name, role=role, permissions=sorted(permissions), agency_id=agency_id
    )
    session.add(made)
    session.flush()
    return made


def remember(session: Session, name: str, value: object) -> None:
    """Keep a setting of the base, over the former value."""
    found = session.scalar(sa.select(Setting).where(Setting.name == name))
    if found is None:
        session.add(Setting(name=name, value=value))
    else:
        found.value = value
    session.flush()
