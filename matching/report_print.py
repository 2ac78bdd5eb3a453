"""From hidden tables to what is printed: each figure is asked by name and answers with its value, or hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import disclosure, report_tables as tables, report_words as words
from .disclosure import Table
from .report_figures import Aid, Zones
from .report_model import (
    NO_PROGRAMME,
    OUTSIDE_ZONES,
    STEPS,
    UNKNOWN,
    Also,
    Breakdown,
    Indicator,
    Line,
    Month,
)
from .report_tables import ALL, LEFT, Name


class Shown:
    """The counts of all tables, hidden together."""

    def __init__(self, of: Iterable[Table], k: int, weight: Callable[[Name], int]) -> None:
        made = list(of)
        self.k = k
        self._hidden = disclosure.protect(made, k=k, weight=weight)
        self._values = {cell.name: cell.value for table in made for cell in table}

    def get(self, name: Name) -> int | None:
        """The count, None when it is hidden. Raises KeyError for a name that stands in no table."""
        return None if name in self._hidden else self._values[name]

    def line(
        self, name: Name, key: tuple[str, ...], label: str, was: Name | None = None, also: Also | None = None
    ) -> Line:
        """A line of a breakdown; `was`: the same count a month before; `also` goes with the count, hidden with it."""
        value = self.get(name)
        return Line(
            key,
            label,
            value,
            suppressed=value is None,
            change=disclosure.change(value, self.get(was), k=self.k) if was else None,
            also={each: None if value is None else known for each, known in (also or {}).items()},
        )


@dataclass(frozen=True, slots=True)
class Printer:
    """Turns names of counts into indicators of one month."""

    shown: Shown
    month: Month
    cohort: Month
    programmes: Mapping[str, str]
    zones: Zones

    @property
    def before(self) -> Month:
        return self.month.plus(-1)

    def made(self, key: str, period: str, unit: str, value: float | None, **more: object) -> Indicator:
        label, definition = words.words(key, self.month, self.cohort)
        return Indicator(key, label, definition, period, unit, value, **more)  # type: ignore[arg-type]

    def count(
        self, key: str, period: str, name: Name, cuts: Sequence[Breakdown], was: Name | None, **more: object
    ) -> Indicator:
        value = self.shown.get(name)
        change = disclosure.change(value, self.shown.get(was), k=self.shown.k) if was else None
        return self.made(
            key,
            period,
            "count",
            value,
            suppressed=value is None,
            change=change,
            breakdowns=tuple(cuts),
            **more,
        )

    def signed(self, key: str, period: str, of: str, months: Sequence[Month] = ()) -> Indicator:
        """Signatures of a period (`of`: a month, or the year with its months)."""
        zones, levels = self._zones(), [(level, words.LEVEL_NAMES[level]) for level in words.LEVEL_NAMES]
        was = str(self.before) if of == str(self.month) else None
        cuts = [
            Breakdown(
                ("programme",),
                tuple(
                    self.shown.line(
                        tables.signed_name(of, programme),
                        (programme,),
                        label,
                        was=tables.signed_name(was, programme) if was else None,
                    )
                    for programme, label in self.programmes.items()
                ),
            )
        ]
        for by, keys in (("zone", zones), ("level", levels)):
            cuts.append(
                Breakdown(
                    (by,),
                    tuple(
                        self.shown.line(tables.signed_name(of, ALL, by, each), (each,), label)
                        for each, label in keys
                    ),
                )
            )
            cuts.append(
                Breakdown(
                    ("programme", by),
                    tuple(
                        self.shown.line(
                            tables.signed_name(of, programme, by, each), (programme, each), f"{name}, {label}"
                        )
                        for programme, name in self.programmes.items()
                        for each, label in keys
                    ),
                )
            )
        if months:
            cuts += self._by_month(months)
        return self.count(
            key, period, tables.signed_name(of, ALL), cuts, tables.signed_name(was, ALL) if was else None
        )

    def _by_month(self, months: Sequence[Month]) -> list[Breakdown]:
        totals = tuple(
            self.shown.line(tables.signed_name(str(each), ALL), (str(each),), words.month_words(each))
            for each in months
        )
        crossed = tuple(
            self.shown.line(
                tables.signed_name(str(each), programme),
                (str(each), programme),
                f"{words.month_words(each)}, {name}",
            )
            for each in months
            for programme, name in self.programmes.items()
        )
        return [Breakdown(("month",), totals), Breakdown(("month", "programme"), crossed)]

    def share(self, key: str, period: str, of: str, programme: str, by: str, part: str) -> Indicator:
        """A rate among those of whom the fact is known, with the share of whom it is not."""
        total = self.shown.get(tables.signed_name(of, programme))
        numerator = self.shown.get(tables.signed_name(of, programme, by, part))
        denominator = self.shown.get(tables.signed_name(of, programme, by, "known"))
        unknown = self.shown.get(tables.signed_name(of, programme, by, UNKNOWN))
        hidden = numerator is None or denominator is None
        return self.made(
            key,
            period,
            "share",
            disclosure.rate(numerator, denominator),
            numerator=None if hidden else numerator,
            denominator=None if hidden else denominator,
            unknown_share=disclosure.rate(unknown, total),
            suppressed=hidden,
        )

    def funnel(self) -> Indicator:
        """From computed to hired, and where the others stopped."""
        computed, hired = self.shown.get(("C1", STEPS[0])), self.shown.get(("C1", STEPS[-1]))
        hidden = computed is None or hired is None
        reached = tuple(self.shown.line(("C1", step), (step,), words.STEPS[step]) for step in STEPS)
        left = tuple(self.shown.line(("C1", LEFT, step), (step,), words.STOPPED[step]) for step in STEPS[:-1])
        return self.made(
            "C1",
            str(self.cohort),
            "share",
            disclosure.rate(hired, computed),
            numerator=None if hidden else hired,
            denominator=None if hidden else computed,
            suppressed=hidden,
            breakdowns=(Breakdown(("step",), reached), Breakdown(("stopped_at",), left)),
        )

    def decisions(self, by_reason: Iterable[str]) -> Indicator:
        rejected, reviewed = self.shown.get(("C4", "rejected")), self.shown.get(("C4", "reviewed"))
        hidden = rejected is None or reviewed is None
        lines = tuple(
            self.shown.line(("C4", reason), (reason,), words.REASONS.get(reason, reason))
            for reason in tables.reasons(by_reason)
        )
        return self.made(
            "C4",
            str(self.month),
            "count",
            None if hidden else rejected,
            numerator=None if hidden else rejected,
            denominator=None if hidden else reviewed,
            suppressed=hidden,
            breakdowns=(Breakdown(("reason",), lines),),
        )

    def aid(self, key: str, period: str, of: Mapping[str, Aid]) -> Indicator:
        """Contracts, payments and money. The sums of money go as soon as one line does: the amounts of two programmes
        differ, so that a sum of euros and a sum of contracts would give both lines."""
        here, was = str(self.month), str(self.before)
        none = Aid(0, 0, 0)
        lines = tuple(
            self.shown.line((key, here, programme), (programme,), label, also=_money(of.get(programme, none)))
            for programme, label in self.programmes.items()
            if programme != NO_PROGRAMME
        )
        total = Aid(
            0, *(sum(getattr(each, field) for each in of.values()) for field in ("payments", "cents"))
        )
        telling = self.shown.get((key, here, ALL)) is None or any(line.suppressed for line in lines)
        return self.count(
            key,
            period,
            (key, here, ALL),
            [Breakdown(("programme",), lines)],
            (key, was, ALL),
            also=dict.fromkeys(_money(none)) if telling else _money(total),
        )

    def offers(self, moves: Mapping[str, tuple[int, int]]) -> Indicator:
        here, was = str(self.month), str(self.before)
        lines = {
            move: self.shown.line(
                ("B1", here, move),
                (move,),
                words.MOVEMENTS[move],
                was=("B1", was, move),
                also={"posts": posts},
            )
            for move, (_, posts) in moves.items()
        }
        return self.count(
            "B1",
            str(self.month),
            ("B1", here, "open"),
            [Breakdown(("movement",), tuple(lines.values()))],
            ("B1", was, "open"),
            also=lines["open"].also,
        )

    def register(self) -> Indicator:
        here, was = str(self.month), str(self.before)
        lines = tuple(self.shown.line(("A1", here, key), (key,), label) for key, label in self._zones())
        return self.count(
            "A1", str(self.month.last), ("A1", here, ALL), [Breakdown(("zone",), lines)], ("A1", was, ALL),
            unknown_share=disclosure.rate(self.shown.get(("A1", here, UNKNOWN)), self.shown.get(("A1", here, ALL))),
        )  # fmt: skip

    def _zones(self) -> list[tuple[str, str]]:
        named = [(key, self.zones.names[key]) for key in self.zones.names]
        return [*named, *((key, words.ZONE_NAMES[key]) for key in (OUTSIDE_ZONES, UNKNOWN))]


def _money(of: Aid) -> dict[str, int]:
    return {"payments": of.payments, "amount_cents": of.cents}
