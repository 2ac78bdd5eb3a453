"""The collective sessions of the demo: two slots since September, who came, one to close, one full, one cancelled.

Members of the club come most weeks; other young people out of work fill the seats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from matching import attendance, collective, collective_slots as slots, session_messages
from matching.attendance import Statement
from matching.collective import SessionAction
from matching.daily import Day
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency
from matching.store.sessions import CollectiveSession, SessionAttendance
from matching.vocabulary import AttendanceState as State, Party

from . import club
from .actors import AGENCY
from .contracts import working
from .people import person

if TYPE_CHECKING:
    from .load import Line, Stage

PLACE = "Atrium, Amiens Nord"
#: Weekday, hours, theme, seats, what is done there.
SLOTS = (
    (1, "09:30", "11:30", "Préparer sa candidature", 12, "CV, lettre, entretien : chacun repart avec un document fini."),
    (3, "14:00", "16:00", "Les offres du quartier", 14, "Les offres d’ici, lues ensemble, et comment y répondre."),
)  # fmt: skip
#: Days before the last one that the first week began.
BEGAN = 63
#: Days that somebody is registered ahead.
AHEAD = 4
#: How many come to a session that was held; of the next ones: nearly full, full, some.
HELD, NEARLY, WAITING, SOME = (6, 9), 1, 3, 3
#: Of ten people registered: what was stated, most often.
STATES = "pppppplexa"
LETTERS = {"p": State.PRESENT, "l": State.LATE, "e": State.EXCUSED, "x": State.ABSENT, "a": State.ABSENT}
#: The one to close: so many were noted on the day.
NOTED = 4


def tell(line: Callable[..., Line], people: int, seed: int, today: date) -> Iterator[Line]:
    """Slots, closures, each week's registrations and what was stated, the sessions to come."""
    monday = today - timedelta(days=today.weekday())
    start = monday - timedelta(days=BEGAN)
    yield line(working(start), "importer", "session_slots", since=working(start).isoformat())
    week = start + timedelta(weeks=1)
    while week <= today:
        yield line(week, "clock", "sessions_ahead")
        week += timedelta(weeks=1)
    bridge = _before(today, 3)
    yield line(
        working(bridge - timedelta(days=30)), "importer", "session_closure", first=bridge.isoformat(),
        last=(bridge + timedelta(days=1)).isoformat(), reason="pont de la Toussaint",
    )  # fmt: skip
    dice = Random(f"sessions {seed}")
    pool = _pool(people, seed, today)
    held = [
        day for number in range((today - start).days)
        if (day := start + timedelta(days=number)).weekday() in (1, 3) and day >= working(start) and working(day) == day
        and day not in (bridge, bridge + timedelta(days=1))
    ]  # fmt: skip
    for day in held:
        slot = 0 if day.weekday() == SLOTS[0][0] else 1
        who = _some(dice, pool(day), dice.randint(*HELD))
        yield line(
            min(day, max(working(start), working(day - timedelta(days=AHEAD)))), "animator", "session_register", slot=slot,
            held=day.isoformat(), people=who,
        )  # fmt: skip
        last = day == held[-1]
        states = [dice.choice(STATES) for _ in who]
        yield line(
            day, "animator", "session_held", slot=slot, held=day.isoformat(), people=who,
            states="".join(states[:NOTED] if last else states), closed=not last,
        )  # fmt: skip
    seats = {0: SLOTS[0][4], 1: SLOTS[1][4]}
    coming = ((0, 1, seats[0] - NEARLY), (1, 3, seats[1] + WAITING), (0, 8, SOME), (1, 10, SOME))
    for slot, days, wanted in coming:
        day = monday + timedelta(days=days)
        if day < today or working(day) != day:
            continue
        yield line(
            working(max(start, _earlier(today, 3))), "advisor", "session_register", slot=slot,
            held=day.isoformat(), people=_some(dice, pool(day), wanted),
        )  # fmt: skip
    off = monday + timedelta(days=8)
    if working(off) == off:
        yield line(
            today, "advisor", "session_cancelled", slot=0, held=off.isoformat(), reason="salle indisponible"
        )


def _earlier(today: date, days: int) -> date:
    """That many days before, never on a day off that would be moved past today."""
    day = today - timedelta(days=days)
    return day if working(day) == day else min(working(day), today)


def _before(today: date, weekday: int) -> date:
    """The last such day before today."""
    return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def _pool(people: int, seed: int, today: date) -> Callable[[date], Sequence[str]]:
    """Who may come on a day: members of the club whose weeks have begun, then others out of work."""
    members = club.members(people, seed, today)
    in_club = {each.person for each in members}
    others = [
        young.identifier
        for young in (person(index, seed, today) for index in range(min(people, 240)))
        if not young.working and young.identifier not in in_club
    ][:60]

    def on(day: date) -> Sequence[str]:
        return [each.person for each in members if 0 <= (day - each.joined).days < 91] + others

    return on


def _some(dice: Random, pool: Sequence[str], wanted: int) -> list[str]:
    """Half of them of the first twelve of the pool, the others of the rest."""
    first, rest = list(pool[:12]), list(pool[12:])
    half = min(wanted // 2, len(first))
    taken = dice.sample(first, half)
    return taken + dice.sample(rest, min(wanted - half, len(rest)))


def _agency(stage: Stage) -> Agency:
    return stage.session.scalars(sa.select(Agency).where(Agency.name == AGENCY)).one()


def _session(stage: Stage, line: Line) -> CollectiveSession:
    weekday = SLOTS[line["slot"]][0]
    day = date.fromisoformat(line["held"])
    assert day.weekday() == weekday
    return stage.session.scalars(
        sa.select(CollectiveSession).where(
            CollectiveSession.held_on == day, CollectiveSession.agency_id == _agency(stage).id
        )
    ).one()


def _slots(stage: Stage, line: Line, day: date) -> None:
    for weekday, starts, ends, theme, seats, said in SLOTS:
        wanted = slots.Slot(
            weekday, time.fromisoformat(starts), time.fromisoformat(ends), theme, PLACE, seats, date.fromisoformat(line["since"]), None, said
        )  # fmt: skip
        slots.add(stage.session, _agency(stage).id, wanted, on=day, at=stage.at)


def _ahead(stage: Stage, line: Line, day: date) -> None:
    slots.ahead(stage.session, Day(day, stage.at, stage.book))


def _closure(stage: Stage, line: Line, day: date) -> None:
    slots.close_days(
        stage.session,
        _agency(stage).id,
        date.fromisoformat(line["first"]),
        date.fromisoformat(line["last"]),
        line["reason"],
        actor_id=stage.who(line)["actor_id"],
        on=day,
        at=stage.at,
    )


def _register(stage: Stage, line: Line, day: date) -> None:
    row = _session(stage, line)
    for identifier in line["people"]:
        who = stage.person({**line, "person": identifier})
        attendance.register(
            stage.session, row, who, actor_id=stage.who(line)["actor_id"], on=day, at=stage.at
        )


def _held(stage: Stage, line: Line, day: date) -> None:
    row = _session(stage, line)
    by_person = {
        each.person_id: each
        for each in stage.session.scalars(
            sa.select(SessionAttendance).where(SessionAttendance.session_id == row.id)
        )
    }
    pressed = datetime.combine(row.held_on, row.starts_at, collective.HERE) + timedelta(minutes=5)
    dice, actor = Random(f"{line['held']} {line['slot']}"), stage.who(line)["actor_id"]
    for identifier, letter in zip(line["people"], line["states"], strict=False):
        who = by_person[stage.person({**line, "person": identifier}).id]
        key = str(UUID(int=dice.getrandbits(128)))
        said = Statement(LETTERS[letter], key, pressed, who.version)
        attendance.say(stage.session, row, who, said, actor_id=actor, on=day, at=stage.at)
    if line["closed"]:
        collective.change(
            stage.session, row, SessionAction.CLOSE, actor_id=actor, party=Party.ANIMATOR, on=day, at=stage.at
        )


def _cancelled(stage: Stage, line: Line, day: date) -> None:
    """Everybody was told that day, by telephone."""
    collective.change(
        stage.session, _session(stage, line), SessionAction.CANCEL, **stage.who(line), on=day, at=stage.at,
        reason=line["reason"],
    )  # fmt: skip
    stage.session.execute(sa.delete(OutgoingMessage).where(OutgoingMessage.kind == session_messages.KIND))


ACTS: dict[str, Callable[[Stage, Line, date], None]] = {
    "session_slots": _slots,
    "sessions_ahead": _ahead,
    "session_closure": _closure,
    "session_register": _register,
    "session_held": _held,
    "session_cancelled": _cancelled,
}
