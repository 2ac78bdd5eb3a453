"""People of a caseload: found by name or identifier, filtered in SQL and by rights, without leaking anybody else's."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from matching import names, person_list, person_rights, person_search
from matching.eligibility.programme import load
from matching.person_search import How
from matching.store import scope
from matching.store.people import (
    Diploma,
    DisabilityRecognition,
    EmploymentSpell,
    Person,
    RegistrationSpell,
    Situation,
    StatedFact,
)
from matching.vocabulary import (
    ProposalState,
    Role,
    SituationValue,
    Source,
    Verdict,
)
from tests import build
from tests.web.doors import an_agency

BOOK = load()
DAY = date(2013, 11, 4)


@pytest.fixture
def agency(session):
    return an_agency(session, "Agence du test")


@pytest.fixture
def actor(session, agency):
    user = build.user(session, role=Role.ADVISOR, agency_id=agency.id)
    return scope.Actor(user.id, user.public_id, user.name, Role.ADVISOR, agency_id=agency.id)


def named(session, agency, given, family, **changes):
    key = f"{names.fold(family)} {names.fold(given)}".strip()
    return build.person(
        session, given_names=given, family_name=family, name_key=key, agency_id=agency.id, **changes
    )


def found(session, actor, text):
    result = person_search.find(session, scope.people(actor), text)
    people = {
        each.id: f"{each.given_names} {each.family_name}"
        for each in session.scalars(sa.select(Person).where(Person.id.in_(result.ids)))
    }
    return result.how, [people[each] for each in result.ids]


@pytest.mark.parametrize(
    ("typed", "who", "how"),
    [
        ("Hélène Lefèvre", "Hélène Lefèvre", How.NAME),
        ("helene lefevre", "Hélène Lefèvre", How.NAME),
        ("LEFÈVRE HÉLÈNE", "Hélène Lefèvre", How.NAME),
        ("  lefevre   ", "Hélène Lefèvre", How.NAME),
        ("lef", "Hélène Lefèvre", How.NAME),
        ("lefevre hel", "Hélène Lefèvre", How.NAME),
        ("Lefevbre Helene", "Hélène Lefèvre", How.NEAR),
        ("helen lefeuvre", "Hélène Lefèvre", How.NEAR),
        ("Belkacm", "Karim Belkacem", How.NEAR),
        ("Blekacem Karim", "Karim Belkacem", How.NEAR),
        ("Jean Pierre Dupont", "Jean-Pierre Dupont", How.NAME),
        ("dupont jean-pierre", "Jean-Pierre Dupont", How.NAME),
        ("Bensalem", "Mohamed Amine Ben Salem", How.NEAR),
        ("BEN-SALEM Mohamed", "Mohamed Amine Ben Salem", How.NAME),
        ("N'Diaye", "Fatou N’Diaye", How.NAME),
    ],
)
def test_a_name_is_found_however_it_is_typed(session, agency, actor, typed, who, how):
    for given, family in (
        ("Hélène", "Lefèvre"),
        ("Karim", "Belkacem"),
        ("Jean-Pierre", "Dupont"),
        ("Mohamed Amine", "Ben Salem"),
        ("Fatou", "N’Diaye"),
        ("Zoé", "Quentin"),
    ):
        named(session, agency, given, family)
    assert found(session, actor, typed) == (how, [who])


@pytest.mark.parametrize("typed", ["zzzz", "%", "_", "", "   ", "\\", "x" * 5_000, "Robert'); drop"])
def test_what_names_nobody_finds_nobody(session, agency, actor, typed):
    named(session, agency, "Karim", "Belkacem")
    assert found(session, actor, typed)[1] == []


def test_the_whole_name_comes_before_those_that_begin_so(session, agency, actor):
    for given in ("Anna", "Ann", "Annabelle"):
        named(session, agency, given, "Roy")
    assert found(session, actor, "Roy Ann")[1][0] == "Ann Roy"


def test_an_identifier_of_a_source_is_found_with_the_zero_a_spreadsheet_lost(session, agency, actor):
    named(session, agency, "Karim", "Belkacem", identifier="0123456A")
    assert found(session, actor, " 0123456a ") == (How.IDENTIFIER, ["Karim Belkacem"])
    assert found(session, actor, "123456A") == (How.IDENTIFIER, ["Karim Belkacem"])


def test_nobody_of_another_agency_is_found_by_any_way(session, agency, actor):
    other = an_agency(session, "Autre agence du test")
    named(session, other, "Karim", "Belkacem", identifier="0123456A")
    for typed in ("Karim Belkacem", "belkacm", "0123456A"):
        assert found(session, actor, typed)[1] == []


# --- filters


def filtered(session, actor, condition):
    return {each.given_names for each in session.scalars(scope.people(actor).where(condition))}


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(1997, 11, 4), "16-17"),
        (date(1995, 11, 5), "16-17"),
        (date(1995, 11, 4), "18-21"),
        (date(1991, 11, 5), "18-21"),
        (date(1991, 11, 4), "22-25"),
        (date(1987, 11, 5), "22-25"),
        (date(1987, 11, 4), "26-29"),
        (date(1983, 11, 4), "30"),
        (None, "unknown"),
    ],
)
def test_a_band_of_age_changes_on_the_birthday(session, agency, actor, born, band):
    named(session, agency, "A", "Band", birth_date=born)
    for each in (*person_list.AGES, "unknown"):
        assert bool(filtered(session, actor, person_list.aged(each, DAY))) is (each == band)


def test_born_on_29_february_the_age_is_reached_on_the_28th(session, agency, actor):
    named(session, agency, "Leap", "Band", birth_date=date(1996, 2, 29))
    assert filtered(session, actor, person_list.aged("16-17", date(2014, 2, 27))) == {"Leap"}
    assert filtered(session, actor, person_list.aged("18-21", date(2014, 2, 28))) == {"Leap"}


def test_a_band_of_level_is_the_highest_diploma(session, agency, actor):
    both = named(session, agency, "Both", "Level", no_diploma_stated_on=None)
    session.add_all(
        Diploma(person_id=both.id, level=level, source=source)
        for level, source in ((3, "pole-emploi"), (5, "autre"))
    )
    named(session, agency, "Without", "Level")
    named(session, agency, "Unsaid", "Level", no_diploma_stated_on=None)
    session.flush()
    said = {
        band: filtered(session, actor, person_list.of_level(band))
        for band in (*person_list.LEVELS, "none", "unknown")
    }
    assert said == {
        "3": set(),
        "4": set(),
        "5": {"Both"},
        "6": set(),
        "none": {"Without"},
        "unknown": {"Unsaid"},
    }


def test_a_home_is_confirmed_declared_or_unknown(session, agency, actor):
    zone = build.zone(session)
    build.home(session, named(session, agency, "In", "Home", declared_quarter="nord"), zone)
    build.home(session, named(session, agency, "Out", "Home"), None)
    build.home(session, named(session, agency, "Left", "Home"), zone, end=DAY - timedelta(1))
    named(session, agency, "Said", "Home", declared_quarter="nord")
    said = {
        where: filtered(session, actor, person_list.living(where, DAY))
        for where in ("inside", "outside", "declared", "unknown")
    }
    assert said == {"inside": {"In"}, "outside": {"Out"}, "declared": {"Said"}, "unknown": {"Left"}}


def test_a_situation_is_the_last_that_had_begun_and_a_contract_is_a_job(session, agency, actor):
    trained = named(session, agency, "Trained", "Work")
    hired = named(session, agency, "Hired", "Work")
    named(session, agency, "Free", "Work")
    named(session, agency, "Unsaid", "Work", situation=None)
    session.add(
        Situation(
            person_id=trained.id,
            value=SituationValue.IN_TRAINING,
            since_on=DAY,
            stated_on=DAY,
            source="autre",
        )
    )
    session.add(EmploymentSpell(person_id=hired.id, start_on=DAY, source="placement"))
    session.flush()
    said = {
        value: filtered(session, actor, person_list.in_situation(value, DAY))
        for value in ("no_job", "in_job", "in_training", "unknown")
    }
    assert said == {
        "no_job": {"Free"},
        "in_job": {"Hired"},
        "in_training": {"Trained"},
        "unknown": {"Unsaid"},
    }
    lines = person_list.lines(session, [trained.id, hired.id], DAY)
    assert [line.situation for line in lines] == [SituationValue.IN_TRAINING, SituationValue.IN_JOB]


def test_without_proposal_is_without_a_live_one(session, agency, actor):
    live, over = named(session, agency, "Live", "Prop"), named(session, agency, "Over", "Prop")
    build.proposal(session, person=live)
    build.proposal(session, person=over, state=ProposalState.REJECTED)
    assert filtered(session, actor, person_list.without_proposal()) == {"Over"}
    assert [line.live for line in person_list.lines(session, [live.id, over.id], DAY)] == [1, 0]


# --- rights


def test_standing_says_what_each_programme_says(session, agency):
    sure = named(session, agency, "Sure", "Right", birth_date=date(1987, 11, 24))
    session.add(
        DisabilityRecognition(
            person_id=sure.id, value=session.info["seal"].close("no"), stated_on=DAY, source="pole-emploi"
        )
    )
    maybe = named(session, agency, "Maybe", "Right", birth_date=None)
    never = named(session, agency, "Never", "Right", birth_date=date(1970, 1, 1))
    session.flush()
    standing = person_rights.standing(session, [never.id, sure.id, maybe.id], BOOK, DAY)
    assert set(standing.columns) == {"emplois-avenir", "emplois-francs-2013", "cui-cae", "cui-cie"}
    assert standing.holding("emplois-avenir", Verdict.YES).tolist() == [sure.id]
    assert maybe.id in standing.holding("emplois-avenir", Verdict.UNKNOWN).tolist()
    assert standing.holding("emplois-francs-2018", Verdict.YES).tolist() == []
    first = standing.of(sure.id)[0]
    assert (first.programme, first.verdict, first.last) == ("emplois-avenir", Verdict.YES, date(2013, 11, 23))
    # Nobody's prescriber has said anything: the aided contracts are no right of theirs, not even one to check.
    assert {now.programme for each in standing.ids for now in standing.of(each)} <= {
        "emplois-avenir",
        "emplois-francs-2013",
    }
    session.add(StatedFact(person_id=never.id, fact="prescriber_diagnosis", value=True, stated_on=DAY))
    session.flush()
    diagnosed = person_rights.standing(session, [never.id], BOOK, DAY)
    assert {now.programme for now in diagnosed.of(never.id)} >= {"cui-cae", "cui-cie"}
    assert standing.closing(19).tolist() == [sure.id]
    assert standing.closing(18).tolist() == []


def test_of_nobody_nothing_is_said(session):
    assert person_rights.standing(session, [], BOOK, DAY).closing(90).tolist() == []


CHANGES = {
    "birth date": lambda s, p: setattr(p, "birth_date", date(1980, 1, 1)),
    "no diploma": lambda s, p: setattr(p, "no_diploma_stated_on", None),
    "diploma": lambda s, p: s.add(Diploma(person_id=p.id, level=7, source="autre")),
    "situation": lambda s, p: s.execute(
        sa.update(Situation).where(Situation.person_id == p.id).values(value=SituationValue.IN_JOB)
    ),
    "job": lambda s, p: s.add(EmploymentSpell(person_id=p.id, start_on=DAY, source="placement")),
    "registration": lambda s, p: s.add(
        RegistrationSpell(person_id=p.id, start_on=date(2012, 1, 1), source="x")
    ),
    "home": lambda s, p: build.home(s, p, None),
    "recognition": lambda s, p: s.add(
        DisabilityRecognition(person_id=p.id, value=s.info["seal"].close("yes"), stated_on=DAY, source="x")
    ),
    "stated fact": lambda s, p: s.add(StatedFact(person_id=p.id, fact="csp", value=True, stated_on=DAY)),
    "zone": lambda s, p: build.zone(s, local_id="another"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_kept_of_a_caseload_follows_every_fact(session, agency, change):
    person = named(session, agency, "Kept", "Right")
    before = person_rights.kept_standing(session, [person.id], BOOK, DAY)
    assert person_rights.kept_standing(session, [person.id], BOOK, DAY) is before
    CHANGES[change](session, person)
    session.flush()
    after = person_rights.kept_standing(session, [person.id], BOOK, DAY)
    assert after is not before
    anew = person_rights.standing(session, [person.id], BOOK, DAY)
    assert after.of(person.id) == anew.of(person.id)


def test_another_day_is_another_answer(session, agency):
    person = named(session, agency, "Day", "Right", birth_date=date(1987, 11, 5))
    first = person_rights.kept_standing(session, [person.id], BOOK, DAY)
    assert person_rights.kept_standing(session, [person.id], BOOK, DAY + timedelta(1)) is not first


def test_a_programme_that_is_over_is_told_only_where_a_window_existed(session, agency):
    had = named(session, agency, "Had", "Right", birth_date=date(1995, 5, 14))
    never = named(session, agency, "Never", "Right", birth_date=date(1960, 5, 14))
    later = date(2018, 5, 2)
    assert "emplois-avenir" in [
        each.programme.id for each in person_rights.told(session, had.id, BOOK, later)
    ]
    assert [each.programme.id for each in person_rights.told(session, never.id, BOOK, later)] == [
        "emplois-francs-2018",
        "pec",
    ]


def test_a_source_is_never_the_only_identity_shown(session, agency):
    person = named(session, agency, "Two", "Ids", identifier="0123456A")
    from matching.store.people import SourceRecord

    session.add(SourceRecord(source=Source.I_MILO, identifier="ML-7", person_id=person.id))
    session.flush()
    (line,) = person_list.lines(session, [person.id], DAY)
    assert line.identifiers == ("0123456A", "ML-7")
