"""Young people of the demo, one at a time: the same index and seed give the same person whatever the size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from . import words
from .words import PLACES, TRADES, Place, Trade

HEADER = (
    "identifiant", "nom", "prenom", "date_naissance", "civilite", "adresse", "code_postal", "commune", "quartier",
    "telephone", "courriel", "niveau_diplome", "date_inscription", "categorie", "habite_depuis", "situation",
    "situation_depuis", "competences", "mobilite_km", "disponible_le", "rqth", "rqth_fin", "metier_recherche", "code_rome",
    "permis_b", "accord_contact",
)  # fmt: skip

#: The first people have parts in the journal: they are made to fit them.
ROME_WRITTEN, LEVEL_UNKNOWN = 0.25, 0.03


@dataclass(frozen=True, slots=True)
class Young:
    """A person before they become a row."""

    index: int
    family_name: str
    given_name: str
    woman: bool
    born: date
    place: Place
    address: str
    level: str
    diploma: str
    registered_on: date | None
    home_since: date
    working: bool
    situation_since: date
    trade: Trade
    skills: tuple[str, ...]
    radius: int | None
    rqth: bool
    licence: bool | None

    @property
    def identifier(self) -> str:
        """A reference in the manner of the agency: seven digits and a letter."""
        return f"{1_000_001 + self.index:07d}{'ABCDEFGHJKLMNPRSTUVWXYZ'[self.index % 23]}"


def person(index: int, seed: int, today: date) -> Young:
    """The index-th person of that seed. `today` is the day of the demo, to which ages and durations refer."""
    dice = Random(f"person {seed} {index}")
    woman = dice.random() < 0.49
    place = dice.choices(PLACES, [place.weight for place in PLACES])[0]
    level = dice.choices(("none", "3", "4", "5", "6", "7", "8"), (24, 24, 19, 11, 10, 11, 1))[0]
    fits = [trade for trade in TRADES if level in trade.levels] or list(TRADES)
    trade = dice.choices(fits, [trade.weight for trade in fits])[0]
    youngest = {"none": 16, "3": 17, "4": 18, "5": 20, "6": 21, "7": 23, "8": 26}[level]
    born = today - timedelta(days=dice.randint(youngest * 366, 29 * 365 + 300))
    registered = dice.random() < 0.9
    grown = born + timedelta(days=16 * 366)
    since = max(today - timedelta(days=dice.randint(305, 1_000)), grown)
    home = today - timedelta(days=dice.choice((320, 420, 700, 1_500, 3_000, 5_000)) + dice.randint(0, 60))
    number = dice.randint(1, 90)
    return Young(
        index=index,
        family_name=dice.choice(words.FAMILY_NAMES),
        given_name=dice.choice(words.WOMEN if woman else words.MEN),
        woman=woman,
        born=born,
        place=place,
        address=f"{number} {dice.choice(place.streets)}",
        level=level,
        diploma="" if dice.random() < LEVEL_UNKNOWN else dice.choice(words.DIPLOMAS[level]),
        registered_on=since if registered else None,
        home_since=max(home, born),
        working=dice.random() < 0.05,
        situation_since=max(today - timedelta(days=dice.randint(300, 900)), grown),
        trade=trade,
        skills=tuple(sorted(dice.sample(trade.skills, dice.randint(0, len(trade.skills))))),
        radius=dice.choice((None, None, 5, 10, 15, 20, 30)),
        rqth=dice.random() < 0.05,
        licence=dice.choice((True, False, False, None)),
    )


def cast(young: Young, **changes: object) -> Young:
    """The same person made to fit a part of the journal."""
    return replace(young, **changes)  # type: ignore[arg-type]


def row(young: Young, seed: int, today: date) -> tuple[str, ...]:
    """The row of `jeunes.csv`, with the small disorders of real lists (dates in two manners, phones with spaces)."""
    dice = Random(f"row {seed} {young.index}")
    phone = f"06 39 98 {young.index // 100 % 100:02d} {young.index % 100:02d}"
    recognised = young.rqth
    return (
        young.identifier,
        young.family_name.upper() if dice.random() < 0.4 else young.family_name,
        young.given_name,
        _day(young.born, dice),
        "Mme" if young.woman else "M.",
        young.address,
        young.place.postcode,
        young.place.commune,
        "" if dice.random() < 0.03 else young.place.quarter,
        "" if dice.random() < 0.08 else phone if dice.random() < 0.7 else phone.replace(" ", ""),
        "" if dice.random() < 0.3 else f"jeune{young.index}@example.org",
        young.diploma,
        _day(young.registered_on, dice) if young.registered_on else "",
        "1" if young.registered_on else "",
        _day(young.home_since, dice),
        "en emploi" if young.working else "sans emploi",
        _day(young.situation_since, dice),
        ", ".join(young.skills),
        f"{young.radius} km" if young.radius else "",
        _free_from(young, seed, today),
        "oui" if recognised else "" if dice.random() < 0.5 else "non",
        _day(today + timedelta(days=dice.randint(200, 1_500)), dice) if recognised else "",
        young.trade.woman if young.woman else young.trade.man,
        young.trade.rome if dice.random() < ROME_WRITTEN else "",
        {True: "oui", False: "non", None: ""}[young.licence],
        "oui" if dice.random() < 0.9 else "",
    )


def _free_from(young: Young, seed: int, today: date) -> str:
    """When most say they can start: at once, or within two months (a training, a notice to give)."""
    dice = Random(f"free {seed} {young.index}")
    if dice.random() < 0.3:
        return ""
    return _day(today + timedelta(days=dice.choice((-20, -5, 0, 0, 7, 21, 35, 60))), dice)


def _day(day: date | None, dice: Random) -> str:
    if day is None:
        return ""
    return f"{day:%d/%m/%Y}" if dice.random() < 0.85 else day.isoformat()


def everybody(count: int, seed: int, today: date, parts: dict[int, dict[str, object]]) -> Iterator[Young]:
    """People one after the other; those with a part in the journal are made to fit it."""
    for index in range(count):
        young = person(index, seed, today)
        yield cast(young, **parts[index]) if index in parts else young
