"""The models of stored runs: their layer table, and files that Keras reads elsewhere.

An architecture is built anew from its run's spec and given the stored weights. No whole model is
ever loaded: Keras ignores `safe_mode` for those in HDF5.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from ..architectures import ARCHITECTURES, parameter_counts
from ..data.sources import find_data
from ..errors import RunError, SpecError, StoreError, quoted
from ..machine.files import sha256_of
from ..plan.runs import Epoch, RunSpec
from ..running.executor import Task
from ..running.local import LocalExecutor
from ..store.store import Store, open_existing
from ..store.weights import weights_file

if TYPE_CHECKING:
    import keras

#: Endings of the files that Keras writes, the longest first.
ENDINGS = (".weights.h5", ".keras", ".h5")

_SHORTEST = 4


@dataclass(frozen=True)
class ExportedModel:
    """What `export_model` wrote.

    Attributes:
        file: where it is.
        key: of the run.
        spec: of the run; its `data` says how images are to be scaled and turned for the model.
        trained: whether the run was trained again for its weights.
        same: whether that gave the stored numbers; True when it was not.
    """

    file: Path
    key: str
    spec: RunSpec
    trained: bool
    same: bool


def show_model(key: str, *, store: str | Path | None = None) -> pd.DataFrame:
    """Give the layers of a run's model, as Keras's summaries print them.

    Args:
        key: of the run, or the beginning of it.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        `Layer (type)`, `Output Shape`, `Param #`, one row a layer. `attrs` has the key, the
        configurations that ask for the run, and the parameters: total, trainable, non_trainable.

    Raises:
        StoreError: when no run, or more than one, begins so.
    """
    with open_existing(store) as opened:
        found = _find_run(opened, key)
        plans = opened.rows(
            "SELECT study, experiment, configuration, replicate FROM plan WHERE run = :key", found
        )
    model = _build(RunSpec.from_json(found["spec"]))
    table = pd.DataFrame(
        {
            "Layer (type)": [f"{layer.name} ({type(layer).__name__})" for layer in model.layers],
            "Output Shape": [str(tuple(layer.output.shape)) for layer in model.layers],
            "Param #": [layer.count_params() for layer in model.layers],
        }
    )
    table.attrs = {
        "key": found["key"],
        "asked_by": [_describe(*plan) for plan in plans],
        **parameter_counts(model),
    }
    return table


def export_model(
    key: str,
    file: str | Path,
    *,
    train: bool = False,
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> ExportedModel:
    """Write a run's model, with its weights after the last epoch, to a file of Keras's.

    Args:
        key: of the run, or the beginning of it.
        file: must not exist; `.keras` or `.h5` for a whole model, compiled as it was trained,
            `.weights.h5` for the weights alone.
        train: train the run again when its weights were not kept.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets, to train from; default TUNEGRID_DATA.

    Raises:
        SpecError: when the file is there already, or has another ending.
        StoreError: when there is no such run, it is not done, or its weights are not there.
        RunError: when it was to be trained again, and failed.
    """
    path = Path(file)
    _check_file(path)
    with open_existing(store) as opened:
        found = _find_run(opened, key)
        spec = RunSpec.from_json(found["spec"])
        if found["outcome"] != "done":
            raise StoreError(f"Run {found['key'][:12]} has no model: it is not done.")
        is_kept = found["weights_sha256"] is not None
        if not is_kept and not train:
            raise StoreError(
                f"The weights of run {found['key'][:12]} were not kept (those of each experiment's "
                f"best run are, and all with --keep-models): add --train to train it again, for "
                f"some {found['seconds']:.0f} seconds."
            )
        if is_kept:
            content, same = _kept_weights(opened, found["key"], found["weights_sha256"]), True
        else:
            content, same = _trained_weights(opened, spec, data_dir)
    _save(spec, content, path)
    return ExportedModel(path, found["key"], spec, trained=not is_kept, same=same)


def describe_examples(spec: RunSpec) -> str:
    """Say what a run's model takes, in words."""
    data = spec.data.described
    shape = ", ".join(map(str, ("n", *data.input_shape)))
    scaled = {
        "none": "values as they are",
        "unit": "pixels divided by 255",
        "standard": "values less the mean of the training part and divided by its deviation",
    }[spec.data.scaling]
    if len(data.input_shape) == 1:
        return f"vectors of shape ({shape}), {scaled}"
    if spec.data.shape is None and spec.data.scaling == "none":
        scaled = "pixels from 0 to 255"
    return f"images of shape ({shape}), {spec.data.orientation}, {scaled}"


def _check_file(path: Path) -> None:
    if not path.name.endswith(ENDINGS):
        raise SpecError(f"{path} must end in one of {', '.join(ENDINGS)}.")
    if path.exists():
        raise SpecError(f"{path} is there already: give another name, or remove it first.")
    if not path.parent.is_dir():
        raise SpecError(f"There is no folder {path.parent} to write {path.name} into.")


def _find_run(store: Store, key: str) -> dict[str, object]:
    """Find the one run whose key begins so."""
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


def _build(spec: RunSpec) -> "keras.Model":
    import keras

    from ..train.one_run import model_of_spec

    known = ARCHITECTURES.get(spec.model.architecture)
    if known is None or known.revision != spec.model.revision:
        raise StoreError(
            f"Run {spec.key[:12]} has revision {spec.model.revision} of the architecture "
            f"{spec.model.architecture}, which this tunegrid cannot build: use the version that "
            f"trained it."
        )
    keras.backend.clear_session()  # names of layers count from the beginning
    return model_of_spec(spec)


def _kept_weights(store: Store, key: str, sha256: str) -> bytes:
    file = weights_file(store.folder, key)
    if not file.exists():
        raise StoreError(f"{file} is missing: see `tune-grid verify` and `tune-grid repair`.")
    if sha256_of(file) != sha256:
        raise StoreError(
            f"{file} is damaged (its SHA-256 is not the one that was stored): see `tune-grid "
            f"verify` and `tune-grid repair`."
        )
    return file.read_bytes()


def _trained_weights(
    store: Store, spec: RunSpec, data_dir: str | Path | None
) -> tuple[bytes, bool]:
    """Train a run again; return its weights, and whether its epochs are the stored ones."""
    data = find_data(spec.data.dataset, spec.data.digest, store=store.folder, data_dir=data_dir)
    task = Task(spec, data, keep_above=-1.0)
    with LocalExecutor(1) as executor:
        executor.start(task)
        event = None
        while event is None or event.kind == "epoch":
            event = executor.next_event(1.0)
    if event.result is None:
        raise RunError(f"Run {spec.key[:12]} could not be trained again: {event.text}.")
    query = (
        "SELECT loss, accuracy, val_loss, val_accuracy FROM epoch WHERE run = :run ORDER BY epoch"
    )
    stored = tuple(Epoch(*row) for row in store.rows(query, {"run": spec.key}))
    return event.result.weights, stored == event.result.history


def _save(spec: RunSpec, weights: bytes, path: Path) -> None:
    """Build the model, load its weights, and write the file."""
    from ..train.one_run import compile_model

    model = _build(spec)
    ending = next(ending for ending in ENDINGS if path.name.endswith(ending))
    with tempfile.TemporaryDirectory() as folder:
        stored, made = Path(folder) / "stored.weights.h5", Path(folder) / f"made{ending}"
        stored.write_bytes(weights)
        model.load_weights(stored)
        if ending == ".weights.h5":
            made = stored
        else:
            compile_model(model, spec)
            model.optimizer.build(model.trainable_variables)  # or Keras warns when it loads it
            model.save(made)
        _write_new(path, made.read_bytes())


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that must not be there yet; nothing is left of it when that fails."""
    try:
        with path.open("xb") as stream:
            try:
                stream.write(content)
                stream.flush()
            except OSError:
                path.unlink()
                raise
    except OSError as error:
        raise SpecError(f"{path} cannot be written: {error.strerror}.") from None


def _describe(study: str, experiment: str, configuration: str, replicate: int) -> str:
    columns = " ".join(f"{name}={value}" for name, value in json.loads(configuration).items())
    return f"{study} {experiment} {columns} seed {replicate}"
