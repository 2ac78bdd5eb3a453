"""Every table, imported once so that the metadata is whole (migrations, schema tests)."""

from . import (
    accounts,
    campaign,
    club,
    follow_up,
    intake,
    matches,
    messages,
    organisations,
    people,
    placements,
    sessions,
    upkeep,
)
from .base import Base

__all__ = [
    "Base",
    "accounts",
    "campaign",
    "club",
    "follow_up",
    "intake",
    "matches",
    "messages",
    "organisations",
    "people",
    "placements",
    "sessions",
    "upkeep",
]

metadata = Base.metadata
