"""Statements about a pair (matching/scoring/reasons.py) -> French sentences for an advisor and for the person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import number, rights
from .programmes import programme

#: what a missing fact is called in « droit à confirmer »; a fact without a name here is left as it is
FACTS = {
    "birth_date": "date de naissance",
    "rqth": "reconnaissance de travailleur handicapé",
    "diploma_level": "diplôme",
    "bac_plus": "années après le bac",
    "registrations": "inscription comme demandeur d'emploi",
    "employment": "situation d'emploi",
    "residence": "domicile",
    "prescriber_waiver": "dérogation du prescripteur",
    "csp": "contrat de sécurisation professionnelle",
    "mission_locale": "suivi par la mission locale",
    "prescriber_diagnosis": "diagnostic du prescripteur",
}
#: As one says of a person: level 6 is a licence unless more is known.
LEVELS = {**rights.LEVELS, 0: "sans diplôme", 6: "licence"}


def level(value: int, bac_plus: int | None = None) -> str:
    """« CAP ou BEP », « bac+4 »…"""
    if value == 6 and bac_plus is not None and bac_plus >= 4:
        return "bac+4"
    return LEVELS.get(value, f"niveau {value}")


def kilometres(value: float) -> str:
    """« 3 km », « 12 km »: to the nearest, the centre of a commune being good to one or two."""
    return "moins d'1 km" if value < 1 else f"{number(value)} km"


def _skills(facts: Mapping[str, Any]) -> str:
    asked, held = facts["asked"], facts["held"]
    if held == asked:
        return "A la compétence demandée" if asked == 1 else f"A les {asked} compétences demandées"
    return f"A {held} des {asked} compétences demandées"


def _distance(facts: Mapping[str, Any]) -> str:
    if facts["km"] == 0:
        return "Dans sa commune"
    return f"À {kilometres(facts['km'])} de sa commune"


def _right(facts: Mapping[str, Any]) -> str:
    missing = ", ".join(FACTS.get(fact, fact) for fact in facts.get("missing", ()))
    return f"Droit à confirmer : {programme(facts['programme'])}" + (f" ({missing})" if missing else "")


def _level_below(facts: Mapping[str, Any]) -> str:
    asked, has = level(facts["asked"], facts["bac_plus_asked"]), level(facts["level"], facts["bac_plus"])
    return f"Niveau demandé : {asked} ; niveau connu : {has}"


def _later(facts: Mapping[str, Any]) -> str:
    days = facts["days_late"]
    return f"Disponible {days} jour{'s' if days > 1 else ''} après la date du poste"


#: code -> sentence, or how to make it from the facts
WORDS: dict[str, str | Callable[[Mapping[str, Any]], str]] = {
    "same-occupation": "Même métier que celui recherché",
    "near-occupation": "Métier proche de celui recherché",
    "same-field": "Même domaine que le métier recherché",
    "all-skills": _skills,
    "some-skills": _skills,
    "skills-to-check": "Compétences à vérifier : aucune de celles demandées n'est indiquée",
    "near": _distance,
    "far": lambda facts: f"{_distance(facts)}, pour un rayon de {kilometres(facts['radius_km'])}",
    "level-met": "A le niveau demandé",
    "level-below": _level_below,
    "free-on-day": "Disponible à la date du poste",
    "free-later": _later,
    "wanted": "Premier choix de la personne",
    "partly-wanted": "Proche de ce que la personne demande",
    "not-wanted": "N'est pas le métier que la personne demande",
    "right-to-confirm": _right,
    "licence-to-check": "Permis à vérifier",
    "commune-to-state": "Commune à préciser",
    "offer-commune-to-state": "Commune du poste à préciser",
    "level-to-state": lambda facts: f"Diplôme à préciser (demandé : {level(facts['asked'])})",
    "availability-to-state": "Date de disponibilité à préciser",
}


def sentence(statement: Mapping[str, Any]) -> str:
    """The sentence of a stored statement (`{"code": …, facts}`)."""
    words = WORDS[statement["code"]]
    return words if isinstance(words, str) else words(statement)
