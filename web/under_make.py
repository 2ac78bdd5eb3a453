"""Notices that the `make` which started this process was told to stop, or is gone.

GNU make told SIGINT by itself (`kill -INT`, not Ctrl-C, which reaches the whole group) stops catching it and waits for
its recipe without a word to it: the two would wait for each other for ever. Killed, it leaves its recipe behind.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path


def left_by_make() -> Callable[[], bool]:
    """A function that says whether make wants this process to end; always no when make did not start it."""
    parent = os.getppid()
    if "MAKELEVEL" not in os.environ or not _catches_interrupts(parent):
        return lambda: False
    return lambda: os.getppid() != parent or not _catches_interrupts(parent)


def _catches_interrupts(process: int) -> bool:
    """Whether the process has a handler for SIGINT (proc(5), SigCgt); no where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    caught = next((line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGINT - 1) & 1)
