"""`passerelle demo`: the fictional Amiens, loaded into an empty base or written as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..options import DAY

if TYPE_CHECKING:
    from datetime import date

    from matching.store.engine import Database

    from ..settings import Settings

#: The demo as it ships: people, offers, seed, day.
PEOPLE, OFFERS, SEED, TODAY = 800, 60, 2013, "2013-11-04"


@click.group("demo", help="Le jeu de démonstration : un Amiens fictif du 4 novembre 2013.")
def command() -> None:
    """Groups what is done with the demo."""


@command.command("load", help="Remplit une base vide et dit qui y travaille.")
@click.option("--edition", type=click.Choice(["2013"]), default="2013", help="Édition de la démonstration.")
@click.option(
    "--if-empty", is_flag=True, help="Ne fait rien, sans erreur, si la base contient déjà quelque chose."
)
@click.option(
    "--match", is_flag=True, help="Lance ensuite la recherche de candidats, si elle n'a pas encore eu lieu."
)
def load(edition: str, if_empty: bool, match: bool) -> None:
    from datetime import date

    from matching.errors import InvalidInput

    from .. import database as databases, settings
    from ..demo import state

    chosen, today = settings.load(), date.fromisoformat(TODAY)
    with databases.opened(chosen) as opened:
        found = state.of(opened)
        if found == state.EMPTY:
            _fill(opened, chosen, today)
        elif not if_empty:
            raise InvalidInput("base-not-empty")
        elif not (match and found == state.WITHOUT_PROPOSALS):
            click.echo("La base n'est pas vide : elle est laissée telle quelle.", err=True)
        if match and state.of(opened) == state.WITHOUT_PROPOSALS:
            from ..matcher import run_match

            said = run_match(opened, chosen, on=today)
            click.echo(
                f"{len(said['proposals'])} propositions en cours pour {said['offers']} offres ouvertes."
            )
        elif found == state.EMPTY:
            click.echo("Ensuite : « passerelle match », puis « passerelle run ».")


def _fill(opened: Database, chosen: Settings, today: date) -> None:
    """Write the demo's files in a temporary folder and apply them; says what was done."""
    import tempfile

    from matching.scoring.referential import Referential

    from ..demo.actors import ACTORS, DOORS
    from ..demo.load import load as apply
    from ..demo.write import write
    from ..progress import bar
    from ..referential import stored
    from ..rules import book_of

    with tempfile.TemporaryDirectory() as temporary:
        with opened.reading() as session:
            referential = stored(session) or Referential.starter()
        folder = Path(temporary) / "demo"
        write(folder, people=PEOPLE, offers=OFFERS, seed=SEED, today=today)
        with bar("Démonstration") as tell:
            acts = apply(opened, folder, book_of(chosen), referential, today=today, on_progress=tell)
    click.echo(
        f"Démonstration chargée : {PEOPLE} jeunes, {acts} actes du journal. Jour de travail : {TODAY}."
    )
    click.echo(
        "Pour y entrer (personnes fictives) : « passerelle run », puis un bouton par personne, page /connexion."
    )
    names = {email: name for email, name, _, _ in ACTORS.values()}
    for email, may in DOORS.items():
        click.echo(f"  {names[email]} : {may}")


@command.command(
    "write", help="Écrit dans DOSSIER (nouveau ou vide) des fichiers à importer et leur journal."
)
@click.argument("folder", metavar="DOSSIER", type=click.Path(path_type=Path))
@click.option("--people", type=click.IntRange(1), default=PEOPLE, show_default=True, help="Nombre de jeunes.")
@click.option("--offers", type=click.IntRange(1), default=OFFERS, show_default=True, help="Nombre d'offres.")
@click.option(
    "--seed", type=int, default=SEED, show_default=True, help="Graine : mêmes nombres, mêmes octets."
)
@click.option("--today", type=DAY, default=TODAY, show_default=True, help="Jour de la démonstration.")
def write_files(folder: Path, people: int, offers: int, seed: int, today: Any) -> None:
    from ..demo.write import write

    write(folder, people=people, offers=offers, seed=seed, today=today)
    click.echo(f"{people} jeunes et {offers} offres écrits dans {folder}.")
