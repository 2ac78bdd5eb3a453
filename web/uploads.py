"""The folder of uploads: files received by the web and the refused lines of each, outside what is served.

Names are random and belong to a batch; what no batch speaks of any more was left by an accident and is swept away.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from matching.errors import NotFound, Unavailable

from .settings import Settings

#: What the file of refused lines is called beside its upload.
REJECTS = ".rejets.csv"
#: A file without a batch is left alone for so many seconds: its batch may be about to be written.
PATIENCE = 3600

#: Values of PASSERELLE_RQTH that turn the RQTH off (security.md P2).
OFF = ("off", "0", "non", "no", "false")


def takes_rqth() -> bool:
    """Whether this installation reads the columns of the RQTH."""
    return os.environ.get("PASSERELLE_RQTH", "").strip().lower() not in OFF


def folder(settings: Settings) -> Path:
    made = settings.data_dir / "uploads"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def keep(settings: Settings, data: bytes) -> str:
    """Write an upload, readable by its owner only; returns its name. Raises Unavailable."""
    name = secrets.token_hex(24)
    _write(folder(settings) / name, data)
    return name


def read(settings: Settings, name: str | None) -> bytes:
    """Raises NotFound("upload-gone")."""
    if name is None:
        raise NotFound("upload-gone")
    try:
        return (folder(settings) / name).read_bytes()
    except FileNotFoundError as gone:
        raise NotFound("upload-gone") from gone


def keep_rejects(settings: Settings, name: str | None, text: str) -> None:
    """The refused lines of an upload, over those of an earlier look at it. UTF-8 with its mark."""
    if name is None:
        raise NotFound("upload-gone")
    path = folder(settings) / (name + REJECTS)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    _write(fresh, text.encode("utf-8-sig"))
    fresh.replace(path)


def rejects(settings: Settings, name: str | None) -> bytes:
    """The refused lines as they are sent out. Raises NotFound."""
    return read(settings, name and name + REJECTS)


def delete(settings: Settings, name: str) -> None:
    """The upload itself; its refused lines stay."""
    (folder(settings) / name).unlink(missing_ok=True)


def delete_all(settings: Settings, *names: str) -> None:
    """Uploads and their refused lines."""
    for name in names:
        delete(settings, name)
        delete(settings, name + REJECTS)


def sweep(settings: Settings, files: frozenset[str], named: frozenset[str]) -> int:
    """Delete what no batch needs: `files` are uploads still to be read, `named` those with refused lines to keep."""
    wanted = files | {name + REJECTS for name in named}
    gone = 0
    for path in folder(settings).iterdir():
        if path.name not in wanted and time.time() - path.stat().st_mtime > PATIENCE:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _write(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        path.unlink(missing_ok=True)
        raise Unavailable("cannot-write", path=path.parent) from fault
