"""Rights that are over for good: proposals decided on and resting on one are closed, with what ended it.

Over for good: on no day to come can the condition hold again, whatever is still unknown. Judged are the age (its limit
is reached) and the home (it is known to lie outside every zone); any other fact may change back. A proposal that
became a placement follows the rights that were frozen with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import offer_terms, rights
from .daily import Day
from .eligibility.programme import Assessment
from .eligibility.windows import Windows
from .proposal_clock import take
from .proposals import Details, ProposalAction as Action
from .store.matches import MatchProposal
from .store.organisations import Offer
from .store.placements import Placement
from .vocabulary import DECIDED_PROPOSALS, Party

#: leaf of a programme file -> the reason for which a proposal is closed once it fails for good
ENDS = {"aged": "age_limit", "lives_in": "moved_out_of_zone"}


def close_ended(session: Session, day: Day) -> int:
    """Close what rests on a right that is over for good, with what ended it."""
    by_reason: dict[str, list[MatchProposal]] = defaultdict(list)
    for proposal, reason in _ended(session, day):
        by_reason[reason].append(proposal)
    return sum(
        take(session, day, rows, Action.CLOSE, details=Details(reason_code=reason), party=Party.SYSTEM)
        for reason, rows in sorted(by_reason.items())
    )


def _ended(session: Session, day: Day) -> Iterator[tuple[MatchProposal, str]]:
    """Proposals decided on whose person has lost the right to the offer's programme for good, and by what."""
    rows = session.execute(
        sa.select(MatchProposal, Offer)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .where(
            # What nobody has decided on is the matcher's: it compares it with the base each morning.
            MatchProposal.state.in_(DECIDED_PROPOSALS),
            Offer.scheme.is_not(None),
            ~sa.exists().where(Placement.proposal_id == MatchProposal.id),
        )
        .order_by(MatchProposal.id)
    )
    under: dict[str, list[MatchProposal]] = defaultdict(list)
    for proposal, offer in rows:
        name = offer_terms.programme_on(offer, day.book, offer_terms.contract_day(offer, day.on))
        if name is not None:
            under[name].append(proposal)
    for name, listed in sorted(under.items()):
        for ids, cohort in rights.load_cohort(session, sorted({proposal.person_id for proposal in listed})):
            assessment = day.book[name].assess(cohort)
            at = {int(person): row for row, person in enumerate(ids)}
            for proposal in listed:
                row = at.get(proposal.person_id)
                reason = why_over(assessment, row, day.on.toordinal()) if row is not None else None
                if reason is not None:
                    yield proposal, reason


def why_over(assessment: Assessment, row: int, day: int) -> str | None:
    """The reason of `ENDS` for which this person's right is over for good by that day; None when it is not."""
    position = 0
    for condition in assessment.programme.file.conditions.all_of:
        leaves = list(condition.below())
        if _never_again(assessment.criteria[str(condition.id)], row, day):
            for at, leaf in enumerate(leaves, position):
                reason = ENDS.get(leaf.leaf()[0])
                if reason is not None and _never_again(assessment.leaf(at), row, day):
                    return reason
        position += len(leaves)
    return None


def _never_again(windows: Windows, row: int, day: int) -> bool:
    """Whether it cannot hold on that day or any later one; days are ordinals."""
    return all(end <= day for _, end in windows.possible.of_owner(row))
