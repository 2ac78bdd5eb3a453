"""The rules of time in the order in which a day runs them: name, function. Each lives in the module of its subject.

What wakes or ends comes before the reminders, so that nobody is reminded of what is over; the digest comes last and
counts what the others left.
"""

from __future__ import annotations

from . import hand_overs, offer_clock, proposal_clock, right_clock
from .daily import Rule

RULES: tuple[tuple[str, Rule], ...] = (
    ("wake", proposal_clock.wake),
    ("stale", proposal_clock.stale),
    ("rights", right_clock.close_ended),
    ("unanswered", proposal_clock.close_unanswered),
    ("unsent", proposal_clock.close_unsent),
    ("employer-silent", proposal_clock.answer_for_employers),
    ("hand-overs", hand_overs.expire),
    ("lapse", offer_clock.lapse),
    ("lapsing", offer_clock.give_notice),
    ("remind-people", proposal_clock.remind_people),
    ("remind-employers", proposal_clock.remind_employers),
)
