"""A month as the committee reads it: frozen with its hash, never changed; a correction is a new version.

The officer reads this and nothing else (security.md R3). What is frozen is the whole document, its sentences included.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from . import audit, disclosure, outbox, report, report_model
from .errors import CorruptReference, Duplicate, InvalidInput, NotAllowed, StaleVersion
from .report_model import Highlight, Month, MonthlyReport
from .store.accounts import User
from .store.scope import SUPERVISE, Actor
from .store.upkeep import PublishedReport
from .vocabulary import Role

if TYPE_CHECKING:
    from .eligibility.programme import ProgrammeBook

#: Sentences to remember: so many at most, each so long at most.
SENTENCES, LONGEST = 3, 400


@dataclass(frozen=True, slots=True)
class Publication:
    """The latest frozen version of a month."""

    month: Month
    version: int
    published_on: date
    published_by: str


def publish(
    session: Session,
    month: Month,
    sentences: Sequence[str],
    *,
    actor: Actor,
    on: date,
    at: datetime,
    book: ProgrammeBook,
    seen: str | None = None,
    edition: int = disclosure.COMMITTEE,
) -> Publication:
    """Freeze the month as it is known now, with the sentences to remember; the same content twice is one version.

    `seen`: `figures_hash` of what the supervisor had on the screen. Flushes, never commits. Raises NotAllowed (not a
    supervisor), InvalidInput (a month that is not over, no sentence or one too long), StaleVersion (the figures changed
    since they were seen), Duplicate (someone published at the same moment).
    """
    if actor.role is not Role.ADVISOR or SUPERVISE not in actor.permissions:
        raise NotAllowed("not-yours-to-publish")
    said = [re.sub(r"[ \t\r\n]+", " ", sentence).strip() for sentence in sentences if sentence.strip()]
    if not said or len(said) > SENTENCES or any(len(sentence) > LONGEST for sentence in said):
        raise InvalidInput("bad-highlights", most=SENTENCES, longest=LONGEST)
    computed = report.monthly(session, month, on=on, book=book, edition=edition)
    if seen is not None and seen != figures_hash(computed):
        raise StaleVersion("figures-changed", month=str(month))
    former = read(session, month, edition=edition)
    if former is not None and figures_hash(former) == figures_hash(computed) and _texts(former) == said:
        return published(session, edition=edition)[month]
    made = replace(
        computed,
        version=former.version + 1 if former is not None else 1,
        frozen_at=at.isoformat(timespec="seconds"),
        highlights=tuple(Highlight(sentence, actor.name, on) for sentence in said),
    )
    content = report_model.write(made)
    row = PublishedReport(
        month=str(month),
        edition=edition,
        version=made.version,
        content=content,
        sha256=digest(content),
        published_by_id=actor.id,
        published_on=on,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as clash:
        raise Duplicate("published-meanwhile", month=str(month)) from clash
    audit.append(
        session,
        at=at,
        actor_id=actor.id,
        action="report.published",
        subject_kind="report",
        subject_id=str(month),
        details={"edition": edition, "version": made.version, "sha256": row.sha256},
    )
    if edition == disclosure.COMMITTEE:
        _tell(session, row, actor, on=on, at=at)
    return Publication(month, made.version, on, actor.name)


def _tell(session: Session, row: PublishedReport, actor: Actor, *, on: date, at: datetime) -> None:
    """A message to every officer, who reads it on the screen."""
    officers = sa.select(User).where(User.role == Role.OFFICER, User.active).order_by(User.id)
    for officer in session.scalars(officers):
        outbox.queue(
            session,
            "report_online",
            subject=("published_report", row.id),
            address=officer.email,
            on=on,
            at=at,
            user_id=officer.id,
            sender_id=actor.id,
        )


def read(session: Session, month: Month, *, edition: int = disclosure.COMMITTEE) -> MonthlyReport | None:
    """The latest frozen version of the month; None when it was never published.

    Raises CorruptReference("report-corrupt") when it is not what was frozen.
    """
    row = session.execute(
        sa.select(PublishedReport.content, PublishedReport.sha256)
        .where(PublishedReport.month == str(month), PublishedReport.edition == edition)
        .order_by(PublishedReport.version.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    if not isinstance(row.content, dict) or digest(row.content) != row.sha256:
        raise CorruptReference("report-corrupt", month=str(month))
    return report_model.read(row.content)


def published(session: Session, *, edition: int = disclosure.COMMITTEE) -> dict[Month, Publication]:
    """Every month that was published, with its latest version, newest month first. One query."""
    rows = session.execute(
        sa.select(PublishedReport.month, PublishedReport.version, PublishedReport.published_on, User.name)
        .join(User, User.id == PublishedReport.published_by_id)
        .where(PublishedReport.edition == edition)
        .order_by(PublishedReport.month.desc(), PublishedReport.version)
    )
    return {
        Month.read(row.month): Publication(Month.read(row.month), row.version, row.published_on, row.name)
        for row in rows
    }


def digest(content: Mapping[str, Any]) -> str:
    """sha256 of the canonical bytes: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def figures_hash(of: MonthlyReport) -> str:
    """What the figures say: the same whoever froze them, however they are worded, whatever else is known since."""
    written = report_model.write(of)
    indicators = [
        {
            **_without_words(indicator),
            "breakdowns": [
                {"by": cut["by"], "rows": [_without_words(row) for row in cut["rows"]]}
                for cut in indicator["breakdowns"]
            ],
        }
        for indicator in written["indicators"]
    ]
    return digest({"month": written["month"], "edition": written["edition"], "indicators": indicators})


def _without_words(part: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in ("label", "definition")}


def _texts(of: MonthlyReport) -> list[str]:
    return [said.text for said in of.highlights]
