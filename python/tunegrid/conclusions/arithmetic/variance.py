"""How much of a number is the seed: variances between runs of one configuration, and their parts.

Assumed throughout: the runs of a configuration are independent, and near enough to normal for
their means.
"""

import math

import numpy as np
import pandas as pd

from .quantiles import f_ppf

#: When variances are squeezed or pooled: degrees of freedom in a group, cells with some.
_SQUEEZED, _POOLED, _CELLS = 30, 10, 10

#: From how many runs on a cell's own variance is taken.
LEAST_OWN = 3

CELL = ["experiment", "configuration"]


def seed_variance(
    scores: pd.DataFrame, value: str = "level", cells: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Estimate the variance between the runs of each configuration.

    Per variance group, the first that applies (d: a cell's runs less one): `squeezed` where the d
    add up to 30 and 10 cells have some (towards a common variance, Smyth 2004, "Linear models and
    empirical Bayes methods", Stat. Appl. Genet. Mol. Biol. 3); `pooled` where they add up to 10;
    `spread`, the variance of the means of an experiment's cells, where it has 10 with a run: it
    holds the differences of the configurations too, so it errs on the safe side; `own`, the
    cell's, from 3 runs on; `none`.

    Args:
        scores: from `score_frame`, with a column `group`, the variance group.
        value: `level` or `last`.
        cells: experiment, configuration and group of all cells, those without runs too; those of
            scores by default.

    Returns:
        experiment, configuration, group, n, mean, sd (of the cell alone, n - 1), variance, df,
        source, shared: cells with one label share each draw of their variance.
    """
    table = _cells(scores, value, cells)
    parts = [_of_group(group, own) for group, own in table.groupby("group", sort=False)]
    return pd.concat(parts).sort_index() if parts else table


def _cells(scores: pd.DataFrame, value: str, cells: pd.DataFrame | None) -> pd.DataFrame:
    names = [*CELL, "group"]
    if cells is None:
        cells = scores[names].drop_duplicates(CELL)
    found = scores.groupby(CELL, sort=False)[value].agg(["count", "mean", "std"])
    table = cells[names].join(found, on=CELL).reset_index(drop=True)
    table = table.rename(columns={"count": "n", "std": "sd"}).assign(n=table["count"].fillna(0))
    empty = {"variance": math.nan, "df": 0.0, "source": "none", "shared": ""}
    return table.assign(n=table["n"].astype(int), **empty)


def _of_group(group: str, own: pd.DataFrame) -> pd.DataFrame:
    own = own.copy()
    df = np.maximum(own["n"].to_numpy() - 1, 0)
    squares = own["sd"].to_numpy(float) ** 2
    if df.sum() >= _SQUEEZED and (df > 0).sum() >= _CELLS:
        variance, left, alone = squeeze(squares, df)
        labels = _labels(own) if alone else group
        return own.assign(variance=variance, df=left, source="squeezed", shared=labels)
    if df.sum() >= _POOLED:
        pooled = np.nansum(df * np.where(df > 0, squares, 0.0)) / df.sum()
        return own.assign(variance=pooled, df=float(df.sum()), source="pooled", shared=group)
    for experiment, part in own.groupby("experiment", sort=False):
        there = part["n"] > 0
        if there.sum() >= _CELLS:
            harmonic = there.sum() / (1 / part.loc[there, "n"]).sum()
            spread = part.loc[there, "mean"].var(ddof=1) * harmonic
            said = [spread, float(there.sum() - 1), "spread", f"{group}: {experiment}"]
            own.loc[part.index, ["variance", "df", "source", "shared"]] = said
        else:
            alone = part[part["n"] >= LEAST_OWN]
            own.loc[alone.index, "variance"] = alone["sd"] ** 2
            own.loc[alone.index, "df"] = alone["n"] - 1.0
            own.loc[alone.index, "source"] = "own"
            own.loc[alone.index, "shared"] = _labels(alone)
    return own


def _labels(cells: pd.DataFrame) -> pd.Series:
    return cells["experiment"] + ": " + cells["configuration"].astype(str)


def squeeze(variances: np.ndarray, df: np.ndarray) -> tuple[np.ndarray, np.ndarray, bool]:
    """Squeeze variances towards a common one, by how much they differ more than by chance.

    Source: Smyth 2004, section 6.2: the prior's variance and degrees of freedom by the moments of
    the logarithm of the variances.

    Args:
        variances, df: shape (cells,); where df is 0 there is no variance.

    Returns:
        The variances and their degrees of freedom, and whether each cell has its own: where they
        do not differ beyond chance, all have the pooled one.
    """
    from scipy.special import digamma, polygamma

    there, total = df > 0, float(df.sum())
    found, free = variances[there], df[there].astype(float)
    if not (found > 0).any():
        return np.zeros(len(df)), np.full(len(df), total), False
    found = np.maximum(found, 1e-5 * np.median(found[found > 0]))
    logs = np.log(found) - digamma(free / 2) + np.log(free / 2)
    beyond = logs.var(ddof=1) - polygamma(1, free / 2).mean()
    if beyond <= 0:
        common = (free * found).sum() / free.sum()
        return np.full(len(df), common), np.full(len(df), total), False
    prior = 2 * _inverse_trigamma(beyond)
    common = math.exp(logs.mean() + digamma(prior / 2) - math.log(prior / 2))
    squeezed = (prior * common + df * np.where(there, variances, 0.0)) / (prior + df)
    return squeezed, np.minimum(prior + df, total), True


def _inverse_trigamma(value: float) -> float:
    from scipy.optimize import brentq
    from scipy.special import polygamma

    low, high = 1e-3, 1e8
    ends = polygamma(1, low), polygamma(1, high)
    return brentq(lambda y: polygamma(1, y) - np.clip(value, ends[1], ends[0]), low, high)


def swing_variance(scores: pd.DataFrame) -> pd.Series:
    """Give the variance of the swings from epoch to epoch, by variance group.

    Known from hundreds of degrees of freedom at one seed, but a lower bound of the variance
    between runs' last epochs: it lacks what differs between runs.
    """
    sums = scores["swings"].map(lambda swings: float((swings**2).sum()))
    free = scores["swings"].map(lambda swings: max(len(swings) - 1, 0))
    grouped = pd.DataFrame({"sum": sums, "free": free}).groupby(scores["group"], sort=False).sum()
    return (grouped["sum"] / grouped["free"].where(grouped["free"] > 0)).rename("swing_variance")


def drift(scores: pd.DataFrame) -> pd.DataFrame:
    """Give how far a run's last epoch lies from its level, on average over an experiment's runs.

    Returns:
        experiment, runs, drift (mean of last - level), p_value of none (`scipy.stats.ttest_1samp`,
        two-sided; NA for fewer than two runs).
    """
    from scipy.stats import ttest_1samp

    rows = []
    for experiment, own in scores.groupby("experiment", sort=False):
        gone = (own["last"] - own["level"]).dropna()
        p = float(ttest_1samp(gone, 0).pvalue) if len(gone) > 1 and gone.std() > 0 else math.nan
        rows.append((experiment, len(gone), gone.mean() if len(gone) else math.nan, p))
    return pd.DataFrame(rows, columns=["experiment", "runs", "drift", "p_value"])


def decompose_variance(scores: pd.DataFrame, alpha: float = 0.05) -> pd.DataFrame:
    """Say what a published accuracy is made of: swing, run, configuration.

    Args:
        scores: from `score_frame`, with `group`.
        alpha: of the interval of `icc`.

    Returns:
        A row an experiment: runs, cells, swing_sd (from epoch to epoch), run_sd (between the
        levels of runs of a cell, less the swing), configuration_sd (between the cells' level
        means), and icc, icc_low, icc_high: which share of the variance of one published number is
        the configuration's (one-way analysis of variance of `last`; its interval as in Searle,
        "Linear models" 1971, ch. 9, cut at 0). run_sd and icc need 2 cells with 2 runs, else NA.
    """
    rows = [
        {"experiment": experiment, **_decomposed(own, alpha)}
        for experiment, own in scores.groupby("experiment", sort=False)
    ]
    return pd.DataFrame(rows)


def _decomposed(own: pd.DataFrame, alpha: float) -> dict[str, object]:
    levels = own.groupby("configuration")["level"].agg(["count", "mean", "var"])
    free = (levels["count"] - 1).clip(lower=0)
    many = (free > 0).sum() > 1
    swings = own["swings"]
    total = sum(max(len(one) - 1, 0) for one in swings)
    swing = sum(float((one**2).sum()) for one in swings) / total if total else math.nan
    within = (free * levels["var"].fillna(0)).sum() / free.sum() if many else math.nan
    width = float(own["window"].mean())
    between = levels["mean"].var(ddof=1) - within * (1 / levels["count"]).mean()
    return {
        "runs": len(own),
        "cells": len(levels),
        "swing_sd": math.sqrt(swing),
        "run_sd": _root(within - swing / width),
        "configuration_sd": _root(between),
        **_icc(own, alpha),
    }


def _root(variance: float) -> float:
    """Give a standard deviation: 0 for less than none, NaN for what is not known."""
    return math.nan if math.isnan(variance) else math.sqrt(max(0.0, variance))


def _icc(own: pd.DataFrame, alpha: float) -> dict[str, float]:
    cells = own.groupby("configuration")["last"].agg(["count", "mean", "var"])
    n, k = cells["count"].to_numpy(float), len(cells)
    total = n.sum()
    if (n > 1).sum() <= 1:
        return dict.fromkeys(("icc", "icc_low", "icc_high"), math.nan)
    grand = (n * cells["mean"]).sum() / total
    between = (n * (cells["mean"] - grand) ** 2).sum() / (k - 1)
    within = ((n - 1) * cells["var"].fillna(0)).sum() / (total - k)
    size = (total - (n**2).sum() / total) / (k - 1)
    ratio = between / within if within else math.inf

    def share(quotient: float) -> float:
        return 1.0 if math.isinf(quotient) else max(0.0, (quotient - 1) / (quotient - 1 + size))

    ends = [ratio / f_ppf(q, k - 1, total - k) for q in (1 - alpha / 2, alpha / 2)]
    return {"icc": share(ratio), "icc_low": share(ends[0]), "icc_high": share(ends[1])}
