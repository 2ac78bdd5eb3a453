"""An advisor invites somebody to speak for an employer; the link is sent, or shown this once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for

from matching import clock, invitations
from matching.errors import InvalidInput
from matching.store import scope
from matching.store.organisations import Organisation

from ..db import reading, today, transaction
from ..forms.invitations import MAIL, EmployerInvitationForm
from ..notices import done
from ..security import actor, requires
from ..security.addresses import public_url
from ..wording import sentence_for

pages = Blueprint("invitations", __name__)


@pages.route("/organisations/<uuid:ref>/invitation", methods=["GET", "POST"])
@requires("organisations.invite")
def invite(ref: UUID) -> Any:
    form = EmployerInvitationForm()
    with reading() as session:
        house = scope.one(session, scope.organisations(actor()), Organisation.public_id == ref)
        if form.is_submitted() is False and house.contact_email:
            form.email.data, form.name.data = house.contact_email, house.contact_name or ""
    refused = False
    if form.is_submitted():
        if form.validate():
            try:
                return _invite(ref, form)
            except InvalidInput as fault:
                form.email.errors = [_said(fault)]
        refused = True
    page = render_template("organisations/invite.html", form=form, house=house)
    return page, 422 if refused else 200


def _invite(ref: UUID, form: EmployerInvitationForm) -> Any:
    with transaction() as session:
        house = scope.one(session, scope.organisations(actor()), Organisation.public_id == ref)
        token = invitations.invite(
            session, house, email=form.email.data.lower(), name=form.name.data,
            by_mail=form.way.data == MAIL, actor=actor(), on=today(), at=clock.now(),
        )  # fmt: skip
        name = house.name
    if token is None:
        return redirect(done(url_for("organisations.show", ref=ref), "invited-by-mail"), 303)
    address = public_url() + url_for("accounts.invitation", token=token)
    return render_template(
        "organisations/invited.html", ref=ref, name=name, email=form.email.data, address=address
    )


def _said(fault: InvalidInput) -> str:
    """An advisor does not learn whose account an address is: only that it cannot be invited."""
    if fault.code == "account-exists":
        return (
            "Un compte porte déjà cette adresse : demandez-en une autre, ou parlez-en à votre administrateur."
        )
    return sentence_for(fault)


@pages.post("/organisations/<uuid:ref>/invitation/<uuid:link>/retirer")
@requires("organisations.invite")
def close(ref: UUID, link: UUID) -> Any:
    """Take an invitation back: its link opens nothing any more."""
    with transaction() as session:
        house = scope.one(session, scope.organisations(actor()), Organisation.public_id == ref)
        invitations.close(session, house, link, actor=actor(), at=clock.now())
    return redirect(done(url_for("organisations.show", ref=ref), "invitation-closed"), 303)
