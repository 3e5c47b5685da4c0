"""S7: the memory of one worker over 200 runs that follow each other.

The worker is asked as its driver asks it, but never replaced.
"""

import dataclasses
import os
import queue

from work import SMALL, featured

from tunegrid.data.sources import find_dataset
from tunegrid.running.executor import Task
from tunegrid.running.process import WorkerProcess

RUNS = 200
SETTLED = 10  # runs until what is made once (kernels, pools) has been made


def measure() -> dict[str, object]:
    """Train 200 short runs in one worker; give its memory after each, in MiB."""
    runs = featured(epochs=1, train_size=640)
    specs = [runs[name].spec for name in SMALL]
    messages: queue.SimpleQueue = queue.SimpleQueue()
    worker = WorkerProcess(specs[0], messages, os.environ.get("TMPDIR", "/tmp"))  # noqa: S108
    memory = []
    try:
        for number in range(RUNS):
            spec = dataclasses.replace(specs[number % len(specs)], seed=1 + number)
            worker.give(Task(spec, find_dataset(spec.data.dataset, download=False)))
            memory.append(_wait(messages) / 2**20)
    finally:
        worker.kill()
    settled, last = memory[SETTLED - 1], memory[-1]
    return {"mib": memory, "settled": settled, "last": last, "growth": last / settled - 1}


def _wait(messages: queue.SimpleQueue) -> int:
    """Wait for the end of a run; give the worker's resident memory in bytes."""
    while True:
        _, message = messages.get()
        if message is None:
            raise SystemExit("The worker ended early.")
        if message[0]["kind"] != "epoch":
            return message[0]["memory"]
