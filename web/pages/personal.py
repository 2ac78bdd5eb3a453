"""Pages behind a personal link, for young people without an account (security.md A8): one answer, or their own page.

Opening an address writes nothing; a button does. The page of a file asks for the birth date first, and opens to the
browser that gave it for half an hour: nothing in its address, in a form or in a second cookie would open it elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import answers, clock, links, own_file, person_requests, wishes
from matching.answers import Asked
from matching.errors import Conflict, InvalidInput, PasserelleError
from matching.proposals import ProposalAction as Action
from matching.scoring.referential import Referential
from matching.store.messages import AccessLink
from matching.vocabulary import LinkKind, ProposalState as State, RequestKind

from .. import referential
from ..db import book, reading, today, transaction
from ..forms import personal as forms
from ..notices import done
from ..security import public
from ..security.sessions import current, visit
from ..wording import personal as words, phone, sentence_for
from ..wording.explained import view

pages = Blueprint("personal", __name__)

Page = str | Response | tuple[str, int]
#: A form that was opened in time may be sent for so long after the birth date was given.
SENT_WITHIN = timedelta(hours=1)
ACTIONS = {forms.YES: Action.YES, forms.NO: Action.NO}


class Gone(PasserelleError):
    """A link that opens nothing; the code of `links.find`."""


class NotProved(PasserelleError):
    """The birth date is to be given first."""


def _find(session: Session, token: str, kind: LinkKind) -> AccessLink:
    try:
        return links.find(session, token, kind, at=clock.now())
    except PasserelleError as fault:
        raise Gone(fault.code) from fault


@pages.errorhandler(Gone)
def gone(fault: Gone) -> tuple[str, int]:
    """A sentence that says what to do; nothing of whom the link was for."""
    title, what, to_do = words.GONE[fault.code]
    page = render_template("personal/gone.html", title=title, what=what, to_do=to_do)
    return page, 404 if fault.code == "link-unknown" else 410


# --- the answer to one proposal


@pages.route("/reponse/<token>", methods=["GET", "POST"])
@public
def answer(token: str) -> Page:
    """What the message said, and three buttons; once answered, what was said and when."""
    form = forms.AnswerForm()
    if request.method != "POST":
        return _answer(token, form)
    try:
        with transaction() as session:
            link = _find(session, token, LinkKind.ANSWER)
            asked = answers.of_link(session, link, on=today())
            if form.validate():
                _record(session, asked, form, link)
    except Conflict:
        return _answer(token, form, status=409)
    except InvalidInput as fault:
        form.words.errors = [sentence_for(fault)]
    if form.errors:
        return _answer(token, form, status=422)
    return redirect(done(url_for(".answer", token=token), f"own-{form.answer.data}"), 303)


def _answer(token: str, form: forms.AnswerForm, status: int = 200) -> tuple[str, int]:
    with reading() as session:
        link = _find(session, token, LinkKind.ANSWER)
        asked = answers.of_link(session, link, on=today())
        said = answers.said(session, asked.proposal.id)
    waits = asked.proposal.state is State.PERSON_ASKED
    if said is not None and said.action is Action.NO_ANSWER:
        said = None
    if status == 200 and said is None and not waits:
        status = 410  # over meanwhile
    page = render_template(
        "personal/answer.html", asked=asked, said=said, waits=waits, form=form, words=words, phone=phone,
        here=url_for(".answer", token=token), late=status == 409, on=today(),
    )  # fmt: skip
    return page, status


def _record(session: Session, asked: Asked, form: forms.AnswerForm, link: AccessLink | None = None) -> None:
    """One step: an answer, or a question about the proposal."""
    if (action := ACTIONS.get(form.answer.data)) is not None:
        reason = form.reason.data or None if action is Action.NO else None
        answers.give(session, asked.proposal.id, action, reason=reason, link=link, on=today(), at=clock.now())
        return
    person_requests.ask(
        session,
        asked.person,
        RequestKind.QUESTION,
        form.words.data,
        proposal=asked.proposal,
        on=today(),
        at=clock.now(),
    )


# --- the person's own page


def _proved(session: Session, token: str) -> AccessLink:
    """The link of a page whose birth date this browser gave lately. Raises Gone, NotProved."""
    link = _find(session, token, LinkKind.FILE)
    within = SENT_WITHIN if request.method == "POST" else own_file.PROOF_LASTS
    if not own_file.is_proved(link, browser=visit().token, at=clock.now(), within=within):
        raise NotProved("own-again")
    return link


@pages.errorhandler(NotProved)
def not_proved(fault: NotProved) -> Response:
    url = url_for(".file", token=(request.view_args or {})["token"])
    return redirect(done(url, fault.code) if request.method == "POST" else url, 303)


@pages.get("/moi/<token>")
@public
def file(token: str) -> Page:
    with reading() as session:
        link = _find(session, token, LinkKind.FILE)
        open_ = own_file.is_proved(link, browser=visit().token, at=clock.now())
    return _file(token) if open_ else _birth_date(token, forms.BirthDateForm())


def _birth_date(token: str, form: forms.BirthDateForm, status: int = 200) -> tuple[str, int]:
    return render_template("personal/birth_date.html", form=form, here=url_for(".file", token=token)), status


@pages.post("/moi/<token>")
@public
def prove(token: str) -> Page:
    """The birth date: five tries, then the link is over. A wrong one and one we do not know are answered alike."""
    form = forms.BirthDateForm()
    with reading() as session:
        _find(session, token, LinkKind.FILE)
    if not form.validate():
        return _birth_date(token, form, 422)
    if current() is None:
        visit().rotate()  # no page is opened under a token that somebody else may have given
    born: Any = form.born.data
    with transaction() as session:
        link = _find(session, token, LinkKind.FILE)
        right = own_file.prove(session, link, born, browser=visit().token, at=clock.now())
        left = links.TRIES - link.tries
    if right:
        return redirect(url_for(".file", token=token), 303)
    if left <= 0:
        raise Gone("link-locked")
    form.born.errors = [words.wrong_date(left)]
    return _birth_date(token, form, 422)


def _file(token: str, wrong: forms.OfferAnswerForm | None = None, late: str = "", status: int = 200) -> Page:
    """The page; `wrong`: the form of an offer that was refused, as it was typed."""
    on = today()
    with transaction() as session:
        link = _proved(session, token)
        own = own_file.read(session, link, book(), on=on)
        own_file.note_read(session, own, at=clock.now())
    views = [
        (view(
            each.said, each.programme, today=on, questions=each.questions, told=own.known,
            civility=own.person.civility, recognition=own.recognition is not None, possible=each.possible,
        ), each.said.eligible_until)
        for each in own.told
    ]  # fmt: skip
    typed = {wrong.proposal.data: wrong} if wrong is not None else {}
    offers = [
        (asked, typed.get(str(asked.proposal.public_id)) or forms.OfferAnswerForm(formdata=None))
        for asked in own.offers
    ]
    return render_template(
        "personal/file.html",
        own=own,
        rights=[(each, last) for each, last in views if each.open],
        offers=[(asked, form.named(f"offre-{rank}")) for rank, (asked, form) in enumerate(offers, 1)],
        wrong=wrong,
        late=late,
        token=token,
        on=on,
        words=words,
        phone=phone,
        State=State,
        ends=link.expires_at,
    ), status


@pages.post("/moi/<token>/reponse")
@public
def reply(token: str) -> Page:
    """Yes, no or a question about one of the offers of the page."""
    form = forms.OfferAnswerForm()
    try:
        with transaction() as session:
            link = _proved(session, token)
            mine = answers.of_person(session, own_file.person_of(session, link).id, on=today())
            asked = next((each for each in mine if each.proposal.public_id == form.ref()), None)
            if asked is None:
                raise Conflict("offer-over")
            if form.validate():
                _record(session, asked, form)
    except Conflict:
        return _file(token, late=words.LATE, status=409)
    except InvalidInput as fault:
        form.words.errors = [sentence_for(fault)]
    if form.errors:
        return _file(token, wrong=form, status=422)
    return redirect(done(url_for(".file", token=token), f"own-{form.answer.data}"), 303)


@pages.post("/moi/<token>/fermeture")
@public
def leave(token: str) -> Response:
    with transaction() as session:
        own_file.leave(session, _proved(session, token))
    return redirect(done(url_for(".file", token=token), "own-closed"), 303)


def _ask(token: str, form: Any, kind: RequestKind, template: str, **more: Any) -> Page:
    """A page that asks for something in words, and the request that comes of it."""
    with reading() as session:
        link = _proved(session, token)
        signer = own_file.signer(session, own_file.person_of(session, link))
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                person = own_file.person_of(session, _proved(session, token))
                fact = form.fact.data if kind is RequestKind.CORRECTION else None
                person_requests.ask(
                    session, person, kind, form.words.data, fact=fact, on=today(), at=clock.now()
                )
            return redirect(done(url_for(".file", token=token), f"own-{kind}"), 303)
        except InvalidInput as fault:
            form.words.errors = [sentence_for(fault)]
    page = render_template(template, form=form, token=token, signer=signer, words=words, phone=phone, **more)
    return page, 422 if form.errors else 200


@pages.route("/moi/<token>/correction", methods=["GET", "POST"])
@public
def correction(token: str) -> Page:
    form = forms.CorrectionForm()
    if request.method != "POST" and request.args.get("info") in person_requests.FACTS:
        form.fact.data = request.args["info"]
    return _ask(token, form, RequestKind.CORRECTION, "personal/correction.html")


@pages.route("/moi/<token>/effacement", methods=["GET", "POST"])
@public
def erasure(token: str) -> Page:
    return _ask(token, forms.ErasureForm(), RequestKind.ERASURE, "personal/erasure.html")


@pages.route("/moi/<token>/souhaits", methods=["GET", "POST"])
@public
def wish(token: str) -> Page:
    """Occupations in order, hours, distance."""
    form = forms.WishesForm()
    with reading() as session:
        person = own_file.person_of(session, _proved(session, token))
        held = wishes.stated(session, person)
    if request.method != "POST":
        return _wishes(token, form.fill(held), person.version)
    if not form.validate():
        return _wishes(token, form, _version(), 422)
    code = "own-unchanged"

    def write(session: Session) -> tuple[str, ...]:
        mine = own_file.person_of(session, _proved(session, token))
        known = referential.stored(session) or Referential.starter()
        return wishes.state(
            session, mine, form.wished(), known, version=_version(), on=today(), at=clock.now()
        )

    try:
        if _within(write):
            code = "own-wishes"
    except Conflict:
        return _wishes(token, form, person.version, 409)
    except InvalidInput as fault:
        form.title_1.errors = [sentence_for(fault)]
        return _wishes(token, form, _version(), 422)
    return redirect(done(url_for(".file", token=token), code), 303)


def _within(act: Callable[[Session], tuple[str, ...]]) -> tuple[str, ...]:
    with transaction() as session:
        return act(session)


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _wishes(token: str, form: forms.WishesForm, version: int, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "personal/wishes.html", form=form, token=token, version=version, late=status == 409
    )
    return page, status
