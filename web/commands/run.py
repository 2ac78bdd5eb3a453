"""`passerelle run`: web application and worker together, for one machine. Ctrl-C ends both."""

from __future__ import annotations

import click


@click.command("run", help="L'application web et le travail de fond ensemble, sur cette machine.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port voulu.")
def command(port: int) -> None:
    import subprocess
    import sys

    from .. import database, settings
    from ..server import serve

    with database.opened(settings.load()):
        pass  # created and migrated before two processes ask for it
    # Its own session: Ctrl-C reaches this process only, which then lets the worker finish what it does.
    worker = subprocess.Popen(
        [sys.executable, "-m", "web.cli", "work", "--until-eof"],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        serve(port, alive=lambda: worker.poll() is None)
    finally:
        if worker.stdin:
            worker.stdin.close()
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
    if worker.returncode:
        raise SystemExit(1)
