"""The same grid in other ways: every score and every predicted class, bit for bit."""

import random
import subprocess
import sys

import pytest

from tunegrid import run_grid
from tunegrid.running import driver
from tunegrid.store.store import Store

GRID = {
    "experiments": "two-layer", "where": "layerdense <= 32", "epochs": 2, "train_size": 1000,
}  # fmt: skip
RUNS = 4


def content(folder):
    """Give all epochs and predictions of a store."""
    with Store(folder) as store:
        return [
            tuple(row)
            for table in ("epoch", "prediction")
            for row in store.rows(f"SELECT * FROM {table} ORDER BY run, 2")  # noqa: S608
        ]


@pytest.fixture(scope="module")
def one_by_one(fashion_mnist, tmp_path_factory):
    """What one worker makes of the grid."""
    store = tmp_path_factory.mktemp("one") / "store"
    run_grid("kh2021", **GRID, workers=1, store=store)
    found = content(store)
    assert len(found) == RUNS * (2 + 2)
    return found


@pytest.mark.parametrize("workers", [pytest.param(2, marks=pytest.mark.long), 4])
def test_the_number_of_workers_changes_nothing(one_by_one, tmp_path, workers):
    """Two at once, or four on two cores."""
    run_grid("kh2021", **GRID, workers=workers, store=tmp_path)
    assert content(tmp_path) == one_by_one


def test_the_order_of_runs_changes_nothing(one_by_one, tmp_path, monkeypatch):
    """A run is the same whichever its worker has trained before."""
    shuffled = random.Random(8)
    monkeypatch.setattr(driver, "longest_first", lambda runs: shuffled.sample(runs, len(runs)))
    run_grid("kh2021", **GRID, workers=2, store=tmp_path)
    assert content(tmp_path) == one_by_one


def test_a_kill_and_a_repetition_change_nothing(one_by_one, tmp_path):
    """The driver gets SIGKILL when a run is done; the command is given again."""
    command = [
        sys.executable, "-m", "tunegrid", "run", "kh2021", "--experiment", GRID["experiments"],
        "--where", GRID["where"], "--epochs", "2", "--train-size", "1000",
        "--workers", "2", "--store", str(tmp_path),
    ]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as killed:
        next(line for line in killed.stderr if line.startswith("[1/4]"))
        killed.kill()
    again = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "3 to train" in again.stderr or "2 to train" in again.stderr
    assert content(tmp_path) == one_by_one
