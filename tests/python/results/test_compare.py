"""Ours beside the published."""

import shutil

import pandas as pd
import pytest

from tunegrid import comparison_table, load_study, read_results, run_grid
from tunegrid.study.study import STUDIES

KH2021 = load_study("kh2021")
LAYERS = ["layer1", "layer2", "layer3", "kernel", "layerdense"]
NUMBERS = ["published_loss", "published_accuracy", "replicates", "loss", "accuracy", "accuracy_sd"]


@pytest.mark.parametrize("experiment", ["one-layer", "two-layer", "three-layer"])
def test_an_empty_store_gives_the_published_table(experiment, tmp_path):
    """Every printed row, in the printed order, with nothing of ours."""
    table = comparison_table(KH2021, experiments=experiment, store=tmp_path)
    printed = pd.DataFrame(KH2021.published(experiment))
    columns = [name for name in LAYERS if name in printed]
    assert list(table) == [*columns, "epochs", *NUMBERS]
    for name in columns:
        assert table[name].tolist() == printed[name].tolist()
    assert table["published_accuracy"].tolist() == printed["accuracy"].tolist()
    assert table["published_loss"].tolist() == printed["loss"].tolist()
    assert table["epochs"].tolist() == printed["epochs"].tolist()
    assert table["replicates"].tolist() == [0] * len(printed)
    assert table["accuracy"].isna().all()


def test_replicates_are_averaged(small_store):
    """Means over replicates, and their standard deviation with n - 1."""
    runs = read_results("kh2021", any=True, store=small_store)
    table = comparison_table("kh2021", experiments="two-layer", any=True, store=small_store)
    done = table[table["replicates"] > 0]
    assert done["replicates"].tolist() == [2] * 4
    for row in done.itertuples():
        own = runs[(runs["layer1"] == row.layer1) & (runs["layer2"] == row.layer2)
                   & (runs["layerdense"] == row.layerdense)]["accuracy"]  # fmt: skip
        one, other = own
        assert row.accuracy == pytest.approx((one + other) / 2)
        assert row.accuracy_sd == pytest.approx(abs(one - other) / 2**0.5)


def test_runs_that_differ_in_more_than_the_seed_are_never_pooled(fashion_mnist, tmp_path):
    """Another length and another engine have rows of their own."""
    where = "layer2 == 16 and layerdense == 16"
    for how in ({"epochs": 1}, {"epochs": 2}, {"epochs": 1, "engine": "reference"}):
        run_grid(
            "kh2021", experiments="two-layer", where=where, train_size=256, store=tmp_path, **how
        )
    table = comparison_table(
        "kh2021", experiments="two-layer", where=where, any=True, store=tmp_path
    )
    assert table["replicates"].tolist() == [1, 1, 1]
    assert sorted(zip(table["epochs"], table["engine"], strict=True)) == [
        (1, "reference"), (1, "tensorflow"), (2, "tensorflow"),
    ]  # fmt: skip


def test_a_grid_of_one_s_own_stands_below_the_study_s(fashion_mnist, tmp_path):
    """Configurations that the study does not have are shown, without published numbers."""
    run_grid(
        "kh2021", experiments="one-layer", grid=[{"layer1": 4, "kernel": 3, "layerdense": 8}],
        epochs=1, train_size=256, store=tmp_path,
    )  # fmt: skip
    table = comparison_table("kh2021", experiments="one-layer", any=True, store=tmp_path)
    assert len(table) == 11
    assert str(table["kernel"].dtype) == "Int64"
    last = table.iloc[-1]
    assert (last["layer1"], last["replicates"]) == (4, 1)
    assert last["departures"] == "epochs = 1, grid = own, train_size = 256"
    assert pd.isna(last["published_accuracy"])


def test_configurations_of_one_s_own_are_told_apart_by_all_their_columns(fashion_mnist, tmp_path):
    """A column that the study's grid has not is no replicate; conditions reach it."""
    small = {"layer1": 4, "layerdense": 8}
    grid = pd.DataFrame([{**small, "dropout": 0.25}, {**small, "dropout": 0.75}])
    how = {"experiments": "one-layer", "store": tmp_path}
    run_grid("kh2021", grid=grid, epochs=1, train_size=256, **how)
    table = comparison_table("kh2021", any=True, **how)
    own = table[table["replicates"] > 0]
    assert own["dropout"].tolist() == [0.25, 0.75]
    assert own["replicates"].tolist() == [1, 1]
    assert own["kernel"].isna().all()
    picked = comparison_table("kh2021", any=True, where="dropout == 0.75", **how)
    assert picked["replicates"].tolist() == [1]


def test_several_experiments_stand_below_each_other(tmp_path):
    """They are told apart by a first column; layers keep their order."""
    table = comparison_table("kh2021", experiments="one-layer,three-layer", store=tmp_path)
    assert list(table)[:6] == ["experiment", *LAYERS]
    assert table["experiment"].value_counts().to_dict() == {"one-layer": 10, "three-layer": 35}
    assert str(table["layer3"].dtype) == "Int64"


def test_experiments_without_runs_stand_beside_those_with_some(fashion_mnist, tmp_path):
    """All tables are shown when only one experiment has been run; conditions reach own grids."""
    grid = [{"layer1": 4, "kernel": 3, "layerdense": 8}]
    settings = {"epochs": 1, "train_size": 256, "store": tmp_path}
    run_grid("kh2021", experiments="one-layer", grid=grid, **settings)
    assert len(comparison_table("kh2021", store=tmp_path)) == 87
    assert comparison_table("kh2021", any=True, store=tmp_path)["replicates"].sum() == 1
    picked = comparison_table("kh2021", any=True, where="layer1 == 4", store=tmp_path)
    assert picked["replicates"].tolist() == [1]
    assert comparison_table("kh2021", any=True, where="layer1 == 5", store=tmp_path).empty


def test_a_condition_leaves_out_experiments_without_its_columns(tmp_path):
    """`layer3 == 16` speaks of three-layer models only."""
    table = comparison_table("kh2021", where="layer3 == 16", store=tmp_path)
    assert table["layer3"].tolist() == [16] * 4


def test_a_study_without_a_number_for_a_row_has_it_last(tmp_path):
    """The base CNN without regularisation has no printed accuracy."""
    table = comparison_table("kh2021", experiments="base", store=tmp_path)
    assert table["model"].tolist()[0] == "cnn_dropout_l2"
    assert table["published_accuracy"].isna().tolist() == [False, True, True]


def test_a_quick_table_is_marked_for_programs_too(tmp_path):
    """A frame of quick runs has a column that says how they depart."""
    for preset, marked in (("full", False), ("quick", True)):
        table = comparison_table(KH2021, experiments="base", preset=preset, store=tmp_path)
        assert ("departures" in table) is marked


def test_epochs_may_be_a_column_of_the_grid(tmp_path):
    """A study that varies the epochs has a row for each number."""
    folder = tmp_path / "own"
    shutil.copytree(STUDIES / "kh2021", folder)
    file = folder / "study.toml"
    text = file.read_text().replace("kernel = [3]", "epochs = [1, 2]\nkernel = [3]", 1)
    file.write_text(text)
    table = comparison_table(folder, experiments="one-layer", store=tmp_path / "store")
    assert len(table) == 20
    assert set(table["epochs"]) == {1, 2}
