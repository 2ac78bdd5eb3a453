"""numba when it is there: functions compiled once, kept in the data folder; without it they stay plain Python.

Nothing here imports numba before somebody asks for a compiled function: a small run never pays for it.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar, cast

F = TypeVar("F", bound=Callable[..., object])
#: told once, when the first function is about to be compiled and none was kept
_listeners: list[Callable[[], None]] = []


def available() -> bool:
    """Whether numba can be imported at all."""
    return importlib.util.find_spec("numba") is not None


def keep_in(data_folder: Path) -> Path:
    """Keep compiled functions in this folder, from now on. Returns the folder of this very code.

    numba looks at the file of a compiled function only, not at those it calls: so the folder is named after the
    contents of every module here, and an upgrade never meets the code of yesterday.
    """
    digest = sha256(repr(sys.version_info).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    folder = data_folder / "compiled" / digest.hexdigest()[:16]
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:
        import numba

        setattr(numba.config, "CACHE_DIR", str(folder))  # noqa: B010 - numba adds its settings at run time
    return folder


def is_kept() -> bool:
    """Whether compiled functions were kept by an earlier run: using them costs no compilation."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return bool(folder) and any(Path(str(folder)).rglob("kernel.scan-*.nbi"))


def tell(listener: Callable[[], None]) -> None:
    """Have `listener` called once when compiling begins: it takes seconds, and whoever waits should know why."""
    _listeners[:] = [listener]


@cache
def compiled(function: F) -> F:
    """The function compiled to machine code, free of the interpreter's lock; as it is without numba.

    No fast-math: the bits must be those of numpy and of plain Python.
    """
    if not available():
        return function
    import numba

    if not is_kept():
        while _listeners:
            _listeners.pop()()
    kept = bool(os.environ.get("NUMBA_CACHE_DIR"))
    return cast(F, numba.njit(nogil=True, cache=kept)(function))
