"""What a driver has to do for a run, with local workers and with a Ray cluster of two nodes.

Many runs that take no time: 64 images, one epoch of a small dense net. Not in `make bench`,
as it needs Ray: `python benchmarks/cluster.py [RUNS [EPOCHS]]` after `make test-ray`.
"""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import psutil

from tunegrid import run_grid
from tunegrid.machine.processor import cores
from tunegrid.running import driver
from tunegrid.running.progress import Progress
from tunegrid.store.database import FILE
from tunegrid.store.store import Store

RUNS = 1000
WRITES = ("claim", "finish", "fail", "renew")
READS = ("trained_elsewhere", "accuracy_to_beat")


class _Loop(Progress):
    """When the first run was handed out, and when the last was done."""

    def __init__(self) -> None:
        self.begun = self.ended = 0.0
        self.trained = 0.0
        self.events = 0

    def epoch(self, planned: object) -> None:
        self.events += 1

    def done(self, planned: object, result: object) -> None:
        self.events += 1
        self.trained += result.seconds
        self.ended = time.perf_counter()


def measure(runs: int = RUNS, epochs: int = 1) -> dict[str, dict[str, float]]:
    """Train so many runs by both executors on two cores each, and give what that took."""
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    try:
        for _ in range(2):
            cluster.add_node(num_cpus=1, include_dashboard=False)
        by_ray = _measure(runs, epochs, executor="ray", ray_address=cluster.address)
    finally:
        cluster.shutdown()
    return {"ray": by_ray, "local": _measure(runs, epochs, workers=2), "cores": cores()}


def _measure(runs: int, epochs: int, **how: object) -> dict[str, float]:
    loop, spent = _Loop(), dict.fromkeys((*WRITES, *READS), 0.0)
    jobs: dict[str, float] = {}
    for name in spent:
        setattr(Store, name, _timed(getattr(Store, name), name, spent, loop))
    driver.RayExecutor.close = _job_timed(driver.RayExecutor.close, jobs)
    own = psutil.Process()
    with tempfile.TemporaryDirectory() as folder:
        before, begun = sum(own.cpu_times()[:2]), time.perf_counter()
        done = run_grid(
            grid=[{"dense1": 8}], model="dense_stack", seeds=runs, epochs=epochs, train_size=64,
            store=folder, progress=loop, **how,
        )  # fmt: skip
        processor = sum(own.cpu_times()[:2]) - before
        size = (Path(folder) / FILE).stat().st_size
    for name in spent:
        setattr(Store, name, getattr(Store, name).__wrapped__)
    driver.RayExecutor.close = driver.RayExecutor.close.__wrapped__
    if done.done != runs:
        raise SystemExit(f"{done.failed} of {runs} runs failed.")
    wall = loop.ended - loop.begun
    return {
        "runs": runs,
        "seconds": wall,
        "seconds before the first run": loop.begun - begun,
        "runs a second": runs / wall,
        "seconds of training a run": loop.trained / runs,
        "overhead a run, seconds of a slot": (2 * wall - loop.trained) / runs,
        "driver's processor, share of one core": processor / wall,
        "driver's processor, ms a run": 1000 * processor / runs,
        "Ray job's processor, ms a run": 1000 * jobs.get("processor", 0.0) / runs,
        "store's writes, ms a run": 1000 * sum(spent[name] for name in WRITES) / runs,
        "store's reads, ms a run": 1000 * sum(spent[name] for name in READS) / runs,
        "events a run": loop.events / runs,
        "bytes of the store a run": size / runs,
    }


def _timed(
    method: Callable[..., object], name: str, spent: dict[str, float], loop: _Loop
) -> Callable[..., object]:
    @wraps(method)
    def call(*arguments: object, **more: object) -> object:
        begun = time.perf_counter()
        loop.begun = loop.begun or begun
        try:
            return method(*arguments, **more)
        finally:
            spent[name] += time.perf_counter() - begun

    return call


def _job_timed(close: Callable[..., None], jobs: dict[str, float]) -> Callable[..., None]:
    @wraps(close)
    def call(executor: object) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):  # the loop has closed it before
            job = psutil.Process(executor._job._process.pid)  # noqa: SLF001
            jobs["processor"] = sum(job.cpu_times()[:2])
        close(executor)

    return call


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:])), indent=1))
