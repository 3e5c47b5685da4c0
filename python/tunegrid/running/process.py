"""One worker process: started, spoken to, heard and ended by its driver."""

import os
import queue
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from ..machine.files import is_file
from ..machine.interpreter import with_package_path
from ..plan.runs import RunSpec
from .executor import Task
from .piped import PipedProcess

#: A worker is replaced after this many runs, or when it has grown by this much since its first.
RUNS_PER_WORKER = 50


MEMORY_GROWTH = 2 * 2**30


THREADS = 1


# What a library says before it aborts, when there is no memory left for an object or a thread.
_ABORTED = ("std::bad_alloc", "pthread_create() failed")


class WorkerProcess(PipedProcess):
    """One worker process, and the task that it has."""

    def __init__(self, spec: RunSpec, messages: queue.SimpleQueue, temporary: str) -> None:
        """Start it for runs of the backend and device of `spec`, with a folder for files.

        It runs there: TensorFlow loads libraries out of folders of the current one and looks for
        CUDA's compiler in it, matplotlib for settings.
        """
        self.backend = spec.backend
        self.task: Task | None = None
        self._runs = 0
        self._started = 0.0
        self._first_memory = 0
        self._oom_kills = 0
        environment = worker_environment(spec, os.environ) | {"TMPDIR": temporary}
        super().__init__("tunegrid.running.worker", messages, environment, folder=temporary)

    @property
    def seconds(self) -> float:
        """How long the present task has been with this worker."""
        return time.monotonic() - self._started

    def give(self, task: Task) -> None:
        """Send a task; if the process is gone, the end of its pipe tells so as for any death."""
        self.task, self._started, self._oom_kills = task, time.monotonic(), _oom_kills()
        self.tell(task.to_message())

    def finish(self, memory: int) -> bool:
        """Note the end of a run; return whether this worker should be replaced."""
        self.task, self._runs = None, self._runs + 1
        self._first_memory = self._first_memory or memory
        return self._runs >= RUNS_PER_WORKER or memory - self._first_memory > MEMORY_GROWTH

    def kill(self) -> None:
        """End the process and forget its task."""
        self.task = None
        super().kill()

    def last_words(self) -> tuple[str, str]:
        """Say how the process ended, with the last line that it wrote to standard error.

        Returns:
            The class of the failure, `oom` or `killed`, and a sentence.
        """
        code, how, lines = self.ended()
        if _oom_kills() > self._oom_kills and -code == signal.SIGKILL:
            return "oom", "out of memory: the kernel ended the worker"
        for said in _ABORTED if -code == signal.SIGABRT else ():
            if any(said in line for line in lines):
                return "oom", f"out of memory: the worker ended with {how} ({said})"
        said = f"; its last line was: {lines[-1][:300]}" if lines and code >= 0 else ""
        return "killed", f"the worker ended with {how}{said}"


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
