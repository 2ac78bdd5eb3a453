"""Which employers a programme admits, by what they are in law: accepted, excluded, or open until somebody checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..vocabulary import EmployerKind, Verdict


class EmployerRule(BaseModel):
    """Kinds of employers with one answer, why in French words, and the text that says so; `from` a later day on."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    kinds: list[EmployerKind] = Field(min_length=1)
    because: str = Field(min_length=10)
    source: str = Field(min_length=3)
    from_: date | None = Field(default=None, alias="from")


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Whether an employer of that kind may hire under the programme: `verdict` UNKNOWN = somebody has to check."""

    verdict: Verdict
    because: str
    source: str


class Employers(BaseModel):
    """The employers of a programme. Every kind has its answer, so that none is let in by silence."""

    model_config = ConfigDict(extra="forbid")

    accepted: list[EmployerRule] = Field(default_factory=list)
    open: list[EmployerRule] = Field(default_factory=list)
    excluded: list[EmployerRule] = Field(default_factory=list)

    @model_validator(mode="after")
    def _each_kind_once(self) -> Employers:
        said = Counter((kind, rule.from_) for rule, _ in self._rules() for kind in rule.kinds)
        if twice := sorted(kind for (kind, _), times in said.items() if times > 1):
            raise ValueError(f"« {twice[0]} » a deux réponses pour le même jour")
        if left := sorted(kind for kind in EmployerKind if (kind, None) not in said):
            raise ValueError(f"il manque une réponse pour « {left[0]} » : accepted, open ou excluded")
        return self

    def of(self, kind: EmployerKind, day: date) -> Entitlement:
        """The answer in force that day."""
        rule, verdict = max(
            (
                (rule, verdict)
                for rule, verdict in self._rules()
                if kind in rule.kinds and (rule.from_ is None or rule.from_ <= day)
            ),
            key=lambda found: found[0].from_ or date.min,
        )
        return Entitlement(verdict, rule.because, rule.source)

    def _rules(self) -> Iterator[tuple[EmployerRule, Verdict]]:
        for rules, verdict in (
            (self.accepted, Verdict.YES),
            (self.open, Verdict.UNKNOWN),
            (self.excluded, Verdict.NO),
        ):
            yield from ((rule, verdict) for rule in rules)
