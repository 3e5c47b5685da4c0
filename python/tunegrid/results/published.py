"""The source's other tables, with what we found beside: logs, matrices, summaries, layers."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import SpecError
from ..plan.configuration import Configuration
from ..plan.grid import configurations, table_owner
from ..plan.labels import readable_labels
from ..plan.runs import RunSpec
from ..store.store import Store, find_study
from ..study.study import Study
from ..study.tables import PrintedTable
from .frames import as_frame
from .layers import layers_beside
from .measures import APART
from .tidy import read_groups, read_results

#: Kinds of tables that stand beside our runs; `layers` stand beside our models.
OF_RUNS = ("epochs", "confusion", "summary", "differences")

#: The most classes of data whose confusion matrices are made: no one reads larger ones, and one of
#: 65 535 classes would take 32 GiB.
MOST_IN_MATRIX = 100

_SCORES = ("loss", "accuracy", "val_loss", "val_accuracy")


def tables_of(study: Study, experiments: Sequence[str], kinds: Sequence[str]) -> list[PrintedTable]:
    """Give the tables of these kinds that are about these experiments, and no others."""
    return [
        table
        for table in study.tables
        if table.kind in kinds and _experiments(study, table) <= set(experiments)
    ]


def published_table(
    study: str | Path | Study,
    table: str,
    *,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002 - the command's and R's word
    store: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> pd.DataFrame:
    """Put what we found beside a table of the source that is no table of configurations.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        table: its name in the study, as `log`, `figure-2`, `layers`.
        protocol, preset, any: which of our runs, as in `read_results`.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.
        data_dir: a folder with data sets, whose labels a confusion matrix needs.

    Returns:
        By the table's kind. `epochs`: a row an epoch, what was printed as `published_` columns,
        replicates and our means. `confusion`: a row a true class, what was printed in a column
        for each predicted class, from 0, our means in `ours_0` and so on. `summary`: a row a
        group, with our runs, and the mean and standard deviation (n - 1) over configurations of
        their mean accuracies.
        `differences`: the printed table of levels by levels with its differences, and ours with
        theirs. `layers`: the printed layers and those of our model, side by side. `printed`: as
        it was printed. What we have no runs for is NA.

    Raises:
        SpecError: for what does not exist.
        StoreError: when the store cannot be read.
    """
    study = find_study(study, store=store)
    found = study.pick_table(table)
    printed = as_frame(study.printed(found))
    how = {"protocol": protocol, "preset": preset, "any": any, "store": store}
    if found.kind == "layers":
        return layers_beside(study, found, protocol=protocol)
    if found.kind == "summary":
        return _summary(study, found, printed, how)
    if found.kind == "printed":
        return printed
    if found.kind == "differences":
        return _differences(study, found, printed, how)
    runs = read_results(study, experiments=found.experiment, where=found.configuration, **how)
    done = runs[runs["outcome"].eq("done")]
    with Store(store) as opened:
        if found.kind == "epochs":
            return _epochs(opened, printed, list(done["key"]))
        after = table_owner(study, found, protocol=protocol).settings["reported_epoch"]
        return _confusion(opened, printed, list(done["key"]), str(after), data_dir)


def _experiments(study: Study, table: PrintedTable) -> set[str]:
    if table.experiment is not None:
        return {table.experiment}
    return {one.experiment for one in configurations(study, where=table.among)}


def _epochs(store: Store, printed: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    query = """
        SELECT epoch, count(*) AS replicates, avg(loss) AS loss, avg(accuracy) AS accuracy,
               avg(val_loss) AS val_loss, avg(val_accuracy) AS val_accuracy
        FROM epoch WHERE run IN (SELECT value FROM json_each(:keys)) GROUP BY epoch"""
    rows = store.rows(query, {"keys": json.dumps(list(keys))})
    types = {"epoch": "Int64", "replicates": "Int64"} | dict.fromkeys(_SCORES, "Float64")
    ours = pd.DataFrame(map(dict, rows), columns=list(types)).astype(types)
    theirs = printed.rename(
        columns={name: f"published_{name}" for name in printed if name != "epoch"}
    )
    both = theirs.merge(ours, how="outer", on="epoch", sort=True)
    return both.assign(replicates=both["replicates"].fillna(0))


def _confusion(
    store: Store,
    printed: pd.DataFrame,
    keys: Sequence[str],
    after: str,
    data_dir: str | Path | None,
) -> pd.DataFrame:
    query = """
        SELECT run.spec, classes FROM prediction JOIN run ON run.key = prediction.run
        WHERE after = :after AND run IN (SELECT value FROM json_each(:keys))"""
    rows = store.rows(query, {"after": after, "keys": json.dumps(list(keys))})
    found = (
        confusion_of(spec, classes, store=store.folder, data_dir=data_dir) for spec, classes in rows
    )
    matrices = [matrix for matrix in found if matrix is not None]
    count = len(printed)
    sizes = {len(matrix) for matrix in matrices} - {count}
    if sizes:
        raise SpecError(
            f"The printed matrix has {count} classes, and the data of our runs {min(sizes)}: it "
            f"cannot be of this configuration."
        )
    ours = np.mean(matrices, axis=0) if matrices else np.full((count, count), np.nan)
    columns = {f"ours_{n}": pd.array(ours[:, n], dtype="Float64") for n in range(count)}
    return printed.assign(**columns)


def confusion_of(
    spec: str, classes: bytes, *, store: Path, data_dir: str | Path | None
) -> np.ndarray | None:
    """Give a stored run's confusion matrix; None without the labels on this machine.

    None also for more than `MOST_IN_MATRIX` classes.

    Args:
        spec: the run's, as JSON.
        classes: its predictions, as stored.
        store: the store's folder.
        data_dir: a folder with data sets.
    """
    data = RunSpec.from_json(spec).data
    if data.described.classes > MOST_IN_MATRIX:
        return None
    labels = readable_labels(data, store=store, data_dir=data_dir)
    if labels is None:
        return None
    return confusion_matrix(labels, data.predicted(classes), data.described.classes)


def confusion_matrix(true: np.ndarray, predicted: np.ndarray, classes: int = 10) -> np.ndarray:
    """Count the test images of each true class (rows) by predicted class (columns)."""
    places = true.astype(int) * classes + predicted
    return np.bincount(places, minlength=classes**2).reshape(classes, classes)


def _summary(
    study: Study, table: PrintedTable, printed: pd.DataFrame, how: Mapping[str, object]
) -> pd.DataFrame:
    rows, groups = [], read_groups(study, table.by, where=table.among, **how)
    for level in printed[table.by].tolist():
        if level not in groups:
            rows.append({"runs": 0})
            continue
        runs = groups[level]
        done = runs[runs["outcome"].eq("done")]
        # A configuration with more seeds weighs no more: the source's are of one run each.
        by = ["experiment", *runs.attrs["columns"], "departures", *APART]
        means = done.groupby(by, sort=False, dropna=False)["accuracy"].mean()
        scores = {"mean_accuracy": means.mean(), "sd_accuracy": means.std()}
        rows.append({"runs": len(done), **scores})
    names = {name: f"published_{name}" for name in printed if name != table.by}
    types = {"runs": "Int64", "mean_accuracy": "Float64", "sd_accuracy": "Float64"}
    return printed.rename(columns=names).join(pd.DataFrame(rows, columns=list(types)).astype(types))


def _differences(
    study: Study, table: PrintedTable, printed: pd.DataFrame, how: Mapping[str, object]
) -> pd.DataFrame:
    """Put our mean accuracies and their differences into the form of the printed table.

    A last row and a last column that are no levels hold the last level less the first; what else
    is no level has nothing of ours. Levels that are numbers head columns as texts.
    """
    runs = read_results(study, experiments=table.experiment, **how)
    done = runs[runs["outcome"].eq("done")]
    planned = _planned(study, table, how)
    rows, columns = (
        list(dict.fromkeys(str(one.columns.get(name)) for one in planned))
        for name in (table.rows, table.columns)
    )
    names = [name for name in printed if name != table.rows]
    places = [str(place) for place in printed[table.rows]]
    means = done.pivot_table("accuracy", table.rows, table.columns).rename(index=str, columns=str)
    means = means.loc[~means.index.duplicated(), ~means.columns.duplicated()]  # of 1 and "1"
    ours = means.reindex(index=rows, columns=columns).astype("Float64")
    if names and names[-1] not in columns:
        ours[names[-1]] = ours.iloc[:, -1] - ours.iloc[:, 0]
    if names and places[-1] not in rows:
        ours.loc[places[-1]] = ours.iloc[-1] - ours.iloc[0]
        ours.loc[places[-1], names[-1]] = pd.NA  # as printed
    ours = ours.reindex(index=places, columns=names).reset_index(drop=True)
    return printed.rename(columns={name: f"published_{name}" for name in names}).join(ours)


def _planned(
    study: Study, table: PrintedTable, how: Mapping[str, object]
) -> Sequence[Configuration]:
    return configurations(study, experiments=table.experiment, protocol=how["protocol"])
