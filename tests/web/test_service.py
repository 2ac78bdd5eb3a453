"""`passerelle run` as an operator meets it: one command, a free port, a clean end."""

import contextlib
import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    return {**clean, "PASSERELLE_DATA_DIR": str(tmp_path / "var"), "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """The data folder of somebody who imported one employer and nobody else."""
    folder = tmp_path_factory.mktemp("own")
    file = folder / "employeurs.csv"
    file.write_text("nom;code_postal\nJardinerie des Lilas;80000\n", encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "web.cli", "import", "employeurs", str(file)],
        env={**os.environ, "PASSERELLE_DATA_DIR": str(folder / "var")}, check=True, capture_output=True,
    )  # fmt: skip
    return folder / "var"


@pytest.fixture
def own_base(made_once, tmp_path):
    shutil.copytree(made_once, tmp_path / "var")


def begin(environment, *command):
    """Start in a group of its own, as a terminal does, and wait for the address."""
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT,
        start_new_session=True,
    )  # fmt: skip
    seen = []
    for line in process.stdout:
        seen.append(line)
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
            return process, int(found[1]), seen
    raise AssertionError("".join(seen))


def start(environment, *arguments):
    return begin(environment, sys.executable, "-m", "web.cli", *arguments)


def make_run(environment, port):
    """`make run` on the installation that runs the tests: nothing is installed."""
    folder = Path(sys.executable).parent
    return begin(environment, "make", "-o", ".venv/run", f"BIN={folder}", "run", f"PORT={port}")


def page(port, path="/"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return answer.read().decode()


def gone(pid):
    """Whether the process has ended; waits for it, the kernel tells when."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    try:
        return bool(poller.poll(30_000))
    finally:
        os.close(handle)


def children(pid):
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(each) for each in found.stdout.split()]


@pytest.fixture
def busy_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_command_serves_and_ends_cleanly(environment, busy_port, ending):
    process, port, seen = start(environment, "run", "--port", str(busy_port))
    try:
        assert port != busy_port
        assert any(f"{busy_port} est occupé" in line for line in seen)
        workers = children(process.pid)
        assert len(workers) == 1
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as answer:
            assert answer.status == 200
            assert "Python" not in answer.headers["Server"]
    finally:
        os.kill(process.pid, ending)
    rest, _ = process.communicate(timeout=40)
    assert process.returncode == 0
    assert "Traceback" not in rest and "arrêté" in rest
    assert gone(workers[0])


@pytest.mark.parametrize(
    ("ending", "whole_group"), [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGTERM, False)]
)
def test_make_run_ends_all_it_started_however_it_is_told(
    own_base, environment, busy_port, ending, whole_group
):
    process, port, _ = make_run(environment, busy_port)
    try:
        (served,) = children(process.pid)
        (worker,) = children(served)
        assert "<h1>Connexion</h1>" in page(port)
        (os.killpg if whole_group else os.kill)(process.pid, ending)
        rest, _ = process.communicate(timeout=40)
        assert "Traceback" not in rest
        assert process.returncode in (2, -ending)
        assert gone(served) and gone(worker)
    finally:
        with contextlib.suppress(ProcessLookupError):  # a failed test leaves no service behind
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(40)
        process.stdout.close()


def test_a_second_make_run_takes_another_port_and_leaves_the_base_alone(
    own_base, environment, busy_port, tmp_path
):
    before = content(tmp_path)
    first, port, _ = make_run(environment, busy_port)
    second, other, seen = make_run(environment, port)
    try:
        assert other != port and any(f"{port} est occupé" in line for line in seen)
        for each in (port, other):
            assert "<h1>Connexion</h1>" in page(each)
    finally:
        for process in (first, second):
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=40)
    assert content(tmp_path) == before


def test_a_worker_whose_parent_is_killed_goes_too(environment, busy_port):
    process, _, _ = start(environment, "run", "--port", str(busy_port))
    (worker,) = children(process.pid)
    process.kill()
    process.communicate()
    assert gone(worker)  # its input closes with the parent


def test_a_service_whose_worker_is_gone_says_so_and_stops(environment, busy_port):
    process, _, _ = start(environment, "run", "--port", str(busy_port))
    (worker,) = children(process.pid)
    os.kill(worker, signal.SIGKILL)
    rest, _ = process.communicate(timeout=40)
    assert process.returncode == 1
    assert "Le travail de fond s'est arrêté" in rest and "Traceback" not in rest


def content(folder):
    """Every row of every table of the base in that folder; but for the rules of the day, which each start applies."""
    with contextlib.closing(sqlite3.connect(folder / "var" / "passerelle.db")) as base:
        own = re.compile(r'INSERT INTO "(clock_run|job|sqlite_sequence)"')
        return sorted(line for line in base.iterdump() if not own.match(line))
