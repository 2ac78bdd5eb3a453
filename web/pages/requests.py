"""What an advisor does for who has no account: a personal link, a letter, a call, and the answers to what they ask."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import answers, clock, own_file, person_requests, review_acts
from matching.errors import Conflict, InvalidInput
from matching.person_requests import Line
from matching.proposals import Details, ProposalAction as Action
from matching.review_acts import Overtaken, Seen
from matching.store import scope
from matching.store.matches import MatchProposal
from matching.store.messages import PersonRequest
from matching.store.organisations import Offer
from matching.store.people import Person
from matching.vocabulary import ProposalState as State, RequestKind, RequestState

from ..db import book, installation, note, note_read, reading, today, transaction
from ..forms import personal as forms
from ..links import public_url
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, requires
from ..settings import PUBLIC_URL
from ..tables import csv_response
from ..wording import (
    personal as own_words,
    phone,
    proposals as proposal_words,
    requests as words,
    sentence_for,
)

pages = Blueprint("requests", __name__)

COLUMNS = (
    Column("demande", "Demande", (Person.name_key,)),
    Column("faite", "Faite le", (PersonRequest.made_on,)),
    Column("avant", "Réponse avant le", (PersonRequest.due_on,)),
    Column("etat", "État", (PersonRequest.state,)),
)
#: value in the address -> states shown; open ones when nothing is said
SHOWN = {"closes": (RequestState.DONE, RequestState.REFUSED), "toutes": tuple(RequestState)}
FILTERS = (
    Filter("etat", "État", (("closes", "Closes"), ("toutes", "Toutes")), every="À répondre"),
    Filter(
        "nature",
        "Nature",
        tuple((str(kind), label) for kind, label in words.KINDS.items()),
        where=lambda value: PersonRequest.kind == value,
        every="Toutes",
    ),
    Filter("q", "Nom", where=lambda text: Person.name_key.icontains(text, autoescape=True)),
)


@pages.get("/demandes")
@requires("people.read")
def index() -> str | Response:
    """What the people of the caseload ask, the first due first."""
    listing = Listing.read(COLUMNS, FILTERS, sort="avant", tie=(PersonRequest.id,))
    shown = SHOWN.get(listing.values["etat"], (RequestState.OPEN,))
    query = person_requests.lines(actor()).where(PersonRequest.state.in_(shown))
    if listing.wants_csv:
        return _csv(listing, query)
    with reading() as session:
        lines = [person_requests.line(row) for row in listing.rows(session, query)]
    return render_template("requests/index.html", listing=listing, lines=lines, on=today(), words=words)


def _csv(listing: Listing, query: Any) -> Response:
    with transaction() as session:
        rows = [person_requests.line(row) for row in listing.every(session, query)]
        note(session, "request.export", "caseload", rows=len(rows))
    return csv_response(
        f"demandes-{today():%Y-%m-%d}.csv",
        ("Personne", "Nature", "Demande", "Faite le", "Réponse avant le", "État", "Réponse", "Par"),
        (
            (
                line.name, words.KINDS[line.request.kind], line.request.words, line.request.made_on,
                line.request.due_on, words.STATES[line.request.state][0], line.request.answer, line.by,
            )
            for line in rows
        ),
    )  # fmt: skip


def _line(session: Session, ref: UUID) -> Line:
    request_ = scope.one(session, scope.requests(actor()), PersonRequest.public_id == ref)
    return next(
        line
        for line in person_requests.of_person(session, request_.person_id)
        if line.request.id == request_.id
    )


@pages.get("/demandes/<uuid:ref>")
@requires("people.read")
def show(ref: UUID) -> str:
    with transaction() as session:
        line = _line(session, ref)
        note(session, "request.read", "person", str(line.person))
    return _show(ref, forms.RequestAnswerForm(formdata=None))


def _show(ref: UUID, form: forms.RequestAnswerForm, late: bool = False) -> str:
    with reading() as session:
        line = _line(session, ref)
        person = scope.one(session, scope.people(actor()), Person.public_id == line.person)
        told = (
            person_requests.recipients(session, person.id)
            if line.request.kind is RequestKind.CORRECTION
            else ()
        )
    return render_template(
        "requests/show.html", line=line, person=person, recipients=told, form=form, late=late, on=today(),
        words=words, own_words=own_words, phone=phone,
    )  # fmt: skip


@pages.post("/demandes/<uuid:ref>/reponse")
@requires("people.edit")
def answer(ref: UUID) -> Response | tuple[str, int]:
    """The request is done or refused, with words that the person reads."""
    form = forms.RequestAnswerForm()
    with reading() as session:
        _line(session, ref)
    if not form.validate():
        return _show(ref, form), 422
    try:
        with transaction() as session:
            line = _line(session, ref)
            told = person_requests.close(
                session,
                actor(),
                line.request,
                RequestState(form.state.data),
                form.words.data,
                on=today(),
                at=clock.now(),
            )
            person = line.person
    except Conflict:
        return _show(ref, form, late=True), 409
    except InvalidInput as fault:
        form.words.errors = [sentence_for(fault)]
        return _show(ref, form), 422
    url = url_for("people.show", ref=person, _anchor="demandes")
    return redirect(done(url, "request-told" if told else "request-closed"), 303)


# --- for who has no account: a link, a letter, a call


@pages.post("/candidats/<uuid:ref>/lien-personnel")
@requires("people.edit")
def give_link(ref: UUID) -> tuple[str, int]:
    """A new link to the person's page, shown once; the former one opens no more."""
    refused, address = "", ""
    with reading() as session:
        person = scope.one(session, scope.people(actor()), Person.public_id == ref)
        signer, name = own_file.signer(session, person), proposal_words.full_name(person)
        first = own_words.first_name(person)
    try:
        with transaction() as session:
            person = scope.one(session, scope.people(actor()), Person.public_id == ref)
            token = own_file.issue(session, person, actor_id=actor().id, at=clock.now())
        base = public_url(installation().settings) or PUBLIC_URL
        address = base + url_for("personal.file", token=token)
    except InvalidInput as fault:
        refused = sentence_for(fault)
    page = render_template(
        "requests/link.html", ref=ref, address=address, refused=refused, name=name,
        sms=own_words.sms_of_link(first, signer, address),
    )  # fmt: skip
    return page, 422 if refused else 200


#: What a letter tells of: offers that the person is about to be asked for, or asked already.
WRITTEN = (State.APPROVED, State.PERSON_ASKED)


@pages.get("/candidats/<uuid:ref>/lettre")
@requires("people.read")
def letter(ref: UUID) -> str:
    """An A4 page to print: why you, the offer, what to answer, by when, to whom."""
    on = today()
    with reading() as session:
        person = scope.one(session, scope.people(actor()), Person.public_id == ref)
        offers = [
            each for each in answers.of_person(session, person.id, on=on) if each.proposal.state in WRITTEN
        ]
        signer = offers[0].signer if offers else own_file.signer(session, person)
    note_read("person.read", "person", ref)
    return render_template(
        "requests/letter.html", person=person, offers=offers, signer=signer, on=on, words=own_words,
        by=min((each.answer_by for each in offers), default=None), name=proposal_words.full_name(person),
        phone=phone, me=actor(),
    )  # fmt: skip


def _asked(session: Session, ref: UUID, on: date) -> answers.Asked:
    proposal = scope.one(session, scope.proposals(actor()), MatchProposal.public_id == ref)
    (found,) = answers.asked(session, [proposal.id], on=on)
    return found


@pages.get("/propositions/<uuid:ref>/appel")
@requires("proposals.review")
def call(ref: UUID) -> str:
    """What to say on the phone, in order, and the buttons that note the answer."""
    with reading() as session:
        person = _asked(session, ref, today()).person
    note_read("person.read", "person", person.public_id)
    return _call(ref, forms.CallForm(formdata=None))


def _call(ref: UUID, form: forms.CallForm, late: str = "") -> str:
    on = today()
    with reading() as session:
        asked = _asked(session, ref, on)
        offer = scope.one(session, scope.offers(actor()), Offer.id == asked.proposal.offer_id)
        said = answers.said(session, asked.proposal.id)
    return render_template(
        "requests/call.html", asked=asked, offer=offer, said=said, form=form, late=late, on=on, words=own_words,
        phone=phone, me=actor(), name=proposal_words.full_name(asked.person), may_note=asked.proposal.state in WRITTEN,
    )  # fmt: skip


@pages.post("/propositions/<uuid:ref>/appel")
@requires("proposals.review")
def note_call(ref: UUID) -> Response | tuple[str, int]:
    """What came of the call: the contact is noted with the answer, in one go."""
    form = forms.CallForm()
    with reading() as session:
        _asked(session, ref, today())
    if not form.validate():
        return _call(ref, form), 422
    try:
        with transaction() as session:
            _note_call(session, ref, form)
    except Overtaken as fault:
        return _call(ref, form, proposal_words.overtaken(fault, actor().name)), 409
    except Conflict as fault:
        return _call(ref, form, sentence_for(fault)), 409
    except InvalidInput as fault:
        form.words.errors = [proposal_words.refused(fault)]
        return _call(ref, form), 422
    code = "call-none" if form.answer.data == forms.NO_ANSWER else f"call-{form.answer.data}"
    return redirect(done(url_for(".call", ref=ref), code), 303)


def _note_call(session: Session, ref: UUID, form: forms.CallForm) -> None:
    me, on, at = actor(), today(), clock.now()
    proposal = review_acts.locked(session, me, ref)
    seen = Seen(_whole(form.version.data), form.state.data or "")
    said = form.answer.data
    if said == forms.NO_ANSWER:
        if proposal.state not in WRITTEN:
            raise Conflict("illegal-step", state=str(proposal.state))
        answers.note_call(session, proposal, actor_id=me.id, on=on, at=at)
        return

    def step(action: Action, details: Details, seen: Seen) -> None:
        review_acts.decide(
            session, me, proposal, action, seen=seen, details=details, book=book(), on=on, at=at
        )

    if proposal.state is State.APPROVED:
        step(Action.CONTACT, Details(channel="phone"), seen)
        seen = Seen(proposal.version, str(proposal.state))
    if said == forms.QUESTION:
        person = scope.one(session, scope.people(me), Person.id == proposal.person_id)
        person_requests.ask(
            session,
            person,
            RequestKind.QUESTION,
            form.words.data,
            proposal=proposal,
            actor_id=me.id,
            on=on,
            at=at,
        )
        return
    no = said == forms.NO
    step(Action.NO if no else Action.YES, Details(reason_code=form.reason.data or None if no else None), seen)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
