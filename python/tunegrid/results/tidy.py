"""The tidy tables: one row a run."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..knitr.notebook import in_notebook
from ..store.database import told
from ..store.store import Store
from ..study.study import Study
from .frames import as_frame, merge_names
from .measures import MEASURES, RUNS
from .reader import Reader
from .selection import Selection, select


def read_results(
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
    """Read a study's runs, one row each, failed ones too.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        experiments: names; all by default.
        where: a condition on configuration columns.
        protocol: default: the study's own default.
        preset: `full` for runs of the whole protocol, `quick` for those of that preset.
        any: all runs that are there, whatever their departures from the protocol.
        keys: only the runs with these keys, as a `RunSummary` has them.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        study, protocol, experiment; the configuration's columns; then `MEASURES`. `loss` and
        `accuracy` are what the study's own columns of these names hold (its settings
        `reported_loss`, `reported_accuracy` and `reported_epoch`); train_, val_ and test_ ones
        are after the last epoch, best_ ones after the epoch with the highest val_accuracy.
        Accuracies are shares of images, seconds are wall time. `attrs["left_out"]` says in
        sentences what was not taken, `attrs["columns"]` names the configuration's columns.

    Raises:
        SpecError: for what does not exist.
        StoreError: when the store cannot be read.
    """
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any, "keys": keys}
    chosen = select(study, experiments=experiments, store=store, **how)
    rows, left_out = read_rows(chosen, store)
    frame = _frame(rows, chosen)
    frame.attrs["left_out"] = left_out
    return in_notebook(frame)


def read_groups(
    study: str | Path | Study, by: str, *, store: str | Path | None = None, **how: Any
) -> dict[object, pd.DataFrame]:
    """Read a study's runs apart, by a value of their configurations.

    Args:
        study, store, how: as in `read_results`.
        by: the value's name, any that a condition can have: a column, a setting, `conv_layers`.

    Returns:
        What `read_results` gives, by value, for each value that a run has.
    """
    chosen = select(study, store=store, **how)
    groups: dict[object, list] = {}
    for row in read_rows(chosen, store)[0]:
        groups.setdefault(row["_place"].configuration.row.get(by), []).append(row)
    return {value: _frame(rows, chosen) for value, rows in groups.items()}


def read_rows(
    chosen: Selection, store: str | Path | None
) -> tuple[list[dict[str, object]], list[str]]:
    """Read the rows that are meant, in the study's order; say what was left out.

    Each has its configuration as `_place.configuration`.
    """
    with Store(store) as opened:
        stored = opened.rows(RUNS, {"study": chosen.study.id, "protocol": chosen.protocol})
    reader = Reader(chosen)
    with told(opened.folder):
        rows = [row for row in map(reader.read, stored) if row is not None]
    rows.sort(key=lambda row: (*row["_place"].order, row["engine"], row["replicate"]))
    return rows, [*no_store(opened), *reader.left_out()]


def no_store(opened: Store) -> list[str]:
    """Say that a store is not there, where it is not: a name may be mistyped."""
    return [] if opened.exists else [f"There is no store in {opened.folder}, so there are no runs."]


def _frame(rows: Sequence[Mapping[str, object]], chosen: Selection) -> pd.DataFrame:
    columns: list[str] = []
    for experiment in map(chosen.study.experiments.__getitem__, chosen.experiments):
        merge_names(columns, experiment.column_names)
    for place in {id(row["_place"]): row["_place"] for row in rows}.values():
        merge_names(columns, place.configuration.columns)
    names = dict.fromkeys(["study", "protocol", "experiment", *columns, *MEASURES])
    frame = as_frame(rows, names).astype(MEASURES)
    frame.attrs["columns"] = [name for name in columns if name not in MEASURES]
    return frame
