"""Imports in French: the report for somebody at a terminal, the words of the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from importers.report import Finding, Report
from matching.vocabulary import BatchState

#: Errors shown; the report (--json) and the file of rejects have them all.
SHOWN = 10

KINDS = {
    "jeunes": "Jeunes",
    "offres": "Offres",
    "associations": "Associations",
    "employeurs": "Employeurs",
    "zones": "Zones",
    "metiers": "Métiers",
}

#: The same kinds as a choice, with what the file holds and may be.
CHOICES = {
    "jeunes": ("Jeunes", "Liste de demandeurs d'emploi : CSV ou classeur Excel (.xlsx)."),
    "offres": ("Offres d'emploi", "CSV, classeur Excel (.xlsx), ou JSON de France Travail."),
    "associations": ("Associations", "CSV ou classeur Excel (.xlsx), avec les subventions."),
    "employeurs": ("Employeurs", "CSV ou classeur Excel (.xlsx)."),
    "zones": ("Zones et rues", "Table des zones, liste de rues (CSV, .xlsx), ou périmètres en GeoJSON."),
    "metiers": ("Métiers (ROME)", "Fichiers officiels des métiers, des appellations ou des mobilités (CSV)."),
}
SOURCES = {
    "autre": "Autre fichier",
    "pole-emploi": "Pôle emploi",
    "i-milo": "Mission locale (i-milo)",
    "cap-emploi": "Cap emploi",
    "france-travail": "France Travail",
}
#: state -> words and look of its tag
STATES: dict[BatchState, tuple[str, str]] = {
    BatchState.RECEIVED: ("En vérification", "info"),
    BatchState.CHECKED: ("À confirmer", "warn"),
    BatchState.REFUSED: ("Fichier refusé", "error"),
    BatchState.APPLYING: ("En cours d'écriture", "info"),
    BatchState.APPLIED: ("Appliqué", "ok"),
    BatchState.REPEATED: ("Déjà importé", "plain"),
    BatchState.ABANDONED: ("Abandonné", "plain"),
    BatchState.UNDONE: ("Annulé", "plain"),
}

#: Why two records are listed as perhaps one.
REASONS = {
    "same-name": "même nom",
    "swapped-names": "mêmes mots, nom et prénom autrement répartis",
    "near-name": "noms proches",
}


def summary(report: Report, rejects: str | None) -> str:
    """What became of the file, what was refused and why, what to do next."""
    return "\n".join(_lines(report, rejects))


def _lines(report: Report, rejects: str | None) -> Iterator[str]:
    title = f"{KINDS[report.kind]} — {report.file_name} (source : {report.source})"
    if report.refused:
        yield f"{title} : fichier refusé, rien n'a été écrit."
    elif report.dry_run:
        yield f"{title} : essai, rien n'a été écrit."
    else:
        yield f"{title}" + (
            f" : import n° {report.run_id}." if report.run_id else " : rien de nouveau à écrire."
        )
    if report.refused and not report.errors:
        return
    yield (
        f"  {count(report.rows_read, 'ligne lue', 'lignes lues')} : "
        f"{count(report.created, 'créée', 'créées')}, {count(report.updated, 'modifiée', 'modifiées')}, "
        f"{count(report.unchanged, 'inchangée', 'inchangées')}, {count(report.rejected, 'refusée', 'refusées')}."
    )
    if report.errors:
        yield from _errors(report, rejects)
    if report.duplicates:
        yield from _duplicates(report)
    yield from _warnings(report.warnings)


def _errors(report: Report, rejects: str | None) -> Iterator[str]:
    yield "Lignes refusées :"
    for error in report.errors[:SHOWN]:
        column = f", {error.column}" if error.column else ""
        value = f" [{error.value}]" if error.value else ""
        yield f"  ligne {error.row}{column} : {error.message}{value}"
    left = len(report.errors) - SHOWN
    if left > 0:
        yield f"  … et {count(left, 'autre erreur', 'autres erreurs')}."
    if rejects:
        yield f"  Ces lignes sont dans « {rejects} » : corrigez-les, puis importez ce fichier."
    else:
        yield "  Ajoutez --rejects REJETS.csv pour les recevoir dans un fichier à corriger et à réimporter."


def _duplicates(report: Report) -> Iterator[str]:
    pairs = count(len(report.duplicates), "fiche ressemble à une autre", "fiches ressemblent à une autre")
    yield f"À vérifier : {pairs} (peut-être la même) ; elles sont enregistrées séparément."
    for pair in report.duplicates[:SHOWN]:
        other = f"la ligne {pair['other_row']}" if pair["other_row"] else f"la fiche {pair['other_id']}"
        yield f"  ligne {pair['row']} et {other} : {REASONS.get(pair['reason'], pair['reason'])}"
    left = len(report.duplicates) - SHOWN
    if left > 0:
        yield f"  … et {count(left, 'autre paire', 'autres paires')}."


def _warnings(warnings: list[Finding]) -> Iterator[str]:
    """Warnings of one kind on one column are one line."""
    if not warnings:
        return
    yield "Remarques (les lignes sont gardées) :"
    grouped = Counter((w.code, w.column) for w in warnings)
    first = {(w.code, w.column): w for w in reversed(warnings)}
    for (code, column), number in grouped.items():
        finding = first[code, column]
        where = f"{column} : " if column else ""
        times = f" ({count(number, 'fois', 'fois')}, la première ligne {finding.row})" if number > 1 else ""
        single = f" (ligne {finding.row})" if number == 1 and finding.row else ""
        yield f"  {where}{finding.message}{times}{single}"


def count(number: int, one: str, several: str) -> str:
    """`1 ligne`, `0 ligne`, `2 lignes`: in French zero is singular."""
    return f"{number:,}".replace(",", "\u202f") + f" {one if number < 2 else several}"
