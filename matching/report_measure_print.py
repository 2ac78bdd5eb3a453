"""The figures F, G, K and T1 of the report (measures 11 to 13): their tables, hidden with all others; indicators.

Counts of people and of what people do are hidden when small (disclosure.py). Counts of sessions, offers, associations
and public contracts name nobody; of companies fewer than three are not shown (security.md R1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from . import (
    disclosure,
    report_measures as measures,
    report_prospecting as prospecting,
    report_targets as targets,
    report_words as words,
)
from .club_outcomes import EMPLOYED, OUTCOMES
from .disclosure import Group, Table
from .outreach_queries import STAGES
from .report_measures import HOURS, Club, Ended, Held, Hours
from .report_model import UNKNOWN, Breakdown, Indicator, Line, Month
from .report_outcome_print import REST, YES, share
from .report_outcomes import Part
from .report_print import Printer
from .report_prospecting import OF_PEOPLE, Chain, Register
from .report_tables import ALL
from .report_targets import CAMPAIGNS
from .vocabulary import OutreachPurpose

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

JOB, OTHER, TARGETED, OTHERS = "in_a_job", "other", "targeted", "others"
#: Companies in a cell: fewer are not shown.
COMPANIES = 3
#: Of a list of outcomes: in a job, otherwise, not known.
OUTCOME_TREE = Group(
    ALL,
    (
        Group(JOB, tuple(key for key in OUTCOMES if key in EMPLOYED)),
        Group(OTHER, tuple(key for key in OUTCOMES if key not in EMPLOYED and key != UNKNOWN)),
        UNKNOWN,
    ),
)


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything that these figures of a month are printed from."""

    month: Month
    club: Club
    ended: Ended
    later: Ended
    held: Held
    chains: Mapping[Register, Chain]
    refusals: Mapping[str, Mapping[str, int]]
    clauses: Mapping[str, int]
    hours: Mapping[str, Hours]
    compared: Mapping[str, tuple[Part, Part]]

    @classmethod
    def of(cls, session: Session, month: Month, book: ProgrammeBook) -> Measures:
        """Read from the base: a constant number of queries."""
        return cls(
            month,
            measures.club(session, month),
            measures.ended(session, month),
            measures.later(session, month),
            measures.sessions(session, month),
            prospecting.chains(session, month),
            prospecting.refusals(session, month),
            measures.clauses(session, month),
            measures.clause_hours(session, month),
            targets.compared(session, month, book),
        )

    def tables(self) -> list[Table]:
        """All counts of people, by the names that the printer asks for."""
        made = [
            disclosure.single(("F1", "entered"), self.club.entered),
            disclosure.single(("F1", "active"), self.club.active),
            disclosure.listed(OUTCOME_TREE, self.club.left, lambda key: ("F1", "left", key)),
            _of(self.club.weeks, "F2"),
            _of(self.held.attendance, "F3"),
            disclosure.single(("F3", "walk-ins"), self.held.walk_ins),
            disclosure.listed(OUTCOME_TREE, self.ended.by_outcome, lambda key: ("F4", key)),
            disclosure.listed(OUTCOME_TREE, self.later.by_outcome, lambda key: ("F4-6", key)),
            disclosure.listed(
                Group(ALL, HOURS),
                {key: each.people for key, each in self.hours.items()},
                lambda key: ("K2", key),
            ),
        ]
        for (year, purpose), chain in self.chains.items():
            made += [
                disclosure.single(("G1", str(year), purpose, step), chain.steps[step]) for step in OF_PEOPLE
            ]
        made += [_sides(campaign, *parts) for campaign, parts in self.compared.items()]
        return made

    def indicators(self, printer: Printer) -> list[Indicator]:
        """What is printed of it, hidden counts hidden."""
        month = str(self.month)
        return [
            self._club(printer),
            share(printer, "F2", month, ("F2", YES), ("F2", ALL)),
            self._sessions(printer),
            self._outcomes(printer, "F4", month),
            self._outcomes(printer, "F4-6", str(self.month.plus(-measures.AFTER_CLUB))),
            self._chain(printer),
            self._refusals(printer),
            *(self._compared(printer, campaign) for campaign in CAMPAIGNS),
            self._clauses(printer),
            self._hours(printer),
        ]

    def _club(self, printer: Printer) -> Indicator:
        moves = tuple(
            printer.shown.line(("F1", key), (key,), words.CLUB_MOVES[key]) for key in ("entered", "active")
        )
        left = tuple(
            printer.shown.line(("F1", "left", key), (key,), words.CLUB_OUTCOMES[key]) for key in OUTCOMES
        )
        total = printer.shown.line(("F1", "left", ALL), ("left",), words.CLUB_MOVES["left"])
        cuts = [Breakdown(("movement",), (*moves, total)), Breakdown(("outcome",), left)]
        return printer.count("F1", str(self.month), ("F1", "entered"), cuts, None)

    def _sessions(self, printer: Printer) -> Indicator:
        plain = {"held": self.held.held, "cancelled": self.held.cancelled, "offers": self.held.offers}
        lines = [Line((key,), words.SESSIONS[key], value) for key, value in plain.items()]
        lines.insert(2, printer.shown.line(("F3", YES), ("came",), words.SESSIONS["came"]))
        lines.insert(3, printer.shown.line(("F3", "walk-ins"), ("walk-ins",), words.SESSIONS["walk-ins"]))
        cut = Breakdown(("sessions",), tuple(lines))
        return share(printer, "F3", str(self.month), ("F3", YES), ("F3", ALL), [cut])

    def _outcomes(self, printer: Printer, key: str, period: str) -> Indicator:
        """Of all, whoever dropped out or was not reached included: a rate over those who answer flatters."""
        lines = tuple(
            printer.shown.line((key, outcome), (outcome,), words.CLUB_OUTCOMES[outcome])
            for outcome in OUTCOMES
        )
        unknown = disclosure.rate(printer.shown.get((key, UNKNOWN)), printer.shown.get((key, ALL)))
        return share(
            printer,
            key,
            period,
            (key, JOB),
            (key, ALL),
            [Breakdown(("outcome",), lines)],
            unknown_share=unknown,
        )

    def _chain(self, printer: Printer) -> Indicator:
        lines: list[Line] = []
        for (year, purpose), chain in sorted(self.chains.items()):
            posts = {"promised": chain.posts_promised, "posted": chain.posts}
            for step in STAGES:
                key = str(year), purpose, step
                label = words.chain_label(year, purpose, step)
                if step in OF_PEOPLE:
                    lines.append(printer.shown.line(("G1", *key), key, label))
                else:
                    also = {"posts": posts[step]} if step in posts else {}
                    lines.append(_organisations(printer, purpose, key, label, chain.steps[step], also))
        contacted = [
            chain.steps["contacted"] for (_, purpose), chain in self.chains.items() if purpose == AVENIR
        ]
        return printer.made(
            "G1",
            str(self.month.last),
            "count",
            sum(contacted),
            breakdowns=(Breakdown(("year", "purpose", "step"), tuple(lines)),),
        )

    def _refusals(self, printer: Printer) -> Indicator:
        lines = []
        for purpose, by_reason in sorted(self.refusals.items()):
            for reason, count in sorted(by_reason.items(), key=lambda each: (-each[1], each[0])):
                label = words.refusal_label(purpose, reason)
                lines.append(_organisations(printer, purpose, (purpose, reason), label, count))
        total = sum(self.refusals.get(AVENIR, {}).values())
        return printer.made(
            "G2",
            str(self.month.last),
            "count",
            total,
            breakdowns=(Breakdown(("purpose", "reason"), tuple(lines)),),
        )

    def _compared(self, printer: Printer, campaign: str) -> Indicator:
        key = f"T1-{campaign}"
        lines = tuple(
            printer.shown.line((key, side, each), (side, each), f"{words.SIDES[side]}, {said}")
            for side in (TARGETED, OTHERS)
            for each, said in words.SIGNED_OR_NOT.items()
        )
        cut = Breakdown(("side", "outcome"), lines)
        return share(printer, key, str(self.month), (key, TARGETED, YES), (key, TARGETED, ALL), [cut])

    def _clauses(self, printer: Printer) -> Indicator:
        lines = tuple(Line((key,), words.CLAUSES[key], count) for key, count in self.clauses.items())
        return printer.made(
            "K1",
            str(self.month),
            "count",
            self.clauses["insert"],
            breakdowns=(Breakdown(("step",), lines),),
        )

    def _hours(self, printer: Printer) -> Indicator:
        """People and their hours; the sum of hours goes as soon as one line does, which it would give away."""
        lines = tuple(
            printer.shown.line(
                ("K2", key), (key,), words.CLAUSE_HOURS[key], also={"minutes": self.hours[key].minutes}
            )
            for key in HOURS
        )
        telling = printer.shown.get(("K2", ALL)) is None or any(line.suppressed for line in lines)
        minutes = None if telling else sum(each.minutes for each in self.hours.values())
        return printer.count(
            "K2",
            str(self.month),
            ("K2", ALL),
            [Breakdown(("whose",), lines)],
            None,
            also={"minutes": minutes},
        )


AVENIR = str(OutreachPurpose.AVENIR)


def _of(part: Part, key: str) -> Table:
    counts = {YES: part.yes, REST: part.all - part.yes}
    return disclosure.listed(Group(ALL, (YES, REST)), counts, lambda each: (key, each))


def _sides(campaign: str, reached: Part, others: Part) -> Table:
    counts = {}
    for side, part in ((TARGETED, reached), (OTHERS, others)):
        counts[side, YES], counts[side, REST] = part.yes, part.all - part.yes
    key = f"T1-{campaign}"
    # The row of sums is of everybody: the same whichever campaign it is cut by.
    return disclosure.crossed(
        (TARGETED, OTHERS),
        Group(ALL, (YES, REST)),
        counts,
        lambda row, each: ("T1", each) if row == ALL else (key, row, each),
        total=ALL,
    )


def _organisations(
    printer: Printer,
    purpose: str,
    key: Sequence[str],
    label: str,
    count: int,
    also: Mapping[str, int] | None = None,
) -> Line:
    """Associations are those of a public register; of companies, fewer than three are not shown."""
    small = purpose != AVENIR and 0 < count < min(COMPANIES, printer.shown.k)
    extra: dict[str, int | None] = {each: None if small else value for each, value in (also or {}).items()}
    return Line(tuple(key), label, None if small else count, suppressed=small, also=extra)
