"""Writes what a run found: proposals with their two lines of the log, stale ones set aside, labels remembered.

Many rows at once, by plain INSERT and UPDATE: the rules of the machine are checked against its table here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import match_history, proposals
from .match_evidence import COMPARED, Evidence, same
from .match_inputs import Inputs
from .proposals import ProposalAction as Action
from .store.matches import MatchProposal, ReviewDecision
from .store.organisations import OccupationLabel
from .vocabulary import ProposalState as State

#: Ids named in one statement.
AT_ONCE = 500


def set_stale(
    session: Session,
    inputs: Inputs,
    evidence: Evidence,
    *,
    only: int | None,
    full: bool,
    on: date,
    at: datetime,
) -> int:
    """Set aside what nobody has looked at and what the base no longer says so. Returns how many.

    A proposal whose offer rests (on hold, lapsed, closed for the day) waits with it; `full` sets aside all others.
    """
    waiting = [
        row
        for row in match_history.untouched(session, () if full else COMPARED)
        if only is None or row.offer_id == only
    ]
    person = inputs.person_rows([row.person_id for row in waiting])
    offer = inputs.offer_rows([row.offer_id for row in waiting])
    judged = (person >= 0) & (offer >= 0) & (not full)
    fresh = iter(evidence.of(person[judged], offer[judged]))
    gone = []
    for row, here, open_, judge in zip(
        waiting, person.tolist(), offer.tolist(), judged.tolist(), strict=True
    ):
        if judge:
            found = next(fresh)
            stays = found["score"] is not None and same(row, found)
        else:
            stays = here >= 0 > open_ and row.offer_state in match_history.RESTING
        if not stays:
            gone.append(row)
    ids = [row.id for row in gone]
    for start in range(0, len(ids), AT_ONCE):
        some = MatchProposal.id.in_(ids[start : start + AT_ONCE])
        for before in sorted({row.state for row in gone[start : start + AT_ONCE]}):
            _log_all(session, Action.STALE, before, State.STALE, on, at, some, MatchProposal.state == before)
        session.execute(
            sa.update(MatchProposal)
            .where(some)
            .values(state=State.STALE, closed_on=on, version=MatchProposal.version + 1)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()
    return len(gone)


def store(session: Session, rows: list[dict[str, Any]], run_id: int, on: date, at: datetime) -> None:
    """New proposals, to be reviewed, each with its two lines of the log."""
    if not rows:
        return
    common = {
        "run_id": run_id, "state": State.TO_REVIEW, "proposed_on": on, "due_on": proposals.review_due(on), "version": 1,
    }  # fmt: skip
    _insert(session, MatchProposal, ({**row, **common, "public_id": uuid.uuid4()} for row in rows))
    mine = MatchProposal.run_id == run_id
    _log_all(session, Action.COMPUTE, None, State.COMPUTED, on, at, mine)
    _log_all(session, Action.SHORTLIST, State.COMPUTED, State.TO_REVIEW, on, at, mine)


def logged(
    proposal_id: int, action: Action, before: State | None, after: State, on: date, at: datetime
) -> dict[str, Any]:
    """A line of the log, by the matcher: the same as `proposals.review` writes, in bulk."""
    starts, leads_to, _ = proposals.TRANSITIONS[action]
    assert before in starts and after is leads_to
    return {
        "proposal_id": proposal_id, "actor_id": None, "action": str(action), "from_state": before, "to_state": after,
        "told": False, "decided_on": on, "decided_at": at,
    }  # fmt: skip


def _log_all(
    session: Session,
    action: Action,
    before: State | None,
    after: State,
    on: date,
    at: datetime,
    *which: sa.ColumnElement[bool],
) -> None:
    """The line of `logged` for all these proposals, written by the database from its own rows."""
    line = logged(0, action, before, after, on, at)
    del line["proposal_id"]
    table: Any = ReviewDecision.__table__
    values = [sa.literal(value, table.c[name].type).label(name) for name, value in line.items()]
    rows = sa.select(MatchProposal.id, *values).where(*which).order_by(MatchProposal.id)
    session.execute(sa.insert(table).from_select(["proposal_id", *line], rows))


def remember(session: Session, inputs: Inputs) -> None:
    """Keep the codes of labels seen for the first time."""
    digest = inputs.referential.digest
    _insert(
        session,
        OccupationLabel,
        (
            {
                "label": label,
                "referential": digest,
                "codes": [[match.rome, match.score] for match in found],
                "confirmed": None,
            }
            for label, found in sorted(inputs.fresh_labels.items())
            if len(label) <= 255
        ),
    )


def _insert(session: Session, table: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    """One statement for all rows, of one shape: nothing is sent back, no object is made."""
    listed = list(rows)
    if listed:
        session.connection().execute(sa.insert(table.__table__), listed)
