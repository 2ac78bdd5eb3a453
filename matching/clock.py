"""The only module that reads the time. Called by web, commands and worker; never by a rule or a flow."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime


def today(default: date | None = None) -> date:
    """The business day: PASSERELLE_TODAY, else `default` (the day a demo recorded), else the real date.

    Raises ValueError when PASSERELLE_TODAY is not an ISO date.
    """
    set_by_hand = os.environ.get("PASSERELLE_TODAY", "").strip()
    if set_by_hand:
        return date.fromisoformat(set_by_hand)
    return default or datetime.now(UTC).astimezone().date()


def now() -> datetime:
    """The instant, always real and in UTC: for audit, sessions, leases and the outbox."""
    return datetime.now(UTC)
