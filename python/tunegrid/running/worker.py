"""The process that trains: it takes run after run from its driver and sends back what came of it.

Started as `python -m tunegrid.running.worker` by the local executor, with the number of threads
and the backend in its environment, before anything is imported.
"""

import dataclasses
import os
import queue
import re
from typing import BinaryIO

from .child import begin
from .messages import write_message

# Imported in `_run`, not here: what trains takes seconds to import, and the thread that watches
# the pipe must be up before.


def main() -> None:
    """Serve runs until the driver closes the pipe."""
    tasks: queue.SimpleQueue[dict] = queue.SimpleQueue()
    replies = begin(tasks.put)
    while True:
        _serve(tasks.get(), replies)


def _serve(task: dict, replies: BinaryIO) -> None:
    try:
        import keras  # noqa: F401

        from ..train import one_run  # noqa: F401
    except Exception as error:  # noqa: BLE001 - a broken installation can fail in any way
        header, blobs = {"kind": "failed", "failure": "backend", "text": _named(error)}, []
        write_message(replies, header | {"key": task["key"], "memory": _memory()}, blobs)
        return
    try:
        header, blobs = _run(task, replies)
    except Exception as error:  # noqa: BLE001 - whatever it is, the driver must hear of it
        header, blobs = {"kind": "failed", **_describe(error)}, []
    try:
        write_message(replies, header | {"key": task["key"], "memory": _memory()}, blobs)
    except BrokenPipeError:
        os._exit(0)


def _run(task: dict, replies: BinaryIO) -> tuple[dict, list[bytes]]:
    import keras

    from ..data.reading import load_dataset
    from ..plan.runs import Epoch, RunResult
    from ..train.one_run import train
    from .executor import Task

    def tell(epoch: Epoch) -> None:
        write_message(replies, {"kind": "epoch", "key": task["key"], **dataclasses.asdict(epoch)})

    given = Task.from_message(task)

    def keep(result: RunResult) -> bool:
        above = given.keep_above
        return above is not None and result.history[-1].val_accuracy > above

    images = load_dataset(given.source)
    keras.backend.clear_session()
    result = train(given.spec, images, keep_weights=keep, on_epoch=tell)
    values = {
        field.name: getattr(result, field.name)
        for field in dataclasses.fields(result)
        if field.name not in ("history", "last", "best", "weights")
    }
    values["history"] = [dataclasses.astuple(epoch) for epoch in result.history]
    values["scores"] = [(score.loss, score.accuracy) for score in (result.last, result.best)]
    blobs = [result.last.classes, result.best.classes, result.weights or b""]
    return {"kind": "done", **values}, blobs


def _describe(error: Exception) -> dict[str, str]:
    """Name the class of a failure, as the store has them, and say what happened."""
    name = type(error).__name__
    if name == "DataError":
        return {"failure": "data", "text": str(error)}
    if name == "DivergedError":
        return {"failure": "diverged", "text": str(error)}
    if isinstance(error, MemoryError) or name == "ResourceExhaustedError":
        told = re.sub("^out of memory ", "", _telling_line(error), flags=re.IGNORECASE)
        return {"failure": "oom", "text": f"out of memory: {told}"}
    return {"failure": "error", "text": _named(error)}


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {_telling_line(error)}"


def _telling_line(error: Exception) -> str:
    """Give the first line of a message; of TensorFlow's about memory the one that says how much."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    telling = ("OOM when ", "Out of memory while ")  # TensorFlow's words, and XLA's
    return next((line for line in lines if line.startswith(telling)), lines[0])[:500]


def _memory() -> int:
    """Resident memory of this process, bytes."""
    import psutil

    return psutil.Process().memory_info().rss


if __name__ == "__main__":
    main()
