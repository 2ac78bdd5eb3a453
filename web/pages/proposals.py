"""The examination: offers that wait, one candidate at a time or several together, and the decisions already taken."""

from __future__ import annotations

from operator import attrgetter
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response as FlaskResponse,
    make_response,
    render_template,
    request,
)
from werkzeug.wrappers import Response

from matching import agenda, clock, corrections, message_queries, outbox, review, review_acts, review_log
from matching.errors import Conflict, NotFound, PasserelleError
from matching.proposals import TRANSITIONS, ProposalAction as Action
from matching.review_acts import Overtaken
from matching.store import scope
from matching.store.matches import ReviewDecision
from matching.store.organisations import Offer
from matching.store.people import Person

from .. import examination
from ..db import book, note, reading, today, transaction
from ..examination import PANELS
from ..forms.proposals import DecisionForm, chosen
from ..lists import Column, Filter, Listing
from ..security import actor, requires
from ..tables import csv_response
from ..wording import messages as message_words, offers as offer_words, proposals as words

pages = Blueprint("proposals", __name__)

#: Decisions that may be taken on several candidates at once.
TOGETHER = (Action.APPROVE, Action.REJECT)


#: How the offers to examine may be sorted: in memory, they are few.
SORTS = (
    Column("promesse", "Réponse attendue", (attrgetter("due_on"),)),
    Column("offre", "Offre", (lambda each: each.title.casefold(),)),
    Column("employeur", "Employeur", (lambda each: each.organisation.casefold(),)),
    Column("candidats", "Candidats", (attrgetter("count"),), number=True),
)


@pages.get("/propositions")
@requires("proposals.read")
def index() -> str | FlaskResponse:
    """Offers with somebody to examine, oldest promise first."""
    listing = Listing.read(SORTS, (Filter("q", "Offre ou employeur"),), sort="promesse")
    with reading() as session:
        listed = agenda.to_examine(session, actor())
        left = agenda.left_at(session, actor())
    wanted = listing.values["q"].casefold()
    key = next(column.order[0] for column in SORTS if column.key == listing.sort)
    kept = sorted(
        (each for each in listed if wanted in f"{each.title} {each.organisation}".casefold()),
        key=key,
        reverse=listing.descending,
    )
    if listing.wants_csv:
        return csv_response(
            f"propositions-{today():%Y-%m-%d}.csv",
            ("Offre", "Employeur", "Candidats à examiner", "Réponse attendue"),
            ((each.title, each.organisation, each.count, each.due_on) for each in kept),
        )
    return render_template(
        "proposals/index.html",
        listing=listing,
        rows=listing.cut(kept),
        on=today(),
        total=sum(each.count for each in listed),
        offers=len(listed),
        left=left,
        resume=left.offer if left else (listed[0].offer if listed else None),
    )


@pages.get("/offres/<uuid:ref>/propositions")
@requires("proposals.read")
def queue(ref: UUID) -> str:
    """The candidates of an offer; beside them the sheet of the first who waits."""
    return examination.page(ref, None, shown="queue")


@pages.get("/offres/<uuid:ref>/propositions/<uuid:proposal>")
@requires("proposals.read")
def show(ref: UUID, proposal: UUID) -> str:
    """One candidate's sheet, the queue beside it; the sheet alone when a script asks for it."""
    return examination.page(ref, proposal, shown="sheet")


@pages.get("/propositions/<uuid:ref>/<any(ecart, contact, report, retrait):panel>")
@requires("proposals.review")
def ask(ref: UUID, panel: str) -> str:
    """The questions of a decision as a page of its own: the way without script."""
    return examination.panel(ref, panel)


@pages.post("/propositions/<uuid:ref>/decision")
@requires("proposals.review")
def decide(ref: UUID) -> Response:
    """One decision. A script gets the next sheet and the changed line; else the browser goes there."""
    form = DecisionForm()
    action = form.wanted()
    if action is None:
        raise NotFound("not-found")
    at = clock.now()
    try:
        with transaction() as session:
            proposal = review_acts.locked(session, actor(), ref)
            offer = scope.one(session, scope.offers(actor()), Offer.id == proposal.offer_id).public_id
            if form.validate():
                review_acts.decide(
                    session,
                    actor(),
                    proposal,
                    action,
                    seen=form.seen(),
                    details=form.details(),
                    book=book(),
                    on=today(),
                    at=at,
                )
    except Overtaken as conflict:
        if _is_mine(conflict, action):  # sent twice: it was done the first time
            return examination.after(offer, ref, action)
        return examination.refused(offer, ref, action, form, words.overtaken(conflict, actor().name), 409)
    except NotFound:
        raise
    except Conflict as conflict:  # the step makes no sense from here: the sheet is shown as it is now
        return examination.refused(offer, ref, action, form, words.refused(conflict), 409)
    except PasserelleError as refusal:
        sentence = words.refused(refusal)
        form.refuse(refusal.code, sentence)
        return examination.refused(offer, ref, action, form, sentence, 422)
    if form.errors:
        return examination.refused(offer, ref, action, form, _first_error(form), 422)
    return examination.after(offer, ref, action)


def _first_error(form: DecisionForm) -> str:
    """What was typed wrong first; a hidden field that came back broken is nobody's typing."""
    typed = (str(field.errors[0]) for field in form if field.errors and field.type != "HiddenField")
    return next((text for text in typed if not form.version.errors), words.RELOAD)


def _why(fault: PasserelleError | None) -> str | None:
    """Why one line was not recorded; None when it was."""
    if isinstance(fault, Overtaken):
        return words.overtaken(fault, actor().name)
    return words.refused(fault) if fault else None


def _is_mine(conflict: Overtaken, action: Action) -> bool:
    """Whether the last step is this very decision, taken by this very person a moment ago."""
    before = conflict.before
    if before.at is None or before.actor_id != actor().id or before.action != str(action):
        return False
    return (clock.now() - before.at).total_seconds() < 60


@pages.route("/offres/<uuid:ref>/propositions/lot", methods=["GET", "POST"])
@requires("proposals.review")
def together(ref: UUID) -> Response | str:
    """Several at once: who, what cannot be done and why; then an answer a line."""
    try:
        action = Action(request.values.get("action", ""))
    except ValueError:
        action = Action.APPROVE
    if action not in TOGETHER:
        action = Action.APPROVE
    ticked = chosen(request.values.getlist("p"))
    form = DecisionForm(formdata=request.form if request.method == "POST" else None).named("lot", action)
    if request.method == "POST" and ticked:
        with transaction() as session:
            offer, _ = review.offer_of(session, actor(), Offer.public_id == ref)
            outcomes = review_acts.decide_many(
                session,
                actor(),
                offer,
                ticked,
                action,
                details=form.details(),
                book=book(),
                on=today(),
                at=clock.now(),
            )
            title = offer.title
        faults = {each.fault.code for each in outcomes if each.fault}
        asked_again = outcomes and faults <= {"bad-reason", "note-needed"} and all(e.fault for e in outcomes)
        if not asked_again:
            return render_template(
                "proposals/outcomes.html",
                ref=ref,
                title=title,
                outcomes=[(each, _why(each.fault)) for each in outcomes],
                action=action,
            )
        for code in faults:
            form.refuse(
                code, words.refused(next(e.fault for e in outcomes if e.fault and e.fault.code == code))
            )
    return make_response(examination.together(ref, action, ticked, form), 422 if form.errors else 200)


def _as_csv(listing: Listing, query: Any) -> FlaskResponse:
    """Every decision of the list, in its order; the export is on the trail."""
    header = ("Jour", "Décision", "Candidat", "Offre", "Motif", "Note", "Par")
    with transaction() as session:
        rows = [
            (
                decision.decided_on,
                words.ACTIONS.get(Action(decision.action), decision.action),
                words.full_name(person),
                offer.title,
                words.ALL_REASONS.get(decision.reason_code or "", ""),
                decision.note,
                by,
            )
            for decision, _, person, offer, by, _ in listing.every(session, query)
        ]
        note(session, "proposal.export", "proposal", fields=["name", "offer", "reason", "note"])
    return csv_response(f"decisions-{today():%Y-%m-%d}.csv", header, rows)


COLUMNS = (
    Column("jour", "Jour", (ReviewDecision.id,)),
    Column("decision", "Décision", (ReviewDecision.action,)),
    Column("candidat", "Candidat", (Person.family_name, Person.given_names)),
    Column("offre", "Offre", (Offer.title,)),
    Column("motif", "Motif et note"),
    Column("auteur", "Par"),
    Column("gestes", "Annuler", hidden=True),
)
FILTERS = (
    Filter(
        "decision",
        "Décision",
        tuple((str(action), label) for action, label in words.ACTIONS.items() if action in review_acts.NOTED),
        where=lambda value: ReviewDecision.action == value,
        every="Toutes",
    ),
    Filter(
        "motif",
        "Motif",
        tuple(words.REASONS.items()),
        where=lambda value: ReviewDecision.reason_code == value,
        every="Tous",
    ),
    Filter(
        "q",
        "Candidat ou offre",
        where=lambda text: (
            Person.name_key.icontains(text, autoescape=True) | Offer.title.icontains(text, autoescape=True)
        ),
    ),
)


@pages.get("/propositions/journal")
@requires("proposals.read")
def journal() -> str | FlaskResponse:
    """Decisions taken: one's own, or the agency's for who supervises it."""
    listing = Listing.read(COLUMNS, FILTERS, sort="jour", descending=True, tie=(ReviewDecision.id.desc(),))
    query = review_log.decisions(actor())
    if listing.wants_csv:
        return _as_csv(listing, query)
    with reading() as session:
        rows = listing.rows(session, query)
        doubted = corrections.doubted_rules(session, actor(), on=today())
        at = clock.now()
        left = outbox.have_left(session, [row[0].id for row in rows if row.last])
        undoable = {
            row[0].id
            for row in rows
            if row.last and review.can_undo(row[1], row[0], actor(), at=at, left=left)
        }
        mails = message_queries.of_proposals(session, [row[1].id for row in rows])
    return render_template(
        "proposals/journal.html",
        listing=listing,
        rows=rows,
        undoable=undoable,
        mails={
            mail.decision_id: (mail.public_id, message_words.IN_LOG[mail.state])
            for mail in mails.values()
            if mail.decision_id is not None
        },
        doubted=doubted,
        doubt_days=corrections.DOUBT_DAYS,
        words=words,
        offer_words=offer_words,
        everybody=scope.SUPERVISE in actor().permissions,
    )


assert {panel.action for panel in PANELS.values()} <= set(TRANSITIONS)
