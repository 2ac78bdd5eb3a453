"""`metiers`: the official ROME files, exactly as published (imports.md §4). A row's facts are its table's cells."""

from __future__ import annotations

import re

from . import values as v
from .cells import Bad
from .columns import Column, Layout


def _ogr(value: str, _: v.Context) -> str:
    if not re.fullmatch("[0-9]{1,12}", value):
        raise Bad("bad-identifier")
    return value


def _rank(value: str, _: v.Context) -> int:
    return v.whole(value, least=0, most=1_000_000)


OCCUPATIONS = (
    Column("code_rome", "rome", parse=v.rome, required=True),
    Column("libelle_rome", "label", required=True),
    Column("code_grand_domaine", "large_domain", longest=1),
    Column("libelle_grand_domaine", "large_domain_label"),
    Column("code_domaine_professionel", "domain", ("code_domaine_professionnel",), longest=3),
    Column("libelle_domaine_professionel", "domain_label", ("libelle_domaine_professionnel",)),
)

TITLES = (
    Column("code_ogr", "ogr", parse=_ogr, required=True),
    Column("libelle_appellation_long", "label", required=True),
    Column("libelle_appellation_court", "short_label"),
    Column("code_rome", "rome", parse=v.rome, required=True),
    Column("code_rome_parent", "parent", parse=v.rome),
    Column("classification", "classification", longest=20),
)

MOBILITY = (
    Column("code_rome", "rome", parse=v.rome, required=True),
    Column("code_rome_cible", "target", parse=v.rome, required=True),
    Column("rank", "rank", ("rang",), parse=_rank),
)

OCCUPATION_LAYOUT = Layout(OCCUPATIONS, dict)
TITLE_LAYOUT = Layout(TITLES, dict)
MOBILITY_LAYOUT = Layout(MOBILITY, dict)
LAYOUTS = (OCCUPATION_LAYOUT, TITLE_LAYOUT, MOBILITY_LAYOUT)
