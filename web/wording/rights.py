"""The French words of an explanation: facts and what the law asks, in one line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from matching.eligibility.deciding import Fact
from matching.eligibility.explain import Criterion

#: RNCP level -> the diplomas of it
LEVELS = {
    0: "aucun diplôme",
    3: "CAP ou BEP",
    4: "bac",
    5: "bac+2",
    6: "licence ou maîtrise",
    7: "master",
    8: "doctorat",
}
STATED = {
    "prescriber_waiver": ("dérogation du prescripteur", "accordée", "refusée"),
    "csp": ("contrat de sécurisation professionnelle", "en cours", "non"),
    "mission_locale": ("suivi par une mission locale", "oui", "non"),
    "prescriber_diagnosis": ("difficultés attestées par le prescripteur", "oui", "non"),
}
#: fact of `passerelle check` -> the question to ask
QUESTIONS = {
    "birth_date": "Quelle est la date de naissance ?",
    "rqth": "La personne a-t-elle une reconnaissance de travailleur handicapé (RQTH) valable ?",
    "diploma_level": "Quel est le plus haut diplôme obtenu ?",
    "bac_plus": "Combien d'années d'études validées après le bac ?",
    "registrations": "Depuis quand la personne est-elle inscrite comme demandeur d'emploi ?",
    "employment": "La personne est-elle sans emploi ce jour-là ?",
    "residence": "Où habite la personne ce jour-là, et depuis quand ?",
    "prescriber_waiver": "Le prescripteur accepte-t-il une durée de recherche plus courte ?",
    "csp": "La personne est-elle en contrat de sécurisation professionnelle ?",
    "mission_locale": "La personne est-elle suivie par une mission locale ?",
    "prescriber_diagnosis": "Le prescripteur constate-t-il des difficultés sociales et professionnelles d'accès à l'emploi ?",
    "contract.kind": "Quel est le type de contrat ?",
    "contract.months": "Combien de mois dure le contrat ?",
    "contract.weekly_hours": "Combien d'heures par semaine ?",
    "contract.sector": "L'employeur est-il du secteur marchand ou non marchand ?",
}


def short(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def age_on(born: date, on: date) -> int:
    """Years reached: on the birthday, 28 February in a common year for 29 February (C2)."""
    birthday = (born.month, born.day)
    if birthday == (2, 29) and not _leap(on.year):
        birthday = (2, 28)
    return on.year - born.year - ((on.month, on.day) < birthday)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def because(criterion: Criterion) -> str:
    """« 21 ans ; il faut de 16 à 25 ans. »: what is known, then what is asked."""
    said = phrases(criterion.facts)
    asked = f"il faut {criterion.requires}"
    return f"{said} ; {asked}." if said else f"{asked[0].upper()}{asked[1:]}."


def phrases(facts: Iterable[Fact]) -> str:
    """The facts in words, separated by commas; those that say nothing are left out."""
    return ", ".join(said for fact in facts if (said := phrase(fact)))


def phrase(fact: Fact) -> str:
    value = fact.values
    match fact.code:
        case "age":
            if value["born"] is None:
                return "date de naissance inconnue"
            when = " à la signature" if value["signed"] else ""
            return f"{age_on(value['born'], value['on'])} ans{when}"
        case "rqth":
            if value["value"] is None:
                return "RQTH non renseignée"
            until = f" jusqu'au {short(value['until'])}" if value.get("until") else ""
            return f"RQTH{until}" if value["value"] else "RQTH échue"
        case "work":
            return {True: "en emploi", False: "sans emploi", None: "situation d'emploi inconnue"}[
                value["value"]
            ]
        case "level":
            return _level(value["level"], value["bac_plus"])
        case "search":
            if value["days"] is None:
                return "inscriptions inconnues"
            return f"{value['days']} jours de recherche sur les {value['within']} derniers mois"
        case "registered":
            if value["counts"] is None:
                return "inscriptions inconnues"
            named = [str(code) for code in value["categories"] if code]
            inside = f" en catégorie {', '.join(named)}" if named else ""
            return f"inscrit{inside}" if value["categories"] else "non inscrit"
        case "home":
            return _home(value)
        case "stated":
            name, yes, no = STATED.get(value["fact"], (value["fact"], "oui", "non"))
            return f"{name} : {'non renseigné' if value['value'] is None else yes if value['value'] else no}"
        case "term":
            return _term(value)
        case "in-force":
            end = f" au {short(value['to'])}" if value["to"] else ""
            return f"dispositif ouvert du {short(value['from'])}{end}"
        case "programme-ends":
            return "fin du dispositif"
        case "programme-begins":
            return "ouverture du dispositif"
    return ""


def _level(level: int | None, bac_plus: int | None) -> str:
    if level is None:
        return "niveau de diplôme inconnu"
    if level == 6 and bac_plus is not None:
        return f"bac+{bac_plus} (niveau 6)"
    if level == 6:
        return "niveau 6, licence ou maîtrise non précisée"
    return f"{LEVELS[level]} (niveau {level})" if level else LEVELS[level]


def _home(value: dict[str, Any]) -> str:
    if not value["kinds"]:
        return "adresse à cette date inconnue ou non confirmée"
    named = [kind for kind in value["kinds"] if kind != "none"]
    where = f"habite en {', '.join(named)}" if named else "habite hors des zones prioritaires"
    since = f" depuis le {short(value['since'])}" if value["since"] and value["since_months"] else ""
    return where + since


def _term(value: dict[str, Any]) -> str:
    contract = value["contract"]
    match value["rule"]:
        case "kind":
            if contract.kind is None:
                return "type de contrat inconnu"
            if contract.kind != "CDD":
                return str(contract.kind)
            return "CDD de durée inconnue" if contract.months is None else f"CDD de {contract.months:g} mois"
        case "hours":
            if contract.weekly_hours is None:
                return "durée hebdomadaire inconnue"
            return f"{contract.weekly_hours:g} heures par semaine".replace(".", ",")
        case "sector":
            return f"secteur {contract.sector}" if contract.sector else "secteur de l'employeur inconnu"
    return ""
