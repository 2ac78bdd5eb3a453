"""A person on screen: homes, what happened, what counts towards the cap."""

from datetime import UTC, date, datetime

import pytest

from matching import person_edits, person_facts, person_history, person_homes, person_sheet
from matching.person_edits import (
    Born,
)
from matching.store import scope
from matching.store.intake import ImportBatch, ImportRow
from matching.store.organisations import ZoneStreet
from matching.store.people import ResidenceSpell
from matching.vocabulary import (
    BatchState,
    ImportKind,
    ResidenceKind,
    ResidenceMethod,
    Role,
    RowOutcome,
    Source,
)
from tests import build
from tests.integration.editing import DAY, NOW, say
from tests.web.doors import an_agency


@pytest.fixture
def user(session):
    return build.user(session, role=Role.ADVISOR, agency_id=an_agency(session, "Agence du test").id)


@pytest.fixture
def person(session, user):
    """Nothing is known of this person but a name."""
    return build.person(
        session, birth_date=None, no_diploma_stated_on=None, situation=None, agency_id=user.agency_id
    )


def declared(session, person):
    return person_homes.declared(session, person, person_homes.choices(session, DAY), DAY)


# --- homes


def test_a_street_list_says_the_zone_of_a_side_and_of_numbers(session, person):
    zone = build.zone(session)
    session.add(
        ZoneStreet(
            zone_id=zone.id, insee_code="80021", street="Rue du Test", street_key="rue du test", side="even",
            first_number=2, last_number=40,
        )
    )  # fmt: skip
    session.flush()
    for address, inside in (
        ("12 rue du Test", True),
        ("12 bis, rue du Test", True),
        ("13 rue du Test", False),
        ("42 rue du Test", False),
        ("Rue du Test", False),
        ("12 rue du Test prolongée", False),
    ):
        person.address = address
        guess = declared(session, person).guess
        assert (guess is not None and guess.zone is zone) is inside, address
    person.address = "12 RUE DU TEST"
    assert declared(session, person).guess.method is ResidenceMethod.STREET_LIST


def test_a_declared_quarter_says_the_zone_of_that_name_or_outside(session, person):
    zone = build.zone(session)
    build.zone(session, local_id="past-test", valid_from=date(1990, 1, 1), valid_to=date(1996, 12, 31))
    person.address = None
    for quarter, expected in (("test", zone), ("hors_zone", None), ("zus-test", zone)):
        person.declared_quarter = quarter
        assert declared(session, person).guess.zone is expected
    person.declared_quarter = "ailleurs"
    assert declared(session, person).guess is None


def test_a_confirmed_home_is_claimed_and_told(session, person, user):
    zone = build.zone(session)
    before = person.version
    person_edits.confirm_home(
        session,
        person,
        zone,
        since_on=date(2012, 3, 1),
        proof="quittance",
        version=before,
        actor_id=user.id,
        on=DAY,
        at=NOW,
    )
    assert person.version > before
    (home,) = person_sheet.sheet(session, actor_of(user), person, DAY).homes
    assert (home.zone, home.start, home.proof, home.by) == (zone, date(2012, 3, 1), "quittance", user.name)
    known = person_facts.dated(session, [person.id], DAY)[person.id]["home"]
    assert (known.since, known.proof) == (date(2012, 3, 1), "quittance")
    assert [entry.kind for entry in person_history.entries(session, person)] == ["home"]


def actor_of(user):
    return scope.Actor(user.id, user.public_id, user.name, Role.ADVISOR, agency_id=user.agency_id)


# --- what happened


def test_history_is_one_dated_list_and_hides_the_rqth_of_imports(session, person, user):
    batch = ImportBatch(
        kind=ImportKind.YOUNG_PEOPLE, source=Source.POLE_EMPLOI, file_name="jeunes.csv", sha256="0" * 64,
        state=BatchState.APPLIED, counts={}, applied_on=date(2013, 9, 2),
        received_at=datetime(2013, 9, 2, 7, tzinfo=UTC),
        applied_at=datetime(2013, 9, 2, 8, tzinfo=UTC), actor_id=user.id,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    session.add(
        ImportRow(
            batch_id=batch.id,
            line=2,
            outcome=RowOutcome.UPDATED,
            person_id=person.id,
            changes={
                "phone": [None, "+33600000000"],
                "disability_recognition@rqth": [None, {"value": "sealed:x"}],
            },
        )
    )
    build.proposal(session, person=person)
    say(session, person, user, Born(date(1992, 5, 14)))
    build.home(session, person, None, start=date(2013, 8, 1))
    told = person_history.entries(session, person)
    assert [(entry.on, entry.kind) for entry in told] == [
        (DAY, "act"),
        (date(2013, 9, 2), "import"),
        (date(2013, 8, 1), "home"),
    ]
    assert told[1].changes == {"phone": (None, "+33600000000")}
    assert told[1].who == user.name


def test_readers_are_counted_each(session, person, user):
    from matching import audit

    other = build.user(session, name="Hugo Lenoir", agency_id=user.agency_id)
    for who, action in (
        (user, "person.read"),
        (user, "person.read"),
        (other, "person.read"),
        (user, "person.edit"),
    ):
        audit.append(
            session,
            at=NOW,
            actor_id=who.id,
            action=action,
            subject_kind="person",
            subject_id=str(person.public_id),
        )
    told = {reader.name: reader.times for reader in person_history.readers(session, person.public_id)}
    assert told == {user.name: 2, "Hugo Lenoir": 1}


def test_the_sheet_counts_what_is_live_towards_the_cap(session, person, user):
    from matching.vocabulary import ProposalState

    for state in (
        ProposalState.TO_REVIEW,
        ProposalState.COMPUTED,
        ProposalState.STALE,
        ProposalState.REJECTED,
    ):
        build.proposal(session, person=person, state=state)
    sheet = person_sheet.sheet(session, actor_of(user), person, DAY)
    assert [(each.state, each.live) for each in sheet.proposals] == [
        (ProposalState.TO_REVIEW, True),
        (ProposalState.REJECTED, False),
    ]
    assert (sheet.live, sheet.at_cap) == (1, False)


def test_offers_already_proposed_are_not_offered_again(session, person, user):
    proposed, free = build.offer(session, title_key="jardinier"), build.offer(session, title_key="plombier")
    build.proposal(session, person=person, offer=proposed)
    listed = person_sheet.open_offers(session, actor_of(user), person.id, "", DAY)
    assert free.id in {offer.id for offer, _ in listed}
    assert proposed.id not in {offer.id for offer, _ in listed}
    found = person_sheet.open_offers(session, actor_of(user), person.id, "PLOMBIER", DAY)
    assert free.id in {offer.id for offer, _ in found}


@pytest.mark.parametrize("named", [True, False])
def test_the_rqth_is_read_by_the_advisor_named_on_the_dossier(session, person, user, named):
    other = build.user(session, name="Hugo Lenoir", agency_id=user.agency_id)
    person.caseload_user_id = user.id if named else None
    assert person_sheet.may_read_recognition(actor_of(user), person)
    assert person_sheet.may_read_recognition(actor_of(other), person) is not named


def test_homes_of_kinds_other_than_confirmed_prove_nothing(session, person, user):
    session.add(
        ResidenceSpell(
            person_id=person.id, kind=ResidenceKind.DECLARED, declared_place="nord", start_on=date(2011, 1, 1),
            source="pole-emploi", method=ResidenceMethod.DECLARED,
        )
    )  # fmt: skip
    session.flush()
    assert declared(session, person).since == date(2011, 1, 1)
    assert "home" not in person_facts.dated(session, [person.id], DAY).get(person.id, {})
