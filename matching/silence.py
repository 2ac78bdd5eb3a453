"""How long a silence lasts before somebody is reminded, called, and the one who waits is answered (workflow.md ii).

All in working days after the last news. Somebody asked: reminded after 3 and 7, then called by an advisor; two days
after the call (and after the second reminder) the clock notes that no answer came. An employer: reminded after 5 and
10, called from then on, to the 15th at the latest. Nobody waits longer than 15 for an answer: the day after, the clock
gives one, whether the call was made or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from . import workdays

#: Working days after which a reminder leaves: to the person, to the employer.
PERSON_REMINDERS, EMPLOYER_REMINDERS = (3, 7), (5, 10)
#: Nobody waits longer for an answer.
LONGEST = 15
#: What an advisor's call in vain leaves to call back.
AFTER_CALL = 2


def last_news(released_on: date, answered_on: date | None) -> date:
    """The day from which an employer's silence counts: of the interview, else of the release."""
    return answered_on or released_on


def reminder_due(since: date, reminders: Sequence[int], on: date) -> int | None:
    """Which reminder's time it is, the latest one: 1, 2…; None before the first, and once the wait is over."""
    if on > last_day(since):
        return None
    due = [number for number, days in enumerate(reminders, 1) if on >= workdays.after(since, days)]
    return due[-1] if due else None


def call_day(since: date, reminders: Sequence[int]) -> date:
    """From that day on an advisor calls: that of the last reminder."""
    return workdays.after(since, reminders[-1])


def last_day(since: date) -> date:
    """The last day of the longest wait."""
    return workdays.after(since, LONGEST)


def last_day_to_answer(asked_on: date, called_on: date | None) -> date:
    """The last day on which a person who was asked may still answer; a call in vain brings it nearer."""
    if called_on is None or called_on < asked_on:
        return last_day(asked_on)
    after_call = workdays.after(max(called_on, call_day(asked_on, PERSON_REMINDERS)), AFTER_CALL)
    return min(after_call, last_day(asked_on))
