"""Everybody's accounts, for the administrator. Links are shown once, in the answer that made them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import accounts, clock
from matching.accounts import Rights
from matching.errors import PasserelleError
from matching.store import scope
from matching.store.accounts import User, UserSession
from matching.store.organisations import Organisation
from matching.store.people import Agency
from matching.vocabulary import AgencyKind, Role

from ...db import reading, transaction
from ...forms.accounts import NEW_AGENCY, InvitationForm, RightsForm
from ...forms.fields import cleaned
from ...lists import Column, Filter, Listing
from ...notices import done
from ...security import actor, requires
from ...security.addresses import public_url
from ...tables import csv_response
from ...wording import accounts as words, sentence_for
from .blueprint import pages

LAST_SEEN = (
    sa.select(sa.func.max(UserSession.seen_at))
    .where(UserSession.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
COLUMNS = (
    Column("nom", "Nom", (User.name,)),
    Column("adresse", "Adresse e-mail", (User.email,)),
    Column("fonction", "Fonction", (User.role,)),
    Column("agence", "Agence", (Agency.name,)),
    Column("second", "Second facteur", (User.totp_secret.is_(None),)),
    Column("vu", "Vu pour la dernière fois", (LAST_SEEN,)),
    Column("etat", "État", (User.active.is_(False),)),
)
FILTERS = (
    Filter(
        "q",
        "Nom ou adresse",
        where=lambda text: (
            User.name.icontains(text, autoescape=True) | User.email.icontains(text, autoescape=True)
        ),
    ),
    Filter(
        "fonction",
        "Fonction",
        tuple((str(role), label.capitalize()) for role, label in words.ROLES.items()),
        where=lambda value: User.role == Role(value),
        every="Toutes",
    ),
    Filter(
        "etat",
        "État",
        (("ouvert", "Ouverts"), ("ferme", "Fermés")),
        where=lambda value: User.active.is_(value == "ouvert"),
        every="Tous",
    ),
)


@pages.get("/comptes")
@requires("accounts.manage", fresh=True)
def index() -> str | Response:
    listing = Listing.read(COLUMNS, FILTERS, sort="nom", tie=(User.id,))
    query: Any = (
        scope.accounts(actor())
        .outerjoin(Agency, Agency.id == User.agency_id)
        .add_columns(Agency.name.label("agency"), LAST_SEEN.label("seen_at"))
    )
    with reading() as session:
        if listing.wants_csv:
            return _csv(listing, session, query)
        rows = listing.rows(session, query)
        links = accounts.waiting_links(session, at=clock.now())
    return render_template("accounts/index.html", listing=listing, rows=rows, links=links, also=also)


def _csv(listing: Listing, session: Session, query: Any) -> Response:
    header = ["Nom", "Adresse e-mail", "Fonction", "Droits en plus", "Agence", "Second facteur", "Vu", "État"]
    return csv_response(
        "comptes.csv",
        header,
        (
            [
                user.name,
                user.email,
                words.ROLES[user.role],
                also(user.permissions),
                agency,
                user.totp_secret is not None,
                seen_at,
                "ouvert" if user.active else "fermé",
            ]
            for user, agency, seen_at in listing.every(session, query)
        ),
    )


@pages.route("/comptes/invitation", methods=["GET", "POST"])
@requires("accounts.manage", fresh=True)
def invite() -> str | tuple[str, int]:
    """Make a link to a new account; it is shown here and never again."""
    with reading() as session:
        form = InvitationForm(accounts.agencies(session))
    wrong: list[str] = []
    if form.validate_on_submit():
        email, at = form.email.data.strip().lower(), clock.now()
        try:
            with transaction() as session:
                token = accounts.invite(
                    session,
                    email=email,
                    name=cleaned(form.name.data),
                    rights=_rights(session, form),
                    by=actor().id,
                    at=at,
                )
        except PasserelleError as refusal:
            _say(form, refusal, wrong)
        else:
            return _shown_once(url_for(".invitation", token=token), email, hours=72)
    page = render_template("accounts/invite.html", form=form, wrong=wrong, hints=words.ROLE_HINTS)
    return page, 422 if form.is_submitted() else 200


@pages.route("/comptes/<uuid:ref>", methods=["GET", "POST"])
@requires("accounts.manage", fresh=True)
def edit(ref: UUID) -> Response | tuple[str, int]:
    """One account: its rights, and what may be done with it."""
    with reading() as session:
        user = _user(session, ref)
        number = session.scalar(
            sa.select(sa.func.coalesce(Organisation.siret, Organisation.rna)).where(
                Organisation.id == user.organisation_id
            )
        )
        form = RightsForm(
            accounts.agencies(session),
            data={
                "name": user.name,
                "role": str(user.role),
                "permissions": user.permissions,
                "agency": str(user.agency_id or ""),
                "organisation": number or "",
            },
        )
        seen_at = session.scalar(
            sa.select(sa.func.max(UserSession.seen_at)).where(UserSession.user_id == user.id)
        )
    wrong: list[str] = []
    if form.validate_on_submit():
        try:
            with transaction() as session:
                accounts.change_rights(
                    session,
                    _user(session, ref),
                    _rights(session, form),
                    name=cleaned(form.name.data),
                    by=actor().id,
                    at=clock.now(),
                )
        except PasserelleError as refusal:
            _say(form, refusal, wrong)
        else:
            return redirect(done(url_for(".edit", ref=ref), "account-changed"), 303)
    page = render_template(
        "accounts/edit.html",
        form=form,
        wrong=wrong,
        user=user,
        seen_at=seen_at,
        mine=user.id == actor().id,
        hints=words.ROLE_HINTS,
    )
    return page, 422 if form.is_submitted() else 200


@pages.post("/comptes/<uuid:ref>/fermeture")
@requires("accounts.manage", fresh=True)
def disable(ref: UUID) -> Response:
    return _act(ref, accounts.disable, "account-disabled")


@pages.post("/comptes/<uuid:ref>/reouverture")
@requires("accounts.manage", fresh=True)
def enable(ref: UUID) -> Response:
    return _act(ref, accounts.enable, "account-enabled")


@pages.post("/comptes/<uuid:ref>/second-facteur")
@requires("accounts.manage", fresh=True)
def reset_second_factor(ref: UUID) -> Response:
    return _act(ref, accounts.forget_second_factor, "second-factor-reset")


@pages.post("/comptes/<uuid:ref>/mot-de-passe")
@requires("accounts.manage", fresh=True)
def password_link(ref: UUID) -> str:
    """Make a link to a new password; it is shown here and never again."""
    with transaction() as session:
        user = _user(session, ref)
        token = accounts.new_password_link(session, user, by=actor().id, at=clock.now())
    return _shown_once(url_for(".new_password", token=token), user.email, hours=1)


@pages.post("/comptes/invitations/<uuid:ref>/fermeture")
@requires("accounts.manage", fresh=True)
def close_invitation(ref: UUID) -> Response:
    with transaction() as session:
        accounts.close_link(session, ref, by=actor().id, at=clock.now())
    return redirect(done(url_for(".index"), "link-closed"), 303)


def also(permissions: list[str]) -> str:
    return ", ".join(words.PERMISSIONS[each] for each in permissions)


def _user(session: Session, ref: UUID) -> User:
    return scope.one(session, scope.accounts(actor()), User.public_id == ref)


def _act(ref: UUID, act: Callable[..., None], said: str) -> Response:
    with transaction() as session:
        act(session, _user(session, ref), by=actor().id, at=clock.now())
    return redirect(done(url_for(".edit", ref=ref), said), 303)


def _rights(session: Session, form: RightsForm) -> Rights:
    """What the form says, with what its role has no use for left out. A new agency is made here."""
    role = Role(form.role.data)
    agency = organisation = None
    if role in accounts.IN_AGENCY:
        agency = (
            accounts.ensure_agency(
                session, cleaned(form.new_agency.data), AgencyKind(form.new_agency_kind.data)
            ).id
            if form.agency.data == NEW_AGENCY
            else int(form.agency.data)
        )
    if role is Role.EMPLOYER:
        organisation = accounts.organisation_id(session, form.organisation.data or "")
    allowed = accounts.MAY_ALSO.get(role, ())
    return Rights(
        role, tuple(each for each in form.permissions.data if each in allowed), agency, organisation
    )


def _say(form: RightsForm, refusal: PasserelleError, wrong: list[str]) -> None:
    """Put a flow's refusal beside the field it is about, else above the form."""
    field = refusal.facts.get("field")
    if field in form:
        form[field].errors = [sentence_for(refusal)]
    else:
        wrong.append(sentence_for(refusal))


def _shown_once(path: str, email: str, *, hours: int) -> str:
    return render_template("accounts/shown_once.html", address=public_url() + path, email=email, hours=hours)
