"""The club of the demo: its terms, its groups, who was invited, who registered, who waits, who said no.

What its members did week after week is told elsewhere: `members` says who they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from matching import club as machine, club_entry, club_invitations, club_setup, cohorts
from matching.club_entry import Registration
from matching.club_terms import Term
from matching.report_words import MONTHS
from matching.store import scope
from matching.store.club import Club, ClubMembership, Cohort
from matching.store.messages import OutgoingMessage
from matching.store.people import Agency
from matching.vocabulary import MembershipState, Party

from .contracts import working
from .people import HEADER, Young, person, row

if TYPE_CHECKING:
    from .load import Line, Stage

NAME = "Club des jeunes d’Amiens Nord"
SEATS = 12
#: Days before the last one that each group began: over, in its twelfth week, in its fifth, and the one to come.
BEGAN = (203, 77, 28, -7)
#: Beyond the cast of the journal, whose people are on their way to a contract.
FIRST = 60
#: The column of the file that says from when somebody is free, and who says it again in September (`write`): who says
#: a day would not have been free in the spring.
FREE, UPDATED = HEADER.index("disponible_le"), 12
#: Of a group, the last one who came: a week after the others, in a seat that stood free.
LATE = 1
#: Of the group to come: so many registered, one of whom gives the seat back; wait; said yes; say nothing; said no.
REGISTERED, WAITING, AGREED, SILENT, DECLINED = 12, 2, 1, 3, 1
UNSEATED = AGREED + SILENT + DECLINED
#: What the animator noted of what no file says.
HEARD = "Libre à temps plein, dit au téléphone."


class Member(NamedTuple):
    """Somebody whose weeks began: their identifier in the source, the number of the group, the first day."""

    person: str
    cohort: int
    joined: date


def start(cohort: int, today: date) -> date:
    """The first day of that group: a working one."""
    return working(today - timedelta(days=BEGAN[cohort]))


def members(people: int, seed: int, today: date) -> list[Member]:
    """Who joined each group that has begun, group by group; a small demo has fewer, or none.

    Where few fit, every group is smaller, and some are left to be asked for the one to come.
    """
    begun = sum(days >= 0 for days in BEGAN)
    fitting = list(islice(_fitting(people, seed, today), begun * SEATS + UNSEATED))
    size = min(SEATS, max((len(fitting) - UNSEATED) // begun, 1))
    found = []
    for number, young in enumerate(fitting[: begun * size]):
        cohort, rank = divmod(number, size)
        first = start(cohort, today)
        if cohort and rank >= size - LATE:
            first = working(first + timedelta(days=7))
        found.append(Member(young.identifier, cohort, first))
    return found


def _fitting(people: int, seed: int, today: date) -> Iterator[Young]:
    """People of the priority geography whom the terms let in, in the order of the file."""
    from .journal import CONFIRMED  # the journal asks the stories, and this is one of them

    for index in range(FIRST, people):
        young = person(index, seed, today)
        confirmed = (index * 7) % 10 < CONFIRMED
        if (
            confirmed
            and young.place.zone is not None
            and young.level in ("none", "3", "4", "5")
            and young.diploma
            and young.registered_on
            and not young.working
            and index % UPDATED
            and not row(young, seed, today)[FREE]
        ):
            yield young


def name(first: date) -> str:
    """« Groupe d’avril 2013 »."""
    month = MONTHS[first.month - 1]
    return f"Groupe {'d’' if month[0] in 'ao' else 'de '}{month} {first.year}"


def tell(
    line: Callable[..., dict[str, Any]], people: int, seed: int, today: date
) -> Iterator[dict[str, Any]]:
    """The club is set up, then each group is made, filled, and begins."""
    fitting = [young.identifier for young in _fitting(people, seed, today)]
    if not fitting:
        return  # a demo of a dozen people has no club
    yield line(working(start(0, today) - timedelta(days=30)), "importer", "club_set_up")
    joined = members(people, seed, today)
    for number in range(len(BEGAN)):
        first = start(number, today)
        made = min(working(first - timedelta(days=20)), today)
        yield line(
            made,
            "animator",
            "club_cohort",
            cohort=number,
            name=name(first),
            starts=first.isoformat(),
            seats=SEATS,
        )
        if BEGAN[number] < 0:
            yield from _to_come(line, number, fitting[len(joined) :], made, today)
            continue
        mine = [each for each in joined if each.cohort == number]
        if not mine:
            continue
        yield line(made, "animator", "club_invite", cohort=number, people=[each.person for each in mine])
        for rank, each in enumerate(mine):
            agreed = min(working(made + timedelta(days=2 + rank % 6)), first)
            yield line(agreed, "animator", "club_answer", person=each.person, answer="yes", link=rank % 3 > 0)
            entered = each.joined if each.joined > first else min(working(agreed + timedelta(days=3)), first)
            yield line(entered, "animator", "club_register", cohort=number, person=each.person)
        yield line(first, "clock", "club_start", cohort=number)


def _to_come(
    line: Callable[..., dict[str, Any]], number: int, pool: list[str], made: date, today: date
) -> Iterator[dict[str, Any]]:
    """The group that begins next week: most have registered, a seat is free again, two wait for it."""
    asked = pool[: REGISTERED + WAITING + UNSEATED]
    if not asked:
        return
    registered = min(REGISTERED, max(len(asked) - UNSEATED, 0))
    waiting = max(len(asked) - UNSEATED - registered, 0)  # for a seat: once there is none
    yield line(made, "animator", "club_invite", cohort=number, people=asked)
    cuts = iter(asked)
    for count, act in ((registered, "club_register"), (waiting, "club_wait"), (AGREED, "")):
        for rank in range(count):
            who = next(cuts, None)
            if who is None:
                return
            agreed = min(working(made + timedelta(days=1 + rank % 5)), today)
            yield line(agreed, "animator", "club_answer", person=who, answer="yes", link=rank % 2 > 0)
            if act:
                entered = min(working(made + timedelta(days=7 if act == "club_register" else 8)), today)
                yield line(entered, "animator", act, cohort=number, person=who)
    left = [*asked[1:2], *asked[len(asked) - DECLINED :]]
    for who in left:
        yield line(min(working(made + timedelta(days=10)), today), "animator", "club_answer", person=who, answer="no",
                   link=False)  # fmt: skip


# --- the acts, through the flows


def _actor(stage: Stage, line: Line) -> scope.Actor:
    user = stage.users[line["actor"]]
    return scope.Actor.of(user, stage.session.get_one(Agency, user.agency_id))


def _club(stage: Stage) -> Club:
    if ("club",) not in stage.found:
        stage.found[("club",)] = stage.session.scalars(sa.select(Club).where(Club.name == NAME)).one()
    found: Club = stage.found[("club",)]
    return found


def _cohort(stage: Stage, number: int) -> Cohort:
    found: Cohort = stage.found[("cohort", str(number))]
    return found


def _membership(stage: Stage, line: Line) -> ClubMembership:
    query = sa.select(ClubMembership).where(ClubMembership.person_id == stage.person(line).id)
    return stage.session.scalars(query.order_by(ClubMembership.id.desc()).limit(1)).one()


def _set_up(stage: Stage, line: Line, day: date) -> None:
    club_setup.create(
        stage.session,
        _actor(stage, line),
        club_setup.Settings(name=NAME),
        [stage.users["animator"].id],
        at=stage.at,
    )


def _make(stage: Stage, line: Line, day: date) -> None:
    plan = cohorts.Plan(
        line["name"], date.fromisoformat(line["starts"]), line["seats"], stage.users["animator"].id
    )
    stage.found[("cohort", str(line["cohort"]))] = cohorts.create(
        stage.session, _actor(stage, line), _club(stage), plan, on=day, at=stage.at
    )


def _invite(stage: Stage, line: Line, day: date) -> None:
    people = [stage.person({**line, "person": each}).public_id for each in line["people"]]
    lines = club_invitations.invite(
        stage.session, _actor(stage, line), _club(stage), people, _cohort(stage, line["cohort"]), on=day, at=stage.at
    )  # fmt: skip
    for each in lines:
        if each.fault is not None:
            raise each.fault
    stage.session.execute(
        sa.delete(OutgoingMessage).where(OutgoingMessage.kind == club_invitations.INVITED)
    )  # it left that day


def _answer(stage: Stage, line: Line, day: date) -> None:
    row = _membership(stage, line)
    who: dict[str, Any] = (
        {"actor_id": None, "party": Party.YOUNG_PERSON}
        if line["link"]
        else {"actor_id": stage.users["animator"].id, "party": Party.ANIMATOR}
    )
    if line["answer"] == "yes":
        channel = None if line["link"] else "phone"
        club_invitations.agree(stage.session, row, **who, on=day, at=stage.at, channel=channel)
    else:
        club_invitations.decline(stage.session, row, **who, on=day, at=stage.at, reason="phone")


def _enter(stage: Stage, line: Line, day: date) -> None:
    act = club_entry.wait if line["act"] == "club_wait" else club_entry.register
    said = Registration(seen={Term.AVAILABILITY: HEARD}, project=stage.person(line).wanted_title)
    act(
        stage.session, _actor(stage, line), _club(stage), _membership(stage, line), _cohort(stage, line["cohort"]), said,
        on=day, at=stage.at,
    )  # fmt: skip


def _start(stage: Stage, line: Line, day: date) -> None:
    rows = stage.session.scalars(
        sa.select(ClubMembership)
        .where(
            ClubMembership.cohort_id == _cohort(stage, line["cohort"]).id,
            ClubMembership.state == MembershipState.REGISTERED,
        )
        .order_by(ClubMembership.id)
    ).all()
    for membership in rows:
        machine.change(
            stage.session, membership, machine.MembershipAction.START, actor_id=None, party=Party.CLOCK, on=day, at=stage.at
        )  # fmt: skip


ACTS: dict[str, Callable[[Stage, Line, date], None]] = {
    "club_set_up": _set_up,
    "club_cohort": _make,
    "club_invite": _invite,
    "club_answer": _answer,
    "club_register": _enter,
    "club_wait": _enter,
    "club_start": _start,
}
