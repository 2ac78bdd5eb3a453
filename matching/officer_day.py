"""The officer's day: register lines that are theirs, what waits for an owner, promises that age. No person in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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


@dataclass(frozen=True, slots=True)
class Day:
    """`year`: of the latest register, None while there is none. `own`: one's lines that are to be dealt with, by due
    day; `promised`: those of anybody, by the day of the promise."""

    year: int | None
    own: Sequence[tuple[Outreach, Organisation]]
    late: int
    nobody: int
    promised: Sequence[tuple[Outreach, Organisation]]
    promises: int
    chain: Sequence[outreach_queries.Stage]

    @property
    def count(self) -> int:
        return len(self.own) + self.nobody


def of(session: Session, actor: scope.Actor, on: date) -> Day:
    """What waits for this officer. A fixed number of queries."""
    years = outreach_queries.years(session, actor, OutreachPurpose.AVENIR)
    if not years:
        return Day(None, (), 0, 0, (), 0, ())
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
    nobody = session.scalar(
        sa.select(sa.func.count()).select_from(
            scope.outreaches(actor)
            .where(Outreach.year == year, Outreach.owner_id.is_(None), Outreach.state.not_in(SETTLED))
            .subquery()
        )
    )
    promised = lines.where(Outreach.state == OutreachState.PROMISED)
    promises = session.scalar(
        sa.select(sa.func.count()).select_from(promised.with_only_columns(Outreach.id).subquery())
    )
    oldest = session.execute(
        promised.order_by(Outreach.promised_on, Organisation.name_key, Outreach.id).limit(SHOWN)
    ).all()
    hires = outreach_queries.year_hires(session, OutreachPurpose.AVENIR, year, on)
    return Day(
        year,
        [(row[0], row[1]) for row in own],
        sum(outreach_queries.is_late(row[0], on) for row in own),
        nobody or 0,
        [(row[0], row[1]) for row in oldest],
        promises or 0,
        outreach_queries.chain(session, actor, OutreachPurpose.AVENIR, year, hires),
    )
