"""Rules by which a study picks the epoch that it reports, side by side."""

import math
from pathlib import Path

import pandas as pd

from ..study.study import Study
from .comparison import SCORES, scored
from .inputs import Inputs, read_inputs
from .judging import can_be_judged, judge_average

RULES = tuple(name for name in SCORES if name != "reported")


def compare_rules(
    study: str | Path | Study,
    *,
    protocol: str | None = None,
    store: str | Path | None = None,
) -> pd.DataFrame:
    """Say what a study's rule for choosing the epoch does to its numbers.

    Args:
        study: the id of a shipped study, the path of a study.toml, or a `Study`.
        protocol: default: the study's own default.
        store: a folder; default TUNEGRID_STORE, then ./tunegrid-store.

    Returns:
        A row an experiment and rule (last, best, held-out) that its runs have: runs, cells, mean,
        gain (over the last epoch of the same runs), gain_sd, p_value (of no gain,
        `scipy.stats.ttest_1samp`). `attrs["claims"]` has each claim's answer on average under each
        rule, judged by those epochs.

    Raises:
        SpecError: for what does not exist.
        StoreError: when the store cannot be read.
    """
    inputs = read_inputs(study, protocol=protocol, store=store)
    last = inputs.scores("accuracy").set_index(["cell", "key"])["last"]
    rows = []
    for rule in RULES:
        found = scored(inputs, rule).set_index(["cell", "key"])
        gain = (found["last"] - last.reindex(found.index)).groupby(found["experiment"], sort=False)
        for experiment, own in gain:
            values = found.loc[own.index, "last"]
            cells = own.index.get_level_values("cell").nunique()
            row = {"experiment": experiment, "rule": rule, "runs": len(own), "cells": cells}
            spread = own.std() if len(own) > 1 else math.nan
            more = {"mean": values.mean(), "gain": own.mean(), "gain_sd": spread}
            rows.append(row | more | {"p_value": _p_value(own)})
    names = ["experiment", "rule", "runs", "cells", "mean", "gain", "gain_sd", "p_value"]
    table = pd.DataFrame(rows, columns=names)
    table.attrs["claims"] = _claims(inputs)
    table.attrs["left_out"] = list(inputs.left_out)
    return table


def _p_value(gains: pd.Series) -> float:
    from scipy.stats import ttest_1samp

    if len(gains) < 2 or not gains.std() > 0:  # noqa: PLR2004 - one gain has no spread
        return math.nan
    return float(ttest_1samp(gains, 0).pvalue)


def _claims(inputs: Inputs) -> pd.DataFrame:
    """Judge each claim by each rule's epochs."""
    rows = []
    for claim in inputs.study.claims:
        if can_be_judged(claim) and claim.measure == "accuracy":
            row = {"claim": claim.id}
            for rule in RULES:
                scores = scored(inputs, rule).assign(level=math.nan)
                row[rule] = judge_average(inputs, claim, inputs.settings.alpha, scores).average
            rows.append(row)
    return pd.DataFrame(rows, columns=["claim", *RULES])
