"""The part of the page that says what became of the contracts: shapes only, as in `page`."""

from __future__ import annotations

from matching.report_model import Indicator, MonthlyReport

from ..wording import report_sentences as words, uncapital
from .parts import Table, of, share

#: Shares of contracts, in the order of a contract's life.
SHARES = ("E1", "E2-3", "E2-6", "E2-10", "E2-12", "E7", "E5")


def tables(report: MonthlyReport) -> list[Table]:
    """None of a report frozen before these figures were there."""
    found = {indicator.id: indicator for indicator in report.indicators}
    made = []
    if rated := [found[key] for key in SHARES if key in found]:
        made.append(_lives(report, rated))
    if "E3" in found:
        made.append(_breaks(found["E3"]))
    if "E5" in found:
        made.append(_situations(found["E5"]))
    if "H3" in found:
        made.append(_overdue(report, found["H3"]))
    return made


def _lives(report: MonthlyReport, rated: list[Indicator]) -> Table:
    rows = [(each.label, share(each)) for each in rated]
    training = next((each for each in report.indicators if each.id == "E7-training"), None)
    if training is not None:
        rows += [
            (f"Formations {uncapital(line.label)}", words.count(line))
            for line in training.by("training").lines
        ]
    return Table(
        "Ce que deviennent les contrats",
        ("Étape", words.month_name(report.month).capitalize()),
        rows,
        note="Seuls comptent les contrats assez anciens pour chaque étape. Sous onze, le nombre est donné sans "
        "pourcentage.",
    )


def _breaks(broken: Indicator) -> Table:
    rows = [(line.label, words.count(line)) for line in broken.by("broken_by").lines]
    rows += [
        (f"Motif : {uncapital(line.label)}", words.count(line))
        for line in broken.by("reason").lines
        if line.value != 0
    ]
    rows += [(f"Rompus {uncapital(line.label)}", words.count(line)) for line in broken.by("life").lines]
    return Table(
        "Ruptures des douze derniers mois",
        ("Par qui, pourquoi, quand", "Contrats"),
        rows,
        ("Ruptures parmi les contrats terminés", share(broken)),
        "Les contrats en cours n'entrent pas dans ce calcul. Les raisons qui n'ont pas servi ne sont pas écrites.",
    )


def _situations(after: Indicator) -> Table:
    return Table(
        "Six mois après la fin du contrat",
        ("Situation", "Personnes"),
        [(line.label, words.count(line)) for line in after.by("situation").lines],
        ("Emploi durable, parmi les situations connues", of(after)),
    )


def _overdue(report: MonthlyReport, late: Indicator) -> Table:
    return Table(
        f"Réponses attendues depuis plus de quinze jours ouvrés, fin {words.month_name(report.month)}",
        ("Qui doit répondre", "Propositions"),
        [(line.label, words.count(line)) for line in late.by("awaited").lines],
        ("Ensemble", words.count(late)),
    )
