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
