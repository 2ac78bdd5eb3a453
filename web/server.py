"""Serving on one machine: a loopback address, a free port, a clean end."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType

import click

HOST = "127.0.0.1"
#: How many ports after the wanted one are tried when it is busy.
TRIES = 20


def free_port(wanted: int) -> int:
    """The wanted port, else the next free one, which is said on stderr."""
    for port in range(wanted, min(wanted + TRIES, 65536)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
        if port != wanted:
            click.echo(f"Le port {wanted} est occupé : le port {port} est pris à sa place.", err=True)
        return port
    from matching.errors import Unavailable

    raise Unavailable("no-free-port", wanted=wanted, last=min(wanted + TRIES, 65536) - 1)


def serve(port: int, *, alive: Callable[[], bool] = lambda: True) -> None:
    """Answer on the port until Ctrl-C, SIGTERM, or until `alive` says no; requests under way are finished."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    from . import settings
    from .app import create_app

    chosen = settings.load()
    app = create_app(chosen)
    port = free_port(port)

    class Quiet(WSGIRequestHandler):
        """Names no version and logs no address: paths may hold what a person looked for (security.md B3, S2)."""

        server_version, sys_version = "Passerelle", ""

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    server = make_server(HOST, port, app, threaded=True, request_handler=Quiet)
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    answering.start()
    click.echo(f"Passerelle répond sur http://{HOST}:{port}/ — Ctrl-C pour arrêter.")
    try:
        while not stopping.wait(0.5):
            if not alive():
                click.echo("Le travail de fond s'est arrêté : relancez « passerelle run ».", err=True)
                break
    finally:
        server.shutdown()
        answering.join()
        server.server_close()
        app.extensions["passerelle"].database.dispose()
    click.echo("Passerelle est arrêté.", err=True)
