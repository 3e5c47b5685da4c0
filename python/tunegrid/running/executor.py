"""What hands runs out: a task, what can happen to it, and what the loop asks of an executor.

Tasks and what is said of them go as messages (see `messages`) wherever they go.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ..data.datasets import Source
from ..plan.runs import Epoch, RunResult, RunSpec, Scored


@dataclass(frozen=True)
class Task:
    """A run to train, and where its data is.

    `keep_above`: send the weights back if the last validation accuracy is higher than this.
    """

    spec: RunSpec
    source: Source
    keep_above: float | None = None

    def to_message(self) -> dict[str, object]:
        """Write the task as a message's header; its key goes with every answer."""
        return {
            "key": self.spec.key,
            "spec": self.spec.to_json(),
            "source": [self.source.origin, str(self.source.path.absolute())],
            "keep_above": self.keep_above,
        }

    @classmethod
    def from_message(cls, header: Mapping[str, object]) -> "Task":
        """Read what `to_message` wrote; the data must have the digest that the spec says.

        Raises:
            StoreError: for a spec that is damaged.
        """
        spec, (origin, path) = RunSpec.from_json(header["spec"]), header["source"]
        source = Source(spec.data.dataset, origin, Path(path), spec.data.digest)
        return cls(spec, source, header["keep_above"])


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


def event_of(task: Task, header: Mapping[str, object], blobs: Sequence[bytes]) -> Event:
    """Read what was said of a task: by its worker, or by whoever watches that (died, timeout)."""
    kind = header["kind"]
    if kind == "epoch":
        values = {name: header[name] for name in Epoch.__annotations__}
        return Event("epoch", task, epoch=Epoch(**values))
    if kind == "done":
        return Event("done", task, result=_result(header, blobs))
    return Event(kind, task, failure=header["failure"], text=header["text"])


def _result(header: Mapping[str, object], blobs: Sequence[bytes]) -> RunResult:
    *classes, weights = blobs
    last, best = map(Scored, *zip(*header["scores"], strict=True), classes)
    return RunResult(
        history=tuple(Epoch(*scores) for scores in header["history"]),
        last=last,
        best=best,
        weights=weights or None,
        **{name: header[name] for name in ("best_epoch", "seconds", "parameters", "environment")},
    )


class Executor(Protocol):
    """Hands tasks to whatever trains them, a fixed number at once, and hears what comes of them.

    Where and how they are trained is its own affair. It knows no store. It is used as a context:
    leaving it ends whatever still trains.
    """

    def __enter__(self) -> "Executor":
        """Give itself."""

    def __exit__(self, *_: object) -> None:
        """Close it."""

    @property
    def free(self) -> int:
        """How many more tasks can start now."""

    def start(self, task: Task) -> None:
        """Begin a task, when one is free."""

    def next_event(self, timeout: float) -> Event | None:
        """Wait for the next event; None when nothing happens within `timeout` seconds.

        Raises:
            RunError: when there is nothing to train on any more.
        """

    def wake(self) -> None:
        """End a wait at once; may be called from a signal handler."""

    def close(self) -> None:
        """End whatever still trains."""
