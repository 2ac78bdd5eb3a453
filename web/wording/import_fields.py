"""Names of the columns of files and of the fields of the base in French, and how an old and a new value read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from importers.messages import CELLS
from importers.preview import ELSEWHERE

from . import euros, phone
from .conditions import place
from .offers import SCHEMES
from .people import SITUATIONS

#: canonical column of imports.md §4 -> its meaning
COLUMNS = {
    "identifiant": "Identifiant", "nom": "Nom", "prenom": "Prénom", "date_naissance": "Date de naissance",
    "civilite": "Civilité", "adresse": "Adresse", "code_postal": "Code postal", "code_insee": "Code INSEE de la commune",
    "commune": "Commune", "quartier": "Quartier déclaré", "telephone": "Téléphone", "courriel": "Courriel",
    "niveau_diplome": "Niveau de diplôme", "diplome": "Diplôme", "date_inscription": "Inscription comme demandeur d'emploi",
    "date_fin_inscription": "Fin de l'inscription", "categorie": "Catégorie d'inscription",
    "habite_depuis": "Habite là depuis", "situation": "Situation", "situation_depuis": "Situation depuis",
    "competences": "Compétences", "mobilite_km": "Mobilité (km)", "disponible_le": "Disponible le",
    "rqth": "RQTH", "rqth_fin": "Fin de la RQTH", "metier_recherche": "Métier recherché", "code_rome": "Code ROME",
    "permis_b": "Permis B", "accord_contact": "Accord pour être contacté", "observations": "Observations",
    "reference": "Référence", "intitule": "Intitulé", "employeur": "Employeur", "siret": "SIRET",
    "type_contrat": "Type de contrat", "description": "Description", "date_debut": "Date de début",
    "date_limite": "Date limite", "duree_contrat": "Durée du contrat (mois)", "duree_hebdo": "Heures par semaine",
    "salaire": "Salaire", "niveau_requis": "Niveau demandé", "nombre_postes": "Nombre de postes",
    "dispositif": "Dispositif", "tuteur": "Personne qui accompagne (tuteur)", "formation": "Formation prévue",
    "contact_courriel": "Courriel du contact", "contact_telephone": "Téléphone du contact", "contact_nom": "Contact",
    "rna": "Numéro RNA", "domaine": "Domaine", "objet": "Objet", "montant_subvention": "Montant de la subvention",
    "annee": "Année", "code_naf": "Code NAF", "tranche_effectif": "Tranche d'effectif",
    "zone_kind": "Genre de zone", "local_id": "Identifiant de la zone", "official_code": "Code officiel",
    "name": "Nom", "commune_insee": "Code INSEE de la commune", "valid_from": "Valable du", "valid_to": "Valable jusqu'au",
    "latitude_approx": "Latitude", "longitude_approx": "Longitude", "confidence": "Fiabilité", "source": "Source",
    "voie": "Voie", "cote": "Côté", "numero_debut": "Premier numéro", "numero_fin": "Dernier numéro",
    "libelle_rome": "Métier", "code_grand_domaine": "Grand domaine", "libelle_grand_domaine": "Nom du grand domaine",
    "code_domaine_professionel": "Domaine professionnel", "libelle_domaine_professionel": "Nom du domaine professionnel",
    "code_ogr": "Code de l'appellation", "libelle_appellation_long": "Appellation",
    "libelle_appellation_court": "Appellation courte", "code_rome_parent": "Code ROME du métier voisin",
    "classification": "Classement", "code_rome_cible": "Métier de destination", "rank": "Rang",
}  # fmt: skip

#: field of the base -> canonical column that says it
_FIELDS = {
    "family_name": "nom", "given_names": "prenom", "birth_date": "date_naissance", "civility": "civilite",
    "address": "adresse", "postcode": "code_postal", "declared_quarter": "quartier", "phone": "telephone",
    "email": "courriel", "skills": "competences", "mobility_km": "mobilite_km", "available_from": "disponible_le",
    "wanted_title": "metier_recherche", "wanted_rome": "code_rome", "driving_licence": "permis_b",
    "contact_agreed": "accord_contact", "remarks": "observations", "title": "intitule", "rome": "code_rome",
    "contract_kind": "type_contrat", "starts_on": "date_debut", "apply_before": "date_limite",
    "months": "duree_contrat", "weekly_hours": "duree_hebdo", "salary": "salaire", "level_min": "niveau_requis",
    "positions": "nombre_postes", "scheme": "dispositif", "needs_licence": "permis_b", "tutor": "tuteur",
    "training": "formation", "contact_email": "contact_courriel", "contact_phone": "contact_telephone",
    "contact_name": "contact_nom", "organisation_id": "employeur", "field": "domaine", "object": "objet",
    "naf": "code_naf", "workforce": "tranche_effectif", "kind": "zone_kind", "insee_codes": "commune_insee",
    "target": "code_rome_cible", "latitude": "latitude_approx", "longitude": "longitude_approx",
}  # fmt: skip
_OTHERS = {
    "no_diploma_stated_on": "Sans diplôme, dit le",
    "bac_plus_min": "Années après le bac demandées",
    "sector": "Secteur",
    "apprenticeship": "Alternance",
    "label": "Libellé",
    "short_label": "Libellé court",
    "parent": "Métier voisin",
    "street": "Voie",
    "side": "Côté",
    "first_number": "Premier numéro",
    "last_number": "Dernier numéro",
    "insee_code": "Code INSEE de la commune",
    "identifier": "Identifiant",
    "ogr": "Code de l'appellation",
    "large_domain_label": "Nom du grand domaine",
    "domain_label": "Nom du domaine professionnel",
    "large_domain": "Grand domaine",
    "domain": "Domaine professionnel",
}

#: table of what hangs on a record -> its name
_HANGING = {
    "residence_spell": "Adresse déclarée",
    "situation": "Situation",
    "registration_spell": "Inscription comme demandeur d'emploi",
    "diploma": "Diplôme",
    "disability_recognition": "RQTH",
    "subsidy": "Subvention",
}
#: cell of a hanging row -> what is written before it; None: not shown
_CELLS = {
    "declared_place": "quartier",
    "insee_code": "commune INSEE",
    "start_on": "depuis le",
    "end_on": "jusqu'au",
    "value": "",
    "since_on": "depuis le",
    "level": "niveau",
    "bac_plus": "bac +",
    "category": "catégorie",
    "year": "année",
    "amount_cents": "",
}
_VALUES = {
    **{str(value): said for value, said in SITUATIONS.items()},
    **{scheme: said for scheme, said in SCHEMES.items() if scheme is not None},
    "market": "marchand",
    "non_profit": "sans but lucratif",
}
#: What stands for no value, and for one that is not to be read here.
NONE, SEALED, ELSEWHERE_WORDS = "(vide)", "(protégé)", "(fiche d'une autre agence)"


class Change(NamedTuple):
    """One line of what an update does."""

    label: str
    before: str
    after: str


def changes(found: Mapping[str, list[Any]]) -> list[Change]:
    """What a row of a file changes, field by field."""
    elsewhere = ELSEWHERE in found
    shown = []
    for name, (before, after) in found.items():
        if name == ELSEWHERE:
            continue
        table = name.split("@")[0]
        if table == "disability_recognition":
            shown.append(Change(label(name), SEALED, SEALED))
            continue
        old = ELSEWHERE_WORDS if elsewhere else value(name, before)
        shown.append(Change(label(name), old, value(name, after)))
    return shown


def of_new(found: Mapping[str, list[Any]]) -> str:
    """The few facts of a new record in one line."""
    return " · ".join(value(name, after) for name, (_, after) in found.items() if after not in (None, ""))


def column(name: str | None) -> str:
    """The meaning of a canonical column; of an unknown one, its own name."""
    return COLUMNS.get(name or "", name or "Toute la ligne")


def advice(problem: Mapping[str, Any]) -> str:
    """What to do about a faulty cell; lines of older imports kept only its code."""
    return str(problem.get("message") or CELLS.get(problem["code"], problem["code"]).split("{")[0])


def label(name: str) -> str:
    """The name of a field of the base, or of a row that hangs on it."""
    table = name.split("@")[0]
    return _HANGING.get(table) or COLUMNS.get(_FIELDS.get(name, name)) or _OTHERS.get(name, name)


def value(name: str, said: Any) -> str:
    """A value of the journal of an import as people read it."""
    match said:
        case None | "" | []:
            return NONE
        case bool():
            return "oui" if said else "non"
        case list():
            return ", ".join(value(name, each) for each in said)
        case dict():
            parts = [
                f"{_CELLS[cell]} {_money(cell, found)}".strip()
                for cell, found in said.items()
                if _CELLS.get(cell) is not None and found is not None
            ]
            return ", ".join(parts) or NONE
        case float():
            return f"{said:g}".replace(".", ",")
        case str() if name in ("declared_quarter", "declared_place"):
            return place(said)
        case str() if name in ("phone", "contact_phone") and said.startswith("+33"):
            return phone(said)
        case str():
            return _VALUES.get(said) or _day(said) or said
        case _:
            return str(said)


def _money(cell: str, found: Any) -> str:
    if cell == "amount_cents":
        return euros(found)
    return value(cell, found)


def _day(text: str) -> str | None:
    """04/11/2013 for an ISO day."""
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}" if len(text) == 10 else None
    except ValueError:
        return None
