"""`jeunes`: the columns of a list of young people and what a row says (imports.md §3, §4)."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from matching.facts import PersonFacts

from . import quarters, values as v
from .cells import Bad
from .columns import Column, Layout, Row
from .diploma import diploma
from .folding import bare

_NO_FIRST_NAME = {"-", "x", "snp", "sans prenom"}


def _diploma(value: str, context: v.Context) -> Any:
    return diploma(value, nomenclature=context.nomenclature)


COLUMNS = (
    Column("identifiant", "identifier", ("id", "ide", "identifiant_pole_emploi", "identifiant_pe",
           "identifiant_france_travail", "identifiant_i_milo", "id_imilo", "numero_dossier", "n_dossier", "matricule"),
           v.identifier),
    Column("nom", "family_name", ("nom_de_famille", "nom_de_naissance", "nom_naissance"), required=True, longest=100),
    Column("prenom", None, ("prenoms",), required=True, longest=100),
    Column("date_naissance", "birth_date", ("date_de_naissance", "ddn", "ne_le", "nee_le", "ne_e_le", "naissance"),
           v.birth_date, required=True),
    Column("civilite", "civility", ("titre", "sexe", "genre"), v.civility),
    Column("adresse", "address", ("adresse_postale", "rue")),
    Column("code_postal", None, ("cp",), v.postcode),
    Column("code_insee", None, ("insee",), v.insee),
    Column("commune", "commune", ("ville", "localite")),
    Column("quartier", "declared_quarter", ("zone", "zus", "qpv", "quartier_prioritaire"), quarters.quarter),
    Column("telephone", "phone", ("tel", "telephone_portable", "portable", "mobile", "n_tel"), v.phone),
    Column("courriel", "email", ("email", "e_mail", "mail", "mel", "adresse_mail", "adresse_electronique"), v.email),
    Column("niveau_diplome", None, ("niveau", "niveau_de_formation", "niveau_formation", "niveau_de_diplome"),
           _diploma),
    Column("diplome", None, ("diplome_obtenu", "diplome_le_plus_eleve")),
    Column("date_inscription", "registered_on", ("inscrit_le", "date_d_inscription", "inscription"), v.day),
    Column("date_fin_inscription", "registered_until", ("fin_d_inscription", "date_de_radiation"), v.day),
    Column("categorie", "category", ("categorie_inscription",), v.category),
    Column("habite_depuis", "home_since", ("residence_depuis", "date_emmenagement", "a_l_adresse_depuis"), v.day),
    Column("situation", "situation", ("situation_emploi", "situation_professionnelle"), v.situation),
    Column("situation_depuis", "situation_since", ("date_embauche",), v.day),
    Column("competences", "skills", ("savoir_faire",), v.skills, keeps_lines=True),
    Column("mobilite_km", "mobility_km", ("mobilite", "rayon", "rayon_km"), v.kilometres),
    Column("disponible_le", "available_from", ("disponibilite", "disponible_a_partir_du"), v.day),
    Column("rqth", "rqth", ("travailleur_handicape",), v.yes_no),
    Column("rqth_fin", "rqth_until", ("fin_rqth",), v.day),
    Column("metier_recherche", "wanted_title", ("metier", "projet", "projet_professionnel")),
    Column("code_rome", "wanted_rome", ("rome",), v.rome),
    Column("permis_b", "driving_licence", ("permis",), v.yes_no),
    Column("accord_contact", "contact_agreed", ("accord", "consentement"), v.yes_no),
    Column("observations", "remarks", ("commentaire", "commentaires", "remarques", "notes"), free_text=True,
           longest=4000),
)  # fmt: skip


def finish(row: Row) -> None:
    """What one cell says about another: postcode and INSEE, the two diploma columns, one-word names, order of dates."""
    _names(row)
    place(row)
    if "quartier" not in row.said and not row.failed("quartier"):
        row.warn("quartier", "missing-zone")
    _diplomas(row)
    start, end = row.values.get("date_inscription"), row.values.get("date_fin_inscription")
    if isinstance(start, date) and isinstance(end, date) and end < start:
        row.fail("date_fin_inscription", "bad-date", row.said["date_fin_inscription"])


def place(row: Row) -> None:
    """80021 as a postcode is Amiens' INSEE code: kept as such, the postcode left blank."""
    postcode, insee = row.values.get("code_postal"), row.values.get("code_insee")
    if postcode == "80021":
        postcode, insee = None, insee or "80021"
    row.values["=postcode"], row.values["=insee_code"] = postcode, insee
    for key in ("=postcode", "=insee_code"):
        if row.values[key] is None:
            del row.values[key]


def _names(row: Row) -> None:
    first = row.said.get("prenom")
    if first is not None:
        if bare(first) in _NO_FIRST_NAME:
            row.warn("prenom", "mononym", first)
            row.values["=given_names"] = ""
        else:
            row.values["=given_names"] = first
    for column in ("nom", "prenom"):
        if _mixed(row.said.get(column, "")):
            row.warn(column, "mixed-script", row.said[column])


def _mixed(name: str) -> bool:
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in name if letter.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"GREEK", "CYRILLIC"})


def _diplomas(row: Row) -> None:
    """`niveau_diplome` counts; when it is blank, `diplome`; both blank: unknown, which is not none."""
    if row.failed("niveau_diplome"):
        return
    if "niveau_diplome" in row.said:
        row.values["=diploma"] = row.values["niveau_diplome"]
    elif "diplome" in row.said:
        try:
            row.values["=diploma"] = _diploma(row.said["diplome"], row.context)
        except Bad as bad:
            row.fail("diplome", bad.code, row.said["diplome"])
    elif not row.failed("diplome"):
        row.warn("niveau_diplome", "missing-diploma")


LAYOUTS = (Layout(COLUMNS, lambda values: PersonFacts(**values), finish),)
