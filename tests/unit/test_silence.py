"""Days of silence: reminders, the call, the last day, counted in working days and checked by counting them one by one."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from matching import daily_rules, silence, workdays
from web.clock_work import is_morning
from web.wording.jobs import RULES

DAYS = st.dates(date(2012, 1, 1), date(2031, 12, 31))


def worked(since, on):
    """Working days after `since`, up to `on` included: the slow way."""
    return sum(workdays.is_working(since + timedelta(days=n)) for n in range(1, (on - since).days + 1))


@given(since=DAYS, wait=st.integers(0, 60), reminders=st.sampled_from([(3, 7), (5, 10)]))
def test_the_reminder_that_is_due_is_the_last_whose_day_has_come(since, wait, reminders):
    on = since + timedelta(days=wait)
    passed = [number for number, days in enumerate(reminders, 1) if worked(since, on) >= days]
    over = worked(since, on) > silence.LONGEST or on > silence.last_day(since)
    assert silence.reminder_due(since, reminders, on) == (passed[-1] if passed and not over else None)


@given(since=DAYS)
def test_reminders_and_the_last_day_fall_on_working_days_in_their_order(since):
    days = [workdays.after(since, n) for n in (3, 5, 7, 10, silence.LONGEST)]
    assert days == sorted(days) and all(map(workdays.is_working, days))
    assert worked(since, silence.last_day(since)) == silence.LONGEST


@given(asked=DAYS, called=st.none() | st.integers(-10, 40))
def test_a_call_leaves_two_days_never_before_the_second_reminder_nor_beyond_the_longest_wait(asked, called):
    called_on = None if called is None else asked + timedelta(days=called)
    last = silence.last_day_to_answer(asked, called_on)
    assert last <= silence.last_day(asked)
    if called_on is None or called_on < asked:  # a call before the question is none
        assert last == silence.last_day(asked)
    else:
        assert last > silence.call_day(asked, silence.PERSON_REMINDERS)
        assert last == silence.last_day(asked) or worked(called_on, last) >= silence.AFTER_CALL


@pytest.mark.parametrize(
    ("at", "morning"),
    [
        (datetime(2013, 7, 1, 3, 59, tzinfo=UTC), False),
        (datetime(2013, 7, 1, 4, 0, tzinfo=UTC), True),  # six in summer
        (datetime(2013, 12, 1, 4, 0, tzinfo=UTC), False),
        (datetime(2013, 12, 1, 5, 0, tzinfo=UTC), True),  # six in winter
        (datetime(2013, 10, 27, 4, 30, tzinfo=UTC), False),  # the night that is an hour longer
        (datetime(2013, 3, 31, 4, 0, tzinfo=UTC), True),  # the one that is an hour shorter
    ],
)
def test_a_day_begins_at_six_in_france(at, morning):
    assert is_morning(at) is morning


def test_every_rule_of_time_has_its_words():
    assert {name for name, _ in daily_rules.RULES} == set(RULES)
