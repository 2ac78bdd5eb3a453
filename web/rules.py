"""The programmes of this installation: those shipped, then those of its own folder."""

from __future__ import annotations

from matching.eligibility.programme import ProgrammeBook, load

from .settings import Settings


def book_of(settings: Settings) -> ProgrammeBook:
    """Raises CorruptReference naming file, line and key."""
    return load(*((settings.programmes_dir,) if settings.programmes_dir else ()))
