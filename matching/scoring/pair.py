"""One pair explained, in plain Python: the reference of every faster way, and what a proposal is explained from."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from enum import StrEnum

from ..vocabulary import Verdict
from . import factors
from .columns import PARTS, UNKNOWN, OfferColumns, PeopleColumns, Tables, Weights
from .prepare import points


class WhyNot(StrEnum):
    """What keeps a pair apart, whatever the score."""

    NOT_ENOUGH_DATA = "not-enough-data"
    OFFER_WITHOUT_OCCUPATION = "offer-without-occupation"
    OTHER_OCCUPATION = "other-occupation"
    TOO_FAR = "too-far"
    NO_LICENCE = "no-licence"
    NO_RIGHT = "no-right"


@dataclass(frozen=True)
class Pair:
    """What is said of a person and an offer. `parts` holds only those that apply, each in [0, 1]."""

    why_not: tuple[WhyNot, ...]
    #: of the offer's programme on its contract day; YES for an offer under none
    right: Verdict
    parts: dict[str, float]
    #: in [0, 1], six decimals; None when not feasible: there is no number then
    score: float | None
    #: kilometres from commune to commune; None when one is not known
    km: float | None
    #: skills asked, and how many of them the person has
    skills_asked: int
    skills_held: int
    #: the wanted and the offered occupation that bring the two together, and their affinity in [0, 1]; None if none do
    wanted: int | None
    offered: int | None
    affinity: float | None

    @property
    def feasible(self) -> bool:
        return not self.why_not


def explain_pair(
    people: PeopleColumns, person: int, offers: OfferColumns, offer: int, tables: Tables, weights: Weights
) -> Pair:
    """Explain person row `person` against offer row `offer`. Pure; the pair's history (`excluded`) is not looked at."""
    why_not: list[WhyNot] = []
    weight = dict(zip(PARTS, weights.as_points(), strict=True))
    parts: dict[str, int] = {}

    link = _closest(people, person, offers, offer, tables, weight)
    if link is not None:
        parts["occupation"], parts["wish"] = link.occupation, link.wish
    elif people.wanted.indptr[person] == people.wanted.indptr[person + 1]:
        why_not.append(WhyNot.NOT_ENOUGH_DATA)
    elif offers.occupations.indptr[offer] == offers.occupations.indptr[offer + 1]:
        why_not.append(WhyNot.OFFER_WITHOUT_OCCUPATION)
    else:
        why_not.append(WhyNot.OTHER_OCCUPATION)

    metres = None
    if people.place[person] != UNKNOWN and offers.place[offer] != UNKNOWN:
        metres = tables.places.metres_between(int(people.place[person]), int(offers.place[offer]))
        radius = round(float(people.radius_km[person]) * 1000)
        parts["distance"] = int(factors.distance(metres, radius))
        if metres > radius:
            why_not.append(WhyNot.TOO_FAR)

    if offers.needs_licence[offer] and people.licence[person] == 0:
        why_not.append(WhyNot.NO_LICENCE)

    right = _right(people, person, int(offers.programme[offer]), int(offers.contract_day[offer]))
    if right == Verdict.NO:
        why_not.append(WhyNot.NO_RIGHT)

    asked, held = _skills(people, person, offers, offer, tables)
    if asked:
        parts["skills"] = int(factors.skills(held, asked))
    minimum = max(int(factors.rung(int(offers.level_min[offer]), int(offers.bac_plus_min[offer]))), 0)
    if minimum and people.level[person] != UNKNOWN:
        reached = int(factors.rung(int(people.level[person]), int(people.bac_plus[person])))
        parts["level"] = int(factors.level(reached, minimum))
    if people.available_known[person]:
        free_from, needed = int(people.available_from[person]), int(offers.contract_day[offer])
        parts["availability"] = int(factors.availability(free_from, needed))

    score = None
    if not why_not:
        weighted = sum(weight[name] * value for name, value in parts.items())
        score = int(factors.total(weighted, sum(weight[name] for name in parts))) / factors.ONE
    return Pair(
        tuple(why_not),
        right,
        {name: parts[name] / factors.FULL for name in weight if name in parts},
        score,
        None if metres is None else metres / 1000,
        asked,
        held,
        link.wanted if link else None,
        link.offered if link else None,
        link.affinity / factors.FULL if link else None,
    )


@dataclass(frozen=True)
class _Link:
    """A wanted occupation with the offered one nearest to it; fields in the order by which links are compared."""

    gain: int
    occupation: int
    wish: int
    affinity: int
    wanted: int
    offered: int


def _closest(
    people: PeopleColumns,
    person: int,
    offers: OfferColumns,
    offer: int,
    tables: Tables,
    weight: dict[str, int],
) -> _Link | None:
    """The wanted occupation that serves the pair best; None when no two codes are related."""
    wanted, offered = people.wanted, offers.occupations
    links: list[_Link] = []
    for w in range(wanted.indptr[person], wanted.indptr[person + 1]):
        sure, code = int(points(wanted.confidence[w : w + 1])[0]), int(wanted.code[w])
        best = (0, 0, 0)
        for o in range(offered.indptr[offer], offered.indptr[offer + 1]):
            affinity = _affinity(tables, code, int(offered.code[o]))
            certain = int(points(offered.confidence[o : o + 1])[0])
            best = max(best, (factors.closeness(affinity, certain), affinity, int(offered.code[o])))
        occupation, wish = int(factors.occupation(best[0], sure)), int(factors.wish(best[0], sure))
        if occupation:
            gain = weight["occupation"] * occupation + weight["wish"] * wish
            links.append(_Link(gain, occupation, wish, best[1], code, best[2]))
    return max(links, key=astuple, default=None)


def _affinity(tables: Tables, wanted: int, offered: int) -> int:
    if wanted == offered:
        return factors.FULL
    affinity = tables.affinity
    first, last = affinity.indptr[wanted], affinity.indptr[wanted + 1]
    listed = zip(
        affinity.code[first:last].tolist(), points(affinity.affinity[first:last]).tolist(), strict=True
    )
    return max((value for code, value in listed if code == offered), default=0)


def _right(people: PeopleColumns, person: int, programme: int, day: int) -> Verdict:
    if programme < 0:
        return Verdict.YES
    rights, best = people.rights, Verdict.NO
    for i in range(rights.indptr[person], rights.indptr[person + 1]):
        if rights.programme[i] == programme and rights.start[i] <= day < rights.end[i]:
            best = max(best, Verdict.YES if rights.certain[i] else Verdict.UNKNOWN)
    return best


def _skills(
    people: PeopleColumns, person: int, offers: OfferColumns, offer: int, tables: Tables
) -> tuple[int, int]:
    """(distinct skills asked, how many of them the person has or has the like of)."""
    has, table = people.skills, tables.skills
    asked = set(offers.skills.skill[offers.skills.indptr[offer] : offers.skills.indptr[offer + 1]].tolist())
    reached: set[int] = set()
    for skill in has.skill[has.indptr[person] : has.indptr[person + 1]].tolist():
        reached.update(table.similar[table.indptr[skill] : table.indptr[skill + 1]].tolist())
    return len(asked), len(asked & reached)
