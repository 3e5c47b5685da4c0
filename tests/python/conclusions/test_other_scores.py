"""Scores from elsewhere stand beside our runs of the same configurations, with an interval."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tunegrid import SpecError, compare_with, read_results

SMALLEST = {"layer1": 16, "layer2": 16, "layerdense": 16}
ONCE = {"layer1": 16, "layer2": 16, "layerdense": 128}


def others(place, *values, score="accuracy"):
    return pd.DataFrame([{**place, score: value} for value in values])


def ours(store):
    where = "layer1 == 16 and layer2 == 16 and layerdense == 16"
    runs = read_results("kh2021", experiments="two-layer", where=where, store=store)
    return runs["accuracy"].astype(float).to_numpy()


def beside(store, scores, **how):
    return compare_with("kh2021", scores, **{"experiments": "two-layer", "store": store, **how})


def test_with_replicates_on_both_sides_the_interval_is_welchs(kept):
    theirs = [0.9, 0.91, 0.905]
    row = beside(kept, others(SMALLEST, *theirs)).iloc[0]
    test = stats.ttest_ind(theirs, ours(kept), equal_var=False)
    found = test.confidence_interval()
    assert (row["other_n"], row["n"]) == (3, 5)
    assert np.allclose([row["low"], row["high"]], [found.low, found.high])


def test_one_run_is_held_against_where_one_more_of_ours_would_lie(kept):
    row = beside(kept, others(SMALLEST, 0.9)).iloc[0]
    half = stats.t.ppf(0.975, 4) * ours(kept).std(ddof=1) * np.sqrt(1 + 1 / 5)
    assert np.allclose(row["high"] - row["difference"], half)
    assert np.isclose(row["difference"], 0.9 - ours(kept).mean())


def test_of_one_run_on_both_sides_no_interval_is_known(kept):
    table = beside(kept, others(ONCE, 0.9))
    assert table.loc[0, "n"] == 1
    assert table[["low", "high"]].isna().all(axis=None)
    assert "nothing says how far seeds lie apart" in table.attrs["said"][0]


def test_a_configuration_without_our_runs_stays_in_the_table(kept):
    row = beside(kept, others({**SMALLEST, "layer1": 17}, 0.9)).iloc[0]
    assert row["n"] == 0
    assert pd.isna(row["difference"])


def test_names_of_tfruns_are_known(kept):
    flags = {f"flag_{name}": str(value) for name, value in SMALLEST.items()}
    table = beside(
        kept, others(flags, 0.9, score="metric_val_accuracy"), score="metric_val_accuracy"
    )
    assert list(table)[:4] == [*SMALLEST, "other_n"]
    assert table.loc[0, "n"] == 5


def test_columns_of_other_names_are_matched_by_name(kept):
    scores = others(SMALLEST, 0.9).rename(columns={"layer1": "filters"})
    pairs = {"layer1": "filters", "layer2": "layer2", "layerdense": "layerdense"}
    assert beside(kept, scores, by=pairs).loc[0, "n"] == 5


@pytest.mark.parametrize(
    ("scores", "how", "said"),
    [
        (others(SMALLEST, 0.9), {"by": "layer1"}, "name more columns in by"),
        (others(SMALLEST, 0.9), {"by": "units"}, "our configurations have no column units"),
        (others(SMALLEST, 0.9), {"by": "layer3"}, "our configurations have no column layer3"),
        (others({"units": 8}, 0.9), {}, "scores has none of the columns layer1"),
        (others(SMALLEST, 0.9), {"score": "auc"}, "scores has no column auc"),
        (others(SMALLEST, "high"), {}, "accuracy of scores holds no numbers"),
        (others({**SMALLEST, "layer1": "few"}, 0.9), {}, "has 'few', where ours has numbers"),
        (others(SMALLEST, 91.2), {}, "Row 1 of scores has 91.2 in the column accuracy: accuracies"),
        (others(SMALLEST, np.inf), {}, "Row 1 of scores has inf"),
        (others(SMALLEST, 0.9).assign(n=5, std_err=0.01), {}, "means of n = 5, and no runs"),
        (others(SMALLEST, 0.9).assign(**{".metric": "roc_auc"}), {}, "no row with .metric = acc"),
        ([0.9], {}, "scores must be a data frame, not list"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_one_sentence(kept, scores, how, said):
    with pytest.raises(SpecError, match=said):
        beside(kept, scores, **how)


def test_of_tune_s_rows_those_with_accuracy_are_taken(kept):
    scores = others(SMALLEST, 0.9, 0.99).assign(**{".metric": ["accuracy", "roc_auc"]})
    table = beside(kept, scores)
    assert (table.loc[0, "other_n"], table.loc[0, "other_mean"]) == (1, 0.9)
    assert "Of scores the rows with .metric = accuracy are taken." in table.attrs["said"]


def test_rows_without_a_value_are_left_out_aloud(kept):
    nowhere = {**SMALLEST, "layer1": None}
    table = beside(kept, pd.concat([others(SMALLEST, 0.9, None), others(nowhere, 0.9)]))
    assert table["other_n"].tolist() == [1]
    assert table.attrs["said"][1:] == [
        "1 of 3 rows of scores without a value for layer1 is left out.",
        "1 of 3 rows of scores without a value for score is left out.",
    ]


def test_settings_that_differ_are_named(kept):
    """By tfruns' names too; what is the same, and what is no setting, is not."""
    more = {"flag_batch_size": 128, "epochs": 3, "optimizer": "Adam", "samples": 60_000}
    said = beside(kept, others({**SMALLEST, **more}, 0.9)).attrs["said"][1:]
    assert said[:2] == [
        f"scores has {name} = {theirs}, and our runs have {ours}: they were made otherwise."
        for name, theirs, ours in (("flag_batch_size", 128, 64), ("epochs", 3, 20))
    ]
    assert "samples" not in " ".join(said)


def test_names_in_by_are_found_with_tfruns_prefix(kept):
    scores = others({f"flag_{name}": value for name, value in SMALLEST.items()}, 0.9)
    assert beside(kept, scores, by=list(SMALLEST)).loc[0, "n"] == 5
