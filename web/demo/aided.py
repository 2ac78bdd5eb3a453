"""Aided contracts of the demo (CUI-CAE): noted by hand when they are signed, their agreements, bilans and renewals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from matching.eligibility.aid import after

from . import contracts
from .contracts import DAY, Line, Make, Under, working
from .employers import association

PROGRAMME = "cui-cae"
SOURCE = "Arrêté du préfet de la région Picardie du 1er février 2013"


@dataclass(frozen=True, slots=True)
class Aided:
    """Days before the last one that it was signed, months of the contract and of its first agreement, who employs."""

    began: int
    months: int
    agreed: int
    club: int
    hours: int
    rate_bp: int


#: One renewed in the summer, one whose bilan is called, three under a long first agreement. Fewer than five would be
#: hidden in the months' reports, and larger figures with them.
CONTRACTS = (
    Aided(266, 12, 6, 2, 24, 9000),
    Aided(157, 12, 6, 1, 20, 8000),
    Aided(193, 12, 12, 0, 26, 8500),
    Aided(230, 12, 12, 1, 24, 9000),
    Aided(182, 12, 12, 2, 20, 8000),
)


def story(line: Make, number: int, index: int, who: str, seed: int, today: date) -> Iterator[Line]:
    """From the paper of the first agreement to the last day; `index`: of the cast."""
    aided = CONTRACTS[number]
    decided = working(today - timedelta(days=aided.began))
    signed = working(decided + timedelta(days=1))
    starts = working(signed + timedelta(days=5))
    placed = {"person": who, "employer": association(aided.club, seed).siret, "programme": PROGRAMME}
    under = Under(index, placed, "importer", starts, aided.months)
    ends = after(starts, aided.agreed) - DAY
    terms = {"hours": aided.hours, "rate_bp": aided.rate_bp, "source": SOURCE}
    yield line(
        signed, "importer", "aided", **placed, kind="CDD", months=aided.months, hours=aided.hours, starts=starts.isoformat(),
        tutor=contracts.TUTORS[index % len(contracts.TUTORS)],
        agreement={"reference": _paper(index, 1), "decided": decided.isoformat(), "starts": starts.isoformat(),
                   "ends": ends.isoformat(), **terms},
    )  # fmt: skip
    yield line(starts, "importer", "start", **placed)
    yield line(starts, "clock", "run", **placed)
    yield from contracts.tutor(line, under, today)
    called = after(ends, -2)
    if called <= today:
        for kind in ("agreement-review", "renewal"):
            yield line(called, "clock", "milestone", **placed, kind=kind, number=1, step="fall_due")
    if ends < today:  # renewed in time, up to the end of the contract
        held, again = working(ends - timedelta(days=35)), working(ends - timedelta(days=20))
        yield line(held, "importer", "agreement_review", **placed, number=1)
        yield line(again, "importer", "agreement", **placed, number=2, agreement={
            "reference": _paper(index, 2), "decided": again.isoformat(), "starts": (ends + DAY).isoformat(),
            "ends": (after(starts, aided.months) - DAY).isoformat(), **terms,
        })  # fmt: skip
    number_of_row, first = 1, starts
    while first <= today:  # an agreement's last month and the next one's first are rows of their own
        due = after(first.replace(day=1), 1) - DAY
        if first <= ends < due:
            due = ends
        if due <= today:
            yield from contracts.payment(line, under, "monthly", number_of_row, due, today)
        number_of_row, first = number_of_row + 1, due + DAY
    yield from contracts.lived(line, under, today, monthly=False)


def _paper(index: int, number: int) -> str:
    return f"080 13 01 {index * 100 + number:05d}"
