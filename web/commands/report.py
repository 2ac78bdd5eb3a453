"""`passerelle report`: the figures of a month that is over, on the terminal, as JSON or as a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..options import DAY

if TYPE_CHECKING:
    from rich.table import Table

    from matching.report_model import MonthlyReport


class AMonth(click.ParamType):
    """A month written AAAA-MM."""

    name = "AAAA-MM"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from matching.report_model import Month

        try:
            return value if isinstance(value, Month) else Month.read(value)
        except ValueError:
            self.fail("AAAA-MM", param, ctx)


@click.command(
    "report",
    help="Donne le bilan d'un mois fini (AAAA-MM) : la version publiée, sinon les chiffres du jour. "
    "Les petits nombres sont masqués.",
)
@click.argument("month", metavar="MOIS", type=AMonth())
@click.option("--json", "as_json", is_flag=True, help="Le bilan en un document JSON.")
@click.option("--csv", "csv_file", metavar="FICHIER", help="Écrit le bilan dans ce fichier, pour un tableur.")
@click.option("--today", type=DAY, help="Jour de la demande (AAAA-MM-JJ) : le mois doit être fini.")
def command(month: Any, as_json: bool, csv_file: str | None, today: Any) -> None:
    if as_json and csv_file is not None:
        raise click.UsageError("Choisissez --json ou --csv, pas les deux")
    from .. import database as databases, settings
    from ..reports import csv, json
    from ..reports.current import current
    from ..rules import book_of

    chosen = settings.load()
    with databases.opened(chosen) as opened:
        on = databases.business_day(chosen, opened, today)
        with opened.reading() as session:
            report = current(session, month, on=on, book=book_of(chosen))
    if as_json:
        click.echo(json.text(report), nl=False)
    elif csv_file is not None:
        _write(csv_file, csv.content(report))
    else:
        _show(report)


def _write(path: str, content: bytes) -> None:
    from pathlib import Path

    from matching.errors import Unavailable

    try:
        Path(path).write_bytes(content)
    except OSError as fault:
        raise Unavailable("cannot-write", path=path) from fault
    click.echo(f"Bilan écrit dans « {path} ».", err=True)


def _show(report: MonthlyReport) -> None:
    """The figures for reading: the indicators, then the tables behind them."""
    from rich.console import Console

    from ..wording import day, report as words, report_sentences as sentences

    console = Console(highlight=False)
    state = f"publié, version {report.version}" if report.version else "non publié"
    console.print(
        f"Bilan {sentences.of_month(report.month)} ({state}), connu au {day(report.known_as_of)}",
        style="bold",
    )
    for said in report.highlights:
        console.print(f"  {said.text}")
    for table in (_indicators(report), *_tables(report)):
        console.print()
        console.print(table)
    console.print()
    console.print(words.LEGEND.format(k=report.edition))


def _table(title: str, *headings: str) -> Table:
    from rich.table import Table

    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for at, heading in enumerate(headings):
        made.add_column(heading, justify="right" if at else "left", overflow="fold")
    return made


def _indicators(report: MonthlyReport) -> Table:
    from ..wording import report_sentences as sentences

    made = _table("Repères", "", "Chiffre", "Inconnu", "Évolution")
    for indicator in report.indicators:
        unknown = "" if indicator.unknown_share is None else sentences.percent(indicator.unknown_share)
        made.add_row(
            f"{indicator.id}  {indicator.label}",
            sentences.figure(indicator),
            unknown,
            sentences.change(indicator.change),
        )
    return made


def _tables(report: MonthlyReport) -> list[Table]:
    from ..wording import report_sentences as sentences

    made = []
    month, year = report["D1"], report["D1-year"]
    for title, by in (("dispositif", "programme"), ("quartier", "zone"), ("niveau", "level")):
        table = _table(f"Contrats signés par {title}", "", "Mois", "Depuis janvier")
        for one, all_ in zip(month.by(by).lines, year.by(by).lines, strict=True):
            table.add_row(one.label, sentences.count(one), sentences.count(all_))
        table.add_row("Ensemble", sentences.count(month), sentences.count(year), style="bold")
        made.append(table)
    funnel = _table("De la proposition à l'embauche", "", "Propositions")
    for line in report["C1"].by("step").lines:
        funnel.add_row(line.label, sentences.count(line))
    made.append(funnel)
    aid = _table("Aide", "", "Contrats", "Versements", "Montant")
    for key in ("E6-due", "E6-paid", "E6-next"):
        for line in report[key].by("programme").lines:
            label = f"{report[key].label}, {line.label}"
            aid.add_row(label, sentences.count(line), sentences.also(line, "payments"), sentences.money(line))
    made.append(aid)
    return made
