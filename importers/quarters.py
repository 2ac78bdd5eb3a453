"""Places as files declare them (imports.md §3): they prove nothing; which zone version they mean depends on the day."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

from .cells import Bad
from .folding import folded
from .values import Context

#: place -> other wordings accepted for it
PLACES = {
    "nord": "amiens_nord quartier_nord quartiers_nord fafet brossolette fafet_brossolette calmette colvert pigeonnier",
    "etouvie": "amiens_etouvie les_coursives",
    "sud_est": "quartier_sud_est amiens_sud_est victorine_autier",
    "salamandre": "marcel_paul salamandre_marcel_paul marcel_paul_salamandre",
    "lebesgue": "phileas_lebesgue condorcet phileas_lebesgue_condorcet",
    "rollin": "pierre_rollin",
    "parcheminiers": "les_parcheminiers",
    "elbeuf": "lescouve elbeuf_lescouve",
}
OUTSIDE = "hors_zone"
_OUTSIDE_WORDS = {"hors_qpv", "hors_zus", "hors_zone"}


@cache
def _wordings() -> dict[str, str]:
    """folded wording -> what is kept: a place of the table, a zone version's local_id, or `hors_zone`."""
    found = dict.fromkeys(_OUTSIDE_WORDS, OUTSIDE)
    for place, others in PLACES.items():
        found[place] = place
        found.update(dict.fromkeys(others.split(), place))
    table = (files("matching.store") / "reference" / "zones.csv").read_text(encoding="utf-8")
    for zone in csv.DictReader(table.splitlines()):
        found[folded(zone["local_id"])] = zone["local_id"]
        if zone["official_code"]:
            found[folded(zone["official_code"])] = zone["local_id"]
        found.setdefault(folded(zone["name"]), zone["local_id"])
    return found


def quarter(value: str, _: Context) -> str:
    """The place as declared. Raises Bad("unknown-zone")."""
    if (found := _wordings().get(folded(value))) is None:
        raise Bad("unknown-zone")
    return found
