"""Learning curves: one row an epoch."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from ..knitr.notebook import in_notebook
from ..store.store import Store
from ..study.study import Study
from .tidy import read_results

_TYPES = {
    "epoch": "Int64", "loss": "Float64", "accuracy": "Float64", "val_loss": "Float64",
    "val_accuracy": "Float64",
}  # fmt: skip

#: What tells the run that an epoch is of, beside its configuration.
_RUN = ("replicate", "engine", "backend", "device", "departures", "key")


def read_epochs(
    study: str | Path | Study,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002 - the command's and R's word
    keys: Iterable[str] | None = None,
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Read the learning curves of a study's finished runs, one row an epoch.

    Args:
        study, experiments, where, protocol, preset, any, keys, store: which runs, as in
            `read_results`, and so are the errors.

    Returns:
        In the order of `read_results`, epochs upwards: study, protocol, experiment; the
        configuration's columns; replicate, engine, backend, device, departures, key; epoch, from
        1; loss and accuracy of the training images (dropout as trained, penalties in the loss);
        val_loss and val_accuracy of the validation images, which are the test images where none
        are held out. Accuracies are shares. `attrs["left_out"]` says what was not taken.
    """
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any, "keys": keys}
    runs = read_results(study, experiments=experiments, store=store, **how)
    runs = runs[runs["outcome"].eq("done")]
    query = f"""
        SELECT run AS key, {", ".join(_TYPES)} FROM epoch
        WHERE run IN (SELECT value FROM json_each(:keys)) ORDER BY run, epoch"""  # noqa: S608
    with Store(store) as opened:
        found = opened.rows(query, {"keys": json.dumps(runs["key"].tolist())})
    epochs = pd.DataFrame(map(dict, found), columns=["key", *_TYPES]).astype(_TYPES)
    names = ["study", "protocol", "experiment", *runs.attrs["columns"], *_RUN]
    own = [name for name in dict.fromkeys(names) if name not in _TYPES]
    table = runs[own].merge(epochs.astype({"key": runs["key"].dtype}), on="key")
    table.attrs = {"left_out": runs.attrs["left_out"], "columns": runs.attrs["columns"]}
    return in_notebook(table)
