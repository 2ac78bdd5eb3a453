"""Every table, imported once so that the metadata is whole (migrations, schema tests)."""

from . import accounts, follow_up, intake, matches, messages, organisations, people, placements, upkeep
from .base import Base

__all__ = [
    "Base",
    "accounts",
    "follow_up",
    "intake",
    "matches",
    "messages",
    "organisations",
    "people",
    "placements",
    "upkeep",
]

metadata = Base.metadata
