"""Second factor (A3): one-time codes of which each opens once, and ten recovery codes."""

from __future__ import annotations

import hmac
import secrets
from base64 import b32encode
from datetime import datetime

import pyotp
import segno
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching.store.accounts import RecoveryCode, User
from matching.store.engine import seal_of
from matching.store.seal import Seal
from matching.vocabulary import Role

#: Seconds of a step; a code of the step before or after is taken too: telephones are not on time.
STEP = 30
WINDOW = 1
#: 160 bits, as RFC 4226 recommends.
SECRET_BYTES = 20
RECOVERY_CODES = 10
#: No 0, O, 1, I, L: they are read to one another over the telephone. 10 signs of 31 are 49 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
RECOVERY_SIGNS = 10
#: Who must have one before any page with data.
MANDATORY = frozenset({Role.ADVISOR, Role.ANIMATOR, Role.ADMIN})


def is_mandatory(role: Role, *, for_all: bool) -> bool:
    return for_all or role in MANDATORY


def new_secret(seal: Seal, token: str) -> str:
    """The secret offered to this session, in base 32.

    Derived from the session's token: looking at the page stores nothing and shows the same one twice.
    """
    return b32encode(bytes.fromhex(seal.sign(b"totp\0" + token.encode()))[:SECRET_BYTES]).decode()


def address(secret: str, *, email: str) -> str:
    """The otpauth address that telephones read."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name="Passerelle")


def qr_code(text: str) -> tuple[int, str]:
    """The same text as a square of so many modules, quiet zone included, and the path of its dark ones."""
    quiet = 4
    rows = segno.make(text, error="m", micro=False).matrix
    path = "".join(
        f"M{quiet + x} {quiet + y}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, dark in enumerate(row)
        if dark
    )
    return len(rows) + 2 * quiet, path


def step_of(secret: str, code: str, *, at: datetime) -> int | None:
    """The step, around now, of which this is the code."""
    given = "".join(code.split())
    now = int(at.timestamp()) // STEP
    maker = pyotp.TOTP(secret, interval=STEP)
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(maker.at(step * STEP).encode(), given.encode("utf-8", "replace")):
            found = step
    return found


def accept(session: Session, user: User, code: str, *, at: datetime) -> bool:
    """Whether the code opens; of two that come at once with the same one, a single one passes. Flushes."""
    if user.totp_secret is None:
        return False
    step = step_of(seal_of(session).open(user.totp_secret), code, at=at)
    if step is None:
        return False
    newer = sa.or_(User.totp_last_step.is_(None), User.totp_last_step < step)
    done = session.execute(
        sa.update(User)
        .where(User.id == user.id, newer)
        .values(totp_last_step=step)
        .execution_options(synchronize_session=False)
    )
    return _rows(done) == 1


def enrol(session: Session, user: User, secret: str, code: str, *, at: datetime) -> list[str] | None:
    """Keep the secret once a code of it was given; the ten recovery codes, to be shown once. None: a wrong code."""
    step = step_of(secret, code, at=at)
    if step is None:
        return None
    user.totp_secret, user.totp_last_step = seal_of(session).close(secret), step
    return renew_recovery_codes(session, user)


def renew_recovery_codes(session: Session, user: User) -> list[str]:
    """Ten new codes in the place of what is left of the former ones; only their hashes are kept. Flushes."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(session, code)) for code in codes)
    session.flush()
    return codes


def accept_recovery(session: Session, user: User, code: str, *, at: datetime) -> bool:
    """Whether this is a recovery code not used yet; it is used now."""
    done = session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == _hash(session, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )
    return _rows(done) == 1


def recovery_codes_left(session: Session, user_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(RecoveryCode)
    return session.scalar(query.where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))) or 0


def in_groups(text: str, size: int = 4) -> str:
    """As people copy it: ABCD EFGH…"""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def _new_code() -> str:
    signs = "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_SIGNS))
    return f"{signs[:5]}-{signs[5:]}"


def _hash(session: Session, code: str) -> str:
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return seal_of(session).sign(b"recovery\0" + plain.encode())


def _rows(result: sa.Result[object]) -> int:
    assert isinstance(result, sa.CursorResult)
    return result.rowcount
