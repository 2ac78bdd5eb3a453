"""`passerelle check`: rights of people who need not be in the database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from ..options import DAY


@click.command(
    "check", help="Dit les droits de personnes décrites en JSON Lines (FICHIER, sinon l'entrée standard)."
)
@click.argument("file", metavar="[FICHIER]", required=False)
@click.option("--programme", metavar="ID", help="Programme des lignes qui n'en nomment pas.")
@click.option(
    "--explain",
    "in_words",
    is_flag=True,
    help="Explique en français : au terminal, le texte ; ailleurs, une clé « explanation » en plus.",
)
@click.option("--today", type=DAY, help="Jour de la réponse (AAAA-MM-JJ) ; la date de signature l'emporte.")
def command(file: str | None, programme: str | None, in_words: bool, today: Any) -> int:
    import json
    import sys

    from matching import clock

    from .. import settings
    from ..check import answers
    from ..rules import book_of

    chosen = settings.load()
    book = book_of(chosen)
    if programme is not None and programme not in book:
        raise click.BadParameter(f"choisissez {', '.join(sorted(book))}", param_hint="--programme")
    refused = False
    for said in answers(_lines(file), book, programme, today or clock.today(chosen.today)):
        refused = refused or "error" in said
        if in_words and sys.stdout.isatty():
            click.echo(_in_words(said))
            continue
        # Who reads it by program gets JSON Lines whatever the options.
        click.echo(
            json.dumps(said | ({"explanation": _in_words(said)} if in_words else {}), ensure_ascii=False)
        )
    return 3 if refused else 0


def _lines(file: str | None) -> Iterator[bytes]:
    """Lines of the file, else of standard input. Raises UnreadableFile."""
    import sys

    from matching.errors import UnreadableFile

    if file is None or file == "-":
        yield from sys.stdin.buffer
        return
    try:
        with open(file, "rb") as opened:
            yield from opened
    except OSError as fault:
        raise UnreadableFile("no-file", path=file) from fault


def _in_words(said: dict[str, Any]) -> str:
    """The same answer for reading."""
    from datetime import date

    from ..wording import day, rights

    if "error" in said:
        return f"{said['id'] or '—'} : ligne refusée. {said['error']['message']}"
    verdict = {"eligible": "OUI", "not-eligible": "NON", "unknown": "À VÉRIFIER"}[said["verdict"]]
    lines = [
        f"{said['id'] or '—'} — {said['programme']} au {day(date.fromisoformat(said['on']))} : {verdict}"
    ]
    for start, end in said["windows"]:
        until = f"au {day(date.fromisoformat(end))}" if end else "sans fin connue"
        lines.append(f"  droit du {day(date.fromisoformat(start))} {until}")
    mark = {"yes": "oui", "no": "non", "unknown": "?  "}
    lines += [f"  [{mark[c['holds']]}] {c['because']} ({c['source']})" for c in said["criteria"]]
    lines += [f"  Réserve : {reservation}" for reservation in said["reservations"]]
    lines += [f"  À demander : {rights.QUESTIONS.get(fact, fact)}" for fact in said["missing_facts"]]
    if change := said["nearest_change"]:
        then = {"eligible": "oui", "not-eligible": "non", "unknown": "à vérifier"}[change["verdict"]]
        lines.append(
            f"  Prochain changement : {day(date.fromisoformat(change['on']))}, {then} ({change['because']})"
        )
    return "\n".join(lines)
