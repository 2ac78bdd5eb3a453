"""Runs the suite area by area on two processes and prints each area's time beside its budget.

A budget is a promise about the whole (under 10 minutes on two cores), not an assertion: a slow machine says "over",
it does not fail. Any failing test fails the run; extra arguments go to pytest.
"""

import subprocess
import sys
import time
from pathlib import Path

#: area -> seconds on two cores
BUDGETS = {"unit": 60, "property": 60, "integration": 150, "web": 180, "browser": 150}
#: pytest's "no tests were collected"
NOTHING = 5


def main(arguments: list[str]) -> int:
    here = Path(__file__).parent
    failed, spent = [], {}
    for area in BUDGETS:
        if not any((here / area).rglob("test_*.py")):
            continue
        print(f"== {area} (budget {BUDGETS[area]} s)", flush=True)
        began = time.monotonic()
        status = subprocess.call(
            [
                sys.executable,
                "-m",
                "pytest",
                "-n",
                "2",
                "--dist",
                "loadfile",
                "-m",
                "not deep",
                "-rs",
                str(here / area),
                *arguments,
            ]
        )
        spent[area] = time.monotonic() - began
        if status not in (0, NOTHING):
            failed.append(area)
    print("\narea          seconds   budget")
    for area, seconds in spent.items():
        mark = "  over" if seconds > BUDGETS[area] else ""
        print(f"{area:<12} {seconds:>8.1f} {BUDGETS[area]:>8}{mark}")
    print(f"{'in all':<12} {sum(spent.values()):>8.1f} {600:>8}")
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
