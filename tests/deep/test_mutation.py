"""Small faults put into the rules are noticed by the tests that are about them (quality gate: 80 % of them)."""

import json
import subprocess
import sys

import pytest

#: Mutants a module, drawn by the seed; seconds after which no more are started.
SHARE, SEED, BUDGET = 15, 2013, 480
WANTED = 0.80


@pytest.mark.deep
def test_four_faults_of_five_are_noticed():
    program = [sys.executable, "tests/deep/mutants.py"]
    options = ["--share", str(SHARE), "--seed", str(SEED), "--budget", str(BUDGET)]
    done = subprocess.run([*program, *options], capture_output=True, text=True, check=False)
    print(f"\n{done.stdout}", flush=True)
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    run = sum(module["run"] for module in said["modules"].values())
    noticed = sum(module["noticed"] for module in said["modules"].values())
    assert run >= said["drawn"] * 0.5, "the budget was too short to say anything"
    assert noticed >= WANTED * run
    for name, module in said["modules"].items():
        assert module["noticed"] >= (WANTED - 0.2) * module["run"], name
