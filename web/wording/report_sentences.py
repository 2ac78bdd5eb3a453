"""Figures of the monthly report as people read them, and the sentences to remember that they allow."""

from __future__ import annotations

from collections.abc import Iterator

from matching.report_model import Indicator, Line, Month, MonthlyReport
from matching.report_words import month_words
from matching.vocabulary import SCHEMES

from . import day, euros, number
from .report import HIDDEN, NO_FIGURE

#: Sentences that the supervisor starts from.
PROPOSED = 3

AVENIR = SCHEMES["emploi_avenir"]
FRANCS = SCHEMES["emploi_franc"]
VOWELS = ("a", "o")


def of_month(month: Month) -> str:
    """« d'octobre 2013 », « de septembre 2013 »."""
    words = month_words(month)
    return ("d'" if words.startswith(VOWELS) else "de ") + words


def month_name(month: Month) -> str:
    """« octobre »."""
    return month_words(month).rpartition(" ")[0]


def in_month(month: Month, than: Month) -> str:
    """« septembre », « décembre 2012 » when the year is another."""
    return month_name(month) if month.year == than.year else month_words(month)


def count(line: Line | Indicator) -> str:
    """A count as it is read: « 27 », « s »."""
    return HIDDEN if line.value is None else number(line.value)


def figure(indicator: Indicator) -> str:
    """The figure of an indicator: a count, a percentage, « 5 sur 8 » under too few, « s »."""
    if indicator.suppressed:
        return HIDDEN
    if indicator.unit == "count":
        return number(indicator.value or 0)
    if indicator.value is not None:
        return percent(indicator.value)
    if indicator.denominator:
        return f"{number(indicator.numerator or 0)} sur {number(indicator.denominator)}"
    return NO_FIGURE


def percent(value: float) -> str:
    """« 16,4 % », « 19 % »."""
    rounded = round(value * 100, 1)
    return f"{number(rounded, 0 if rounded == int(rounded) else 1)} %"


def money(part: Line | Indicator) -> str:
    """« 9 940,02 € », « s »."""
    cents = part.also.get("amount_cents")
    return HIDDEN if cents is None else euros(cents)


def also(part: Line | Indicator, key: str) -> str:
    """Posts or payments that go with a count."""
    value = part.also.get(key)
    return HIDDEN if value is None else number(value)


def change(value: int | None) -> str:
    """« + 8 sur un mois »; nothing when it is not known or would tell a small number."""
    if value is None:
        return ""
    if value == 0:
        return "stable sur un mois"
    return f"{'+' if value > 0 else '−'} {number(abs(value))} sur un mois"


# --- sentences to remember


def highlights(report: MonthlyReport) -> list[str]:
    """Three sentences that the figures allow, the most telling first."""
    return list(_sentences(report))[:PROPOSED]


def _sentences(report: MonthlyReport) -> Iterator[str]:
    yield _signed(report)
    yield from _places(report)
    yield from _aid(report)
    yield from _offers(report)
    yield _register(report)


def _signed(report: MonthlyReport) -> str:
    """What was signed in the month, by kind of contract as far as it is shown, and since January."""
    month, signed = report.month, report["D1"]
    when, year = f"en {month_name(month)}", report["D1-year"].value
    tail = f" ; {number(year)} depuis le 1er janvier" if year and month.number > 1 else ""
    if signed.value == 0:
        return f"Aucun contrat n'a été signé {when}{tail}."
    lines = [line for line in signed.by("programme").lines if line.key[0] in (*AVENIR, *FRANCS)]
    said = [f"{number(line.value)} {_kind(line)}{_more(line, report)}" for line in lines if line.value]
    if any(line.suppressed for line in lines) or not said:
        if signed.value is None:
            return f"Le nombre de contrats signés {when} n'est pas montré{tail}."
        said = [f"{number(signed.value)} contrats{_more(signed, report)}"]
    return f"{' et '.join(said)} ont été signés {when}{tail}."


def _more(part: Line | Indicator, report: MonthlyReport) -> str:
    if not part.change:
        return ""
    before = in_month(report.month.plus(-1), report.month)
    return f", {number(abs(part.change))} de {'plus' if part.change > 0 else 'moins'} qu'en {before},"


def _kind(line: Line) -> str:
    return "emplois d'avenir" if line.key[0] in AVENIR else "emplois francs"


def _places(report: MonthlyReport) -> Iterator[str]:
    try:
        share = report["D3-year"]
    except KeyError:
        return
    if share.value is not None and share.denominator:
        yield (
            f"Depuis janvier, {percent(share.value)} des emplois d'avenir vont à des habitants des quartiers prioritaires "
            f"({number(share.numerator or 0)} sur {number(share.denominator)} dont l'adresse est confirmée)."
        )


def _aid(report: MonthlyReport) -> Iterator[str]:
    coming = report["E6-next"]
    if coming.value:
        cents = coming.also.get("amount_cents")
        worth = f", pour {euros(cents)}" if cents is not None else ""
        yield (
            f"Point d'attention : {number(coming.value)} contrats ont une aide à échéance dans les 60 jours{worth} ; "
            "chaque pièce est à envoyer à temps."
        )


def _offers(report: MonthlyReport) -> Iterator[str]:
    offers = report["B1"]
    if offers.value:
        posts = offers.also.get("posts")
        with_posts = f" ({number(posts)} postes)" if posts is not None else ""
        yield f"{number(offers.value)} offres{with_posts} étaient ouvertes le {day(report.month.last)}."


def _register(report: MonthlyReport) -> str:
    register = report["A1"]
    if register.value is None:
        return "Le nombre de jeunes inscrits au registre est trop petit pour être publié."
    if not register.value:
        return "Aucun jeune n'est inscrit au registre."
    unknown = (
        f", dont {percent(register.unknown_share)} sans adresse confirmée" if register.unknown_share else ""
    )
    return f"{number(register.value)} jeunes sont inscrits au registre{unknown}."
