"""Slows down who guesses (A5, A3): tries are rows, shared by every process, written before anything is checked.

Unknown addresses are counted like known ones. A try that is refused is not counted: nobody can keep an owner out for
good by hammering.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.errors import PasserelleError
from matching.store.accounts import LoginAttempt
from matching.store.engine import seal_of

from ..settings import Limits
from ..wording import accounts as words

PASSWORD, CODE = "password", "code"

#: After the first failures, so many seconds, doubled by each further one, never more than an hour at a time.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=60), timedelta(hours=1)
DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
#: Codes are short: five tries in a quarter of an hour, whatever the device.
CODE_TRIES, CODE_TIME = 5, timedelta(minutes=15)
#: pg_advisory_xact_lock key: on PostgreSQL two tries are counted one after the other, as on SQLite.
LOCK = 0x646F6F72


class TooManyTries(PasserelleError):
    """`wait`: seconds before the next try is looked at."""

    def __init__(self, wait: int) -> None:
        super().__init__("too-many-tries", wait=wait, time=words.wait(wait))
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Try:
    """One try: counted (`row`), or refused for so many seconds (`wait`)."""

    row: int | None
    wait: int = 0


def count(
    session: Session, email: str, remote: str | None, step: str, *, at: datetime, limits: Limits
) -> Try:
    """Count a try of that account from that address, as a failure until `succeed` says otherwise. Flushes."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    account, address = _key(session, "account", email.lower()), _key(session, "address", remote or "")
    session.execute(
        sa.delete(LoginAttempt).where(LoginAttempt.tried_at <= at - DAY)
    )  # counted nowhere any more
    tries = session.execute(
        sa.select(LoginAttempt.tried_at, LoginAttempt.succeeded)
        .where(LoginAttempt.account_key == account, LoginAttempt.step == step)
        .order_by(LoginAttempt.tried_at.desc(), LoginAttempt.id.desc())
        .limit(200)
    ).all()
    from_address = session.scalars(
        sa.select(LoginAttempt.tried_at)
        .where(
            LoginAttempt.address_key == address,
            LoginAttempt.tried_at > at - HOUR,
            LoginAttempt.succeeded.is_(False),
        )
        .order_by(LoginAttempt.tried_at.desc())
        .limit(limits.address)
    ).all()
    failures = [tried for tried, succeeded in tries if not succeeded]
    ends = [_full(from_address, limits.address, HOUR)]
    if step == CODE:
        ends.append(_full([each for each in failures if each > at - CODE_TIME], CODE_TRIES, CODE_TIME))
    else:
        ends.append(_full(failures, limits.daily, DAY))
        in_a_row = next((n for n, (_, succeeded) in enumerate(tries) if succeeded), len(tries))
        if in_a_row >= limits.tries:
            wait = FIRST_WAIT * 2 ** min(in_a_row - limits.tries, 10)
            ends.append(tries[0][0] + min(wait, LONGEST_WAIT))
    until = max((end for end in ends if end is not None), default=at)
    if until > at:
        return Try(None, math.ceil((until - at).total_seconds()))
    row = LoginAttempt(account_key=account, address_key=address, step=step, succeeded=False, tried_at=at)
    session.add(row)
    session.flush()
    return Try(row.id)


def succeed(session: Session, counted: int) -> None:
    """That try was the right one: the failures before it no longer make anybody wait. Flushes."""
    session.execute(sa.update(LoginAttempt).where(LoginAttempt.id == counted).values(succeeded=True))


def forgive(session: Session, email: str) -> None:
    """A new password was chosen through a link: former failures no longer make its owner wait. Flushes."""
    account = _key(session, "account", email.lower())
    session.execute(
        sa.delete(LoginAttempt).where(LoginAttempt.account_key == account, LoginAttempt.step == PASSWORD)
    )


def _full(tried: Sequence[datetime], most: int, time: timedelta) -> datetime | None:
    """When the oldest of the last `most` tries (newest first) leaves the time that they are counted over."""
    return tried[most - 1] + time if len(tried) >= most else None


def _key(session: Session, kind: str, text: str) -> str:
    """Neither e-mail addresses nor those of machines are kept: their signature is enough to count."""
    return seal_of(session).sign(f"{kind}\0{text}".encode())


def ask(session: Session, what: str, who: str, *, at: datetime, most: int, within: timedelta) -> int:
    """Count one more of what an account may ask for `most` times in that long; seconds to wait when it is too much.

    Shared by every process, like tries; no try itself. Flushes.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    key = _key(session, what, who)
    session.execute(
        sa.delete(LoginAttempt).where(LoginAttempt.account_key == key, LoginAttempt.tried_at <= at - within)
    )
    asked = session.scalars(
        sa.select(LoginAttempt.tried_at)
        .where(LoginAttempt.account_key == key)
        .order_by(LoginAttempt.tried_at.desc())
        .limit(most)
    ).all()
    until = _full(asked, most, within)
    if until is not None and until > at:
        return math.ceil((until - at).total_seconds())
    session.add(LoginAttempt(account_key=key, address_key=key, step=what, succeeded=True, tried_at=at))
    session.flush()
    return 0
