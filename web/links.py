"""Links that a command prints: they open once, and lead where PUBLIC_URL says."""

from __future__ import annotations

import contextlib
import re

from .settings import PUBLIC_URL, Settings

#: In the data folder of a development installation: where it answers, for the worker whose messages lead there.
ADDRESS = "address"


def public_url(settings: Settings) -> str | None:
    """PASSERELLE_PUBLIC_URL, else in production the first trusted host; None when nothing is said."""
    if settings.public_url or not settings.production:
        return settings.public_url
    return f"https://{settings.trusted_hosts[0].removeprefix('.')}" if settings.trusted_hosts else None


def base(settings: Settings) -> str:
    """Where the links of messages lead: `public_url`, else in development where the web application said it answers."""
    told = public_url(settings)
    if told is None:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            said = (settings.data_dir / ADDRESS).read_text("ascii").strip()
            told = said if re.fullmatch(r"http://127\.0\.0\.1:\d{1,5}", said) else None
    return told or PUBLIC_URL


def note(settings: Settings, address: str) -> None:
    """Say where the web application answers, unless a setting does. Where nothing can be written, nothing is said."""
    if public_url(settings) is None:
        with contextlib.suppress(OSError):
            (settings.data_dir / ADDRESS).write_text(address, "ascii")


def invitation(settings: Settings, token: str) -> str:
    return f"{public_url(settings) or PUBLIC_URL}/invitation/{token}"


def new_password(settings: Settings, token: str) -> str:
    return f"{public_url(settings) or PUBLIC_URL}/mot-de-passe/{token}"
