"""The models of stored runs: their layer table, and files that Keras reads elsewhere.

An architecture is built anew from its run's spec and given the stored weights. No whole model is
ever loaded: Keras ignores `safe_mode` for those in HDF5.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..architectures import parameter_counts, without_weights
from ..errors import SpecError, StoreError
from ..machine.files import as_path
from ..plan.runs import RunSpec
from ..store.cells import read_row
from ..store.store import open_existing
from .kept_model import build, kept_weights, load
from .model_page import check_page, write_model_page
from .stored_run import find_run, stored_history, train_again

#: Endings of the files that Keras writes, the longest first.
ENDINGS = (".weights.h5", ".keras", ".h5")


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


def show_model(
    key: str,
    *,
    output: str | Path | None = None,
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> pd.DataFrame:
    """Give the layers of a run's model, as Keras's summaries print them; or write its page.

    Args:
        key: of the run, or the beginning of it.
        output: a file that ends in .html: a page of the run is written there, with its layers and
            settings, its learning curve, its confusion matrix and some of its mistakes as pictures:
            those that it is most certain of, where its weights were kept. An earlier one is
            replaced. The page holds images of the data set.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets, for the page; default TUNEGRID_DATA. Nothing is
            downloaded: without the data the page says so.

    Returns:
        `Layer (type)`, `Output Shape`, `Param #`, one row a layer. `attrs` has the key, the
        configurations that ask for the run, and the parameters: total, trainable, non_trainable.

    Raises:
        SpecError: for a page of another ending, and where matplotlib is not installed for it.
        StoreError: when no run, or more than one, begins so, or what is stored of it is damaged.
        DataError: when the data that a page is to show is damaged.
    """
    page = None if output is None else check_page(output)
    with open_existing(store) as opened:
        found = find_run(opened, key)
        plans = opened.rows(
            "SELECT study, experiment, configuration, replicate FROM plan WHERE run = :key", found
        )
        spec = RunSpec.from_json(found["spec"])
        model = without_weights(lambda: build(spec))
        table = pd.DataFrame(
            {
                "Layer (type)": [f"{one.name} ({type(one).__name__})" for one in model.layers],
                "Output Shape": [str(tuple(one.output.shape)) for one in model.layers],
                "Param #": [one.count_params() for one in model.layers],
            }
        )
        table.attrs = {
            "key": found["key"],
            "asked_by": [_describe(*plan) for plan in plans],
            **parameter_counts(model),
        }
        if page is not None:
            write_model_page(page, found, table, opened, data_dir)
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
    path = as_path(file, "file", "the path of a file")
    _check_file(path)
    with open_existing(store) as opened:
        found = find_run(opened, key)
        spec = RunSpec.from_json(found["spec"])
        if found["outcome"] != "done":
            raise StoreError(f"Run {found['key'][:12]} has no model: it is not done.")
        is_kept = found["weights_sha256"] is not None
        if not is_kept and not train:
            raise StoreError(
                f"The weights of run {found['key'][:12]} were not kept (those of each experiment's "
                f"best run are, and all with --keep-models): add --train to train it again"
                f"{_for_some(found['seconds'])}."
            )
        if is_kept:
            content, same = kept_weights(opened, spec, found["weights_sha256"]), True
        else:
            result = train_again(opened, spec, data_dir)
            content, same = result.weights, stored_history(opened, spec.key) == result.history
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


def _save(spec: RunSpec, weights: bytes, path: Path) -> None:
    """Build the model, load its weights, and write the file."""
    import keras

    from ..train.one_run import compile_model

    keras.backend.clear_session()  # names of layers count from the beginning
    model = build(spec)
    load(model, weights, spec)
    if path.name.endswith(".weights.h5"):
        _write_new(path, weights)
        return
    compile_model(model, spec)
    model.optimizer.build(model.trainable_variables)  # or Keras warns when it loads it
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"made{path.suffix}"
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


def _for_some(seconds: object) -> str:
    return f", for some {seconds:.0f} seconds" if isinstance(seconds, float) else ""


def _describe(study: str, experiment: str, configuration: str, replicate: int) -> str:
    columns = " ".join(f"{name}={value}" for name, value in read_row(configuration).items())
    return f"{study} {experiment} {columns} seed {replicate}"
