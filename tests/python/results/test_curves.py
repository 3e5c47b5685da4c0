"""Learning curves as a tidy table."""

import io
import json

import pandas as pd
import pytest

from tunegrid import SpecError, read_epochs, read_results

ANY = {"experiments": "two-layer", "any": True}


def test_each_epoch_of_a_run_is_a_row(small_store):
    """With what the run is of; the last one is what the table of runs has."""
    runs = read_results("kh2021", store=small_store, **ANY)
    curves = read_epochs("kh2021", store=small_store, **ANY)
    assert len(curves) == runs["epochs"].sum()
    last = curves[curves["epoch"].eq(2)].reset_index(drop=True)
    for name in ("layer1", "replicate", "key", "val_accuracy"):
        assert last[name].tolist() == runs[name].tolist()
    assert last["loss"].tolist() == runs["train_loss"].tolist()


def test_curves_are_of_the_runs_that_are_meant(small_store):
    """By condition or by key; what is left out is said."""
    some = read_epochs("kh2021", where="layerdense == 16", store=small_store, **ANY)
    assert set(some["layerdense"]) == {16}
    (key,) = set(some["key"][:1])
    assert set(read_epochs("kh2021", keys=[key], store=small_store, **ANY)["key"]) == {key}
    none = read_epochs("kh2021", store=small_store)
    assert len(none) == 0
    assert "depart from the protocol" in none.attrs["left_out"][0]
    with pytest.raises(SpecError, match="no experiment of kh2021 called 'x'"):
        read_epochs("kh2021", experiments="x", store=small_store)


def test_the_command_prints_them(small_store, tune_grid):
    """As csv with all digits, and as json."""
    words = ["results", "kh2021", "--epochs", "--any", "--store", small_store, "--format"]
    table = pd.read_csv(io.StringIO(tune_grid(*words, "csv").stdout))
    curves = read_epochs("kh2021", any=True, store=small_store)
    assert table["loss"].tolist() == curves["loss"].tolist()
    assert len(json.loads(tune_grid(*words, "json").stdout)) == len(curves)
