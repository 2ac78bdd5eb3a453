"""A file read and checked in a process of its own, with limits of memory and time (security.md I1).

What a file can do to its reader, it does to that process. A server forks it (the one of `multiprocessing`, which has
the modules loaded), so that it neither starts slowly nor inherits the threads and connections of the worker. As always
with that module, the program that runs the worker must be one that may be imported without running.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from matching.errors import TooLarge
from matching.vocabulary import ImportKind

from .checking import Checked, Progress, check

#: Bytes that the process may hold, seconds of the processor that it may take, and seconds it is waited for: a machine
#: with much else to do is no fault of the file.
MEMORY, SECONDS, PATIENCE = 512 * 1024 * 1024, 60, 180


def check_apart(
    kind: ImportKind, data: bytes, file_name: str, *, on_progress: Progress, **how: Any
) -> Checked:
    """`checking.check` elsewhere. Raises TooLarge("too-heavy") when the file takes more than the limits.

    Whatever `on_progress` raises ends the process.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["importers.apart"])
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, kind, data, file_name, how), daemon=True)
    process.start()
    theirs.close()
    ends = time.monotonic() + PATIENCE
    try:
        while True:
            said = _next(ours, ends)
            if isinstance(said, Checked):
                return said
            if isinstance(said, str):
                raise RuntimeError(said)  # a fault of ours, by its name
            on_progress(*said)
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def _next(ours: Connection, ends: float) -> Any:
    """What the process says next; it is done for when it says nothing in time, or ends without a word."""
    try:
        if ours.poll(max(ends - time.monotonic(), 0)):
            return ours.recv()
    except (EOFError, ConnectionError):
        pass
    raise TooLarge("too-heavy")


def _work(theirs: Connection, kind: ImportKind, data: bytes, file_name: str, how: Mapping[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        theirs.send(check(kind, data, file_name, on_progress=lambda *said: theirs.send(said), **how))
    except (MemoryError, BrokenPipeError):
        pass  # without a word: there may be no room left for one
    except Exception as fault:
        theirs.send(type(fault).__name__)
