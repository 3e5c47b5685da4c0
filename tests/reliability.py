"""Write RELIABILITY.md from what the tests recorded: `reliability.py JUNIT.xml … > RELIABILITY.md`.

A test that tries a fault records what it tried, how often, what was lost and how it ended; only
what was tried and passed comes into the table.
"""

import os
import platform
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import UTC, datetime

from tabulate import tabulate

HEAD = """# What was tried

Every row is a test with real processes, signals and files, which passed on the day that stands
below. Losing a run in training means that it is trained again when the command is repeated;
results that were stored are never lost, except where a row says so. In the storms `group` is a
driver with all its workers at once, `step` a driver at a chosen SQL statement or change of a
weights file, `pair` two drivers on one store, one after the other.

"""

HOSTILE = """
## What a stranger could send

Real files changed by Hypothesis, in ways without number: each example is read, or refused in one
sentence. None ended in a traceback, took more than two seconds or a gibibyte, or changed a file
outside of its folder ([SECURITY.md](SECURITY.md) says what is trusted).

"""

COLUMNS = {"fault": "fault", "times": "times", "lost": "lost", "ended": "what happened"}


def main(files: list[str]) -> None:
    """Print the document."""
    cases = [case for file in files for case in ET.parse(file).iter("testcase")]  # noqa: S314
    rows = [row for case in cases if (row := _row(case, "fault"))]
    table = [[row.get(name, "") for name in COLUMNS] for row in rows]
    print(HEAD + tabulate(table, list(COLUMNS.values()), "pipe", disable_numparse=True))
    print(
        f"\n{len(rows)} faults, {sum(int(row['times']) for row in rows)} times, on "
        f"{datetime.now(UTC):%Y-%m-%d}: Python {platform.python_version()}, {platform.system()} "
        f"{platform.release().partition('-')[0]}, {os.cpu_count()} cores. `make reliability` "
        f"tries them again and writes this file."
    )
    tried = Counter()
    for case in cases:
        row = _row(case, "hostile")
        if row:
            tried[row["hostile"]] += int(row["times"])
    if tried:
        table = [[kind, f"{times:,}".replace(",", " ")] for kind, times in tried.items()]
        print(HOSTILE + tabulate(table, ["what", "times"], "pipe", colalign=("left", "right")))


def _row(case: ET.Element, kind: str) -> dict[str, str] | None:
    """Give what a test that passed has recorded of a kind: `fault` or `hostile`."""
    if any(case.find(outcome) is not None for outcome in ("failure", "error", "skipped")):
        return None
    found = {one.get("name"): one.get("value") for one in case.iter("property")}
    if kind not in found:
        return None
    return {"ended": "repeating the command ends as if nothing had been", **found}


if __name__ == "__main__":
    main(sys.argv[1:])
