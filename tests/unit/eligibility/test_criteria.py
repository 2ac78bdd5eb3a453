"""Each criterion against cases of programmes.md, on the first and the last day it holds and on the days beside them."""

from datetime import date, timedelta

import pytest

from matching.eligibility import criteria
from matching.eligibility.cohort import Cohort, Dossier, Period, Registration, Residence
from matching.eligibility.days import FIRST, LAST

DAY = timedelta(days=1)


def cohort(*people):
    return Cohort.build(people)


def spans(days):
    return [(start.toordinal() if start else FIRST, end.toordinal() if end else LAST) for start, end in days]


def holds(windows, certain, possible=None, owner=0):
    """Whether exactly these days (from, to the day before) are sure, and these possible (as sure, when not said)."""
    found = windows.certain.of_owner(owner), windows.possible.of_owner(owner)
    expected = spans(certain), spans(certain if possible is None else possible)
    assert found == expected


EVER, NEVER = [(None, None)], []


@pytest.mark.parametrize(
    ("born", "first", "eve"),
    [
        (date(1991, 5, 14), date(2007, 5, 14), date(2017, 5, 13)),
        (date(1992, 2, 29), date(2008, 2, 29), date(2018, 2, 27)),
        (date(1993, 1, 1), date(2009, 1, 1), date(2018, 12, 31)),
    ],
)
def test_c2_16_to_25_runs_to_the_eve_of_the_26th_birthday(born, first, eve):
    holds(criteria.aged(cohort(Dossier(birth_date=born)), at_least=16, below=26), [(first, eve + DAY)])


def test_c2_an_unknown_birth_date_may_be_of_age_on_any_day():
    found = criteria.aged(cohort(Dossier(), Dossier(birth_date=date(1991, 5, 14))), at_least=16, below=26)
    holds(found, NEVER, EVER)
    holds(found, [(date(2007, 5, 14), date(2017, 5, 14))], owner=1)


@pytest.mark.parametrize(
    ("facts", "certain", "possible"),
    [
        ({"rqth": True}, EVER, EVER),
        (
            {"rqth": True, "rqth_until": date(2014, 6, 30)},
            [(None, date(2014, 7, 1))],
            [(None, date(2014, 7, 1))],
        ),
        ({"rqth": False}, NEVER, NEVER),
        ({}, NEVER, EVER),
        ({"rqth_until": date(2014, 6, 30)}, NEVER, [(None, date(2014, 7, 1))]),
    ],
)
def test_a_recognition_holds_to_its_last_day(facts, certain, possible):
    holds(criteria.recognised(cohort(Dossier(**facts))), certain, possible)


@pytest.mark.parametrize(
    ("facts", "certain", "possible"),
    [
        ({}, NEVER, EVER),
        ({"employment": ()}, EVER, EVER),
        (
            {"employment": (Period(date(2012, 1, 1), date(2012, 6, 30)),)},
            [(None, date(2012, 1, 1)), (date(2012, 7, 1), None)],
            [(None, date(2012, 1, 1)), (date(2012, 7, 1), None)],
        ),
        ({"employment": (Period(date(2012, 1, 1)),)}, [(None, date(2012, 1, 1))], [(None, date(2012, 1, 1))]),
        (
            {"employment": (), "employment_known": (Period(date(2013, 1, 1), date(2013, 12, 31)),)},
            [(date(2013, 1, 1), date(2014, 1, 1))],
            EVER,
        ),
    ],
)
def test_out_of_work_is_what_no_employment_covers(facts, certain, possible):
    holds(criteria.out_of_work(cohort(Dossier(**facts))), certain, possible)


@pytest.mark.parametrize(
    ("level", "none", "three"),
    [(0, (EVER, EVER), (NEVER, NEVER)), (3, (NEVER, NEVER), (EVER, EVER)), (4, (NEVER, NEVER), (NEVER, NEVER)),
     (None, (NEVER, EVER), (NEVER, EVER))],
)  # fmt: skip
def test_no_diploma_and_a_level(level, none, three):
    people = cohort(Dossier(diploma_level=level))
    holds(criteria.without_diploma(people), *none)
    holds(criteria.level_is(people, level=3), *three)


@pytest.mark.parametrize(
    ("level", "years", "certain", "possible"),
    [
        (None, None, NEVER, EVER), (0, None, EVER, EVER), (5, None, EVER, EVER), (5, 9, EVER, EVER),
        (6, 3, EVER, EVER), (6, 4, NEVER, NEVER), (6, None, NEVER, EVER), (7, None, NEVER, NEVER), (7, 1, NEVER, NEVER),
    ],
)  # fmt: skip
def test_c11_at_most_bac_plus_3(level, years, certain, possible):
    people = cohort(Dossier(diploma_level=level, bac_plus=years))
    holds(criteria.at_most_level(people, level=6, bac_plus=3), certain, possible)


def test_c5_six_months_of_search_within_twelve():
    people = cohort(
        Dossier(registrations=(Registration(date(2013, 1, 4)),)), Dossier(registrations=()), Dossier()
    )
    found = criteria.searching(people, months=6, within=12)
    holds(found, [(date(2013, 7, 4), None)])
    holds(found, NEVER, owner=1)
    holds(found, NEVER, EVER, owner=2)


def test_search_is_counted_once_for_all_programmes_and_by_rule():
    people = cohort(Dossier(registrations=(Registration(date(2013, 1, 4)),)))
    first = criteria.searching(people, months=6, within=12)
    assert criteria.searching(people, months=6, within=12).certain is first.certain
    holds(criteria.searching(people, months=12, within=18), [(date(2014, 1, 4), None)])
    assert set(people.cache) == {("searching", 6, 12), ("searching", 12, 18)}


@pytest.mark.parametrize(
    ("category", "certain"),
    [(None, [(date(2013, 1, 4), date(2013, 2, 1))]), (1, [(date(2013, 1, 4), date(2013, 2, 1))]),
     (3, [(date(2013, 1, 4), date(2013, 2, 1))]), (4, NEVER)],
)  # fmt: skip
def test_c7_registered_in_a_category_that_counts(category, certain):
    spell = Registration(date(2013, 1, 4), date(2013, 1, 31), category)
    found = criteria.registered(cohort(Dossier(registrations=(spell,))), categories=(1, 2, 3))
    holds(found, certain)


def test_registrations_nobody_told_leave_it_open():
    holds(criteria.registered(cohort(Dossier()), categories=(1,)), NEVER, EVER)
    holds(criteria.registered(cohort(Dossier(registrations=())), categories=(1,)), NEVER)


FROM, TO = date(2012, 3, 1), date(2013, 8, 31)


def lives(homes, kinds=("ZUS",), **terms):
    return criteria.lives_in(cohort(Dossier(residence=homes)), kinds=kinds, **terms)


@pytest.mark.parametrize(
    ("kind", "kinds", "certain"),
    [
        ("ZUS", ("ZUS",), [(FROM, TO + DAY)]),
        ("ZUS", ("ZRR", "ZUS"), [(FROM, TO + DAY)]),
        ("QPV", ("ZUS",), NEVER),
        ("none", ("ZUS",), NEVER),
        ("ZRR", ("ZUS", "ZRR"), [(FROM, TO + DAY)]),
    ],
)
def test_a_home_in_a_zone_of_the_kind(kind, kinds, certain):
    holds(lives((Residence(FROM, TO, kind),), kinds), certain)


@pytest.mark.parametrize(
    ("commune", "communes", "lived"),
    [("80021", (), True), ("80021", ("80021",), True), ("80021", ("02",), False), ("80021", ("02", "80"), True),
     ("60057", ("80021", "60057"), True), ("97411", ("974",), True)],
)  # fmt: skip
def test_communes_by_code_or_beginning(commune, communes, lived):
    found = lives((Residence(FROM, TO, "ZUS", commune),), communes=communes)
    holds(found, [(FROM, TO + DAY)] if lived else NEVER)


def test_somebody_without_a_home_in_the_lists_lives_nowhere_among_them():
    holds(lives((), communes=("80021",)), NEVER)
    holds(lives((), kinds=("ZUS", "QPV")), NEVER)


def test_c3_six_months_running_count_from_the_first_day():
    holds(lives((Residence(FROM, TO, "ZUS"),), since_months=6), [(date(2012, 9, 1), TO + DAY)])
    holds(lives((Residence(FROM, date(2012, 8, 31), "ZUS"),), since_months=6), NEVER)
    holds(
        lives((Residence(FROM, date(2012, 9, 1), "ZUS"),), since_months=6),
        [(date(2012, 9, 1), date(2012, 9, 2))],
    )


def test_c4_homes_of_one_kind_that_touch_are_one_and_those_of_two_kinds_are_not():
    first = Residence(FROM, date(2012, 7, 31), "ZUS")
    for kind, certain in (("ZUS", [(date(2012, 9, 1), TO + DAY)]), ("ZRR", [(date(2013, 2, 1), TO + DAY)])):
        second = Residence(date(2012, 8, 1), TO, kind)
        holds(lives((first, second), kinds=("ZUS", "ZRR"), since_months=6), certain)
    late = Residence(date(2012, 8, 2), TO, "ZUS")
    holds(lives((first, late), since_months=6), [(date(2013, 2, 2), TO + DAY)])


def test_a_home_that_nobody_told_may_be_there_and_since_ever():
    holds(criteria.lives_in(cohort(Dossier()), kinds=("ZUS",), since_months=6), NEVER, EVER)


def test_what_was_before_the_known_days_may_have_been_there():
    known = (Period(FROM, TO),)
    people = cohort(Dossier(residence=(Residence(FROM, TO, "ZUS"),), residence_known=known))
    found = criteria.lives_in(people, kinds=("ZUS",), since_months=6)
    holds(found, [(date(2012, 9, 1), TO + DAY)], EVER)
    elsewhere = cohort(Dossier(residence=(Residence(FROM, TO, "none"),), residence_known=known))
    found = criteria.lives_in(elsewhere, kinds=("ZUS",), since_months=6)
    holds(found, NEVER, [(None, FROM), (date(2014, 3, 1), None)])


@pytest.mark.parametrize(
    ("facts", "certain", "possible"),
    [
        ({"csp": True}, EVER, EVER),
        ({"csp": False}, NEVER, NEVER),
        ({}, NEVER, EVER),
        ({"other": True}, NEVER, EVER),
    ],
)
def test_a_stated_fact(facts, certain, possible):
    holds(criteria.stated(cohort(Dossier(facts=facts)), fact="csp"), certain, possible)


def test_a_fact_stated_of_one_is_unknown_of_the_other():
    found = criteria.stated(cohort(Dossier(facts={"csp": True}), Dossier()), fact="csp")
    holds(found, EVER)
    holds(found, NEVER, EVER, owner=1)


def test_the_vocabulary_of_programme_files_is_closed():
    assert set(criteria.VOCABULARY) == {
        "aged", "recognised", "out_of_work", "without_diploma", "level_is", "at_most_level", "searching", "registered",
        "lives_in", "stated",
    }  # fmt: skip
