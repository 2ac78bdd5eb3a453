"""Prospecting as the report counts it (figures G1 and G2): how far the organisations of each register had come.

Read from dated rows, so that the end of a month says the same on any later day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .outreach import ANSWERED
from .outreach_offers import Hire, hires
from .report_model import Month
from .store.campaign import Outreach, OutreachAttempt, OutreachEvent, OutreachOffer
from .store.organisations import Offer
from .vocabulary import OutreachState

#: Stages that count people, whose small counts are hidden as theirs.
OF_PEOPLE = ("hired", "still_there")

#: (year of the register, purpose)
Register = tuple[int, str]


class Chain(NamedTuple):
    """Organisations of one register that reached each step, and the posts they promised and posted."""

    steps: Mapping[str, int]
    posts_promised: int
    posts: int


def chains(session: Session, month: Month) -> dict[Register, Chain]:
    """Each register whose lines were there by the end of the month. Three queries."""
    last = month.last
    attempts = _of(OutreachAttempt.outreach_id).where(
        OutreachAttempt.done_on <= last, OutreachAttempt.result.in_(ANSWERED)
    )
    promises = _of(OutreachEvent.outreach_id).where(
        OutreachEvent.to_state == OutreachState.PROMISED, OutreachEvent.done_on <= last
    )
    posted = _of(OutreachOffer.outreach_id).where(OutreachOffer.linked_on <= last)
    by_step = {
        "listed": sa.true(),
        "notified": sa.and_(Outreach.notified_on <= last, Outreach.with_clause.is_(True)),
        "contacted": attempts.exists(),
        "promised": promises.exists(),
        "posted": posted.exists(),
    }
    rows = session.execute(
        sa.select(
            Outreach.year,
            Outreach.purpose,
            *(sa.func.count(sa.case((holds, Outreach.id))).label(step) for step, holds in by_step.items()),
            sa.func.coalesce(sa.func.sum(sa.case((promises.exists(), Outreach.posts_promised))), 0).label(
                "promised_posts"
            ),
        )
        .where(Outreach.listed_on <= last)
        .group_by(Outreach.year, Outreach.purpose)
    ).mappings()
    hired, posts = _hired(session, month), _posts(session, month)
    found = {}
    for row in rows:
        key = row["year"], str(row["purpose"])
        steps = {step: int(row[step]) for step in by_step}
        own = hired.get(key, [])
        steps["hired"] = len({hire.outreach_id for hire in own})
        steps["still_there"] = len({hire.outreach_id for hire in own if hire.still_there})
        found[key] = Chain(steps, int(row["promised_posts"]), posts.get(key, 0))
    return found


def _of(outreach_id: Any) -> sa.Select[Any]:
    return sa.select(outreach_id).where(outreach_id == Outreach.id).correlate(Outreach)


def _posts(session: Session, month: Month) -> dict[Register, int]:
    rows = session.execute(
        sa.select(Outreach.year, Outreach.purpose, sa.func.sum(Offer.positions))
        .join(OutreachOffer, OutreachOffer.outreach_id == Outreach.id)
        .join(Offer, Offer.id == OutreachOffer.offer_id)
        .where(OutreachOffer.linked_on <= month.last)
        .group_by(Outreach.year, Outreach.purpose)
    )
    return {(year, str(purpose)): int(posts) for year, purpose, posts in rows}


def _hired(session: Session, month: Month) -> dict[Register, list[Hire]]:
    """Contracts signed by then that came of a register."""
    found = hires(session, on=month.last)
    lines = {hire.outreach_id for hire in found}
    rows = session.execute(
        sa.select(Outreach.id, Outreach.year, Outreach.purpose).where(Outreach.id.in_(lines))
    )
    of = {row.id: (row.year, str(row.purpose)) for row in rows}
    made: dict[Register, list[Hire]] = {}
    for hire in found:
        made.setdefault(of[hire.outreach_id], []).append(hire)
    return made


def refusals(session: Session, month: Month) -> dict[str, dict[str, int]]:
    """By purpose, the lines that stood refused at the end of the month, by reason."""
    latest = (
        sa.select(sa.func.max(OutreachEvent.id).label("id"))
        .where(OutreachEvent.done_on <= month.last, OutreachEvent.to_state != OutreachEvent.from_state)
        .group_by(OutreachEvent.outreach_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(Outreach.purpose, OutreachEvent.reason_code, sa.func.count())
        .join(latest, latest.c.id == OutreachEvent.id)
        .join(Outreach, Outreach.id == OutreachEvent.outreach_id)
        .where(OutreachEvent.to_state == OutreachState.REFUSED)
        .group_by(Outreach.purpose, OutreachEvent.reason_code)
    )
    found: dict[str, dict[str, int]] = {}
    for purpose, reason, number in rows:
        of = found.setdefault(str(purpose), {})
        of[reason or "other"] = of.get(reason or "other", 0) + number
    return found
