"""Which report of a month to show: what was published, else what is known now with the sentences it allows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from matching import published, report
from matching.report_model import Highlight, Month, MonthlyReport, require_over

from ..wording.report_sentences import highlights

if TYPE_CHECKING:
    from matching.eligibility.programme import ProgrammeBook


def current(session: Session, month: Month, *, on: date, book: ProgrammeBook) -> MonthlyReport:
    """The latest frozen version, else `live`. Raises InvalidInput("month-not-over"), CorruptReference."""
    require_over(month, on)
    return published.read(session, month) or live(session, month, on=on, book=book)


def live(session: Session, month: Month, *, on: date, book: ProgrammeBook) -> MonthlyReport:
    """The month as it is known now, with proposed sentences. Raises InvalidInput("month-not-over")."""
    made = report.monthly(session, month, on=on, book=book)
    return made.with_highlights(tuple(Highlight(text) for text in highlights(made)))
