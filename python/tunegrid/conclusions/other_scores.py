"""Scores from elsewhere, as of tfruns or tune, beside ours of the same configurations."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import SpecError, quoted
from ..results.measures import APART
from ..results.tidy import read_results
from ..study.parts import split_names
from ..study.study import Study

#: tfruns puts this before the names of a run's flags.
_FLAG = "flag_"

#: What sets our runs apart beside their configuration.
_APART = ("departures", *APART)

_COUNTS, _LEVEL, _SHOWN = ("n", "other_n"), 0.95, 8

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
        scores: one row a run; rows of one configuration are its replicates.
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
        `attrs["left_out"]` says what of ours was not taken.

    Raises:
        SpecError: for a column that is not there, one that is not numbers, no column in common,
            and columns that do not tell our configurations apart.
        StoreError: when the store cannot be read.
    """
    if not hasattr(scores, "columns"):
        raise SpecError(f"scores must be a data frame, not {type(scores).__name__}.")
    how = {"where": where, "protocol": protocol, "preset": preset, "any": any, "keys": keys}
    runs = read_results(study, experiments=experiments, store=store, **how)
    names = _pairs(by, runs.attrs["columns"], scores)
    theirs = pd.DataFrame(
        {ours: _like(runs[ours], scores[its], its) for ours, its in names.items()}
    )
    theirs["score"] = _numbers(scores, score)
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
    both.attrs = {"left_out": runs.attrs["left_out"], "said": [_said(both)], "digits": 4}
    return both


def _pairs(
    by: str | Sequence[str] | Mapping[str, str] | None, columns: Sequence[str], scores: pd.DataFrame
) -> dict[str, str]:
    """Say under which name `scores` has which of our columns."""
    if by is None:
        found = {
            name: given for name in columns for given in (f"{_FLAG}{name}", name) if given in scores
        }
        if not found:
            raise SpecError(
                f"scores has none of the columns {_listed(columns)}: say in by which of its "
                f"columns ({_listed(scores)}) says what."
            )
        return found
    names = dict(by) if isinstance(by, Mapping) else {name: name for name in split_names(by)}
    if not names:
        raise SpecError("by names no column: leave it out, or name one that both tables have.")
    for ours, its in names.items():
        if ours not in columns:
            raise SpecError(
                f"by: our configurations have no column {quoted(ours)}: choose from "
                f"{_listed(columns)}."
            )
        if its not in scores:
            raise SpecError(
                f"by: scores has no column {quoted(its)}: choose from {_listed(scores)}."
            )
    return names


def _check_apart(done: pd.DataFrame, by: list[str], columns: Sequence[str]) -> None:
    """Refuse to pool runs that differ in more than their seeds."""
    apart = done[[*columns, *_APART]].drop_duplicates()
    twice = apart[apart.duplicated(by, keep=False)]
    if len(twice):
        row = twice.iloc[0]
        said = ", ".join(f"{name} = {row[name]}" for name in by)
        alike = int((twice[by].astype(str) == row[by].astype(str)).all(axis=1).sum())
        raise SpecError(
            f"{alike} of our configurations have {said}, and are no replicates of each other: "
            f"name more columns in by, or say which runs are meant, by experiments or where."
        )


def _types(both: pd.DataFrame, runs: pd.DataFrame, by: Iterable[str]) -> dict[str, str]:
    """Give whole numbers back the type that they have with us, where all are whole."""
    whole = [name for name in by if pd.api.types.is_integer_dtype(runs[name])]
    return {name: "Int64" for name in whole if both[name].dropna().mod(1).eq(0).all()}


def _listed(names: Iterable[object]) -> str:
    shown = [quoted(name) for name in names]
    return ", ".join(shown[:_SHOWN]) + (", …" if len(shown) > _SHOWN else "") or "none"


def _like(ours: pd.Series, theirs: pd.Series, name: str) -> pd.Series:
    """Give a column the type of ours, so that equal values meet."""
    texts = theirs.astype("string")
    if not pd.api.types.is_numeric_dtype(ours) or pd.api.types.is_bool_dtype(ours):
        return texts.astype(ours.dtype) if pd.api.types.is_string_dtype(ours) else texts
    numbers = pd.to_numeric(texts, errors="coerce")
    wrong = numbers.isna() & texts.notna()
    if wrong.any():
        raise SpecError(
            f"The column {name} of scores has '{quoted(texts[wrong].iloc[0], 40)}', where ours has "
            f"numbers."
        )
    return numbers.astype("Float64")


def _numbers(scores: pd.DataFrame, name: str) -> pd.Series:
    if name not in scores:
        numeric = [one for one in scores if pd.api.types.is_numeric_dtype(scores[one])]
        raise SpecError(
            f"scores has no column {quoted(name)}: say in score which one is compared with our "
            f"accuracies (it has the numbers {_listed(numeric)})."
        )
    values = scores[name]
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        raise SpecError(f"The column {quoted(name)} of scores holds no numbers.")
    return values.astype("Float64").astype(float)


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
