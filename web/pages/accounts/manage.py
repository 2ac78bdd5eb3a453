"""Everybody's account, for the administrator."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import render_template
from werkzeug.wrappers import Response

from matching.store.accounts import User
from matching.store.people import Agency

from ...db import reading
from ...lists import Column, Filter, Listing
from ...security import requires
from ...wording.accounts import ROLES
from .blueprint import pages

COLUMNS = (
    Column("nom", "Nom", (User.name,)),
    Column("adresse", "Adresse e-mail", (User.email,)),
    Column("role", "Fonction", (User.role,)),
    Column("agence", "Agence", (Agency.name,)),
    Column("etat", "État", (User.active,)),
)
FILTERS = (
    Filter(
        "role",
        "Fonction",
        tuple((str(r), w.capitalize()) for r, w in ROLES.items()),
        where=lambda v: User.role == v,
    ),
)


@pages.get("/comptes")
@requires("accounts.manage", fresh=True)
def index() -> str | Response:
    listing = Listing.read(COLUMNS, FILTERS, sort="nom", tie=(User.id,))
    query: sa.Select[Any] = sa.select(User, Agency.name).outerjoin(Agency, Agency.id == User.agency_id)
    with reading() as session:
        rows = listing.rows(session, query)
    return render_template("accounts/index.html", listing=listing, rows=rows)
