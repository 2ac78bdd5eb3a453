"""What the tables of the report are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matching.report_model import Indicator

from ..wording import number, report_sentences as words
from ..wording.report import HIDDEN, NO_FIGURE


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words: the first cell of a row is its header; `total` is the sum row."""

    caption: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    total: tuple[str, ...] | None = None
    note: str = ""


def of(indicator: Indicator) -> str:
    """« 12 sur 146 », « s »."""
    if indicator.suppressed:
        return HIDDEN
    if not indicator.denominator:
        return NO_FIGURE
    return f"{number(indicator.numerator or 0)} sur {number(indicator.denominator)}"


def share(indicator: Indicator) -> str:
    """« 45 % (9 sur 20) », « 5 sur 8 », « s »."""
    if indicator.value is None:
        return of(indicator)
    return f"{words.percent(indicator.value)} ({of(indicator)})"
