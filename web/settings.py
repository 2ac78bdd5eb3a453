"""Environment (and a .env file under it) -> frozen Settings. interfaces.md, "Conventions"."""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from matching.errors import InvalidInput, PasserelleError, Unavailable

#: Shorter keys can be guessed; security.md S1.
KEY_BYTES = 32
#: Found in a key, they say that nobody replaced the example; so does a handful of signs repeated.
PLACEHOLDERS = (
    b"changeme", b"change-me", b"change_me", b"change me", b"placeholder", b"your-secret", b"your_secret",
    b"secret-key", b"secret_key", b"secretkey", b"a-remplacer", b"a_remplacer", b"votre-cle", b"votre_cle",
    b"example", b"exemple", b"insecure", b"not-secret", b"notsecret", b"dev-key", b"test-key", b"0123456789",
)  # fmt: skip
DISTINCT_BYTES = 8

#: Names that a development server answers to; production names its own (security.md B6).
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
#: Where links lead when nothing says better.
PUBLIC_URL = "http://127.0.0.1:8000"


class Argon2(NamedTuple):
    """What a password costs to check: KiB of memory, passes, lanes."""

    memory: int
    passes: int
    lanes: int


#: security.md A2; production refuses less than the floor.
ARGON2 = Argon2(65_536, 3, 4)
ARGON2_FLOOR = Argon2(19_456, 2, 1)


class Limits(NamedTuple):
    """How often the doors may be tried (security.md A5, A3)."""

    #: Failures of an account before it must wait.
    tries: int = 5
    #: Failures of an account in 24 hours.
    daily: int = 25
    #: Failures from one address in an hour.
    address: int = 100


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that messages are given to. `implicit`: TLS from the first byte (smtps)."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    implicit: bool = False


#: Who writes, in development, when nothing is said.
MAIL_FROM = "passerelle@localhost.localdomain"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation is told from outside. Keys are read when first needed: `check` needs none."""

    environment: str
    data_dir: Path
    database_url: str
    programmes_dir: Path | None
    today: date | None
    trusted_hosts: tuple[str, ...]
    #: None: not told; see `web.security.addresses.public_url`.
    public_url: str | None = None
    argon2: Argon2 = ARGON2
    limits: Limits = LIMITS
    #: Whether every role needs a second factor, not the staff alone (A3).
    second_factor_for_all: bool = False
    #: Reverse proxies in front, whose X-Forwarded-For and -Proto are believed.
    proxy_hops: int = 0
    #: None: in development messages are put in a folder, in production they wait.
    smtp: Smtp | None = None
    mail_from: str = MAIL_FROM

    @property
    def production(self) -> bool:
        return self.environment == "production"

    def key(self, name: str) -> bytes:
        """SECRET_KEY or DATA_KEY: from the environment, else from a 0600 file, made at first use in development.

        Raises PasserelleError("settings-key…") when it is too short, and in production when it is missing, readable by
        others or an example that nobody replaced.
        """
        given = os.environ.get(f"PASSERELLE_{name}", "")
        if given:
            if len(given.encode()) < KEY_BYTES:
                raise PasserelleError("settings-key", name=f"PASSERELLE_{name}")
            return self._own(name, given.encode())
        path = self.data_dir / f"{name.lower()}"
        if path.is_file():
            found = path.read_bytes().strip()
            if len(found) < KEY_BYTES:
                raise PasserelleError("settings-key-file", path=path)
            if self.production and path.stat().st_mode & 0o077:
                raise PasserelleError("settings-key-readable", path=path)
            return self._own(name, found)
        if self.production:
            raise PasserelleError("settings-key", name=f"PASSERELLE_{name}")
        return write_key(path)

    def refuse_unsafe(self) -> None:
        """Raises PasserelleError("settings-…") when production would run with doors ajar (security.md S1)."""
        if not self.production:
            return
        for name in ("SECRET_KEY", "DATA_KEY"):
            self.key(name)
        for name in ("PASSERELLE_DEBUG", "FLASK_DEBUG"):
            if os.environ.get(name, "").lower() not in ("", "0", "false", "no"):
                raise PasserelleError("settings-debug", name=name)
        if not self.trusted_hosts:
            raise PasserelleError("settings-trusted-hosts")
        if any(mine < least for mine, least in zip(self.argon2, ARGON2_FLOOR, strict=True)):
            raise PasserelleError("settings-argon2-floor")

    def _own(self, name: str, key: bytes) -> bytes:
        if self.production and (
            any(each in key.lower() for each in PLACEHOLDERS) or len(set(key)) < DISTINCT_BYTES
        ):
            raise PasserelleError("settings-key-example", name=f"PASSERELLE_{name}")
        return key


def write_key(path: Path) -> bytes:
    """Make a key file readable by its owner only. Of two processes that try at once one wins and both read it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes().strip()
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(KEY_BYTES).encode())
    except OSError as fault:
        raise Unavailable("cannot-write", path=path) from fault
    return path.read_bytes().strip()


def load() -> Settings:
    """The settings of this process. Raises InvalidInput for a value that cannot be."""
    from dotenv import load_dotenv

    load_dotenv(".env")
    environment = _text("ENV") or "development"
    if environment not in ("development", "production"):
        raise PasserelleError("settings-env", value=environment)
    data_dir = Path(os.environ.get("PASSERELLE_DATA_DIR", "") or "var")
    url = os.environ.get("PASSERELLE_DATABASE_URL", "") or f"sqlite:///{data_dir / 'passerelle.db'}"
    programmes = os.environ.get("PASSERELLE_PROGRAMMES_DIR", "")
    today = _text("TODAY")
    try:
        fixed = date.fromisoformat(today) if today else None
    except ValueError as wrong:
        raise InvalidInput("settings-today", value=today) from wrong
    hosts = tuple(host.strip() for host in _text("TRUSTED_HOSTS").split(",") if host.strip())
    return Settings(
        environment,
        data_dir,
        url,
        Path(programmes) if programmes else None,
        fixed,
        hosts or (() if environment == "production" else LOOPBACK),
        public_url=_public_url(),
        argon2=_argon2(),
        limits=Limits(
            tries=_number("LOGIN_TRIES", LIMITS.tries, 1),
            daily=_number("LOGIN_DAILY_TRIES", LIMITS.daily, 1),
            address=_number("LOGIN_ADDRESS_TRIES", LIMITS.address, 1),
        ),
        second_factor_for_all=_second_factor_for_all(),
        proxy_hops=_number("PROXY_HOPS", 0, 0),
        smtp=_smtp(),
        mail_from=_mail_from(),
    )


def _text(name: str) -> str:
    return os.environ.get(f"PASSERELLE_{name}", "").strip()


def _number(name: str, default: int, least: int) -> int:
    text = _text(name)
    if not text:
        return default
    if not text.isascii() or not text.isdecimal() or len(text) > 6 or int(text) < least:
        raise InvalidInput("settings-number", name=f"PASSERELLE_{name}", value=text, least=least)
    return int(text)


def _second_factor_for_all() -> bool:
    text = _text("SECOND_FACTOR") or "staff"
    if text not in ("staff", "all"):
        raise InvalidInput("settings-second-factor", value=text)
    return text == "all"


def _argon2() -> Argon2:
    text = _text("ARGON2")
    if not text:
        return ARGON2
    found = re.fullmatch(r"m=(\d{1,8}),t=(\d{1,3}),p=(\d{1,3})", text)
    chosen = Argon2(*map(int, found.groups())) if found else Argon2(0, 0, 0)
    if chosen.lanes < 1 or chosen.passes < 1 or chosen.memory < 8 * chosen.lanes:
        raise InvalidInput("settings-argon2", value=text)
    return chosen


def _public_url() -> str | None:
    text = _text("PUBLIC_URL").rstrip("/")
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput("settings-public-url", value=text)
    return text


def _smtp() -> Smtp | None:
    """smtp://user:password@host:port, or smtps://; signs of a user or password that an address uses are %-coded."""
    text = _text("SMTP")
    if not text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as wrong:
        raise InvalidInput("settings-smtp") from wrong
    whole = not (parts.path.strip("/") or parts.query or parts.fragment)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not whole:
        raise InvalidInput("settings-smtp")
    if (parts.username is None) is not (parts.password is None):
        raise InvalidInput("settings-smtp")
    implicit = parts.scheme == "smtps"
    return Smtp(
        parts.hostname,
        port or (465 if implicit else 587 if parts.username else 25),
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        implicit,
    )


def _mail_from() -> str:
    """The address that messages leave from; it must be said once there is a server."""
    text = _text("MAIL_FROM")
    if not text and not _text("SMTP"):
        return MAIL_FROM
    if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,180}\.[A-Za-z]{2,24}", text):
        raise InvalidInput("settings-mail-from", value=text)
    return text
