"""`passerelle occupation`: job titles to ROME occupations, best first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from matching.scoring.referential import Referential


@click.command(
    "occupation",
    help="Rattache des intitulés aux métiers du ROME, le meilleur d'abord. Sans INTITULÉ : un par ligne sur l'entrée "
    "standard, un objet JSON par ligne en réponse. Plusieurs intitulés avec --json : un objet par ligne.",
)
@click.argument("titles", metavar="[INTITULÉ]...", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Un objet JSON par intitulé.")
def command(titles: tuple[str, ...], as_json: bool) -> None:
    import json

    from matching.scoring.titles import Coder

    coder = Coder(_referential())
    labels = dict(zip(coder.referential.codes, coder.referential.labels, strict=True))
    for title, found in _coded(coder, iter(titles) if titles else _lines()):
        said = [{"rome": match.rome, "label": labels[match.rome], "score": match.score} for match in found]
        if as_json or not titles:
            click.echo(json.dumps({"title": title, "occupations": said}, ensure_ascii=False))
            continue
        click.echo(title)
        for each in said:
            click.echo(f"  {each['rome']}  {each['score']:.2f}  {each['label']}")
        if not said:
            click.echo("  aucun métier ne ressemble à cet intitulé : précisez-le")


def _referential() -> Referential:
    """The imported one, else the starter table; a base that is there and cannot be read is told, not hidden."""
    from matching.errors import Unavailable
    from matching.scoring.referential import Referential

    from .. import settings
    from ..referential import imported
    from ..wording import sentence_for

    try:
        return imported(settings.load()) or Referential.starter()
    except Unavailable as fault:
        click.echo(f"{sentence_for(fault)} En attendant, la table de départ du projet répond.", err=True)
        return Referential.starter()


def _lines() -> Iterator[str]:
    """Titles on standard input; what is not UTF-8 is read as best it can."""
    import sys

    for line in sys.stdin.buffer:
        yield line.decode("utf-8-sig", errors="replace").rstrip("\r\n")


def _coded(coder: Any, titles: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """In blocks: one answer each, in order."""
    import itertools

    while block := list(itertools.islice(titles, 1000)):
        yield from zip(block, coder.code(block), strict=True)
