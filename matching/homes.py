"""One flow confirms a home: in a zone version or outside every zone, since when, by which proof (geography.md).

A confirmed home wins over what files declare. It is a statement about an address: from `since_on` the person lives
there, so former homes end on its eve. The same address may lie in a zone version of each generation (a ZUS, then a
QPV): these stand side by side, as long as they speak of the same home.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .errors import NotFound
from .store.organisations import Zone
from .store.people import Person, ResidenceSpell
from .transitions import refuse
from .vocabulary import ResidenceKind, ResidenceMethod, ZoneKind

DAY = timedelta(days=1)


def zone(session: Session, local_id: str) -> Zone:
    """The zone version of that local id. Raises NotFound."""
    found = session.scalar(sa.select(Zone).where(Zone.local_id == local_id))
    if found is None:
        raise NotFound("unknown-zone", zone=local_id)
    return found


def confirm(
    session: Session,
    person: Person,
    zone: Zone | None,
    *,
    since_on: date,
    proof: str,
    actor_id: int | None,
    on: date,
    until_on: date | None = None,
    method: ResidenceMethod = ResidenceMethod.PROOF,
) -> ResidenceSpell:
    """State that the person lives in `zone` (None: outside every zone) since `since_on`, to `until_on` if past.

    Someone who lived there before the zone version began counts from its first day. Spells of one zone version that
    touch become one; what the statement contradicts is cut to the days it leaves. Stated twice, changes nothing but
    the proof and its day.

    Raises InvalidInput: a day to come, an end before the start, before birth, no proof, a zone version that was over
    by `since_on` or not yet in force by the end, a kind of zone that is not about people.
    """
    last = until_on or date.max
    _check(person, zone, since_on, until_on, proof, on)
    start = max(since_on, zone.valid_from) if zone is not None else since_on
    confirmed = session.scalars(
        sa.select(ResidenceSpell)
        .where(ResidenceSpell.person_id == person.id, ResidenceSpell.kind == ResidenceKind.CONFIRMED)
        .order_by(ResidenceSpell.start_on)
    ).all()
    kinds = _kinds(session, confirmed)
    same = [spell for spell in confirmed if _same(spell, zone) and _touches(spell, start, last)]
    for spell in same:
        start = min(start, spell.start_on)
        last = max(last, spell.end_on or date.max)
    for spell in confirmed:
        if spell in same:
            continue
        # Another generation's zone at the same home stays; a former home, or a contradiction, gives way.
        other_generation = (
            zone is not None and spell.zone_id is not None and kinds[spell.zone_id] is not zone.kind
        )
        first = since_on if other_generation else start
        if other_generation and spell.start_on >= since_on:
            continue
        _cut(session, spell, first, last)
    for spell in same[1:]:
        session.delete(spell)
    if any(
        spell.start_on == start and spell not in same and spell not in session.deleted for spell in confirmed
    ):
        refuse("home-starts-with-another", day=start)
    session.flush()  # frees the days that the new spell takes: (person, start, kind) is unique
    kept = same[0] if same else ResidenceSpell(person_id=person.id, kind=ResidenceKind.CONFIRMED)
    kept.zone_id = zone.id if zone is not None else None
    kept.insee_code = person.insee_code
    kept.start_on, kept.end_on = start, None if last == date.max else last
    kept.source, kept.method, kept.proof = "advisor", method, proof.strip()
    kept.confirmed_by_id, kept.confirmed_on = actor_id, on
    session.add(kept)
    session.flush()
    return kept


def _check(
    person: Person, zone: Zone | None, since_on: date, until_on: date | None, proof: str, on: date
) -> None:
    if since_on > on or (until_on is not None and until_on > on):
        refuse("home-in-the-future", day=max(since_on, until_on or since_on))
    if until_on is not None and until_on < since_on:
        refuse("home-ends-before-it-starts", start=since_on, end=until_on)
    if person.birth_date is not None and since_on < person.birth_date:
        refuse("home-before-birth", day=since_on)
    if not proof.strip():
        refuse("proof-needed")
    if zone is None:
        return
    if zone.kind is ZoneKind.ZFU:
        refuse("zone-not-for-people", zone=zone.name)
    if (zone.valid_to is not None and zone.valid_to < since_on) or (until_on or on) < zone.valid_from:
        refuse("zone-not-valid", zone=zone.name, start=zone.valid_from, end=zone.valid_to or "")


def _kinds(session: Session, spells: Sequence[ResidenceSpell]) -> dict[int, ZoneKind]:
    wanted = {spell.zone_id for spell in spells if spell.zone_id is not None}
    found = session.execute(sa.select(Zone.id, Zone.kind).where(Zone.id.in_(wanted))) if wanted else ()
    return {row.id: row.kind for row in found}


def _same(spell: ResidenceSpell, zone: Zone | None) -> bool:
    return spell.zone_id == (zone.id if zone is not None else None)


def _touches(spell: ResidenceSpell, start: date, last: date) -> bool:
    """Overlapping, or following each other without a free day (programmes.md C4)."""
    return (spell.end_on is None or spell.end_on >= start - DAY) and (
        last == date.max or spell.start_on <= last + DAY
    )


def _cut(session: Session, spell: ResidenceSpell, first: date, last: date) -> None:
    """Take the days first…last out of a former spell: what is left before and after stays."""
    if spell.start_on > last or (spell.end_on is not None and spell.end_on < first):
        return
    end = spell.end_on
    goes_on = last != date.max and (end is None or end > last)
    if spell.start_on < first:
        spell.end_on = first - DAY
        if goes_on:
            session.add(_copy(spell, last + DAY, end))
    elif goes_on:
        spell.start_on = last + DAY
    else:
        session.delete(spell)


def _copy(spell: ResidenceSpell, start_on: date, end_on: date | None) -> ResidenceSpell:
    return ResidenceSpell(
        person_id=spell.person_id,
        kind=spell.kind,
        zone_id=spell.zone_id,
        declared_place=spell.declared_place,
        insee_code=spell.insee_code,
        start_on=start_on,
        end_on=end_on,
        source=spell.source,
        method=spell.method,
        proof=spell.proof,
        confirmed_by_id=spell.confirmed_by_id,
        confirmed_on=spell.confirmed_on,
    )
