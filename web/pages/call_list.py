"""Whom to call first: the order of calls, and one call prepared, with the names of whom it would serve."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from matching import call_list, posts_told
from matching.call_list import CallList, Line
from matching.call_needs import SEATS
from matching.errors import NotFound
from matching.outreach_queries import least_told
from matching.store import scope
from matching.store.campaign import Outreach
from matching.vocabulary import OutreachPurpose, Role

from .. import calls, estimates
from ..db import book, note, note_read, reading, today, transaction
from ..lists import Filter, Listing
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import call_list as words, offers as offer_words, phone

pages = Blueprint("call_list", __name__)


@pages.get("/associations/a-appeler")
@requires("outreach.read")
def index() -> Response | str:
    """The order; an officer reads no small count, and no name (security.md R1)."""
    purpose = _purpose()
    with reading() as session:
        years = call_list.years(session, actor(), purpose)
        asked = request.args.get("annee", "")
        year = next((each for each in years if str(each) == asked), years[0] if years else None)
        found = calls.ordered(session, purpose, year)
        listing = _listing(purpose, found)
        lines = [line for line in found.lines if _shown(line, listing)]
        if listing.wants_csv:
            return _csv(purpose, lines)
        useful, idle = _parted(lines)
        shown = listing.cut(useful)
    return render_template(
        "campaign/call_list.html",
        listing=listing,
        lines=shown,
        idle=idle if listing.page == listing.last else (),
        every=found,
        purpose=purpose,
        year=year,
        years=years,
        least=_least(),
        aids={
            line.rank: posts_told.aid(line.caller.organisation, purpose, book(), today()) for line in shown
        },
        names=allows(actor(), "outreach.people"),
        seats=SEATS,
        fields=offer_words.FIELDS_OF_WORK,
        phone=phone,
        words=words,
    )


@pages.get("/associations/a-appeler/<uuid:ref>")
@requires("outreach.people")
def show(ref: UUID) -> str:
    """One call prepared: the post, what the employer may be told, and whom of the caseload it would serve."""
    with reading() as session:
        row = scope.one(session, scope.outreaches(actor()), Outreach.public_id == ref)
        found = calls.ordered(session, row.purpose, row.year)
        line = found.by_outreach.get(row.id)
        if line is None:  # nothing to call for any more: the sheet says what became of it
            raise NotFound("not-found")
        people = call_list.people_of(session, actor(), line)
        house = line.caller.organisation
        told = posts_told.told(
            session, estimates.pool(session), house, row.purpose, book(), today(), rome=line.rome
        )
    note_read("outreach.people", "outreach", ref)
    return render_template(
        "campaign/call.html",
        line=line,
        house=house,
        people=people,
        told=told,
        purpose=row.purpose,
        seats=SEATS,
        on=today(),
        phone=phone,
        words=words,
    )


def _purpose() -> OutreachPurpose:
    """What the calls are for; an officer reads of associations alone."""
    if actor().role is Role.OFFICER:
        return OutreachPurpose.AVENIR
    return words.PURPOSES.get(request.args.get("pour", ""), OutreachPurpose.AVENIR)


def _least() -> int:
    """The least count of people that the reader may be told."""
    return least_told(actor())


def _parted(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Lines whose call serves somebody more, and the others; an officer, who reads no small count, has them in one."""
    if _least():
        return lines, []
    return [line for line in lines if line.new], [line for line in lines if not line.new]


def _listing(purpose: OutreachPurpose, found: CallList) -> Listing:
    fields = sorted(
        {line.caller.organisation.field for line in found.lines if line.caller.organisation.field}
    )
    states = [(str(state), words.STATES[state][0]) for state in call_list.TO_CALL]
    filters = [Filter("etat", "Où l'on en est", tuple(states), every="Tous")]
    if fields:
        labels = [(each, offer_words.FIELDS_OF_WORK.get(each, each)) for each in fields]
        filters.append(Filter("domaine", "Domaine", tuple(labels), every="Tous"))
    return Listing.read((), filters, sort="rang", keep=("pour", "annee"))


def _shown(line: Line, listing: Listing) -> bool:
    state, field = listing.values["etat"], listing.values.get("domaine", "")
    return (not state or line.caller.outreach.state == state) and (
        not field or line.caller.organisation.field == field
    )


def _csv(purpose: OutreachPurpose, lines: list[Line]) -> Response:
    """Organisations and counts; nobody's name. On the trail, like every copy that leaves."""
    with transaction() as session:
        note(session, "outreach.export", "outreach", purpose=str(purpose), calls=len(lines))
    least = _least()
    header = (
        "rang", "organisation", "domaine", "commune", "telephone", "etat", "dernier essai", "poste", "code_rome",
        "jeunes sans offre", "servis en plus",
    )  # fmt: skip
    rows = []
    for line in lines:
        house, tried = line.caller.organisation, line.caller.tried
        rows.append(
            (
                line.rank,
                house.name,
                offer_words.FIELDS_OF_WORK.get(house.field or "", house.field),
                house.commune,
                phone(house.contact_phone),
                words.STATES[line.caller.outreach.state][0],
                tried.on if tried else None,
                line.label,
                line.rome,
                line.waiting if line.waiting >= least else words.count(line.waiting, least),
                line.new if line.new >= least else words.count(line.new, least),
            )
        )
    return csv_response(f"a-appeler-{purpose}.csv", header, rows)
