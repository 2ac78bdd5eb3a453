"""What can go wrong, as data. The French words are in `web/wording`, the status and exit code beside them."""

from __future__ import annotations

from typing import Any


class PasserelleError(Exception):
    """`code` names the fault, `facts` say what it is about; no sentence for people lives here."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


class InvalidInput(PasserelleError):
    """A form or a JSON line that cannot be accepted as it is."""


class NotFound(PasserelleError):
    """Missing, or out of the actor's scope: the two are never told apart."""


class NotAllowed(PasserelleError):
    """The role lacks the function."""


class Conflict(PasserelleError):
    """Someone was faster, or the step makes no sense from here."""


class StaleVersion(Conflict):
    """The row changed since it was read."""


class IllegalTransition(Conflict):
    """The state machine has no such step from this state."""


class Duplicate(Conflict):
    """It exists already."""


class UnreadableFile(PasserelleError):
    """Refused before any row is read."""


class TooLarge(UnreadableFile):
    """Beyond the limits of a file."""


class MissingParameter(PasserelleError):
    """A figure was asked for outside its life: our own data is wrong."""


class CorruptReference(PasserelleError):
    """A file of ours (programme, table) does not hold: names file, line and key."""


class Unavailable(PasserelleError):
    """Database locked or down, disk full."""
