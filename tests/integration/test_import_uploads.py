"""Files received by the web and read by a worker: each once, whatever dies when."""

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from importers import uploads as flows
from importers.checking import STEP
from matching import clock, jobs
from matching.store.engine import open_database
from matching.store.intake import ImportBatch, ImportRow, PossibleDuplicate
from matching.store.migrate import upgrade
from matching.store.people import Person
from matching.store.upkeep import AuditEvent, Job
from matching.vocabulary import BatchState, ImportKind, JobState
from tests.conftest import KEY
from tests.importing import csv_bytes
from tests.integration.receiving import HEADER, LISTE, NOON, again, confirm, count, job_of, receive, run
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


def confirmed(base, data=LISTE):
    """A batch whose application waits for the worker."""
    batch = receive(base, data)
    assert run(base, batch) is JobState.DONE
    confirm(base, batch)
    return batch


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
