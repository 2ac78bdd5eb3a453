"""The monthly report against a recount in plain Python."""

from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa

from matching.report_model import LEVELS
from matching.store.organisations import Zone
from matching.store.people import Diploma, Person, ResidenceSpell
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import (
    MilestoneState,
    PlacementState,
    ResidenceKind,
)
from tests.integration.months import NOVEMBER, OCTOBER, lines, many, monthly, positive, some_zones


@pytest.fixture
def zones(session):
    return some_zones(session)


def known_on(session, person_id, day):
    """Zone and level of a person that day, read row by row."""
    spells = session.scalars(sa.select(ResidenceSpell).where(ResidenceSpell.person_id == person_id)).all()
    by_id = {zone.id: zone for zone in session.scalars(sa.select(Zone))}
    zone = "unknown"
    for spell in spells:
        if spell.kind is ResidenceKind.DECLARED or spell.start_on > day or (spell.end_on or day) < day:
            continue
        if spell.zone_id is None:
            zone = "outside"
        elif by_id[spell.zone_id].valid_from <= day <= (by_id[spell.zone_id].valid_to or day):
            zone = by_id[spell.zone_id].local_id
    held = [
        each.level
        for each in session.scalars(sa.select(Diploma).where(Diploma.person_id == person_id))
        if each.obtained_on is None or each.obtained_on <= day
    ]
    none = session.get(Person, person_id).no_diploma_stated_on
    level = str(max(held)) if held else ("none" if none else "unknown")
    return zone, level


@pytest.mark.parametrize("month", [OCTOBER, NOVEMBER])
def test_signatures_are_those_of_a_recount(session, zones, month):
    many(session, zones, 120)
    made = monthly(session, month)
    rows = []
    for each in session.scalars(sa.select(Placement)):
        if each.signed_on and each.state is not PlacementState.ABANDONED:
            zone, level = known_on(session, each.person_id, each.signed_on)
            sex = {"Mme": "women", "M": "men"}.get(
                session.get(Person, each.person_id).civility or "", "unknown"
            )
            rows.append((str(each.signed_on)[:7], each.programme or "no-programme", zone, level, sex))
    assert len(rows) > 30
    for indicator, here in (
        (made["D1"], [row for row in rows if row[0] == str(month)]),
        (made["D1-year"], [row for row in rows if row[0] <= str(month)]),
    ):
        assert indicator.value == len(here)
        assert positive(lines(indicator, "programme")) == Counter(row[1] for row in here)
        assert positive(lines(indicator, "zone")) == Counter(row[2] for row in here)
        assert positive(lines(indicator, "level")) == Counter(row[3] for row in here)
        assert positive(lines(indicator, "programme", "zone")) == Counter((row[1], row[2]) for row in here)
        assert positive(lines(indicator, "programme", "level")) == Counter((row[1], row[3]) for row in here)
    months = Counter(row[0] for row in rows if row[0] <= str(month))
    assert positive(lines(made["D1-year"], "month")) == months

    avenir = [row for row in rows if row[0] <= str(month) and row[1] == "emplois-avenir"]
    zone_known = [row for row in avenir if row[2] != "unknown"]
    inside = [row for row in zone_known if row[2] in ("t-nord", "t-sud")]
    share = made["D3-year"]
    assert (share.numerator, share.denominator) == (len(inside), len(zone_known))
    assert share.value == pytest.approx(len(inside) / len(zone_known), abs=1e-4)
    assert share.unknown_share == pytest.approx(1 - len(zone_known) / len(avenir), abs=1e-4)
    low = [row for row in avenir if row[3] in LEVELS[:2]]
    assert (made["D4-year"].numerator, made["D4-year"].denominator) == (
        len(low),
        sum(row[3] != "unknown" for row in avenir),
    )
    year = [row for row in rows if row[0] <= str(month)]
    assert made["D6-year"].numerator == sum(row[4] == "women" for row in year)
    assert made["D6-year"].denominator == sum(row[4] != "unknown" for row in year)


def test_aid_is_that_of_a_recount(session, zones):
    many(session, zones, 120)
    made = monthly(session)
    found = {"E6-due": [], "E6-paid": [], "E6-next": []}
    for row, name in session.execute(
        sa.select(AidMilestone, Placement.programme).join(
            Placement, Placement.id == AidMilestone.placement_id
        )
    ):
        if not row.amount_cents:
            continue
        what = (name, row.placement_id, row.amount_cents)
        if str(row.due_on)[:7] == "2013-10" and row.state is not MilestoneState.CANCELLED:
            found["E6-due"].append(what)
        if row.paid_on and str(row.paid_on)[:7] == "2013-10":
            found["E6-paid"].append(what)
        paid = row.paid_on is not None and row.paid_on <= date(2013, 10, 31)
        lost = row.state in (MilestoneState.CANCELLED, MilestoneState.LAPSED)
        if date(2013, 11, 1) <= row.due_on <= date(2013, 12, 30) and not paid and not lost:
            found["E6-next"].append(what)
    for key, rows in found.items():
        assert rows, key
        assert made[key].value == len({placement for _, placement, _ in rows})
        assert made[key].also == {"payments": len(rows), "amount_cents": sum(cents for *_, cents in rows)}
        for line in made[key].by("programme").lines:
            own = [row for row in rows if row[0] == line.key[0]]
            assert line.value == len({row[1] for row in own})
            assert line.also == {"payments": len(own), "amount_cents": sum(row[2] for row in own)}
