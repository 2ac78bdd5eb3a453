"""What is done with an employer for one graduate, offer or not: kept, contacted, answered (measure 12).

The employer learns who it is when the person agreed to be contacted and an advisor chose to say it, not before. A
contract signed elsewhere closes nothing by itself: an employer who was asked is owed a word, which the advisor notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from .errors import Duplicate, IllegalTransition, NotAllowed, StaleVersion
from .graduate_log import LETTER, UNDO, events, log, standing
from .placement_guards import UNDER_CONTRACT
from .store.campaign import ApproachEvent, PotentialApproach
from .store.organisations import Organisation
from .store.people import Person
from .store.placements import Placement
from .transitions import Step, flush, refuse, step, target
from .vocabulary import ApproachState as State, Party

if TYPE_CHECKING:
    from .potential import Suggestion

CHANNELS = ("phone", "visit", "letter", "email", "meeting")
REFUSE_REASONS = ("no_post", "profile", "later", "found_elsewhere", "person_declined", "other")
#: Within which whoever noted a step takes it back; a supervisor may later.
UNDO_WITHIN = timedelta(hours=24)


class ApproachAction(StrEnum):
    SUGGEST = "suggest"
    SET_ASIDE = "set_aside"
    TAKE_BACK = "take_back"
    CONTACT = "contact"
    INTEREST = "interest"
    INTERVIEW = "interview"
    HIRE = "hire"
    REFUSE = "refuse"
    NO_ANSWER = "no_answer"


A = ApproachAction
ADVISOR, SYSTEM = Party.ADVISOR, Party.SYSTEM

TRANSITIONS: dict[ApproachAction, Step[State]] = {
    A.SUGGEST: step({None}, State.SUGGESTED, ADVISOR, SYSTEM),
    A.SET_ASIDE: step({State.SUGGESTED}, State.SET_ASIDE, ADVISOR),
    A.TAKE_BACK: step({State.SET_ASIDE}, State.SUGGESTED, ADVISOR),
    A.CONTACT: step(
        {State.SUGGESTED, State.CONTACTED, State.NO_ANSWER, State.REFUSED}, State.CONTACTED, ADVISOR
    ),
    A.INTEREST: step({State.CONTACTED}, State.INTERESTED, ADVISOR),
    A.INTERVIEW: step({State.CONTACTED, State.INTERESTED}, State.INTERVIEW, ADVISOR),
    A.HIRE: step({State.CONTACTED, State.INTERESTED, State.INTERVIEW}, State.HIRED, ADVISOR),
    A.REFUSE: step({State.CONTACTED, State.INTERESTED, State.INTERVIEW}, State.REFUSED, ADVISOR),
    A.NO_ANSWER: step({State.CONTACTED, State.INTERESTED}, State.NO_ANSWER, ADVISOR),
}
#: What an employer answered, or did not.
RESULTS = frozenset({A.INTEREST, A.INTERVIEW, A.HIRE, A.REFUSE, A.NO_ANSWER})


@dataclass(frozen=True, slots=True)
class Details:
    """The day it happened (None: the day it is noted), by what means, why not, a word."""

    day: date | None = None
    channel: str | None = None
    reason_code: str | None = None
    note: str = ""


def suggest(
    session: Session,
    person: Person,
    organisation: Organisation,
    found: Suggestion | None,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
) -> PotentialApproach:
    """Keep that employer for that person, with why it was suggested; `found` None: an advisor's own idea. Flushes.

    Raises NotAllowed, Duplicate: it is kept already; InvalidInput: the person has a contract.
    """
    leads_to = target("approach", TRANSITIONS, A.SUGGEST, None, party)
    # The person's row is the lock: two advisors at once cannot both find none.
    session.execute(sa.select(Person.id).where(Person.id == person.id).with_for_update())
    if of_pair(session, person.id, organisation.id) is not None:
        raise Duplicate("approach-exists", name=organisation.name)
    _free(session, person.id)
    made = PotentialApproach(
        person_id=person.id,
        organisation_id=organisation.id,
        state=leads_to,
        score=found.score if found is not None else None,
        reasons=list(found.reasons) if found is not None else [],
        made_on=on,
        noted_by_id=actor_id,
    )
    session.add(made)
    session.flush()
    log(session, made, A.SUGGEST, None, actor_id=actor_id, party=party, on=on, at=at)
    return made


def change(
    session: Session,
    row: PotentialApproach,
    action: ApproachAction,
    *,
    actor_id: int | None,
    party: Party,
    on: date,
    at: datetime,
    details: Details = Details(),
    version: int | None = None,
) -> ApproachEvent:
    """Take a step of an approach. Flushes, never commits.

    Raises StaleVersion when the row is no longer as it was seen, IllegalTransition, NotAllowed, InvalidInput (a guard).
    """
    if version is not None and row.version != version:
        raise StaleVersion("stale-version", machine="approach")
    leads_to = target("approach", TRANSITIONS, action, row.state, party)
    day = details.day or on
    note = details.note.strip()[:400]
    _guard(session, row, action, details, day, on)
    before = row.state
    row.state, row.noted_by_id = leads_to, actor_id
    if action is A.CONTACT:
        row.approached_on, row.channel, row.result_on = day, details.channel, None
    elif action in RESULTS:
        row.result_on = day
    row.refusal = details.reason_code if action is A.REFUSE else None
    row.note = note or row.note
    flush(session, "approach")
    code = details.channel if action is A.CONTACT else details.reason_code if action is A.REFUSE else None
    return log(
        session, row, action, before, actor_id=actor_id, party=party, on=day, at=at, code=code, note=note
    )


def note(
    session: Session,
    row: PotentialApproach,
    result: ApproachAction | None,
    *,
    actor_id: int,
    party: Party,
    on: date,
    at: datetime,
    details: Details,
    version: int | None = None,
) -> None:
    """A contact with the employer and what came of it (None: the answer is awaited), as one says it after a call: the
    contact is a step of its own where none was noted. Raises as `change`."""
    if version is not None and row.version != version:
        raise StaleVersion("stale-version", machine="approach")
    if result is None or row.state not in TRANSITIONS[result].starts:
        words = details if result is None else replace(details, note="")
        change(session, row, A.CONTACT, actor_id=actor_id, party=party, on=on, at=at, details=words)
    if result is not None:
        change(session, row, result, actor_id=actor_id, party=party, on=on, at=at, details=details)


def undo(
    session: Session,
    row: PotentialApproach,
    *,
    actor_id: int,
    party: Party,
    on: date,
    at: datetime,
    version: int | None = None,
) -> ApproachEvent:
    """Take the last step back: by who noted it within a day, by a supervisor at any time. That an employer was told a
    name stays. Flushes. Raises StaleVersion, NotAllowed, IllegalTransition: nothing to take back; InvalidInput."""
    if version is not None and row.version != version:
        raise StaleVersion("stale-version", machine="approach")
    if party not in TRANSITIONS[A.CONTACT].parties:
        raise NotAllowed("not-your-step", machine="approach", action=UNDO, party=str(party))
    steps = standing(events(session, row.id))
    last, back_to = steps[-1], steps[-1].from_state
    if back_to is None:
        raise IllegalTransition("illegal-step", machine="approach", state=str(row.state), action=UNDO)
    if not may_undo(last, actor_id, party, at):
        refuse("not-yours-to-undo", hours=int(UNDO_WITHIN.total_seconds() // 3600))
    before = row.state
    row.state = back_to
    _restore(row, steps[:-1])
    flush(session, "approach")
    return log(session, row, UNDO, before, actor_id=actor_id, party=party, on=on, at=at, code=last.action)


def may_undo(last: ApproachEvent, actor_id: int, party: Party, at: datetime) -> bool:
    """Whether this account may take that step back."""
    return party is Party.SUPERVISOR or (last.actor_id == actor_id and at - last.noted_at <= UNDO_WITHIN)


def write(
    session: Session,
    row: PotentialApproach,
    person: Person,
    *,
    named: bool,
    actor_id: int,
    party: Party,
    on: date,
    at: datetime,
) -> ApproachEvent:
    """Note that a letter is made, and whether it says who the person is. Flushes.

    Raises NotAllowed, InvalidInput("name-not-agreed"): the person has not agreed to be contacted.
    """
    if party not in TRANSITIONS[A.CONTACT].parties:
        raise NotAllowed("not-your-step", machine="approach", action=LETTER, party=str(party))
    if named:
        name(row, person, on)
        flush(session, "approach")
    code = "named" if named else "anonymous"
    return log(session, row, LETTER, row.state, actor_id=actor_id, party=party, on=on, at=at, code=code)


def name(row: PotentialApproach, person: Person, on: date) -> None:
    """The employer is told who it is. Raises InvalidInput when the person has not agreed."""
    if person.contact_agreed is not True:
        refuse("name-not-agreed")
    row.named_on = row.named_on or on


def of_pair(session: Session, person_id: int, organisation_id: int) -> PotentialApproach | None:
    """What was done with that employer for that person."""
    return session.scalar(
        sa.select(PotentialApproach).where(
            PotentialApproach.person_id == person_id, PotentialApproach.organisation_id == organisation_id
        )
    )


def _guard(
    session: Session,
    row: PotentialApproach,
    action: ApproachAction,
    details: Details,
    day: date,
    on: date,
) -> None:
    if day > on:
        refuse("contact-in-the-future", day=day)
    if row.approached_on is not None and day < row.approached_on:
        refuse("before-last-step", day=row.approached_on)
    if action is A.CONTACT:
        if details.channel not in CHANNELS:
            refuse("unknown-channel", allowed=", ".join(CHANNELS))
        known = session.get_one(Person, row.person_id).known_since
        if day < known:
            refuse("contact-before-known", day=known)
        _free(session, row.person_id)
    if action is A.REFUSE:
        if details.reason_code not in REFUSE_REASONS:
            refuse("bad-reason", reason=details.reason_code or "", allowed=", ".join(REFUSE_REASONS))
        if details.reason_code == "other" and not details.note.strip():
            refuse("note-needed")


def _free(session: Session, person_id: int) -> None:
    held = sa.select(Placement.id).where(
        Placement.person_id == person_id, Placement.state.in_(UNDER_CONTRACT)
    )
    if session.scalar(held.limit(1)) is not None:
        refuse("person-engaged")


def _restore(row: PotentialApproach, steps: Sequence[ApproachEvent]) -> None:
    """Days, channel and reason as the steps that are left say."""
    row.approached_on = row.channel = row.result_on = row.refusal = None
    for event in steps:
        if event.action == A.CONTACT:
            row.approached_on, row.channel, row.result_on = event.done_on, event.reason_code, None
        elif event.action in RESULTS:
            row.result_on = event.done_on
        row.refusal = event.reason_code if event.action == A.REFUSE else None
