"""Associations, employers and offers of the demo. SIRETs are fictional and pass their check (imports.md §7); telephone
numbers are of the ranges reserved for fiction, addresses of a domain reserved for examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from . import words
from .words import TRADES, Trade

ASSOCIATIONS = (
    "nom", "rna", "siret", "adresse", "code_postal", "commune", "quartier", "domaine", "objet", "contact_nom",
    "contact_courriel", "contact_telephone", "montant_subvention", "annee",
)  # fmt: skip
EMPLOYERS = (
    "nom", "siret", "adresse", "code_postal", "commune", "domaine", "contact_nom", "contact_courriel",
    "contact_telephone", "code_naf", "tranche_effectif",
)  # fmt: skip
OFFERS = (
    "reference", "intitule", "employeur", "siret", "type_contrat", "code_postal", "commune", "code_rome", "description",
    "date_debut", "date_limite", "duree_contrat", "duree_hebdo", "salaire", "niveau_requis", "nombre_postes", "dispositif",
    "permis_b", "competences", "tuteur", "formation", "contact_courriel",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Employer:
    """An association (`field` of its work) or an employer of the market sector (`field` = market)."""

    index: int
    name: str
    siret: str
    field: str
    naf: str
    commune: str
    postcode: str
    quarter: str
    address: str


def luhn(digits: str) -> str:
    """The check digit that makes the number pass."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def siret(number: int) -> str:
    """A fictional SIRET, different for each number below ten million: SIREN 9…, one establishment."""
    siren = f"9{number % 10_000_000:07d}"
    siren += luhn(siren)
    first = f"{siren}0001"
    return first + luhn(first)


def associations(offers: int) -> int:
    """How many associations a demo of that many offers has: those of the journal's early offers at least."""
    return max(10, offers * 3 // 4)


def employers(offers: int) -> int:
    return max(9, offers // 2)


def association(index: int, seed: int) -> Employer:
    """Every third is a sports club."""
    dice = Random(f"association {seed} {index}")
    clubs, others = index // 3, index - index // 3 - 1
    if index % 3 == 0:
        site = words.SITES[clubs % len(words.SITES)]
        star = words.STARS[(clubs + clubs // 40) % len(words.STARS)]
        name, field = f"{star} {words.SPORTS[clubs % len(words.SPORTS)]} {site}", "sport"
        name += f" {clubs}" if clubs >= 320 else ""  # every other name of these words is taken
    else:
        site = words.SITES[others % len(words.SITES)]
        field = tuple(words.WORKS)[others % len(words.WORKS)]
        name = f"{words.WORKS[field]} {site}" + (f" {others}" if others >= 56 else "")
    place = words.PLACES[words.PLACE_OF_SITE.get(site, 3)]
    if dice.random() < 0.06 and index > 3 and site not in words.PLACE_OF_SITE:
        place = words.PLACES[4]
    address = f"{dice.randint(1, 60)} {dice.choice(place.streets)}"
    return Employer(
        index, name, siret(index + 1), field, "9499Z", place.commune, place.postcode, place.quarter, address
    )


def employer(index: int, seed: int) -> Employer:
    dice = Random(f"employer {seed} {index}")
    kind, naf = words.FIRMS[index % len(words.FIRMS)]
    name = f"{kind} {words.SITES[(index + index // 24) % len(words.SITES)]}" + (
        f" {index}" if index >= 96 else ""
    )
    commune, postcode = dice.choice((("Amiens", "80000"), ("Amiens", "80000"), ("Amiens", "80080"), ("Longueau", "80330"),
                                     ("Glisy", "80440"), ("Poulainville", "80260")))  # fmt: skip
    address = f"{dice.randint(1, 80)} {dice.choice(words.BUSINESS_STREETS)}"
    return Employer(index, name, siret(5_000_000 + index), "market", naf, commune, postcode, "", address)


#: The associations of the top-up of November 2012; the others are subsidised from 2013 on.
TOP_UP = 29


def association_rows(count: int, seed: int, year: int) -> Iterator[tuple[str, ...]]:
    """Of their first year: the top-up of `year`, then those of the year after."""
    yield from _association_rows(range(count), seed, lambda index: year + (index >= TOP_UP))


def renewed_rows(count: int, seed: int, year: int) -> Iterator[tuple[str, ...]]:
    """Those of the top-up who are subsidised again in `year`: four in five."""
    again = (index for index in range(min(count, TOP_UP)) if index % 5 != 4)
    yield from _association_rows(again, seed, lambda index: year)


def _association_rows(
    indices: Iterable[int], seed: int, year_of: Callable[[int], int]
) -> Iterator[tuple[str, ...]]:
    for index in indices:
        made = association(index, seed)
        dice = Random(f"association row {seed} {index}")
        yield (
            made.name, f"W8020{index % 100_000:05d}", made.siret, made.address, made.postcode,
            made.commune, made.quarter, made.field, f"{words.AIMS[made.field]}, pour les habitants du quartier.",
            f"{dice.choice(words.WOMEN)} {dice.choice(words.FAMILY_NAMES)}", f"contact{index}@association.example.org",
            f"03 53 01 {index // 100 % 50:02d} {index % 100:02d}", f"{dice.randint(2, 40) * 500},00 €", str(year_of(index)),
        )  # fmt: skip


def employer_rows(count: int, seed: int) -> Iterator[tuple[str, ...]]:
    for index in range(count):
        made = employer(index, seed)
        dice = Random(f"employer row {seed} {index}")
        yield (
            made.name, made.siret, made.address, made.postcode, made.commune, "",
            f"{dice.choice(words.MEN)} {dice.choice(words.FAMILY_NAMES)}", f"contact{index}@entreprise.example.org",
            f"03 53 01 {50 + index // 100 % 50:02d} {index % 100:02d}", made.naf, dice.choice(("01", "02", "03", "11", "12")),
        )  # fmt: skip


def offer_rows(
    count: int, seed: int, today: date, roles: dict[int, dict[str, str]]
) -> Iterator[tuple[str, ...]]:
    """Offers one after the other; those with a role in the journal are made to fit it."""
    for index in range(count):
        cells = _offer(index, count, seed, today) | roles.get(index, {})
        yield tuple(cells[name] for name in OFFERS)


def post(trade: Trade, by: Employer) -> str:
    """What an offer says of its post."""
    of = "d'" if trade.man[0] in "aeéiou" else "de "
    return f"Poste {of}{trade.man} au sein de « {by.name} »."


def reference(index: int) -> str:
    return f"O-{index + 1}"


def _offer(index: int, count: int, seed: int, today: date) -> dict[str, str]:
    """Three in five are emplois d'avenir in associations, one in five emplois francs, the rest ordinary law."""
    dice = Random(f"offer {seed} {index}")
    kind = ("avenir", "avenir", "avenir", "franc", "droit commun")[index % 5]
    if kind == "avenir":
        by = association(dice.randrange(associations(count)), seed)
        trades = [trade for trade in TRADES if by.field in trade.fields and "none" in trade.levels] or [
            trade for trade in TRADES if "none" in trade.levels and "market" not in trade.fields
        ]
    else:
        by = employer(dice.randrange(employers(count)), seed)
        trades = [trade for trade in TRADES if "market" in trade.fields]
    trade = dice.choices(trades, [trade.weight for trade in trades])[0]
    return cells(index, trade, by, kind, dice, today)


def cells(index: int, trade: Trade, by: Employer, kind: str, dice: Random, today: date) -> dict[str, str]:
    """One offer; some lack what their scheme asks for and will wait to be completed."""
    complete = dice.random() > 0.12
    starts = today + timedelta(days=dice.choice((7, 14, 21, 28, 42)))
    forever = kind == "franc" or dice.random() < 0.35
    months = "" if forever else "36" if kind == "avenir" else str(dice.choice((6, 8, 12)))
    skilled = list(trade.skills[: dice.randint(0, 2)])
    return {
        "reference": reference(index),
        "intitule": trade.offer,
        "employeur": by.name,
        "siret": by.siret if complete or kind == "avenir" else "",
        "type_contrat": "CDI" if forever else "CDD",
        "code_postal": by.postcode,
        "commune": by.commune,
        "code_rome": trade.rome if dice.random() < 0.4 else "",
        "description": post(trade, by),
        "date_debut": f"{starts:%d/%m/%Y}",
        "date_limite": f"{starts + timedelta(days=30):%d/%m/%Y}",
        "duree_contrat": f"{months} mois" if months else "",
        "duree_hebdo": "35",
        "salaire": "SMIC" if "none" in trade.levels else "selon expérience",
        "niveau_requis": {"6": "bac+3", "7": "bac+5"}.get(trade.levels[0], "") if dice.random() < 0.7 else "",
        "nombre_postes": str(dice.choice((1, 1, 1, 2, 3))),
        "dispositif": {"avenir": "emploi d'avenir", "franc": "emploi franc", "droit commun": ""}[kind],
        "permis_b": "oui" if trade.rome == "N4105" else "",
        "competences": ", ".join(skilled),
        "tuteur": dice.choice(words.FAMILY_NAMES) if kind == "avenir" and complete else "",
        "formation": "BAFA, premiers secours" if kind == "avenir" and complete else "",
        "contact_courriel": f"recrutement{index}@example.org",
    }  # fmt: skip
