"""What an advisor states of a person: dated, with its source, on the trail, never over another."""

from datetime import date

import pytest
import sqlalchemy as sa

from matching import person_edits, person_history, person_rights, person_sheet
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
from matching.store.people import Diploma, Person, RegistrationSpell, ResidenceSpell, Situation, StatedFact
from matching.store.upkeep import AuditEvent
from matching.vocabulary import (
    Role,
    SituationValue,
    Verdict,
)
from tests import build
from tests.integration.editing import BOOK, DAY, NOW, say
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
