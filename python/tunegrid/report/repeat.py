"""A stored run trained again, and held against what the store has of it."""

import json
from pathlib import Path

import pandas as pd

from ..errors import StoreError, counted
from ..plan.runs import Epoch, RunSpec
from ..store.store import open_existing
from .stored_run import find_run, stored_history, train_again

#: What of an environment decides how sums are rounded.
_ROUNDING = ("processor", "packages", "backend", "onednn", "device", "threads")


def repeat_run(
    key: str, *, store: str | Path | None = None, data_dir: str | Path | None = None
) -> pd.DataFrame:
    """Train one stored run again, by the whole of its protocol, and compare. Nothing is stored.

    On the processor that it was made on, with the same versions, it is the same to the last bit.
    On another one sums are rounded otherwise: training goes another way after some steps, as with
    another seed.

    Args:
        key: of the run, or the beginning of it.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets; default TUNEGRID_DATA.

    Returns:
        A row an epoch: epoch; accuracy and val_accuracy as stored; accuracy_again and
        val_accuracy_again; difference of the val_accuracy (again less stored). `attrs`: `key`;
        `same`, whether all numbers and predicted classes are; `images`, how many test images have
        another class after the last epoch; `said`, all that in sentences.

    Raises:
        StoreError: when there is no such run, or it is not done.
        RunError: when it cannot be trained again.
    """
    with open_existing(store) as opened:
        found = find_run(opened, key)
        if found["outcome"] != "done":
            raise StoreError(f"Run {found['key'][:12]} cannot be repeated: it is not done.")
        spec = RunSpec.from_json(found["spec"])
        result = train_again(opened, spec, data_dir)
        history = stored_history(opened, spec.key)
        classes = opened.rows(
            "SELECT classes FROM prediction WHERE run = :run AND after = 'last'", {"run": spec.key}
        )[0]["classes"]
        described = opened.rows(
            "SELECT description FROM environment JOIN run ON environment = id WHERE key = :run",
            {"run": spec.key},
        )
    table = _beside(history, result.history)
    there, here = map(spec.data.predicted, (classes, result.last.classes))
    images = int((there != here).sum())
    same = history == result.history and images == 0
    made_by = json.loads(described[0]["description"]) if described else {}
    is_alike = all(made_by.get(name) == result.environment.get(name) for name in _ROUNDING)
    table.attrs = {
        "key": spec.key,
        "same": same,
        "images": images,
        "said": [_said(spec, table, images, same=same, is_alike=is_alike)],
        "digits": 4,
    }
    return table


def _beside(stored: tuple[Epoch, ...], again: tuple[Epoch, ...]) -> pd.DataFrame:
    names = ("accuracy", "val_accuracy")
    columns = {
        f"{name}{end}": [getattr(epoch, name) for epoch in epochs]
        for end, epochs in (("", stored), ("_again", again))
        for name in names
    }
    table = pd.DataFrame(columns)
    table.insert(0, "epoch", range(1, len(table) + 1))
    return table.assign(difference=table["val_accuracy_again"] - table["val_accuracy"])


def _said(spec: RunSpec, table: pd.DataFrame, images: int, *, same: bool, is_alike: bool) -> str:
    run = f"Run {spec.key[:12]}, {counted(spec.epochs, 'epoch')}"
    if same:
        return f"{run}: the same to the last bit, in every epoch and for every test image."
    last = float(table["difference"].iloc[-1])
    where = (
        "It was stored on the same kind of processor with the same versions, where it must be the "
        "same: please say so in an issue."
        if is_alike
        else "It was stored on another processor or with other versions, where sums are rounded "
        "otherwise: then it differs as another seed would."
    )
    return (
        f"{run}: after the last epoch {abs(last):.4f} {'above' if last > 0 else 'below'} what is "
        f"stored, and {counted(images, 'test image')} with another class. {where}"
    )
