"""`offres`: the columns of a list of offers and what a row says (imports.md §3, §4)."""

from __future__ import annotations

from typing import Any

from matching.facts import OfferFacts

from . import values as v
from .columns import Column, Layout, Row
from .diploma import diploma
from .young_people import place


def _level(value: str, context: v.Context) -> Any:
    return diploma(value, nomenclature=context.nomenclature)


COLUMNS = (
    Column("reference", "reference", ("ref", "id", "n_offre", "numero_offre")),
    Column("intitule", "title", ("poste", "intitule_du_poste", "titre"), required=True),
    Column("employeur", "employer", ("entreprise", "structure", "association", "nom_employeur"), required=True),
    Column("siret", "siret", ("n_siret", "numero_siret"), v.siret),
    Column("type_contrat", "contract_kind", ("contrat", "type_de_contrat"), v.contract_kind, required=True),
    Column("code_postal", None, ("cp",), v.postcode, required=True),
    Column("commune", "commune", ("ville", "lieu")),
    Column("code_rome", "rome", ("rome",), v.rome),
    Column("description", "description", ("missions", "descriptif"), free_text=True, longest=10_000),
    Column("date_debut", "starts_on", ("debut", "date_de_debut"), v.day),
    Column("date_limite", "apply_before", ("cloture", "date_de_cloture"), v.day),
    Column("duree_contrat", "months", ("duree_du_contrat", "duree_en_mois", "nombre_de_mois"), v.months),
    Column("duree_hebdo", "weekly_hours", ("heures", "duree", "heures_par_semaine"), v.hours),
    Column("salaire", "salary", ("remuneration",)),
    Column("niveau_requis", None, ("niveau", "diplome", "diplome_requis"), _level),
    Column("nombre_postes", "positions", ("nb_postes", "postes"), v.positions),
    Column("dispositif", "scheme", ("mesure",), v.scheme),
    Column("permis_b", "needs_licence", ("permis",), v.yes_no),
    Column("competences", "skills", ("savoir_faire", "competences_attendues"), v.skills, keeps_lines=True),
    Column("tuteur", "tutor", ("nom_du_tuteur", "accompagnant")),
    Column("formation", "training", ("formation_prevue",)),
    Column("contact_courriel", "contact_email", ("email", "e_mail", "mail", "courriel"), v.email),
    Column("contact_telephone", "contact_phone", ("tel", "telephone"), v.phone),
)  # fmt: skip


def finish(row: Row) -> None:
    place(row)
    level = row.values.get("niveau_requis")
    if level is not None:
        row.values["=level_min"], row.values["=bac_plus_min"] = level.level, level.bac_plus


LAYOUTS = (Layout(COLUMNS, lambda values: OfferFacts(**values), finish),)
