"""Deadlines: rights that close, papers and payments of the aid, steps and follow-up of contracts, the nearest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, deadlines, feeds, follow_up_due, names
from matching.deadlines import ClosingRight, Deadline, MilestoneDue
from matching.follow_up_due import FollowUp, Silent
from matching.vocabulary import ProposalState

from ..db import book, note, reading, today, transaction
from ..lists import Filter, Listing
from ..security import actor, requires
from ..tables import csv_response
from ..wording import follow_up as followed, home as said, placements as words

pages = Blueprint("deadlines", __name__)

#: kind of line -> its chip
KINDS = {
    "droits": "Droits qui se ferment",
    "aides": "Aides",
    "contrats": "Contrats",
    "suivis": "Suivis",
    "alertes": "Difficultés",
}
#: Days ahead that the list looks, the first one unless told.
HORIZONS = ("30", "60", "90")
FILTERS = (
    Filter("type", "Type d'échéance", tuple(KINDS.items())),
    Filter("q", "Personne, employeur ou poste"),
    Filter(
        "jours",
        "Jusqu'à",
        tuple((days, f"{days} jours") for days in HORIZONS[1:]),
        every=f"{HORIZONS[0]} jours",
    ),
)
HEADER = (
    "Échéance", "Dans (jours)", "Type", "Personne", "Quoi", "Employeur", "Poste", "Dispositif", "Montant (€)",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One deadline in words, with the one thing to do."""

    kind: str
    due: Deadline
    title: str
    note: str
    verb: str
    url: str


@pages.get("/echeances")
@requires("placements.read")
def index() -> str | Response:
    listing = Listing.read((), FILTERS, sort="")
    if listing.wants_csv:
        return _export(listing)
    with reading() as session:
        lines = _lines(session, listing)
        feed = feeds.current(session, actor().id, at=clock.now())
    kept = [line for line in lines if listing.values["type"] in ("", line.kind)]
    return render_template(
        "deadlines/index.html",
        listing=listing,
        lines=listing.cut(kept),
        by_kind={"": len(lines), **Counter(line.kind for line in lines)},
        on=today(),
        feed=feed,
        days=int(listing.values["jours"] or HORIZONS[0]),
    )


def _lines(session: Session, listing: Listing) -> list[Line]:
    """Everything within the days asked for, the search applied, by deadline."""
    on, within = today(), int(listing.values["jours"] or HORIZONS[0])
    found = [
        *(_right(row) for row in deadlines.closing_rights(session, actor(), book(), on=on, within=within)),
        *(_milestone(row) for row in deadlines.milestones_due(session, actor(), on=on, within=within)),
        *(_contract(row) for row in deadlines.contract_steps_due(session, actor(), on=on, within=within)),
        *(_return(row) for row in follow_up_due.returns_due(session, actor(), on=on, within=within)),
        *(_silent(row) for row in follow_up_due.silent_requests(session, actor(), book(), on=on)),
        *(_follow_up(row) for row in follow_up_due.check_ins_due(session, actor(), on=on, within=within)),
        *(_follow_up(row) for row in follow_up_due.open_alerts(session, actor())),
    ]
    wanted = names.fold(listing.values["q"]).split()
    kept = [line for line in found if _matches(line.due, wanted)]
    return sorted(kept, key=lambda line: (line.due.day, line.title))


def _matches(due: Deadline, wanted: Sequence[str]) -> bool:
    inside = names.fold(" ".join(filter(None, (due.person, due.organisation, due.title))))
    return all(word in inside for word in wanted)


def _right(row: ClosingRight) -> Line:
    title, note, verb = said.closing(row)
    if row.state is ProposalState.SELECTED:
        return Line(
            "droits",
            row,
            title,
            note,
            "Ouvrir l'embauche",
            url_for("placements.open_form", ref=row.proposal_id),
        )
    if row.live == 1:
        return Line(
            "droits",
            row,
            title,
            note,
            verb,
            url_for("proposals.show", ref=row.offer_id, proposal=row.proposal_id),
        )
    return Line("droits", row, title, note, verb, url_for("people.show", ref=row.person_id))


def _milestone(row: MilestoneDue) -> Line:
    title, note, verb = said.milestone(row)
    return Line("aides", row, title, note, verb, _hire(row, "aide"))


def _contract(row: Deadline) -> Line:
    title, note, verb = said.contract(row)
    if deadlines.is_asked(row, today()):
        note += followed.TO_ASK[row.kind]
    return Line("contrats", row, title, note, verb, _hire(row, "suite"))


def _return(row: Deadline) -> Line:
    title, note, verb = followed.back(row)
    return Line("contrats", row, title, note, verb, _hire(row, "suite"))


def _silent(row: Silent) -> Line:
    title, note, verb = followed.silent(row)
    return Line("contrats", row, title, note, verb, _hire(row, "suite"))


def _follow_up(row: FollowUp) -> Line:
    title, note, verb = followed.due(row)
    kind = "alertes" if row.alert is not None else "suivis"
    return Line(kind, row, title, note, verb, _hire(row, "suite" if row.alert == "gone" else "suivi"))


def _hire(row: Deadline, part: str) -> str:
    return url_for("placements.show", ref=row.placement_id, _anchor=part)


def _export(listing: Listing) -> Response:
    """The same lines as a spreadsheet; on the trail."""
    with transaction() as session:
        lines = [line for line in _lines(session, listing) if listing.values["type"] in ("", line.kind)]
        note(session, "deadlines.export", "placement", rows=len(lines))
    on = today()
    cells = [
        (
            line.due.day,
            (line.due.day - on).days,
            KINDS[line.kind],
            line.due.person,
            line.title.split(" : ", 1)[1],
            line.due.organisation,
            line.due.title,
            words.programme(line.due.programme),
            line.due.amount_cents / 100 if line.due.amount_cents else None,
        )
        for line in lines
    ]
    return csv_response(f"echeances-{on:%Y-%m-%d}.csv", HEADER, cells)
