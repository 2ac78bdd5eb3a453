"""What happened to a dossier, in French: imports field by field, homes, decisions, contracts, acts and reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from matching.person_history import Entry, Reader
from matching.vocabulary import SituationValue

from . import clock_time, moment, number
from .conditions import place, source
from .people import CHANNELS, SITUATIONS
from .placements import event as contract_step
from .rights import short

FIELDS = {
    "family_name": "nom",
    "given_names": "prénom",
    "name_key": "nom",
    "birth_date": "date de naissance",
    "civility": "civilité",
    "address": "adresse",
    "postcode": "code postal",
    "commune": "commune",
    "insee_code": "code de la commune",
    "declared_quarter": "quartier déclaré",
    "phone": "téléphone",
    "email": "courriel",
    "contact_agreed": "accord pour être contacté",
    "skills": "compétences",
    "mobility_km": "mobilité",
    "available_from": "disponibilité",
    "wanted_title": "métier recherché",
    "wanted_rome": "code du métier",
    "driving_licence": "permis B",
    "no_diploma_stated_on": "sans diplôme, dit le",
    "remarks": "remarques",
    "home": "domicile confirmé",
    "wishes": "métiers souhaités",
    "wished_hours": "heures souhaitées",
    "diploma": "diplôme",
    "situation": "situation",
    "registration_spell": "inscription",
    "residence_spell": "adresse déclarée",
    "disability_recognition": "RQTH",
    "prescriber_waiver": "dérogation du prescripteur",
    "csp": "contrat de sécurisation professionnelle",
    "mission_locale": "suivi par une mission locale",
    "prescriber_diagnosis": "diagnostic du prescripteur",
}
#: column of a hanging row -> words, in the order they are said
CELLS = {
    "value": "",
    "level": "niveau",
    "bac_plus": "bac+",
    "declared_place": "quartier",
    "start_on": "depuis le",
    "since_on": "depuis le",
    "end_on": "jusqu'au",
    "category": "catégorie",
}
#: step of a proposal -> what the list of what happened says
DECISIONS = {
    "shortlist": "Mise en file pour « {about} »",
    "approve": "Proposition approuvée pour « {about} »",
    "reject": "Écart de l'offre « {about} »",
    "defer": "Offre « {about} » à revoir plus tard",
    "wake": "Offre « {about} » de nouveau à examiner",
    "contact": "Proposition de « {about} » à la personne",
    "yes": "Accord pour « {about} »",
    "no": "Refus de « {about} »",
    "no_answer": "Pas de réponse pour « {about} »",
    "send": "Candidature transmise pour « {about} »",
    "interview": "Entretien prévu pour « {about} »",
    "selected": "Choix de l'employeur pour « {about} »",
    "not_selected": "Pas de suite de l'employeur pour « {about} »",
    "no_answer_employer": "Pas de réponse de l'employeur pour « {about} »",
    "close": "Proposition close pour « {about} »",
    "undo": "Décision annulée pour « {about} »",
}
IMPORTS = {
    "created": "Fiche créée par un import ({about})",
    "updated": "Fiche mise à jour par un import ({about})",
    "unchanged": "Fiche présente dans un import ({about}), rien de nouveau",
    "undone": "Import annulé ({about})",
}
OVERTAKEN = "Quelqu'un d'autre vient d'enregistrer cette fiche."


def fields_said(names: Any) -> str:
    return ", ".join(dict.fromkeys(FIELDS.get(name, name) for name in names))


def read_by(reader: Reader) -> str:
    """« Consultée 3 fois par Claire Delmotte, la dernière le 4 novembre 2013 à 9 h 05 »."""
    times = "une fois" if reader.times == 1 else f"{reader.times} fois"
    return f"Consultée {times} par {reader.name}, la dernière le {moment(reader.last)}"


def happened(entry: Entry) -> str:
    """One line of the list of what happened."""
    about = entry.about or ""
    match entry.kind:
        case "import":
            return IMPORTS.get(entry.code, IMPORTS["updated"]).format(about=source(about))
        case "home":
            inside = f"dans {about}" if entry.code == "inside" else "hors des zones prioritaires"
            proof = f" ({entry.note})" if entry.note else ""
            return f"Domicile confirmé {inside}{proof}"
        case "decision":
            said = DECISIONS.get(entry.code, "Étape de la proposition de « {about} »").format(about=about)
            return f"{said} : {entry.note}" if entry.note else said
        case "placement":
            return f"{contract_step(entry.code)}, chez {about}"
    if entry.code == "person.contact":
        return f"Contact : {CHANNELS.get(about, 'noté').lower()}"
    if entry.code == "person.wishes":
        return f"Souhaits dits par la personne, par son lien : {fields_said(entry.fields)}"
    verb = "Renseigné" if entry.code == "person.state" else "Modifié"
    return f"{verb} : {fields_said(entry.fields)}" if entry.fields else f"{verb}, sans effet"


def overtaken(entry: Entry) -> str:
    """« Hugo Lenoir vient de changer à 10 h 41 : téléphone. »"""
    at = f" à {clock_time(entry.at)}" if entry.at else ""
    what = f" : {fields_said(entry.fields)}" if entry.fields else ""
    return f"{entry.who or 'Une autre personne'} vient de changer cette fiche{at}{what}."


def changes(entry: Entry) -> list[tuple[str, str, str]]:
    """(field, before, after) of an import, in words; nothing of a dossier just created, where all is new."""
    if entry.code == "created":
        return []
    said = []
    for name, (before, after) in entry.changes.items():
        if name != "name_key":
            said.append((FIELDS.get(name.split("@")[0], name), cell(name, before), cell(name, after)))
    return said


def cell(name: str, value: Any) -> str:
    """A value of the log of an import."""
    if value is None or value == []:
        return "rien"
    if isinstance(value, Mapping):
        return _row(value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if name == "mobility_km":
        return f"{number(value)} km"
    if name == "declared_quarter":
        return place(str(value))
    return _plain(value)


def _row(cells: Mapping[str, Any]) -> str:
    parts = []
    for name, words in CELLS.items():
        value = cells.get(name)
        if value is None:
            continue
        if name == "value":
            parts.append(SITUATIONS[SituationValue(value)] if value in set(SituationValue) else str(value))
        elif name == "declared_place":
            parts.append(place(str(value)))
        else:
            parts.append(f"{words}{'' if words.endswith('+') else ' '}{_plain(value)}")
    return ", ".join(parts) or "noté"


def _plain(value: Any) -> str:
    try:
        return short(date.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)
