"""What gunicorn reads in production: `gunicorn -c python:web.production "web.app:create_app()"`."""

from __future__ import annotations

import sys
from typing import Any

workers, threads = 2, 4
timeout, graceful_timeout = 60, 20
accesslog = "-"
#: No address: it may hold a link that opens an account, or what a person looked for (security.md S2, A7).
access_log_format = '{"time": "%(t)s", "method": "%(m)s", "status": "%(s)s", "ms": "%(M)s"}'


def on_starting(_server: Any) -> None:
    """Refuse unsafe settings before any worker starts: one French sentence, status 78 (S1)."""
    from matching.errors import PasserelleError

    from . import settings
    from .cli import complain, exit_status
    from .wording import sentence_for

    try:
        settings.load().refuse_unsafe()
    except PasserelleError as fault:
        complain(sentence_for(fault))
        sys.exit(exit_status(fault))


def post_worker_init(worker: Any) -> None:
    """Before a worker answers its first request."""
    from .warm import up

    up(worker.app.callable)
