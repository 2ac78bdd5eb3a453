"""The monthly report as typed tables, and the document they are read from and written to. No layout."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from .errors import InvalidInput

#: Keys of lines that are no zone, programme or diploma.
UNKNOWN, OUTSIDE_ZONES, NO_PROGRAMME, NO_DIPLOMA = "unknown", "outside", "no-programme", "none"
LEVELS = (NO_DIPLOMA, "3", "4", "5", "6", "7", "8")
#: How far a proposal went, furthest last; each step includes those that went further.
STEPS = ("computed", "reviewed", "approved", "asked", "agreed", "sent", "interview", "selected", "hired")

#: Months beyond these have no neighbours to compare with, and are typing errors.
FIRST_YEAR, LAST_YEAR = 1900, 9998


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Month:
        """From « 2013-10 ». Raises ValueError."""
        if len(text) != 7 or text[4] != "-" or not text.isascii():
            raise ValueError("AAAA-MM")
        day = date.fromisoformat(f"{text}-01")
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError("AAAA-MM")
        return cls(day.year, day.month)

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Month:
        """So many months later (earlier when negative)."""
        at = self.year * 12 + self.number - 1 + months
        return Month.of(date(at // 12, at % 12 + 1, 1))

    def over_on(self, on: date) -> bool:
        """Whether all its days are behind: a month that is not over has no report."""
        return self.last < on

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def require_over(month: Month, on: date) -> None:
    """Raises InvalidInput("month-not-over") for a month that has a day to come, or is `on` itself its last day."""
    if not month.over_on(on):
        raise InvalidInput("month-not-over", month=str(month), from_day=month.plus(1).first)


#: What goes with a count (posts, payments, amount_cents, minutes) and is hidden with it.
Also = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Line:
    """A cell of a breakdown. Suppressed: no value, and nothing that goes with it. `change`: as of an indicator."""

    key: tuple[str, ...]
    label: str
    value: int | None
    suppressed: bool = False
    change: int | None = None
    also: Also = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An indicator cut by one or two keys; the lines hold no sums, except one whose key says `total`."""

    by: tuple[str, ...]
    lines: tuple[Line, ...]

    def get(self, *key: str) -> Line | None:
        return next((line for line in self.lines if line.key == key), None)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure with its definition.

    `value` is a count, or a share in [0, 1] (`unit`). Suppressed: `value`, `numerator` and `denominator` are None.
    A share without a value that is not suppressed stands on too few to be printed. `change`: since the month before;
    None when unknown or too telling.
    """

    id: str
    label: str
    definition: str
    period: str
    unit: str
    value: float | None
    numerator: int | None = None
    denominator: int | None = None
    unknown_share: float | None = None
    suppressed: bool = False
    change: int | None = None
    also: Also = field(default_factory=dict)
    breakdowns: tuple[Breakdown, ...] = ()

    def by(self, *keys: str) -> Breakdown:
        """The breakdown by these keys. Raises KeyError."""
        for breakdown in self.breakdowns:
            if breakdown.by == keys:
                return breakdown
        raise KeyError(keys)


@dataclass(frozen=True, slots=True)
class Highlight:
    """A sentence to remember; by whom and when, once somebody published it."""

    text: str
    by: str | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """A month. `version` 0: not published, `frozen_at` None."""

    month: Month
    edition: int
    version: int
    frozen_at: str | None
    known_as_of: date
    programmes: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    highlights: tuple[Highlight, ...] = ()

    def __getitem__(self, indicator_id: str) -> Indicator:
        for indicator in self.indicators:
            if indicator.id == indicator_id:
                return indicator
        raise KeyError(indicator_id)

    def with_highlights(self, sentences: tuple[Highlight, ...]) -> MonthlyReport:
        return replace(self, highlights=sentences)


Document = dict[str, Any]

INDICATOR_KEYS = (
    "id", "label", "definition", "period", "unit", "value", "numerator", "denominator", "unknown_share",
    "suppressed", "change",
)  # fmt: skip
LINE_KEYS = ("label", "value", "suppressed", "change")
ALSO_KEYS = ("posts", "payments", "amount_cents", "minutes")


def write(report: MonthlyReport) -> Document:
    """The document of interfaces.md, for JSON and for the frozen copy."""
    return {
        "month": str(report.month),
        "edition": report.edition,
        "version": report.version,
        "frozen_at": report.frozen_at,
        "known_as_of": report.known_as_of.isoformat(),
        "programmes": list(report.programmes),
        "highlights": [
            {"text": said.text, "by": said.by, "on": said.on.isoformat() if said.on else None}
            for said in report.highlights
        ],
        "indicators": [_indicator(indicator) for indicator in report.indicators],
        "revisions": [],
    }


def _indicator(indicator: Indicator) -> Document:
    written: Document = {key: getattr(indicator, key) for key in INDICATOR_KEYS}
    written |= indicator.also
    written["breakdowns"] = [
        {"by": list(cut.by), "rows": [_line(line) for line in cut.lines]} for cut in indicator.breakdowns
    ]
    return written


def _line(line: Line) -> Document:
    return {"key": list(line.key), **{key: getattr(line, key) for key in LINE_KEYS}, **line.also}


def read(document: Mapping[str, Any]) -> MonthlyReport:
    """The report that `write` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    return MonthlyReport(
        month=Month.read(document["month"]),
        edition=document["edition"],
        version=document["version"],
        frozen_at=document["frozen_at"],
        known_as_of=date.fromisoformat(document["known_as_of"]),
        programmes=tuple(document["programmes"]),
        highlights=tuple(
            Highlight(said["text"], said["by"], date.fromisoformat(said["on"]) if said["on"] else None)
            for said in document["highlights"]
        ),
        indicators=tuple(_read_indicator(each) for each in document["indicators"]),
    )


def _read_indicator(each: Mapping[str, Any]) -> Indicator:
    plain = {key: each[key] for key in INDICATOR_KEYS}
    cuts = tuple(
        Breakdown(tuple(cut["by"]), tuple(_read_line(row) for row in cut["rows"]))
        for cut in each["breakdowns"]
    )
    return Indicator(**plain, also=_also(each), breakdowns=cuts)


def _read_line(row: Mapping[str, Any]) -> Line:
    plain = {key: row[key] for key in LINE_KEYS}
    return Line(tuple(row["key"]), **plain, also=_also(row))


def _also(each: Mapping[str, Any]) -> Also:
    return {key: each[key] for key in ALSO_KEYS if key in each}
