"""A published month is frozen: what the committee read stays what it read."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from matching import published, report, report_model
from matching.eligibility import programme
from matching.errors import CorruptReference, InvalidInput, NotAllowed, StaleVersion
from matching.report_model import Month
from matching.store.scope import Actor
from matching.store.upkeep import AuditEvent, PublishedReport
from matching.vocabulary import PlacementState, Role
from tests import build

BOOK = programme.load()
OCTOBER = Month(2013, 10)
DAY = date(2013, 11, 4)
AT = datetime(2013, 11, 4, 9, 30, tzinfo=UTC)


def actor(session, role=Role.ADVISOR, permissions=("supervise",)):
    row = build.user(session, role=role, permissions=list(permissions))
    return Actor(row.id, row.public_id, row.name, role, frozenset(permissions))


def publish(session, who, sentences=("Cinq contrats signés.",), month=OCTOBER, **changes):
    facts = {"actor": who, "on": DAY, "at": AT, "book": BOOK, **changes}
    return published.publish(session, month, sentences, **facts)


def signed(session, count=6, day=date(2013, 10, 14)):
    employer = build.organisation(session)
    for _ in range(count):
        build.placement(session, organisation_id=employer.id, signed_on=day, state=PlacementState.RUNNING)


def test_what_was_published_stays_while_the_data_moves(session):
    who = actor(session)
    signed(session)
    assert publish(session, who) == published.Publication(OCTOBER, 1, DAY, "Claire Delmotte")
    frozen = published.read(session, OCTOBER)
    assert (frozen.version, frozen.frozen_at) == (1, "2013-11-04T09:30:00+00:00")
    assert frozen.highlights == (report_model.Highlight("Cinq contrats signés.", "Claire Delmotte", DAY),)
    signed(session, 5)
    assert published.read(session, OCTOBER)["D1"].value == 6
    assert report.monthly(session, OCTOBER, on=DAY, book=BOOK)["D1"].value == 11


def test_the_act_is_on_the_trail_with_its_hash(session):
    who = actor(session)
    publish(session, who)
    event = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "report.published")).one()
    row = session.scalars(sa.select(PublishedReport)).one()
    assert (event.actor_id, event.subject_id) == (who.id, "2013-10")
    assert event.details == {"edition": 5, "version": 1, "sha256": row.sha256}
    assert row.published_on == DAY


def test_the_same_content_twice_is_one_version_and_a_correction_the_next(session):
    who = actor(session)
    signed(session)
    publish(session, who)
    assert publish(session, who, at=datetime(2013, 11, 5, tzinfo=UTC)).version == 1
    assert publish(session, who, ["Six contrats signés."]).version == 2
    signed(session, 5)
    assert publish(session, who, ["Six contrats signés."]).version == 3
    versions = session.scalars(sa.select(PublishedReport.version).order_by(PublishedReport.version)).all()
    assert versions == [1, 2, 3]
    assert published.published(session) == {
        OCTOBER: published.Publication(OCTOBER, 3, DAY, "Claire Delmotte")
    }


@pytest.mark.parametrize(
    ("role", "permissions"),
    [(Role.ADVISOR, ()), (Role.ADVISOR, ("import",)), (Role.OFFICER, ("supervise",)), (Role.ADMIN, ())],
)
def test_only_a_supervisor_publishes(session, role, permissions):
    with pytest.raises(NotAllowed):
        publish(session, actor(session, role, permissions))
    assert session.scalar(sa.select(sa.func.count()).select_from(PublishedReport)) == 0


def test_a_month_that_is_not_over_is_not_published(session):
    with pytest.raises(InvalidInput, match="month-not-over"):
        publish(session, actor(session), month=Month(2013, 11))


@pytest.mark.parametrize("sentences", [[], ["  "], ["a"] * 4, ["x" * 401]])
def test_the_sentences_to_remember_are_one_to_three(session, sentences):
    with pytest.raises(InvalidInput, match="bad-highlights"):
        publish(session, actor(session), sentences)


def test_figures_that_changed_since_they_were_seen_are_not_published(session):
    who = actor(session)
    seen = published.figures_hash(report.monthly(session, OCTOBER, on=DAY, book=BOOK))
    signed(session)
    with pytest.raises(StaleVersion, match="figures-changed"):
        publish(session, who, seen=seen)
    assert published.read(session, OCTOBER) is None


def test_a_document_that_was_touched_is_refused(session):
    publish(session, actor(session))
    row = session.scalars(sa.select(PublishedReport)).one()
    touched = dict(row.content)
    touched["indicators"] = [dict(each, value=99) for each in touched["indicators"]]
    session.execute(sa.update(PublishedReport).values(content=touched))
    with pytest.raises(CorruptReference, match="report-corrupt"):
        published.read(session, OCTOBER)
