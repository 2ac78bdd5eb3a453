"""A whole dossier whose every text says the same mark: what must be seen nowhere, or never run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import sqlalchemy as sa

from matching import audit
from matching.store.intake import ImportBatch, ImportRow, PossibleDuplicate
from matching.store.matches import MatchProposal, ReviewDecision
from matching.store.messages import PersonRequest, Wish
from matching.store.organisations import Offer, Organisation
from matching.store.people import (
    Diploma,
    EmploymentSpell,
    RegistrationSpell,
    ResidenceSpell,
)
from matching.store.placements import AidMilestone, PlacementEvent
from matching.store.upkeep import Job
from matching.vocabulary import (
    BatchState,
    ImportKind,
    JobState,
    ProposalState,
    RequestKind,
    RequestState,
    RowOutcome,
    Source,
)
from tests import build, hires

AT = datetime(2013, 10, 30, 9, tzinfo=UTC)
#: Texts that are codes of a closed list, or that other rows are found by.
CODES = {
    "civility", "phone", "contact_phone", "postcode", "insee_code", "wanted_rome", "rome", "siret", "rna", "naf",
    "workforce", "declared_quarter", "source", "programme", "contract_kind", "end_reason", "end_situation", "action",
    "reason_code", "channel", "kind", "scheme", "fact", "why", "sha256", "upload", "error_code", "step", "password_hash",
    "email", "field", "state", "wished_hours",
}  # fmt: skip


def mark(row, text, *, but=()):
    """Write `text` in every column of free text of that row."""
    for column in sa.inspect(type(row)).columns:
        if isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum):
            name = column.key
            if name not in CODES and name not in but and not column.foreign_keys:
                length = column.type.length or 4_000
                setattr(row, name, f"{text} {name}"[:length])


def dossier(session, text, *, agency, user, offer=None):
    """A person of `agency` with a proposal of each kind, a hire, an import and a history, all saying `text`."""
    person = hires.person(
        session, agency=agency, birth_date=date(1992, 2, 29), phone="+33639989123", identifier=f"{text} id"[:40],
        skills=[f"{text} skill"], email=f"{text}@exemple.fr" if text.isalnum() else None,
        family_name=text, caseload_user_id=user.id,
    )  # fmt: skip
    placement = hires.hired(session, agency=agency, who=person, actor_id=user.id, offer=offer)
    waiting = hires.person(session, agency=agency, family_name=text, birth_date=date(1992, 2, 29))
    shared = offer or build.offer(session)
    proposals = [
        build.proposal(session, person=waiting, offer=offer or build.offer(session), state=state)
        for state, offer in ((ProposalState.TO_REVIEW, shared), (ProposalState.SELECTED, None))
    ]
    for each in (person, waiting):
        mark(each, text, but=("name_key",))
        each.name_key = text.casefold()
    proposal = session.scalars(sa.select(MatchProposal).where(MatchProposal.person_id == person.id)).first()
    job = Job(
        kind="import-apply", arguments={}, state=JobState.DONE, submitted_by_id=user.id, submitted_at=AT,
        finished_at=AT, done=1, total=1, message="done",
    )  # fmt: skip
    session.add(job)
    session.flush()
    batches = []
    for state in (BatchState.CHECKED, BatchState.APPLIED):
        batch = ImportBatch(
            agency_id=agency.id, kind=ImportKind.YOUNG_PEOPLE, source=Source.OTHER, file_name=f"{text}.csv",
            sha256=str(state)[0] * 64, state=state, actor_id=user.id, received_at=AT, job_id=job.id,
            counts=dict.fromkeys(("rows_read", "created", "updated", "unchanged", "rejected", "notes"), 1),
            preview={"warnings": [], "ignored": [{"header": f"{text} column", "code": "unknown-column"}]},
            applied_on=AT.date() if state is BatchState.APPLIED else None,
            applied_at=AT if state is BatchState.APPLIED else None,
        )  # fmt: skip
        session.add(batch)
        session.flush()
        batches.append(batch)
        for line, outcome in enumerate((RowOutcome.CREATED, RowOutcome.UPDATED, RowOutcome.REJECTED), 2):
            who = None if outcome is RowOutcome.REJECTED else person.id
            problem = {
                "code": "bad-date",
                "column": "birth_date",
                "value": f"{text} value",
                "message": f"{text} m",
            }
            session.add(
                ImportRow(
                    batch_id=batch.id, line=line, label=f"{text} label", outcome=outcome, person_id=who,
                    changes={"email": [f"{text} before", f"{text} after"]},
                    problems=[problem] if who is None else [],
                )
            )  # fmt: skip
    session.add(
        ReviewDecision(
            proposal_id=proposals[0].id, actor_id=user.id, action="defer", from_state=ProposalState.TO_REVIEW,
            to_state=ProposalState.TO_REVIEW, note=f"{text} note", reason_code=None, decided_on=AT.date(), decided_at=AT,
        )
    )  # fmt: skip
    session.add(
        EmploymentSpell(person_id=person.id, start_on=date(2011, 1, 3), end_on=date(2011, 3, 1), source="x")
    )
    session.add(Diploma(person_id=waiting.id, level=3, title=f"{text} title", source="advisor"))
    session.add(
        PossibleDuplicate(person_a_id=person.id, person_b_id=waiting.id, reason="same-birth", score=0.9)
    )
    session.flush()
    for kind in (ResidenceSpell, RegistrationSpell, EmploymentSpell, Diploma):
        for row in session.scalars(sa.select(kind).where(kind.person_id.in_([person.id, waiting.id]))):
            mark(row, text)
    for kind in (PlacementEvent, AidMilestone):
        for row in session.scalars(sa.select(kind).where(kind.placement_id == placement.id)):
            mark(row, text)
    mark(placement, text)
    requests = [
        PersonRequest(
            person_id=person.id, proposal_id=proposal.id if kind is RequestKind.QUESTION else None, kind=kind,
            fact="phone" if kind is RequestKind.CORRECTION else None, words=f"{text} words", state=RequestState.OPEN,
            made_on=AT.date(), due_on=AT.date(),
        )
        for kind in RequestKind
    ]  # fmt: skip
    requests[1].state, requests[1].closed_on, requests[1].answer = (
        RequestState.DONE,
        AT.date(),
        f"{text} answer",
    )
    session.add_all([*requests, Wish(person_id=person.id, rank=2, title=f"{text} wish", stated_on=AT.date())])
    session.flush()
    for action in ("person.edit", "person.read"):
        audit.append(
            session, at=AT, actor_id=user.id, action=action, subject_kind="person", subject_id=str(person.public_id),
            details={"fields": ["email"], "on": "2013-10-30"},
        )  # fmt: skip
    session.flush()
    return SimpleNamespace(
        person=person.public_id,
        waiting=waiting.public_id,
        placement=placement.public_id,
        proposals=[each.public_id for each in (proposal, *proposals)],
        batches=[each.public_id for each in batches],
        job=job.public_id,
        offer=shared.public_id,
        milestones=session.scalars(
            sa.select(AidMilestone.id).where(AidMilestone.placement_id == placement.id)
        ).all(),
        people=[person.public_id, waiting.public_id],
        requests=[each.public_id for each in requests],
    )


def mark_offer(session, text, public_id):
    """The same of an offer, which every advisor may read, and of its employer."""
    offer = session.scalars(sa.select(Offer).where(Offer.public_id == public_id)).one()
    employer = session.scalars(sa.select(Organisation).where(Organisation.id == offer.organisation_id)).one()
    for each in (offer, employer):
        mark(each, text)
    offer.skills = [f"{text} skill"]
    offer.origin_url = f"{text}"
    offer.contact_email = employer.contact_email = text[:255]
    offer.contact_phone = employer.contact_phone = text[:20]
    session.flush()
    return employer.public_id
