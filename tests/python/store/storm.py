"""A storm: drivers and workers of one grid are killed at random moments until it is enough.

Moments are drawn from a seed, in seconds and in finished runs, and what comes first counts. Where
a signal hits depends on the machine; what must hold afterwards does not.
"""

import contextlib
import csv
import itertools
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import psutil

from tunegrid import Progress, run_grid, verify_store
from tunegrid.store.store import Store

#: Twenty small two-layer models; a run of one epoch of 512 images takes half a second.
GRID = [
    {"layer1": one, "layer2": two, "kernel": 3, "layerdense": dense}
    for one, two, dense in itertools.product((2, 4), (2, 4), (4, 6, 8, 12, 16))
]
RUN = {"experiments": "two-layer", "epochs": 1, "train_size": 512}
KINDS = ("driver", "group", "worker", "step", "pair")

_LONGEST = 9.0  # seconds until a kill; a worker trains after four
_MOST_RUNS = 4  # finished runs until a kill, so that the grid outlasts the storm
_LAST_STEP = 120  # statements and changes of files since the first claim; a run has some twenty


class Storm:
    """Kills drivers of a grid, again and again, and then lets one end in peace.

    Attributes:
        kills: how many processes or groups got SIGKILL while they were at work, by kind.
        steps: the statements and changes of files at which `step` has killed a driver.
    """

    def __init__(self, folder: Path, rows: list[dict], seeds: int, *, seed: int) -> None:
        self.store = folder / "store"
        self.kills: Counter[str] = Counter()
        self.steps: list[str] = []
        self._random = random.Random(seed)
        self._log = folder / "log"
        self._grid = folder / "grid.csv"
        with self._grid.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        self._words = [
            "run", "kh2021", "--experiment", "two-layer", "--grid", str(self._grid),
            "--seeds", str(seeds), "--epochs", "1", "--train-size", "512",
            "--store", str(self.store),
        ]  # fmt: skip

    def rage(self, kills: int, kinds: tuple[str, ...] = KINDS) -> None:
        """Kill until it is enough, one kind after the other."""
        for kind in itertools.cycle(kinds):
            if self.kills.total() >= kills:
                return
            getattr(self, f"_{kind}")()

    def end(self) -> None:
        """Repeat the command until its end, which must be a good one."""
        done = subprocess.run(
            [sys.executable, "-m", "tunegrid", *self._words],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _driver(self) -> None:
        driver = self._start()
        self._wait(driver)
        self._kill("driver", driver)

    def _group(self) -> None:
        driver = self._start()
        self._wait(driver)
        self._kill("group", driver, *psutil.Process(driver.pid).children())

    def _worker(self) -> None:
        """Kill a worker under its driver, which goes on, and is asked to stop later."""
        driver = self._start()
        self._wait(driver)
        workers = psutil.Process(driver.pid).children()
        if workers and driver.poll() is None:
            self._random.choice(workers).kill()
            self.kills["worker"] += 1
        self._wait(driver)
        driver.terminate()
        driver.wait()

    def _step(self) -> None:
        step = self._random.randint(1, _LAST_STEP)
        script = Path(__file__).with_name("killed.py")
        driver = self._start([str(script), str(step)])
        workers = []
        while driver.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                workers = psutil.Process(driver.pid).children() or workers
            with contextlib.suppress(subprocess.TimeoutExpired):
                driver.wait(0.2)
        assert driver.returncode == -signal.SIGKILL
        self.steps.append(self._log.read_text(encoding="utf-8").rpartition("killed at: ")[2])
        self.kills["step"] += 1
        self._must_go(workers)

    def _pair(self) -> None:
        """Two drivers on one store; one is killed, the other goes on, and is killed later."""
        drivers = [self._start(workers=1), self._start(workers=1)]
        self._random.shuffle(drivers)
        for driver in drivers:
            self._wait(driver)
            self._kill("pair", driver)

    def _start(
        self, program: list[str] | None = None, *, workers: int | None = None
    ) -> subprocess.Popen:
        more = [] if workers is None else ["--workers", str(workers)]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *(program or ["-m", "tunegrid"]), *self._words, *more],
                stdout=log,
                stderr=log,
            )

    def _wait(self, driver: subprocess.Popen) -> None:
        """Wait for a random time, or until a random number of runs has ended."""
        before = self._ended()
        most = self._random.randint(1, _MOST_RUNS)
        for _ in range(round(self._random.uniform(0.3, _LONGEST) / 0.1)):
            if self._ended() - before >= most:
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                driver.wait(0.1)
                return

    def _ended(self) -> int:
        return self._log.read_text(encoding="utf-8").count("accuracy ") if self._log.exists() else 0

    def _kill(self, kind: str, driver: subprocess.Popen, *others: psutil.Process) -> None:
        """Kill a driver, perhaps with others, and see that its workers go too."""
        assert driver.poll() is None, "the grid ended before the storm did"
        workers = psutil.Process(driver.pid).children()
        driver.kill()
        for other in others:
            with contextlib.suppress(psutil.NoSuchProcess):
                other.kill()
        driver.wait()
        self.kills[kind] += 1
        self._must_go(workers)

    @staticmethod
    def _must_go(workers: list[psutil.Process]) -> None:
        _, alive = psutil.wait_procs(workers, timeout=5)
        assert alive == [], "a worker outlived its driver"

    def losses(self) -> str:
        """Say what the storm cost."""
        with Store(self.store) as store:
            query = "SELECT outcome, count(*) FROM attempt GROUP BY outcome"
            ended = dict(tuple(row) for row in store.rows(query))
        return (
            f"{ended.get('interrupted', 0) + ended.get('failed', 0)} runs in training, trained "
            f"again; of {ended['done']} results none"
        )


def undisturbed(store: Path, rows: list[dict], seeds: int) -> None:
    """Run the same grid in peace."""
    run_grid("kh2021", grid=rows, seeds=seeds, store=store, progress=Progress(), **RUN)


def content(store: Path) -> list[list[tuple]]:
    """Give everything that a run decides: no times, no hosts."""
    queries = (
        "SELECT key, spec, outcome, parameters, best_epoch, environment FROM run ORDER BY key",
        "SELECT * FROM plan ORDER BY run",
        "SELECT * FROM epoch ORDER BY run, epoch",
        "SELECT * FROM prediction ORDER BY run, after",
        "SELECT description FROM environment",
        """SELECT max(val_accuracy) FROM run JOIN epoch ON run = key
           WHERE weights_sha256 IS NOT NULL""",
    )
    with Store(store) as opened:
        return [[tuple(row) for row in opened.rows(query)] for query in queries]


def assert_whole(store: Path) -> None:
    """Every run done once, SQLite's own check, hashes, keys, files: all of it."""
    found = verify_store(store=store)
    assert found["state"].tolist() == ["ok"] * len(found), found.attrs["findings"]
    assert os.listdir(store / "models")  # noqa: PTH208
