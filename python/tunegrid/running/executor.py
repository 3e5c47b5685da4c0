"""What hands runs out: a task, what can happen to it, and what the loop asks of an executor."""

from dataclasses import dataclass
from typing import Literal, Protocol

from ..data.datasets import Source
from ..plan.runs import Epoch, RunResult, RunSpec


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
        failure: the class: `oom`, `diverged`, `error`; `data` and `backend` when the fault is
            the machine's and not the run's; `killed` with `timeout` and mostly with `died`.
        text: what happened, for people.
    """

    kind: Literal["epoch", "done", "failed", "died", "timeout"]
    task: Task
    epoch: Epoch | None = None
    result: RunResult | None = None
    failure: str = ""
    text: str = ""


class Executor(Protocol):
    """Hands tasks to whatever trains them, a fixed number at once, and hears what comes of them.

    Where and how they are trained is its own affair. It knows no store.
    """

    @property
    def free(self) -> int:
        """How many more tasks can start now."""

    def start(self, task: Task) -> None:
        """Begin a task, when one is free."""

    def next_event(self, timeout: float) -> Event | None:
        """Wait for the next event; None when nothing happens within `timeout` seconds."""

    def wake(self) -> None:
        """End a wait at once; may be called from a signal handler."""

    def close(self) -> None:
        """End whatever still trains."""
