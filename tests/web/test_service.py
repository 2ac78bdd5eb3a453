"""`passerelle run` as an operator meets it: one command, a free port, a clean end."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest


@pytest.fixture
def environment(tmp_path):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    return {**clean, "PASSERELLE_DATA_DIR": str(tmp_path / "var"), "PYTHONUNBUFFERED": "1"}


def start(environment, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-m", "web.cli", *arguments], env=environment, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    seen = []
    for line in process.stdout:
        seen.append(line)
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
            return process, int(found[1]), seen
    raise AssertionError("".join(seen))


def children(pid):
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(each) for each in found.stdout.split()]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def busy_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
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
    assert "Traceback" not in rest
    assert not alive(workers[0])


def test_a_worker_whose_parent_is_killed_goes_too(environment):
    process, _, _ = start(environment, "run", "--port", "18431")
    (worker,) = children(process.pid)
    process.kill()
    process.communicate()
    # Its input closes with the parent: the process ends by itself; the kernel tells when.
    handle = os.pidfd_open(worker) if alive(worker) else None
    if handle is not None:
        import select

        poller = select.poll()
        poller.register(handle, select.POLLIN)
        assert poller.poll(30_000), "the worker outlived its parent"
        os.close(handle)
