"""Ours beside the published, cell by cell: what one published number is worth."""

import math

import numpy as np
import pandas as pd

from ...study.statistics import Statistics
from .quantiles import f_sf, holm, normal_isf, t_isf, t_sf, wilson
from .variance import CELL, seed_variance

#: Cells with both numbers from which on a shift, and a table as a whole, can be judged.
MOST_FEW = 10
#: How many other test images Wilson's interval is for.
TEST_IMAGES = 10_000
#: What F of the cells' differences is read at: under real swings it rejects too often at 0.05.
F_ALPHA = 0.01


def compare_cells(
    scores: pd.DataFrame,
    published: pd.DataFrame,
    settings: Statistics,
    cells: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Hold published numbers against ours, one by one.

    `replicated` by two one-sided tests (Schuirmann 1987): the only ground for the word.
    `different` by the 95 % prediction interval of one more such number (Patil, Peng & Leek 2016,
    "What should researchers expect when they replicate studies?", Perspect. Psychol. Sci. 11), and
    by more than delta. With `offset = "dataset"` each difference is lessened by the median of the
    others of its data set, from all its experiments: published values may share a shift.

    Args:
        scores: from `score_frame`, with `group`.
        published: experiment, configuration, published, published_runs (1 by default), unit (of
            the last printed digit, 0 by default), dataset; and departs (whether we have runs of
            it that depart only).
        settings: delta, alpha and offset.
        cells: all cells with their group; those of scores by default.

    Returns:
        A row a cell of published: experiment, configuration, published, n, mean, sd, source, df,
        difference (published less ours), low, high (of the prediction interval about our mean),
        inside, difference_beyond (less the offset), p_value, p_holm (within the experiment),
        images_low, images_high (Wilson, for other images), decidable, verdict.
    """
    variances = seed_variance(scores, "last", cells)
    table = published.merge(variances, how="left", on=CELL, suffixes=("", "_ours"))
    table["n"] = table["n"].fillna(0).astype(int)
    table["source"] = table["source"].fillna("none")
    runs = _column(table, "published_runs", 1.0)
    n, v = table["n"].to_numpy(float), table["variance"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        error2 = v * (1 / runs + 1 / n)
    df = table["df"].to_numpy(float)
    gap = (table["published"] - table["mean"]).to_numpy(float)
    shift, shift_error2, count = _offset(gap, error2, table["dataset"].to_numpy(object))
    declared = settings.offset == "dataset"
    judged, error2_judged = (gap - shift, error2 + shift_error2) if declared else (gap, error2)
    error = np.sqrt(error2_judged)
    half = _column(table, "unit", 0.0) / 2
    around = t_isf(settings.alpha / 2, df) * np.sqrt(error2)
    p = 2 * t_sf(np.abs(judged) / error, df)
    table["difference"], table["difference_beyond"] = gap, gap - shift
    table["low"], table["high"] = table["mean"] - around, table["mean"] + around
    table["inside"] = pd.array(np.abs(gap) - half <= around, dtype="boolean")
    table.loc[np.isnan(around), "inside"] = pd.NA
    table["p_value"] = p
    table["p_holm"] = table.groupby("experiment", sort=False)["p_value"].transform(holm)
    table["images_low"], table["images_high"] = wilson(table["mean"].to_numpy(float), TEST_IMAGES)
    with np.errstate(invalid="ignore"):
        table["decidable"] = normal_isf(settings.alpha) * np.sqrt(v / runs) < settings.delta
        replicated = np.abs(judged) + half + t_isf(settings.alpha, df) * error < settings.delta
        different = (np.abs(judged) - half > t_isf(settings.alpha / 2, df) * error) & (
            np.abs(judged) > settings.delta
        )
    words = ("replicated but for an offset", "different beyond the offset")
    words = words if declared else ("replicated", "different")
    verdict = np.select([replicated, different], words, "undecided").astype(object)
    verdict[declared & (count < MOST_FEW)] = "undecided"
    verdict[(table["source"] == "none") | (n == 0) | ~(v > 0)] = "too few runs"
    verdict[_column(table, "departs", 0.0).astype(bool) & (n == 0)] = "not comparable"
    verdict[table["published"].isna()] = "no published value"
    names = [
        *CELL, "published", "n", "mean", "sd", "source", "df", "difference", "low", "high",
        "inside", "difference_beyond", "p_value", "p_holm", "images_low", "images_high",
        "decidable",
    ]  # fmt: skip
    return table[names].assign(verdict=verdict)


def _column(table: pd.DataFrame, name: str, default: float) -> np.ndarray:
    if name not in table:
        return np.full(len(table), default)
    return table[name].fillna(default).to_numpy(float)


def _offset(
    gap: np.ndarray, error2: np.ndarray, dataset: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give each cell the median gap of the others of its data set, as some cells may depart.

    Returns:
        The medians, their squared errors, and how many cells the data set has.
    """
    shift, squared = np.full(len(gap), np.nan), np.full(len(gap), np.nan)
    count = np.zeros(len(gap), int)
    for name in set(dataset):
        own = np.flatnonzero((dataset == name) & ~np.isnan(gap) & ~np.isnan(error2))
        count[dataset == name] = len(own)
        if len(own) > 1:
            shift[own] = _medians_of_others(gap[own])
            squared[own] = math.pi / 2 * error2[own].mean() / (len(own) - 1)
    return shift, squared, count


def _medians_of_others(values: np.ndarray) -> np.ndarray:
    return np.array([np.median(np.delete(values, i)) for i in range(len(values))])


def compare_tables(
    compared: pd.DataFrame, published: pd.DataFrame, settings: Statistics
) -> pd.DataFrame:
    """Hold published tables against ours, each as a whole.

    Args:
        compared: from `compare_cells`.
        published: as there; `dataset` tells data sets apart.
        settings: delta and alpha.

    Returns:
        A row an experiment and a row a data set with at least 10 cells with both numbers: table,
        cells, shift (the median of published less ours), low, high, verdict; f, f_p_value and
        beyond_seed: whether the cells differ among each other by more than the seed (read at
        0.01). The shift's error is that of a median: √(π/2 · mean variance / k).
    """
    joined = compared.merge(published[[*CELL, "dataset"]], on=CELL, how="left")
    both = joined[joined["difference"].notna() & joined["df"].gt(0)]
    rows = [
        {"table": name, **found}
        for by in ("experiment", "dataset")
        for name, own in both.groupby(by, sort=False)
        if len(own) >= MOST_FEW and (found := _as_a_whole(own, settings))
    ]
    names = ["table", "cells", "shift", "low", "high", "verdict", "f", "f_p_value", "beyond_seed"]
    return pd.DataFrame(rows, columns=names)


def _as_a_whole(own: pd.DataFrame, settings: Statistics) -> dict[str, object]:
    k, df = len(own), float(own["df"].min())
    half_width = ((own["high"] - own["low"]) / 2).to_numpy(float)
    squared = (half_width / t_isf(settings.alpha / 2, own["df"].to_numpy(float))) ** 2
    if not squared.mean() > 0:
        return {}
    shift = float(own["difference"].median())
    error = math.sqrt(math.pi / 2 * squared.mean() / k)
    ratio = float(own["difference"].var(ddof=1) / squared.mean())
    p = float(f_sf(ratio, k - 1, df))
    wide, narrow = (float(t_isf(a, df)) * error for a in (settings.alpha / 2, settings.alpha))
    if abs(shift) + narrow < settings.delta:
        verdict = "replicated"
    elif abs(shift) > max(wide, settings.delta):
        verdict = "different"
    else:
        verdict = "undecided"
    return {
        "cells": k,
        "shift": shift,
        "low": shift - wide,
        "high": shift + wide,
        "verdict": verdict,
        "f": ratio,
        "f_p_value": p,
        "beyond_seed": p < F_ALPHA,
    }
