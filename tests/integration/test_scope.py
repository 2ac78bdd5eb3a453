"""Which rows an account may see: one builder a model, and a row out of it is as good as missing (Z2)."""

import uuid

import pytest

from matching import clock
from matching.errors import NotFound
from matching.store import scope
from matching.store.intake import ImportBatch
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation
from matching.store.people import Agency, Person
from matching.store.placements import Placement
from matching.store.upkeep import Job
from matching.vocabulary import AgencyKind, BatchState, ImportKind, JobState, Role, Source
from tests import build

BUILDERS = (
    scope.people, scope.proposals, scope.placements, scope.offers, scope.organisations, scope.batches, scope.jobs,
)  # fmt: skip


@pytest.fixture
def agencies(session):
    return [build._add(session, Agency(name=name, kind=AgencyKind.POLE_EMPLOI)) for name in ("Nord", "Sud")]


@pytest.fixture
def world(session, agencies):
    """Of each agency: a person with a proposal and a placement, an import; offers are everybody's."""
    made = []
    for number, agency in enumerate(agencies):
        person = build.person(session, agency_id=agency.id)
        row = build.proposal(session, person=person)
        held = build.placement(session, person_id=person.id)
        batch = build._add(
            session,
            ImportBatch(
                agency_id=agency.id, kind=ImportKind.YOUNG_PEOPLE, source=Source.OTHER, file_name="f.csv",
                sha256=str(number) * 64, state=BatchState.APPLIED, counts={}, applied_on=row.proposed_on,
                applied_at=clock.now(), received_at=clock.now(),
            ),
        )  # fmt: skip
        made.append((person, row, held, batch))
    return made


def actor(session, role, agency=None, permissions=(), organisation_id=None):
    user = build.user(session, role=role, agency_id=agency.id if agency else None)
    return scope.Actor(
        user.id, user.public_id, user.name, role, frozenset(permissions),
        agency.id if agency else None, agency.name if agency else None, organisation_id,
    )  # fmt: skip


def ids(session, query):
    return {row.id for row in session.scalars(query)}


def test_an_advisor_sees_the_people_of_the_agency_and_what_became_of_them(session, agencies, world):
    me = actor(session, Role.ADVISOR, agencies[0])
    (person, row, held, _), other = world
    assert ids(session, scope.people(me)) == {person.id}
    assert ids(session, scope.proposals(me)) == {row.id}
    assert ids(session, scope.placements(me)) == {held.id}
    assert ids(session, scope.offers(me)) >= {row.offer_id, other[1].offer_id}
    assert ids(session, scope.batches(me)) == set()


def test_imports_are_seen_by_who_may_import_in_the_agency_and_by_the_administrator(session, agencies, world):
    importer = actor(session, Role.ADVISOR, agencies[0], [scope.IMPORT])
    admin = actor(session, Role.ADMIN)
    assert ids(session, scope.batches(importer)) == {world[0][3].id}
    assert ids(session, scope.batches(admin)) >= {world[0][3].id, world[1][3].id}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICER, Role.ANIMATOR, Role.EMPLOYER])
def test_nobody_else_sees_a_person(session, agencies, world, role):
    them = actor(session, role, agencies[0], [scope.IMPORT, scope.SUPERVISE])
    for builder in (scope.people, scope.proposals, scope.placements):
        assert ids(session, builder(them)) == set()


def test_an_advisor_without_agency_sees_nobody(session, world):
    me = actor(session, Role.ADVISOR)
    build.person(session, agency_id=None)
    assert ids(session, scope.people(me)) == set()


def test_an_organisation_sees_itself_and_its_offers(session):
    mine, other = build.offer(session), build.offer(session)
    them = actor(session, Role.EMPLOYER, organisation_id=mine.organisation_id)
    assert ids(session, scope.offers(them)) == {mine.id}
    assert ids(session, scope.organisations(them)) == {mine.organisation_id}
    assert other.organisation_id != mine.organisation_id


def test_long_work_is_seen_by_who_asked_for_it(session, agencies):
    me, admin = actor(session, Role.ADVISOR, agencies[0]), actor(session, Role.ADMIN)
    mine, other = (
        build._add(
            session,
            Job(
                kind="match",
                arguments={},
                state=JobState.DONE,
                submitted_by_id=owner,
                submitted_at=clock.now(),
            ),
        )
        for owner in (me.id, admin.id)
    )
    assert ids(session, scope.jobs(me)) == {mine.id}
    assert ids(session, scope.jobs(admin)) >= {mine.id, other.id}


def test_out_of_scope_and_missing_are_told_alike(session, agencies, world):
    me = actor(session, Role.ADVISOR, agencies[0])
    faults = []
    for ref in (world[1][0].public_id, uuid.uuid4()):
        with pytest.raises(NotFound) as fault:
            scope.one(session, scope.people(me), Person.public_id == ref)
        faults.append((fault.value.code, fault.value.facts))
    assert faults[0] == faults[1]
    assert scope.one(session, scope.people(me), Person.public_id == world[0][0].public_id) is world[0][0]


def test_each_builder_selects_its_model():
    me = scope.Actor(1, uuid.uuid4(), "", Role.ADVISOR, frozenset(), 1)
    models = (Person, MatchProposal, Placement, Offer, Organisation, ImportBatch, Job)
    for builder, model in zip(BUILDERS, models, strict=True):
        assert builder(me).column_descriptions[0]["entity"] is model
