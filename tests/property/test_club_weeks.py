"""The weeks of a member under any pauses: no contact day is lost, none is counted twice (workflow.md iv)."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st

from matching.club_looks import place_of
from matching.club_weeks import DAY, Span, laid, paused_on, silent_days

JOINED = date(2013, 9, 2)


@st.composite
def pauses(draw):
    """Pauses one after the other, some touching, from the first day on."""
    found, free = [], 0
    for gap, length in draw(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 21)), max_size=5)):
        start = JOINED + DAY * (free + gap)
        found.append(Span(start, start + DAY * (length - 1)))
        free += gap + length
    return found


@given(pauses=pauses(), weeks=st.integers(1, 20))
def test_each_week_holds_seven_contact_days_counted_one_by_one(pauses, weeks):
    """The model: walk day by day, leave out the days of pause, cut in sevens."""
    day, contact_days = JOINED, []
    while len(contact_days) < 7 * weeks:
        if not paused_on(pauses, day):
            contact_days.append(day)
        day += DAY
    spans = laid(JOINED, weeks, reversed(pauses))
    assert spans == [Span(contact_days[7 * n], contact_days[7 * n + 6]) for n in range(weeks)]
    assert all(a.ends_on < b.starts_on for a, b in pairwise(spans))
    before_end = [each for each in pauses if each.starts_on <= spans[-1].ends_on]
    lost = sum(each.days for each in before_end)
    assert spans[-1].ends_on + DAY == JOINED + timedelta(days=7 * weeks + lost)
    ends = [span.ends_on for span in spans]
    assert [place_of(ends, each) for each in contact_days] == [n // 7 for n in range(7 * weeks)]


@given(pauses=pauses(), since=st.integers(0, 60), wait=st.integers(-5, 60))
def test_silence_is_the_days_without_pause_since_the_last_contact(pauses, since, wait):
    last = JOINED + DAY * since
    on = last + DAY * wait
    counted = sum(not paused_on(pauses, last + DAY * n) for n in range(1, wait + 1))
    assert silent_days(last, on, pauses) == counted
