"""`passerelle work`: the process that runs long jobs."""

from __future__ import annotations

import signal
import sys
import threading

import click


@click.command("work", help="Le travail de fond : mises en relation de chaque matin et travaux longs.")
@click.option("--until-eof", is_flag=True, hidden=True, help="S'arrête quand l'entrée standard se ferme.")
def command(until_eof: bool) -> None:
    from .. import database, settings
    from ..worker import consume

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if until_eof:
        # `passerelle run` holds the other end: when it dies, however it dies, the worker goes too.
        def watch() -> None:
            sys.stdin.buffer.read()
            stop.set()

        threading.Thread(target=watch, daemon=True).start()
    chosen = settings.load()
    with database.opened(chosen) as opened:
        click.echo("Travail de fond prêt.", err=True)
        consume(chosen, opened, stop)
    click.echo("Travail de fond arrêté.", err=True)
