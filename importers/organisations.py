"""`associations` and `employeurs`: their columns and what a row says (imports.md §4)."""

from __future__ import annotations

from matching.facts import OrganisationFacts

from . import quarters, values as v
from .columns import Column, Layout, Row

_SHARED = (
    Column("nom", "name", ("titre", "nom_de_l_association", "association", "raison_sociale", "denomination"),
           required=True),
    Column("rna", "rna", ("n_rna", "numero_rna", "waldec"), v.rna),
    Column("siret", "siret", ("n_siret", "numero_siret"), v.siret),
    Column("adresse", "address"),
    Column("code_postal", None, ("cp",), v.postcode, required=True),
    Column("commune", "commune", ("ville",)),
    Column("quartier", "declared_quarter", ("zone", "zus", "qpv"), quarters.quarter),
    Column("domaine", "field", ("secteur", "thematique"), v.field_of_work),
    Column("objet", "object", ("activite", "activites"), free_text=True, longest=4000),
    Column("contact_nom", "contact_name", ("contact", "responsable")),
    Column("contact_courriel", "contact_email", ("email", "e_mail", "mail", "courriel"), v.email),
    Column("contact_telephone", "contact_phone", ("tel", "telephone"), v.phone),
)  # fmt: skip

ASSOCIATIONS = (
    *_SHARED,
    Column(
        "montant_subvention", "subsidy_cents", ("montant", "subvention", "subvention_acse"), v.amount_cents
    ),
    Column("annee", "year", ("exercice",), v.year),
)

EMPLOYERS = (
    *_SHARED,
    Column("code_naf", "naf", ("naf", "ape"), v.naf),
    Column("tranche_effectif", "workforce", ("effectif", "effectifs"), v.workforce),
)


def finish(row: Row) -> None:
    """A blank quarter is said. 80021 is no postcode; an organisation has no INSEE column: the cell is left blank."""
    if "quartier" in row.present and "quartier" not in row.said and not row.failed("quartier"):
        row.warn("quartier", "missing-zone")
    postcode = row.values.get("code_postal")
    if postcode is not None and postcode != "80021":
        row.values["=postcode"] = postcode


def _build(values: dict[str, object]) -> OrganisationFacts:
    return OrganisationFacts(**values)  # type: ignore[arg-type]


ASSOCIATION_LAYOUTS = (Layout(ASSOCIATIONS, _build, finish),)
EMPLOYER_LAYOUTS = (Layout(EMPLOYERS, _build, finish),)
