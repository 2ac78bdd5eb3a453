"""The small tables of the project: zone versions of Amiens, communes with their coordinates. Written once.

Sources stand in the tables themselves (decrees for the zones; outlines of the communes of the Somme).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .store.organisations import Commune, Zone
from .vocabulary import ZoneKind


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("matching.store") / "reference" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


def write(session: Session) -> int:
    """Add the rows that are not there yet; what an administrator imported over them stays. Returns rows added."""
    known_zones = set(session.scalars(sa.select(Zone.local_id)))
    known_communes = set(session.scalars(sa.select(Commune.insee_code)))
    new: list[Zone | Commune] = [
        Zone(
            local_id=row["local_id"],
            official_code=row["official_code"] or None,
            kind=ZoneKind(row["zone_kind"]),
            name=row["name"],
            insee_codes=[row["commune_insee"]],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            latitude=float(row["latitude_approx"]),
            longitude=float(row["longitude_approx"]),
            confidence=row["confidence"],
            source=row["source"],
        )
        for row in _rows("zones.csv")
        if row["local_id"] not in known_zones
    ]
    new += [
        Commune(
            insee_code=row["insee_code"],
            name=row["name"],
            postal_codes=row["postal_codes"].split(";"),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            in_metropole_from=row["in_amiens_metropole_from"],
        )
        for row in _rows("communes.csv")
        if row["insee_code"] not in known_communes
    ]
    session.add_all(new)
    session.flush()
    return len(new)
