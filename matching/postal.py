"""From a postcode and the name of a commune to its INSEE code, where they leave only one (geography.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import names
from .store.organisations import Commune

#: What a postal line adds to the name of a commune.
CEDEX = re.compile(r"\s+cedex\b.*$")
SAINT = {"st": "saint", "ste": "sainte"}


class Communes:
    """The communes of the base by name and postcode. A postcode alone never decides."""

    def __init__(self, communes: Iterable[tuple[str, str, list[str]]]) -> None:
        self._by_line: dict[tuple[str, str], set[str]] = {}
        for insee_code, name, postcodes in communes:
            for postcode in postcodes:
                self._by_line.setdefault((postcode, simple(name)), set()).add(insee_code)

    @classmethod
    def load(cls, session: Session) -> Communes:
        rows = session.execute(sa.select(Commune.insee_code, Commune.name, Commune.postal_codes))
        return cls((row.insee_code, row.name, row.postal_codes) for row in rows)

    def only(self, postcode: str | None, commune: str | None) -> str | None:
        """The INSEE code that both leave, None when they leave none or several."""
        if not postcode or not commune:
            return None
        found = self._by_line.get((postcode, simple(commune)), set())
        return next(iter(found)) if len(found) == 1 else None


def simple(name: str) -> str:
    """`ST-FUSCIEN Cedex 2` -> `saint fuscien`."""
    return " ".join(SAINT.get(word, word) for word in CEDEX.sub("", names.fold(name)).split())
