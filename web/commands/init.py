"""`passerelle init`: keys, database, reference tables. Run twice, changes nothing."""

from __future__ import annotations

import click


@click.command("init", help="Crée les clés, la base et ses tables de référence ; relancée, ne change rien.")
def command() -> None:
    from matching import reference

    from .. import database, settings

    chosen = settings.load()
    made = [name for name in ("SECRET_KEY", "DATA_KEY") if chosen.key(name)]
    with database.opened(chosen) as opened, opened.transaction() as session:
        added = reference.write(session)
    click.echo(f"Clés prêtes : {', '.join(made)}. Base à jour. Lignes de référence ajoutées : {added}.")
