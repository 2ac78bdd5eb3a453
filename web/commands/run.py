"""`passerelle run`: web application and worker together, for one machine. Ctrl-C ends both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import subprocess

#: Seconds that the worker has to finish what it does.
PATIENCE = 20


@click.command("run", help="L'application web et le travail de fond ensemble, sur cette machine.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port voulu.")
@click.option(
    "--demo", is_flag=True, help="Charge d'abord la démonstration, et ses propositions, si la base est vide."
)
def command(port: int, demo: bool) -> int:
    import subprocess
    import sys

    from .. import cli, database, settings
    from ..demo import state
    from ..server import serve
    from ..under_make import left_by_make

    with database.opened(settings.load()) as opened:  # migrated before two processes ask for it
        wanting = demo and state.of(opened) in (state.EMPTY, state.WITHOUT_PROPOSALS)
    if wanting:
        # In a process of its own: what loading and matching need would stay in the web application's memory.
        load = [sys.executable, "-m", "web.cli", "demo", "load", "--if-empty", "--match"]
        if failed := subprocess.call(load):
            return failed
    # Its own session: Ctrl-C reaches this process only, which then lets the worker finish what it does.
    worker = subprocess.Popen(
        [sys.executable, "-m", "web.cli", "work", "--until-eof"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    gone = left_by_make()

    def over() -> str | None:
        if worker.poll() is not None:
            return "Le travail de fond s'est arrêté : relancez « passerelle run »."
        return "" if gone() else None

    try:
        fault = serve(port, over=over)
    finally:
        _end(worker)
    return cli.FAULT if fault or worker.returncode else cli.DONE


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Close its input, which tells it to stop, and wait; killed when it does not."""
    import subprocess

    if worker.stdin:
        worker.stdin.close()
    try:
        worker.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
