"""`passerelle match`: candidates for one offer, or for all that are open on the day."""

from __future__ import annotations

from typing import Any

import click

from ..options import DAY


@click.command(
    "match", help="Propose des candidats à une offre (--offer), ou à toutes celles ouvertes ce jour-là."
)
@click.option("--offer", "offer", metavar="REF", help="Référence de l'offre, comme dans son fichier.")
@click.option(
    "--full", is_flag=True, help="Recalcule aussi les propositions que personne n'a encore examinées."
)
@click.option("--today", type=DAY, help="Jour de la recherche (AAAA-MM-JJ).")
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processus de calcul."
)
@click.option("--json", "as_json", is_flag=True, help="Le résultat en un document JSON.")
def command(offer: str | None, full: bool, today: Any, workers: int, as_json: bool) -> None:
    import json

    from .. import database as databases, settings
    from ..matcher import run_match
    from ..progress import bar

    chosen = settings.load()
    with databases.opened(chosen) as opened:
        on = databases.business_day(chosen, opened, today)
        with bar("Offres") as told:
            said = run_match(opened, chosen, on=on, offer=offer, full=full, workers=workers, on_progress=told)
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, indent=1))
    else:
        _show(said)


def _show(said: dict[str, Any]) -> None:
    """The result for reading: a table, then who could not be served."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(box=None, pad_edge=False)
    for heading in ("Offre", "Rang", "Candidat", "Place", "Score", "Raisons", "À vérifier"):
        table.add_column(
            heading, justify="right" if heading in ("Rang", "Score") else "left", overflow="fold"
        )
    marks = {"best": "", "coverage": "pour tous", "complement": "en plus"}
    for each in said["proposals"]:
        score = "—" if each["score"] is None else f"{each['score']:.2f}".replace(".", ",")
        table.add_row(
            each["offer"],
            str(each["rank"]),
            each["candidate"],
            marks.get(each["why"], ""),
            score,
            " ; ".join(each["reasons"][:2]),
            " ; ".join(each["reservations"][:2]),
        )
    if said["proposals"]:
        console.print(table)
        console.print(
            "Place : pour tous = pour que chacun soit proposé ; en plus = liste complémentaire.",
            highlight=False,
        )
    console.print(
        f"{_count(len(said['proposals']), 'proposition')} en cours pour {_count(said['offers'], 'offre')} "
        f"au {said['on']}, {_count(said['candidates'], 'personne')} ({said['seconds']} s).",
        highlight=False,
    )
    for key, words in (
        ("unmatched_offers", "Offres que personne ne peut prendre"),
        ("candidates_without_offer", "Personnes qui ont une offre possible et aucune proposition"),
        ("not_enough_data", "Personnes dont le métier recherché est inconnu"),
    ):
        if said[key]:
            console.print(f"{words} : {', '.join(said[key])}", highlight=False)
    if said["without_feasible_offer"]:
        console.print(
            f"Sans offre possible aujourd'hui : {_count(said['without_feasible_offer'], 'personne')}.",
            highlight=False,
        )
    if said["every_offer_decided"]:
        console.print(
            f"Toutes leurs offres possibles ont été examinées : {_count(said['every_offer_decided'], 'personne')}.",
            highlight=False,
        )


def _count(number: int, word: str) -> str:
    """« 1 offre », « 2 offres »."""
    return f"{number} {word}{'s' if number > 1 else ''}"
