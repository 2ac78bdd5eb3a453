"""The terms of a contract and the rules a programme file may set for them (C12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class Contract:
    """None = unknown. `months` is read for a CDD only; `sector`: marchand or non-marchand; hours a week."""

    signature_date: date | None = None
    kind: str | None = None
    months: float | None = None
    weekly_hours: float | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class TermVerdict:
    """One rule about the contract: does it hold, which term is missing if it cannot be said."""

    id: str
    holds: Verdict
    missing: str | None = None


def _kind(contract: Contract, *, allowed: Mapping[str, Mapping[str, Any]]) -> TermVerdict:
    """CDI, or a CDD between two lengths in months, both included."""
    if contract.kind is None:
        return TermVerdict("", Verdict.UNKNOWN, "contract.kind")
    bounds = allowed.get(contract.kind)
    if bounds is None:
        return TermVerdict("", Verdict.NO)
    if contract.kind != "CDD" or not bounds:
        return TermVerdict("", Verdict.YES)
    if contract.months is None:
        return TermVerdict("", Verdict.UNKNOWN, "contract.months")
    enough = contract.months >= bounds.get("months_from", 0)
    return TermVerdict(
        "", Verdict.YES if enough and contract.months <= bounds.get("months_to", 10_000) else Verdict.NO
    )


def _hours(contract: Contract, *, at_least: float, at_most: float | None = None) -> TermVerdict:
    if contract.weekly_hours is None:
        return TermVerdict("", Verdict.UNKNOWN, "contract.weekly_hours")
    inside = contract.weekly_hours >= at_least and (at_most is None or contract.weekly_hours <= at_most)
    return TermVerdict("", Verdict.YES if inside else Verdict.NO)


def _sector(contract: Contract, *, accepted: tuple[str, ...], open: tuple[str, ...] = ()) -> TermVerdict:
    """Accepted sectors; those in `open` depend on a list that is not configured: unknown, and nothing to ask for."""
    if contract.sector is None:
        return TermVerdict("", Verdict.UNKNOWN, "contract.sector")
    if contract.sector in open:
        return TermVerdict("", Verdict.UNKNOWN)
    return TermVerdict("", Verdict.YES if contract.sector in accepted else Verdict.NO)


#: name in a programme file -> rule
RULES: dict[str, Callable[..., TermVerdict]] = {"kind": _kind, "hours": _hours, "sector": _sector}
