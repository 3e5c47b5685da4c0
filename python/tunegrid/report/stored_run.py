"""One stored run: found by the beginning of its key, and trained again."""

from pathlib import Path

from ..data.sources import find_data
from ..errors import RunError, SpecError, StoreError, quoted
from ..plan.runs import Epoch, RunResult, RunSpec
from ..running.executor import Task
from ..running.local import LocalExecutor
from ..store.store import Store

_SHORTEST = 4

_SCORES = ("loss", "accuracy", "val_loss", "val_accuracy")


def find_run(store: Store, key: str) -> dict[str, object]:
    """Find the one run whose key begins so: key, spec, outcome, seconds, weights_sha256.

    Raises:
        SpecError: when that is no beginning of a key.
        StoreError: when no run, or more than one, begins so.
    """
    beginning = str(key).lower().removesuffix("…")
    if len(beginning) < _SHORTEST or not set(beginning) <= set("0123456789abcdef"):
        raise SpecError(
            f"A run's key is 64 hexadecimal digits, of which at least {_SHORTEST} must be given, "
            f"not '{quoted(key)}': `tune-grid results ID` prints them."
        )
    query = (
        "SELECT key, spec, outcome, seconds, weights_sha256 FROM run "
        "WHERE substr(key, 1, :length) = :beginning LIMIT 2"
    )
    found = store.rows(query, {"beginning": beginning, "length": len(beginning)})
    if not found:
        raise StoreError(f"The store {store.folder} has no run whose key begins with {beginning}.")
    if len(found) > 1:
        raise StoreError(f"More than one run's key begins with {beginning}: give more of it.")
    return dict(found[0])


def train_again(store: Store, spec: RunSpec, data_dir: str | Path | None) -> RunResult:
    """Train a run again, in a worker as runs are; its weights come with it.

    Raises:
        RunError: when that fails.
    """
    data = find_data(spec.data.dataset, spec.data.digest, store=store.folder, data_dir=data_dir)
    task = Task(spec, data, keep_above=-1.0)
    with LocalExecutor(1) as executor:
        executor.start(task)
        event = None
        while event is None or event.kind == "epoch":
            event = executor.next_event(1.0)
    if event.result is None:
        raise RunError(f"Run {spec.key[:12]} could not be trained again: {event.text}.")
    return event.result


def stored_history(store: Store, key: str) -> tuple[Epoch, ...]:
    """Give a run's epochs as they are stored."""
    query = f"SELECT {', '.join(_SCORES)} FROM epoch WHERE run = :run ORDER BY epoch"  # noqa: S608 - names of our own
    return tuple(Epoch(*row) for row in store.rows(query, {"run": key}))
