"""What an advisor writes into a dossier: dated facts with effect on the rights, a contact, the simple fields, a home."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import person_edits, person_facts, person_history, person_homes, person_rights, person_sheet
from matching.eligibility.programme import load
from matching.errors import InvalidInput, StaleVersion
from matching.person_edits import (
    Born,
    InSituation,
    Level,
    Recognition,
    Registered,
    Simple,
    Stated,
)
from matching.store import scope
from matching.store.intake import ImportBatch, ImportRow
from matching.store.organisations import ZoneStreet
from matching.store.people import Diploma, Person, RegistrationSpell, ResidenceSpell, Situation, StatedFact
from matching.store.upkeep import AuditEvent
from matching.vocabulary import (
    BatchState,
    ImportKind,
    ResidenceKind,
    ResidenceMethod,
    Role,
    RowOutcome,
    SituationValue,
    Source,
    Verdict,
)
from tests import build
from tests.integration.test_people_search import a_zone, confirmed
from tests.web.doors import an_agency

BOOK = load()
DAY, NOW = date(2013, 11, 4), datetime(2013, 11, 4, 10, 41, tzinfo=UTC)


@pytest.fixture
def user(session):
    return build.user(session, role=Role.ADVISOR, agency_id=an_agency(session, "Agence du test").id)


@pytest.fixture
def person(session, user):
    """Nothing is known of this person but a name."""
    return build.person(
        session, birth_date=None, no_diploma_stated_on=None, situation=None, agency_id=user.agency_id
    )


def say(session, person, user, said, *, version=None, on=DAY):
    return person_edits.answer(
        session,
        person,
        said,
        BOOK,
        version=person.version if version is None else version,
        actor_id=user.id,
        on=on,
        at=NOW,
    )


def verdict(session, person, programme="emplois-avenir", on=DAY):
    return next(
        each.said.verdict
        for each in person_rights.told(session, person.id, BOOK, on)
        if each.programme.id == programme
    )


def rows(session, model, person):
    return session.scalars(sa.select(model).where(model.person_id == person.id)).all()


def acts(session, person):
    query = (
        sa.select(AuditEvent).where(AuditEvent.subject_id == str(person.public_id)).order_by(AuditEvent.id)
    )
    return [(each.action, each.details) for each in session.scalars(query)]


def test_answers_open_the_right_one_after_the_other(session, person, user):
    assert verdict(session, person) is Verdict.UNKNOWN
    say(session, person, user, Born(date(1992, 5, 14)))
    say(session, person, user, InSituation(SituationValue.NO_JOB, date(2013, 3, 1)))
    assert verdict(session, person) is Verdict.UNKNOWN
    say(session, person, user, Level(0))
    assert verdict(session, person) is Verdict.YES
    assert person.no_diploma_stated_on == DAY
    assert [(s.value, s.source, s.stated_on) for s in rows(session, Situation, person)] == [
        (SituationValue.NO_JOB, "advisor", DAY)
    ]


def test_each_answer_is_kept_dated_with_its_source(session, person, user):
    say(session, person, user, Level(6, 3))
    say(session, person, user, Registered(date(2012, 1, 9), None, 1))
    say(session, person, user, Stated("mission_locale", True))
    (diploma,), (spell,), (fact,) = (
        rows(session, model, person) for model in (Diploma, RegistrationSpell, StatedFact)
    )
    assert (diploma.level, diploma.bac_plus, diploma.source) == (6, 3, "advisor")
    assert (spell.start_on, spell.category, spell.source) == (date(2012, 1, 9), 1, "advisor")
    assert (fact.value, fact.stated_on, fact.stated_by_id) == (True, DAY, user.id)


def test_a_fact_said_again_the_same_day_is_corrected(session, person, user):
    say(session, person, user, Stated("csp", True))
    say(session, person, user, Stated("csp", False))
    assert [fact.value for fact in rows(session, StatedFact, person)] == [False]


def test_the_rqth_is_sealed_and_never_named_with_its_value(session, person, user):
    say(session, person, user, Recognition(True, date(2014, 6, 30)))
    assert person_sheet.recognition(session, person) == (True, date(2014, 6, 30), DAY)
    assert "2014" not in str(acts(session, person))
    assert all(not entry.fields for entry in person_history.entries(session, person))


def test_the_trail_names_fields_and_no_value(session, person, user):
    say(session, person, user, Born(date(1992, 5, 14)))
    ((action, details),) = acts(session, person)
    assert action == "person.state"
    assert details == {"fields": ["birth_date"], "version": person.version, "on": "2013-11-04"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Born(date(2013, 11, 5)), "birth-in-the-future"),
        (Born(date(2005, 1, 1)), "age-out-of-range"),
        (Born(date(1900, 1, 1)), "age-out-of-range"),
        (Registered(date(2013, 11, 5)), "fact-in-the-future"),
        (Registered(date(2013, 5, 5), date(2013, 5, 4)), "ends-before-it-starts"),
        (InSituation(SituationValue.NO_JOB, date(2014, 1, 1)), "fact-in-the-future"),
        (Stated("favourite_colour", True), "bad-choice"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(session, person, user, said, code):
    with pytest.raises(InvalidInput) as refused, session.begin_nested():
        say(session, person, user, said)
    assert refused.value.code == code
    session.expire_all()
    assert person.birth_date is None
    assert not any(rows(session, model, person) for model in (RegistrationSpell, Situation, StatedFact))
    assert acts(session, person) == []


def test_a_fact_before_birth_is_refused(session, person, user):
    say(session, person, user, Born(date(1992, 5, 14)))
    with pytest.raises(InvalidInput) as refused, session.begin_nested():
        say(session, person, user, InSituation(SituationValue.IN_JOB, date(1992, 5, 13)))
    assert refused.value.code == "fact-before-birth"


SECOND = {
    "answer": lambda s, p, u, v: say(s, p, u, Level(3), version=v),
    "stated": lambda s, p, u, v: say(s, p, u, Stated("csp", True), version=v),
    "edit": lambda s, p, u, v: edit(s, p, u, version=v, phone="+33600000000"),
    "home": lambda s, p, u, v: person_edits.confirm_home(
        s, p, None, since_on=date(2012, 1, 1), proof="bail", version=v, actor_id=u.id, on=DAY, at=NOW
    ),
}


@pytest.mark.parametrize("second", SECOND)
def test_a_second_advisor_writes_nothing_over_the_first(session, person, user, second):
    seen = person.version
    say(
        session, person, user, Registered(date(2012, 1, 9))
    )  # a row that hangs on the person, not the person's own
    with pytest.raises(StaleVersion), session.begin_nested():
        SECOND[second](session, person, user, seen)
    session.expire_all()
    assert not rows(session, Diploma, person)
    assert not rows(session, StatedFact, person)
    assert not rows(session, ResidenceSpell, person)
    assert person.phone == "+33639980000"
    (entry,) = person_history.changed_since(session, person.public_id, seen)
    assert (entry.who, entry.fields) == (user.name, ("registration_spell",))


def edit(session, person, user, *, version=None, **changes):
    values = {name: getattr(person, name) for name in person_edits.SIMPLE} | changes
    return person_edits.edit(
        session,
        person,
        Simple(**values),
        version=person.version if version is None else version,
        actor_id=user.id,
        on=DAY,
        at=NOW,
    )


def test_simple_fields_are_written_and_only_the_changed_ones_named(session, person, user):
    changed = edit(session, person, user, phone=None, mobility_km=12.5, remarks="Préfère le matin")
    assert set(changed) == {"phone", "mobility_km", "remarks"}
    session.expire_all()
    stored = session.get_one(Person, person.id)
    assert (stored.phone, stored.mobility_km, stored.remarks) == (None, 12.5, "Préfère le matin")
    assert edit(session, person, user) == ()
    assert [action for action, _ in acts(session, person)] == ["person.edit"]


def test_the_later_contact_stays_and_both_are_on_the_trail(session, person, user):
    for day in (date(2013, 10, 30), date(2013, 10, 2)):
        person_edits.note_contact(session, person, day=day, channel="phone", actor_id=user.id, on=DAY, at=NOW)
    assert person.last_contact_on == date(2013, 10, 30)
    assert [details["on"] for _, details in acts(session, person)] == ["2013-10-30", "2013-10-02"]


@pytest.mark.parametrize(
    ("day", "channel", "code"),
    [
        (date(2013, 11, 5), "phone", "contact-in-the-future"),
        (date(2012, 1, 1), "phone", "contact-before-known"),
        (DAY, "pigeon", "unknown-channel"),
    ],
)
def test_a_contact_that_cannot_be_is_refused(session, person, user, day, channel, code):
    with pytest.raises(InvalidInput) as refused:
        person_edits.note_contact(session, person, day=day, channel=channel, actor_id=user.id, on=DAY, at=NOW)
    assert refused.value.code == code
    assert person.last_contact_on is None


# --- homes


def declared(session, person):
    return person_homes.declared(session, person, person_homes.choices(session, DAY), DAY)


def test_a_street_list_says_the_zone_of_a_side_and_of_numbers(session, person):
    zone = a_zone(session)
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
    zone = a_zone(session)
    a_zone(session, local_id="past-test", valid_from=date(1990, 1, 1), valid_to=date(1996, 12, 31))
    person.address = None
    for quarter, expected in (("test", zone), ("hors_zone", None), ("zus-test", zone)):
        person.declared_quarter = quarter
        assert declared(session, person).guess.zone is expected
    person.declared_quarter = "ailleurs"
    assert declared(session, person).guess is None


def test_a_confirmed_home_is_claimed_and_told(session, person, user):
    zone = a_zone(session)
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
    confirmed(session, person, None, start=date(2013, 8, 1))
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
