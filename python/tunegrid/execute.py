"""Train runs on the cores of this machine.

A slot is one worker process with one thread. The loop is our own because what must hold is not
to be had together elsewhere: a worker that dies is one known run, a run over its time limit is
killed, workers end with their driver even when that gets SIGKILL, `__main__` is not imported
again, and nothing is pickled (concurrent.futures, Pebble and loky each miss at least two).
"""

import contextlib
import math
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from .datasets import Source
from .interpreter import interpreter, with_package_path
from .messages import read_message, write_message
from .runs import Epoch, RunResult, RunSpec, Scored

#: A worker is replaced after this many runs, or when it has grown by this much since its first.
RUNS_PER_WORKER = 50
MEMORY_GROWTH = 2 * 2**30

THREADS = 1


@dataclass(frozen=True)
class Task:
    """A run to train, and where its data is.

    `keep_above`: send the weights back if the last validation accuracy is higher than this.
    """

    spec: RunSpec
    source: Source
    keep_above: float | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened to a task.

    Attributes:
        kind: `epoch` (one more is done), `done`, `failed` (the worker said why), `died` (the
            worker ended without a word), `timeout` (it was killed for the time limit).
        task: the task.
        epoch: the scores, with `epoch`.
        result: with `done`.
        failure: the class, with `failed` (`oom`, `diverged`, `error`; `data` when the data set is
            no longer what it was, which is no fault of the run), else `killed`.
        text: what happened, for people.
    """

    kind: Literal["epoch", "done", "failed", "died", "timeout"]
    task: Task
    epoch: Epoch | None = None
    result: RunResult | None = None
    failure: str = ""
    text: str = ""


class LocalExecutor:
    """A fixed number of slots. Use it as a context: leaving it kills whatever still trains."""

    def __init__(self, workers: int, *, time_limit: float | None = None) -> None:
        """Make the slots; processes start with their first task.

        Args:
            workers: how many runs train at once.
            time_limit: seconds that a run may take, the start of its worker included.
        """
        self._slots: list[_Worker | None] = [None] * workers
        self._time_limit = time_limit
        self._messages: queue.SimpleQueue = queue.SimpleQueue()

    def __enter__(self) -> "LocalExecutor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def free(self) -> int:
        """How many more tasks can start now."""
        return sum(worker is None or worker.task is None for worker in self._slots)

    @property
    def busy(self) -> int:
        """How many tasks are in training."""
        return len(self._slots) - self.free

    def start(self, task: Task) -> None:
        """Give a task to a free slot, to a worker of the same backend if there is one."""
        idle = [n for n, w in enumerate(self._slots) if w is None or w.task is None]
        fitting = [n for n in idle if (w := self._slots[n]) and w.backend == task.spec.backend]
        position = (fitting or idle)[0]
        worker = self._slots[position]
        if worker is None or not fitting:
            if worker is not None:
                worker.kill()
            worker = self._slots[position] = _Worker(task.spec, self._messages)
        worker.give(task)

    def next_event(self, timeout: float) -> Event | None:
        """Wait for the next event; None when nothing happens within `timeout` seconds."""
        overdue = self._kill_overdue()
        if overdue is not None:
            return overdue
        try:
            worker, message = self._messages.get(timeout=timeout)
        except queue.Empty:
            return None
        if worker is None or worker not in self._slots or worker.task is None:
            return None  # woken up, or the last words of a worker that was replaced
        return self._died(worker) if message is None else self._heard(worker, *message)

    def wake(self) -> None:
        """End a wait at once; may be called from a signal handler."""
        self._messages.put((None, None))

    def close(self) -> None:
        """Kill whatever still trains."""
        for worker in filter(None, self._slots):
            worker.kill()
        self._slots = [None] * len(self._slots)

    def _heard(self, worker: "_Worker", header: dict, blobs: list[bytes]) -> Event:
        task = worker.task
        if header["kind"] == "epoch":
            values = {name: header[name] for name in Epoch.__annotations__}
            return Event("epoch", task, epoch=Epoch(**values))
        if worker.finish(header["memory"]) or header["kind"] == "failed":
            self._replace(worker)
        if header["kind"] == "failed":
            return Event("failed", task, failure=header["failure"], text=header["text"])
        return Event("done", task, result=_result(header, blobs))

    def _died(self, worker: "_Worker") -> Event:
        task, text = worker.task, worker.last_words()
        self._replace(worker)
        return Event("died", task, failure="killed", text=text)

    def _kill_overdue(self) -> Event | None:
        if self._time_limit is None:
            return None
        for worker in filter(None, self._slots):
            if worker.task is not None and worker.seconds > self._time_limit:
                task = worker.task
                self._replace(worker)
                text = f"ran past its time limit of {self._time_limit:g} seconds"
                return Event("timeout", task, failure="killed", text=text)
        return None

    def _replace(self, worker: "_Worker") -> None:
        worker.kill()
        self._slots[self._slots.index(worker)] = None


@dataclass(eq=False)
class _Worker:
    """One worker process and the thread that hears it."""

    spec: RunSpec
    messages: queue.SimpleQueue
    task: Task | None = None
    runs: int = 0
    started: float = 0.0
    first_memory: int = 0
    errors: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [interpreter(), "-P", "-m", "tunegrid.worker"],  # -P: no modules of the user's folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=worker_environment(self.spec, os.environ),
            start_new_session=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    @property
    def backend(self) -> str:
        return self.spec.backend

    @property
    def seconds(self) -> float:
        """How long the present task has been with this worker."""
        return time.monotonic() - self.started

    def give(self, task: Task) -> None:
        """Send a task; if the process is gone, the end of its pipe tells so as for any death."""
        self.task, self.started = task, time.monotonic()
        message = {
            "key": task.spec.key,
            "spec": task.spec.to_json(),
            "source": [task.source.origin, str(task.source.path)],
            "keep_above": task.keep_above,
        }
        try:
            write_message(self.process.stdin, message)
        except OSError:
            self.messages.put((self, None))

    def finish(self, memory: int) -> bool:
        """Note the end of a run; return whether this worker should be replaced."""
        self.task, self.runs = None, self.runs + 1
        self.first_memory = self.first_memory or memory
        return self.runs >= RUNS_PER_WORKER or memory - self.first_memory > MEMORY_GROWTH

    def kill(self) -> None:
        """End the process at once, wait until it is gone, and close what was open to it."""
        self.task = None
        self.process.kill()
        self.process.wait()
        self._listener.join()
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()

    def last_words(self) -> str:
        """Say how the process ended, with the last line that it wrote to standard error."""
        try:
            code = self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:  # it closed its pipe, and lives
            self.process.kill()
            code = self.process.wait()
        how = f"exit code {code}"
        if code < 0:
            how = f"signal {signal.Signals(-code).name}"
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        said = f"; its last line was: {lines[-1][:300]}" if lines else ""
        return f"the worker ended with {how}{said}"

    def _listen(self) -> None:
        try:
            while (message := read_message(self.process.stdout)) is not None:
                self.messages.put((self, message))
        finally:
            self.messages.put((self, None))


def cores() -> int:
    """Count the cores that this process may use: by affinity, and by its control group's share."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return allowed or 1
    share = allowed if quota == "max" else math.ceil(int(quota) / int(period))
    return max(1, min(allowed or 1, share))


def worker_environment(spec: RunSpec, present: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of a worker: threads, backend and device, set before any import.

    Args:
        spec: the first run of the worker, for its backend and device.
        present: the driver's environment; what the user set there stays, but for these.
    """
    threads = str(THREADS)
    values = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **with_package_path(present),
        "KERAS_BACKEND": spec.backend,
        "TUNEGRID_THREADS": threads,
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
    }
    if spec.backend == "jax":
        flags = [present.get("XLA_FLAGS", ""), "--xla_cpu_multi_thread_eigen=false"]
        values["XLA_FLAGS"] = " ".join(flags).strip()
    if spec.device == "cpu":
        values |= {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    return values


def _result(header: dict, blobs: list[bytes]) -> RunResult:
    *classes, weights = blobs
    last, best = map(Scored, *zip(*header["scores"], strict=True), classes)
    return RunResult(
        history=tuple(Epoch(*scores) for scores in header["history"]),
        last=last,
        best=best,
        weights=weights or None,
        **{name: header[name] for name in ("best_epoch", "seconds", "parameters", "environment")},
    )
