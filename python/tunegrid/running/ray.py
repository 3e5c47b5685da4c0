"""Train runs on a cluster, by Ray.

This is the driver's side: it knows tasks and events, and a process that is Ray's driver in its
place (`ray_job`), which it speaks to as to a worker. What trains on a node is `ray_node`.
"""

import os
import queue
import re
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution

from ..data.datasets import Dataset
from ..errors import RunError
from ..machine.interpreter import with_package_path
from ..plan.runs import RunSpec
from .executor import Event, Task, event_of
from .piped import PipedProcess, folder_of_processes
from .process import without_r

_GIB = 2**30

#: What stands before a line of Ray's own log: a time, processes, a place in its source.
_LOGGED = re.compile(r"^\[[^]]*\](?: \([^)]*\))? \S+: ")

#: Seconds in which the steps of joining a cluster must be done, in their order.
_PATIENCE = {"imported": 60.0, "connected": 20.0, "ready": 120.0}


def check_ray() -> None:
    """Refuse to go on without Ray, and import none of it.

    Raises:
        RunError: when it is not installed.
    """
    try:
        distribution("ray")
    except PackageNotFoundError:
        raise RunError(
            "The executor ray needs Ray, which is not installed: pip install 'tunegrid[ray]'."
        ) from None


def memory_of(data: Dataset) -> int:
    """Give the memory that a run is declared to need, bytes: what Ray places it by.

    A worker has 0.9 GiB with small networks on 60 000 images of 47 MB; examples are kept as they
    come, as floats for what has no bytes, and a batch beside.
    """
    size = 4 if data.dtype == "float32" else 1
    for side in (data.train_images + data.test_images, *data.shape):
        size *= side
    return _GIB + 4 * size


class RayExecutor:
    """As many runs at once as a cluster has room for. Use it as a context."""

    def __init__(
        self,
        specs: Sequence[RunSpec],
        *,
        workers: int | None = None,
        address: str | None = None,
        time_limit: float | None = None,
    ) -> None:
        """Join a cluster, and see that all of its nodes have the driver's versions.

        Args:
            specs: what will be trained.
            workers: how many runs train at once; by default as many as nodes have CPUs and memory
                for when it is joined.
            address: HOST:PORT of the cluster's head; by default RAY_ADDRESS, then the cluster that
                this machine is a part of.
            time_limit: seconds that a run may take, the start of its worker included.

        Raises:
            RunError: when Ray is not installed, no cluster answers within half a minute, or
                versions differ.
        """
        check_ray()
        self._address = address or os.environ.get("RAY_ADDRESS") or "auto"
        self._tasks: dict[str, Task] = {}
        self._messages: queue.SimpleQueue = queue.SimpleQueue()
        # Ray puts the folder that a driver was started in on the path of its nodes' processes.
        self._temporary = folder_of_processes()
        # How often a run that was out of memory is tried again, the store decides.
        environment = {"RAY_task_oom_retries": "0", **with_package_path(without_r(os.environ))}
        self._job = PipedProcess(
            "tunegrid.running.ray_job", self._messages, environment, folder=self._temporary.name
        )
        data = {spec.data.digest: spec.data for spec in specs}.values()
        try:
            self._job.tell(
                {
                    "address": self._address,
                    "time_limit": time_limit,
                    "memory": max(memory_of(one.described) for one in data),
                    "backends": sorted({spec.backend for spec in specs}),
                }
            )
            for step, seconds in _PATIENCE.items():
                answer = self._wait(step, seconds)
        except BaseException:
            self.close()
            raise
        self._slots = min(workers or answer["places"], len(specs))

    def __enter__(self) -> "RayExecutor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def free(self) -> int:
        """How many more tasks can start now."""
        return self._slots - len(self._tasks)

    def start(self, task: Task) -> None:
        """Hand a task to the cluster; Ray finds it a place."""
        self._tasks[task.spec.key] = task
        self._job.tell(task.to_message())

    def next_event(self, timeout: float) -> Event | None:
        """Wait for the next event; None when nothing happens within `timeout` seconds.

        Raises:
            RunError: when the cluster is gone.
        """
        message = self._next_message(timeout)
        if message is None:
            return None
        header, blobs = message
        task = self._tasks[header["key"]]
        if header["kind"] != "epoch":
            del self._tasks[header["key"]]
        return event_of(task, header, blobs)

    def wake(self) -> None:
        """End a wait at once; may be called from a signal handler."""
        self._messages.put((None, None))

    def close(self) -> None:
        """End the job, and with it whatever still trains."""
        self._job.kill()
        self._temporary.cleanup()

    def _next_message(self, timeout: float) -> tuple[dict, list[bytes]] | None:
        try:
            job, message = self._messages.get(timeout=timeout)
        except queue.Empty:
            return None
        if job is None:
            return None
        if message is None:
            raise RunError(self._gone())
        if message[0]["kind"] == "lost":
            raise RunError(message[0]["text"])
        return message

    def _wait(self, step: str, seconds: float) -> dict:
        """Wait for a step to be done; signals are heard between."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            message = self._next_message(0.5)
            if message is not None and message[0]["kind"] == step:
                return message[0]
        raise RunError(
            f"The Ray cluster at {self._address} has not answered for {seconds:.0f} seconds: see "
            f"with `ray status` whether it runs, or give another --ray-address."
        )

    def _gone(self) -> str:
        """Say that Ray has ended our process, as it does without its cluster."""
        _, how, lines = self._job.ended()
        last = _LOGGED.sub("", lines[-1]).partition(". ")[0] if lines else ""
        why = f"{how}, {last[:200]}" if last else how
        return (
            f"The Ray cluster at {self._address} is gone ({why}): what was done is kept; "
            f"start a cluster, and repeat the command."
        )
