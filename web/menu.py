"""The menu of whoever is signed in: only what exists, and only what is theirs."""

from __future__ import annotations

from typing import NamedTuple

from flask import current_app, request, url_for

from .security import allows, current


class Entry(NamedTuple):
    label: str
    url: str
    current: bool


#: Blueprints that belong to the area of another.
AREAS = {
    "club_entry": "club",
    "packs": "sessions",
    "planning": "sessions",
    "call_list": "outreach",
    "graduates": "outreach",
    "clauses": "outreach",
}
#: label, endpoint, permission; an area is current on all pages of its blueprint.
ENTRIES = (
    ("À traiter", "home.index", "own.day"),
    ("Propositions", "proposals.index", "proposals.read"),
    ("Offres", "offers.index", "offers.read"),
    ("Mes offres", "offers.index", "own.offers"),
    ("Candidats", "people.index", "people.read"),
    ("Embauches", "placements.index", "placements.read"),
    ("Club", "club.index", "club.read"),
    ("Séances", "sessions.index", "sessions.read"),
    ("Prospection", "outreach.index", "outreach.read"),
    ("Candidats", "released.index", "released.read"),
    ("Aides", "aids.index", "aids.read"),
    ("Bilans", "reports.index", "report.read"),
    ("Imports", "imports.index", "imports.journal"),
    ("Comptes", "accounts.index", "accounts.manage"),
    ("Journal", "admin.journal", "audit.read"),
    ("Travaux", "jobs.index", "accounts.manage"),
)


def entries() -> list[Entry]:
    """Empty for who is not signed in. Asks nothing of the base."""
    signed_in = current()
    if signed_in is None:
        return []
    area = AREAS.get(request.blueprint or "", request.blueprint or "")
    if area == "accounts" and not request.path.startswith("/comptes"):
        area = ""  # one's own account is no entry of the menu
    return [
        Entry(label, url_for(endpoint), endpoint.split(".")[0] == area)
        for label, endpoint, permission in ENTRIES
        if endpoint in current_app.view_functions and allows(signed_in.actor, permission)
    ]


#: Pages of the prospecting area: label, endpoint, permission, the part of the area that it stands for.
CAMPAIGN = (
    ("Associations", "outreach.index", "outreach.read", "associations"),
    ("Employeurs", "outreach.employers", "outreach.people", "employeurs"),
    ("Qui appeler", "call_list.index", "outreach.read", "appeler"),
    ("Bac+4 et 5", "graduates.index", "graduates.read", "diplomes"),
    ("Clauses", "clauses.index", "clauses.read", "clauses"),
)


def campaign(here: str) -> list[Entry]:
    """The pages of the prospecting area that exist and are theirs; `here`: the part that is shown."""
    signed_in = current()
    if signed_in is None:
        return []
    return [
        Entry(label, url_for(endpoint), part == here)
        for label, endpoint, permission, part in CAMPAIGN
        if endpoint in current_app.view_functions and allows(signed_in.actor, permission)
    ]
