"""The monthly figures as typed tables, small counts hidden (report.md §2, §3). No layout, no clock.

All tables are made first, then hidden together, then printed: what prints never sees a count that is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from . import disclosure, report_figures as figures, report_tables as tables, report_words as words
from .report_measure_print import Measures
from .report_model import NO_PROGRAMME, Month, MonthlyReport, require_over
from .report_outcome_print import Outcomes
from .report_print import Printer, Shown
from .report_tables import ALL, AVENIR, YEAR

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: The funnel follows proposals that had time to come to an end (report.md C1).
COHORT_MONTHS = -2


def monthly(
    session: Session,
    month: Month,
    *,
    on: date,
    book: ProgrammeBook,
    edition: int = disclosure.COMMITTEE,
) -> MonthlyReport:
    """The report of a month that is over on `on`, small counts hidden. A constant number of queries.

    What several tables or months say together is not examined yet (disclosure.py).
    Raises InvalidInput("month-not-over").
    """
    require_over(month, on)
    before, cohort, january = month.plus(-1), month.plus(COHORT_MONTHS), Month(month.year, 1)
    signed = figures.signatures(session, min(january, before).first, month.last)
    reached = figures.funnel(session, cohort, month.last)
    approved, by_reason = figures.decisions(session, month)
    aid = {each: figures.aid(session, each) for each in (before, month)}
    offers = {each: figures.offer_movements(session, each) for each in (before, month)}
    register = {each: figures.register(session, each.last) for each in (before, month)}
    outcomes, measures = Outcomes.of(session, month), Measures.of(session, month, book)
    named = {row.zone for row in signed}.union(*register.values())
    zones = figures.zones(session, month.last, named)
    aided = [kind for each in aid.values() for kind in each.values()]
    programmes = _programmes(book, month, {row.programme for row in signed}.union(*aided, outcomes.named()))

    with_aid = [key for key in programmes if key != NO_PROGRAMME]
    made = tables.signed(signed, list(programmes), zones, january, month)
    made += [tables.funnel(reached), tables.decisions(approved, by_reason)]
    for each in (before, month):
        made += [tables.aid(key, each, of, with_aid) for key, of in aid[each].items()]
        made += tables.offers(each, offers[each])
        made.append(tables.register(each, register[each], zones))
    made += outcomes.tables(list(programmes))
    made += measures.tables()

    printer = Printer(Shown(made, edition, tables.dear(month)), month, cohort, programmes, zones)
    year = f"{january.first}/{month.last}"
    indicators = [
        printer.signed("D1", str(month), str(month)),
        printer.signed("D1-year", year, YEAR, [january.plus(step) for step in range(month.number)]),
    ]
    for suffix, period, of in (("", str(month), str(month)), ("-year", year, YEAR)):
        if AVENIR in programmes:
            indicators.append(printer.share(f"D3{suffix}", period, of, AVENIR, "zone", "priority"))
            indicators.append(printer.share(f"D4{suffix}", period, of, AVENIR, "level", "low"))
        indicators.append(printer.share(f"D6{suffix}", period, of, ALL, "sex", "women"))
    indicators += [printer.funnel(), printer.decisions(by_reason)]
    indicators += [
        printer.aid(key, _days_after(month) if key == figures.AID_NEXT else str(month), of)
        for key, of in aid[month].items()
    ]
    indicators += outcomes.indicators(printer)
    indicators += measures.indicators(printer)
    indicators += [printer.offers(offers[month]), printer.register()]
    return MonthlyReport(
        month=month,
        edition=edition,
        version=0,
        frozen_at=None,
        known_as_of=figures.known_as_of(session, month),
        programmes=tuple(key for key in programmes if key != NO_PROGRAMME),
        indicators=tuple(indicators),
    )


def _days_after(month: Month) -> str:
    return f"{month.plus(1).first}/{month.last + timedelta(days=figures.NEXT_DAYS)}"


def _programmes(book: ProgrammeBook, month: Month, named: Iterable[str]) -> dict[str, str]:
    """Labels of the programmes one could sign under in the month, then of those that a figure names, then of none."""
    first, last = month.first.toordinal(), month.last.toordinal()
    current = [
        name
        for name, each in book.items()
        if each.in_force()[0] <= last and each.in_force()[1] > first and each.file.opened_by is None
    ]
    others = sorted(set(named) - {*current, NO_PROGRAMME})
    labels = {key: book[key].file.label if key in book else key for key in (*current, *others)}
    return labels | words.PROGRAMME_NAMES
