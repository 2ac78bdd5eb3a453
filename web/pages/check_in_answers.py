"""« Travaillez-vous toujours là ? »: two questions behind a personal link. Opening it writes nothing, a button does."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import audit, check_ins, clock, links
from matching.errors import Conflict, NotFound, PasserelleError
from matching.store.follow_up import CheckIn
from matching.store.messages import AccessLink
from matching.store.organisations import Offer, Organisation
from matching.store.placements import Placement
from matching.vocabulary import CheckInKind, CheckInState, LinkKind, Party

from ..db import reading, today, transaction
from ..forms.follow_up import OwnCheckInForm
from ..notices import done
from ..security import public
from ..wording import follow_up as words
from ..wording.personal import GONE

pages = Blueprint("check_ins", __name__)

Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the link asks about: no name, no more than its message said."""

    link: AccessLink
    check_in: CheckIn
    organisation: str
    title: str | None
    ended: bool

    @property
    def open(self) -> bool:
        return self.link.used_at is None and self.check_in.state in check_ins.OPEN

    @property
    def job(self) -> bool:
        return self.check_in.kind is CheckInKind.JOB


class Gone(PasserelleError):
    """A link that opens nothing; the code of `links.find`."""


def _asked(session: Session, token: str) -> Asked:
    try:
        link = links.find(session, token, LinkKind.CHECK_IN, at=clock.now())
    except PasserelleError as fault:
        raise Gone(fault.code) from fault
    found = session.execute(
        sa.select(CheckIn, Organisation.name, Offer.title, Placement.ended_on)
        .join(Placement, Placement.id == CheckIn.placement_id)
        .join(Organisation, Organisation.id == Placement.organisation_id)
        .outerjoin(Offer, Offer.id == Placement.offer_id)
        .where(CheckIn.id == link.check_in_id)
    ).one_or_none()
    if found is None:
        raise NotFound("link-unknown")
    check_in, organisation, title, ended_on = found
    return Asked(link, check_in, organisation, title, ended_on is not None)


@pages.errorhandler(Gone)
def gone(fault: Gone) -> tuple[str, int]:
    """A sentence that says what to do; nothing of whom the link was for."""
    title, what, to_do = GONE[fault.code]
    page = render_template("personal/gone.html", title=title, what=what, to_do=to_do)
    return page, 404 if fault.code == "link-unknown" else 410


@pages.get("/reponse/suivi/<token>")
@public
def ask(token: str) -> Page:
    with reading() as session:
        asked = _asked(session, token)
    return _shown(token, asked, OwnCheckInForm(asked.check_in.kind, formdata=None))


@pages.post("/reponse/suivi/<token>")
@public
def answer(token: str) -> Page:
    """Once: the second press, or an answer after somebody noted it, changes nothing and says so."""
    try:
        with transaction() as session:
            asked = _asked(session, token)
            form = OwnCheckInForm(asked.check_in.kind)
            if not asked.open:
                raise Conflict("check-in-noted")
            if not form.validate():
                return _shown(token, asked, form, 422)
            if not links.use(session, asked.link, at=clock.now()):
                raise Conflict("check-in-noted")
            check_ins.note(
                session, asked.check_in, form.answers(today()), actor_id=None, party=Party.YOUNG_PERSON
            )
            audit.append(
                session,
                at=clock.now(),
                actor_id=None,
                action="check_in.answered",
                subject_kind="placement",
                subject_id=None,
                details={"kind": str(asked.check_in.kind), "month": asked.check_in.month},
            )
    except Conflict:
        with reading() as session:
            asked = _asked(session, token)
        return _shown(token, asked, OwnCheckInForm(asked.check_in.kind, formdata=None), 409)
    return redirect(done(url_for(".ask", token=token), "check-in-thanks"), 303)


def _shown(token: str, asked: Asked, form: OwnCheckInForm, status: int = 200) -> tuple[str, int]:
    page = render_template(
        "personal/check_in.html",
        asked=asked,
        form=form,
        words=words,
        here=url_for(".answer", token=token),
        late=status == 409,
        answered=asked.check_in.state is CheckInState.HELD,
    )
    return page, status
