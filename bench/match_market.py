"""A made-up market for bench/match.py: people who look for work, offers, and who would truly suit (nobody is real).

Titles are official ROME titles as people and recruiters type them; what a file says of somebody is their true facts
less some that are missing. The truth of a pair reads the true facts only, never a title, an affinity or a score.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from bench.titles import noisy, referential as official_referential, rows
from matching.scoring.columns import (
    DEFAULT_RADIUS_KM,
    UNKNOWN,
    Occupations,
    OfferColumns,
    PeopleColumns,
    Rights,
    SkillLists,
    Tables,
    stable_keys,
)
from matching.scoring.places import Places
from matching.scoring.referential import Referential
from matching.scoring.skills import SkillTable, fold

DAY = 735_176  # 4 November 2013
#: scale -> people, offers, communes, side of the territory in km (Amiens: its own communes)
SCALES = {
    "amiens": (5_000, 500, 0, 0.0),
    "departement": (50_000, 5_000, 780, 80.0),
    "national": (1_000_000, 100_000, 35_000, 900.0),
}
PROGRAMMES = 3
#: share of the official titles that the referential lacks
LEFT_OUT = 0.1
#: (written in a hurry, written as the referential does not have it where there is such a title) of people, of offers
PEOPLE_WRITE, OFFERS_SAY = (0.15, 0.15), (0.4, 0.4)
#: by first letter of the code, what that field asks for; then what every field does
FIELDS = {
    "A": "taille de haies|conduite de tracteur|soins aux animaux|tonte de pelouse|élagage|récolte des légumes",
    "B": "dessin au trait|couture à la machine|restauration de meubles|soudure du verre|gravure|dorure",
    "C": "gestion de sinistres|souscription de contrats|visite de biens|calcul de primes|bail commercial|devis",
    "D": "encaissement|mise en rayon|étiquetage|conseil aux clients|inventaire|vitrine",
    "E": "mise en page|prise de vue|rédaction d'articles|retouche d'images|animation de réseaux|reliure",
    "F": "pose de plaques|lecture de plan|maçonnerie|conduite d'engins|peinture au rouleau|échafaudage",
    "G": "service en salle|épluchage|accueil du public|animation de groupe|plonge|nettoyage de chambres",
    "H": "contrôle de pièces|réglage de machine|soudage|assemblage|conduite de ligne|usinage",
    "I": "dépannage électrique|entretien de chaudière|diagnostic de panne|nettoyage de locaux|graissage|levage",
    "J": "toilette des patients|gestes de premiers secours|prise de rendez-vous|stérilisation|aide au repas|écoute",
    "K": "aide aux devoirs|surveillance d'enfants|médiation|ronde de sécurité|atelier d'insertion|pédagogie",
    "L": "jeu d'acteur|régie son|chant|éclairage de scène|maquillage|montage de décor",
    "M": "saisie de factures|standard téléphonique|classement|tableur|relance de clients|programmation",
    "N": "préparation de commandes|conduite de chariot|chargement de camion|tournée de livraison|bordereau|quai",
}
EVERYWHERE = (
    "travail en équipe|anglais|bureautique|port de charges|ponctualité|horaires décalés|autonomie|rédaction"
)


@dataclass(frozen=True)
class Truth:
    """What is so, whether a file says it or not. Skills are bits, levels steps of `factors.rung`."""

    code: np.ndarray
    place: np.ndarray
    radius: np.ndarray
    licence: np.ndarray
    rung: np.ndarray
    skills: np.ndarray
    #: int32[n, programmes]: window of the right, empty where there is none
    start: np.ndarray
    end: np.ndarray
    #: groups that no score may read
    woman: np.ndarray
    zone: np.ndarray


@dataclass(frozen=True)
class Market:
    """`people` and `offers` carry their true occupations; `with_codes` puts others there."""

    scale: str
    referential: Referential
    #: why the starter table stands in for the official titles; None when it does not
    reason: str | None
    person_titles: list[str]
    offer_titles: list[str]
    people: PeopleColumns
    offers: OfferColumns
    tables: Tables
    truth: Truth
    offer_code: np.ndarray
    offer_skills: np.ndarray
    #: bool[n]: the person wrote a title
    written: np.ndarray

    @cached_property
    def family(self) -> np.ndarray:
        """v3 parent of each code, as a number."""
        return np.unique(np.array(self.referential.parents), return_inverse=True)[1]


@dataclass(frozen=True)
class Titles:
    """The titles of each occupation as people meet them: those that the referential holds, those it does not."""

    referential: Referential
    known: list[list[str]]
    unseen: list[list[str]]
    #: why these are not the official ones; None when they are
    reason: str | None


def official(folder: Path | None, seed: int) -> Titles:
    """Of the official files, a tenth of their titles kept from the referential; else of the starter table."""
    reason = "no folder of the official ROME files was named (--rome, or ROME in the environment)"
    if folder is not None:
        missing = [name for name in ("metiers.csv", "appellations.csv") if not (folder / name).is_file()]
        reason = f"the folder of the official ROME files lacks {', '.join(missing)}" if missing else None
    if folder is None or reason:
        starter = Referential.starter()
        said: list[list[str]] = [[] for _ in starter.codes]
        for title, code in zip(starter.titles, starter.title_code, strict=True):
            said[code].append(title)
        return Titles(starter, said, [[] for _ in said], reason)
    titles = rows(folder / "appellations.csv")
    hidden = set(random.Random(seed).sample(range(len(titles)), int(LEFT_OUT * len(titles))))
    shown = [row for at, row in enumerate(titles) if at not in hidden]
    referential = official_referential(rows(folder / "metiers.csv"), shown).with_usual_titles()
    known: list[list[str]] = [[] for _ in referential.codes]
    unseen: list[list[str]] = [[] for _ in referential.codes]
    for at, row in enumerate(titles):
        # A principal title is what most people write.
        many = 3 if row["classification"] == "PRINCIPALE" else 1
        said = unseen if at in hidden else known
        said[referential.index[row["code_rome"]]] += [row["libelle_appellation_long"]] * many
    return Titles(referential, known, unseen, None)


def make(
    scale: str, seed: int, rome: Path | None, *, people: int | None = None, offers: int | None = None
) -> Market:
    """A market of that scale, or of other sizes on the same territory. Same seed, same market."""
    usual_people, usual_offers, communes, side = SCALES[scale]
    people, offers = people or usual_people, offers or usual_offers
    dice, words = np.random.default_rng(seed), random.Random(seed)
    titles = official(rome, seed)
    known, said = titles.referential, titles.known
    places, crowd = _territory(dice, communes, side)
    field = np.array([sorted(FIELDS).index(code[0]) for code in known.codes])
    # Work that is sought and work that is offered agree in part: some posts are short, some people too many.
    sought, offered = _popularity(dice, said), _popularity(dice, said)
    truth = _people(dice, people, sought, crowd, field)
    offer_code = dice.choice(len(said), offers, p=(sought + offered) / 2)
    asked = _some(dice, _pool(field[offer_code]), 0.12) * (dice.random(offers) < 0.7)[:, None]
    labels = _labels()
    skills = SkillTable.build([*labels, *(f"{label}s" for label in labels)])
    written = dice.random(people) < 0.98
    return Market(
        scale=scale, referential=known, reason=titles.reason,
        person_titles=[
            _typed(words, titles, code, *PEOPLE_WRITE) if wrote else ""
            for code, wrote in zip(truth.code.tolist(), written.tolist(), strict=True)
        ],
        offer_titles=[_typed(words, titles, code, *OFFERS_SAY) for code in offer_code.tolist()],
        people=_person_columns(dice, truth, skills, labels, written),
        offers=_offer_columns(dice, offer_code, asked, skills, labels, crowd),
        tables=Tables(known.neighbours(), places, skills),
        truth=truth, offer_code=offer_code, offer_skills=asked, written=written,
    )  # fmt: skip


def _territory(dice: np.random.Generator, communes: int, side: float) -> tuple[Places, np.ndarray]:
    """Places and the share of people in each: the communes of Amiens, else a town and made-up ones around."""
    if not communes:
        table = Path(__file__).resolve().parents[1] / "matching" / "store" / "reference" / "communes.csv"
        with table.open(encoding="utf-8", newline="") as lines:
            real = list(csv.DictReader(lines))
        share = np.where(np.array([row["name"] for row in real]) == "Amiens", 0.6, 0.4 / (len(real) - 1))
        places = Places.build(
            [float(row["latitude"]) for row in real], [float(row["longitude"]) for row in real]
        )
        return places, share / share.sum()
    north, east = dice.uniform(-side / 2, side / 2, (2, communes))
    north[0] = east[0] = 0.0
    share = 1 / (np.arange(communes) + 1.0) ** 0.9
    centre = 46.6 if side > 200 else 49.9
    narrow = 111.2 * np.cos(np.radians(centre))
    return Places.build(centre + north / 111.2, 2.3 + east / narrow), share / share.sum()


def _popularity(dice: np.random.Generator, said: list[list[str]]) -> np.ndarray:
    """Share of each occupation: few are common, most are rare."""
    weight = 1 / (1.0 + dice.permutation(len(said))) ** 0.8 * np.array([bool(titles) for titles in said])
    return weight / weight.sum()


def _labels() -> list[str]:
    return [label for field in sorted(FIELDS) for label in FIELDS[field].split("|")] + EVERYWHERE.split("|")


def _pool(field: np.ndarray) -> np.ndarray:
    """bool[n, skills]: what is asked in the field of each row."""
    by_field = 6
    made = np.zeros((len(field), len(_labels())), bool)
    made[:, len(FIELDS) * by_field :] = True
    made[np.arange(len(field))[:, None], field[:, None] * by_field + np.arange(by_field)] = True
    return made


def _some(dice: np.random.Generator, pool: np.ndarray, share: float) -> np.ndarray:
    return pool & (dice.random(pool.shape, dtype=np.float32) < share)


def _typed(words: random.Random, titles: Titles, code: int, hurried: float, unseen: float) -> str:
    """A title of the occupation, in one gender or both; some as somebody in a hurry writes."""
    new = titles.unseen[code] if words.random() < unseen else []
    title = words.choice(new or titles.known[code])
    if words.random() < hurried:
        return noisy(title, words)
    if " / " not in title or words.random() < 0.3:
        return title
    masculine, feminine = title.split(" / ", 1)
    if " " in masculine or words.random() < 0.5:
        return feminine
    return " ".join([masculine, *feminine.split(" ")[1:]])


def _people(
    dice: np.random.Generator, size: int, sought: np.ndarray, crowd: np.ndarray, field: np.ndarray
) -> Truth:
    code = dice.choice(len(sought), size, p=sought)
    zone = dice.random(size) < 0.45
    start = DAY - dice.integers(0, 900, (size, PROGRAMMES)).astype(np.int32)
    end = DAY + dice.integers(-60, 700, (size, PROGRAMMES)).astype(np.int32)
    held = dice.random((size, PROGRAMMES)) < np.where(zone[:, None], [0.75, 0.6, 0.5], [0.5, 0.05, 0.05])
    return Truth(
        code=code,
        place=dice.choice(len(crowd), size, p=crowd).astype(np.int32),
        radius=dice.choice([5.0, 10.0, 20.0, 30.0, 50.0], size, p=[0.15, 0.25, 0.35, 0.15, 0.1]),
        licence=dice.random(size) < 0.45,
        rung=dice.choice([0, 2, 4, 6, 8, 10], size, p=[0.3, 0.3, 0.22, 0.08, 0.06, 0.04]),
        skills=_some(dice, _pool(field[code]), 0.5),
        start=start, end=np.where(held & (end > start), end, start),
        woman=dice.random(size) < 0.48, zone=zone,
    )  # fmt: skip


def _person_columns(
    dice: np.random.Generator, truth: Truth, table: SkillTable, labels: list[str], written: np.ndarray
) -> PeopleColumns:
    """What the file says of them: a tenth of the facts missing, a third of the skills, rights not always sure."""
    size = len(truth.code)
    known = dice.random((6, size))
    said = truth.skills & (dice.random(truth.skills.shape, dtype=np.float32) < 0.65)
    skill = np.nonzero(said)[1]
    # Somebody writes « encaissements » where an offer says « encaissement ».
    plural = dice.random(len(skill)) < 0.15
    ids = np.array([[table.ids[fold(label)], table.ids[fold(f"{label}s")]] for label in labels])
    # A right that hangs on a missing fact: it may turn out to be none.
    held = truth.end > truth.start
    doubtful = ~held & (dice.random(held.shape) < 0.08)
    owner, programme = np.nonzero(held | doubtful)
    end = np.where(doubtful, DAY + 200, truth.end).astype(np.int32)
    certain = ~doubtful & (dice.random(held.shape) < 0.85)
    level = np.array([0, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7])[truth.rung]
    return PeopleColumns(
        key=stable_keys(f"person {row}" for row in range(size)),
        wanted=_stated(truth.code, written),
        skills=SkillLists(_pointers(said.sum(axis=1)), ids[skill, plural.astype(int)].astype(np.int32)),
        level=np.where(known[0] < 0.1, UNKNOWN, level).astype(np.int8),
        bac_plus=np.full(size, UNKNOWN, np.int8),
        place=np.where(known[1] < 0.03, UNKNOWN, truth.place).astype(np.int32),
        radius_km=np.where(known[2] < 0.3, DEFAULT_RADIUS_KM, truth.radius).astype(np.float32),
        available_from=(DAY + dice.integers(-60, 60, size)).astype(np.int32),
        available_known=known[3] < 0.7,
        licence=np.where(known[4] < 0.1, UNKNOWN, truth.licence).astype(np.int8),
        rights=Rights(
            _pointers((held | doubtful).sum(axis=1)), programme.astype(np.int16),
            truth.start[owner, programme], end[owner, programme], certain[owner, programme],
        ),
        live_proposals=np.zeros(size, np.int16),
        days_left=dice.integers(0, 400, size).astype(np.int32),
        search_days=dice.integers(0, 900, size).astype(np.int32),
        weeks_without=dice.integers(0, 30, size).astype(np.int16),
        returned=np.zeros(size, np.bool_),
    )  # fmt: skip


def _offer_columns(
    dice: np.random.Generator,
    code: np.ndarray,
    asked: np.ndarray,
    table: SkillTable,
    labels: list[str],
    crowd: np.ndarray,
) -> OfferColumns:
    size = len(code)
    work = crowd**1.15
    ids = np.array([table.ids[fold(label)] for label in labels], np.int32)
    return OfferColumns(
        key=stable_keys(f"offer {row}" for row in range(size)),
        occupations=_stated(code, np.ones(size, bool)),
        skills=SkillLists(_pointers(asked.sum(axis=1)), ids[np.nonzero(asked)[1]]),
        level_min=dice.choice([0, 3, 4, 5], size, p=[0.5, 0.3, 0.15, 0.05]).astype(np.int8),
        bac_plus_min=np.full(size, UNKNOWN, np.int8),
        place=dice.choice(len(crowd), size, p=work / work.sum()).astype(np.int32),
        programme=dice.choice([0, 1, 2, -1], size, p=[0.5, 0.1, 0.1, 0.3]).astype(np.int16),
        allowed=np.zeros(size, np.uint32),
        contract_day=(DAY + dice.integers(0, 60, size)).astype(np.int32),
        needs_licence=dice.random(size) < 0.2,
        live_proposals=np.zeros(size, np.int16),
    )


def _stated(code: np.ndarray, known: np.ndarray) -> Occupations:
    """One occupation for each row that has one."""
    own = code[known].astype(np.int32)
    return Occupations(_pointers(known), own, np.ones(len(own), np.float32))


def _pointers(lengths: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
