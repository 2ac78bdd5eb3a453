"""Employers: the list, the sheet of one, its sector and its number stated by an advisor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Blueprint, Response, redirect, render_template, url_for
from sqlalchemy.orm import Session

from matching import (
    clock,
    employer_rights,
    invitations,
    offer_queries,
    organisation_statements as statements,
)
from matching.errors import Conflict, Duplicate, InvalidInput, StaleVersion
from matching.organisation_statements import Stated
from matching.store import scope
from matching.store.organisations import Organisation
from matching.vocabulary import EmployerKind, Sector

from ..db import book, reading, today, transaction
from ..forms.organisations import KindForm, SectorForm, SiretForm
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, allows, requires
from ..tables import csv_response
from ..wording import offers as words, sentence_for

pages = Blueprint("organisations", __name__)

#: Employers a page.
PER_PAGE = 25
UNKNOWN, YES = "inconnu", "oui"
COLUMNS = (
    Column("nom", "Employeur", (Organisation.name_key,)),
    Column("secteur", "Secteur", (Organisation.sector,)),
    Column("siret", "SIRET", (Organisation.siret,)),
    Column("commune", "Commune", (Organisation.commune,)),
    Column("ouvertes", "Offres ouvertes", number=True),
    Column("attente", "À compléter", number=True),
)
FILTERS = (
    Filter("q", "Nom ou SIRET", where=offer_queries.named),
    Filter(
        "secteur",
        "Secteur",
        (
            (UNKNOWN, "À préciser"),
            *((str(sector), said) for sector, said in words.SECTORS_SHORT.items()),
        ),
        lambda value: (
            Organisation.sector.is_(None) if value == UNKNOWN else Organisation.sector == Sector(value)
        ),
        every="Tous",
    ),
    Filter(
        "acse",
        "Subvention de l'État (ACSé)",
        ((YES, "Subventionnées"),),
        lambda _: offer_queries.subsidised(),
        every="Toutes",
    ),
)
#: Offers of an employer that its sheet shows; the list of offers has them all.
SHOWN = 20


@pages.get("/organisations")
@requires("organisations.read")
def index() -> Response | str:
    listing = Listing.read(COLUMNS, FILTERS, sort="nom", size=PER_PAGE, tie=(Organisation.id,))
    with reading() as session:
        query = offer_queries.employers(actor())
        if listing.wants_csv:
            return _csv(listing.every(session, query))
        rows = listing.rows(session, query)
        unknown = session.scalar(
            sa.select(sa.func.count()).select_from(
                scope.organisations(actor()).where(Organisation.sector.is_(None)).subquery()
            )
        )
    return render_template(
        "organisations/index.html",
        listing=listing,
        rows=rows,
        unknown=unknown,
        unknown_key=UNKNOWN,
        words=words,
    )


def _csv(rows: Any) -> Response:
    header = (
        "Nom",
        "SIRET",
        "RNA",
        "Secteur",
        "Commune",
        "Offres ouvertes",
        "Offres à compléter",
        "Subvention ACSé",
    )
    lines = (
        (
            each.name, each.siret, each.rna, words.SECTORS.get(each.sector, "à préciser"), each.commune, open_offers,
            waiting, subsidised,
        )
        for each, open_offers, waiting, subsidised in rows
    )  # fmt: skip
    return csv_response(f"employeurs-{today():%Y-%m-%d}.csv", header, lines)


@pages.get("/organisations/<uuid:ref>")
@requires("organisations.read")
def show(ref: UUID) -> str:
    with reading() as session:
        return _sheet(session, ref)


def _sheet(
    session: Session,
    ref: UUID,
    *,
    sector: SectorForm | None = None,
    siret: SiretForm | None = None,
    kind: KindForm | None = None,
    conflict: str | None = None,
) -> str:
    me = actor()
    employer = scope.one(session, scope.organisations(me), Organisation.public_id == ref)
    fresh = {"version": employer.version}
    for form in (sector, siret, kind):
        if form is not None and conflict:
            form.version.raw_data, form.version.data = [], employer.version
    rows = offer_queries.offers_of(session, me, employer, most=SHOWN + 1)
    return render_template(
        "organisations/show.html",
        employer=employer,
        words=words,
        identity=words.identity(employer),
        origin=offer_queries.sector_origin(session, employer),
        statements=offer_queries.sector_history(session, employer),
        subsidies=offer_queries.subsidies(session, employer),
        rows=rows[:SHOWN],
        more=len(rows) > SHOWN,
        placements=offer_queries.placements_of(session, me, employer),
        may_edit=allows(me, "organisations.edit"),
        may_take=allows(me, "offers.edit"),
        sector=sector or SectorForm(formdata=None, data=fresh),
        siret=siret or SiretForm(formdata=None, data=fresh),
        kind=kind or KindForm(formdata=None, data=fresh),
        rights=employer_rights.told(employer, book(), today()),
        may_invite=allows(me, "organisations.invite"),
        invited=invitations.of(session, employer, at=clock.now()),
        conflict=conflict,
    )


@pages.post("/organisations/<uuid:ref>/secteur")
@requires("organisations.edit")
def state_sector(ref: UUID) -> Any:
    """Which sector it is of; the offers that waited for it open."""
    form = SectorForm()

    def flow(session: Session, employer: Organisation) -> Stated:
        return statements.state_sector(
            session, employer, Sector(form.sector.data), book(), ground=form.ground.data, actor_id=actor().id,
            on=today(), at=clock.now(),
        )  # fmt: skip

    return _state(ref, form, form.sector, flow, "sector", sector=form)


@pages.post("/organisations/<uuid:ref>/nature")
@requires("organisations.edit")
def state_kind(ref: UUID) -> Any:
    """What it is in law; its offers are judged again."""
    form = KindForm()

    def flow(session: Session, employer: Organisation) -> Stated:
        return statements.state_kind(
            session, employer, EmployerKind(form.legal_kind.data), book(), ground=form.ground.data,
            actor_id=actor().id, on=today(), at=clock.now(),
        )  # fmt: skip

    return _state(ref, form, form.legal_kind, flow, "sector", kind=form)


@pages.post("/organisations/<uuid:ref>/siret")
@requires("organisations.edit")
def state_siret(ref: UUID) -> Any:
    form = SiretForm()

    def flow(session: Session, employer: Organisation) -> Stated:
        return statements.state_siret(
            session, employer, form.stated_siret, book(), actor_id=actor().id, on=today(), at=clock.now()
        )

    return _state(ref, form, form.siret, flow, "siret", siret=form)


def _state(
    ref: UUID, form: Any, field: Any, flow: Callable[[Session, Organisation], Stated], what: str, **shown: Any
) -> Any:
    """One statement on the version that was shown; refused, the page comes back with what was chosen."""
    status, conflict = 422, None
    if form.validate():
        try:
            with transaction() as session:
                employer = scope.one(session, scope.organisations(actor()), Organisation.public_id == ref)
                if employer.version != form.version.data:
                    raise StaleVersion("stale-version", machine="organisation")
                stated = flow(session, employer)
                code, n = _said(what, stated)
            return redirect(done(url_for(".show", ref=ref), code, n=n), 303)
        except (InvalidInput, Duplicate) as fault:
            field.errors = [sentence_for(fault)]
        except Conflict as fault:
            status, conflict = 409, fault
    with reading() as session:
        words_of_it = None
        if conflict is not None:
            last = offer_queries.last_act(session, "organisation", ref)
            words_of_it = sentence_for(conflict)
            if last is not None and last[0].action in words.ACTS:
                event, who = last
                words_of_it = f"{who} {words.ACTS[event.action]} à {words.clock_time(event.at)}."
        return _sheet(session, ref, conflict=words_of_it, **shown), status


def _said(kind: str, stated: Stated) -> tuple[str, int]:
    if stated.held:
        return "sector-held", len(stated.held)
    opened = len(stated.opened)
    if kind == "siret":
        return ("siret-opened" if opened else "siret-stated"), opened
    return ({0: "sector-stated", 1: "sector-opened-one"}.get(opened, "sector-opened")), opened
