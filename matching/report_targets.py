"""Whether a campaign moves people or only the queue: entitled residents whom it reached, beside those whom it did not.

Of everybody who lives in a priority zone, holds a right on the first day of a month and is under no contract, how many
signed one in the month: among those whom the club, the prospecting or the approaches for graduates had reached, and
among the others. A gain on one side that the other loses is displacement (figures T1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import person_rights
from .proposals import ProposalAction
from .report_figures import kept, residents
from .report_model import Month
from .report_outcomes import Part
from .store.campaign import OutreachOffer, PotentialApproach
from .store.club import ClubMembership
from .store.matches import MatchProposal, ReviewDecision
from .store.placements import Placement
from .vocabulary import Verdict

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: What reaches people: measure 13's club, measure 11's offers won, measure 12's employers approached.
CAMPAIGNS = ("club", "prospecting", "graduates")
#: Months, the month itself included, in which being reached counts.
REACHED_MONTHS = 3


def compared(session: Session, month: Month, book: ProgrammeBook) -> dict[str, tuple[Part, Part]]:
    """For each campaign: (whom it reached, whom it did not), of whom so many signed in the month."""
    entitled = _entitled(session, month, book)
    signed = set(
        session.scalars(
            sa.select(Placement.person_id).where(kept(), Placement.signed_on.between(month.first, month.last))
        )
    )
    found = {}
    for campaign in CAMPAIGNS:
        reached = entitled & _reached(session, campaign, month)
        others = entitled - reached
        found[campaign] = (
            Part(len(reached & signed), len(reached)),
            Part(len(others & signed), len(others)),
        )
    return found


def _entitled(session: Session, month: Month, book: ProgrammeBook) -> set[int]:
    day = month.first
    under_contract = set(
        session.scalars(
            sa.select(Placement.person_id).where(
                kept(),
                Placement.signed_on < day,
                sa.or_(Placement.ended_on.is_(None), Placement.ended_on >= day),
            )
        )
    )
    ids = sorted(residents(session, day) - under_contract)
    standing = person_rights.kept_standing(session, ids, book, day)
    holders: set[int] = set()
    for programme in standing.columns:
        if book[programme].file.opened_by is None:
            holders.update(standing.holding(programme, Verdict.YES).tolist())
    return holders


def _reached(session: Session, campaign: str, month: Month) -> set[int]:
    since = month.plus(1 - REACHED_MONTHS).first
    if campaign == "club":
        query = sa.select(ClubMembership.person_id).where(
            ClubMembership.joined_on <= month.last,
            sa.or_(ClubMembership.left_on.is_(None), ClubMembership.left_on >= month.first),
        )
    elif campaign == "prospecting":
        query = (
            sa.select(MatchProposal.person_id)
            .join(OutreachOffer, OutreachOffer.offer_id == MatchProposal.offer_id)
            .join(ReviewDecision, ReviewDecision.proposal_id == MatchProposal.id)
            .where(
                ReviewDecision.action == ProposalAction.CONTACT,
                ReviewDecision.decided_on.between(since, month.last),
            )
        )
    else:
        query = sa.select(PotentialApproach.person_id).where(
            PotentialApproach.approached_on.between(since, month.last)
        )
    return set(session.scalars(query))
