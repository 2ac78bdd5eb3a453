"""What the base is asked meanwhile: a page takes as many statements for one row as for fifty."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def statements(base: Any) -> Iterator[list[str]]:
    """The statements of the block, as the base gets them; `base`: an engine, or a connection."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    sa.event.listen(base, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(base, "before_cursor_execute", note)


def queries(base: Any, call: Callable[[], object]) -> int:
    """How many statements a call takes."""
    with statements(base) as said:
        call()
    return len(said)
