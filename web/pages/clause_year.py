"""The buyer's year: clauses proposed, inserted and refused, hours due and done; the last pages of the area."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, render_template, request

from matching import clause_year, clauses, names
from matching.clause_sums import Done, share
from matching.clause_year import Acts, BuyerYear

from ..db import reading, today
from ..security import actor, requires
from ..wording import clauses as words
from .clause_people import pages as pages


@pages.get("/clauses/acheteurs/<int:year>")
@requires("clauses.read")
def year(year: int) -> str:
    if not 2000 <= year <= 2100:
        abort(404)
    on = today()
    with reading() as session:
        rows = clause_year.of_year(session, actor(), year, on)
    wanted = names.fold(request.args.get("acheteur", "")[:200])
    chosen = [row for row in rows if names.fold(row.buyer) == wanted] if wanted else rows
    return render_template(
        "clauses/year.html",
        year=year,
        rows=chosen,
        buyers=[row.buyer for row in rows],
        buyer=chosen[0].buyer if wanted and chosen else None,
        unknown=bool(wanted) and not chosen,
        whole=_whole(chosen),
        on=on,
        words=words,
        share=share,
    )


def _whole(rows: Sequence[BuyerYear]) -> BuyerYear:
    """Their sum; people are counted buyer by buyer."""
    reasons = {code: sum(row.acts.refused.get(code, 0) for row in rows) for code in clauses.REFUSALS}
    return BuyerYear(
        "",
        Acts(
            sum(row.acts.proposed for row in rows),
            sum(row.acts.inserted for row in rows),
            {code: count for code, count in reasons.items() if count},
        ),
        sum(row.lots for row in rows),
        sum(row.undated for row in rows),
        sum(row.due for row in rows),
        sum((row.done for row in rows), Done()),
        sum(row.people for row in rows),
        sum(row.late for row in rows),
    )
