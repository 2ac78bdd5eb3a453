"""What a proposal keeps of the day it was made: parts, score, right and its days, reasons, priority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

from .eligibility.days import LAST
from .match_inputs import Inputs
from .match_rights import NO_END
from .scoring import explained, reasons
from .scoring.best import Rows
from .scoring.columns import OfferColumns, PeopleColumns, Weights
from .scoring.pair import Pair
from .scoring.prepare import Problem
from .vocabulary import Verdict

#: columns that statements are made from, one number at a time: read faster from lists
PERSON = ("radius_km", "level", "bac_plus", "available_from", "available_known", "place", "licence")
OFFER = ("level_min", "bac_plus_min", "contract_day", "programme", "needs_licence", "place")
Columns = TypeVar("Columns", PeopleColumns, OfferColumns)


class Evidence:
    """Explains pairs of one run's inputs; columns are read as plain lists, pair by pair."""

    def __init__(self, inputs: Inputs, weights: Weights) -> None:
        self.inputs, self.weights = inputs, weights
        self.problem = Problem(inputs.people, inputs.offers, inputs.tables, weights)
        self._people, self._offers = _as_lists(inputs.people, PERSON), _as_lists(inputs.offers, OFFER)
        rights = inputs.people.rights
        self._first = rights.indptr.tolist()
        self._windows = list(
            zip(
                *(c.tolist() for c in (rights.programme, rights.start, rights.end, rights.certain)),
                strict=True,
            )
        )
        self._under = inputs.offers.programme.tolist()
        self._day = inputs.offers.contract_day.tolist()
        self._allowed = inputs.offers.allowed.tolist()

    def of(self, person: Rows, offer: Rows) -> list[dict[str, Any]]:
        """Columns of `match_proposal` for these pairs, in their order; no number for one that is not feasible."""
        pairs = explained.pairs(self.problem, person, offer)
        return [
            self._one(pair, p, o) for pair, p, o in zip(pairs, person.tolist(), offer.tolist(), strict=True)
        ]

    def _one(self, pair: Pair, person: int, offer: int) -> dict[str, Any]:
        inputs = self.inputs
        under, day = self._under[offer], self._day[offer]
        programmes = self._programmes(person, offer)
        window = self._window(person, under, day) if under >= 0 else None
        missing: Sequence[str] = ()
        if pair.right is Verdict.UNKNOWN:
            missing = inputs.open_facts.of(inputs.programmes[under], person, day)
        why, reserves = reasons.statements(
            self._people,
            person,
            self._offers,
            offer,
            pair,
            self.weights,
            programmes=inputs.programmes,
            missing=missing,
        )
        return {
            "programmes": programmes,
            "verdict": int(pair.right),
            "eligible_from": date.fromordinal(window[0]) if window else None,
            "eligible_until": date.fromordinal(window[1] - 1) if window and window[1] < LAST else None,
            "score": pair.score,
            "parts": pair.parts,
            "priority": priority(inputs, person),
            "reasons": [statement.as_json() for statement in why],
            "reservations": [statement.as_json() for statement in reserves],
        }

    def _window(self, person: int, programme: int, day: int) -> tuple[int, int] | None:
        """The person's sure window of that programme that holds the day (half-open day numbers)."""
        for number, start, end, certain in self._windows[self._first[person] : self._first[person + 1]]:
            if certain and number == programme and start <= day < end:
                return start, end
        return None

    def _programmes(self, person: int, offer: int) -> list[dict[str, Any]]:
        """The offer's programme; for an offer under none, those its terms would allow to this person that day."""
        names = self.inputs.programmes
        under, day, bits = self._under[offer], self._day[offer], self._allowed[offer]
        if under >= len(names):  # its programme is over: nobody has that right
            return []
        wanted = [under] if under >= 0 else [at for at in range(len(names)) if bits >> at & 1]
        listed = []
        for programme in wanted:
            window = self._window(person, programme, day)
            if window is None and under < 0:
                continue
            listed.append({"id": names[programme], "eligible_until": _last(window[1]) if window else None})
        return listed


def _as_lists(columns: Columns, names: Sequence[str]) -> Columns:
    as_lists: dict[str, Any] = {name: getattr(columns, name).tolist() for name in names}
    return replace(columns, **as_lists)


def priority(inputs: Inputs, person: int) -> dict[str, Any]:
    """What orders who is served first, on the run's day; never part of a score (M4)."""
    left = int(inputs.people.days_left[person])
    back = {"returned": True} if inputs.people.returned[person] else {}
    return {
        "days_left": None if left >= NO_END else left,
        "search_days": int(inputs.people.search_days[person]),
        "weeks_without_proposal": int(inputs.people.weeks_without[person]),
        **back,
    }


#: columns of `match_proposal` by which the same pair explained on another day is the same
COMPARED = (
    "programmes", "verdict", "eligible_from", "eligible_until", "score", "parts", "reasons", "reservations",
)  # fmt: skip


def same(stored: Any, fresh: dict[str, Any]) -> bool:
    """Whether what a stored proposal says is what the base says now, its priority aside."""
    return all(getattr(stored, name) == fresh[name] for name in COMPARED)


@lru_cache(maxsize=4096)
def _last(end: int) -> str | None:
    return date.fromordinal(end - 1).isoformat() if end < LAST else None


def one(inputs: Inputs, person: int, offer: int, weights: Weights) -> dict[str, Any]:
    """The evidence of a single pair, by rows."""
    (found,) = Evidence(inputs, weights).of(np.array([person]), np.array([offer]))
    return found
