"""Runs the matcher for a command or the worker and says its result as interfaces.md writes it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from matching import clock
from matching.store.engine import Database

from .settings import Settings


def run_match(
    database: Database,
    settings: Settings,
    *,
    on: date,
    offer: str | None = None,
    full: bool = False,
    workers: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Propose, in one transaction, and return the standing document. Raises NotFound for an unknown offer."""
    from matching import match_results, match_runs
    from matching.scoring import compiled
    from matching.scoring.referential import Referential

    from .referential import stored
    from .rules import book_of
    from .wording.reasons import sentence

    # The compiled kernel is kept with the data: the next run of this version finds it there.
    compiled.keep_in(settings.data_dir.absolute())
    compiled.tell(_preparing)
    began = time.perf_counter()
    book = book_of(settings)
    with database.transaction() as session:
        outcome = match_runs.run(
            session,
            book,
            stored(session) or Referential.starter(),
            on=on,
            at=clock.now(),
            offer=offer,
            full=full,
            workers=workers,
            on_progress=on_progress,
        )
        listed = match_results.standing(
            session,
            on=on,
            seed=match_runs.SEED,
            only=outcome.offer_id,
            priorities=outcome.priorities,
            names=outcome.names,
        )
    return {
        "on": on.isoformat(),
        "offers": outcome.offers,
        "candidates": outcome.candidates,
        "pairs_scored": outcome.pairs_scored,
        "seconds": round(time.perf_counter() - began, 3),
        "unmatched_offers": outcome.unmatched_offers,
        "candidates_without_offer": outcome.candidates_without_offer,
        "without_feasible_offer": outcome.without_feasible_offer,
        "every_offer_decided": outcome.every_offer_decided,
        "not_enough_data": outcome.not_enough_data,
        "proposals": [
            {
                "offer": each.offer,
                "candidate": each.candidate,
                "rank": each.rank,
                "score": each.proposal.score,
                "parts": each.proposal.parts,
                "priority": dict(each.priority),
                "why": each.proposal.why,
                "programmes": each.proposal.programmes,
                "reasons": [sentence(statement) for statement in each.proposal.reasons],
                "reservations": [sentence(statement) for statement in each.proposal.reservations],
                "state": str(each.proposal.state),
            }
            for offer_ in listed
            for each in offer_.proposals
        ],
    }


def _preparing() -> None:
    print("Préparation du calcul rapide : quelques secondes, la première fois seulement.", file=sys.stderr)
