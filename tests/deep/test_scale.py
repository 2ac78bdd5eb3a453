"""What must hold at sizes too long for every run: memory, never time (the machine is not ours alone)."""

import itertools
import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.deep

#: Runs a command and says the most memory it held, in MiB, as the last line of its standard error.
MEASURED = (
    "import resource, sys; from web import cli; status = cli.status(sys.argv[1:]); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr); sys.exit(status)"
)
PEOPLE, OFFERS = 100_000, 2_000
#: What one file may hold (imports.md).
ROWS = 20_000


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PASSERELLE_")}
    return {**clean, "PASSERELLE_DATA_DIR": str(tmp_path_factory.mktemp("scale") / "var")}


def run(environment, *arguments):
    """(standard output, MiB at most)."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *map(str, arguments)], env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    most = int(done.stderr.splitlines()[-1])
    print(f"\n{' '.join(map(str, arguments[:2]))}: {most} MiB", flush=True)
    return done.stdout, most


@pytest.fixture(scope="module")
def files(environment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files") / "demo"
    _, most = run(environment, "demo", "write", folder, "--people", PEOPLE, "--offers", OFFERS, "--seed", 1)
    assert most < 100, "the demo is streamed: it holds nobody but the one it writes"
    return folder


def parts(file, rows):
    """The file cut as its refusal says (20,000 rows a file), each part with the header."""
    with file.open(encoding="utf-8-sig") as lines:
        header, number = next(lines), 0
        while part := list(itertools.islice(lines, rows)):
            number += 1
            made = file.with_name(f"{file.stem}-{number}.csv")
            made.write_text(header + "".join(part), encoding="utf-8")
            yield made


def test_100_000_people_are_imported_and_matched_within_memory(environment, files):
    for kind in ("associations", "employeurs", "offres", "jeunes"):
        for part in parts(files / f"{kind}.csv", ROWS):
            said, most = run(environment, "import", kind, part, "--today", "2013-11-04", "--json")
            assert json.loads(said)["rejected"] == 0
            assert most < 600
    said, most = run(environment, "match", "--today", "2013-11-04", "--json")
    document = json.loads(said)
    assert document["candidates"] > 0.9 * PEOPLE
    assert document["candidates_without_offer"] == []
    assert most < 2_500
