"""A month of hires and its report."""

import random
from datetime import date, timedelta

from matching import report
from matching.eligibility import programme
from matching.report_model import Month
from matching.store.organisations import Zone
from matching.store.people import Diploma, ResidenceSpell
from matching.store.placements import AidMilestone, Placement
from matching.vocabulary import (
    MilestoneState,
    PlacementState,
    ResidenceKind,
    ResidenceMethod,
    ZoneKind,
)
from tests import build

BOOK = programme.load()
OCTOBER, NOVEMBER = Month(2013, 10), Month(2013, 11)
LATER = date(2014, 1, 6)
#: Hides nothing: figures can be compared with a recount.
OPEN = 1


def monthly(session, month=OCTOBER, on=LATER, edition=OPEN):
    return report.monthly(session, month, on=on, book=BOOK, edition=edition)


def lines(indicator, *by):
    return {line.key if len(by) > 1 else line.key[0]: line.value for line in indicator.by(*by).lines}


def positive(counts):
    return {key: value for key, value in counts.items() if value}


def some_zones(session):
    made = [
        Zone(
            local_id=f"t-{name}", kind=kind, name=name, insee_codes=["80021"], valid_from=first, valid_to=last
        )
        for name, kind, first, last in (
            ("nord", ZoneKind.ZUS, date(1997, 1, 1), date(2014, 12, 31)),
            ("sud", ZoneKind.ZUS, date(1997, 1, 1), date(2014, 12, 31)),
            ("campagne", ZoneKind.ZRR, date(1997, 1, 1), None),
            ("futur", ZoneKind.QPV, date(2015, 1, 1), None),
        )
    ]
    session.add_all(made)
    session.flush()
    return made


def home(session, person, zone, start=date(2010, 1, 1), end=None, kind=ResidenceKind.CONFIRMED):
    session.add(
        ResidenceSpell(
            person_id=person.id, kind=kind, zone_id=zone.id if zone else None, start_on=start, end_on=end,
            source="autre", method=ResidenceMethod.PROOF,
        )
    )  # fmt: skip


def many(session, zones, count, seed=7):
    """Contracts of all kinds, signed from August to December, with their aid."""
    draw = random.Random(seed)
    for _ in range(count):
        who = build.person(
            session,
            civility=draw.choice(["M", "Mme", None]),
            no_diploma_stated_on=draw.choice([None, date(2013, 1, 7)]),
        )
        for _ in range(draw.randrange(3)):
            level, obtained = draw.randint(3, 8), draw.choice([None, date(2012, 7, 1), date(2013, 12, 20)])
            session.add(
                Diploma(person_id=who.id, level=level, obtained_on=obtained, source=f"s{draw.random()}")
            )
        if draw.random() < 0.8:
            kind = draw.choice([ResidenceKind.CONFIRMED, ResidenceKind.CONFIRMED, ResidenceKind.DECLARED])
            end = draw.choice([None, None, date(2013, 10, 10)])
            home(session, who, draw.choice([*zones, None]), end=end, kind=kind)
        signed = date(2013, 8, 1) + timedelta(days=draw.randrange(150))
        placement = Placement(
            person_id=who.id,
            organisation_id=draw.choice(list(employers(session))),
            programme=draw.choice(["emplois-avenir", "emplois-avenir", "emplois-francs-2013", None]),
            contract_kind="CDI", state=draw.choice([PlacementState.RUNNING] * 4 + [PlacementState.ABANDONED]),
            proposed_on=date(2013, 8, 1), signed_on=draw.choice([signed] * 5 + [None]), snapshot={},
        )  # fmt: skip
        session.add(placement)
        session.flush()
        if placement.programme:
            for number in range(draw.randrange(4)):
                due = signed + timedelta(days=30 * number)
                state = draw.choice(
                    [
                        MilestoneState.UPCOMING,
                        MilestoneState.PAID,
                        MilestoneState.CANCELLED,
                        MilestoneState.LAPSED,
                    ]
                )
                session.add(
                    AidMilestone(
                        placement_id=placement.id, kind="monthly", number=number, due_on=due, state=state,
                        amount_cents=draw.choice([0, 107_300]),
                        paid_on=due + timedelta(days=12) if state is MilestoneState.PAID else None,
                    )
                )  # fmt: skip
    session.flush()


_EMPLOYERS = {}


def employers(session):
    key = id(session)
    if key not in _EMPLOYERS:
        _EMPLOYERS.clear()
        _EMPLOYERS[key] = [build.organisation(session).id for _ in range(3)]
    return _EMPLOYERS[key]
