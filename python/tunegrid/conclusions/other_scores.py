"""Scores from elsewhere, as of tfruns or tune, beside ours of the same configurations."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import SpecError, listed, quoted
from ..knitr.notebook import in_notebook
from ..results.measures import APART
from ..results.tidy import read_groups, read_results
from ..study.settings import NAMES
from ..study.study import Study
from .their_scores import FLAG, accuracies, like, of_accuracy, pairs

#: What sets our runs apart beside their configuration.
_APART = ("departures", *APART)

_COUNTS, _LEVEL = ("n", "other_n"), 0.95

#: The fewest scores of which a spread is known.
_SPREAD = 2


def compare_with(
    study: str | Path | Study,
    scores: pd.DataFrame,
    *,
    by: str | Sequence[str] | Mapping[str, str] | None = None,
    score: str = "accuracy",
    experiments: str | Sequence[str] | None = None,
    where: str | None = None,
    protocol: str | None = None,
    preset: str = "full",
    any: bool = False,  # noqa: A002 - the command's and R's word
    keys: Iterable[str] | None = None,
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Set a table of scores from elsewhere beside our runs of the same configurations.

    Args:
        study: the id of a shipped study, the path of a study.toml, a `Study`, or the name of a
            grid of one's own that the store has.
        scores: one row a run; rows of one configuration are its replicates. Of rows with tune's
            column `.metric` those with `accuracy` are taken.
        by: the columns that say which configuration it is: names that both have, or from our
            names to those of `scores`. By default every column of our configurations that
            `scores` has, also under tfruns' `flag_` names.
        score: the column of `scores` that holds what is compared with our `accuracy`.
        experiments, where, protocol, preset, any, keys: which of our runs, as in `read_results`.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        A row a configuration that `scores` has: the columns of `by`; other_n, other_mean,
        other_sd; n, mean, sd of ours (n = 0 and NA where we have no run); difference (other less
        ours); low, high: its 95 % interval. With two runs or more on both sides that is Welch's
        interval of the difference of means; with one on one side, where one more run of the other
        side would lie (Student), less that run; NA with one on both. `attrs["said"]` sums it up,
        and says which rows were left out and which settings differ; `attrs["left_out"]` says what
        of ours was not taken.

    Raises:
        SpecError: for a column that is not there, scores that are no shares, rows that are means
            of several runs, no column in common, and columns that do not tell our configurations
            apart.
        StoreError: when the store cannot be read.
    """
    scores, notes = of_accuracy(scores)
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any, "keys": keys}
    how |= {"experiments": experiments, "store": store}
    runs = read_results(study, **how)
    names = pairs(by, runs, scores)
    theirs = pd.DataFrame({ours: like(runs[ours], scores[its], its) for ours, its in names.items()})
    theirs, dropped = _known(theirs.assign(score=accuracies(scores, score)), runs)
    notes += dropped
    done = runs[runs["outcome"].eq("done")].assign(score=runs["accuracy"].astype(float))
    done = done.drop_duplicates([*names, "key"])  # two experiments may share a run
    _check_apart(done, list(names), runs.attrs["columns"])
    both = _pooled(theirs, list(names), "other_").merge(
        _pooled(done, list(names), ""), how="left", on=list(names)
    )
    both = both.astype(dict.fromkeys(_COUNTS, "Int64"))
    both[list(_COUNTS)] = both[list(_COUNTS)].fillna(0)
    intervals = [_interval(row) for row in both.to_dict("records")]
    both[["difference", "low", "high"]] = np.array(intervals, float).reshape(-1, 3)
    kept = [name for name in both if name not in (*names, *_COUNTS)]
    both = both.astype({**dict.fromkeys(kept, "Float64"), **_types(both, runs, names)})
    both.attrs = {"left_out": runs.attrs["left_out"], "digits": 4, "hidden": []}
    both.attrs["said"] = [_said(both), *notes, *_otherwise(study, scores, names, runs, how)]
    return in_notebook(both)


def _known(theirs: pd.DataFrame, runs: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Leave out the rows that have no score, or no value where all of our runs have one."""
    without = {
        name: theirs[name].isna() & (name == "score" or bool(runs[name].notna().all()))
        for name in theirs
    }
    said = [
        f"{int(gone.sum())} of {len(theirs)} rows of scores without a value for {quoted(name)} "
        f"{'is' if gone.sum() == 1 else 'are'} left out."
        for name, gone in without.items()
        if gone.any()
    ]
    return theirs[~pd.DataFrame(without).any(axis=1)].reset_index(drop=True), said


def _otherwise(
    study: str | Path | Study,
    scores: pd.DataFrame,
    names: Mapping[str, str],
    runs: pd.DataFrame,
    how: Mapping[str, object],
) -> Iterator[str]:
    """Say which settings the other runs had otherwise, by columns that tell no rows apart."""
    for column in scores:
        name = str(column).removeprefix(FLAG)
        is_setting = name in NAMES or name in runs.attrs["columns"]
        if not is_setting or name in names or column in names.values():
            continue
        ours = {_text(value) for value in read_groups(study, name, **how)}
        theirs = [_text(value) for value in scores[column].dropna().unique()]
        if ours and (others := [value for value in theirs if value not in ours]):
            yield (
                f"scores has {quoted(column)} = {listed(others)}, and our runs have "
                f"{listed(sorted(ours))}: they were made otherwise."
            )


def _text(value: object) -> str:
    """Write a value so that equal ones, in whatever type, are the same."""
    try:
        return f"{float(value):g}"
    except (TypeError, ValueError):
        return "none" if value is None else str(value).lower()


def _check_apart(done: pd.DataFrame, by: list[str], columns: Sequence[str]) -> None:
    """Refuse to pool runs that differ in more than their seeds."""
    apart = done[[*columns, *_APART]].drop_duplicates()
    twice = apart[apart.duplicated(by, keep=False)]
    if len(twice):
        texts = twice[by].astype("string").fillna("none")
        said = ", ".join(f"{name} = {texts[name].iloc[0]}" for name in by)
        alike = int((texts == texts.iloc[0]).all(axis=1).sum())
        raise SpecError(
            f"{alike} of our configurations have {said}, and are no replicates of each other: "
            f"name more columns in by, or say which runs are meant, by experiments or where."
        )


def _types(both: pd.DataFrame, runs: pd.DataFrame, by: Iterable[str]) -> dict[str, str]:
    """Give whole numbers back the type that they have with us, where all are whole."""
    whole = [name for name in by if pd.api.types.is_integer_dtype(runs[name])]
    return {name: "Int64" for name in whole if both[name].dropna().mod(1).eq(0).all()}


def _pooled(rows: pd.DataFrame, by: list[str], prefix: str) -> pd.DataFrame:
    numeric = [name for name in by if pd.api.types.is_numeric_dtype(rows[name])]
    rows = rows.astype(dict.fromkeys(numeric, "Float64"))
    pooled = rows.groupby(by, sort=False, dropna=False)["score"].agg(["count", "mean", "std"])
    pooled.columns = [f"{prefix}{name}" for name in ("n", "mean", "sd")]
    return pooled.reset_index()


def _interval(row: Mapping[str, float]) -> tuple[float, float, float]:
    """Give the difference of means and its interval; NaN for what is not known.

    Source: Welch 1947, by `scipy.stats`; for one run against n of mean m and standard deviation s,
    the prediction interval m ± t s √(1 + 1/n) with n - 1 degrees of freedom.
    """
    from scipy import stats

    unknown = math.nan
    if not row["n"] or not row["other_n"]:
        return unknown, unknown, unknown
    difference = row["other_mean"] - row["mean"]
    sizes = {"n": row["n"], "other_n": row["other_n"]}
    known = {"n": row["sd"], "other_n": row["other_sd"]}
    spread = [name for name, size in sizes.items() if size >= _SPREAD]
    if len(spread) == len(sizes):
        parts = {name: known[name] ** 2 / size for name, size in sizes.items()}
        variance = sum(parts.values())
        if variance == 0:
            return difference, difference, difference
        df = variance**2 / sum(part**2 / (sizes[name] - 1) for name, part in parts.items())
        half = stats.t.ppf((1 + _LEVEL) / 2, df) * math.sqrt(variance)
    elif len(spread) == 1:
        size = sizes[spread[0]]
        quantile = stats.t.ppf((1 + _LEVEL) / 2, size - 1)
        half = quantile * known[spread[0]] * math.sqrt(1 + 1 / size)
    else:
        return difference, unknown, unknown
    return difference, difference - half, difference + half


def _said(both: pd.DataFrame) -> str:
    beside = both[both["n"].gt(0)]
    judged = beside.dropna(subset=["low"])
    apart = int((judged["low"].gt(0) | judged["high"].lt(0)).sum())
    said = f"{len(beside)} of {len(both)} configurations have a run of ours beside them"
    if not len(beside):
        return f"{said}."
    mean = float(beside["difference"].mean())
    side = "above" if mean > 0 else "below"
    told = f"{said}; the other scores lie {abs(mean):.4f} {side} ours on average"
    if not len(judged):
        return f"{told}. With one run on both sides nothing says how far seeds lie apart."
    return f"{told}, and {apart} of {len(judged)} intervals (95 %) leave zero out."
