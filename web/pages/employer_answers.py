"""The people sent to an employer and its answers: signed in, or by the link of a message (one for each offer)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, employer_answers, links, released
from matching.employer_answers import Answered
from matching.errors import Conflict, InvalidInput, NotFound, PasserelleError
from matching.proposals import TRANSITIONS, ProposalAction as Action
from matching.released import Candidate, Sent
from matching.store import scope
from matching.store.matches import MatchProposal
from matching.vocabulary import AT_EMPLOYER, LinkKind

from ..db import book, note, reading, today, transaction
from ..forms.employer_answers import AnswerForm
from ..notices import done
from ..security import actor, public, requires
from ..wording import employer as words, sentence_for

pages = Blueprint("released", __name__)

#: Looks a proposal up and holds it.
Held = Callable[[Session], MatchProposal]


@dataclass(frozen=True, slots=True)
class Card:
    """A person with the answers that may be given now, each with its form."""

    candidate: Candidate
    action: str
    forms: dict[str, AnswerForm]


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer, its people who wait, and the others."""

    sent: Sent
    waiting: tuple[Card, ...]
    others: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The form that was refused and of whom; or what others did first."""

    ref: uuid.UUID | None = None
    form: AnswerForm | None = None
    conflict: str | None = None


NOTHING = Refused()


# --- signed in


@pages.get("/mes-candidats")
@requires("released.read")
def index() -> str:
    """Everybody who was sent to the organisation, by offer."""
    with transaction() as session:
        note(session, "released.read", "account", str(actor().public_id))
    return _account(NOTHING)


def _account(refused: Refused) -> str:
    with reading() as session:
        found = released.for_account(session, actor())
    shown = [_shown(sent, lambda ref: url_for(".answer", ref=ref), refused) for sent in found]
    return render_template(
        "employer/candidates.html",
        shown=shown,
        waiting=sum(len(each.sent.waiting) for each in shown),
        refused=refused,
        opened="",
        on=today(),
        words=words,
    )


@pages.post("/mes-candidats/<uuid:ref>/reponse")
@requires("released.answer")
def answer(ref: uuid.UUID) -> Response | tuple[str, int]:
    form = _form()
    try:
        action = _note(
            form,
            lambda session: employer_answers.locked(session, scope.released(actor()), ref),
            actor_id=actor().id,
        )
    except Answered as conflict:
        return _account(Refused(conflict=words.answered_first(conflict, actor().name))), 409
    except (InvalidInput, Conflict) as fault:
        return _refusal(ref, form, fault, _account)
    if action is None:
        return _account(Refused(ref, form)), 422
    return redirect(done(url_for(".index"), f"answer-{action}"), 303)


# --- by the link of a message


@pages.get("/reponse/employeur/<token>")
@public
def by_link(token: str) -> str | tuple[str, int]:
    """The people whom the message told of. Looking writes nothing."""
    try:
        return _linked(token, NOTHING)
    except PasserelleError as fault:
        return _over(fault)


def _linked(token: str, refused: Refused) -> str:
    with reading() as session:
        link = links.find(session, token, LinkKind.EMPLOYER, at=clock.now())
        sent = released.for_link(session, link)
    if sent is None:
        raise NotFound("link-unknown")
    shown = _shown(sent, lambda ref: url_for(".answer_by_link", token=token, ref=ref), refused)
    opened = request.args.get("reponse", "")
    return render_template(
        "employer/link.html",
        sent=sent,
        shown=shown,
        refused=refused,
        opened=opened if opened in words.ANSWERS else "",
        on=today(),
        words=words,
    )


@pages.post("/reponse/employeur/<token>/<uuid:ref>")
@public
def answer_by_link(token: str, ref: uuid.UUID) -> Response | tuple[str, int]:
    form, at = _form(), clock.now()

    def held(session: Session) -> MatchProposal:
        link = links.find(session, token, LinkKind.EMPLOYER, at=at)
        try:
            return employer_answers.locked(session, released.of_link(link), ref)
        except NotFound as gone:
            raise Gone from gone

    try:
        action = _note(form, held, actor_id=None, after=lambda session: _spend(session, token))
    except Gone:
        return _linked(token, Refused(conflict=words.NOT_HERE)), 409
    except Answered as conflict:
        return _linked(token, Refused(conflict=words.answered_first(conflict, None))), 409
    except PasserelleError as fault:
        if fault.code.startswith("link-"):
            return _over(fault)
        if not isinstance(fault, InvalidInput | Conflict):
            raise
        return _refusal(ref, form, fault, lambda refused: _linked(token, refused))
    if action is None:
        return _linked(token, Refused(ref, form)), 422
    return redirect(done(url_for(".by_link", token=token), f"answer-{action}"), 303)


class Gone(Exception):
    """The link is good; the person is no more among those it told of."""


def _spend(session: Session, token: str) -> None:
    """The link has served once nobody waits for an answer any more."""
    link = links.find(session, token, LinkKind.EMPLOYER, at=clock.now())
    left = released.of_link(link).where(MatchProposal.state.in_(AT_EMPLOYER))
    if session.scalar(left.with_only_columns(sa.func.count())) == 0:
        links.use(session, link, at=clock.now())


def _over(fault: PasserelleError) -> tuple[str, int]:
    status = 404 if isinstance(fault, NotFound) else 410
    return render_template("employer/link_over.html", sentence=sentence_for(fault)), status


# --- both


def _form() -> AnswerForm:
    form = AnswerForm()
    if form.wanted() is None:
        abort(404)
    return form


def _note(
    form: AnswerForm, held: Held, *, actor_id: int | None, after: Callable[[Session], None] | None = None
) -> Action | None:
    """Note the answer; None when the form is not whole, nothing being written then."""
    action = form.wanted()
    assert action is not None  # asked by `_form`
    with transaction() as session:
        proposal = held(session)
        if not form.whole() and str(proposal.state) == form.state.data:
            return None
        employer_answers.answer(
            session,
            proposal,
            action,
            seen=form.state.data or "",
            details=form.details(),
            actor_id=actor_id,
            on=today(),
            at=clock.now(),
            book=book(),
        )
        if after is not None:
            after(session)
    return action


def _refusal(
    ref: uuid.UUID, form: AnswerForm, fault: PasserelleError, page: Callable[[Refused], str]
) -> tuple[str, int]:
    if isinstance(fault, Conflict):
        return page(Refused(conflict=words.refusal(fault))), 409
    form.refuse(fault.code, words.refusal(fault))
    return page(Refused(ref, form)), 422


def _shown(sent: Sent, address: Callable[[uuid.UUID], str], refused: Refused) -> Shown:
    cards = [_card(sent, candidate, address(candidate.ref), refused) for candidate in sent.candidates]
    return Shown(
        sent,
        tuple(card for card in cards if card.candidate.waits),
        tuple(card for card in cards if not card.candidate.waits),
    )


def _card(sent: Sent, candidate: Candidate, address: str, refused: Refused) -> Card:
    forms = {}
    for word, action in words.ANSWERS.items():
        if candidate.state not in TRANSITIONS[action].starts:
            continue
        typed = refused.form if refused.form is not None and refused.ref == candidate.ref else None
        form = typed if typed is not None and typed.wanted() is action else _blank(sent, today())
        form.answer.data, form.state.data = word, str(candidate.state)
        forms[word] = form.named(f"{word}-{candidate.ref}")
    return Card(candidate, address, forms)


def _blank(sent: Sent, on: date) -> AnswerForm:
    """The offer's own first day is proposed: it was typed once."""
    likely = sent.starts_on if sent.starts_on is not None and sent.starts_on >= on else None
    return AnswerForm(formdata=None, data={"starts_on": likely})
