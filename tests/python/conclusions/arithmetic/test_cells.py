"""Ours beside the published, with the truth known."""

import numpy as np
import pandas as pd
import pytest
from worlds import SEED, scores

from tunegrid.conclusions.arithmetic.cells import compare_cells, compare_tables
from tunegrid.study.statistics import Statistics

PLAIN = Statistics()
SHIFTED = Statistics(offset="dataset", offset_reason="other images")


def published(values, **more):
    """Give printed numbers, one a cell."""
    cells = pd.DataFrame({"experiment": "grid", "configuration": range(len(values))})
    return cells.assign(published=values, dataset="images", **more)


def verdicts(rng, truth, printed, n, settings):
    """Give the verdicts of a simulated study."""
    return compare_cells(scores(rng, truth, n), published(printed), settings)["verdict"]


def test_a_difference_of_delta_is_seldom_called_replicated():
    """Equivalence errs in 5 % of studies at most, the variance known to 130 df."""
    rng, delta = np.random.default_rng(1), 3 * SEED
    found = []
    for _ in range(25):
        printed = 0.9 + delta + SEED * rng.standard_normal(65)
        found += list(verdicts(rng, np.full(65, 0.9), printed, 3, Statistics(delta=delta)))
    assert found.count("replicated") / len(found) <= 0.06


def test_a_true_equal_is_called_replicated_when_delta_allows_it():
    """0.65 of them at delta = 3 sigma and three runs."""
    rng = np.random.default_rng(2)
    found = []
    for _ in range(25):
        printed = 0.9 + SEED * rng.standard_normal(65)
        found += list(verdicts(rng, np.full(65, 0.9), printed, 3, Statistics(delta=3 * SEED)))
    assert found.count("replicated") / len(found) == pytest.approx(0.65, abs=0.04)


@pytest.mark.parametrize("departing", [0, 3])
def test_a_shift_that_is_declared_is_no_difference(departing):
    """All published values lie 0.012 higher, some by 0.03 more: the good ones are left alone."""
    rng, good, bad = np.random.default_rng(3), [], []
    for _ in range(25):
        truth = 0.9 + 0.003 * rng.standard_normal(20)
        printed = truth + 0.012 + SEED * rng.standard_normal(20)
        printed[:departing] += 0.03
        found = verdicts(rng, truth, printed, 3, SHIFTED).eq("different beyond the offset")
        good += list(found[departing:])
        bad += list(found[:departing])
    assert np.mean(good) <= 0.07
    assert not departing or np.mean(bad) > 0.5


def test_an_undeclared_shift_is_shown_and_not_taken_out():
    """The difference less the shift stands beside, without a word."""
    rng = np.random.default_rng(4)
    found = compare_cells(scores(rng, np.full(20, 0.9), 3), published(np.full(20, 0.95)), PLAIN)
    assert found["verdict"].eq("different").all()
    assert found["difference_beyond"].abs().max() < 0.03


def test_a_table_as_a_whole_is_known_better_than_its_cells():
    """The median of 20 differences, at one seed each."""
    rng = np.random.default_rng(5)
    truth = np.full(20, 0.9)
    printed = published(truth + 0.02 + SEED * rng.standard_normal(20))
    compared = compare_cells(scores(rng, truth, 1), printed, PLAIN)
    found = compare_tables(compared, printed, PLAIN)
    assert found["table"].tolist() == ["grid", "images"]
    assert found["verdict"].tolist() == ["different"] * 2
    assert (found["low"] < 0.02).all()
    assert (found["high"] > 0.02).all()
    assert not found["beyond_seed"].any()


def test_cells_that_differ_by_more_than_seeds_are_noticed():
    """F at 0.01."""
    rng = np.random.default_rng(6)
    truth = np.full(20, 0.9)
    printed = published(truth + 0.04 * rng.standard_normal(20))
    compared = compare_cells(scores(rng, truth, 4), printed, PLAIN)
    assert compare_tables(compared, printed, PLAIN)["beyond_seed"].all()


def test_what_cannot_be_compared_is_said():
    """Nothing printed, no run, runs that depart, and no variance."""
    frame = scores(np.random.default_rng(7), np.full(3, 0.9), [1, 0, 0])
    cells = pd.DataFrame({"experiment": "grid", "configuration": range(4), "group": "all"})
    printed = published([0.9, 0.9, 0.9, np.nan], departs=[False, False, True, False])
    found = compare_cells(frame, printed, PLAIN, cells)
    assert found["verdict"].tolist() == [
        "too few runs", "too few runs", "not comparable", "no published value",
    ]  # fmt: skip


def test_one_published_run_is_never_known_to_half_a_percent():
    """At the variance of this study no number of our runs can make it equivalent."""
    frame = scores(np.random.default_rng(8), np.full(65, 0.9), 3)
    found = compare_cells(frame, published(np.full(65, 0.9)), PLAIN)
    assert not found["decidable"].any()
    assert not found["verdict"].eq("replicated").any()


def test_p_values_are_corrected_within_an_experiment():
    """Holm's are no smaller, and only the sentence about the table uses them."""
    frame = scores(np.random.default_rng(9), np.full(65, 0.9), 3)
    found = compare_cells(frame, published(np.full(65, 0.91)), PLAIN)
    assert (found["p_holm"] >= found["p_value"]).all()
    assert found["images_low"].lt(found["mean"]).all()
