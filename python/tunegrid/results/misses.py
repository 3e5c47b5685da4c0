"""Test images by how many runs get them wrong."""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import counted
from ..plan.labels import readable_labels
from ..plan.runs import DataSpec, RunSpec
from ..store.store import Store

_PREDICTED = """
SELECT spec, classes FROM prediction JOIN run ON key = run
WHERE after = 'last' AND run IN (SELECT value FROM json_each(:keys)) ORDER BY key"""


def read_misses(
    keys: Sequence[str], *, store: str | Path | None = None, data_dir: str | Path | None = None
) -> pd.DataFrame | None:
    """Say how many runs give each test image another class than its label, after the last epoch.

    Runs with other test images are not mixed: those of the data set, and of the split, that most
    runs are of are meant. Scaling and orientation leave an image what it is.

    Args:
        keys: of runs.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets, whose labels are needed; default TUNEGRID_DATA.

    Returns:
        A row a test image: image (its position among the test images, from 0), label, given (the
        wrong class that most runs give it, from 0; NA where none does), missed (runs), share (of
        the runs). `attrs["runs"]` says how many runs there are, `attrs["said"]` has it in
        sentences. None without predictions, or without the labels on this machine.
    """
    with Store(store) as opened:
        rows = opened.rows(_PREDICTED, {"keys": json.dumps(list(keys))})
        folder = opened.folder
    alike: dict[DataSpec, list[np.ndarray]] = defaultdict(list)
    for spec, classes in map(tuple, rows):
        data = RunSpec.from_json(spec).data
        alike[_test_images(data)].append(data.predicted(classes))
    if not alike:
        return None
    data, predicted = max(alike.items(), key=lambda one: len(one[1]))
    labels = readable_labels(data, store=folder, data_dir=data_dir)
    if labels is None:
        return None
    return _counted(data, labels.astype(int), np.stack(predicted).astype(int))


def _test_images(data: DataSpec) -> DataSpec:
    """Leave of what is learned from only what decides which the test images are."""
    return dataclasses.replace(
        data, scaling="none", orientation="upright", validation="test", validation_size=0,
        train_size=None, rotation=None, fold=None, folds=None,
    )  # fmt: skip


def _counted(data: DataSpec, labels: np.ndarray, predicted: np.ndarray) -> pd.DataFrame:
    runs, images = predicted.shape
    wrong = predicted != labels
    missed = wrong.sum(axis=0)
    # Images by classes would be a table of thousands of millions for data of many classes.
    kinds = data.described.classes
    voted, votes = np.unique((np.arange(images) * kinds + predicted)[wrong], return_counts=True)
    of, said = np.divmod(voted, kinds)
    first = np.lexsort((-said, votes, of))  # the last of an image: most votes, the smaller class
    given = np.full(images, -1)
    given[of[first]] = said[first]
    table = pd.DataFrame({
        "image": np.arange(images),
        "label": labels,
        "given": pd.array(given, "Int64"),
        "missed": missed,
        "share": missed / runs,
    })  # fmt: skip
    table.loc[table["given"].eq(-1), "given"] = pd.NA
    table.attrs = {"runs": runs, "said": [_said(data, missed, runs)], "digits": 4}
    return table


def _said(data: DataSpec, missed: np.ndarray, runs: int) -> str:
    none, every = int((missed == 0).sum()), int((missed == runs).sum())
    split = "" if data.split is None else f", split {data.split}"
    return (
        f"Of {counted(len(missed), 'test image')} of {data.described.name}{split}, "
        f"{counted(runs, 'run')}: no run misses {none}, every run misses {every}, and some miss "
        f"the other {len(missed) - none - every}"
    )
