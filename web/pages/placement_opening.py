"""The form that opens a hire: promise, request of the aid, decision and signature, each on its day, in one go."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import audit, clock, placement_queries, placements, rights
from matching.errors import Conflict, InvalidInput, PasserelleError
from matching.offer_terms import programme_on, programmes_of
from matching.placement_queries import Chosen
from matching.store import scope
from matching.store.matches import MatchProposal
from matching.vocabulary import ProposalState

from ..db import book, note_read, reading, today, transaction
from ..forms.placements import OpeningForm
from ..notices import done
from ..security import actor, requires
from ..wording import explained, placements as words
from .placement_list import pages as pages

#: What stands for no programme in the address and on the buttons.
ORDINARY = "aucun"
#: A refusal -> the field it is about; by the step it came at when its code says nothing.
FIELDS = {
    "conditions-missing": "conditions",
    "aid-number-needed": "number",
    "start-needed": "starts_on",
    "trial-before-start": "trial_end_on",
    "aid-not-requested": "request_on",
    "promise": "promise_on",
    "request_aid": "request_on",
    "grant": "decision_on",
    "refuse": "decision_on",
    "sign": "signed_on",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """The right on the day of a step, as it stands now."""

    step: str
    on: date
    typed: bool
    view: explained.RightsView


@pages.get("/propositions/<uuid:ref>/embauche")
@requires("placements.edit")
def open_form(ref: uuid.UUID) -> str | Response:
    with reading() as session:
        found = placement_queries.chosen(session, actor(), ref)
        if found.placement_id is not None:
            return redirect(url_for(".show", ref=found.placement_id), 302)
        programme = _programme(found, request.args.get("dispositif"))
        form = OpeningForm(programme, formdata=None, data=_likely(found))
        page = _page(session, found, form, programme)
    note_read("person.read", "person", found.person.public_id)  # the page says which facts a right lacks
    return page


@pages.post("/propositions/<uuid:ref>/embauche")
@requires("placements.edit")
def open_hire(ref: uuid.UUID) -> str | Response | tuple[str, int]:
    """Take the steps whose days were typed; or judge the right for these days; or take another programme."""
    with reading() as session:
        found = placement_queries.chosen(session, actor(), ref)
        asked = request.form.get("autre") or request.form.get("dispositif")
        programme = _programme(found, asked)
        form = OpeningForm(programme)
        if "autre" in request.form or "verifier" in request.form:
            return _page(session, found, form, programme)
        if found.placement_id is not None:
            return _page(session, found, form, programme), 409
        if not form.validate():
            return _page(session, found, form, programme), 422
    try:
        made = _open(ref, form, programme)
    except PasserelleError as fault:
        if not isinstance(fault, InvalidInput | Conflict):
            raise
        with reading() as session:
            found = placement_queries.chosen(session, actor(), ref)
            if found.placement_id is None:
                field = form[_field(form, fault)]
                field.errors = [*field.errors, words.refusal(fault)]
            status = 409 if found.placement_id is not None else 422
            return _page(session, found, form, programme), status
    return redirect(done(url_for(".show", ref=made), "placement-open"), 303)


def _open(ref: uuid.UUID, form: OpeningForm, programme: str | None) -> uuid.UUID:
    """All the steps, or none: one transaction."""
    at, steps = clock.now(), form.steps()
    with transaction() as session:
        proposal = scope.one(session, scope.proposals(actor()), MatchProposal.public_id == ref)
        made = placements.open_with(
            session,
            proposal,
            steps,
            programme=programme,
            actor_id=actor().id,
            party=actor().party,
            at=at,
            book=book(),
        )
        audit.append(
            session,
            at=at,
            actor_id=actor().id,
            action="placement.open",
            subject_kind="placement",
            subject_id=str(made.public_id),
            details={"programme": programme, "steps": [str(step.action) for step in steps]},
        )
        return made.public_id


def _programme(found: Chosen, asked: str | None) -> str | None:
    """The programme asked for, if this offer may stand under it; else the one in force of its scheme."""
    if asked == ORDINARY:
        return None
    if asked in _allowed(found):
        return asked
    return programme_on(found.offer, book(), today())


def _allowed(found: Chosen) -> list[str]:
    """Programmes of the offer's scheme, or all for an offer of ordinary law, in force on a day of this year or so."""
    day = today().toordinal()
    names = programmes_of(found.offer) or tuple(book())
    return [
        name
        for name in names
        if name in book() and book()[name].in_force()[0] <= day < book()[name].in_force()[1]
    ]


def _likely(found: Chosen) -> dict[str, object]:
    return {"promise_on": today(), "starts_on": found.proposal.expected_start_on}


def _field(form: OpeningForm, fault: PasserelleError) -> str:
    wanted = FIELDS.get(fault.code) or FIELDS.get(str(fault.facts.get("step")), "promise_on")
    return wanted if wanted in form else "promise_on"


def _page(session: Session, found: Chosen, form: OpeningForm, programme: str | None) -> str:
    choices = [*_allowed(found), None]
    return render_template(
        "placements/open.html",
        found=found,
        form=form,
        programme=programme,
        choices=[(name or ORDINARY, words.programme(name), name == programme) for name in choices],
        ordinary=ORDINARY,
        judged=_judged(session, found, form, programme),
        at_signature=programme is not None and rights.judged_at_signature(book(), programme),
        selected=found.proposal.state is ProposalState.SELECTED,
        on=today(),
        words=words,
    )


def _judged(session: Session, found: Chosen, form: OpeningForm, programme: str | None) -> list[Judged]:
    """The right on the days that decide it: of the request, and of the signature where the programme says so."""
    if programme is None:
        return []
    steps = [("la demande d'aide", form.day("request_on"))]
    if rights.judged_at_signature(book(), programme):
        steps.append(("la signature", form.day("signed_on")))
    drafted = placements.drafted(found.proposal, found.offer, programme, today())
    said: list[Judged] = []
    for step, typed in steps:
        day = typed or today()
        judged = rights.judge(session, found.person.id, book(), programme, drafted, found.organisation, day)
        view = explained.view(judged.said, book()[programme], today=today(), questions=judged.questions)
        said.append(Judged(step, day, typed is not None, view))
    if len(said) == 2 and said[0].on == said[1].on:
        return [Judged("la demande d'aide et de la signature", said[0].on, said[0].typed, said[0].view)]
    return said
