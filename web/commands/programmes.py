"""`passerelle programmes verify`: every programme file loads, and its law cases come out as written."""

from __future__ import annotations

import click


@click.group("programmes", help="Les programmes : règles datées et leurs sources.")
def command() -> None:
    """Groups what is done with programme files."""


@command.command("verify", help="Charge chaque fichier de programme et rejoue ses cas de droit.")
def verify() -> int:
    from .. import settings
    from ..law_cases import failures
    from ..rules import book_of

    chosen = settings.load()
    book = book_of(chosen)
    failed = 0
    for programme in book.values():
        wrong = list(failures(programme, book))
        failed += len(wrong)
        count = len(programme.file.cases)
        click.echo(f"{programme.id} : {count - len(wrong)} cas de droit sur {count} conformes.")
        for sentence in wrong:
            click.echo(f"  {sentence}", err=True)
    return 1 if failed else 0
