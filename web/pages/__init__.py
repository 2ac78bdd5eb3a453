"""One blueprint an area; a page reads, calls one flow and shows."""

from .accounts import pages as accounts
from .health import pages as health
from .help import pages as help_
from .home import pages as home

#: In the order they are registered.
ALL = (health, accounts, home, help_)

__all__ = ["ALL"]
