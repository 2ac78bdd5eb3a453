"""`kill -9` at random instants: the base holds what it held before the command or what it holds after, never between.

Half of the instants fall anywhere in the life of the process, half while it writes (the journal file of SQLite has grown
to a random size). After each, the base is read as the next command would read it; now and then the command is simply
repeated, and ends where an undisturbed run ends. Reliability.md J2.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from matching.store.engine import open_database

pytestmark = pytest.mark.deep

KEY = "a data key for tests only, 32 bytes long"
#: What differs from run to run without meaning anything.
PASSING = ("public_id", "seconds", "code_version")


def run(folder, *arguments):
    """Start a command on the base in that folder."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")},
        "PASSERELLE_DATA_DIR": str(folder), "PASSERELLE_DATA_KEY": KEY, "TMPDIR": str(folder.parent),
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "web.cli", *map(str, arguments)], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(process):
    error = process.communicate(timeout=300)[1].decode()
    assert process.returncode == 0, error


def state(folder):
    """table -> (rows, digest of what they say)."""
    database = open_database(f"sqlite:///{folder}/passerelle.db", KEY.encode())
    found = {}
    try:
        tables = sa.MetaData()
        tables.reflect(database.engine)
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            for table in tables.sorted_tables:
                columns = [
                    column for column in table.columns
                    if column.name not in PASSING and not column.name.endswith("_at")
                    and not isinstance(column.type, sa.LargeBinary)
                ]  # fmt: skip
                rows = sorted(map(repr, connection.execute(sa.select(*columns))))
                found[table.name] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()[:12]
    finally:
        database.dispose()
    return found


def differences(one, other):
    return {name: (one[name][0], other[name][0]) for name in one if one[name] != other[name]}


def journal(folder):
    """Size of the write-ahead journal, which grows while a transaction writes."""
    try:
        return (folder / "passerelle.db-wal").stat().st_size
    except FileNotFoundError:
        return 0


def wait_while(process, condition):
    """Look a thousand times a second, until the condition ends or the process does."""
    while condition():
        try:
            process.wait(0.001)
        except subprocess.TimeoutExpired:
            continue
        return


def kill_many(before, tmp_path, command, times, repeat_every):
    """Kill `command` so often, each time on a fresh copy of `before`. Returns how often it ended before, after."""
    reference = tmp_path / "reference" / "var"
    shutil.copytree(before, reference)
    began, process, grown = time.monotonic(), run(reference, *command), 0
    while process.poll() is None:
        grown = max(grown, journal(reference))
        try:
            process.wait(0.001)
        except subprocess.TimeoutExpired:
            continue
    lasts = time.monotonic() - began
    finish(process)
    old, new = state(before), state(reference)
    assert differences(old, new), "the command changes nothing: nothing is tried"
    dice, seen, writing = Random(2013), {"before": 0, "after": 0}, 0
    for number in range(times):
        folder = tmp_path / f"try-{number}" / "var"
        shutil.copytree(before, folder)
        process = run(folder, *command)
        if number % 2:
            size = dice.uniform(0, grown)
            wait_while(process, lambda folder=folder, size=size: journal(folder) <= size)
        else:
            until = time.monotonic() + dice.uniform(0, lasts)
            wait_while(process, lambda until=until: time.monotonic() < until)
        writing += journal(folder) > 0
        process.kill()
        process.communicate()
        found = state(folder)
        assert found in (old, new), (differences(old, found), differences(found, new))
        seen["before" if found == old else "after"] += 1
        if found == old and number % repeat_every == 0:
            finish(run(folder, *command))
            assert not differences(state(folder), new)
        shutil.rmtree(folder.parent)
    print(f"\n{command[0]}: killed {times} times, {writing} while writing; {seen}", flush=True)
    assert seen["before"] and writing
    return seen


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "files"
    done = run(folder.parent, "demo", "write", folder, "--people", "600", "--offers", "60")
    finish(done)
    return folder


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty") / "var"
    finish(run(folder, "init"))
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo with the proposals of its day, some of them already decided."""
    folder = tmp_path_factory.mktemp("demo-base") / "var"
    finish(run(folder, "demo", "load", "--match"))
    return folder


def test_an_import_killed_at_50_instants_is_all_or_nothing(empty, files, tmp_path):
    command = ("import", "jeunes", files / "jeunes.csv", "--today", "2013-11-04")
    kill_many(empty, tmp_path, command, times=50, repeat_every=10)


def test_an_import_of_offers_too(empty, files, tmp_path):
    command = ("import", "offres", files / "offres.csv", "--today", "2013-11-04")
    kill_many(empty, tmp_path, command, times=8, repeat_every=4)


def test_a_match_run_killed_at_12_instants_leaves_the_former_proposals(demo, tmp_path):
    command = ("match", "--full", "--today", "2013-11-11")
    kill_many(demo, tmp_path, command, times=12, repeat_every=4)


def test_a_demo_killed_at_8_instants_leaves_the_base_empty(empty, tmp_path):
    command = ("demo", "load")
    kill_many(empty, tmp_path, command, times=8, repeat_every=4)


def test_nothing_is_left_beside_the_base(empty, files, tmp_path):
    """No staging file of an import outlives it, killed or not."""
    folder = tmp_path / "var"
    shutil.copytree(empty, folder)
    process = run(folder, "import", "jeunes", files / "jeunes.csv", "--today", "2013-11-04")
    wait_while(process, lambda: journal(folder) == 0)
    process.kill()
    process.communicate()
    state(folder)
    allowed = {"data_key", "secret_key", "passerelle.db", "passerelle.db-wal", "passerelle.db-shm"}
    assert {path.name for path in Path(folder).iterdir()} <= allowed
    assert [path.name for path in tmp_path.iterdir()] == ["var"]
