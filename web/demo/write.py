"""Writes the demo's files: streamed, the same bytes for the same numbers, whatever the machine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from matching.errors import InvalidInput, Unavailable

from . import employers, journal
from .people import HEADER, Young, everybody, row

#: Columns of the autumn's update of `jeunes`.
UPDATE = (
    "identifiant",
    "nom",
    "prenom",
    "date_naissance",
    "telephone",
    "disponible_le",
    "mobilite_km",
    "accord_contact",
)


def write(folder: Path, *, people: int, offers: int, seed: int, today: date) -> None:
    """Fill a new or empty folder. Raises InvalidInput when it holds files, Unavailable when it cannot be written."""
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise InvalidInput("folder-not-empty", path=folder)
        folder.mkdir(parents=True, exist_ok=True)
        _tables(folder, people, offers, seed, today)
        with (folder / "journal.jsonl").open("w", encoding="utf-8", newline="\n") as file:
            for line in journal.lines(_people(people, seed, today), people, offers, seed, today):
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as fault:
        raise Unavailable("cannot-write", path=fault.filename or folder) from fault


def _people(count: int, seed: int, today: date) -> Iterator[Young]:
    cast = {part.index: part.changes for part in journal.parts(today)}
    return everybody(count, seed, today, cast)


def _tables(folder: Path, people: int, offers: int, seed: int, today: date) -> None:
    cast = len(journal.parts(today))
    _table(
        folder / "jeunes.csv",
        HEADER,
        (_reachable(row(young, seed, today), young, cast) for young in _people(people, seed, today)),
    )
    _table(folder / "jeunes-septembre.csv", UPDATE, _updates(people, seed, today, cast))
    _table(
        folder / "associations.csv",
        employers.ASSOCIATIONS,
        employers.association_rows(employers.associations(offers), seed, today.year - 1),
    )
    _table(
        folder / "associations-2013.csv",
        employers.ASSOCIATIONS,
        employers.renewed_rows(employers.associations(offers), seed, today.year),
    )
    _table(
        folder / "employeurs.csv",
        employers.EMPLOYERS,
        employers.employer_rows(employers.employers(offers), seed),
    )
    for name, whole in (("offres-automne.csv", True), ("offres.csv", False)):
        made = employers.offer_rows(offers, seed, today, journal.roles(offers, seed, today))
        _table(folder / name, employers.OFFERS, (cells for cells in made if not whole or _is_whole(cells)))
    for name, rows in journal.early_offers(seed, today).items():
        _table(
            folder / name,
            employers.OFFERS,
            ([cells[column] for column in employers.OFFERS] for cells in rows),
        )


def _is_whole(cells: Sequence[str]) -> bool:
    """An offer that nothing is missing from: the others came with the last delivery."""
    offer = dict(zip(employers.OFFERS, cells, strict=True))
    return offer["dispositif"] != "emploi d'avenir" or bool(offer["tuteur"])


def _reachable(cells: Sequence[str], young: Young, cast: int) -> Sequence[str]:
    """Those with a part in the journal are telephoned: they have a number and agreed."""
    if young.index >= cast:
        return cells
    changed = dict(zip(HEADER, cells, strict=True))
    changed |= {
        "telephone": f"06 39 98 00 {young.index:02d}",
        "accord_contact": "oui",
        "quartier": young.place.quarter,
    }
    return [changed[name] for name in HEADER]


def _updates(people: int, seed: int, today: date, cast: int) -> Iterator[Sequence[str]]:
    """In September every twelfth person says when they are free and how far they go."""
    for young in _people(people, seed, today):
        if young.index < cast or young.index % 12:
            continue
        free = today + timedelta(days=young.index % 40 - 20)
        yield (
            young.identifier, young.family_name, young.given_name, f"{young.born:%d/%m/%Y}",
            f"06 39 98 {young.index // 100 % 100:02d} {young.index % 100:02d}", f"{free:%d/%m/%Y}",
            f"{(5, 10, 15, 25)[young.index % 4]} km", "oui",
        )  # fmt: skip


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table as French spreadsheets write it: semicolons, UTF-8 with BOM."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)
