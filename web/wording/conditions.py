"""Words of one condition: its title, what is missing in a fact, since when and from whom the fact is known."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from importers.quarters import OUTSIDE
from matching.eligibility.deciding import Fact
from matching.eligibility.explain import Criterion
from matching.person_facts import Dated
from matching.vocabulary import Verdict

from . import capital, weekday
from .rights import short

#: id of a condition or term -> its title; {requires} is what the programme file says it asks for.
TITLES = {
    "in-force": "Être dans les dates du dispositif",
    "age": "Avoir {requires}",
    "out-of-work": "{requires}",
    "diploma": "Diplôme, et recherche d'emploi qu'il demande",
    "residence": "{requires}",
    "search": "Avoir {requires}",
    "registration": "{requires}",
    "diagnosis": "Difficultés d'accès à l'emploi, constatées par le prescripteur",
    "contract-kind": "Contrat : {requires}",
    "contract-hours": "Durée du travail : {requires}",
    "contract-sector": "Employeur : {requires}",
}
#: code of a fact -> the fact to ask for when its value is not known
_ASKED = {"age": "birth_date", "rqth": "rqth", "work": "employment", "search": "registrations",
          "registered": "registrations", "home": "residence"}  # fmt: skip
#: code of a fact -> what it is about
NOUNS = {
    "age": "naissance",
    "rqth": "RQTH",
    "work": "situation",
    "level": "diplôme",
    "search": "inscription",
    "registered": "inscription",
    "home": "domicile",
}
#: place declared by a file -> as people say it
PLACES = {
    "nord": "Amiens Nord",
    "etouvie": "Étouvie",
    "sud_est": "Sud-Est",
    "salamandre": "Marcel Paul - Salamandre",
    "lebesgue": "Philéas Lebesgue - Condorcet",
    "rollin": "Pierre Rollin",
    "parcheminiers": "Les Parcheminiers",
    "elbeuf": "Elbeuf - Lescouvé",
    OUTSIDE: "hors zone",
}
SOURCES = {
    "advisor": "conseil",
    "pole-emploi": "fichier de Pôle emploi",
    "i-milo": "fichier de la mission locale",
    "cap-emploi": "partenaire",
    "france-travail": "France Travail",
    "autre": "autre fichier",
    "placement": "embauche suivie ici",
}


def long_day(day: date) -> str:
    """« mercredi 11 décembre 2013 », « mercredi 1er mai 2013 »."""
    return weekday(day, year=True)


def legal(source: str) -> str:
    """« C. trav., art. L. 5134-110 »: a source as lawyers abbreviate it."""
    abbreviated = source.replace("Code du travail", "C. trav.")
    return re.sub(r"\b([LRD])(\d{4}-\d)", r"\1. \2", abbreviated)


def title(criterion: Criterion) -> str:
    """The condition in plain words; of the ways a diploma leads to the right, the one that does."""
    if criterion.id == "diploma" and criterion.holds is Verdict.YES and (way := _way(criterion.facts)):
        return way
    said = TITLES.get(criterion.id, "{requires}").format(requires=criterion.requires)
    return capital(said)


def _way(facts: Iterable[Fact]) -> str:
    by_code = {fact.code: fact.values for fact in facts}
    level = by_code.get("level", {}).get("level")
    if level is None:
        return ""
    if level == 0:
        return "N'avoir aucun diplôme"
    parts = [{3: "CAP ou BEP", 4: "Bac", 5: "Bac+2", 6: "Licence"}.get(level, f"Niveau {level}")]
    if "home" in by_code:
        parts.append("en zone prioritaire")
    if "search" in by_code:
        parts.append(f"et {by_code['search']['months']} mois de recherche sur {by_code['search']['within']}")
    elif "stated" in by_code:
        parts.append("et accord du prescripteur sur la durée de recherche")
    return ", ".join(parts)


def missing(fact: Fact) -> str:
    """The fact to ask for, as `passerelle check` names it; empty when the fact is known."""
    values = fact.values
    match fact.code:
        case "level":
            if values["level"] is None:
                return "diploma_level"
            return "bac_plus" if values["level"] == 6 and values["bac_plus"] is None else ""
        case "stated":
            return str(values["fact"]) if values["value"] is None else ""
        case "term":
            return str(values["missing"] or "")
        case "age":
            unknown = values["born"] is None
        case "rqth" | "work":
            unknown = values["value"] is None
        case "search":
            unknown = values["days"] is None
        case "registered":
            unknown = values["counts"] is None
        case "home":
            unknown = not values["kinds"]
        case _:
            return ""
    return _ASKED[fact.code] if unknown else ""


def told(known: Dated) -> str:
    """Since when and from whom: « dit le 4 novembre 2013, fichier de Pôle emploi »."""
    parts = []
    if known.since is not None:
        parts.append(f"depuis le {short(known.since)}")
    if known.stated_on is not None:
        verb = "confirmé" if known.proof else "dit"
        parts.append(f"{verb} le {short(known.stated_on)}{f' ({known.proof})' if known.proof else ''}")
    if known.source:
        parts.append(source(known.source))
    return ", ".join(parts)


def source(name: str) -> str:
    """Where a fact comes from, in words; the source cap-emploi would tell the RQTH (security.md P2)."""
    return SOURCES.get(name, name)


def place(code: str | None) -> str:
    return PLACES.get(code, code.replace("-", " ")) if code else ""
