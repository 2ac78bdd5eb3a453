"""What a base holds, as far as the demo is concerned."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa

from matching.store.accounts import Setting
from matching.store.engine import Database
from matching.store.matches import MatchRun
from matching.store.organisations import Offer, Organisation
from matching.store.people import Person

from ..database import DEMO_DAY

State = Literal["empty", "demo without proposals", "demo", "own"]

EMPTY: State = "empty"
WITHOUT_PROPOSALS: State = "demo without proposals"
DEMO: State = "demo"
OWN: State = "own"


def is_empty(session: sa.orm.Session) -> bool:
    """Whether nobody put a person, an offer or an organisation into the base."""
    return not any(session.scalar(sa.select(model.id).limit(1)) for model in (Person, Offer, Organisation))


def of(database: Database) -> State:
    """Empty; holding the demo, before or after the match of its day; or somebody's own. Reads only."""
    with database.reading() as session:
        if is_empty(session):
            return EMPTY
        day = session.scalar(sa.select(Setting.value).where(Setting.name == DEMO_DAY))
        if not day:
            return OWN
        ran = session.scalar(sa.select(sa.func.max(MatchRun.ran_for)))
        return DEMO if ran is not None and ran.isoformat() >= day else WITHOUT_PROPOSALS
