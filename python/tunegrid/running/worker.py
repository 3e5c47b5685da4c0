"""The process that trains: it takes run after run from its driver and sends back what came of it.

Started as `python -m tunegrid.running.worker` by the local executor, with the number of threads
and the backend in its environment, before anything is imported. It ends when its driver does,
however that ends: a thread waits for the end of the pipe and then leaves at once.
"""

import ctypes
import dataclasses
import os
import queue
import re
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from .messages import read_message, write_message

# Imported in `_run`, not here: what trains takes seconds to import, and the thread that watches
# the pipe must be up before.


_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Serve runs until the driver closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_driver()
    replies = _private_stdout()
    tasks: queue.SimpleQueue[dict] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, tasks), daemon=True).start()
    while True:
        _serve(tasks.get(), replies)


def _die_with_driver() -> None:
    """Ask Linux for SIGKILL when the driver is gone.

    The end of the pipe says so too, and everywhere; but nobody hears it in a stopped process.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _listen(stream: BinaryIO, tasks: "queue.SimpleQueue[dict]") -> None:
    while (message := read_message(stream)) is not None:
        tasks.put(message[0])
    os._exit(0)


def _private_stdout() -> BinaryIO:
    """Keep the pipe for messages: whatever a library prints goes to standard error instead."""
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return replies


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

    from ..data.datasets import Source
    from ..data.reading import load_dataset
    from ..plan.runs import Epoch, RunResult, RunSpec
    from ..train.one_run import train

    def tell(epoch: Epoch) -> None:
        write_message(replies, {"kind": "epoch", "key": task["key"], **dataclasses.asdict(epoch)})

    def keep(result: RunResult) -> bool:
        above = task["keep_above"]
        return above is not None and result.history[-1].val_accuracy > above

    origin, path = task["source"]
    spec = RunSpec.from_json(task["spec"])
    images = load_dataset(Source(spec.data.dataset, origin, Path(path), spec.data.digest))
    keras.backend.clear_session()
    result = train(spec, images, keep_weights=keep, on_epoch=tell)
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
