"""S8: the same grid with 1, 2 and 4 workers, and after a kill: how many runs are the same?

Scores, and the class of every test image, bit for bit. `tests/python/test_equality.py` shuffles
the order of the runs too.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from work import STUDY

from tunegrid.store.store import Store

ASKED = [
    "--experiment", "two-layer", "--where", "layerdense <= 64", "--epochs", "2",
    "--train-size", "6400",
]  # fmt: skip
WORKERS = (1, 2, 4)
KILLED_AFTER = "[2/"


def measure() -> dict[str, object]:
    """Train the grid in four ways; give how many runs each has, and in how many it differs."""
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for workers in WORKERS:
            store = Path(folder) / str(workers)
            subprocess.run(_command(store, workers), check=True, stderr=subprocess.DEVNULL)
            found[f"{workers} workers"] = _content(store)
        found["killed, then repeated"] = _killed(Path(folder) / "killed")
    first = found[f"{WORKERS[0]} workers"]
    return {
        name: {"runs": len(one), "different": sum(one[key] != first[key] for key in first)}
        for name, one in found.items()
    }


def _command(store: Path, workers: int) -> list[str]:
    how = ["--workers", str(workers), "--store", str(store)]
    return [sys.executable, "-m", "tunegrid", "run", STUDY, *ASKED, *how]


def _killed(store: Path) -> dict[str, str]:
    """Kill the driver when two runs are done, and repeat the command."""
    command = _command(store, 2)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as driver:
        for line in driver.stderr:
            if line.startswith(KILLED_AFTER):
                driver.kill()
                break
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return _content(store)


def _content(folder: Path) -> dict[str, str]:
    """Give a digest of each run's epochs and predictions."""
    digests = {}
    with Store(folder) as store:
        for (key,) in store.rows("SELECT key FROM run WHERE outcome = 'done'"):
            rows = [
                tuple(row)
                for table in ("epoch", "prediction")
                for row in store.rows(f"SELECT * FROM {table} WHERE run = '{key}' ORDER BY 2")  # noqa: S608
            ]
            digests[key] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return digests
