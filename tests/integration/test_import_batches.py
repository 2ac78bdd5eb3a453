"""Imports received: each step from its states only, what is forgotten and when, bases of before."""

import itertools
import os
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from importers import preview, uploads as flows
from importers.report import Report
from matching import clock
from matching.errors import IllegalTransition
from matching.store import migrate
from matching.store.engine import open_database
from matching.store.intake import ImportBatch, ImportRow
from matching.store.migrate import upgrade
from matching.store.people import Person
from matching.store.upkeep import AuditEvent
from matching.vocabulary import BatchState
from tests.conftest import KEY
from tests.integration.receiving import NOON, again, confirm, count, receive, run
from tests.web.doors import account
from web import import_jobs, settings, uploads


@pytest.fixture
def base(empty_database_url, monkeypatch):
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        account(session, "importer")
    yield made
    made.dispose()


def folder():
    return sorted(os.listdir(uploads.folder(settings.load())))


ACTIONS = ("show", "confirm", "take_back", "lock", "abandon")
#: action -> states it starts from
STARTS = {
    "show": {BatchState.RECEIVED},
    "confirm": {BatchState.CHECKED},
    "take_back": {BatchState.APPLYING},
    "lock": {BatchState.APPLYING},
    "abandon": {BatchState.RECEIVED, BatchState.CHECKED},
}


# --- states


@pytest.mark.parametrize(("state", "action"), list(itertools.product(BatchState, ACTIONS)))
def test_each_step_starts_from_its_states_and_from_no_other(session, state, action):
    user = account(session, "importer")
    batch = ImportBatch(
        agency_id=user.agency_id, kind="jeunes", source="autre", file_name="f.csv", sha256="0" * 64, state=state,
        counts={}, actor_id=user.id, received_at=NOON, options={}, preview={},
    )  # fmt: skip
    session.add(batch)
    session.flush()
    report = Report("jeunes", "autre", "f.csv", "0" * 64, dry_run=False)
    steps = {
        "show": lambda: flows.show(session, batch.id, report, {}, [], earlier=None),
        "confirm": lambda: flows.confirm(session, batch, actor_id=user.id, at=NOON),
        "take_back": lambda: flows.take_back(session, batch.id),
        "lock": lambda: flows.lock(session, batch.id),
        "abandon": lambda: flows.abandon(session, batch, actor_id=user.id, at=NOON),
    }
    if state in STARTS[action]:
        steps[action]()
        return
    with pytest.raises(IllegalTransition):
        steps[action]()
    session.refresh(batch)
    assert batch.state is state
    assert session.query(AuditEvent).count() == 0


# --- forgetting


def test_what_nobody_confirmed_is_forgotten_after_a_day_and_not_before(base):
    batch = receive(base, at=NOON)
    run(base, batch)
    assert len(folder()) == 2
    import_jobs.forget(base, settings.load(), at=NOON + timedelta(hours=24))
    assert again(base, batch).state is BatchState.CHECKED and len(folder()) == 2
    for _ in range(2):
        import_jobs.forget(base, settings.load(), at=NOON + timedelta(hours=24, seconds=1))
    assert again(base, batch).state is BatchState.ABANDONED
    assert folder() == [] and count(base, ImportRow) == 0
    assert count(base, AuditEvent, AuditEvent.action == "import.abandoned") == 1


def test_what_was_shown_of_an_applied_file_is_forgotten_after_a_month(base):
    batch = receive(base, at=NOON)
    run(base, batch)
    confirm(base, batch)
    run(base, batch)
    assert [name.endswith(uploads.REJECTS) for name in folder()] == [True]
    import_jobs.forget(base, settings.load(), at=NOON + timedelta(days=30))
    assert len(folder()) == 1
    import_jobs.forget(base, settings.load(), at=NOON + timedelta(days=30, seconds=1))
    with base.reading() as session:
        assert session.scalar(sa.select(ImportBatch.preview)) == {}
    assert folder() == [] and again(base, batch).state is BatchState.APPLIED and count(base, Person) == 2


def test_files_that_an_accident_left_are_swept_away_once_they_are_old(base):
    chosen = settings.load()
    batch = receive(base)
    left = uploads.keep(chosen, b"left by a crash between the file and the base")
    import_jobs.forget(base, chosen, at=clock.now())
    assert left in folder()
    long_ago = clock.now().timestamp() - uploads.PATIENCE - 60
    for name in folder():
        os.utime(uploads.folder(chosen) / name, (long_ago, long_ago))
    import_jobs.forget(base, chosen, at=clock.now())
    assert folder() == [again(base, batch).upload]


def test_uploads_are_readable_by_their_owner_only(base):
    receive(base)
    path = uploads.folder(settings.load())
    assert path.stat().st_mode & 0o077 == 0
    assert [each.stat().st_mode & 0o777 for each in path.iterdir()] == [0o600]


# --- earlier bases


def test_a_base_with_imports_of_before_is_upgraded_with_all_it_holds(bare_database_url):
    made = open_database(bare_database_url, KEY)
    scripts = [script.revision for script in ScriptDirectory.from_config(migrate.config()).walk_revisions()]
    assert "0007" in scripts
    migrate.upgrade(made.engine, "0007")
    with made.transaction() as session:
        session.execute(
            sa.text(
                "INSERT INTO import_batch (id, public_id, kind, source, file_name, sha256, state, dry_run, counts, "
                "applied_on, applied_at) VALUES (1, :ref, 'jeunes', 'autre', 'f.csv', 'x', 'applied', :no, '{}', "
                "'2013-11-04', '2013-11-04 12:00:00+00:00')"
            ),
            {"ref": uuid.uuid4().hex, "no": False},
        )
        session.execute(
            sa.text(
                "INSERT INTO import_row (id, batch_id, line, outcome, changes, problems) "
                "VALUES (1, 1, 2, 'rejected', '{}', '[]')"
            )
        )
    migrate.upgrade(made.engine)
    with made.reading() as session:
        assert session.execute(sa.select(ImportBatch.received_at, ImportBatch.options)).one() == (NOON, {})
        assert session.execute(sa.select(ImportRow.batch_id, ImportRow.line)).one() == (1, 2)
    made.dispose()


def test_labels_name_what_a_row_is_about():
    from matching.facts import OfferFacts, OrganisationFacts, PersonFacts

    assert preview.label(PersonFacts(family_name="Morel", given_names="Inès")) == "Morel Inès"
    assert preview.label(OfferFacts(title="Jardinier", employer="Jardins")) == "Jardinier — Jardins"
    assert preview.label(OrganisationFacts(name="Jardins")) == "Jardins"
    assert preview.label({"rome": "A1203", "label": "Jardins"}) == "A1203 Jardins"
    assert preview.label(PersonFacts()) is None
