"""Tidy results and the state of a store."""

import shutil

import pytest

from tunegrid import SpecError, read_results, run_grid, run_status
from tunegrid.results.frames import as_frame
from tunegrid.results.measures import MEASURES
from tunegrid.study.settings import PRESETS
from tunegrid.study.study import STUDIES

COLUMNS = ["study", "protocol", "experiment", "layer1", "layer2", "kernel", "layerdense", *MEASURES]


def test_one_row_a_run_in_the_study_s_order(small_store):
    """Configurations as the study orders them, replicates within."""
    rows = read_results("kh2021", experiments="two-layer", any=True, store=small_store)
    assert list(rows) == COLUMNS
    assert rows["replicate"].tolist() == [1, 2] * 4
    assert rows["layerdense"].tolist() == [16, 16, 32, 32, 32, 32, 32, 32]
    assert rows["departures"].unique().tolist() == ["epochs = 2, train_size = 512"]


def test_loss_is_what_the_protocol_says_that_it_is(small_store):
    """As run, the study's loss column is the training loss; accuracy is the test images'."""
    rows = read_results("kh2021", any=True, store=small_store)
    assert rows["loss"].equals(rows["train_loss"])
    assert rows["accuracy"].equals(rows["val_accuracy"])
    assert not rows["loss"].equals(rows["val_loss"])


def test_only_whole_replications_are_read_unless_told_otherwise(small_store):
    """Departing runs are left out, and it is said how many and why."""
    rows = read_results("kh2021", store=small_store)
    assert rows.empty
    (said,) = rows.attrs["left_out"]
    assert said.startswith("8 runs depart from the protocol (epochs = 2, train_size = 512)")


def test_quick_runs_are_read_as_quick_runs(fashion_mnist, tmp_path, monkeypatch):
    """A run that departs as the preset does belongs to the preset, however it was asked for."""
    monkeypatch.setitem(PRESETS, "quick", {"epochs": 1, "train_size": 256})
    where = "layer2 == 16 and layerdense == 16"
    run_grid("kh2021", where=where, epochs=1, train_size=256, store=tmp_path,
             experiments="two-layer")  # fmt: skip
    assert len(read_results("kh2021", preset="quick", store=tmp_path)) == 1
    assert read_results("kh2021", store=tmp_path).empty


def test_conditions_and_experiments_pick_rows(small_store):
    """The same words as for running."""
    picked = read_results("kh2021", where="layer1 == 32", any=True, store=small_store)
    assert picked["layer1"].tolist() == [32, 32]
    with pytest.raises(SpecError, match="No configuration meets"):
        read_results("kh2021", where="layer1 == 17", store=small_store)


def test_a_run_of_a_study_that_was_changed_since_is_left_out(fashion_mnist, tmp_path):
    """What a study's file said when a run was made is what the run belongs to."""
    folder = tmp_path / "own"
    shutil.copytree(STUDIES / "kh2021", folder)
    file = folder / "study.toml"
    store = tmp_path / "store"
    where = "layer2 == 16 and layerdense == 16"
    run_grid(folder, experiments="two-layer", where=where, epochs=1, train_size=256, store=store)
    assert len(read_results(folder, any=True, store=store)) == 1
    file.write_text(file.read_text().replace("dropout = 0.5  ", "dropout = 0.4  "))
    changed = read_results(folder, any=True, store=store)
    assert changed.empty
    assert changed.attrs["left_out"] == ["1 run of an earlier version of the study file left out."]


def test_status_counts_what_has_become_of_a_plan(small_store):
    """One row for each part of the plan."""
    (row,) = run_status(store=small_store).itertuples()
    assert (row.experiment, row.planned, row.done, row.failed) == ("two-layer", 8, 8, 0)
    assert (row.training, row.missing) == (0, 0)
    assert run_status("kh2021", store=small_store / "none").empty


def test_columns_have_the_types_of_their_values():
    """Integers stay integers beside missing ones, and 0.0 is no integer."""
    frame = as_frame([{"a": 1, "b": 0.0, "c": "x"}, {"b": 0.0, "c": "y", "d": True}])
    types = ["Int64", "Float64", "string", "boolean"]
    assert [str(kind) for kind in frame.dtypes] == types
    assert frame["a"].isna().tolist() == [False, True]


def test_rows_of_a_grid_of_one_s_own_are_in_order_of_their_values(fashion_mnist, tmp_path):
    """What the study does not know has no order of its own."""
    grid = [
        {"layer1": one, "layer2": 2, "kernel": 3, "layerdense": dense}
        for one in (8, 2)
        for dense in (16, 4)
    ]
    settings = {"epochs": 1, "train_size": 64, "store": tmp_path}
    run_grid("kh2021", experiments="two-layer", grid=grid, seeds=2, **settings)
    rows = read_results("kh2021", any=True, store=tmp_path)
    found = rows[["layer1", "layerdense", "replicate"]].to_numpy().tolist()
    assert found == sorted(found)
