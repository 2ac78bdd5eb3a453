"""One blueprint an area; a page reads, calls one flow and shows."""

from .accounts import pages as accounts
from .admin import pages as admin
from .health import pages as health
from .help import pages as help_
from .home import pages as home
from .placement_opening import pages as placements
from .proposals import pages as proposals
from .reports import pages as reports

#: In the order they are registered.
ALL = (health, accounts, admin, home, help_, proposals, placements, reports)

__all__ = ["ALL"]
