"""Somebody of a caseload by name or by the identifier of a source: accents, case, order and typing errors forgiven.

The base is asked for words that begin so; only when nobody has them are the names of the caseload read and compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import sqlalchemy as sa
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA
from sqlalchemy.orm import Session

from . import names
from .store.people import Person, SourceRecord

#: People found at most, the nearest first.
AT_MOST = 1_000
#: Words of a search that count.
WORDS = 6
#: Letters of a word -> typing errors forgiven in it.
SHORT, LONG = 3, 7
#: From so many letters, a name written in one piece or in two is found either way.
PIECE = 5


class How(StrEnum):
    """By what people were found."""

    IDENTIFIER = "identifier"
    NAME = "name"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of people, the nearest first."""

    ids: tuple[int, ...]
    how: How


def find(session: Session, people: sa.Select[Person], text: str, *, identifiers: bool = True) -> Found:
    """Those of `people` whose source identifier or name the text gives; at most three queries.

    `identifiers` False: for who may not read them, a search by one says nothing (security.md Z6).
    """
    text = text[: names.LONGEST].strip()
    by_identifier = _by_identifier(session, people, text) if identifiers else ()
    if by_identifier:
        return Found(by_identifier, How.IDENTIFIER)
    words = names.fold(text).split()[:WORDS]
    if not words:
        return Found((), How.NAME)
    begins = people.with_only_columns(Person.id).where(*(_begins(word) for word in words))
    exactly = sa.case((Person.name_key == " ".join(words), 0), else_=1)
    found = session.scalars(begins.order_by(exactly, Person.name_key, Person.id).limit(AT_MOST)).all()
    if found:
        return Found(tuple(found), How.NAME)
    keys = session.execute(people.with_only_columns(Person.id, Person.name_key).order_by(Person.id)).all()
    return Found(_near(words, [row.id for row in keys], [row.name_key for row in keys]), How.NEAR)


def _by_identifier(session: Session, people: sa.Select[Person], text: str) -> tuple[int, ...]:
    """Identifiers are stored in capitals; a leading zero that a spreadsheet lost is given back."""
    bare = "".join(text.split()).upper()
    if not any(sign.isdecimal() for sign in bare):
        return ()
    query = (
        people.with_only_columns(Person.id)
        .join(SourceRecord, SourceRecord.person_id == Person.id)
        .where(SourceRecord.identifier.in_((bare, f"0{bare}")))
        .order_by(Person.id)
        .distinct()
    )
    return tuple(session.scalars(query).all())


def _begins(word: str) -> sa.ColumnElement[bool]:
    """A word of the name begins with this one."""
    return sa.or_(
        Person.name_key.startswith(word, autoescape=True),
        Person.name_key.contains(f" {word}", autoescape=True),
    )


def _near(words: Sequence[str], ids: Sequence[int], keys: Sequence[str]) -> tuple[int, ...]:
    """Every word within a few typing errors of one of the name's; if nobody's, the whole name cut elsewhere."""
    split = [key.split() for key in keys]
    known = sorted({word for each in split for word in each})
    if not known:
        return ()
    far: Any = process.cdist(words, known, scorer=OSA.distance, dtype=np.int32)
    close = [
        {known[at]: int(row[at]) for at in np.flatnonzero(row <= _forgiven(word))}
        for word, row in zip(words, far, strict=True)
    ]
    ranked: list[tuple[float, str, int]] = []
    for each, key, person in zip(split, keys, ids, strict=True):
        errors = 0
        for near in close:
            least = min((near[word] for word in each if word in near), default=None)
            if least is None:
                break
            errors += least
        else:
            ranked.append((errors, key, person))
    if not ranked:
        ranked = list(_pieces("".join(words), split, ids))
    return tuple(person for _, _, person in sorted(ranked)[:AT_MOST])


def _pieces(
    wanted: str, split: Sequence[Sequence[str]], ids: Sequence[int]
) -> Iterator[tuple[float, str, int]]:
    """« bensalem » for Ben Salem: the letters in a row, wherever the name is cut."""
    if len(wanted) < PIECE:
        return
    whole = ["".join(each) for each in split]
    found = process.extract(
        wanted, whole, scorer=fuzz.partial_ratio, processor=None, score_cutoff=names.NEAR, limit=AT_MOST
    )
    for _, score, row in found:
        yield 100 - score, whole[row], ids[row]


def _forgiven(word: str) -> int:
    return 0 if len(word) < SHORT else 1 if len(word) < LONG else 2
