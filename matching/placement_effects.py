"""What a step of a placement brings with it: days written, the post, other proposals, the person's job, the aid."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import agreements, check_ins, milestones, offers, outreach_offers, proposals, suspensions
from .eligibility import aid
from .eligibility.aid import AidContract, after
from .placement_guards import UNDER_CONTRACT, Act
from .store.matches import MatchProposal
from .store.organisations import Organisation
from .store.people import EmploymentSpell, Person
from .store.placements import AidMilestone, Placement
from .vocabulary import MilestoneState, Party, Sector

#: Where a job that a placement opened comes from, in the person's employment.
SOURCE = "placement"


def follow(act: Act, action: str) -> None:
    """Have the effects of a step just taken. Flushes with the caller."""
    placement, details = act.placement, act.details
    match action:
        case "promise":
            placement.promised_on = act.on
        case "request_aid":
            placement.aid_requested_on = act.on
            placement.snapshot = act.judged
        case "grant":
            placement.aid_decision_on, placement.aid_number = act.on, details.number
        case "refuse":
            placement.aid_decision_on = act.on
        case "sign":
            _sign(act)
        case "start":
            _job(act)
            check_ins.plan(act.session, placement)
        case "suspend":
            suspensions.begin(act.session, placement, act.on, details.until, details.reason or "")
        case "resume":
            suspensions.end(act.session, placement, act.on, actor_id=act.actor_id, book=act.book)
        case "no_show" | "cancel":
            milestones.cancel_outstanding(act.session, placement.id, actor_id=act.actor_id, on=act.on)
            _give_back(act, "no show" if action == "no_show" else "cancelled")
            if (spell := _spell(act)) is not None:  # a contract taken back was no job
                act.session.delete(spell)
            check_ins.stop(act.session, placement.id, act.on)
        case "break_trial":
            _end(act, details.reason or "")
            _give_back(act, "trial broken")
        case "exit":
            _end(act, details.reason or "")
            _close_own(act)
        case "complete":
            _end(act, "end_of_term")
            _close_own(act)
        case "abandon":
            _close_own(act)
        case _:
            pass


def _sign(act: Act) -> None:
    placement, details = act.placement, act.details
    placement.signed_on = act.on
    placement.starts_on = details.starts_on or placement.starts_on
    placement.trial_end_on = details.trial_end_on
    if placement.contract_kind == "CDD" and placement.months and placement.starts_on:
        placement.planned_end_on = after(placement.starts_on, placement.months) - timedelta(days=1)
    if act.judged:
        placement.snapshot = act.judged
    _others_of_the_person(act)
    offer = act.offer()
    if offer is not None and placement.tutor is None:
        placement.tutor = offer.tutor
    if offer is not None and offers.count_post(act.session, offer, actor_id=act.actor_id, on=act.on):
        others = rivals(act.session, offer.id, placement.proposal_id)
        proposals.close_all(
            act.session, others, "position_filled", actor_id=act.actor_id, on=act.on, at=act.at, told=act.told
        )
    _derive(act)
    outreach_offers.signed(act.session, placement, actor_id=act.actor_id, on=act.on)


def rivals(session: Session, offer_id: int, proposal_id: int | None) -> list[MatchProposal]:
    """Live proposals for the offer beside this one, whose people have no contract there: its last post closes them."""
    hired = session.scalars(
        sa.select(Placement.proposal_id).where(
            Placement.offer_id == offer_id, Placement.state.in_(UNDER_CONTRACT)
        )
    ).all()
    live = proposals.live_of(session, offer_id=offer_id)
    return [proposal for proposal in live if proposal.id != proposal_id and proposal.id not in hired]


def _others_of_the_person(act: Act) -> None:
    live = proposals.live_of(act.session, person_id=act.placement.person_id)
    others = [proposal for proposal in live if proposal.id != act.placement.proposal_id]
    proposals.close_all(
        act.session, others, "placed_elsewhere", actor_id=act.actor_id, on=act.on, at=act.at, told=act.told
    )


def contract_of(act: Act) -> AidContract | None:
    """The placement as the aid counts it; None before it has a start."""
    placement = act.placement
    if placement.signed_on is None or placement.starts_on is None:
        return None
    organisation = act.session.get_one(Organisation, placement.organisation_id)
    born = act.session.get_one(Person, placement.person_id).birth_date
    return AidContract(
        signed_on=placement.signed_on,
        starts_on=placement.starts_on,
        kind=placement.contract_kind,
        weekly_hours=placement.weekly_hours or 35,
        months=placement.months,
        sector="marchand" if organisation.sector is Sector.MARKET else "non-marchand",
        trial_end_on=placement.trial_end_on,
        granted_on=placement.aid_decision_on,
        age=_age(born, placement.signed_on) if born else None,
    )


def _age(born: date, on: date) -> int:
    years = on.year - born.year
    return years if after(born, 12 * years) <= on else years - 1


def _aided(placement: Placement) -> bool:
    return placement.programme is not None and placement.aid_requested_on is not None


def _derive(act: Act) -> None:
    """Rows of the aid, from the programme file (workflow.md iii); none without a programme, or when it was refused."""
    placement, contract = act.placement, contract_of(act)
    if contract is None or placement.programme is None or (not _aided(placement) and not placement.snapshot):
        return
    granted = placement.aid_number is not None or placement.aid_decision_on is None
    if not granted:
        return
    for made in aid.milestones(act.book[placement.programme], contract):
        act.session.add(
            AidMilestone(
                placement_id=placement.id,
                kind=made.kind,
                number=made.number,
                due_on=made.due_on,
                window_opens_on=made.window_opens_on,
                window_closes_on=made.window_closes_on,
                amount_cents=made.amount_cents,
                paper=made.paper,
                state=MilestoneState.UPCOMING,
            )
        )


def _job(act: Act) -> None:
    """The person is in a job from the first day of work."""
    placement = act.placement
    assert placement.starts_on is not None  # the guard of `start`
    name = act.session.get_one(Organisation, placement.organisation_id).name
    act.session.add(
        EmploymentSpell(
            person_id=placement.person_id,
            employer_name=name,
            start_on=placement.starts_on,
            end_on=None,
            source=SOURCE,
        )
    )


def _spell(act: Act) -> EmploymentSpell | None:
    """The job that this contract opened."""
    return act.session.scalar(
        sa.select(EmploymentSpell).where(
            EmploymentSpell.person_id == act.placement.person_id,
            EmploymentSpell.start_on == act.placement.starts_on,
            EmploymentSpell.source == SOURCE,
        )
    )


def _end(act: Act, reason: str) -> None:
    """The contract ends: the job too, and the aid by the motive."""
    placement = act.placement
    placement.ended_on, placement.end_reason = act.on, reason
    placement.end_situation, placement.end_motive = act.details.situation, act.details.motive
    suspensions.cut(act.session, placement, act.on, actor_id=act.actor_id, book=act.book)
    check_ins.stop(act.session, placement.id, act.on)
    check_ins.plan_exit(act.session, placement)
    spell = _spell(act)
    if spell is not None:
        spell.end_on = act.on
    contract = contract_of(act)
    if contract is None or placement.programme is None:
        return
    agreements.stop(act.session, placement, actor_id=act.actor_id, on=act.on, book=act.book)
    rows = {_as_made(row): row for row in milestones.held(act.session, placement.id).values()}
    broken = aid.on_break(
        act.book[placement.programme],
        contract,
        unpaid=[made for made, row in rows.items() if row.state in milestones.OUTSTANDING],
        paid=[made for made, row in rows.items() if row.state is MilestoneState.PAID],
        ended_on=act.on,
        motive=act.details.motive or reason,
    )
    part = aid.part_owed(act.book[placement.programme], contract, act.on) or agreements.part_owed(
        act.session, placement, act.on, act.book
    )
    if part is not None and _suspended(act, part):
        part = None
    steps = milestones.MilestoneAction
    for affected, step in ((broken.cancelled, steps.CANCEL), (broken.to_repay, steps.CLAIM_BACK)):
        for made in affected:
            if step is steps.CANCEL and part is not None and _takes_place_of(part, made):
                milestones.shorten(
                    act.session,
                    rows[made],
                    due_on=part.due_on,
                    opens_on=part.window_opens_on,
                    closes_on=part.window_closes_on,
                    amount_cents=part.amount_cents,
                    actor_id=act.actor_id,
                    on=act.on,
                    told=act.told,
                )
                continue
            milestones.settle(
                act.session,
                rows[made],
                step,
                actor_id=act.actor_id,
                party=Party.SYSTEM,
                on=act.on,
                told=act.told,
            )


def _suspended(act: Act, part: aid.Milestone) -> bool:
    """Whether nothing was worked of what the part would pay: the contract stood still since before it."""
    rule = suspensions.rule_of(act.book, act.placement.programme)
    if rule is None or part.kind not in rule.pauses:
        return False
    first = max(part.due_on.replace(day=1), act.placement.starts_on or date.min)
    return suspensions.stood_still(suspensions.of(act.session, act.placement.id), first, part.due_on)


def _takes_place_of(part: aid.Milestone, made: aid.Milestone) -> bool:
    """Whether the days worked are owed in the place of this row: a part of nothing is cancelled like the rest."""
    return part.amount_cents > 0 and (part.kind, part.number) == (made.kind, made.number)


def _as_made(row: AidMilestone) -> aid.Milestone:
    return aid.Milestone(
        row.kind,
        row.number,
        row.due_on,
        row.window_opens_on,
        row.window_closes_on,
        row.amount_cents,
        row.paper or "",
    )


def _give_back(act: Act, reason: str) -> None:
    """The post is free again, the proposal is over."""
    offer = act.offer()
    if offer is not None:
        offers.free_post(act.session, offer, actor_id=act.actor_id, on=act.on, reason=reason)
        outreach_offers.undone(act.session, act.placement, actor_id=act.actor_id, on=act.on)
    _close_own(act)


def _close_own(act: Act) -> None:
    """The proposal that led here is over: it holds no place any more, the person can be proposed again."""
    key = act.placement.proposal_id
    if key is not None:
        own = act.session.get_one(MatchProposal, key)
        proposals.close_all(
            act.session, [own], "left_programme", actor_id=act.actor_id, on=act.on, at=act.at, told=act.told
        )
