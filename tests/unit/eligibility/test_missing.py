"""What to ask for, where the oracle of `passerelle check` does not reach: facts known over some days only, and terms."""

import itertools
from datetime import date

import pytest

from matching.eligibility import programme
from matching.eligibility.answers import READS
from matching.eligibility.cohort import Cohort, Dossier, Period, Registration, Residence
from matching.eligibility.contract import Contract
from matching.eligibility.missing import open_facts, questions
from matching.eligibility.schema import LEAVES
from tests.oracle import rights as oracle
from web.check import answer

BOOK = programme.load()
ON = date(2013, 11, 4)
LONG = (Registration(date(2010, 1, 1)),)
SURE = {
    "birth_date": date(1992, 5, 14), "rqth": False, "diploma_level": 0, "registrations": (), "employment": (),
    "residence": (),
}  # fmt: skip
TERMS = {"kind": "CDI", "weekly_hours": 35, "sector": "non-marchand"}


def ask(name="emplois-avenir", contract=None, **changes):
    cohort = Cohort.build([Dossier(**{**SURE, **changes})], as_known_on=ON)
    return questions(BOOK[name].assess(cohort, contract, ON), 0, ON)


def test_a_home_known_since_a_few_days_only_is_asked_for():
    """Known today is not known for six months (emplois francs): the same question, since when."""
    today = Period(ON)
    asked = ask(
        "emplois-francs-2013",
        registrations=LONG,
        residence=(Residence(ON, None, "ZUS"),),
        residence_known=(today,),
    )
    assert (asked.facts, asked.first) == (("residence",), "residence")


def test_a_situation_known_since_tomorrow_only_is_asked_for():
    asked = ask(employment=(), employment_known=(Period(date(2013, 11, 5)),))
    assert asked.facts == ("employment",)


@pytest.mark.parametrize("term", ["weekly_hours", "sector"])
def test_a_missing_term_is_the_only_question_of_a_sure_person(term):
    asked = ask(contract=Contract(**{**TERMS, term: None}))
    assert (asked.facts, asked.first) == ((f"contract.{term}",), f"contract.{term}")


def test_the_length_of_a_cdd_is_asked_for_and_not_that_of_a_cdi():
    assert ask(contract=Contract(**{**TERMS, "kind": None})).facts == ("contract.kind", "contract.months")
    assert ask(contract=Contract(**{**TERMS, "kind": "CDD"})).facts == ("contract.months",)


def test_where_only_the_regional_list_is_wanting_nothing_is_asked():
    """C12: the market sector stays open unless the list is configured; no answer of a person can settle it."""
    asked = ask(contract=Contract(**{**TERMS, "sector": "marchand"}))
    assert (asked.facts, asked.first) == ((), None)


def test_a_person_who_may_still_fail_is_asked_about_even_beside_the_market_sector():
    asked = ask(employment=None, contract=Contract(**{**TERMS, "sector": "marchand"}))
    assert asked.facts == ("employment",)


def test_a_level_without_its_years_asks_for_the_years_alone():
    asked = ask(diploma_level=6, bac_plus=None, registrations=LONG, residence=(Residence(ON, None, "ZUS"),))
    assert asked.facts == ("bac_plus",)


@pytest.mark.parametrize(
    ("on", "changes", "facts"),
    [
        (ON, {"diploma_level": 3, "registrations": None}, {"registrations"}),
        (
            date(2014, 2, 23),
            {"diploma_level": 3, "registrations": None},
            {"registrations", "prescriber_waiver"},
        ),
        (date(2014, 2, 23), {"diploma_level": 3}, {"prescriber_waiver"}),
        (ON, {"diploma_level": 7, "registrations": None, "residence": None}, set()),
        (ON, {"diploma_level": 4, "registrations": LONG, "residence": None}, {"residence"}),
        (ON, {"diploma_level": None}, {"diploma_level"}),
        (
            ON,
            {"diploma_level": None, "registrations": LONG, "residence": None},
            {"diploma_level", "residence"},
        ),
        (
            ON,
            {
                "diploma_level": 6,
                "registrations": LONG,
                "residence": (Residence(date(2001, 1, 1), None, "ZUS"),),
            },
            {"bac_plus"},
        ),
    ],
)
def test_only_a_fact_that_keeps_a_way_open_is_reserved_for(on, changes, facts):
    """Reservations of a proposal: no waiver before the law knew it, nothing for a route that is shut."""
    cohort = Cohort.build([Dossier(**{**SURE, **changes})], as_known_on=on)
    found = open_facts(BOOK["emplois-avenir"], cohort)
    assert {fact for fact, days in found.items() if days.at(on.toordinal())[0]} == facts


LINES = {
    "cui-cae": {"prescriber_diagnosis": True, "employment": []},
    "emplois-avenir": {
        "birth_date": "1992-05-14", "rqth": False, "diploma_level": "3", "bac_plus": 2, "prescriber_waiver": False,
        "registrations": [{"from": "2012-01-01"}], "employment": [],
        "residence": [{"zone_kind": "ZUS", "from": "2005-01-01"}],
    },
    "emplois-francs-2013": {
        "birth_date": "1986-05-14", "registrations": [{"from": "2012-01-01"}],
        "residence": [{"zone_kind": "ZUS", "from": "2005-01-01"}],
    },
    "emplois-francs-2018": {
        "csp": False, "mission_locale": False, "registrations": [{"from": "2012-01-01"}],
        "residence": [{"zone_kind": "QPV", "from": "2005-01-01"}],
    },
}  # fmt: skip
DAYS = {
    "cui-cae": (ON,),
    "emplois-avenir": (ON, date(2014, 6, 2), date(2015, 2, 28)),
    "emplois-francs-2013": (ON, date(2014, 2, 28)),
    "emplois-francs-2018": (date(2018, 6, 1), date(2019, 4, 1), date(2019, 5, 2), date(2020, 2, 29)),
}
VARIANTS = (
    {}, {"diploma_level": "6"}, {"diploma_level": "4"}, {"birth_date": "1986-05-14"},
    {"registrations": [{"from": "2013-09-01"}]}, {"registrations": [{"from": "2013-01-01", "category": 4}]},
)  # fmt: skip


def left_out_of(full, most):
    """Every fact, every two of them… up to `most`."""
    return itertools.chain.from_iterable(itertools.combinations(full, n) for n in range(1, most + 1))


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize(
    "contract", [None, {**TERMS, "kind": None}, {**TERMS, "kind": "CDD", "sector": None}]
)
def test_whatever_is_forgotten_a_smallest_set_is_asked_for(name, contract):
    """Every fact, or every two, left out of lines that are full: the oracle tries all answers."""
    for on in DAYS[name]:
        for variant in VARIANTS:
            full = LINES[name] | {key: value for key, value in variant.items() if key in LINES[name]}
            for left_out in left_out_of(full, 1 if contract else 2):
                person = {key: value for key, value in full.items() if key not in left_out}
                line = {"programme": name, "person": person, "contract": contract}
                said = answer(line, BOOK, None, on)
                if said["verdict"] == "unknown":
                    missing = said["missing_facts"]
                    assert oracle.settles(line, missing, on), (line, on, missing)
                    assert len(missing) == oracle.smallest(line, on), (line, on, missing)


def test_every_condition_of_the_vocabulary_says_what_it_reads():
    assert set(READS) | {"stated"} == set(LEAVES)
