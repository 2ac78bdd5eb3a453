"""The list of hires: sort, filters, pages and the spreadsheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import render_template
from werkzeug.wrappers import Response

from matching import names, placement_guards, placement_queries
from matching.placement_queries import Columns
from matching.store.organisations import Offer, Organisation
from matching.store.people import Person
from matching.store.placements import Placement
from matching.vocabulary import OVER_PLACEMENTS, PlacementState

from ..db import book, note, reading, today, transaction
from ..lists import Column, Filter, Listing
from ..security import actor, requires
from ..tables import csv_response
from ..wording import placements as words
from .placement_follow_up import pages as pages
from .placement_ledger import NEAR

#: Groups of states that the list filters by, before each state.
GROUPS = {
    "avant": ("Avant la signature", placement_queries.BEFORE),
    "contrat": ("Sous contrat", placement_guards.UNDER_CONTRACT),
    "fini": ("Terminées", OVER_PLACEMENTS),
}
HEADER = (
    "Nom", "Prénom", "Employeur", "Poste", "Dispositif", "État", "Contrat signé le", "Premier jour", "Fin de l'essai",
    "Prochaine échéance", "Aide due (€)", "Versement demandé (€)", "À rembourser (€)",
)  # fmt: skip


@pages.get("/placements")
@requires("placements.read")
def index() -> str | Response:
    on = today()
    shown = placement_queries.columns(on)
    listing = Listing.read(_columns(shown), _filters(shown, on), sort="echeance", tie=(Placement.id,))
    query = placement_queries.listed(actor(), shown)
    if listing.wants_csv:
        return _export(listing, query)
    with reading() as session:
        rows = listing.rows(session, query)
    return render_template("placements/index.html", listing=listing, rows=rows, on=on, words=words)


def _columns(shown: Columns) -> tuple[Column, ...]:
    return (
        Column("personne", "Personne", (Person.family_name, Person.given_names)),
        Column("employeur", "Employeur et poste", (Organisation.name, Offer.title)),
        Column("etat", "État et dispositif", (Placement.state, Placement.programme)),
        Column("signature", "Signé le", (Placement.signed_on,)),
        Column("debut", "Début", (Placement.starts_on,)),
        Column("essai", "Fin de l'essai", (Placement.trial_end_on,)),
        Column("echeance", "Prochaine échéance", (shown.next_day,)),
        Column("aide", "Aide due", (shown.due_cents,), number=True),
    )


def _filters(shown: Columns, on: date) -> tuple[Filter, ...]:
    states = {key: states for key, (_, states) in GROUPS.items()}
    follow = {
        "retard": shown.next_day < on,
        "bientot": shown.next_day.between(on, on + timedelta(days=NEAR)),
        "versement": shown.asked_cents > 0,
        "rembourser": shown.repay_cents > 0,
    }
    return (
        Filter("q", "Personne, employeur ou poste", where=_search),
        Filter(
            "etat",
            "État",
            (
                *((key, label) for key, (label, _) in GROUPS.items()),
                *((str(state), label) for state, (label, _) in words.STATES.items()),
            ),
            where=lambda key: Placement.state.in_(states.get(key) or (PlacementState(key),)),
        ),
        Filter(
            "dispositif",
            "Dispositif",
            (*((name, words.programme(name)) for name in sorted(book())), ("aucun", "Droit commun")),
            where=lambda key: Placement.programme.is_(None) if key == "aucun" else Placement.programme == key,
        ),
        Filter(
            "suivre",
            "À suivre",
            (
                ("retard", "Échéance passée"),
                ("bientot", f"Échéance dans les {NEAR} jours"),
                ("versement", "Versement attendu"),
                ("rembourser", "Aide à rembourser"),
            ),
            where=lambda key: follow[key],
        ),
    )


def _search(text: str) -> sa.ColumnElement[bool]:
    """Every word in the person's name, the employer's or the title of the post; accents and case do not count."""
    found: list[sa.ColumnElement[bool]] = [
        sa.or_(
            Person.name_key.contains(word, autoescape=True),
            Organisation.name_key.contains(word, autoescape=True),
            Offer.title_key.contains(word, autoescape=True),
        )
        for word in names.fold(text).split()
    ]
    return sa.and_(sa.true(), *found)


def _export(listing: Listing, query: sa.Select[Any]) -> Response:
    """The list as a spreadsheet; on the trail, like every copy that leaves."""
    with transaction() as session:
        rows = listing.every(session, query)
        note(session, "placement.export", "placement", rows=len(rows))
    cells = [
        (
            row.family_name, row.given_names, row.organisation, row.title, words.programme(row.Placement.programme),
            words.STATES[row.Placement.state][0], row.Placement.signed_on, row.Placement.starts_on,
            row.Placement.trial_end_on, row.next_day, row.due_cents / 100, row.asked_cents / 100, row.repay_cents / 100,
        )
        for row in rows
    ]  # fmt: skip
    return csv_response(f"embauches-{today():%Y-%m-%d}.csv", HEADER, cells)
