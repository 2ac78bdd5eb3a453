"""Why a pair has its score, as codes with facts: what speaks for it, what an advisor should check. No words here.

Each part of the score gives exactly one statement, with the facts it can be recomputed from and the points it brings
(its weight among the parts that apply, times the part): the points of all statements add up to the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..vocabulary import Verdict
from .columns import PARTS, UNKNOWN, OfferColumns, PeopleColumns, Weights
from .factors import FULL
from .pair import Pair

#: a part below this speaks against the pair
HALF = 0.5


@dataclass(frozen=True)
class Statement:
    """A code, its facts (plain values), and the points it brings; None when it is about no part of the score."""

    code: str
    facts: dict[str, Any]
    part: str | None = None
    points: float | None = None

    def as_json(self) -> dict[str, Any]:
        """What is stored beside a proposal."""
        made: dict[str, Any] = {"code": self.code, **self.facts}
        if self.part is not None:
            made |= {"part": self.part, "points": self.points}
        return made


def statements(
    people: PeopleColumns,
    person: int,
    offers: OfferColumns,
    offer: int,
    pair: Pair,
    weights: Weights,
    *,
    programmes: Sequence[str] = (),
    missing: Sequence[str] = (),
) -> tuple[list[Statement], list[Statement]]:
    """(reasons, reservations) of a feasible pair, most points first.

    `programmes` names the programme indices, `missing` the facts that keep a right from being certain.
    """
    shares = dict(zip(PARTS, weights.as_points(), strict=True))
    applied = sum(shares[part] for part in pair.parts)
    reasons: list[Statement] = []
    reservations: list[Statement] = []
    for part, value in pair.parts.items():
        code, facts = _of_part(part, value, people, person, offers, offer, pair)
        points = round(shares[part] * value / applied, 6)
        (reasons if value >= HALF else reservations).append(Statement(code, facts, part, points))
    reasons.sort(key=lambda statement: -(statement.points or 0.0))
    return reasons, [*_to_check(people, person, offers, offer, pair, programmes, missing), *reservations]


def _of_part(
    part: str,
    value: float,
    people: PeopleColumns,
    person: int,
    offers: OfferColumns,
    offer: int,
    pair: Pair,
) -> tuple[str, dict[str, Any]]:
    match part:
        case "occupation":
            affinity = pair.affinity or 0.0
            certainty = round(value / affinity, 6) if affinity else 0.0
            code = (
                "same-occupation"
                if affinity == 1
                else "near-occupation"
                if affinity >= HALF
                else "same-field"
            )
            return code, {"affinity": affinity, "certainty": certainty}
        case "skills":
            asked, held = pair.skills_asked, pair.skills_held
            code = "all-skills" if held == asked else "some-skills" if held else "skills-to-check"
            return code, {"asked": asked, "held": held}
        case "distance":
            radius = round(float(people.radius_km[person]), 3)
            return ("near" if value >= HALF else "far"), {"km": pair.km, "radius_km": radius}
        case "level":
            code = "level-met" if value == 1 else "level-below"
            return code, {
                "level": int(people.level[person]),
                "bac_plus": _known(people.bac_plus[person]),
                "asked": int(offers.level_min[offer]),
                "bac_plus_asked": _known(offers.bac_plus_min[offer]),
            }
        case "availability":
            late = max(int(people.available_from[person]) - int(offers.contract_day[offer]), 0)
            return ("free-later" if late else "free-on-day"), {"days_late": late}
        case _:
            return ("wanted" if value == 1 else "partly-wanted" if value else "not-wanted"), {"share": value}


def _to_check(
    people: PeopleColumns,
    person: int,
    offers: OfferColumns,
    offer: int,
    pair: Pair,
    programmes: Sequence[str],
    missing: Sequence[str],
) -> list[Statement]:
    """What nobody has said yet and the pair depends on."""
    made: list[Statement] = []
    if pair.right == Verdict.UNKNOWN:
        index = int(offers.programme[offer])
        name = programmes[index] if index < len(programmes) else str(index)
        made.append(Statement("right-to-confirm", {"programme": name, "missing": list(missing)}))
    if offers.needs_licence[offer] and people.licence[person] == UNKNOWN:
        made.append(Statement("licence-to-check", {}))
    if people.place[person] == UNKNOWN:
        made.append(Statement("commune-to-state", {}))
    if offers.place[offer] == UNKNOWN:
        made.append(Statement("offer-commune-to-state", {}))
    if "level" not in pair.parts and offers.level_min[offer] > 0:
        made.append(Statement("level-to-state", {"asked": int(offers.level_min[offer])}))
    if not people.available_known[person]:
        made.append(Statement("availability-to-state", {}))
    return made


def _known(years: Any) -> int | None:
    return None if years == UNKNOWN else int(years)


def recomputed(statement: dict[str, Any]) -> float | None:
    """The part that the facts of a stored statement give: what was printed can be checked from what was printed."""
    from . import factors

    match statement.get("part"):
        case "occupation":
            return round(float(statement["affinity"]) * float(statement["certainty"]), 4)
        case "skills":
            return int(factors.skills(statement["held"], statement["asked"])) / FULL
        case "distance":
            return (
                int(factors.distance(round(statement["km"] * 1000), round(statement["radius_km"] * 1000)))
                / FULL
            )
        case "level":
            has = factors.rung(statement["level"], _or_unknown(statement["bac_plus"]))
            asked = factors.rung(statement["asked"], _or_unknown(statement["bac_plus_asked"]))
            return int(factors.level(has, asked)) / FULL
        case "availability":
            return int(factors.availability(statement["days_late"], 0)) / FULL
        case "wish":
            return float(statement["share"])
        case _:
            return None


def _or_unknown(years: int | None) -> int:
    return UNKNOWN if years is None else years
