"""Grids on data of one's own, from the command alone."""

import json

import numpy as np
import pytest

NETWORK = """
import keras


def build(row):
    return keras.Sequential(
        [
            keras.Input((9, 14, 3)),
            keras.layers.Conv2D(int(row["filters"]), 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(12, activation="softmax"),
        ]
    )
"""


@pytest.fixture
def folder(tmp_path):
    """Colour images of 12 classes, vectors of 3, a csv; grids and a model for them."""
    rng = np.random.default_rng(3)
    for name, shape, classes in (("colour", (9, 14, 3), 12), ("vectors", (5,), 3)):
        x, y = rng.integers(0, 256, (90, *shape)), np.arange(90) % classes
        arrays = {"x_train": x[:60], "y_train": y[:60], "x_test": x[60:], "y_test": y[60:]}
        np.savez(tmp_path / f"{name}.npz", **arrays)
    rows = [f"{n % 3},{n % 7},{n / 2}" for n in range(60)]
    (tmp_path / "rows.csv").write_text("\n".join(["label,a,b", *rows]) + "\n")
    (tmp_path / "filters.csv").write_text("filters\n2\n4\n")
    (tmp_path / "units.csv").write_text("dense1\n2\n4\n")
    (tmp_path / "net.py").write_text(NETWORK)
    return tmp_path


@pytest.mark.parametrize(
    ("data", "grid", "model"),
    [
        ("colour.npz", "filters.csv", "net.py:build"),
        ("vectors.npz", "units.csv", "mlp"),
        ("rows.csv", "units.csv", "mlp"),
    ],
)
def test_a_grid_goes_from_a_file_to_another_store(data, grid, model, folder, tune_grid):
    """Trained, tabulated, exported, imported and verified."""
    own = ["--grid", grid, "--data", data, "--model", model, "--name", "mine"]
    how = ["--epochs", "1", "--set", "scaling=standard"]
    for words in (
        ["run", *own, *how],
        ["export", "mine", "out", "--with-data"],
        ["import", "out", "--store", "there"],
        ["verify", "--store", "there"],
    ):
        done = tune_grid(*words)
        assert done.returncode == 0, done.stderr
    table = tune_grid("table", "mine", "--store", "there", "--format", "json").stdout
    assert [row["replicates"] for row in json.loads(table)] == [1, 1]


def test_data_of_very_many_classes_have_no_matrix(folder, tune_grid):
    """It would take 31 GiB."""
    x, y = np.zeros((40, 5)), np.r_[64_999, np.arange(39)]
    np.savez(folder / "many.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    own = ["--grid", "units.csv", "--data", "many.npz", "--model", "mlp", "--name", "many"]
    assert tune_grid("run", *own, "--epochs", "1").returncode == 0
    assert "of more than 100 classes" in tune_grid("figure", "many", "confusion").stderr
    assert tune_grid("figure", "many", "images").returncode == 0
    assert tune_grid("export", "many", "out").returncode == 0
    assert (folder / "out" / "images-own.csv").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "net.py:make"], "net.py has no function make; it has build"),
        (["--model", "none.py:build"], "there is no file none.py"),
        (["--model", "net.py"], "--model must be FILE.py:FUNCTION"),
        (["--model", "nett"], "There is no architecture 'nett'"),
        (["--model", "net.py:build", "--data", "units.csv"], "units.csv has no column label"),
        (["--model", "net.py:build", "--dataset", "mnist", "--data", "colour.npz"], "not both"),
        (["--model", "net.py:build"], r"must take (None, 28, 28, 1)"),
    ],
)
def test_what_cannot_be_run_is_one_sentence(words, said, folder, tune_grid):
    """And exit code 2."""
    done = tune_grid("run", "--grid", "filters.csv", "--epochs", "1", *words)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_function_that_fails_is_told_of_with_its_row(folder, tune_grid):
    """Its own modules can be imported inside it, and data classes be defined beside it."""
    text = """
from __future__ import annotations
from dataclasses import dataclass


@dataclass
class Size:
    width: int


def build(row):
    import net
    return {}[row["filters"]]
"""
    (folder / "odd.py").write_text(text)
    done = tune_grid("run", "--grid", "filters.csv", "--model", "odd.py:build", "--epochs", "1")
    assert done.returncode == 2
    assert "odd.py:build failed for the row {'filters': 2} (KeyError: 2)" in done.stderr


def test_a_model_file_that_cannot_be_run_says_why(folder, tune_grid):
    """With the error that it raised."""
    (folder / "bad.py").write_text("import nothing_of_that_name\n")
    done = tune_grid("run", "--grid", "filters.csv", "--model", "bad.py:build", "--epochs", "1")
    assert done.returncode == 2
    assert "bad.py cannot be run (ModuleNotFoundError: No module named" in done.stderr
