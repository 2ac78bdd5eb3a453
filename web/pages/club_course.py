"""How long a member stays: pauses, extension, the exit and its undoing, the situation asked afterwards."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from matching import club, club_contacts, club_follow_up, club_outcomes, club_pauses
from matching.errors import NotAllowed, NotFound
from matching.store import scope
from matching.store.club import ClubFollowUp, ClubMembership, ClubPause

from ..db import reading, today
from ..forms import club as forms
from ..forms.club_layout import EXIT, EXTEND, FOLLOW_UP, PAUSE, REOPEN
from ..security import actor, requires
from .club_writing import now, pages as pages, pressed, row_of, shown, void, who, write

# --- pauses and length


@pages.route("/club/<uuid:ref>/pause", methods=["GET", "POST"])
@requires("club.edit")
def pause(ref: UUID) -> Any:
    if request.method == "GET":
        return shown(ref, PAUSE, forms.PauseForm(formdata=None, data={"starts_on": today()}))
    form = forms.PauseForm()

    def act(session: Session, row: ClubMembership) -> None:
        assert form.starts_on.data is not None and form.until.data is not None
        club_pauses.note(
            session, row, form.starts_on.data, form.until.data, form.reason.data, note=form.note.data,
            version=form.version.data, **now(),
        )  # fmt: skip

    return write(ref, PAUSE, form, act)


@pages.post("/club/<uuid:ref>/reprise")
@requires("club.edit")
def resume(ref: UUID) -> Any:
    """The person is back today: the pause ends on the eve."""
    return write(
        ref, PAUSE, pressed(),
        lambda s, row: void(
            club.change(s, row, club.MembershipAction.RESUME, version=_version(), **now())
        ),
        notice="reprise",
    )  # fmt: skip


@pages.post("/club/<uuid:ref>/pause/retrait")
@requires("club.edit")
def remove_pause(ref: UUID) -> Any:
    """A pause noted ahead, or by mistake, named by its first day."""

    def act(session: Session, row: ClubMembership) -> None:
        try:
            first = date.fromisoformat(request.form.get("debut", ""))
        except ValueError as wrong:
            raise NotFound("not-found") from wrong
        query = sa.select(ClubPause).where(ClubPause.membership_id == row.id)
        found = scope.one(session, query, ClubPause.starts_on == first)
        club_pauses.take_back(session, row, found, version=_version(), **now())

    return write(ref, PAUSE, pressed(), act, notice="pause-retiree")


def _version() -> int:
    """As the page showed the row; 0, which no row has, when it does not say."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@pages.route("/club/<uuid:ref>/prolongation", methods=["GET", "POST"])
@requires("club.edit")
def extend(ref: UUID) -> Any:
    if request.method == "GET":
        return shown(ref, EXTEND, forms.ExtendForm(formdata=None))
    form = forms.ExtendForm()
    return write(
        ref, EXTEND, form,
        lambda s, row: club_pauses.extend(
            s, row, form.weeks.data or 0, form.reason.data or "", version=form.version.data, **now()
        ),
    )  # fmt: skip


# --- the exit and after


@pages.route("/club/<uuid:ref>/sortie", methods=["GET", "POST"])
@requires("club.edit")
def leave(ref: UUID) -> Any:
    """The exit, its situation chosen from what is known."""
    with reading() as session:
        row = row_of(session, ref)
        known = club_outcomes.propose(session, row)
    if request.method == "GET":
        on = min(today(), row.planned_end_on or today())
        signed = known.placement.signed_on if known is not None and known.placement is not None else None
        data = {"on": signed or on, "outcome": known.outcome if known is not None else None}
        return shown(ref, EXIT, forms.ExitForm(formdata=None, data=data), known=known)
    form = forms.ExitForm()

    def act(session: Session, row: ClubMembership) -> None:
        assert form.on.data is not None
        club.change(
            session, row, club.MembershipAction.END, version=form.version.data,
            **{**now(), "on": form.on.data},
            details=club.Details(
                outcome=form.outcome.data, note=form.note.data,
                satisfaction=int(form.satisfaction.data) if form.satisfaction.data else None,
            ),
        )  # fmt: skip
        club_contacts.next_step(session, row, form.on.data, form.next_step.data)

    return write(ref, EXIT, form, act)


@pages.route("/club/<uuid:ref>/sortie/annulation", methods=["GET", "POST"])
@requires("club.read")
def reopen(ref: UUID) -> Any:
    """Taken back by an animator, or by a supervisor of the agency."""
    if actor().party not in club.TRANSITIONS[club.MembershipAction.REOPEN].parties:
        raise NotAllowed("not-your-step", machine="membership", action="reopen", party=str(actor().party))
    if request.method == "GET":
        return shown(ref, REOPEN, forms.ReopenForm(formdata=None))
    form = forms.ReopenForm()
    return write(
        ref, REOPEN, form,
        lambda s, row: void(
            club.change(
                s, row, club.MembershipAction.REOPEN, version=form.version.data, **now(),
                details=club.Details(reason=form.reason.data),
            )
        ),
    )  # fmt: skip


@pages.route("/club/<uuid:ref>/situation/<int:number>", methods=["GET", "POST"])
@requires("club.edit")
def follow_up(ref: UUID, number: int) -> Any:
    """The situation 3 and 6 months after the planned end, asked on the phone."""
    with reading() as session:
        _follow_up(session, row_of(session, ref), number)
    if request.method == "GET":
        return shown(ref, FOLLOW_UP, forms.FollowUpForm(formdata=None), about=f"À {number} mois")
    missed = "manque" in request.form
    form = pressed() if missed else forms.FollowUpForm()

    def act(session: Session, row: ClubMembership) -> None:
        found = _follow_up(session, row, number)
        if missed:
            club_follow_up.miss(session, found, on=today(), **who())
        else:
            club_follow_up.note(session, found, form.situation.data, on=today(), **who())

    return write(ref, FOLLOW_UP, form, act, notice="situation-manquee" if missed else None)


def _follow_up(session: Session, row: ClubMembership, month: int) -> ClubFollowUp:
    query = sa.select(ClubFollowUp).where(ClubFollowUp.membership_id == row.id)
    return scope.one(session, query, ClubFollowUp.month == month)
