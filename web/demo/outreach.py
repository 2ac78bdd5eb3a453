"""The campaign of the demo: the 29 associations of the top-up of November 2012, the register of 2013, the employers chosen
for the emplois francs. Letters, attempts, promises, refusals; offers and hires come of the other files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from matching import outreach, outreach_attempts, outreach_register
from matching.outreach import Details, OutreachAction
from matching.outreach_attempts import Try
from matching.store.accounts import User
from matching.store.campaign import Outreach
from matching.store.organisations import Organisation
from matching.vocabulary import OutreachPurpose, Party, Role

from .contracts import working
from .employers import TOP_UP, association, employer

if TYPE_CHECKING:
    from .load import Stage

Line = dict[str, Any]
Make = Callable[..., Line]

#: So many associations of the year and so many employers have a story; larger demos leave the others listed.
ASSOCIATIONS, EMPLOYERS = 45, 14
#: Days before the last one: the second file, the letters of the year, the choice of employers.
RENEWED, LETTERS, CHOSEN = 216, 205, 62
OWNERS = ("officer", "advisor", "advisor", "importer")
REASONS = ("cost", "no_tutor", "no_work", "paperwork", "length", "premises", "has_one")
AVENIR, FRANC = "avenir", "franc"

#: Days before the last one, channel, result, more.
Attempt = tuple[int, str, str, dict[str, Any]]


def tell(line: Make, people: int, seed: int, today: date) -> Iterator[Line]:
    """The same whatever the number of people; a line that a small demo does not have is passed over."""

    def before(days: int) -> date:
        return working(today - timedelta(days=days))

    def about(purpose: str, year: int, index: int) -> dict[str, Any]:
        made = association(index, seed) if purpose == AVENIR else employer(index, seed)
        return {"organisation": made.siret, "purpose": purpose, "year": year}

    yield line(
        before(RENEWED),
        "importer",
        "import",
        kind="associations",
        file="associations-2013.csv",
        source="autre",
    )
    for index in range(TOP_UP):
        which = about(AVENIR, today.year - 1, index)
        yield line(before(298), "officer", "outreach_notified", **which, sent="2012-11-26", clause=True)
        yield line(
            before(296), OWNERS[index % 4], "outreach_assign", **which, owner=OWNERS[index % 4],
            due=_iso(before(240)),
        )  # fmt: skip
        for attempt in _first_year(index):
            yield from _attempt(line, before, OWNERS[index % 4], which, attempt)
    for index in range(ASSOCIATIONS):
        which = about(AVENIR, today.year, index)
        if index % 7 != 6:
            yield line(
                before(LETTERS), "officer", "outreach_notified", **which, sent=_iso(before(LETTERS + 1)),
                clause=index % 6 != 5,
            )  # fmt: skip
        if index % 9 == 6:
            continue  # nobody's yet
        owner = OWNERS[index % 4]
        due = before(12) if index % 9 == 8 else today + timedelta(days=7 + index % 20)
        yield line(before(190 - index), "officer", "outreach_assign", **which, owner=owner, due=_iso(due))
        for attempt in _second_year(index, today):
            yield from _attempt(line, before, owner, which, attempt)
    yield line(before(5), "clock", "outreach_step", **about(AVENIR, today.year, 20), step="chase")
    yield line(before(20), "advisor", "outreach_no_mail", **about(AVENIR, today.year, 7))
    chosen = [employer(index, seed).siret for index in range(EMPLOYERS)]
    yield line(before(CHOSEN), "advisor", "outreach_add", organisations=chosen, year=today.year)
    for index in range(EMPLOYERS):
        which = about(FRANC, today.year, index)
        if index % 5 == 4:
            continue
        owner = ("advisor", "importer")[index % 2]
        yield line(
            before(CHOSEN - 2), owner, "outreach_assign", **which, owner=owner,
            due=_iso(today + timedelta(days=index - 3 if index - 3 >= 0 else 9)),
        )  # fmt: skip
        for attempt in _employer(index, today):
            yield from _attempt(line, before, owner, which, attempt)


def _first_year(index: int) -> list[Attempt]:
    """What came of the top-up: about a third refused, some were never won over."""
    if index % 3 == 1:
        return [(270, "phone", "refused", {"reason": REASONS[index // 3 % len(REASONS)]})]
    if index % 3 == 2:
        return [(280, "phone", "no_answer", {}), (272, "visit", "talked", {})]
    return [(285, "meeting", "interested", {"note": "Réunion d’information à la préfecture."})]


def _second_year(index: int, today: date) -> list[Attempt]:
    month = f"{today + timedelta(days=40):%Y-%m-01}"
    match index % 9:
        case 0:
            return [(60, "phone", "talked", {}), (30, "visit", "interested", {})]
        case 1:
            tries: list[Attempt] = [(days, "phone", "no_answer", {}) for days in (80, 66, 52)]
            return [*tries, (45, "phone", "refused", {"reason": "no_answer"})]
        case 2:
            days = 46 if index == 20 else 18
            return [
                (days + 20, "phone", "interested", {}),
                (days, "visit", "promised", {"posts": 1 + index % 3, "month": month}),
            ]
        case 3 | 7:
            return [(70, "phone", "refused", {"reason": REASONS[(index // 3 + index) % len(REASONS)]})]
        case 4:
            until = _iso(today + timedelta(days=28))
            return [(33, "phone", "later", {"until": until, "note": "Après leur assemblée générale."})]
        case 5:
            return [(25, "phone", "no_answer", {}), (11, "email", "message_left", {})]
    return []


def _employer(index: int, today: date) -> list[Attempt]:
    month = f"{today + timedelta(days=40):%Y-%m-01}"
    match index % 5:
        case 0:
            return [(40, "phone", "interested", {}), (12, "visit", "promised", {"posts": 1, "month": month})]
        case 1:
            return [(38, "phone", "refused", {"reason": REASONS[index % len(REASONS)]})]
        case 2:
            return [(36, "email", "message_left", {}), (16, "phone", "talked", {})]
    return []


def _attempt(
    line: Make, before: Callable[[int], date], actor: str, which: dict[str, Any], attempt: Attempt
) -> Iterator[Line]:
    days, channel, result, more = attempt
    reached = Random(f"{which['organisation']} {days}").choice(
        ("le président", "la trésorière", "la directrice", "le gérant")
    )
    talked = result not in ("no_answer", "message_left") and more.get("reason") != "no_answer"
    yield line(
        before(days), actor, "outreach_attempt", **which, channel=channel, result=result,
        reached=reached if talked else None, **more,
    )  # fmt: skip


def _iso(day: date) -> str:
    return day.isoformat()


# --- acts


def _row(stage: Stage, line: Line) -> Outreach | None:
    """The line of the register; None in a demo too small to have it."""
    return stage.session.scalar(
        sa.select(Outreach)
        .join(Organisation, Organisation.id == Outreach.organisation_id)
        .where(
            Organisation.siret == line["organisation"],
            Outreach.purpose == OutreachPurpose(line["purpose"]),
            Outreach.year == line["year"],
        )
    )


def _by(stage: Stage, line: Line) -> dict[str, Any]:
    user: User = stage.users[line["actor"]]
    return {"actor_id": user.id, "party": Party.DELEGATE if user.role is Role.OFFICER else Party.ADVISOR}


def _notified(stage: Stage, line: Line, day: date) -> None:
    if (row := _row(stage, line)) is not None:
        sent = date.fromisoformat(line["sent"])
        outreach.notify(stage.session, row, sent, with_clause=line["clause"], **_by(stage, line), on=day)


def _assign(stage: Stage, line: Line, day: date) -> None:
    if (row := _row(stage, line)) is not None:
        due = date.fromisoformat(line["due"])
        outreach.assign(stage.session, row, stage.users[line["owner"]], due, **_by(stage, line), on=day)


def _tried(stage: Stage, line: Line, day: date) -> None:
    """As told; where an offer came first, what was said is no news any more."""
    if (row := _row(stage, line)) is None:
        return
    result = line["result"] if line["result"] in outreach_attempts.results(row.state) else "talked"
    details = Details(
        reason_code=line.get("reason"),
        note=line.get("note"),
        until=_day(line.get("until")),
        posts=line.get("posts"),
        month=_day(line.get("month")),
    )
    made = Try(day, line["channel"], result, line["reached"], line.get("note"), details)
    outreach_attempts.note(stage.session, row, made, **_by(stage, line), on=day, at=stage.at)


def _step(stage: Stage, line: Line, day: date) -> None:
    row, action = _row(stage, line), OutreachAction(line["step"])
    if row is not None and row.state in outreach.TRANSITIONS[action].starts:
        outreach.change(stage.session, row, action, actor_id=None, party=Party.CLOCK, on=day)


def _no_mail(stage: Stage, line: Line, day: date) -> None:
    if (row := _row(stage, line)) is not None:
        outreach.no_mail(stage.session, row, wished=True, **_by(stage, line), on=day)


def _add(stage: Stage, line: Line, day: date) -> None:
    ids = stage.session.scalars(
        sa.select(Organisation.id).where(Organisation.siret.in_(line["organisations"]))
    )
    outreach_register.add_employers(stage.session, list(ids), line["year"], **_by(stage, line), on=day)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


ACTS: dict[str, Callable[[Stage, Line, date], None]] = {
    "outreach_notified": _notified,
    "outreach_assign": _assign,
    "outreach_attempt": _tried,
    "outreach_step": _step,
    "outreach_no_mail": _no_mail,
    "outreach_add": _add,
}
