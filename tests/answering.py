"""People sent to an employer, and the links of the messages that told of them."""

from datetime import UTC, date, datetime

from matching import links, outbox, proposals
from matching.proposal_guards import DISCLOSED_FIELDS, LIMITED_FIELDS
from matching.vocabulary import LinkKind, Party, ProposalState
from tests import build, hires

DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)


def sent(session, *, advisor, agency, offer=None, who=None, disclosed=False, on=DAY, at=AT, fields=None):
    """A proposal that this advisor released to the employer of the offer."""
    made = build.proposal(
        session,
        person=who or hires.person(session, agency=agency),
        offer=offer or build.offer(session),
        state=ProposalState.AGREED,
    )
    listed = fields or LIMITED_FIELDS + (DISCLOSED_FIELDS if disclosed else ())
    details = proposals.Details(fields=listed, contact_disclosed=disclosed)
    proposals.review(
        session, made, proposals.ProposalAction.SEND, actor_id=advisor.id, party=Party.ADVISOR, on=on, at=at,
        details=details,
    )  # fmt: skip
    return made


def link(session, offer, *, at, on=DAY, **changes):
    """The link of the message that told the employer of the people sent by that day, and its token."""
    message = outbox.queue(
        session, "candidates", subject=("offer", offer.id), address="asso@exemple.fr", on=on, at=at,
        occasion=on.isoformat(), organisation_id=offer.organisation_id,
    )  # fmt: skip
    return links.issue(
        session,
        LinkKind.EMPLOYER,
        at=at,
        offer_id=offer.id,
        message_id=message.id if message else None,
        **changes,
    )
