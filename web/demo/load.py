"""Applies a journal to an empty base, in the order of days, through the importers and the flows alone.

Everything happens in one transaction: a load that fails or is killed leaves the base empty. Acts of the journal count
as told to the outside, so none of them can be undone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from importers import batches
from importers.checking import check
from matching import (
    accounts,
    clock,
    homes,
    match_runs,
    milestones,
    offers,
    organisation_statements as statements,
    placement_guards,
    placements,
    proposals,
)
from matching.eligibility.programme import ProgrammeBook
from matching.errors import CorruptReference, InvalidInput, PasserelleError
from matching.scoring.referential import Referential
from matching.store.accounts import User
from matching.store.engine import Database
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation, Zone
from matching.store.people import Agency, Person, SourceRecord
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import AgencyKind, ImportKind, Party, ProposalState, Source, Verdict

from ..database import DEMO_DAY
from . import acts, hand_overs, state, stories
from .actors import ACTORS, AGENCY, HOUSES, IN_AGENCY, LOCAL, PHONES

Line = dict[str, Any]


@dataclass(slots=True)
class Stage:
    """What the acts need: the session, the accounts, the rules; and what the journal's names stand for.

    Nothing the journal names is ever deleted while it is applied, so each is looked up once.
    """

    session: Session
    folder: Path
    book: ProgrammeBook
    referential: Referential
    users: dict[str, User]
    at: datetime
    found: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def who(self, line: Line) -> dict[str, Any]:
        """Actor and party of a step; the clock and the matcher have no account."""
        if line["actor"] == "clock":
            return {"actor_id": None, "party": Party.CLOCK}
        return {"actor_id": self.users[line["actor"]].id, "party": Party.ADVISOR}

    def person(self, line: Line) -> Person:
        person: Person = self._known(
            ("person", line["person"]),
            line,
            sa.select(Person)
            .join(SourceRecord, SourceRecord.person_id == Person.id)
            .where(SourceRecord.identifier == line["person"]),
        )
        return person

    def offer(self, line: Line) -> Offer:
        offer: Offer = self._known(
            ("offer", line["offer"]), line, sa.select(Offer).where(Offer.reference == line["offer"])
        )
        return offer

    def zone(self, local_id: str) -> Zone:
        key = ("zone", local_id)
        if key not in self.found:
            self.found[key] = homes.zone(self.session, local_id)
        zone: Zone = self.found[key]
        return zone

    def proposal(self, line: Line) -> MatchProposal:
        """The latest one of the two. A pair that was closed may be proposed anew: `_propose` forgets the former."""
        proposal: MatchProposal = self._known(
            ("proposal", line["person"], line["offer"]),
            line,
            sa.select(MatchProposal)
            .where(
                MatchProposal.person_id == self.person(line).id, MatchProposal.offer_id == self.offer(line).id
            )
            .order_by(MatchProposal.id.desc())
            .limit(1),
        )
        return proposal

    def placement(self, line: Line) -> Placement:
        """Of the pair; one that no proposal led to is named by its employer."""
        if "employer" in line:
            own = sa.select(Placement).where(Placement.person_id == self.person(line).id)
            query, other = own.where(Placement.proposal_id.is_(None)), line["employer"]
        else:
            query, other = (
                sa.select(Placement).where(Placement.proposal_id == self.proposal(line).id),
                line["offer"],
            )
        placement: Placement = self._known(("placement", line["person"], other), line, query)
        return placement

    def _known(self, key: tuple[str, ...], line: Line, query: sa.Select[Any]) -> Any:
        if key not in self.found:
            self.found[key] = self.session.scalar(query) or _missing(key[0], line)
        return self.found[key]


def _missing(what: str, line: Line) -> Any:
    raise CorruptReference(
        "bad-journal", message=f"Le journal nomme un objet absent ({what}) : {json.dumps(line)}"
    )


def load(
    database: Database,
    folder: Path,
    book: ProgrammeBook,
    referential: Referential,
    *,
    today: date,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Apply `folder`/journal.jsonl and record the business day. Returns how many acts were applied.

    Raises InvalidInput("base-not-empty") when the base holds people, offers or organisations.
    """
    lines = [json.loads(line) for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    with database.transaction() as session:
        if not state.is_empty(session):
            raise InvalidInput("base-not-empty")
        stage = Stage(session, folder, book, referential, _accounts(session), clock.now())
        for number, line in enumerate(_in_order(lines), 1):
            _apply(stage, line, date.fromisoformat(line["day"]))
            on_progress(number, len(lines))
        _speak_for(stage, today)
        accounts.remember(session, DEMO_DAY, today.isoformat())
    return len(lines)


def _in_order(lines: list[Line]) -> Iterator[Line]:
    """By day, and within a day as written."""
    yield from sorted(lines, key=lambda line: line["day"])


def _accounts(session: Session) -> dict[str, User]:
    agencies = {
        name: _agency(session, name, kind)
        for name, kind in ((AGENCY, AgencyKind.POLE_EMPLOI), (LOCAL, AgencyKind.MISSION_LOCALE))
    }
    made = {
        actor: accounts.ensure_user(
            session,
            email=email,
            name=name,
            role=role,
            permissions=permissions,
            agency_id=agencies[IN_AGENCY[actor]].id if actor in IN_AGENCY else None,
        )
        for actor, (email, name, role, permissions) in ACTORS.items()
    }
    for actor, number in PHONES.items():
        made[actor].phone = number
    return made


def _agency(session: Session, name: str, kind: AgencyKind) -> Agency:
    found = session.scalar(sa.select(Agency).where(Agency.name == name))
    if found is None:
        found = Agency(name=name, kind=kind)
        session.add(found)
        session.flush()
    return found


def _speak_for(stage: Stage, today: date) -> None:
    """Each employer's account speaks for the organisation of its kind that was sent most people, then hired most."""
    session = stage.session
    sent = (
        sa.select(sa.func.count())
        .select_from(MatchProposal)
        .join(Offer, Offer.id == MatchProposal.offer_id)
        .where(Offer.organisation_id == Organisation.id, MatchProposal.state == ProposalState.SENT)
        .correlate(Organisation)
        .scalar_subquery()
    )
    hired = (
        sa.select(sa.func.count())
        .where(Placement.organisation_id == Organisation.id, Placement.signed_on.is_not(None))
        .correlate(Organisation)
        .scalar_subquery()
    )
    for actor, (sector, kind) in HOUSES.items():
        house = session.scalar(
            sa.select(Organisation)
            .where(Organisation.sector == sector, Organisation.siret.is_not(None))
            .order_by(sent.desc(), hired.desc(), Organisation.id)
            .limit(1)
        )
        if house is not None:  # a small demo may have none
            stage.users[actor].organisation_id = house.id
            statements.own_facts(
                session, house, kind, None, actor_id=stage.users[actor].id, on=today, at=stage.at
            )
    session.flush()


def _apply(stage: Stage, line: Line, day: date) -> None:
    act = line["act"]
    try:
        if act in _ACTS:
            _ACTS[act](stage, line, day)
        elif act in {str(action) for action in proposals.ProposalAction}:
            _review(stage, line, day)
        else:
            _step(stage, line, day)
    except PasserelleError as fault:
        if isinstance(fault, CorruptReference):
            raise
        raise CorruptReference(
            "bad-journal",
            message=f"Le journal ne s'applique pas ({fault.code}, {fault.facts}) : {json.dumps(line)}",
        ) from fault


def _import(stage: Stage, line: Line, day: date) -> None:
    data = (stage.folder / line["file"]).read_bytes()
    checked = check(ImportKind(line["kind"]), data, line["file"], source=Source(line["source"]), today=day)
    report = batches.apply(
        stage.session, checked, agency=AGENCY, actor_id=stage.who(line)["actor_id"], book=stage.book
    )
    if report.refused or report.rejected:
        raise CorruptReference(
            "bad-journal", message=f"{line['file']} : {report.refused or report.errors[0]}"
        )
    stage.session.flush()


def _home(stage: Stage, line: Line, day: date) -> None:
    zone = stage.zone(line["zone"]) if line["zone"] else None
    homes.confirm(
        stage.session,
        stage.person(line),
        zone,
        since_on=date.fromisoformat(line["since"]),
        proof=line["proof"],
        actor_id=stage.who(line)["actor_id"],
        on=day,
    )


def _match(stage: Stage, line: Line, day: date) -> None:
    match_runs.run(stage.session, stage.book, stage.referential, on=day, at=stage.at, offer=line.get("offer"))


def _examine(stage: Stage, line: Line, day: date) -> None:
    """A step of one of an offer's candidates whom the matcher found, by rank: whom it finds no file can say."""
    found = stage.session.scalar(
        sa.select(MatchProposal)
        .join(Person, Person.id == MatchProposal.person_id)
        .where(
            MatchProposal.offer_id == stage.offer(line).id,
            MatchProposal.verdict == Verdict.YES,
            MatchProposal.run_id.is_not(None),
            MatchProposal.state != ProposalState.STALE,
            Person.contact_agreed.is_(True),
            Person.phone.is_not(None),
        )
        .order_by(MatchProposal.score.desc(), MatchProposal.id)
        .offset(line["rank"] - 1)
        .limit(1)
    )
    step = proposals.ProposalAction(line["step"])
    if found is None or found.state not in proposals.TRANSITIONS[step].starts:
        return  # a small demo has fewer candidates
    details = proposals.Details(
        reason_code=line.get("reason"),
        note=line.get("note"),
        wake_on=day + timedelta(days=line["wake_in"]) if "wake_in" in line else None,
        channel=line.get("channel"),
        starts_on=day + timedelta(days=line["starts_in"]) if "starts_in" in line else None,
    )
    proposals.review(
        stage.session, found, step, **stage.who(line), on=day, at=stage.at, details=details, told=True
    )


def _propose(stage: Stage, line: Line, day: date) -> None:
    """The advisor puts the pair on the list, unless the matcher did before."""
    stage.found.pop(("proposal", line["person"], line["offer"]), None)
    listed = sa.select(MatchProposal.id).where(
        MatchProposal.person_id == stage.person(line).id,
        MatchProposal.offer_id == stage.offer(line).id,
        MatchProposal.state == ProposalState.TO_REVIEW,
    )
    if stage.session.scalar(listed) is not None:
        return
    match_runs.add_by_hand(
        stage.session,
        stage.book,
        stage.referential,
        stage.person(line).id,
        stage.offer(line).id,
        actor_id=stage.who(line)["actor_id"],
        on=day,
        at=stage.at,
        told=True,
    )


def _review(stage: Stage, line: Line, day: date) -> None:
    details = proposals.Details(
        reason_code=line.get("reason"),
        note=line.get("note"),
        wake_on=_day(line.get("wake")),
        channel=line.get("channel"),
        starts_on=_day(line.get("starts")),
    )
    action = proposals.ProposalAction(line["act"])
    proposals.review(
        stage.session,
        stage.proposal(line),
        action,
        **stage.who(line),
        on=day,
        at=stage.at,
        details=details,
        told=True,
    )


def _offer(stage: Stage, line: Line, day: date) -> None:
    offers.change(
        stage.session, stage.offer(line), offers.OfferAction(line["act"]), **stage.who(line), on=day
    )


def _open(stage: Stage, line: Line, day: date) -> None:
    placements.open(
        stage.session, stage.proposal(line), programme=line["programme"], **stage.who(line), on=day, told=True
    )


def _step(stage: Stage, line: Line, day: date) -> None:
    action = placements.PlacementAction(line["act"])
    conditions = placement_guards.conditions_of(line["programme"]) if action == "request_aid" else ()
    details = placements.Details(
        reason=line.get("reason"),
        situation=line.get("situation"),
        number=line.get("number"),
        starts_on=_day(line.get("starts")),
        trial_end_on=_day(line.get("trial_end")),
        until=_day(line.get("until")),
        conditions=dict.fromkeys(sorted(conditions), day),
    )
    placements.change(
        stage.session,
        stage.placement(line),
        action,
        **stage.who(line),
        on=day,
        at=stage.at,
        book=stage.book,
        details=details,
        told=True,
    )


def _milestone(stage: Stage, line: Line, day: date) -> None:
    row = stage.session.scalar(
        sa.select(AidMilestone).where(
            AidMilestone.placement_id == stage.placement(line).id,
            AidMilestone.kind == line["kind"],
            AidMilestone.number == line["number"],
        )
    )
    step = milestones.MilestoneAction(line["step"])
    milestones.settle(
        stage.session, row or _missing("milestone", line), step, **stage.who(line), on=day, told=True
    )


def _hand_over(stage: Stage, line: Line, day: date) -> None:
    local = stage.session.scalars(sa.select(Agency).where(Agency.name == LOCAL)).one()
    hand_overs.take(
        stage.session,
        stage.users[line["actor"]],
        stage.placement(line),
        line["step"],
        local,
        on=day,
        at=stage.at,
    )


_ACTS: dict[str, Callable[[Stage, Line, date], None]] = {
    "import": _import,
    "home": _home,
    "match": _match,
    "examine": _examine,
    "propose": _propose,
    "open": _open,
    "refresh": _offer,
    "lapse": _offer,
    "milestone": _milestone,
    "hand_over": _hand_over,
    **acts.ACTS,
    **stories.ACTS,
}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
