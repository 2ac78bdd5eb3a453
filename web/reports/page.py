"""The page of a month: its five figures, its charts whose title is the finding, its tables. Shapes only, from the same
typed tables as every other format; a template lays them out."""

from __future__ import annotations

from dataclasses import dataclass

from matching import disclosure
from matching.report_model import Breakdown, Indicator, Line, MonthlyReport
from matching.report_words import month_words

from ..charts import Bar, Figure, Series, grouped_bars, horizontal_bars
from ..wording import MONTHS, euros, number, report_sentences as words, uncapital
from ..wording.report import HIDDEN, NO_FIGURE
from . import measures, outcomes
from .parts import Table, of as _of, share as _share

YEARS = {"D1-year", "D3-year", "D4-year", "D6-year"}
MASKED = "nombre masqué"
#: Months of the chart: more would not be read on a phone. The table has them all.
MONTHS_DRAWN = 7
#: Steps of the funnel that the chart draws; all of them are in its table.
DRAWN = ("computed", "approved", "sent", "interview", "hired")


@dataclass(frozen=True, slots=True)
class Kpi:
    """A figure in large, what it counts, what is beside it."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its measure, its numbers as a table; no `figure`: nothing to draw, and `empty` says why."""

    title: str
    measure: str
    figure: Figure | None
    data: Table
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    kpis: list[Kpi]
    charts: list[Chart]
    zones: Table
    levels: Table
    aid: Table
    shares: Table
    rejections: Table
    outcomes: list[Table]
    measures: list[Table]
    definitions: list[tuple[str, str]]


def page(report: MonthlyReport) -> Page:
    return Page(
        kpis=_kpis(report),
        charts=[_months(report), _funnel(report)],
        zones=_zones(report),
        levels=_levels(report),
        aid=_aid(report),
        shares=_shares(report),
        rejections=_rejections(report),
        outcomes=outcomes.tables(report),
        measures=measures.tables(report),
        # A figure of the year says what that of the month says, since January.
        definitions=[(each.label, each.definition) for each in report.indicators if each.id not in YEARS],
    )


def _kpis(report: MonthlyReport) -> list[Kpi]:
    offers, funnel = report["B1"], report["C1"]
    counts = [
        Kpi(words.count(line), label, MASKED if line.suppressed else words.change(line.change))
        for line, label in _kinds(report)
    ]
    return [
        *counts,
        _paid(report),
        Kpi(
            words.count(offers),
            "offres ouvertes à la fin du mois",
            _joined("" if offers.suppressed else f"{words.also(offers, 'posts')} postes", offers),
        ),
        Kpi(
            _of(funnel),
            "propositions devenues des embauches",
            f"calculées en {month_words(report.month.plus(-2))}" if funnel.denominator != 0 else "",
        ),
    ]


def _paid(report: MonthlyReport) -> Kpi:
    """Money where it may be shown, else the contracts that it went to."""
    paid, when = report["E6-paid"], f"en {words.month_name(report.month)}"
    contracts = f"{words.count(paid)} contrats"
    cents = paid.also.get("amount_cents")
    if paid.suppressed or cents is None:
        label = f"contrats dont l'aide a été versée {when}"
        return Kpi(words.count(paid), label, _joined("montant masqué", paid))
    whole = euros(round(cents / 100) * 100)  # to the cent in the table
    return Kpi(whole, f"d'aide versée {when}", _joined(contracts, paid))


def _kinds(report: MonthlyReport) -> list[tuple[Line, str]]:
    """The two kinds of contracts of the plan, as far as their programmes are in force; else all contracts."""
    lines = report["D1"].by("programme").lines
    found = [(line, "emplois d'avenir signés") for line in lines if line.key[0] in words.AVENIR]
    found += [(line, "emplois francs signés") for line in lines if line.key[0] in words.FRANCS]
    if found:
        return found[:2]
    every = report["D1"]
    return [(Line((), every.label, _whole(every), every.suppressed, every.change), "contrats signés")]


def _whole(indicator: Indicator) -> int | None:
    return None if indicator.value is None else int(indicator.value)


def _joined(words_: str, indicator: Indicator) -> str:
    if indicator.suppressed:
        return MASKED
    return ", ".join(filter(None, (words_, words.change(indicator.change))))


# --- charts


def _months(report: MonthlyReport) -> Chart:
    year = report["D1-year"]
    crossed = year.by("month", "programme")
    months = [line.key[0] for line in year.by("month").lines]
    recent = months[-MONTHS_DRAWN:]
    kinds = (("Emplois d'avenir", words.AVENIR), ("Emplois francs", words.FRANCS))
    series = []
    for name, programmes in kinds:
        own = [key for key in programmes if crossed.get(months[-1], key) is not None]
        if own:  # one programme of a kind is in force at a time
            lines = [crossed.get(month, own[-1]) for month in months]
            series.append(Series(name, [line.value if line else None for line in lines]))
    title = _trend(report)
    drawn = [Series(each.name, each.values[-MONTHS_DRAWN:]) for each in series]
    labels = [SHORT[int(month[5:]) - 1] for month in recent]
    totals = {line.key[0]: line for line in year.by("month").lines}
    data = Table(
        f"Contrats signés par mois, {_span(report, len(months))}",
        ("Mois", *(each.name for each in series), "Tous contrats"),
        [
            (
                labels_long,
                *(_shown(each.values[at]) for each in series),
                words.count(totals[month]),
            )
            for at, (month, labels_long) in enumerate(zip(months, map(_long, months), strict=True))
        ],
    )
    return Chart(
        title,
        f"Contrats signés par mois, {_span(report, len(recent))}",
        grouped_bars("mois", title, labels, drawn) if drawn else None,
        data,
        "Aucun dispositif n'était ouvert ce mois-là.",
    )


def _span(report: MonthlyReport, months: int) -> str:
    """« de mai à novembre 2013 »."""
    last = month_words(report.month)
    if months == 1:
        return f"en {last}"
    first = words.month_name(report.month.plus(1 - months))
    return f"{'d' + chr(39) if first.startswith(words.VOWELS) else 'de '}{first} à {last}"


def _long(month: str) -> str:
    return MONTHS[int(month[5:]) - 1].capitalize()


#: Names that fit under a bar.
SHORT = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def _shown(value: float | None) -> str:
    return HIDDEN if value is None else number(value)


def _trend(report: MonthlyReport) -> str:
    signed, than = report["D1"], words.in_month(report.month.plus(-1), report.month)
    if signed.value == 0:
        return f"Aucune signature en {words.month_name(report.month)}"
    if signed.value is None or signed.change is None:
        return "Les signatures mois par mois"
    if signed.change == 0:
        return f"Autant de signatures qu'en {than}"
    return f"{'Plus' if signed.change > 0 else 'Moins'} de signatures qu'en {than}"


def _funnel(report: MonthlyReport) -> Chart:
    funnel = report["C1"]
    steps, stopped = funnel.by("step"), funnel.by("stopped_at")
    cohort = month_words(report.month.plus(-2))
    bars: list[Bar] = []
    before: Line | None = None
    for key in DRAWN:
        line = steps.get(key)
        assert line is not None  # every step stands in the report
        rate = disclosure.rate(line.value, before.value) if before is not None else None
        note = f"{words.percent(rate)} des {before.label.lower()}" if rate is not None and before else ""
        bars.append(Bar(line.label, line.value, note))
        before = line
    title = "De la proposition à l'embauche"
    if funnel.value:
        title = f"{words.percent(funnel.value)} des propositions aboutissent à une embauche"
    computed = steps.get(DRAWN[0])
    data = Table(
        f"Propositions calculées en {cohort}, étape par étape",
        ("Étape", "Propositions", "Qui se sont arrêtées là"),
        [
            (
                line.label,
                words.count(line),
                words.count(rest) if (rest := stopped.get(*line.key)) else NO_FIGURE,
            )
            for line in steps.lines
        ],
    )
    drawn = None if computed is not None and computed.value == 0 else horizontal_bars("etapes", title, bars)
    return Chart(
        title,
        f"Propositions calculées en {cohort}, suivies jusqu'à la fin {words.of_month(report.month)}",
        drawn,
        data,
        f"Aucune proposition n'avait été calculée en {cohort}.",
    )


# --- tables


def _zones(report: MonthlyReport) -> Table:
    month, year, register = report["D1"], report["D1-year"], report["A1"]
    kinds = [line for line in year.by("programme").lines if line.key[0] in (*words.AVENIR, *words.FRANCS)]
    crossed = year.by("programme", "zone")

    def row(zone: Line) -> tuple[str, ...]:
        (key,) = zone.key
        return (
            zone.label,
            words.count(zone),
            _count(month.by("zone"), key),
            *(_count(crossed, kind.key[0], key) for kind in kinds),
            _count(year.by("zone"), key),
        )

    return Table(
        f"Par quartier, {_span(report, report.month.number)}",
        ("Quartier", "Jeunes inscrits", f"Contrats {words.of_month(report.month).rpartition(' ')[0]}",
         *(f"{kind.label}, année" for kind in kinds), "Tous contrats, année"),
        [row(zone) for zone in register.by("zone").lines],
        ("Ensemble", words.count(register), words.count(month), *map(words.count, kinds), words.count(year)),
        "Le quartier est celui de l'adresse confirmée : à la fin du mois pour les inscrits, le jour de la signature "
        "pour les contrats.",
    )  # fmt: skip


def _count(cut: Breakdown, *key: str) -> str:
    line = cut.get(*key)
    return NO_FIGURE if line is None else words.count(line)


def _levels(report: MonthlyReport) -> Table:
    month, year = report["D1"], report["D1-year"]
    return Table(
        "Contrats signés par niveau de diplôme",
        ("Niveau le jour de la signature", words.month_name(report.month).capitalize(), "Depuis janvier"),
        [
            (line.label, words.count(line), _count(year.by("level"), *line.key))
            for line in month.by("level").lines
        ],
        ("Ensemble", words.count(month), words.count(year)),
    )


def _aid(report: MonthlyReport) -> Table:
    rows = []
    found = {indicator.id: indicator for indicator in report.indicators}
    for key in AID:
        kind = found.get(key)
        if kind is None:  # a report frozen before this figure was there
            continue
        rows.append((AID[key].format(month=words.month_name(report.month)), *_cells(kind)))
        rows += [
            (f"dont {uncapital(line.label)}", *_cells(line))
            for line in kind.by("programme").lines
            if line.value != 0
        ]
    return Table("Aide de l'État aux contrats", ("Aide", "Contrats", "Versements", "Montant"), rows)


AID = {
    "E6-due": "À échéance en {month}",
    "E6-asked": "Demandée en {month}",
    "E6-paid": "Versée en {month}",
    "E6-lapsed": "Perdue en {month}",
    "E6-repay": "À rembourser pour des ruptures de {month}",
    "E6-next": "À échéance dans les 60 jours qui suivent",
}


def _cells(part: Line | Indicator) -> tuple[str, str, str]:
    return words.count(part), words.also(part, "payments"), words.money(part)


#: A share of the month and the same of the year -> its row.
SHARES = {
    "D3": "Habitants de quartiers prioritaires (emplois d'avenir)",
    "D4": "Sans diplôme, CAP ou BEP (emplois d'avenir)",
    "D6": "Femmes (tous contrats)",
}


def _shares(report: MonthlyReport) -> Table:
    found = {indicator.id: indicator for indicator in report.indicators}
    rows = []
    for key, label in SHARES.items():
        if key in found:
            month, year = found[key], found[f"{key}-year"]
            unknown = NO_FIGURE if year.unknown_share is None else words.percent(year.unknown_share)
            rows.append((label, _share(month), _share(year), unknown))
    headings = (
        "Part",
        words.month_name(report.month).capitalize(),
        "Depuis janvier",
        "Inconnu depuis janvier",
    )
    return Table(
        "Qui signe", headings, rows, note="Sous onze personnes, le nombre est donné sans pourcentage."
    )


def _rejections(report: MonthlyReport) -> Table:
    rejected = report["C4"]
    rows = [(line.label, words.count(line)) for line in rejected.by("reason").lines if line.value != 0]
    return Table(
        f"Propositions écartées en {words.month_name(report.month)}, par motif",
        ("Motif", "Propositions"),
        rows,
        ("Ensemble", words.count(rejected)),
        "Les motifs qui n'ont pas servi ne sont pas écrits.",
    )
