"""Which rows an account may see: one builder a model, and a row out of it is as good as missing (Z2)."""

import uuid
from datetime import date

import pytest

from matching import clock
from matching.errors import NotFound
from matching.store import scope
from matching.store.campaign import Lot, Outreach, PotentialApproach, Tender
from matching.store.club import Club, ClubMembership, Cohort
from matching.store.intake import ImportBatch
from matching.store.matches import MatchProposal
from matching.store.organisations import Offer, Organisation
from matching.store.people import Agency, Person
from matching.store.placements import Placement
from matching.store.sessions import CollectiveSession, SessionSlot
from matching.store.upkeep import Job
from matching.vocabulary import (
    AgencyKind,
    ApproachState,
    BatchState,
    ImportKind,
    JobState,
    MembershipState,
    OutreachPurpose,
    OutreachState,
    Role,
    Source,
    TenderState,
)
from tests import build, joining
from tests.web import planned

#: builder -> what it selects
MODELS = {
    scope.people: Person, scope.proposals: MatchProposal, scope.placements: Placement, scope.offers: Offer,
    scope.organisations: Organisation, scope.batches: ImportBatch, scope.jobs: Job, scope.clubs: Club,
    scope.cohorts: Cohort, scope.memberships: ClubMembership, scope.club_people: Person, scope.prospects: Person,
    scope.slots: SessionSlot, scope.sessions: CollectiveSession, scope.outreaches: Outreach,
    scope.outreaches_to_note: Outreach, scope.approaches: PotentialApproach, scope.tenders: Tender, scope.lots: Lot,
}  # fmt: skip

#: Who sees of the campaign what: « own » the agency's, « club » what the account itself animates, « all » both
#: agencies', « nobody's » what no agency holds besides its own, « grants » the associations of both.
OF_THE_CLUB = {Role.ADVISOR: "own", Role.ANIMATOR: "club"}
OF_THE_AGENCY = {Role.ADVISOR: "own", Role.ANIMATOR: "own"}
CAMPAIGN = {
    "clubs": OF_THE_CLUB,
    "cohorts": OF_THE_CLUB,
    "memberships": OF_THE_CLUB,
    "club_people": {Role.ADVISOR: "people", Role.ANIMATOR: "club"},
    "prospects": {Role.ADVISOR: "people", Role.ANIMATOR: "people"},
    "slots": OF_THE_AGENCY,
    "sessions": OF_THE_AGENCY,
    "outreaches": {Role.ADVISOR: "all", Role.OFFICER: "grants"},
    "outreaches_to_note": {Role.ADVISOR: "to note", Role.OFFICER: "grants"},
    "approaches": {Role.ADVISOR: "own"},
    "tenders": {Role.ADVISOR: "own"},
    "lots": {Role.ADVISOR: "own"},
}


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
    for builder, model in MODELS.items():
        assert builder(me).column_descriptions[0]["entity"] is model


@pytest.fixture
def campaign(session, agencies):
    """builder's name -> what each word of `CAMPAIGN` stands for, as ids; and the account of the first club's animator.

    Of each agency: two clubs with a group and a member each, a slot, a session, a contract with its lot, an approach, and
    somebody in no club; of the register: an association and an employer of each agency, and of none.
    """
    animator = build.user(session, role=Role.ANIMATOR, agency_id=agencies[0].id)
    made = {name: {} for name in CAMPAIGN}

    def put(name, words, row):
        for word in words:
            made[name].setdefault(word, set()).add(row.id)

    for agency in agencies:
        own = ["own"] if agency is agencies[0] else []
        people = own and ["people"]
        for number in range(2):
            mine = [*own, "club"] if own and number == 0 else own
            club = joining.club(session, agency_id=agency.id, name=f"Club {agency.name} {number}",
                                animator=animator if "club" in mine else None)  # fmt: skip
            group = joining.cohort(session, club)
            person = build.person(session, agency_id=agency.id)
            member = build._add(
                session,
                ClubMembership(
                    person_id=person.id, club_id=club.id, cohort_id=group.id, state=MembershipState.INVITED,
                    invited_on=date(2013, 11, 4),
                ),
            )  # fmt: skip
            for name, row in (("clubs", club), ("cohorts", group), ("memberships", member)):
                put(name, mine, row)
            put("club_people", [*people, *(word for word in mine if word == "club")], person)
            put("prospects", people, person)
        free = build.person(session, agency_id=agency.id)
        for name in ("club_people", "prospects"):
            put(name, people, free)
        put("slots", own, planned.slot(session, agency=agency))
        put("sessions", own, planned.held(session, agency=agency))
        tender = build._add(
            session,
            Tender(
                agency_id=agency.id, buyer="Ville", object="Voirie", state=TenderState.KNOWN, known_on=date(2013, 11, 4)
            ),
        )  # fmt: skip
        put("tenders", own, tender)
        put(
            "lots", own, build._add(session, Lot(tender_id=tender.id, number=1, label="Lot", minutes_due=600))
        )
        approach = PotentialApproach(
            person_id=free.id, organisation_id=build.organisation(session).id, state=ApproachState.SUGGESTED,
            made_on=date(2013, 11, 4), reasons=[],
        )  # fmt: skip
        put("approaches", own, build._add(session, approach))
    for agency in (*agencies, None):
        for purpose in OutreachPurpose:
            row = build._add(
                session,
                Outreach(
                    organisation_id=build.organisation(session).id, purpose=purpose, year=2013,
                    state=OutreachState.LISTED, listed_on=date(2013, 11, 4), agency_id=agency.id if agency else None,
                ),
            )  # fmt: skip
            grant = ["grants"] if purpose is OutreachPurpose.AVENIR else []
            put("outreaches", ["all", *grant], row)
            put("outreaches_to_note", [*grant, *([] if agency is agencies[1] else ["to note"])], row)
    return made, animator


@pytest.mark.parametrize("role", Role)
def test_what_of_the_campaign_each_role_sees(session, agencies, campaign, role):
    """Every builder by every role, in an agency and, as a badly made account might be, in none."""
    made, animator = campaign
    me = actor(session, role, agencies[0], [scope.IMPORT, scope.SUPERVISE])
    if role is Role.ANIMATOR:
        me = scope.Actor.of(animator, agencies[0])
    lost = actor(session, role)
    for name, who in CAMPAIGN.items():
        builder = getattr(scope, name)
        assert ids(session, builder(me)) == made[name].get(who.get(role), set()), name
        if who.get(role) not in ("all", "grants", "to note"):
            assert ids(session, builder(lost)) == set(), name


def test_what_an_account_may_write_of_the_register_is_told_alike_by_row_and_by_query(
    session, agencies, campaign
):
    for role in Role:
        me = actor(session, role, agencies[0])
        rows = session.scalars(scope.outreaches(me)).all()
        assert {row.id for row in rows if scope.may_note(me, row)} == ids(
            session, scope.outreaches_to_note(me)
        )
