"""How much of a number is the seed, with the truth known."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t
from worlds import SEED, scores

from tunegrid.conclusions.arithmetic.scores import score_frame
from tunegrid.conclusions.arithmetic.variance import (
    decompose_variance,
    drift,
    seed_variance,
    squeeze,
    swing_variance,
)


def covered(rng, sets, cells, n, *, sd=SEED, spread=0.0):
    """Say, for each cell of many studies, whether a fresh run lies in its 95 % interval."""
    found = []
    for _ in range(sets):
        sigma = np.broadcast_to(sd(rng) if callable(sd) else sd, cells)
        truth = 0.9 + spread * rng.standard_normal(cells)
        known = seed_variance(scores(rng, truth, n, sd=sigma))
        fresh = truth + sigma * rng.standard_normal(cells)
        half = t.isf(0.025, known["df"]) * np.sqrt(known["variance"] * (1 + 1 / known["n"]))
        found.append((np.abs(fresh - known["mean"]) < half).to_numpy())
    return np.array(found)


def test_equal_variances_are_pooled_and_cover():
    """65 cells with 3 runs each."""
    inside = covered(np.random.default_rng(1), 200, 65, 3)
    assert inside.mean() == pytest.approx(0.95, abs=0.01)


def test_unequal_variances_are_squeezed_and_cover_the_noisiest_too():
    """Standard deviations that are log-normal by 0.5."""
    rng, sigmas, found = np.random.default_rng(2), [], []
    for _ in range(200):
        sigma = SEED * np.exp(0.5 * rng.standard_normal(65))
        sigmas.append(sigma)
        found.append(covered(rng, 1, 65, 3, sd=sigma)[0])
    inside, sigmas = np.array(found), np.array(sigmas)
    assert inside.mean() == pytest.approx(0.94, abs=0.015)
    assert inside[sigmas > np.quantile(sigmas, 0.9)].mean() > 0.78


@pytest.mark.parametrize("spread", [0.0, 0.7 * SEED])
def test_one_run_each_is_judged_by_the_spread(spread):
    """It holds the cells' differences too, so it errs on the safe side."""
    inside = covered(np.random.default_rng(3), 300, 20, 1, spread=spread)
    assert inside.mean() >= 0.94


def test_the_source_says_where_a_variance_is_from():
    """Squeezed, pooled, spread, own, none: by how many runs there are."""
    rng = np.random.default_rng(4)

    def sources(cells, n):
        return set(seed_variance(scores(rng, np.full(cells, 0.9), n))["source"])

    assert sources(20, 3) == {"squeezed"}
    assert sources(6, 3) == {"pooled"}
    assert sources(10, 1) == {"spread"}
    assert sources(3, [3, 2, 1]) == {"own", "none"}
    assert sources(9, 1) == {"none"}


# limma 3.54.1: squeezeVar(x, df = 4)$var.post, and 4 + $df.prior.
LIMMA = [
    (
        [0.4, 1.1, 0.9, 2.5, 0.2, 1.6, 0.7, 3.9, 0.5, 1.2],
        [1.007088341202, 1.143369413965, 1.104431964604, 1.415931559491, 0.968150891841,
         1.240713037367, 1.065494515243, 1.688493705017, 1.026557065882, 1.162838138646],
        4 + 16.5457731087,
    ),
    (
        [0.1, 4.0, 0.3, 9.0, 0.02, 1.5, 0.6, 12.0, 0.05, 2.2],
        [0.1411346734496, 3.2004540260827, 0.2980228453795, 7.1226583243303, 0.0783794046776,
         1.2393518769589, 0.5333551032744, 9.4759809032788, 0.1019126304671, 1.7884604787136],
        4 + 1.09917344411,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("variances", "expected", "free"), LIMMA)
def test_squeezing_is_that_of_limma(variances, expected, free):
    """With equal degrees of freedom; for unequal ones newer limma has another estimator."""
    squeezed, df, alone = squeeze(np.array(variances), np.full(10, 4))
    assert alone
    assert squeezed == pytest.approx(expected, rel=1e-6)
    assert df == pytest.approx(free, rel=1e-6)


def test_variances_that_differ_by_chance_only_are_pooled():
    """Then limma's prior has infinitely many degrees of freedom."""
    variances = np.array([1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.1, 0.9, 1.0, 1.0])
    squeezed, df, alone = squeeze(variances, np.full(10, 4))
    assert not alone
    assert squeezed == pytest.approx(variances.mean())
    assert df == pytest.approx(40)


def test_cells_whose_runs_do_not_differ_spoil_no_others():
    """Half of the variances are 0, as of networks that learned nothing."""
    squeezed, _, alone = squeeze(np.r_[np.zeros(11), np.full(9, 1.0)], np.full(20, 2))
    assert alone
    assert np.isfinite(squeezed).all()


def test_runs_that_do_not_differ_have_no_variance():
    """Copies of one run say nothing of seeds."""
    frame = scores(np.random.default_rng(5), np.full(12, 0.9), 4, sd=0.0)
    assert (seed_variance(frame)["variance"] == 0).all()


@given(st.permutations(range(30)))
def test_the_order_of_rows_is_no_matter(order):
    """The same bits for the same runs."""
    frame = scores(np.random.default_rng(6), np.linspace(0.88, 0.92, 10), 3)
    mixed = frame.iloc[list(order)]
    cells = frame[["experiment", "configuration", "group"]].drop_duplicates()
    one, other = (seed_variance(table, cells=cells) for table in (frame, mixed))
    pd.testing.assert_frame_equal(one, other, rtol=1e-12)


def run_frames(values, *, epochs=8, **settings):
    """Give the frames of a run whose validation accuracy went so."""
    how = {"reported_accuracy": "validation", "reported_loss": "training", "validation": "test"}
    row = {
        "experiment": "grid", "configuration": 0, "replicate": 1, "key": "k", "seconds": 1.0,
        "epochs": epochs, "train_accuracy": 0.99, "val_accuracy": values[-1], "test_accuracy": 0.5,
        "train_loss": 0.1, "val_loss": 0.4, "test_loss": 0.5, **how, **settings,
    }  # fmt: skip
    epoch = pd.DataFrame({"key": "k", "epoch": range(1, epochs + 1), "val_accuracy": values})
    return pd.DataFrame([row]), epoch.assign(loss=0.2, accuracy=0.95, val_loss=0.3)


def test_a_level_is_the_mean_of_the_last_epochs():
    """A quarter of eight; the swings are those of the last four."""
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.6, 0.8]
    (found,) = score_frame(*run_frames(values)).to_dict("records")
    assert (found["last"], found["level"]) == (0.8, pytest.approx(0.7))
    assert found["swings"] == pytest.approx([-0.15, 0.05, -0.05, 0.15])
    (gap,) = score_frame(*run_frames(values), "gap").to_dict("records")
    assert gap["last"] == pytest.approx(0.99 - 0.8)
    assert gap["level"] == pytest.approx(0.95 - 0.7)


def test_held_out_epochs_are_no_level_of_the_test_images():
    """A study that reports test images beside a held-out tenth has last epochs only."""
    frames = run_frames([0.5] * 8, reported_accuracy="test", validation="last")
    (found,) = score_frame(*frames).to_dict("records")
    assert found["last"] == 0.5
    assert np.isnan(found["level"])
    assert len(found["swings"]) == 0


def test_one_epoch_is_its_own_level():
    """And nothing swings."""
    (found,) = score_frame(*run_frames([0.6], epochs=1)).to_dict("records")
    assert found["level"] == found["last"] == 0.6
    assert len(found["swings"]) == 0


def swinging(rng, cells, n, *, run_sd, swing_sd, cell_sd):
    """Give runs with swings, from the model that `decompose_variance` estimates."""
    frame = scores(rng, 0.9 + cell_sd * rng.standard_normal(cells), n, sd=run_sd)
    epochs = swing_sd * rng.standard_normal((len(frame), 10))
    level = frame["level"] + epochs[:, 5:].mean(axis=1)
    last = frame["level"] + epochs[:, -1]
    return frame.assign(level=level, last=last, swings=list(epochs - epochs.mean(axis=1)[:, None]))


def test_variance_is_taken_apart():
    """Swing, run and configuration, each to what it is."""
    frame = swinging(np.random.default_rng(7), 200, 4, run_sd=0.003, swing_sd=0.007, cell_sd=0.01)
    (found,) = decompose_variance(frame).to_dict("records")
    assert found["swing_sd"] == pytest.approx(0.007, rel=0.05)
    assert found["run_sd"] == pytest.approx(0.003, rel=0.2)
    assert found["configuration_sd"] == pytest.approx(0.01, rel=0.15)
    assert swing_variance(frame)["all"] == pytest.approx(0.007**2, rel=0.05)


def test_the_share_of_configurations_covers():
    """The interval of icc, 20 cells with 2 to 5 runs."""
    rng, inside = np.random.default_rng(8), []
    for _ in range(300):
        frame = scores(rng, 0.9 + 0.005 * rng.standard_normal(20), rng.integers(2, 6, 20))
        (found,) = decompose_variance(frame).to_dict("records")
        truth = 0.005**2 / (0.005**2 + SEED**2)
        inside.append(found["icc_low"] <= truth <= found["icc_high"])
    assert np.mean(inside) == pytest.approx(0.95, abs=0.025)


def test_drift_is_told_with_its_chance():
    """Last epochs that lie below their level."""
    frame = scores(np.random.default_rng(9), np.full(20, 0.9), 1)
    rng = np.random.default_rng(10)
    moved = frame.assign(last=frame["level"] - 0.004 + 0.002 * rng.standard_normal(20))
    (found,) = drift(moved).to_dict("records")
    assert found["drift"] == pytest.approx(-0.004, abs=0.001)
    assert found["p_value"] < 0.01
