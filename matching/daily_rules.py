"""The rules of time in the order in which a day runs them: name, function. Each lives in the module of its subject.

What wakes or ends comes before the reminders, so that nobody is reminded of what is over; the digest comes last and
counts what the others left.
"""

from __future__ import annotations

from . import (
    aid_clock,
    club_digest,
    club_invitations,
    club_rules,
    collective_slots,
    hand_overs,
    offer_clock,
    offer_drafts,
    outreach,
    placement_clock,
    pressing,
    proposal_clock,
    right_clock,
)
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
    ("promise-chase", outreach.chase_promises),
    ("outreach-wake", outreach.wake),
    ("running", placement_clock.run_after_trial),
    ("aid-paused", aid_clock.pause_months),
    ("aid-lapsed", aid_clock.lapse),
    ("aid-due", aid_clock.fall_due),
    ("check-ins-missed", placement_clock.give_up),
    ("lapsing", offer_clock.give_notice),
    ("remind-people", proposal_clock.remind_people),
    ("remind-employers", proposal_clock.remind_employers),
    ("aid-notices", aid_clock.tell_of_papers),
    ("check-ins", placement_clock.ask_how_it_goes),
    ("old-drafts", offer_drafts.forget),
    ("sessions-ahead", collective_slots.ahead),
    ("club-begin", club_rules.begin),
    ("club-silence", club_rules.watch),
    ("club-unanswered", club_invitations.unanswered),
    ("club-reminders", club_invitations.remind),
    ("digest", pressing.digest),
    ("digest-animators", club_digest.digest),
)
