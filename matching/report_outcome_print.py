"""The figures E and H3 of the report: their tables, whose counts are hidden with all others, and their indicators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from . import disclosure, report_outcomes as outcomes, report_words as words
from .disclosure import Group, Table
from .report_model import Breakdown, Indicator, Line, Month
from .report_outcomes import BROKEN_BY, LIVES, SITUATIONS, WHOSE, Breaks, ByProgramme, Part
from .report_print import Printer
from .report_tables import ALL, Name

#: Of whom one counts, those of whom it holds and the others.
YES, REST = "yes", "no"
ENDED, TERM, BROKEN, KNOWN, SILENT = "ended", "at_term", "broken", "known", "unknown"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Everything that the figures of a month are printed from."""

    month: Month
    trials: ByProgramme
    still_there: Mapping[int, ByProgramme]
    breaks: Breaks
    situations: Mapping[str, int]
    unknown: int
    check_ins: Part
    trainings: Mapping[str, int]
    overdue: Mapping[str, int]

    @classmethod
    def of(cls, session: Session, month: Month) -> Outcomes:
        """Read from the base: a constant number of queries."""
        situations, unknown = outcomes.after_exit(session, month)
        return cls(
            month,
            outcomes.trials(session, month),
            outcomes.still_there(session, month),
            outcomes.breaks(session, month),
            situations,
            unknown,
            outcomes.check_ins(session, month),
            outcomes.trainings(session, month),
            outcomes.overdue(session, month.last),
        )

    def named(self) -> set[str]:
        """Programmes that a figure speaks of."""
        return set(self.trials).union(*self.still_there.values())

    def rates(self) -> Iterator[tuple[str, ByProgramme]]:
        """The rates that are cut by programme."""
        yield "E1", self.trials
        for months, found in self.still_there.items():
            yield f"E2-{months}", found

    def tables(self, programmes: Sequence[str]) -> list[Table]:
        """All counts, by the names that the printer asks for."""
        made = [_rated(key, found, programmes) for key, found in self.rates()]
        made += _broken(self.breaks)
        known = Group("asked", (Group(KNOWN, SITUATIONS), SILENT))
        made.append(
            disclosure.listed(known, {**self.situations, SILENT: self.unknown}, lambda key: ("E5", key))
        )
        made.append(
            disclosure.listed(
                Group(ALL, (YES, REST)),
                {YES: self.check_ins.yes, REST: self.check_ins.all - self.check_ins.yes},
                lambda key: ("E7", key),
            )
        )
        made += [disclosure.single(("E7-training", key), count) for key, count in self.trainings.items()]
        made.append(disclosure.listed(Group(ALL, WHOSE), self.overdue, lambda key: ("H3", key)))
        return made

    def indicators(self, printer: Printer) -> list[Indicator]:
        """What is printed of it, hidden counts hidden."""
        month = str(self.month)
        made = [_rate_by_programme(printer, key, month) for key, _ in self.rates()]
        made.append(_breaks(printer))
        made.append(_situations(printer))
        made.append(share(printer, "E7", month, ("E7", YES), ("E7", ALL)))
        made.append(_trainings(printer, month))
        made.append(_overdue(printer))
        return made


def _rated(key: str, found: ByProgramme, programmes: Sequence[str]) -> Table:
    counts = {}
    for programme, part in found.items():
        counts[programme, YES], counts[programme, REST] = part.yes, part.all - part.yes
    return disclosure.crossed(
        programmes, Group(ALL, (YES, REST)), counts, lambda row, each: (key, row, each), total=ALL
    )


def _broken(found: Breaks) -> list[Table]:
    """By who and why in one tree, by age in another: what is broken has one name in both."""
    by = tuple(Group(who, reasons) for who, reasons in BROKEN_BY.items())
    tree = Group(ENDED, (TERM, Group(BROKEN, by)))
    ages = Group(BROKEN, tuple(key for key, _ in LIVES))
    return [
        disclosure.listed(tree, {TERM: found.at_term, **found.by_reason}, lambda key: ("E3", key)),
        disclosure.listed(ages, found.by_life, lambda key: ("E3", key)),
    ]


def share(
    printer: Printer,
    key: str,
    period: str,
    part: Name,
    whole: Name,
    cuts: Sequence[Breakdown] = (),
    **more: object,
) -> Indicator:
    numerator, denominator = printer.shown.get(part), printer.shown.get(whole)
    hidden = numerator is None or denominator is None
    return printer.made(
        key,
        period,
        "share",
        disclosure.rate(numerator, denominator),
        numerator=None if hidden else numerator,
        denominator=None if hidden else denominator,
        suppressed=hidden,
        breakdowns=tuple(cuts),
        **more,
    )


def _rate_by_programme(printer: Printer, key: str, period: str) -> Indicator:
    lines: list[Line] = []
    for programme, label in printer.programmes.items():
        for each, said in words.PARTS.items():
            lines.append(printer.shown.line((key, programme, each), (programme, each), f"{label}, {said}"))
    cut = Breakdown(("programme", "outcome"), tuple(lines))
    return share(printer, key, period, (key, ALL, YES), (key, ALL, ALL), [cut])


def _breaks(printer: Printer) -> Indicator:
    def lines(keys: Sequence[str], names: Mapping[str, str]) -> tuple[Line, ...]:
        return tuple(printer.shown.line(("E3", key), (key,), names[key]) for key in keys)

    reasons = [reason for group in BROKEN_BY.values() for reason in group]
    cuts = [
        Breakdown(("broken_by",), lines(list(BROKEN_BY), words.BROKEN_BY)),
        Breakdown(("reason",), lines(reasons, words.BREAK_REASONS)),
        Breakdown(("life",), lines([key for key, _ in LIVES], words.LIVES)),
    ]
    first = printer.month.plus(1 - outcomes.BREAK_MONTHS).first
    period = f"{first}/{printer.month.last}"
    return share(printer, "E3", period, ("E3", BROKEN), ("E3", ENDED), cuts)


def _situations(printer: Printer) -> Indicator:
    """The lasting jobs among those of whom one knows; how many one does not know stands beside."""
    lines = tuple(
        printer.shown.line(("E5", key), (key,), words.SITUATIONS[key]) for key in (*SITUATIONS, SILENT)
    )
    asked = printer.shown.get(("E5", "asked"))
    return share(
        printer,
        "E5",
        str(printer.month.plus(-outcomes.AFTER_EXIT)),
        ("E5", SITUATIONS[0]),
        ("E5", KNOWN),
        [Breakdown(("situation",), lines)],
        unknown_share=disclosure.rate(printer.shown.get(("E5", SILENT)), asked),
    )


def _trainings(printer: Printer, period: str) -> Indicator:
    lines = tuple(
        printer.shown.line(("E7-training", key), (key,), label) for key, label in words.TRAININGS.items()
    )
    return printer.count(
        "E7-training", period, ("E7-training", "started"), [Breakdown(("training",), lines)], None
    )


def _overdue(printer: Printer) -> Indicator:
    lines = tuple(printer.shown.line(("H3", key), (key,), words.WHOSE[key]) for key in WHOSE)
    return printer.count("H3", str(printer.month.last), ("H3", ALL), [Breakdown(("awaited",), lines)], None)
