"""The words of a condition name what its answer hangs on, and nothing else."""

from datetime import date

import pytest

from matching.eligibility import programme
from web.check import answer

BOOK = programme.load()
ON = date(2013, 11, 4)
YOUNG = {
    "birth_date": "1992-02-02",
    "rqth": None,
    "employment": [],
    "registrations": [{"from": "2013-10-01"}],
}
OUTSIDE = [{"zone_kind": "none", "from": "2001-01-01"}]
ZUS = [{"zone_kind": "ZUS", "from": "2001-01-01"}]


def said(criterion, on=ON, contract=None, **changes):
    line = {"programme": "emplois-avenir", "person": {**YOUNG, **changes}, "contract": contract}
    found = answer(line, BOOK, None, on)["criteria"]
    return next(each for each in found if each["id"] == criterion)["because"].split(" ; il faut")[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"diploma_level": "none", "residence": None}, "aucun diplôme"),
        (
            {"diploma_level": "3", "registrations": [{"from": "2013-01-01"}]},
            "CAP ou BEP (niveau 3), 307 jours de recherche sur les 12 derniers mois",
        ),
        ({"diploma_level": "4", "residence": OUTSIDE}, "bac (niveau 4), habite hors des zones prioritaires"),
        (
            {"diploma_level": "4", "residence": ZUS},
            "bac (niveau 4), 34 jours de recherche sur les 18 derniers mois",
        ),
        ({"diploma_level": "7", "residence": ZUS}, "master (niveau 7)"),
        (
            {"diploma_level": "3", "registrations": None, "residence": None},
            "CAP ou BEP (niveau 3), inscriptions inconnues, adresse à cette date inconnue ou non confirmée",
        ),
    ],
)
def test_a_diploma_route_names_its_own_facts(changes, words):
    assert said("diploma", **changes) == words


def test_an_age_that_is_enough_does_not_speak_of_a_recognition():
    assert said("age", diploma_level="none") == "21 ans"
    assert said("age", diploma_level="none", birth_date="1986-02-02") == "27 ans, RQTH non renseignée"


def test_the_age_is_said_at_the_signature_when_there_is_one():
    assert said("age", contract={"signature_date": "2013-03-15"}) == "21 ans à la signature"


def test_the_waiver_is_named_only_while_the_law_knows_it():
    short = {"diploma_level": "3", "residence": OUTSIDE}
    assert "dérogation" not in said("diploma", **short)
    assert "dérogation du prescripteur : non renseigné" in said("diploma", on=date(2014, 2, 23), **short)


@pytest.mark.parametrize(
    ("on", "changes", "turns"),
    [
        (ON, {"birth_date": "1987-12-01", "rqth": False}, ("2013-12-01", "26 ans")),
        (ON, {"birth_date": "1987-12-01"}, ("2013-12-01", "26 ans, RQTH non renseignée")),
        (ON, {}, ("2018-01-01", "fin du dispositif")),
        (date(2012, 10, 31), {}, ("2012-11-01", "ouverture du dispositif")),
        (
            ON,
            {"birth_date": "1985-12-01", "rqth": True, "rqth_until": "2013-12-31"},
            ("2014-01-01", "RQTH échue, 28 ans"),
        ),
    ],
)
def test_the_nearest_change_says_what_turns(on, changes, turns):
    line = {"programme": "emplois-avenir", "person": {**YOUNG, "diploma_level": "none", **changes}}
    change = answer(line, BOOK, None, on)["nearest_change"]
    assert (change["on"], change["because"]) == turns


def francs(programme_id, on, criterion, **changes):
    line = {"programme": programme_id, "person": {"birth_date": "1990-02-02", **changes}}
    found = answer(line, BOOK, None, on)["criteria"]
    return next(each for each in found if each["id"] == criterion)["because"].split(" ; il faut")[0]


@pytest.mark.parametrize(
    ("homes", "words"),
    [
        (
            [
                {"zone_kind": "QPV", "from": "2001-01-01", "to": "2013-10-31"},
                {"zone_kind": "ZUS", "from": "2013-11-04"},
            ],
            "habite en ZUS depuis le 04/11/2013",
        ),
        (
            [{"zone_kind": "ZUS", "from": "2013-03-01", "to": "2013-11-04"}],
            "habite en ZUS depuis le 01/03/2013",
        ),
        ([{"zone_kind": "ZUS", "from": "2013-11-05"}], "adresse à cette date inconnue ou non confirmée"),
        (
            [
                {"zone_kind": "ZUS", "from": "2013-06-01"},
                {"zone_kind": "none", "from": "2013-02-01", "to": "2013-11-30"},
            ],
            "habite en ZUS depuis le 01/02/2013",
        ),
        (
            [{"zone_kind": "none", "from": "2001-01-01"}],
            "habite hors des zones prioritaires depuis le 01/01/2001",
        ),
    ],
)
def test_a_home_is_said_with_its_zone_and_since_when(homes, words):
    assert francs("emplois-francs-2013", ON, "residence", residence=homes) == words


@pytest.mark.parametrize(
    ("registrations", "days"),
    [
        ([{"from": "2012-05-04"}], 549),
        ([{"from": "2012-05-03", "to": "2012-05-03"}], 0),
        ([{"from": "2012-05-04", "to": "2012-05-04"}], 1),
        ([{"from": "2013-11-03", "to": "2013-11-03"}, {"from": "2013-11-04"}], 1),
        ([{"from": "2010-01-01", "to": "2012-06-03"}, {"from": "2013-10-25"}], 41),
    ],
)
def test_days_of_search_are_those_of_the_window_before_the_day(registrations, days):
    """From the same day 18 months before, included, to the eve (C5)."""
    said = francs("emplois-francs-2013", ON, "search", registrations=registrations)
    assert said == f"{days} jours de recherche sur les 18 derniers mois"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"registrations": [{"from": "2021-05-03", "category": 4}]}, "inscrit en catégorie 4"),
        ({"registrations": [{"from": "2021-05-03"}]}, "inscrit"),
        ({"registrations": [{"from": "2020-01-01", "to": "2021-05-02"}]}, "non inscrit"),
        ({"registrations": None}, "inscriptions inconnues"),
    ],
)
def test_a_registration_is_said_with_its_category(changes, words):
    said = francs("emplois-francs-2018", date(2021, 5, 3), "registration", csp=False, **changes)
    assert said.split(",")[0] == words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rqth": True}, "28 ans, RQTH"),
        ({"rqth": True, "rqth_until": "2013-11-04"}, "28 ans, RQTH jusqu'au 04/11/2013"),
        ({"rqth": True, "rqth_until": "2013-11-03"}, "28 ans, RQTH échue"),
        ({"rqth": False}, "28 ans"),
    ],
)
def test_a_recognition_is_said_while_it_decides(changes, words):
    assert said("age", diploma_level="none", birth_date="1985-02-02", **changes) == words


@pytest.mark.parametrize(
    ("employment", "words"),
    [
        ([{"from": "2013-11-04", "to": "2013-11-04"}], "en emploi"),
        ([{"from": "2013-11-01", "to": "2013-11-03"}], "sans emploi"),
        (None, "situation d'emploi inconnue"),
    ],
)
def test_the_situation_is_that_of_the_day(employment, words):
    assert said("out-of-work", diploma_level="none", employment=employment) == words


def test_the_eves_answer_is_not_todays():
    """Two conditions turn on one day: both are said, in the order of the text."""
    line = {
        "programme": "emplois-avenir",
        "person": {
            **YOUNG, "birth_date": "1987-12-01", "rqth": False, "diploma_level": "none",
            "employment": [{"from": "2013-12-01"}],
        },
    }  # fmt: skip
    assert answer(line, BOOK, None, ON)["nearest_change"]["because"] == "26 ans, en emploi"
