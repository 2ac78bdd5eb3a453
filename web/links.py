"""Links that a command prints: they open once, and lead where PUBLIC_URL says."""

from __future__ import annotations

from .settings import PUBLIC_URL, Settings


def public_url(settings: Settings) -> str | None:
    """PASSERELLE_PUBLIC_URL, else in production the first trusted host; None when nothing is said."""
    if settings.public_url or not settings.production:
        return settings.public_url
    return f"https://{settings.trusted_hosts[0].removeprefix('.')}" if settings.trusted_hosts else None


def invitation(settings: Settings, token: str) -> str:
    return f"{public_url(settings) or PUBLIC_URL}/invitation/{token}"


def new_password(settings: Settings, token: str) -> str:
    return f"{public_url(settings) or PUBLIC_URL}/mot-de-passe/{token}"
