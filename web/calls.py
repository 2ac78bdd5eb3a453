"""Who lacks an offer, kept a while like the people of an estimate: a page of the register does not count them anew."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy.orm import Session

from matching import call_list, call_needs
from matching.vocabulary import OutreachPurpose

from . import estimates
from .db import book
from .security import actor

if TYPE_CHECKING:
    from matching.call_list import CallList
    from matching.call_needs import Need

KEY = "passerelle.needs"
_lock = threading.Lock()


def need(session: Session, purpose: OutreachPurpose) -> Need:
    """As of the people that estimates are made of, and read anew with them."""
    people = estimates.pool(session)
    with _lock:
        held: dict[OutreachPurpose, Need] = current_app.extensions.setdefault(KEY, {})
        if purpose not in held or held[purpose].pool is not people:
            held[purpose] = call_needs.need(session, people, purpose, book())
        return held[purpose]


def ordered(session: Session, purpose: OutreachPurpose, year: int | None = None) -> CallList:
    """The register of that year in the order of calls, as the account that is signed in may read it."""
    return call_list.ordered(need(session, purpose), call_list.callers(session, actor(), purpose, year))
