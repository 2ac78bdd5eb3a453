"""The right that a contract keeps, as it was judged that day, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matching.eligibility.programme import ProgrammeBook

from . import capital
from .conditions import TITLES, legal
from .explained import Rule
from .placements import CONDITIONS, programme

VERDICTS = {"eligible": ("Droit établi", "ok"), "unknown": ("Droit à vérifier", "warn"),
            "not-eligible": ("Pas de droit", "error")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frozen:
    """The right as it was judged and kept with the contract. `same_rules`: they have not changed since."""

    programme: str
    on: date
    verdict: str
    kind: str
    until: date | None
    rules: tuple[Rule, ...]
    conditions: tuple[tuple[str, date], ...]
    digest: str
    same_rules: bool


def frozen(snapshot: Mapping[str, Any], book: ProgrammeBook) -> Frozen | None:
    """The snapshot of a placement in words; None when nothing was judged."""
    if not snapshot:
        return None
    law = book.get(snapshot["programme"])
    on = date.fromisoformat(snapshot["on"])
    verdict, kind = VERDICTS[snapshot["verdict"]]
    asked = {"in-force": "être dans les dates du dispositif"}
    if law is not None:
        asked |= {str(node.id): str(node.requires) for node in law.file.conditions.all_of}
        asked |= {term.id: term.requires for term in law.file.contract}
    windows = [
        (date.fromisoformat(first), last and date.fromisoformat(last)) for first, last in snapshot["windows"]
    ]
    return Frozen(
        programme=programme(snapshot["programme"]),
        on=on,
        verdict=verdict,
        kind=kind,
        until=next((last for first, last in windows if first <= on and (last is None or on <= last)), None),
        rules=tuple(_rule(criterion, asked) for criterion in snapshot["criteria"]),
        conditions=tuple(
            (CONDITIONS.get(name, name), date.fromisoformat(day))
            for name, day in snapshot.get("conditions", {}).items()
        ),
        digest=snapshot["rules_digest"][:12],
        same_rules=law is not None and law.digest == snapshot["rules_digest"],
    )


def _rule(criterion: Mapping[str, Any], asked: Mapping[str, str]) -> Rule:
    requires = asked.get(criterion["id"], criterion["id"])
    title = TITLES.get(criterion["id"], "{requires}").format(requires=requires)
    if criterion["id"] == "diploma":
        title = requires
    sign = {1: "yes", 0: "check", -1: "no"}[criterion["holds"]]
    return Rule(criterion["id"], sign, capital(title), "", "", "", legal(criterion["source"]))
