"""Whom the offers of a session are for, and which of them each fits: all pairs at once, as the matcher reads them.

Who counts: the people registered; where they are few, residents of the priority zones without a job too, each less
than anybody registered. An offer fits whom the matcher would propose: who has the right, or may have it; it is none
any more for whom it came to nothing once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from . import match_history, rights
from .eligibility import criteria
from .match_inputs import Inputs
from .scoring import columnwise
from .scoring.columns import Weights
from .scoring.explained import feasible
from .scoring.prepare import Problem
from .store.organisations import Offer
from .store.people import Person
from .store.sessions import CollectiveSession, SessionAttendance
from .vocabulary import PRIORITY_ZONES, SEATED_ATTENDANCES, ProposalState

#: Fewer registered than this, and residents nearby count too.
FEW = 8
#: An offer that ended like this for somebody is none for them any more.
ENDED = (ProposalState.REJECTED, ProposalState.DECLINED, ProposalState.NOT_SELECTED)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a pack is chosen for: rows of the matcher's people, and what it is worth to reach each."""

    rows: NDArray[np.int64]
    weight: NDArray[np.int64]
    registered: int
    residents: int


def audience(session: Session, row: CollectiveSession, inputs: Inputs) -> Audience:
    """Whom the pack is for. Whoever is under contract is no row of the matcher: they look for nothing."""
    seated = session.scalars(
        sa.select(SessionAttendance.person_id)
        .where(SessionAttendance.session_id == row.id, SessionAttendance.state.in_(SEATED_ATTENDANCES))
        .order_by(SessionAttendance.person_id)
    ).all()
    registered = _known(inputs.person_rows(seated))
    near = np.zeros(0, np.int64)
    if len(registered) < FEW:
        near = np.setdiff1d(_known(inputs.person_rows(_residents(session, row))), registered)
    weight = np.concatenate([np.full(len(registered), len(near) + 1), np.ones(len(near))]).astype(np.int64)
    return Audience(np.concatenate([registered, near]), weight, len(registered), len(near))


def matrix(
    session: Session, row: CollectiveSession, inputs: Inputs
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.int64]]:
    """(bool[offers, people of the audience], their scores in millionths, what each person is worth)."""
    if inputs.on != row.held_on:
        raise TypeError("a pack is chosen as of its session's day")
    heard = audience(session, row, inputs)
    offers, people = inputs.offers.size, len(heard.rows)
    problem = Problem(inputs.people, inputs.offers, inputs.tables, Weights())
    person, offer = np.tile(heard.rows, offers), np.repeat(np.arange(offers), people)
    able = feasible(problem, person, offer) & ~_ended(session, inputs, person, offer)
    score = np.zeros(len(person), np.int64)
    kept = np.flatnonzero(able)
    for first in range(0, len(kept), columnwise.CHUNK):
        some = kept[first : first + columnwise.CHUNK]
        score[some] = columnwise.scores(problem, columnwise.parts(problem, person[some], offer[some]))
    return able.reshape(offers, people), score.reshape(offers, people), heard.weight


def turns(session: Session, inputs: Inputs) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Of each offer: whether it aims at residents (it asks for a right), and its turn: posted longest first."""
    opened = dict(
        session.execute(
            sa.select(Offer.id, Offer.opened_on).where(Offer.id.in_(inputs.offer_ids.tolist()))
        ).all()
    )
    days = np.array([(opened[key] or date.max).toordinal() for key in inputs.offer_ids.tolist()], np.int64)
    turn = np.empty(len(days), np.int64)
    turn[np.lexsort((inputs.offer_ids, days))] = np.arange(len(days))
    return inputs.offers.programme >= 0, turn


def _residents(session: Session, row: CollectiveSession) -> list[int]:
    """People of the agency whose home in a priority zone was confirmed, and who are not known to work, that day."""
    mine = session.scalars(sa.select(Person.id).where(Person.agency_id == row.agency_id)).all()
    day, chosen = row.held_on.toordinal(), []
    for ids, cohort in rights.load_cohort(session, mine):
        inside = criteria.lives_in(cohort, kinds=[str(kind) for kind in PRIORITY_ZONES]).certain.at(day)
        chosen += ids[inside & criteria.out_of_work(cohort).possible.at(day)].tolist()
    return chosen


def _ended(
    session: Session, inputs: Inputs, person: NDArray[np.int64], offer: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Pairs of rows that came to nothing once."""
    over = [each for each in match_history.known(session) if each.state in ENDED]
    whom = inputs.person_rows([each.person_id for each in over])
    what = inputs.offer_rows([each.offer_id for each in over])
    known = (whom >= 0) & (what >= 0)
    gone: NDArray[np.bool_] = np.isin(person << 32 | offer, whom[known] << 32 | what[known])
    return gone


def _known(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.unique(rows[rows >= 0])
