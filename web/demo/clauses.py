"""Social clauses of the demo: public contracts in each state, lots that are late, ahead, over; hours since the spring.

Buyers are made up, and say so. People of the caseload who are on a lot come from the file; others are known by the count
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from matching import clause_hours, clause_lots, clause_people, clauses
from matching.clause_hours import Cell
from matching.clause_lots import LotFacts
from matching.clause_people import PersonFacts
from matching.clauses import Facts, TenderAction
from matching.store.campaign import Lot, Tender
from matching.store.people import Agency, Person
from matching.store.scope import Actor

from .contracts import working

if TYPE_CHECKING:
    from .load import Stage

Line = dict[str, Any]
Make = Callable[..., Line]

TOWN, HOUSING, HOSPITAL, COUNTY = (
    "Communauté d’agglomération (fictive)",
    "Office de l’habitat de la Somme (fictif)",
    "Hôpital du Plateau (fictif)",
    "Département (fictif)",
)
HOLDERS = ("Bâti Plateau", "Peinture des Trois Vallées", "Espaces verts du Marais")
ETTI, GEIQ, AI = "Intérim Insertion 80", "GEIQ BTP Picardie", "Coup de main Nord"


def tell(line: Make, people: int, seed: int, today: date) -> Iterator[Line]:
    """The same whatever the number of people; who is on a lot is named by identifier where the file has enough."""

    def before(days: int) -> date:
        return working(today - timedelta(days=days))

    def known(reference: str, days: int, buyer: str, what: str, publishes: int | None, **more: Any) -> Line:
        return line(
            before(days), "importer", "tender", reference=reference, buyer=buyer, object=what,
            publishes=_iso(today - timedelta(days=publishes)) if publishes is not None else None, **more,
        )  # fmt: skip

    def step(reference: str, days: int, action: str, **more: Any) -> Line:
        return line(before(days), "advisor", "tender_step", reference=reference, step=action, **more)

    # Upstream: one to propose within days, one with time, one proposed; three refused.
    yield known("AMO-13-31", 20, TOWN, "Entretien des espaces publics du quartier nord", -9, cpv="77310000-6")
    yield known("OPH-13-12", 12, HOUSING, "Ravalement de deux résidences", -46, cpv="45443000-4")
    yield known("CHU-13-07", 40, HOSPITAL, "Nettoyage des locaux", -20, cpv="90910000-9")
    yield step("CHU-13-07", 12, "propose")
    for reference, buyer, what, reason, note in (
        ("DEP-13-03", COUNTY, "Fourniture de mobilier de bureau", "object", ""),
        ("AMO-13-19", TOWN, "Réparation d’une toiture d’école", "too_small", "Trois semaines de chantier."),
        ("CHU-13-02", HOSPITAL, "Maintenance des ascenseurs", "buyer_opposed", ""),
    ):
        yield known(reference, 150, buyer, what, 90)
        yield step(reference, 120, "propose")
        yield step(reference, 100, "refuse", reason=reason, note=note)
    # Downstream: a building site late on one lot, a green-spaces contract ahead, one without lots yet, one over.
    yield known(
        "OPH-13-01", 295, HOUSING, "Réhabilitation de 120 logements, quartier nord", 250, cpv="45210000-2"
    )
    yield step("OPH-13-01", 280, "propose")
    yield step("OPH-13-01", 260, "insert")
    yield from _lot(line, before, today, "OPH-13-01", 1, "Gros œuvre", HOLDERS[0], 215, 365, None, (700, 26_000),
                    [(0, 205, "etti", ETTI, "maçon", 50), (None, 200, "geiq", GEIQ, "coffreur", 45)])  # fmt: skip
    yield from _lot(line, before, today, "OPH-13-01", 2, "Peinture", HOLDERS[1], 180, 300, 2_400, None,
                    [(1, 170, "etti", ETTI, "peintre", 110), (2, 150, "direct", None, "peintre", 100),
                     (None, 160, "etti", ETTI, "peintre", 90)])  # fmt: skip
    yield known("AMO-13-05", 260, TOWN, "Espaces verts, secteur ouest", 230, cpv="77310000-6")
    yield step("AMO-13-05", 245, "insert")
    yield from _lot(line, before, today, "AMO-13-05", 1, "Tonte et plantations", HOLDERS[2], 225, 480, 1_607, None,
                    [(3, 220, "ai", AI, "jardinier", 60), (4, 210, "ai", AI, "jardinière", 55)])  # fmt: skip
    yield known("DEP-13-09", 60, COUNTY, "Travaux dans quatre collèges", 30)
    yield step("DEP-13-09", 35, "propose")
    yield step("DEP-13-09", 8, "insert")
    yield known("AMO-12-40", 290, TOWN, "Rénovation d’un gymnase", 270)
    yield step("AMO-12-40", 275, "insert")
    yield from _lot(line, before, today, "AMO-12-40", 1, "Sols et peinture", HOLDERS[1], 240, 150, 380, None,
                    [(None, 235, "geiq", GEIQ, "solier", 80)])  # fmt: skip
    yield step("AMO-12-40", 40, "finish")


def _lot(
    line: Make,
    before: Callable[[int], date],
    today: date,
    reference: str,
    number: int,
    label: str,
    holder: str,
    began: int,
    days: int,
    due: int | None,
    rule: tuple[int, int] | None,
    who: list[tuple[int | None, int, str, str | None, str, int]],
) -> Iterator[Line]:
    """A lot that began so many days ago for so many days, its people (rank in the file or None, began, mode, carrier,
    job, hours a month), the months that are over."""
    starts = before(began)
    ends = starts + timedelta(days=days - 1)
    yield line(
        before(began + 4), "importer", "clause_lot", reference=reference, number=number, label=label, holder=holder,
        due=due, rule=list(rule) if rule else None, starts=_iso(starts), ends=_iso(ends),
    )  # fmt: skip
    for place, (rank, days_ago, mode, carrier, job, hours) in enumerate(
        sorted(who, key=lambda each: -each[1])
    ):
        first, last = before(days_ago), min(ends, today)
        entered = {"reference": reference, "number": number, "place": place}
        yield line(
            first, "advisor", "clause_person", **entered, rank=rank, job=job, mode=mode, carrier=carrier,
            proof=_iso(before(days_ago + 6)), starts=_iso(first),
            ends=_iso(ends) if ends < today else None,
        )  # fmt: skip
        for index, month in enumerate(clause_hours.between(first.replace(day=1), last.replace(day=1))):
            noted = working((month + timedelta(days=31)).replace(day=1) + timedelta(days=4))
            if noted > today:
                break
            worked = hours * 60 + 30 * ((index * 7 + number) % 5)
            if index == 0:
                worked = worked * (31 - first.day) // 30 + 30
            yield line(
                noted, "advisor", "clause_hours", **entered, month=_iso(month), worked=worked,
                trained=420 if index == 1 and mode == "geiq" else 0,
            )  # fmt: skip


def _iso(day: date) -> str:
    return day.isoformat()


def _actor(stage: Stage, line: Line) -> Actor:
    user = stage.users[line["actor"]]
    return Actor.of(user, stage.session.get_one(Agency, user.agency_id))


def _known(stage: Stage, line: Line, day: date) -> None:
    facts = Facts(
        line["buyer"], line["object"], day, line["reference"], line.get("cpv"), _day(line["publishes"])
    )
    clauses.know(stage.session, _actor(stage, line), facts, on=day)


def _tender(stage: Stage, line: Line) -> Tender:
    found: Tender = stage.session.scalars(
        sa.select(Tender).where(Tender.reference == line["reference"])
    ).one()
    return found


def _step(stage: Stage, line: Line, day: date) -> None:
    clauses.change(
        stage.session,
        _tender(stage, line),
        TenderAction(line["step"]),
        **stage.who(line),
        on=day,
        reason_code=line.get("reason"),
        note=line.get("note", ""),
    )


def _add_lot(stage: Stage, line: Line, day: date) -> None:
    rule = line["rule"]
    facts = LotFacts(
        line["number"],
        line["label"],
        line["due"] * 60 if line["due"] is not None else None,
        rule[0] if rule else None,
        rule[1] * 60 if rule else None,
        holder=line["holder"],
        penalty_cents=3_000,
        starts_on=_day(line["starts"]),
        ends_on=_day(line["ends"]),
    )
    clause_lots.add(stage.session, _tender(stage, line), facts, party=stage.who(line)["party"])


def _lot_of(stage: Stage, line: Line) -> Lot:
    found: Lot = stage.session.scalars(
        sa.select(Lot).where(Lot.tender_id == _tender(stage, line).id, Lot.number == line["number"])
    ).one()
    return found


def _put(stage: Stage, line: Line, day: date) -> None:
    """Somebody of the caseload by their rank in it; where the file is too short, somebody not followed here."""
    lot, who = _lot_of(stage, line), stage.who(line)
    person = _ranked(stage, line, day)
    facts = PersonFacts(
        public="young_low_level" if line["rank"] is not None else "long_term",
        proof_on=date.fromisoformat(line["proof"]),
        mode=line["mode"],
        starts_on=date.fromisoformat(line["starts"]),
        person_id=person,
        under_26=None if person is not None else line["rank"] is not None,
        resident=None if person is not None else True,
        carrier=line["carrier"],
        job=line["job"],
        contract_kind={"etti": "CTT", "ai": "CDU", "geiq": "CPR", "direct": "CDD"}[line["mode"]],
        ends_on=_day(line["ends"]),
    )
    clause_people.add(stage.session, lot, facts, **who, version=lot.version)


def _ranked(stage: Stage, line: Line, day: date) -> int | None:
    if line["rank"] is None:
        return None
    agency = stage.users[line["actor"]].agency_id
    young = Person.birth_date > day.replace(year=day.year - clause_people.BELOW, day=1)
    query = sa.select(Person.id).where(Person.agency_id == agency, young).order_by(Person.id.desc())
    found: int | None = stage.session.scalar(query.offset(line["rank"]).limit(1))
    return found


def _hours(stage: Stage, line: Line, day: date) -> None:
    lot = _lot_of(stage, line)
    row = clause_hours.of_lot(stage.session, lot)[line["place"]]
    cells = {(row.id, date.fromisoformat(line["month"])): Cell(line["worked"], line["trained"])}
    clause_hours.enter(stage.session, lot, cells, **stage.who(line), on=day, version=lot.version)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


ACTS: dict[str, Callable[[Stage, Line, date], None]] = {
    "tender": _known,
    "tender_step": _step,
    "clause_lot": _add_lot,
    "clause_person": _put,
    "clause_hours": _hours,
}
