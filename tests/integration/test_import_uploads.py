"""A file sent by the web as the base knows it: states, one effect whoever dies when, forgetting; on both databases."""

import itertools
import os
import threading
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from importers import preview, uploads as flows
from importers.checking import STEP
from importers.report import Report
from matching import clock, jobs
from matching.errors import IllegalTransition
from matching.store import migrate
from matching.store.engine import open_database
from matching.store.intake import ImportBatch, ImportRow, PossibleDuplicate
from matching.store.migrate import upgrade
from matching.store.people import Person
from matching.store.upkeep import AuditEvent, Job
from matching.vocabulary import BatchState, ImportKind, JobState, Source
from tests.conftest import KEY
from tests.importing import csv_bytes
from tests.web.doors import account
from web import import_jobs, settings, uploads, worker

NOON = datetime(2013, 11, 4, 12, tzinfo=UTC)
HEADER = "identifiant;nom;prenom;date_naissance;quartier"
LISTE = csv_bytes(
    HEADER,
    "A-1;Morel;Inès;14/05/1993;nord",
    "A-2;Benali;Karim;02/03/1992;etouvie",
    "A-3;Petit;Léa;demain;nord",
)


@pytest.fixture
def base(empty_database_url, monkeypatch):
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-04")
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        account(session, "importer")
    yield made
    made.dispose()


def receive(base, data=LISTE, *, at=None, **changes):
    """A file as the page receives it; returns its batch."""
    from matching.store.accounts import User

    chosen = settings.load()
    name = uploads.keep(chosen, data)
    with base.transaction() as session:
        user = session.query(User).first()
        facts = {
            "kind": ImportKind.YOUNG_PEOPLE, "source": Source.OTHER, "file_name": "liste.csv",
            "sha256": uuid.uuid5(uuid.NAMESPACE_OID, repr(data)).hex * 2, "upload": name,
            "options": {"nomenclature": "2019", "sheet": None}, "agency_id": user.agency_id, "actor_id": user.id,
            "at": at or clock.now(), **changes,
        }  # fmt: skip
        return flows.receive(session, **facts)


def again(base, batch):
    with base.reading() as session:
        return session.scalars(sa.select(ImportBatch).where(ImportBatch.id == batch.id)).one()


def job_of(base, batch):
    with base.reading() as session:
        return session.scalars(sa.select(Job).where(Job.id == again(base, batch).job_id)).one()


def run(base, batch, handlers=worker.HANDLERS):
    return worker.execute(base, settings.load(), job_of(base, batch).public_id, handlers)


def confirm(base, batch):
    with base.transaction() as session:
        own = session.scalars(sa.select(ImportBatch).where(ImportBatch.id == batch.id)).one()
        flows.confirm(session, own, actor_id=own.actor_id, at=clock.now())


def confirmed(base, data=LISTE):
    """A batch whose application waits for the worker."""
    batch = receive(base, data)
    assert run(base, batch) is JobState.DONE
    confirm(base, batch)
    return batch


def count(base, model, *conditions):
    with base.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions))


def folder():
    return sorted(os.listdir(uploads.folder(settings.load())))


def quiet(*_):
    """Progress that nobody looks at."""


def test_a_file_is_checked_then_applied_and_its_lines_are_told(base):
    batch = receive(base)
    assert run(base, batch) is JobState.DONE
    seen = again(base, batch)
    assert seen.state is BatchState.CHECKED
    assert seen.counts == {"rows_read": 3, "created": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    with base.reading() as session:
        rows = session.scalars(sa.select(ImportRow).order_by(ImportRow.line)).all()
    assert [(row.line, str(row.outcome), row.label) for row in rows] == [
        (2, "created", "Morel Inès"), (3, "created", "Benali Karim"), (4, "rejected", "Petit Léa"),
    ]  # fmt: skip
    assert rows[0].changes["birth_date"] == [None, "1993-05-14"]
    assert [problem["code"] for problem in rows[2].problems] == ["bad-date"]
    assert count(base, Person) == 0

    confirm(base, batch)
    assert run(base, batch) is JobState.DONE
    seen = again(base, batch)
    assert (seen.state, seen.applied_on) == (BatchState.APPLIED, date(2013, 11, 4))
    with base.reading() as session:
        rows = session.scalars(sa.select(ImportRow).order_by(ImportRow.line)).all()
    assert [(row.line, row.person_id is not None) for row in rows] == [(2, True), (3, True), (4, False)]
    assert count(base, Person) == 2


def test_applying_twice_writes_once(base):
    batch = confirmed(base)
    arguments = job_of(base, batch).arguments
    for _ in range(2):
        import_jobs.apply(base, settings.load(), arguments, quiet)
    import_jobs.look(base, settings.load(), arguments, quiet)
    assert count(base, Person) == 2 and count(base, ImportRow) == 3
    assert count(base, AuditEvent, AuditEvent.action == "import.applied") == 1
    assert count(base, Job, Job.kind == "match") == 1


@pytest.mark.parametrize("step", ["look", "apply"])
def test_a_worker_that_dies_after_the_effect_and_before_its_word_changes_nothing_twice(
    base, step, monkeypatch
):
    batch = receive(base) if step == "look" else confirmed(base)

    class Killed(BaseException):
        pass

    def handler(*how):
        getattr(import_jobs, step)(*how)
        raise Killed

    with pytest.raises(Killed):
        run(base, batch, {"import-check": handler, "import-apply": handler})
    job = job_of(base, batch)
    assert job.state is JobState.RUNNING
    assert run(base, batch) is None  # its lease still runs
    later = clock.now() + jobs.LEASE + timedelta(seconds=1)
    with base.reading() as session:
        assert list(jobs.lost(session, at=later)) == [job.public_id] or step == "apply"
    monkeypatch.setattr(clock, "now", lambda: later)
    assert run(base, batch) is JobState.DONE
    assert again(base, batch).state is (BatchState.CHECKED if step == "look" else BatchState.APPLIED)
    assert count(base, Person) == (0 if step == "look" else 2)
    assert count(base, ImportRow) == 3


@pytest.mark.parametrize("when", ["read", "check", "plan", "write"])
def test_a_worker_that_dies_before_it_writes_leaves_all_to_the_next(base, when, monkeypatch):
    rows = STEP if when == "check" else 2  # rows are told by the hundred
    people = (f"N-{row};Morel {row};Inès;14/05/1993;nord" for row in range(rows))
    batch = confirmed(base, csv_bytes(HEADER, *people))

    class Killed(BaseException):
        pass

    def handler(database, chosen, arguments, progress):
        def watched(done, total, step=None):
            if step == when:
                raise Killed

        import_jobs.apply(database, chosen, arguments, watched)

    with pytest.raises(Killed):
        run(base, batch, {"import-apply": handler})
    assert count(base, Person) == 0 and again(base, batch).state is BatchState.APPLYING
    later = clock.now() + jobs.LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert run(base, batch) is JobState.DONE
    assert count(base, Person) == rows


def test_of_two_workers_on_one_batch_one_writes(base):
    batch = confirmed(base)
    arguments = job_of(base, batch).arguments
    together = threading.Barrier(2, timeout=30)
    said = []

    def work():
        def tell(done, total, step=None):
            if step == "write":
                together.wait()

        said.append(import_jobs.apply(base, settings.load(), arguments, tell))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(said) == 2 and len(set(said)) == 2
    assert count(base, Person) == 2
    assert count(base, AuditEvent, AuditEvent.action == "import.applied") == 1


def test_stopped_while_it_is_read_an_application_waits_for_a_decision_again(base):
    batch = confirmed(base)

    def handler(database, chosen, arguments, progress):
        with database.transaction() as session:
            own = session.scalars(sa.select(ImportBatch)).one()
            flows.stop(
                session, own, session.scalars(sa.select(Job).where(Job.id == own.job_id)).one(), at=NOON
            )
        return import_jobs.apply(database, chosen, arguments, progress)

    assert run(base, batch, {"import-apply": handler}) is JobState.CANCELLED
    assert again(base, batch).state is BatchState.CHECKED and count(base, Person) == 0
    confirm(base, batch)
    assert run(base, batch) is JobState.DONE and count(base, Person) == 2


def test_abandoned_while_the_worker_reads_it_a_file_stays_abandoned(base):
    batch = receive(base)

    def handler(database, chosen, arguments, progress):
        def abandoned(done, total, step=None):
            if step == "plan":
                with database.transaction() as session:
                    own = session.scalars(sa.select(ImportBatch)).one()
                    uploads.delete_all(chosen, *flows.abandon(session, own, actor_id=None, at=NOON))

        return import_jobs.look(database, chosen, arguments, abandoned)

    run(base, batch, {"import-check": handler})
    assert again(base, batch).state is BatchState.ABANDONED
    assert count(base, ImportRow) == 0


def test_one_match_at_most_waits_after_several_imports(base):
    for data in (LISTE, csv_bytes(HEADER, "B-1;Caron;Léo;14/05/1993;nord")):
        batch = confirmed(base, data)
        assert run(base, batch) is JobState.DONE
    assert count(base, Job, Job.kind == "match", Job.state == JobState.WAITING) == 1


def test_a_file_that_changes_nobody_asks_for_no_match(base):
    data = csv_bytes("nom;rna;code_postal", "Club des cinq;W802001234;80080")
    batch = receive(base, data, kind=ImportKind.ASSOCIATIONS)
    run(base, batch)
    confirm(base, batch)
    assert run(base, batch) is JobState.DONE
    assert again(base, batch).state is BatchState.APPLIED
    assert count(base, Job, Job.kind == "match") == 0


def test_a_file_applied_before_only_adds_what_was_refused_then_to_that_import(base, monkeypatch):
    born = csv_bytes(HEADER, "A-1;Morel;Inès;14/05/1993;nord", "A-2;Petit;Léa;10/11/1999;nord")
    first = confirmed(base, born)
    assert run(base, first) is JobState.DONE
    assert again(base, first).counts["rejected"] == 1
    monkeypatch.setenv("PASSERELLE_TODAY", "2013-11-10")
    second = confirmed(base, born)
    assert again(base, second).counts["created"] == 1
    assert run(base, second) is JobState.DONE
    seen = again(base, second)
    assert seen.state is BatchState.REPEATED
    with base.reading() as session:
        shown = session.scalar(sa.select(ImportBatch.preview).where(ImportBatch.id == second.id))
    assert shown["earlier"]["ref"] == str(first.public_id)
    assert count(base, Person) == 2 and count(base, ImportRow, ImportRow.batch_id == first.id) == 2


def test_look_alikes_are_listed_by_name_and_kept_once(base):
    first = confirmed(base, csv_bytes(HEADER, "A-1;Morel;Inès;14/05/1993;nord"))
    run(base, first)
    second = confirmed(base, csv_bytes(HEADER, "A-7;Morel;Ines;14/05/1993;nord"))
    with base.reading() as session:
        shown = session.scalar(sa.select(ImportBatch.preview).where(ImportBatch.id == second.id))
    assert [(pair["row"], pair["label"], pair["other"]) for pair in shown["pairs"]] == [
        (2, "Morel Ines", "Morel Inès")
    ]
    run(base, second)
    assert count(base, PossibleDuplicate) == 1


def test_columns_that_are_not_known_are_not_kept_in_the_base(base):
    batch = receive(
        base, csv_bytes(HEADER + ";nationalite;note", "A-1;Morel;Inès;14/05/1993;nord;belge;secrète")
    )
    run(base, batch)
    with base.reading() as session:
        kept = repr(session.execute(sa.select(ImportBatch.preview, ImportBatch.counts)).all())
        kept += repr(session.execute(sa.select(ImportRow.changes, ImportRow.problems)).all())
    assert "belge" not in kept and "secrète" not in kept


# --- states

ACTIONS = ("show", "confirm", "take_back", "lock", "abandon")
#: action -> states it starts from
STARTS = {
    "show": {BatchState.RECEIVED},
    "confirm": {BatchState.CHECKED},
    "take_back": {BatchState.APPLYING},
    "lock": {BatchState.APPLYING},
    "abandon": {BatchState.RECEIVED, BatchState.CHECKED},
}


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


def test_a_base_with_imports_of_before_is_upgraded_with_all_it_holds(empty_database_url):
    made = open_database(empty_database_url, KEY)
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
