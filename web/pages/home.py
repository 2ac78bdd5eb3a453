"""What needs me today: one list by deadline, one verb a line; where one left off; the month so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import (
    agenda,
    corrections,
    deadlines,
    follow_up_due,
    hand_over_queries,
    message_queries,
    next_steps,
    person_requests,
    workdays,
)
from matching.store import scope
from matching.store.intake import ImportBatch
from matching.vocabulary import BatchState

from ..db import book, reading, today
from ..lists import Filter, Listing
from ..security import actor, allows, requires
from ..wording import (
    follow_up as follow_up_words,
    hand_overs as hand_over_words,
    home as words,
    messages as message_words,
    requests as request_words,
)
from . import employer_home, employer_offers, officer_home
from .club import day as club_day

pages = Blueprint("home", __name__)

#: Days ahead that the page looks.
AHEAD = 30
#: Lines shown before « Voir les autres actions ».
SHOWN = 25
#: Requests of young people named in their block.
ASKED = 4
#: Messages that did not leave named in their block.
FAILED = 4
#: Of one day, what cannot be had back comes first, then who waits, what runs, what begins, what is not complete.
RANK = {
    kind: rank for rank, kind in enumerate(("droits", "reponses", "contrats", "propositions", "dossiers"))
}
FILTERS = (
    Filter("liste", "Ce qui est montré", tuple(words.KINDS.items()), every="Tout"),
    Filter("tout", "Longueur", (("1", "Toutes"),)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: by when, what, and the one verb that does it."""

    kind: str
    due_on: date
    title: str
    note: str
    verb: str
    url: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The four figures of the page, and how near the nearest deadline is."""

    closing: int
    closing_first: date | None
    to_examine: int
    offers: int
    contracts: int
    money_cents: int
    files: int
    people_to_confirm: int


@pages.get("/")
@requires("signed_in")
def index() -> str | Response:
    """The advisor's day. Who has none is shown the first page that is theirs."""
    me = actor()
    if not allows(me, "people.read"):
        return _elsewhere(me)
    on = today()
    listing = Listing.read((), FILTERS, sort="")
    with reading() as session:
        lines, counts = _everything(session, me, on)
        left = agenda.left_at(session, me)
        month = agenda.month(session, me, on=on)
        last_import = _last_import(session, me)
        failed = message_queries.failures(session, me, limit=FAILED)
        asked, first_asked = person_requests.open_requests(session, me, limit=ASKED)
    shown = [line for line in lines if listing.values["liste"] in ("", line.kind)]
    return render_template(
        "home/index.html",
        on=on,
        lines=shown if listing.values["tout"] else shown[:SHOWN],
        hidden=0 if listing.values["tout"] else max(len(shown) - SHOWN, 0),
        total=len(lines),
        pressing=sum(line.due_on <= on for line in lines),
        by_kind={"": len(lines), **Counter(line.kind for line in lines)},
        kinds=words.KINDS,
        counts=counts,
        left=left,
        month=month,
        last_import=last_import,
        failed=failed,
        message_words=message_words,
        asked=asked,
        first_asked=first_asked,
        request_words=request_words,
        listing=listing,
        ahead=AHEAD,
    )


def _elsewhere(me: scope.Actor) -> str | Response:
    if allows(me, "own.offers"):
        return employer_home.page()
    if allows(me, "club.edit"):
        return club_day()
    if allows(me, "outreach.note"):
        return officer_home.page()
    for permission, endpoint in (("accounts.manage", "accounts.index"), ("report.read", "reports.index")):
        if allows(me, permission):
            return redirect(url_for(endpoint), 302)
    return render_template("home/none.html")


def _everything(session: Session, me: scope.Actor, on: date) -> tuple[list[Line], Counts]:
    closing = deadlines.closing_rights(session, me, book(), on=on, within=AHEAD)
    milestones = deadlines.milestones_due(session, me, on=on, within=AHEAD)
    steps = deadlines.contract_steps_due(session, me, on=on, within=words.STEP_DAYS)
    examine = agenda.to_examine(session, me)
    waiting = next_steps.steps(session, me, on=on)
    offers = agenda.incomplete_offers(session, me)
    unread = agenda.offers_to_read(session, me)
    resting = agenda.resting_offers(session, me, on=on)
    people, unsure = agenda.open_rights(session, me, limit=SHOWN)
    lines = [
        *_closing(closing),
        *_milestones(milestones),
        *_contracts(steps),
        *_examine(examine),
        *_waiting(waiting),
        *_follow_ups(follow_up_due.open_alerts(session, me)),
        *_follow_ups(follow_up_due.check_ins_due(session, me, on=on, within=0)),
        *_offers(offers, on),
        *_unread(unread, on),
        *_resting(resting),
        *_people(unsure),
        *_hand_overs(hand_over_queries.waiting(session, me)),
        *_corrections(corrections.wrong_files(session, me)),
    ]
    counts = Counts(
        closing=len(closing),
        closing_first=closing[0].day if closing else None,
        to_examine=sum(row.count for row in examine),
        offers=len(examine),
        contracts=len(milestones) + len(steps),
        money_cents=sum(row.amount_cents for row in milestones),
        files=people + len(offers) + len(unread),
        people_to_confirm=people,
    )
    return sorted(lines, key=lambda line: (line.due_on, RANK[line.kind], line.title)), counts


def _closing(rows: Sequence[deadlines.ClosingRight]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.closing(row)
        url = url_for("people.show", ref=row.person_id)
        if row.proposal_id is not None and row.offer_id is not None and row.live == 1:
            url = url_for("proposals.show", ref=row.offer_id, proposal=row.proposal_id)
        yield Line("droits", row.day, title, note, verb, url)


def _milestones(rows: Sequence[deadlines.MilestoneDue]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.milestone(row)
        assert row.placement_id is not None  # a milestone is always one of a placement
        url = url_for("placements.show", ref=row.placement_id, _anchor="aide")
        yield Line("contrats", row.day, title, note, verb, url)


def _contracts(rows: Sequence[deadlines.Deadline]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.contract(row)
        assert row.placement_id is not None
        url = url_for("placements.show", ref=row.placement_id, _anchor="suite")
        yield Line("contrats", row.day, title, note, verb, url)


def _examine(rows: Sequence[agenda.ToExamine]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.examine(row)
        yield Line("propositions", row.due_on, title, note, verb, url_for("proposals.queue", ref=row.offer))


def _waiting(rows: Sequence[next_steps.Step]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.step(row)
        url = url_for("proposals.show", ref=row.offer, proposal=row.proposal)
        if row.waiting is next_steps.Waiting.OPEN:
            url = url_for("placements.open_form", ref=row.proposal)
        elif row.waiting is next_steps.Waiting.CALL_PERSON:
            url = url_for("requests.call", ref=row.proposal)
        yield Line("reponses", row.due_on, title, note, verb, url)


def _follow_ups(rows: Sequence[follow_up_due.FollowUp]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = follow_up_words.due(row)
        part = "suite" if row.alert == "gone" else "suivi"
        yield Line(
            "contrats",
            row.day,
            title,
            note,
            verb,
            url_for("placements.show", ref=row.placement_id, _anchor=part),
        )


def _offers(rows: Sequence[agenda.Incomplete], on: date) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.incomplete(row)
        yield Line(
            "dossiers", row.since_on or on, title, note, verb, url_for("offers.complete", ref=row.offer)
        )


def _resting(rows: Sequence[agenda.Resting]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.resting(row)
        yield Line("dossiers", row.last_day, title, note, verb, url_for("offers.show", ref=row.offer))


def _unread(rows: Sequence[agenda.Incomplete], on: date) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.to_read(row)
        due = workdays.after(row.since_on or on, employer_offers.READ_IN)
        yield Line("dossiers", due, title, note, verb, url_for("offers.show", ref=row.offer))


def _people(rows: Sequence[agenda.Open]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.to_confirm(row)
        yield Line("dossiers", row.due_on, title, note, verb, url_for("people.show", ref=row.person))


def _hand_overs(rows: Sequence[hand_over_queries.Asked]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = hand_over_words.task(row)
        yield Line(
            "reponses", row.row.due_on, title, note, verb, url_for("hand_overs.show", ref=row.row.public_id)
        )


def _corrections(rows: Sequence[corrections.Wrong]) -> Iterator[Line]:
    for row in rows:
        title, note, verb = words.correction(row)
        yield Line("dossiers", row.due_on, title, note, verb, url_for("people.show", ref=row.person))


def _last_import(session: Session, me: scope.Actor) -> ImportBatch | None:
    """The last file taken in, for who may see it."""
    if not allows(me, "imports.journal"):
        return None
    applied = scope.batches(me).where(ImportBatch.state == BatchState.APPLIED)
    return session.scalar(applied.order_by(ImportBatch.id.desc()).limit(1))
