"""`passerelle serve`: the web application alone, on this machine (production runs the Procfile)."""

from __future__ import annotations

import click


@click.command("serve", help="L'application web seule, sur cette machine.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Port voulu.")
def command(port: int) -> None:
    from ..server import serve

    serve(port)
