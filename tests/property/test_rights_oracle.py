"""`passerelle check` against the plain oracle: verdicts, windows, nearest change, what to ask for."""

from datetime import date, timedelta

from hypothesis import given, settings, strategies as st

from matching.eligibility import programme
from tests.oracle import rights as oracle
from tests.oracle.rights import add
from web.check import answer

BOOK = programme.load()
DAY = timedelta(days=1)
#: Days on which a text begins, ends or changes, and ends of February.
TURNS = {
    "cui-cae": ["2010-01-01", "2018-01-01", "2012-02-29"],
    "cui-cie": ["2010-01-01", "2018-01-01", "2014-02-28"],
    "emplois-avenir": ["2012-11-01", "2014-02-23", "2015-01-01", "2018-01-01", "2016-02-29", "2013-02-28"],
    "emplois-francs-2013": ["2013-06-29", "2015-07-05", "2014-12-31", "2014-02-28"],
    "emplois-francs-2018": [
        "2018-04-01",
        "2019-03-28",
        "2019-04-27",
        "2020-01-01",
        "2025-01-01",
        "2020-02-29",
    ],
}
#: A step from one period to the next: overlap, touch, adjacent days, holes of one day, a month, half a year.
STEPS = [-40, 0, 1, 1, 2, 31, 183]


def near(day, months):
    """Some whole number of months before the day, give or take two days: where thresholds are."""
    return st.builds(lambda n, days: add(day, -n) + days * DAY, st.sampled_from(months), st.integers(-2, 2))


@st.composite
def periods(draw, on, at_most, **extra):
    """One after the other from a day near a threshold; the last one may still run."""
    made = []
    start = draw(
        st.one_of(near(on, [0, 1, 5, 6, 7, 12, 17, 18, 24, 60]), st.dates(on - 900 * DAY, on + 200 * DAY))
    )
    for _ in range(draw(st.integers(0, at_most))):
        days = st.one_of(st.integers(0, 500), st.sampled_from([0, 27, 29, 30, 181, 182, 183, 364, 365]))
        end = start + draw(days) * DAY
        ends = draw(st.sampled_from([True, True, True, False]))
        more = {key: draw(value) for key, value in extra.items()}
        made.append({"from": start.isoformat(), "to": end.isoformat() if ends else None, **more})
        start = end + draw(st.sampled_from(STEPS)) * DAY
    return draw(st.permutations(made))


def plausible(likely, strategy):
    """Half of the time what opens the right, so that the other facts decide; else anything, sometimes unknown."""
    return st.one_of(likely, likely, likely, strategy, strategy, st.none())


def people(name, on):
    """Facts of one person, as agencies hold them."""
    kinds = st.sampled_from(["ZUS", "ZUS", "QPV", "QPV", "none", "ZRR", "outre-mer"])
    communes = st.sampled_from([None, None, "80021", "80021", "59350", "02691", "35238", "97411"])
    right_kind = st.just("QPV" if name.endswith("2018") else "ZUS")
    long_ago = st.dates(on - 3000 * DAY, on - 600 * DAY)
    since = st.builds(
        lambda start: [{"from": start.isoformat(), "to": None}], st.one_of(long_ago, near(on, [6, 12, 18]))
    )
    born = st.one_of(
        near(on, [12 * years for years in (15, 16, 17, 20, 25, 26, 28, 29, 30, 31)]),
        st.dates(date(1982, 1, 1), date(2004, 12, 31)),
        st.sampled_from([date(1984, 2, 29), date(1988, 2, 29), date(1992, 2, 29), date(1996, 2, 29)]),
    )
    category = st.sampled_from([None, None, 1, 2, 3, 4, 5, 6, 7, 8])
    homes = [
        since.map(lambda found: [{**found[0], "zone_kind": "QPV" if name.endswith("2018") else "ZUS"}]),
        periods(on, 3, zone_kind=right_kind, insee_code=st.sampled_from([None, "80021", "80021", "59350"])),
    ]
    return st.fixed_dictionaries(
        {
            "birth_date": plausible(near(on, [12 * 17, 12 * 20, 12 * 24]), born).map(_iso),
            "rqth": st.sampled_from([True, False, False, None]),
            "rqth_until": st.one_of(st.none(), near(on, [-6, 0, 0, 3])).map(_iso),
            "diploma_level": st.sampled_from(["none", "none", "3", "3", "4", "5", "6", "6", "7", "8", None]),
            "bac_plus": st.sampled_from([None, None, 2, 3, 4, 5]),
            "registrations": plausible(since, periods(on, 4, category=category)),
            "employment": plausible(st.just([]), periods(on, 2)),
            "residence": plausible(st.one_of(homes), periods(on, 3, zone_kind=kinds, insee_code=communes)),
            "prescriber_waiver": st.sampled_from([None, None, True, False]),
            "csp": st.sampled_from([None, True, False]),
            "mission_locale": st.sampled_from([None, True, False]),
            "prescriber_diagnosis": st.sampled_from([None, True, True, False]),
        }
    )


def contracts(on):
    """None, one that every programme accepts, or any terms."""
    any_terms = st.fixed_dictionaries(
        {
            "signature_date": st.sampled_from([None, on.isoformat()]),
            "kind": st.sampled_from(["CDI", "CDI", "CDD", "CDD", "MIS", "APP", None]),
            "months": st.sampled_from([None, 5, 5.5, 6, 11, 12, 24, 36, 37]),
            "weekly_hours": st.sampled_from([None, 17.4, 17.5, 19.5, 20, 24, 34.9, 35, 36]),
            "sector": st.sampled_from(["non-marchand", "non-marchand", "marchand", None]),
        }
    )
    good = {"signature_date": on.isoformat(), "kind": "CDI", "weekly_hours": 35, "sector": "non-marchand"}
    return st.one_of(st.none(), st.just(good), any_terms)


@st.composite
def lines(draw):
    """A line, on a day where something may turn; and the business day."""
    name = draw(st.sampled_from(sorted(oracle.IN_FORCE)))
    first, last = oracle.IN_FORCE[name]
    turns = st.sampled_from([date.fromisoformat(day) for day in TURNS[name]])
    on = draw(
        st.one_of(st.dates(first, last), st.builds(lambda day, n: day + n * DAY, turns, st.integers(-40, 1)))
    )
    person, contract = draw(people(name, on)), draw(contracts(on))
    today = on if contract is None or contract["signature_date"] is None else draw(st.dates(first, last))
    stated = draw(st.sampled_from([dict, _without_nulls]))  # null and absent are the same unknown
    return {"id": "x", "programme": name, "person": stated(person), "contract": contract}, today


def _iso(day):
    return None if day is None else day.isoformat()


def _without_nulls(facts):
    return {name: value for name, value in facts.items() if value is not None}


def ask(line, today):
    said = answer(line, BOOK, None, today)
    assert "error" not in said, said
    return said


@settings(max_examples=400, deadline=None)
@given(asked=lines())
def test_verdict_windows_and_nearest_change_are_those_of_counting_every_day(asked):
    line, today = asked
    said, expected = ask(line, today), oracle.answer(line, today)
    change = said["nearest_change"]
    found = {**said, "nearest_change": change and {key: change[key] for key in ("on", "verdict")}}
    assert {key: found[key] for key in expected} == expected


@settings(max_examples=150, deadline=None)
@given(asked=lines())
def test_the_verdict_is_the_least_of_its_criteria(asked):
    said = ask(*asked)
    words = {"yes": 1, "unknown": 0, "no": -1}
    assert oracle.WORDS[min(words[criterion["holds"]] for criterion in said["criteria"])] == said["verdict"]


@settings(max_examples=150, deadline=None)
@given(asked=lines())
def test_what_is_asked_for_settles_every_time_and_nothing_shorter_does(asked):
    line, today = asked
    said = ask(line, today)
    missing = said["missing_facts"]
    if said["verdict"] != "unknown":
        assert missing == [] and said["next_question"] is None
        return
    assert set(missing) <= set(oracle.askable(line))
    assert oracle.settles(line, missing, today), missing
    assert len(missing) == oracle.smallest(line, today), missing
    assert said["next_question"] in (missing or [None])
