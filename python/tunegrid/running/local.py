"""Train runs on the cores of this machine.

A slot is one worker process with one thread. The loop is our own because what must hold is not
to be had together elsewhere: a worker that dies is one known run, a run over its time limit is
killed, workers end with their driver even when that gets SIGKILL, `__main__` is not imported
again, and nothing is pickled (concurrent.futures, Pebble and loky each miss at least two).
"""

import queue

from ..errors import RunError
from .executor import Event, Task, event_of
from .piped import folder_of_processes
from .process import WorkerProcess


class LocalExecutor:
    """A fixed number of slots. Use it as a context: leaving it kills whatever still trains."""

    def __init__(self, workers: int, *, time_limit: float | None = None) -> None:
        """Make the slots; processes start with their first task.

        Args:
            workers: how many runs train at once.
            time_limit: seconds that a run may take, the start of its worker included.
        """
        self._slots: list[WorkerProcess | None] = [None] * workers
        self._time_limit = time_limit
        self._messages: queue.SimpleQueue = queue.SimpleQueue()
        # TensorFlow's AutoGraph leaves files there, since workers never end by themselves.
        self._temporary = folder_of_processes()

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
            worker = self._slots[position] = self._new_worker(task)
        worker.give(task)

    def next_event(self, timeout: float) -> Event | None:
        """Wait for the next event; None when nothing happens within `timeout` seconds."""
        said = self.next_message(timeout)
        return None if said is None else event_of(*said)

    def next_message(self, timeout: float) -> tuple[Task, dict, list[bytes]] | None:
        """Wait as `next_event` does, for what `event_of` reads."""
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
        self._temporary.cleanup()

    def _new_worker(self, task: Task) -> WorkerProcess:
        try:
            return WorkerProcess(task.spec, self._messages, self._temporary.name)
        except OSError as error:
            raise RunError(
                f"No worker can be started ({error.strerror}): end what else runs here, or give "
                f"fewer --workers."
            ) from None

    def _heard(
        self, worker: WorkerProcess, header: dict, blobs: list[bytes]
    ) -> tuple[Task, dict, list[bytes]]:
        task = worker.task
        if header["kind"] != "epoch" and (
            worker.finish(header["memory"]) or header["kind"] == "failed"
        ):
            self._replace(worker)
        return task, header, blobs

    def _died(self, worker: WorkerProcess) -> tuple[Task, dict, list[bytes]]:
        task, (failure, text) = worker.task, worker.last_words()
        self._replace(worker)
        return task, {"kind": "died", "failure": failure, "text": text}, []

    def _kill_overdue(self) -> tuple[Task, dict, list[bytes]] | None:
        if self._time_limit is None:
            return None
        for worker in filter(None, self._slots):
            if worker.task is not None and worker.seconds > self._time_limit:
                task = worker.task
                self._replace(worker)
                text = f"ran past its time limit of {self._time_limit:g} seconds"
                return task, {"kind": "timeout", "failure": "killed", "text": text}, []
        return None

    def _replace(self, worker: WorkerProcess) -> None:
        worker.kill()
        self._slots[self._slots.index(worker)] = None
