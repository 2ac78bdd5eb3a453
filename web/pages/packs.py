"""The offers of a session: chosen for those who come, changed by hand, printed."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import match_inputs, offer_pack, planning
from matching.errors import InvalidInput
from matching.match_inputs import Inputs
from matching.store import scope
from matching.store.organisations import Offer
from matching.store.sessions import CollectiveSession

from .. import occupations
from ..db import book, note, reading, today, transaction
from ..lists import LONGEST
from ..notices import done
from ..security import actor, allows, requires
from ..wording import offers as offer_words, packs as words, planning as said, sentence_for

pages = Blueprint("packs", __name__)

#: Past any number of ours: such an address is not found.
KEY = "int(max=2147483647):key"
#: step -> places down
MOVES = {"monter": -1, "descendre": 1}


@pages.get(f"/seances/<{KEY}>/offres")
@requires("sessions.read")
def show(key: int) -> str:
    """The pack in order, what was taken out, a search for another offer."""
    return _page(key)


@pages.get(f"/seances/<{KEY}>/offres/feuille")
@requires("sessions.read")
def sheet(key: int) -> str:
    """The offers to hand out: an employer is named where it agreed to be."""
    with reading() as session:
        row = _session(session, key)
        pack = offer_pack.pack_of(session, row, on=today())
        line = planning.one(session, key)
    return render_template(
        "packs/sheet.html", row=row, line=line, pack=pack, words=words, said=said, offer_words=offer_words
    )


@pages.post(f"/seances/<{KEY}>/offres")
@requires("sessions.edit")
def choose(key: int) -> Response | tuple[str, int]:
    """Choose again: what was put in or taken out by hand is kept."""

    def act(session: Session, row: CollectiveSession) -> Response:
        pack = offer_pack.choose(session, row, _inputs(session, row), on=today())
        count = len(pack.running)
        note(session, "session.offers", "session", str(row.public_id), offers=count)
        url = url_for(".show", key=key)
        return redirect(done(url, "offres-choisies", n=count) if count else done(url, "offres-aucune"), 303)

    return _acted(key, act)


@pages.post(f"/seances/<{KEY}>/offres/<uuid:ref>/<any(ajouter, retirer, monter, descendre):step>")
@requires("sessions.edit")
def change(key: int, ref: UUID, step: str) -> Response | tuple[str, int]:
    """One offer put in, taken out, moved by one place."""

    def act(session: Session, row: CollectiveSession) -> Response:
        offer = scope.one(session, scope.offers(actor()), Offer.public_id == ref)
        inputs, on = _inputs(session, row), today()
        if step == "ajouter":
            offer_pack.add(session, row, offer, inputs, on=on)
        elif step == "retirer":
            offer_pack.remove(session, row, offer.id, inputs, on=on)
        else:
            offer_pack.move(session, row, offer.id, MOVES[step], inputs, on=on)
        note(session, "session.offers", "session", str(row.public_id), offer=str(ref))
        code = {"ajouter": "offre-ajoutee", "retirer": "offre-otee"}.get(step, "offre-deplacee")
        return redirect(done(url_for(".show", key=key), code) + f"#offre-{ref}", 303)

    return _acted(key, act)


def _acted(key: int, act: Callable[[Session, CollectiveSession], Response]) -> Response | tuple[str, int]:
    try:
        with transaction() as session:
            return act(session, _session(session, key))
    except InvalidInput as fault:
        return _page(key, wrong=sentence_for(fault)), 422


def _page(key: int, *, wrong: str | None = None) -> str:
    on = today()
    text = request.values.get("q", "").replace("\0", "").strip()[:LONGEST]
    with reading() as session:
        row = _session(session, key)
        pack = offer_pack.pack_of(session, row, on=on)
        line = planning.one(session, key)
        may = allows(actor(), "sessions.edit") and offer_pack.may_change(row, on)
        found = offer_pack.found(session, actor(), row, text, on=on) if text and may else []
    return render_template(
        "packs/show.html",
        row=row,
        line=line,
        pack=pack,
        may=may,
        full=len(pack.running) >= offer_pack.MOST,
        reads_offers=allows(actor(), "offers.read"),
        text=text,
        found=found,
        wrong=wrong,
        words=words,
        said=said,
        offer_words=offer_words,
    )


def _session(session: Session, key: int) -> CollectiveSession:
    return scope.one(session, scope.sessions(actor()), CollectiveSession.id == key)


def _inputs(session: Session, row: CollectiveSession) -> Inputs:
    """People and offers as the matcher reads them, as of the session's day."""
    return match_inputs.load(session, book(), occupations.referential(session), on=row.held_on, seed=0)
