"""Environment (and a .env file under it) -> frozen Settings. interfaces.md, "Conventions"."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from matching.errors import InvalidInput, PasserelleError, Unavailable

#: Shorter keys can be guessed; security.md S1.
KEY_BYTES = 32

#: Names that a development server answers to; production names its own (security.md B6).
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation is told from outside. Keys are read when first needed: `check` needs none."""

    environment: str
    data_dir: Path
    database_url: str
    programmes_dir: Path | None
    today: date | None
    trusted_hosts: tuple[str, ...]

    @property
    def production(self) -> bool:
        return self.environment == "production"

    def key(self, name: str) -> bytes:
        """SECRET_KEY or DATA_KEY: from the environment, else from a 0600 file, made at first use in development.

        Raises PasserelleError("settings-key") in production when it is missing or too short.
        """
        given = os.environ.get(f"PASSERELLE_{name}", "")
        if given:
            if len(given.encode()) < KEY_BYTES:
                raise PasserelleError("settings-key", name=f"PASSERELLE_{name}")
            return given.encode()
        path = self.data_dir / f"{name.lower()}"
        if path.is_file():
            found = path.read_bytes().strip()
            if len(found) >= KEY_BYTES:
                return found
            raise PasserelleError("settings-key-file", path=path)
        if self.production:
            raise PasserelleError("settings-key", name=f"PASSERELLE_{name}")
        return write_key(path)


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
    environment = os.environ.get("PASSERELLE_ENV", "") or "development"
    if environment not in ("development", "production"):
        raise PasserelleError("settings-env", value=environment)
    data_dir = Path(os.environ.get("PASSERELLE_DATA_DIR", "") or "var")
    url = os.environ.get("PASSERELLE_DATABASE_URL", "") or f"sqlite:///{data_dir / 'passerelle.db'}"
    programmes = os.environ.get("PASSERELLE_PROGRAMMES_DIR", "")
    today = os.environ.get("PASSERELLE_TODAY", "").strip()
    try:
        fixed = date.fromisoformat(today) if today else None
    except ValueError as wrong:
        raise InvalidInput("settings-today", value=today) from wrong
    hosts = tuple(host for host in os.environ.get("PASSERELLE_TRUSTED_HOSTS", "").split(",") if host)
    return Settings(
        environment, data_dir, url, Path(programmes) if programmes else None, fixed, hosts or LOOPBACK
    )
