"""One worker process: started, spoken to, heard and ended by its driver."""

import contextlib
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
from typing import IO

from ..machine.files import is_file
from ..machine.interpreter import interpreter, with_package_path
from ..plan.runs import RunSpec
from .executor import Task
from .messages import read_message, write_message

#: A worker is replaced after this many runs, or when it has grown by this much since its first.
RUNS_PER_WORKER = 50


MEMORY_GROWTH = 2 * 2**30


THREADS = 1


# What a library says before it aborts, when there is no memory left for an object or a thread.
_ABORTED = ("std::bad_alloc", "pthread_create() failed")


@dataclass(eq=False)
class WorkerProcess:
    """One worker process and the thread that hears it."""

    spec: RunSpec
    messages: queue.SimpleQueue
    temporary: str
    task: Task | None = None
    runs: int = 0
    started: float = 0.0
    first_memory: int = 0
    oom_kills: int = 0
    errors: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [
                interpreter(),
                "-P",
                "-m",
                "tunegrid.running.worker",
            ],  # -P: no modules of the user's folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=worker_environment(self.spec, os.environ) | {"TMPDIR": self.temporary},
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
        self.task, self.started, self.oom_kills = task, time.monotonic(), _oom_kills()
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

    def last_words(self) -> tuple[str, str]:
        """Say how the process ended, with the last line that it wrote to standard error.

        Returns:
            The class of the failure, `oom` or `killed`, and a sentence.
        """
        try:
            code = self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:  # it closed its pipe, and lives
            self.process.kill()
            code = self.process.wait()
        how = f"exit code {code}"
        if code < 0:
            names = {one.value: one.name for one in signal.Signals}
            how = f"signal {names.get(-code, -code)}"
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").strip().splitlines()
        if _oom_kills() > self.oom_kills and -code == signal.SIGKILL:
            return "oom", "out of memory: the kernel ended the worker"
        for said in _ABORTED if -code == signal.SIGABRT else ():
            if any(said in line for line in lines):
                return "oom", f"out of memory: the worker ended with {how} ({said})"
        said = f"; its last line was: {lines[-1][:300]}" if lines and code >= 0 else ""
        return "killed", f"the worker ended with {how}{said}"

    def _listen(self) -> None:
        try:
            while (message := read_message(self.process.stdout)) is not None:
                self.messages.put((self, message))
        finally:
            self.messages.put((self, None))


def _oom_kills() -> int:
    """Count the processes that the kernel has ended for want of memory since this machine began.

    Source: `oom_kill` in /proc/vmstat, Linux 4.13 and later; 0 where that is not told.
    """
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    counted = (line.split() for line in lines)
    return next((int(count) for name, count in counted if name == "oom_kill"), 0)


def without_r(environment: Mapping[str, str]) -> dict[str, str]:
    """Give an environment without the folders that R puts before its own libraries.

    R's start script sources `etc/ldpaths`, which sets them at the head of LD_LIBRARY_PATH: a worker
    is no R, and must load the libraries that its own Python was made with.
    """
    kept = dict(environment)
    script = Path(environment.get("R_HOME", ""), f"etc{environment.get('R_ARCH', '')}", "ldpaths")
    if "LD_LIBRARY_PATH" not in environment or not environment.get("R_HOME") or not is_file(script):
        return kept
    names = ("LD_LIBRARY_PATH", "R_LD_LIBRARY_PATH")
    bare = {name: value for name, value in environment.items() if name not in names}
    told = subprocess.run(
        ["/bin/sh", "-c", '. "$1" && printf %s "$LD_LIBRARY_PATH"', "sh", str(script)],
        env=bare, capture_output=True, text=True, check=False,
    )  # fmt: skip
    folders = environment["LD_LIBRARY_PATH"].split(os.pathsep)
    for folder in filter(None, told.stdout.split(os.pathsep)):
        if folders[:1] == [folder]:
            folders.pop(0)
    kept["LD_LIBRARY_PATH"] = os.pathsep.join(filter(None, folders))
    if not kept["LD_LIBRARY_PATH"]:
        del kept["LD_LIBRARY_PATH"]
    return kept


def worker_environment(spec: RunSpec, present: Mapping[str, str]) -> dict[str, str]:
    """Give the environment of a worker: threads, backend and device, set before any import.

    Args:
        spec: the first run of the worker, for its backend and device.
        present: the driver's environment; what the user set there stays, but for these.
    """
    threads = str(THREADS)
    values = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **with_package_path(without_r(present)),
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
