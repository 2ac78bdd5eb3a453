"""The report as one flat table: a line for each indicator, then one for each cell of its breakdowns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matching.report_model import Indicator, Line, MonthlyReport

from ..tables import csv_text
from ..wording.report import HIDDEN

HEADER = (
    "Indicateur", "Libellé", "Période", "Ventilation", "Clé", "Ligne", "Valeur", "Numérateur", "Dénominateur",
    "Part inconnue", "Évolution sur un mois", "Postes", "Versements", "Montant (€)", "Heures", "Définition",
)  # fmt: skip
#: What a breakdown is by, in the words of the table.
CUTS = {
    "programme": "dispositif",
    "zone": "quartier",
    "level": "niveau",
    "month": "mois",
    "step": "étape",
    "stopped_at": "arrêt",
    "reason": "motif",
    "movement": "mouvement",
    "outcome": "issue",
    "broken_by": "rompu par",
    "life": "âge du contrat",
    "situation": "situation",
    "training": "formation",
    "awaited": "réponse attendue",
    "sessions": "séances",
    "year": "année",
    "purpose": "dispositif visé",
    "side": "jeunes comparés",
    "whose": "personnes",
}


def content(report: MonthlyReport) -> bytes:
    """UTF-8 with its mark, « ; », decimal comma, formula-safe: a French spreadsheet opens it as it is."""
    return csv_text(HEADER, rows(report)).encode("utf-8-sig")


def rows(report: MonthlyReport) -> Iterator[list[Any]]:
    """Hidden values are « s », as everywhere; an empty cell does not apply."""
    for indicator in report.indicators:
        yield _indicator(indicator)
        for cut in indicator.breakdowns:
            by = " × ".join(CUTS.get(key, key) for key in cut.by)
            for line in cut.lines:
                yield [
                    indicator.id, indicator.label, indicator.period, by, " ".join(line.key), line.label,
                    _shown(line.value, line.suppressed), None, None, None, line.change, *_also(line), None,
                ]  # fmt: skip


def _indicator(indicator: Indicator) -> list[Any]:
    rated = indicator.unit == "share" or indicator.id == "C4"
    return [
        indicator.id, indicator.label, indicator.period, "ensemble", None, None,
        _shown(indicator.value, indicator.suppressed),
        *(_shown(part, indicator.suppressed and rated) for part in (indicator.numerator, indicator.denominator)),
        indicator.unknown_share, indicator.change, *_also(indicator), indicator.definition,
    ]  # fmt: skip


def _shown(value: float | None, suppressed: bool) -> Any:
    return HIDDEN if suppressed else value


def _also(part: Line | Indicator) -> list[Any]:
    """Posts, payments, euros and hours: nothing where they do not apply, « s » where they are hidden."""
    said: list[Any] = []
    for key, unit in (("posts", 1), ("payments", 1), ("amount_cents", 100), ("minutes", 60)):
        value = part.also.get(key)
        if key not in part.also:
            said.append(None)
        elif value is None:
            said.append(HIDDEN)
        else:
            said.append(value / unit if unit > 1 else value)
    return said
