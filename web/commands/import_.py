"""`passerelle import KIND FILE`: a file into the base, and the report of it (imports.md)."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from matching.vocabulary import ImportKind, Source

from ..options import DAY

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from importers.report import Report

STEPS = {"check": "Lecture et contrôle", "plan": "Rapprochement avec la base", "write": "Écriture"}


@click.command(
    "import",
    help="Importe un fichier : jeunes, offres, associations, employeurs, zones ou metiers (CSV, XLSX ; "
    "offres aussi en JSON France Travail). Les bonnes lignes sont gardées, les autres expliquées.",
)
@click.argument("kind", metavar="TYPE", type=click.Choice([str(kind) for kind in ImportKind]))
@click.argument("file", metavar="FICHIER")
@click.option(
    "--source",
    type=click.Choice([str(source) for source in Source]),
    default=str(Source.OTHER),
    show_default=True,
    help="D'où vient le fichier.",
)
@click.option("--today", type=DAY, help="Jour auquel les âges sont comptés (AAAA-MM-JJ).")
@click.option(
    "--nomenclature",
    type=click.Choice(["2019", "1969"]),
    default="2019",
    show_default=True,
    help="Échelle des niveaux de diplôme écrits en chiffres.",
)
@click.option("--sheet", metavar="NOM", help="Feuille du classeur (sinon la première qui a des en-têtes).")
@click.option(
    "--year",
    type=click.IntRange(2000, 2100),
    metavar="AAAA",
    help="Année de la subvention des associations dont la ligne n'en dit pas.",
)
@click.option(
    "--rejects", metavar="SORTIE.csv", help="Écrit là les lignes refusées, à corriger et réimporter."
)
@click.option("--agency", metavar="NOM", help="Agence dont les nouveaux jeunes rejoignent le portefeuille.")
@click.option("--dry-run", is_flag=True, help="Dit ce qui serait fait, n'écrit rien.")
@click.option("--json", "as_json", is_flag=True, help="Écrit le rapport en JSON.")
def command(
    kind: str,
    file: str,
    source: str,
    today: date | None,
    nomenclature: str,
    sheet: str | None,
    year: int | None,
    rejects: str | None,
    agency: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    import os
    from pathlib import Path

    from importers import batches
    from importers.checking import check
    from importers.report import Report
    from matching.eligibility import programme
    from matching.errors import UnreadableFile

    from .. import cli, database, settings, uploads
    from ..wording import sentence_for

    if year is not None and kind != ImportKind.ASSOCIATIONS:
        raise click.UsageError("--year ne sert qu'aux associations")
    name = os.fsencode(Path(file).name).decode("utf-8", "replace")  # of another system's character set
    chosen = settings.load()
    if rejects is not None:
        _check_output(Path(rejects), Path(file))
    try:
        data, sha256 = batches.read_file(Path(file))
    except UnreadableFile as fault:
        if as_json:
            report = Report(kind, source, name, "", dry_run)
            report.refuse(fault.code, sentence_for(fault))
            _print(report)
        raise
    with _progress() as tell, database.opened(chosen) as opened:
        checked = check(
            ImportKind(kind),
            data,
            name,
            source=Source(source),
            today=database.business_day(chosen, opened, today),
            nomenclature=nomenclature,
            sheet=sheet,
            year=year,
            rqth=uploads.takes_rqth(),
            sha256=sha256,
            on_progress=tell,
        )
        book = programme.load(*((chosen.programmes_dir,) if chosen.programmes_dir else ()))
        report = batches.take(opened, checked, agency=agency, dry_run=dry_run, book=book, on_progress=tell)
    if as_json:
        _print(report)
    else:
        from ..wording.imports import summary

        click.echo(summary(report, rejects))
    if rejects is not None and (report.refused is None or report.errors):
        _write(Path(rejects), checked.rejects(report))
    if report.refused:
        cli.complain(report.refused["message"])
        return cli.REFUSED
    return cli.PARTLY if report.rejected else cli.DONE


def _print(report: Report) -> None:
    """The report as the one JSON object of standard output."""
    import json

    click.echo(
        json.dumps(report.as_json(), ensure_ascii=False).encode()
    )  # UTF-8, whatever the terminal speaks


def _check_output(rejects: Path, file: Path) -> None:
    """The file of rejects must be writable before anything is imported, and must not be the file itself."""
    wrong = None
    if rejects.is_dir() or not rejects.absolute().parent.is_dir():
        wrong = "le dossier n'existe pas, ou c'est un dossier"
    elif rejects.exists() and file.exists() and rejects.samefile(file):
        wrong = "c'est le fichier à importer"
    if wrong is not None:
        context = click.get_current_context(silent=True)
        raise click.UsageError(f"--rejects ne peut pas écrire dans « {rejects} » : {wrong}", ctx=context)


def _write(rejects: Path, text: str) -> None:
    """UTF-8 with BOM, as spreadsheets like it. Raises Unavailable."""
    from matching.errors import Unavailable

    try:
        rejects.write_bytes(text.encode("utf-8-sig"))
    except OSError as fault:
        raise Unavailable("cannot-write", path=rejects) from fault


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error when it is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda step, done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Import", total=None)

        def tell(step: str, done: int, total: int) -> None:
            bar.update(task, description=STEPS[step], completed=done, total=total or None)

        yield tell
