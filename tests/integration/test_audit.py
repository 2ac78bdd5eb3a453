"""The trail on both databases (S3): whatever is done to it behind Passerelle's back shows, and writers never fork it."""

import contextlib
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from matching import audit
from matching.store.engine import open_database
from matching.store.migrate import upgrade
from matching.store.seal import Seal
from matching.store.upkeep import AuditEvent
from tests import build
from tests.conftest import KEY
from web import cli

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def trail(empty_database_url):
    """A base of one's own with five events: what breaks its trail is not undone."""
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    with made.transaction() as session:
        actor = build.user(session).id
        for number in range(5):
            write(session, number, actor)
    yield made
    made.dispose()


def write(session, number, actor=None):
    return audit.append(
        session, at=AT + timedelta(seconds=number), actor_id=actor, action="person.read", subject_kind="person",
        subject_id=f"p{number}", details={"fields": ["phone", "é"], "n": number},
    )  # fmt: skip


def behind(database, *statements):
    """What somebody with the base in their hands does: the triggers are theirs too."""
    with database.engine.begin() as connection:
        for act in ("update", "delete"):
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"DROP TRIGGER audit_event_no_{act} ON audit_event")
            else:
                connection.exec_driver_sql(f"DROP TRIGGER audit_event_no_{act}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def verdict(database):
    with database.reading() as session:
        return audit.verify(session)


def test_a_chain_left_alone_holds(trail):
    assert verdict(trail) == audit.Verdict(5, None)
    with trail.transaction() as session:
        write(session, 6)
    assert verdict(trail).holds


def test_an_empty_trail_holds(empty_database_url):
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    assert verdict(made) == audit.Verdict(0, None)
    made.dispose()


SWAP = [
    "UPDATE audit_event SET id = 100 WHERE id = 2",
    "UPDATE audit_event SET id = 2 WHERE id = 3",
    "UPDATE audit_event SET id = 3 WHERE id = 100",
]
COPY = (
    "INSERT INTO audit_event (id, at, actor_id, action, subject_kind, subject_id, details, chain) "
    "SELECT {id}, at, actor_id, action, subject_kind, subject_id, details, {chain} FROM audit_event WHERE id = 2"
)


@pytest.mark.parametrize(
    ("statements", "first"),
    [
        (["UPDATE audit_event SET action = 'person.edited' WHERE id = 3"], 3),
        (["UPDATE audit_event SET actor_id = NULL WHERE id = 1"], 1),
        (["UPDATE audit_event SET subject_id = 'p9' WHERE id = 5"], 5),
        (["UPDATE audit_event SET details = '{}' WHERE id = 4"], 4),
        (["UPDATE audit_event SET at = '2026-11-24 09:00:09' WHERE id = 2"], 2),
        (["UPDATE audit_event SET chain = 'x' WHERE id = 2"], 2),
        (["DELETE FROM audit_event WHERE id = 1"], 2),
        (["DELETE FROM audit_event WHERE id = 3"], 4),
        ([COPY.format(id=6, chain="'y'")], 6),
        (["UPDATE audit_event SET id = 7 WHERE id = 5", COPY.format(id=5, chain="'y'")], 5),
        (SWAP, 2),
        (["DELETE FROM audit_event WHERE id = 5"], 5),
        (["DELETE FROM audit_event WHERE id > 2"], 3),
        (["DELETE FROM audit_event"], 1),
        (["DELETE FROM audit_event WHERE id = 5", "DELETE FROM audit_head"], 5),
        (["DELETE FROM audit_event WHERE id = 5", "UPDATE audit_head SET last_id = 4"], 5),
    ],
    ids=["action", "actor", "subject", "details", "instant", "chain", "first gone", "middle gone", "one added",
         "one slipped in", "two swapped", "last gone", "cut short", "emptied", "head gone", "head moved"],
)  # fmt: skip
def test_what_was_done_behind_its_back_is_named(trail, statements, first):
    behind(trail, *statements)
    assert verdict(trail).broken == first


def test_without_the_key_no_event_can_be_signed_again(trail):
    """Somebody who knows the code and not the key signs the changed event, and all after it, with a key of theirs."""
    behind(trail, "UPDATE audit_event SET subject_id = 'p9' WHERE id = 2")
    forged = open_database(
        trail.engine.url.render_as_string(hide_password=False), b"another key of 32 bytes, or more"
    )
    with forged.transaction() as session:
        previous = session.scalar(sa.select(AuditEvent.chain).where(AuditEvent.id == 1))
        for event in session.scalars(sa.select(AuditEvent).where(AuditEvent.id > 1).order_by(AuditEvent.id)):
            event.chain = previous = audit._signed(session, previous, event)
    forged.dispose()
    assert verdict(trail).broken == 2
    assert Seal(KEY).sign(b"x") != Seal(b"another key of 32 bytes, or more").sign(b"x")


def test_an_act_that_fails_leaves_no_event(trail):
    with contextlib.suppress(RuntimeError), trail.transaction() as session:
        write(session, 6)
        raise RuntimeError
    assert verdict(trail) == audit.Verdict(5, None)


def test_fifty_writers_at_once_make_one_chain(empty_database_url):
    made = open_database(empty_database_url, KEY)
    upgrade(made.engine)
    failed = []

    def one(number):
        try:
            with made.transaction() as session:
                write(session, number)
        except Exception as fault:
            failed.append(fault)

    writers = [threading.Thread(target=one, args=(number,)) for number in range(50)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    assert verdict(made) == audit.Verdict(50, None)
    with made.reading() as session:
        assert len(set(session.scalars(sa.select(AuditEvent.subject_id)))) == 50
    made.dispose()


def test_the_command_names_the_first_broken_event(trail, monkeypatch, capsys):
    monkeypatch.setenv("PASSERELLE_DATABASE_URL", trail.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PASSERELLE_DATA_KEY", KEY.decode())
    assert cli.status(["audit", "verify"]) == cli.DONE
    assert "5 lignes" in capsys.readouterr().out
    behind(trail, "DELETE FROM audit_event WHERE id = 2")
    assert cli.status(["audit", "verify"]) == cli.REFUSED
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "ligne 3" in err
