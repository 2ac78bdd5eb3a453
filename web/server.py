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


def listen(wanted: int) -> socket.socket:
    """A socket that listens on the wanted port, else on the next free one, which is said on stderr.

    Raises Unavailable("no-free-port").
    """
    last = min(wanted + TRIES, 65536) - 1
    for port in range(wanted, last + 1):
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((HOST, port))
            listening.listen(128)
        except OSError:
            listening.close()
            continue
        if port != wanted:
            click.echo(f"Le port {wanted} est occupé : le port {port} est pris à sa place.", err=True)
        return listening
    from matching.errors import Unavailable

    raise Unavailable("no-free-port", wanted=wanted, last=last)


def serve(port: int, *, over: Callable[[], str | None] = lambda: None) -> bool:
    """Answer on the port until Ctrl-C, SIGTERM or SIGHUP; requests under way are finished.

    `over` is asked twice a second: None to go on, else a sentence to say before stopping ("" says nothing). Returns
    whether it stopped on such a sentence.
    """
    from werkzeug.serving import WSGIRequestHandler, make_server

    from . import links, settings, warm
    from .app import create_app

    chosen = settings.load()
    app = create_app(chosen)

    class Quiet(WSGIRequestHandler):
        """Names no version and logs no address: paths may hold what a person looked for (security.md B3, S2)."""

        server_version, sys_version = "Passerelle", ""

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    said = None
    with listen(port) as listening:
        # Handed over open: no other program can take the port between the look and the use.
        port = listening.getsockname()[1]
        server = make_server(HOST, port, app, threaded=True, request_handler=Quiet, fd=listening.fileno())
        answering = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        answering.start()
        threading.Thread(target=warm.up, args=(app,), daemon=True).start()
        links.note(chosen, f"http://{HOST}:{port}")
        click.echo(f"Passerelle répond sur http://{HOST}:{port}/ — Ctrl-C pour arrêter.")
        try:
            while said is None and not stopping.wait(0.5):
                said = over()
        finally:
            server.shutdown()
            answering.join()
            server.server_close()
            app.extensions["passerelle"].database.dispose()
    if said:
        click.echo(said, err=True)
    click.echo("Passerelle est arrêtée.", err=True)
    return bool(said)
