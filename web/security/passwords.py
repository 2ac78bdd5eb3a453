"""Passwords: what a good one is (A1), and Argon2id to keep and check them (A2)."""

from __future__ import annotations

import math
import os
import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from matching.errors import Unavailable

from ..settings import Argon2

#: Bits of entropy by the CNIL's formula (délibération 2022-100), rounded as it rounds: 12 signs of four classes pass.
BITS = 80
#: Signs of each class; the CNIL counts 37 special ones.
LOWER, UPPER, DIGITS, OTHERS = 26, 26, 10, 37
#: Longer than this is no password but a load; hashing it would cost.
LONGEST_BYTES = 1_024
#: Fewer different signs than this and length says nothing.
DISTINCT = 4
#: Words that everybody here would try first.
OURS = ("passerelle", "amiens")
#: Seconds that a check waits for its turn.
PATIENCE = 2.0

#: Half a sign: no keyboard writes it, and it cannot be hashed.
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Signs that stand in for letters.
_DISGUISE = str.maketrans("013457@$!€", "oieastasie")
#: Walks over figures, letters and keyboards, forwards and backwards.
_WALKS = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
)


class Passwords:
    """Hashes and checks, at most one a core at once. Raises Unavailable("busy") after two seconds of waiting."""

    def __init__(self, cost: Argon2) -> None:
        self._hasher = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory, parallelism=cost.lanes)
        self._turns = threading.BoundedSemaphore(os.cpu_count() or 1)

    @cached_property
    def _nobody(self) -> str:
        """Checked in the place of an account that is not there, so that nobody can tell (A6)."""
        return self._hasher.hash(os.urandom(16).hex())

    def hash(self, password: str) -> str:
        with self._turn():
            return self._hasher.hash(normal(password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Whether this is the password; takes as long when there is none."""
        readable = len(password.encode("utf-8", "replace")) <= LONGEST_BYTES and not _SURROGATE.search(
            password
        )
        with self._turn():
            nobody = self._nobody  # made by the first check, whoever it is for
            try:
                right = self._hasher.verify(stored or nobody, normal(password) if readable else "")
            except (VerificationError, InvalidHashError):
                return False
        return right and stored is not None and readable

    def needs_rehash(self, stored: str) -> bool:
        """Whether it was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=PATIENCE):
            raise Unavailable("busy")
        try:
            yield
        finally:
            self._turns.release()


def passwords() -> Passwords:
    """Those of this installation."""
    found: Passwords = current_app.extensions["passerelle.passwords"]
    return found


def normal(password: str) -> str:
    """One spelling of the same text, however it was typed (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def entropy(password: str) -> float:
    """Length × log2(size of the classes used), in bits."""
    size = (
        LOWER * any("a" <= sign <= "z" for sign in password)
        + UPPER * any("A" <= sign <= "Z" for sign in password)
        + DIGITS * any("0" <= sign <= "9" for sign in password)
        + OTHERS * any(not (sign.isascii() and sign.isalnum()) for sign in password)
    )
    return len(password) * math.log2(size) if size else 0.0


def weakness(password: str, *, personal: Iterable[str] = ()) -> str | None:
    """Code of what is wrong with a new password, None when it is good. `personal`: the e-mail address and the name."""
    if len(password.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        return "password-long"
    text = normal(password)
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        return "password-signs"
    if round(entropy(text)) < BITS or len(set(text)) < DISTINCT:
        return "password-weak"
    plain = _plain(text)
    words = {*OURS, *(part for each in personal for part in _parts(each))}
    if any(word in plain for word in words):
        return "password-personal"
    return "password-common" if _is_common(plain) else None


def _plain(text: str) -> str:
    """Without accents and case."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _parts(text: str) -> list[str]:
    """Words of four letters or more of an e-mail address (before its last point) or a name."""
    account, _, domain = text.partition("@")
    named = f"{account} {domain.rpartition('.')[0]}" if domain else account
    return [word for word in re.split(r"[^a-z0-9]+", _plain(named)) if len(word) >= 4]


def _is_common(plain: str) -> bool:
    """A word of the list, as it is, dressed with figures and signs, disguised (p4ssw0rd), or said several times."""
    if any(sign.isalpha() and not sign.isascii() for sign in plain):  # other letters are more than a dress
        return False
    joined = re.sub(r"[^a-z0-9]", "", plain)
    if joined and any(
        joined in walk * (len(joined) // len(walk) + 2) for each in _WALKS for walk in (each, each[::-1])
    ):
        return True
    bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", plain)
    spellings = {plain, joined, bare, bare.translate(_DISGUISE), plain.translate(_DISGUISE)}
    spellings |= {re.sub(r"[^a-z]", "", each) for each in spellings}
    return any(each in common() or _once(each) in common() for each in spellings if each)


def _once(text: str) -> str:
    """The shortest text of which this one is a repetition."""
    start = (text + text).find(text, 1)
    return text[:start] if 0 < start < len(text) else text


@cache
def common() -> frozenset[str]:
    """The list that ships with the project: French and other passwords that are tried first."""
    lines = Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split()
    return frozenset(_plain(line) for line in lines)
