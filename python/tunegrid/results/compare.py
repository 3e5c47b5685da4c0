"""Ours beside the published: arithmetic on tidy frames."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..knitr.notebook import in_notebook
from ..plan.configuration import Configuration
from ..plan.grid import check_published, configurations
from ..study.settings import PRESETS
from ..study.study import Study
from ..study.tables import SCORES
from .frames import as_frame, merge_names
from .measures import APART
from .selection import Selection, select
from .tidy import read_results

_PUBLISHED = {name: f"published_{name}" for name in SCORES}
#: Scores that stand beside the published ones where a source prints them.
_MORE = ("val_accuracy", "test_accuracy", "best_epoch", "parameters")

_OURS = {"replicates": "Int64", "loss": "Float64", "accuracy": "Float64", "accuracy_sd": "Float64"}


def comparison_table(
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
    """Put our numbers beside a study's own tables, sorted as the source sorts.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        experiments: names; all by default.
        where: a condition on configuration columns.
        protocol: default: the study's own default.
        preset, any, keys: as in `read_results`.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        One row a configuration, highest published accuracy first, ties in the study's order:
        its columns, epochs, published_loss, published_accuracy (what the study printed; also
        published_val_accuracy and published_test_accuracy where it printed more than one),
        replicates, loss, accuracy (means over replicates), accuracy_sd (their standard
        deviation with n - 1; NA for fewer than two), failed (how many runs did, where one did),
        val_accuracy and test_accuracy beside published ones. A column `departures` with `any`
        and with every preset but `full`. Runs that differ in anything but the seed are never
        pooled: there is a row for each, with columns that tell them apart. Several experiments
        stand below each other, told apart by a first column `experiment`. `attrs["left_out"]`
        says in sentences what was not taken.

    Raises:
        SpecError: for what does not exist.
        StoreError: when the store cannot be read.
    """
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any, "keys": keys}
    tables = comparison_tables(study, experiments=experiments, store=store, **how)
    return in_notebook(stacked(tables))


def stacked(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put tables below each other, told apart by a column `experiment`; one stays as it is."""
    if len(tables) == 1:
        return next(iter(tables.values()))
    columns: list[str] = []
    for table in tables.values():
        merge_names(columns, table)
    named = [table.assign(experiment=name) for name, table in tables.items()]
    whole = pd.concat(named, ignore_index=True)[["experiment", *columns]]
    whole.attrs = named[0].attrs
    return whole


def comparison_tables(
    study: str | Path | Study,
    *,
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002
    keys: Iterable[str] | None = None,
    store: str | Path | None = None,
) -> dict[str, pd.DataFrame]:
    """Give the tables of `comparison_table` one by one, by experiment."""
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any, "keys": keys}
    chosen = select(study, experiments=experiments, store=store, **how)
    runs = read_results(chosen.study, experiments=chosen.experiments, store=store, **how)
    tables = {
        name: _table(grid, name, runs, departing=any or preset != "full")
        for name, grid in _grids(chosen).items()
    }
    tables = {name: table for name, table in tables.items() if len(table)} or tables
    for table in tables.values():
        table.attrs["left_out"] = runs.attrs["left_out"]
    return tables


def _table(
    grid: pd.DataFrame, experiment: str, runs: pd.DataFrame, *, departing: bool
) -> pd.DataFrame:
    own = runs[runs["experiment"].eq(experiment)]
    is_done = own["outcome"].eq("done")
    own = own.assign(replicate=own["replicate"].where(is_done), failed=~is_done)
    columns = grid.attrs["columns"]
    # A grid of one's own can have columns that the study's has not.
    extra = [name for name in runs.attrs["columns"] if own[name].notna().any()]
    extra = [name for name in extra if name not in columns]
    grid = grid.assign(**{name: pd.array([None] * len(grid), own[name].dtype) for name in extra})
    columns = [*columns, *extra]
    apart = [name for name in APART if len(own[name].unique()) > 1]
    apart = ["departures", *apart] if departing else apart
    table = _beside(grid, _pool(own, [*columns, *apart]), columns)
    if "epochs" not in columns:
        table["epochs"] = table["epochs"].fillna(table["epochs_planned"]).astype("Int64")
    table[["replicates", "failed"]] = table[["replicates", "failed"]].fillna(0)
    published = [name for name in _PUBLISHED.values() if name in grid]
    more = {name: "Float64" for name in _MORE if _PUBLISHED[name] in grid}
    failed = ["failed"] if own["failed"].any() else []
    names = dict.fromkeys([*columns, "epochs", *apart, *published, *_OURS, *failed, *more])
    table = table[list(names)].astype(_OURS | dict.fromkeys(failed, "Int64") | more)
    if "published_accuracy" in table:
        table = table.sort_values(
            "published_accuracy", ascending=False, kind="stable", na_position="last"
        )
    return table.reset_index(drop=True)


def _beside(grid: pd.DataFrame, ours: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Put our numbers beside the grid, in its order; then those of configurations not in it."""
    types = {name: _common(grid[name], ours[name]) for name in columns}
    grid, ours = grid.astype(types), ours.astype(types)
    both = grid.merge(ours, how="left", on=columns, suffixes=("_planned", ""))
    known = ours.merge(grid[columns], how="left", on=columns, indicator="where")["where"]
    extra = ours[known.eq("left_only").to_numpy()]
    return both if extra.empty else pd.concat([both, extra], ignore_index=True)


def _common(planned: pd.Series, found: pd.Series) -> object:
    """Give the type that holds a column of the grid and of the runs, which may be of another file.

    A column of which we have no value has no type of its own.
    """
    types = pd.api.types
    if found.isna().all() or planned.dtype == found.dtype:
        return planned.dtype
    are_numbers = (
        types.is_numeric_dtype(one) and not types.is_bool_dtype(one) for one in (planned, found)
    )
    return "Float64" if all(are_numbers) else "string"


def _grids(chosen: Selection) -> dict[str, pd.DataFrame]:
    """Give each experiment's configurations in the study's order, with what was published."""
    everything = configurations(
        chosen.study,
        protocol=chosen.protocol,
        experiments=chosen.experiments,
        overrides=PRESETS[chosen.preset],
    )
    where = chosen.where
    grids = {}
    for name in chosen.experiments:
        found = [one for one in everything if one.experiment == name]
        meant = [where is None or where.matches(one.row) for one in found]
        if chosen.any or any(meant):
            whole = _grid(chosen.study, name, found)
            grids[name] = whole[pd.array(meant, dtype="boolean")].reset_index(drop=True)
            grids[name].attrs = whole.attrs
    return grids


def _grid(study: Study, experiment: str, found: Sequence[Configuration]) -> pd.DataFrame:
    columns = list(study.experiments[experiment].column_names)
    grid = as_frame([dict(one.columns) for one in found], columns)
    if "epochs" not in columns:
        grid["epochs"] = pd.array([one.settings["epochs"] for one in found], dtype="Int64")
    grid.attrs["columns"] = columns
    rows = study.published(experiment)
    check_published(rows, experiment, found)
    printed = as_frame(rows)
    shared = [name for name in columns if name in printed]
    values = [name for name in _PUBLISHED if name in printed]
    if not shared or not values:
        return grid
    printed = printed[[*shared, *values]].rename(columns=_PUBLISHED)
    merged = grid.merge(printed, how="left", on=shared, validate="many_to_one")
    merged.attrs["columns"] = columns
    return merged


def _pool(runs: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Average over replicates."""
    runs = runs.astype({"accuracy": float, "loss": float} | dict.fromkeys(_MORE, float))
    pooled = runs.groupby(by, sort=False, dropna=False).agg(
        **({} if "epochs" in by else {"epochs": ("epochs", "first")}),
        replicates=("replicate", "nunique"),
        failed=("failed", "sum"),
        loss=("loss", "mean"),
        accuracy=("accuracy", "mean"),
        accuracy_sd=("accuracy", "std"),
        **{name: (name, "mean") for name in _MORE},
    )
    return pooled.reset_index()
