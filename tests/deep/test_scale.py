"""What must hold at sizes too long for every run."""

import resource
import subprocess
import sys

import pytest


@pytest.mark.deep
def test_a_large_demo_is_streamed(tmp_path):
    """200,000 people are written without holding them: the child's memory stays under 200 MB."""
    script = (
        "from pathlib import Path; from datetime import date; import sys; from web.demo.write import write\n"
        "write(Path(sys.argv[1]), people=200_000, offers=500, seed=1, today=date(2013, 11, 4))"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "d")], check=True)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 200 * 1024
