"""Every table, imported once so that the metadata is whole (migrations, schema tests)."""

from . import accounts, intake, matches, organisations, people, placements, upkeep
from .base import Base

__all__ = ["Base", "accounts", "intake", "matches", "organisations", "people", "placements", "upkeep"]

metadata = Base.metadata
