"""What the sources call people and offers: shown in results, and hashed to break ties (security.md M4)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .errors import InvalidInput, NotFound
from .store.organisations import Offer, Organisation
from .store.people import Person, SourceRecord
from .vocabulary import Source


class Names(NamedTuple):
    """By id: what a result shows, and what the stable hash is made of."""

    shown: dict[int, str]
    hashed: dict[int, str]


def of_people(session: Session, only: int | None = None) -> Names:
    """Each person's identifier as the files give it; `SOURCE:IDENTIFIER` where two sources use the same one.

    Of one person alone with `only`: enough for a hash, not to tell apart from others. Two queries.
    """
    rows = session.execute(
        sa.select(
            SourceRecord.person_id, SourceRecord.source, SourceRecord.identifier, SourceRecord.natural_key
        )
        .where(sa.true() if only is None else SourceRecord.person_id == only)
        .order_by(SourceRecord.person_id, SourceRecord.source, SourceRecord.id)
    ).all()
    people = sa.select(Person.id, Person.public_id).where(sa.true() if only is None else Person.id == only)
    public = {row.id: str(row.public_id) for row in session.execute(people)}
    first: dict[int, tuple[str, str]] = {}
    hashed: dict[int, str] = {}
    for row in rows:
        hashed.setdefault(row.person_id, f"{row.source}:{row.identifier or row.natural_key}")
        if row.identifier:
            first.setdefault(row.person_id, (row.source, row.identifier))
    return _named(public, first, hashed)


def of_offers(session: Session, only: int | None = None) -> Names:
    """Each offer's reference as its file gives it; `SOURCE:REFERENCE` where it is not alone, else the public id."""
    rows = session.execute(
        sa.select(
            Offer.id, Offer.public_id, Offer.source, Offer.reference, Offer.title_key, Offer.postcode, Offer.starts_on,
            Organisation.siret, Organisation.name_key,
        )
        .join(Organisation, Organisation.id == Offer.organisation_id)
        .where(sa.true() if only is None else Offer.id == only)
    ).all()  # fmt: skip
    public = {row.id: str(row.public_id) for row in rows}
    first = {row.id: (row.source, row.reference) for row in rows if row.reference}
    hashed = {
        row.id: "|".join(
            str(part)
            for part in (
                row.source, row.siret or row.name_key, row.reference or (row.title_key, row.postcode, row.starts_on),
            )
        )
        for row in rows
    }  # fmt: skip
    return _named(public, first, hashed)


def open_offer(session: Session, text: str, names: Names, open_ids: set[int]) -> int:
    """The open offer called `text`: its reference where it is alone, `SOURCE:REFERENCE`, or its public id.

    Raises NotFound("unknown-offer"), InvalidInput("ambiguous-offer") naming the longer forms.
    """
    found = {key for key in open_ids if names.shown[key] == text}
    if not found:
        source, _, reference = text.partition(":")
        if reference and source in set(Source):
            same = sa.and_(Offer.source == Source(source), Offer.reference == reference)
        else:
            same = Offer.reference == text
        found = set(session.scalars(sa.select(Offer.id).where(same))) & open_ids
    if not found and (public := _uuid(text)) is not None:
        found = set(session.scalars(sa.select(Offer.id).where(Offer.public_id == public))) & open_ids
    if not found:
        raise NotFound("unknown-offer", reference=text)
    if len(found) > 1:
        longer = ", ".join(sorted(names.shown[key] for key in found))
        raise InvalidInput("ambiguous-offer", reference=text, allowed=longer)
    return found.pop()


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _named(public: Mapping[int, str], first: Mapping[int, tuple[str, str]], hashed: dict[int, str]) -> Names:
    plain = Counter(name for _, name in first.values())
    full = Counter(f"{source}:{name}" for source, name in first.values())
    shown = {}
    for key, fallback in public.items():
        if key not in first:
            shown[key] = fallback
            continue
        source, name = first[key]
        long = f"{source}:{name}"
        shown[key] = name if plain[name] == 1 else long if full[long] == 1 else fallback
    # Two natural keys may be alike only where the base holds two records of one row: the public id tells them apart.
    seen = Counter(hashed.get(key, fallback) for key, fallback in public.items())
    told = {
        key: name if (name := hashed.get(key, fallback)) and seen[name] == 1 else f"{name}|{fallback}"
        for key, fallback in public.items()
    }
    return Names(shown, told)
