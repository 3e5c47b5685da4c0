"""Ours beside the published: arithmetic on tidy frames."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .grid import configurations
from .results import Selection, read_results, select
from .settings import PRESETS
from .study import Study

_PUBLISHED = {"loss": "published_loss", "accuracy": "published_accuracy"}
_OURS = {"replicates": "Int64", "loss": "Float64", "accuracy": "Float64", "accuracy_sd": "Float64"}


def comparison_table(
    study: str | Path | Study,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002 - the command's and R's word
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Put our numbers beside a study's own tables, sorted as the source sorts.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        experiments: names; all by default.
        where: a condition on configuration columns.
        protocol: default: the study's own default.
        preset, any: as in `read_results`.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        One row a configuration, highest published accuracy first, ties in the study's order:
        its columns, epochs, published_loss, published_accuracy (what the study printed),
        replicates, loss, accuracy (means over replicates), accuracy_sd (their standard
        deviation with n - 1; NA for fewer than two). Runs that differ in anything but the seed
        are never pooled: with more than one engine or departure there is a row for each, with
        columns that tell them apart. Several experiments have a first column `experiment`.
    """
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any}
    chosen = select(study, experiments=experiments, **how)
    runs = read_results(chosen.study, experiments=chosen.experiments, store=store, **how)
    tables = {name: _table(chosen, name, where, runs) for name in chosen.experiments}
    if len(tables) == 1:
        frame = next(iter(tables.values()))
    else:
        for name, table in tables.items():
            table.insert(0, "experiment", name)
        frame = pd.concat(tables.values(), ignore_index=True).convert_dtypes()
    frame.attrs["left_out"] = runs.attrs["left_out"]
    return frame


class Agreement(NamedTuple):
    """Kendall's rank correlation of two orders, over n configurations."""

    tau: float
    n: int


def rank_agreement(table: pd.DataFrame) -> Agreement | None:
    """Hold our order of a table's configurations against the published one.

    Args:
        table: from `comparison_table`, of one experiment.

    Returns:
        Kendall's τ-b of published_accuracy and accuracy, by `scipy.stats.kendalltau`: 1 for
        the same order, 0 for none in common. None for fewer than two configurations with both
        numbers, and when all on one side are equal.
    """
    from scipy.stats import kendalltau

    if "published_accuracy" not in table:
        return None
    both = table[["published_accuracy", "accuracy"]].dropna().astype(float)
    if len(both) < 2:
        return None
    tau = float(kendalltau(both["published_accuracy"], both["accuracy"]).statistic)
    return None if math.isnan(tau) else Agreement(tau, len(both))


def _table(
    chosen: Selection, experiment: str, where: str | None, runs: pd.DataFrame
) -> pd.DataFrame:
    grid = _grid(chosen, experiment, where)
    columns = [name for name in grid if name not in ("epochs", *_PUBLISHED.values())]
    own = runs[runs["experiment"].eq(experiment) & runs["outcome"].eq("done")]
    apart = [name for name in ("engine", "backend") if own[name].nunique() > 1]
    apart = [*(["departures"] if chosen.any else []), *apart]
    ours = _pool(own, [*columns, *apart])
    table = grid.merge(
        ours, how="outer" if chosen.any else "left", on=columns, suffixes=("_planned", "")
    )
    table["epochs"] = table.pop("epochs").fillna(table.pop("epochs_planned")).astype("Int64")
    table["replicates"] = table["replicates"].fillna(0)
    published = [name for name in _PUBLISHED.values() if name in grid]
    table = table[[*columns, "epochs", *apart, *published, *_OURS]].astype(_OURS)
    if "published_accuracy" in table:
        table = table.sort_values(
            "published_accuracy", ascending=False, kind="stable", na_position="last"
        )
    return table.reset_index(drop=True)


def _grid(chosen: Selection, experiment: str, where: str | None) -> pd.DataFrame:
    """Give the configurations in the study's order, with what was published of each."""
    study = chosen.study
    found = configurations(
        study,
        protocol=chosen.protocol,
        experiments=experiment,
        where=where,
        overrides=PRESETS[chosen.preset],
    )
    grid = pd.DataFrame([dict(one.columns) for one in found])
    columns = list(grid)
    grid["epochs"] = pd.array([one.settings["epochs"] for one in found], dtype="Int64")
    printed = pd.DataFrame(study.published(experiment))
    shared = [name for name in columns if name in printed]
    values = [name for name in _PUBLISHED if name in printed]
    if not shared or not values:
        return grid
    printed = printed[[*shared, *values]].rename(columns=_PUBLISHED)
    return grid.merge(printed, how="left", on=shared, sort=False, validate="many_to_one")


def _pool(runs: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Average over replicates."""
    runs = runs.astype({"accuracy": float, "loss": float})
    pooled = runs.groupby(by, sort=False, dropna=False).agg(
        epochs=("epochs", "first"),
        replicates=("replicate", "nunique"),
        loss=("loss", "mean"),
        accuracy=("accuracy", "mean"),
        accuracy_sd=("accuracy", "std"),
    )
    return pooled.reset_index()
