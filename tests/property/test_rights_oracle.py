"""`passerelle check` against the plain oracle: verdicts, windows, nearest change, what to ask for."""

from datetime import date, timedelta

from hypothesis import given, settings, strategies as st

from matching.eligibility import programme
from tests.oracle import rights as oracle
from web.check import answer

BOOK = programme.load()
WORDS = {1: "eligible", 0: "unknown", -1: "not-eligible"}
DAYS = st.dates(date(2012, 6, 1), date(2015, 12, 31))
RECENT = st.dates(date(2018, 1, 1), date(2021, 6, 30))


def maybe(strategy, share=6):
    """Sometimes unknown."""
    return st.one_of(*([strategy] * share), st.none())


@st.composite
def period(draw, days, **extra):
    start = draw(days) - timedelta(days=draw(st.integers(0, 900)))
    length = draw(
        st.one_of(st.none(), st.integers(0, 400), st.sampled_from([27, 30, 182, 183, 364, 365, 366]))
    )
    end = None if length is None else (start + timedelta(days=length)).isoformat()
    return {"from": start.isoformat(), "to": end, **{key: draw(value) for key, value in extra.items()}}


def people(days):
    kinds = st.sampled_from(["ZUS", "ZUS", "QPV", "QPV", "none", "ZRR", "outre-mer"])
    communes = st.sampled_from([None, None, None, "80021", "59350", "35238"])
    born = st.one_of(
        st.dates(date(1982, 1, 1), date(2003, 12, 31)),
        st.sampled_from([date(1984, 2, 29), date(1988, 2, 29), date(1996, 2, 29)]),
    )
    return st.fixed_dictionaries(
        {
            "birth_date": maybe(born.map(date.isoformat)),
            "rqth": st.sampled_from([True, False, False, None]),
            "rqth_until": st.one_of(st.none(), st.none(), days.map(date.isoformat)),
            "diploma_level": st.sampled_from(["none", "3", "3", "4", "5", "6", "6", "7", "8", None]),
            "bac_plus": st.sampled_from([None, None, 2, 3, 4, 5]),
            "registrations": maybe(
                st.lists(period(days, category=st.sampled_from([None, None, 1, 2, 4, 5, 8])), max_size=4)
            ),
            "employment": maybe(st.lists(period(days), max_size=2)),
            "residence": maybe(st.lists(period(days, zone_kind=kinds, insee_code=communes), max_size=3)),
            "prescriber_waiver": st.sampled_from([None, None, True, False]),
            "csp": st.sampled_from([None, True, False]),
            "mission_locale": st.sampled_from([None, True, False]),
        }
    )


CONTRACTS = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["CDI", "CDD", "CDD", "MIS", "APP", None]),
            "months": st.sampled_from([None, 5, 6, 11, 12, 36, 37]),
            "weekly_hours": st.sampled_from([None, 17.4, 17.5, 24, 35, 36]),
            "sector": st.sampled_from(["non-marchand", "marchand", None]),
        }
    ),
)


def asked(name, person, contract, on):
    return answer({"id": "x", "programme": name, "person": person, "contract": contract}, BOOK, None, on)


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_the_verdict_is_the_oracles_on_any_day(data):
    name = data.draw(st.sampled_from(sorted(BOOK)))
    days = RECENT if name.endswith("2018") else DAYS
    person, contract, on = data.draw(people(days)), data.draw(CONTRACTS), data.draw(days)
    said = asked(name, person, contract, on)
    assert "error" not in said, said
    assert said["verdict"] == WORDS[oracle.verdict(name, person, contract, on)]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_windows_and_the_nearest_change_are_those_of_counting_day_by_day(data):
    name = data.draw(st.sampled_from(sorted(BOOK)))
    days = RECENT if name.endswith("2018") else DAYS
    person, contract, on = data.draw(people(days)), data.draw(CONTRACTS), data.draw(days)
    said = asked(name, person, contract, on)
    # A stretch of days around the one asked about, and every edge that the engine names.
    stretch = {on + timedelta(days=n) for n in range(-60, 120)}
    for first, last in said["windows"]:
        stretch |= {date.fromisoformat(first) + timedelta(days=n) for n in (-1, 0)}
        stretch |= {date.fromisoformat(last) + timedelta(days=n) for n in (0, 1)} if last else set()
    windows = [(date.fromisoformat(a), date.fromisoformat(b) if b else date.max) for a, b in said["windows"]]
    for day in stretch:
        inside = any(first <= day <= last for first, last in windows)
        assert inside == (oracle.person_on(name, person, day) == oracle.YES), day
    present = oracle.verdict(name, person, contract, on)
    change = said["nearest_change"]
    turns = date.fromisoformat(change["on"]) if change else on + timedelta(days=120)
    day = on
    while day < min(turns, on + timedelta(days=120)):
        assert oracle.verdict(name, person, contract, day) == present, day
        day += timedelta(days=1)
    if change:
        assert WORDS[oracle.verdict(name, person, contract, turns)] == change["verdict"] != said["verdict"]
    assert said["first_eligible_on"] == (said["windows"][0][0] if said["windows"] else None)
    holding = [b for a, b in said["windows"] if a <= on.isoformat() and (b is None or on.isoformat() <= b)]
    assert said["eligible_until"] == (holding[0] if holding else None)


def some_answers(fact, on):
    """Answers on every side of every threshold, made without looking at the engine's own."""

    def ago(months):
        return oracle.add(on, -months).isoformat()

    eve = (on - timedelta(days=1)).isoformat()
    return {
        "birth_date": [ago(12 * years) for years in (15, 16, 20, 25, 26, 28, 29, 30, 40)],
        "rqth": [True, False],
        "diploma_level": ["none", "3", "4", "5", "6", "7", "8"],
        "bac_plus": [0, 2, 3, 4, 5, 8],
        "registrations": [
            [], [{"from": ago(60)}], [{"from": ago(5)}], [{"from": ago(6)}], [{"from": ago(12)}], [{"from": ago(11)}],
            [{"from": ago(18), "to": ago(6)}], [{"from": ago(60), "to": eve}], [{"from": ago(60), "category": 4}],
        ],
        "employment": [[], [{"from": ago(1)}], [{"from": on.isoformat(), "to": on.isoformat()}]],
        "residence": [
            [{"zone_kind": kind, "from": since}] for kind in ("ZUS", "QPV", "ZRR", "outre-mer", "none")
            for since in (ago(60), ago(6), on.isoformat())
        ] + [[], [{"zone_kind": "QPV", "insee_code": "35238", "from": ago(60)}]],
        "prescriber_waiver": [True, False], "csp": [True, False], "mission_locale": [True, False],
    }[fact]  # fmt: skip


def leaves_open(name, person, facts, on):
    """Whether some answer to all of these facts still leaves the verdict unknown."""
    if not facts:
        return oracle.verdict(name, person, None, on) == oracle.UNKNOWN
    return any(
        leaves_open(name, {**person, facts[0]: value}, facts[1:], on) for value in some_answers(facts[0], on)
    )


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_missing_facts_settle_every_time_and_no_smaller_set_does(data):
    import itertools

    name = data.draw(st.sampled_from(sorted(BOOK)))
    days = RECENT if name.endswith("2018") else DAYS
    person, on = data.draw(people(days)), data.draw(days)
    said = asked(name, person, None, on)
    missing = said["missing_facts"]
    if said["verdict"] != "unknown":
        assert missing == [] and said["next_question"] is None
        return
    assert len(missing) >= 1, said
    if len(missing) > 2:
        return  # the oracle counts every combination: three facts and more would take minutes
    assert not leaves_open(name, person, missing, on), missing
    unknown = [fact for fact in person if person[fact] is None and fact != "rqth_until"]
    for smaller in itertools.combinations(unknown, len(missing) - 1):
        assert leaves_open(name, person, list(smaller), on), smaller
