"""What is so of a data set, and what runs that held examples out say of its test images."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from tunegrid import DataError, SpecError, check_data, read_results, run_grid
from tunegrid.data.own import own_data
from tunegrid.data.split import fold_of

COLUMNS = ["check", "part", "count", "estimate", "low", "high", "detail"]
GAP = "held out minus test"


def _part(rng, count):
    """Make small images whose class is where they are bright, so that there is some to learn."""
    y = rng.integers(0, 3, count)
    x = rng.integers(0, 200, (count, 6, 6))
    x[np.arange(count), y, y] = 255
    return x.astype("u1"), y


def own(seed=1):
    """Make data of one's own, with names for its classes."""
    rng = np.random.default_rng(seed)
    arrays = (*_part(rng, 90), *_part(rng, 60))
    return own_data(arrays, name="corners", class_names=["first", "second", "third"])


def train(store, name, grid, *, data=None, seeds=1, **settings):
    """Train a small model on the data for each row of a grid."""
    rows = [{"dense1": 8, **row} for row in grid]
    how = {"model": "dense_stack", "data": data or own(), "name": name, "seeds": seeds}
    run_grid(grid=rows, **how, set={"epochs": 2, **settings}, workers=1, store=store)


@pytest.fixture(scope="module")
def held_out_store(tmp_path_factory):
    """A store with runs that held three folds out, some that held others out, and some none."""
    store = tmp_path_factory.mktemp("held-out") / "store"
    folds = {"validation": "fold", "folds": 3}
    train(store, "folded", [{"fold": fold} for fold in (1, 2, 3)], seeds=2, **folds)
    train(store, "last", [{}], validation="last", validation_size=30)
    train(store, "pooled", [{"fold": 2}], split="pooled", split_seed=4, **folds)
    train(store, "tested", [{}])
    train(store, "other", [{"fold": 1}], data=own(2), **folds)
    return store


def gaps(found):
    """Give the rows of what was held out, by how."""
    return found[found["check"] == GAP].set_index("part")


def test_the_difference_is_that_of_the_runs_with_student_s_interval(held_out_store):
    """One value a run, by SciPy's test of one sample; runs of other data have no say."""
    found = check_data(own(), store=held_out_store)
    assert list(found) == COLUMNS
    row = gaps(found).loc["fold of 3"]
    runs = read_results("folded", store=held_out_store)
    differences = (runs["val_accuracy"] - runs["test_accuracy"]).to_numpy(float)
    low, high = ttest_1samp(differences, 0).confidence_interval(0.95)
    assert row["count"] == 6
    assert row["estimate"] == pytest.approx(differences.mean(), abs=1e-12)
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1e-12)
    assert row["detail"].endswith(f"{high:+.4f}), folds 1, 2, 3")
    assert found.attrs["note"] == []


def test_held_out_images_are_scored_apart_from_the_test_images(held_out_store):
    """The share of them that is right is a multiple of one in the fold's number."""
    runs = read_results("folded", store=held_out_store)
    for row in runs.itertuples():
        size = int((fold_of(own().images.y_train, 3, 1) == row.fold).sum())
        assert round(row.val_accuracy * size, 3) == pytest.approx(row.val_accuracy * size)


def test_each_way_of_holding_out_stands_apart(held_out_store):
    """Folds, the last images, and parts that were drawn again; one run has no interval."""
    found = gaps(check_data(own(), store=held_out_store))
    assert found["count"].to_dict() == {"fold of 3": 6, "last 30": 1, "pooled, fold of 3": 1}
    assert found["low"].isna().to_list() == [False, True, True]
    assert found.loc["last 30", "detail"].endswith("in accuracy (one run, no interval)")
    assert found.loc["pooled, fold of 3", "detail"].endswith("no interval), fold 2")


def test_a_run_that_two_studies_share_counts_once(held_out_store, tmp_path):
    """It is one run."""
    store = tmp_path / "store"
    shutil.copytree(held_out_store, store)
    train(store, "again", [{}], validation="last", validation_size=30)
    assert gaps(check_data(own(), store=store)).loc["last 30", "count"] == 1


def test_the_store_s_data_is_found_by_name_and_by_digest(held_out_store):
    """With its class names; a name that two data sets have is answered with their digests."""
    digests = [own(seed).dataset.digest for seed in (1, 2)]
    with pytest.raises(SpecError, match="'corners' is the name of 2 data sets") as caught:
        check_data("corners", store=held_out_store)
    assert all(digest[:12] in str(caught.value) for digest in digests)
    named = check_data(digests[0][:8], store=held_out_store)
    pd.testing.assert_frame_equal(named, check_data(own(), store=held_out_store))
    assert "class 2 (third)" in set(named["check"])
    assert named.attrs["caption"].startswith(f"corners, digest {digests[0][:12]}, in ")
    assert gaps(check_data(digests[1], store=held_out_store))["count"].to_list() == [1]


def test_data_that_the_store_has_lost_is_an_error(held_out_store, tmp_path):
    """It says what to do."""
    store = tmp_path / "store"
    shutil.copytree(held_out_store, store)
    digest = own().dataset.digest
    (store / "data" / f"{digest}.npz").unlink()
    with pytest.raises(DataError, match="give it again"):
        check_data(digest, store=store)


def test_without_runs_it_says_how_to_make_some(tmp_path):
    """Everything else is there, and no row of what was held out."""
    found = check_data(own(), store=tmp_path)
    assert gaps(found).empty
    (said,) = found.attrs["note"]
    assert "validation=fold, folds=6 and fold=1" in said
    assert not (tmp_path / "results.sqlite").exists()
    assert [str(kind) for kind in found.dtypes] == [
        "string", "string", "Int64", "Float64", "Float64", "Float64", "string",
    ]  # fmt: skip


def test_arrays_a_file_and_a_csv_file_are_looked_at_alike(tmp_path):
    """The same words for all, whatever they came in."""
    data = own()
    arrays = {name: getattr(data.images, name) for name in vars(data.images)}
    file = tmp_path / "corners.npz"
    np.savez(file, **arrays, class_names=list(data.dataset.class_names))
    assert check_data(str(file), store=tmp_path).equals(check_data(data, store=tmp_path))
    assert check_data(file, store=tmp_path).equals(check_data(data, store=tmp_path))
    unnamed = check_data(arrays, store=tmp_path)
    assert unnamed["count"].equals(check_data(data, store=tmp_path)["count"])
    rows = np.concatenate([arrays["x_train"], arrays["x_test"]]).reshape(150, 36)
    table = pd.DataFrame(rows, columns=[f"pixel{number}" for number in range(1, 37)])
    table["label"] = np.concatenate([arrays["y_train"], arrays["y_test"]])
    table["part"] = ["train"] * 90 + ["test"] * 60
    table.to_csv(tmp_path / "corners.csv", index=False)
    pd.testing.assert_frame_equal(check_data(tmp_path / "corners.csv", store=tmp_path), unnamed)


def test_the_data_sets_that_ship_are_known_by_name(fashion_mnist, tmp_path):
    """With what is known of them beforehand."""
    found = check_data("fashion_mnist", store=tmp_path).set_index(["check", "part"])
    assert found.loc[("examples", "train"), "count"] == 60_000
    assert found.loc[("classes", "test"), "detail"] == "1000 images of each"
    assert found.loc["duplicates", "count"].eq(0).all()
    assert found.attrs["caption"].startswith("Fashion-MNIST, digest bc3b3a15d36c, in ")


@pytest.mark.parametrize("name", ["mnst", "", "abcd", "corner"])
def test_a_name_that_nothing_has_is_answered_with_the_choices(held_out_store, name):
    """Those that ship and those of the store."""
    said = f"no data set '{name}': give one of fashion_mnist, mnist, fashion_mnist_kaggle, corners"
    with pytest.raises(SpecError, match=said):
        check_data(name, store=held_out_store)


def test_what_is_no_data_is_an_error(tmp_path):
    """As where data is given to be learned from."""
    with pytest.raises(DataError, match="There is no file"):
        check_data(tmp_path / "none.npz", store=tmp_path)
    with pytest.raises(DataError, match="Data must be"):
        check_data(3, store=tmp_path)


def test_the_command_prints_the_table_and_says_the_rest(tune_grid, held_out_store):
    """The numbers of the details are for programs too."""
    words = ("data", "check", own().dataset.digest[:10], "--store", held_out_store)
    shown = tune_grid(*words)
    assert shown.returncode == 0
    assert shown.stderr.startswith("corners, digest ")
    assert "|held out minus test" in shown.stdout
    assert "|estimate" not in shown.stdout
    rows = json.loads(tune_grid(*words, "--format", "json").stdout)
    (row,) = (row for row in rows if row["part"] == "fold of 3")
    assert row["low"] <= row["estimate"] <= row["high"]
