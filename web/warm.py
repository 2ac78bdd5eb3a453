"""Done once when a process begins to answer, so that no visitor waits for it."""

from __future__ import annotations

import contextlib
import gc

from flask import Flask

from matching.errors import PasserelleError


def up(app: Flask) -> None:
    """Read the programmes and load what the first pages need, then set it apart from the garbage collector.

    The libraries are some hundred thousand objects that never die: going through them again and again would stop a
    request in seven for a sixth of a second.
    """
    from matching import person_rights as person_rights
    from matching.scoring.referential import Referential
    from matching.scoring.titles import Coder

    # A title that is no label brings in what compares titles, for whoever types an offer.
    Coder(Referential.starter()).code(["éducateur de basket"])
    with contextlib.suppress(
        PasserelleError
    ):  # a programme file that does not hold is told on the pages that read it
        _ = app.extensions["passerelle"].book
    gc.collect()
    gc.freeze()
