"""One click a person of the demo: on a base that `demo load` filled, from this machine only, never in production."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.store.accounts import User

from ..db import installation
from ..demo.actors import DOORS
from .addresses import is_local


class Door(NamedTuple):
    user: User
    may: str


def are_open() -> bool:
    here = installation()
    return here.demo and not here.settings.production and is_local()


def doors(session: Session) -> list[Door]:
    """Those that can be taken, in the order of the demo; none when they are closed."""
    if not are_open():
        return []
    found = session.scalars(sa.select(User).where(User.email.in_(DOORS), User.active)).all()
    order = list(DOORS)
    return [Door(user, DOORS[user.email]) for user in sorted(found, key=lambda user: order.index(user.email))]
