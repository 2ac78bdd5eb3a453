"""Employers approached for graduates in the demo: some only kept, some contacted, some who answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from matching import graduate_approaches as flow
from matching.graduate_approaches import ApproachAction, Details
from matching.store.organisations import Organisation

from .contracts import Line, Make, working
from .employers import employer
from .words import FIRMS

if TYPE_CHECKING:
    from .load import Stage

#: People looked at, from the first one after the cast, and of how many graduates one is told of.
LOOKED_AT, FIRST, EVERY = 600, 60, 3
#: Occupation -> kinds of firms (rows of FIRMS) that take it on.
KINDS = {
    "M1805": (7, 8), "M1204": (8, 11), "M1501": (8, 9), "E1112": (8, 6), "H1527": (11, 8), "D1410": (6, 9), "K1802": (8,),
    "M1203": (8, 5),
}  # fmt: skip
#: What was done with one employer: days before the last one, the step, how.
WAYS: tuple[tuple[tuple[int, str, dict[str, Any]], ...], ...] = (
    ((12, "contact", {"channel": "letter"}),),
    ((20, "contact", {"channel": "phone"}), (12, "interest", {"note": "Rappelle après son budget."})),
    ((25, "contact", {"channel": "visit"}), (14, "interest", {}), (5, "interview", {"note": "Vendredi à 10 h."})),
    ((27, "contact", {"channel": "phone"}), (27, "refuse", {"reason": "no_post"})),
    ((24, "contact", {"channel": "email"}), (10, "no_answer", {})),
    (),
    ((18, "contact", {"channel": "meeting"}), (11, "refuse", {"reason": "later", "note": "Pas avant janvier."})),
    ((10, "set_aside", {}),),
    ((26, "contact", {"channel": "phone"}), (19, "interview", {}), (4, "hire", {})),
)  # fmt: skip


def tell(line: Make, people: int, seed: int, today: date) -> Iterator[Line]:
    """One graduate of three, two employers each, at different steps; whoever lives outside the zone is left out."""
    from .people import person

    number = 0
    for index in range(FIRST, min(people, FIRST + LOOKED_AT)):
        young = person(index, seed, today)
        if young.level not in ("7", "8") or young.place.zone is None or young.working:
            continue
        number += 1
        if number % EVERY:
            continue
        for place, kind in enumerate(KINDS.get(young.trade.rome, ())):
            way = WAYS[(number // EVERY + 4 * place) % len(WAYS)]
            firm = employer(kind + len(FIRMS) * (number // EVERY % 2), seed)
            about = {"person": young.identifier, "employer": firm.siret}
            yield line(working(today - timedelta(days=28)), "advisor", "approach", step="suggest", **about)
            for days, step, how in way:
                day = working(today - timedelta(days=days))
                yield line(day, "advisor", "approach", step=step, **about, **how)


def act(stage: Stage, line: Line, day: date) -> None:
    """A step with an employer, which an advisor thought of; a small demo has fewer employers."""
    found = stage.session.scalar(sa.select(Organisation).where(Organisation.siret == line["employer"]))
    if found is None:
        return
    person, by = stage.person(line), {**stage.who(line), "on": day, "at": stage.at}
    if line["step"] == "suggest":
        flow.suggest(stage.session, person, found, None, **by)
        return
    row = flow.of_pair(stage.session, person.id, found.id)
    assert row is not None  # the journal keeps it first
    details = Details(channel=line.get("channel"), reason_code=line.get("reason"), note=line.get("note", ""))
    flow.change(stage.session, row, ApproachAction(line["step"]), details=details, **by)


ACTS = {"approach": act}
