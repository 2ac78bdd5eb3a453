"""Aided contracts on a real base: registered by hand or hired through a proposal, agreements, renewals, their rows."""

from calendar import monthrange
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import floor

import pytest
import sqlalchemy as sa

from matching import agreement_queries, agreements, milestones, placement_register, placements
from matching.agreements import Terms
from matching.errors import Duplicate, InvalidInput, NotAllowed
from matching.placement_register import Contract
from matching.placements import Details, PlacementAction
from matching.store.follow_up import AidAgreement, Suspension
from matching.store.people import Agency, EmploymentSpell, StatedFact
from matching.store.placements import AidMilestone, Placement, PlacementEvent
from matching.store.scope import Actor
from matching.vocabulary import AgencyKind, MilestoneState, Party, PlacementState, Role, Sector
from tests import build, hires
from tests.hires import BOOK

DAY = timedelta(days=1)
AT = datetime(2013, 11, 4, 9, tzinfo=UTC)
TODAY = date(2013, 11, 4)
SMIC = {
    date(2012, 7, 1): "9.40",
    date(2013, 1, 1): "9.43",
    date(2014, 1, 1): "9.53",
    date(2015, 1, 1): "9.61",
}
CAE = Contract(
    "cui-cae", "CDD", 12, 20.0, date(2013, 2, 11), date(2013, 2, 18), tutor="M. Petit", diagnosed=True
)
FIRST = Terms(
    "080 13 01 00042", date(2013, 2, 8), date(2013, 2, 18), date(2013, 8, 17), 20.0, 7000,
    "Arrêté du préfet de Picardie du 1er février 2013",
)  # fmt: skip
SECOND = replace(
    FIRST, reference="080 13 01 00043", decided_on=date(2013, 8, 5), starts_on=date(2013, 8, 18),
    ends_on=date(2014, 2, 17),
)  # fmt: skip


@pytest.fixture
def agency(session):
    return build._add(session, Agency(name="Pôle emploi", kind=AgencyKind.POLE_EMPLOI))


class Scene:
    """An advisor, somebody out of work, and what is done with their contract."""

    def __init__(self, session, agency, **person):
        self.session, self.user = session, build.user(session)
        self.person = build.person(session, agency_id=agency.id, **person)
        self.employer = build.organisation(session, sector=Sector.NON_PROFIT)
        self.actor = Actor(
            self.user.id, self.user.public_id, "Claire", Role.ADVISOR, agency_id=agency.id,
            agency_kind=AgencyKind.POLE_EMPLOI,
        )  # fmt: skip
        self.placement = None

    def register(self, contract=CAE, first=FIRST, on=TODAY, party=Party.ADVISOR):
        self.placement = placement_register.register(
            self.session, self.person, self.employer, contract, first, actor_id=self.user.id, party=party, on=on,
            at=AT, book=BOOK,
        )  # fmt: skip
        return self

    def add(self, terms, number, on=TODAY, party=Party.ADVISOR):
        return agreements.add(
            self.session, self.placement, terms, number=number, actor_id=self.user.id, party=party, on=on, book=BOOK
        )  # fmt: skip

    def review(self, number, held_on, on=TODAY):
        return agreements.note_review(
            self.session, self.placement, number, held_on=held_on, actor_id=self.user.id, party=Party.ADVISOR, on=on,
            book=BOOK,
        )  # fmt: skip

    def renewed(self, second=SECOND, on=TODAY):
        self.review(1, date(2013, 7, 1), on=on)
        self.add(second, 2, on=on)
        return self

    def step(self, action, on, **details):
        placements.change(
            self.session, self.placement, PlacementAction(action), actor_id=self.user.id, party=Party.ADVISOR, on=on,
            at=AT, book=BOOK, details=Details(**details),
        )  # fmt: skip

    def rows(self, kind="monthly"):
        return [row for row in milestones.of(self.session, self.placement.id) if row.kind == kind]


@pytest.fixture
def scene(session, agency):
    return Scene(session, agency)


def recount(spans, hours, rate_bp):
    """Cents by agreement and month, each day being its share of the month's sum."""
    amounts = []
    for first, last in spans:
        months = {}
        day = first
        while day <= last:
            months[day.year, day.month] = months.get((day.year, day.month), 0) + 1
            day += DAY
        for (year, month), days in months.items():
            wage = Fraction(next(SMIC[d] for d in sorted(SMIC, reverse=True) if d <= date(year, month, 1)))
            whole = wage * Fraction(hours) * Fraction(52, 12) * Fraction(rate_bp, 10000)
            amounts.append(floor(whole * days / monthrange(year, month)[1] * 100 + Fraction(1, 2)))
    return amounts


def test_a_contract_without_proposal_enters_signed_and_goes_on_like_any_other(scene):
    made = scene.register().placement
    assert (made.state, made.proposal_id, made.offer_id) == (PlacementState.STARTED, None, None)
    assert (made.planned_end_on, made.aid_number) == (date(2014, 2, 17), "080 13 01 00042")
    assert made.snapshot["verdict"] == "eligible" and made.snapshot["on"] == "2013-02-08"
    events = scene.session.scalars(sa.select(PlacementEvent).order_by(PlacementEvent.id)).all()
    assert [(each.action, each.done_on) for each in events] == [
        ("register", date(2013, 2, 11)), ("agreement_first", date(2013, 2, 8)), ("start", date(2013, 2, 18)),
    ]  # fmt: skip
    spell = scene.session.scalars(sa.select(EmploymentSpell)).one()
    assert (spell.start_on, spell.end_on) == (date(2013, 2, 18), None)
    stated = scene.session.scalars(sa.select(StatedFact)).one()
    assert (stated.fact, stated.value, stated.stated_on) == ("prescriber_diagnosis", True, date(2013, 2, 8))
    scene.step("run", TODAY)
    scene.step("complete", date(2014, 2, 17), situation="unemployed")
    assert made.state is PlacementState.COMPLETED


def test_the_rows_of_the_aid_are_those_of_another_count(scene):
    scene.register().renewed()
    spans = [(FIRST.starts_on, FIRST.ends_on), (SECOND.starts_on, SECOND.ends_on)]
    assert [row.amount_cents for row in scene.rows()] == recount(spans, 20, 7000)
    assert [row.number for row in scene.rows()] == list(range(1, 15))
    assert sum(row.due_on == date(2013, 8, 17) for row in scene.rows()) == 1
    assert [
        (row.number, row.due_on, row.window_closes_on, row.state) for row in scene.rows("agreement-review")
    ] == [
        (1, date(2013, 6, 17), date(2013, 8, 17), MilestoneState.DOCUMENT_RECEIVED),
        (2, date(2013, 12, 17), date(2014, 2, 17), MilestoneState.UPCOMING),
    ]
    assert [(row.number, row.state) for row in scene.rows("renewal")] == [
        (1, MilestoneState.DOCUMENT_RECEIVED), (2, MilestoneState.UPCOMING),
    ]  # fmt: skip
    assert [(row.due_on, row.amount_cents) for row in scene.rows("certificate")] == [(date(2014, 1, 17), 0)]


def test_a_hire_through_a_proposal_has_agreements_too(session, agency):
    scene = Scene(session, agency)
    session.add(
        StatedFact(person_id=scene.person.id, fact="prescriber_diagnosis", value=True, stated_on=TODAY)
    )
    asked = date(2013, 10, 18)
    steps = [
        placements.Planned(PlacementAction.PROMISE, date(2013, 10, 16)),
        placements.Planned(
            PlacementAction.REQUEST_AID, asked, Details(conditions={"contributions_paid": asked})
        ),
        placements.Planned(PlacementAction.GRANT, date(2013, 10, 28), Details(number="80-7")),
        placements.Planned(PlacementAction.SIGN, TODAY, Details(starts_on=date(2013, 11, 18))),
    ]
    offer = build.offer(session, scheme="cui_cae", months=12, weekly_hours=26.0)
    proposal = hires.selected(session, agency=agency, who=scene.person, offer=offer)
    scene.placement = placements.open_with(
        session,
        proposal,
        steps,
        programme="cui-cae",
        actor_id=scene.user.id,
        party=Party.ADVISOR,
        at=AT,
        book=BOOK,
    )
    assert scene.rows() == []
    terms = replace(FIRST, starts_on=date(2013, 11, 18), ends_on=date(2014, 11, 17), weekly_hours=26.0)
    scene.add(terms, 1)
    assert [row.amount_cents for row in scene.rows()] == recount([(terms.starts_on, terms.ends_on)], 26, 7000)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reference": " "}, "agreement-number-needed"),
        ({"rate_source": ""}, "agreement-source-needed"),
        ({"decided_on": date(2013, 11, 5)}, "agreement-decided-later"),
        ({"ends_on": date(2013, 8, 17)}, "ends-before-it-starts"),
        ({"starts_on": date(2013, 8, 17)}, "agreement-overlaps"),
        ({"decided_on": date(2013, 2, 7)}, "agreement-decided-early"),
        ({"decided_on": date(2013, 6, 30)}, "agreement-review-needed"),  # the bilan came on 1 July
        ({"ends_on": date(2014, 2, 18)}, "agreement-after-contract"),
        ({"weekly_hours": 21.0}, "agreement-hours-over-contract"),
        ({"weekly_hours": 19.5}, "agreement-hours"),
        ({"rate_bp": 9501}, "agreement-rate"),
        ({"rate_bp": 0}, "agreement-rate"),
        ({"ends_on": date(2014, 2, 16)}, "agreement-length"),
        ({"contract_ends_on": date(2014, 2, 16)}, "contract-shortened"),
        ({"contract_ends_on": date(2015, 2, 18), "ends_on": date(2014, 6, 17)}, "contract-too-long"),
    ],
)
def test_a_renewal_that_does_not_hold_is_refused_and_writes_nothing(scene, changes, code):
    scene.register()
    scene.review(1, date(2013, 7, 1))
    before = len(milestones.of(scene.session, scene.placement.id))
    with pytest.raises(InvalidInput) as refused:
        scene.add(replace(SECOND, **changes), 2)
    assert refused.value.code == code
    assert len(agreements.of(scene.session, scene.placement.id)) == 1
    assert len(milestones.of(scene.session, scene.placement.id)) == before


def test_no_renewal_without_a_bilan(scene):
    scene.register()
    with pytest.raises(InvalidInput, match="agreement-review-needed"):
        scene.add(SECOND, 2)
    for day, code in (
        (date(2013, 2, 17), "agreement-review-early"),
        (date(2013, 11, 5), "agreement-review-later"),
    ):
        with pytest.raises(InvalidInput, match=code):
            scene.review(1, day)
    scene.review(1, date(2013, 7, 1))
    with pytest.raises(Duplicate, match="agreement-review-noted"):
        scene.review(1, date(2013, 7, 2))


def test_the_same_agreement_twice_is_one(scene):
    scene.register().renewed()
    with pytest.raises(Duplicate, match="agreement-exists"):
        scene.add(SECOND, 2)
    with pytest.raises(NotAllowed):
        scene.add(SECOND, 3, party=Party.EMPLOYER)
    assert len(scene.session.scalars(sa.select(AidAgreement)).all()) == 2


def test_a_renewal_may_extend_the_fixed_term_to_its_maximum(scene):
    """24 months; the certificate waits for the new end."""
    scene.register()
    scene.review(1, date(2013, 7, 1))
    scene.add(replace(SECOND, ends_on=date(2014, 8, 17), contract_ends_on=date(2015, 2, 17)), 2)
    assert (scene.placement.planned_end_on, scene.placement.months) == (date(2015, 2, 17), 24)
    assert [row.due_on for row in scene.rows("certificate")] == [date(2015, 1, 17)]
    scene.review(2, date(2014, 6, 20), on=date(2014, 7, 1))
    third = replace(
        SECOND,
        decided_on=date(2014, 7, 1),
        starts_on=date(2014, 8, 18),
        ends_on=date(2015, 2, 17),
        reference="3",
    )
    scene.add(third, 3, on=date(2014, 7, 1))
    assert [row.number for row in scene.rows("renewal")] == [1, 2]  # 24 months: nothing to renew any more


@pytest.mark.parametrize(("born", "goes"), [(date(1993, 5, 14), False), (date(1962, 5, 14), True)])
def test_seniors_go_on_beyond_two_years(session, agency, born, goes):
    scene = Scene(session, agency, birth_date=born)
    on = date(2015, 2, 20)
    scene.register(replace(CAE, kind="CDI", months=None), replace(FIRST, ends_on=date(2014, 2, 17)), on=on)
    scene.review(1, date(2014, 1, 6), on=on)
    scene.add(
        replace(SECOND, decided_on=date(2014, 2, 3), starts_on=date(2014, 2, 18), ends_on=date(2015, 2, 17)),
        2,
        on=on,
    )
    scene.review(2, date(2015, 1, 6), on=on)
    third = replace(
        SECOND,
        decided_on=date(2015, 2, 3),
        starts_on=date(2015, 2, 18),
        ends_on=date(2015, 8, 17),
        reference="3",
    )
    if goes:
        scene.add(third, 3, on=on)
        return
    with pytest.raises(InvalidInput, match="agreement-too-long"):
        scene.add(third, 3, on=on)


@pytest.mark.parametrize(
    ("contract", "first", "code"),
    [
        ({"programme": "emplois-avenir"}, {}, "agreement-not-of-programme"),
        ({"months": None}, {}, "months-needed"),
        ({"signed_on": date(2013, 11, 5), "starts_on": date(2013, 11, 6)}, {}, "contract-signed-later"),
        ({"starts_on": date(2013, 2, 10)}, {}, "contract-starts-before-signature"),
        ({"months": 5}, {}, "contract-not-legal"),
        ({"weekly_hours": 19.0}, {}, "contract-not-legal"),
        ({"programme": "pec"}, {}, "agreement-not-in-force"),
        ({"programme": "cui-cie"}, {}, "right-not-proven"),  # an association
        ({"diagnosed": False}, {}, "right-not-proven"),
        ({}, {"rate_bp": 9600}, "agreement-rate"),
    ],
)
def test_a_contract_that_does_not_hold_is_not_registered(scene, contract, first, code):
    with pytest.raises(InvalidInput) as refused, scene.session.begin_nested():
        scene.register(replace(CAE, **contract), replace(FIRST, **first))
    assert refused.value.code == code
    assert scene.session.scalars(sa.select(Placement)).all() == []


def test_one_contract_at_a_time_and_not_by_an_employer(scene):
    with pytest.raises(NotAllowed):
        scene.register(party=Party.EMPLOYER)
    scene.register()
    with pytest.raises(Duplicate, match="person-engaged"), scene.session.begin_nested():
        scene.register(replace(CAE, signed_on=TODAY, starts_on=TODAY), FIRST)


def test_what_is_not_known_of_the_day_does_not_undo_the_decision(session, agency):
    """Nobody has said where the person stood that day: the answer is kept as it is, open."""
    scene = Scene(session, agency, situation=None).register()
    assert scene.placement.snapshot["verdict"] == "unknown"
    assert scene.placement.snapshot["missing_facts"] == ["employment"]


def test_an_early_end_cancels_what_comes_and_leaves_its_days_owed(scene):
    scene.register().renewed()
    scene.step("run", TODAY)
    scene.step("exit", date(2013, 12, 20), reason="better_job", situation="lasting_job")
    states = {row.due_on: (row.state, row.amount_cents) for row in scene.rows()}
    assert states[date(2013, 12, 20)] == (
        MilestoneState.UPCOMING, recount([(date(2013, 12, 1), date(2013, 12, 20))], 20, 7000)[0],
    )  # fmt: skip
    assert {states[day][0] for day in states if day > date(2013, 12, 20)} == {MilestoneState.CANCELLED}
    called = [*scene.rows("agreement-review"), *scene.rows("renewal"), *scene.rows("certificate")]
    assert {row.state for row in called if row.due_on > TODAY} == {MilestoneState.CANCELLED}
    with pytest.raises(InvalidInput, match="agreement-no-contract"):
        scene.add(replace(SECOND, starts_on=date(2014, 2, 18), ends_on=date(2014, 8, 17)), 3)


def test_months_suspended_whole_are_not_owed(scene):
    scene.register().renewed()
    scene.step("run", TODAY)
    scene.step("suspend", date(2013, 11, 25), reason="arrêt de travail")
    scene.step("resume", date(2014, 1, 6))
    paused = [row.due_on for row in scene.rows() if row.state is MilestoneState.CANCELLED]
    assert paused == [date(2013, 12, 31)]
    assert len(scene.session.scalars(sa.select(Suspension)).all()) == 1


def test_what_is_due_is_read_at_once(scene):
    scene.register()
    due = agreement_queries.due(scene.session, scene.actor, date(2013, 6, 30), on=date(2013, 6, 1))
    assert [(each.kind, each.number, each.due_on, each.closes_on) for each in due] == [
        ("agreement-review", 1, date(2013, 6, 17), date(2013, 8, 17)),
        ("renewal", 1, date(2013, 6, 17), date(2013, 8, 17)),
    ]
    assert due[0].placement_id == scene.placement.public_id and due[0].organisation == scene.employer.name
    assert agreement_queries.due(scene.session, scene.actor, date(2013, 6, 16), on=date(2013, 6, 1)) == []
    elsewhere = replace(scene.actor, agency_id=scene.actor.agency_id + 1000)
    assert agreement_queries.due(scene.session, elsewhere, date(2013, 6, 30), on=date(2013, 6, 1)) == []
    scene.review(1, date(2013, 6, 20))
    assert [
        each.kind
        for each in agreement_queries.due(scene.session, scene.actor, date(2013, 6, 30), on=date(2013, 6, 1))
    ] == ["renewal"]
    # Past its end, an agreement calls for nothing any more.
    assert agreement_queries.due(scene.session, scene.actor, TODAY, on=TODAY) == []


def test_the_state_of_an_agreement_is_read_for_many_contracts_at_once(scene):
    scene.register().renewed()
    rows = scene.session.execute(agreement_queries.listed(scene.actor, BOOK)).all()
    assert [(row.number, row.ends_on, row.rate_bp, row.count) for row in rows] == [
        (2, date(2014, 2, 17), 7000, 2)
    ]
    assert rows[0].next_day == date(2014, 2, 17)
    assert scene.session.scalar(sa.select(sa.func.count()).select_from(AidMilestone)) == len(
        milestones.of(scene.session, scene.placement.id)
    )
