"""What the journal tells of a contract once it is signed: papers of the aid, check-ins, training, a time that it stands
still, its end. All of it was done by the last day, but for what an agency has not come to yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from matching import check_ins, workdays
from matching.eligibility.aid import after

Line = dict[str, Any]
#: Makes a line of the journal: (day, actor, act, what).
Make = Callable[..., Line]
DAY = timedelta(days=1)

#: Who accompanies, one after the other.
TUTORS = ("Mme Langlet", "M. Prévost", "Mme Bouchez", "M. Carlier")
#: So many days after the day a paper is due, each step is taken: it is there, the money is asked for, it is paid.
STEPS = ((1, "receive"), (4, "ask"), (20, "pay"))
#: Of the cast: whose last statement is there and not sent on, and whose has not come.
TO_ASK, NOT_COME = (31, 32, 33), (34, 35)

#: (who, month) -> days after its own that a check-in was held; the others are within three.
LATE = {(9, 3): 24, (14, 1): 17, (24, 1): 8}
#: Nobody was reached; nobody has called yet.
MISSED, WAITING = ((10, 6),), ((45, 6),)
#: (who, month) -> the alert, what was done about it (None: nothing yet), what was said.
ALERTS: dict[tuple[int, int], tuple[str, str | None, str]] = {
    (8, 3): ("tutor_absent", "La directrice reprend l’accompagnement.", "Le tuteur est en arrêt."),
    (15, 1): ("not_paid", "Acompte versé, bulletin reçu.", "Salaire versé avec deux semaines de retard."),
    (24, 1): ("wants_to_leave", None, "Pense à une formation, demande à en parler."),
    (26, 1): ("tutor_absent", None, "Le tuteur travaille sur un autre site le matin."),
}

FIRST_AID = ("Sauveteur secouriste du travail (SST)", 14)
#: Of the cast: the training -> (title, hours), how far it has come by the last day.
TRAININGS: dict[int, tuple[tuple[str, int], str]] = {
    8: (FIRST_AID, "certified"),
    9: (FIRST_AID, "certified"),
    10: (("CACES 1, engins de chantier", 35), "ended"),
    11: (("Travaux paysagers, premier bloc du CAPA", 210), "started"),
    23: (("Assistant de vie aux familles, premier bloc", 140), "planned"),
    **dict.fromkeys((21, 22, 24, 25, 26), (FIRST_AID, "certified")),
}
#: Who stood still for two whole months of the summer, who does on the last day, and who left.
SUMMER_STILL, STILL, LEFT = 10, 23, 12


@dataclass(frozen=True, slots=True)
class Under:
    """A contract of the journal: who of the cast, the names its lines bear, who follows it, its first and last day."""

    index: int
    placed: dict[str, str]
    follower: str
    starts: date
    months: int | None

    @property
    def planned_end(self) -> date | None:
        return after(self.starts, self.months) - DAY if self.months else None


def working(day: date) -> date:
    """The day itself, or the first working day after a weekend or a public holiday."""
    return day if workdays.is_working(day) else workdays.after(day, 1)


def lived(line: Make, under: Under, today: date, *, monthly: bool = True) -> Iterator[Line]:
    """Everything of a contract that runs, up to the last day of the demo."""
    left = working(today - timedelta(days=20)) if under.index == LEFT else None
    if monthly:
        yield from papers(line, under, today, left)
    yield from _check_ins(line, under, left or today)
    yield from _training(line, under, today)
    yield from _standing_still(line, under, today)
    if left is not None:
        yield line(left, under.follower, "exit", **under.placed, reason="better_job", situation="lasting_job")
        yield from last_month(line, under, left, today)


def papers(line: Make, under: Under, today: date, until: date | None = None) -> Iterator[Line]:
    """Papers of an emploi d'avenir: the tutor, the plan and the visit, then the statement of each whole month."""
    until = until or today
    yield from tutor(line, under, today)
    for kind in ("training-plan", "first-visit"):
        due = after(under.starts, 1)
        if due <= until:
            yield from payment(line, under, kind, 1, due, today, paper_only=True)
    yield from statements(line, under, today, until)


def tutor(line: Make, under: Under, today: date) -> Iterator[Line]:
    """Falls due on the first day, and is named within the week."""
    yield line(under.starts, "clock", "milestone", **under.placed, kind="tutor", number=1, step="fall_due")
    named = working(under.starts + timedelta(days=4))
    if named <= today:
        name = TUTORS[under.index % len(TUTORS)]
        yield line(named, under.follower, "tutor", **under.placed, name=name)


def statements(line: Make, under: Under, today: date, until: date) -> Iterator[Line]:
    """The monthly statements since the start, each paid the month after; none of a month that stood still."""
    number, due = 1, after(under.starts.replace(day=1), 1) - DAY
    while due <= until:
        if not (under.index == SUMMER_STILL and due in _summer(today)):
            yield from payment(line, under, "monthly", number, due, today)
        number, due = number + 1, after(due + DAY, 1) - DAY


def last_month(line: Make, under: Under, ended: date, today: date) -> Iterator[Line]:
    """What the days worked in the month of the end leave owed."""
    number = (ended.year - under.starts.year) * 12 + ended.month - under.starts.month + 1
    yield from payment(line, under, "monthly", number, ended, today)


def payment(
    line: Make, under: Under, kind: str, number: int, due: date, today: date, *, paper_only: bool = False
) -> Iterator[Line]:
    """Falls due by the clock; statement received, asked, paid as far as time has gone."""
    milestone = {**under.placed, "kind": kind, "number": number}
    yield line(due, "clock", "milestone", **milestone, step="fall_due")
    fresh = due + timedelta(days=7) > today
    if fresh and under.index in NOT_COME:
        return
    last = 1 if paper_only or (fresh and under.index in TO_ASK) else 3
    for days, step in STEPS[:last]:
        day = working(due + timedelta(days=days))
        if day > today:
            return
        yield line(day, under.follower, "milestone", **milestone, step=step)


def _check_ins(line: Make, under: Under, until: date) -> Iterator[Line]:
    for month, due in check_ins.planned_days(under.starts, under.planned_end):
        here = (under.index, month)
        day = working(due + timedelta(days=LATE.get(here, (under.index + month) % 4)))
        if day > until or here in WAITING:
            return
        if here in MISSED:
            yield line(day, under.follower, "check_in_missed", **under.placed, month=month)
            continue
        alert, answer, said = ALERTS.get(here, (None, None, ""))
        visited = month == 1
        yield line(
            day, under.follower, "check_in", **under.placed, month=month,
            channel="visit" if visited else "phone", with_whom="both" if visited else "person",
            alert=alert, note=said or None,
        )  # fmt: skip
        if answer is not None:
            closed = workdays.after(day, 3)
            yield line(closed, under.follower, "alert_closed", **under.placed, month=month, answer=answer)


def after_the_end(line: Make, under: Under, ended: date, today: date) -> Iterator[Line]:
    """Asked again half a year later: a few days before the day, when somebody is on the phone anyway."""
    day = working(after(ended, check_ins.EXIT_MONTHS) - timedelta(days=12))
    if day <= today:
        yield line(day, under.follower, "check_in", **under.placed, kind="exit", month=check_ins.EXIT_MONTHS,
                   channel="phone", with_whom="person", situation="training")  # fmt: skip


def _training(line: Make, under: Under, today: date) -> Iterator[Line]:
    if under.index not in TRAININGS:
        return
    (title, hours), how_far = TRAININGS[under.index]
    promised, begun = working(under.starts + timedelta(days=10)), working(under.starts + timedelta(days=32))
    ended = begun + timedelta(days=max(1, hours // 7))
    what = {**under.placed, "title": title}
    yield line(promised, under.follower, "training", **what, hours=hours, planned=begun.isoformat())
    if how_far == "planned" or begun > today:
        return
    over = how_far != "started"
    noted = working((ended if over else begun) + timedelta(days=3))
    if noted <= today:
        yield line(noted, under.follower, "training_followed", **what, started=begun.isoformat(),
                   ended=ended.isoformat() if over else None,
                   certified=how_far == "certified" if over else None)  # fmt: skip


def _summer(today: date) -> tuple[date, date]:
    """Last days of the two months that a contract stood still."""
    first = after(today.replace(day=1), -4)
    return after(first, 1) - DAY, after(first, 2) - DAY


def _standing_still(line: Make, under: Under, today: date) -> Iterator[Line]:
    why = {"reason": "Congé sans solde, à sa demande."}
    if under.index == SUMMER_STILL:
        first, last = _summer(today)
        again = working(last + DAY)
        yield line(
            working(first.replace(day=1)), under.follower, "suspend", **under.placed, **why,
            until=(again - DAY).isoformat(),
        )  # fmt: skip
        yield line(again, under.follower, "resume", **under.placed)
    elif under.index == STILL:
        yield line(
            working(today - timedelta(days=10)), under.follower, "suspend", **under.placed, **why,
            until=(working(today + timedelta(days=12)) - DAY).isoformat(),
        )  # fmt: skip
