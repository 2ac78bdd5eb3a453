"""What the state machines of workflow.md share: the shape of a step, and the one way to take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Generic, NamedTuple, NoReturn, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from .errors import IllegalTransition, InvalidInput, NotAllowed, StaleVersion
from .vocabulary import Party

State = TypeVar("State", bound=StrEnum)
Action = TypeVar("Action", bound=StrEnum)


class Step(NamedTuple, Generic[State]):
    """States it may start from (None: the row does not exist yet), the state it leads to, who may take it."""

    starts: frozenset[State | None]
    leads_to: State
    parties: frozenset[Party]


def step(starts: Iterable[State | None], leads_to: State, *parties: Party) -> Step[State]:
    """A line of a machine's table. A supervisor may do what an advisor may, and so may an advisor of a mission locale
    or a Cap emploi: whom they act for is the caseload's business (security.md §2), not the machine's.
    """
    alike = {Party.SUPERVISOR, Party.MISSION_LOCALE} if Party.ADVISOR in parties else set()
    return Step(frozenset(starts), leads_to, frozenset(parties) | alike)


def target(
    machine: str, table: Mapping[Action, Step[State]], action: Action, state: State | None, party: Party
) -> State:
    """The state that `action` leads to from `state`.

    Raises IllegalTransition when the action does not start there, NotAllowed when it is not this party's.
    """
    line = table[action]
    if state not in line.starts:
        raise IllegalTransition("illegal-step", machine=machine, state=str(state), action=str(action))
    if party not in line.parties:
        raise NotAllowed("not-your-step", machine=machine, action=str(action), party=str(party))
    return line.leads_to


def refuse(code: str, **facts: Any) -> NoReturn:
    """A guard is not met: nothing was written."""
    raise InvalidInput(code, **facts)


def flush(session: Session, machine: str) -> None:
    """Send the changes to the database. Raises StaleVersion when someone else changed the row meanwhile."""
    try:
        session.flush()
    except StaleDataError as stale:
        raise StaleVersion("stale-version", machine=machine) from stale
