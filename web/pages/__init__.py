"""One blueprint an area; a page reads, calls one flow and shows."""

from .health import pages as health
from .offers import pages as offers

__all__ = ["health", "offers"]
