"""`passerelle init`: keys, database, reference tables. Run twice, changes nothing."""

from __future__ import annotations

import click


@click.command("init", help="Crée les clés, la base et ses tables de référence ; relancée, ne change rien.")
def command() -> None:
    import sqlalchemy as sa

    from matching import reference
    from matching.store.organisations import Commune, Zone

    from .. import database, settings

    chosen = settings.load()
    for name in ("SECRET_KEY", "DATA_KEY"):
        chosen.key(name)
    with database.opened(chosen) as opened, opened.transaction() as session:
        reference.write(session)
        zones, communes = (
            session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Zone, Commune)
        )
    click.echo(f"Clés prêtes, base à jour : {zones} versions de zones, {communes} communes.")
