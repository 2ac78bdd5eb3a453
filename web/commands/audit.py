"""`passerelle audit verify`: whether the trail is whole."""

from __future__ import annotations

import click


@click.group("audit", help="Le journal de ce qui a été fait et lu.")
def command() -> None:
    """Groups what is done with the trail."""


@command.command("verify", help="Suit la chaîne du journal et nomme la première ligne rompue.")
def verify() -> None:
    from matching import audit
    from matching.errors import InvalidInput

    from .. import database, settings

    with database.opened(settings.load()) as opened, opened.reading() as session:
        verdict = audit.verify(session)
    if not verdict.holds:
        raise InvalidInput("trail-broken", event=verdict.broken, before=verdict.events)
    click.echo(f"La chaîne tient : {verdict.events} lignes, jusqu'à la dernière.")
