"""S6: tables over 10 000 runs, as commands from start to end; a store of 100 000 runs.

The runs are invented: what is measured is reading and writing, which does not ask who trained.
"""

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from work import GRID, STUDY

from tunegrid.plan.grid import configurations
from tunegrid.plan.plans import PlannedRun, plan
from tunegrid.plan.runs import Epoch, RunResult, Scored
from tunegrid.store.store import Store
from tunegrid.study.study import load_study

RUNS, MANY = 10_000, 100_000
COMMANDS = {
    "tune-grid results": ["results", STUDY],
    "tune-grid table": ["table", STUDY, "--experiment", ",".join(GRID)],
    "tune-grid status": ["status", STUDY],
}


def measure() -> dict[str, float]:
    """Give seconds: of each command over 10 000 runs, of opening and planning with 100 000."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small", Path(folder) / "large"
        _fill(small, RUNS)
        for name, words in COMMANDS.items():
            command = [sys.executable, "-m", "tunegrid", *words, "--store", str(small)]
            found[f"{name}, {RUNS} runs"] = min(_seconds(lambda c=command: _run(c)) for _ in "123")
        _fill(large, MANY, results=False)
        found[f"open, {MANY} runs"] = _seconds(lambda: _open(large))
        found[f"plan again, {MANY} runs"] = _seconds(lambda: _plan_again(large))
    return found


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ))


def _plan(count: int) -> list[PlannedRun]:
    """Plan at least so many runs of the grid, and give so many."""
    chosen = configurations(load_study(STUDY), experiments=GRID)
    return plan(chosen, seeds=-(-count // len(chosen)))[:count]


def _plan_again(folder: Path) -> None:
    """Do what `run` does before it trains: plan, write the plan, ask what is missing."""
    planned = _plan(MANY)
    with Store(folder, write=True) as store:
        store.add_plan(load_study(STUDY), planned)
        outcomes = store.outcomes(one.key for one in planned)
    if len(outcomes) != MANY or None in outcomes.values():
        raise SystemExit("The store lacks runs that were put into it.")


def _open(folder: Path) -> None:
    with Store(folder, write=True):
        pass


def _fill(folder: Path, count: int, *, results: bool = True) -> None:
    """Store a plan whose runs are done, with invented results or, to save minutes, without."""
    planned, draw = _plan(count), np.random.default_rng(1)
    with Store(folder, write=True) as store:
        store.add_plan(load_study(STUDY), planned)
        if not results:
            with store.transaction() as cursor:
                cursor.execute("UPDATE run SET outcome = 'done', seconds = 1")
            return
        for one, accuracy in zip(planned, draw.uniform(0.85, 0.92, count), strict=True):
            epochs = tuple(itertools.repeat(Epoch(0.4, 0.85, 0.4, float(accuracy)), 20))
            scored = Scored(0.4, float(accuracy), bytes(10_000))
            result = RunResult(epochs, 1, scored, scored, 1.0, 1, {"threads": 1})
            store.finish(store.claim(one.key), result)
