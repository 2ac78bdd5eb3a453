"""Who could enter the club: the list, suggested groups, invitations; an answer noted, a registration."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from matching import clock, club_entry_queries as queries, club_invitations, names
from matching.club_prospects import Prospect
from matching.errors import NotFound
from matching.store import scope
from matching.store.club import Club, Cohort
from matching.vocabulary import Verdict

from .. import prospects
from ..db import note, reading, today, transaction
from ..forms import club_entry as forms
from ..lists import Column, Filter, Listing
from ..notices import done
from ..security import actor, requires
from ..tables import csv_response
from ..wording import club_entry as words
from .club_entry import Page, _invited, chosen, pages, render

COLUMNS = (
    Column("choix", "Choisir", hidden=True),
    Column("nom", "Nom", (None,)),
    Column("age", "Âge", (None,), number=True),
    Column("niveau", "Niveau"),
    Column("projet", "Métier visé"),
    Column("recherche", "Recherche", (None,), number=True),
    Column("attente", "Sans proposition", (None,), number=True),
    Column("conditions", "Conditions d’entrée"),
)
#: key of a column -> what its people are sorted by; « recherche » is the order that they come in.
ORDERS: dict[str, Any] = {
    "nom": lambda each: (each.family_name.casefold(), each.given_names.casefold(), each.order),
    "age": lambda each: (each.age is None, each.age or 0, each.order),
    "attente": lambda each: (each.weeks_without, each.order),
}


@pages.get("/club/candidats")
@requires("club.read")
def candidates() -> Page:
    """Everybody whom the terms let in, or may let in once asked."""
    with reading() as session:
        runs = queries.clubs(session, actor())
        run = chosen(runs, request.args.get("club", ""))
        if run is None:
            return render("club_entry/no_club.html", runs=runs)
        everybody = prospects.listed(session, run.club)
        open_groups = queries.enterable(session, actor(), run.club, today())
    listing = _listing()
    rows = [each for each in everybody if _kept(each, listing.values)]
    if listing.sort in ORDERS:
        rows.sort(key=ORDERS[listing.sort], reverse=listing.descending)
    elif not listing.descending:  # shortest search first; as they come: longest
        rows.reverse()
    if listing.wants_csv:
        with transaction() as session:
            note(session, "club.prospects", "people", None, rows=len(rows))
        return _csv(rows)
    return render(
        "club_entry/candidates.html",
        runs=runs,
        run=run,
        listing=listing,
        lines=listing.cut(rows),
        total=len(everybody),
        chosen=len(rows),
        form=forms.InviteForm(formdata=None).among(open_groups),
        link=listing.link,
    )


def _listing() -> Listing:
    filters = (
        Filter("q", "Nom"),
        Filter("conditions", "Conditions", (("remplies", "Toutes remplies"), ("demander", "Quelque chose à demander")),
               every="Toutes"),
        Filter("metier", "Métiers", words.FIELD_CHOICES, every="Tous les métiers"),
        Filter("niveau", "Niveau", words.BANDS, every="Tous les niveaux"),
        Filter("avant", "Déjà invité", (("non", "Jamais invité"), ("oui", "Déjà invité ou venu")), every="Oui ou non"),
    )  # fmt: skip
    return Listing.read(COLUMNS, filters, sort="recherche", descending=True, keep=("club",))


def _kept(prospect: Prospect, values: dict[str, str]) -> bool:
    terms, field, level, before = (values[key] for key in ("conditions", "metier", "niveau", "avant"))
    if not all(word in names.fold(prospect.name) for word in names.fold(values["q"]).split()):
        return False
    if terms and (prospect.terms.verdict is Verdict.YES) != (terms == "remplies"):
        return False
    if field and (prospect.rome or "")[:1] != field:
        return False
    if level and words.band(prospect.level) != level:
        return False
    return not before or (prospect.before is not None) == (before == "oui")


def _csv(rows: list[Prospect]) -> Response:
    header = (
        "Nom",
        "Prénom",
        "Âge",
        "Niveau",
        "Métier visé",
        "Mois de recherche",
        "Semaines sans proposition",
        "À demander",
    )
    return csv_response(
        f"candidats-club-{today()}.csv",
        header,
        [
            (
                each.family_name, each.given_names, each.age, words.level(each.level, each.bac_plus), each.sought,
                int(each.search_days / 30.44), each.weeks_without, ", ".join(words.TERMS[term] for term in each.to_ask),
            )
            for each in rows
        ],
    )  # fmt: skip


@pages.get("/club/candidats/groupes")
@requires("club.read")
def suggestions() -> Page:
    """Groups of similar prospects, of about the club's seats; the animator takes one, or not."""
    with reading() as session:
        runs = queries.clubs(session, actor())
        run = chosen(runs, request.args.get("club", ""))
        if run is None:
            return render("club_entry/no_club.html", runs=runs)
        listing = _listing()
        rows = [each for each in prospects.listed(session, run.club) if _kept(each, listing.values)]
        groups = prospects.grouped(session, run.club, rows)
    listing.size = 10
    return render(
        "club_entry/suggestions.html",
        runs=runs,
        run=run,
        listing=listing,
        groups=listing.cut(groups),
        total=len(rows),
        first=(listing.page - 1) * listing.size,
        back=listing.link(page="").replace("/candidats/groupes", "/candidats"),
    )


@pages.post("/club/candidats/invitation")
@requires("club.edit")
def invite() -> Page:
    """Those ticked, each with an answer of their own."""
    form = forms.InviteForm()
    wanted = forms.refs(form.people.data)
    if not wanted:
        listing = _listing()  # the filters and the page stay
        back = listing.link(club=form.club.data or "", page=str(listing.page) if listing.page > 1 else "")
        return redirect(done(back.replace(request.path, url_for(".candidates"), 1), "club-personne"), 303)
    with transaction() as session:
        run = chosen(queries.clubs(session, actor()), form.club.data or "")
        if run is None:
            raise NotFound("not-found")
        cohort = group(session, run.club, form.cohort.data)
        lines = club_invitations.invite(
            session, actor(), run.club, wanted, cohort, on=today(), at=clock.now()
        )
        ref = cohort.public_id if cohort is not None else None
    return _invited(lines, ref, "club-invites")


def group(session: Session, club: Club, ref: str | None) -> Cohort | None:
    known = forms.refs([ref or ""])
    if not known:
        return None
    return scope.one(session, scope.cohorts(actor()), Cohort.public_id == known[0], Cohort.club_id == club.id)


__all__ = ["group", "pages"]
