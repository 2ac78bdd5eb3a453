"""Prospecting as the report counts it (figures G1 and G2): how far the organisations of each register had come.

Read from dated rows, so that the end of a month says the same on any later day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .eligibility.aid import after
from .report_figures import kept
from .report_model import Month
from .store.campaign import Outreach, OutreachAttempt, OutreachEvent, OutreachOffer
from .store.organisations import Offer
from .store.placements import Placement
from .vocabulary import OutreachState

#: The chain of workflow.md v. Who posted without having been called is counted as posted all the same.
STEPS = ("listed", "notified", "contacted", "promised", "posted", "hired", "kept")
#: Steps that count people, whose small counts are hidden as theirs.
OF_PEOPLE = ("hired", "kept")
#: Months after which one looks whether who was hired is still there.
KEPT_MONTHS = 6

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
    attempts = _of(OutreachAttempt.outreach_id).where(OutreachAttempt.done_on <= last)
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
    hired, lasting = _hires(session, month)
    posts = _posts(session, month)
    found = {}
    for row in rows:
        key = row["year"], str(row["purpose"])
        steps = {step: int(row[step]) for step in by_step}
        steps |= {"hired": len(hired.get(key, ())), "kept": len(lasting.get(key, ()))}
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


def _hires(session: Session, month: Month) -> tuple[dict[Register, set[int]], dict[Register, set[int]]]:
    """Lines of the register that led to a contract, and those with one that still ran six months after it began."""
    rows = session.execute(
        sa.select(Outreach.id, Outreach.year, Outreach.purpose, Placement.starts_on, Placement.ended_on)
        .join(OutreachOffer, OutreachOffer.outreach_id == Outreach.id)
        .join(Placement, Placement.offer_id == OutreachOffer.offer_id)
        .where(kept(), Placement.signed_on <= month.last)
    )
    hired: dict[Register, set[int]] = {}
    lasting: dict[Register, set[int]] = {}
    for row in rows:
        key = row.year, str(row.purpose)
        hired.setdefault(key, set()).add(row.id)
        if row.starts_on is None:
            continue
        anniversary = after(row.starts_on, KEPT_MONTHS)
        if anniversary <= month.last and (row.ended_on is None or row.ended_on >= anniversary):
            lasting.setdefault(key, set()).add(row.id)
    return hired, lasting


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
