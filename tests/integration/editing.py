"""An advisor and a dossier to write on."""

from datetime import UTC, date, datetime

from matching import person_edits
from matching.eligibility.programme import load

BOOK = load()
DAY, NOW = date(2013, 11, 4), datetime(2013, 11, 4, 10, 41, tzinfo=UTC)


def say(session, person, user, said, *, version=None, on=DAY):
    return person_edits.answer(
        session,
        person,
        said,
        BOOK,
        version=person.version if version is None else version,
        actor_id=user.id,
        on=on,
        at=NOW,
    )
