"""Figures and rules of the programmes in French words. What only an installation's own file names is shown as written."""

from __future__ import annotations

from typing import Any

from . import number
from .rights import LEVELS

#: figure -> its name
FIGURES = {
    "age_from": "Âge minimal",
    "age_below": "Âge à ne pas avoir atteint",
    "age_below_rqth": "Âge à ne pas avoir atteint, avec une RQTH",
    "diploma_only": "Seul diplôme admis avec une recherche courte",
    "route_2_months": "Recherche demandée à un titulaire du CAP ou BEP",
    "route_2_within": "Période où cette recherche est comptée",
    "route_3_months": "Recherche demandée à un bachelier ou plus, en zone prioritaire",
    "route_3_within": "Période où cette recherche est comptée, en zone prioritaire",
    "route_3_zones": "Zones qui ouvrent cette voie",
    "route_3_level": "Niveau le plus haut de cette voie",
    "route_3_bac_plus": "Années après le bac, au plus",
    "waiver_allowed": "Le prescripteur peut admettre une recherche plus courte",
    "term_from": "Durée minimale d'un CDD",
    "term_to": "Durée maximale d'un CDD",
    "hours_from": "Heures minimales",
    "hours_full": "Temps plein",
    "aid_rate_non_market": "Part du SMIC prise en charge, secteur non marchand",
    "aid_rate_market": "Part du SMIC prise en charge, secteur marchand",
    "aid_rate_geiq": "Part du SMIC prise en charge, GEIQ et entreprises d'insertion",
    "aid_months": "Durée maximale de l'aide",
    "zones": "Zones où habiter",
    "communes": "Communes ouvertes",
    "residence_months": "Durée d'habitation, sans interruption",
    "search_months": "Durée de recherche d'emploi",
    "search_within": "Période où la recherche est comptée",
    "aid_first_half": "Premier versement, à la fin de l'essai",
    "aid_second_half": "Second versement, à la fin du dixième mois",
    "categories": "Catégories d'inscription admises",
    "csp_counts": "Un contrat de sécurisation professionnelle suffit",
    "mission_locale_counts": "Le suivi par une mission locale suffit",
    "aid_cdi": "Aide pour un CDI",
    "aid_cdd": "Aide pour un CDD",
    "aid_cdi_young": "Aide pour un CDI, première année, moins de 26 ans",
    "aid_cdd_young": "Aide pour un CDD, première année, moins de 26 ans",
    "young_open": "Emplois francs + pour les moins de 26 ans",
    "young_below": "Âge à ne pas avoir atteint pour l'emploi franc +",
    "years_cdi": "Durée de l'aide pour un CDI",
    "years_cdd": "Durée de l'aide pour un CDD",
    "least_paid": "Somme au-dessous de laquelle rien n'est versé",
    "stay_months": "Présence minimale dans l'emploi",
    "aid_rate_ceiling": "Plafond du taux fixé par le préfet de région",
    "agreement_from": "Durée minimale d'une convention",
    "agreement_to": "Durée maximale d'une convention",
    "aid_months_longest": "Durée maximale de l'aide, seniors et RQTH",
    "senior_from": "Âge à partir duquel l'aide dure plus longtemps",
    "warned_before": "Alerte avant la fin d'une convention",
    "smic_hourly": "SMIC horaire brut",
}
#: unit of a programme file -> after one, after several
UNITS = {
    "years": ("an", "ans"),
    "months": ("mois", "mois"),
    "months of search": ("mois de recherche", "mois de recherche"),
    "consecutive months": ("mois de suite", "mois de suite"),
    "hours a week": ("heure par semaine", "heures par semaine"),
    "euros": ("€", "€"),
    "euros an hour": ("€ par heure", "€ par heure"),
    "euros a year": ("€ par an", "€ par an"),
    "euros the first year": ("€ la première année", "€ la première année"),
    "euros a period": ("€ par période", "€ par période"),
    "years after the bac": ("an après le bac", "ans après le bac"),
}
#: What an INSEE code, or the beginning of one, stands for in the shipped files.
PLACES = {
    "80021": "Amiens", "59350": "Lille", "59512": "Roubaix", "59599": "Tourcoing", "59": "Nord", "62": "Pas-de-Calais",
    "80": "Somme", "02": "Aisne", "60": "Oise",
}  # fmt: skip
#: How a figure counts, where its value does not say it. Conventions of this software are said to be such.
MEANS = {
    "age_from": "Compté atteint le jour de l'anniversaire.",
    "age_below": "Le dernier jour possible est la veille de cet anniversaire.",
    "age_below_rqth": "Le dernier jour possible est la veille de cet anniversaire.",
    "route_3_zones": "Les QPV remplacent les ZUS au 1er janvier 2015 : convention de ce logiciel.",
    "zones": "Seuls les périmètres que le texte nomme comptent.",
    "route_3_bac_plus": "La licence (bac+3) convient, la maîtrise (bac+4) non.",
    "communes": "Celles que cette installation connaît ; une liste vide veut dire toute la France.",
    "hours_full": "Sauf si la durée collective de l'employeur en dit autrement.",
    "aid_rate_ceiling": "Le taux lui-même est celui de l'arrêté régional, recopié de chaque convention.",
    "warned_before": "Convention de ce logiciel.",
    "smic_hourly": "Par mois : ce montant × 35 heures × 52 semaines ÷ 12.",
    "young_open": "La prolongation à mai 2021 ne repose que sur une source : elle n'est pas retenue.",
}
#: Moment of a payment (aid_rules) -> words
JUDGED_ON = {
    "signature": "Les conditions s'apprécient le jour où le contrat est signé.",
    "aid_request": "Les conditions s'apprécient le jour où l'employeur demande l'aide.",
}


def figure_name(name: str) -> str:
    return FIGURES.get(name, name)


def value(found: Any, unit: str, name: str = "") -> str:
    """« 26 ans », « 75 % », « ZUS, ZRR », « oui »."""
    if name == "age_from" and found == 0:
        return "aucun"
    if isinstance(found, bool):
        return "oui" if found else "non"
    if isinstance(found, list | tuple):
        return ", ".join(_part(each) for each in found) or "partout en France"
    if unit == "RNCP level":
        return f"{LEVELS.get(found, found)} (niveau {found})"
    if unit.startswith("share"):
        return f"{number(float(found) * 100, 0)} %"
    if not isinstance(found, int | float):
        return f"{found} {unit}"
    digits = (
        2
        if unit.startswith("euros") and float(found) != int(found)
        else (0 if float(found) == int(found) else 1)
    )
    one, many = UNITS.get(unit, (unit, unit))
    return f"{number(found, digits)}\u00a0{many if found >= 2 else one}"


def _part(each: Any) -> str:
    return f"{PLACES[each]} ({each})" if each in PLACES else str(each)


def anchor(programme: str, item: str) -> str:
    """Where /regles says that condition, term or figure: « emplois-avenir-age »."""
    return f"{programme}-{item}".replace("_", "-")
