"""What the members of the demo's club did: contacts week after week, approaches, pauses, exits, situations afterwards.

Of the group of spring everybody left; in the second one somebody is silent, one is at risk, one dropped out, one found a
job in the fourth week and is still called, one is in a pause; the last group is in its first month.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from matching import (
    approaches,
    club as machine,
    club_contacts,
    club_follow_up,
    club_pauses,
    club_rules,
)
from matching.daily import Day
from matching.store.club import ClubFollowUp, ClubMembership
from matching.vocabulary import LIVE_MEMBERSHIPS, MembershipState, Party

from . import club
from .club import Member
from .contracts import working

if TYPE_CHECKING:
    from .load import Line, Stage

WEEK = timedelta(days=7)
#: Of the group of spring, by rank: outcome, the week it came in, what is said of it.
EXITS = (
    ("lasting_job", 4, "CDI de préparateur de commandes."),
    ("training", 13, "CAP cuisine en un an."),
    ("short_job", 9, "CDD de quatre mois en espaces verts."),
    ("civic_service", 11, ""),
    ("continues", 13, ""),
    ("dropped_out", 8, "Ne répond plus depuis mai, malgré trois appels et un passage."),
    ("apprenticeship", 13, "Apprentissage, vente."),
    ("moved", 6, ""),
    ("lasting_job", 12, "CDI d’agent d’entretien."),
    ("interim", 10, ""),
    ("continues", 13, ""),
    ("business", 13, "Auto-entreprise de multiservices."),
)
#: What was said of it three months later; nobody reached: missed; not there: still to be asked.
AFTER = {
    0: "lasting_job", 1: "training", 2: "lasting_job", 3: "civic_service", 4: "missed", 6: "apprenticeship",
    8: "lasting_job", 9: "interim", 11: "business",
}  # fmt: skip
#: (group, rank) -> days before the last one from which nobody answers any more.
SILENT = {(1, 0): 12, (1, 1): 19, (1, 2): 40, (2, 1): 11}
#: Found a job in the fourth week, and is called until the thirteenth.
HIRED = (1, 3)
#: (group, rank) -> first day and days of a pause, the days counted from the first one of the club; its reason.
PAUSED = {(1, 5): (30, 7, "sickness"), (0, 4): (40, 10, "family")}
#: Away now: a short job that began so many days ago and lasts so many.
AWAY, AWAY_SINCE, AWAY_DAYS = (1, 8), 6, 12
#: (group, rank) -> weeks without a contact; those of the second list have their reason.
MISSED = {(1, 7): (6,), (1, 4): (3, 8), (0, 2): (5,), (2, 4): (2,)}
EXCUSED = {(1, 6): (4, "holiday"), (2, 6): (3, "sickness")}
#: An interview that is to come, in so many days.
INTERVIEW, IN_DAYS = (1, 9), 4
CHANNELS = ("in_person", "phone", "in_person", "session", "phone", "sms")
NOTES = (
    "CV relu, deux corrections à faire.", "", "Simulation d’entretien.", "Liste de dix employeurs à visiter.", "",
    "Point sur la garde d’enfant.", "Lettre prête, à déposer lundi.", "", "Retour sur l’immersion : bonne semaine.",
)  # fmt: skip
EMPLOYERS = (
    "Boulangerie du Pigeonnier", "Garage de la Citadelle", "Crèche des Petits Pas", "Menuiserie Lenglet",
    "Résidence du Colvert", "Transports Delabie", "Supermarché de la Vallée", "Club omnisports du Nord",
)  # fmt: skip
WAYS = (
    ("visit", "waiting"),
    ("call", "no_answer"),
    ("offer", "refused"),
    ("network", "interview"),
    ("email", "waiting"),
)


def tell(line: Callable[..., Line], people: int, seed: int, today: date) -> Iterator[Line]:
    """Each group's weeks, and the clock once a week."""
    members = club.members(people, seed, today)
    if not members:
        return
    ranks: dict[int, int] = {}
    contacts: dict[date, list[list[Any]]] = {}
    for member in members:
        rank = ranks.get(member.cohort, 0)
        ranks[member.cohort] = rank + 1
        place = (member.cohort, rank)
        for day, item in _contacts(member, place, today):
            contacts.setdefault(day, []).append(item)
        yield from _approaches(line, member, place, today)
        yield from _course(line, member, place, today)
    for day in sorted(contacts):
        yield line(day, "animator", "club_contacts", said=contacts[day])
    day = min(member.joined for member in members)
    while day < today:
        yield line(day, "clock", "club_clock")
        day = min(working(day + WEEK), today)
    yield line(today, "clock", "club_clock")


def _last(member: Member, place: tuple[int, int], today: date) -> date:
    """The day after which nothing is noted of them any more."""
    ends = member.joined + 13 * WEEK
    if member.cohort == 0:
        outcome, week, _ = EXITS[place[1] % len(EXITS)]
        if outcome in ("dropped_out", "moved"):
            ends = member.joined + (week - (4 if outcome == "dropped_out" else 0)) * WEEK
    if place in SILENT:
        ends = today - timedelta(days=SILENT[place])
    if place == AWAY:
        ends = today - timedelta(days=AWAY_SINCE + 1)
    return min(ends, today)


def _contacts(member: Member, place: tuple[int, int], today: date) -> Iterator[tuple[date, list[Any]]]:
    last = _last(member, place, today)
    pause = PAUSED.get(place)
    for week in range(13):
        number = week + 1
        if number in MISSED.get(place, ()) or number == EXCUSED.get(place, (0, ""))[0]:
            continue
        day = working(member.joined + week * WEEK + timedelta(days=(place[1] + week) % 4))
        if pause is not None and 0 <= (day - member.joined).days - pause[0] < pause[1]:
            continue
        if day <= last:
            turn = place[1] + week
            yield (
                day,
                [
                    member.person,
                    CHANNELS[turn % len(CHANNELS)],
                    NOTES[turn % len(NOTES)],
                    None if CHANNELS[turn % len(CHANNELS)] == "sms" else 10 + turn % 4 * 10,
                ],
            )
    if place in SILENT:
        yield last, [member.person, "phone", "", 15]


def _approaches(
    line: Callable[..., Line], member: Member, place: tuple[int, int], today: date
) -> Iterator[Line]:
    for turn in range(2 + place[1] % 3):
        day = working(member.joined + timedelta(days=9 + turn * 16 + place[1]))
        if day > _last(member, place, today):
            return
        channel, result = WAYS[(place[1] + turn) % len(WAYS)]
        employer = EMPLOYERS[(place[1] * 3 + turn) % len(EMPLOYERS)]
        yield line(day, "animator", "club_approach", person=member.person, employer=employer, channel=channel,
                   result=result, result_on=working(day + timedelta(days=6)).isoformat())  # fmt: skip
    if place == INTERVIEW:
        day = working(today - timedelta(days=3))
        yield line(min(day, today), "animator", "club_approach", person=member.person, employer=EMPLOYERS[3],
                   channel="visit", result="interview",
                   result_on=(today + timedelta(days=IN_DAYS)).isoformat())  # fmt: skip


def _course(line: Callable[..., Line], member: Member, place: tuple[int, int], today: date) -> Iterator[Line]:
    if place in PAUSED:
        after, days, reason = PAUSED[place]
        first = working(member.joined + timedelta(days=after))
        yield line(first, "animator", "club_pause", person=member.person, length=days, reason=reason)
    if place == AWAY:
        first = working(today - timedelta(days=AWAY_SINCE))
        yield line(
            first, "animator", "club_pause", person=member.person, length=AWAY_DAYS, reason="short_job"
        )
    if place in EXCUSED:
        week, why = EXCUSED[place]
        day = working(member.joined + week * WEEK)
        yield line(min(day, today), "animator", "club_excuse", person=member.person, week=week, reason=why)
    if place == HIRED:
        day = working(member.joined + 3 * WEEK + timedelta(days=2))
        yield line(day, "animator", "club_exit", person=member.person, outcome="lasting_job",
                   note="CDI d’aide à domicile, 28 heures.", satisfaction=4)  # fmt: skip
    if member.cohort == 0:
        outcome, week, note = EXITS[place[1] % len(EXITS)]
        day = working(member.joined + week * WEEK - timedelta(days=3))
        yield line(day, "animator", "club_exit", person=member.person, outcome=outcome, note=note,
                   satisfaction=(4, 3, None)[place[1] % 3])  # fmt: skip
        if place[1] in AFTER:
            day = min(working(today - timedelta(days=17 - place[1])), today)
            yield line(day, "animator", "club_follow_up", person=member.person, situation=AFTER[place[1]])


# --- the acts, through the flows


def _who(stage: Stage, line: Line) -> dict[str, Any]:
    return {"actor_id": stage.users["animator"].id, "party": Party.ANIMATOR}


def _membership(stage: Stage, line: Line) -> ClubMembership | None:
    """Theirs, once their weeks began."""
    key = ("club_member", line["person"])
    if key not in stage.found:
        person = stage.person(line)
        began = (*LIVE_MEMBERSHIPS, MembershipState.ENDED)
        found = stage.session.scalar(
            sa.select(ClubMembership)
            .where(
                ClubMembership.person_id == person.id,
                ClubMembership.state.in_(began),
                ClubMembership.joined_on.is_not(None),
            )
            .order_by(ClubMembership.id.desc())
            .limit(1)
        )
        if found is None:
            return None
        stage.found[key] = found
    row: ClubMembership = stage.found[key]
    return row


def _contact(stage: Stage, line: Line, day: date) -> None:
    for person, channel, note, minutes in line["said"]:
        row = _membership(stage, {**line, "person": person})
        if row is not None and club_contacts.may_note(row, day):
            said = club_contacts.Said(day, channel, two_way=True, minutes=minutes, note=note)
            club_contacts.note(stage.session, row, said, **_who(stage, line), on=day, at=stage.at)


def _approach(stage: Stage, line: Line, day: date) -> None:
    row = _membership(stage, line)
    if row is not None:
        done = approaches.Done(day, line["employer"], line["channel"], line["result"],
                               date.fromisoformat(line["result_on"]))  # fmt: skip
        approaches.note(stage.session, row, done, **_who(stage, line), on=day)


def _pause(stage: Stage, line: Line, day: date) -> None:
    row = _membership(stage, line)
    if row is not None and row.state in (MembershipState.ACTIVE, MembershipState.AT_RISK):
        until = day + timedelta(days=line["length"] - 1)
        club_pauses.note(
            stage.session, row, day, until, line["reason"], **_who(stage, line), on=day, at=stage.at
        )


def _excuse(stage: Stage, line: Line, day: date) -> None:
    row = _membership(stage, line)
    if row is not None:
        week = club_contacts.numbered(stage.session, row, line["week"])
        club_contacts.mark(
            stage.session, row, week, excused=line["reason"], obstacle=None, next_step="Reprendre contact dès le retour.",
            party=Party.ANIMATOR,
        )  # fmt: skip


def _exit(stage: Stage, line: Line, day: date) -> None:
    row = _membership(stage, line)
    if row is not None and row.state is not MembershipState.ENDED:
        details = machine.Details(
            outcome=line["outcome"], note=line["note"], satisfaction=line["satisfaction"]
        )
        machine.change(
            stage.session, row, machine.MembershipAction.END, **_who(stage, line), on=day, at=stage.at, details=details
        )  # fmt: skip


def _follow_up(stage: Stage, line: Line, day: date) -> None:
    row = _membership(stage, line)
    if row is None:
        return
    asked = stage.session.scalar(
        sa.select(ClubFollowUp).where(ClubFollowUp.membership_id == row.id, ClubFollowUp.month == 3)
    )
    if asked is None:
        return
    if line["situation"] == "missed":
        club_follow_up.miss(stage.session, asked, **_who(stage, line), on=max(day, asked.due_on))
    else:
        club_follow_up.note(stage.session, asked, line["situation"], **_who(stage, line), on=day)


def _clock(stage: Stage, line: Line, day: date) -> None:
    now = Day(day, stage.at, stage.book)
    club_rules.begin(stage.session, now)
    club_rules.watch(stage.session, now)


ACTS: dict[str, Callable[[Stage, Line, date], None]] = {
    "club_contacts": _contact,
    "club_approach": _approach,
    "club_pause": _pause,
    "club_excuse": _excuse,
    "club_exit": _exit,
    "club_follow_up": _follow_up,
    "club_clock": _clock,
}
