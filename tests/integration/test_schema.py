"""The schema holds its promises by itself, on both databases."""

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, IntegrityError

from matching.store import migrate
from matching.store.engine import PRAGMAS, open_database
from matching.store.tables import metadata
from tests.conftest import KEY


def test_migrations_build_exactly_the_tables_of_the_models(database):
    with database.engine.begin() as connection:
        command.check(migrate.config(connection))


def test_upgrading_twice_changes_nothing(empty_database_url):
    made = open_database(empty_database_url, KEY)
    assert migrate.upgrade(made.engine) is True
    assert migrate.upgrade(made.engine) is False
    made.dispose()


def test_each_earlier_revision_can_be_upgraded(empty_database_url):
    made = open_database(empty_database_url, KEY)
    revisions = [script.revision for script in ScriptDirectory.from_config(migrate.config()).walk_revisions()]
    for revision in reversed(revisions):
        migrate.upgrade(made.engine, revision)
        assert migrate.current(made.engine) == revision
    assert migrate.at_head(made.engine)
    made.dispose()


def test_every_column_says_what_personal_data_it_holds():
    for table in metadata.tables.values():
        for column in table.columns:
            assert column.info.get("pd") in {"none", "pseudonym", "personal", "sensitive"}, column
            assert column.info.get("purpose"), column
            assert column.info.get("keep"), column


def test_every_foreign_key_is_indexed_and_refuses_to_lose_its_target():
    for table in metadata.tables.values():
        unique = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
        firsts = {next(iter(index.columns)).name for index in (*table.indexes, *unique)}
        firsts |= {column.name for column in table.columns if column.unique}
        for key in table.foreign_keys:
            assert key.ondelete == "RESTRICT", key
            assert key.parent.name in firsts, f"{table.name}.{key.parent.name}"


@pytest.mark.parametrize(
    "wrong",
    [
        "INSERT INTO agency (name, kind) VALUES ('A', 'bakery')",
        "INSERT INTO zone (local_id, kind, name, insee_codes, valid_from, valid_to) "
        "VALUES ('z', 'ZUS', 'Z', '[]', '2014-01-01', '2013-01-01')",
        "INSERT INTO organisation (public_id, siret, name, name_key, version) "
        "VALUES ('00000000000000000000000000000001', '123', 'O', 'o', 1)",
        "INSERT INTO subsidy (organisation_id, year) VALUES (424242, 2013)",
    ],
)
def test_raw_sql_cannot_break_an_invariant(session, wrong):
    with pytest.raises(IntegrityError):
        session.execute(sa.text(wrong))


def test_the_audit_trail_can_be_neither_changed_nor_emptied(session):
    session.execute(
        sa.text(
            "INSERT INTO audit_event (at, action, subject_kind, details, chain) "
            "VALUES ('2013-11-04 08:00:00+00:00', 'read', 'person', '{}', 'c')"
        )
    )
    for rewrite in ("UPDATE audit_event SET action = 'x'", "DELETE FROM audit_event"):
        with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
            session.execute(sa.text(rewrite))


def test_sqlite_connections_carry_the_pragmas(sqlite_database):
    expected = {"WAL": "wal", "FULL": 2, "ON": 1, "OFF": 0, "MEMORY": 2, "5000": 5000}
    with sqlite_database.reading() as session:
        for pragma, value in PRAGMAS.items():
            assert session.execute(sa.text(f"PRAGMA {pragma}")).scalar() == expected[value], pragma


def test_a_sealed_value_opens_with_its_own_key_only():
    from matching.errors import Unavailable
    from matching.store.seal import Seal

    sealed = Seal(KEY).close("oui")
    assert b"oui" not in sealed
    assert Seal(KEY).open(sealed) == "oui"
    with pytest.raises(Unavailable):
        Seal(b"another key").open(sealed)
