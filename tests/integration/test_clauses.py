"""Social clauses on a real base: the machine, lots, people with their proof, hours month by month, the buyer's year."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import clause_hours, clause_lots, clause_people, clause_queries, clause_year, clauses
from matching.clause_hours import Cell, Entered
from matching.clause_lots import LotFacts
from matching.clause_people import PersonFacts
from matching.clauses import Facts, TenderAction
from matching.errors import Duplicate, IllegalTransition, InvalidInput, NotAllowed, NotFound, StaleVersion
from matching.store.campaign import ClauseHours, ClausePerson, TenderEvent
from matching.store.people import Agency
from matching.store.scope import Actor
from matching.vocabulary import AgencyKind, Party, Role, TenderState
from tests import build, machines
from tests.counting import queries
from tests.integration.test_machines import Attempts

TODAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
GYM = Facts("Amiens Métropole", "Réhabilitation du gymnase", date(2013, 1, 7), publishes_on=date(2013, 3, 1))
LOT = LotFacts(1, "Gros œuvre", minutes_due=120_000, penalty_cents=3_000, starts_on=date(2013, 5, 1),
               ends_on=date(2014, 4, 30))  # fmt: skip
MASON = PersonFacts("young_low_level", date(2013, 4, 29), "etti", date(2013, 5, 6), carrier="Intérim Insertion 80",
                    under_26=True, resident=True, job="maçon", contract_kind="CTT")  # fmt: skip


class Scene:
    """An advisor of an agency and what they follow."""

    def __init__(self, session, name="Pôle emploi"):
        agency = build._add(session, Agency(name=name, kind=AgencyKind.POLE_EMPLOI))
        self.session, self.user, self.agency = session, build.user(session, agency_id=agency.id), agency
        self.actor = Actor(
            self.user.id, self.user.public_id, "Claire", Role.ADVISOR, agency_id=agency.id,
            agency_kind=AgencyKind.POLE_EMPLOI,
        )  # fmt: skip
        self.tender = self.lot = None

    def known(self, facts=GYM):
        self.tender = clauses.know(self.session, self.actor, facts, on=TODAY)
        return self

    def step(self, action, on=TODAY, **more):
        clauses.change(
            self.session, self.tender, TenderAction(action), actor_id=self.user.id, party=Party.ADVISOR, on=on, **more
        )  # fmt: skip
        return self

    def with_lot(self, facts=LOT):
        self.lot = clause_lots.add(self.session, self.tender, facts, party=Party.ADVISOR)
        return self

    def put(self, facts=MASON):
        return clause_people.add(
            self.session, self.lot, facts, actor_id=self.user.id, party=Party.ADVISOR, version=self.lot.version
        )  # fmt: skip

    def enter(self, cells, version=None, on=TODAY):
        return clause_hours.enter(
            self.session, self.lot, cells, actor_id=self.user.id, party=Party.ADVISOR, on=on,
            version=self.lot.version if version is None else version,
        )  # fmt: skip


@pytest.fixture
def scene(session):
    return Scene(session)


@pytest.fixture
def running(scene):
    return scene.known().step("insert", date(2013, 2, 20)).with_lot()


def refused(code, call, *args, fault=InvalidInput, **more):
    with pytest.raises(fault) as found:
        call(*args, **more)
    assert found.value.code == code
    return found.value


def test_the_table_is_the_one_of_the_page():
    assert machines.of_code(clauses.TRANSITIONS) == machines.read(machines.TENDER)


def test_every_step_of_a_public_contract_from_every_state_by_every_party(scene):
    scene.known()

    def prepare(state, action):
        scene.tender.refusal = "object" if state is TenderState.REFUSED else None

    def go(action, party):
        clauses.change(
            scene.session, scene.tender, action, actor_id=scene.user.id, party=party, on=date(2013, 2, 1),
            reason_code="too_small" if str(action) == "refuse" else None,
        )  # fmt: skip

    tried = Attempts(scene.session, scene.tender, clauses.TRANSITIONS, TenderState, TenderEvent)
    tried.run(go, prepare=prepare)
    assert {str(action) for action in clauses.TRANSITIONS} - tried.taken == {"know"}


def test_a_step_has_its_day_its_reason_and_its_version(scene):
    scene.known()
    refused("before-last-step", scene.step, "propose", date(2013, 1, 6))
    refused("tender-published", scene.step, "propose", date(2013, 3, 2))
    refused("tender-refusal-needed", scene.step, "refuse")
    refused("note-needed", scene.step, "refuse", reason_code="other")
    refused("stale-version", scene.step, "propose", fault=StaleVersion, version=99)
    scene.step("propose", date(2013, 3, 1)).step("refuse", reason_code="buyer_opposed", note="Marché urgent")
    assert (scene.tender.state, scene.tender.refusal) == (TenderState.REFUSED, "buyer_opposed")
    scene.step("reopen")
    assert (scene.tender.state, scene.tender.refusal, scene.tender.proposed_on) == (
        TenderState.KNOWN,
        None,
        None,
    )
    refused("tender-without-clause", scene.with_lot)
    events = scene.session.scalars(sa.select(TenderEvent).order_by(TenderEvent.id)).all()
    assert [event.action for event in events] == ["know", "propose", "refuse", "reopen"]
    assert clauses.reason_of(events[2]) == ("buyer_opposed", "Marché urgent")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"buyer": " "}, "tender-buyer-needed"),
        ({"object": ""}, "tender-object-needed"),
        ({"known_on": date(2013, 11, 5)}, "tender-known-later"),
        ({"ends_on": date(2013, 5, 1)}, "tender-start-needed"),
        ({"starts_on": date(2013, 5, 2), "ends_on": date(2013, 5, 1)}, "ends-before-it-starts"),
    ],
)
def test_a_contract_that_does_not_hold_is_refused(scene, changes, code):
    refused(code, scene.known, replace(GYM, **changes))
    scene.known()
    refused(
        code, clauses.edit, scene.session, scene.tender, replace(GYM, **changes), party=Party.ADVISOR,
        version=scene.tender.version, on=TODAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"minutes_due": None}, "lot-due-needed"),
        ({"minutes_due": -60}, "lot-due-needed"),
        ({"share_bp": 500}, "lot-rule-half"),
        ({"share_bp": 500, "labour_minutes": 60_000}, "lot-due-twice"),
        ({"minutes_due": None, "share_bp": 10_001, "labour_minutes": 60_000}, "lot-share"),
        ({"number": 0}, "lot-number"),
        ({"label": " "}, "lot-label-needed"),
        ({"penalty_cents": -1}, "lot-penalty"),
        ({"starts_on": None}, "lot-start-needed"),
        ({"ends_on": date(2013, 4, 30)}, "ends-before-it-starts"),
    ],
)
def test_a_lot_that_does_not_hold_is_refused(scene, changes, code):
    scene.known().step("insert")
    refused(code, scene.with_lot, replace(LOT, **changes))


def test_hours_due_come_from_the_rule_and_a_number_is_taken_once(running):
    assert running.lot.minutes_due == 120_000
    again = refused("lot-number-taken", running.with_lot, fault=Duplicate)
    assert again.facts == {"number": 1}
    ruled = replace(LOT, number=2, minutes_due=None, share_bp=725, labour_minutes=1_000_003)
    assert running.with_lot(ruled).lot.minutes_due == 72_500
    changed = clause_lots.edit(
        running.session, running.lot, replace(ruled, share_bp=800), party=Party.ADVISOR, version=running.lot.version
    )  # fmt: skip
    assert set(changed) == {"share_bp", "minutes_due"} and running.lot.minutes_due == 80_000
    refused(
        "lot-number-taken", clause_lots.edit, running.session, running.lot, replace(ruled, number=1), fault=Duplicate,
        party=Party.ADVISOR, version=running.lot.version,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"proof_on": date(2013, 5, 7)}, "proof-after-first-hour"),
        ({"carrier": None}, "clause-carrier-needed"),
        ({"starts_on": date(2013, 4, 30)}, "clause-person-before-lot"),
        ({"ends_on": date(2013, 5, 5)}, "ends-before-it-starts"),
        ({"exit": "lasting_job"}, "clause-exit-without-end"),
        ({"public": "riche"}, "bad-choice"),
        ({"mode": "pigeon"}, "bad-choice"),
        ({"contract_kind": "XXX"}, "bad-choice"),
        ({"ends_on": date(2013, 6, 1), "exit": "loin"}, "bad-choice"),
    ],
)
def test_somebody_is_put_on_a_lot_with_a_proof_before_the_first_hour(running, changes, code):
    if code == "clause-person-before-lot":
        changes = {**changes, "proof_on": changes["starts_on"]}
    refused(code, running.put, replace(MASON, **changes))
    assert running.session.scalar(sa.select(sa.func.count()).select_from(ClausePerson)) == 0


def test_of_a_person_of_the_base_age_and_quarter_are_read_on_the_first_day(running, session):
    """Unknown stays unknown, until somebody confirms the home: it counts from its own day."""
    zone = build.zone(session)

    def of(**changes):
        person = build.person(session, agency_id=running.agency.id, **changes)
        return person, running.put(replace(MASON, person_id=person.id, under_26=None, resident=None))

    _, unknown = of(birth_date=None)
    assert (unknown.under_26, unknown.resident) == (None, None)
    old, senior = of(birth_date=date(1987, 5, 6))
    assert senior.under_26 is False
    young, eve = of(birth_date=date(1987, 5, 7))
    assert (eve.under_26, eve.resident) == (True, None)
    build.home(session, young, zone, start=date(2013, 5, 6))
    build.home(session, old, None)
    running.enter({(eve.id, date(2013, 5, 1)): Cell(60)})
    assert (eve.resident, senior.resident, unknown.resident) == (True, False, None)
    refused("clause-person-exists", running.put, replace(MASON, person_id=young.id), fault=Duplicate)


def test_a_grid_is_entered_at_once_corrected_and_emptied(running):
    row, may, june = running.put(), date(2013, 5, 1), date(2013, 6, 1)
    seen = running.lot.version
    assert running.enter({(row.id, may): Cell(5_000, 420), (row.id, june): Cell(2_130)}) == Entered(2, 0, 0)
    refused("stale-version", running.enter, {(row.id, may): Cell(1)}, fault=StaleVersion, version=seen)
    assert running.enter({(row.id, may): Cell(5_000, 420)}) == Entered(0, 0, 0)
    assert running.enter({(row.id, may): Cell(4_800, 420), (row.id, june): Cell()}) == Entered(0, 1, 1)
    sheet = clause_queries.sheet(running.session, running.actor, running.lot.public_id, TODAY)
    done = sheet.totals.done
    assert (done.worked, done.young, done.others, done.unknown, done.trained) == (4_800, 4_800, 0, 0, 420)
    assert sheet.totals.missing == 115_200 and sheet.totals.penalty == 1_920 * 3_000
    refused(
        "clause-person-has-hours", clause_people.drop, running.session, running.lot, row, party=Party.ADVISOR,
        version=running.lot.version,
    )  # fmt: skip
    refused(
        "clause-hours-left-outside", clause_people.edit, running.session, running.lot, row,
        replace(MASON, starts_on=date(2013, 6, 3)), party=Party.ADVISOR, version=running.lot.version,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("month", "cell", "code"),
    [
        (date(2013, 4, 1), Cell(60), "clause-month-outside"),
        (date(2013, 10, 1), Cell(60), "clause-month-outside"),
        (date(2013, 12, 1), Cell(60), "clause-month-to-come"),
        (date(2013, 6, 1), Cell(-60), "clause-hours-negative"),
        (date(2013, 6, 1), Cell(18_001), "clause-hours-too-many"),
        (date(2013, 6, 1), Cell(0, 18_001), "clause-hours-too-many"),
        (date(2013, 6, 2), Cell(60), "clause-cell-unknown"),
    ],
)
def test_a_cell_that_does_not_hold_is_told_and_the_grid_is_not_written(running, month, cell, code):
    row = running.put(replace(MASON, ends_on=date(2013, 9, 30)))
    cells = {(row.id, date(2013, 7, 1)): Cell(60), (row.id, month): cell}
    assert {
        key: fault.code for key, fault in clause_hours.refused(running.session, [row], cells, TODAY).items()
    } == {(row.id, month): code}
    refused(code, running.enter, cells)
    assert running.session.scalar(sa.select(sa.func.count()).select_from(ClauseHours)) == 0


def test_hours_count_for_twenty_four_months_from_the_first_contract_wherever_it_was(scene, session):
    scene.known(replace(GYM, known_on=date(2010, 1, 4), publishes_on=None)).step("insert", date(2010, 6, 1))
    person = build.person(session, agency_id=scene.agency.id)
    long = replace(LOT, starts_on=date(2011, 1, 3), ends_on=date(2014, 12, 31))
    first = replace(MASON, person_id=person.id, proof_on=date(2011, 3, 1), starts_on=date(2011, 3, 15),
                    ends_on=date(2011, 6, 30))  # fmt: skip
    scene.with_lot(long).put(first)
    row = scene.with_lot(replace(long, number=2)).put(
        replace(first, starts_on=date(2012, 1, 2), ends_on=None)
    )
    assert scene.enter({(row.id, date(2013, 3, 1)): Cell(600)}).added == 1
    told = refused("clause-month-after-24", scene.enter, {(row.id, date(2013, 4, 1)): Cell(600)})
    assert told.facts == {"day": date(2011, 3, 15), "last": date(2013, 3, 14)}


def test_the_list_puts_upstream_first_then_what_is_late_and_asks_as_often_for_many(scene, session):
    near = scene.known(replace(GYM, publishes_on=date(2013, 11, 18))).tender
    far = scene.known(replace(GYM, publishes_on=date(2013, 11, 19))).tender
    bare = scene.known().step("insert").tender
    late = scene.known().step("insert").with_lot().tender
    fine = scene.known().step("insert").with_lot().tender
    row = scene.put()
    for month in range(5, 11):
        scene.enter({(row.id, date(2013, month, 1)): Cell(10_000)})
    lines = clause_queries.lines(session, scene.actor, TODAY)
    assert [line.tender.id for line in lines] == [near.id, far.id, bare.id, late.id, fine.id]
    assert [line.near for line in lines] == [True, False, False, False, False]
    assert [bool(line.late) for line in lines] == [False, False, False, True, False]
    assert [line.incomplete for line in lines] == [False, False, True, False, False]
    many = queries(session.connection(), lambda: clause_queries.lines(session, scene.actor, TODAY))
    assert many <= 4
    other = Scene(session, "Autre agence")
    assert clause_queries.lines(session, other.actor, TODAY) == []
    with pytest.raises(NotFound):
        clause_queries.told(session, other.actor, late.public_id, TODAY)
    with pytest.raises(NotFound):
        clause_queries.sheet(session, other.actor, scene.lot.public_id, TODAY)


def test_nobody_but_who_follows_clauses_writes_on_a_lot(running):
    row = running.put()
    common = {"party": Party.ANIMATOR, "version": running.lot.version}
    for call in (
        lambda: clause_lots.add(running.session, running.tender, LOT, party=Party.DELEGATE),
        lambda: clause_lots.edit(running.session, running.lot, LOT, **common),
        lambda: clause_people.add(running.session, running.lot, MASON, actor_id=None, **common),
        lambda: clause_hours.enter(running.session, running.lot, {}, actor_id=None, on=TODAY, **common),
    ):
        with pytest.raises(NotAllowed):
            call()
    running.step("finish")
    refused("tender-over", running.enter, {(row.id, date(2013, 6, 1)): Cell(60)})
    with pytest.raises(IllegalTransition):
        running.step("finish")


def test_the_year_of_a_buyer(scene, session):
    """Steps by their day, hours due by the part of the lot that falls into the year, a person once."""
    scene.known().step("propose", date(2013, 2, 1)).step("insert", date(2013, 2, 20)).with_lot()
    person = build.person(session, agency_id=scene.agency.id)
    here = replace(MASON, person_id=person.id)
    one, other = scene.put(here), scene.put(replace(MASON, resident=False))
    scene.enter({(one.id, date(2013, 5, 1)): Cell(3_000, 60), (other.id, date(2013, 5, 1)): Cell(1_000)})
    again = scene.with_lot(replace(LOT, number=2)).put(here)
    scene.enter({(again.id, date(2013, 6, 1)): Cell(500)})
    for reason in ("too_small", "too_small", "object"):
        scene.known(replace(GYM, buyer="AMIENS METROPOLE")).step(
            "refuse", date(2013, 6, 3), reason_code=reason
        )
    scene.step("reopen", date(2013, 6, 4))
    scene.known(replace(GYM, buyer="Office de l'habitat"))
    (metropole,) = clause_year.of_year(session, scene.actor, 2013, TODAY)
    assert metropole.acts == clause_year.Acts(1, 1, {"too_small": 2})
    assert (metropole.lots, metropole.people, metropole.late, metropole.undated) == (2, 2, 2, 0)
    days = (date(2013, 12, 31) - LOT.starts_on).days + 1
    assert metropole.due == 2 * (120_000 * days // 365)
    assert (metropole.done.worked, metropole.done.others, metropole.done.unknown) == (4_500, 1_000, 3_500)
    (after,) = clause_year.of_year(session, scene.actor, 2014, TODAY)
    assert after.due + metropole.due == 240_000 and after.done.worked == 0
    assert clause_year.of_year(session, scene.actor, 2012, TODAY) == []
    assert clause_year.acts(session, date(2013, 2, 1), date(2013, 2, 28)) == clause_year.Acts(1, 1, {})
    by_month = clause_year.hours(session, date(2013, 5, 1), date(2013, 6, 30))
    assert {month: each.worked for month, each in by_month.items()} == {
        date(2013, 5, 1): 4_000, date(2013, 6, 1): 500,
    }  # fmt: skip
    assert TODAY - timedelta(days=1) not in by_month
