"""A file outside the caseload as its page shows it for half an hour: to read, without RQTH and without any form."""

from __future__ import annotations

from uuid import UUID

from flask import render_template

from matching import break_glass, clock, person_facts, person_rights, person_sheet
from matching.dossiers import age
from matching.store import scope
from matching.store.people import Person

from .db import book, note, reading, today, transaction
from .security import actor
from .wording import clock_time, people as words, phone
from .wording.explained import view
from .wording.placements import STATES as PLACEMENT_STATES


def page(ref: UUID) -> str:
    """The file, its reading on the trail. Raises NotFound when it was not opened, or is closed again."""
    me, on, at = actor(), today(), clock.now()
    with reading() as session:
        person = scope.one(session, scope.opened(me, at), Person.public_id == ref)
        until = break_glass.until(session, me, person, at=at)
        sheet = person_sheet.sheet(session, break_glass.as_read(me, person), person, on)
        told = person_rights.told(session, person.id, book(), on)
        known = person_facts.dated(session, [person.id], on).get(person.id, {})
    with transaction() as session:
        note(session, "person.read", "person", str(ref), page="break_glass")
    assert until is not None  # the scope asked the same
    return render_template(
        "break_glass/file.html",
        person=person,
        sheet=sheet,
        until=clock_time(until),
        age=age(person.birth_date, on) if person.birth_date else None,
        views=[
            view(
                each.said,
                each.programme,
                today=on,
                questions=None,
                told=known,
                civility=person.civility,
                recognition=False,
                possible=each.possible,
            )
            for each in told
        ],
        words=words,
        phone=phone,
        placement_states=PLACEMENT_STATES,
    )
