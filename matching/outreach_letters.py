"""Letters and e-mails to an organisation of the register, in one's own words: a model, its fields, what leaves.

A model is kept for each agency and purpose as it is typed; its fields are names in braces, filled from what the page
knows. What is sent is the text that somebody read and changed, never the model by itself. Who asked not to be written
to is not, neither by e-mail nor in a batch.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from . import outbox, outreach, outreach_attempts
from .errors import Duplicate
from .outreach_attempts import Try
from .store.accounts import Setting
from .store.campaign import Outreach
from .store.messages import OutgoingMessage
from .store.organisations import Organisation
from .transitions import refuse
from .vocabulary import OutreachPurpose, Party

#: What a model may name; the page that fills it in knows them all.
FIELDS = (
    "organisation",
    "contact",
    "annee",
    "subvention",
    "metier",
    "aide",
    "candidats",
    "signataire",
    "agence",
    "telephone",
)
KIND = "outreach_letter"
#: Longest subject and text.
LONGEST_SUBJECT, LONGEST = 120, 3000
_FIELD = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class Model:
    """A subject and a text, with fields in braces."""

    subject: str
    text: str


def check(text: str) -> None:
    """Raises InvalidInput for a field that nobody can fill in, or a brace alone."""
    for name in _FIELD.findall(text):
        if name not in FIELDS:
            refuse("outreach-unknown-field", field=name, known=", ".join(FIELDS))
    if "{" in (left := _FIELD.sub("", text)) or "}" in left:
        refuse("outreach-stray-brace")


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with its fields filled in; a line whose only field is empty goes."""
    lines = []
    for line in text.splitlines():
        names = _FIELD.findall(line)
        said = _FIELD.sub(lambda found: facts.get(found[1], ""), line)
        if not names or said.strip():
            lines.append(re.sub(r" +([.,])", r"\1", re.sub(r"  +", " ", said)).strip())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def model(session: Session, agency_id: int | None, purpose: OutreachPurpose, shipped: Model) -> Model:
    """The agency's own model; the one that is shipped where it has none."""
    value = session.scalar(sa.select(Setting.value).where(Setting.name == _name(agency_id, purpose)))
    return Model(value["subject"], value["text"]) if value else shipped


def save(session: Session, agency_id: int | None, purpose: OutreachPurpose, made: Model) -> None:
    """Keep an agency's model. Raises InvalidInput: an unknown field, a brace alone. Flushes."""
    check(made.subject)
    check(made.text)
    name = _name(agency_id, purpose)
    value = {"subject": made.subject[:LONGEST_SUBJECT], "text": made.text[:LONGEST]}
    found = session.scalar(sa.select(Setting).where(Setting.name == name).with_for_update())
    if found is None:
        session.add(Setting(name=name, value=value))
    else:
        found.value = value
    session.flush()


def _name(agency_id: int | None, purpose: OutreachPurpose) -> str:
    return f"outreach_letter.{purpose}.{agency_id or 0}"


def send(
    session: Session,
    row: Outreach,
    house: Organisation,
    made: Model,
    *,
    actor_id: int,
    party: Party,
    on: date,
    at: datetime,
) -> OutgoingMessage:
    """Hand the text to the outbox, and note it as an attempt by e-mail. Flushes.

    Raises InvalidInput: no address, not to be written to, a text with fields left; Duplicate: the very text waits or
    left already.
    """
    _written(session, row, house, made)
    if not house.contact_email:
        refuse("outreach-no-address", name=house.name)
    occasion = hashlib.sha256(f"{made.subject}\n{made.text}".encode()).hexdigest()[:24]
    message = outbox.queue(
        session,
        KIND,
        subject=("outreach", row.id),
        address=house.contact_email,
        on=on,
        at=at,
        occasion=occasion,
        organisation_id=house.id,
        sender_id=actor_id,
        arguments={"subject": made.subject, "text": made.text},
    )
    assert message is not None  # there is an address
    if message.queued_at != at:
        raise Duplicate("outreach-letter-sent", name=house.name)
    _attempt(session, row, "email", actor_id, party, on, at)
    return message


def printed(
    session: Session,
    row: Outreach,
    house: Organisation,
    made: Model,
    *,
    actor_id: int,
    party: Party,
    on: date,
    at: datetime,
) -> None:
    """The letter was printed to be posted: an attempt by letter. Raises InvalidInput as `send`."""
    _written(session, row, house, made)
    _attempt(session, row, "letter", actor_id, party, on, at)


def _written(session: Session, row: Outreach, house: Organisation, made: Model) -> None:
    if outreach.unwritten(session, {row.organisation_id}):
        refuse("outreach-no-mail", name=house.name)
    check(made.subject)
    check(made.text)
    if _FIELD.search(made.subject + made.text):
        refuse("outreach-field-left")


def _attempt(
    session: Session,
    row: Outreach,
    channel: str,
    actor_id: int,
    party: Party,
    on: date,
    at: datetime,
) -> None:
    made = Try(on, channel, "message_left")
    outreach_attempts.note(session, row, made, actor_id=actor_id, party=party, on=on, at=at)
