"""Signing in, one's own account, and everybody's for the administrator."""

from . import door, links, manage, own
from .blueprint import pages

__all__ = ["door", "links", "manage", "own", "pages"]
