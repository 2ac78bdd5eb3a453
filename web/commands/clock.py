"""`passerelle clock`: the rules of time of the day, those of the days that were skipped first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..options import DAY

if TYPE_CHECKING:
    from ..clock_work import Ran


@click.command(
    "clock",
    help="Applique les règles du jour (relances, offres qui expirent, réponses à donner) et celles des jours sautés. "
    "Relancé, ne fait rien de plus.",
)
@click.option("--today", type=DAY, help="Jour jusqu'où aller (AAAA-MM-JJ).")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en un document JSON.")
def command(today: Any, as_json: bool) -> int:
    import json

    from matching import clock
    from matching.errors import InvalidInput

    from .. import database as databases, settings
    from ..cli import DONE, PARTLY
    from ..clock_work import run_clock
    from ..progress import bar
    from ..rules import book_of

    chosen = settings.load()
    with databases.opened(chosen) as opened:
        on = databases.business_day(chosen, opened, today)
        if chosen.production and on > clock.today():
            raise InvalidInput(
                "day-to-come", day=on
            )  # its messages would leave, and the real days be skipped
        with bar("Règles du jour") as told:
            ran = run_clock(opened, book_of(chosen), on=on, on_progress=told)
    if as_json:
        click.echo(json.dumps(ran.as_json(), ensure_ascii=False, indent=1))
    else:
        _show(ran)
    if ran.failed:
        from ..cli import complain
        from ..wording.jobs import failed_rules

        complain(failed_rules(ran.failed))
    return PARTLY if ran.failed else DONE


def _show(ran: Ran) -> None:
    """How many days were run, and what each rule changed."""
    from ..wording import day
    from ..wording.jobs import RULES

    if not ran.days:
        click.echo(f"Rien à faire : les règles du {day(ran.on)} sont déjà passées.")
        return
    many = len(ran.days) > 1
    span = f"du {day(ran.days[0])} au {day(ran.days[-1])}" if many else f"du {day(ran.days[0])}"
    click.echo(f"Règles {span} : {sum(ran.changed.values())} changements.")
    for name, count in ran.changed.items():
        if count:
            click.echo(f"  {RULES.get(name, name)} : {count}")
