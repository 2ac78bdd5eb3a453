"""A file outside the caseload: the form that opens one, and who opened what lately.

The form names exactly one person. There is nothing to search: no list, no completion, no « did you mean ».
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from matching import break_glass, clock
from matching.errors import InvalidInput

from ..db import note, reading, today, transaction
from ..forms.hand_overs import BreakGlassForm
from ..notices import done
from ..security import actor, requires
from ..wording import clock_time, hand_overs as words, sentence_for

pages = Blueprint("break_glass", __name__)


@pages.get("/hors-portefeuille")
@requires("people.read", fresh=True)
def show() -> str:
    return _page(BreakGlassForm(formdata=None))


def _page(form: BreakGlassForm) -> str:
    at = clock.now()
    with reading() as session:
        mine = break_glass.mine(session, actor(), at=at)
        others = break_glass.of_caseload(session, actor(), at=at)
    if mine or others:
        with transaction() as session:
            note(session, "break_glass.list", "caseload", rows=len(mine) + len(others))
    return render_template(
        "break_glass/show.html",
        form=form,
        mine=mine,
        others=others,
        letters=break_glass.LETTERS,
        minutes=int(break_glass.WINDOW.total_seconds() // 60),
        clock_time=clock_time,
        words=words,
    )


@pages.post("/hors-portefeuille")
@requires("people.read", fresh=True)
def open_file() -> Response | tuple[str, int]:
    """Open the file of exactly the person named, with its reason; an attempt in vain is noted too."""
    form, at = BreakGlassForm(), clock.now()
    good = form.validate()
    named = form.named()
    if named is None and good:
        form.identifier.errors = ["Donnez l'identifiant, ou le nom, les prénoms et la date de naissance."]
    if not form.long_enough():  # asked before anything is looked up
        form.reason.errors = [
            sentence_for(InvalidInput("bad-break-glass-reason", letters=break_glass.LETTERS))
        ]
    if named is None or form.errors:
        return _page(form), 422
    try:
        with transaction() as session:
            person = break_glass.find(session, actor(), named, at=at)
            ref, own = person.public_id, break_glass.is_own(session, actor(), person)
            if not own:
                break_glass.open_file(session, actor(), person, form.reason.data or "", on=today(), at=at)
    except InvalidInput as fault:
        if fault.code in ("no-match", "several-match"):
            with transaction() as session:
                break_glass.miss(session, actor(), at=at)
        field = form.reason if fault.code == "bad-break-glass-reason" else form.identifier
        field.errors = [sentence_for(fault)]
        return _page(form), 422
    url = url_for("people.show", ref=ref)
    return redirect(url if own else done(url, "fiche-ouverte"), 303)
