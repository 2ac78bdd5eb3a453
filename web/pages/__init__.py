"""One blueprint an area; a page reads, calls one flow and shows."""

from .health import pages as health
from .home import pages as home

#: In the order they are registered.
ALL = (health, home)

__all__ = ["ALL"]
