"""The officer's day: register lines that are theirs, what waits for an owner, promises that age. No person in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import outreach_queries
from .outreach_queries import SETTLED
from .store import scope
from .store.campaign import Outreach
from .store.organisations import Organisation
from .vocabulary import OutreachPurpose, OutreachState

#: Promises shown, the oldest first.
SHOWN = 8
#: Lines of nobody shown, in the order of the list.
TO_GIVE = 5


@dataclass(frozen=True, slots=True)
class Day:
    """`year`: of the latest register, None while there is none. `own`: one's lines that are to be dealt with, by due
    day; `unowned`: the first of the `nobody` that have no owner; `promised`: those of anybody, by the day of the
    promise."""

    year: int | None
    own: Sequence[tuple[Outreach, Organisation]]
    late: int
    nobody: int
    unowned: Sequence[tuple[Outreach, Organisation]]
    promised: Sequence[tuple[Outreach, Organisation]]
    promises: int
    chain: Sequence[outreach_queries.Stage]


def of(session: Session, actor: scope.Actor, on: date) -> Day:
    """What waits for this officer. A fixed number of queries."""
    years = outreach_queries.years(session, actor, OutreachPurpose.AVENIR)
    if not years:
        return Day(None, (), 0, 0, (), (), 0, ())
    year = years[0]
    lines = (
        scope.outreaches(actor)
        .add_columns(Organisation)
        .join(Organisation, Organisation.id == Outreach.organisation_id)
    )
    own = session.execute(
        lines.where(
            Outreach.owner_id == actor.id, Outreach.state.not_in((*SETTLED, OutreachState.SLEEPING))
        ).order_by(Outreach.due_on.is_(None), Outreach.due_on, Organisation.name_key, Outreach.id)
    ).all()
    ownerless = lines.where(
        Outreach.year == year, Outreach.owner_id.is_(None), Outreach.state.not_in(SETTLED)
    )
    nobody = _count(session, ownerless)
    unowned = session.execute(
        ownerless.order_by(
            *(part for each in outreach_queries.SPORT_FIRST for part in (each.is_(None), each)), Outreach.id
        ).limit(TO_GIVE)
    ).all()
    promised = lines.where(Outreach.state == OutreachState.PROMISED)
    promises = _count(session, promised)
    oldest = session.execute(
        promised.order_by(Outreach.promised_on, Organisation.name_key, Outreach.id).limit(SHOWN)
    ).all()
    hires = outreach_queries.year_hires(session, OutreachPurpose.AVENIR, year, on)
    return Day(
        year,
        [(row[0], row[1]) for row in own],
        sum(outreach_queries.is_late(row[0], on) for row in own),
        nobody,
        [(row[0], row[1]) for row in unowned],
        [(row[0], row[1]) for row in oldest],
        promises,
        outreach_queries.chain(session, actor, OutreachPurpose.AVENIR, year, hires),
    )


def _count(session: Session, lines: sa.Select[Any]) -> int:
    query = lines.with_only_columns(Outreach.id).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(query)) or 0
